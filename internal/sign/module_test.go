package sign_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// box is a vendor whose issuing key lives in a security module.
type box struct {
	*vendor
	dev  *p11test.Device
	cfg  pkcs11.Config
	now  atomic.Int64 // of the module's clock, in seconds
	kept *sign.Module
}

func newBox(t *testing.T, d *db.DB) *box {
	t.Helper()
	b := &box{vendor: newVendor(t, d), dev: p11test.New(t)}
	b.cfg = pkcs11.Config{
		Helper: p11test.Helper(t), Module: b.dev.Module, Slot: b.dev.Label, PINFile: p11test.PINFile(t, p11test.PIN),
		Timeout: time.Minute, Env: []string{b.dev.Env()},
	}
	b.kept = b.module(t, b.cfg)
	b.UseModule(b.kept)
	b.certify(t, b.active, sign.RequestInput{Purposes: []sign.Purpose{sign.Issue, sign.Depot}, Module: true})
	return b
}

// module makes a Module whose clock stands still until it is moved.
func (b *box) module(t *testing.T, cfg pkcs11.Config) *sign.Module {
	m := sign.NewModule(cfg, 2, func() time.Time { return time.Unix(b.now.Load(), 0) })
	t.Cleanup(m.Close)
	return m
}

// later lets the module be asked again after a failure.
func (b *box) later() { b.now.Add(10) }

// wants issuing to fail with a fault that says when to come back, and everything
// else to go on.
func (b *box) stopped(t *testing.T, token string, want error) {
	t.Helper()
	_, err := b.Keyring().Sign(t.Context(), b.pub, b.claims())
	if !errors.Is(err, want) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("issuing: %v, want %v", err, want)
	}
	if _, err := b.Keyring().Prepare(b.pub, wire.TypeLicense, b.claims()); !errors.Is(err, want) {
		t.Errorf("preparing: %v, want %v", err, want)
	}
	if _, err := b.Keyring().Issuer(b.pub); !errors.Is(err, want) {
		t.Errorf("the issuer: %v, want %v", err, want)
	}
	p := b.product(t, b.pins(t))
	p.contact(t, b.Keyring().Bundle(b.pub))
	if err := p.runs(token); err != nil {
		t.Errorf("a product refuses what was issued before: %v", err)
	}
	if all, err := b.Overview(t.Context(), b.by); err != nil || len(all.Keys) == 0 {
		t.Errorf("the overview: %+v %v", all, err)
	}
}

// A key in the module issues as one in the database does: the same bytes, the
// same token, on every node, also after it has retired.
func TestModuleIssues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBox(t, d)
		prepared, err := b.Keyring().Prepare(b.pub, wire.TypeLicense, b.claims())
		if err != nil {
			t.Fatal(err)
		}
		first, err := b.Keyring().Redeem(t.Context(), b.pub, prepared)
		if err != nil {
			t.Fatal(err)
		}
		other := b.node(t)
		other.UseModule(b.module(t, b.cfg))
		same := func(when string) {
			t.Helper()
			for name, s := range map[string]*sign.Service{"this node": b.Service, "another": other} {
				if again, err := s.Keyring().Redeem(t.Context(), b.pub, prepared); err != nil || again != first {
					t.Errorf("%s, %s: another token, %v", when, name, err)
				}
			}
		}
		same("active")
		p := b.product(t, b.original)
		p.contact(t, b.Keyring().Bundle(b.pub))
		if err := p.runs(first); err != nil {
			t.Fatal(err)
		}
		all, err := b.Overview(t.Context(), b.by)
		if err != nil || all.Keys[len(all.Keys)-2].Place != sign.InModule || all.Keys[len(all.Keys)-1].Place != sign.Here {
			t.Fatalf("%+v %v", all.Keys, err)
		}
		v := &wire.Validation{Issuer: b.name, Nonce: wire.Nonce([16]byte{1}), IssuedAt: b.d.Now().Unix(), OK: true, LicenseID: "lic-1"}
		token, err := b.Keyring().Sign(t.Context(), b.pub, v)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wire.OpenIssued[wire.Validation](p.Trust, token); err != nil {
			t.Fatal(err)
		}
		b.rotate(t, b.active, sign.Issue)
		same("retired")
		if inside, err := b.kept.Keys(t.Context()); err != nil || len(inside) != 1 || inside[0].KID != prepared.KID {
			t.Fatalf("%+v %v", inside, err)
		}
	})
}

// Whatever is wrong with the module, issuing stops with a state that says what,
// and goes on by itself when it is put right.
func TestModuleStops(t *testing.T) {
	b := newBox(t, dbtest.Open(t, db.SQLite))
	token, _ := b.issue(t)
	goesOn := func() {
		t.Helper()
		b.later()
		if err := b.kept.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.kept.State(); err != nil {
			t.Fatal(err)
		}
		b.issue(t)
	}
	t.Run("removed", func(t *testing.T) {
		b.dev.Pull(t)
		b.stopped(t, token, sign.ErrModuleGone)
		b.later()
		b.stopped(t, token, sign.ErrModuleGone)
		b.dev.Plug(t)
		goesOn()
	})
	t.Run("wrong PIN", func(t *testing.T) {
		must(t, os.WriteFile(b.cfg.PINFile, []byte("0000\n"), 0o600))
		b.UseModule(b.module(t, b.cfg))
		b.stopped(t, token, sign.ErrModulePIN)
		b.later()
		b.stopped(t, token, sign.ErrModulePIN)
		must(t, os.WriteFile(b.cfg.PINFile, []byte(p11test.PIN+"\n"), 0o600))
		b.later()
		b.UseModule(b.kept)
		goesOn()
	})
	t.Run("no helper", func(t *testing.T) {
		other := b.cfg
		other.Helper = b.dev.Conf
		b.UseModule(b.module(t, other))
		b.stopped(t, token, sign.ErrModuleDown)
		b.UseModule(b.kept)
	})
	t.Run("too slow", func(t *testing.T) {
		other := b.cfg
		other.Timeout = time.Nanosecond
		b.UseModule(b.module(t, other))
		b.stopped(t, token, sign.ErrModuleSlow)
		b.UseModule(b.kept)
	})
	t.Run("another device", func(t *testing.T) {
		dev := p11test.New(t)
		other := b.cfg
		other.Env = []string{dev.Env()}
		b.UseModule(b.module(t, other))
		_, err := b.Keyring().Sign(t.Context(), b.pub, b.claims())
		if !errors.Is(err, sign.ErrModuleKey) {
			t.Error(err)
		}
		b.UseModule(b.kept)
	})
	t.Run("none", func(t *testing.T) {
		b.UseModule(nil)
		b.stopped(t, token, sign.ErrModuleNone)
		b.UseModule(b.kept)
		b.issue(t)
	})
}

// A transaction does not wait for the module, however slow it is: what is
// prepared in one is bytes from memory.
func TestModuleNeverInTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBox(t, d)
		done := b.kept.Counts()
		var p sign.Prepared
		err := d.Write(t.Context(), func(*db.Tx) (err error) {
			p, err = b.Keyring().Prepare(b.pub, wire.TypeLicense, b.claims())
			return err
		})
		if err != nil || b.kept.Counts() != done {
			t.Fatalf("the module was asked in a transaction: %v", err)
		}
		if _, err := b.Keyring().Redeem(t.Context(), b.pub, p); err != nil || b.kept.Counts().Done != done.Done+1 {
			t.Fatalf("%+v %v", b.kept.Counts(), err)
		}
	})
}

// What a retired key was to sign is answered anew when its module is lost for
// good; under a module that is only slow it waits.
func TestModuleLost(t *testing.T) {
	b := newBox(t, dbtest.Open(t, db.SQLite))
	p, err := b.Keyring().Prepare(b.pub, wire.TypeLicense, b.claims())
	must(t, err)
	b.rotate(t, b.active, sign.Issue)
	slow := b.cfg
	slow.Timeout = time.Nanosecond
	for name, c := range map[string]struct {
		m    *sign.Module
		want error
	}{"none": {nil, sign.ErrKeyRevoked}, "slow": {b.module(t, slow), sign.ErrModuleSlow}} {
		b.UseModule(c.m)
		if _, err := b.Keyring().Redeem(t.Context(), b.pub, p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.UseModule(b.kept)
	b.dev.Pull(t)
	if _, err := b.Keyring().Redeem(t.Context(), b.pub, p); !errors.Is(err, sign.ErrKeyRevoked) {
		t.Error(err)
	}
	b.issue(t) // the key that followed is in the database
}

// Nothing of a request that fails stays in the module, and a key in use is not
// destroyed.
func TestModuleKeys(t *testing.T) {
	b := newBox(t, dbtest.Open(t, db.SQLite))
	ctx := t.Context()
	inside := func() []sign.ModuleKey {
		t.Helper()
		all, err := b.kept.Keys(ctx)
		must(t, err)
		return all
	}
	one := inside()
	if len(one) != 1 || one[0].Label != b.name {
		t.Fatalf("%+v", one)
	}
	in := sign.RequestInput{Purposes: []sign.Purpose{sign.Issue}, Module: true, Days: 900}
	if _, err := b.Request(ctx, b.by, in); !errors.Is(err, sign.ErrBadWindow) {
		t.Error(err)
	}
	in.Days = 0
	if _, err := b.Request(ctx, b.a.None(), in); fault.KindOf(err) != fault.Denied {
		t.Error(err)
	}
	in.Purposes = append(in.Purposes, "party")
	if _, err := b.Request(ctx, b.by, in); !errors.Is(err, sign.ErrBadPurpose) {
		t.Error(err)
	}
	if got := inside(); len(got) != 1 {
		t.Fatalf("a key stays behind: %+v", got)
	}
	install := actor.Installation()
	if err := b.DropInModule(ctx, install, one[0].KID, one[0].ID); !errors.Is(err, sign.ErrModuleUsed) {
		t.Error(err)
	}
	must(t, b.Retire(ctx, b.by, one[0].KID, true))
	if err := b.DropInModule(ctx, install, one[0].KID, one[0].ID); !errors.Is(err, sign.ErrModuleUsed) {
		t.Error("a retired key signs what was recorded:", err)
	}
	rvk, err := b.active.RevokeKey(b.name, one[0].KID, "stolen", nil, b.d.Now())
	must(t, err)
	b.install(t, rvk...)
	must(t, b.DropInModule(ctx, install, one[0].KID, one[0].ID))
	if got := inside(); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	b.UseModule(nil)
	if err := b.DropInModule(ctx, install, "AAAAAAAAAAA", "00"); !errors.Is(err, sign.ErrModuleNone) {
		t.Error(err)
	}
	if _, err := b.Request(ctx, b.by, sign.RequestInput{Module: true}); !errors.Is(err, sign.ErrModuleNone) {
		t.Error(err)
	}
}

// A key that issuing could not rely on is not taken.
func TestModuleFits(t *testing.T) {
	b := newBox(t, dbtest.Open(t, db.SQLite))
	if err := b.kept.FitsForTest(t.Context(), line.Ed25519); err != nil {
		t.Error(err)
	}
	if err := b.kept.FitsForTest(t.Context(), line.P256); !errors.Is(err, sign.ErrModuleUnable) {
		t.Error(err)
	}
}

// An export holds where the key is, not the key; after an import it signs.
func TestModuleEscrow(t *testing.T) {
	b := newBox(t, dbtest.Open(t, db.SQLite))
	file, err := b.Export(t.Context(), actor.Installation(), passphrase, sign.TestWork)
	must(t, err)
	secrets, err := sign.Secrets(file, passphrase)
	must(t, err)
	inside, err := b.kept.Keys(t.Context())
	must(t, err)
	found := false
	for _, s := range secrets {
		found = found || bytes.Equal(s, []byte(inside[0].ID))
	}
	if !found {
		t.Error("the export does not say where the key is")
	}
	if _, err := b.Import(context.Background(), actor.Installation(), file, passphrase); err != nil {
		t.Fatal(err)
	}
	b.issue(t)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
