package depot_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/route"
)

// serveAs serves the depot's table to visitors whom the server would know: whatever
// their browser sends along, here they are nobody.
func (w *world) serveAs(by actor.Actor) *httptest.Server {
	w.t.Helper()
	s := httptest.NewServer(route.New(w.depot.Routes(), route.Options{
		Authenticate: func(_ context.Context, _ *http.Request, addr netip.Addr) (actor.Actor, error) {
			by.Addr = addr
			return by, nil
		},
		Now: w.now.Now, Log: slog.New(slog.DiscardHandler), Page: w.depot.Error,
	}))
	w.t.Cleanup(s.Close)
	return s
}

// names are what differs between two answers that are alike.
var names = regexp.MustCompile(`[0-9a-f]{24}|name="asked" value="[A-Z0-9]+"`)

// Every form answers the bearer of a code, whoever that is: nobody gets more by being
// signed in, and a code of another publisher is unknown to each.
func TestRoutesAndRoles(t *testing.T) {
	w := newWorld(t)
	w.site = depot.Site{Publisher: w.a.Publisher}
	own, foreign, key := w.sell(item(catalog.Multi), 50), w.sell(item(catalog.Multi), 5, w.b), w.sell(item(catalog.Multi), 1).Keys[0]
	device := func() string { w.activate(own.Code); return w.newest(own.Code) }()
	m := w.typist()
	request, abroad := string(w.requestFile(w.machine(), own.Code)), string(w.requestFile(w.machine(), foreign.Code))
	roles := map[string]*httptest.Server{
		"nobody": w.serveAs(actor.Actor{}), "staff": w.serveAs(w.a.All()), "foreign staff": w.serveAs(w.b.All()), "the system": w.serveAs(w.a.System()),
	}
	forms := map[string]map[string][]string{ // by path, what is asked and how
		"/ticket":        {"own": {"code", own.Code}, "foreign": {"code", foreign.Code}, "key": {"code", key}, "nothing": nil},
		"/pair":          {"foreign": {"code", foreign.Code}, "nothing": nil},
		"/device":        {"own": {"code", own.Code, "device", device}, "foreign": {"code", foreign.Code, "device", device}, "nothing": nil},
		"/device/free":   {"foreign": {"code", foreign.Code, "device", device}, "nothing": nil},
		"/activate":      {"own": {"text", request}, "foreign": {"text", abroad}, "nothing": nil},
		"/update":        {"own": {"text", request}, "foreign": {"text", abroad}, "nothing": nil},
		"/codes":         {"own": {"text", request}, "foreign": {"text", abroad}, "nothing": nil},
		"/typed":         {"own": m.fields(1, own.Code), "foreign": m.fields(1, foreign.Code), "nothing": nil},
		"/trial":         {"nothing": nil},
		"/trial/confirm": {"nothing": nil},
	}
	for _, rt := range w.depot.Routes() {
		if rt.Method != http.MethodPost {
			continue
		}
		asked, ok := forms[rt.Pattern]
		if !ok {
			t.Errorf("nothing is sent to %s", rt.Pattern)
		}
		w.now.Advance(2 * time.Minute) // or the foreign codes are taken for guesses
		for what, fields := range asked {
			seen := map[string]string{}
			for role, s := range roles {
				status, body := submit(t, s, rt.Pattern, fields)
				seen[role] = names.ReplaceAllString(body, "")
				if fine := status < 300; fine != (what == "own" || what == "key") && (rt.Pattern != "/typed" || what != "nothing") {
					t.Errorf("%s of %s, for %s: %d", rt.Pattern, what, role, status)
				}
				if what == "foreign" && status != 404 {
					t.Errorf("%s tells %s something about a foreign code: %d", rt.Pattern, role, status)
				}
			}
			for role, body := range seen {
				if body != seen["nobody"] {
					t.Errorf("%s of %s answers %s otherwise", rt.Pattern, what, role)
				}
			}
		}
	}
}

func submit(t *testing.T, s *httptest.Server, path string, fields []string) (status int, body string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
	must(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.Client().Do(r)
	must(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(raw)
}

// Every route has its bounds: no form of another site, none without an end, and no
// other method than its own.
func TestRouteBounds(t *testing.T) {
	w := newWorld(t)
	for _, rt := range w.depot.Routes() {
		if !rt.HTML {
			continue
		}
		path := strings.NewReplacer("{$}", "", "{path...}", "nowhere").Replace(rt.Pattern)
		if rt.Method == http.MethodGet {
			if p := w.get(path); p.status >= 500 || p.status == 405 {
				t.Errorf("GET %s: %d", path, p.status)
			}
			continue
		}
		p := w.do(rt.Method, path, "application/x-www-form-urlencoded", strings.NewReader("code=x"), "Sec-Fetch-Site", "cross-site")
		if p.status != 403 || !strings.Contains(p.body, route.ErrCrossOrigin.Code) {
			t.Errorf("%s takes a form of another site: %d", path, p.status)
		}
		long := bytes.Repeat([]byte("x"), 25<<20)
		p = w.do(rt.Method, path, "application/x-www-form-urlencoded", bytes.NewReader(long))
		if p.status != 413 {
			t.Errorf("%s reads without an end: %d", path, p.status)
		}
		// One that does not say how long it is.
		p = w.do(rt.Method, path, "application/x-www-form-urlencoded", io.MultiReader(bytes.NewReader(long[:300<<10])))
		if p.status != 413 {
			t.Errorf("%s reads without an end what does not say its length: %d", path, p.status)
		}
		if p := w.do(http.MethodDelete, path, "", nil); p.status != 405 {
			t.Errorf("DELETE %s: %d", path, p.status)
		}
	}
}
