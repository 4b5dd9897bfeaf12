// Package actortest gives tests of the contexts two publishers with their trees
// and callers, and runs the two cases that every door must have.
package actortest

import (
	"context"
	"fmt"
	"net/netip"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Site is one publisher with the smallest tree that has every kind:
// Root → Reseller → Customer → Unit, and Direct, a customer below Root.
type Site struct {
	Publisher                              actor.PublisherID
	Slug                                   string
	Root, Reseller, Customer, Unit, Direct actor.OrgID
}

// All returns a caller with every permission on the whole publisher.
func (s Site) All() actor.Actor { return s.At(s.Root, tenantPerms().List()...) }

// None returns a caller of the root organization without any permission.
func (s Site) None() actor.Actor { return s.At(s.Root) }

// Below returns a caller with every permission, but only from org on down.
func (s Site) Below(org actor.OrgID) actor.Actor { return s.At(org, tenantPerms().List()...) }

// At returns a caller at org with exactly the given permissions.
func (s Site) At(org actor.OrgID, perms ...actor.Permission) actor.Actor {
	return actor.Actor{
		Kind: actor.KindPerson, Publisher: s.Publisher, Org: org,
		ID: "person:" + org.String(), Perms: actor.NewSet(perms...),
		Addr: netip.MustParseAddr("192.0.2.1"), Reason: actor.Reason{Code: "request"},
	}
}

// System returns the server acting inside the publisher.
func (s Site) System() actor.Actor { return actor.System(s.Publisher) }

// Planet is what World makes: two publishers that know nothing of each other.
type Planet struct{ A, B Site }

// World makes two publishers with trees in d.
func World(t testing.TB, d *db.DB) Planet {
	t.Helper()
	return Planet{A: NewSite(t, d, "alpha"), B: NewSite(t, d, "beta")}
}

// NewSite makes one publisher with its tree. slug is unique in d.
func NewSite(t testing.TB, d *db.DB, slug string) Site {
	t.Helper()
	var s Site
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		s = Site{Publisher: db.NewID[actor.Publisher](tx), Slug: slug}
		if err := insertPublisher(tx, s); err != nil {
			return err
		}
		for _, n := range []struct {
			id     *actor.OrgID
			parent *actor.OrgID
			kind   string
		}{
			{&s.Root, nil, "publisher"},
			{&s.Reseller, &s.Root, "reseller"},
			{&s.Customer, &s.Reseller, "customer"},
			{&s.Unit, &s.Customer, "unit"},
			{&s.Direct, &s.Root, "customer"},
		} {
			var parent actor.OrgID
			if n.parent != nil {
				parent = *n.parent
			}
			var err error
			if *n.id, err = InsertOrg(tx, s.Publisher, parent, n.kind); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// AddOrg adds an organization of the given kind ("reseller", "customer", "unit")
// below parent and returns its id.
func (s Site) AddOrg(t testing.TB, d *db.DB, parent actor.OrgID, kind string) actor.OrgID {
	t.Helper()
	var id actor.OrgID
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		var err error
		id, err = InsertOrg(tx, s.Publisher, parent, kind)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Number returns the number under which World stored an organization.
func Number(org actor.OrgID) string { return fmt.Sprintf("T-%x", org[10:]) }

func tenantPerms() actor.Set { return actor.All().Without(actor.PublisherManage) }
