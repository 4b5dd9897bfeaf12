package connect_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

type act = func(context.Context, actor.Actor) error

func TestDoors(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	w, r := newWorld(t, d, true), newReceiver(t)
	other := actortest.NewSite(t, d, "other")
	e, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	w.happen(t, "license.extended")
	w.work(t)
	log, err := w.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 1)
	if err != nil || len(log) != 1 {
		t.Fatalf("%+v, %v", log, err)
	}
	broken := dbtest.Dead(t, db.SQLite)
	dead := connect.NewService(broken, actor.NewGate(broken), box{}, true)
	both := func(f func(s *connect.Service, ctx context.Context, by actor.Actor) error) (act, act) {
		return func(ctx context.Context, by actor.Actor) error { return f(w.svc, ctx, by) },
			func(ctx context.Context, by actor.Actor) error { return f(dead, ctx, by) }
	}
	create, createDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, _, err := s.Create(ctx, by, connect.NewEndpoint{URL: "https://x.example", Events: []string{"*"}})
		return err
	})
	get, getDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Get(ctx, by, e.ID)
		return err
	})
	list, listDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.List(ctx, by, connect.EndpointID{}, 0)
		return err
	})
	change, changeDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Change(ctx, by, e.ID, connect.Change{})
		return err
	})
	rotate, rotateDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, _, err := s.Rotate(ctx, by, e.ID)
		return err
	})
	deliveries, deliveriesDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Deliveries(ctx, by, e.ID, 0, 0)
		return err
	})
	again, againDead := both(func(s *connect.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Redeliver(ctx, by, log[0].ID)
		return err
	})
	stranger := actortest.Stranger()
	doors := []actortest.Door{
		{Name: "Create", Foreign: create, Dead: createDead, By: stranger, Anyone: true},
		{Name: "Get", Foreign: get, Dead: getDead},
		{Name: "List", Foreign: list, Dead: listDead, By: stranger, Anyone: true},
		{Name: "Change", Foreign: change, Dead: changeDead},
		{Name: "Rotate", Foreign: rotate, Dead: rotateDead},
		{Name: "Deliveries", Foreign: deliveries, Dead: deliveriesDead},
		{Name: "Redeliver", Foreign: again, Dead: againDead},
	}
	actortest.RunDoors(t, doors, other.All())
	actortest.RunRights(t, doors, w.site, w.site.Reseller)
}
