package license

import (
	"slices"
	"time"

	"github.com/licet/licet/internal/catalog"
)

const day24 = 24 * time.Hour

// Allowance is how often a license may still be restored after a loss.
type Allowance struct {
	Count int64     // restores per window; 0 = none, ever
	Used  int64     // counted restores in the window that ends now
	Next  time.Time // when the next one is free; zero = now
}

// allowance is that of a license; its next free date is in the publisher's time
// zone, in which people are told it.
func (l *License) allowance(counted []time.Time, now time.Time) Allowance {
	a := allowance(l.terms.model().Restore, counted, now)
	if !a.Next.IsZero() {
		a.Next = a.Next.In(l.terms.loc)
	}
	return a
}

// Left is how many restores the window still allows, whether or not one has to
// wait for them.
func (a Allowance) Left() int64 { return max(0, a.Count-a.Used) }

// Draw returns nil when a restore may be drawn now. It returns ErrNoRestore
// when the model allows none, and ErrRestoreWait with the next free date.
func (a Allowance) Draw() error {
	switch {
	case a.Count == 0:
		return ErrNoRestore
	case !a.Next.IsZero():
		return ErrRestoreWait.With("limit", a.Count, "used", a.Used, "next", a.Next)
	}
	return nil
}

// allowance derives the allowance from the counted restores of a license so
// far. A window of r.PerDays ends now; two restores are r.WaitDays apart.
func allowance(r catalog.Restore, counted []time.Time, now time.Time) Allowance {
	a := Allowance{Count: r.Count}
	window := time.Duration(r.PerDays) * day24
	counted = slices.SortedFunc(slices.Values(counted), time.Time.Compare)
	for _, t := range counted {
		if now.Sub(t) < window {
			a.Used++
		}
	}
	if len(counted) == 0 {
		return a
	}
	next := counted[len(counted)-1].Add(time.Duration(r.WaitDays) * day24)
	if r.Count > 0 && a.Used >= r.Count {
		full := counted[int64(len(counted))-r.Count].Add(window)
		if full.After(next) {
			next = full
		}
	}
	if next.After(now) {
		a.Next = next
	}
	return a
}
