package depot_test

import (
	"crypto/rand"
	"os"
	"testing"

	"github.com/go-rod/rod"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
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
		{"help", at("/help")},
		{"error", form("/activate", "text", "nothing that a machine wrote")},
		{"missing", at("/nowhere")},
	}
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
