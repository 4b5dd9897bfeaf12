package org_test

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/org"
)

// Who belongs to the publisher and lacks the right sees nothing: a caller from
// elsewhere would be refused by the scope alone, so each right has its own case.
func TestReadingNeedsTheRight(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, none := t.Context(), h.a.None()
		_, err := h.Find(ctx, none, org.Search{})
		refused(t, "find", err, actor.ErrDenied)
		_, err = h.Publisher(ctx, none, org.PublisherID(h.a.Publisher))
		refused(t, "publisher", err, actor.ErrDenied)
		_, err = h.Roles(ctx, none)
		refused(t, "roles", err, actor.ErrDenied)
		_, err = h.Get(ctx, none, h.a.Customer)
		refused(t, "get", err, actor.ErrDenied)
		_, err = h.Children(ctx, none, h.a.Root, org.Range{})
		refused(t, "children", err, actor.ErrDenied)
		_, err = h.Keys(ctx, none, h.a.Root, org.Range{})
		refused(t, "keys", err, actor.ErrDenied)
		_, err = h.Members(ctx, none, h.a.Root, org.Range{})
		refused(t, "members", err, actor.ErrDenied)
	})
}

// Whoever manages members gives nobody more than they hold themselves, neither
// when they admit nor later.
func TestNobodyHandsOnMoreThanTheirRights(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		m := must(h.Admit(ctx, h.a.All(), org.Admission{Org: h.a.Customer, Email: "a@example.com", Role: org.RoleCustomerUser}))(t)
		weak := h.a.At(h.a.Reseller, actor.MemberManage, actor.OrgRead, actor.TicketRead, actor.LicenseRead, actor.ContainerRead)
		h.nothing(t, "a refusal", func() {
			_, err := h.ChangeRole(ctx, weak, org.MemberChange{ID: m.ID, Role: org.RoleCustomerAdmin})
			refused(t, "a stronger role", err, org.ErrBeyondOwn)
			_, err = h.Admit(ctx, weak, org.Admission{Org: h.a.Customer, Email: "b@example.com", Role: org.RoleCustomerAdmin})
			refused(t, "a strong member", err, org.ErrBeyondOwn)
		})
		must(h.Admit(ctx, weak, org.Admission{Org: h.a.Customer, Email: "b@example.com", Role: org.RoleCustomerUser}))(t)
	})
}
