package demo_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
)

func config(t *testing.T, engine db.Engine) app.Config {
	t.Helper()
	args := []string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off"}
	if engine == db.Postgres {
		args = append(args, "--database", dbtest.Postgres(t))
	}
	c, _, err := app.ParseConfig(args, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The main job, twice on one installation: a second order document of the same
// shop is the same order, so the ticket stays.
func TestMainJob(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			c := config(t, engine)
			var steps []string
			first, err := demo.Run(t.Context(), demo.Options{Config: c, Tell: func(step string, _ ...any) { steps = append(steps, step) }})
			if err != nil {
				t.Fatalf("after %v: %v", steps, err)
			}
			if !first.Verified || first.License == "" || len(first.Features) == 0 || first.Article != "CAD-PRO-PERP" {
				t.Fatalf("%+v", first)
			}
			again, err := demo.Run(t.Context(), demo.Options{Config: c})
			if err != nil {
				t.Fatal(err)
			}
			if again.Ticket != first.Ticket || again.License != first.License {
				t.Fatalf("sent again, the order gave %s and %s, before %s and %s", again.Ticket, again.License, first.Ticket, first.License)
			}
			journalHolds(t, c)
			if _, err := os.Stat(filepath.Join(c.Data, "roots", "active.root")); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func journalHolds(t *testing.T, c app.Config) {
	t.Helper()
	a, err := app.Open(t.Context(), c, app.Seams{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p, err := a.Publisher(t.Context(), demo.Slug)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := actor.SealOnce(t.Context(), a.DB); err != nil {
		t.Fatal(err)
	}
	report, err := actor.VerifyJournal(t.Context(), a.DB, p.ID)
	if err != nil || !report.OK() {
		t.Fatalf("the journal does not hold: %+v, %v", report, err)
	}
}
