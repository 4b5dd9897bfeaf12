package depot_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// gateway is the route by which machines reach the product, beside the pages.
func (w *world) gateway() route.Route {
	return route.Route{
		Method: http.MethodPost, Pattern: "/api/v1/exchange", Public: true, Class: route.Activate, MaxBody: wire.MaxToken,
		Handler: func(rw http.ResponseWriter, r *http.Request, by actor.Actor) error {
			token, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			lines, err := w.Exchange(r.Context(), by, token)
			if err != nil {
				return err
			}
			if len(lines) == 0 {
				rw.WriteHeader(http.StatusNoContent)
				return nil
			}
			_, err = io.WriteString(rw, strings.Join(lines, "\n")+"\n")
			return err
		},
	}
}

// pairOn makes a pairing code on the page.
func (w *world) pairOn(code string, fields ...string) (*page, string) {
	w.t.Helper()
	p := w.post("/pair?lang=en", append([]string{"code", code}, fields...)...).want(200, "Type this code on the machine", "licet-activate pair",
		"within the next 10 minutes", "Drawing Professional", "Waiting for the machine")
	form := p.one("form", "id", "pair-form")
	if attr(form, "action") != "/pair" || attr(form, "method") != "post" {
		w.t.Error("the form does not ask again")
	}
	for _, in := range p.all("input", "name", "pair") {
		return p, attr(in, "value")
	}
	w.t.Fatal("no pairing code")
	return nil, ""
}

// paired is what the page says of a pairing code now.
func (w *world) paired(code, pairing string) *page {
	w.t.Helper()
	return w.post("/pair?lang=en", "code", code, "pair", pairing)
}

// collect types a pairing code on a machine, past the wizard.
func (w *world) collect(c *client.Container, pairing string) error {
	w.t.Helper()
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Pairing: pairing})
	must(w.t, err)
	lines, err := w.Exchange(w.t.Context(), actor.Actor{}, []byte(m.Token))
	if err == nil {
		_, err = c.Install([]byte(strings.Join(lines, "\n")))
	}
	return err
}

// The page shows a code, waits, and shows the device that has used it.
func TestPair(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 2)
	p := w.post("/ticket?lang=en", "code", i.Code).want(200, "Activate a machine", "The ticket stays here")
	p.one("form", "action", "/pair", "method", "post")
	if len(p.all("input", "type", "checkbox")) != 0 {
		t.Error("there is nothing to choose from, and a box for it")
	}
	p, pairing := w.pairOn(i.Code)
	if strings.Contains(p.text(), i.Code[:11]) || !strings.Contains(p.text(), pairing) {
		t.Error("the page shows the ticket, or not the pairing code")
	}
	w.paired(i.Code, strings.ToLower(pairing)).want(200, "Waiting for the machine", pairing)
	w.now.Advance(9 * time.Minute)
	w.paired(i.Code, pairing).want(200, "within the next minute.")
	must(t, w.collect(w.machine(), pairing))
	for range 2 {
		w.paired(i.Code, pairing).want(200, "The machine is activated", "Drawing Professional : Linux", "program version 14.2")
	}
	w.post("/pair?lang=de", "code", i.Code, "pair", pairing).want(200, "Der Rechner ist aktiviert", "Konstruktion Profi : Linux")
	_, err := w.Evict(t.Context(), w.a.All(), license.ActivationID(must2(w.Pairing(t.Context(), actor.Actor{}, i.Code, pairing)).Activations[0]))
	must(t, err)
	w.paired(i.Code, pairing).want(200, "are not there any more")

	_, late := w.pairOn(i.Code)
	w.now.Advance(license.PairingLife)
	w.paired(i.Code, late).want(200, "The pairing code has expired", "nothing has changed").lacks("Look again")
	w.paired(i.Code, "00000-00000").want(404, license.ErrUnknownPairing.Code)
	w.paired(unknownCode(t), late).want(404, license.ErrUnknownCode.Code)
	w.post("/pair", "code", i.Code[:9]).want(422, license.ErrCode.Code)
	if strings.Contains(w.log.String(), pairing) || strings.Contains(w.log.String(), i.Code[:11]) {
		t.Error("the log holds a code")
	}
}

func must2(p license.Pairing, err error) license.Pairing {
	if err != nil {
		panic(err)
	}
	return p
}

// Whoever reloads the page of a pairing code sees the same code, and what has
// become of it; the ticket's page shown anew makes another one.
func TestPairReload(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 1)
	asks := func() string {
		return attr(w.post("/ticket?lang=en", "code", i.Code).one("input", "name", "asked"), "value")
	}
	asked := asks()
	_, pairing := w.pairOn(i.Code, "asked", asked)
	if _, again := w.pairOn(i.Code, "asked", asked); again != pairing {
		t.Errorf("a reload shows %s after %s", again, pairing)
	}
	if _, other := w.pairOn(i.Code, "asked", asks()); other == pairing {
		t.Error("the page shown anew made the same code")
	}
	must(t, w.collect(w.machine(), pairing))
	w.post("/pair?lang=en", "code", i.Code, "asked", asked).want(200, "The machine is activated") // and no seat is left
	if n := strings.Count(w.log.String(), asked); n != 0 {
		t.Error("the log names the page")
	}
}

// What was refused on the machine is said on the page, and the code stays good.
func TestPairRefused(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 1)
	_, pairing := w.pairOn(i.Code)
	c := w.activate(i.Code) // somebody was faster
	if err := w.collect(w.machine(), pairing); err == nil {
		t.Fatal("there was a seat")
	}
	w.paired(i.Code, pairing).want(200, "The machine could not be activated", license.ErrNoSeat.Code, "still good").lacks("{")
	must(t, w.collect(c, pairing)) // the machine that has it already
	w.paired(i.Code, pairing).want(200, "The machine is activated")
	w.post("/pair?lang=en", "code", i.Code).want(409, license.ErrNoSeat.Code)
	_, err := w.BlockTicket(t.Context(), w.a.All(), i.Ticket)
	must(t, err)
	w.post("/pair?lang=de", "code", i.Code).want(409, license.ErrTicketBlocked.Code)
}

// Of several licenses the machine gets those that were chosen.
func TestPairChoice(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 3)
	id := i.Licenses[0].String()
	_, pairing := w.pairOn(i.Code, "choose", "1", "license", id)
	must(t, w.collect(w.machine(), pairing))
	w.paired(i.Code, pairing).want(200, "The machine is activated")
	w.post("/pair?lang=en", "code", i.Code, "choose", "1").want(422, depot.ErrNotChosen.Code)
	w.post("/pair?lang=en", "code", i.Code, "choose", "1", "license", "7").want(404, license.ErrNotWanted.Code)
	w.post("/pair?lang=en", "code", i.Code, "license", license.LicenseID{15: 9}.String()).want(404, license.ErrNotWanted.Code)
	for range 30 {
		w.post("/pair", "code", i.Code)
	}
	w.post("/pair?lang=en", "code", i.Code).want(429, license.ErrTooManyPairings.Code, "Wait ")
}

// TestBrowserPair shows the code in a browser and types it into the real wizard:
// with the script the page shows the device by itself, without it the button
// does.
func TestBrowserPair(t *testing.T) {
	if len(client.ThisMachine().Components) == 0 {
		pagetest.LeftOut(t, "nothing tells this machine from another")
	}
	b := newBrowser(t)
	wizard := pagetest.Program(t, "licet-activate")
	w := newWorld(t, time.Now())
	for _, l := range visitors {
		t.Run(l.String(), func(t *testing.T) {
			w.t = t
			pairInBrowser(t, tab(t, b, l), w, l, wizard)
		})
	}
}

func pairInBrowser(t *testing.T, p *rod.Page, w *world, l look, wizard string) {
	said := map[text.Lang]struct{ wait, done string }{
		text.EN: {"Waiting for the machine", "The machine is activated"},
		text.DE: {"Warten auf den Rechner", "Der Rechner ist aktiviert"},
	}[l.lang]
	i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Fingerprint.Min = 0 }), 1)
	open(p, w.server.URL+"/")
	send(p, "/ticket", "code", i.Code)
	then(p, func() { press(p, `form[action="/pair"] button`) })
	says(t, p, "[role=status]", said.wait)
	narrow(t, p, "pair")
	pairing := p.MustElement(".pairing").MustText()

	dir := t.TempDir()
	pins, err := json.Marshal(w.pins())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "pins.json"), pins, 0o600))
	run := exec.CommandContext(t.Context(), wizard, "pair", "--dir", filepath.Join(dir, "container"), "--lang", string(l.lang))
	run.Dir, run.Stdin = dir, strings.NewReader(pairing+"\n")
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("licet-activate pair: %v\n%s", err, out)
	}
	if !l.script {
		then(p, func() { press(p, "#pair-form button") })
	}
	says(t, p, "h1", said.done)
	says(t, p, "section.done li", `(Linux|macOS|Windows).* · (by the wizard|über den Assistenten) licet-activate`)
	narrow(t, p, "paired")
	shoot(t, p, "pair-done-"+l.String())
	then(p, func() { press(p, `form[action="/ticket"] button`) })
}
