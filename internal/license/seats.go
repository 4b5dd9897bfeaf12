package license

// MaxQuantity is the largest quantity of one license.
const MaxQuantity = 1_000_000_000

// Seats is the arithmetic of one license: used ≤ Quantity + Overdraft, always.
// Owed of the quantity is sold back and falls away as containers give it up, so
// that Quantity − Owed is what the order says.
type Seats struct {
	Quantity  int64
	Overdraft int64
	Used      int64
	Owed      int64
	Added     int64 // of the quantity, what add-ons have brought; no order line of this license has it
}

// Limit is how much may be in use.
func (s Seats) Limit() int64 { return s.Quantity + s.Overdraft }

// Free is how much more may be taken now, never below 0.
func (s Seats) Free() int64 { return max(0, s.Limit()-s.Used) }

// Sold is the quantity that the order says, without what is owed back and what
// add-ons have brought.
func (s Seats) Sold() int64 { return s.Quantity - s.Owed - s.Added }

// Take puts q seats in use. It returns ErrNoSeat when fewer are free, and
// ErrBadQuantity unless 1 ≤ q ≤ MaxQuantity.
func (s Seats) Take(q int64) (Seats, error) {
	if q < 1 || q > MaxQuantity {
		return s, ErrBadQuantity.With("value", q, "limit", int64(MaxQuantity))
	}
	if q > s.Free() {
		return s, ErrNoSeat.With("limit", s.Limit(), "used", s.Used, "free", s.Free(), "value", q)
	}
	s.Used += q
	return s, nil
}

// Release frees q seats, of which shrink were owed back and disappear.
func (s Seats) Release(q, shrink int64) Seats {
	s.Used -= q
	s.Owed -= shrink
	s.Quantity -= shrink
	return s
}

// Grow adds n to the quantity. It returns ErrBadQuantity unless n ≥ 1 and the
// sum is at most MaxQuantity.
func (s Seats) Grow(n int64) (Seats, error) {
	if n < 1 || n > MaxQuantity-s.Quantity {
		return s, ErrBadQuantity.With("value", n, "limit", int64(MaxQuantity))
	}
	s.Quantity += n
	return s, nil
}

// Cut takes n of the quantity away, and with it spent seats: used ones that no
// container holds any more. The caller has made sure that there is so much.
func (s Seats) Cut(n, spent int64) Seats {
	s.Quantity -= n
	s.Used -= spent
	return s
}
