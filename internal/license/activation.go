package license

import "slices"

import "time"

// ActivationState is the stored state of an activation.
type ActivationState string

// The states of an activation. The first six are live: they hold a seat.
const (
	ActivationRequested       ActivationState = "requested"
	ActivationDelivered       ActivationState = "delivered"        // the answer is recorded; no receipt yet
	ActivationConfirmed       ActivationState = "confirmed"        // the container holds it
	ActivationReturnRequested ActivationState = "return_requested" // to be returned at the next contact
	ActivationRecallPending   ActivationState = "recall_pending"   // to be removed at the next contact
	ActivationLent            ActivationState = "lent"             // a place of a floating license, offline until its end

	ActivationReturned     ActivationState = "returned"
	ActivationSuperseded   ActivationState = "superseded"
	ActivationRestoredAway ActivationState = "restored_away" // lost or evicted; the seat went on
	ActivationRecalled     ActivationState = "recalled"
	ActivationElapsed      ActivationState = "elapsed" // its time is over; the seat is free again
)

// Live reports whether the activation holds a seat.
func (s ActivationState) Live() bool {
	switch s {
	case ActivationRequested, ActivationDelivered, ActivationConfirmed,
		ActivationReturnRequested, ActivationRecallPending, ActivationLent:
		return true
	}
	return false
}

// Leaving reports whether the container is to remove it at its next contact.
func (s ActivationState) Leaving() bool {
	return s == ActivationRecallPending || s == ActivationReturnRequested
}

// Deliver says that the answer is recorded.
func (s ActivationState) Deliver() (ActivationState, error) {
	return s.step(ActivationDelivered, ActivationRequested, ActivationDelivered)
}

// Confirm says that the container holds the license. A pending recall or
// return stays pending, and what is lent stays lent.
func (s ActivationState) Confirm() (ActivationState, error) {
	if s == ActivationRecallPending || s == ActivationReturnRequested || s == ActivationLent {
		return s, nil
	}
	return s.step(ActivationConfirmed, ActivationRequested, ActivationDelivered, ActivationConfirmed)
}

// RequestReturn asks the container to return it at the next contact.
func (s ActivationState) RequestReturn() (ActivationState, error) {
	return s.step(ActivationReturnRequested, ActivationDelivered, ActivationConfirmed, ActivationReturnRequested)
}

// Return ends the activation by a proof of removal. A return while a recall is
// pending is the recall's end.
func (s ActivationState) Return() (ActivationState, error) {
	if s == ActivationRecallPending {
		return ActivationRecalled, nil
	}
	return s.step(ActivationReturned, ActivationDelivered, ActivationConfirmed, ActivationReturnRequested, ActivationLent)
}

// Supersede ends an answer that another one has overtaken before its receipt.
func (s ActivationState) Supersede() (ActivationState, error) {
	return s.step(ActivationSuperseded, ActivationRequested, ActivationDelivered)
}

// RestoreAway gives the seat on after a loss. Neither a missing receipt nor a
// pending recall saves an activation from being lost: a device that is gone
// answers nothing any more. What is lent ends by itself, and its place is free then.
func (s ActivationState) RestoreAway() (ActivationState, error) {
	return s.step(ActivationRestoredAway, ActivationDelivered, ActivationConfirmed,
		ActivationReturnRequested, ActivationRecallPending)
}

// Recall asks for removal at the next contact.
func (s ActivationState) Recall() (ActivationState, error) {
	return s.step(ActivationRecallPending, ActivationRequested, ActivationDelivered, ActivationConfirmed,
		ActivationReturnRequested, ActivationRecallPending, ActivationLent)
}

// Unrecall takes a recall back that no container has heard of.
func (s ActivationState) Unrecall() (ActivationState, error) {
	return s.step(ActivationDelivered, ActivationRecallPending)
}

// Removed ends a recall: the container does not hold the license any more.
func (s ActivationState) Removed() (ActivationState, error) {
	return s.step(ActivationRecalled, ActivationRecallPending)
}

// Elapse frees the seat at the end of the activation's time.
func (s ActivationState) Elapse() (ActivationState, error) {
	if s == ActivationRecallPending {
		return ActivationRecalled, nil
	}
	return s.step(ActivationElapsed, ActivationDelivered, ActivationConfirmed, ActivationReturnRequested, ActivationLent)
}

func (s ActivationState) step(to ActivationState, from ...ActivationState) (ActivationState, error) {
	if slices.Contains(from, s) {
		return to, nil
	}
	return s, ErrActivationState.With("state", string(s))
}

// Activation is a quantity of a license in a container.
type Activation struct {
	ID        ActivationID
	License   LicenseID
	Container ContainerID
	Gen       int64 // from 1, per license and container
	Quantity  int64
	Shrink    int64 // by so much the license's quantity falls when this ends
	Spent     int64 // units of it that the container has told as spent; it only rises
	State     ActivationState
	Counted   bool      // a restore that was drawn from the allowance
	Version   int64     // of the license's content that was delivered last
	Told      int64     // counter of the message in whose answer a recall, a block or a change was told; 0 = nothing waits for a receipt
	Why       string    // code of the reason of a recall or a restore
	Started   time.Time // first placed
	Ended     time.Time // zero while live
	Elapses   time.Time // when the seat frees itself; zero = never
	Lent      time.Time // end of a borrow, exclusive; zero = it is none
	Away      bool      // restored away, and its container may still hold it

	rev    int64
	dirty  bool
	fresh  bool
	relist bool // the next block list must know of it
}

// slot is what the unique index holds: 0 while live, the generation afterwards.
func (a *Activation) slot() int64 {
	if a.State.Live() {
		return 0
	}
	return a.Gen
}

// lose ends a because its container is lost: until that has shown that it holds it no
// more, it may.
func (a *Activation) lose(now time.Time) {
	a.end(ActivationRestoredAway, now)
	a.Away, a.Told, a.relist, a.dirty = true, 0, true, true
}

// end moves a into a final state at now.
func (a *Activation) end(to ActivationState, now time.Time) {
	a.State, a.Ended = to, now
}
