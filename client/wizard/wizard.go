package wizard

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/wire"
)

//go:embed assets/style.css
var styleSheet string

//go:embed assets/wizard.js
var script string

// Options are how a wizard looks and what it uses.
type Options struct {
	Brand     Brand
	Container *client.Container // the program's own, so that it sees at once what was done; nil = one is opened
	Transport *online.Transport // to the server; nil = the standard one
	Idle      time.Duration     // after which Run ends when nobody uses it; 0 = 15 minutes, negative = never
	Language  string            // of the pages until somebody chooses; "" = the browser's
}

const defaultIdle = 15 * time.Minute

// Wizard serves the pages of one container. It is an http.Handler for a server
// that listens on the loopback interface (see Run), and safe for use by several
// goroutines.
type Wizard struct {
	cfg     client.Config
	o       Options
	base    string // path of everything; hard to guess, because browsers tell cookies apart by path and not by port
	session string
	style   string
	logo    string // its type; "" = none
	clock   client.Clock
	closed  chan struct{}

	mu       sync.Mutex
	links    []string // that were not opened yet
	c        *client.Container
	steps    []*step
	seats    []*seat   // of floating licenses, held while the wizard runs
	used     time.Time // last use
	shutOnce sync.Once
}

// New makes a wizard for the licenses that cfg describes. A container that cannot
// be read is no error here: the pages say so, and offer to begin anew. Errors:
// client.ErrPins, client.ErrFolder, ErrLogo, ErrColor, ErrName.
func New(cfg client.Config, o Options) (*Wizard, error) {
	logo, tint, err := o.Brand.check()
	if err != nil {
		return nil, err
	}
	pins, err := wire.ParsePins(cfg.Pins)
	if err != nil {
		return nil, errors.Join(client.ErrPins, err)
	}
	if o.Brand.Name == "" {
		o.Brand.Name = pins.Issuer
	}
	if o.Idle == 0 {
		o.Idle = defaultIdle
	}
	w := &Wizard{
		cfg: cfg, o: o, base: "/" + strings.ToLower(rand.Text()[:16]), session: rand.Text(), style: colors(tint) + styleSheet, logo: logo,
		clock: cfg.Clock, closed: make(chan struct{}), c: o.Container,
	}
	if w.clock == nil {
		w.clock = client.SystemClock()
	}
	if _, err := w.container(); errors.Is(err, client.ErrPins) || errors.Is(err, client.ErrFolder) {
		return nil, err
	}
	w.touch()
	return w, nil
}

// container opens the container, or reads again what other programs have changed.
func (w *Wizard) container() (*client.Container, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c != nil {
		return w.c, w.c.Reload()
	}
	c, err := client.Open(w.cfg)
	if err == nil {
		w.c = c
	}
	return c, err
}

// touch notes that somebody is there.
func (w *Wizard) touch() {
	now := w.clock.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used = now
}

// Closed is closed when somebody has closed the wizard on its page.
func (w *Wizard) Closed() <-chan struct{} { return w.closed }

// transport is the way to the server, in a language.
func (w *Wizard) transport(lang string) *online.Transport {
	t := online.Transport{Tries: 2} // somebody is waiting
	if w.o.Transport != nil {
		t = *w.o.Transport
	}
	t.Language = lang
	return &t
}

// The largest bodies, in bytes.
const (
	maxForm   = 64 << 10
	maxUpload = 48 << 20 // a few photographs
)

// place is one address: what it answers, and how much it takes.
type place struct {
	do   func(*view) page
	most int64
}

// places are the pages behind the session, by method and path below the base.
func (w *Wizard) places() map[string]place {
	return map[string]place{
		"GET ":          {do: w.start},
		"GET style.css": {do: func(*view) page { return page{file: []byte(w.style), kind: "text/css; charset=utf-8", lasts: true} }},
		"GET wizard.js": {do: func(*view) page {
			return page{file: []byte(script), kind: "text/javascript; charset=utf-8", lasts: true}
		}},
		"GET logo":           {do: func(v *view) page { return page{file: w.o.Brand.Logo, kind: w.logo, lasts: true} }},
		"GET activate":       {do: w.activateForm},
		"POST activate":      {do: w.activate, most: maxForm},
		"GET offline":        {do: w.offline},
		"POST offline":       {do: w.ask, most: maxForm},
		"POST install":       {do: w.install, most: maxUpload},
		"GET lost":           {do: w.lostForm},
		"POST lost":          {do: w.lost, most: maxForm},
		"GET updates":        {do: w.choices},
		"GET typed":          {do: w.typed},
		"POST typed":         {do: w.typeIn, most: maxForm},
		"POST typed-request": {do: w.showTyped, most: maxForm},
		"POST begin":         {do: w.begin, most: maxForm},
		"GET step":           {do: w.preview},
		"POST step":          {do: w.carryOut, most: maxForm},
		"GET done":           {do: w.done},
		"GET file":           {do: w.download},
		"POST close":         {do: w.close, most: maxForm},
	}
}

// ServeHTTP answers whoever holds the session, and refuses everybody else.
func (w *Wizard) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	protect(out.Header())
	v := &view{Wizard: w, w: out, r: r}
	v.lang = v.language()
	v.render(w.answer(v))
}

func (w *Wizard) answer(v *view) page {
	if !local(v.r) {
		return v.stranger("guard.host")
	}
	path, ok := strings.CutPrefix(v.r.URL.Path, w.base+"/")
	if !ok {
		return page{status: http.StatusNotFound, title: "guard.title", bare: v.e("p", "guard.nothing")}
	}
	if path == "enter" && v.r.Method == http.MethodGet {
		return w.enter(v)
	}
	if !w.known(v.r) {
		return v.stranger("guard.session")
	}
	at, ok := w.places()[v.r.Method+" "+path]
	if !ok {
		return page{status: http.StatusNotFound, title: "page.missing", body: all(v.e("h1", "page.missing"), v.e("p", "guard.nothing"), v.home())}
	}
	if v.r.Method == http.MethodPost {
		if !own(v.r) {
			return v.stranger("guard.origin")
		}
		if no, bad := v.read(at.most); bad {
			return no
		}
	}
	w.touch()
	v.keepLanguage()
	return at.do(v)
}

// close ends the wizard.
func (w *Wizard) close(v *view) page {
	w.shutOnce.Do(func() { close(w.closed) })
	return page{title: "close.title", bare: all(v.e("h1", "close.title"), v.e("p", "close.text"))}
}
