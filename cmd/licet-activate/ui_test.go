package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
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
