package sign_test

import (
	"context"
	"errors"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// The drills play what docs/ops/keys.md says, with a product in the field that
// was shipped before anything happened: it holds the original pins, has read
// one answer, and holds one license from it.
type drill struct {
	*vendor
	old     product
	good    string // held by old
	goodLic *wire.License
	log     [][8]byte // issuance log
}

func newDrill(t *testing.T, d *db.DB) *drill {
	t.Helper()
	v := newVendor(t, d)
	dr := &drill{vendor: v, old: v.product(t, v.original)}
	dr.good, dr.goodLic = dr.sell(t)
	dr.meet(t)
	dr.holds(t, "before", dr.good)
	v.Serials = func(ctx context.Context, p actor.PublisherID, kid string, yield func([8]byte) error) error {
		return fixedSerials(dr.log)(ctx, p, kid, yield)
	}
	return dr
}

// sell issues a license and notes it in the issuance log.
func (dr *drill) sell(t *testing.T) (string, *wire.License) {
	t.Helper()
	token, c := dr.issue(t)
	dr.log = append(dr.log, serialOf(t, c))
	return token, c
}

// meet lets the old product contact the server.
func (dr *drill) meet(t *testing.T) {
	t.Helper()
	dr.old.contact(t, dr.Keyring().Bundle(dr.pub))
}

func (dr *drill) holds(t *testing.T, when string, tokens ...string) {
	t.Helper()
	for i, token := range tokens {
		if err := dr.old.runs(token); err != nil {
			t.Fatalf("%s: license %d: %v", when, i, err)
		}
	}
}

func (dr *drill) refuses(t *testing.T, when, token string, want error) {
	t.Helper()
	if err := dr.old.runs(token); !errors.Is(err, want) {
		t.Fatalf("%s: %v, want %v", when, err, want)
	}
}

// thief is somebody with the private half of a key.
type thief struct{ key wire.PrivateKey }

func (th thief) forge(t *testing.T, c wire.Claims) string {
	t.Helper()
	token, err := wire.SignClaims(th.key, c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// steals returns what a thief of the whole server has: the issuing keys.
func (dr *drill) steals(t *testing.T) thief {
	t.Helper()
	key, err := sign.StealKey(dr.Keyring(), dr.pub)
	if err != nil {
		t.Fatal(err)
	}
	return thief{key}
}

func (dr *drill) stealsRoot(t *testing.T, r sign.RootKey) thief {
	t.Helper()
	return thief{sign.StealRoot(r)}
}

// Lost issuing key: nobody has it, nothing is forged; a new one takes over.
func TestDrillLostIssuingKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dr := newDrill(t, d)
		lost, recorded := dr.activeKID(t), mustPrepare(t, dr.vendor)
		tamper(t, d, qTestLoseKey, []byte("gone"), dr.pub)
		dr.Service = dr.node(t)
		if _, err := dr.Keyring().Sign(t.Context(), dr.pub, dr.claims()); !errors.Is(err, sign.ErrSeal) {
			t.Fatal(err)
		}
		dr.rotate(t, dr.active, sign.Issue)
		if _, err := dr.Keyring().Redeem(t.Context(), dr.pub, recorded); !errors.Is(err, sign.ErrKeyRevoked) || !errors.Is(err, sign.ErrSeal) {
			t.Fatalf("recorded under the lost key: %v", err)
		}
		fresh, _ := dr.sell(t)
		dr.refuses(t, "before the contact", fresh, wire.ErrUnknownKey)
		dr.meet(t)
		dr.holds(t, "after", dr.good, fresh)
		if dr.activeKID(t) == lost {
			t.Fatal("the lost key still issues")
		}
	})
}

// Stolen issuing key: it is revoked with the serials of the issuance log.
func TestDrillStolenIssuingKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dr := newDrill(t, d)
		stolen := dr.activeKID(t)
		th := dr.steals(t)
		forged := th.forge(t, dr.claims())
		dr.holds(t, "while nobody knows", forged)

		dr.rotate(t, dr.active, sign.Issue)
		known, err := dr.KnownSerials(t.Context(), dr.by, stolen)
		if err != nil {
			t.Fatal(err)
		}
		rvk, err := dr.active.RevokeKey(dr.name, stolen, "stolen", known, d.Now())
		if err != nil {
			t.Fatal(err)
		}
		dr.install(t, rvk...)
		fresh, _ := dr.sell(t)
		dr.meet(t)
		dr.holds(t, "after", dr.good, fresh)
		dr.refuses(t, "forged before", forged, wire.ErrRevoked)
		dr.refuses(t, "forged after", th.forge(t, dr.claims()), wire.ErrRevoked)
		if _, err := sign.StealKey(dr.Keyring(), dr.pub); err != nil {
			t.Fatal(err)
		}
		if _, err := dr.node(t).Keyring().Redeem(t.Context(), dr.pub, sign.Prepared{KID: stolen, Typ: wire.TypeLicense}); !errors.Is(err, sign.ErrKeyRevoked) {
			t.Fatal(err)
		}
	})
}

// Lost active root: the standby certifies, announces a new root, and new
// products pin that one.
func TestDrillLostRoot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dr := newDrill(t, d)
		next := newRoot(t)
		rot, err := dr.standby.Announce(dr.name, next.Info(), d.Now())
		if err != nil {
			t.Fatal(err)
		}
		dr.install(t, rot)
		dr.pin(t, next, sign.RankActive)
		dr.rotate(t, next, sign.Issue, sign.Depot)
		fresh, _ := dr.sell(t)
		dr.refuses(t, "before the contact", fresh, wire.ErrUnknownKey)
		dr.meet(t)
		dr.holds(t, "after", dr.good, fresh)

		young := dr.product(t, dr.pins(t))
		young.contact(t, dr.Keyring().Bundle(dr.pub))
		if err := young.runs(fresh); err != nil {
			t.Fatalf("a product with the new pins: %v", err)
		}
		if got := dr.pins(t).Roots; got[0].KID != next.Info().KID || got[1].KID != dr.standby.Info().KID {
			t.Fatalf("pins %v", got)
		}
	})
}

// Lost standby root: the active one announces its successor.
func TestDrillLostStandby(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	dr := newDrill(t, d)
	next := newRoot(t)
	rot, err := dr.active.Announce(dr.name, next.Info(), d.Now())
	if err != nil {
		t.Fatal(err)
	}
	dr.install(t, rot)
	dr.pin(t, next, sign.RankStandby)
	dr.rotate(t, next, sign.Issue)
	fresh, _ := dr.sell(t)
	dr.meet(t)
	dr.holds(t, "after", dr.good, fresh)
}

// Stolen active root: the standby revokes it, certifies every key again, and
// announces a new root. The thief's certificates fall with the root.
func TestDrillStolenRoot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dr := newDrill(t, d)
		before, _ := dr.sell(t)
		dr.rotate(t, dr.active, sign.Issue) // good and before are of a retired key now
		th := dr.stealsRoot(t, dr.active)
		issuing, cert := th.certifies(t, dr)
		forged := issuing.forge(t, dr.claims())
		dr.old.contact(t, []string{cert})
		dr.holds(t, "while nobody knows", forged)

		next := newRoot(t)
		fall, err := dr.standby.RevokeRoot(dr.name, dr.active.Info().KID, "stolen", d.Now())
		if err != nil {
			t.Fatal(err)
		}
		rot, err := dr.standby.Announce(dr.name, next.Info(), d.Now())
		if err != nil {
			t.Fatal(err)
		}
		p := mustPrepare(t, dr.vendor)
		dr.install(t, fall, rot)
		if _, err := dr.Keyring().Prepare(dr.pub, wire.TypeLicense, dr.claims()); !errors.Is(err, sign.ErrRootRevoked) {
			t.Fatalf("issuing under a fallen root: %v", err)
		}
		if _, err := dr.Keyring().Redeem(t.Context(), dr.pub, p); !errors.Is(err, sign.ErrRootRevoked) {
			t.Fatalf("signing under a fallen root: %v", err)
		}
		dr.certify(t, dr.standby, sign.RequestInput{Again: true})
		dr.pin(t, next, sign.RankActive)
		fresh, _ := dr.sell(t)
		dr.meet(t)
		dr.holds(t, "after", dr.good, before, fresh)
		dr.refuses(t, "forged", forged, wire.ErrRevoked)
		dr.refuses(t, "forged later", issuing.forge(t, dr.claims()), wire.ErrRevoked)
		if err := dr.old.Extend(th.forge(t, &wire.Revocation{Issuer: dr.name, Object: wire.RevokeRoot, KID: dr.standby.Info().KID, IssuedAt: noon.Unix()})); !errors.Is(err, wire.ErrRank) {
			t.Fatalf("the thief revokes the standby root: %v", err)
		}
		if _, err := dr.Keyring().Redeem(t.Context(), dr.pub, p); err != nil {
			t.Fatalf("recorded before, certified again: %v", err)
		}
		young := dr.product(t, dr.pins(t))
		young.contact(t, dr.Keyring().Bundle(dr.pub))
		if err := young.runs(fresh); err != nil {
			t.Fatalf("a product with the new pins: %v", err)
		}
		if err := dr.PinRoot(t.Context(), dr.by, dr.active.Info(), sign.RankActive); !errors.Is(err, sign.ErrRootRevoked) {
			t.Fatalf("pinning the stolen root: %v", err)
		}
	})
}

// certifies makes an issuing key of the thief's own.
func (th thief) certifies(t *testing.T, dr *drill) (issuing thief, cert string) {
	t.Helper()
	key, err := wire.GenerateKey(wire.Ed25519, constReader(66))
	if err != nil {
		t.Fatal(err)
	}
	return thief{key}, th.forge(t, &wire.IssuerCert{
		Issuer: dr.name, KID: key.KID(), Public: key.Public().String(), Use: []wire.Type{wire.TypeLicense},
		NotBefore: noon.Unix() - 60, Expires: noon.AddDate(1, 0, 0).Unix(), IssuedAt: noon.Unix(),
	})
}

// Stolen standby root: it outranks the active one, so only itself can revoke
// it; a product that has read that line is safe from it.
func TestDrillStolenStandby(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	dr := newDrill(t, d)
	th := dr.stealsRoot(t, dr.standby)
	next := newRoot(t)
	rot, err := dr.active.Announce(dr.name, next.Info(), d.Now())
	if err != nil {
		t.Fatal(err)
	}
	fall, err := dr.standby.RevokeRoot(dr.name, dr.standby.Info().KID, "stolen", d.Now())
	if err != nil {
		t.Fatal(err)
	}
	dr.install(t, fall, rot)
	dr.pin(t, next, sign.RankStandby)
	dr.meet(t)
	issuing, cert := th.certifies(t, dr)
	if err := dr.old.Extend(cert); err == nil {
		dr.refuses(t, "forged", issuing.forge(t, dr.claims()), wire.ErrRevoked)
	}
	fresh, _ := dr.sell(t)
	dr.holds(t, "after", dr.good, fresh)
}
