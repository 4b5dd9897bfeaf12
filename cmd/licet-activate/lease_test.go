package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/clienttest"
)

// heard is what a program says, and who waits to hear it.
type heard struct {
	mu    sync.Mutex
	all   strings.Builder
	waits map[string]chan struct{}
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.all.Write(b)
	for words, c := range h.waits {
		if strings.Contains(h.all.String(), words) {
			close(c)
			delete(h.waits, words)
		}
	}
	return n, err
}

// until is closed when somebody has said this.
func (h *heard) until(words string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := make(chan struct{})
	if h.waits == nil {
		h.waits = map[string]chan struct{}{}
	}
	h.waits[words] = c
	return c
}

// holding holds a place of a new floating license until the context ends.
func holding(t *testing.T, ctx context.Context, s *clienttest.Server, code string, clock *gates, out *heard, more ...string) <-chan int {
	t.Helper()
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(pins, s.P.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, append([]string{"lease", code, "--pins", pins, "--dir", filepath.Join(dir, "c"), "--lang", "en"}, more...), environment{
			stdin: strings.NewReader(""), stdout: out, stderr: out, getenv: func(string) string { return "" }, clock: clock, machine: clienttest.Machine(dir),
		})
	}()
	return exit
}

// gates is a clock whose long waits end when the test says so.
type gates struct {
	*clienttest.Clock
	asked chan time.Duration
	free  chan bool
}

func (g *gates) Wait(ctx context.Context, d time.Duration) error {
	if d < 5*time.Second {
		return g.Clock.Wait(ctx, d)
	}
	select {
	case g.asked <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-g.free:
		g.Add(d)
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestLeaseUntilInterrupted: without a program the place is held until somebody ends
// it; an outage is told, once, and a lost place is the end.
func TestLeaseUntilInterrupted(t *testing.T) {
	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	h := httptest.NewServer(s)
	defer h.Close()
	p.Server = h.URL
	clock := &gates{clienttest.NewClock(), make(chan time.Duration), make(chan bool)}
	s.Now = clock.Now
	code := s.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Article: "CAD", Lends: true})

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &heard{}
	exit := holding(t, ctx, s, code, clock, out)
	<-clock.asked
	s.Expect(clienttest.LoseAsked, clienttest.LoseAsked)
	clock.free <- true
	<-clock.asked
	clock.free <- true
	<-clock.asked
	clock.free <- true
	<-clock.asked
	if n := s.Leases(); n != 1 {
		t.Fatalf("%d leases", n)
	}
	line, stop := context.WithCancel(t.Context())
	waiting := &heard{}
	stands := waiting.until("You stand in line")
	second := holding(t, line, s, code, &gates{clock.Clock, make(chan time.Duration), make(chan bool)}, waiting, "--wait")
	<-stands
	stop()
	if got := <-second; got != exitLater || s.Waiting() != 0 {
		t.Errorf("exit %d, %d wait\n%s", got, s.Waiting(), waiting.all.String())
	}
	cancel()
	if got := <-exit; got != exitDone || s.Leases() != 0 {
		t.Errorf("exit %d, %d leases", got, s.Leases())
	}
	for words, n := range map[string]int{"You hold a place of license": 1, "could not be renewed": 1, "renewed again": 1, "free for others": 1} {
		if got := strings.Count(out.all.String(), words); got != n {
			t.Errorf("%q is said %d times\n%s", words, got, out.all.String())
		}
	}

	out = &heard{}
	exit = holding(t, t.Context(), s, code, clock, out)
	<-clock.asked
	s.EndLeases()
	clock.free <- true
	if got := <-exit; got != exitRefused || !strings.Contains(out.all.String(), "The place is over") {
		t.Errorf("exit %d\n%s", got, out.all.String())
	}
}
