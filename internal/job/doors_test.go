package job_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/job"
)

func TestDoors(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	planet := actortest.World(t, d)
	id := enqueue(t, d, job.New{Kind: "x", Publisher: planet.A.Publisher})
	alive, dead := newService(d), newService(dbtest.Dead(t, db.SQLite))
	doors := []actortest.Door{
		{Name: "Get", Foreign: get(alive, id), Dead: get(dead, id)},
		{Name: "List", Foreign: list(alive), Dead: list(dead), By: actortest.Stranger(), Anyone: true},
		{Name: "Retry", Foreign: retry(alive, id), Dead: retry(dead, id)},
	}
	actortest.RunDoors(t, doors, planet.B.All())
	actortest.RunRights(t, doors, planet.A, planet.A.Reseller)
}

type act = func(context.Context, actor.Actor) error

func get(s *job.Service, id job.ID) act {
	return func(ctx context.Context, by actor.Actor) error { _, err := s.Get(ctx, by, id); return err }
}

func list(s *job.Service) act {
	return func(ctx context.Context, by actor.Actor) error { _, err := s.List(ctx, by, job.Filter{}); return err }
}

func retry(s *job.Service, id job.ID) act {
	return func(ctx context.Context, by actor.Actor) error { _, err := s.Retry(ctx, by, id); return err }
}
