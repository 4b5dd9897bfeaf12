package license

import (
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/wire"
)

// A borrow takes places of a floating license offline: an activation that ends by
// itself at a moment that stands in its license. Nobody has to say that it has
// ended, and nothing brings its place back before, but its own return.

// borrow takes places of the wanted floating licenses offline, or keeps those that
// are here for longer.
func (c *contact) borrow() error {
	return c.each(func(l *License) error { return c.lend(l, c.quantity()) })
}

// lend places q of a license here until the end that is asked for. It changes
// nothing when it refuses.
func (c *contact) lend(l *License, q int64) error {
	m := l.terms.model()
	f, floats := m.Leases()
	if !floats || l.changes() {
		return ErrNotFloating.With("kind", string(m.Kind))
	}
	if f.BorrowDays == 0 {
		return ErrNotLent
	}
	a := c.live(l.ID)
	if a != nil && a.State != ActivationLent {
		return ErrLicenseRecalled
	}
	err := c.usable(l)
	if err == nil && a == nil {
		err = c.houses(l, false)
	}
	if err != nil {
		return err
	}
	if from := l.terms.Span(l.First, c.now, l.Until).From; from.After(c.now) {
		return ErrNotYet.With("from", l.terms.From)
	}
	end, err := l.lentUntil(f, c.msg.req.Until, c.now)
	if err != nil {
		return err
	}
	more := q
	if a != nil {
		more = max(0, q-a.Quantity)
	}
	seats, err := l.lendable(f, more, c.lent[l.ID], c.box)
	if err != nil {
		return err
	}
	c.lent[l.ID] += more
	l.fillLent(c.box.ID, more)
	if a == nil {
		c.putLent(l, seats, q, f, end)
		return nil
	}
	c.keepLent(l, a, seats, more, f, end)
	return nil
}

// lendable takes more places to lend to a machine, of which lent are away already.
func (l *License) lendable(f catalog.FloatingSpec, more, lent int64, box *Container) (Seats, error) {
	if more == 0 {
		return l.Seats, nil
	}
	if f.BorrowSeats > 0 && (more > f.BorrowSeats || lent > f.BorrowSeats-more) {
		return l.Seats, ErrLentOut.With("limit", f.BorrowSeats, "lent", lent, "value", more)
	}
	if err := l.roomFor(more, []holderID{machineKey(box.ID)}, nil); err != nil {
		return l.Seats, err
	}
	return l.Seats.Take(more)
}

// lentUntil is when a borrow ends that is asked for now: as asked, or as late as the
// model allows, counted in civil days from the day of asking, and never after the
// license itself. Whoever asks does not know in which time zone the publisher's days
// end, so what is less than a day too late is as late as the model allows.
func (l *License) lentUntil(f catalog.FloatingSpec, asked int64, now time.Time) (time.Time, error) {
	today := day.FromTime(now, l.terms.loc)
	last := today.AddDays(int(f.BorrowDays))
	end := last.AddDays(1).Start(l.terms.loc)
	if asked != 0 {
		at := time.Unix(asked, 0)
		if !at.After(now) || at.After(end.Add(day24)) {
			asked := day.FromTime(at.Add(-time.Second), time.UTC) // as whoever names a day sends its end
			return end, ErrLentUntil.With("value", asked, "last", last, "limit", f.BorrowDays)
		}
		if at.Before(end) {
			end = at
		}
	}
	first := l.First
	if first.IsZero() {
		first = now
	}
	if until := l.terms.Span(first, now, l.Until).Until; !until.IsZero() && until.Before(end) {
		end = until
	}
	return end, nil
}

// putLent makes the activation; nothing refuses any more.
func (c *contact) putLent(l *License, seats Seats, q int64, f catalog.FloatingSpec, end time.Time) {
	if l.First.IsZero() {
		l.First = c.now
	}
	gen := int64(1)
	if last := c.last[l.ID]; last != nil {
		gen = last.Gen + 1
	}
	a := &Activation{
		ID: c.newID(), License: l.ID, Container: c.box.ID, Gen: gen, Quantity: q, State: ActivationLent, Version: l.Version,
		Started: c.now, Lent: end, Elapses: end.Add(seconds(f.Grace)), fresh: true, rev: 1,
	}
	l.Seats, l.Taken, l.dirty = seats, l.Taken+q, true
	c.here, c.made = append(c.here, a), append(c.made, a)
	c.tellLent(a, "activation.lent")
}

// keepLent keeps places that are here until a later end. An earlier one changes
// nothing: whoever has the license has it until the end that it says.
func (c *contact) keepLent(l *License, a *Activation, seats Seats, more int64, f catalog.FloatingSpec, end time.Time) {
	if more > 0 {
		l.Seats, l.Taken, l.dirty = seats, l.Taken+more, true
		a.Quantity += more
	}
	longer := end.After(a.Lent)
	if longer {
		a.Lent, a.Elapses = end, end.Add(seconds(f.Grace))
	}
	if more == 0 && !longer {
		c.deliver(StepActivate, a)
		return
	}
	c.tellLent(a, "activation.lent_longer")
}

// tellLent delivers a borrow, again and again until a receipt has come: an end that
// nobody has heard of would make its holder stop too early.
func (c *contact) tellLent(a *Activation, event string) {
	a.Told = c.msg.ctr
	c.mark(a)
	c.event("activation", a.ID, event, lentData{placeOf(a, c.msg.exchange), a.Lent})
	c.deliver(StepActivate, a)
}

// lentData is what the journal keeps of a borrow.
type lentData struct {
	placeData
	Ends time.Time `json:"ends"`
}

// lentClaims is what the license file of a borrow says otherwise: its own end, and
// the grace after which its place is somebody else's.
func (l *License) lentClaims(w *wire.License, a *Activation) {
	w.Expires = unix(a.Lent)
	if until := l.terms.Span(l.First, a.Started, l.Until).Until; !until.IsZero() && until.Before(a.Lent) {
		w.Expires = unix(until)
	}
	w.Grace = int64(a.Elapses.Sub(a.Lent) / time.Second)
}
