package license

import (
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/wire"
)

// targets is the licenses that the message is about: those of its code, or of
// what is already here, narrowed to the wanted ones.
func (c *contact) targets() ([]*License, error) {
	from := c.opened
	switch {
	case len(c.msg.lookups) == 0:
		for _, a := range c.here {
			from = append(from, c.licenses[a.License])
		}
	case c.ticket == nil:
		c.unknown = true
		return nil, ErrUnknownCode
	default:
		if err := c.ticket.open(c.opened, c.now); err != nil {
			return nil, err
		}
	}
	if len(c.msg.want) == 0 && len(from) > 0 {
		return from, nil
	}
	var out []*License
	for _, l := range from {
		if slices.Contains(c.msg.want, l.ID) {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return nil, ErrNotWanted
	}
	return out, nil
}

// activate places the wanted licenses here. What cannot be placed is left out
// as long as something can; else the first reason counts.
func (c *contact) activate() error {
	return c.each(func(l *License) error { return c.place(l, c.quantity()) })
}

func (c *contact) each(do func(*License) error) error {
	targets, err := c.targets()
	if err != nil {
		return err
	}
	done := false
	for _, l := range targets {
		if e := do(l); e == nil {
			done = true
		} else if err == nil {
			err = e
		}
	}
	if done {
		return nil
	}
	return err
}

func (c *contact) quantity() int64 { return max(1, c.msg.req.Quantity) }

// place puts q of a license here. It changes nothing when it refuses.
func (c *contact) place(l *License, q int64) error {
	if l.changes() {
		return c.redeem(l, q)
	}
	if a := c.live(l.ID); a != nil {
		return c.again(l, a, q)
	}
	if err := c.fits(l, true); err != nil {
		return err
	}
	seats, err := l.Seats.Take(q)
	if err != nil {
		return l.full(err)
	}
	again := l.Taken+q > l.Seats.Limit() // a seat that was given back
	for _, r := range []resting{c.rest[l.ID], c.churn} {
		if r.wait > 0 && (again || r.name != c.churn.name) {
			c.odd(AnomalyChurn, "license", l.ID, l.holder())
			return l.tooOften(r, c.now)
		}
	}
	c.charged = c.charged || again
	c.put(l, seats, q)
	return nil
}

// again delivers what the container has already, and more of it if it asks for
// more.
func (c *contact) again(l *License, a *Activation, q int64) error {
	if err := a.leaving(); err != nil {
		return err
	}
	if err := c.usable(l); err != nil {
		return err
	}
	if more := q - a.Quantity; more > 0 && a.Lent.IsZero() {
		seats, err := l.Seats.Take(more)
		if err != nil {
			return l.full(err)
		}
		l.Seats, l.Taken, l.dirty = seats, l.Taken+more, true
		a.Quantity = q
		c.mark(a)
		c.event("activation", a.ID, "activation.grown", placeOf(a, c.msg.exchange))
	}
	c.deliver(StepActivate, a)
	return nil
}

// leaving is the refusal of whoever asks for what this very contact takes away.
func (a *Activation) leaving() error {
	switch a.State {
	case ActivationRecallPending:
		return ErrLicenseRecalled
	case ActivationReturnRequested:
		return ErrReturning
	}
	return nil
}

// usable is what holds for a license wherever it is to be used.
func (c *contact) usable(l *License) error {
	if p := c.msg.req.Product; p != "" && p != l.terms.Item.Product {
		return ErrOtherProduct.With("product", l.terms.Item.Product, "value", p)
	}
	if err := l.State.Open(); err != nil {
		return err
	}
	c.renews(l)
	if last, over := l.over(c.now); over {
		return l.ended(last)
	}
	return nil
}

// maxHere is how many licenses a container may hold: it names all of them in each
// of its messages, and those have to fit into a token (wire.MaxPayload).
const maxHere = 120

// fits says whether the license may come into this container.
func (c *contact) fits(l *License, trial bool) error {
	if err := c.usable(l); err != nil {
		return err
	}
	if l.terms.model().Kind == catalog.Floating {
		return ErrFloating
	}
	return c.houses(l, trial)
}

// houses says whether this container is one for the license, and has room for it.
func (c *contact) houses(l *License, trial bool) error {
	kind, allowed := c.box.Keys.Kind, l.terms.Item.ContainerKinds
	if !slices.Contains(allowed, kind) {
		return ErrContainerKind.With("value", kind, "allowed", allowed)
	}
	if kind == wire.ContainerCloud {
		return ErrCloudLease
	}
	if !l.terms.model().Offline && c.msg.carried() {
		return ErrOnlineOnly.With("article", l.terms.Item.Number)
	}
	if kind == wire.ContainerSoft && len(c.msg.marks) == 0 && c.msg.typed == nil {
		return ErrFingerprint
	}
	if len(living(c.here)) >= maxHere {
		return ErrContainerFull.With("limit", int64(maxHere))
	}
	if trial && c.triedBefore(l) {
		return ErrTrialUsed
	}
	return nil
}

// ended is the refusal of a license whose time is over; one that was never
// redeemed expired as a ticket.
func (l *License) ended(last day.Day) error {
	if l.First.IsZero() {
		return ErrTicketExpired.With("last", last)
	}
	return ErrLicenseExpired.With("last", last)
}

// full turns "no seat" into "used up" where a seat never comes back.
func (l *License) full(err error) error {
	if l.changes() && errors.Is(err, ErrNoSeat) {
		return ErrRedeemed.With("limit", l.Seats.Limit(), "used", l.Seats.Used, "free", l.Seats.Free())
	}
	if !l.terms.model().Transfer && l.Seats.Used >= l.Seats.Limit() {
		return ErrUsedUp.With("limit", l.Seats.Limit())
	}
	return err
}

// put makes the activation; nothing refuses any more.
func (c *contact) put(l *License, seats Seats, q int64) {
	if l.First.IsZero() {
		l.First = c.now
	}
	gen := int64(1)
	if last := c.last[l.ID]; last != nil {
		gen = last.Gen + 1
		c.gaveUp(last) // it holds the license rightly again
	}
	a := &Activation{
		ID: c.newID(), License: l.ID, Container: c.box.ID, Gen: gen, Quantity: q,
		State: ActivationDelivered, Version: l.Version, Started: c.now,
		Elapses: l.terms.Span(l.First, c.now, l.Until).Elapses, fresh: true, rev: 1,
	}
	l.Seats, l.Taken, l.dirty = seats, l.Taken+q, true
	c.here, c.made = append(c.here, a), append(c.made, a)
	c.mark(a)
	data := placeOf(a, c.msg.exchange)
	for _, t := range l.trialMarks(c.msg.device()) {
		data.Tried = true
		if _, known := c.tried[t.id]; !known {
			c.marked = append(c.marked, t)
		}
	}
	c.event("activation", a.ID, "activation.issued", data)
	c.deliver(StepActivate, a)
}

// restore places the license here that was lost elsewhere. The old container is
// shut out first; the allowance is drawn unless it is the same machine.
func (c *contact) restore() error {
	return c.each(c.restoreOne)
}

func (c *contact) restoreOne(l *License) error {
	if a := c.live(l.ID); a != nil {
		return c.again(l, a, c.quantity()) // it is here already
	}
	d, same, err := c.lost(l)
	if err != nil {
		return err
	}
	if err := c.fits(l, !same); err != nil {
		return err
	}
	if _, err := d.act.State.RestoreAway(); err != nil {
		return err
	}
	if !same {
		if err := l.allowance(c.counted[l.ID], c.now).Draw(); err != nil {
			return err
		}
	}
	freed := l.back(d.act)
	q := freed - d.act.Shrink
	switch {
	case q == 0 && d.act.Shrink == 0:
		return ErrUsedUp.With("limit", l.Seats.Limit())
	case q == 0:
		return ErrLicenseRecalled
	}
	seats, err := l.Seats.Release(freed, d.act.Shrink).Take(q)
	if err != nil {
		return l.full(err)
	}
	c.away(l, d.act, !same)
	c.put(l, seats, q)
	return nil
}

// away shuts the old container out of the license.
func (c *contact) away(l *License, a *Activation, counted bool) {
	c.mark(a)
	a.lose(c.now)
	a.Counted, a.Why = counted, "restored"
	if counted {
		c.odd(AnomalyRestores, "license", l.ID, l.holder())
	}
	c.event("activation", a.ID, "activation.restored_away", awayData{placeOf(a, c.msg.exchange), counted})
}

// lost finds the activation that the message calls lost: the one it names, that
// of the same machine, or the only one. same says that it is the same machine.
func (c *contact) lost(l *License) (d device, same bool, err error) {
	least := l.terms.model().Fingerprint.Min
	var all []device
	for _, d := range c.devices {
		if d.act.License == l.ID {
			all = append(all, d)
		}
	}
	like := slices.IndexFunc(all, func(d device) bool { return d.marks.Same(c.msg.marks, least) })
	if named := c.msg.lost; named != [16]byte{} && named != l.ID {
		i := slices.IndexFunc(all, func(d device) bool { return d.act.ID == named })
		if i < 0 {
			return d, false, ErrNotLost
		}
		return all[i], all[i].marks.Same(c.msg.marks, least), nil
	}
	switch {
	case like >= 0:
		return all[like], true, nil
	case len(all) == 1:
		return all[0], false, nil
	case len(all) == 0:
		return d, false, ErrNotLost
	}
	return d, false, ErrRestoreWhich.With("count", len(all))
}

// trialID names that a device or a customer has tried an article.
type trialID [16]byte

type trialMark struct {
	id      trialID
	license LicenseID
	device  bool
}

// tried reports whether a device may try this only once.
func (l *License) tried() bool {
	m := l.terms.model()
	return m.Kind == catalog.Trial && m.Trial.OncePerDevice
}

// trialMarks is what a trial leaves behind: one mark per component of the
// device and one for the customer. Nil for everything else than such a trial.
func (l *License) trialMarks(device Fingerprint) []trialMark {
	if !l.tried() {
		return nil
	}
	article := l.terms.Item.ArticleID
	out := make([]trialMark, 0, len(device)+1)
	for _, mark := range device {
		out = append(out, trialMark{hashTrial("device", article[:], mark[:]), l.ID, true})
	}
	if customer := l.terms.Customer; !customer.IsZero() {
		out = append(out, trialMark{hashTrial("customer", article[:], customer[:]), l.ID, false})
	}
	return out
}

// deviceOf is what a device is known by that tries something: its components, or the
// container itself where the keys are in hardware, which names no machine.
func deviceOf(kind string, id ContainerID, marks Fingerprint) Fingerprint {
	if kind == wire.ContainerHardware {
		return Fingerprint{Mark(id[:8])}
	}
	return marks
}

// device is deviceOf the one that a message comes from.
func (m *message) device() Fingerprint {
	if m.req == nil {
		return m.marks
	}
	return deviceOf(m.req.Container.Kind, m.container, m.marks)
}

func hashTrial(what string, article, who []byte) (id trialID) {
	h := sha256.Sum256(append(append([]byte(what+":"), article...), who...))
	copy(id[:], h[:])
	return id
}

// triedBefore reports whether this device has tried the article, or this
// customer by another license.
func (c *contact) triedBefore(l *License) bool {
	common, device := 0, 0
	for _, t := range l.trialMarks(c.msg.device()) {
		owner, known := c.tried[t.id]
		switch {
		case t.device:
			device++
			if known {
				common++
			}
		case known && owner != l.ID:
			return true
		}
	}
	need := min(int(max(1, l.terms.model().Fingerprint.Min)), device)
	return need > 0 && common >= need
}
