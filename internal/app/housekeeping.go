package app

import (
	"context"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/trial"
	"github.com/licet/licet/internal/usage"
)

// How long things that nobody looks at any more are kept.
const (
	keepJobs       = 30 * 24 * time.Hour
	keepDeliveries = 60 * 24 * time.Hour
	keepPairings   = 24 * time.Hour
	keepAnomalies  = 180 * 24 * time.Hour
)

// sweepLimits is how many allowances one transaction forgets.
const sweepLimits = 1000

// housekeeping schedules what must happen by itself.
func (a *App) housekeeping() {
	a.Jobs.Handle("app.purge", 0, func(ctx context.Context, _ *job.Run) (any, error) { return a.purge(ctx) })
	a.Jobs.Every("app.purge", job.Schedule{Every: time.Hour})
	a.Jobs.Handle("license.elapse", 0, func(ctx context.Context, _ *job.Run) (any, error) {
		return a.Lic.Elapse(ctx)
	})
	a.Jobs.Every("license.elapse", job.Schedule{Every: time.Minute})
	a.Jobs.Handle("license.leases", 0, func(ctx context.Context, _ *job.Run) (any, error) {
		return a.Lic.ElapseLeases(ctx)
	})
	a.Jobs.Every("license.leases", job.Schedule{Every: time.Minute})
	a.Jobs.Handle("license.blocklists", 0, func(ctx context.Context, _ *job.Run) (any, error) {
		return a.Lic.DueBlockLists(ctx)
	})
	a.Jobs.Every("license.blocklists", job.Schedule{Every: time.Minute})
	a.Jobs.Handle(license.BlockListKind, 0, a.Lic.BlockListJob)
}

// purge deletes what has been kept long enough, some rows at a time.
func (a *App) purge(ctx context.Context) (map[string]int64, error) {
	deleted := map[string]int64{}
	count := func(what string, one func(tx *db.Tx) (int64, error)) error {
		for {
			var n int64
			err := a.DB.WriteBulk(ctx, func(tx *db.Tx) (err error) { n, err = one(tx); return err })
			deleted[what] += n
			if err != nil || n == 0 {
				return err
			}
		}
	}
	now := a.seams.Now()
	if err := count("jobs", func(tx *db.Tx) (int64, error) { return job.Purge(tx, now.Add(-keepJobs)) }); err != nil {
		return deleted, err
	}
	if err := count("retries", actor.PurgeRetries); err != nil {
		return deleted, err
	}
	if err := count("limits", func(tx *db.Tx) (int64, error) { return db.SweepLimits(tx, sweepLimits) }); err != nil {
		return deleted, err
	}
	publishers, err := a.Publishers(ctx)
	for _, p := range publishers {
		if err == nil {
			err = count("deliveries", func(tx *db.Tx) (int64, error) { return connect.Purge(tx, p.ID, now.Add(-keepDeliveries)) })
		}
		if err == nil {
			err = count("mails", func(tx *db.Tx) (int64, error) { return connect.PurgeMails(tx, p.ID, now.Add(-keepDeliveries)) })
		}
		if err == nil {
			err = count("trials", func(tx *db.Tx) (int64, error) { return trial.Purge(tx, p.ID) })
		}
		if err == nil {
			err = count("pairings", func(tx *db.Tx) (int64, error) { return license.PurgePairings(tx, p.ID, now.Add(-keepPairings)) })
		}
		if err == nil {
			err = count("anomalies", func(tx *db.Tx) (int64, error) { return license.PurgeAnomalies(tx, p.ID, now.Add(-keepAnomalies)) })
		}
		if err == nil {
			before := day.FromTime(now.Add(-usage.Keep), time.UTC)
			err = count("usage", func(tx *db.Tx) (int64, error) { return usage.Purge(tx, p.ID, before) })
		}
	}
	return deleted, err
}
