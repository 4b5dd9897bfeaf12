package org_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/org"
)

// Every door as a caller of another publisher, and on a database that has died.
func TestDoors(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		dead := newHouse(t, h.second(t))
		ok(t, dead.d.Close())
		a := h.a
		member := must(h.Admit(t.Context(), a.All(), org.Admission{Email: "a@example.com", Role: org.RoleSupport}))(t)
		key := must(h.CreateKey(t.Context(), a.All(), org.NewKey{Name: "k", Permissions: perms(actor.OrgRead)}))(t)
		role := must(h.DefineRole(t.Context(), a.All(), org.NewRole{Key: "own", EN: "Own", DE: "Eigene", Permissions: perms(actor.OrgRead)}))(t)
		one := perms(actor.OrgRead)

		nobody := actor.Anonymous(netip.MustParseAddr("192.0.2.1"))
		stranger := actortest.Stranger()
		var doors []actortest.Door
		add := func(name string, by actor.Actor, call func(ctx context.Context, h house, by actor.Actor) error) {
			doors = append(doors, actortest.Door{
				Name: name, By: by,
				Foreign: func(ctx context.Context, by actor.Actor) error { return call(ctx, h, by) },
				Dead:    func(ctx context.Context, by actor.Actor) error { return call(ctx, dead, by) },
			})
		}
		type call = func(ctx context.Context, h house, by actor.Actor) error
		for name, fn := range map[string]call{
			"Publisher": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Publisher(ctx, by, a.Publisher))
			},
			"Create": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Create(ctx, by, org.NewOrganization{Parent: a.Root, Kind: org.KindCustomer}))
			},
			"Get": func(ctx context.Context, h house, by actor.Actor) error { return second(h.Get(ctx, by, a.Unit)) },
			"Children": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Children(ctx, by, a.Root, org.Range{}))
			},
			"Rename": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Rename(ctx, by, org.Renaming{ID: a.Unit, Name: "x"}))
			},
			"SetTerms": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.SetTerms(ctx, by, org.Terms{ID: a.Unit, Billing: org.BillMonthly}))
			},
			"Narrow": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Narrow(ctx, by, org.Narrowing{ID: a.Unit, Ceiling: &one}))
			},
			"Move": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Move(ctx, by, org.Moving{ID: a.Customer, Parent: a.Root}))
			},
			"Close": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Close(ctx, by, org.Closing{ID: a.Unit}))
			},
			"Reopen": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Reopen(ctx, by, org.Reopening{ID: a.Unit}))
			},
			"DefineRole": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.DefineRole(ctx, by, org.NewRole{Org: a.Root, Key: "mine", EN: "M", DE: "M", Permissions: one}))
			},
			"RedefineRole": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.RedefineRole(ctx, by, org.RoleChange{Key: role.Key, Permissions: one}))
			},
			"DropRole": func(ctx context.Context, h house, by actor.Actor) error {
				return h.DropRole(ctx, by, org.RoleChange{Key: role.Key})
			},
			"Admit": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Admit(ctx, by, org.Admission{Org: a.Root, Email: "b@example.com", Role: org.RoleSupport}))
			},
			"Members": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Members(ctx, by, a.Root, org.Range{}))
			},
			"ChangeRole": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.ChangeRole(ctx, by, org.MemberChange{ID: member.ID, Role: org.RoleOrderClerk}))
			},
			"Dismiss": func(ctx context.Context, h house, by actor.Actor) error {
				return h.Dismiss(ctx, by, org.MemberChange{ID: member.ID})
			},
			"CreateKey": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.CreateKey(ctx, by, org.NewKey{Org: a.Root, Name: "k", Permissions: one}))
			},
			"Keys": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Keys(ctx, by, a.Root, org.Range{}))
			},
			"RevokeKey": func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.RevokeKey(ctx, by, org.Revocation{ID: key.ID}))
			},
		} {
			add(name, actor.Actor{}, fn)
		}
		// These name no foreign thing: they are tried as nobody, or from nowhere.
		add("CreatePublisher", nobody, func(ctx context.Context, h house, by actor.Actor) error {
			return second(h.CreatePublisher(ctx, by, org.NewPublisher{Slug: "new", Name: "New"}))
		})
		add("Publishers", nobody, func(ctx context.Context, h house, by actor.Actor) error {
			return second(h.Publishers(ctx, by, org.Range{}))
		})
		add("Find", stranger, func(ctx context.Context, h house, by actor.Actor) error {
			return second(h.Find(ctx, by, org.Search{}))
		})
		add("Roles", stranger, func(ctx context.Context, h house, by actor.Actor) error { return second(h.Roles(ctx, by)) })

		h.nothing(t, "a foreign caller", func() { actortest.RunDoors(t, doors, h.b.All()) })
	})
}

func second[T any](_ T, err error) error { return err }
