package license

import "time"

// pace is a named limit: so often at once, and once more after each while.
type pace struct {
	name  string
	burst int
	per   time.Duration
}

// resting says that a license has to rest before it is taken again, and why.
type resting struct {
	pace

	wait time.Duration
}

// maxChurnSeats bounds the seats by which the limit of a license grows.
const maxChurnSeats = 1000

// perSeat is the limit of a license with so many seats: each of them may move as
// often.
func (p pace) perSeat(seats int64) pace {
	n := int(min(max(seats, 1), maxChurnSeats))
	p.burst *= n
	p.per = max(p.per/time.Duration(n), time.Millisecond)
	return p
}

// tooOften is the refusal of a license that has to rest: which limit it is, and when
// the next try is free, in the publisher's time zone.
func (l *License) tooOften(r resting, now time.Time) error {
	next := now.Add(r.wait).Add(time.Second - time.Nanosecond).Truncate(time.Second)
	return ErrTooOften.With(
		"limit", r.name, "burst", int64(r.burst), "each", r.per, "next", next.In(l.terms.loc),
	).After(r.wait)
}
