package org_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

func ensure(t testing.TB, h house, by actor.Actor, in org.Customer) (o org.Organization, created bool) {
	t.Helper()
	o, created, err := tryEnsure(t, h, by, in)
	ok(t, err)
	return o, created
}

func tryEnsure(t testing.TB, h house, by actor.Actor, in org.Customer) (o org.Organization, created bool, err error) {
	t.Helper()
	err = h.d.Write(t.Context(), func(tx *db.Tx) error {
		o, created, err = org.EnsureCustomer(tx, by, in)
		return err
	})
	return o, created, err
}

func TestEnsureCustomer(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		by := h.a.System()
		in := org.Customer{Parent: h.a.Reseller, Number: "4711", Name: "Muster"}
		o, created := ensure(t, h, by, in)
		if !created || o.Kind != org.KindCustomer || o.Parent != h.a.Reseller || o.Number != "4711" {
			t.Errorf("made %+v", o)
		}
		again, created := ensure(t, h, by, org.Customer{Parent: h.a.Reseller, Number: "4711"})
		if created || again.ID != o.ID || again.Name != "Muster" {
			t.Errorf("found %+v", again)
		}
		if above, created := ensure(t, h, by, org.Customer{Parent: h.a.Root, Number: "4711"}); created || above.ID != o.ID {
			t.Errorf("from above %+v", above)
		}
		if other, created := ensure(t, h, h.b.System(), org.Customer{Parent: h.b.Root, Number: "4711"}); !created || other.ID == o.ID {
			t.Errorf("another publisher's %+v", other)
		}
		if h.events(t, h.a.Publisher, o.ID)["org.created"] != 1 {
			t.Error("journal")
		}
		must(h.Close(t.Context(), h.a.All(), org.Closing{ID: h.a.Direct}))(t)
		direct := must(h.Get(t.Context(), h.a.All(), h.a.Direct))(t)
		reseller := must(h.Get(t.Context(), h.a.All(), h.a.Reseller))(t)
		elsewhere := h.a.AddOrg(t, h.d, h.a.Root, "reseller")
		h.nothing(t, "a refusal", func() {
			for _, c := range []struct {
				name string
				in   org.Customer
				want error
			}{
				{"empty number", org.Customer{Parent: h.a.Root}, org.ErrBadNumber},
				{"bad name", org.Customer{Parent: h.a.Root, Number: "1", Name: "\x00"}, org.ErrBadName},
				{"another reseller's", org.Customer{Parent: elsewhere, Number: "4711"}, org.ErrNumberTaken},
				{"a reseller's number", org.Customer{Parent: h.a.Root, Number: reseller.Number}, org.ErrNotCustomer},
				{"closed", org.Customer{Parent: h.a.Root, Number: direct.Number}, org.ErrClosed},
				{"foreign parent", org.Customer{Parent: h.b.Root, Number: "1"}, actor.ErrNotFound},
				{"below a customer", org.Customer{Parent: h.a.Customer, Number: "1"}, org.ErrBadKind},
			} {
				_, _, err := tryEnsure(t, h, by, c.in)
				refused(t, c.name, err, c.want)
			}
		})
	})
}

func TestEnsureCustomerRaceMakesOne(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for round := range 5 {
			var (
				wg   sync.WaitGroup
				made atomic.Int64
				ids  [32]org.ID
			)
			for i := range ids {
				wg.Go(func() {
					o, created, err := tryEnsure(t, h, h.a.System(), org.Customer{Parent: h.a.Reseller, Number: fmt.Sprint("N", round)})
					if err != nil {
						t.Error(err)
					}
					if ids[i] = o.ID; created {
						made.Add(1)
					}
				})
			}
			wg.Wait()
			for _, id := range ids {
				if id != ids[0] {
					t.Fatalf("two customers: %v, %v", id, ids[0])
				}
			}
			if made.Load() != 1 || h.events(t, h.a.Publisher, ids[0])["org.created"] != 1 {
				t.Fatalf("made %d times", made.Load())
			}
		}
	})
}

// Two movers who each hang one reseller below the other: one of them loses, and
// no cycle is ever stored.
func TestTwoMoversCannotMakeACycle(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for range 8 {
			a, b := h.a.AddOrg(t, h.d, h.a.Root, "reseller"), h.a.AddOrg(t, h.d, h.a.Root, "reseller")
			var (
				wg   sync.WaitGroup
				errs [2]error
			)
			for i, m := range [2]org.Moving{{ID: a, Parent: b}, {ID: b, Parent: a}} {
				wg.Go(func() { _, errs[i] = h.Move(t.Context(), h.a.All(), m) })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("both or neither moved: %v, %v", errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil {
					refused(t, "the second mover", err, org.ErrCycle)
				}
			}
			must(h.Get(t.Context(), h.a.All(), a))(t) // the tree can still be built
		}
	})
}

// Closing a parent and hanging a child below it at the same moment: never a open
// child below a closed parent.
func TestCloseAgainstCreate(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for range 8 {
			c := h.a.AddOrg(t, h.d, h.a.Root, "customer")
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = h.Close(t.Context(), h.a.All(), org.Closing{ID: c}) })
			wg.Go(func() { _, _ = h.Create(t.Context(), h.a.All(), org.NewOrganization{Parent: c, Kind: org.KindUnit}) })
			wg.Wait()
			o := must(h.Get(t.Context(), h.a.All(), c))(t)
			children := must(h.Children(t.Context(), h.a.All(), c, org.Range{}))(t)
			if (o.State == org.StateClosed) != (len(children.Items) == 0) {
				t.Errorf("%s with %d children", o.State, len(children.Items))
			}
		}
	})
}

// After any sequence of creations, moves and ceilings the gate that followed
// them, a gate that starts now, and the stored rows agree, and nobody may do more
// than the organization above.
func TestRandomTreesKeepChildrenWithinParents(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		r := rand.New(rand.NewPCG(1, 2))
		ids := []org.ID{h.a.Root, h.a.Reseller, h.a.Customer, h.a.Unit, h.a.Direct}
		kinds := []org.Kind{org.KindReseller, org.KindCustomer, org.KindUnit}
		for range 150 {
			some, other := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
			switch r.IntN(4) {
			case 0:
				_, _ = h.Move(t.Context(), h.a.All(), org.Moving{ID: some, Parent: other})
			case 1:
				s := actor.NewSet(actor.Permissions()[r.IntN(20)].Name, actor.Permissions()[r.IntN(20)].Name, actor.OrgRead)
				_, _ = h.Narrow(t.Context(), h.a.System(), org.Narrowing{ID: some, Ceiling: &s})
			default:
				o, err := h.Create(t.Context(), h.a.System(), org.NewOrganization{Parent: some, Kind: kinds[r.IntN(3)], Name: "n"})
				if err == nil {
					ids = append(ids, o.ID)
				}
			}
		}
		ok(t, h.d.Write(t.Context(), func(tx *db.Tx) error {
			grown := must(h.gate.View(tx, h.a.Publisher))(t)
			fresh := must(actor.NewGate(h.d).View(tx, h.a.Publisher))(t)
			for _, id := range ids {
				o := must(org.ByID(tx, h.a.Publisher, id))(t)
				if grown.Ceiling(id) != fresh.Ceiling(id) || grown.Depth(id) != fresh.Depth(id) {
					t.Errorf("the gates differ over %v", id)
				}
				if !o.Parent.IsZero() && (!fresh.Ceiling(id).Subset(fresh.Ceiling(o.Parent)) || !fresh.Below(id, o.Parent)) {
					t.Errorf("%v may do more than its parent", id)
				}
				if o.Ceiling != nil && !fresh.Ceiling(id).Subset(*o.Ceiling) {
					t.Errorf("%v may do more than its ceiling", id)
				}
			}
			return nil
		}))
	})
}
