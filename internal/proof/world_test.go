package proof_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// deep reports whether the tests may take hours.
var deep = os.Getenv("LICET_DEEP") != ""

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is an installation: its folder, its database, and a publisher with keys
// and the demo's catalog.
type world struct {
	t      testing.TB
	args   []string // command line of every server on it
	dir    string
	clock  offset // of boxes and servers
	pub    actor.PublisherID
	issuer string
	pins   wire.Pins
	salt   []byte
	key    string // API key with every right inside the publisher
	owner  string // API key of whoever frees lost devices within the allowance
	extra  []string
}

// each runs fn on a world of each engine.
func each(t *testing.T, fn func(t *testing.T, w *world), more ...string) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			url := ""
			if e == db.Postgres {
				url = dbtest.Postgres(t)
			}
			fn(t, newWorld(t, url, more...))
		})
	}
}

// newWorld makes an installation on a migrated PostgreSQL database, or on SQLite
// for "".
func newWorld(t testing.TB, url string, more ...string) *world {
	t.Helper()
	dir := dbtest.Dir(t)
	w := &world{t: t, dir: dir, extra: more}
	w.place(filepath.Join(dir, "data"), url)
	a := w.open()
	p, err := demo.Publisher(t.Context(), a, filepath.Join(dir, "roots"), w.clock.now())
	must(t, err)
	w.pub, w.issuer = p.ID, p.Slug
	var all []actor.Permission
	for _, one := range actor.Permissions() {
		if one.Name != actor.PublisherManage {
			all = append(all, one.Name)
		}
	}
	made, err := a.Orgs.CreateKey(t.Context(), actor.Installation().In(p.ID), org.NewKey{Org: p.Root, Name: "proof", Permissions: actor.NewSet(all...)})
	must(t, err)
	w.key = made.Token
	made, err = a.Orgs.CreateKey(t.Context(), actor.Installation().In(p.ID), org.NewKey{
		Org: p.Root, Name: "owner", Permissions: actor.NewSet(actor.ContainerEvict, actor.LicenseRead, actor.TicketRead),
	})
	must(t, err)
	w.owner = made.Token
	_, err = a.Goods.Apply(t.Context(), actor.Installation().In(p.ID), []byte(lab), false)
	must(t, err)
	w.pins, err = a.Pins(t.Context(), p.Slug)
	must(t, err)
	w.issuer, w.salt = w.pins.Issuer, w.pins.SaltBytes()
	must(t, a.Close())
	return w
}

// place says where the installation's data and database are.
func (w *world) place(data, url string) {
	w.args = append([]string{
		"--data", data, "--journal-ship", filepath.Join(w.dir, "issuance"), "--listen", "127.0.0.1:0",
		"--depot-listen", "off", "--ops-listen", "off", "--log-level", "warn", "--recall-limit", "1000000",
	}, w.extra...)
	if url != "" {
		w.args = append(w.args, "--database", url)
	}
}

func (w *world) config() app.Config {
	w.t.Helper()
	c, _, err := app.ParseConfig(w.args, func(string) string { return "" })
	must(w.t, err)
	return c
}

// open opens the installation inside the test, beside or instead of a server.
func (w *world) open() *app.App {
	w.t.Helper()
	a, err := app.Open(context.Background(), w.config(), app.Seams{Now: w.clock.now})
	must(w.t, err)
	return a
}

// options open the database alone.
func (w *world) options() db.Options {
	c := w.config()
	return c.Options(w.clock.now, nil)
}

// lab is what the tests sell beside the demo's catalog.
const lab = `
catalog: 1
currency: EUR
products:
  - code: LAB
    name: {de: Labor, en: Lab}
    key_prefix: LABP
    features:
      - {code: lab, title: {de: Labor, en: Lab}}
models:
  - code: lab-pool
    name: {de: Je Lauf, en: Each run}
    kind: floating
    floating: {per: process, lease_seconds: 900, grace_seconds: 90, borrow_days: 30, borrow_seats: 2}
  - code: lab-room
    name: {de: Je Rechner, en: Each machine}
    kind: floating
    floating: {per: machine, lease_seconds: 900, grace_seconds: 90, linger_seconds: 330, borrow_days: 30}
  - code: lab-units
    name: {de: Einheiten, en: Units}
    kind: usage
articles:
  - number: LAB-POOL
    name: {de: Labor je Lauf, en: Lab for each run}
    product: LAB
    model: lab-pool
    features: [lab]
  - number: LAB-ROOM
    name: {de: Labor je Rechner, en: Lab for each machine}
    product: LAB
    model: lab-room
    features: [lab]
  - number: LAB-UNITS
    name: {de: Laboreinheiten, en: Units of the lab}
    product: LAB
    model: lab-units
    features: [lab]
    options:
      - {name: units, title: {de: Einheiten, en: Units}, kind: int, frame: {min: 100, max: 1000000}, default: 1000, sets: limit}
`

// roomLinger is how long a machine keeps its place at least.
const roomLinger = 330 * time.Second
