package actor_test

import (
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
)

// write runs fn in one transaction and fails the test when it fails.
func write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestGateTellsForeignFromDenied(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := actortest.World(t, d)
		a, b := w.A, w.B
		g := actor.NewGate(d)
		cases := []struct {
			name string
			by   actor.Actor
			org  actor.OrgID
			want error
		}{
			{"all at home", a.All(), a.Unit, nil},
			{"all, whole publisher", a.All(), actor.OrgID{}, nil},
			{"system", a.System(), a.Customer, nil},
			{"installation inside", actor.Installation().In(a.Publisher), a.Root, nil},
			{"installation outside", actor.Installation(), a.Root, actor.ErrNotFound},
			{"none", a.None(), a.Unit, actor.ErrDenied},
			{"foreign org", a.All(), b.Root, actor.ErrNotFound},
			{"foreign system", a.System(), b.Root, actor.ErrNotFound},
			{"below own", a.Below(a.Reseller), a.Unit, nil},
			{"above own", a.Below(a.Reseller), a.Root, actor.ErrNotFound},
			{"beside own", a.Below(a.Reseller), a.Direct, actor.ErrNotFound},
			{"whole from below", a.Below(a.Reseller), actor.OrgID{}, actor.ErrNotFound},
			{"unknown org", a.All(), actor.OrgID{9}, actor.ErrNotFound},
			{"unknown publisher", actortest.Stranger(), a.Root, actor.ErrNotFound},
			{"anonymous", actor.Anonymous(a.All().Addr), a.Root, actor.ErrSignIn},
			{"zero", actor.Actor{}, a.Root, actor.ErrSignIn},
			{"bearer", actor.Bearer(actor.KindBearer, a.Publisher, a.Customer, "ticket:1", a.All().Addr), a.Customer, actor.ErrDenied},
			{"installation without the right", actor.Actor{Kind: actor.KindSystem, ID: "installation"}, actor.OrgID{}, actor.ErrDenied},
			{"out of scope and without the right", a.At(a.Reseller), a.Direct, actor.ErrNotFound},
		}
		for _, c := range cases {
			check := func(where string, q db.Querier) {
				err := g.Check(q, c.by, actor.OrderRead, c.org)
				if fault.CodeOf(orOK(err)) != fault.CodeOf(orOK(c.want)) {
					t.Errorf("%s in a %s: %v, want %v", c.name, where, err, c.want)
				}
			}
			write(t, d, func(tx *db.Tx) error { check("tx", tx); return nil })
			if err := d.Read(t.Context(), func(r *db.Reader) error { check("read", r); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	})
}

var errOK = fault.New(fault.Internal, "ok")

func orOK(err error) error {
	if err == nil {
		return errOK
	}
	return err
}

// A view answers like the gate, also callers of other publishers and nobody: it
// is handed to rules that ask for nothing else.
func TestGateViewKnowsItsPublisher(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := actortest.World(t, d)
		g := actor.NewGate(d)
		stray := w.B.Below(w.A.Root) // claims a place in a tree that is not its publisher's
		nobody := w.A.All()
		nobody.Kind = actor.KindAnonymous
		write(t, d, func(tx *db.Tx) error {
			v, err := g.View(tx, w.A.Publisher)
			if err != nil {
				return err
			}
			for name, c := range map[string]struct {
				by   actor.Actor
				want error
			}{"home": {w.A.All(), nil}, "stray": {stray, actor.ErrNotFound}, "nobody": {nobody, actor.ErrSignIn}} {
				if got := v.Sees(c.by, w.A.Unit); got != (c.want == nil) {
					t.Errorf("%s sees it: %v", name, got)
				}
				if err := v.Check(c.by, actor.OrderRead, w.A.Unit); fault.CodeOf(orOK(err)) != fault.CodeOf(orOK(c.want)) {
					t.Errorf("%s: %v, want %v", name, err, c.want)
				}
			}
			return nil
		})
	})
}

func TestGateNamesThePermission(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		write(t, d, func(tx *db.Tx) error {
			err := actor.NewGate(d).Check(tx, s.None(), actor.TicketReveal, s.Root)
			if f := fault.As(err); f.Kind != fault.Denied || f.Args["permission"] != "ticket.reveal" {
				t.Errorf("got %v with %v", err, f.Args)
			}
			return nil
		})
	})
}

func TestGateSeesChangesAtOnceInATransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		here, there := actor.NewGate(d), actor.NewGate(d) // two nodes
		for range 40 {
			org := s.AddOrg(t, d, s.Customer, "unit")
			for _, g := range []*actor.Gate{here, there} {
				write(t, d, func(tx *db.Tx) error { return g.Check(tx, s.Below(s.Reseller), actor.OrgRead, org) })
				err := d.Read(t.Context(), func(r *db.Reader) error {
					return g.Check(r, s.Below(s.Reseller), actor.OrgRead, org)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestGateReadSeesANewOrgWithinItsLag(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		g := actor.NewGate(d)
		read := func(org actor.OrgID) error {
			return d.Read(t.Context(), func(r *db.Reader) error { return g.Check(r, s.All(), actor.OrgRead, org) })
		}
		if err := read(s.Unit); err != nil {
			t.Fatal(err)
		}
		if err := read(s.AddOrg(t, d, s.Root, "customer")); err != nil {
			t.Fatalf("the clock stands still, and a new organization reads as %v", err)
		}
	})
}

// A transaction that was refused has seen the tree of the moment, but the reads
// after it have not: their lag is not counted from there.
func TestGateLagIsNotRenewedByRefusals(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		s := actortest.NewSite(t, d, "alpha")
		g := actor.NewGate(d)
		see := func() (below bool) {
			t.Helper()
			err := d.Read(t.Context(), func(r *db.Reader) error {
				v, err := g.View(r, s.Publisher)
				below = v.Below(s.Customer, s.Reseller)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return below
		}
		if !see() {
			t.Fatal("the customer is not below its reseller")
		}
		write(t, d, func(tx *db.Tx) error { return actortest.MoveOrg(tx, s.Publisher, s.Customer, s.Root) }) // by another node
		for range 3 {
			clock.Advance(600 * time.Millisecond)
			err := d.Write(t.Context(), func(tx *db.Tx) error { return g.Check(tx, s.None(), actor.OrgWrite, s.Root) })
			if fault.KindOf(orOK(err)) != fault.Denied {
				t.Fatal(err)
			}
		}
		if see() {
			t.Error("nearly two seconds later a read still trusts the tree of before")
		}
	})
}

// An undone transaction must leave nothing in the labels that others trust.
func TestGateForgetsWhatWasRolledBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		g := actor.NewGate(d)
		var lost actor.OrgID
		undone := fault.New(fault.Conflict, "test.undone")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			var err error
			if lost, err = actortest.InsertOrg(tx, s.Publisher, s.Root, "customer"); err != nil {
				return err
			}
			if err := g.Check(tx, s.All(), actor.OrgRead, lost); err != nil {
				return err
			}
			return undone
		})
		if fault.CodeOf(err) != undone.Code {
			t.Fatal(err)
		}
		kept := s.AddOrg(t, d, s.Root, "customer")
		write(t, d, func(tx *db.Tx) error {
			if err := g.Check(tx, s.All(), actor.OrgRead, kept); err != nil {
				t.Errorf("kept: %v", err)
			}
			if err := g.Check(tx, s.All(), actor.OrgRead, lost); fault.KindOf(orOK(err)) != fault.NotFound {
				t.Errorf("lost: %v", err)
			}
			return nil
		})
	})
}

func TestScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		g := actor.NewGate(d)
		scope := func(by actor.Actor) (ids db.IDs[actor.Org], err error) {
			err = d.Read(t.Context(), func(r *db.Reader) error {
				ids, err = g.Scope(r, by, actor.OrderRead)
				return err
			})
			return ids, err
		}
		if ids, err := scope(s.All()); err != nil || ids != nil {
			t.Errorf("root: %v, %v", ids, err)
		}
		if ids, err := scope(s.System()); err != nil || ids != nil {
			t.Errorf("system: %v, %v", ids, err)
		}
		late := s.AddOrg(t, d, s.Customer, "unit")
		ids, err := scope(s.Below(s.Reseller))
		if err != nil || len(ids) != 4 || !ids.Contains(s.Reseller) || !ids.Contains(s.Unit) || !ids.Contains(late) {
			t.Errorf("reseller: %v, %v", ids, err)
		}
		if _, err := scope(s.At(s.Reseller)); fault.KindOf(orOK(err)) != fault.Denied {
			t.Errorf("without the right: %v", err)
		}
		if _, err := scope(actor.Actor{}); fault.KindOf(orOK(err)) != fault.Unauthorized {
			t.Errorf("nobody: %v", err)
		}
		if _, err := scope(actortest.Stranger()); fault.KindOf(orOK(err)) != fault.NotFound {
			t.Errorf("stranger: %v", err)
		}
	})
}

func TestGateOnADeadDatabase(t *testing.T) {
	for _, e := range dbtest.Engines() {
		d := dbtest.Dead(t, e)
		err := d.Read(t.Context(), func(r *db.Reader) error {
			return actor.NewGate(d).Check(r, actortest.Stranger(), actor.OrgRead, actor.OrgID{})
		})
		if fault.KindOf(orOK(err)) != fault.Unavailable {
			t.Errorf("%s: %v", e, err)
		}
	}
}
