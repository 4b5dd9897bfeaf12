package api_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/route"
)

// doorless is the API without anything behind it: what is refused here is
// refused before a door sees it.
func doorless(t *testing.T) http.Handler {
	t.Helper()
	a := api.New(api.Options{Version: "1", MaxDocument: 1 << 20})
	return route.New(a.Routes(), route.Options{
		Now: func() time.Time { return time.Unix(1_800_000_000, 0) }, Log: slog.New(slog.DiscardHandler),
		Authenticate: func(context.Context, *http.Request, netip.Addr) (actor.Actor, error) {
			return actor.Actor{Kind: actor.KindKey, ID: "key:test", Perms: actor.All()}, nil
		},
	})
}

func send(t *testing.T, h http.Handler, method, path, body string, header ...string) (*http.Response, route.Problem, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer x")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var p route.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil && w.Code >= 400 {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Result(), p, w.Body.String()
}

// canary stands where a secret might: no answer may hold it.
const canary = "CANARY-7H2KM"

const anID = "01890a5d-ac96-774b-bcce-b302099a8057"

// inputs are wrong requests with the code and the field of their refusal.
var inputs = []struct {
	name, method, path, body string
	code, field              string
	header                   []string
}{
	{"no body", "POST", "/organizations", ``, "api.required", "", nil},
	{"blank body", "POST", "/organizations", " \n", "api.required", "", nil},
	{"required", "POST", "/organizations", `{"name":"` + canary + `"}`, "api.required", "/kind", nil},
	{"required parameter", "GET", "/prices/A-1/on?currency=EUR", ``, "api.required", "on", nil},
	{"type", "PATCH", "/organizations/" + anID, `{"name":["` + canary + `"]}`, "api.type", "/name", nil},
	{"null", "PATCH", "/organizations/" + anID, `{"name":null}`, "api.type", "/name", nil},
	{"fraction", "POST", "/orders/" + anID + "/confirm", `{"recalls":2.5}`, "api.type", "/recalls", nil},
	{"not an object", "POST", "/organizations", `["` + canary + `"]`, "api.type", "", nil},
	{"type of a parameter", "GET", "/organizations?limit=" + canary, ``, "api.type", "limit", nil},
	{"switch", "POST", "/organizations/" + anID + "/close?dry_run=" + canary, ``, "api.type", "dry_run", nil},
	{"switch of a document", "POST", "/orders?dry_run=" + canary, `{}`, "api.type", "dry_run", nil},
	{"switch of a catalog", "POST", "/catalog/apply?dry_run=" + canary, `{}`, "api.type", "dry_run", nil},
	{"switch of a book", "POST", "/reconcile?whole=" + canary, `{}`, "api.type", "whole", nil},
	{"id in the path", "GET", "/tickets/" + canary, ``, "api.format", "id", nil},
	{"id in the query", "GET", "/tickets?holder=" + canary, ``, "api.format", "holder", nil},
	{"id in the body", "POST", "/organizations/" + anID + "/move", `{"parent":"` + canary + `"}`, "api.format", "/parent", nil},
	{"ids in the body", "POST", "/licenses/recall", `{"licenses":["` + anID + `","` + canary + `"]}`, "api.format", "/licenses/1", nil},
	{"day", "POST", "/licenses/" + anID + "/extend", `{"until":"` + canary + `"}`, "api.format", "/until", nil},
	{"day that is none", "POST", "/licenses/" + anID + "/extend", `{"until":"2031-02-30"}`, "api.format", "/until", nil},
	{"day in the query", "GET", "/prices/A-1/on?currency=EUR&on=" + canary, ``, "api.format", "on", nil},
	{"pattern", "GET", "/prices/A-1/on?currency=" + canary + "&on=2026-12-01", ``, "api.format", "currency", nil},
	{"below", "POST", "/orders/" + anID + "/confirm", `{"recalls":-1}`, "api.too_small", "/recalls", nil},
	{"below, in the query", "GET", "/organizations?limit=0", ``, "api.too_small", "limit", nil},
	{"above", "GET", "/organizations?limit=501", ``, "api.too_big", "limit", nil},
	{"short", "POST", "/tickets/find", `{"code":""}`, "api.too_short", "/code", nil},
	{"short list", "POST", "/article-groups/g/add", `{"numbers":[]}`, "api.too_short", "/numbers", nil},
	{"long", "POST", "/tickets/find", `{"code":"` + strings.Repeat(canary, 20) + `"}`, "api.too_long", "/code", nil},
	{"long list", "POST", "/article-groups/g/add", `{"numbers":["` + strings.Repeat(`x","`, 1000) + `x"]}`, "api.too_long", "/numbers", nil},
	{"one of", "POST", "/organizations", `{"kind":"` + canary + `"}`, "api.one_of", "/kind", nil},
	{"one of, in the query", "GET", "/jobs?state=" + canary, ``, "api.one_of", "state", nil},
	{"unknown parameter", "GET", "/organizations?nunber=" + canary, ``, "api.unknown_parameter", "nunber", nil},
	{"misspelled switch", "POST", "/organizations/" + anID + "/close?dryrun=true", ``, "api.unknown_parameter", "dryrun", nil},
	{"misspelled switch of a document", "POST", "/orders?dryrun=true", `{}`, "api.unknown_parameter", "dryrun", nil},
	{"misspelled switch of a catalog", "POST", "/catalog/apply?dry-run=true", `{}`, "api.unknown_parameter", "dry-run", nil},
	{"no parameter at all", "GET", "/organizations/" + anID + "?limit=5", ``, "api.unknown_parameter", "limit", nil},
	{"language of a document", "POST", "/orders?language=" + canary, `{}`, "api.one_of", "language", nil},
	{"mode of a document", "POST", "/orders?mode=" + canary, `{}`, "api.one_of", "mode", nil},
	{"unknown field", "POST", "/tickets/find", `{"code":"x","cod":"` + canary + `"}`, "api.unknown_field", "/cod", nil},
	{"other case", "POST", "/tickets/find", `{"code":"x","Code":"` + canary + `"}`, "api.unknown_field", "/Code", nil},
	{"field twice", "POST", "/tickets/find", `{"code":"x","code":"` + canary + `"}`, "api.field_twice", "/code", nil},
	{"field twice, inside", "POST", "/articles", `{"options":[{},{"a~/b":1,"a~/b":"` + canary + `"}]}`, "api.field_twice", "/options/1/a~0~1b", nil},
	{"field twice, escaped", "POST", "/tickets/find", `{"code":"x","\u0063ode":"` + canary + `"}`, "api.field_twice", "/code", nil},
	{"cut off", "POST", "/tickets/find", `{"code":"` + canary, "api.malformed", "", nil},
	{"trailing", "POST", "/tickets/find", `{"code":"x"}{"code":"` + canary + `"}`, "api.malformed", "", nil},
	{"trailing bracket", "POST", "/tickets/find", `{"code":"x"}}`, "api.malformed", "", nil},
	{"comma", "POST", "/tickets/find", `{"code":"x",}`, "api.malformed", "", nil},
	{"not JSON", "POST", "/tickets/find", `code=` + canary, "api.malformed", "", nil},
	{"deep", "POST", "/tickets/find", strings.Repeat(`{"code":`, 33), "api.too_deep", "", nil},
	{"very deep", "POST", "/tickets/find", strings.Repeat(`[`, 200_000), "api.too_deep", "", nil},
	{"mark", "POST", "/tickets/find", "\xef\xbb\xbf" + `{"code":"x"}`, "api.encoding", "", nil},
	{"ISO-8859-1", "POST", "/tickets/find", "{\"code\":\"M\xfcller\"}", "api.encoding", "", nil},
	{"UTF-16", "POST", "/tickets/find", "\xff\xfe{\x00}\x00", "api.encoding", "", nil},
	{"named ISO-8859-1", "POST", "/tickets/find", `{"code":"x"}`, "api.encoding", "", []string{"Content-Type", "application/json; charset=ISO-8859-1"}},
	{"media type", "POST", "/tickets/find", `<code>` + canary + `</code>`, "api.media_type", "", []string{"Content-Type", "application/xml"}},
	{"no media type", "POST", "/tickets/find", `{}`, "api.media_type", "", []string{"Content-Type", "/"}},
	{"not acceptable", "GET", "/organizations?limit=501", ``, "api.too_big", "limit", []string{"Accept", "image/png"}},
	{"revision", "POST", "/organizations/" + anID + "/close", ``, "api.if_match", "If-Match", []string{"If-Match", canary}},
	{"weak revision", "POST", "/organizations/" + anID + "/close", ``, "api.if_match", "If-Match", []string{"If-Match", `W/"1"`}},
	{"revision zero", "POST", "/organizations/" + anID + "/close", ``, "api.if_match", "If-Match", []string{"If-Match", `"0"`}},
	{"validate, twice", "POST", "/validate", `{"key":"x","key":"` + canary + `","nonce":"n"}`, "api.malformed", "", nil},
}

// Every rule that an input can break before a door sees it.
func TestInputs(t *testing.T) {
	h := doorless(t)
	for _, c := range inputs {
		t.Run(c.name, func(t *testing.T) {
			res, p, body := send(t, h, c.method, c.path, c.body, c.header...)
			if res.StatusCode != 422 || p.Code != c.code || p.Field != c.field || p.Status != 422 {
				t.Errorf("%d %s at %q, want 422 %s at %q: %s", res.StatusCode, p.Code, p.Field, c.code, c.field, body)
			}
			told(t, p)
			for _, one := range p.Errors {
				told(t, one)
			}
			if kind := res.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("answered as %s", kind)
			}
			if strings.Contains(body, "CANARY") {
				t.Errorf("the answer shows what was refused: %s", body)
			}
		})
	}
}

// told wants a sentence in each language with every place filled.
func told(t *testing.T, p route.Problem) {
	t.Helper()
	de, en := p.Texts["de"], p.Texts["en"]
	if de == "" || en == "" || de == en || strings.ContainsAny(de+en, "{}%|") {
		t.Errorf("%s says %q and %q", p.Code, de, en)
	}
}

// More than one mistake is told at once.
func TestAllMistakesAreTold(t *testing.T) {
	_, p, _ := send(t, doorless(t), "POST", "/organizations", `{"kind":"x","nam":"y","number":7}`, "Accept-Language", "de-DE,de;q=0.9")
	var got []string
	for _, one := range p.Errors {
		got = append(got, one.Field+" "+one.Code)
	}
	slices.Sort(got)
	if want := []string{"/kind api.one_of", "/nam api.unknown_field", "/number api.type"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if p.Detail != p.Texts["de"] {
		t.Errorf("the reader's language is German: %q", p.Detail)
	}
}

// A body over the limit of its route.
func TestLargeBody(t *testing.T) {
	res, p, _ := send(t, doorless(t), "POST", "/tickets/find", `{"code":"`+strings.Repeat("x", 1<<20)+`"}`)
	if res.StatusCode != http.StatusRequestEntityTooLarge || p.Code != "route.too_large" {
		t.Errorf("%d %+v", res.StatusCode, p)
	}
}

// The sets in the document are the constants of the packages.
func TestClosedSetsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for kind, values := range api.Closed {
		dir := "../.." + strings.TrimPrefix(kind.PkgPath(), "github.com/licet/licet")
		got := constants(t, dir, kind.Name())
		if !slices.Equal(got, values) {
			t.Errorf("%s is %q in its package and %q in the document", kind, got, values)
		}
		seen[kind.String()] = true
	}
	if len(seen) < 25 {
		t.Errorf("only %d sets", len(seen))
	}
}

// constants returns the values of the constants of a type, in their order.
func constants(t *testing.T, dir, kind string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			named, _ := v.Type.(*ast.Ident)
			literal, _ := v.Values[0].(*ast.BasicLit)
			if named != nil && literal != nil && named.Name == kind {
				s, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, s)
			}
			return true
		})
	}
	return out
}
