package depot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/sign/signtest"
	"github.com/licet/licet/internal/trial"
	"github.com/licet/licet/wire"
)

// world is a depot in front of a product with two publishers.
type world struct {
	*license.Service
	t      testing.TB
	d      *db.DB
	now    *dbtest.TestClock
	keys   *sign.Service
	a, b   actortest.Site
	root   sign.RootKey
	depot  *depot.Depot
	server *httptest.Server
	log    *safeBuffer
	site   depot.Site
	trials *trial.Service

	mu     sync.Mutex
	pauses []time.Duration
}

// safeBuffer takes the log of a server that works on several requests.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newWorld makes one whose clock stands at the tests' beginning, or at another
// moment.
func newWorld(t testing.TB, at ...time.Time) *world {
	t.Helper()
	clock := dbtest.NewClock(t)
	if len(at) > 0 {
		clock.Set(at[0].Truncate(time.Microsecond))
	}
	d := dbtest.Open(t, db.SQLite, dbtest.WithNow(clock.Now))
	p := actortest.World(t, d)
	w := &world{t: t, d: d, now: clock, a: p.A, b: p.B, log: &safeBuffer{}}
	gate := actor.NewGate(d)
	w.keys, _ = signtest.New(t, d, gate)
	w.root = signtest.Root(t, d)
	signtest.Certify(t, d, w.keys, w.root, w.a.All())
	signtest.Certify(t, d, w.keys, w.root, w.b.All())
	w.Service = license.New(license.Options{DB: d, Gate: gate, Vault: w.keys.Vault(), Keyring: w.keys.Keyring()})
	var err error
	w.trials = w.newTrials(w.mailsTo(connect.MailOptions{Host: "127.0.0.1", Port: 1, TLS: connect.MailPlain, From: "noreply@sender.example"}))
	w.depot, err = depot.New(depot.Options{
		Licenses: w.Service, Trials: w.trials, PublicURL: "https://depot.example", Now: clock.Now,
		Site: func(*http.Request) depot.Site { return w.site },
		Pause: func(_ context.Context, d time.Duration) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.pauses = append(w.pauses, d)
			return nil
		},
	})
	must(t, err)
	w.server = httptest.NewServer(route.New(append(w.depot.Routes(), w.gateway()), route.Options{
		Authenticate: func(_ context.Context, _ *http.Request, addr netip.Addr) (actor.Actor, error) {
			return actor.Anonymous(addr), nil
		},
		Now:  clock.Now,
		Log:  slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Page: w.depot.Error,
	}))
	t.Cleanup(w.server.Close)
	return w
}

// item is an article of a kind.
func item(kind catalog.Kind, change ...func(*catalog.Snapshot)) catalog.Snapshot {
	s := catalog.Snapshot{
		Number: "CAD-PRO-1", ArticleNumber: "CAD-PRO-1", ArticleID: catalog.ArticleID{1: 1, 15: 7},
		Name: catalog.Names{DE: "Konstruktion Profi", EN: "Drawing Professional"}, Product: "CAD", KeyPrefix: "CADP", ModelCode: "m",
		Model: catalog.Defaults(kind), Features: []string{"draw", "print"}, Limits: map[string]int64{"layers": 10},
		Ticketing: catalog.PerLine, ContainerKinds: []string{catalog.Soft},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

// year gives a license a year from its first activation.
func year(s *catalog.Snapshot) {
	s.Model.Duration = catalog.Duration{Months: 12, From: catalog.FromFirstActivation}
}

// sell issues one ticket with its license key for a customer of a publisher.
func (w *world) sell(s catalog.Snapshot, quantity int64, of ...actortest.Site) license.Issued {
	w.t.Helper()
	site := w.a
	if len(of) > 0 {
		site = of[0]
	}
	var out []license.Issued
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.Service.Issue(tx, site.System(), []license.IssueInput{{Item: s, Quantity: quantity, Keys: true, Holder: site.Direct}})
		return err
	}))
	return out[0]
}

// clientClock is the clock of a machine. Waiting takes no time.
type clientClock struct{ *dbtest.TestClock }

func (clientClock) Wait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

var machines int

// machine is a container of the real client on a machine of its own.
func (w *world) machine() *client.Container {
	w.t.Helper()
	machines++
	name := fmt.Sprint("machine ", machines)
	raw, err := json.Marshal(w.pins())
	must(w.t, err)
	c, err := client.Open(client.Config{
		Pins: raw, Product: "CAD", Version: "14.2", Dir: filepath.Join(w.t.TempDir(), "container"), Clock: clientClock{w.now},
		Machine: func() client.Machine {
			return client.Machine{Components: []client.Component{
				{Name: "machine-id", Value: name}, {Name: "board", Value: name + "b"}, {Name: "disk", Value: name + "d"},
			}}
		},
	})
	must(w.t, err)
	return c
}

// pins are what a product of our publisher ships.
func (w *world) pins() wire.Pins {
	w.t.Helper()
	pins, err := w.keys.Keyring().Pins(context.Background(), w.a.Publisher, []byte("0123456789abcdef"), w.server.URL)
	must(w.t, err)
	return pins
}

// requestFile has the machine write a request file for a code.
func (w *world) requestFile(c *client.Container, code string) []byte {
	w.t.Helper()
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code, File: true})
	must(w.t, err)
	file, err := c.RequestFile()
	must(w.t, err)
	return file
}

// activate activates a code on a new machine, past the pages.
func (w *world) activate(code string) *client.Container {
	w.t.Helper()
	c := w.machine()
	w.take(c, code)
	return c
}

// take activates a code on a machine, past the pages.
func (w *world) take(c *client.Container, code string) {
	w.t.Helper()
	file := w.requestFile(c, code)
	lines, err := w.Exchange(context.Background(), actor.Anonymous(netip.MustParseAddr("203.0.113.9")), file)
	must(w.t, err)
	_, err = c.Install([]byte(strings.Join(lines, "\n")))
	must(w.t, err)
}

// page is an answer of the depot.
type page struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	doc    *html.Node
}

// get asks for a page. headers are name, value, name, value.
func (w *world) get(path string, headers ...string) *page {
	w.t.Helper()
	return w.do(http.MethodGet, path, "", nil, headers...)
}

// post sends a form: name, value, name, value.
func (w *world) post(path string, fields ...string) *page {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return w.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// uploadFile sends a file as a browser does.
func (w *world) uploadFile(file []byte) *page {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "request.lic")
	must(w.t, err)
	_, err = part.Write(file)
	must(w.t, err)
	must(w.t, m.WriteField("text", ""))
	must(w.t, m.Close())
	return w.do(http.MethodPost, "/activate", m.FormDataContentType(), &b)
}

func (w *world) do(method, path, contentType string, body io.Reader, headers ...string) *page {
	w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, w.server.URL+path, body)
	must(w.t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(r)
	must(w.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(w.t, err)
	p := &page{t: w.t, status: res.StatusCode, header: res.Header, body: string(raw)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		p.doc, err = html.Parse(bytes.NewReader(raw))
		must(w.t, err)
	}
	return p
}

// want checks the status and the texts that a reader must find.
func (p *page) want(status int, texts ...string) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d: %s", p.status, status, p.text())
	}
	for _, one := range texts {
		if !strings.Contains(p.text(), one) {
			p.t.Errorf("the page does not say %q:\n%s", one, p.text())
		}
	}
	return p
}

// lacks checks that a reader does not find the texts.
func (p *page) lacks(texts ...string) *page {
	p.t.Helper()
	for _, one := range texts {
		if strings.Contains(p.text(), one) {
			p.t.Errorf("the page says %q:\n%s", one, p.text())
		}
	}
	return p
}

// all returns the elements of a tag that match attributes: name, value, …
func (p *page) all(tag string, attrs ...string) (out []*html.Node) {
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != tag {
			continue
		}
		ok := true
		for i := 0; i+1 < len(attrs); i += 2 {
			ok = ok && attr(n, attrs[i]) == attrs[i+1]
		}
		if ok {
			out = append(out, n)
		}
	}
	return out
}

// one returns the only element that matches.
func (p *page) one(tag string, attrs ...string) *html.Node {
	p.t.Helper()
	found := p.all(tag, attrs...)
	if len(found) != 1 {
		p.t.Fatalf("%d elements %s %q:\n%s", len(found), tag, attrs, p.body)
	}
	return found[0]
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what a reader sees of the page, without what is between the words.
func (p *page) text() string {
	if p.doc == nil {
		return p.body
	}
	var b strings.Builder
	for n := range p.doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
