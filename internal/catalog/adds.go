package catalog

import (
	"maps"
	"slices"
)

// Adds is what one unit of an article that changes a license adds to that license,
// beside the article's features and limits. Only such articles have it.
type Adds struct {
	Months   int64 `json:"months,omitempty"`   // to its end, and to the end of its maintenance, 0 to 1,200
	Days     int64 `json:"days,omitempty"`     // the same, 0 to 36,525
	Quantity int64 `json:"quantity,omitempty"` // to its quantity, 0 to 1,000,000
}

// IsZero reports whether nothing is added.
func (a Adds) IsZero() bool { return a == Adds{} }

// lasts reports whether time is added.
func (a Adds) lasts() bool { return a.Months > 0 || a.Days > 0 }

const maxAddedQuantity = 1_000_000

// Changes reports whether an article of this kind changes a license that is there
// already, instead of bringing one of its own.
func (k ArticleKind) Changes() bool { return k == Upgrade || k == Extension || k == AddOn }

func (a Article) checkAdds() (bad refusals) {
	bad.within("/adds/months", a.Adds.Months, 0, maxMonths)
	bad.within("/adds/days", a.Adds.Days, 0, maxDays)
	bad.within("/adds/quantity", a.Adds.Quantity, 0, maxAddedQuantity)
	switch {
	case a.Kind == Base && !a.Adds.IsZero():
		bad.add("/adds", ErrAddsForbidden)
	case a.Kind == Extension && !a.Adds.lasts():
		bad.add("/adds", ErrAddsMissing.With("kind", string(a.Kind), "need", "adds.months, adds.days"))
	case a.Kind == AddOn && !a.addsSome():
		bad.add("/adds", ErrAddsMissing.With("kind", string(a.Kind), "need", "features, limits, adds"))
	}
	return bad
}

// addsSome reports whether an add-on adds anything at all.
func (a Article) addsSome() bool {
	sets := func(o Option) bool { return o.Sets == SetFeature || o.Sets == SetLimit }
	return !a.Adds.IsZero() || len(a.Features) > 0 || len(a.Limits) > 0 || slices.ContainsFunc(a.Options, sets)
}

func (a Adds) fields() (out []field) {
	for _, one := range []struct {
		name  string
		value int64
	}{{"adds.months", a.Months}, {"adds.days", a.Days}, {"adds.quantity", a.Quantity}} {
		if one.value != 0 {
			out = append(out, field{one.name, one.value})
		}
	}
	return out
}

// months is what an option that sets months sets: of an extension those that it
// adds, else those of the license's duration.
func (s *Snapshot) months() *int64 {
	if s.Kind == Extension {
		return &s.Adds.Months
	}
	return &s.Model.Duration.Months
}

// days is the same for days.
func (s *Snapshot) days() *int64 {
	if s.Kind == Extension {
		return &s.Adds.Days
	}
	return &s.Model.Duration.Days
}

// Fits reports whether what s changes is a license of this article.
func (s Snapshot) Fits(article string) bool {
	return slices.ContainsFunc(s.Targets, func(t string) bool { return FoldNumber(t) == FoldNumber(article) })
}

// UpgradedTo returns what a license of s is after the upgrade u: u's article,
// features, limits and rules. Its key keeps the letters that it was printed with.
func (s Snapshot) UpgradedTo(u Snapshot) Snapshot {
	u.Kind, u.Targets, u.Adds, u.KeyPrefix = Base, []string{}, Adds{}, s.KeyPrefix
	u.Ticketing, u.ShowOnce = s.Ticketing, s.ShowOnce
	return u
}

// With returns s with the features of a and so many times its limits; sums end at
// the greatest limit there is. What a adds of time and quantity is not a matter of
// a snapshot.
func (s Snapshot) With(a Snapshot, times int64) Snapshot {
	s.Features = append(slices.Clone(s.Features), a.Features...)
	slices.Sort(s.Features)
	s.Features = slices.Compact(s.Features)
	s.Limits = maps.Clone(s.Limits)
	if s.Limits == nil {
		s.Limits = map[string]int64{}
	}
	for name, n := range a.Limits {
		if n > 0 && times > (maxLimit-s.Limits[name])/n {
			s.Limits[name] = maxLimit
			continue
		}
		s.Limits[name] += n * times
	}
	return s
}
