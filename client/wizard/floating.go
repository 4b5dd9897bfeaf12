package wizard

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// seat is a place of a floating license that is held while the wizard runs, or
// waited for.
type seat struct {
	id, name string
	leave    context.CancelFunc // ends the waiting
	queued   chan struct{}      // closed when it has to wait
	settled  chan struct{}      // closed when it has got one, or none

	mu     sync.Mutex
	lease  *online.Lease     // nil = none yet
	last   online.LeaseEvent // what was heard last
	err    error             // why there is none
	gone   bool              // it was given up
	inLine sync.Once         // closes queued
}

// The states of a seat.
const (
	seatWaits = "waits"
	seatHeld  = "held"
	seatLate  = "late"
	seatOver  = "over"
)

// maxSeats is how many places one wizard holds.
const maxSeats = 8

// told hears what becomes of the lease.
func (x *seat) told(e online.LeaseEvent) {
	x.mu.Lock()
	x.last = e
	x.mu.Unlock()
	if e.News == online.LeaseQueued {
		x.inLine.Do(func() { close(x.queued) })
	}
}

// take takes the place, and gives it back at once if nobody wants it any more.
func (x *seat) take(ctx context.Context, t *online.Transport, c *client.Container, ask client.LeaseAsk) {
	defer close(x.settled)
	lease, err := t.TakeLease(ctx, c, ask, x.told)
	x.mu.Lock()
	x.lease, x.err = lease, err
	gone := x.gone
	x.mu.Unlock()
	if gone && lease != nil {
		_ = lease.End(context.WithoutCancel(ctx)) // else it frees itself
	}
}

// state is how it stands, for how long it goes on by itself, and why it is not as it
// should be.
func (x *seat) state() (state string, left time.Duration, why error) {
	x.mu.Lock()
	lease, last, err := x.lease, x.last, x.err
	x.mu.Unlock()
	switch {
	case err != nil:
		return seatOver, 0, err
	case lease == nil:
		return seatWaits, 0, last.Err
	case lease.Err() != nil:
		return seatOver, 0, lease.Err()
	case last.News == online.LeaseLate:
		return seatLate, lease.Now().Left(), last.Err
	}
	return seatHeld, lease.Now().Left(), nil
}

// giveBack ends it. The error says that the server has not heard of it; then the
// place frees itself.
func (x *seat) giveBack(ctx context.Context) error {
	x.mu.Lock()
	x.gone = true
	x.mu.Unlock()
	x.leave()
	<-x.settled
	x.mu.Lock()
	lease := x.lease
	x.mu.Unlock()
	if lease == nil {
		return nil
	}
	return lease.End(ctx)
}

// seatsNow are the places that are held or waited for.
func (w *Wizard) seatsNow() []*seat {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seats)
}

// holds reports whether somebody counts on a place: then nobody's being here is no
// reason to end.
func (w *Wizard) holds() bool {
	return slices.ContainsFunc(w.seatsNow(), func(x *seat) bool {
		state, _, _ := x.state()
		return state != seatOver
	})
}

// drop forgets a place and returns it, nil if there is none of the name.
func (w *Wizard) drop(id string) (found *seat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seats = slices.DeleteFunc(w.seats, func(x *seat) bool {
		if x.id == id {
			found = x
		}
		return x.id == id
	})
	return found
}

// Release gives back the places of floating licenses that were taken on the pages.
// Run does so at its end; whoever serves the wizard without Run calls it. A server
// that is not reached frees them by itself.
func (w *Wizard) Release(ctx context.Context) {
	var all sync.WaitGroup
	for _, x := range w.seatsNow() {
		w.drop(x.id)
		all.Go(func() { _ = x.giveBack(ctx) })
	}
	all.Wait()
}

// takeSeat takes a place of a floating license, or a place in the queue.
func (w *Wizard) takeSeat(v *view, s *step, c *client.Container) outcome {
	l := licenseOf(s.held, v.field("license"))
	if l == nil {
		return outcome{err: fail("fail.nothing_chosen")}
	}
	if len(w.seatsNow()) >= maxSeats {
		return outcome{err: fail("fail.seats", "most", strconv.Itoa(maxSeats))}
	}
	ctx, leave := context.WithCancel(v.acting())
	x := &seat{id: rand.Text(), name: l.Name(v.lang), leave: leave, queued: make(chan struct{}), settled: make(chan struct{})}
	go x.take(ctx, w.transport(v.lang), c, client.LeaseAsk{
		Code: s.code, License: l.ID, Person: v.field("person"), Label: v.field("label"), Wait: v.field("wait") != "",
	})
	select {
	case <-x.queued:
	case <-x.settled:
	}
	if state, _, why := x.state(); state == seatOver {
		leave()
		return outcome{err: why}
	}
	w.mu.Lock()
	w.seats = append(w.seats, x)
	w.mu.Unlock()
	return outcome{seat: x}
}

// leaveSeat gives a place back.
func (w *Wizard) leaveSeat(v *view) outcome {
	x := w.drop(v.field("seat"))
	if x == nil {
		return outcome{err: fail("fail.no_place")}
	}
	before, _, _ := x.state()
	switch err := x.giveBack(v.acting()); {
	case before == seatOver:
		return outcome{left: "seat.forgotten"}
	case before == seatWaits:
		return outcome{left: "seat.out_of_line"}
	case err != nil:
		return outcome{left: "seat.frees_itself"}
	}
	return outcome{left: "seat.left"}
}

// offerSeats offers to take a place while the wizard runs.
func (v *view) offerSeats(s *step) markup {
	return all(v.e("h2", "seat.offer"), v.e("p", "seat.offer_text"),
		v.form("begin", []string{"kind", string(toLease), "s", s.id}, v.button("seat.offer_button", "")))
}

// previewLease says what taking a place does.
func (v *view) previewLease(s *step) markup {
	var choices markup
	var floats []online.HeldLicense
	for _, l := range s.held.Licenses {
		if l.Kind == floating {
			floats = append(floats, l)
		}
	}
	for i, l := range floats {
		a := attrs{"type", "radio", "name", "license", "value", l.ID, "required", ""}
		if i == 0 {
			a = append(a, "checked", "")
		}
		choices += el("label", nil, el("input", a), esc(" "+l.Name(v.lang)+" · "+v.t("held.free", "free", count(l.Free), "limit", count(l.Limit))))
	}
	if len(floats) == 1 {
		choices = all(el("input", attrs{"type", "hidden", "name", "license", "value", floats[0].ID}),
			v.e("p", "held.free", "free", count(floats[0].Free), "limit", count(floats[0].Limit)))
	} else {
		choices = el("fieldset", nil, v.e("legend", "seat.which"), choices)
	}
	field := func(name, key, hint string) markup {
		return all(el("label", attrs{"for", name}, esc(v.t(key))),
			el("input", attrs{"type", "text", "id", name, "name", name, "maxlength", "200", "autocomplete", "off", "aria-describedby", name + "-hint"}),
			el("p", attrs{"class", "small", "id", name + "-hint"}, esc(v.t(hint))))
	}
	name := title(client.License{})
	if len(floats) > 0 {
		name = floats[0].Name(v.lang)
	}
	return all(v.e("h1", "seat.preview", "license", name), v.e("h2", "leave.happens"),
		el("ul", nil, v.e("li", "seat.happens_held"), v.e("li", "seat.happens_programs"), v.e("li", "seat.happens_end"), v.e("li", "seat.happens_private")),
		v.form("step", []string{"s", s.id}, choices,
			el("label", nil, el("input", attrs{"type", "checkbox", "name", "wait", "value", "1"}), esc(" "+v.t("seat.wait"))),
			el("details", nil, v.e("summary", "more.title"), field("person", "seat.person", "seat.person_hint"), field("label", "seat.label", "seat.label_hint")),
			v.button("seat.button", "")),
		v.cancel())
}

// seatCards are the places that are held, with what can be done about them.
func (v *view) seatCards() markup {
	return each(v.seatsNow(), v.seatCard)
}

func (v *view) seatCard(x *seat) markup {
	state, left, why := x.state()
	says := map[string]struct{ class, key string }{
		seatWaits: {"warn", "seat.waits"}, seatHeld: {"good", "seat.held"}, seatLate: {"warn", "seat.late"}, seatOver: {"bad", "seat.over"},
	}[state]
	act := "seat.give_back"
	var more markup
	switch state {
	case seatWaits:
		act, more = "seat.leave_line", all(v.reason(why), el("p", nil, el("a", attrs{"href", v.at("")}, esc(v.t("seat.look_again")))))
	case seatOver:
		act, more = "seat.forget", v.reason(why)
	case seatLate:
		more = v.reason(why)
	}
	if state == seatHeld || state == seatLate {
		key := "seat.goes_on"
		if left < 2*time.Minute {
			key = "seat.goes_on_short"
		}
		more += v.e("p", key, "minutes", count(int64(left/time.Minute)))
	}
	return el("article", attrs{"class", "card"},
		el("header", nil, el("h2", nil, esc(x.name)), el("p", attrs{"class", "state " + says.class}, esc(v.t(says.key)))), more,
		el("div", attrs{"class", "actions"},
			v.form("step", []string{"s", rand.Text(), "kind", string(toLeave), "seat", x.id}, v.named(act, x.name))))
}

// reason is why something is as it is, with its code for the support.
func (v *view) reason(err error) markup {
	if err == nil {
		return ""
	}
	var r *client.Refusal
	code := el("p", attrs{"class", "small"}, el("code", nil, esc(codeOf(err))))
	if errors.As(err, &r) || errors.Is(err, client.ErrOffline) {
		return all(el("p", nil, esc(v.explain(err))), code)
	}
	return code
}
