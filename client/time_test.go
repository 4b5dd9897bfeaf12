package client_test

import (
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// TestTurnedBackClock: a license that has ended stays ended, whether the clock is
// turned back under a running program or before the next start.
func TestTurnedBackClock(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Expires = clienttest.Start.Add(day)
	c := w.open()
	w.activate(c, w.server.Sell(o))
	w.clock.Add(25 * time.Hour)
	if c = w.open(); c.Has("draw") {
		t.Fatal("the license has not ended")
	}
	w.clock.Set(clienttest.Start)
	for name, c := range map[string]*client.Container{"running": c, "started again": w.open()} {
		if c.Has("draw") {
			t.Errorf("%s: a turned-back clock brings the license back", name)
		}
		if !c.Status().ClockBack {
			t.Errorf("%s: nobody says that the clock was turned back", name)
		}
	}
}

// TestClockAhead: a clock that ran ahead does no lasting harm, and one contact
// puts it right even while it is wrong.
func TestClockAhead(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Expires = clienttest.Start.AddDate(1, 0, 0)
	w.activate(w.open(), w.server.Sell(o))
	truth := clienttest.Start.Add(time.Hour)
	w.server.Now = func() time.Time { return truth }
	w.clock.Set(truth.AddDate(10, 0, 0))
	c := w.open()
	if c.Has("draw") {
		t.Fatal("by this clock the license has ended")
	}
	w.refresh(c)
	if s := c.Status(); !c.Has("draw") || s.ClockOff > -3000*day || !s.Now.Before(truth.Add(time.Hour)) {
		t.Fatalf("the contact has not healed it: now %v, off %v", s.Now, s.ClockOff)
	}
	w.clock.Add(time.Hour)
	if !w.open().Has("draw") {
		t.Fatal("a start later it is wrong again")
	}
	w.clock.Set(truth.Add(2 * time.Hour))
	if c := w.open(); !c.Has("draw") || c.Status().ClockOff != 0 || c.Status().ClockBack {
		t.Fatalf("set right it is not believed: %+v", c.Status())
	}
}

// TestRarelyStarted: a license ends on its day also on a machine that is switched
// on once a month.
func TestRarelyStarted(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Expires = clienttest.Start.AddDate(0, 0, 100)
	w.activate(w.open(), w.server.Sell(o))
	for month := 1; month <= 4; month++ {
		w.clock.Set(clienttest.Start.AddDate(0, 0, 30*month))
		if got, want := w.open().Has("draw"), month < 4; got != want {
			t.Errorf("month %d: runs %v", month, got)
		}
	}
}

func TestContactDue(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Contact = 30 * day
	c := w.open()
	w.activate(c, w.server.Sell(o, offer(2)))
	if due := c.Status().ContactDue; !due.Equal(clienttest.Start.Add(30 * day)) {
		t.Errorf("due %v", due)
	}
}

// TestBorrowAndTheClock: a borrow ends at its end, and neither a clock that is turned
// back nor an earlier wish moves that.
func TestBorrowAndTheClock(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Lends = true
	code := w.server.Sell(o)
	c := w.open()
	end := clienttest.Start.Add(48 * time.Hour)
	w.install(c, client.Ask{Action: wire.ActBorrow, Code: code, Until: end.Add(time.Millisecond)})
	l := only(t, c)
	if !l.Lent || !l.Runs || !l.Expires.Equal(end) || !c.Has("draw") {
		t.Fatalf("%+v", l)
	}
	w.clock.Add(24 * time.Hour)
	w.install(c, client.Ask{Action: wire.ActBorrow, Want: []string{o.ID}, Until: clienttest.Start.Add(30 * time.Hour)})
	if l := only(t, c); !l.Expires.Equal(end) {
		t.Fatalf("a wish for less: %v", l.Expires)
	}
	end = end.Add(24 * time.Hour)
	w.install(c, client.Ask{Action: wire.ActBorrow, Want: []string{o.ID}, Until: end})
	if l := only(t, c); !l.Expires.Equal(end) {
		t.Fatalf("kept until %v", l.Expires)
	}
	w.clock.Add(47 * time.Hour)
	if !c.Has("draw") {
		t.Fatal("it ended too early")
	}
	w.clock.Set(end.Add(time.Hour))
	if w.open().Has("draw") {
		t.Error("it runs after its end")
	}
	w.clock.Set(clienttest.Start)
	if c := w.open(); c.Has("draw") || only(t, c).State != client.Expired {
		t.Error("a turned-back clock brings a borrow back")
	}
	if _, err := c.NewRequest(client.Ask{Action: wire.ActBorrow}); err == nil {
		t.Error("a borrow of nothing")
	}
}

// install asks and installs the answer.
func (w *world) install(c *client.Container, ask client.Ask) {
	w.t.Helper()
	_, err := c.Install(w.ask(c, ask))
	w.must(err)
}
