// Package day is the civil calendar: a date without a time of day and without
// a zone. Everything that matters for money or expiry is a Day in the
// publisher's time zone; ranges are half-open inside and shown with the
// inclusive last day.
//
// Model: a Day counts days in the proleptic Gregorian calendar, 1 being
// 0001-01-01, so that the zero value lies outside the calendar and can mean
// "no date" (None) without stealing a real one.
//
// Invariants: Parse and String are inverse on every Day from 0001-01-01 to
// 9999-12-31; AddMonths is computed from its receiver, so that recurrences
// must be computed from the anchor and never from the previous date; Start is
// the only function from a date to an instant in the whole program.
//
// Neighbors: db stores a Day as ISO text; text shows it in German and English.
package day

import (
	"time"

	"github.com/licet/licet/internal/fault"
)

// Day is a civil date. The zero value is None.
type Day int32

// None is the absence of a date: no end, no start, not yet known.
const None Day = 0

// Last is the greatest Day, 9999-12-31.
const Last Day = 3652059

// unixEpoch is the Day of 1970-01-01.
const unixEpoch Day = 719163

// ErrBadDate refuses a text that is not a date between 0001-01-01 and 9999-12-31.
var ErrBadDate = fault.New(fault.Invalid, "day.bad_date")

// Of returns the day with these civil parts; parts over their range roll over
// as in time.Date (31 April is 1 May).
func Of(year int, month time.Month, dom int) Day {
	sec := time.Date(year, month, dom, 0, 0, 0, 0, time.UTC).Unix()
	return unixEpoch + Day(floorDiv(sec, 86400))
}

// FromTime returns the civil day on which t falls in loc.
func FromTime(t time.Time, loc *time.Location) Day {
	return Of(t.In(loc).Date())
}

// Parse reads "2006-01-02". It returns ErrBadDate for anything else.
func Parse(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return None, ErrBadDate.With("value", clip(s))
	}
	return Of(t.Date()), nil
}

// IsZero reports whether d is None.
func (d Day) IsZero() bool { return d == None }

// Date returns the civil parts of d.
func (d Day) Date() (year int, month time.Month, dom int) { return d.utc().Date() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// String returns "2006-01-02", or "" for None.
func (d Day) String() string {
	if d == None {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

// AddDays returns the day n days later (earlier when n is negative).
func (d Day) AddDays(n int) Day { return d + Day(n) }

// AddMonths returns the same day of the month n months later, or the last day
// of that month when it is shorter: 31 January + 1 is 28 or 29 February. It is
// not additive, so a recurrence is anchor.AddMonths(k*term), never a chain.
func (d Day) AddMonths(n int) Day {
	y, m, dom := d.Date()
	first := Of(y, m+time.Month(n), 1)
	y, m, _ = first.Date()
	return first.AddDays(min(dom, DaysIn(y, m)) - 1)
}

// Sub returns the number of days from o to d.
func (d Day) Sub(o Day) int { return int(d - o) }

// Start returns the first instant of d in loc. Where midnight does not exist
// because a clock was put forward, it is the moment of the change; where it
// exists twice, it is the earlier one.
func (d Day) Start(loc *time.Location) time.Time {
	midnight := d.utc()
	best := time.Time{}
	for _, near := range []time.Time{midnight.Add(-36 * time.Hour), midnight.Add(36 * time.Hour)} {
		_, offset := near.In(loc).Zone()
		t := midnight.Add(-time.Duration(offset) * time.Second).In(loc)
		if t.Hour() == 0 && t.Minute() == 0 && Of(t.Date()) == d && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	if !best.IsZero() {
		return best
	}
	y, m, dom := d.Date()
	t := time.Date(y, m, dom, 0, 0, 0, 0, loc)
	from, to := t.ZoneBounds()
	if Of(t.Date()) < d {
		return to
	}
	return from
}

// DaysIn returns the length of a month: 28 to 31.
func DaysIn(year int, month time.Month) int {
	return Of(year, month+1, 1).Sub(Of(year, month, 1))
}

// MarshalText writes the ISO form, empty for None.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; empty is None. It returns ErrBadDate.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = None
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// MarshalJSON writes "2006-01-02", or null for None.
func (d Day) MarshalJSON() ([]byte, error) {
	if d == None {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// UnmarshalJSON reads "2006-01-02"; null and "" are None. It returns ErrBadDate.
func (d *Day) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		*d = None
		return nil
	}
	if len(s) < 2 || s[0] != '"' {
		return ErrBadDate.With("value", clip(s))
	}
	return d.UnmarshalText(b[1 : len(b)-1])
}

// utc returns midnight of d in UTC.
func (d Day) utc() time.Time {
	return time.Unix(int64(d-unixEpoch)*86400, 0).UTC()
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// clip keeps a refused value short enough to be shown.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
