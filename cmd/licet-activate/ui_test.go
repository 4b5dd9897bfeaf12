package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/clienttest"
)

// patient is a clock on which waiting lasts until the context ends.
type patient struct{ *clienttest.Clock }

func (patient) Wait(ctx context.Context, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

// browsed runs the program with --ui and lets somebody browse.
func browsed(t *testing.T, ctx context.Context, browse func(link string)) (exit int, out string) {
	t.Helper()
	p := clienttest.New("acme")
	h := httptest.NewServer(clienttest.NewServer(p))
	t.Cleanup(h.Close)
	p.Server = h.URL
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ended := make(chan struct{})
	exit = run(ctx, []string{"--ui", "--pins", pins, "--dir", filepath.Join(dir, "licenses")}, environment{
		stdin: strings.NewReader(""), stdout: &said, stderr: &said, getenv: func(string) string { return "" }, beside: dir,
		clock: patient{clienttest.NewClock()}, machine: clienttest.Machine("alpha"),
		browse: func(link string) error {
			go func() { defer close(ended); browse(link) }()
			return nil
		},
	})
	<-ended
	return exit, said.String()
}

// TestPages: the pages are there while the program runs; closing them ends it well,
// an interrupt ends it as canceled.
func TestPages(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	// The last page ends the wait for it: the clock waits for the context alone.
	ctx, cancel := context.WithCancel(t.Context())
	exit, out := browsed(t, ctx, func(link string) {
		u, err := url.Parse(link)
		if err != nil {
			t.Error(err)
			return
		}
		base := strings.TrimSuffix(u.Path, "enter")
		if status := send(t, c, http.MethodGet, link); status != http.StatusOK {
			t.Errorf("the link: %d", status)
		}
		u.RawQuery, u.Path = "", base
		if status := send(t, c, http.MethodGet, u.String()); status != http.StatusOK {
			t.Errorf("the licenses: %d", status)
		}
		u.Path = base + "close"
		if status := send(t, c, http.MethodPost, u.String()); status != http.StatusOK {
			t.Errorf("close: %d", status)
		}
		cancel()
	})
	if exit != exitDone || !strings.Contains(out, "http://127.0.0.1:") {
		t.Errorf("closed: %d %s", exit, out)
	}
	ctx, cancel = context.WithCancel(t.Context())
	if exit, out := browsed(t, ctx, func(string) { cancel() }); exit != exitCanceled || !strings.Contains(out, "stays done") {
		t.Errorf("interrupted: %d %s", exit, out)
	}
}

func send(t *testing.T, c *http.Client, method, address string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Origin", "http://"+r.URL.Host)
	res, err := c.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// shown is a program of its own that shows the pages.
type shown struct {
	cmd  *exec.Cmd
	http *http.Client
	base string
}

func show(t *testing.T, args ...string) *shown {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &shown{cmd: exec.Command(self)}
	s.cmd.Args = append([]string{"licet-activate", "--ui", "--no-browser"}, args...)
	s.cmd.Env = append(os.Environ(), "TEST_PATIENT=1", "TEST_MACHINE=alpha", "LC_ALL=en_US")
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if link := lines.Text(); strings.HasPrefix(link, "http://") {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			s.base, s.http = link[:strings.Index(link, "enter")], &http.Client{Jar: jar}
			if status, body := s.do(t, http.MethodGet, strings.TrimPrefix(link, s.base), nil); status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			return s
		}
	}
	t.Fatal("it shows no link")
	return nil
}

func (s *shown) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// do asks for a page and returns it; status 0 if nobody answers.
func (s *shown) do(t *testing.T, method, path string, form url.Values) (status int, page string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://"+r.URL.Host)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.http.Do(r)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

var stepField = regexp.MustCompile(`name="s" value="([^"]+)"`)

// TestKilledPages kills the program when the server has worked a message off and
// before it hears the answer. The next one shows what waits, sends the same bytes,
// and no second seat is taken.
func TestKilledPages(t *testing.T) {
	p := clienttest.New("acme")
	server := clienttest.NewServer(p)
	var victim atomic.Pointer[shown]
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/exchange") {
			if s := victim.Swap(nil); s != nil {
				server.ServeHTTP(httptest.NewRecorder(), r)
				s.kill()
				panic(http.ErrAbortHandler)
			}
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	p.Server = h.URL
	code := server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Article: "CAD-PRO", Seats: 2})
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--pins", pins, "--dir", filepath.Join(dir, "licenses")}

	first := show(t, args...)
	_, page := first.do(t, http.MethodPost, "activate", url.Values{"code": {code}})
	step := stepField.FindStringSubmatch(page)
	if step == nil {
		t.Fatal(page)
	}
	victim.Store(first)
	if status, page := first.do(t, http.MethodPost, "step", url.Values{"s": {step[1]}, "how": {"online"}}); status != 0 {
		t.Fatalf("it was not killed: %d %s", status, page)
	}
	if server.Used(clienttest.ID(1)) != 1 {
		t.Fatal("the server has not worked it off")
	}
	second := show(t, args...)
	_, page = second.do(t, http.MethodGet, "", nil)
	step = stepField.FindStringSubmatch(page)
	if step == nil || !strings.Contains(page, "Waiting for an answer") || !strings.Contains(page, "ends in "+code[len(code)-5:]) {
		t.Fatal(page)
	}
	if _, page = second.do(t, http.MethodPost, "step", url.Values{"s": {step[1]}, "kind": {"send"}}); !strings.Contains(page, "CAD-PRO") || !strings.Contains(page, "valid without end") {
		t.Error(page)
	}
	if used := server.Used(clienttest.ID(1)); used != 1 || server.Suspects() {
		t.Errorf("%d seats", used)
	}
}
