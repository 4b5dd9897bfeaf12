package license

import (
	"errors"
	"testing"
	"time"
)

// Of several licenses one has to be named.
func TestTypedChoice(t *testing.T) {
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	terms := &Terms{Zone: "UTC", loc: time.UTC}
	one := &License{ID: LicenseID{1}, State: LicenseAvailable, Seats: Seats{Quantity: 1}, terms: terms}
	two := &License{ID: LicenseID{2}, State: LicenseAvailable, Seats: Seats{Quantity: 1}, terms: terms}
	full := &License{ID: LicenseID{3}, State: LicenseAvailable, Seats: Seats{Quantity: 1, Used: 1}, terms: terms}
	for name, c := range map[string]struct {
		have  []*License
		named LicenseID
		want  LicenseID
		err   error
	}{
		"the only one":      {[]*License{full}, LicenseID{}, full.ID, nil},
		"the only good one": {[]*License{full, two}, LicenseID{}, two.ID, nil},
		"named":             {[]*License{one, two}, two.ID, two.ID, nil},
		"which":             {[]*License{one, two}, LicenseID{}, LicenseID{}, ErrTypedWhich},
		"none is good":      {[]*License{full, full}, LicenseID{}, LicenseID{}, ErrUsedUp},
		"of another code":   {[]*License{one, two}, LicenseID{9}, LicenseID{9}, ErrNotWanted},
	} {
		got, err := typedChoice(found{licenses: c.have}, c.named, now)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
