package sign_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
)

// Every door, called by another publisher's administrator on a key of this one,
// and on a database that has died.
func TestDoors(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, e)
			v := newVendor(t, d)
			dead := deadHouse(t, e)
			kid := v.activeKID(t)
			req, err := v.Request(t.Context(), v.by, sign.RequestInput{})
			if err != nil {
				t.Fatal(err)
			}
			lines, err := v.active.Certify(req, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			export, err := v.Export(t.Context(), actor.Installation(), passphrase, sign.TestWork)
			if err != nil {
				t.Fatal(err)
			}
			compat, err := v.MakeKeygen(t.Context(), v.by)
			if err != nil {
				t.Fatal(err)
			}
			type call = func(s *sign.Service, ctx context.Context, by actor.Actor) error
			door := func(name string, by actor.Actor, fn call) actortest.Door {
				return actortest.Door{
					Name: name, By: by,
					Foreign: func(ctx context.Context, by actor.Actor) error { return fn(v.Service, ctx, by) },
					Dead:    func(ctx context.Context, by actor.Actor) error { return fn(dead, ctx, by) },
				}
			}
			b, nobody := v.house.b.All(), actortest.Stranger()
			doors := []actortest.Door{
				door("Retire", b, func(s *sign.Service, ctx context.Context, by actor.Actor) error { return s.Retire(ctx, by, kid, true) }),
				door("RevokeKeygen", b, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					return s.RevokeKeygen(ctx, by, compat.KID)
				}),
				door("MakeKeygen", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.MakeKeygen(ctx, by)
					return err
				}),
				door("KnownSerials", b, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.KnownSerials(ctx, by, kid)
					return err
				}),
				door("Request", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Request(ctx, by, sign.RequestInput{})
					return err
				}),
				door("PinRoot", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					return s.PinRoot(ctx, by, v.active.Info(), sign.RankActive)
				}),
				door("Install", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Install(ctx, by, []byte(lines[0]))
					return err
				}),
				door("Overview", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Overview(ctx, by)
					return err
				}),
				door("RotateData", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.RotateData(ctx, by)
					return err
				}),
				door("RotatePepper", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.RotatePepper(ctx, by)
					return err
				}),
				door("Peppers", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Peppers(ctx, by)
					return err
				}),
				door("RetirePepper", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					return s.RetirePepper(ctx, by, 1)
				}),
				door("Export", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Export(ctx, by, passphrase, sign.TestWork)
					return err
				}),
				door("RotateIdentity", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.RotateIdentity(ctx, by, filepath.Join(t.TempDir(), sign.IdentityFile))
					return err
				}),
				door("DropInModule", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					return s.DropInModule(ctx, by, "AAAAAAAAAAA", "00")
				}),
				door("Import", nobody, func(s *sign.Service, ctx context.Context, by actor.Actor) error {
					_, err := s.Import(ctx, by, export, passphrase)
					return err
				}),
			}
			actortest.RunDoors(t, doors)
			actortest.RunRights(t, doors, v.house.a, v.house.a.Reseller)
		})
	}
}

// deadHouse is a Service whose database dies after it was opened.
func deadHouse(t *testing.T, e db.Engine) *sign.Service {
	t.Helper()
	d := dbtest.Open(t, e)
	h := newHouse(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return h.Service
}

// Keys belong to the publisher as a whole: a reseller does not reach them, and
// the root's people need the right.
func TestRights(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	v := h.newVendor(t, h.a)
	for name, c := range map[string]struct {
		by   actor.Actor
		want fault.Kind
	}{
		"anonymous":         {actor.Actor{}, fault.Unauthorized},
		"without the right": {h.a.None(), fault.Denied},
		"reseller":          {h.a.Below(h.a.Reseller), fault.NotFound},
		"customer":          {h.a.Below(h.a.Customer), fault.NotFound},
		"without publisher": {actor.Actor{Kind: actor.KindPerson, ID: "x"}, fault.Denied},
	} {
		_, read := v.Overview(t.Context(), c.by)
		write := v.Retire(t.Context(), c.by, v.activeKID(t), true)
		for _, err := range []error{read, write} {
			if fault.KindOf(err) != c.want {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	}
	if _, err := v.Overview(t.Context(), actor.Installation().In(v.pub)); err != nil {
		t.Fatal(err)
	}
	if err := v.Retire(t.Context(), actor.System(v.pub), "AAAAAAAAAAA", false); !errors.Is(err, sign.ErrNotFound) {
		t.Fatal(err)
	}
}
