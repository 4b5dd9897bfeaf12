package wizard_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/clienttest"
)

// sight is one page as a visitor gets to it: the steps from the start page.
type sight struct {
	name string
	open func(s *stage)
}

// stage is a visitor's page at a wizard.
type stage struct {
	*world
	p    *rod.Page
	base string
}

func (s *stage) at(path string) { browsertest.Open(s.p, s.base+"/"+path) }

// fill types into fields as people do, over what is there: selectors and values in
// turn. What the browser's driver has for it needs scripts in the page.
func (s *stage) fill(fields ...string) {
	for i := 0; i+1 < len(fields); i += 2 {
		s.p.MustElement(fields[i]).MustEval(`() => this.focus()`)
		s.p.KeyActions().Press(input.ControlLeft).Type(input.KeyA).Release(input.ControlLeft).Type(input.Backspace).MustDo()
		s.p.MustInsertText(fields[i+1])
	}
}

// press goes on by a button or link.
func (s *stage) press(selector string) {
	browsertest.Then(s.p, func() { browsertest.Press(s.p, selector) })
}

// code types a code into a form and goes on.
func (s *stage) code(path, code string) {
	s.at(path)
	s.fill("#code", code)
	s.press("form[action$='" + path + "'] button")
}

// machines activate what holds a code, elsewhere.
func (w *world) elsewhere(code string, machines ...string) {
	w.t.Helper()
	for _, name := range machines {
		cfg := w.cfg
		cfg.Dir, cfg.Machine = w.t.TempDir(), clienttest.Machine(name)
		c, err := client.Open(cfg)
		must(w.t, err)
		_, err = online.Activate(w.t.Context(), c, code)
		must(w.t, err)
	}
}

// sights are all pages, with what can stand on them.
func sights(w *world) []sight {
	seats := func(n int64) func(*clienttest.Offer) { return func(o *clienttest.Offer) { o.Seats = n } }
	fresh, full, lost := w.sell(seats(3)), w.sell(), w.sell(seats(2))
	w.elsewhere(full, "beta")
	w.elsewhere(lost, "beta", "gamma")
	floating := w.sell(seats(5), func(o *clienttest.Offer) { o.Lends = true })
	one := w.sell(func(o *clienttest.Offer) { o.Lends = true })
	two := w.server.Sell(&clienttest.Offer{ID: clienttest.ID(61), Product: "cad", Article: "CAD-PRO"}, &clienttest.Offer{ID: clienttest.ID(62), Product: "cad", Article: "CAD-LIB", Seats: 2})
	mine := w.sell(func(o *clienttest.Offer) { o.Contact = 30 * 24 * 3600e9 })
	begin := func(kind string) string { return "form[action$=begin]:has([value=" + kind + "]) button" }
	return []sight{
		{"start-empty", func(s *stage) { s.at("") }},
		{"activate", func(s *stage) { s.at("activate") }},
		{"activate-typo", func(s *stage) { s.code("activate", mine[:len(mine)-1]+"0") }},
		{"activate-unknown", func(s *stage) { s.code("activate", clienttest.Ticket()) }},
		{"activate-preview", func(s *stage) { s.code("activate", fresh) }},
		{"activate-two", func(s *stage) { s.code("activate", two) }},
		{"activate-full", func(s *stage) { s.code("activate", full) }},
		{"activate-borrow", func(s *stage) { s.code("activate", floating) }},
		{"hold", func(s *stage) { s.code("activate", floating); s.press(begin("lease")) }},
		{"hold-more", func(s *stage) { s.p.MustElement("details summary").MustEval(`() => this.click()`) }},
		{"held", func(s *stage) { s.press("form[action$=step] button") }},
		{"held-full", func(s *stage) { s.code("activate", one); s.press(begin("lease")); s.press("form[action$=step] button") }},
		{"held-none", func(s *stage) { s.code("activate", one); s.press(begin("lease")); s.press("form[action$=step] button") }},
		{"held-waits", func(s *stage) {
			s.code("activate", one)
			s.press(begin("lease"))
			s.p.MustElement("[name=wait]").MustEval(`() => { this.checked = true }`)
			s.press("form[action$=step] button")
		}},
		{"held-start", func(s *stage) { s.at("") }},
		{"held-left", func(s *stage) { s.press("form:has([value=leave]) button") }},
		{"updates", func(s *stage) { s.at("updates") }},
		{"updates-told", func(s *stage) { s.told(); s.at("") }},
		{"updates-on", func(s *stage) { s.at("updates") }},
		{"updates-done", func(s *stage) { s.press("form[action$=step] button") }},
		{"activate-unreached", func(s *stage) {
			s.server.Expect(clienttest.LoseAsked, clienttest.LoseAsked)
			s.code("activate", fresh)
		}},
		{"activate-done", func(s *stage) { s.code("activate", mine); s.press("button[value=online]") }},
		{"start", func(s *stage) { s.at(""); s.p.MustElement("details summary").MustEval(`() => this.click()`) }},
		{"return", func(s *stage) { s.at(""); s.press(begin("return")) }},
		{"move", func(s *stage) { s.at(""); s.press(begin("move")) }},
		{"refresh", func(s *stage) { s.at(""); s.press("form:has([value=refresh]) button") }},
		{"lost", func(s *stage) { s.at("lost") }},
		{"lost-found", func(s *stage) { s.code("lost", lost) }},
		{"restore", func(s *stage) { s.code("lost", lost); s.press("form:has([value=restore]) button") }},
		{"free", func(s *stage) { s.code("lost", lost); s.press("form:has([value=free]) button") }},
		{"freed", func(s *stage) {
			s.code("lost", lost)
			s.press("form:has([value=free]) button")
			s.press("form[action$=step] button")
		}},
		{"offline", func(s *stage) { s.at("offline") }},
		{"offline-empty", func(s *stage) { s.at("offline"); s.press("form[action$=offline] button") }},
		{"request", func(s *stage) { s.at("offline"); s.fill("#code", fresh); s.press("form[action$=offline] button") }},
		{"waiting", func(s *stage) { s.at("") }},
		{"forget", func(s *stage) { s.at(""); s.press(begin("forget")) }},
		{"answer-bad", func(s *stage) {
			s.at("offline")
			s.fill("#answer-text", "nothing")
			s.press("form[action$=install] button")
		}},
		{"typed", func(s *stage) { s.at("typed") }},
		{"typed-request", func(s *stage) { s.at("typed"); s.press("form[action$=typed-request] button") }},
		{"typed-typo", func(s *stage) {
			s.at("typed")
			s.fill("#a1", "12345 67890 ABCDE", "#a3", "12")
			s.press("form[action$=typed] button")
		}},
		{"untype", func(s *stage) { s.at("typed"); s.press(begin("untype")) }},
		{"missing", func(s *stage) { s.at("nowhere") }},
		{"forgotten", func(s *stage) { s.at("step?s=none") }},
		{"offline-fails", func(s *stage) {
			s.server.Expect(clienttest.LoseAsked, clienttest.LoseAsked, clienttest.LoseAsked, clienttest.LoseAsked)
			s.at("")
			s.press(begin("return"))
			s.press("button[value=online]")
		}},
	}
}

// told lets a program here be told about releases.
func (s *stage) told() {
	s.t.Helper()
	c := s.open()
	must(s.t, c.Choose(client.On, client.Unset))
	_, err := c.NewReport()
	must(s.t, err)
	_, err = c.Reported([]byte(`{"updates":true,"usage":false,"release":{"version":"15.0","day":"2026-11-22","link":"https://example.com/news/15.0/what-is-new",` +
		`"notes":{"en":"Drawing is faster.\nSheets can be exported.","de":"Zeichnen ist schneller.\nBlätter lassen sich exportieren."}},"beyond":{"version":"16.0","day":"2026-11-23","notes":{}}}`))
	must(s.t, err)
}

// TestBrowserPages looks at every page in both languages: nothing sticks out of
// the window, axe finds nothing, and a picture is kept for people.
func TestBrowserPages(t *testing.T) {
	b, source := browsertest.New(t), browsertest.Axe(t)
	looks := []browsertest.Look{{Lang: "de", Width: 390, Dark: true, Script: true}, {Lang: "en", Width: 1280, Script: true}}
	if os.Getenv("LICET_ARTIFACTS") != "" || os.Getenv("LICET_DEEP") != "" {
		looks = append(looks, browsertest.Look{Lang: "de", Width: 1280, Script: true}, browsertest.Look{Lang: "en", Width: 390, Script: true})
	}
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Clock, w.server.Now = newStill(w.clock), w.clock.Now
			s := &stage{world: w, p: browsertest.Tab(t, b, l), base: w.run(wizard.Options{Brand: brand(t)})}
			browsertest.Open(s.p, w.link)
			browsertest.Await(t, s.p, "nav")
			for _, one := range sights(w) {
				one.open(s)
				name := one.name + "-" + l.String()
				browsertest.Narrow(t, s.p, name)
				browsertest.Accessible(t, s.p, source, name)
				browsertest.Shoot(t, s.p, "wizard", name)
			}
			spoilFiles(w)
			s.at("")
			browsertest.Accessible(t, s.p, source, "damaged")
			browsertest.Shoot(t, s.p, "wizard", "damaged-"+l.String())
			s.press("form[action$=begin] button")
			browsertest.Accessible(t, s.p, source, "aside")
			browsertest.Shoot(t, s.p, "wizard", "aside-"+l.String())
			s.press("form[action$=step] button")
			browsertest.Narrow(t, s.p, "aside-done")
			browsertest.Shoot(t, s.p, "wizard", "aside-done-"+l.String())
			s.press("form[action$=close] button")
			browsertest.Shoot(t, s.p, "wizard", "closed-"+l.String())
		})
	}
}

// spoilFiles breaks the container's file and its copy.
func spoilFiles(w *world) {
	w.t.Helper()
	for _, name := range []string{"container.json", "container.bak.json"} {
		must(w.t, os.WriteFile(filepath.Join(w.cfg.Dir, name), []byte(`{"format":1`), 0o600))
	}
}
