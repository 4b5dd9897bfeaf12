package org_test

import (
	"bytes"
	"net/netip"
	"sync"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

var home = netip.MustParseAddr("192.0.2.7")

func TestAdmitAndEnter(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		in := org.Admission{Email: " Erika@Example.COM ", Name: "Erika", Role: org.RoleResellerUser}
		m := must(h.Admit(ctx, by, in))(t)
		if m.Org != h.a.Reseller || m.Personal.Email != "erika@example.com" || m.Role != org.RoleResellerUser {
			t.Errorf("admitted %+v", m)
		}
		second := must(h.Admit(ctx, by, org.Admission{Org: h.a.Customer, Email: "erika@example.com", Role: org.RoleCustomerAdmin}))(t)
		if second.Person != m.Person {
			t.Error("one address became two persons")
		}
		foreign := must(h.Admit(ctx, h.b.All(), org.Admission{Email: "erika@example.com", Role: org.RoleSupport}))(t)
		if foreign.Person != m.Person {
			t.Error("a person signs in once per installation")
		}
		list := must(h.Members(ctx, by, org.ID{}, org.Range{}))(t)
		if len(list.Items) != 1 || list.Items[0] != m {
			t.Errorf("members %+v", list.Items)
		}
		if h.events(t, h.a.Publisher, m.ID)["member.admitted"] != 1 {
			t.Error("journal")
		}
		a := must(h.Enter(ctx, m.Person, h.a.Publisher, h.a.Unit, home))(t)
		if a.Kind != actor.KindPerson || a.Org != h.a.Unit || a.ID != "person:"+m.Person.String() || a.Addr != home {
			t.Errorf("entered as %+v", a)
		}
		if !a.Perms.Has(actor.OrderWrite) || !a.Perms.Has(actor.MemberManage) || a.Perms.Has(actor.CatalogWrite) {
			t.Errorf("both memberships give %s", a.Perms)
		}
		_, err := h.Enter(ctx, m.Person, h.a.Publisher, h.a.Direct, home)
		refused(t, "beside", err, actor.ErrNotFound)
		_, err = h.Enter(ctx, m.Person, h.b.Publisher, h.a.Unit, home)
		refused(t, "another publisher's node", err, actor.ErrNotFound)
		_, err = h.Enter(ctx, org.PersonID{1}, h.a.Publisher, h.a.Unit, home)
		refused(t, "an unknown person", err, actor.ErrNotFound)
	})
}

func TestAdmitRefuses(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		must(h.Admit(ctx, by, org.Admission{Email: "a@example.com", Role: org.RoleResellerUser}))(t)
		must(h.Close(ctx, h.a.All(), org.Closing{ID: h.a.Direct}))(t)
		clerk := h.a.At(h.a.Root, actor.MemberManage, actor.OrgRead)
		h.nothing(t, "a refusal", func() {
			for _, c := range []struct {
				name string
				by   actor.Actor
				in   org.Admission
				want error
			}{
				{"denied", h.a.None(), org.Admission{Email: "b@example.com", Role: org.RoleSupport}, actor.ErrDenied},
				{"foreign", h.b.All(), org.Admission{Org: h.a.Reseller, Email: "b@example.com", Role: org.RoleResellerUser}, actor.ErrNotFound},
				{"above", by, org.Admission{Org: h.a.Root, Email: "b@example.com", Role: org.RoleSupport}, actor.ErrNotFound},
				{"again", by, org.Admission{Email: "A@example.com", Role: org.RoleResellerAdmin}, org.ErrMember},
				{"no address", by, org.Admission{Email: "b", Role: org.RoleResellerUser}, org.ErrBadEmail},
				{"with a display name", by, org.Admission{Email: "B <b@example.com>", Role: org.RoleResellerUser}, org.ErrBadEmail},
				{"bad name", by, org.Admission{Email: "b@example.com", Name: "a\nb", Role: org.RoleResellerUser}, org.ErrBadName},
				{"unknown role", by, org.Admission{Email: "b@example.com", Role: "king"}, org.ErrUnknownRole},
				{"role of another kind", by, org.Admission{Email: "b@example.com", Role: org.RolePublisherAdmin}, org.ErrRoleKind},
				{"more than the giver holds", clerk, org.Admission{Email: "b@example.com", Role: org.RoleSupport}, org.ErrBeyondOwn},
				{"closed", h.a.All(), org.Admission{Org: h.a.Direct, Email: "b@example.com", Role: org.RoleCustomerUser}, org.ErrClosed},
			} {
				_, err := h.Admit(ctx, c.by, c.in)
				refused(t, c.name, err, c.want)
			}
		})
	})
}

func TestAdmitRaceMakesOnePerson(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var (
			wg      sync.WaitGroup
			members [8]org.Member
		)
		for i := range members {
			by, at := h.a.All(), h.a.AddOrg(t, h.d, h.a.Root, "customer")
			if i%2 == 1 {
				by, at = h.b.All(), h.b.AddOrg(t, h.d, h.b.Root, "customer")
			}
			wg.Go(func() {
				var err error
				members[i], err = h.Admit(t.Context(), by, org.Admission{Org: at, Email: "a@example.com", Role: org.RoleCustomerUser})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, m := range members {
			if m.Person != members[0].Person {
				t.Fatalf("two persons: %v and %v", m.Person, members[0].Person)
			}
		}
	})
}

func TestChangeRoleAndDismiss(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.All()
		m := must(h.Admit(ctx, by, org.Admission{Email: "a@example.com", Role: org.RolePublisherAdmin}))(t)
		weak := h.a.At(h.a.Root, actor.MemberManage, actor.OrgRead, actor.CatalogRead)
		h.nothing(t, "a refusal", func() {
			_, err := h.ChangeRole(ctx, weak, org.MemberChange{ID: m.ID, Role: org.RoleSupport})
			refused(t, "somebody stronger", err, org.ErrBeyondOwn)
			refused(t, "dismiss somebody stronger", h.Dismiss(ctx, weak, org.MemberChange{ID: m.ID}), org.ErrBeyondOwn)
			_, err = h.ChangeRole(ctx, by, org.MemberChange{ID: m.ID, Role: org.RoleSupport, Rev: 3})
			refused(t, "stale", err, org.ErrStale)
			_, err = h.ChangeRole(ctx, by, org.MemberChange{ID: m.ID, Role: org.RoleCustomerUser})
			refused(t, "role of another kind", err, org.ErrRoleKind)
			_, err = h.ChangeRole(ctx, h.a.Below(h.a.Reseller), org.MemberChange{ID: m.ID, Role: org.RoleSupport})
			refused(t, "from below", err, actor.ErrNotFound)
			refused(t, "stale dismissal", h.Dismiss(ctx, by, org.MemberChange{ID: m.ID, Rev: 3}), org.ErrStale)
		})
		c := must(h.ChangeRole(ctx, by, org.MemberChange{ID: m.ID, Role: org.RoleSupport, Rev: 1}))(t)
		if c.Role != org.RoleSupport || c.Rev != 2 || c.Personal != m.Personal {
			t.Errorf("changed %+v", c)
		}
		if a := must(h.Enter(ctx, m.Person, h.a.Publisher, h.a.Root, home))(t); a.Perms.Has(actor.CatalogWrite) || !a.Perms.Has(actor.SupportRead) {
			t.Errorf("has %s", a.Perms)
		}
		ok(t, h.Dismiss(ctx, by, org.MemberChange{ID: m.ID, Rev: 2}))
		_, err := h.Enter(ctx, m.Person, h.a.Publisher, h.a.Root, home)
		refused(t, "enter after the dismissal", err, actor.ErrNotFound)
		refused(t, "dismiss again", h.Dismiss(ctx, by, org.MemberChange{ID: m.ID}), actor.ErrNotFound)
		if ev := h.events(t, h.a.Publisher, m.ID); ev["member.role_changed"] != 1 || ev["member.dismissed"] != 1 {
			t.Errorf("journal %v", ev)
		}
	})
}

func TestClosedOrganizationLetsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.All()
		m := must(h.Admit(ctx, by, org.Admission{Org: h.a.Direct, Email: "a@example.com", Role: org.RoleCustomerAdmin}))(t)
		k := must(h.CreateKey(ctx, by, org.NewKey{Org: h.a.Direct, Name: "k", Permissions: perms(actor.OrgRead)}))(t)
		must(h.Authenticate(ctx, k.Token, home))(t)
		must(h.Close(ctx, by, org.Closing{ID: h.a.Direct}))(t)
		_, err := h.Enter(ctx, m.Person, h.a.Publisher, h.a.Direct, home)
		refused(t, "a member", err, actor.ErrNotFound)
		_, err = h.Authenticate(ctx, k.Token, home)
		refused(t, "a key", err, org.ErrBadToken)
		_, err = h.CreateKey(ctx, by, org.NewKey{Org: h.a.Direct, Name: "k", Permissions: perms(actor.OrgRead)})
		refused(t, "a new key", err, org.ErrClosed)
		must(h.Reopen(ctx, by, org.Reopening{ID: h.a.Direct}))(t)
		must(h.Authenticate(ctx, k.Token, home))(t)
	})
}

var qPersonalBytes = db.SQL("test.personal_bytes", `
SELECT sealed FROM person WHERE sealed IS NOT NULL UNION ALL SELECT email_index FROM person WHERE email_index IS NOT NULL
UNION ALL SELECT sealed FROM membership UNION ALL SELECT sealed FROM person_key`)

// stored returns every column in which something of a person could be.
func (h house) stored(t testing.TB) (out [][]byte) {
	t.Helper()
	ok(t, h.d.Read(t.Context(), func(r *db.Reader) error {
		var err error
		out, err = db.List(r, func(r *db.Rows) (b []byte, err error) { err = r.Scan(&b); return b, err }, qPersonalBytes)
		return err
	}))
	return out
}

func TestErasePersonLeavesATombstone(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		m := must(h.Admit(ctx, h.a.All(), org.Admission{Email: "canary@example.com", Name: "Canary", Role: org.RoleSupport}))(t)
		must(h.Admit(ctx, h.b.All(), org.Admission{Email: "canary@example.com", Name: "Canary", Role: org.RoleSupport}))(t)
		other := must(h.Admit(ctx, h.a.All(), org.Admission{Email: "other@example.com", Role: org.RoleSupport}))(t)
		for _, b := range h.stored(t) {
			if bytes.Contains(bytes.ToLower(b), []byte("canary")) || bytes.Contains(b, []byte("example.com")) {
				t.Fatalf("stored in the clear: %q", b)
			}
		}
		erase := func(id org.PersonID) error {
			return h.d.Write(ctx, func(tx *db.Tx) error { return org.ErasePerson(tx, actor.Installation(), id) })
		}
		ok(t, erase(m.Person))
		if n := len(h.stored(t)); n != 4 { // the other person's four columns
			t.Errorf("%d columns are left", n)
		}
		for _, s := range []struct {
			by actor.Actor
			p  actor.PublisherID
		}{{h.a.All(), h.a.Publisher}, {h.b.All(), h.b.Publisher}} {
			if h.events(t, s.p, m.Person)["person.erased"] != 1 {
				t.Error("no journal line")
			}
			if rep := must(actor.VerifyJournal(ctx, h.d, s.p))(t); !rep.OK() {
				t.Errorf("the journal broke: %+v", rep.Problems)
			}
			for _, left := range must(h.Members(ctx, s.by, org.ID{}, org.Range{}))(t).Items {
				if left.Person != other.Person {
					t.Errorf("still a member: %+v", left)
				}
			}
		}
		h.nothing(t, "erasing twice", func() { ok(t, erase(m.Person)) })
		refused(t, "an unknown person", erase(org.PersonID{1}), actor.ErrNotFound)
		again := must(h.Admit(ctx, h.a.All(), org.Admission{Email: "canary@example.com", Role: org.RoleSupport}))(t)
		if again.Person == m.Person {
			t.Error("an erased person came back under the same pseudonym")
		}
	})
}

func TestDefinedRoles(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		in := org.NewRole{Key: "stock_keeper", EN: "Stock keeper", DE: "Lagerist", Permissions: perms(actor.OrgRead, actor.TicketRead)}
		r := must(h.DefineRole(ctx, by, in))(t)
		if r.Org != h.a.Reseller || r.Rev != 1 || r.Permissions != in.Permissions {
			t.Errorf("defined %+v", r)
		}
		has := func(by actor.Actor) bool {
			for _, r := range must(h.Roles(ctx, by))(t) {
				if r.Key == in.Key {
					return true
				}
			}
			return false
		}
		if !has(by) || !has(h.a.Below(h.a.Unit)) || !has(h.a.All()) || has(h.a.Below(h.a.Direct)) || has(h.b.All()) {
			t.Error("the role is seen by the wrong ones")
		}
		weak := h.a.At(h.a.Reseller, actor.MemberManage, actor.OrgRead)
		h.nothing(t, "a refusal", func() {
			for _, c := range []struct {
				name string
				by   actor.Actor
				in   org.NewRole
				want error
			}{
				{"key again", by, in, org.ErrRoleTaken},
				{"built-in key", by, org.NewRole{Key: org.RoleSupport, EN: "a", DE: "a", Permissions: in.Permissions}, org.ErrRoleTaken},
				{"bad key", by, org.NewRole{Key: "A b", EN: "a", DE: "a", Permissions: in.Permissions}, org.ErrBadRoleKey},
				{"no name", by, org.NewRole{Key: "ab", EN: "a", Permissions: in.Permissions}, org.ErrBadName},
				{"nothing", by, org.NewRole{Key: "ab", EN: "a", DE: "a"}, org.ErrNoPermissions},
				{"beyond the kind", h.a.All(), org.NewRole{Org: h.a.Reseller, Key: "ab", EN: "a", DE: "a", Permissions: perms(actor.KeyringManage)}, org.ErrBeyondKind},
				{"beyond the giver", weak, org.NewRole{Key: "ab", EN: "a", DE: "a", Permissions: in.Permissions}, org.ErrBeyondOwn},
				{"denied", h.a.None(), org.NewRole{Key: "ab", EN: "a", DE: "a", Permissions: in.Permissions}, actor.ErrDenied},
			} {
				_, err := h.DefineRole(ctx, c.by, c.in)
				refused(t, c.name, err, c.want)
			}
			_, err := h.Admit(ctx, h.a.All(), org.Admission{Org: h.a.Direct, Email: "a@example.com", Role: in.Key})
			refused(t, "a role from elsewhere", err, org.ErrUnknownRole)
			_, err = h.RedefineRole(ctx, weak, org.RoleChange{Key: in.Key, Permissions: in.Permissions.Or(perms(actor.OrderRead))})
			refused(t, "adds what the giver lacks", err, org.ErrBeyondOwn)
			_, err = h.RedefineRole(ctx, by, org.RoleChange{Key: in.Key})
			refused(t, "empties it", err, org.ErrNoPermissions)
			_, err = h.RedefineRole(ctx, by, org.RoleChange{Key: in.Key, Permissions: perms(actor.KeyringManage)})
			refused(t, "beyond the kind", err, org.ErrBeyondKind)
			_, err = h.RedefineRole(ctx, by, org.RoleChange{Key: in.Key, Permissions: in.Permissions, Rev: 5})
			refused(t, "stale", err, org.ErrStale)
			_, err = h.RedefineRole(ctx, by, org.RoleChange{Key: org.RoleSupport, Permissions: in.Permissions})
			refused(t, "a built-in one", err, actor.ErrNotFound)
			_, err = h.RedefineRole(ctx, h.a.Below(h.a.Direct), org.RoleChange{Key: in.Key, Permissions: in.Permissions})
			refused(t, "from beside", err, actor.ErrNotFound)
		})
		m := must(h.Admit(ctx, by, org.Admission{Org: h.a.Customer, Email: "a@example.com", Role: in.Key}))(t)
		must(h.RedefineRole(ctx, by, org.RoleChange{Key: in.Key, Permissions: perms(actor.LicenseRead), Rev: 1}))(t)
		if a := must(h.Enter(ctx, m.Person, h.a.Publisher, h.a.Unit, home))(t); a.Perms != perms(actor.LicenseRead) {
			t.Errorf("has %s", a.Perms)
		}
		refused(t, "in use", h.DropRole(ctx, by, org.RoleChange{Key: in.Key}), org.ErrRoleInUse)
		ok(t, h.Dismiss(ctx, by, org.MemberChange{ID: m.ID}))
		refused(t, "stale", h.DropRole(ctx, by, org.RoleChange{Key: in.Key, Rev: 1}), org.ErrStale)
		ok(t, h.DropRole(ctx, by, org.RoleChange{Key: in.Key, Rev: 2}))
		if has(by) {
			t.Error("still there")
		}
	})
}
