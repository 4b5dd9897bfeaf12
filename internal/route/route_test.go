package route_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
)

func fixed() time.Time { return time.Unix(1_800_000_000, 0) }

func authenticate(_ context.Context, r *http.Request, addr netip.Addr) (actor.Actor, error) {
	switch r.Header.Get("Authorization") {
	case "":
		return actor.Anonymous(addr), nil
	case "Bearer reader":
		return actor.Actor{Kind: actor.KindKey, ID: "key:1", Perms: actor.NewSet(actor.OrderRead)}, nil
	}
	return actor.Actor{}, actor.ErrSignIn
}

func mux(o route.Options, table ...route.Route) *route.Mux {
	o.Authenticate, o.Now = authenticate, fixed
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return route.New(table, o)
}

func ok(w http.ResponseWriter, _ *http.Request, by actor.Actor) error {
	_, err := io.WriteString(w, by.ID+" "+by.Addr.String())
	return err
}

func do(t *testing.T, h http.Handler, method, path, body string, header ...string) (*http.Response, route.Problem) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var p route.Problem
	if strings.Contains(w.Header().Get("Content-Type"), "problem") {
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
	}
	res := w.Result()
	return res, p
}

func TestRefusalsOfTheMux(t *testing.T) {
	boom := func(http.ResponseWriter, *http.Request, actor.Actor) error { panic("secret 7H2KM-00000") }
	var log bytes.Buffer
	m := mux(route.Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
		route.Route{Method: "GET", Pattern: "/orders/{id}", Permission: actor.OrderRead, Handler: ok},
		route.Route{Method: "POST", Pattern: "/orders", Permission: actor.OrderWrite, Handler: ok},
		route.Route{Method: "GET", Pattern: "/boom", Public: true, Handler: boom},
		route.Route{Method: "POST", Pattern: "/small", Public: true, MaxBody: 10, Handler: func(_ http.ResponseWriter, r *http.Request, _ actor.Actor) error {
			_, err := route.ReadBody(r, 10)
			return err
		}},
		route.Route{Method: "GET", Pattern: "/broken", Public: true, Handler: func(http.ResponseWriter, *http.Request, actor.Actor) error {
			return errors.New("dsn postgres://u:p@h")
		}},
		route.Route{Method: "GET", Pattern: "/later", Public: true, Handler: func(http.ResponseWriter, *http.Request, actor.Actor) error {
			return errors.Join(fault.New(fault.Limited, "x.limited").After(1500*time.Millisecond), fault.New(fault.Invalid, "x.other").At("/a"))
		}},
	)
	for _, c := range []struct {
		method, path, body, auth string
		status                   int
		code                     string
	}{
		{"GET", "/orders/1", "", "Bearer reader", 200, ""},
		{"GET", "/orders/1", "", "", 401, "actor.sign_in"},
		{"GET", "/orders/1", "", "Bearer wrong", 401, "actor.sign_in"},
		{"POST", "/orders", "{}", "Bearer reader", 403, "actor.denied"},
		{"GET", "/nowhere", "", "", 404, "route.not_found"},
		{"DELETE", "/orders/1", "", "", 405, "route.method"},
		{"GET", "/boom", "", "", 500, "internal"},
		{"GET", "/broken", "", "", 500, "internal"},
		{"POST", "/small", "12345678901", "", 413, "route.too_large"},
		{"GET", "/later", "", "", 429, "x.limited"},
	} {
		res, p := do(t, m, c.method, c.path, c.body, "Authorization", c.auth, "Accept-Language", "de")
		if res.StatusCode != c.status || p.Code != c.code {
			t.Errorf("%s %s as %q: %d %q, want %d %q", c.method, c.path, c.auth, res.StatusCode, p.Code, c.status, c.code)
		}
		if res.Header.Get("X-Request-Id") == "" || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", c.path, res.Header)
		}
	}
	res, p := do(t, m, "GET", "/later", "")
	if res.Header.Get("Retry-After") != "2" || len(p.Errors) != 2 || p.Errors[1].Field != "/a" || p.Texts["de"] == "" {
		t.Errorf("joined refusals: %v %+v", res.Header, p)
	}
	for kind, want := range map[fault.Kind]string{fault.Unavailable: "1", fault.Limited: "1", fault.Conflict: ""} {
		h := http.Header{}
		route.SetRetryAfter(h, &fault.Error{Kind: kind})
		if h.Get("Retry-After") != want {
			t.Errorf("%v without a time says %q", kind, h.Get("Retry-After"))
		}
	}
	if res, _ := do(t, m, "DELETE", "/orders/1", ""); res.Header.Get("Allow") != "GET" {
		t.Errorf("Allow is %q", res.Header.Get("Allow"))
	}
	if strings.Contains(log.String(), "7H2KM") {
		t.Errorf("the log shows the value of a panic: %s", log.String())
	}
}

func TestUnguardedRouteDoesNotBuild(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("a route without permission was built")
		}
	}()
	mux(route.Options{}, route.Route{Method: "GET", Pattern: "/", Handler: ok})
}

func TestProxyHeadersAreBelievedFromProxiesOnly(t *testing.T) {
	table := route.Route{Method: "GET", Pattern: "/", Public: true, Handler: ok}
	proxied := mux(route.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, table) // httptest's peer
	direct := mux(route.Options{}, table)
	for _, c := range []struct {
		m         http.Handler
		forwarded string
		want      string
	}{
		{proxied, "203.0.113.9", "203.0.113.9"},
		{proxied, "198.51.100.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"},
		{proxied, "nonsense", "192.0.2.1"},
		{proxied, "", "192.0.2.1"},
		{direct, "203.0.113.9", "192.0.2.1"},
	} {
		res, _ := do(t, c.m, "GET", "/", "", "X-Forwarded-For", c.forwarded, "X-Request-Id", "given-1")
		body, _ := io.ReadAll(res.Body)
		if got := strings.TrimPrefix(string(body), "anonymous "); got != c.want {
			t.Errorf("%q gives %s, want %s", c.forwarded, got, c.want)
		}
		if own := res.Header.Get("X-Request-Id") == "given-1"; own != (c.m == http.Handler(proxied)) {
			t.Errorf("%q: request id %q", c.forwarded, res.Header.Get("X-Request-Id"))
		}
	}
}

func TestIdempotencyKeyReachesTheDoor(t *testing.T) {
	var seen actor.Retry
	look := func(_ http.ResponseWriter, r *http.Request, by actor.Actor) error {
		seen = by.Retry
		body, err := io.ReadAll(r.Body)
		if string(body) != "{}" {
			t.Errorf("the handler reads %q", body)
		}
		return err
	}
	m := mux(route.Options{},
		route.Route{Method: "POST", Pattern: "/orders", Permission: actor.OrderRead, Handler: look},
		route.Route{Method: "POST", Pattern: "/exchange", Public: true, Handler: look},
		route.Route{Method: "PUT", Pattern: "/orders", Permission: actor.OrderRead, Handler: look})
	ask := func(method, path, key string) (actor.Retry, int, string) {
		seen = actor.Retry{}
		res, p := do(t, m, method, path, "{}", "Idempotency-Key", key, "Authorization", "Bearer reader")
		return seen, res.StatusCode, p.Code
	}
	plain, status, _ := ask("POST", "/orders", "k-1")
	if status != 200 || plain.Key != "k-1" || plain.Route != "POST /orders" || plain.Body == [32]byte{} {
		t.Fatalf("%d %+v", status, plain)
	}
	one, _, _ := ask("POST", "/orders?source=a&mode=lines", "k-1")
	same, _, _ := ask("POST", "/orders?mode=lines&source=a", "k-1")
	other, _, _ := ask("POST", "/orders?mode=lines&source=b", "k-1")
	if one != same || one.Body == plain.Body || one.Body == other.Body || one.Route != plain.Route {
		t.Errorf("queries: %+v %+v %+v", one, same, other)
	}
	for _, path := range []string{"POST /exchange", "PUT /orders"} {
		method, path, _ := strings.Cut(path, " ")
		if got, status, _ := ask(method, path, "k-1"); status != 200 || got != (actor.Retry{}) {
			t.Errorf("%s %s takes a key: %d %+v", method, path, status, got)
		}
	}
	for _, bad := range []string{strings.Repeat("k", 201), "a b"} {
		if _, status, code := ask("POST", "/orders", bad); status != 422 || code != "route.idempotency_key" {
			t.Errorf("%q: %d %s", bad, status, code)
		}
	}
}

// The less urgent give way first, and somebody always gets in.
func TestShedding(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	hold := func(http.ResponseWriter, *http.Request, actor.Actor) error { inside <- struct{}{}; <-leave; return nil }
	m := mux(route.Options{InFlight: 10},
		route.Route{Method: "GET", Pattern: "/hold", Public: true, Class: route.Verify, Handler: hold},
		route.Route{Method: "GET", Pattern: "/page", Public: true, Class: route.Page, Handler: ok},
		route.Route{Method: "GET", Pattern: "/verify", Public: true, Class: route.Verify, Handler: ok},
	)
	for range 7 {
		go m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/hold", nil))
		<-inside
	}
	res, p := do(t, m, "GET", "/page", "")
	if res.StatusCode != 503 || p.Code != "route.overload" || res.Header.Get("Retry-After") != "1" {
		t.Errorf("a page under load: %d %+v", res.StatusCode, p)
	}
	if res, _ := do(t, m, "GET", "/verify", ""); res.StatusCode != 200 {
		t.Errorf("a validation under load: %d", res.StatusCode)
	}
	close(leave)
}

func TestCrossOriginForms(t *testing.T) {
	m := mux(route.Options{}, route.Route{Method: "POST", Pattern: "/form", Public: true, HTML: true, Handler: ok})
	if _, p := do(t, m, "POST", "/form", "", "Sec-Fetch-Site", "cross-site"); p.Code != "route.cross_origin" {
		t.Errorf("%+v", p)
	}
	if res, _ := do(t, m, "POST", "/form", "", "Sec-Fetch-Site", "same-origin"); res.StatusCode != 200 {
		t.Errorf("own form: %d", res.StatusCode)
	}
}

// Behind a proxy that rewrites Host the forms of our own pages are known by the
// configured address; nobody else's are.
func TestOriginBehindProxy(t *testing.T) {
	for _, public := range []string{"http://Depot.example:80/", "http://depot.example/licenses", "http://depot.example"} {
		m := mux(route.Options{PublicURL: public}, route.Route{Method: "POST", Pattern: "/form", Public: true, HTML: true, Handler: ok})
		for origin, want := range map[string]int{
			"http://depot.example": 200, "http://depot.example:8080": 403, "https://depot.example": 403, "http://evil.example": 403,
			"http://depot.example.evil.example": 403, "null": 403,
		} {
			if res, p := do(t, m, "POST", "/form", "", "Origin", origin); res.StatusCode != want {
				t.Errorf("%s, a form of %s: %d %s", public, origin, res.StatusCode, p.Code)
			}
		}
		if res, _ := do(t, m, "POST", "/form", "", "Origin", "http://evil.example", "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
			t.Errorf("another site's: %d", res.StatusCode)
		}
	}
	m := mux(route.Options{PublicURL: "depot"}, route.Route{Method: "POST", Pattern: "/form", Public: true, HTML: true, Handler: ok})
	if res, _ := do(t, m, "POST", "/form", "", "Origin", "http://depot"); res.StatusCode != 403 {
		t.Errorf("without an address: %d", res.StatusCode)
	}
}

func TestBodyCut(t *testing.T) {
	m := mux(route.Options{}, route.Route{Method: "POST", Pattern: "/", Public: true, Handler: func(_ http.ResponseWriter, r *http.Request, _ actor.Actor) error {
		_, err := route.ReadBody(r, 10)
		return err
	}})
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", io.MultiReader(strings.NewReader("{"), broken{}))
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "route.body_cut") {
		t.Fatal(w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
