package license

import (
	"cmp"
	"slices"
)

// Stock is one license of an order line, as lowering sees it.
type Stock struct {
	License LicenseID
	Seats   Seats
	Uses    []Use // its live activations
	Moved   bool  // another holder has it; it is taken last
}

// Use is one live activation of a Stock.
type Use struct {
	Activation ActivationID
	Quantity   int64
	Shrink     int64 // already owed back by an earlier lowering
}

// LowerPlan says how a line loses quantity.
type LowerPlan struct {
	Cut    []Cut    // unredeemed quantity, taken at once
	Recall []Recall // seats in use, newest first, to be removed at the next contact
	Freed  int64    // sum of Cut
	Owed   int64    // sum of Recall
}

// Cut takes quantity from a license that no container holds. Spent of it was
// used for ever.
type Cut struct {
	License LicenseID
	By      int64
	Spent   int64
}

// Recall makes an activation give up its seats, after which its license is
// By smaller.
type Recall struct {
	License    LicenseID
	Activation ActivationID
	By         int64
}

// PlanLower takes by from a line's licenses: what is not redeemed first, newest
// license first, then the newest activations, at last what was used for ever; of
// each, what went to another holder comes last.
// Ids are time-ordered, so newest is greatest. It returns ErrBadQuantity for
// by < 1, and ErrLowerTooMuch when the stock holds less than by.
func PlanLower(stock []Stock, by int64) (LowerPlan, error) {
	var sold int64
	for _, s := range stock {
		sold += s.Seats.Sold()
	}
	if by < 1 {
		return LowerPlan{}, ErrBadQuantity.With("value", by, "limit", sold)
	}
	if by > sold {
		return LowerPlan{}, ErrLowerTooMuch.With("value", by, "limit", sold)
	}
	stock = slices.SortedFunc(slices.Values(stock), func(a, b Stock) int {
		return cmp.Or(last(a.Moved, b.Moved), slices.Compare(b.License[:], a.License[:]))
	})
	var p LowerPlan
	p.cut(stock, by)
	p.recall(stock, by-p.Freed)
	p.spend(stock, by-p.Freed-p.Owed)
	return p, nil
}

// last compares two things of which those that are marked come last.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// unused is the quantity that nobody has redeemed.
func (s Stock) unused() int64 { return max(0, s.Seats.Quantity-s.Seats.Used) }

func (p *LowerPlan) cut(stock []Stock, by int64) {
	for _, s := range stock {
		if n := min(by-p.Freed, s.unused(), s.Seats.Sold()); n > 0 {
			p.Cut = append(p.Cut, Cut{License: s.License, By: n})
			p.Freed += n
		}
	}
}

func (p *LowerPlan) recall(stock []Stock, by int64) {
	var uses []Recall
	moved := map[LicenseID]bool{}
	for _, s := range stock {
		moved[s.License] = s.Moved
		room := s.Seats.Sold() - min(s.unused(), s.Seats.Sold())
		newest := slices.SortedFunc(slices.Values(s.Uses), func(a, b Use) int {
			return slices.Compare(b.Activation[:], a.Activation[:])
		})
		for _, u := range newest {
			if n := min(u.Quantity-u.Shrink, room); n > 0 {
				uses = append(uses, Recall{s.License, u.Activation, n})
				room -= n
			}
		}
	}
	slices.SortStableFunc(uses, func(a, b Recall) int {
		return cmp.Or(last(moved[a.License], moved[b.License]), slices.Compare(b.Activation[:], a.Activation[:]))
	})
	for _, u := range uses {
		if u.By = min(u.By, by-p.Owed); u.By > 0 {
			p.Recall = append(p.Recall, u)
			p.Owed += u.By
		}
	}
}

// spend takes what is left from seats that are used and that nobody holds.
func (p *LowerPlan) spend(stock []Stock, by int64) {
	for _, s := range stock {
		spent := s.Seats.Used
		for _, u := range s.Uses {
			spent -= u.Quantity
		}
		room := s.Seats.Sold() - min(s.unused(), s.Seats.Sold())
		for _, r := range p.Recall {
			if r.License == s.License {
				room -= r.By
			}
		}
		n := min(by, spent, room)
		if n > 0 {
			p.Cut = append(p.Cut, Cut{License: s.License, By: n, Spent: n})
			p.Freed += n
			by -= n
		}
	}
}
