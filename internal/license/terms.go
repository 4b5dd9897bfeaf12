package license

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
)

// Terms is what was sold, frozen at issue: changing an article never changes
// them. All licenses of one issue share their Terms.
type Terms struct {
	Item     catalog.Snapshot `json:"item"`
	Customer actor.OrgID      `json:"customer,omitzero"` // the end customer; zero = not known
	Holder   string           `json:"holder,omitempty"`  // pseudonymous number that stands in the license
	From     day.Day          `json:"from,omitzero"`     // first day of use; None = at once
	Until    day.Day          `json:"until,omitzero"`    // last day of use; None = by the model
	Issued   day.Day          `json:"issued"`            // in the publisher's time zone
	Zone     string           `json:"zone"`              // the publisher's time zone
	PerUnit  bool             `json:"per_unit"`          // one ticket per unit, else one for all of them

	loc *time.Location
	ext []stretch // time that effects have added; never part of what was sold
}

// init finds the time zone. It returns ErrZone for one this machine does not know.
func (t *Terms) init() error {
	loc, err := day.Zone(t.Zone)
	if err != nil {
		return ErrZone.With("value", t.Zone).Wrap(err)
	}
	t.loc = loc
	return nil
}

func (t *Terms) model() *catalog.ModelSpec { return &t.Item.Model }

// own reports whether each activation has a term of its own: the seat may be
// used again with a fresh duration, or every device tries for itself. The places
// of a floating license are taken again and again, and end together.
func (t *Terms) own() bool {
	m := t.model()
	return m.Reusable && m.Kind != catalog.Floating || m.Kind == catalog.Trial
}

// begin is the day from which durations count. first is the license's first
// activation, started the activation's.
func (t *Terms) begin(first, started time.Time) day.Day {
	switch {
	case t.model().Duration.From != catalog.FromFirstActivation:
		return t.Issued
	case t.own():
		return day.FromTime(started, t.loc)
	default:
		return day.FromTime(first, t.loc)
	}
}

// LastDay is the last civil day of use of an activation, None for no end. first
// is when the license was first activated, started when this activation was,
// until the day to which it was extended (None = not at all). An extension
// moves the end out, never in.
func (t *Terms) LastDay(first, started time.Time, until day.Day) day.Day {
	last := t.Until
	if t.Item.Kind.Changes() {
		return last // it changes a license and is none: only its ticket can be too old
	}
	var full term
	if d := t.model().Duration; d.Months > 0 || d.Days > 0 {
		full = term{t.begin(first, started), d.Months, d.Days}
		last = earlier(last, full.end().AddDays(-1))
	}
	last = earlier(last, t.model().FixedEnd)
	if last == day.None {
		return last
	}
	if len(t.ext) > 0 {
		if full.from == day.None || full.end() != last.AddDays(1) {
			full = term{from: last.AddDays(1)}
		}
		last = t.lengthen(full, true).end().AddDays(-1)
	}
	return max(last, until)
}

// earlier is the earlier of two days of which either may be None (no end).
func earlier(a, b day.Day) day.Day {
	switch {
	case a == day.None:
		return b
	case b == day.None:
		return a
	default:
		return min(a, b)
	}
}

// Span is the time of one activation as instants; a zero time is no bound.
type Span struct {
	From        time.Time
	Until       time.Time // exclusive
	Maintenance time.Time // exclusive; releases before it may run
	Elapses     time.Time // when the seat frees itself: after the grace, and only where the model is reusable
}

// Span turns the civil days of an activation into instants in the publisher's
// time zone.
func (t *Terms) Span(first, started time.Time, until day.Day) Span {
	var s Span
	if t.From != day.None {
		s.From = t.From.Start(t.loc)
	}
	if last := t.LastDay(first, started, until); last != day.None {
		s.Until = last.AddDays(1).Start(t.loc)
		if t.model().Reusable {
			s.Elapses = s.Until.Add(time.Duration(t.model().GraceDays) * day24)
		}
	}
	if m := t.model().Maintenance; m > 0 {
		s.Maintenance = t.lengthen(term{from: t.begin(first, started), months: m}, false).end().Start(t.loc)
	}
	return s
}

// Over reports whether the license's time has ended for whoever would activate
// now. A license that has not been activated yet counts from now.
func (t *Terms) Over(first, now time.Time, until day.Day) (day.Day, bool) {
	if first.IsZero() {
		first = now
	}
	last := t.LastDay(first, now, until)
	return last, last != day.None && !now.Before(last.AddDays(1).Start(t.loc))
}
