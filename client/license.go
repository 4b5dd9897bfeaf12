package client

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/licet/licet/wire"
)

// State is how a license stands here and now.
type State string

// The states. The first five are those of package wire.
const (
	Valid        State = "valid"
	Grace        State = "grace"         // its term is over, its grace is not
	NotYet       State = "not_yet"       // its term has not begun
	Expired      State = "expired"       // term and grace are over
	Unmaintained State = "unmaintained"  // this release is younger than the maintenance
	Blocked      State = "blocked"       // by the publisher; a later update may lift it
	OtherProduct State = "other_product" // of the same publisher
	OtherMachine State = "other_machine" // bound to another machine or container: a copied folder
	Refused      State = "refused"       // not to be believed: see Err
)

// License is a license in the container with the verdict about it. The claims of
// a Refused one are empty but for its ID and Generation.
type License struct {
	ID         string
	Generation int64
	Product    string
	Article    string
	Model      string
	Quantity   int64
	Features   []string // "*" stands for every feature; of a typed license those whose names it carries
	Limits     map[string]int64
	Unit       string // the limit that it is used up in; "" = it is not usage-counted
	Drawn      int64  // units that it has brought here
	Spent      int64  // of them, consumed here
	Holder     string // a pseudonymous number
	CodeHint   string // last group of the code that it came with, "" if unknown

	Issued      time.Time
	NotBefore   time.Time // zero = at once
	Expires     time.Time // zero = never
	Maintenance time.Time // zero = every release
	NextContact time.Time // zero = none due

	State   State
	Until   time.Time        // when State changes or has changed; zero = never
	Enforce wire.Enforcement // what the license asks for when its State is not good
	Runs    bool             // the program should go on with it
	Bound   bool             // to this container; a free one cannot be returned
	Lent    bool             // borrowed: it ends at Expires, unless it is kept longer or returned before
	Why     string           // code of a block: restored, evicted, moved, granted; listed = by the block list
	Err     error            // why it does not hold; nil for Valid and Grace
	Typed   bool             // it was typed: the next contact by another carrier brings the whole license
	Unnamed int              // features and limits of a typed license whose names it does not carry; Has and Limit find them

	marks wire.Marks // what a typed license holds without carrying its name
}

// Has reports whether the license holds a feature, by name or by the all-features
// sign, whether it runs or not: also one whose name a typed license does not carry.
func (l License) Has(feature string) bool {
	return (&wire.License{Features: l.Features, Marks: l.marks}).Has(feature)
}

// Has reports whether a license that runs holds the feature, by name or by the
// all-features sign, which answers features that are younger than the license
// too.
func (c *Container) Has(feature string) bool {
	for l := range c.running {
		if l.Has(feature) {
			return true
		}
	}
	return false
}

// Limit returns a named limit: the greatest of those that running licenses set;
// ok is false if none sets it.
func (c *Container) Limit(name string) (value int64, ok bool) {
	for l := range c.running {
		if v, set := l.Limit(name); set && (!ok || v > value) {
			value, ok = v, true
		}
	}
	return value, ok
}

// Features returns the names of the features that Has answers with true, sorted; "*"
// among them stands for every other. Those whose names a typed license does not
// carry are not among them.
func (c *Container) Features() (names []string) {
	for l := range c.running {
		names = append(names, l.Features...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// running yields the licenses that hold for this program now.
func (c *Container) running(yield func(*wire.License) bool) {
	c.mu.RLock()
	held, now := c.view.held, c.now()
	c.mu.RUnlock()
	for i := range held {
		if h := &held[i]; c.stateOf(h, now).runs && !yield(h.lic) {
			return
		}
	}
}

// Licenses returns every license in the container, those of other products too,
// with what holds about it now.
func (c *Container) Licenses() []License {
	c.mu.RLock()
	held, now := c.view.held, c.now()
	c.mu.RUnlock()
	out := make([]License, 0, len(held))
	for i := range held {
		out = append(out, c.show(&held[i], now))
	}
	return out
}

// floating is the model of licenses that are leased, or borrowed; only a borrowed
// one is ever kept here.
const floating = "floating"

// verdict is what holds about a license at a time.
type verdict struct {
	state State
	until int64
	runs  bool
	err   error
}

func (c *Container) stateOf(h *holding, now int64) verdict {
	switch {
	case errors.Is(h.err, wire.ErrContainer):
		return verdict{state: OtherMachine, err: h.err}
	case h.err != nil:
		return verdict{state: Refused, err: h.err}
	case c.cfg.Product != "" && !h.lic.Of(c.cfg.Product):
		return verdict{state: OtherProduct, err: wire.ErrProduct}
	case h.Blocked && h.why == listed:
		return verdict{state: Blocked, err: ErrListed}
	case h.Blocked:
		return verdict{state: Blocked, err: ErrBlocked}
	}
	v := h.lic.At(now, c.cfg.build())
	return verdict{State(v.State), v.Until, v.Runs(), v.Err()}
}

func (c *Container) show(h *holding, now int64) License {
	v := c.stateOf(h, now)
	out := License{
		ID: h.ID, Generation: h.Generation, CodeHint: h.Hint,
		State: v.state, Until: instant(v.until), Runs: v.runs, Bound: !h.Free, Why: h.why, Err: v.err, Typed: h.Typed,
	}
	l := h.lic
	if l == nil {
		return out
	}
	out.Product, out.Article, out.Model, out.Quantity, out.Holder = l.Product, l.Article, l.Model, l.Quantity, l.Holder
	out.Unnamed = len(l.Marks.Features) + len(l.Marks.Limits)
	if out.marks = l.Marks; out.Product == "" && c.cfg.Product != "" && l.Of(c.cfg.Product) {
		out.Product = c.cfg.Product
	}
	if out.Unit = l.Unit; l.Unit != "" {
		out.Drawn, out.Spent = drawn(l), h.Spent
	}
	out.Lent = l.Model == floating && !h.Free
	out.Features, out.Limits = slices.Clone(l.Features), maps.Clone(l.Limits)
	out.Issued, out.NotBefore, out.Expires = instant(l.IssuedAt), instant(l.NotBefore), instant(l.Expires)
	out.Maintenance, out.NextContact, out.Enforce = instant(l.Maintenance), instant(l.NextContact), l.Enforce
	return out
}

// instant is Unix seconds as a time, zero for 0.
func instant(sec int64) time.Time {
	if sec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}

// Secret opens the part of a license that only this container can read: nil if
// it has none. Errors: ErrNotHeld, wire.ErrSeal, or why the license does not
// hold.
func (c *Container) Secret(licenseID string) ([]byte, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, h := range c.view.held {
		if h.ID != licenseID {
			continue
		}
		if h.err != nil || h.lic.Secret == "" {
			return nil, h.err
		}
		k, err := c.keysOf(c.st)
		if err == nil && k.box == nil {
			err = wire.ErrSeal
		}
		if err != nil {
			return nil, err
		}
		return wire.OpenSecret(k.box, h.ID, h.Generation, h.lic.Secret)
	}
	return nil, ErrNotHeld
}

// Status is what a support person asks for first.
type Status struct {
	Publisher  string
	Product    string
	Dir        string
	Server     string
	Container  string // key hash; "" = nothing was asked for yet
	Virtual    bool
	Components []string // names of those that the machine shows
	Now        time.Time
	ClockOff   time.Duration // what the machine's clock is put right by; 0 = it is believed
	ClockBack  bool          // the machine's clock stands before a time that has been
	Contact    time.Time     // of the newest signed answer; zero = none
	ContactDue time.Time     // by the licenses that run; zero = none due
	Licenses   []License
	Waiting    []Message
	Typed      TypedRequest // the one that waits for its answer; zero = none
}

// Status returns the whole picture, without asking anybody.
func (c *Container) Status() Status {
	s := Status{
		Publisher: c.pins.Issuer, Product: c.cfg.Product, Dir: c.cfg.Dir, Server: c.cfg.Server,
		Virtual: c.machine.Virtual, Licenses: c.Licenses(),
	}
	for _, m := range c.machine.Components {
		s.Components = append(s.Components, m.Name)
	}
	for _, l := range s.Licenses {
		if l.Runs && !l.NextContact.IsZero() && (s.ContactDue.IsZero() || l.NextContact.Before(s.ContactDue)) {
			s.ContactDue = l.NextContact
		}
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	wall := c.cfg.Clock.Now()
	now := c.now()
	s.Container, s.Now, s.Contact = c.view.hash, instant(now), instant(c.st.Time.Signed)
	if off := now - wall.Unix(); c.st.Time.Offset != 0 && off == c.st.Time.Offset {
		s.ClockOff = time.Duration(off) * time.Second
	}
	s.ClockBack = s.ClockOff == 0 && now > wall.Unix()+60
	for _, m := range c.st.Outbox {
		s.Waiting = append(s.Waiting, m.message())
	}
	if c.st.Typed.Open {
		s.Typed, _ = c.typedRequest(c.st) // none where the keys are not here
	}
	return s
}
