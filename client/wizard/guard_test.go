package wizard_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/clienttest"
)

// raw sends a request as it is written, to the wizard's port, and returns the
// status and the whole answer.
func (v *visitor) raw(method, path, host string, header ...string) (int, string) {
	v.t.Helper()
	origin := strings.TrimPrefix(v.base[:strings.LastIndex(v.base, "/")], "http://")
	c, err := net.Dial("tcp", origin)
	must(v.t, err)
	defer c.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path, host)
	for i := 0; i+1 < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	_, err = fmt.Fprintf(c, "%s\r\n", b.String())
	must(v.t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	must(v.t, err)
	defer res.Body.Close()
	var body strings.Builder
	_, err = bufio.NewReader(res.Body).WriteTo(&body)
	must(v.t, err)
	return res.StatusCode, fmt.Sprint(res.Header) + body.String()
}

// cookie is what the visitor's browser has got.
func (v *visitor) cookie() string {
	v.t.Helper()
	r := v.request(http.MethodGet, "", "", "")
	for _, c := range v.http.Jar.Cookies(r.URL) {
		return c.Name + "=" + c.Value
	}
	v.t.Fatal("there is no cookie")
	return ""
}

// TestStrangers: whoever has no session, names another host, or comes from another
// page gets nothing and changes nothing.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.activate(w.sell())
	origin := v.base[:strings.LastIndex(v.base, "/")]
	at := strings.TrimPrefix(origin, "http://")
	_, port, err := net.SplitHostPort(at)
	must(t, err)
	path := strings.TrimPrefix(v.base, origin) + "/"
	mine := v.cookie()
	secret := func(what string, status int, answer string, want ...int) {
		t.Helper()
		if len(want) == 0 {
			want = []int{403}
		}
		if status != want[0] || strings.Contains(answer, "CAD-PRO") || strings.Contains(answer, "Set-Cookie") {
			t.Errorf("%s: %d %s", what, status, answer)
		}
	}
	get := func(path, host string, header ...string) (int, string) { return v.raw("GET", path, host, header...) }

	if status, body := get(path, at, "Cookie", mine); status != 200 || !strings.Contains(body, "CAD-PRO") {
		t.Fatalf("%d %s", status, body)
	}
	if status, _ := get(path, "localhost:"+port, "Cookie", mine); status != 200 {
		t.Errorf("localhost: %d", status)
	}
	for _, host := range []string{"evil.example", "evil.example:" + port, "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:" + port, "localhost.evil.example:" + port, "192.0.2.1:" + port, "[::ffff:192.0.2.1]:" + port} {
		status, body := get(path, host, "Cookie", mine)
		secret("host "+host, status, body)
	}
	status, body := get(path, at)
	secret("no cookie", status, body)
	status, body = get(path, at, "Cookie", mine[:len(mine)-1]+"a")
	secret("another cookie", status, body)
	for _, p := range []string{"/", "/style.css", "/favicon.ico", strings.ToUpper(path)} {
		status, body = get(p, at, "Cookie", mine)
		secret(p, status, body, 404)
	}
	status, body = get(path+"style.css", at)
	secret("style", status, body)
	for range 200 { // a program on the machine that guesses
		status, body = get(path+"enter?t="+strings.ToUpper(strings.Repeat("A2", 13)), at)
		secret("a guess", status, body)
	}
	status, body = get(strings.TrimPrefix(w.link, origin), at)
	secret("the link again", status, body)

	// What changes something must come from a page of the wizard.
	start := v.get("")
	for _, header := range [][]string{
		{},
		{"Origin", "null"},
		{"Origin", "http://evil.example"},
		{"Origin", "http://127.0.0.1:1"},
		{"Origin", "https://" + at},
		{"Origin", origin + "/x"},
		{"Origin", origin, "Sec-Fetch-Site", "cross-site"},
		{"Origin", origin, "Sec-Fetch-Site", "same-site"}, // another port
		{"Referer", v.base},
	} {
		status, body = v.raw("POST", path+"begin", at, append(header, "Cookie", mine, "Content-Length", "0")...)
		secret(fmt.Sprint(header), status, body)
	}
	for _, method := range []string{"PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"} {
		if status, _ := v.raw(method, path, at, "Cookie", mine, "Origin", origin); status != 404 {
			t.Errorf("%s: %d", method, status)
		}
	}
	if status, _ := v.raw("GET", path+"close", at, "Cookie", mine); status != 404 {
		t.Errorf("closed by a link: %d", status)
	}
	h := start.header
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	if strings.Contains(start.body, "<script>") || strings.Contains(start.body, "style=") || strings.Contains(start.body, "onclick") {
		t.Error("there is inline code")
	}
	if w.server.Used(clienttest.ID(1)) != 1 {
		t.Error("a stranger changed something")
	}
}

// TestLink: a link opens once; a browser that only looks ahead does not use it up,
// and whoever is in may open it again. The cookie is for the wizard's path alone.
func TestLink(t *testing.T) {
	w := newWorld(t)
	wiz, err := wizard.New(w.cfg, wizard.Options{Brand: brand(t), Idle: -1})
	must(t, err)
	v := &visitor{t: t, base: w.serve(wiz), lang: "de"}
	v.http = &http.Client{}
	ahead := v.request(http.MethodGet, w.link, "", "")
	ahead.Header.Set("Sec-Purpose", "prefetch;prerender")
	v.do(ahead).want(503)
	in := v.get(w.link).want(200)
	c := in.header.Get("Set-Cookie")
	if path := strings.TrimPrefix(v.base, v.base[:strings.LastIndex(v.base, "/")]) + "/"; !strings.Contains(c, "Path="+path+";") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") {
		t.Errorf("%q", c)
	}
	v.get(w.link).want(403, "Dieser Link wurde schon benutzt").wantNot("Zeichenwerk CAD</span>")
	again := v.request(http.MethodGet, w.link, "", "")
	again.Header.Set("Cookie", strings.Split(c, ";")[0])
	v.do(again).want(200, "Weiter zu den Lizenzen")
	// Only so many links are open at a time.
	first := wiz.Link(v.base[:strings.LastIndex(v.base, "/")])
	for range 8 {
		_ = wiz.Link("http://127.0.0.1:1")
	}
	v.get(first).want(403)
}

// TestLarge: what is too large is refused with a sentence, and the wizard goes on.
func TestLarge(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.upload(strings.Repeat("x", 50<<20)).want(413, "at most 48 MB are taken at a time")
	v.upload("", make([]byte, 49<<20)).want(413, "at most 48 MB")
	v.post("activate", "code", strings.Repeat("7", 70<<10)).want(413, "That did not work")
	v.post("activate", "code", strings.Repeat("7", 60<<10)).want(200, "code.length")
	v.do(v.request(http.MethodPost, "install", "--x\r\nbroken", "multipart/form-data; boundary=x")).want(400, "The form did not arrive whole")
	v.do(v.request(http.MethodPost, "install", "", "multipart/form-data")).want(400)
	many := make([][]byte, 17)
	for i := range many {
		many[i] = []byte("nothing")
	}
	v.upload("", many...).want(200, "client.nothing")
	v.upload("", append(many, many...)...).want(400)
	v.get("").want(200, "There is no license here yet")
}

// TestHostile: what is shown is shown as text.
func TestHostile(t *testing.T) {
	w := newWorld(t)
	evil := `"><script>alert(1)</script>`
	code := w.sell(func(o *clienttest.Offer) { o.Article, o.Features = evil, []string{evil} })
	v := w.enter(wizard.Options{Brand: wizard.Brand{Name: evil, Contact: evil}})
	for _, p := range []*seen{v.get(""), v.get("?lang=" + evil), v.post("activate", "code", evil), v.preview(code), v.activate(code), v.get("")} {
		p.want(200).wantNot("<script>alert")
	}
	v.get("").want(200, "&lt;script&gt;alert(1)")
}

// TestRunEnds: it ends when it is closed, when nobody uses it, and when the program
// wants it to.
func TestRunEnds(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.post("close").want(200, "You may close this window")
	if err := <-w.ended; err != nil {
		t.Error(err)
	}
	if _, err := v.http.Get(v.base + "/"); err == nil {
		t.Error("it still answers")
	}
	idle, err := wizard.New(w.cfg, wizard.Options{Idle: time.Hour})
	must(t, err)
	if err := idle.Run(t.Context(), func(string) {}); !errors.Is(err, wizard.ErrIdle) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone, err := wizard.New(w.cfg, wizard.Options{Idle: -1})
	must(t, err)
	if err := gone.Run(ctx, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case <-gone.Closed():
		t.Error("nobody has closed it")
	default:
	}
}

// TestNew: what cannot be a brand or a publisher is refused at once.
func TestNew(t *testing.T) {
	w := newWorld(t)
	for want, b := range map[error]wizard.Brand{
		wizard.ErrName:  {Name: strings.Repeat("x", 81)},
		wizard.ErrColor: {Color: "red"},
		wizard.ErrLogo:  {Logo: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	} {
		if _, err := wizard.New(w.cfg, wizard.Options{Brand: b}); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	for _, l := range [][]byte{logo(t, 2049), append(logo(t, 8), make([]byte, wizard.MaxLogo)...), []byte("\x89PNG\r\n\x1a\n"), {}} {
		if _, err := wizard.New(w.cfg, wizard.Options{Brand: wizard.Brand{Logo: l}}); !errors.Is(err, wizard.ErrLogo) {
			t.Errorf("a logo of %d bytes: %v", len(l), err)
		}
	}
	if _, err := wizard.New(client.Config{Pins: []byte("{}")}, wizard.Options{}); !errors.Is(err, client.ErrPins) {
		t.Error(err)
	}
	for _, link := range []string{"https://example.com/", "http://127.0.0.1.evil.example/", "-h", ""} {
		if wizard.Open(link) == nil {
			t.Errorf("%q was opened", link)
		}
	}
}
