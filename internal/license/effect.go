package license

import (
	"slices"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
)

// effect is what redeemed units of an upgrade, extension or add-on do to a
// license, its base. What was sold is never edited: the base's terms are its own
// with its effects on top, so that an effect that is taken back leaves no trace.
type effect struct {
	ID       EffectID
	Base     LicenseID
	By       LicenseID    // whose units were redeemed
	Snapshot SnapshotID   // of By
	State    LicenseState // of By; only an available one has its effect
	Seq      int64        // order among the base's effects, from 1
	Quantity int64        // units; 0 = taken back
	At       time.Time
	Until    day.Day // to which the base had been extended by then; None = it had not

	terms *Terms // of By
	rev   int64
	fresh bool
	dirty bool
}

// counts reports whether the effect has its effect now.
func (e *effect) counts() bool { return e.Quantity > 0 && e.State == LicenseAvailable }

// stretch is time that an effect adds.
type stretch struct {
	months, days int64
	on           day.Day // when it was redeemed
	until        day.Day // see effect
}

// with returns t with effects on top, in their order. The newest upgrade says what
// the license is; add-ons and extensions add to that, whether they came before it
// or after.
func (t *Terms) with(all []*effect) *Terms {
	all = slices.DeleteFunc(slices.Clone(all), func(e *effect) bool { return !e.counts() })
	if len(all) == 0 {
		return t
	}
	out := *t
	for _, e := range all {
		if e.terms.Item.Kind == catalog.Upgrade {
			out.Item = out.Item.UpgradedTo(e.terms.Item)
		}
	}
	for _, e := range all {
		item := e.terms.Item
		if item.Kind != catalog.Upgrade {
			out.Item = out.Item.With(item, e.Quantity)
		}
		if item.Adds.Months > 0 || item.Adds.Days > 0 {
			out.ext = append(out.ext, stretch{
				months: item.Adds.Months * e.Quantity, days: item.Adds.Days * e.Quantity,
				on: day.FromTime(e.At, t.loc), until: e.Until,
			})
		}
	}
	return &out
}

// term is a length of time from a day on.
type term struct {
	from         day.Day
	months, days int64
}

// end is the first day after it.
func (t term) end() day.Day { return t.from.AddMonths(int(t.months)).AddDays(int(t.days)) }

// lengthen adds the time of effects to a term. Each goes on where the license
// ended by then, so that months count from one anchor and not from month end to
// month end; of a license whose time was over, it counts from the day of redemption.
func (t *Terms) lengthen(cur term, extended bool) term {
	for _, s := range t.ext {
		end := cur.end()
		from := end
		if extended && s.until != day.None {
			from = max(from, s.until.AddDays(1))
		}
		if !t.own() {
			from = max(from, s.on)
		}
		if from != end {
			cur = term{from: from}
		}
		cur.months, cur.days = cur.months+s.months, cur.days+s.days
	}
	return cur
}

// fitsOn reports whether l changes a license such as base is now.
func (l *License) fitsOn(base *License) bool { return l.terms.Item.Fits(base.terms.Item.ArticleNumber) }

// changes reports whether l is no right of its own but an upgrade, extension or
// add-on of one.
func (l *License) changes() bool { return l.terms.Item.Kind.Changes() }

// effectOf is what by does to l, nil for nothing yet.
func (l *License) effectOf(by LicenseID) *effect {
	for _, e := range l.effects {
		if e.By == by {
			return e
		}
	}
	return nil
}

// redeem lets q more units of by change l, and returns the effect. It changes
// nothing when it refuses: license.redeemed when fewer units are free,
// license.bad_quantity for an upgrade twice or for too many seats, license.no_end
// for time that l has no end for, license.expired for a change that would come too
// late, license.unsignable for what no license can carry.
func (l *License) redeem(by *License, q int64, id EffectID, now time.Time) (*effect, error) {
	item := &by.terms.Item
	old := l.effectOf(by.ID)
	if item.Kind == catalog.Upgrade && (q > 1 || old != nil && old.Quantity > 0) {
		return nil, ErrBadQuantity.With("value", q, "limit", int64(1))
	}
	seats, err := by.Seats.Take(q)
	if err != nil {
		return nil, by.full(err)
	}
	next := effect{
		ID: id, Base: l.ID, By: by.ID, Snapshot: by.Snapshot, State: by.State, Seq: l.Effects + 1, At: now, Until: l.Until,
		terms: by.terms, fresh: true, rev: 1,
	}
	if old != nil {
		next = *old
	}
	if next.Quantity == 0 {
		next.At, next.Until = now, l.Until // it may have been taken back long ago
	}
	next.Quantity += q
	next.dirty = true
	all := append(slices.DeleteFunc(slices.Clone(l.effects), func(e *effect) bool { return e == old }), &next)
	slices.SortFunc(all, func(a, b *effect) int { return int(a.Seq - b.Seq) })
	terms := l.sold.with(all)
	if err := l.bears(terms, item.Adds, now); err != nil {
		return nil, err
	}
	grown := l.Seats
	if n := item.Adds.Quantity; n > 0 {
		if grown, err = l.Seats.Add(n, q); err != nil {
			return nil, err
		}
	}
	by.Seats, by.Taken, by.dirty = seats, by.Taken+q, true
	if old == nil {
		l.Effects++
	}
	l.effects, l.terms, l.Seats = all, terms, grown
	l.touch()
	return &next, nil
}

// bears says whether the license can be what changed terms say.
func (l *License) bears(changed *Terms, adds catalog.Adds, now time.Time) error {
	last, over := changed.Over(l.First, now, l.Until)
	if (adds.Months > 0 || adds.Days > 0) && last == day.None && changed.model().Maintenance == 0 {
		return ErrNoEnd
	}
	if over {
		return ErrLicenseExpired.With("last", last)
	}
	return changed.check()
}

// Add adds n seats for each of q units of an add-on. It returns ErrBadQuantity
// when the sum is more than MaxQuantity.
func (s Seats) Add(n, q int64) (Seats, error) {
	if n > (MaxQuantity-s.Quantity)/q {
		return s, ErrBadQuantity.With("value", n, "limit", (MaxQuantity-s.Quantity)/q)
	}
	s.Quantity += n * q
	s.Added += n * q
	return s, nil
}

// effectData is what the journal keeps of an effect.
type effectData struct {
	License  LicenseID   `json:"license"`
	By       LicenseID   `json:"by"`
	Quantity int64       `json:"qty"`
	Exchange ExchangeID  `json:"exchange,omitzero"`
	Why      string      `json:"why,omitempty"`
	Box      ContainerID `json:"container,omitzero"`
}
