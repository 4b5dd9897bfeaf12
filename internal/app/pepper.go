package app

import (
	"context"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
)

// reindexJob moves all codes to the pepper in use; reindexWait is how long after
// a rotation it begins, when no node stores under the older pepper any more.
const (
	reindexJob  = "sign.reindex"
	reindexWait = 2 * time.Minute
)

// peppers tells the keys what is stored under them, and has the job that moves it.
func (a *App) peppers() {
	a.Keys.PepperUse = license.PepperUse
	a.Jobs.Handle(reindexJob, 0, func(ctx context.Context, r *job.Run) (any, error) {
		all, err := a.Keys.Peppers(ctx, actor.Installation())
		if err != nil {
			return nil, err
		}
		var total int64
		for _, p := range all[1:] {
			total += p.Stored
		}
		return a.reindex(ctx, func(moved int64) error { return r.Progress(ctx, moved, total) })
	})
}

// Reindexed is what became of the codes under older peppers.
type Reindexed struct {
	Moved int64 `json:"moved"` // how many are under the pepper in use now
	Left  int64 `json:"left"`  // how many are not: shown once, without a copy, or stored meanwhile
}

// RotatePepper makes a new pepper and orders the job that moves the codes to it,
// for a few minutes later. Errors: those of sign.Service.RotatePepper.
func (a *App) RotatePepper(ctx context.Context, by actor.Actor) (int64, error) {
	id, err := a.Keys.RotatePepper(ctx, by)
	if err != nil {
		return 0, err
	}
	return id, a.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := job.Enqueue(tx, job.New{
			Kind: reindexJob, Unique: reindexJob, RunAt: tx.Now().Add(reindexWait), Payload: struct{}{},
		})
		return err
	})
}

// Reindex does what the job does, now, for the administrator of the installation.
// Errors: those of sign.Service.Peppers.
func (a *App) Reindex(ctx context.Context, by actor.Actor, progress func(moved int64) error) (Reindexed, error) {
	if _, err := a.Keys.Peppers(ctx, by); err != nil {
		return Reindexed{}, err
	}
	return a.reindex(ctx, progress)
}

func (a *App) reindex(ctx context.Context, progress func(moved int64) error) (Reindexed, error) {
	moved, err := a.Keys.Vault().Reindex(ctx, license.Codes(), progress)
	done := Reindexed{Moved: moved}
	if err != nil {
		return done, err
	}
	all, err := a.Keys.Peppers(ctx, actor.Installation())
	if err != nil {
		return done, err
	}
	for _, p := range all[1:] {
		done.Left += p.Stored
	}
	return done, nil
}
