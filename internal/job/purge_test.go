package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/job"
)

// What was done long enough ago goes; what is open, dead or younger stays.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site, svc := actortest.NewSite(t, d, "muster"), newService(d)
		svc.Handle("works", 0, func(context.Context, *job.Run) (any, error) { return nil, nil })
		svc.Handle("fails", 0, func(context.Context, *job.Run) (any, error) { return nil, errors.New("no") })
		done := enqueue(t, d, job.New{Kind: "works", Publisher: site.Publisher})
		dead := enqueue(t, d, job.New{Kind: "fails", Publisher: site.Publisher, MaxAttempts: 1})
		open := enqueue(t, d, job.New{Kind: "works", Publisher: site.Publisher, RunAt: d.Now().Add(time.Hour)})
		if err := svc.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		purge := func(before time.Time) (n int64) {
			t.Helper()
			if err := d.Write(t.Context(), func(tx *db.Tx) (err error) { n, err = job.Purge(tx, before); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := purge(d.Now()); n != 0 {
			t.Errorf("%d jobs that ended no earlier are gone", n)
		}
		if n := purge(d.Now().Add(time.Minute)); n != 1 {
			t.Errorf("%d jobs are gone, want the one that is done", n)
		}
		if _, err := svc.Get(t.Context(), site.All(), done); !errors.Is(err, job.ErrNotFound) {
			t.Errorf("the job that is done: %v", err)
		}
		for _, id := range []job.ID{dead, open} {
			if _, err := svc.Get(t.Context(), site.All(), id); err != nil {
				t.Error(err)
			}
		}
	})
}
