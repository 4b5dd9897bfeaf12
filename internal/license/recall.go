package license

import (
	"time"

	"github.com/licet/licet/internal/day"
)

// act is a journal line about a thing of this package, made by a rule.
type act = event

// LowerResult is how less is brought about.
type LowerResult struct {
	Freed         int64 // quantity that was taken at once
	RecallPending int64 // quantity in use; to be removed at the next contact
}

// recall takes a whole license back. live is its live activations; those must
// be removed at the next contact. With none the license is gone at once.
func (l *License) recall(live []*Activation, why string) (LowerResult, []act, error) {
	to, err := l.State.Recall(len(live) > 0)
	if err != nil {
		return LowerResult{}, nil, err
	}
	var used int64
	var acts []act
	for _, a := range live {
		used += a.Quantity
		if a.State == ActivationRecallPending {
			continue
		}
		if a.State, err = a.State.Recall(); err != nil {
			return LowerResult{}, nil, err
		}
		a.Why, a.Told, a.dirty = why, 0, true
		acts = append(acts, act{"activation", a.ID, "activation.recall_pending", placeOf(a, ExchangeID{})})
	}
	if l.State != to {
		acts = append(acts, act{"license", l.ID, "license." + string(to), nil})
	}
	l.State, l.Seats.Used = to, used
	l.touch()
	inUse := min(l.Seats.Sold(), l.Seats.Used-l.Seats.Owed)
	return LowerResult{l.Seats.Sold() - inUse, inUse}, acts, nil
}

// owe makes an activation give up its seats for good at the next contact.
func (l *License) owe(a *Activation, by int64, why string) (act, error) {
	to, err := a.State.Recall()
	if err != nil {
		return act{}, err
	}
	if a.State != to && a.Told != 0 {
		a.Told, a.Version = 0, 0 // it was not this that was told; what was waits to be told again
	}
	a.State, a.Why, a.dirty = to, why, true
	a.Shrink += by
	l.Seats.Owed += by
	l.dirty = true
	return act{"activation", a.ID, "activation.recall_pending", placeOf(a, ExchangeID{})}, nil
}

// forgive takes back up to by of what an activation owes, if no container has
// heard of it yet, and returns how much it was.
func (l *License) forgive(a *Activation, by int64) (int64, []act, error) {
	n := min(by, a.Shrink)
	if a.State != ActivationRecallPending || a.Told != 0 || n == 0 {
		return 0, nil, nil
	}
	a.Shrink -= n
	l.Seats.Owed -= n
	a.dirty, l.dirty = true, true
	if a.Shrink > 0 {
		return n, nil, nil
	}
	to, err := a.State.Unrecall()
	if err == nil && !a.Lent.IsZero() {
		to = ActivationLent
	}
	a.State, a.Why = to, ""
	return n, []act{{"activation", a.ID, "activation.recall_lifted", placeOf(a, ExchangeID{})}}, err
}

// askBack has the device give the license back at its next contact.
func (l *License) askBack(a *Activation) ([]act, error) {
	if !a.Lent.IsZero() {
		return nil, ErrLent.With("last", day.FromTime(a.Elapses.Add(-time.Second), l.terms.loc))
	}
	to, err := a.State.RequestReturn()
	if err != nil || to == a.State {
		return nil, err
	}
	a.State, a.Why, a.dirty = to, "returned", true
	a.Told, a.Version = 0, 0 // it was not this that was told; what was waits to be told again
	return []act{{"activation", a.ID, "activation.return_requested", placeOf(a, ExchangeID{})}}, nil
}

// evict frees the seat of a device that is gone.
func (l *License) evict(a *Activation, counted bool, why string, now time.Time) ([]act, error) {
	if !a.Lent.IsZero() {
		return nil, ErrLent.With("last", day.FromTime(a.Elapses.Add(-time.Second), l.terms.loc))
	}
	if _, err := a.State.RestoreAway(); err != nil {
		return nil, err
	}
	a.lose(now)
	a.Counted, a.Why = counted, why
	acts := []act{{"activation", a.ID, "activation.restored_away", awayData{placeOf(a, ExchangeID{}), counted}}}
	if l.settle(a) {
		acts = append(acts, act{"license", l.ID, "license.recalled", nil})
	}
	return acts, nil
}

// elapse frees the seat of an activation whose time is over. It notes a new end
// instead where an effect has moved it.
func (l *License) elapse(a *Activation, now time.Time) ([]act, error) {
	if l.Effects > 0 && a.Lent.IsZero() { // its end may have moved
		if at := l.terms.Span(l.First, a.Started, l.Until).Elapses; at.IsZero() || at.After(now) {
			a.Elapses, a.dirty = at, true
			return nil, nil
		}
	}
	to, err := a.State.Elapse()
	if err != nil {
		return nil, err
	}
	a.end(to, now)
	a.dirty = true
	acts := []act{{"activation", a.ID, "activation." + string(to), placeOf(a, ExchangeID{})}}
	if l.settle(a) {
		acts = append(acts, act{"license", l.ID, "license.recalled", nil})
	}
	return acts, nil
}

// extend moves the license's last day out.
func (l *License) extend(until day.Day, now time.Time) ([]act, error) {
	if l.State != LicenseAvailable && l.State != LicenseBlocked {
		return nil, ErrLicenseState.With("state", string(l.State))
	}
	last, _ := l.over(now)
	if last == day.None {
		return nil, ErrNoEnd
	}
	if until <= last {
		return nil, ErrBadExtension.With("value", until, "last", last)
	}
	l.Until = until
	l.touch()
	return []act{{"license", l.ID, "license.extended", extendData{Last: last, Until: until}}}, nil
}

type extendData struct {
	Last  day.Day `json:"last"`
	Until day.Day `json:"until"`
}

// block refuses the license at the next contact.
func (l *License) block() ([]act, error) {
	to, err := l.State.Block()
	if err != nil || to == l.State {
		return nil, err
	}
	l.State, l.dirty = to, true
	return []act{{"license", l.ID, "license.blocked", nil}}, nil
}

// unblock lifts a block; containers get the license again.
func (l *License) unblock() ([]act, error) {
	to, err := l.State.Unblock()
	if err != nil || to == l.State {
		return nil, err
	}
	l.State = to
	l.touch()
	return []act{{"license", l.ID, "license.unblocked", nil}}, nil
}
