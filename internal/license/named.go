package license

import (
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// What a program that names its machine may be refused.
var (
	ErrNamed        = fault.New(fault.Invalid, "license.bad_machine")      // limit
	ErrComponents   = fault.New(fault.Invalid, "license.component_twice")  // value
	ErrNamedTaken   = fault.New(fault.Conflict, "license.machine_taken")   //
	ErrNamedKind    = fault.New(fault.Conflict, "license.not_by_name")     // kind
	ErrNamedStays   = fault.New(fault.Conflict, "license.machine_stays")   //
	ErrNamedUnknown = fault.New(fault.NotFound, "license.unknown_machine") // the same for those that have ended
)

// The bounds of what a program says of its machine.
const (
	maxName       = 256 // bytes, also of components
	maxPlatform   = 64
	maxCores      = 1 << 20
	maxComponents = 32
)

// NamedBeat is how often a machine is to be heard of that need not be, in seconds.
const NamedBeat = 600

// namedLease is how long a machine keeps its place that need not be heard of, in
// seconds: no license lives so long.
const namedLease = 100 * 366 * 86_400

// NamedPart is a component of a machine, named like it.
type NamedPart struct {
	Name  string `json:"n"`           // its fingerprint, as the program gave it
	Title string `json:"t,omitempty"` // what people call it
}

// NamedInput is a machine that a program names itself.
type NamedInput struct {
	Name     string // its fingerprint, as the program made it; 1 to 256 bytes
	Platform string
	Cores    int64
	Parts    []NamedPart // at most 32
}

// check holds the bounds.
func (in *NamedInput) check() error {
	if in.Name == "" || len(in.Name) > maxName {
		return ErrNamed.At("/fingerprint").With("limit", maxName)
	}
	if len(in.Platform) > maxPlatform {
		return ErrNamed.At("/platform").With("limit", maxPlatform)
	}
	if in.Cores < 0 || in.Cores > maxCores {
		return ErrNamed.At("/cores").With("limit", maxCores)
	}
	if len(in.Parts) > maxComponents {
		return ErrNamed.At("/components").With("limit", maxComponents)
	}
	for i, p := range in.Parts {
		if p.Name == "" || len(p.Name) > maxName || len(p.Title) > maxName {
			return ErrNamed.At("/components").With("limit", maxName)
		}
		if slices.ContainsFunc(in.Parts[:i], func(q NamedPart) bool { return q.Name == p.Name }) {
			return ErrComponents.At("/components").With("value", p.Name)
		}
	}
	return nil
}

// NamedMachine is a machine that a program has named, with the lease that holds
// its place.
type NamedMachine struct {
	ID       NamedID
	License  LicenseID
	Name     string
	Parts    []NamedPart
	Platform string
	Cores    int64
	Started  time.Time
	Beat     time.Time // when it was heard of last; zero = not since it started
	Every    int64     // seconds in which it is to be heard of
	Required bool      // its place is free when it is not
	Ends     time.Time // of its place unless it is heard of; zero = none

	lease *Lease
	rev   int64
}

// Alive reports whether the machine was heard of in time.
func (m *NamedMachine) Alive(now time.Time) bool {
	return !m.Beat.IsZero() && now.Before(m.Beat.Add(seconds(m.Every)))
}

// sealedName is what is sealed of a machine.
type sealedName struct {
	Name  string      `json:"n"`
	Parts []NamedPart `json:"p,omitempty"`
}

// namedSpec is how places of the license are leased to machines that programs
// name: as its model says where it is floating, else until they are given back.
func (l *License) namedSpec() (f catalog.FloatingSpec, floats bool) {
	if f, floats = l.terms.model().Leases(); !floats {
		f = catalog.FloatingSpec{Lease: namedLease}
	}
	f.Per = catalog.PerMachine
	return f, floats
}

// nameable says whether a machine that has only a name may hold the license. A name
// proves no device and counts nothing, so licenses whose rules rest on either are
// not given to it.
func (l *License) nameable() error {
	m := l.terms.model()
	switch f, _ := m.Leases(); {
	case m.Kind == catalog.Usage, m.Kind == catalog.Trial && m.Trial.OncePerDevice, f.Per == catalog.PerPerson:
		return ErrNamedKind.With("kind", string(m.Kind))
	case !slices.Contains(l.terms.Item.ContainerKinds, catalog.Named):
		return ErrContainerKind.With("value", catalog.Named, "allowed", l.terms.Item.ContainerKinds)
	}
	return nil
}

// namedAsk is what the rules of leases want to know of a machine.
func namedAsk(lease LeaseID, machine NamedID, in NamedInput) *leaseAsk {
	return &leaseAsk{
		message: &message{container: ContainerID(machine)}, id: lease,
		lsr: &wire.LeaseRequest{Quantity: 1, App: wire.App{OS: in.Platform}},
	}
}

// namedHolder is who holds the place of a machine.
func namedHolder(machine NamedID) holderID { return holderHash("named", machine[:], nil) }

// bound gives a new lease its end where the model does not: when a place of the
// license frees itself, or never.
func (l *License) bound(a *Lease, floats bool) {
	if floats {
		return
	}
	a.Ends = a.Granted.Add(seconds(namedLease))
	if at := l.terms.Span(l.First, a.Granted, l.Until).Elapses; !at.IsZero() {
		a.Ends = at
	}
	a.Due = a.Ends
}

// show fills in what the lease says.
func (m *NamedMachine) show(l *License) {
	f, floats := l.namedSpec()
	a := m.lease
	m.Started, m.Every, m.Required = a.Granted, NamedBeat, floats
	if floats {
		m.Every, m.Ends = f.Lease, a.Ends
	}
	if a.Renewed.After(a.Granted) {
		m.Beat = a.Renewed
	}
}

// KeyedLicense is a license as a program sees it that has its key.
type KeyedLicense struct {
	Publisher actor.PublisherID
	Info      LicenseInfo
	Refusal   error    // why it is not good now; nil = it is
	Features  []string // codes; catalog.AllFeatures for all
	Limits    map[string]int64
	Terms     SnapshotID
	Issued    time.Time
	Expires   time.Time // exclusive; zero = no end, or none yet
	Bound     time.Time // the latest end of a use that begins now; zero = none
	Floats    bool      // its places are leased
	Lease     int64     // for so many seconds; 0 where it does not float
	Machines  []*NamedMachine
	Now       time.Time
}

// keyed describes a license to whoever has its key.
func (l *License) keyed(product string, now time.Time) KeyedLicense {
	item := &l.terms.Item
	out := KeyedLicense{
		Info: l.info(now), Refusal: l.valid(l.ticket.State, product, now), Features: item.Features, Limits: item.Limits, Terms: l.Snapshot, Now: now,
		Issued: issuedAt(l.ID),
	}
	first := l.First
	if first.IsZero() {
		first = now
	}
	out.Bound = l.terms.Span(first, now, l.Until).Until
	if !l.First.IsZero() || item.Model.Duration.From != catalog.FromFirstActivation {
		out.Expires = out.Bound
	}
	if f, floats := l.namedSpec(); floats {
		out.Floats, out.Lease = true, f.Lease
	}
	return out
}

// issuedAt is when a license was made: its id begins with the milliseconds.
func issuedAt(id LicenseID) time.Time {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
}
