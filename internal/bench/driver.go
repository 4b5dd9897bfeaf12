package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// drive is one order to the driver.
type drive struct {
	Address string        // host:port
	File    string        // of prepared requests
	From    int           // first request; the ones before were sent in an earlier round
	Cycle   bool          // begin again at the end of the file, else stop there
	Callers int           // connections
	Rate    float64       // requests per second that are due; 0 = each caller sends as soon as it may
	Sent    bool          // latency counts from when a request was sent, not from when it was due
	Time    time.Duration // how long requests are begun
	Answers string        // file for answers; "" = none
	Each    int           // keep every Each-th answer; 0 = none
	Head    int           // of kept answers but every verifyEvery-th: this many bytes; 0 = all
	Holds   string        // the publisher of leases: each answer is a lease, which is renewed and ended; "" = answers are only read
}

// driven is what came of it.
type driven struct {
	Sent, OK, Errors int
	Status           map[int]int // answers by status
	Bare             int         // 503 without a Retry-After
	Took             time.Duration
	Latency          Latency // of answers with status 2xx
	Next             int     // the first request that was not sent
	FirstError       string
}

// writeRequests writes a file of prepared requests: each with its length before
// it, exactly as it goes over the wire.
func writeRequests(path string, requests [][]byte) error {
	var size int
	for _, r := range requests {
		size += 4 + len(r)
	}
	out := make([]byte, 0, size)
	for _, r := range requests {
		out = binary.BigEndian.AppendUint32(out, uint32(len(r)))
		out = append(out, r...)
	}
	return os.WriteFile(path, out, 0o600)
}

func readRequests(path string) ([][]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for len(raw) >= 4 {
		n := int(binary.BigEndian.Uint32(raw))
		if len(raw) < 4+n {
			return nil, fmt.Errorf("%s is cut off", path)
		}
		out = append(out, raw[4:4+n])
		raw = raw[4+n:]
	}
	return out, nil
}

// kept is an answer that the driver kept, with the number of its request.
type kept struct {
	Index, Status int
	Body          []byte
}

func writeKept(path string, all []kept) error {
	var out []byte
	for _, k := range all {
		out = binary.BigEndian.AppendUint32(out, uint32(k.Index))
		out = binary.BigEndian.AppendUint32(out, uint32(k.Status))
		out = binary.BigEndian.AppendUint32(out, uint32(len(k.Body)))
		out = append(out, k.Body...)
	}
	return os.WriteFile(path, out, 0o600)
}

func readKept(path string) ([]kept, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []kept
	for len(raw) >= 12 {
		k := kept{Index: int(binary.BigEndian.Uint32(raw)), Status: int(binary.BigEndian.Uint32(raw[4:]))}
		n := int(binary.BigEndian.Uint32(raw[8:]))
		if len(raw) < 12+n {
			return nil, fmt.Errorf("%s is cut off", path)
		}
		k.Body, raw = raw[12:12+n], raw[12+n:]
		out = append(out, k)
	}
	return out, nil
}

// caller is one connection of the driver and what it has seen.
type caller struct {
	conn   net.Conn
	in     *bufio.Reader
	buf    []byte
	took   []time.Duration
	status map[int]int
	kept   []kept
	sent   int
	bare   int
	closed bool // by the server, after its answer
	err    error
}

func (c *caller) dial(ctx context.Context, address string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	c.conn = conn
	if c.in == nil {
		c.in = bufio.NewReaderSize(conn, 16<<10)
	} else {
		c.in.Reset(conn)
	}
	return nil
}

// ask sends one request and reads its answer.
func (c *caller) ask(request []byte) (answer, error) {
	if _, err := c.conn.Write(request); err != nil {
		return answer{}, err
	}
	var a answer
	var err error
	a, c.buf, err = readAnswer(c.in, c.buf)
	return a, err
}

// do carries out an order. It fails only when nothing could be done at all;
// errors of single requests are counted.
func (d drive) do(ctx context.Context) (driven, error) {
	requests, err := readRequests(d.File)
	if err != nil || len(requests) == 0 {
		return driven{}, errors.Join(err, errNoRequests)
	}
	callers := make([]*caller, d.Callers)
	for i := range callers {
		callers[i] = &caller{status: map[int]int{}, took: make([]time.Duration, 0, 4096)}
		if err := callers[i].dial(ctx, d.Address); err != nil {
			return driven{}, err
		}
		defer callers[i].conn.Close()
	}
	var next atomic.Int64
	next.Store(int64(d.From))
	begin := time.Now()
	var all sync.WaitGroup
	for _, c := range callers {
		all.Go(func() { c.run(ctx, d, requests, &next, begin) })
	}
	all.Wait()
	return d.sum(callers, len(requests), int(next.Load()), time.Since(begin))
}

var errNoRequests = errors.New("bench: no requests were prepared")

// run sends requests until the time is over or there are none left.
func (c *caller) run(ctx context.Context, d drive, requests [][]byte, next *atomic.Int64, begin time.Time) {
	end := begin.Add(d.Time)
	for ctx.Err() == nil {
		i := int(next.Add(1)) - 1
		if !d.Cycle && i >= len(requests) {
			return
		}
		start := time.Now()
		if d.Rate > 0 {
			due := begin.Add(time.Duration(float64(i-d.From) / d.Rate * float64(time.Second)))
			if due.After(end) {
				return
			}
			time.Sleep(due.Sub(start))
			if start = due; d.Sent {
				start = time.Now()
			}
		}
		if start.After(end) {
			next.Add(-1)
			return
		}
		if !c.exchange(ctx, d, i, requests[i%len(requests)], start) {
			return
		}
	}
}

// exchange sends a request that was due at start, notes its answer, and does what
// follows from it. It reports whether there still is a connection.
func (c *caller) exchange(ctx context.Context, d drive, i int, request []byte, start time.Time) bool {
	a, err := c.once(d, i, request, start)
	if err == nil && d.Holds != "" && a.status == 200 {
		err = c.useLease(d, i, a.body)
	}
	if err == nil && !c.closed {
		return true
	}
	if c.closed = false; err != nil {
		c.err = err
	}
	_ = c.conn.Close()
	return c.dial(ctx, d.Address) == nil
}

// once sends one request and notes its answer.
func (c *caller) once(d drive, i int, request []byte, start time.Time) (answer, error) {
	c.sent++
	a, err := c.ask(request)
	if err != nil {
		return a, err
	}
	c.closed = a.closes
	c.note(d, i, a, time.Since(start))
	return a, nil
}

func (c *caller) note(d drive, i int, a answer, took time.Duration) {
	c.status[a.status]++
	if a.status/100 == 2 {
		c.took = append(c.took, took)
	}
	if a.status == 503 && !a.retry {
		c.bare++
	}
	if d.Each > 0 && i >= 0 && i%d.Each == 0 {
		body := a.body
		if d.Head > 0 && i%verifyEvery != 0 {
			body = body[:min(d.Head, len(body))]
		}
		c.kept = append(c.kept, kept{Index: i, Status: a.status, Body: slices.Clone(body)})
	}
}

func (d drive) sum(callers []*caller, requests, next int, took time.Duration) (driven, error) {
	out := driven{Status: map[int]int{}, Took: took, Next: min(next, requests)}
	var times []time.Duration
	var keep []kept
	answered := 0
	for _, c := range callers {
		out.Sent, out.Bare = out.Sent+c.sent, out.Bare+c.bare
		times, keep = append(times, c.took...), append(keep, c.kept...)
		for s, n := range c.status {
			out.Status[s] += n
			answered += n
		}
		if c.err != nil && out.FirstError == "" {
			out.FirstError = c.err.Error()
		}
	}
	out.OK, out.Errors = len(times), out.Sent-answered
	out.Latency = latencyOf(times)
	if d.Answers == "" {
		return out, nil
	}
	return out, writeKept(d.Answers, keep)
}

// post is a prepared POST.
func post(host, path, contentType string, body []byte) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, host, contentType, len(body), body)
}

// get is a prepared GET with an API key.
func get(host, path, token string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", path, host, token)
}

// hostOf is the address behind http://.
func hostOf(base string) string { return strings.TrimPrefix(base, "http://") }
