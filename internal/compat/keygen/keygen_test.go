package keygen_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/compat/keygen"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

func want(t *testing.T, what, got, expected string) {
	t.Helper()
	if got != expected {
		t.Fatalf("%s: %s, want %s", what, got, expected)
	}
}

// A program from its first question to its last.
func TestProgram(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, key := w.sell(item(catalog.Multi), 2)
		p := w.program(key)
		want(t, "before", p.at("host-1"), "NO_MACHINES")
		want(t, "id", p.id, id.String())
		a := p.activate("host-1", `,"components":{"data":[{"type":"components","attributes":{"fingerprint":"CPU-7","name":"cpu"}}]}`)
		m := a.thing(t)
		if a.status != 201 || m.Type != "machines" || m.Attributes.Fingerprint != "host-1" || m.Attributes.Cores != 8 || m.Attributes.HeartbeatStatus != "NOT_STARTED" ||
			m.Attributes.HeartbeatDuration != 600 || m.Attributes.RequireHeartbeat || m.Attributes.Hostname != nil || m.Relationships["license"].Data.ID != p.id {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		want(t, "activated", p.at("host-1"), "VALID")
		want(t, "another machine", p.at("host-2"), "FINGERPRINT_SCOPE_MISMATCH")

		for _, path := range []string{"machines/" + m.ID, "machines/host-1"} {
			if got := p.ask("GET", path, "").thing(t); got.ID != m.ID {
				t.Fatalf("%+v", got)
			}
		}
		if list := p.ask("GET", "licenses/"+p.id+"/machines?limit=100", "").things(t); len(list) != 1 || list[0].ID != m.ID {
			t.Fatalf("%+v", list)
		}
		if list := p.ask("GET", "machines/"+m.ID+"/components?limit=100", "").things(t); len(list) != 1 || list[0].Attributes.Fingerprint != "CPU-7" || list[0].Attributes.Name != "cpu" {
			t.Fatalf("%+v", list)
		}
		var codes []string
		for _, e := range p.ask("GET", "licenses/"+p.id+"/entitlements?limit=100", "").things(t) {
			codes = append(codes, e.Attributes.Code)
		}
		want(t, "features", strings.Join(codes, " "), "draw print")

		a = p.ask("POST", "machines/"+m.ID+"/actions/ping", "")
		want(t, "ping", a.thing(t).Attributes.HeartbeatStatus, "ALIVE")
		w.now.Advance(20 * time.Minute)
		want(t, "silence", p.ask("GET", "machines/"+m.ID, "").thing(t).Attributes.HeartbeatStatus, "DEAD")
		want(t, "silent, but it keeps its place", p.at("host-1"), "VALID")

		a = p.ask("DELETE", "machines/"+m.ID, "")
		if a.status != 204 || len(a.raw) != 0 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		for range 2 {
			a = p.ask("DELETE", "machines/"+m.ID, "")
			want(t, "again", fmt.Sprint(a.status, " ", a.code()), "404 NOT_FOUND")
		}
		want(t, "after", p.at("host-1"), "NO_MACHINES")
		if strings.Contains(w.log.String(), key[5:]) || strings.Contains(w.log.String(), "host-1") {
			t.Fatal("the log shows a key or a machine")
		}
	})
}

// What a program is refused when there are too many, and when it is over.
func TestLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id, key := w.sell(item(catalog.TimeLimited, func(s *catalog.Snapshot) {
			s.Model.FixedEnd = day.FromTime(w.now.Now(), time.UTC).AddDays(9)
		}), 1)
		p := w.program(key)
		want(t, "before", p.at("a"), "NO_MACHINE")
		want(t, "activate", p.activate("a").code(), "")
		refused := func(what string, a answer, expected string) {
			t.Helper()
			want(t, what, fmt.Sprint(a.status, " ", a.code()), expected)
		}
		refused("twice", p.activate("a"), "422 FINGERPRINT_TAKEN")
		refused("too many", p.activate("b"), "422 MACHINE_LIMIT_EXCEEDED")

		_, err := w.BlockLicense(ctx, w.a.All(), id)
		must(t, err)
		want(t, "blocked", p.at("a"), "SUSPENDED")
		refused("blocked", p.activate("b"), "403 LICENSE_SUSPENDED")
		refused("blocked", p.ask("POST", "machines/a/actions/ping", ""), "403 LICENSE_SUSPENDED")
		refused("blocked", p.ask("POST", "machines/a/actions/check-out", "{}"), "403 LICENSE_SUSPENDED")
		_, err = w.UnblockLicense(ctx, w.a.All(), id)
		must(t, err)
		want(t, "unblocked", p.at("a"), "VALID")
		if end := p.ask("GET", "me", "").thing(t).Attributes.Expiry; end == nil || end.Sub(w.now.Now()) > 10*24*time.Hour {
			t.Fatal(end)
		}
		w.now.Advance(11 * 24 * time.Hour)
		want(t, "over", p.at("a"), "EXPIRED")
		want(t, "status", p.ask("GET", "me", "").thing(t).Attributes.Status, "EXPIRED")
		refused("over", p.activate("b"), "403 LICENSE_EXPIRED")
		refused("over", p.ask("POST", "licenses/"+p.id+"/actions/check-out", "{}"), "403 LICENSE_EXPIRED")
		want(t, "giving back", fmt.Sprint(p.ask("DELETE", "machines/a", "").status), "204")
	})
}

// A floating license: who pings keeps the place.
func TestHeartbeat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, key := w.sell(item(catalog.Floating), 1)
		p := w.program(key)
		want(t, "before", p.at("a"), "NO_MACHINE")
		m := p.activate("a").thing(t)
		if !m.Attributes.RequireHeartbeat || m.Attributes.HeartbeatDuration < 60 {
			t.Fatalf("%+v", m.Attributes)
		}
		want(t, "not begun", p.at("a"), "HEARTBEAT_NOT_STARTED")
		for range 5 {
			want(t, "ping", p.ask("POST", "machines/"+m.ID+"/actions/ping", "").thing(t).Attributes.HeartbeatStatus, "ALIVE")
			want(t, "alive", p.at("a"), "VALID")
			w.now.Advance(14 * time.Minute)
		}
		want(t, "late", p.ask("POST", "machines/"+m.ID+"/actions/ping", "").thing(t).Attributes.HeartbeatStatus, "ALIVE")
		w.now.Advance(15*time.Minute + 30*time.Second) // its grace
		want(t, "dead", p.at("a"), "HEARTBEAT_DEAD")
		w.now.Advance(time.Hour)
		want(t, "gone", p.ask("POST", "machines/"+m.ID+"/actions/ping", "").code(), "NOT_FOUND")
		want(t, "the next", fmt.Sprint(p.activate("b").status), "201")
		want(t, "too many", p.activate("a").code(), "MACHINE_LIMIT_EXCEEDED")
	})
}

// What programs say of themselves is held against the license.
func TestVerdicts(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	_, key := w.sell(item(catalog.Multi), 3)
	p := w.program(key)
	p.at("a")
	m := p.activate("a", `,"components":{"data":[{"attributes":{"fingerprint":"CPU-7"}}]}`).thing(t)
	policy := p.ask("GET", "licenses/"+p.id, "").thing(t).Relationships["policy"].Data.ID
	for scope, code := range map[string]string{
		`{}`: "VALID", `null`: "VALID",
		`{"fingerprint":"a"}`: "VALID", `{"fingerprint":""}`: "FINGERPRINT_SCOPE_EMPTY", `{"fingerprints":[]}`: "FINGERPRINT_SCOPE_EMPTY",
		`{"fingerprints":["x","a"]}`: "VALID", `{"fingerprint":"` + m.ID + `"}`: "FINGERPRINT_SCOPE_MISMATCH",
		`{"machine":"` + m.ID + `"}`: "VALID", `{"machine":"a"}`: "MACHINE_SCOPE_MISMATCH",
		`{"fingerprint":"a","components":["CPU-7","x"]}`: "VALID", `{"fingerprint":"a","components":["x"]}`: "COMPONENTS_SCOPE_MISMATCH",
		`{"fingerprint":"a","components":[]}`: "COMPONENTS_SCOPE_EMPTY", `{"components":["CPU-7"]}`: "FINGERPRINT_SCOPE_REQUIRED",
		`{"entitlements":["draw"]}`: "VALID", `{"entitlements":["draw","fly"]}`: "ENTITLEMENTS_MISSING", `{"entitlements":[]}`: "ENTITLEMENTS_SCOPE_EMPTY",
		`{"policy":"` + policy + `"}`: "VALID", `{"policy":"x"}`: "POLICY_SCOPE_MISMATCH",
		`{"product":"id of another system"}`: "VALID", `{"user":"x"}`: "USER_SCOPE_MISMATCH", `{"user":null}`: "VALID",
		`{"environment":"x"}`: "ENVIRONMENT_SCOPE_MISMATCH", `{"checksum":"x"}`: "CHECKSUM_SCOPE_MISMATCH", `{"version":"1"}`: "VERSION_SCOPE_MISMATCH",
	} {
		want(t, scope, p.validate(scope), code)
	}
	want(t, "quick", p.ask("GET", "licenses/"+p.id+"/actions/validate", "").Meta.Code, "VALID")

	// An address that names no product holds the program to what it says.
	short := func(scope string) string {
		t.Helper()
		return p.whole("POST", "/v1/accounts/"+w.a.Slug+"/licenses/actions/validate-key", fmt.Sprintf(`{"meta":{"key":%q,"scope":%s}}`, p.key, scope)).Meta.Code
	}
	want(t, "its product", short(`{"product":"CAD"}`), "VALID")
	want(t, "another product", short(`{"product":"PDM"}`), "PRODUCT_SCOPE_MISMATCH")
	want(t, "no product", short(`{}`), "VALID")
	all, some := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Features = []string{catalog.AllFeatures, "x"} }), 1)
	_ = all
	p = w.program(some)
	p.at("a")
	p.activate("a")
	want(t, "all features", p.validate(`{"entitlements":["whatever"]}`), "VALID")
}

// A key that is validated without any authentication.
func TestValidateKey(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	_, key := w.sell(item(catalog.Multi), 1)
	p := w.program("")
	ask := func(key string) answer {
		t.Helper()
		return p.ask("POST", "licenses/actions/validate-key", fmt.Sprintf(`{"meta":{"key":%q}}`, key))
	}
	a := ask(key)
	want(t, "known", a.Meta.Code, "NO_MACHINE")
	want(t, "its key", a.thing(t).Attributes.Key, key)
	for _, wrong := range []string{"", "CADP-00000", "CADP-00000-00000-00000-00000-00000"} {
		if a := ask(wrong); a.status != 200 || a.Meta.Code != "NOT_FOUND" || string(a.Data) != "null" {
			t.Fatalf("%d %s", a.status, a.raw)
		}
	}
}

// Files that a program verifies without a connection.
func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, key := w.sell(item(catalog.Multi), 2)
		p := w.program(key)
		p.at("a")
		p.activate("a", `,"components":{"data":[{"attributes":{"fingerprint":"CPU-7"}}]}`)
		out := func(path, query string) thing {
			t.Helper()
			a := p.ask("POST", path+"/actions/check-out"+query, "{}")
			if a.status != 200 {
				t.Fatalf("%d %s", a.status, a.raw)
			}
			return a.thing(t)
		}
		lic, mac := "licenses/"+p.id, "machines/a"
		f := out(lic, "?encrypt=true&include=entitlements")
		got, err := p.open(f.Attributes.Certificate, "license", key)
		must(t, err)
		if f.Type != "license-files" || got.Data.ID != p.id || got.Data.Attributes.Key != key || len(got.Included) != 2 || got.Meta.TTL != 30*86400 ||
			!got.Meta.Expiry.Equal(got.Meta.Issued.Add(30*24*time.Hour)) || f.Attributes.TTL != got.Meta.TTL || f.Relationships["license"].Data.ID != p.id {
			t.Fatalf("%+v", got)
		}
		if _, err := p.open(f.Attributes.Certificate, "license", key+"x"); err == nil {
			t.Fatal("opened with another key")
		}
		got, err = p.open(out(lic, "").Attributes.Certificate, "license", "")
		must(t, err)
		if len(got.Included) != 0 {
			t.Fatalf("%+v", got)
		}

		f = out(mac, "?encrypt=true&include=license,license.entitlements,components&ttl=7200")
		got, err = p.open(f.Attributes.Certificate, "machine", key+"a")
		must(t, err)
		var kinds []string
		for _, x := range got.Included {
			kinds = append(kinds, x.Type)
		}
		slices.Sort(kinds)
		if got.Data.Attributes.Fingerprint != "a" || strings.Join(kinds, " ") != "components entitlements entitlements licenses" || got.Meta.TTL != 7200 || f.Relationships["machine"].Data.ID != got.Data.ID {
			t.Fatalf("%+v", got)
		}
		if _, err := p.open(strings.ReplaceAll(f.Attributes.Certificate, "MACHINE", "LICENSE"), "license", key+"a"); err == nil {
			t.Fatal("a machine file passes as a license file")
		}
		for n := range len(f.Attributes.Certificate) { // nothing in it can be changed
			if n%37 == 0 {
				raw := []byte(f.Attributes.Certificate)
				raw[n] ^= 1
				if again, err := p.open(string(raw), "machine", key+"a"); err == nil && again.Data.ID != got.Data.ID {
					t.Fatalf("a changed file at %d says something else", n)
				}
			}
		}
		for query, ttl := range map[string]int64{"?ttl=": 366 * 86400, "?ttl=99999999999": 366 * 86400, "?ttl=3600": 3600} {
			if f := out(lic, query); f.Attributes.TTL != ttl {
				t.Fatalf("%s: %d", query, f.Attributes.TTL)
			}
		}
		for _, query := range []string{"?ttl=3599", "?ttl=x", "?ttl=-1", "?encrypt=maybe"} {
			a := p.ask("POST", lic+"/actions/check-out"+query, "{}")
			want(t, query, fmt.Sprint(a.status, " ", a.code()), "400 PARAMETER_INVALID")
		}
		a := p.ask("POST", lic+"/actions/check-out", `{"meta":{"encrypt":true,"include":["entitlements"],"ttl":3600}}`)
		got, err = p.open(a.thing(t).Attributes.Certificate, "license", key)
		must(t, err)
		if len(got.Included) != 2 || got.Meta.TTL != 3600 {
			t.Fatalf("%+v", got)
		}
	})
}

// A file never outlives what it is about.
func TestFilesEnd(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	check := func(s catalog.Snapshot, most time.Duration, paths ...string) {
		t.Helper()
		_, key := w.sell(s, 1)
		p := w.program(key)
		p.at("a")
		for _, path := range paths {
			if path == "machines/a" {
				p.activate("a")
			}
			f := p.ask("POST", strings.ReplaceAll(path, "ID", p.id)+"/actions/check-out?ttl=", "{}").thing(t)
			if end := f.Attributes.Expiry; end == nil || end.After(w.now.Now().Add(most)) || !end.After(w.now.Now()) {
				t.Fatalf("%s of %s: until %v", path, s.Model.Kind, end)
			}
		}
	}
	both := []string{"licenses/ID", "machines/a"}
	check(item(catalog.Floating), 15*time.Minute, both...)
	check(item(catalog.TimeLimited, func(s *catalog.Snapshot) {
		s.Model.Duration = catalog.Duration{Days: 5, From: catalog.FromFirstActivation}
	}), 5*24*time.Hour, both...)
	check(item(catalog.Multi), 366*24*time.Hour, both...)
}

// Everything that is malformed, unknown or not allowed is refused, and the refusal is
// signed.
func TestRefusals(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	_, key := w.sell(item(catalog.Multi), 1)
	_, soft := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Soft} }), 1)
	_, pdm := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Product = "PDM" }), 1)
	p := w.program(key)
	p.at("a")
	other := "01a309c4-f600-760c-b6a3-7180867b1b79"
	big := `{"data":"` + strings.Repeat("x", 70<<10) + `"}`
	for _, c := range []struct {
		method, path, body, auth, want string
	}{
		{"GET", "me", "", "-", "401 TOKEN_MISSING"},
		{"GET", "me", "", "Bearer admin-token", "401 TOKEN_INVALID"},
		{"GET", "me", "", "License", "401 TOKEN_INVALID"},
		{"GET", "me", "", "License nonsense", "401 LICENSE_INVALID"},
		{"GET", "me", "", "License CADP-00000-00000-00000-00000-00000", "401 LICENSE_INVALID"},
		{"GET", "me", "", "License " + soft, "403 LICENSE_NOT_ALLOWED"},
		{"GET", "licenses/" + other, "", "", "404 NOT_FOUND"},
		{"GET", "licenses/x", "", "", "404 NOT_FOUND"},
		{"GET", "machines/x", "", "", "404 NOT_FOUND"},
		{"POST", "licenses/" + other + "/actions/validate", "{}", "", "404 NOT_FOUND"},
		{"POST", "licenses/" + p.id + "/actions/validate", "{", "", "400 BAD_REQUEST"},
		{"POST", "licenses/" + p.id + "/actions/validate", `{"meta":{"scope":{"fingerprint":7}}}`, "", "400 BAD_REQUEST"},
		{"POST", "licenses/" + p.id + "/actions/validate", `{"meta":{"scope":{"fingerprints":[` + strings.Repeat(`"a",`, 100) + `"a"]}}}`, "", "400 PARAMETER_INVALID"},
		{"POST", "licenses/" + p.id + "/actions/check-out", "[]", "", "400 BAD_REQUEST"},
		{"POST", "machines", `{"data":{"attributes":{"fingerprint":"a"}}}`, "", "404 NOT_FOUND"},
		{"POST", "machines", `{"data":{"attributes":{"fingerprint":"a"},"relationships":{"license":{"data":{"id":"` + other + `"}}}}}`, "", "404 NOT_FOUND"},
		{"POST", "machines", `{"data":{"relationships":{"license":{"data":{"id":"` + p.id + `"}}}}}`, "", "422 PARAMETER_INVALID"},
		{"POST", "machines", `{"data":{"attributes":{"fingerprint":"a"},"relationships":{"license":{"data":{"id":"` + p.id + `"}},"components":{"data":[{"attributes":{"fingerprint":"x"}},{"attributes":{"fingerprint":"x"}}]}}}}`, "", "422 COMPONENTS_FINGERPRINT_CONFLICT"},
		{"POST", "machines", big, "", "413 PAYLOAD_TOO_LARGE"},
		{"POST", "machines/" + other + "/actions/ping", "", "", "404 NOT_FOUND"},
		{"DELETE", "machines/" + other, "", "", "404 NOT_FOUND"},
		{"PATCH", "machines/" + other, "{}", "", "404 NOT_FOUND"},
		{"POST", "processes", "{}", "", "404 NOT_FOUND"},
		{"GET", "releases/1.0.0/upgrade?product=x&constraint=%201&channel=stable", "", "", "404 NOT_FOUND"},
		{"DELETE", "me", "", "", "404 NOT_FOUND"},
	} {
		p.header = nil
		switch c.auth {
		case "":
		case "-":
			p.key = ""
		default:
			p.header = map[string]string{"Authorization": c.auth}
		}
		a := p.ask(c.method, c.path, c.body)
		p.key = key
		want(t, c.method+" "+c.path+" "+c.auth, fmt.Sprint(a.status, " ", a.code()), c.want)
		if len(a.Errors[0].Detail) < 10 || a.Errors[0].Meta.Code == "" {
			t.Errorf("%s", a.raw)
		}
	}
	p.header = map[string]string{"Accept-Language": "de"}
	if a := p.ask("GET", "machines/x", ""); !strings.Contains(a.Errors[0].Detail, "Rechner") {
		t.Errorf("not in German: %s", a.raw)
	}
	want(t, "another product", w.program(pdm).at("a"), "PRODUCT_SCOPE_MISMATCH")
}

// Who has no key answers nobody, and nobody reaches another publisher's licenses. A
// successor of a key leaves old programs alone; a revoked key ends them.
func TestAddresses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, key := w.sell(item(catalog.Multi), 1)
		p := w.program(key)
		unsigned := func(slug, kid string) {
			t.Helper()
			q := *p
			q.address = keygen.Address(w.server.URL, slug, kid, "CAD")
			a, _ := q.send("GET", "me", "")
			if a.status != 404 || a.code() != "NOT_FOUND" || a.header.Get("Keygen-Signature") != "" {
				t.Fatalf("%s: %d %s", q.address, a.status, a.raw)
			}
		}
		unsigned(w.b.Slug, "")
		unsigned("nobody", "")
		unsigned(w.a.Slug, "AAAAAAAAAAA")
		foreign, err := w.keys.MakeKeygen(ctx, w.b.All())
		must(t, err)
		unsigned(w.b.Slug, w.key.KID)
		q := *p
		q.address, q.public = keygen.Address(w.server.URL, w.b.Slug, foreign.KID, "CAD"), foreign.Public
		want(t, "another publisher's key", q.ask("GET", "me", "").code(), "LICENSE_INVALID")

		next, err := w.keys.MakeKeygen(ctx, w.a.All())
		must(t, err)
		want(t, "an old program", p.at("a"), "NO_MACHINE")
		fresh := *p
		fresh.address, fresh.public = keygen.Address(w.server.URL, w.a.Slug, next.KID, "CAD"), next.Public
		want(t, "a new program", fresh.at("a"), "NO_MACHINE")
		bare := fresh
		bare.address = w.server.URL + "/keygen/" + w.a.Slug + "/CAD"
		want(t, "the active key", bare.at("a"), "NO_MACHINE")
		must(t, w.keys.RevokeKeygen(ctx, w.a.All(), w.key.KID))
		unsigned(w.a.Slug, w.key.KID)
		want(t, "a new program", fresh.at("a"), "NO_MACHINE")
	})
}

// Every route with the keys of others: another publisher's is unknown, another
// license's reaches neither the license nor its machines.
func TestEveryRoute(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{Address: db.Limit{Name: "test.address", Burst: 1000, Per: time.Second}})
	_, key := w.sell(item(catalog.Multi), 3)
	_, other := w.sell(item(catalog.Multi), 3)
	mine, beside := w.program(key), w.program(other)
	mine.at("a")
	m := mine.activate("a").thing(t)
	foreign, err := w.keys.MakeKeygen(t.Context(), w.b.All())
	must(t, err)
	away := *mine
	away.public = foreign.Public
	fill := func(pattern, slug, kid string) string {
		return strings.NewReplacer("{account}", slug+"~"+kid, "{product}", "CAD", "{license}", mine.id, "{machine}", m.ID, "{rest...}", "anything").Replace(pattern)
	}
	tried := 0
	for _, rt := range w.table {
		if strings.HasSuffix(rt.Pattern, "validate-key") { // its key is in its body
			continue
		}
		tried++
		body := ""
		if rt.Method == "POST" {
			body = `{"data":{"attributes":{"fingerprint":"b"},"relationships":{"license":{"data":{"id":"` + mine.id + `"}}}}}`
		}
		path := fill(rt.Pattern, w.b.Slug, foreign.KID)
		expected := "401 LICENSE_INVALID"
		if strings.HasSuffix(rt.Pattern, "{rest...}") {
			expected = "404 NOT_FOUND"
		}
		a := away.whole(rt.Method, path, body)
		want(t, rt.Method+" "+path, fmt.Sprint(a.status, " ", a.code()), expected)

		path = fill(rt.Pattern, w.a.Slug, w.key.KID)
		a = beside.whole(rt.Method, path, body)
		named := strings.Contains(rt.Pattern, "{license}") || strings.Contains(rt.Pattern, "{machine}") || rt.Method == "POST"
		if named && a.status != 404 {
			t.Errorf("%s %s by another license: %d %s", rt.Method, path, a.status, a.raw)
		}
		for _, secret := range []string{mine.id, m.ID, key} {
			if strings.Contains(string(a.raw), secret) {
				t.Errorf("%s %s shows %s", rt.Method, path, secret)
			}
		}
	}
	if tried < 40 {
		t.Fatalf("%d routes", tried)
	}
	want(t, "afterwards", mine.at("a"), "VALID")
	if list := mine.ask("GET", "machines", "").things(t); len(list) != 1 {
		t.Fatalf("%+v", list)
	}
}

// Whoever guesses keys has to wait, and is told so in a form that needs no signature.
func TestGuessing(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{Address: db.Limit{Name: "test.address", Burst: 2, Per: time.Minute}})
	guess, err := wire.NewKey("CADP", rand.Reader)
	must(t, err)
	p := w.program(guess.String())
	for range 2 {
		want(t, "guess", p.ask("GET", "me", "").code(), "LICENSE_INVALID")
	}
	a, _ := p.send("GET", "me", "")
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || a.code() != "TOO_MANY_REQUESTS" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

// A database that is away is no refusal that a program believes.
func TestDead(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	_, key := w.sell(item(catalog.Multi), 1)
	must(t, w.d.Close())
	a, _ := w.program(key).send("GET", "me", "")
	if a.status != http.StatusServiceUnavailable || a.header.Get("Keygen-Signature") != "" || a.header.Get("Retry-After") == "" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

// 24 programs over the last three places.
func TestRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, key := w.sell(item(catalog.Multi), 3)
		p := w.program(key)
		p.at("x")
		status := make(chan int, 24)
		for n := range 24 {
			go func() { status <- p.activate(fmt.Sprint("m", n)).status }()
		}
		placed := 0
		for range 24 {
			if s := <-status; s == 201 {
				placed++
			} else if s != 422 {
				t.Errorf("status %d", s)
			}
		}
		l, err := w.GetLicense(context.Background(), w.a.All(), id)
		must(t, err)
		if placed != 3 || l.Used != 3 {
			t.Fatalf("%d placed, %d used", placed, l.Used)
		}
	})
}

// The refusals of the adapter itself carry codes of ours, for support.
func TestOwnCodes(t *testing.T) {
	w := newWorld(t, db.SQLite, license.Limits{})
	_, key := w.sell(item(catalog.Multi), 1)
	p := w.program(key)
	p.at("a")
	for _, c := range []struct {
		err                *fault.Error
		auth, method, path string
		body               string
	}{
		{keygen.ErrKeyMissing, "-", "GET", "me", ""},
		{keygen.ErrScheme, "Basic eDp5", "GET", "me", ""},
		{keygen.ErrBody, "", "POST", "machines", "{"},
		{keygen.ErrParameter, "", "POST", "licenses/" + p.id + "/actions/check-out?ttl=1", ""},
	} {
		p.header, p.key = nil, key
		if c.auth == "-" {
			p.key = ""
		} else if c.auth != "" {
			p.header = map[string]string{"Authorization": c.auth}
		}
		a := p.ask(c.method, c.path, c.body)
		want(t, c.path, a.Errors[0].Meta.Code, c.err.Code)
	}
}

// Every code that the table translates is one that the product has.
func TestTables(t *testing.T) {
	for _, code := range keygen.Ours() {
		if !text.Has("fault." + code) {
			t.Errorf("%s is no code", code)
		}
	}
}
