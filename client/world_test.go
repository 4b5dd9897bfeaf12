package client_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// world is a publisher, its server, and one machine.
type world struct {
	t      *testing.T
	pub    *clienttest.Publisher
	server *clienttest.Server
	clock  *clienttest.Clock
	dir    string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := clienttest.New("acme")
	w := &world{t: t, pub: p, server: clienttest.NewServer(p), clock: clienttest.NewClock(), dir: t.TempDir()}
	w.server.Now = w.clock.Now
	return w
}

func (w *world) config() client.Config {
	return client.Config{
		Pins: w.pub.Pins(), Product: "cad", Version: "14.2", Released: clienttest.Start.AddDate(0, -1, 0),
		Dir: w.dir, Clock: w.clock, Machine: clienttest.Machine("alpha"),
	}
}

func (w *world) open(change ...func(*client.Config)) *client.Container {
	w.t.Helper()
	cfg := w.config()
	for _, fn := range change {
		fn(&cfg)
	}
	c, err := client.Open(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// send carries everything that waits to the server and installs the answers,
// until nothing waits. It returns the refusals.
func (w *world) send(c *client.Container) (codes []string) {
	w.t.Helper()
	for range 20 {
		waiting, err := c.Complete()
		if err != nil {
			w.t.Fatal(err)
		}
		if len(waiting) == 0 {
			return codes
		}
		m := waiting[0]
		lines, no := w.server.Exchange(m.Token)
		if no != nil {
			codes = append(codes, no.Code)
		}
		if no != nil || m.Type == wire.TypeReceipt {
			w.must(c.Discard(m.Counter))
			continue
		}
		if _, err := c.Install([]byte(lines)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.t.Fatal("messages wait for ever")
	return nil
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// activate asks and sends.
func (w *world) activate(c *client.Container, code string) {
	w.t.Helper()
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	if codes := w.send(c); codes != nil {
		w.t.Fatalf("refused: %v", codes)
	}
}

// ask makes a request and returns the server's answer to it, not installed.
func (w *world) ask(c *client.Container, ask client.Ask) []byte {
	w.t.Helper()
	m, err := c.NewRequest(ask)
	w.must(err)
	lines, no := w.server.Exchange(m.Token)
	if no != nil {
		w.t.Fatalf("refused: %s", no.Code)
	}
	return []byte(lines)
}

func (w *world) refresh(c *client.Container) {
	w.t.Helper()
	_, err := c.NewRequest(client.Ask{})
	w.must(err)
	w.send(c)
}

func offer(n int) *clienttest.Offer {
	return &clienttest.Offer{
		ID: clienttest.ID(n), Product: "cad", Article: "CAD-PRO", Features: []string{"draw", "render"},
		Limits: map[string]int64{"parts": 500},
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func only(t *testing.T, c *client.Container) client.License {
	t.Helper()
	all := c.Licenses()
	if len(all) != 1 {
		t.Fatalf("%d licenses, want 1: %v", len(all), all)
	}
	return all[0]
}

func states(c *client.Container) (out []client.State) {
	for _, l := range c.Licenses() {
		out = append(out, l.State)
	}
	slices.Sort(out)
	return out
}

const day = 24 * time.Hour
