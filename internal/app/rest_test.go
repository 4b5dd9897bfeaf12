package app_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// rest asks as the publisher's ERP.
type rest struct {
	*testing.T
	base, key string
}

func (r rest) do(method, path, body string, header ...string) (answered, map[string]any) {
	r.Helper()
	q, err := http.NewRequestWithContext(r.Context(), method, r.base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+r.key)
	q.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	var value map[string]any
	out := answered{status: res.StatusCode, header: res.Header}
	if res.StatusCode != http.StatusNoContent {
		raw := json.RawMessage{}
		if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
			r.Fatal(err)
		}
		out.body = string(raw)
		_ = json.Unmarshal(raw, &value)
		_ = json.Unmarshal(raw, &out.Problem)
	}
	return out, value
}

func (r rest) want(name string, got answered, status int, code string) {
	r.Helper()
	if got.status != status || got.Code != code {
		r.Errorf("%s: %d %q, want %d %q: %.300s", name, got.status, got.Code, status, code, got.body)
	}
}

func newRest(t *testing.T) (rest, *tenantWorld) {
	t.Helper()
	a, at := start(t, db.SQLite)
	w := populate(t, a, at, "alpha")
	return rest{t, at.API, w.keys["admin"]}, w
}

// A change with the revision that was read is made once; with an old one never.
func TestRevisions(t *testing.T) {
	r, w := newRest(t)
	at := "/organizations/" + w.ids["/organizations/"]
	read, _ := r.do("GET", at, "")
	tag := read.header.Get("ETag")
	changed, _ := r.do("PATCH", at, `{"name":"New"}`, "If-Match", tag)
	r.want("change", changed, 200, "")
	if changed.header.Get("ETag") == tag || tag == "" {
		t.Errorf("ETag was %s and is %s", tag, changed.header.Get("ETag"))
	}
	again, _ := r.do("PATCH", at, `{"name":"Newer"}`, "If-Match", tag)
	r.want("old revision", again, 412, "org.stale")
	any, _ := r.do("PATCH", at, `{"name":"Newest"}`, "If-Match", "*")
	r.want("any revision", any, 200, "")
	product, value := r.do("GET", "/products/cad", "")
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := r.do("PUT", "/products/cad", string(body), "If-Match", product.header.Get("ETag"))
	if same.status != 200 {
		t.Errorf("what was read cannot be written: %d %s", same.status, same.body)
	}
	none, _ := r.do("GET", "/organizations?number=NO-SUCH", "")
	if !strings.Contains(none.body, `"items":[]`) {
		t.Errorf("an empty page is %s", none.body)
	}
}

// A POST that is repeated under its key has one effect; with another body it is
// refused.
func TestRepeatedPosts(t *testing.T) {
	r, w := newRest(t)
	for name, c := range map[string]struct{ path, one, other, list string }{
		"organization": {
			"/organizations", `{"kind":"customer","number":"K-1"}`, `{"kind":"customer","number":"K-2"}`, "/organizations?number=K-",
		},
		"key":     {"/organizations/" + w.ids["/organizations/"] + "/keys", `{"name":"k1","permissions":["org.read"]}`, `{"name":"k2","permissions":["org.read"]}`, ""},
		"webhook": {"/webhooks", `{"url":"http://127.0.0.1:1/a","events":["*"]}`, `{"url":"http://127.0.0.1:1/b","events":["*"]}`, ""},
		"product": {"/products", `{"code":"P1","name":{"de":"P","en":"P"},"key_prefix":"PONE"}`, `{"code":"P2","name":{"de":"P","en":"P"},"key_prefix":"PTWO"}`, "/products?prefix=P1"},
		"order":   {"/orders", line("I-1", "CAD-PRO-PERP", `,"quantity":1`), line("I-2", "CAD-PRO-PERP", `,"quantity":1`), ""},
	} {
		key := "retry-" + name
		first, one := r.do("POST", c.path, c.one, "Idempotency-Key", key)
		second, two := r.do("POST", c.path, c.one, "Idempotency-Key", key)
		if first.status >= 300 || second.status != first.status || fmt.Sprint(identity(one)) != fmt.Sprint(identity(two)) {
			t.Errorf("%s: %d %.200s, then %d %.200s", name, first.status, first.body, second.status, second.body)
		}
		other, _ := r.do("POST", c.path, c.other, "Idempotency-Key", key)
		r.want(name+" with another body", other, 422, "actor.key_reused")
		if c.list != "" {
			if _, all := r.do("GET", c.list, ""); len(all["items"].([]any)) != 1 {
				t.Errorf("%s: %v", name, all)
			}
		}
	}
}

// identity finds the id of what was made.
func identity(v map[string]any) any {
	if orders, ok := v["orders"].([]any); ok {
		return orders[0].(map[string]any)["id"]
	}
	return v["id"]
}

// Pages follow one another without a gap, whatever their size.
func TestPages(t *testing.T) {
	r, _ := newRest(t)
	_, whole := r.do("GET", "/articles?limit=500", "")
	var got []any
	for at, n := "/articles?limit=4", 0; at != "" && n < 50; n++ {
		_, page := r.do("GET", at, "")
		got = append(got, page["items"].([]any)...)
		at = ""
		if next, _ := page["next"].(string); next != "" {
			at = "/articles?limit=4&after=" + next
		}
	}
	if len(got) < 10 || fmt.Sprint(got) != fmt.Sprint(whole["items"]) {
		t.Errorf("%d articles by fours, %d at once", len(got), len(whole["items"].([]any)))
	}
	bad, _ := r.do("GET", "/licenses?after=nonsense", "")
	r.want("a cursor that is none", bad, 422, "license.bad_cursor")
}

// What would happen is said, and does not happen.
func TestDryRuns(t *testing.T) {
	r, w := newRest(t)
	at := "/organizations/" + w.ids["/organizations/"]
	for _, c := range []struct{ path, body string }{
		{at + "/close?dry_run=true", ""},
		{at + "/move?dry_run=true", fmt.Sprintf(`{"parent":%q}`, w.p.Root)},
		{"/licenses/recall?dry_run=true", fmt.Sprintf(`{"licenses":[%q]}`, w.ids["/licenses/"])},
		{"/orders?dry_run=true", line("D-1", "CAD-PRO-PERP", `,"quantity":1`)},
	} {
		before := r.state(w)
		got, _ := r.do("POST", c.path, c.body)
		r.want(c.path, got, 200, "")
		if after := r.state(w); after != before {
			t.Errorf("%s changed %s to %s", c.path, before, after)
		}
	}
	file := "catalog: 1\nmodels:\n  - {code: D-1, name: {de: Einmal, en: Once}, kind: single_use}\n"
	apply := func(query string) (answered, map[string]any) {
		return r.do("POST", "/catalog/apply"+query, file, "Content-Type", "application/yaml")
	}
	plan, value := apply("?dry_run=true")
	if created, _ := value["created"].([]any); plan.status != 200 || value["dry_run"] != true || len(created) != 1 {
		t.Errorf("plan of a file: %d %s", plan.status, plan.body)
	}
	if got, _ := r.do("GET", "/license-models/D-1", ""); got.status != 404 {
		t.Errorf("a model that was only planned: %d", got.status)
	}
	if bad, _ := apply("?dry_run=maybe"); bad.Code != "api.type" {
		t.Errorf("neither true nor false: %d %s", bad.status, bad.body)
	}
	done, value := apply("")
	if got, _ := r.do("GET", "/license-models/D-1", ""); done.status != 200 || value["dry_run"] != false || got.status != 200 {
		t.Errorf("the file itself: %d %s, then %d", done.status, done.body, got.status)
	}
	missing, _ := r.do("GET", "/orders/by-number/erp/D-1", "")
	if missing.status != 404 {
		t.Errorf("an order that was only previewed: %d", missing.status)
	}
}

// Who guesses codes, or comes while the database is away, is told when to come
// again, also by the operations that huma answers for.
func TestComeAgain(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine)
			w := populate(t, a, at, "alpha")
			r := rest{t, at.API, w.keys["admin"]}
			var got answered
			for n := 0; n < 100 && got.status != http.StatusTooManyRequests; n++ {
				code, err := wire.NewTicket(rand.Reader)
				if err != nil {
					t.Fatal(err)
				}
				got, _ = r.do("POST", "/tickets/find", fmt.Sprintf(`{"code":%q}`, code))
			}
			r.want("guessing", got, 429, "license.too_many_tries")
			r.wait(got)
			if err := a.DB.Close(); err != nil {
				t.Fatal(err)
			}
			got, _ = r.do("GET", "/organizations", "")
			r.want("without a database", got, 503, "db.unavailable")
			r.wait(got)
		})
	}
}

// wait wants to be told how many seconds to stay away.
func (r rest) wait(got answered) {
	r.Helper()
	if n, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || n < 1 {
		r.Errorf("%s: Retry-After is %q", got.Code, got.header.Get("Retry-After"))
	}
}

// state is what dry runs must not change.
func (r rest) state(w *tenantWorld) string {
	r.Helper()
	one, _ := r.do("GET", "/organizations/"+w.ids["/organizations/"], "")
	two, _ := r.do("GET", "/licenses/"+w.ids["/licenses/"], "")
	return one.body + two.body
}

var (
	anyID   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyHint = regexp.MustCompile(`"(hint|key_hint)": "[^"]*"`)
	anyTime = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]+"`)
)

// The shape of some answers, as they are written; what differs by run is left out.
func TestAnswers(t *testing.T) {
	r, w := newRest(t)
	for name, path := range map[string]string{
		"organization": "/organizations/" + w.ids["/organizations/"], "article": "/articles/CAD-PRO-YEAR", "order": "/orders/" + w.ids["/orders/"],
		"ticket": "/tickets/" + w.ids["/tickets/"], "license": "/licenses/" + w.ids["/licenses/"], "price": "/prices/CAD-TRIAL",
		"refusal": "/tickets/00000000-0000-7000-8000-000000000000",
	} {
		got, _ := r.do("GET", path, "")
		var text strings.Builder
		enc := json.NewEncoder(&text)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		var v any
		if err := json.Unmarshal([]byte(got.body), &v); err != nil {
			t.Fatal(err)
		}
		if p, ok := v.(map[string]any); ok && p["instance"] != nil {
			p["instance"] = "REQUEST"
		}
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		golden := anyTime.ReplaceAllString(anyHint.ReplaceAllString(anyID.ReplaceAllString(text.String(), "ID"), `"$1": "HINT"`), `"TIME"`)
		file := filepath.Join("testdata", "answers", name+".json")
		if os.Getenv("LICET_UPDATE") != "" {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(golden), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != golden {
			t.Errorf("%s is %s, in %s stands another (%v); LICET_UPDATE=1 writes it", path, golden, file, err)
		}
	}
}

// A shop's administrator copies the address and the secret from one answer.
func TestShopHook(t *testing.T) {
	r, _ := newRest(t)
	got, made := r.do("POST", "/sources", `{"name":"web shop"}`)
	r.want("add", got, 201, "")
	path, ok := strings.CutPrefix(fmt.Sprint(made["hook"]), "/api/v1")
	if !ok {
		t.Fatalf("no address: %.300s", got.body)
	}
	if all, _ := r.do("GET", "/sources", ""); !strings.Contains(all.body, path) {
		t.Errorf("the list says %.300s", all.body)
	}
	raw, err := os.ReadFile("../order/format/testdata/woocommerce-order-created.json")
	if err != nil {
		t.Fatal(err)
	}
	sum := hmac.New(sha256.New, fmt.Append(nil, made["secret"]))
	sum.Write(raw)
	got, heard := r.do("POST", path, string(raw), "X-WC-Webhook-Topic", "order.created", "X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	r.want("order", got, 200, "")
	if heard["outcome"] != "applied" {
		t.Errorf("the order is %v", heard)
	}
}
