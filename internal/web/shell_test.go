package web_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
)

// errSample is a refusal as a context makes it.
var errSample = fault.New(fault.Limited, "route.overload")

func shell(t *testing.T, files map[string]string) *web.Shell {
	t.Helper()
	views := fstest.MapFS{}
	for name, body := range files {
		views[name] = &fstest.MapFile{Data: []byte(body)}
	}
	s, err := web.NewShell(views, "Licet")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func render(t *testing.T, s *web.Shell, target, view string, p web.Page, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if err := s.Render(w, r, http.StatusOK, view, p); err != nil {
		t.Fatal(err)
	}
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What was asked for goes before what was chosen, and that before what the
// browser likes; only a choice is remembered.
func TestLanguage(t *testing.T) {
	s := shell(t, map[string]string{"a.html": `{{define "content"}}<p>{{t "web.home"}}</p>{{end}}`})
	for _, c := range []struct {
		target, accept, cookie string
		want                   text.Lang
		set                    bool
	}{
		{"/", "", "", text.EN, false},
		{"/", "de-AT,de;q=0.9,en;q=0.5", "", text.DE, false},
		{"/", "fr,en;q=0.3", "", text.EN, false},
		{"/", "en", "lang=de", text.DE, false},
		{"/", "en", "lang=fr", text.EN, false},
		{"/?lang=de", "en", "", text.DE, true},
		{"/?lang=en", "de", "lang=de", text.EN, true},
		{"/?lang=fr", "de", "", text.DE, false},
		{"/?lang=", "de", "", text.DE, false},
	} {
		res := render(t, s, c.target, "a", web.Page{Title: "x"}, "Accept-Language", c.accept, "Cookie", c.cookie)
		page := body(t, res)
		if res.Header.Get("Content-Language") != string(c.want) || !strings.Contains(page, text.T(c.want, "web.home")) ||
			!strings.Contains(page, `<html lang="`+string(c.want)+`">`) {
			t.Errorf("%+v: %s", c, page)
		}
		cookies := res.Cookies()
		if set := len(cookies) == 1; set != c.set {
			t.Errorf("%+v: cookies %v", c, cookies)
		} else if set && (cookies[0].Value != string(c.want) || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode || cookies[0].MaxAge <= 0) {
			t.Errorf("%+v: cookie %v", c, cookies[0])
		}
	}
}

func TestHeaders(t *testing.T) {
	s := shell(t, map[string]string{"a.html": `{{define "content"}}<i></i>{{end}}`})
	h := render(t, s, "/", "a", web.Page{}).Header
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %q: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("headers: %v", h)
	}
	if !strings.Contains(h.Get("Vary"), "Accept-Language") || !strings.Contains(h.Get("Vary"), "Cookie") {
		t.Errorf("Vary: %s", h.Get("Vary"))
	}
}

// A page that answers a form sends its fields again when the language changes;
// every other page has a link.
func TestLanguageSwitch(t *testing.T) {
	s := shell(t, map[string]string{"a.html": `{{define "content"}}<i></i>{{end}}`})
	link := body(t, render(t, s, "/help", "a", web.Page{}))
	if !strings.Contains(link, `href="/help?lang=de"`) || strings.Contains(link, "<form") {
		t.Error(link)
	}
	form := body(t, render(t, s, "/ticket", "a", web.Page{Keep: []web.Field{{Name: "code", Value: `a"b`}}}))
	if !strings.Contains(form, `action="/ticket?lang=de"`) || !strings.Contains(form, `name="code" value="a&#34;b"`) {
		t.Error(form)
	}
}

func TestContact(t *testing.T) {
	s := shell(t, map[string]string{"a.html": `{{define "content"}}<i></i>{{end}}`})
	for contact, want := range map[string]string{
		"help@example.com":         `<a href="mailto:help@example.com">help@example.com</a>`,
		"https://example.com/help": `<a href="https://example.com/help">`,
		"javascript:alert(1)":      "javascript:alert(1)</p>",
		"Room 4, <b>left</b>":      "Room 4, &lt;b&gt;left&lt;/b&gt;</p>",
	} {
		if page := body(t, render(t, s, "/", "a", web.Page{Contact: contact})); !strings.Contains(page, want) {
			t.Errorf("%s: no %q in %s", contact, want, page)
		}
	}
}

// Parts that views share, the blocks of the layout, and what views call.
func TestParts(t *testing.T) {
	s := shell(t, map[string]string{
		"_parts.html": `{{define "nav"}}<a href="/x">nav</a>{{end}}{{define "next"}}<p>go on</p>{{end}}{{define "shared"}}[{{.}}]{{end}}`,
		"a.html": `{{define "content"}}{{template "shared" number .Body.N}} {{date .Body.On}} {{date .Body.At}} {{moment .Body.At}} {{date .Body.Never}}
			{{n "unit.days" .Body.N}} {{t "web.wait" "time" "x"}}{{end}}`,
	})
	page := body(t, render(t, s, "/", "a", web.Page{Body: map[string]any{
		"N": int64(1234), "On": day.Of(2026, 11, 21), "At": time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC), "Never": day.None,
	}}))
	for _, want := range []string{"[1,234]", "21 Nov 2026 22 Nov 2026 22 Nov 2026 14:03 UTC –", "1,234 days", "Wait x, then", `<a href="/x">nav</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	w := httptest.NewRecorder()
	s.Error(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), errSample, 429, "r1")
	if !strings.Contains(w.Body.String(), "go on") {
		t.Errorf("the error page lacks the shared part: %s", w.Body)
	}
}

func TestErrorPage(t *testing.T) {
	s := shell(t, nil)
	show := func(err error, method, accept string) (string, *http.Response) {
		r := httptest.NewRequestWithContext(t.Context(), method, "/form", nil)
		r.Header.Set("Accept-Language", accept)
		w := httptest.NewRecorder()
		s.Error(w, r, err, route.Status(fault.KindOf(err)), "request-7")
		res := w.Result()
		return body(t, res), res
	}
	page, res := show(errSample.After(90*time.Second), http.MethodPost, "en")
	for _, want := range []string{"Please wait a while", "Wait 90 seconds, then try again.", "route.overload", "request-7", `href="/?lang=de"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("status %d", res.StatusCode)
	}
	page, _ = show(errSample.After(3*time.Hour), http.MethodGet, "de")
	for _, want := range []string{"Bitte warten Sie etwas", "Wartezeit: 3 Stunden.", `href="/form?lang=en"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	page, _ = show(errSample.After(10*time.Millisecond), http.MethodGet, "en")
	if !strings.Contains(page, "Wait 1 second, then") {
		t.Errorf("a short wait: %s", page)
	}
	page, _ = show(errors.Join(fault.New(fault.Invalid, "route.body_cut").At("/a"), fault.New(fault.Invalid, "route.method")), http.MethodGet, "en")
	for _, want := range []string{"route.body_cut", "<code>/a</code>", "route.method"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	page, _ = show(errors.New("dsn postgres://u:p@h"), http.MethodGet, "en")
	if strings.Contains(page, "postgres") || !strings.Contains(page, "Something went wrong here") {
		t.Errorf("an internal error: %s", page)
	}
}

func TestBadViews(t *testing.T) {
	for name, view := range map[string]string{
		"broken": `{{define "content"}}{{end`,
		"text":   `{{define "content"}}{{nofunc}}{{end}}`,
	} {
		s := shell(t, map[string]string{"a.html": view, "good.html": `{{define "content"}}<i></i>{{end}}`})
		if err := s.Parse(); err == nil || !strings.Contains(err.Error(), "a.html") {
			t.Errorf("%s: %v", name, err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if err := s.Render(httptest.NewRecorder(), r, 200, "a", web.Page{}); err == nil || !strings.Contains(err.Error(), "a.html") {
			t.Errorf("%s was rendered: %v", name, err)
		}
	}
	s := shell(t, map[string]string{
		"a.html": `{{define "content"}}{{t "web.never"}}{{end}}`, "b.html": `{{define "content"}}{{n "web.never" 1}}{{end}}`,
	})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for _, view := range []string{"a", "b", "missing"} {
		if err := s.Render(httptest.NewRecorder(), r, 200, view, web.Page{}); err == nil {
			t.Errorf("view %s was rendered", view)
		}
	}
}

// Every asset is served under its hash with its own type, and nothing else is.
func TestAssets(t *testing.T) {
	m := route.New(web.Routes(), route.Options{Now: func() time.Time { return time.Unix(0, 0) }, Log: slog.New(slog.DiscardHandler)})
	get := func(path string) *http.Response {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Result()
	}
	files, err := filepath.Glob("assets/*")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d assets, %v", len(files), err)
	}
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	for _, file := range files {
		res := get(web.Asset(filepath.Base(file)))
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", file, res.StatusCode, res.Header)
		}
		if want, ok := kinds[filepath.Ext(file)]; ok && res.Header.Get("Content-Type") != want {
			t.Errorf("%s is %s", file, res.Header.Get("Content-Type"))
		}
	}
	if res := get("/assets/000000000000/licet.css"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a wrong hash: %d", res.StatusCode)
	}
	defer func() {
		if recover() == nil {
			t.Error("an asset that is not there has a path")
		}
	}()
	web.Asset("nothing.css")
}

// The vendored style sheet says whose it is, and its license ships with us.
func TestNotice(t *testing.T) {
	css, err := os.ReadFile("assets/pico.css")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`Pico CSS \S+ v([0-9.]+)`).FindSubmatch(css)
	notice, err := os.ReadFile("../../NOTICE")
	if err != nil || version == nil {
		t.Fatalf("%v, version %q", err, version)
	}
	for _, want := range []string{"internal/web/assets/pico.css", "Pico CSS " + string(version[1]), "MIT License", "Permission is hereby granted"} {
		if !strings.Contains(string(notice), want) {
			t.Errorf("NOTICE lacks %q", want)
		}
	}
}

// Our own style sheet stays small, and names no place outside.
func TestStyle(t *testing.T) {
	css, err := os.ReadFile("assets/licet.css")
	if err != nil {
		t.Fatal(err)
	}
	if len(css) > 12<<10 {
		t.Errorf("licet.css has %d bytes", len(css))
	}
	for _, file := range []string{"assets/licet.css", "assets/pico.css", "assets/depot.js", "layout.html"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, outside := range []string{"@import", "url(http", "url(//", "//cdn", "src=\"http"} {
			if strings.Contains(string(b), outside) {
				t.Errorf("%s holds %q", file, outside)
			}
		}
	}
}
