package license

import (
	"slices"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
)

// ErrQueued says that all places are taken and that the asker waits in the queue:
// asking again with the same message, after so many seconds, keeps its place there.
var (
	ErrQueued    = fault.New(fault.Limited, "license.queued")       // position, seconds
	ErrQueueFull = fault.New(fault.Exhausted, "license.queue_full") // limit
)

// maxLine is how many may wait for places of one license: each look for a place reads
// all of them.
const maxLine = 500

// WaiterState is the state of somebody who waits.
type WaiterState string

// The states of a waiter.
const (
	WaiterWaiting WaiterState = "waiting"
	WaiterOffered WaiterState = "offered" // places are held for it until Due
)

// Waiter is somebody who waits for places of a floating license.
type Waiter struct {
	ID        LeaseID // of the lease that it waits for
	License   LicenseID
	Container ContainerID
	Holder    holderID
	Keys      []holderID
	Quantity  int64
	Seq       int64 // its place: whoever came before has a lower one
	State     WaiterState
	Seats     int64         // that an offer holds for it
	Fills     ReservationID // what those places fill
	Label     string
	Asked     time.Time
	Due       time.Time // it is forgotten then, unless it was heard; an offer ends then in any case

	rev   int64
	dirty bool
	fresh bool
	gone  bool
}

// patience is how long an offer stands, and how long somebody who waits is not
// forgotten: two renewal periods.
func patience(f catalog.FloatingSpec) time.Duration { return 2 * seconds(renewAfter(f)) }

// pollAfter is when somebody who waits should ask again.
func pollAfter(f catalog.FloatingSpec) time.Duration {
	return seconds(min(30, max(1, renewAfter(f)/2)))
}

// waiter returns who waits for the lease, nil if nobody does.
func (l *License) waiter(id LeaseID) *Waiter {
	for _, w := range l.line {
		if w.ID == id {
			return w
		}
	}
	return nil
}

// wait puts somebody at the end of the queue.
func (l *License) wait(f catalog.FloatingSpec, ask *leaseAsk, holder holderID, now time.Time) (*Waiter, error) {
	if len(l.line) >= maxLine {
		return nil, ErrQueueFull.With("limit", int64(maxLine))
	}
	seq := int64(1)
	if n := len(l.line); n > 0 {
		seq = l.line[n-1].Seq + 1
	}
	w := &Waiter{
		ID: ask.id, License: l.ID, Container: ask.container, Holder: holder, Keys: ask.keys(), Quantity: ask.quantity(),
		Seq: seq, State: WaiterWaiting, Label: ask.lsr.Label, Asked: now, Due: now.Add(patience(f)), rev: 1, fresh: true,
	}
	l.line = append(l.line, w)
	return w, nil
}

// heard notes that somebody still waits. An offer is not made longer by that.
func (w *Waiter) heard(f catalog.FloatingSpec, now time.Time) {
	if w.State == WaiterWaiting && now.Add(patience(f)).After(w.Due) {
		w.Due, w.dirty = now.Add(patience(f)), true
	}
}

// leave takes somebody out of the queue. What was held for it is free.
func (l *License) leave(w *Waiter) {
	l.fill(w.Fills, -w.Seats)
	w.gone = true
	l.line = slices.DeleteFunc(l.line, func(o *Waiter) bool { return o == w })
}

// offer holds need places for somebody who waits.
func (l *License) offer(f catalog.FloatingSpec, w *Waiter, need int64, now time.Time) act {
	w.Fills = l.keptFor(w.Keys)
	w.State, w.Seats, w.Due, w.dirty = WaiterOffered, need, now.Add(patience(f)), true
	l.fill(w.Fills, need)
	return act{"lease", w.ID, "lease.offered", offerData{waiterOf(w), w.Due}}
}

// position is how many are served before somebody who waits, and itself.
func (l *License) position(w *Waiter) int64 { return int64(slices.Index(l.line, w)) + 1 }

// queued is what somebody hears who waits.
func (l *License) queued(f catalog.FloatingSpec, w *Waiter) error {
	return ErrQueued.With("position", l.position(w)).After(pollAfter(f))
}

// waiterData is what the journal keeps of somebody who waits.
type waiterData struct {
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Quantity  int64       `json:"qty"`
}

func waiterOf(w *Waiter) waiterData { return waiterData{w.License, w.Container, w.Quantity} }

type offerData struct {
	waiterData
	Ends time.Time `json:"ends"` // when the offer does
}

// WaiterInfo is somebody who waits, as staff see it.
type WaiterInfo struct {
	ID        LeaseID     `json:"id"` // of the lease that it waits for
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Position  int64       `json:"position"` // from 1
	State     WaiterState `json:"state"`
	Quantity  int64       `json:"quantity"`
	Label     string      `json:"label,omitempty"`
	Asked     time.Time   `json:"asked"`
	Until     time.Time   `json:"until"` // when its offer ends, or it is forgotten unless it asks again
}

func (l *License) waiterInfo(w *Waiter) WaiterInfo {
	return WaiterInfo{
		ID: w.ID, License: w.License, Container: w.Container, Position: l.position(w), State: w.State, Quantity: w.Quantity,
		Label: w.Label, Asked: w.Asked, Until: w.Due,
	}
}
