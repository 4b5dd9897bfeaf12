package sign_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// house is a database with two publishers and the keyring's doors on it.
type house struct {
	*sign.Service
	d    *db.DB
	id   *sign.Identity
	a, b actortest.Site
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	w := actortest.World(t, d)
	h := &house{d: d, id: newIdentity(t), a: w.A, b: w.B}
	h.Service = h.node(t)
	return h
}

// node returns another process's view of the same installation.
func (h *house) node(t testing.TB) *sign.Service {
	t.Helper()
	s, err := sign.New(context.Background(), h.d, actor.NewGate(h.d), h.id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vendor is a publisher with its two roots.
type vendor struct {
	*house
	by       actor.Actor
	pub      actor.PublisherID
	name     string // iss
	active   sign.RootKey
	standby  sign.RootKey
	original wire.Pins // what the first products ship
}

var salt = []byte("0123456789abcdef")

// newVendor is the vendor of the first publisher in a fresh database.
func newVendor(t testing.TB, d *db.DB) *vendor {
	h := newHouse(t, d)
	return h.newVendor(t, h.a)
}

// newVendor sets up site's roots, an issuing key and a depot key.
func (h *house) newVendor(t testing.TB, site actortest.Site) *vendor {
	t.Helper()
	v := &vendor{
		house: h, by: site.All(), pub: site.Publisher, name: h.Keyring().Name(site.Publisher),
		active: newRoot(t), standby: newRoot(t),
	}
	v.pin(t, v.active, sign.RankActive)
	v.pin(t, v.standby, sign.RankStandby)
	v.rotate(t, v.active, sign.Issue, sign.Depot)
	v.original = v.pins(t)
	return v
}

func (v *vendor) pin(t testing.TB, r sign.RootKey, rank sign.Rank) {
	t.Helper()
	if err := v.PinRoot(t.Context(), v.by, r.Info(), rank); err != nil {
		t.Fatal(err)
	}
}

// rotate requests, certifies and installs new keys.
func (v *vendor) rotate(t testing.TB, root sign.RootKey, purposes ...sign.Purpose) sign.Installed {
	t.Helper()
	return v.certify(t, root, sign.RequestInput{Purposes: purposes})
}

func (v *vendor) certify(t testing.TB, root sign.RootKey, in sign.RequestInput) sign.Installed {
	t.Helper()
	req, err := v.Request(t.Context(), v.by, in)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := root.Certify(req, v.d.Now())
	if err != nil {
		t.Fatal(err)
	}
	return v.install(t, lines...)
}

func (v *vendor) install(t testing.TB, lines ...string) sign.Installed {
	t.Helper()
	done, err := v.Install(t.Context(), v.by, []byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func (v *vendor) pins(t testing.TB) wire.Pins {
	t.Helper()
	p, err := v.Keyring().Pins(t.Context(), v.pub, salt, "https://licenses.example")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// claims are a license's, with a fresh serial.
func (v *vendor) claims() *wire.License {
	return &wire.License{
		Issuer: v.name, ID: "lic-1", Generation: 1, Product: "CAD", IssuedAt: v.d.Now().Unix(),
		Enforce: wire.Enforce, Serial: wire.Serial(sign.NewSerial()),
	}
}

// issue makes a license through the keyring.
func (v *vendor) issue(t testing.TB) (token string, c *wire.License) {
	t.Helper()
	c = v.claims()
	token, err := v.Keyring().Sign(t.Context(), v.pub, c)
	if err != nil {
		t.Fatal(err)
	}
	return token, c
}

// product is a program in the field: it knows its pins and what it has read.
type product struct{ *wire.Trust }

func (v *vendor) product(t testing.TB, pins wire.Pins) product {
	t.Helper()
	trust, err := wire.NewTrust(pins)
	if err != nil {
		t.Fatal(err)
	}
	return product{trust}
}

// contact reads the lines of an answer.
func (p product) contact(t testing.TB, lines []string) {
	t.Helper()
	f, err := wire.NewFile(lines...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ExtendFile(f); err != nil {
		t.Fatal(err)
	}
}

// runs reports why the product refuses a license, nil if it does not.
func (p product) runs(token string) error {
	_, _, err := wire.VerifyLicense(token, p.Trust, wire.Check{Now: noon.Add(24 * time.Hour).Unix(), Product: "CAD"})
	return err
}

func serialOf(t testing.TB, c *wire.License) (s [8]byte) {
	t.Helper()
	raw := decode(t, c.Serial)
	copy(s[:], raw)
	return s
}

// fixedSerials is an issuance log that holds exactly these.
func fixedSerials(known [][8]byte) sign.SerialSource {
	return func(_ context.Context, _ actor.PublisherID, _ string, yield func([8]byte) error) error {
		for _, s := range known {
			if err := yield(s); err != nil {
				return err
			}
		}
		return nil
	}
}
