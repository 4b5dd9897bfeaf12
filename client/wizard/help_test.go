package wizard_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/clienttest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a publisher with its server, and a machine with a wizard.
type world struct {
	t      *testing.T
	pub    *clienttest.Publisher
	server *clienttest.Server
	clock  *clienttest.Clock
	cfg    client.Config
	link   string // opens the wizard
	ended  chan error
	stop   context.CancelFunc
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := clienttest.New("acme")
	w := &world{t: t, pub: p, server: clienttest.NewServer(p), clock: clienttest.NewClock()}
	h := httptest.NewServer(w.server)
	h.Config.ErrorLog = nil
	t.Cleanup(h.Close)
	p.Server = h.URL
	w.cfg = client.Config{
		Pins: p.Pins(), Product: "cad", Version: "14.2", Dir: t.TempDir(), Clock: w.clock, Machine: clienttest.Machine("alpha"),
	}
	return w
}

// logo is a picture of this size.
func logo(t testing.TB, side int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = []byte{0xd9, 0x48, 0x0f, 0xff}[i%4]
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

func brand(t testing.TB) wizard.Brand {
	return wizard.Brand{Name: "Zeichenwerk CAD", Logo: logo(t, 64), Color: "#d9480f", Contact: "hilfe@zeichenwerk.example"}
}

// run starts a wizard that never is idle, and returns the address below which it
// is; the test's end stops it.
func (w *world) run(o wizard.Options) string {
	w.t.Helper()
	o.Idle = -1
	wiz, err := wizard.New(w.cfg, o)
	must(w.t, err)
	return w.serve(wiz)
}

func (w *world) serve(wiz *wizard.Wizard) string {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	links, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- wiz.Run(ctx, func(link string) { links <- link }) }()
	w.ended, w.stop = ended, stop
	select {
	case w.link = <-links:
	case err := <-ended:
		w.t.Fatal(err)
	}
	w.t.Cleanup(stop)
	return w.link[:strings.Index(w.link, "/enter")]
}

func (w *world) open() *client.Container {
	w.t.Helper()
	c, err := client.Open(w.cfg)
	must(w.t, err)
	return c
}

func (w *world) sell(change ...func(*clienttest.Offer)) string {
	w.t.Helper()
	n := 1
	for w.server.Known(clienttest.ID(n)) {
		n++
	}
	o := &clienttest.Offer{
		ID: clienttest.ID(n), Product: "cad", Article: "CAD-PRO", Features: []string{"draw", "render"}, Limits: map[string]int64{"parts": 500},
		Expires: clienttest.Start.AddDate(1, 0, 0),
	}
	for _, c := range change {
		c(o)
	}
	return w.server.Sell(o)
}

// visitor is a browser without a window: it keeps cookies and goes where it is
// sent.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
	lang string
}

// enter opens the wizard.
func (w *world) enter(o ...wizard.Options) *visitor {
	w.t.Helper()
	return w.visit(w.run(append(o, wizard.Options{Brand: brand(w.t)})[0]))
}

// visit opens the wizard that was started last.
func (w *world) visit(base string) *visitor {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	v := &visitor{t: w.t, http: &http.Client{Jar: jar, Timeout: time.Minute}, lang: "en", base: base}
	v.get(w.link).want(200, `http-equiv="refresh"`)
	return v
}

// seen is a page that was seen.
type seen struct {
	t      *testing.T
	at     *url.URL
	status int
	header http.Header
	body   string
}

func (v *visitor) do(r *http.Request) *seen {
	v.t.Helper()
	if r.Header.Get("Accept-Language") == "" {
		r.Header.Set("Accept-Language", v.lang)
	}
	res, err := v.http.Do(r)
	must(v.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(v.t, err)
	return &seen{v.t, res.Request.URL, res.StatusCode, res.Header, string(b)}
}

func (v *visitor) request(method, address, body, kind string) *http.Request {
	v.t.Helper()
	if !strings.HasPrefix(address, "http") {
		address = v.base + "/" + address
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(body))
	must(v.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", v.base[:strings.LastIndex(v.base, "/")])
	}
	return r
}

func (v *visitor) get(address string) *seen {
	v.t.Helper()
	return v.do(v.request(http.MethodGet, address, "", ""))
}

// post sends a form: names and values in turn.
func (v *visitor) post(address string, fields ...string) *seen {
	v.t.Helper()
	f := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Add(fields[i], fields[i+1])
	}
	return v.do(v.request(http.MethodPost, address, f.Encode(), "application/x-www-form-urlencoded"))
}

// upload hands files over.
func (v *visitor) upload(text string, files ...[]byte) *seen {
	v.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(v.t, m.WriteField("text", text))
	for _, f := range files {
		p, err := m.CreateFormFile("file", "answer")
		must(v.t, err)
		_, err = p.Write(f)
		must(v.t, err)
	}
	must(v.t, m.Close())
	return v.do(v.request(http.MethodPost, "install", b.String(), m.FormDataContentType()))
}

// want fails unless the page has a status and says all of this.
func (s *seen) want(status int, texts ...string) *seen {
	s.t.Helper()
	if s.status != status {
		s.t.Errorf("%s: status %d, want %d\n%.2000s", s.at, s.status, status, s.body)
	}
	for _, x := range texts {
		if !strings.Contains(s.body, x) {
			s.t.Errorf("%s does not say %q\n%.6000s", s.at, x, s.body)
		}
	}
	return s
}

// has reports whether the page says something.
func (s *seen) has(text string) bool { return strings.Contains(s.body, text) }

// wantNot fails if the page says any of this.
func (s *seen) wantNot(texts ...string) *seen {
	s.t.Helper()
	for _, x := range texts {
		if strings.Contains(s.body, x) {
			s.t.Errorf("%s says %q", s.at, x)
		}
	}
	return s
}

// field is the value of the first hidden field of a name.
func (s *seen) field(name string) string {
	s.t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(s.body)
	if m == nil {
		s.t.Fatalf("%s has no field %q\n%.3000s", s.at, name, s.body)
	}
	return m[1]
}

// step is the step that the page is about.
func (s *seen) step() string {
	s.t.Helper()
	id := s.at.Query().Get("s")
	if id == "" {
		s.t.Fatalf("%s is about no step\n%.2000s", s.at, s.body)
	}
	return id
}
