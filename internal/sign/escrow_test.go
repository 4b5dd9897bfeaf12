package sign_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// The identity file burns; the export brings every secret back under a new one.
func TestEscrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx, admin := t.Context(), actor.Installation()
		a, b := h.newVendor(t, h.a), h.newVendor(t, h.b)
		sealed := seal(t, d, h.Vault(), a.pub, "row", "secret")
		own := seal(t, d, h.Vault(), actor.InstallationID, "person", "of the installation")
		_, lookup := h.Vault().Lookup(code)
		blind := h.Vault().Blind(a.pub, "x", code)
		p := mustPrepare(t, a)
		token, err := h.Keyring().Redeem(ctx, a.pub, p)
		if err != nil {
			t.Fatal(err)
		}
		file, err := h.Export(ctx, admin, passphrase, sign.TestWork)
		if err != nil {
			t.Fatal(err)
		}

		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		if _, err := sign.Open(ctx, d, actor.NewGate(d), path); !errors.Is(err, sign.ErrIdentityMissing) {
			t.Fatal(err)
		}
		repair, err := sign.Repair(d, actor.NewGate(d), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := repair.Import(ctx, admin, file, "a wrong passphrase"); !errors.Is(err, sign.ErrWrongPassphrase) {
			t.Fatal(err)
		}
		done, err := repair.Import(ctx, admin, file, passphrase)
		if err != nil || done.Peppers != 2 || done.DataKeys != 3 || done.Keys != 4 {
			t.Fatalf("%+v, %v", done, err)
		}
		s, err := sign.Open(ctx, d, actor.NewGate(d), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := s.Vault().Lookup(code); !bytes.Equal(got, lookup) || !bytes.Equal(s.Vault().Blind(a.pub, "x", code), blind) {
			t.Fatal("codes are not found any more")
		}
		if got, err := unseal(t, d, s.Vault(), a.pub, "row", sealed); err != nil || got != "secret" {
			t.Fatalf("%q, %v", got, err)
		}
		if got, err := unseal(t, d, s.Vault(), actor.InstallationID, "person", own); err != nil || got != "of the installation" {
			t.Fatalf("%q, %v", got, err)
		}
		if again, err := s.Keyring().Redeem(ctx, a.pub, p); err != nil || again != token {
			t.Fatalf("another token: %v", err)
		}
		sealedCode, err := wire.SealCode(depotKey(t, b), nonce, "code")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Keyring().OpenCode(ctx, b.pub, nonce, sealedCode); err != nil || got != "code" {
			t.Fatalf("%q, %v", got, err)
		}
		for _, p := range []actor.PublisherID{a.pub, b.pub} {
			got := eventsOf(t, d, p)
			if got = got[len(got)-2:]; !slices.Equal(got, []string{"keys.exported", "keys.imported"}) {
				t.Fatal(got)
			}
		}
		if _, err := repair.Import(ctx, admin, file, passphrase); err != nil {
			t.Fatalf("importing twice: %v", err)
		}
	})
}

func depotKey(t testing.TB, v *vendor) string {
	t.Helper()
	c, err := v.product(t, v.original).DepotKey(v.d.Now().Unix())
	if err != nil {
		t.Fatal(err)
	}
	return c.Public
}

// The identity gets a new key: the old one opens nothing any more.
func TestRotateIdentity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, gate, admin := t.Context(), actor.NewGate(d), actor.Installation()
		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		s, err := sign.Open(ctx, d, gate, path)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{Service: s, d: d}
		w := actortest.World(t, d)
		h.a, h.b = w.A, w.B
		v := h.newVendor(t, h.a)
		sealed := seal(t, d, s.Vault(), v.pub, "row", "secret")
		p := mustPrepare(t, v)
		token, err := s.Keyring().Redeem(ctx, v.pub, p)
		if err != nil {
			t.Fatal(err)
		}
		old, err := sign.LoadIdentity(path)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := s.RotateIdentity(ctx, admin, path)
		if err != nil || fresh == old.Recipient() {
			t.Fatalf("%s, %v", fresh, err)
		}
		if _, err := sign.New(ctx, d, gate, old); !errors.Is(err, sign.ErrSeal) {
			t.Fatalf("the old key still opens the database: %v", err)
		}
		if s, err = sign.Open(ctx, d, gate, path); err != nil {
			t.Fatal(err)
		}
		if got, err := unseal(t, d, s.Vault(), v.pub, "row", sealed); err != nil || got != "secret" {
			t.Fatalf("%q, %v", got, err)
		}
		if again, err := s.Keyring().Redeem(ctx, v.pub, p); err != nil || again != token {
			t.Fatalf("another token: %v", err)
		}
		if _, err := s.RotateIdentity(ctx, v.by, path); fault.KindOf(err) != fault.Denied {
			t.Fatalf("a publisher's administrator: %v", err)
		}
		if now, err := sign.LoadIdentity(path); err != nil || now.Recipient() != fresh {
			t.Fatalf("a refused rotation changed the file: %v", err)
		}
	})
}

// The export of another installation changes nothing.
func TestImportRefusesForeignExport(t *testing.T) {
	d, foreign := dbtest.Open(t, db.SQLite), dbtest.Open(t, db.SQLite)
	v, other := newVendor(t, d), newVendor(t, foreign)
	ctx, admin := t.Context(), actor.Installation()
	file, err := other.Export(ctx, admin, passphrase, sign.TestWork)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Import(ctx, admin, file, passphrase); !errors.Is(err, sign.ErrEscrowFile) {
		t.Fatal(err)
	}
	if _, err := v.Import(ctx, admin, rootFile(t, newRoot(t)), passphrase); !errors.Is(err, sign.ErrSeal) {
		t.Fatal(err)
	}
	if _, err := v.Import(ctx, admin, sign.SealForTest(t, `{"licet":"licet-escrow/2"}`, passphrase), passphrase); !errors.Is(err, sign.ErrEscrowFile) {
		t.Fatal(err)
	}
	before := len(eventsOf(t, d, v.pub))
	if _, err := v.Export(ctx, admin, "short", sign.TestWork); !errors.Is(err, sign.ErrPassphraseShort) {
		t.Fatal(err)
	}
	if n := len(eventsOf(t, d, v.pub)); n != before {
		t.Error("the journal tells of an export that was refused")
	}
	if _, err := v.Keyring().Sign(ctx, v.pub, v.claims()); err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	for _, c := range []error{
		second(v.Export(ctx, v.by, passphrase, sign.TestWork)), second(v.RotatePepper(ctx, v.by)), v.RetirePepper(ctx, v.by, 1),
	} {
		if fault.KindOf(c) != fault.Denied {
			t.Fatalf("a publisher's administrator: %v", c)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A depot key that was rotated still opens what was sealed to it.
func TestDepotKeys(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	v := newVendor(t, d)
	ctx, k := t.Context(), v.Keyring()
	old, err := wire.SealCode(depotKey(t, v), nonce, "old")
	if err != nil {
		t.Fatal(err)
	}
	v.rotate(t, v.active, sign.Depot)
	v.original = v.pins(t)
	fresh, err := wire.SealCode(depotKey(t, v), nonce, "new")
	if err != nil {
		t.Fatal(err)
	}
	for sealed, want := range map[string]string{old: "old", fresh: "new"} {
		if got, err := k.OpenCode(ctx, v.pub, nonce, sealed); err != nil || got != want {
			t.Fatalf("%q, %v", got, err)
		}
	}
	for name, sealed := range map[string]string{"changed": flip(old, 60), "prose": "hello", "empty": ""} {
		if _, err := k.OpenCode(ctx, v.pub, nonce, sealed); !errors.Is(err, sign.ErrSealedCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := k.OpenCode(ctx, v.b.Publisher, nonce, old); !errors.Is(err, sign.ErrSealedCode) {
		t.Fatalf("at another publisher: %v", err)
	}
}
