package license

import (
	"slices"
	"time"
)

// whyReplaced is the reason that a container is told when another license comes in
// place of one.
const whyReplaced = "replaced"

// current leaves licenses out that others have replaced, if there are others.
func current(list []*License) []*License {
	gone := func(l *License) bool { return l.State == LicenseReplaced }
	if !slices.ContainsFunc(list, gone) || !slices.ContainsFunc(list, func(l *License) bool { return !gone(l) }) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), gone)
}

// whole says whether a license can be cut up or handed over at all: it is available,
// nothing has changed it, and no unit of it is spent. It returns ErrLicenseState,
// ErrHasChanges or ErrHasUnits.
func (l *License) whole() error {
	switch {
	case l.State != LicenseAvailable:
		return ErrLicenseState.With("state", string(l.State))
	case slices.ContainsFunc(l.effects, func(e *effect) bool { return e.Quantity > 0 }):
		return ErrHasChanges
	case l.Spent > 0:
		return ErrHasUnits.With("value", l.Spent)
	}
	return nil
}

// split takes n free seats out of a license, for another one under the same terms.
// It returns what whole returns, ErrBadQuantity for n < 1, ErrSplitAll where nothing
// would be left, and ErrNoSeat when fewer seats are free.
func (l *License) split(n int64) (act, error) {
	if err := l.whole(); err != nil {
		return act{}, err
	}
	free := min(max(0, l.Seats.Quantity-l.Seats.Used), l.Seats.Sold())
	switch {
	case n < 1 || n > MaxQuantity:
		return act{}, ErrBadQuantity.With("value", n, "limit", int64(MaxQuantity))
	case n >= l.Seats.Sold():
		return act{}, ErrSplitAll.With("value", n, "limit", l.Seats.Sold()-1)
	case n > free:
		return act{}, ErrNoSeat.With("limit", l.Seats.Quantity, "used", l.Seats.Used, "free", free, "value", n)
	}
	l.Seats.Quantity -= n
	l.dirty = true
	return act{"license", l.ID, "license.split", quantityData{By: n, Quantity: l.Seats.Quantity}}, nil
}

// settled says whether every place of a license is on a device that keeps it: nothing
// is lent, leased, on its way back, or owed. It returns ErrInMotion.
func (l *License) settled(live []*Activation) error {
	held, moving := int64(0), int64(0)
	for _, a := range live {
		held += a.Quantity
		if a.State != ActivationDelivered && a.State != ActivationConfirmed {
			moving++
		}
	}
	if moving += l.Seats.Used - held; moving > 0 || l.Seats.Owed > 0 {
		return ErrInMotion.With("count", max(moving, l.Seats.Owed))
	}
	return nil
}

// merges says whether other can be added to l: the same was sold, to the same, until
// the same day. It returns what whole and settled return, and ErrMergeDiffers with
// what differs.
func (l *License) merges(other *License, live []*Activation, now time.Time) error {
	for _, one := range []*License{l, other} {
		if err := one.whole(); err != nil {
			return err
		}
	}
	if l.Snapshot != other.Snapshot {
		return ErrMergeDiffers.With("what", "terms")
	}
	mine, _ := l.over(now)
	theirs, _ := other.over(now)
	if mine != theirs || l.Until != other.Until {
		return ErrMergeDiffers.With("what", "end")
	}
	if other.Seats.Sold() > MaxQuantity-l.Seats.Quantity {
		return ErrBadQuantity.With("value", other.Seats.Sold(), "limit", MaxQuantity-l.Seats.Quantity)
	}
	return other.settled(live)
}

// give hands what a license has to its successor, which gets its quantity: the places
// of live, one by one, where placed makes or enlarges an activation of the successor.
// Each container learns it at its next contact: it removes the one and installs the
// other.
func (l *License) give(to *License, live []*Activation, placed func(a *Activation) *Activation) ([]act, error) {
	acts := make([]act, 0, 2*len(live)+1)
	for _, a := range live {
		b := placed(a)
		b.Quantity += a.Quantity
		b.Version, b.Told, b.dirty = 0, 0, true
		to.Seats.Used += a.Quantity
		to.Taken += a.Quantity
		owed, err := l.owe(a, a.Quantity, whyReplaced)
		if err != nil {
			return nil, err
		}
		a.Told, a.Version = 0, 0
		acts = append(acts, owed, act{"activation", b.ID, "activation.replacing", placeOf(b, ExchangeID{})})
	}
	l.Seats.Quantity, l.Seats.Overdraft, l.Seats.Added = l.Seats.Used, 0, 0
	if to.First.IsZero() {
		to.First = l.First
	}
	state, err := l.State.Replace()
	l.State, l.dirty, to.dirty = state, true, true
	return append(acts, act{"license", l.ID, "license.replaced", replacedData{To: to.ID}}), err
}

// replacedData is what the journal keeps of a license that another one replaced.
type replacedData struct {
	To LicenseID `json:"to"`
}
