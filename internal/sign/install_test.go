package sign_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// eventsOf returns the journal's events of a publisher, sealing them first.
func eventsOf(t testing.TB, d *db.DB, p actor.PublisherID) []string {
	t.Helper()
	if _, err := actor.SealOnce(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	var out []string
	err := d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, p, 0, 1000)
		for _, row := range rows {
			out = append(out, row.Event)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every change of keys has exactly its journal lines.
func TestJournalOfKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v := h.newVendor(t, h.a)
		want := []string{
			"root.pinned", "root.pinned", "key.requested", "key.requested", "key.activated", "key.activated",
		}
		step := func(name string, events ...string) {
			t.Helper()
			want = append(want, events...)
			if got := eventsOf(t, d, v.pub); !slices.Equal(got, want) {
				t.Fatalf("%s:\n%v, want\n%v", name, got, want)
			}
		}
		step("setup")
		kid := mustPrepare(t, v).KID
		v.rotate(t, v.active, sign.Issue)
		step("rotate", "key.requested", "key.activated")
		v.certify(t, v.standby, sign.RequestInput{Again: true})
		step("certify again", "key.recertified", "key.recertified", "key.recertified")
		rvk, err := v.active.RevokeKey(v.name, kid, "stolen", nil, d.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.install(t, rvk...)
		step("revoke", "key.revoked")
		req, err := v.Request(t.Context(), v.by, sign.RequestInput{})
		if err != nil {
			t.Fatal(err)
		}
		step("request", "key.requested")
		if err := v.Retire(t.Context(), v.by, req.Keys[0].KID, false); err != nil {
			t.Fatal(err)
		}
		step("give up", "key.retired")
		next := newRoot(t)
		rot, err := v.standby.Announce(v.name, next.Info(), d.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.install(t, rot)
		step("announce", "root.announced")
		fall, err := v.standby.RevokeRoot(v.name, v.active.Info().KID, "stolen", d.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.install(t, fall)
		step("revoke root", "root.revoked")
		v.pin(t, next, sign.RankActive)
		step("pin", "root.pinned")
		if _, err := v.RotateData(t.Context(), v.by); err != nil {
			t.Fatal(err)
		}
		step("data key", "data_key.rotated")
		if _, err := v.RotatePepper(t.Context(), actor.Installation()); err != nil {
			t.Fatal(err)
		}
		step("pepper", "pepper.rotated")
		if got := eventsOf(t, d, h.b.Publisher); len(got) != 0 {
			t.Fatalf("the other publisher's journal: %v", got)
		}
	})
}

// The newest revocation of a key counts, in whatever order they are installed: an
// older one would refuse licenses that the newer one lets live.
func TestOlderRevocationComesLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newHouse(t, d).newVendor(t, actortest.NewSite(t, d, "acme"))
		kid := mustPrepare(t, v).KID
		revoke := func(at time.Time, known ...[8]byte) []string {
			t.Helper()
			lines, err := v.active.RevokeKey(v.name, kid, "stolen", known, at)
			if err != nil {
				t.Fatal(err)
			}
			return lines
		}
		older := revoke(d.Now())
		newer := revoke(d.Now().Add(time.Hour), [8]byte{1})
		v.install(t, newer...)
		v.install(t, older...)
		all, err := v.Overview(t.Context(), v.by)
		if err != nil || len(all.Lines) != 1 || all.Lines[0].Token != newer[0] {
			t.Errorf("%+v, %v", all.Lines, err)
		}
		newest := revoke(d.Now().Add(2 * time.Hour))
		v.install(t, newest...)
		if all, err := v.Overview(t.Context(), v.by); err != nil || len(all.Lines) != 1 || all.Lines[0].Token != newest[0] {
			t.Errorf("%+v, %v", all.Lines, err)
		}
	})
}

func TestInstallRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, b := h.newVendor(t, h.a), h.newVendor(t, h.b)
		ctx := t.Context()
		req, err := a.Request(ctx, a.by, sign.RequestInput{})
		if err != nil {
			t.Fatal(err)
		}
		byRoot := func(r sign.RootKey, req sign.Request) string {
			t.Helper()
			lines, err := r.Certify(req, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(lines, "\n")
		}
		foreignIssuer := req
		foreignIssuer.Issuer = b.name
		reqB, err := b.Request(ctx, b.by, sign.RequestInput{})
		if err != nil {
			t.Fatal(err)
		}
		foreignKey := req
		foreignKey.Keys = reqB.Keys
		license, _ := a.issue(t)
		before := eventsOf(t, d, a.pub)
		rvk := func(r sign.RootKey, name, kid string, n int) []string {
			t.Helper()
			serials := make([][8]byte, n)
			for i := range serials {
				serials[i] = [8]byte{byte(i >> 16), byte(i >> 8), byte(i), 1}
			}
			lines, err := r.RevokeKey(name, kid, "test", serials, d.Now())
			if err != nil {
				t.Fatal(err)
			}
			return lines
		}
		must := func(s string, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		kid := a.activeKID(t)
		parts := rvk(a.active, a.name, kid, 2*sign.PerPart+1)
		for name, c := range map[string]struct {
			file string
			want *fault.Error
		}{
			"nothing":           {"", sign.ErrBadLine},
			"prose":             {"hello", sign.ErrBadLine},
			"cut":               {byRoot(a.active, req)[:80], sign.ErrBadLine},
			"a license":         {license, sign.ErrBadLine},
			"foreign root":      {byRoot(b.active, req), sign.ErrBadLine},
			"unknown root":      {byRoot(newRoot(t), req), sign.ErrBadLine},
			"foreign issuer":    {byRoot(a.active, foreignIssuer), sign.ErrBadLine},
			"foreign key":       {byRoot(a.active, foreignKey), sign.ErrForeignLine},
			"good, then bad":    {byRoot(a.active, req) + "\n" + license, sign.ErrBadLine},
			"mutant":            {flip(byRoot(a.active, req), 200), sign.ErrBadLine},
			"parts missing":     {strings.Join(parts[:2], "\n"), sign.ErrPartsMissing},
			"part twice":        {strings.Join([]string{parts[0], parts[1], parts[1]}, "\n"), sign.ErrPartsMissing},
			"rvk of foreign":    {strings.Join(rvk(b.active, b.name, kid, 0), ""), sign.ErrBadLine},
			"rvk other issuer":  {strings.Join(rvk(a.active, b.name, kid, 0), ""), sign.ErrBadLine},
			"active on standby": {must(a.active.RevokeRoot(a.name, a.standby.Info().KID, "", d.Now())), sign.ErrBadLine},
			"rot by foreign":    {must(b.active.Announce(a.name, newRoot(t).Info(), d.Now())), sign.ErrBadLine},
			"revoked at once":   {byRoot(a.active, req) + "\n" + strings.Join(rvk(a.active, a.name, req.Keys[0].KID, 0), ""), sign.ErrKeyState},
		} {
			if _, err := a.Install(ctx, a.by, []byte(c.file)); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if got := eventsOf(t, d, a.pub); !slices.Equal(got, before) {
			t.Fatalf("a refused file left %v", got[len(before):])
		}
		if i, err := a.Keyring().Issuer(a.pub); err != nil || i.KID != kid {
			t.Fatalf("%v, %v", i.KID, err)
		}
		if done := a.install(t, "# a comment", byRoot(a.standby, req), ""); !slices.Equal(done.Certified, []string{req.Keys[0].KID}) {
			t.Fatalf("%+v", done)
		}
	})
}

func (v *vendor) activeKID(t testing.TB) string {
	t.Helper()
	i, err := v.Keyring().Issuer(v.pub)
	if err != nil {
		t.Fatal(err)
	}
	return i.KID
}

func TestKeyStates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		ctx, kid := t.Context(), v.activeKID(t)
		if err := v.Retire(ctx, v.by, kid, false); !errors.Is(err, sign.ErrKeyState) {
			t.Fatalf("retiring the active key: %v", err)
		}
		if err := v.Retire(ctx, v.by, "AAAAAAAAAAA", true); !errors.Is(err, sign.ErrNotFound) {
			t.Fatal(err)
		}
		p := mustPrepare(t, v)
		if err := v.Retire(ctx, v.by, kid, true); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Keyring().Prepare(v.pub, wire.TypeLicense, v.claims()); !errors.Is(err, sign.ErrNoKey) {
			t.Fatalf("without an active key: %v", err)
		}
		if _, err := v.Keyring().Redeem(ctx, v.pub, p); err != nil {
			t.Fatalf("recorded under a retired key: %v", err)
		}
		if err := v.Retire(ctx, v.by, kid, true); !errors.Is(err, sign.ErrKeyState) {
			t.Fatalf("retiring twice: %v", err)
		}
		for name, c := range map[string]struct {
			in   sign.RequestInput
			want error
		}{
			"no days":   {sign.RequestInput{Days: -1}, sign.ErrBadWindow},
			"two years": {sign.RequestInput{Days: 730}, sign.ErrBadWindow},
			"purpose":   {sign.RequestInput{Purposes: []sign.Purpose{"root"}}, sign.ErrBadPurpose},
		} {
			if _, err := v.Request(ctx, v.by, c.in); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := v.PinRoot(ctx, v.by, newRoot(t).Info(), sign.RankAnnounced); !errors.Is(err, sign.ErrBadRank) {
			t.Fatal(err)
		}
		rvk, err := v.active.RevokeKey(v.name, kid, "stolen", nil, d.Now())
		if err != nil {
			t.Fatal(err)
		}
		v.install(t, rvk...)
		if _, err := v.Keyring().Redeem(ctx, v.pub, p); !errors.Is(err, sign.ErrKeyRevoked) || fault.KindOf(err) != fault.Conflict {
			t.Fatalf("recorded under a revoked key: %v", err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qTestSetState, v.pub); return err }); !errors.Is(err, db.ErrCheck) {
			t.Fatalf("a revoked key came back: %v", err)
		}
		all, err := v.Overview(ctx, v.by)
		if err != nil || len(all.Roots) != 2 || len(all.Keys) != 2 || all.Keys[0].State != sign.Revoked || len(all.Lines) != 1 || all.Issuer != v.name {
			t.Fatalf("%+v, %v", all, err)
		}
		if list, err := v.ExpiringBy(ctx, d.Now().AddDate(2, 0, 0)); err != nil || len(list) != 0 {
			t.Fatalf("%v, %v", list, err)
		}
		v.rotate(t, v.active, sign.Issue)
		if list, err := v.ExpiringBy(ctx, d.Now().AddDate(2, 0, 0)); err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		if list, err := v.ExpiringBy(ctx, d.Now().AddDate(0, 0, 30)); err != nil || len(list) != 0 {
			t.Fatalf("%v, %v", list, err)
		}
	})
}

// A fresh publisher has nothing: no pins, no lines, and installs nothing.
func TestBeforeSetup(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	ctx, by := t.Context(), h.a.All()
	if _, err := h.Keyring().Pins(ctx, h.a.Publisher, salt, ""); !errors.Is(err, sign.ErrNoRoot) {
		t.Fatal(err)
	}
	b := h.newVendor(t, h.b)
	i, err := b.Keyring().Issuer(b.pub)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Install(ctx, by, []byte(i.Cert)); !errors.Is(err, sign.ErrNoRoot) {
		t.Fatal(err)
	}
	if _, err := h.Request(ctx, by, sign.RequestInput{Again: true}); !errors.Is(err, sign.ErrNoKey) {
		t.Fatal(err)
	}
}

// A long revocation comes in parts. Every bundle tells that the key is revoked;
// the part that keeps a license valid is found by its serial.
func TestLongRevocation(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := newVendor(t, d)
	ctx, kid := t.Context(), v.activeKID(t)
	n := sign.PerPart*(sign.MinParts+2) + 17
	known := make([][8]byte, 0, n+2)
	for range n {
		known = append(known, sign.NewSerial())
	}
	first, c1 := v.issue(t)
	last, c2 := v.issue(t)
	known = append(known, serialOf(t, c1), serialOf(t, c2), serialOf(t, c1))
	forged, _ := v.issue(t)
	if _, err := v.KnownSerials(ctx, v.by, kid); !errors.Is(err, sign.ErrNoLog) {
		t.Fatalf("without an issuance log: %v", err)
	}
	v.Serials = fixedSerials(known)
	listed, err := v.KnownSerials(ctx, v.by, kid)
	if err != nil || len(listed) != len(known) {
		t.Fatalf("%d, %v", len(listed), err)
	}
	lines, err := v.active.RevokeKey(v.name, kid, "stolen", listed, d.Now())
	if err != nil || len(lines) != sign.MinParts+3 {
		t.Fatalf("%d parts, %v", len(lines), err)
	}
	slices.Reverse(lines)
	cert := v.Keyring().Bundle(v.pub)
	v.install(t, lines...)
	k := v.Keyring()
	if got := len(k.Bundle(v.pub)); got != 1 {
		t.Fatalf("%d lines in every bundle", got)
	}
	old := v.product(t, v.original)
	old.contact(t, cert)
	old.contact(t, k.BundleFor(v.pub, sign.Want{Serials: []string{c1.Serial, c2.Serial, "!"}}))
	for _, token := range []string{first, last} {
		if err := old.runs(token); err != nil {
			t.Fatalf("a good license: %v", err)
		}
	}
	if err := old.runs(forged); !errors.Is(err, wire.ErrRevoked) {
		t.Fatalf("a forged license: %v", err)
	}
	v.Serials = fixedSerials(make([][8]byte, sign.MaxSerials+1))
	if _, err := v.KnownSerials(ctx, v.by, kid); !errors.Is(err, sign.ErrTooManySerials) {
		t.Fatal(err)
	}
	if _, err := v.KnownSerials(ctx, v.by, "AAAAAAAAAAA"); !errors.Is(err, sign.ErrNotFound) {
		t.Fatal(err)
	}
}
