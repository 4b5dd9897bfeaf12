// Package frame is the typed values of license options and the bounds within
// which they may be chosen.
//
// Model: a Value is a JSON scalar (a whole number, a truth value or a text;
// days and choices travel as text). A Frame is a set of Values, written as
// bounds: a smallest and greatest number, a first and last day, an enumerated
// set. An empty Frame allows everything; a Kind says what shape a Value has.
//
// Invariants: Intersect allows exactly what both frames allow; Within is true
// exactly when everything that the inner frame allows is allowed by the outer,
// so a delegation that is Within its parent can never issue more.
//
// Neighbors: catalog gives options a Kind and a Frame, delegate narrows them,
// license checks the chosen Values when it issues.
package frame

import (
	"math"
	"slices"
	"strings"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
)

// The refusals of a Value. Each carries the value and the limit it broke.
var (
	ErrBelowMin  = fault.New(fault.Invalid, "frame.below_min")
	ErrAboveMax  = fault.New(fault.Invalid, "frame.above_max")
	ErrTooEarly  = fault.New(fault.Invalid, "frame.too_early")
	ErrTooLate   = fault.New(fault.Invalid, "frame.too_late")
	ErrNotInSet  = fault.New(fault.Invalid, "frame.not_in_set")
	ErrWrongKind = fault.New(fault.Invalid, "frame.wrong_kind")
)

// Frame is the bounds of an option. The zero Frame allows every Value.
type Frame struct {
	Min    *int64   `json:"min,omitempty"`    // smallest number, inclusive; nil = none
	Max    *int64   `json:"max,omitempty"`    // greatest number, inclusive; nil = none
	Set    []string `json:"set,omitzero"`     // allowed values as text; nil = all, empty = none
	MinDay day.Day  `json:"min_day,omitzero"` // first day, inclusive; None = none
	MaxDay day.Day  `json:"max_day,omitzero"` // last day, inclusive; None = none
}

// Allows returns nil when v lies in f, else the bound that v breaks:
// ErrWrongKind, ErrBelowMin, ErrAboveMax, ErrTooEarly, ErrTooLate, ErrNotInSet.
func (f Frame) Allows(v Value) error {
	if f.numbers() {
		n, ok := v.Int()
		if !ok {
			return ErrWrongKind.With("kind", string(Int), "value", v.String())
		}
		if f.Min != nil && n < *f.Min {
			return ErrBelowMin.With("limit", *f.Min, "value", n)
		}
		if f.Max != nil && n > *f.Max {
			return ErrAboveMax.With("limit", *f.Max, "value", n)
		}
	}
	if f.days() {
		d, ok := v.Day()
		if !ok {
			return ErrWrongKind.With("kind", string(Day), "value", v.String())
		}
		if f.MinDay != day.None && d < f.MinDay {
			return ErrTooEarly.With("limit", f.MinDay, "value", d)
		}
		if f.MaxDay != day.None && d > f.MaxDay {
			return ErrTooLate.With("limit", f.MaxDay, "value", d)
		}
	}
	if f.Set != nil && !slices.Contains(f.Set, v.String()) {
		return ErrNotInSet.With("allowed", strings.Join(f.Set, ", "), "value", v.String())
	}
	return nil
}

// Within reports whether everything that f allows is allowed by parent.
func (f Frame) Within(parent Frame) bool {
	if values, finite := f.enumerate(len(parent.Set)); finite {
		for _, v := range values {
			if f.Allows(v) == nil && parent.Allows(v) != nil {
				return false
			}
		}
		return true
	}
	if parent.Set != nil {
		return false // f has more values than the parent's set, or infinitely many
	}
	if parent.numbers() && (!f.numbers() || f.lo() < parent.lo() || f.hi() > parent.hi()) {
		return false
	}
	return !parent.days() || f.days() && f.first() >= parent.first() && f.last() <= parent.last()
}

// Intersect returns the frame that allows exactly what f and g both allow.
func (f Frame) Intersect(g Frame) Frame {
	out := Frame{Min: f.Min, Max: f.Max, Set: slices.Clone(f.Set), MinDay: f.MinDay, MaxDay: f.MaxDay}
	if g.Min != nil && (out.Min == nil || *g.Min > *out.Min) {
		out.Min = g.Min
	}
	if g.Max != nil && (out.Max == nil || *g.Max < *out.Max) {
		out.Max = g.Max
	}
	if g.MinDay > out.MinDay {
		out.MinDay = g.MinDay
	}
	if g.MaxDay != day.None && (out.MaxDay == day.None || g.MaxDay < out.MaxDay) {
		out.MaxDay = g.MaxDay
	}
	switch {
	case f.Set == nil:
		out.Set = slices.Clone(g.Set)
	case g.Set != nil:
		out.Set = slices.DeleteFunc(out.Set, func(s string) bool { return !slices.Contains(g.Set, s) })
	}
	return out
}

// Empty reports whether f allows no value at all.
func (f Frame) Empty() bool {
	values, finite := f.enumerate(0)
	return finite && !slices.ContainsFunc(values, func(v Value) bool { return f.Allows(v) == nil })
}

// enumerate lists a finite superset of f's values when it has one of at most
// limit elements (a Set of any size, an interval of at most limit numbers or days).
func (f Frame) enumerate(limit int) (values []Value, finite bool) {
	switch {
	case f.Set != nil:
		for _, s := range f.Set {
			values = append(values, readings(s)...)
		}
		return values, true
	case f.numbers() && f.days(), f.numbers() && f.lo() > f.hi(), f.days() && f.first() > f.last():
		return nil, true
	case f.numbers() && uint64(f.hi())-uint64(f.lo()) < uint64(limit):
		for i := range f.hi() - f.lo() + 1 {
			values = append(values, OfInt(f.lo()+i))
		}
		return values, true
	case f.days() && f.last().Sub(f.first()) < limit:
		for d := f.first(); d <= f.last(); d++ {
			values = append(values, OfDay(d))
		}
		return values, true
	}
	return nil, false
}

func (f Frame) numbers() bool { return f.Min != nil || f.Max != nil }
func (f Frame) days() bool    { return f.MinDay != day.None || f.MaxDay != day.None }

func (f Frame) lo() int64 {
	if f.Min == nil {
		return math.MinInt64
	}
	return *f.Min
}

func (f Frame) hi() int64 {
	if f.Max == nil {
		return math.MaxInt64
	}
	return *f.Max
}

func (f Frame) first() day.Day { return max(f.MinDay, 1) }

func (f Frame) last() day.Day {
	if f.MaxDay == day.None {
		return day.Last
	}
	return f.MaxDay
}
