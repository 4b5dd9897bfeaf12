package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/license"
)

func TestReadAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		raw, body string
		status    int
		closes    bool
		bad       bool
	}{
		"length":            {raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello"},
		"any case":          {raw: "HTTP/1.1 409 Conflict\r\ncontent-length:  2 \r\nX: y\r\n\r\nno", status: 409, body: "no"},
		"no body":           {raw: "HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", status: 204},
		"chunks":            {raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", status: 200, body: "abc0123456789"},
		"empty":             {raw: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200},
		"until the end":     {raw: "HTTP/1.0 200 OK\r\n\r\nrest", status: 200, body: "rest", closes: true},
		"announced end":     {raw: "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", status: 503, body: "x", closes: true},
		"no HTTP":           {raw: "SSH-2.0-OpenSSH_9.2\r\n\r\n", bad: true},
		"no status":         {raw: "HTTP/1.1 abc OK\r\n\r\n", bad: true},
		"negative length":   {raw: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", bad: true},
		"header of nothing": {raw: "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", bad: true},
		"cut off":           {raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", bad: true},
		"bad chunk":         {raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", bad: true},
		"chunk too long":    {raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", bad: true},
		"endless line":      {raw: "HTTP/1.1 200 " + strings.Repeat("x", 20_000), bad: true},
		"nothing":           {raw: "", bad: true},
	} {
		a, _, err := readAnswer(bufio.NewReader(strings.NewReader(c.raw)), nil)
		if c.bad != (err != nil) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if err == nil && (a.status != c.status || string(a.body) != c.body || a.closes != c.closes) {
			t.Errorf("%s: %d %q closes %v", name, a.status, a.body, a.closes)
		}
	}
}

// TestRetryAfter: whether a refusal says when to come again.
func TestRetryAfter(t *testing.T) {
	for raw, want := range map[string]bool{"Retry-After: 1\r\n": true, "retry-after:  7\r\n": true, "Retry-After:\r\n": false, "": false} {
		a, _, err := readAnswer(bufio.NewReader(strings.NewReader("HTTP/1.1 503 Busy\r\n"+raw+"Content-Length: 0\r\n\r\n")), nil)
		if err != nil || a.retry != want {
			t.Errorf("%q: %v %v", raw, a.retry, err)
		}
	}
}

// TestEndsOf: the head of an answer says until when a lease is.
func TestEndsOf(t *testing.T) {
	raw, err := json.Marshal(license.Leased{RenewAfter: 2_592_000, Ends: time.Date(2026, 11, 22, 15, 4, 5, 123456000, time.UTC), Lines: []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	at, err := endsOf(raw[:min(len(raw), beatHead)])
	if err != nil || !at.Equal(time.Date(2026, 11, 22, 15, 4, 5, 123456000, time.UTC)) {
		t.Error(at, err)
	}
	for _, bad := range []string{"", `{"ends":"`, `{"ends":"soon"}`} {
		if _, err := endsOf([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

// TestReadAnswersInARow: what belongs to the next answer is left for it, and the
// buffer is used again.
func TestReadAnswersInARow(t *testing.T) {
	one := "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
	r := bufio.NewReader(strings.NewReader(one))
	var buf []byte
	for _, want := range []string{"abc", "de", ""} {
		var a answer
		var err error
		if a, buf, err = readAnswer(r, buf); err != nil || string(a.body) != want {
			t.Fatalf("%q %v, want %q", a.body, err, want)
		}
	}
	if _, _, err := readAnswer(r, buf); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}

func TestRequestsAndAnswersSurviveTheirFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := writeRequests(file, [][]byte{[]byte("a"), nil, []byte("ccc")}); err != nil {
		t.Fatal(err)
	}
	got, err := readRequests(file)
	if err != nil || len(got) != 3 || string(got[0]) != "a" || len(got[1]) != 0 || string(got[2]) != "ccc" {
		t.Fatalf("%q %v", got, err)
	}
	if err := writeKept(file, []kept{{7, 200, []byte("x")}, {9, 409, nil}}); err != nil {
		t.Fatal(err)
	}
	back, err := readKept(file)
	if err != nil || len(back) != 2 || back[0].Index != 7 || string(back[0].Body) != "x" || back[1].Status != 409 {
		t.Fatalf("%+v %v", back, err)
	}
}

// driven against E, in this process.
func driveEcho(t *testing.T, change func(*drive)) driven {
	t.Helper()
	e, err := newEcho(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	request, err := echoRequest(e.base, echoSign)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "requests")
	if err := writeRequests(file, [][]byte{request, request, request}); err != nil {
		t.Fatal(err)
	}
	d := drive{Address: hostOf(e.base), File: file, Callers: 4, Time: 50 * time.Millisecond}
	change(&d)
	out, err := d.do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDriver(t *testing.T) {
	once := driveEcho(t, func(d *drive) { d.Time = time.Minute })
	if once.OK != 3 || once.Sent != 3 || once.Errors != 0 || once.Next != 3 || once.Status[200] != 3 {
		t.Errorf("each once: %+v", once)
	}
	answers := filepath.Join(t.TempDir(), "answers")
	again := driveEcho(t, func(d *drive) { d.Cycle, d.Answers, d.Each = true, answers, 2 })
	if again.OK < 4 || again.Errors != 0 || again.Latency.P50 <= 0 || again.Latency.Max < again.Latency.P99 {
		t.Errorf("again and again: %+v", again)
	}
	keep, err := readKept(answers)
	if err != nil || len(keep) == 0 || !strings.Contains(string(keep[0].Body), `"signature"`) || keep[0].Index%2 != 0 {
		t.Errorf("kept %d answers, %v", len(keep), err)
	}
	heads := filepath.Join(t.TempDir(), "heads")
	driveEcho(t, func(d *drive) { d.Time, d.Answers, d.Each, d.Head = time.Minute, heads, 1, 7 })
	keep, err = readKept(heads)
	if err != nil || len(keep) != 3 {
		t.Errorf("kept %d heads, %v", len(keep), err)
	}
	for _, k := range keep {
		if whole := k.Index%verifyEvery == 0; whole != (len(k.Body) > 7) {
			t.Errorf("of answer %d %d bytes", k.Index, len(k.Body))
		}
	}
	slow := driveEcho(t, func(d *drive) { d.Cycle, d.Rate, d.Time = true, 200, 100*time.Millisecond })
	if slow.OK < 1 || slow.OK > 21 {
		t.Errorf("at 200 a second for a tenth of one: %d", slow.OK)
	}
}

func TestDriverWithoutServerOrRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none")
	if err := writeRequests(file, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := (drive{File: file, Callers: 1}).do(t.Context()); !errors.Is(err, errNoRequests) {
		t.Error(err)
	}
	if err := writeRequests(file, [][]byte{[]byte("GET / HTTP/1.1\r\n\r\n")}); err != nil {
		t.Fatal(err)
	}
	if _, err := (drive{File: file, Callers: 1, Address: "127.0.0.1:1"}).do(t.Context()); err == nil {
		t.Error("nobody listens there")
	}
}
