package proof_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// node is one server process, under an address that changes with every start.
type node struct {
	t   testing.TB
	w   *world
	log *tail

	mu    sync.Mutex
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	api   string // "" while it is down
	ops   string
	ended chan struct{} // closed when the process is gone
	up    chan struct{} // closed when the next one answers
}

// client keeps enough connections for every caller of a test.
var client = &http.Client{
	Timeout:   30 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 128, DisableCompression: true},
}

// node starts a server on the world; it is killed with the test.
func (w *world) node() *node {
	w.t.Helper()
	n := &node{t: w.t, w: w, log: &tail{}, up: make(chan struct{})}
	n.start()
	w.t.Cleanup(n.kill)
	return n
}

// start starts the process and waits until it serves.
func (n *node) start() {
	n.t.Helper()
	args, err := json.Marshal(n.w.args)
	must(n.t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(args))
	cmd.Stderr = n.log
	in, err := cmd.StdinPipe()
	must(n.t, err)
	stdout, err := cmd.StdoutPipe()
	must(n.t, err)
	must(n.t, cmd.Start())
	out := bufio.NewScanner(stdout)
	if !out.Scan() {
		_ = cmd.Wait()
		n.t.Fatalf("the server did not start: %s", n.log)
	}
	at := strings.Fields(out.Text())
	if len(at) != 3 || at[0] != "ready" {
		n.t.Fatalf("the server said %q: %s", out.Text(), n.log)
	}
	n.mu.Lock()
	n.cmd, n.in, n.out, n.ended = cmd, in, out, make(chan struct{})
	go func(ended chan struct{}) { _ = cmd.Wait(); close(ended) }(n.ended)
	n.mu.Unlock()
	if by := n.w.clock.by.Load(); by != 0 {
		n.tell(fmt.Sprint("clock ", by))
	}
	n.mu.Lock()
	n.api, n.ops = at[1], at[2]
	close(n.up)
	n.mu.Unlock()
}

// tell gives the server a command and waits until it has obeyed.
func (n *node) tell(command string) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, err := fmt.Fprintln(n.in, command); err != nil || !n.out.Scan() {
		n.t.Fatalf("the server does not obey %q: %v: %s", command, err, n.log)
	}
}

// arm lets the server kill itself at the n-th pass of a fail point.
func (n *node) arm(point string, times int) {
	n.t.Helper()
	n.tell(fmt.Sprint("arm ", point, " ", times))
}

// kill ends the process by SIGKILL, if a fail point has not done so.
func (n *node) kill() {
	n.mu.Lock()
	cmd := n.cmd
	n.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	n.fallen()
}

// fallen waits for the end of the process and says that the node is down.
func (n *node) fallen() {
	<-n.ended
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cmd, n.api, n.ops, n.up = nil, "", "", make(chan struct{})
	client.CloseIdleConnections()
}

// dies waits until a fail point has ended the process, at most for so long, and
// reports whether it did.
func (n *node) dies(within time.Duration) bool {
	defer n.fallen()
	select {
	case <-n.ended:
		return true
	case <-time.After(within):
		_ = n.cmd.Process.Kill()
		return false
	}
}

// address waits until the node is up and returns its address.
func (n *node) address(ctx context.Context) (string, error) {
	for {
		n.mu.Lock()
		at, up := n.api, n.up
		n.mu.Unlock()
		if at != "" {
			return at, nil
		}
		select {
		case <-up:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// answer is what a request was answered with.
type answer struct {
	status int
	body   []byte
}

func (a answer) ok() bool { return a.status/100 == 2 }

// code is the code of a refusal, "" for none.
func (a answer) code() string {
	if a.ok() {
		return ""
	}
	var p struct{ Code string }
	_ = json.Unmarshal(a.body, &p)
	return p.Code
}

func (a answer) String() string { return fmt.Sprintf("%d %.600s", a.status, a.body) }

// call is one request of a caller that does not give up: as long as the outcome
// is unknown or the server busy, the same request is sent again.
type call struct {
	method, path string
	body         []byte
	kind         string // Content-Type
	retry        string // Idempotency-Key
	open         bool   // without an API key
	key          string // API key; "" = the one with every right
}

// once sends a request one time.
func (n *node) once(ctx context.Context, c call) (answer, error) {
	base, err := n.address(ctx)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, c.method, base+"/api/v1"+c.path, bytes.NewReader(c.body))
	if err != nil {
		return answer{}, err
	}
	if !c.open {
		r.Header.Set("Authorization", "Bearer "+cmp.Or(c.key, n.w.key))
	}
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	if c.retry != "" {
		r.Header.Set("Idempotency-Key", c.retry)
	}
	res, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, body}, err
}

// patience is how long a caller asks for one answer.
const patience = 60 * time.Second

// send sends a request until it is answered.
func (n *node) send(c call) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		a, err := n.once(ctx, c)
		if err == nil && a.status != http.StatusServiceUnavailable {
			return a, nil
		}
		if ctx.Err() != nil {
			return a, fmt.Errorf("%s %s is not answered: %v, %v: %s", c.method, c.path, a, err, n.log)
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// get reads something into v, and reports whether it is there.
func (n *node) get(path string, v any) (bool, error) {
	a, err := n.send(call{method: http.MethodGet, path: path})
	switch {
	case err != nil:
		return false, err
	case a.status == http.StatusNotFound:
		return false, nil
	case !a.ok():
		return false, fmt.Errorf("GET %s: %v", path, a)
	}
	return true, json.Unmarshal(a.body, v)
}

// tail keeps the end of what a server logs.
type tail struct {
	mu  sync.Mutex
	all bytes.Buffer
}

const tailSize = 1 << 22

// Write implements io.Writer.
func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all.Len() > tailSize {
		l.all.Reset()
	}
	return l.all.Write(b)
}

// String is the last lines.
func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.all.Bytes()
	return string(b[max(0, len(b)-2000):])
}

// whole is everything that was kept.
func (l *tail) whole() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.all.Bytes())
}
