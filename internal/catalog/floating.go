package catalog

import "github.com/licet/licet/internal/fault"

// What counts as one use at the same time.
const (
	PerProcess = "process" // every run of the program
	PerMachine = "machine" // all runs on a machine together
	PerPerson  = "person"  // all runs of a person together, on any machine
)

// The bounds of a lease, in seconds, and of a borrow, in days.
const (
	MinLease      = 60
	MaxLease      = 86_400
	MaxBorrowDays = 366
)

// FloatingSpec is what only floating licenses have: how their places are leased.
type FloatingSpec struct {
	Per    string `json:"per"`            // process, machine or person
	Lease  int64  `json:"lease_seconds"`  // a lease ends so long after its last renewal, 60 to 86,400
	Linger int64  `json:"linger_seconds"` // a place stays taken at least so long, 0 to 86,400
	Grace  int64  `json:"grace_seconds"`  // a lease that was not renewed keeps its place so much longer, 0 to 86,400

	BorrowDays  int64 `json:"borrow_days,omitempty"`  // a place may be taken offline for so many days after the day of asking, 0 to 366; 0 = not at all
	BorrowSeats int64 `json:"borrow_seats,omitempty"` // how many places may be borrowed at once; 0 = all
	Queue       bool  `json:"queue,omitempty"`        // whoever finds no place may wait for one
}

// IsZero reports whether f says nothing.
func (f FloatingSpec) IsZero() bool { return f == FloatingSpec{} }

// ErrFloatingOnly says that a model has rules of leases and is not floating (kind).
var ErrFloatingOnly = fault.New(fault.Invalid, "catalog.model_floating_only")

// floating is what a floating model says unless it says otherwise.
func floating() FloatingSpec { return FloatingSpec{Per: PerProcess, Lease: 900, Grace: 60} }

// Leases is how the places of m are leased; ok is false if they are not.
func (m *ModelSpec) Leases() (f FloatingSpec, ok bool) {
	if m.Kind != Floating {
		return f, false
	}
	if m.Floating.IsZero() {
		return floating(), true
	}
	return m.Floating, true
}

// checkFloating holds the rules of leases.
func (m ModelSpec) checkFloating() (bad refusals) {
	if m.Kind != Floating {
		if !m.Floating.IsZero() {
			bad.add("/floating", ErrFloatingOnly.With("kind", string(m.Kind)))
		}
		return bad
	}
	f, _ := m.Leases()
	bad.choice("/floating/per", f.Per, PerProcess, PerMachine, PerPerson)
	bad.within("/floating/lease_seconds", f.Lease, MinLease, MaxLease)
	bad.within("/floating/linger_seconds", f.Linger, 0, MaxLease)
	bad.within("/floating/grace_seconds", f.Grace, 0, MaxLease)
	bad.within("/floating/borrow_days", f.BorrowDays, 0, MaxBorrowDays)
	bad.within("/floating/borrow_seats", f.BorrowSeats, 0, maxOverdraft)
	return bad
}
