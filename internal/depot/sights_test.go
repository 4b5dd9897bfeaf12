package depot_test

import (
	"crypto/rand"
	"os"
	"testing"

	"github.com/go-rod/rod"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// sight is one page as a visitor gets to it.
type sight struct {
	name string
	open func(p *rod.Page)
}

// sights are all pages, with what can stand on them.
func sights(t *testing.T, w *world) []sight {
	fresh, used := w.sell(item(catalog.Multi, year), 5), w.sell(item(catalog.Multi, year), 3)
	w.activate(used.Code)
	w.activate(used.Code)
	full, trial, blocked := w.sell(item(catalog.SingleUse), 1), w.sell(item(catalog.Trial), 1), w.sell(item(catalog.Floating), 1000)
	w.activate(full.Code)
	w.activate(trial.Code)
	_, err := w.BlockTicket(t.Context(), w.a.All(), blocked.Ticket)
	must(t, err)
	machine := w.machine()
	request := string(w.requestFile(machine, fresh.Code))
	gone := w.sell(item(catalog.Multi), 2)
	w.activate(gone.Code)
	w.activate(gone.Code)
	_, waiting := w.pairOn(fresh.Code)
	_, done := w.pairOn(fresh.Code)
	must(t, w.collect(w.machine(), done))
	narrowOne := w.sell(item(catalog.Multi), 1)
	_, refused := w.pairOn(narrowOne.Code)
	w.activate(narrowOne.Code)
	if w.collect(w.machine(), refused) == nil {
		t.Fatal("there was a seat")
	}
	device := func(code string) string {
		v, err := w.Look(t.Context(), w.a.System(), code)
		must(t, err)
		return v.Holdings[0].Devices[0].ID.String()
	}
	lost := device(gone.Code)
	addOn, changed, units, academic := effects(t, w)
	granted := w.grantedOn(t)
	typed := w.typist()
	several := w.severalOn(t)
	parts := pictures(t, []byte(w.requestFile(w.machine(), fresh.Code)), qr.Screen)
	kept := w.uploadPictures(english, nil, parts[0]).kept()
	w.offerTrials()
	try, tried := w.tryCode(english, "anna@example.org"), w.elapsedCode()
	form := func(path string, fields ...string) func(p *rod.Page) {
		return func(p *rod.Page) {
			open(p, w.server.URL+"/")
			send(p, path, fields...)
		}
	}
	at := func(path string) func(p *rod.Page) {
		return func(p *rod.Page) { open(p, w.server.URL+path) }
	}
	return []sight{
		{"start", at("/")},
		{"typo", form("/ticket", "code", "12345")},
		{"unknown", form("/ticket", "code", unknownCode(t))},
		{"ticket", form("/ticket", "code", fresh.Code)},
		{"key", form("/ticket", "code", fresh.Keys[0])},
		{"devices", form("/ticket", "code", used.Code)},
		{"full", form("/ticket", "code", full.Code)},
		{"blocked", form("/ticket", "code", blocked.Code)},
		{"pair", form("/pair", "code", fresh.Code, "pair", waiting)},
		{"pair-used", form("/pair", "code", fresh.Code, "pair", done)},
		{"pair-refused", form("/pair", "code", narrowOne.Code, "pair", refused)},
		{"device", form("/device", "code", used.Code, "device", device(used.Code))},
		{"device-not", form("/device", "code", trial.Code, "device", device(trial.Code))},
		{"freed", form("/device/free", "code", gone.Code, "device", lost)},
		{"upload", at("/activate")},
		{"answer", form("/activate", "text", request)},
		{"codes", form("/codes", "text", request)},
		{"codes-small", form("/codes", "text", request, "small", "1")},
		{"upload-missing", form("/activate", "part", kept[0])},
		{"typed", at("/typed")},
		{"typed-typo", form("/typed", append(typed.fields(1, "12345")[:8], "group4", "7ABCD-EFGH")...)},
		{"typed-refused", form("/typed", typed.fields(1, full.Code)...)},
		{"typed-choice", form("/typed", typed.fields(1, several)...)},
		{"typed-answer", form("/typed", typed.fields(1, fresh.Code)...)},
		{"add-on", form("/ticket", "code", addOn)},
		{"changed", form("/ticket", "code", changed)},
		{"units", form("/ticket", "code", units)},
		{"academic", form("/ticket", "code", academic)},
		{"granted", form("/ticket", "code", granted)},
		{"trial", at("/trial")},
		{"trial-again", form("/trial", "article", "CAD-TRIAL", "email", "anna@trash.example")},
		{"trial-asked", form("/trial", "article", "CAD-TRIAL", "email", "berta@example.org")},
		{"trial-confirm", at("/trial/confirm")},
		{"trial-unknown", form("/trial/confirm", "code", tried)},
		{"trial-taken", form("/trial/confirm", "code", try)},
		{"trial-before", form("/trial/confirm", "code", try)},
		{"help", at("/help")},
		{"error", form("/activate", "text", "nothing that a machine wrote")},
		{"missing", at("/nowhere")},
	}
}

// effects are tickets of what a license can be besides a plain one: an add-on, what
// it has changed, counted units, and an academic license with its eligibility.
func effects(t *testing.T, w *world) (addOn, changed, units, academic string) {
	base := w.sell(item(catalog.Multi, year), 2)
	sell := func() license.Issued {
		return w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Number, s.ArticleNumber, s.ArticleID, s.Kind, s.Targets = "RENDER", "RENDER", catalog.ArticleID{1: 2}, catalog.AddOn, []string{"CAD-PRO-1", "CAD-LIGHT-1"}
			s.Name, s.Features = catalog.Names{DE: "Darstellung", EN: "Rendering"}, []string{"render", "animate", "raytrace"}
			s.Adds = catalog.Adds{Months: 1, Days: 3, Quantity: 2}
		}), 1)
	}
	c := w.activate(base.Code)
	redeemed, blocked := sell(), sell()
	w.take(c, redeemed.Code)
	w.take(c, blocked.Code)
	_, err := w.BlockLicense(t.Context(), w.a.All(), blocked.Licenses[0])
	must(t, err)
	counted := w.sell(item(catalog.Usage, func(s *catalog.Snapshot) { s.Unit, s.Limits = "pages", map[string]int64{"pages": 100} }), 3)
	w.activate(counted.Code)
	taught := w.sell(item(catalog.Academic, year), 1)
	_, err = w.RecordEligibility(t.Context(), w.a.All(), taught.Licenses[0], license.Eligibility{
		Who: "Technische Universität Beispielstadt, Institut für Baukonstruktion", Evidence: "contract 4711", Until: day.Of(2026, 3, 1),
	})
	must(t, err)
	return sell().Code, base.Code, counted.Code, taught.Code
}

// grantedOn sells a license of which the bearer has used up the restore allowance,
// and support has freed one more device.
func (w *world) grantedOn(t *testing.T) string {
	i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore.Count = 1 }), 2)
	device := func() license.ActivationID {
		v, err := w.Look(t.Context(), w.a.System(), i.Code)
		must(t, err)
		return v.Holdings[0].Devices[0].ID
	}
	w.activate(i.Code)
	bearer, err := w.Bearer(t.Context(), w.a.System(), i.Code)
	must(t, err)
	_, err = w.Evict(t.Context(), bearer, device())
	must(t, err)
	w.activate(i.Code)
	w.activate(i.Code)
	_, err = w.Restore(t.Context(), w.a.All().Because(actor.Reason{Code: license.ReasonLost}), device())
	must(t, err)
	return i.Code
}

// severalOn sells a ticket with two licenses.
func (w *world) severalOn(t *testing.T) string {
	i, more := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Reusable, year), 1)
	must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(qOnto, i.Ticket, w.a.Publisher, more.Licenses[0])
		return err
	}))
	return i.Code
}

// unknownCode is a well-formed ticket that nobody has issued.
func unknownCode(t testing.TB) string {
	t.Helper()
	c, err := wire.NewTicket(rand.Reader)
	must(t, err)
	return c.String()
}

// TestBrowserPages looks at every page in both languages: nothing sticks out of
// the window, axe finds nothing, and a picture is kept for people.
func TestBrowserPages(t *testing.T) {
	b, source := newBrowser(t), axe(t)
	w := newWorld(t)
	w.site = depot.Site{Name: "Zeichenwerk", Contact: "hilfe@zeichenwerk.example"}
	looks := []look{{text.DE, 360, true, true}, {text.EN, 1280, false, true}}
	if os.Getenv("LICET_ARTIFACTS") != "" || os.Getenv("LICET_DEEP") != "" {
		looks = append(looks, look{text.DE, 1280, false, true}, look{text.EN, 360, true, true}, look{text.DE, 1280, true, true}, look{text.EN, 360, false, true})
	}
	all := sights(t, w)
	for _, l := range looks {
		p := tab(t, b, l)
		for _, s := range all {
			name := s.name + "-" + l.String()
			s.open(p)
			narrow(t, p, name)
			accessible(t, p, source, name)
			shoot(t, p, name)
		}
	}
}
