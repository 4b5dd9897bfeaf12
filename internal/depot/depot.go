package depot

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
)

// Licenses is what the depot needs of the product: the doors of license.Service
// that go by a code or by a container's own signature.
type Licenses interface {
	// Look tells the bearer of a code what it holds.
	Look(ctx context.Context, by actor.Actor, code string) (license.Look, error)
	// Bearer returns the caller that holds a code.
	Bearer(ctx context.Context, by actor.Actor, code string) (actor.Actor, error)
	// Pair makes a pairing code for what a code holds, or for some of it; under one
	// Idempotency-Key of by always the same.
	Pair(ctx context.Context, by actor.Actor, code string, licenses []license.LicenseID) (license.Pairing, error)
	// Pairing tells what has become of a pairing code of a code.
	Pairing(ctx context.Context, by actor.Actor, code, pairing string) (license.Pairing, error)
	// Evict frees the seat of a lost device.
	Evict(ctx context.Context, by actor.Actor, id license.ActivationID) (license.ActivationInfo, error)
	// ActivateTyped places a license of a code in the container that a typed request
	// names, and returns what is typed on its machine; the same request for the same
	// license gets the same answer.
	ActivateTyped(ctx context.Context, by actor.Actor, in license.TypedInput) (license.TypedAnswer, error)
	// Exchange takes one message of a container and returns the lines of its
	// answer; the same message gets the same lines.
	Exchange(ctx context.Context, by actor.Actor, token []byte) ([]string, error)
}

// Site is for whom the pages speak.
type Site struct {
	Publisher actor.PublisherID // whose codes alone are known here; zero = every publisher's
	Name      string            // in the header; "" = Licet
	Trials    bool              // visitors are offered something to try
	Contact   string            // mail address, https address or text for questions; "" = none
}

// Options make a Depot. Licenses is required.
type Options struct {
	Licenses  Licenses
	Trials    Trials                     // nil = visitors get nothing to try
	Site      func(r *http.Request) Site // by the request's host; nil = the zero Site
	PublicURL string                     // how the outside reaches the start page; printed on pages
	Download  string                     // where the activation wizard can be had; "" = it came with the program
	Now       func() time.Time           // with Pause: holds refusals of unknown codes back
	Pause     func(ctx context.Context, d time.Duration) error
}

// Depot serves the pages.
type Depot struct {
	o        Options
	shell    *web.Shell
	pictures *pictureReader
}

//go:embed views/*.html
var viewFiles embed.FS

// New parses the views. The error names one that is broken.
func New(o Options) (*Depot, error) {
	views, err := fs.Sub(viewFiles, "views")
	if err != nil {
		return nil, err
	}
	shell, err := web.NewShell(views, "Licet")
	if err != nil {
		return nil, err
	}
	if o.Site == nil {
		o.Site = func(*http.Request) Site { return Site{} }
	}
	return &Depot{o: o, shell: shell, pictures: newPictureReader()}, nil
}

// Routes is the table of the pages and their assets.
func (d *Depot) Routes() []route.Route {
	page := func(method, pattern string, class route.Class, h route.Handler) route.Route {
		return route.Route{Method: method, Pattern: pattern, Public: true, HTML: true, Class: class, MaxBody: maxForm, Handler: h}
	}
	pictures := func(rt route.Route) route.Route {
		rt.MaxBody = maxUpload
		return rt
	}
	table := append(web.Routes(),
		page(http.MethodGet, "/{$}", route.Page, d.start),
		page(http.MethodGet, "/help", route.Page, d.help),
		page(http.MethodPost, "/ticket", route.Activate, d.ticket),
		page(http.MethodPost, "/pair", route.Activate, d.pair),
		page(http.MethodPost, "/device", route.Page, d.device),
		page(http.MethodPost, "/device/free", route.Activate, d.free),
		page(http.MethodGet, "/activate", route.Page, d.upload),
		pictures(page(http.MethodPost, "/activate", route.Activate, d.activate)),
		page(http.MethodPost, "/update", route.Activate, d.update),
		page(http.MethodPost, "/codes", route.Activate, d.codes),
		page(http.MethodGet, "/typed", route.Page, d.typing),
		page(http.MethodPost, "/typed", route.Activate, d.typed),
		page(http.MethodGet, "/trial", route.Page, d.trials),
		page(http.MethodPost, "/trial", route.Activate, d.ask),
		page(http.MethodGet, "/trial/confirm", route.Page, d.confirming),
		page(http.MethodPost, "/trial/confirm", route.Activate, d.confirm),
		page(http.MethodGet, "/{path...}", route.Page, d.nothing),
	)
	// Whoever reloads the answer of a form from the address bar begins anew.
	for _, pattern := range []string{"/ticket", "/pair", "/device", "/device/free", "/update", "/codes"} {
		table = append(table, page(http.MethodGet, pattern, route.Page, d.begin))
	}
	return table
}

// Error renders a refusal in the depot's look; it has the form that
// route.Options.Page wants.
func (d *Depot) Error(w http.ResponseWriter, r *http.Request, err error, status int, requestID string) {
	site := d.o.Site(r)
	d.shell.Refuse(w, r, web.Page{Brand: site.Name, Contact: site.Contact}, err, status, requestID)
}

// caller is whoever asks, without what a browser may have sent along: here the
// code is the only proof.
func (d *Depot) caller(r *http.Request, by actor.Actor) actor.Actor {
	out := actor.Anonymous(by.Addr)
	out.RequestID, out.Publisher = by.RequestID, d.o.Site(r).Publisher
	return out
}

// show renders a view with the site's brand. What keep names is sent again when
// the language is switched.
func (d *Depot) show(w http.ResponseWriter, r *http.Request, status int, view, title string, body any, keep ...web.Field) error {
	site := d.o.Site(r)
	return d.shell.Render(w, r, status, view, web.Page{
		Title: text.T(web.Lang(r), title), Brand: site.Name, Contact: site.Contact, Keep: keep, Body: body,
	})
}

// floor is the least time that a refusal of an unknown code takes, so that how
// long it took does not tell it from a foreign one.
const floor = 400 * time.Millisecond

// clock returns when a request began, for hold.
func (d *Depot) clock() time.Time {
	if d.o.Now == nil {
		return time.Time{}
	}
	return d.o.Now()
}

// hold waits until the floor is reached.
func (d *Depot) hold(ctx context.Context, began time.Time) {
	if d.o.Pause == nil || d.o.Now == nil {
		return
	}
	if rest := floor - d.o.Now().Sub(began); rest > 0 {
		_ = d.o.Pause(ctx, rest) // whoever has gone needs no answer
	}
}

// help shows the explanations.
func (d *Depot) help(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	return d.show(w, r, http.StatusOK, "help", "depot.help.title", d.hints())
}

func (d *Depot) begin(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// nothing answers addresses that no route takes: programs, which ask below
// /api/, with problem details, people with a page.
func (d *Depot) nothing(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		route.WriteProblem(w, r, route.ErrNoRoute, by.RequestID)
		return nil
	}
	return ErrNoPage
}
