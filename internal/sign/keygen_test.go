package sign_test

import (
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/sign"
)

// keygenSigns reports whether a key signs for an address that names it, or for the
// one that names none.
func (v *vendor) keygenSigns(t *testing.T, s *sign.Service, kid string, public []byte) error {
	t.Helper()
	k, err := s.Keyring().Keygen(t.Context(), v.pub, kid)
	if err != nil {
		return err
	}
	sig, err := k.Sign([]byte("text"))
	if err != nil {
		return err
	}
	if !ed25519.Verify(public, []byte("text"), sig) {
		return errors.New("signed by another key")
	}
	return nil
}

// A key for Keygen's clients is made, has a successor, and ends; an old address goes
// on until then. Nobody is answered before there is one.
func TestKeygenKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVendor(t, d)
		ctx := t.Context()
		if err := v.keygenSigns(t, v.Service, "", nil); !errors.Is(err, sign.ErrNoKeygen) {
			t.Fatal(err)
		}
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		first, err := v.MakeKeygen(ctx, v.by)
		check(err)
		other := v.node(t)
		check(v.keygenSigns(t, other, "", first.Public))
		second, err := v.MakeKeygen(ctx, v.by)
		check(err)
		check(other.Refresh(ctx))
		for _, s := range []*sign.Service{v.Service, other} {
			check(v.keygenSigns(t, s, "", second.Public))
			check(v.keygenSigns(t, s, first.KID, first.Public))
			check(v.keygenSigns(t, s, second.KID, second.Public))
		}
		if k, err := other.Keyring().Keygen(ctx, v.house.b.Publisher, first.KID); !errors.Is(err, sign.ErrNoKeygen) {
			t.Fatalf("another publisher's key signs: %v, %v", k.KID, err)
		}

		// It is no issuing key, and no root certifies it.
		req, err := v.Request(ctx, v.by, sign.RequestInput{Again: true})
		check(err)
		for _, k := range req.Keys {
			if k.Purpose == sign.Keygen {
				t.Fatal("a certificate is asked for")
			}
		}
		if _, err := v.Request(ctx, v.by, sign.RequestInput{Purposes: []sign.Purpose{sign.Keygen}}); !errors.Is(err, sign.ErrBadPurpose) {
			t.Fatal(err)
		}

		// An export brings it back to an installation that has lost its identity.
		file, err := v.Export(ctx, actor.Installation(), passphrase, sign.TestWork)
		check(err)
		check(v.RevokeKeygen(ctx, v.by, first.KID))
		if err := v.keygenSigns(t, v.Service, first.KID, first.Public); !errors.Is(err, sign.ErrNoKeygen) {
			t.Fatal(err)
		}
		if err := v.RevokeKeygen(ctx, v.by, first.KID); !errors.Is(err, sign.ErrKeyState) {
			t.Fatal(err)
		}
		if err := v.RevokeKeygen(ctx, v.by, v.activeKID(t)); !errors.Is(err, sign.ErrNotFound) {
			t.Fatalf("an issuing key was revoked without its root: %v", err)
		}
		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		repair, err := sign.Repair(d, actor.NewGate(d), path)
		check(err)
		_, err = repair.Import(ctx, actor.Installation(), file, passphrase)
		check(err)
		again, err := sign.Open(ctx, d, actor.NewGate(d), path)
		check(err)
		check(v.keygenSigns(t, again, "", second.Public))
		if err := v.keygenSigns(t, again, first.KID, first.Public); !errors.Is(err, sign.ErrNoKeygen) {
			t.Fatalf("an import brought a revoked key back: %v", err)
		}
	})
}
