package client_test

import (
	"sync"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// counted is a license whose pieces bring 100 units each.
func (w *world) counted(n int) string {
	o := offer(n)
	o.Unit, o.Limits = "units", map[string]int64{"units": 100}
	return w.server.Sell(o)
}

func (w *world) draw(c *client.Container, code string, pieces int64) {
	w.t.Helper()
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code, Quantity: pieces})
	w.must(err)
	if codes := w.send(c); codes != nil {
		w.t.Fatalf("refused: %v", codes)
	}
}

// Units are spent durably and without a connection; each contact tells how many, and
// what is spent stays spent when more is drawn.
func TestConsume(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	_, err := c.Consume(1)
	wantErr(t, err, client.ErrNoUnits)
	code := w.counted(1)
	w.draw(c, code, 2)
	for _, step := range []struct{ n, left int64 }{{1, 199}, {150, 49}, {49, 0}} {
		left, err := c.Consume(step.n)
		if w.must(err); left != step.left {
			t.Fatalf("%d left, want %d", left, step.left)
		}
		if again := w.open().Units(); len(again) != 1 || again[0] != (client.Units{Name: "units", Drawn: 200, Spent: 200 - step.left}) {
			t.Fatalf("another process sees %+v", again)
		}
	}
	for _, n := range []int64{1, 0, -5} {
		_, err = c.Consume(n)
		wantErr(t, err, client.ErrNoUnits)
	}
	_, err = c.ConsumeOf("pages", 1)
	wantErr(t, err, client.ErrNoUnits)
	m, err := c.NewRequest(client.Ask{})
	w.must(err)
	req, _, err := wire.OpenRequest(m.Token)
	w.must(err)
	if len(req.Held) != 1 || req.Held[0].Spent != 200 {
		t.Fatalf("%+v", req.Held)
	}
	w.send(c)
	w.draw(c, code, 3)
	if l := only(t, c); l.Drawn != 300 || l.Spent != 200 || l.Unit != "units" {
		t.Fatalf("%+v", l)
	}
	if _, err = c.Consume(99); err != nil {
		t.Fatal(err)
	}
	back, err := c.NewReturn(only(t, c).ID)
	w.must(err)
	pub, err := wire.ParsePublicKey(req.Container.Sign)
	w.must(err)
	ret, _, err := wire.Open[wire.Return](back.Token, wire.Keys(pub))
	if w.must(err); ret.Spent != 299 {
		t.Fatalf("%+v", ret)
	}
	w.send(c)
	w.draw(c, code, 1)
	if u := c.Units(); u[0].Spent != 0 { // a new generation
		t.Fatalf("%+v", u)
	}
}

// Several licenses give their units one after another, in one act; several kinds of
// units have to be named.
func TestConsumeOfSeveral(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.draw(c, w.counted(1), 1)
	w.draw(c, w.counted(2), 1)
	left, err := c.Consume(150)
	if w.must(err); left != 50 {
		t.Fatalf("%d left", left)
	}
	pages := offer(3)
	pages.Unit, pages.Limits = "pages", map[string]int64{"pages": 10}
	w.draw(c, w.server.Sell(pages), 1)
	_, err = c.Consume(1)
	wantErr(t, err, client.ErrWhichUnits)
	left, err = c.ConsumeOf("pages", 4)
	if w.must(err); left != 6 || len(c.Units()) != 2 {
		t.Fatalf("%d left of %+v", left, c.Units())
	}
	w.server.Block(only3(t, c), true)
	w.refresh(c)
	_, err = c.ConsumeOf("pages", 1)
	wantErr(t, err, client.ErrNoUnits)
}

// only3 is the id of the license that counts in pages.
func only3(t *testing.T, c *client.Container) string {
	t.Helper()
	for _, l := range c.Licenses() {
		if l.Unit == "pages" {
			return l.ID
		}
	}
	t.Fatal("no license counts in pages")
	return ""
}

// Programs that share a container never consume more than it holds.
func TestConsumeTogether(t *testing.T) {
	w := newWorld(t)
	w.draw(w.open(), w.counted(1), 1)
	var wait sync.WaitGroup
	var mu sync.Mutex
	spent := int64(0)
	for range 4 {
		c := w.open()
		wait.Go(func() {
			for range 4 {
				if _, err := c.Consume(9); err == nil {
					mu.Lock()
					spent += 9
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	if u := w.open().Units(); spent > 100 || u[0].Spent != spent {
		t.Fatalf("%d were consumed, %+v says the container", spent, u)
	}
}
