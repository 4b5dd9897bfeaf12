package sign_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

func decode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestIssue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		token, c := v.issue(t)
		if err := v.product(t, v.original).runs(token); err != nil {
			t.Fatalf("with the certificate in its pins: %v", err)
		}
		older := v.original
		older.Keys = nil // from before this key
		old := v.product(t, older)
		if err := old.runs(token); !errors.Is(err, wire.ErrUnknownKey) {
			t.Fatalf("without its certificate: %v", err)
		}
		old.contact(t, v.Keyring().Bundle(v.pub))
		if err := old.runs(token); err != nil {
			t.Fatal(err)
		}
		issuer, err := v.Keyring().Issuer(v.pub)
		if err != nil || issuer.Name != v.name || !slices.Contains(v.Keyring().Bundle(v.pub), issuer.Cert) {
			t.Fatalf("%+v, %v", issuer, err)
		}
		again, err := v.Keyring().Sign(t.Context(), v.pub, c)
		if err != nil || again != token {
			t.Fatalf("the same claims gave another token: %v", err)
		}
		if _, err := v.product(t, v.original).DepotKey(v.d.Now().Unix()); err != nil {
			t.Fatalf("the pins hold no depot key: %v", err)
		}
	})
}

// What was prepared before a rotation is signed after it, to the same bytes.
func TestRedeemIsDeterministic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		k := v.Keyring()
		p, err := k.Prepare(v.pub, wire.TypeLicense, v.claims())
		if err != nil {
			t.Fatal(err)
		}
		first, err := k.Redeem(t.Context(), v.pub, p)
		if err != nil {
			t.Fatal(err)
		}
		done := v.rotate(t, v.active, sign.Issue)
		if len(done.Retired) != 1 || done.Retired[0] != p.KID {
			t.Fatalf("%+v", done)
		}
		for name, s := range map[string]*sign.Service{"same process": v.Service, "another node": v.node(t)} {
			second, err := s.Keyring().Redeem(t.Context(), v.pub, p)
			if err != nil || second != first {
				t.Fatalf("%s: another token after the rotation: %v", name, err)
			}
		}
		next, err := k.Prepare(v.pub, wire.TypeLicense, v.claims())
		if err != nil || next.KID == p.KID {
			t.Fatalf("still prepared under the retired key: %v", err)
		}
		old := v.product(t, v.original)
		old.contact(t, k.BundleFor(v.pub, sign.Want{KIDs: []string{p.KID}}))
		if err := old.runs(first); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(k.Bundle(v.pub), func(l string) bool { return kidOf(t, l) == p.KID }) {
			t.Fatal("a retired certificate travels in every bundle")
		}
	})
}

// kidOf returns the key that a certificate is about, "" for other lines.
func kidOf(t testing.TB, line string) string {
	t.Helper()
	h, err := wire.Peek(line)
	if err != nil {
		t.Fatal(err)
	}
	if h.Type != wire.TypeCert {
		return ""
	}
	body := decode(t, strings.Split(line, ".")[2])
	c, err := wire.DecodePayload[wire.IssuerCert](body[:len(body)-64])
	if err != nil {
		t.Fatal(err)
	}
	return c.KID
}

func TestPrepareRefuses(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	h := newHouse(t, d)
	k := h.Keyring()
	if _, err := k.Issuer(h.b.Publisher); !errors.Is(err, sign.ErrNoKey) || fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("without any key: %v", err)
	}
	if lines := k.Bundle(h.b.Publisher); len(lines) != 0 {
		t.Fatalf("%d lines without any key", len(lines))
	}
	v := h.newVendor(t, h.a)
	for name, c := range map[string]struct {
		typ    wire.Type
		claims wire.Claims
		want   error
	}{
		"foreign issuer": {wire.TypeLicense, edit(v.claims(), func(c *wire.License) { c.Issuer = "someone" }), sign.ErrBadClaims},
		"other type":     {wire.TypeUpdate, v.claims(), sign.ErrBadClaims},
		"root's type":    {wire.TypeCert, &wire.IssuerCert{Issuer: v.name}, sign.ErrBadClaims},
		"no serial":      {wire.TypeLicense, edit(v.claims(), func(c *wire.License) { c.Serial = "" }), sign.ErrBadClaims},
		"before window":  {wire.TypeLicense, edit(v.claims(), func(c *wire.License) { c.IssuedAt -= 7200 }), sign.ErrNoKey},
		"after window":   {wire.TypeLicense, edit(v.claims(), func(c *wire.License) { c.IssuedAt += 370 * 86400 }), sign.ErrNoKey},
	} {
		if _, err := k.Prepare(v.pub, c.typ, c.claims); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, c := range []wire.Claims{
		&wire.Update{Issuer: v.name, Container: hash32, Nonce: nonce, Seq: 1, IssuedAt: noon.Unix(), Commands: []wire.Command{{Do: wire.CmdAck}}},
		&wire.Validation{Issuer: v.name, Nonce: nonce, IssuedAt: noon.Unix(), OK: true, LicenseID: "lic-1"},
		&wire.BlockList{Issuer: v.name, Seq: 1, IssuedAt: noon.Unix(), Containers: []string{hash32}},
		&wire.Checkpoint{Issuer: v.name, Seq: 1, IssuedAt: noon.Unix(), Hash: hash32},
	} {
		if _, err := k.Sign(t.Context(), v.pub, c); err != nil {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
	if _, err := k.Redeem(t.Context(), v.pub, sign.Prepared{KID: "AAAAAAAAAAA", Typ: wire.TypeLicense, Payload: []byte("{}")}); !errors.Is(err, sign.ErrNotFound) {
		t.Errorf("unknown key: %v", err)
	}
	if _, err := k.Redeem(t.Context(), h.b.Publisher, mustPrepare(t, v)); !errors.Is(err, sign.ErrNotFound) {
		t.Errorf("another publisher's bytes: %v", err)
	}
	p := mustPrepare(t, v)
	p.Payload = []byte(`{"typ":"lic"`)
	if _, err := k.Redeem(t.Context(), v.pub, p); !errors.Is(err, sign.ErrSelfCheck) {
		t.Errorf("broken bytes: %v", err)
	}
}

const (
	hash32 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	nonce  = "AAAAAAAAAAAAAAAAAAAAAA"
)

func edit(c *wire.License, fn func(*wire.License)) *wire.License {
	fn(c)
	return c
}

func mustPrepare(t testing.TB, v *vendor) sign.Prepared {
	t.Helper()
	p, err := v.Keyring().Prepare(v.pub, wire.TypeLicense, v.claims())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A signer that hands out anything but the right token is caught before it
// leaves.
func TestRedeemChecksItself(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := newVendor(t, d)
	k := v.Keyring()
	other, _ := v.issue(t)
	forger, err := wire.GenerateKey(wire.Ed25519, constReader(9))
	if err != nil {
		t.Fatal(err)
	}
	forged, err := wire.SignClaims(forger, v.claims())
	if err != nil {
		t.Fatal(err)
	}
	p := mustPrepare(t, v)
	good, err := k.Redeem(t.Context(), v.pub, p)
	if err != nil {
		t.Fatal(err)
	}
	for name, fn := range map[string]func(string) string{
		"flipped bit":     func(s string) string { return flip(s, len(s)/2) },
		"flipped sig":     func(s string) string { return flip(s, strings.LastIndex(s, ".")-3) },
		"cut":             func(s string) string { return s[:len(s)-1] },
		"empty":           func(string) string { return "" },
		"another license": func(string) string { return other },
		"another key":     func(string) string { return forged },
		"certificate":     func(string) string { i, _ := k.Issuer(v.pub); return i.Cert },
	} {
		k.Tamper(fn)
		if _, err := k.Redeem(t.Context(), v.pub, p); !errors.Is(err, sign.ErrSelfCheck) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.Tamper(nil)
	if again, err := k.Redeem(t.Context(), v.pub, p); err != nil || again != good {
		t.Fatalf("after the test: %v", err)
	}
}

func flip(s string, at int) string {
	c := byte('A')
	if s[at] == c {
		c = 'B'
	}
	return s[:at] + string(c) + s[at+1:]
}

// Two nodes: the second learns of a rotation within a second of its clock, or
// at once when Refresh is called, or when it meets the new key.
func TestSecondNodeLearns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		second, third := v.node(t), v.node(t)
		for _, n := range []*sign.Service{second, third} {
			if _, err := n.Keyring().Issuer(v.pub); err != nil {
				t.Fatal(err)
			}
		}
		before := mustPrepare(t, v).KID
		v.rotate(t, v.active, sign.Issue)
		p := mustPrepare(t, v)
		if p.KID == before {
			t.Fatal("the process that rotated does not know it")
		}
		if i, err := second.Keyring().Issuer(v.pub); err != nil || i.KID != before {
			t.Fatalf("the second node looked without a reason: %v", err)
		}
		if err := second.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i, err := second.Keyring().Issuer(v.pub); err != nil || i.KID != p.KID {
			t.Fatalf("the second node did not refresh: %v", err)
		}
		if _, err := third.Keyring().Redeem(t.Context(), v.pub, p); err != nil {
			t.Fatalf("bytes of a key that the node does not know: %v", err)
		}
	})
}

// Without Refresh a node asks by itself when its clock has moved by a second.
func TestNodeAsksAfterASecond(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			clock := dbtest.NewClock(t)
			d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
			v := newVendor(t, d)
			second := v.node(t)
			before, err := second.Keyring().Issuer(v.pub)
			if err != nil {
				t.Fatal(err)
			}
			v.rotate(t, v.active, sign.Issue)
			clock.Advance(999 * time.Millisecond)
			if i, err := second.Keyring().Issuer(v.pub); err != nil || i.KID != before.KID {
				t.Fatalf("asked too early: %v", err)
			}
			clock.Advance(time.Millisecond)
			if i, err := second.Keyring().Issuer(v.pub); err != nil || i.KID == before.KID {
				t.Fatalf("did not ask after a second: %v", err)
			}
			clock.Advance(-time.Hour)
			if _, err := second.Keyring().Redeem(t.Context(), v.pub, mustPrepare(t, v)); err != nil {
				t.Fatalf("a clock set back: %v", err)
			}
		})
	}
}

// A node that cannot reach its database goes on signing what is recorded, but
// not once it knows that keys have changed.
func TestRedeemWithoutDatabase(t *testing.T) {
	clock := dbtest.NewClock(t)
	d := dbtest.Open(t, db.SQLite, dbtest.WithNow(clock.Now))
	v := newVendor(t, d)
	p := mustPrepare(t, v)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Minute)
	if _, err := v.Keyring().Redeem(t.Context(), v.pub, p); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Keyring().Redeem(t.Context(), v.b.Publisher, p); fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("a publisher that was never loaded: %v", err)
	}
	if err := v.Refresh(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Fatal(err)
	}
}

// 64 callers prepare and redeem while the key is rotated again and again: every
// token verifies at a product that knows the original pins only.
func TestRotateWhileRedeeming(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		k := v.Keyring()
		const callers, rounds, rotations = 64, 20, 4
		var rotated, signed atomic.Int64
		kids := make(chan string) // of each token
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for round := 0; round < rounds || rotated.Load() < rotations; round++ {
					p, err := k.Prepare(v.pub, wire.TypeLicense, v.claims())
					if err != nil {
						t.Error(err)
						return
					}
					token, err := k.Redeem(t.Context(), v.pub, p)
					if err != nil {
						t.Error(err)
						return
					}
					old := v.product(t, v.original)
					f, err := wire.NewFile(k.BundleFor(v.pub, sign.Want{KIDs: []string{p.KID}})...)
					if err == nil {
						err = old.ExtendFile(f)
					}
					if err == nil {
						err = old.runs(token)
					}
					if err != nil {
						t.Error(err)
						return
					}
					signed.Add(1)
					kids <- p.KID
				}
			})
		}
		go func() { wg.Wait(); close(kids) }()
		seen := map[string]bool{}
		rotate := func() { // while others sign
			if rotated.Load() < rotations {
				v.rotate(t, v.active, sign.Issue)
				rotated.Add(1)
			}
		}
		for kid := range kids {
			if !seen[kid] { // the newest key is in use
				seen[kid] = true
				rotate()
			}
		}
		if len(seen) < rotations {
			t.Fatalf("%d tokens under %d keys: the race did not happen", signed.Load(), len(seen))
		}
	})
}
