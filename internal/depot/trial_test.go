package depot_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/trial"
	"github.com/licet/licet/wire"
)

func (w *world) mailsTo(o connect.MailOptions) *connect.Mails {
	m, err := connect.NewMailer(o)
	must(w.t, err)
	return connect.NewMails(w.d, w.keys.Vault(), m)
}

func (w *world) newTrials(mails *connect.Mails) *trial.Service {
	return trial.New(trial.Options{DB: w.d, Vault: w.keys.Vault(), Licenses: w.Service, Mails: mails, Depot: "https://depot.example"})
}

// offerTrials lets visitors of the first publisher's depot try one thing of the
// demo's catalog, and another of their own.
func (w *world) offerTrials() {
	w.t.Helper()
	w.site.Publisher, w.site.Trials = w.a.Publisher, true
	doc, err := os.ReadFile("../demo/catalog.yaml")
	must(w.t, err)
	const after = "    ticketing: per_unit\n    options:\n      - {name: days,"
	offered := strings.Replace(string(doc), after, "    trial: {open: true, days: 30, block: [trash.example]}\n"+after, 1)
	goods := catalog.NewService(w.d, actor.NewGate(w.d))
	_, err = goods.Apply(context.Background(), w.a.All(), []byte(offered), false)
	must(w.t, err)
	_, err = goods.CreateArticle(context.Background(), w.a.All(), catalog.Article{
		Number: "VIEW-TRIAL", Name: catalog.Names{DE: "Betrachter zum Testen", EN: "Viewer for trying"}, Product: "CAD", Model: "trial", Kind: catalog.Base,
		Ticketing: catalog.PerLine, Features: []string{"draw2d"}, Trial: catalog.TrialOffer{Open: true, Remember: 90},
	})
	must(w.t, err)
}

var qLetters = db.SQL("depot_test.letters", `SELECT id, sealed FROM mail WHERE publisher_id = ? AND state = 'open' ORDER BY id DESC LIMIT 1`)

// letter is the newest mail that waits.
func (w *world) letter() (l connect.Letter) {
	w.t.Helper()
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
		var id connect.MailID
		var sealed []byte
		if err := r.QueryRow(qLetters, w.a.Publisher).Scan(&id, &sealed); err != nil {
			return err
		}
		plain, err := w.keys.Vault().Open(r, w.a.Publisher, id[:], sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(plain, &l)
	}))
	return l
}

var tryForm = regexp.MustCompile(`(?m)^TRY-[0-9A-Z-]+$`)

// tryCode asks for a trial and returns the code of the mail.
func (w *world) tryCode(lang, email string) string {
	w.t.Helper()
	w.post("/trial?lang="+lang, "article", "CAD-TRIAL", "email", email).want(200)
	return tryForm.FindString(w.letter().Text)
}

// elapsedCode is a well-formed confirmation code that nobody was sent.
func (w *world) elapsedCode() string {
	k, err := wire.NewKey("TRY", strings.NewReader(strings.Repeat("licet", 40)))
	must(w.t, err)
	return k.String()
}

// From the start page to the ticket, and what stands on the way.
func TestTrialPages(t *testing.T) {
	w := newWorld(t)
	w.get("/").lacks("try first")
	w.get("/trial?lang=en").want(404, "There is nothing to try here", "trial.off")
	w.offerTrials()
	w.get("/?lang=en").want(200, "I have no ticket and want to try first")
	p := w.get("/trial?lang=en").want(200, "Try it first", "CAD trial", "30 days, from the first activation", "Viewer for trying", "14 days",
		"What happens with your address", "deleted as soon as the mail has left", "a mark is kept for 730 days")
	if n := len(p.all("input", "type", "radio")); n != 2 {
		t.Errorf("%d things to choose", n)
	}
	p.one("label", "for", attr(p.one("input", "type", "email"), "id"))
	w.get("/trial?lang=de").want(200, "Erst einmal testen", "CAD Testlizenz", "30 Tage, ab der ersten Aktivierung", "730 Tage")

	asked := w.post("/trial?lang=de", "article", "CAD-TRIAL", "email", "Anna@example.org").want(200, "Sehen Sie in Ihr Postfach")
	if l := w.letter(); l.Lang != "de" || l.To.String() != "Anna@example.org" || !strings.Contains(l.Text, "https://depot.example/trial/confirm#TRY-") {
		t.Errorf("%+v", l)
	}
	code := tryForm.FindString(w.letter().Text)
	form := w.get("/trial/confirm?lang=en").want(200, "Confirm your trial", "Show my ticket")
	if attr(form.one("input", "id", "code"), "value") != "" {
		t.Error("the field is filled")
	}
	got := w.post("/trial/confirm?lang=en", "code", strings.ToLower(code)).want(200, "Your ticket for trying", "CAD trial runs for 30 days from the first activation")
	ticket := got.one("p", "class", "ticket code").FirstChild.Data
	w.post("/ticket?lang=en", "code", ticket).want(200, "CAD trial", "for trying, once per device", "0 of 1 in use, 1 free")
	w.post("/trial/confirm?lang=de", "code", code).want(200, "schon einmal zum Testen angefordert", ticket)
	w.activate(ticket)

	// Whoever has taken it asks again and sees the same page, to the letter.
	if again := w.post("/trial?lang=de", "article", "CAD-TRIAL", "email", "anna@example.org"); plainly(again) != plainly(asked) {
		t.Errorf("an address that is known is answered otherwise:\n%s\n%s", again.text(), asked.text())
	}
	for range 5 { // more mails than there are in a day
		if again := w.post("/trial?lang=de", "article", "CAD-TRIAL", "email", "anna@example.org"); plainly(again) != plainly(asked) {
			t.Errorf("too many mails are answered otherwise:\n%s\n%s", again.text(), asked.text())
		}
	}
	if len(w.pauses) < 7 {
		t.Errorf("only %d answers were held back", len(w.pauses))
	}
	if said := strings.ToLower(w.log.String()); strings.Contains(said, "anna") || strings.Contains(said, strings.ToLower(code)) || strings.Contains(said, strings.ToLower(ticket)) || strings.Contains(said, "internal error") {
		t.Error(w.log.String())
	}
}

// plainly is a page without what is of this one request.
func plainly(p *page) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}`).ReplaceAllString(p.body, "-")
}

// What is wrong stands beside what was typed; a wish that nobody can have is no
// secret.
func TestTrialMistakes(t *testing.T) {
	w := newWorld(t)
	w.offerTrials()
	for _, c := range []struct {
		article, email string
		status         int
		en, de, code   string
	}{
		{"CAD-TRIAL", "anna", 422, "not a mail address", "An diese E-Mail-Adresse", connect.ErrMailAddress.Code},
		{"CAD-TRIAL", "anna@example.org\r\nBcc: b@example.org", 422, "not a mail address", "An diese E-Mail-Adresse", connect.ErrMailAddress.Code},
		{"CAD-TRIAL", "anna@trash.example", 403, "to addresses of trash.example", "an Adressen von trash.example", trial.ErrDomain.Code},
		{"CAD-PRO-PERP", "anna@example.org", 404, "cannot be tried here", "lässt sich hier nicht testen", catalog.ErrNotOffered.Code},
		{"", "anna@example.org", 404, "Choose what you want to try.", "Wählen Sie aus", catalog.ErrNotOffered.Code},
	} {
		p := w.post("/trial?lang=en", "article", c.article, "email", c.email).want(c.status, c.en, c.code)
		if got := attr(p.one("input", "id", "email"), "value"); got != strings.ReplaceAll(c.email, "\r", "") {
			t.Errorf("the field holds %q, want %q", got, c.email)
		}
		w.post("/trial?lang=de", "article", c.article, "email", c.email).want(c.status, c.de)
	}
	for _, typed := range []string{"", "TRY", w.elapsedCode(), w.sell(item(catalog.Multi), 1).Code} {
		w.post("/trial/confirm?lang=en", "code", typed).want(404, "not a confirmation code", trial.ErrUnknown.Code)
	}
	code := w.tryCode(english, "anna@example.org")
	w.now.Advance(trial.RequestLife)
	w.post("/trial/confirm?lang=de", "code", code).want(410, "galt 24 Stunden", trial.ErrElapsed.Code)
	for i := 0; ; i++ {
		p := w.post("/trial?lang=en", "article", "CAD-TRIAL", "email", "c@example.org")
		if p.status == http.StatusTooManyRequests {
			p.want(429, "Too many trials were asked for", trial.ErrTooMany.Code)
			break
		}
		if i > 50 {
			t.Fatal("nobody is ever stopped")
		}
	}
}

// A depot without trials has none of their pages.
func TestNoTrials(t *testing.T) {
	w := newWorld(t)
	d, err := depot.New(depot.Options{Licenses: w.Service})
	must(t, err)
	for _, path := range []string{"/trial", "/trial/confirm"} {
		for _, rt := range d.Routes() {
			if rt.Pattern != path {
				continue
			}
			r, err := http.NewRequestWithContext(t.Context(), rt.Method, path, http.NoBody)
			must(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if err := rt.Handler(nil, r, actor.Actor{}); err == nil || err.Error() != trial.ErrOff.Error() {
				t.Errorf("%s %s: %v", rt.Method, path, err)
			}
		}
	}
}

// A visitor's whole way in a browser, with the script and without: the link of the
// mail opens on another device, nothing is confirmed by looking, and the code is in
// no address that is sent.
func TestBrowserTrial(t *testing.T) {
	b := newBrowser(t)
	for _, l := range []look{{text.EN, 1280, false, true}, {text.DE, 390, false, false}} {
		t.Run(l.String(), func(t *testing.T) {
			w := newWorld(t)
			w.offerTrials()
			said := map[text.Lang][3]string{
				text.EN: {"Look into your mailbox", "Confirm your trial", "Your ticket for trying"},
				text.DE: {"Sehen Sie in Ihr Postfach", "Testlizenz bestätigen", "Ihr Ticket zum Testen"},
			}[l.lang]
			p := tab(t, b, l)
			open(p, w.server.URL+"/")
			then(p, func() { press(p, `a[href="/trial"]`) })
			p.MustElement(`input[value="CAD-TRIAL"]`).MustEval(`() => this.focus()`)
			p.Keyboard.MustType(input.Space)
			fill(p, "#email", "anna@example.org")
			then(p, func() { press(p, `form[action="/trial"] button`) })
			says(t, p, "h1", said[0])
			shoot(t, p, "trial-visit-asked-"+l.String())

			code := tryForm.FindString(w.letter().Text)
			other := tab(t, b, l)
			var mu sync.Mutex
			var sent []string
			go other.EachEvent(func(e *proto.NetworkRequestWillBeSent) {
				mu.Lock()
				defer mu.Unlock()
				headers, _ := json.Marshal(e.Request.Headers)
				sent = append(sent, e.Request.URL+" "+string(headers))
			})()
			must(t, proto.NetworkEnable{}.Call(other))
			open(other, w.server.URL+"/trial/confirm#"+code)
			says(t, other, "h1", said[1])
			if !l.script {
				fill(other, "#code", code)
			} else if got := other.MustElement("#code").MustProperty("value").String(); got != code {
				t.Errorf("the field holds %q", got)
			} else if at := other.MustInfo().URL; strings.Contains(at, "TRY") {
				t.Errorf("the address still holds the code: %s", at)
			}
			narrow(t, other, "confirm")
			then(other, func() { press(other, `form[action="/trial/confirm"] button`) })
			says(t, other, "h1", said[2])
			narrow(t, other, "taken")
			shoot(t, other, "trial-visit-taken-"+l.String())
			mu.Lock()
			for _, one := range sent {
				if strings.Contains(one, "TRY-") {
					t.Errorf("the code was sent: %s", one)
				}
			}
			mu.Unlock()
			then(other, func() { press(other, `form[action="/ticket"] button`) })
			says(t, other, "h2", map[text.Lang]string{text.EN: "CAD trial", text.DE: "CAD Testlizenz"}[l.lang])
		})
	}
}

// fill puts a text into a field, as pasting does.
func fill(p *rod.Page, selector, value string) {
	p.MustElement(selector).MustEval(`() => this.focus()`)
	p.MustInsertText(value)
}
