package verbs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/org"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// goods is what the tests' publisher sells. Every license may live in every kind of
// container.
const goods = `catalog: 1
products:
  - code: CAD
    name: {de: Zeichnen, en: Drawing}
    key_prefix: CADP
    features:
      - {code: draw, title: {de: Zeichnen, en: Drawing}}
      - {code: render, title: {de: Darstellen, en: Rendering}}
  - {code: SIM, name: {de: Simulation, en: Simulation}, key_prefix: SIMU, features: [{code: static, title: {de: Statik, en: Statics}}]}
models:
  - {code: year, name: {de: Jahr, en: Year}, kind: time_limited, duration: {months: 12}, containers: [soft, hardware, cloud], fingerprint: {min: 2}, restore: {count: 1, per_days: 90}}
  - {code: float, name: {de: Netz, en: Floating}, kind: floating, duration: {months: 12}, containers: [soft, hardware, cloud], floating: {per: process, lease_seconds: 900, borrow_days: 30}}
  - {code: once, name: {de: Einmal, en: Once}, kind: single_use, restore: {count: 0, per_days: 0}}
  - {code: stay, name: {de: Fest, en: Fixed}, kind: time_limited, duration: {months: 12}, transfer: false}
  - {code: stick, name: {de: Stick, en: Stick}, kind: multi, containers: [hardware]}
  - {code: past, name: {de: Vorbei, en: Past}, kind: time_limited, fixed_end: 2025-12-31}
  - {code: few, name: {de: Wenige, en: Few}, kind: floating, duration: {months: 12}, floating: {per: process, lease_seconds: 900, borrow_days: 30, borrow_seats: 1}}
  - {code: bound, name: {de: Am Netz, en: Online}, kind: floating, duration: {months: 12}, floating: {per: process, lease_seconds: 900}}
articles:
  - {number: YEAR, name: {de: Zeichnen, en: Drawing}, product: CAD, model: year, features: [draw]}
  - {number: BETTER, name: {de: Besser, en: Better}, product: CAD, model: year, features: [draw, render]}
  - {number: FLOAT, name: {de: Netz, en: Floating}, product: CAD, model: float, features: [draw]}
  - {number: ADD, name: {de: Darstellen, en: Rendering}, product: CAD, model: year, kind: addon, targets: [YEAR], features: [render]}
  - {number: ONCE, name: {de: Einmal, en: Once}, product: CAD, model: once, features: [draw]}
  - {number: STAY, name: {de: Fest, en: Fixed}, product: CAD, model: stay, features: [draw]}
  - {number: STICK, name: {de: Stick, en: Stick}, product: CAD, model: stick, features: [draw]}
  - {number: PAST, name: {de: Vorbei, en: Past}, product: CAD, model: past, features: [draw]}
  - {number: FEW, name: {de: Wenige, en: Few}, product: CAD, model: few, features: [draw]}
  - {number: BOUND, name: {de: Am Netz, en: Online}, product: CAD, model: bound, features: [draw]}
  - {number: SIM, name: {de: Simulation, en: Simulation}, product: SIM, model: year, features: [static]}
`

// world is an installation that is served, with a publisher that sells goods.
type world struct {
	t    *testing.T
	a    *app.App
	at   app.Running
	slug string
	by   actor.Actor // with every right of the publisher
	pins []byte
	n    *atomic.Int64
}

// newWorld serves a fresh installation on SQLite, at a time that may differ from the
// machines'; the test's end stops it.
func newWorld(t *testing.T, off ...time.Duration) *world {
	t.Helper()
	config, _, err := app.ParseConfig([]string{
		"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off", "--recall-limit", "0",
	}, func(string) string { return "" })
	must(t, err)
	seams := app.Seams{Hooks: &db.Hooks{}}
	if len(off) > 0 {
		seams.Now = func() time.Time { return time.Now().Add(off[0]) }
	}
	a, err := app.Open(t.Context(), config, seams)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
		must(t, a.Close())
	})
	w := &world{t: t, a: a, n: &atomic.Int64{}}
	select {
	case w.at = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	w.settle("acme")
	return w
}

// settle makes a publisher of a name the one that the world is about.
func (w *world) settle(slug string) {
	w.t.Helper()
	ctx := w.t.Context()
	p, err := w.a.Orgs.CreatePublisher(ctx, actor.Installation(), org.NewPublisher{Slug: slug, Name: slug})
	must(w.t, err)
	w.slug, w.by = slug, actor.Installation().In(p.ID)
	w.by.Org = p.Root
	must(w.t, demo.Keys(ctx, w.a, w.by, slug, "", w.a.DB.Now()))
	_, err = w.a.Goods.Apply(ctx, w.by, []byte(goods), false)
	must(w.t, err)
	pins, err := w.a.Pins(ctx, slug)
	must(w.t, err)
	pins.Server = w.at.Depot
	w.pins, err = pins.Encode()
	must(w.t, err)
}

// of is the world in a subtest.
func (w *world) of(t *testing.T) *world {
	o := *w
	o.t = t
	return &o
}

// sold is a ticket with one license.
type sold struct {
	ticket    license.TicketID
	license   license.LicenseID
	code, key string
}

// sell issues a ticket of an article, with its license key.
func (w *world) sell(article string, quantity int64, change ...func(*license.IssueInput)) sold {
	w.t.Helper()
	var made []license.Issued
	must(w.t, w.a.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		item, err := catalog.Resolve(tx, w.by.Publisher, article, nil)
		if err != nil {
			return err
		}
		in := license.IssueInput{Holder: w.by.Org, Item: item, Quantity: quantity, Keys: true}
		for _, c := range change {
			c(&in)
		}
		made, err = w.a.Lic.Issue(tx, w.by, []license.IssueInput{in})
		return err
	}))
	return sold{made[0].Ticket, made[0].Licenses[0], made[0].Code, made[0].Keys[0]}
}

// config is a program on a machine that no other test has.
func (w *world) config(t testing.TB) client.Config {
	return client.Config{
		Pins: w.pins, Product: "CAD", Version: "14.2", Dir: t.TempDir(), Machine: clienttest.Machine(fmt.Sprint("machine-", w.n.Add(1))),
	}
}

// open opens a container.
func open(t testing.TB, cfg client.Config) *client.Container {
	t.Helper()
	c, err := client.Open(cfg)
	must(t, err)
	return c
}

// info is a license as the publisher sees it.
func (w *world) info(id license.LicenseID) license.LicenseInfo {
	w.t.Helper()
	l, err := w.a.Lic.GetLicense(w.t.Context(), w.by, id)
	must(w.t, err)
	return l
}

// answer is what a server has said.
type answer struct {
	status int
	body   []byte
}

// problem is a refusal as programs get it.
type problem struct {
	Code   string            `json:"code"`
	Detail string            `json:"detail"`
	Texts  map[string]string `json:"texts"`
}

// problem reads the refusal in an answer; the zero one for none.
func (a answer) problem() (p problem) {
	_ = json.Unmarshal(a.body, &p)
	return p
}

// ask sends a request and reads the answer. headers are name, value, …
func ask(t testing.TB, method, url, kind string, body []byte, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := quick.Do(r)
	must(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	return answer{res.StatusCode, raw}
}

// quick is a client that goes nowhere by itself.
var quick = &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// words is a text without what is between its words.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }
