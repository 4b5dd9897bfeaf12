package org_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/org"
)

// eachAt is each with a clock that the test moves.
func eachAt(t *testing.T, fn func(t *testing.T, h house, clock *dbtest.TestClock)) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			fn(t, newHouse(t, dbtest.Open(t, e, dbtest.WithNow(clock.Now))), clock)
		})
	}
}

var qHints = db.SQL("test.hints", `SELECT hint FROM api_key`)

func TestKeyIsShownOnceAndWorks(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		k := must(h.CreateKey(ctx, by, org.NewKey{Name: "ERP", Permissions: perms(actor.OrderRead, actor.OrderWrite)}))(t)
		if !regexp.MustCompile(`^lk_[0-9A-Za-z]{43}$`).MatchString(k.Token) || k.Hint != "lk_…"+k.Token[42:] || k.Org != h.a.Reseller {
			t.Errorf("made %+v", k)
		}
		a := must(h.Authenticate(ctx, k.Token, home))(t)
		want := actor.Actor{
			Kind: actor.KindKey, Publisher: h.a.Publisher, Org: h.a.Reseller, ID: "key:" + k.ID.String(),
			Perms: perms(actor.OrderRead, actor.OrderWrite), Addr: home,
		}
		if a != want {
			t.Errorf("authenticated %+v, want %+v", a, want)
		}
		list := must(h.Keys(ctx, by, org.ID{}, org.Range{}))(t)
		if len(list.Items) != 1 || list.Items[0] != k.Key || list.Items[0].MadeBy != by.ID {
			t.Errorf("listed %+v, want %+v", list.Items, k.Key)
		}
		if h.events(t, h.a.Publisher, k.ID)["key.created"] != 1 {
			t.Error("journal")
		}
		// Nothing that is stored contains the token.
		ok(t, h.d.Read(ctx, func(r *db.Reader) error {
			var hint string
			if err := r.QueryRow(qHints).Scan(&hint); err != nil || strings.Contains(hint, k.Token[3:40]) {
				t.Errorf("hint %q, %v", hint, err)
			}
			rows, err := actor.ReadJournal(r, h.a.Publisher, 0, 100)
			for _, row := range rows {
				if strings.Contains(row.Data, k.Token) {
					t.Error("the token is in the journal")
				}
			}
			return err
		}))
	})
}

func TestRepeatedCreateKeyShowsNoToken(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		by := h.a.All().With(actor.Retry{Key: "k", Route: "r"})
		in := org.NewKey{Name: "ERP", Permissions: perms(actor.OrderRead)}
		one := must(h.CreateKey(t.Context(), by, in))(t)
		two := must(h.CreateKey(t.Context(), by, in))(t)
		if one.Key != two.Key || two.Token != "" || one.Note != nil || two.Note == nil || two.Note.Code != "actor.shown_once" {
			t.Errorf("%+v and %+v", one, two)
		}
	})
}

func TestCreateKeyRefuses(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.At(h.a.Reseller, actor.KeyManage, actor.OrderRead)
		one := perms(actor.OrderRead)
		h.nothing(t, "a refusal", func() {
			for _, c := range []struct {
				name string
				by   actor.Actor
				in   org.NewKey
				want error
			}{
				{"denied", h.a.None(), org.NewKey{Name: "k", Permissions: one}, actor.ErrDenied},
				{"above", by, org.NewKey{Org: h.a.Root, Name: "k", Permissions: one}, actor.ErrNotFound},
				{"foreign", h.b.All(), org.NewKey{Org: h.a.Root, Name: "k", Permissions: one}, actor.ErrNotFound},
				{"no name", by, org.NewKey{Permissions: one}, org.ErrBadName},
				{"no permission", by, org.NewKey{Name: "k"}, org.ErrNoPermissions},
				{"more than its maker", by, org.NewKey{Name: "k", Permissions: perms(actor.OrderRead, actor.OrderWrite)}, org.ErrBeyondOwn},
				{"more than the kind", h.a.All(), org.NewKey{Org: h.a.Reseller, Name: "k", Permissions: perms(actor.KeyringManage)}, org.ErrBeyondKind},
				{"publisher.manage", actor.Installation().In(h.a.Publisher), org.NewKey{Name: "k", Permissions: perms(actor.PublisherManage)}, org.ErrBeyondKind},
				{"expired", by, org.NewKey{Name: "k", Permissions: one, ExpiresAt: dbtest.Start}, org.ErrBadExpiry},
			} {
				_, err := h.CreateKey(ctx, c.by, c.in)
				refused(t, c.name, err, c.want)
			}
		})
	})
}

func TestKeyExpires(t *testing.T) {
	eachAt(t, func(t *testing.T, h house, clock *dbtest.TestClock) {
		ctx := t.Context()
		k := must(h.CreateKey(ctx, h.a.All(), org.NewKey{Name: "k", Permissions: perms(actor.OrderRead), ExpiresAt: dbtest.Start.Add(500 * time.Millisecond)}))(t)
		must(h.Authenticate(ctx, k.Token, home))(t)
		clock.Advance(499 * time.Millisecond)
		must(h.Authenticate(ctx, k.Token, home))(t)
		clock.Advance(time.Millisecond)
		_, err := h.Authenticate(ctx, k.Token, home)
		refused(t, "expired", err, org.ErrTokenExpired)
	})
}

func TestRevokeWorksAtOnceAndTakesDescendantsAlong(t *testing.T) {
	eachAt(t, func(t *testing.T, h house, clock *dbtest.TestClock) {
		ctx := t.Context()
		end := dbtest.Start.Add(time.Hour)
		parent := must(h.CreateKey(ctx, h.a.All(), org.NewKey{Name: "p", Permissions: perms(actor.KeyManage, actor.OrderRead), ExpiresAt: end}))(t)
		maker := must(h.Authenticate(ctx, parent.Token, home))(t)
		_, err := h.CreateKey(ctx, maker, org.NewKey{Name: "c", Permissions: perms(actor.OrderRead)})
		refused(t, "outlives its maker", err, org.ErrKeyOutlives)
		child := must(h.CreateKey(ctx, maker, org.NewKey{Name: "c", Permissions: perms(actor.OrderRead, actor.KeyManage), ExpiresAt: end}))(t)
		grand := must(h.CreateKey(ctx, must(h.Authenticate(ctx, child.Token, home))(t), org.NewKey{Name: "g", Permissions: perms(actor.OrderRead), ExpiresAt: end}))(t)
		bystander := must(h.CreateKey(ctx, h.a.All(), org.NewKey{Name: "b", Permissions: perms(actor.OrderRead)}))(t)

		h.nothing(t, "a refusal", func() {
			_, err = h.RevokeKey(ctx, h.a.Below(h.a.Reseller), org.Revocation{ID: parent.ID})
			refused(t, "from below", err, actor.ErrNotFound)
			_, err = h.RevokeKey(ctx, h.a.None(), org.Revocation{ID: parent.ID})
			refused(t, "denied", err, actor.ErrDenied)
			_, err = h.RevokeKey(ctx, h.b.All(), org.Revocation{ID: parent.ID})
			refused(t, "foreign", err, actor.ErrNotFound)
			_, err = h.RevokeKey(ctx, h.a.All(), org.Revocation{ID: parent.ID, Rev: 2})
			refused(t, "stale", err, org.ErrStale)
		})
		gone := must(h.RevokeKey(ctx, h.a.All(), org.Revocation{ID: parent.ID, Rev: 1}))(t)
		if !gone.RevokedAt.Equal(clock.Now()) || gone.Rev != 2 {
			t.Errorf("revoked %+v", gone)
		}
		for _, k := range []org.MadeKey{parent, child, grand} {
			_, err := h.Authenticate(ctx, k.Token, home)
			refused(t, k.Name, err, org.ErrBadToken)
			if h.events(t, h.a.Publisher, k.ID)["key.revoked"] != 1 {
				t.Errorf("%s: no journal line", k.Name)
			}
		}
		must(h.Authenticate(ctx, bystander.Token, home))(t)
		must(h.RevokeKey(ctx, h.a.All(), org.Revocation{ID: parent.ID}))(t) // twice is no error
		_, err = h.CreateKey(ctx, maker, org.NewKey{Name: "late", Permissions: perms(actor.OrderRead), ExpiresAt: end})
		refused(t, "made with a revoked key", err, org.ErrBadToken)
	})
}

// Another node may go on for a second, not longer.
func TestRevocationReachesOtherNodesWithinASecond(t *testing.T) {
	eachAt(t, func(t *testing.T, h house, clock *dbtest.TestClock) {
		ctx := t.Context()
		there := h.node()
		k := must(h.CreateKey(ctx, h.a.All(), org.NewKey{Name: "k", Permissions: perms(actor.OrderRead)}))(t)
		must(there.Authenticate(ctx, k.Token, home))(t)
		must(h.RevokeKey(ctx, h.a.All(), org.Revocation{ID: k.ID}))(t)
		clock.Advance(time.Second)
		_, err := there.Authenticate(ctx, k.Token, home)
		refused(t, "a second later", err, org.ErrBadToken)
	})
}

func TestWrongTokensAreChargedToTheAddress(t *testing.T) {
	eachAt(t, func(t *testing.T, h house, clock *dbtest.TestClock) {
		ctx := t.Context()
		k := must(h.CreateKey(ctx, h.a.All(), org.NewKey{Name: "k", Permissions: perms(actor.OrderRead)}))(t)
		wrong := k.Token[:45] + map[bool]string{true: "a", false: "b"}[k.Token[45] != 'a']
		for _, bad := range []string{"", "lk_", k.Token + "x", strings.ToLower(k.Token) + "é", "Bearer " + k.Token, wrong} {
			_, err := h.Authenticate(ctx, bad, home)
			refused(t, bad, err, org.ErrBadToken)
		}
		var limited error
		for range 40 {
			if _, limited = h.Authenticate(ctx, wrong, home); fault.KindOf(limited) == fault.Limited {
				break
			}
		}
		refused(t, "the fortieth try", limited, org.ErrTooManyTries)
		if f := fault.As(limited); f.RetryAfter <= 0 || f.RetryAfter > 2*time.Second {
			t.Errorf("retry after %v", f.RetryAfter)
		}
		must(h.Authenticate(ctx, k.Token, home))(t) // honest neighbors behind one address go on
		_, err := h.Authenticate(ctx, wrong, netip.MustParseAddr("198.51.100.1"))
		refused(t, "another address", err, org.ErrBadToken)
		clock.Advance(2 * time.Second)
		_, err = h.Authenticate(ctx, wrong, home)
		refused(t, "later", err, org.ErrBadToken)

		one, two := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
		for range 40 {
			_, _ = h.Authenticate(ctx, wrong, one)
		}
		_, err = h.Authenticate(ctx, wrong, two)
		refused(t, "the same /64", err, org.ErrTooManyTries)
	})
}

func TestAuthenticateOnADeadDatabase(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		k := must(h.CreateKey(t.Context(), h.a.All(), org.NewKey{Name: "k", Permissions: perms(actor.OrderRead)}))(t)
		ok(t, h.d.Close())
		_, err := h.node().Authenticate(t.Context(), k.Token, home)
		if kindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
		_, err = h.Enter(t.Context(), org.PersonID{1}, h.a.Publisher, h.a.Root, home)
		if kindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
	})
}
