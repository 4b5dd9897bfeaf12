package depot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

const (
	german  = "de"
	english = "en"
)

func TestStart(t *testing.T) {
	w := newWorld(t)
	p := w.get("/", "Accept-Language", german).want(200, "Lizenz aktivieren", "Ticket oder Lizenzschlüssel", "Sie brauchen kein Konto")
	form := p.one("form", "action", "/ticket", "method", "post")
	if attr(form, "data-check") == "" || !strings.Contains(attr(form, "data-length"), "{want}") {
		t.Error("the script finds no sentences")
	}
	field := p.one("input", "name", "code")
	if attr(field, "value") != "" || attr(field, "autocomplete") != "off" {
		t.Error("the field is not empty, or browsers keep what was typed")
	}
	p.one("label", "for", attr(field, "id"))
	w.get("/", "Accept-Language", english).want(200, "Activate your license", "You need no account")
}

// A typing error is named by its kind before anything is looked up.
func TestTypingErrors(t *testing.T) {
	w := newWorld(t)
	good := w.sell(item(catalog.Multi), 1).Code
	wrong := good[:len(good)-1] + map[bool]string{true: "B", false: "A"}[good[len(good)-1] == 'A']
	for _, c := range []struct{ code, en, de string }{
		{"", "Type the ticket", "Tragen Sie das Ticket"},
		{good[:20], "should have 25 characters; typed: 17", "müsste 25 Zeichen haben; eingegeben: 17"},
		{strings.Replace(good, good[:1], "?", 1), "“?”, the character at place 1", "„?“, das Zeichen an Stelle 1"},
		{wrong, "one character is wrong, or two are swapped", "Ein Zeichen stimmt nicht, oder zwei sind vertauscht"},
		{strings.Repeat("A", 200), "typed: 200", "eingegeben: 200"},
	} {
		p := w.post("/ticket?lang=en", "code", c.code).want(422, c.en, license.ErrCode.Code)
		field := p.one("input", "id", "code")
		if attr(field, "value") != c.code || attr(field, "aria-invalid") != "true" {
			t.Errorf("%q: the field is %q, invalid %q", c.code, attr(field, "value"), attr(field, "aria-invalid"))
		}
		w.post("/ticket?lang=de", "code", c.code).want(422, c.de)
	}
	if strings.Contains(w.log.String(), "internal error") {
		t.Error(w.log.String())
	}
}

func TestTicket(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 5)
	hint := i.Code[len(i.Code)-5:]
	p := w.post("/ticket?lang=en", "code", " "+strings.ToLower(i.Code)+" ").want(200,
		"What your code holds", "The ticket that ends in "+hint, "Drawing Professional", "CAD-PRO-1", "for several devices", "0 of 5 in use, 5 free",
		"11 Jan 2028, if you activate it today", "you can free 2 of 2 lost devices", "Not active on any device yet.", "Can be activated",
		"licet-activate activate", "request file")
	p.one("form", "action", "/activate", "enctype", "multipart/form-data")
	for _, n := range p.all("code") {
		for word := range n.Descendants() {
			if strings.Contains(word.Data, hint) {
				t.Error("a command holds the code")
			}
		}
	}
	w.post("/ticket?lang=de", "code", i.Keys[0]).want(200, "Der Lizenzschlüssel mit der Endung", "Konstruktion Profi", "11.01.2028", "0 von 5 belegt, 5 frei")

	w.activate(i.Code)
	w.now.Advance(24 * time.Hour)
	w.activate(i.Code)
	p = w.post("/ticket?lang=en", "code", i.Code).want(200, "2 of 5 in use, 3 free", "Device 1: Linux", "active since 13 Jan 2027", "Device 2: Linux",
		"program version 14.2", "11 Jan 2028", "Free lost device 2", "Move to another machine")
	p.lacks("if you activate it today")
	if n := len(p.all("form", "action", "/device")); n != 2 {
		t.Errorf("%d devices can be freed", n)
	}
}

// A ticket that changes a license says what it does, and the license what has
// changed it.
func TestChangingTickets(t *testing.T) {
	w := newWorld(t)
	base := w.sell(item(catalog.Multi, year), 2)
	add := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
		s.Number, s.ArticleNumber, s.ArticleID, s.Kind, s.Targets = "RENDER", "RENDER", catalog.ArticleID{1: 2}, catalog.AddOn, []string{"CAD-PRO-1"}
		s.Name, s.Features, s.Adds = catalog.Names{DE: "Darstellung", EN: "Rendering"}, []string{"render"}, catalog.Adds{Months: 1, Days: 3, Quantity: 2}
	}), 1)
	p := w.post("/ticket?lang=en", "code", add.Code).want(200, "An add-on: it adds to a license that is already on a device.", "CAD-PRO-1",
		"1 month", "3 days", "2 seats", "features: render", "layers: 10 more", "0 of 1", "Can be redeemed", "Redeem it on the device", "Redeem on a machine")
	p.lacks("Not active on any device yet.", "lost devices", "Activate", "Can be activated")
	w.post("/ticket?lang=de", "code", add.Code).want(200, "Eine Erweiterung", "1 Monat", "3 Tage", "2 Plätze", "layers: 10 mehr", "Auf einem Rechner ohne Internet einlösen", "0 von 1")

	c := w.activate(base.Code)
	w.take(c, add.Code)
	w.post("/ticket?lang=en", "code", add.Code).want(200, "1 of 1", "Redeemed", "This ticket has been redeemed")
	w.post("/ticket?lang=en", "code", base.Code).want(200, "Changed by", "Rendering (RENDER) × 1, on 12 Jan 2027", "1 of 4 in use", "(2 of them by add-ons)").lacks("tolerated")
	_, err := w.BlockLicense(t.Context(), w.a.All(), add.Licenses[0])
	must(t, err)
	w.post("/ticket?lang=de", "code", base.Code).want(200, "Darstellung (RENDER) × 1, am", "gesperrt, vorerst ohne Wirkung")
}

// A usage-counted license says how many of its units are consumed.
func TestUnitsOfTicket(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Usage, func(s *catalog.Snapshot) { s.Unit, s.Limits = "pages", map[string]int64{"pages": 100} }), 3)
	c := w.activate(i.Code)
	_, err := c.Consume(7)
	must(t, err)
	w.take(c, i.Code)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "Units", "pages: 7 of 300 consumed", "200 are not drawn")
	w.post("/ticket?lang=de", "code", i.Code).want(200, "pages: 7 von 300 verbraucht")
}

// An academic license says who is eligible, and not by which evidence.
func TestEligibilityOfTicket(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Academic, year), 1)
	record := func(until day.Day) {
		_, err := w.RecordEligibility(t.Context(), w.a.All(), i.Licenses[0], license.Eligibility{Who: "TU Example", Evidence: "contract 4711", Until: until})
		must(t, err)
	}
	record(day.None)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "Eligible TU Example").lacks("4711", "on record")
	record(day.Of(2027, 3, 1))
	w.post("/ticket?lang=en", "code", i.Code).want(200, "TU Example, on record until 1 Mar 2027").lacks("new evidence")
	w.now.Advance(90 * 24 * time.Hour)
	w.post("/ticket?lang=de", "code", i.Code).want(200, "TU Example, nachgewiesen bis 01.03.2027; der Hersteller kann")
}

// Why nothing can be activated is said for codes that exist, by ticket and by
// key, with the state beside each license.
// What support has granted is told beside the allowance, and offered while the seat
// is free; who has taken it needs no offer.
func TestGrantedRestore(t *testing.T) {
	w := newWorld(t)
	code := w.grantedOn(t)
	w.post("/ticket?lang=en", "code", code).want(200, "0 of 1 lost devices left to free", "beyond that, support has freed 1 lost device for you",
		"Support has freed the seat of a lost device", "activate the new device", "licet-activate --ui")
	w.post("/ticket?lang=de", "code", code).want(200, "darüber hinaus hat der Support 1 verlorenes Gerät für Sie freigegeben", "Der Support hat den Platz")
	w.activate(code)
	p := w.post("/ticket?lang=en", "code", code).want(200, "beyond that, support has freed 1 lost device for you")
	p.lacks("activate the new device")
}

func TestRefusedTickets(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	full := w.sell(item(catalog.Multi), 1)
	w.activate(full.Code)
	spent := w.sell(item(catalog.SingleUse), 1)
	w.activate(spent.Code)
	blocked, barred, recalled := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1)
	_, err := w.BlockTicket(ctx, w.a.All(), blocked.Ticket)
	must(t, err)
	_, err = w.BlockLicense(ctx, w.a.All(), barred.Licenses[0])
	must(t, err)
	_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Licenses: recalled.Licenses})
	must(t, err)
	old := w.sell(item(catalog.TimeLimited, year), 1)
	w.activate(old.Code)
	w.now.Set(dbtest.Start.AddDate(2, 0, 0))
	for _, c := range []struct {
		name  string
		codes []string
		code  string
		state string
	}{
		{"full", []string{full.Code, full.Keys[0]}, license.ErrNoSeat.Code, "All seats in use"},
		{"spent", []string{spent.Code}, license.ErrUsedUp.Code, "Used up"},
		{"blocked", []string{blocked.Code, blocked.Keys[0]}, license.ErrTicketBlocked.Code, "Blocked"},
		{"barred", []string{barred.Code}, license.ErrLicenseBlocked.Code, "Blocked"},
		{"recalled", []string{recalled.Code}, license.ErrLicenseRecalled.Code, "Taken back"},
		{"expired", []string{old.Code, old.Keys[0]}, license.ErrLicenseExpired.Code, "Expired"},
	} {
		for _, code := range c.codes {
			p := w.post("/ticket?lang=en", "code", code).want(200, "Nothing can be activated right now", c.code, c.state)
			p.lacks("Can be activated", "{", "Request file")
		}
		w.post("/ticket?lang=de", "code", c.codes[0]).want(200, "Im Moment kann nichts aktiviert werden", c.code).lacks("{")
	}
}

// Refusals name their limits, and every date is a civil day of the publisher:
// half an hour before midnight in UTC it is tomorrow in Berlin.
func TestDatesAndLimits(t *testing.T) {
	w := newWorld(t, time.Date(2027, 1, 12, 23, 30, 0, 0, time.UTC))
	full := w.sell(item(catalog.Multi), 2)
	w.activate(full.Code)
	w.activate(full.Code)
	w.post("/ticket?lang=en", "code", full.Code).want(200, "in use: 2 of 2. Free: 0, asked for: 1.", "active since 13 Jan 2027", "last contact 13 Jan 2027")
	w.post("/ticket?lang=de", "code", full.Code).want(200, "Belegte Plätze dieser Lizenz: 2 von 2. Frei: 0, verlangt: 1.", "aktiv seit 13.01.2027")
	spent := w.sell(item(catalog.SingleUse), 1)
	w.activate(spent.Code)
	w.post("/ticket?lang=en", "code", spent.Code).want(200, "used up (seats: 1)")
	old := w.sell(item(catalog.TimeLimited, year), 1)
	w.post("/ticket?lang=en", "code", old.Code).want(200, "12 Jan 2028, if you activate it today")
	w.activate(old.Code)
	w.now.Advance(366 * 24 * time.Hour)
	w.post("/ticket?lang=en", "code", old.Code).want(200, "The last day of this license was 12 Jan 2028.")
	w.post("/ticket?lang=de", "code", old.Code).want(200, "Der letzte Tag dieser Lizenz war der 12.01.2028.")
}

// A stranger cannot tell a code that nobody issued from one of another
// publisher: the same page, the same size, held back to the same floor.
func TestUnknownAndForeignCodesAreAlike(t *testing.T) {
	w := newWorld(t)
	w.site = depot.Site{Publisher: w.a.Publisher}
	own := w.sell(item(catalog.Multi), 1)
	foreign := w.sell(item(catalog.Multi), 1, w.b)
	w.post("/ticket", "code", own.Code).want(200)
	if len(w.pauses) != 0 {
		t.Error("a known code was held back")
	}
	answer := func(code string) string {
		p := w.post("/ticket?lang=en", "code", code).want(404, "This code is not known here", license.ErrUnknownCode.Code)
		return strings.ReplaceAll(p.body, code, "CODE")
	}
	unknown := answer(unknownCode(t))
	if got := answer(foreign.Code); got != unknown {
		t.Errorf("a foreign code is answered otherwise:\n%s\n%s", got, unknown)
	}
	if len(w.pauses) != 2 || w.pauses[0] != w.pauses[1] || w.pauses[0] <= 0 {
		t.Errorf("held back by %v", w.pauses)
	}
	file := w.requestFile(w.machine(), foreign.Code) // to our publisher, for a ticket of the other one
	never := w.requestFile(w.machine(), unknownCode(t))
	a, b := w.uploadFile(file).want(404), w.uploadFile(never).want(404)
	cut := func(p *page) string { return strings.ReplaceAll(p.body, p.header.Get("X-Request-Id"), "ID") }
	if cut(a) != cut(b) || !strings.Contains(a.body, license.ErrUnknownCode.Code) {
		t.Errorf("request files are answered otherwise:\n%s\n%s", a.body, b.body)
	}
	if len(w.pauses) != 4 {
		t.Errorf("held back %d times", len(w.pauses))
	}
}

// Whoever tries many codes has to wait, and is told for how long.
func TestGuessing(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		w.post("/ticket", "code", unknownCode(t)).want(404)
	}
	p := w.post("/ticket?lang=de", "code", unknownCode(t)).want(429, "Bitte warten Sie etwas", "Wartezeit: ", "Sekunden", license.ErrTooManyTries.Code)
	if p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.post("/ticket?lang=en", "code", unknownCode(t)).want(429, "Wait ", "seconds, then try again.")
}

// Nobody who reloads or mistypes an address gets a bare error.
func TestAddresses(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/ticket", "/device", "/device/free", "/update"} {
		if p := w.get(path); p.status != http.StatusSeeOther || p.header.Get("Location") != "/" {
			t.Errorf("%s: %d to %q", path, p.status, p.header.Get("Location"))
		}
	}
	w.get("/wp-login.php", "Accept-Language", english).want(404, "There is no page at this address", depot.ErrNoPage.Code)
	if p := w.get("/api/v1/nothing"); p.status != 404 || !strings.Contains(p.header.Get("Content-Type"), "problem+json") {
		t.Errorf("programs get %d %s", p.status, p.header.Get("Content-Type"))
	}
	w.get("/help", "Accept-Language", english).want(200, "What is a ticket?", "Move to another machine", "A device is lost or broken", "licet-activate move")
	w.get("/help", "Accept-Language", german).want(200, "Was ist ein Ticket?", "Auf einen anderen Rechner umziehen", "Diese Seite: https://depot.example")
	if p := w.do(http.MethodPost, "/ticket", "application/x-www-form-urlencoded", strings.NewReader("code=x"), "Sec-Fetch-Site", "cross-site"); p.status != 403 {
		t.Errorf("a form of another site: %d", p.status)
	}
	w.site = depot.Site{Name: "Zeichenwerk", Contact: "hilfe@zeichenwerk.example"}
	p := w.get("/nowhere").want(404, "Zeichenwerk")
	p.one("a", "href", "mailto:hilfe@zeichenwerk.example")
}

// A dead database is a page, too.
func TestDeadDatabase(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 1)
	file := w.requestFile(w.machine(), i.Code)
	must(t, w.d.Close())
	w.post("/ticket?lang=en", "code", i.Code).want(503, "Not available right now")
	w.uploadFile(file).want(503)
	w.get("/").want(200)
}

// The code of a ticket, in whatever form, is in no address, header, cookie or
// log, whatever becomes of the request.
func TestCodesStaySecret(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 5)
	lost := w.activate(i.Code)
	v, err := w.Look(t.Context(), w.a.System(), i.Code)
	must(t, err)
	device := v.Holdings[0].Devices[0].ID.String()
	c, err := wire.ParseTicket(i.Code)
	must(t, err)
	blocked := w.sell(item(catalog.Multi), 1)
	_, err = w.BlockTicket(t.Context(), w.a.All(), blocked.Ticket)
	must(t, err)
	typed := w.typist().fields(1, i.Code)
	canaries := []string{i.Code, string(c.Bytes()), i.Code[:11], i.Keys[0], blocked.Code, typed[3], typed[9]}
	message := string(w.requestFile(w.machine(), i.Code))
	pages := []*page{
		w.post("/ticket", "code", i.Code), w.post("/ticket?lang=de", "code", i.Code), w.post("/ticket", "code", i.Keys[0]),
		w.post("/ticket", "code", i.Code[:20]), w.post("/device", "code", i.Code, "device", device),
		w.post("/device", "code", i.Code, "device", "nonsense"), w.post("/device/free", "code", i.Code, "device", device),
		w.post("/activate", "text", i.Code), w.post("/activate", "text", message), w.post("/update", "text", message),
		w.post("/codes", "text", message), w.uploadPictures(german, nil, pictures(t, []byte(message), qr.Screen)[:1]...),
		w.post("/typed", "code", i.Code), w.post("/typed?lang=de", typed...), w.post("/typed", w.typist().fields(1, i.Code[:20])...),
		w.post("/typed", w.typist().fields(1, blocked.Code)...),
	}
	for _, p := range pages {
		for name, values := range p.header {
			for _, canary := range canaries {
				if strings.Contains(strings.Join(values, " "), canary) {
					t.Errorf("header %s holds the code", name)
				}
			}
		}
		if p.doc == nil {
			continue
		}
		if p.header.Get("Referrer-Policy") == "" || p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", p.header)
		}
		for _, tag := range []struct{ name, attr string }{{"a", "href"}, {"form", "action"}, {"link", "href"}, {"script", "src"}, {"img", "src"}} {
			for _, n := range p.all(tag.name) {
				for _, canary := range canaries {
					if strings.Contains(attr(n, tag.attr), canary) {
						t.Errorf("%s %s holds the code", tag.name, tag.attr)
					}
				}
			}
		}
		for _, n := range p.all("form") {
			if attr(n, "method") != "post" {
				t.Errorf("a form is sent by %q", attr(n, "method"))
			}
		}
	}
	for _, canary := range canaries {
		if strings.Contains(w.log.String(), canary) {
			t.Errorf("the log holds the code: %s", w.log.String())
		}
	}
	if lost == nil || !strings.Contains(w.log.String(), "/ticket") {
		t.Error("nothing was logged at all")
	}
}
