package license

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
)

// changed is terms under a duration, with extensions redeemed on days.
func changed(t interface{ Fatal(...any) }, months int64, ext ...stretch) *Terms {
	x := &Terms{Item: catalog.Snapshot{Model: catalog.Defaults(catalog.TimeLimited)}, Zone: "Europe/Berlin", Issued: day.Of(2027, 1, 31)}
	x.Item.Model.Duration = catalog.Duration{Months: months, From: catalog.FromIssue}
	if err := x.init(); err != nil {
		t.Fatal(err)
	}
	x.ext = ext
	return x
}

// Months count from the anchor and not from month end to month end: twelve
// extensions of one month are one of twelve.
func TestLengthenFromTheAnchor(t *testing.T) {
	now := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	var steps []stretch
	for range 12 {
		steps = append(steps, stretch{months: 1, on: day.Of(2027, 2, 1)})
	}
	one := changed(t, 1, stretch{months: 12, on: day.Of(2027, 2, 1)})
	if a, b := changed(t, 1, steps...).LastDay(now, now, day.None), one.LastDay(now, now, day.None); a != b || a != day.Of(2028, 2, 28) {
		t.Fatalf("%v and %v", a, b)
	}
	for _, c := range []struct {
		name        string
		ext         stretch
		until, want day.Day
	}{
		{"from its end", stretch{months: 1, on: day.Of(2027, 2, 1)}, day.None, day.Of(2027, 3, 30)},
		{"from the day of redemption, when it was over", stretch{months: 1, on: day.Of(2027, 6, 10)}, day.None, day.Of(2027, 7, 9)},
		{"from the end that staff had given it", stretch{months: 1, on: day.Of(2027, 2, 1), until: day.Of(2027, 4, 15)}, day.Of(2027, 4, 15), day.Of(2027, 5, 15)},
		{"what staff give later still counts", stretch{months: 1, on: day.Of(2027, 2, 1)}, day.Of(2027, 12, 31), day.Of(2027, 12, 31)},
	} {
		if got := changed(t, 1, c.ext).LastDay(now, now, c.until); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// An extension never shortens a license, and taking one away never lengthens it.
func TestEffectsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
		base := changed(t, rapid.Int64Range(1, 30).Draw(t, "months"))
		var all []*effect
		last := base.LastDay(now, now, day.None)
		for i := range rapid.IntRange(1, 6).Draw(t, "effects") {
			on := base.Issued.AddDays(rapid.IntRange(0, 2000).Draw(t, "on"))
			e := &effect{Seq: int64(i + 1), Quantity: rapid.Int64Range(0, 3).Draw(t, "units"), State: LicenseAvailable, At: on.Start(base.loc), terms: &Terms{}}
			e.terms.Item.Kind = catalog.Extension
			e.terms.Item.Adds = catalog.Adds{Months: rapid.Int64Range(0, 14).Draw(t, "adds"), Days: rapid.Int64Range(1, 40).Draw(t, "days")}
			all = append(all, e)
			next := base.with(all).LastDay(now, now, day.None)
			if next < last || e.Quantity > 0 && next == last {
				t.Fatalf("%v became %v", last, next)
			}
			last = next
		}
		all[rapid.IntRange(0, len(all)-1).Draw(t, "gone")].State = LicenseRecalled
		if less := base.with(all).LastDay(now, now, day.None); less > last {
			t.Fatalf("without one it ends on %v, with it on %v", less, last)
		}
		if base.ext != nil || len(base.Item.Features) > 0 {
			t.Fatal("what was sold was edited")
		}
	})
}
