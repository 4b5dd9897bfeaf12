package license

import (
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// What the holder of a lease may be refused.
var (
	ErrFloating    = fault.New(fault.Conflict, "license.floating")     //
	ErrNotFloating = fault.New(fault.Conflict, "license.not_floating") // kind
	ErrLeaseCode   = fault.New(fault.NotFound, "license.lease_code")   // the same for unknown licenses
	ErrLeaseGone   = fault.New(fault.NotFound, "license.lease_gone")   // the same for unknown ones, and for a wrong secret
	ErrLeaseHolder = fault.New(fault.Invalid, "license.lease_holder")  //
)

// LeaseState is the stored state of a lease.
type LeaseState string

// The states of a lease.
const (
	LeaseLive      LeaseState = "live"      // in use, or not yet found to be over
	LeaseLingering LeaseState = "lingering" // given back; keeps its place for the least time of the model
	LeaseEnded     LeaseState = "ended"     // holds nothing
)

// Lease is a quantity of a floating license that somebody uses. It ends by itself
// unless it is renewed.
type Lease struct {
	ID        LeaseID
	License   LicenseID
	Container ContainerID
	Holder    holderID // who shares one place
	Fence     int64    // above that of every lease of the license before
	Quantity  int64
	Seats     int64 // that it holds of the license; 0 when another lease of its holder does
	State     LeaseState
	Label     string   // that the program named
	Shorts    []string // components of its machine as they stand in the license
	App       string   // version of the program
	Granted   time.Time
	Renewed   time.Time
	Ends      time.Time     // exclusive; the license that its holder has ends then
	Due       time.Time     // when to look at it again, never after its place is free
	Fills     ReservationID // that its places fill; zero = none

	rev   int64
	dirty bool
	fresh bool
}

// keepEnded is how long an ended lease is kept, so that a late copy of its request
// finds it and takes no place.
const keepEnded = time.Hour

// leaseAsk is a verified request for a lease.
type leaseAsk struct {
	*message
	lsr    *wire.LeaseRequest
	id     LeaseID
	want   LicenseID // zero = the first that has a place
	person []byte    // keyed hash of what the holder says of itself; nil = nothing
}

func (a *leaseAsk) quantity() int64 { return max(1, a.lsr.Quantity) }

// leaseIDOf is the natural key of a request for a lease.
func leaseIDOf(container, nonce string) (id LeaseID) {
	h := sha256.Sum256([]byte("lsr|" + container + "|" + nonce))
	copy(id[:], h[:])
	return id
}

// leaseRightOf names that a container may ask for a license by its id.
func leaseRightOf(l LicenseID, c ContainerID) (id leaseRightID) {
	h := sha256.Sum256(append(append([]byte("lease|"), l[:]...), c[:]...))
	copy(id[:], h[:])
	return id
}

// holder is who shares a place of a license whose uses count per process, machine
// or person. A software container lives on one machine; another one is carried
// around, or is a service, so the program says which machine it is on.
func (a *leaseAsk) holder(per string) (id holderID, err error) {
	switch per {
	case catalog.PerPerson:
		if a.lsr.Holder.Kind != wire.PerPerson {
			return id, ErrLeaseHolder
		}
		return holderHash("person", a.person, nil), nil
	case catalog.PerMachine:
		if a.lsr.Container.Kind == wire.ContainerSoft {
			return holderHash("machine", a.container[:], nil), nil
		}
		return holderHash("machine", a.container[:], a.person), nil
	}
	return holderID(a.id), nil
}

func holderHash(what string, one, more []byte) (id holderID) {
	h := sha256.Sum256(append(append([]byte(what+"|"), one...), more...))
	copy(id[:], h[:])
	return id
}

// leasable says whether places of the license may be leased or kept now by a
// container of a kind, and how. product is the asking program's; "" = any.
func (l *License) leasable(kind, product string, now time.Time) (catalog.FloatingSpec, error) {
	f, ok := l.leases(kind)
	if !ok {
		return f, ErrNotFloating.With("kind", string(l.terms.model().Kind))
	}
	if product != "" && product != l.terms.Item.Product {
		return f, ErrOtherProduct.With("product", l.terms.Item.Product, "value", product)
	}
	if err := l.State.Open(); err != nil {
		return f, err
	}
	if last, over := l.over(now); over {
		return f, l.ended(last)
	}
	if from := l.terms.Span(l.First, now, l.Until).From; from.After(now) {
		return f, ErrNotYet.With("from", l.terms.From)
	}
	return f, nil
}

// housed says whether a lease may go to this container.
func (l *License) housed(f catalog.FloatingSpec, ask *leaseAsk, box *Container) error {
	kind, allowed := box.Keys.Kind, l.terms.Item.ContainerKinds
	if !slices.Contains(allowed, kind) {
		return ErrContainerKind.With("value", kind, "allowed", allowed)
	}
	if kind == wire.ContainerCloud && box.fresh {
		return ErrUnknownContainer // such a one is made for an account, and not by whoever says so
	}
	if kind != wire.ContainerSoft {
		return nil
	}
	if len(ask.marks) == 0 {
		return ErrFingerprint
	}
	least := l.terms.model().Fingerprint.Min
	if f.Per == catalog.PerMachine && len(box.Marks) > 0 && !box.Marks.Same(ask.marks, least) {
		return ErrOtherMachine.With("common", box.Marks.Common(ask.marks), "limit", least)
	}
	return nil
}

// leaseEnd is when a lease ends that is granted or renewed now: never after the
// license itself.
func (l *License) leaseEnd(f catalog.FloatingSpec, now time.Time) time.Time {
	end := now.Add(seconds(f.Lease))
	if until := l.terms.Span(l.First, now, l.Until).Until; !until.IsZero() && until.Before(end) {
		return until
	}
	return end
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// renewAfter is after how many seconds a lease is to be renewed: two renewals may
// get lost.
func renewAfter(f catalog.FloatingSpec) int64 { return f.Lease / 3 }

// lease takes what the asker needs of the license. mates are the other leases of
// its holder, which share their places; me is its place in the queue, nil = none.
// ErrNoSeat when too few are free, ErrKept when those are kept for others.
func (l *License) lease(f catalog.FloatingSpec, ask *leaseAsk, holder holderID, mates []*Lease, me *Waiter, now time.Time) (*Lease, error) {
	q := ask.quantity()
	if q > MaxQuantity {
		return nil, ErrBadQuantity.With("value", q, "limit", int64(MaxQuantity))
	}
	need := q
	for _, m := range mates {
		need -= m.Seats
	}
	if need = max(0, need); need > 0 {
		if err := l.roomFor(need, ask.keys(), me); err != nil {
			return nil, err
		}
		seats, err := l.Seats.Take(need)
		if err != nil {
			return nil, err
		}
		l.Seats = seats
	}
	if l.First.IsZero() {
		l.First = now
	}
	l.Taken += max(1, need) // so that it rises with every grant
	l.dirty = true
	a := &Lease{
		ID: ask.id, License: l.ID, Container: ask.container, Holder: holder, Fence: l.Taken, Quantity: q, Seats: need,
		State: LeaseLive, Label: ask.lsr.Label, Shorts: ask.shorts, App: ask.lsr.App.Version, Granted: now, Renewed: now,
		Ends: l.leaseEnd(f, now), rev: 1, fresh: true,
	}
	a.Due = a.Ends
	if me != nil {
		l.leave(me)
	}
	a.Fills = l.keptFor(ask.keys())
	l.fill(a.Fills, need)
	return a, nil
}

// over reports whether the place of a lease is free by now.
func (a *Lease) over(f catalog.FloatingSpec, now time.Time) bool {
	return !now.Before(a.Ends.Add(seconds(f.Grace)))
}

// holds returns nil while a lease with this fence may be used or renewed. A place
// that was given on is never given back to whoever is late.
func (a *Lease) holds(f catalog.FloatingSpec, now time.Time) error {
	if a.State != LeaseLive || a.over(f, now) {
		return ErrLeaseGone
	}
	return nil
}

// end gives a live lease back. It keeps its place for the least time of the model.
func (l *License) endLease(f catalog.FloatingSpec, a *Lease, mates []*Lease, now time.Time) []act {
	if hold := a.Granted.Add(seconds(f.Linger)); hold.After(now) {
		a.State, a.Ends, a.Due, a.dirty = LeaseLingering, now, hold, true
		return []act{{"lease", a.ID, "lease.ended", leaseOf(a)}}
	}
	return l.vacate(a, mates, "lease.ended", now)
}

// review looks at a lease again that was due: its place may be free by now.
func (l *License) review(f catalog.FloatingSpec, a *Lease, mates []*Lease, now time.Time) []act {
	switch {
	case a.State == LeaseLingering && !now.Before(a.Due):
		return l.vacate(a, mates, "lease.freed", now)
	case a.State == LeaseLive && a.over(f, now):
		return l.vacate(a, mates, "lease.expired", now)
	case a.State == LeaseLive:
		a.Due, a.dirty = a.Ends.Add(seconds(f.Grace)), true
	}
	return nil
}

// vacate ends a lease: what the other leases of its holder need of its places
// goes over to one of them, the rest is free.
func (l *License) vacate(a *Lease, mates []*Lease, event string, now time.Time) []act {
	var held int64
	var heir *Lease
	for _, m := range mates {
		if m == a || m.State == LeaseEnded {
			continue
		}
		held += m.Seats
		if m.State == LeaseLive && (heir == nil || m.Quantity > heir.Quantity) {
			heir = m
		}
	}
	if heir != nil {
		if move := min(a.Seats, heir.Quantity-held); move > 0 {
			heir.Seats, heir.dirty = heir.Seats+move, true
			a.Seats -= move
			l.fill(heir.Fills, move)
			l.fill(a.Fills, -move)
		}
	}
	l.fill(a.Fills, -a.Seats)
	l.Seats = l.Seats.Release(min(a.Seats, l.Seats.Used), 0)
	l.dirty = true
	a.Seats, a.State, a.Ends, a.Due, a.dirty = 0, LeaseEnded, now, now.Add(keepEnded), true
	return []act{{"lease", a.ID, event, leaseOf(a)}}
}

// leaseData is what the journal keeps of a lease.
type leaseData struct {
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Fence     int64       `json:"fence"`
	Quantity  int64       `json:"qty"`
	Right     bool        `json:"right,omitempty"`  // the container may name the license from now on
	Machine   NamedID     `json:"machine,omitzero"` // that a program has named
}

func leaseOf(a *Lease) leaseData {
	return leaseData{License: a.License, Container: a.Container, Fence: a.Fence, Quantity: a.Quantity}
}

// leaseClaims is what the license file of a lease says.
func (l *License) leaseClaims(is issue, f catalog.FloatingSpec, a *Lease, box *Container, nonce string) *wire.License {
	w := l.terms.claims()
	span := l.terms.Span(l.First, a.Granted, l.Until)
	w.Issuer, w.ID, w.Generation, w.Quantity = is.issuer, l.ID.String(), a.Fence, a.Quantity
	w.IssuedAt, w.NotBefore, w.Expires, w.Maintenance = is.now.Unix(), unix(span.From), unix(a.Ends), unix(span.Maintenance)
	w.Epoch, w.Serial, w.Nonce, w.Grace = is.epoch, wire.Serial(is.serial()), nonce, f.Grace
	w.Container = wire.Binding{Kind: box.Keys.Kind, Key: box.Keys.Hash()}
	if box.Keys.Kind == wire.ContainerSoft {
		w.Container.Fingerprint = a.Shorts
		w.Container.Min = min(int(l.terms.model().Fingerprint.Min), len(a.Shorts))
	}
	w.Lease = wire.Lease{ID: a.ID.String(), Fence: a.Fence, Renew: renewAfter(f)}
	return w
}

// LeaseInfo is a lease as staff see it. Nothing in it names a person or a machine.
type LeaseInfo struct {
	ID        LeaseID     `json:"id"`
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Holder    holderID    `json:"holder"` // the same for all leases that share a place
	Fence     int64       `json:"fence"`
	Quantity  int64       `json:"quantity"`
	Seats     int64       `json:"seats"` // that it holds; 0 when another lease of its holder does
	State     LeaseState  `json:"state"`
	Label     string      `json:"label,omitempty"`
	App       string      `json:"app,omitempty"`
	Granted   time.Time   `json:"granted"`
	Renewed   time.Time   `json:"renewed"`
	Ends      time.Time   `json:"ends"`
}

func (a *Lease) info() LeaseInfo {
	return LeaseInfo{
		ID: a.ID, License: a.License, Container: a.Container, Holder: a.Holder, Fence: a.Fence, Quantity: a.Quantity,
		Seats: a.Seats, State: a.State, Label: a.Label, App: a.App, Granted: a.Granted, Renewed: a.Renewed, Ends: a.Ends,
	}
}

// isFull reports whether err says that all places are taken.
func isFull(err error) bool { return errors.Is(err, ErrNoSeat) || errors.Is(err, ErrKept) }
