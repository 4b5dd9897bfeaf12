//go:build !race

package sign_test // the race detector allocates, too

import (
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// The hot path reads memory only, and its allocations do not grow.
func TestHotPathAllocations(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := newVendor(t, d)
	p := mustPrepare(t, v)
	k := v.Keyring()
	if err := d.Close(); err != nil { // whoever asks the database now fails
		t.Fatal(err)
	}
	code := []byte("7H2KM7H2KM7H2KM7H2KM7H2KM")
	for name, c := range map[string]struct {
		most float64
		fn   func()
	}{
		"redeem": {40, func() {
			if _, err := k.Redeem(t.Context(), v.pub, p); err != nil {
				t.Fatal(err)
			}
		}},
		"lookup":  {2, func() { v.Vault().Lookup(code) }},
		"lookups": {3, func() { v.Vault().Lookups(code) }},
		"blind":   {4, func() { v.Vault().Blind(v.pub, "print", code) }},
	} {
		if got := testing.AllocsPerRun(200, c.fn); got > c.most {
			t.Errorf("%s: %.0f allocations, at most %.0f", name, got, c.most)
		}
	}
}
