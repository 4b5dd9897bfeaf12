package license

import (
	"crypto/sha256"

	"github.com/licet/licet/internal/catalog"
)

// A usage license is sold by the piece, and each piece brings so many units. An
// activation draws pieces into a container, where the program consumes their units,
// online or not; a piece is gone with its first unit. Pieces that are gone stay in
// use when their activation ends.

// unit returns what a license counts in and how many of it a piece brings; "" for a
// license that is not used up.
func (t *Terms) unit() (name string, per int64) {
	if t.model().Kind != catalog.Usage {
		return "", 0
	}
	return t.Item.Unit, max(1, t.Item.Limits[t.Item.Unit])
}

// unitName is the claim of it.
func (t *Terms) unitName() string {
	name, _ := t.unit()
	return name
}

// pieces is how many pieces so many units are, each begun one whole.
func (t *Terms) pieces(units int64) int64 {
	name, per := t.unit()
	if name == "" || units == 0 {
		return 0
	}
	return (units-1)/per + 1
}

// gone is how many pieces of an activation its container has begun.
func (l *License) gone(a *Activation) int64 {
	if a.Spent == 0 {
		return 0
	}
	return min(l.terms.pieces(a.Spent), a.Quantity)
}

// back is what the end of an activation frees: all of it, but for pieces that are
// gone and seats that may not move. What was owed goes in any case.
func (l *License) back(a *Activation) int64 {
	switch {
	case !a.Lent.IsZero():
		return a.Quantity
	case a.State == ActivationReturned && !l.terms.model().Transfer:
		return a.Shrink
	case l.State == LicenseRecallPending:
		return a.Quantity
	}
	return max(a.Quantity-l.gone(a), a.Shrink)
}

// spend notes how many units of an activation its container has spent by now. It
// reports false when they are fewer than before, or more than it was given: then it
// has been turned back, or copied.
func (l *License) spend(a *Activation, units int64) (ok bool) {
	name, per := l.terms.unit()
	if name == "" || units < a.Spent || units > a.Quantity*per && l.Effects == 0 {
		return false
	}
	l.Spent += units - a.Spent
	a.Spent = units
	l.dirty = true
	return true
}

// consume lets a program without a container consume units by the license's key. It
// returns ErrNoUnits when fewer are left.
func (l *License) consume(units int64) error {
	left := l.leftDirect()
	if units > left {
		return ErrNoUnits.With("value", units, "left", left)
	}
	if more := l.terms.pieces(l.Direct+units) - l.terms.pieces(l.Direct); more > 0 {
		seats, err := l.Seats.Take(more)
		if err != nil {
			return err
		}
		l.Seats, l.Taken = seats, l.Taken+more
	}
	l.Direct, l.Spent, l.dirty = l.Direct+units, l.Spent+units, true
	return nil
}

// leftDirect is how many units can still be consumed by key: those of the piece that
// is begun, and those of free pieces.
func (l *License) leftDirect() int64 {
	_, per := l.terms.unit()
	return l.terms.pieces(l.Direct)*per - l.Direct + l.Seats.Free()*per
}

// UnitsInfo is how a usage-counted license stands.
type UnitsInfo struct {
	Name   string `json:"name"`   // of the limit that counts
	Each   int64  `json:"each"`   // units of one piece of the quantity
	Bought int64  `json:"bought"` // units of all of them
	Spent  int64  `json:"spent"`  // as far as devices have told, and by key
	Left   int64  `json:"left"`   // units of pieces that nobody has begun or drawn
}

// units describes the units of a license, nil if it is not used up.
func (l *License) units() *UnitsInfo {
	name, per := l.terms.unit()
	if name == "" {
		return nil
	}
	return &UnitsInfo{Name: name, Each: per, Bought: (l.Seats.Sold() + l.Seats.Added) * per, Spent: l.Spent, Left: l.leftDirect()}
}

// consumedData is what the journal keeps of units that were spent.
type consumedData struct {
	License     LicenseID     `json:"license"`
	Container   ContainerID   `json:"container,omitzero"`
	Units       int64         `json:"units"`
	Spent       int64         `json:"spent"` // of the license, by now
	Consumption ConsumptionID `json:"consumption,omitzero"`
	Exchange    ExchangeID    `json:"exchange,omitzero"`
}

// consumptionIDOf is the natural key of a consumption by key.
func consumptionIDOf(l LicenseID, nonce string) (id ConsumptionID) {
	h := sha256.Sum256(append(append([]byte("consumption|"), l[:]...), nonce...))
	copy(id[:], h[:])
	return id
}
