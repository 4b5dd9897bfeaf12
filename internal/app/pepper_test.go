package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/job"
)

// A rotation orders the job that moves the codes, for when every node knows the
// new pepper; afterwards the old one can go.
func TestPepperJob(t *testing.T) {
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
			waiting := func() bool {
				t.Helper()
				counts, err := a.Jobs.Health(t.Context())
				if err != nil || slices.ContainsFunc(counts, func(c job.Count) bool { return c.State == job.Dead }) {
					t.Fatalf("%+v, %v", counts, err)
				}
				return slices.ContainsFunc(counts, func(c job.Count) bool { return c.Kind == "sign.reindex" })
			}
			id, err := a.RotatePepper(t.Context(), actor.Installation())
			if err != nil || id != 2 || !waiting() {
				t.Fatalf("pepper %d, %v; the job waits: %v", id, err, waiting())
			}
			if _, err := a.RotatePepper(t.Context(), actor.System(actor.PublisherID{1: 1})); err == nil {
				t.Error("a publisher rotates the installation's pepper")
			}
			for _, step := range []time.Duration{time.Minute, 90 * time.Second} {
				clock.Advance(step)
				if err := a.Jobs.Drain(t.Context()); err != nil {
					t.Fatal(err)
				}
				if early := step == time.Minute; waiting() != early {
					t.Errorf("after %v the job waits: %v", step, waiting())
				}
			}
			done, err := a.Reindex(t.Context(), actor.Installation(), nil)
			if err != nil || done != (app.Reindexed{}) {
				t.Errorf("%+v, %v", done, err)
			}
			if _, err := a.Reindex(t.Context(), actor.System(actor.PublisherID{1: 1}), nil); err == nil {
				t.Error("a publisher moves the codes of all")
			}
			if err := a.Keys.RetirePepper(t.Context(), actor.Installation(), 1); err != nil {
				t.Error(err)
			}
		})
	}
}
