package db_test

import (
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// The kit stays thin: ceilings of allocations for one small write and one small
// read, everything between the caller and the engine included.
func TestAllocations(t *testing.T) {
	ceilings := map[db.Engine]struct{ write, read float64 }{
		db.SQLite: {write: 18, read: 30}, db.Postgres: {write: 50, read: 65},
	}
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			d := small(t, e)
			write(t, d, func(tx *db.Tx) error { return add(tx, 1) })
			ctx := t.Context()
			n := testing.AllocsPerRun(200, func() {
				if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qUse, 0, 1); return err }); err != nil {
					t.Error(err)
				}
			})
			if n > ceilings[e].write {
				t.Errorf("a write makes %v allocations, at most %v", n, ceilings[e].write)
			}
			m := testing.AllocsPerRun(200, func() {
				err := d.Read(ctx, func(r *db.Reader) error { var used int64; return r.QueryRow(qUsed, 1).Scan(&used) })
				if err != nil {
					t.Error(err)
				}
			})
			if m > ceilings[e].read {
				t.Errorf("a read makes %v allocations, at most %v", m, ceilings[e].read)
			}
			t.Logf("write %v, read %v", n, m)
		})
	}
}
