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
		door := func(name string, by actor.Actor, call func(ctx context.Context, h house, by actor.Actor) error) actortest.Door {
			return actortest.Door{
				Name: name, By: by,
				Foreign: func(ctx context.Context, by actor.Actor) error { return call(ctx, h, by) },
				Dead:    func(ctx context.Context, by actor.Actor) error { return call(ctx, dead, by) },
			}
		}
		doors := []actortest.Door{
			door("Publisher", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Publisher(ctx, by, a.Publisher))
			}),
			door("Create", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Create(ctx, by, org.NewOrganization{Parent: a.Root, Kind: org.KindCustomer}))
			}),
			door("Get", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error { return second(h.Get(ctx, by, a.Unit)) }),
			door("Children", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Children(ctx, by, a.Root, org.Range{}))
			}),
			door("Rename", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Rename(ctx, by, org.Renaming{ID: a.Unit, Name: "x"}))
			}),
			door("SetTerms", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.SetTerms(ctx, by, org.Terms{ID: a.Unit, Billing: org.BillMonthly}))
			}),
			door("Narrow", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Narrow(ctx, by, org.Narrowing{ID: a.Unit, Ceiling: &one}))
			}),
			door("Move", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Move(ctx, by, org.Moving{ID: a.Customer, Parent: a.Root}))
			}),
			door("Close", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Close(ctx, by, org.Closing{ID: a.Unit}))
			}),
			door("Reopen", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Reopen(ctx, by, org.Reopening{ID: a.Unit}))
			}),
			door("DefineRole", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.DefineRole(ctx, by, org.NewRole{Org: a.Root, Key: "mine", EN: "M", DE: "M", Permissions: one}))
			}),
			door("RedefineRole", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.RedefineRole(ctx, by, org.RoleChange{Key: role.Key, Permissions: one}))
			}),
			door("DropRole", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return h.DropRole(ctx, by, org.RoleChange{Key: role.Key})
			}),
			door("Admit", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Admit(ctx, by, org.Admission{Org: a.Root, Email: "b@example.com", Role: org.RoleSupport}))
			}),
			door("Members", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Members(ctx, by, a.Root, org.Range{}))
			}),
			door("ChangeRole", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.ChangeRole(ctx, by, org.MemberChange{ID: member.ID, Role: org.RoleOrderClerk}))
			}),
			door("Dismiss", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return h.Dismiss(ctx, by, org.MemberChange{ID: member.ID})
			}),
			door("CreateKey", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.CreateKey(ctx, by, org.NewKey{Org: a.Root, Name: "k", Permissions: one}))
			}),
			door("Keys", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Keys(ctx, by, a.Root, org.Range{}))
			}),
			door("RevokeKey", actor.Actor{}, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.RevokeKey(ctx, by, org.Revocation{ID: key.ID}))
			}),
			// These name no foreign thing: they are tried as nobody, or from nowhere.
			door("CreatePublisher", nobody, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.CreatePublisher(ctx, by, org.NewPublisher{Slug: "new", Name: "New"}))
			}),
			door("Publishers", nobody, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Publishers(ctx, by, org.Range{}))
			}),
			door("Find", stranger, func(ctx context.Context, h house, by actor.Actor) error {
				return second(h.Find(ctx, by, org.Search{}))
			}),
			door("Roles", stranger, func(ctx context.Context, h house, by actor.Actor) error { return second(h.Roles(ctx, by)) }),
		}

		h.nothing(t, "a foreign caller", func() { actortest.RunDoors(t, doors, h.b.All()) })
		for i, d := range doors {
			doors[i].Anyone = d.Name == "Publisher" || d.Name == "Find" || d.Name == "Roles"
		}
		h.nothing(t, "a caller without the right", func() { actortest.RunRights(t, doors, a, a.Direct) })
	})
}

func second[T any](_ T, err error) error { return err }
