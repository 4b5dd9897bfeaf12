package db_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// The limit on a database behaves like a bucket of Burst tokens that regains one
// per Per: it blocks exactly when the bucket is empty, and says when the next
// token falls.
func TestLimitProperty(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			d := dbtest.Open(t, e, dbtest.UpTo(1), dbtest.WithNow(clock.Now))
			run := 0
			rapid.Check(t, func(r *rapid.T) {
				run++
				l := db.Limit{
					Name: "test", Burst: rapid.IntRange(1, 5).Draw(r, "burst"),
					Per: time.Duration(rapid.IntRange(1, 5).Draw(r, "per")) * time.Second,
				}
				key := time.Duration(run).String()
				debt := time.Duration(0) // time until the bucket is full again
				for range rapid.IntRange(1, 15).Draw(r, "steps") {
					step := time.Duration(rapid.IntRange(0, 4000).Draw(r, "ms")) * time.Millisecond
					clock.Advance(step)
					debt = max(0, debt-step)
					want := max(0, debt-time.Duration(l.Burst-1)*l.Per)
					var got time.Duration
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						var err error
						if got, err = db.Blocked(tx, l, key); err != nil {
							return err
						}
						return db.Charge(tx, l, key)
					})
					if err != nil || got != want {
						r.Fatalf("blocked for %v, want %v (%v)", got, want, err)
					}
					debt = min(debt+l.Per, time.Duration(l.Burst)*l.Per)
				}
			})
		})
	}
}

func TestLimitRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := db.Limit{Name: "race", Burst: 30, Per: time.Minute}
		together(20, func(int) {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Charge(tx, l, "k") }); err != nil {
				t.Error(err)
			}
		})
		write(t, d, func(tx *db.Tx) error {
			for range 9 {
				if wait, err := db.Blocked(tx, l, "k"); wait != 0 || err != nil {
					t.Errorf("blocked for %v, %v", wait, err)
				}
				if err := db.Charge(tx, l, "k"); err != nil {
					return err
				}
			}
			if err := db.Charge(tx, l, "k"); err != nil {
				return err
			}
			wait, err := db.Blocked(tx, l, "k")
			if wait != time.Minute {
				t.Errorf("%v after 30 events", wait)
			}
			return err
		})
		if wait, err := blocked(t, d, l, "other"); wait != 0 || err != nil {
			t.Errorf("another key: %v, %v", wait, err)
		}
	}, dbtest.UpTo(1))
}

func blocked(t *testing.T, d *db.DB, l db.Limit, key string) (wait time.Duration, err error) {
	err = d.ReadOne(t.Context(), func(r *db.Reader) error {
		var err error
		wait, err = db.Blocked(r, l, key)
		return err
	})
	return wait, err
}

func TestSweepLimits(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			d := dbtest.Open(t, e, dbtest.UpTo(1), dbtest.WithNow(clock.Now))
			short, long := db.Limit{Name: "a", Burst: 1, Per: time.Second}, db.Limit{Name: "b", Burst: 1, Per: time.Hour}
			write(t, d, func(tx *db.Tx) error {
				for _, key := range []string{"x", "y", "z"} {
					if err := db.Charge(tx, short, key); err != nil {
						return err
					}
				}
				return db.Charge(tx, long, "x")
			})
			sweep := func(want int64) {
				t.Helper()
				write(t, d, func(tx *db.Tx) error {
					n, err := db.SweepLimits(tx, 2)
					if n != want {
						t.Errorf("%d swept, want %d", n, want)
					}
					return err
				})
			}
			sweep(0)
			clock.Advance(time.Second)
			sweep(2)
			sweep(1)
			if wait, err := blocked(t, d, long, "x"); wait != time.Hour-time.Second || err != nil {
				t.Errorf("the long one: %v, %v", wait, err)
			}
		})
	}
}
