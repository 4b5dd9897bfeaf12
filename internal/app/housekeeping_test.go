package app_test

import (
	"testing"
	"time"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// Whoever guesses leaves a row behind for every address: those that are whole
// again go by themselves, the others stay.
func TestPurgeOfLimits(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			clock := dbtest.NewClock(t)
			args := []string{"--data", t.TempDir()}
			if engine == db.Postgres {
				args = append(args, "--database", dbtest.Postgres(t))
			}
			config, _, err := app.ParseConfig(args, func(string) string { return "" })
			if err != nil {
				t.Fatal(err)
			}
			a, err := app.Open(t.Context(), config, app.Seams{Now: clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = a.Close() }()
			short, long := db.Limit{Name: "short", Burst: 1, Per: time.Minute}, db.Limit{Name: "long", Burst: 1, Per: 24 * time.Hour}
			err = a.DB.Write(t.Context(), func(tx *db.Tx) error {
				if err := db.Charge(tx, short, "2001:db8::1"); err != nil {
					return err
				}
				return db.Charge(tx, long, "2001:db8::1")
			})
			if err != nil {
				t.Fatal(err)
			}
			clock.Advance(2 * time.Hour)
			if err := a.Jobs.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			err = a.DB.Write(t.Context(), func(tx *db.Tx) error {
				if wait, err := db.Blocked(tx, long, "2001:db8::1"); err != nil || wait == 0 {
					t.Errorf("what still holds is gone: %v, %v", wait, err)
				}
				n, err := db.SweepLimits(tx, 10)
				if n != 0 {
					t.Errorf("%d allowances that are whole again were kept", n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
