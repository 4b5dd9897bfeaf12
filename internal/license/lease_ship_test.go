package license_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

// A restored backup and the shipped journal on top of it know who holds what.
func TestReplayOfLeases(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			i := w.pool(2)
			a, b := w.box(), w.box()
			one, err := a.lease(i.Code)
			must(t, err)
			first, at := w.ship(0)
			folder := filepath.Join(t.TempDir(), "backup")
			_, err = db.Backup(t.Context(), w.d, folder)
			must(t, err)
			two, err := b.lease(i.Code)
			must(t, err)
			must(t, one.end())
			three, err := a.lease(i.Code)
			must(t, err)
			second, _ := w.ship(at)

			w.reopen(t, e, folder)
			_, err = ship.Replay(t.Context(), w.d, bytes.NewReader(append(first, second...)))
			must(t, err)
			w.used(i, 2)
			if n := len(w.holds(i.Licenses[0])); n != 2 {
				t.Fatalf("%d leases", n)
			}
			must(t, one.end())
			must(t, two.renew())
			must(t, three.renew())
			must(t, two.end())
			w.used(i, 1)
			_, err = b.lease("", func(r *wire.LeaseRequest) { r.LicenseID = i.Licenses[0].String() }) // its right came along
			must(t, err)
			w.holds(i.Licenses[0])
		})
	}
}
