package wizard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/clienttest"
)

// still is a clock on which long waits end when the test says so, and move it; short
// ones move it at once.
type still struct {
	*clienttest.Clock
	renewer, idle gate
}

// gate is where somebody waits.
type gate struct {
	asked chan time.Duration
	free  chan bool
}

func newGate() gate { return gate{make(chan time.Duration), make(chan bool)} }

func newStill(c *clienttest.Clock) *still { return &still{c, newGate(), newGate()} }

func (s *still) Wait(ctx context.Context, d time.Duration) error {
	at := s.renewer
	switch {
	case d < 5*time.Second:
		return s.Clock.Wait(ctx, d)
	case d > 30*time.Minute:
		at = s.idle
	}
	select {
	case at.asked <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-at.free:
		s.Add(d)
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// floating is a world with a pool of places, whose clock stands still.
func floating(t *testing.T, seats int64) (w *world, clock *still, code string) {
	t.Helper()
	w = newWorld(t)
	clock = newStill(w.clock)
	w.cfg.Clock, w.server.Now = clock, w.clock.Now
	return w, clock, w.sell(func(o *clienttest.Offer) { o.Lends, o.Seats = true, seats })
}

// hold takes a place on the pages.
func (v *visitor) hold(code string, more ...string) *seen {
	v.t.Helper()
	p := v.preview(code).want(200, "Take a place now", "Hold a place")
	ask := v.post("begin", "kind", "lease", "s", p.step()).want(200, "Hold a place of CAD-PRO?", "are not told that it is you")
	return v.post("step", append([]string{"s", ask.step(), "license", clienttest.ID(1)}, more...)...)
}

// TestHold: a place is taken once, however often it is clicked, renewed by itself,
// goes on while the server is away, and is given back.
func TestHold(t *testing.T) {
	w, clock, code := floating(t, 1)
	v := w.enter()
	done := v.hold(code, "person", "anna", "label", "cad-room").want(200, "You hold a place. It is renewed by itself", "goes on for 15 minutes")
	v.post("step", "s", done.step(), "license", clienttest.ID(1)).want(200, "You hold a place")
	v.get("done?s="+done.step()).want(200, "You hold a place")
	if w.server.Leases() != 1 {
		t.Fatalf("%d leases", w.server.Leases())
	}
	if d := <-clock.renewer.asked; d != clienttest.LeaseRenew {
		t.Fatalf("it is renewed after %v", d)
	}
	w.server.Expect(clienttest.LoseAsked)
	clock.renewer.free <- true
	<-clock.renewer.asked
	v.get("").want(200, "the server is not reached at the moment", "client.offline", "goes on for 10 minutes", "Give back: CAD-PRO")
	clock.renewer.free <- true
	<-clock.renewer.asked
	seat := v.get("").want(200, "renewed by itself", "goes on for 15 minutes").wantNot("client.offline").field("seat")
	v.post("step", "s", "01234567890123456789012345", "kind", "leave", "seat", "another").want(200, "was given back before")
	v.post("step", "s", "11234567890123456789012345", "kind", "leave", "seat", seat).want(200, "The place is free for others")
	v.post("step", "s", "11234567890123456789012345", "kind", "leave", "seat", seat).want(200, "The place is free for others")
	v.get("").wantNot("You hold a place")
	if w.server.Leases() != 0 {
		t.Error("the place is not free")
	}
	v.post("begin", "kind", "lease", "s", "none").want(200, "Activate a ticket or license key")
}

// TestLine: who may wait stands in line and can leave it; who may not is told that
// every place is taken, and not by whom.
func TestLine(t *testing.T) {
	w, clock, code := floating(t, 1)
	other := *w
	other.cfg.Dir, other.cfg.Machine = t.TempDir(), clienttest.Machine("beta")
	v, late := w.enter(), other.enter()
	v.hold(code, "person", "anna")
	<-clock.renewer.asked
	late.hold(code).want(200, "license.no_seat", "Try again, or wait in line").wantNot("anna", "Show the devices")
	late.hold(code, "wait", "1").want(200, "You stand in line", "license.queued", "Look again").wantNot("anna")
	<-clock.renewer.asked
	if w.server.Waiting() != 1 {
		t.Fatal("nobody waits")
	}
	seat := late.get("").want(200, "You stand in line").field("seat")
	late.post("step", "s", "01234567890123456789012345", "kind", "leave", "seat", seat).want(200, "not stand in line any more")
	if w.server.Waiting() != 0 {
		t.Error("it still waits")
	}
	w.server.EndLeases()
	clock.renewer.free <- true
	for { // the renewer has nobody to tell
		p := v.get("")
		if !p.has("renewed by itself") {
			p.want(200, "Your place is over", "license.lease_gone", "Put away")
			seat = p.field("seat")
			break
		}
	}
	v.post("step", "s", "01234567890123456789012345", "kind", "leave", "seat", seat).want(200, "It is put away")
	late.hold(code).want(200, "You hold a place")
}

// TestPlacesEnd: a wizard that holds a place is not idle, and gives the place back
// when it is closed.
func TestPlacesEnd(t *testing.T) {
	w, clock, code := floating(t, 5)
	wiz, err := wizard.New(w.cfg, wizard.Options{Brand: brand(t), Idle: time.Hour})
	must(t, err)
	v := w.visit(w.serve(wiz))
	<-clock.idle.asked
	v.hold(code).want(200, "You hold a place")
	<-clock.renewer.asked
	for range 2 { // nobody is there, and it goes on
		clock.idle.free <- true
		<-clock.idle.asked
	}
	v.post("close").want(200, "You may close this window")
	must(t, <-w.ended)
	if w.server.Leases() != 0 {
		t.Error("the place is not free")
	}
	wiz, err = wizard.New(w.cfg, wizard.Options{Brand: brand(t), Idle: time.Hour})
	must(t, err)
	v = w.visit(w.serve(wiz))
	<-clock.idle.asked
	v.hold(code)
	<-clock.renewer.asked
	wiz.Release(t.Context())
	if w.server.Leases() != 0 {
		t.Error("the place is not free")
	}
	clock.idle.free <- true // an hour after the last click
	if err := <-w.ended; !errors.Is(err, wizard.ErrIdle) {
		t.Error(err)
	}
}

// TestMostPlaces: one wizard does not take a whole pool.
func TestMostPlaces(t *testing.T) {
	w, _, code := floating(t, 50)
	v := w.enter()
	for range 8 {
		v.hold(code).want(200, "You hold a place")
	}
	v.hold(code).want(200, "holds 8 places at most", "wizard.seats")
	if w.server.Leases() != 8 {
		t.Errorf("%d leases", w.server.Leases())
	}
}

// TestUpdates: what programs were told is shown, without a word of it being run, and
// somebody chooses what they may tell.
func TestUpdates(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.activate(w.sell())
	v.get("").want(200, "Update notices and usage reports …").wantNot("Updates</h2>")
	v.get("updates").want(200, "have asked nobody yet", "Off here always wins")
	p := v.get("updates")
	v.post("step", "s", p.field("s"), "kind", "choose", "updates", "on", "usage", "off").want(200, "Your choice is kept")
	c := w.open()
	if n := c.Notices(); n.Updates != "on" || n.Usage != "off" {
		t.Fatalf("%+v", n)
	}
	if _, err := c.NewReport(); err != nil {
		t.Fatal(err)
	}
	_, err := c.Reported([]byte(`{"updates":true,"usage":false,"release":{"version":"15.0","day":"2026-11-22","link":"https://example.com/15","notes":{"en":"Faster.\n<b>Much</b>","de":"Schneller."}},` +
		`"beyond":{"version":"16.0","day":"2026-11-23","link":"javascript:alert(1)","notes":{}}}`))
	must(t, err)
	v.get("").want(200, "Version 15.0 is there, since 2026-11-22", "Faster.", "&lt;b&gt;Much", `href="https://example.com/15"`, "Version 16.0 is there", "does not cover it").wantNot("javascript:")
	v.get("?lang=de").want(200, "Version 15.0 ist da, seit dem 22.11.2026", "Schneller.")
	v.get("updates?lang=en").want(200, "asked last on", "Update notices were on then", `value="on" checked`)
	v.post("step", "s", "", "kind", "choose", "updates", "perhaps").want(200, "client.choice")
}
