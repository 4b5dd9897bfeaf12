package trial_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/trial"
)

func TestDoors(t *testing.T) {
	w := newWorld(t, db.SQLite)
	code := w.ask("anna@example.org")
	broken := dbtest.Dead(t, db.SQLite)
	o := w.options()
	o.DB = broken
	o.Licenses = license.New(license.Options{DB: broken, Gate: actor.NewGate(broken), Vault: w.vault})
	o.Mails = connect.NewMails(broken, w.vault, &connect.Mailer{})
	dead := trial.New(o)
	type act = func(context.Context, actor.Actor) error
	both := func(f func(s *trial.Service, ctx context.Context, by actor.Actor) error) (act, act) {
		return func(ctx context.Context, by actor.Actor) error { return f(w.Service, ctx, by) },
			func(ctx context.Context, by actor.Actor) error { return f(dead, ctx, by) }
	}
	offers, offersDead := both(func(s *trial.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Offers(ctx, by)
		return err
	})
	ask, askDead := both(func(s *trial.Service, ctx context.Context, by actor.Actor) error {
		return s.Ask(ctx, by, wish("anna@example.org"))
	})
	confirm, confirmDead := both(func(s *trial.Service, ctx context.Context, by actor.Actor) error {
		_, err := s.Confirm(ctx, by, code)
		return err
	})
	stranger := visitor(actortest.Site{Publisher: actortest.Stranger().Publisher}, "198.51.100.7")
	actortest.RunDoors(t, []actortest.Door{
		{Name: "Offers", Foreign: offers, Dead: offersDead, By: stranger},
		{Name: "Ask", Foreign: ask, Dead: askDead, By: stranger},
		{Name: "Confirm", Foreign: confirm, Dead: confirmDead, By: stranger},
	})
	// None of them asks for a right: whoever has no account is whom they are for.
	actortest.RunRights(t, nil, w.a, w.a.Reseller)
}
