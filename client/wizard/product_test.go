package wizard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-rod/rod"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// product is the product's own server with a publisher, as customers reach it.
type product struct {
	t     *testing.T
	a     *app.App
	by    actor.Actor
	depot string
	pins  []byte
	sold  int
}

func newProduct(t *testing.T) *product {
	t.Helper()
	config, _, err := app.ParseConfig([]string{
		"--data", t.TempDir(), "--listen", "off", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off",
	}, func(string) string { return "" })
	must(t, err)
	a, err := app.Open(t.Context(), config, app.Seams{})
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
		must(t, a.Close())
	})
	p := &product{t: t, a: a}
	select {
	case at := <-ready:
		p.depot = at.Depot
	case err := <-ended:
		t.Fatal(err)
	}
	pub, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "muster", Name: "Muster CAD GmbH"})
	must(t, err)
	p.by = actor.Installation().In(pub.ID)
	p.by.Org = pub.Root
	must(t, demo.Keys(t.Context(), a, p.by, "muster", "", a.DB.Now()))
	_, err = a.Goods.Apply(t.Context(), p.by, demo.Catalog(), false)
	must(t, err)
	_, err = a.Orgs.Create(t.Context(), p.by, org.NewOrganization{Parent: pub.Root, Kind: org.KindCustomer, Number: "C-1"})
	must(t, err)
	pins, err := a.Pins(t.Context(), "muster")
	must(t, err)
	p.pins, err = pins.Encode()
	must(t, err)
	return p
}

// sell orders an article and returns its ticket.
func (p *product) sell(article string, quantity int) string {
	p.t.Helper()
	p.sold++
	doc := fmt.Sprintf(`{"source":"erp","number":"%d","buyer":{"number":"C-1"},"lines":[{"no":"1","article":%q,"quantity":%d}]}`, p.sold, article, quantity)
	placed, err := p.a.Orders.PlaceFile(p.t.Context(), p.by, order.File{Raw: []byte(doc), ContentType: "application/json"})
	must(p.t, err)
	return placed[0].Lines[0].Tickets[0].Code
}

func (p *product) config(machine string) client.Config {
	return client.Config{Pins: p.pins, Product: "CAD", Version: "1.0", Dir: p.t.TempDir(), Server: p.depot, Machine: clienttest.Machine(machine)}
}

// handIn hands a request file in, a message after the other.
func (p *product) handIn(file []byte) []byte {
	p.t.Helper()
	var out bytes.Buffer
	for line := range strings.Lines(string(file)) {
		r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.depot+"/api/v1/exchange", strings.NewReader(line))
		must(p.t, err)
		r.Header.Set("Content-Type", "text/plain")
		res, err := http.DefaultClient.Do(r)
		must(p.t, err)
		_, err = out.ReadFrom(res.Body)
		must(p.t, err)
		must(p.t, res.Body.Close())
		if res.StatusCode != http.StatusOK {
			p.t.Fatalf("%d %s", res.StatusCode, out.String())
		}
	}
	return out.Bytes()
}

// typed types a request on the publisher's side, and returns the groups to type.
func (p *product) typed(code, request string) []string {
	p.t.Helper()
	body, err := json.Marshal(map[string]string{"code": code, "request": request})
	must(p.t, err)
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.depot+"/api/v1/typed", bytes.NewReader(body))
	must(p.t, err)
	res, err := http.DefaultClient.Do(r)
	must(p.t, err)
	defer res.Body.Close()
	var answer struct{ Answer string }
	must(p.t, json.NewDecoder(res.Body).Decode(&answer))
	return strings.Split(strings.TrimSpace(answer.Answer), "\n")
}

// said is what visitors must find, as regular expressions.
type said struct {
	typo, preview, done, returned, request, missing, group, freed, restored, left, closed, other, heading, held, free, kept string
}

var sentences = map[string]said{
	"en": {
		"There is a typing error", "3 of 3 free", "This is on the machine now", "is returned, and its seat is free", "Your request is ready",
		"Codes are missing", "Group 2 is mistyped", "The device is freed", "This is on the machine now", "1 of 2 left", "You may close this window",
		"Deutsch", "Your licenses on this machine", "You hold a place", "The place is free for others", "Your choice is kept",
	},
	"de": {
		"Hier ist ein Tippfehler", "3 von 3 frei", "Das ist jetzt auf dem Rechner", "ist zurückgegeben, und der Platz ist frei", "Ihre Anforderung ist fertig",
		"Es fehlen Codes", "Gruppe 2 ist vertippt", "Das Gerät ist freigegeben", "Das ist jetzt auf dem Rechner", "1 von 2 übrig", "Sie können dieses Fenster schließen",
		"English", "Ihre Lizenzen auf diesem Rechner", "Sie halten einen Platz", "Der Platz ist frei für andere", "Ihre Auswahl ist gespeichert",
	},
}

// TestBrowserVisit goes every way in a browser, against the product's own server:
// in both languages, on a phone's and a screen's width, with the script and
// without it.
func TestBrowserVisit(t *testing.T) {
	b := browsertest.New(t)
	server := newProduct(t)
	for _, l := range []browsertest.Look{
		{Lang: "de", Width: 390, Dark: true},
		{Lang: "en", Width: 1280, Script: true},
		{Lang: "de", Width: 1280, Script: true},
		{Lang: "en", Width: 390},
	} {
		t.Run(l.String(), func(t *testing.T) {
			server.t = t
			v := newVisit(t, b, server, l)
			v.activates()
			v.moves()
			v.staysOffline()
			v.types()
			v.losesDevices()
			v.holdsPlaces()
			v.chooses()
			v.closes()
		})
	}
}

// visit is one visitor on the way.
type visit struct {
	*stage
	server *product
	cfg    client.Config
	said   said
	look   browsertest.Look
	code   string
}

func newVisit(t *testing.T, b *rod.Browser, server *product, l browsertest.Look) *visit {
	t.Helper()
	w := &world{t: t, cfg: server.config("alpha")}
	v := &visit{stage: &stage{world: w, p: browsertest.Tab(t, b, l)}, server: server, cfg: w.cfg, said: sentences[l.Lang], look: l}
	v.base = w.run(wizard.Options{Brand: brand(t)})
	browsertest.Open(v.p, w.link)
	browsertest.Await(t, v.p, "nav")
	return v
}

func (v *visit) says(selector, want string) {
	v.t.Helper()
	browsertest.Says(v.t, v.p, selector, want)
	browsertest.Narrow(v.t, v.p, want)
}

// activates mistypes a ticket, corrects it, sees what it holds and activates.
func (v *visit) activates() {
	v.t.Helper()
	v.code = v.server.sell("CAD-PRO-PERP", 3)
	wrong := []byte(v.code)
	wrong[0] = map[bool]byte{true: '7', false: '8'}[wrong[0] != '7']
	v.press(`nav a[href$="/activate"]`)
	v.fill("#code", strings.ToLower(string(wrong)))
	v.press(`form[action$="/activate"] button`)
	v.says("#summary", v.said.typo)
	v.says("#code-problem", v.said.typo)
	v.fill("#code", strings.ReplaceAll(v.code, "-", " "))
	v.press(`form[action$="/activate"] button`)
	v.says("dd", v.said.preview)
	v.press("button[value=online]")
	v.says(".done", v.said.done)
	v.says(".card", "CAD Pro|CAD-PRO-PERP")
	if c := v.open(); !c.Has("draw2d") {
		v.t.Error("it does not run")
	}
}

// moves gives the license back for another machine.
func (v *visit) moves() {
	v.t.Helper()
	v.at("")
	v.press("form:has([value=move]) button")
	v.press("button[value=online]")
	v.says(".done", v.said.returned)
	if len(v.open().Licenses()) != 0 {
		v.t.Error("it is still here")
	}
}

// staysOffline saves the request, and brings the answer as photographs of its
// codes; then refreshes by the text of a file.
func (v *visit) staysOffline() {
	v.t.Helper()
	v.press(`nav a[href$="/offline"]`)
	v.fill("#code", v.code)
	v.press(`form[action$="/offline"] button`)
	v.says("h1", v.said.request)
	file := browsertest.Downloaded(v.t, v.p, func() { browsertest.Press(v.p, "a[download]") })
	f, err := wire.ParseLines(v.server.handIn(file))
	must(v.t, err)
	codes, err := qr.Encode(f, qr.Screen)
	must(v.t, err)
	var pictures []string
	for i, c := range codes {
		var b bytes.Buffer
		must(v.t, c.PNG(&b, 3))
		pictures = append(pictures, filepath.Join(v.t.TempDir(), fmt.Sprintf("photo-%d.png", i)))
		must(v.t, os.WriteFile(pictures[i], b.Bytes(), 0o600))
	}
	v.p.MustElement("#answer-file").MustSetFiles(pictures[0])
	v.press(`form[action$="/install"] button`)
	v.says(".refusal", v.said.missing)
	v.at("offline")
	v.p.MustElement("#answer-file").MustSetFiles(pictures...)
	v.press(`form[action$="/install"] button`)
	v.says(".done", v.said.done)

	v.at("offline")
	v.p.MustElement("[value=refresh]").MustEval(`() => { this.checked = true }`)
	v.press(`form[action$="/offline"] button`)
	file = browsertest.Downloaded(v.t, v.p, func() { browsertest.Press(v.p, "a[download]") })
	v.fill("#answer-text", string(v.server.handIn(file)))
	v.press(`form[action$="/install"] button`)
	v.says(".done", v.said.done)
	v.at("")
	v.press("form:has([value=refresh]) button")
	v.says(".done", v.said.done)
}

// types shows the request code and types the answer, with a mistake first.
func (v *visit) types() {
	v.t.Helper()
	code := v.server.sell("CAD-LT-SINGLE", 1)
	v.at("typed")
	v.press(`form[action$="/typed-request"] button`)
	var request []string
	for _, g := range v.p.MustElements(".typed") {
		request = append(request, g.MustText())
	}
	groups := v.server.typed(code, strings.Join(request, "\n"))
	fields := typedFields("#a", strings.Join(groups, "\n"))
	v.fill(fields...)
	v.fill("#a2", groups[0])
	v.press(`form[action$="/typed"] button`)
	v.says("#a2-problem", v.said.group)
	v.fill("#a2", groups[1])
	v.press(`form[action$="/typed"] button`)
	if v.p.MustHas("#k1") { // the publisher's key is younger than the pins
		v.t.Fatal("it asks for the key")
	}
	v.says(".done", v.said.done)
}

// losesDevices frees a device and restores the license of another, and sees the
// allowance fall.
func (v *visit) losesDevices() {
	v.t.Helper()
	code := v.server.sell("CAD-PRO-PERP", 2)
	for _, machine := range []string{"beta", "gamma"} {
		c, err := client.Open(v.server.config(machine))
		must(v.t, err)
		_, err = online.Activate(v.t.Context(), c, code)
		must(v.t, err)
	}
	v.press(`nav a[href$="/lost"]`)
	v.fill("#code", code)
	v.press(`form[action$="/lost"] button`)
	browsertest.Shoot(v.t, v.p, "wizard", "product-lost-"+v.look.String())
	v.press("li form:has([value=free]) button")
	v.press(`form[action$="/step"] button`)
	v.says(".done", v.said.freed)
	v.at("lost")
	v.fill("#code", code)
	v.press(`form[action$="/lost"] button`)
	v.says(".warn", "license.restore_wait|2[0-9][0-9][0-9]") // the next free date
	browsertest.Shoot(v.t, v.p, "wizard", "product-barred-"+v.look.String())
	v.code = v.server.sell("CAD-PRO-PERP", 1)
	c, err := client.Open(v.server.config("delta"))
	must(v.t, err)
	_, err = online.Activate(v.t.Context(), c, v.code)
	must(v.t, err)
	v.at("lost")
	v.fill("#code", v.code)
	v.press(`form[action$="/lost"] button`)
	v.press("li form:has([value=restore]) button")
	v.press("button[value=online]")
	v.says(".done", v.said.restored)
	v.at("lost")
	v.fill("#code", v.code)
	v.press(`form[action$="/lost"] button`)
	browsertest.Shoot(v.t, v.p, "wizard", "product-restored-"+v.look.String())
}

// holdsPlaces takes a place of a floating license by the keyboard alone, sees it on
// the first page, and gives it back; another one is given back by closing.
func (v *visit) holdsPlaces() {
	v.t.Helper()
	code := v.server.sell("CAD-PRO-FLOAT", 2)
	for _, again := range []bool{true, false} {
		v.code = code
		v.at("activate")
		v.fill("#code", code)
		v.press(`form[action$="/activate"] button`)
		v.press("form:has([value=lease]) button")
		browsertest.Shoot(v.t, v.p, "wizard", "product-hold-"+v.look.String())
		v.press(`form[action$="/step"] button`)
		v.says(".state", v.said.held)
		v.at("")
		v.says(".state.good", v.said.held)
		browsertest.Shoot(v.t, v.p, "wizard", "product-held-"+v.look.String())
		if again {
			v.press("form:has([value=leave]) button")
			v.says(".done", v.said.free)
		}
	}
}

// chooses switches update notices on for this machine.
func (v *visit) chooses() {
	v.t.Helper()
	v.at("updates")
	v.p.MustElement("[name=updates][value=on]").MustEval(`() => { this.checked = true }`)
	v.press(`form[action$="/step"] button`)
	v.says(".done", v.said.kept)
	if n := v.open().Notices(); n.Updates != client.On || n.Usage != client.Unset {
		v.t.Errorf("%+v", n)
	}
}

// closes switches the language to and fro and closes the wizard.
func (v *visit) closes() {
	v.t.Helper()
	v.at("")
	v.press("nav a[lang]")
	other := map[string]string{"de": "en", "en": "de"}[v.look.Lang]
	v.says("h1", regexp.QuoteMeta(sentences[other].heading))
	v.press(`form[action$="/close"] button`)
	v.says("main", sentences[other].closed)
	must(v.t, <-v.ended)
}
