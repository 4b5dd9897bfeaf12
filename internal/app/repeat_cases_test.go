package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
)

// repeatCase makes valid requests to one route.
type repeatCase struct {
	ask   func(r *repeater) ask // on things that no other request has touched
	dry   bool                  // it takes dry_run
	once  string                // field of a secret that only the first answer holds
	moves bool                  // a worker changes the thing meanwhile: only its id stays
}

// notRepeated are the POSTs that take no Idempotency-Key, and why.
var notRepeated = map[string]string{
	"/exchange":                   "public: a message has its nonce; the same message has the same answer, byte for byte",
	"/consume":                    "public: its nonce is the key of the consumption",
	"/validate":                   "public: it changes nothing, and its nonce stands in the answer",
	"/typed":                      "public: a typed request has its number; the same request has the same answer",
	"/look":                       "public: it changes nothing; it is a POST so that no code stands in an address",
	"/look/free":                  "public: a device that was freed stays freed",
	"/hooks/{publisher}/{source}": "public: the signed document converges by its order's number, its revision and its hash",
	"/lease":                      "public: a request has its nonce; the same request has the same lease",
	"/lease/renew":                "public: a lease that is renewed twice is renewed",
	"/lease/end":                  "public: a lease that is given back twice is given back",
	"/usage/report":               "public: a day's number counts once, the greater one",
	"/lease/leave":                "public: whoever has left the queue has left it",
	"/reconcile":                  "it changes nothing",
	"/tickets/find":               "it changes nothing; it is a POST so that no code stands in an address",
}

func repeatCases() map[string]repeatCase {
	out := map[string]repeatCase{}
	for _, part := range []map[string]repeatCase{orgCases(), catalogCases(), orderCases(), licenseCases(), verbCases(), workCases()} {
		maps.Copy(out, part)
	}
	return out
}

// made sends what a case needs beforehand, and returns its answer.
func (r *repeater) made(path, body string) map[string]any {
	r.Helper()
	got := r.send(ask{path: path, body: body}, "")
	if got.err != nil || got.status/100 != 2 {
		r.Fatalf("POST %s %s: %+v", path, body, got)
	}
	var v map[string]any
	if got.body != "" {
		if err := json.Unmarshal([]byte(got.body), &v); err != nil {
			r.Fatal(err)
		}
	}
	return v
}

func (r *repeater) read(path string) map[string]any {
	r.Helper()
	status, body := fetch(r.T, http.MethodGet, r.at.API+"/api/v1"+path, "", "Authorization", "Bearer "+r.w.keys["admin"])
	var v map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil || status != http.StatusOK {
		r.Fatalf("GET %s: %d %s", path, status, body)
	}
	return v
}

// on is a case whose request names a thing that make makes, and has one body.
func on(path, body string, make func(r *repeater) string) repeatCase {
	return repeatCase{ask: func(r *repeater) ask { return ask{path: strings.Replace(path, "{}", make(r), 1), body: body} }}
}

func (r *repeater) customer() string {
	r.Helper()
	return r.made("/organizations", fmt.Sprintf(`{"kind":"customer","number":%q}`, r.next("N")))["id"].(string)
}

func (r *repeater) closed() string {
	r.Helper()
	id := r.customer()
	r.made("/organizations/"+id+"/close", "")
	return id
}

func orgCases() map[string]repeatCase {
	move := repeatCase{dry: true, ask: func(r *repeater) ask {
		return ask{path: "/organizations/" + r.customer() + "/move", body: fmt.Sprintf(`{"parent":%q}`, r.w.ids["/organizations/"])}
	}}
	shut := on("/organizations/{}/close", "", (*repeater).customer)
	shut.dry = true
	key := repeatCase{once: "token", ask: func(r *repeater) ask {
		return ask{path: "/organizations/" + r.w.ids["/organizations/"] + "/keys", body: fmt.Sprintf(`{"name":%q,"permissions":["org.read"]}`, r.next("key"))}
	}}
	return map[string]repeatCase{
		"/organizations": {ask: func(r *repeater) ask {
			return ask{path: "/organizations", body: fmt.Sprintf(`{"kind":"customer","number":%q}`, r.next("N"))}
		}},
		"/organizations/{id}/move":   move,
		"/organizations/{id}/close":  shut,
		"/organizations/{id}/reopen": on("/organizations/{}/reopen", "", (*repeater).closed),
		"/organizations/{id}/keys":   key,
	}
}

// copied is the body of a new object like one that is there.
func (r *repeater) copied(path, field string) string {
	r.Helper()
	v := r.read(path + "/" + r.w.ids[path+"/"])
	v[field] = r.next("N")
	if v["key_prefix"] != nil {
		v["key_prefix"] = "Q" + strings.Map(func(c rune) rune { return rune("ABCDEFGHJK"[c-'0']) }, fmt.Sprint(r.n))
	}
	raw, err := json.Marshal(v)
	if err != nil {
		r.Fatal(err)
	}
	return string(raw)
}

func catalogCases() map[string]repeatCase {
	out := map[string]repeatCase{
		"/catalog/apply": {dry: true, ask: func(r *repeater) ask {
			file := "catalog: 1\nmodels:\n  - {code: %s, name: {de: Einmal, en: Once}, kind: single_use}\n"
			return ask{path: "/catalog/apply", kind: "application/yaml", body: fmt.Sprintf(file, r.next("M"))}
		}},
		"/prices": {ask: func(r *repeater) ask { return ask{path: "/prices", body: r.price()} }},
		"/prices/withdraw": {ask: func(r *repeater) ask {
			body := r.price()
			r.made("/prices", body)
			return ask{path: "/prices/withdraw", body: body}
		}},
		"/article-groups/{ref}/add":    on("/article-groups/{}/add", `{"numbers":["SIM-CLOUD"]}`, func(r *repeater) string { return r.group() }),
		"/article-groups/{ref}/remove": on("/article-groups/{}/remove", `{"numbers":["CAD-LOAN"]}`, func(r *repeater) string { return r.group() }),
	}
	for path, field := range map[string]string{
		"/products": "code", "/features": "code", "/releases": "version", "/license-models": "code", "/articles": "number", "/configurations": "number", "/article-groups": "code",
	} {
		out[path] = repeatCase{ask: func(r *repeater) ask { return ask{path: path, body: r.copied(path, field)} }}
		out[path+"/{ref}/retire"] = on(path+"/{}/retire", "", func(r *repeater) string {
			return r.made(path, r.copied(path, field))["id"].(string)
		})
	}
	return out
}

func (r *repeater) price() string {
	r.next("")
	return fmt.Sprintf(`{"number":"CAD-PRO-PERP","class":"list","currency":"EUR","minor":100,"valid_from":"20%d-%02d-01"}`, 30+r.n/1000, r.n%12+1)
}

func (r *repeater) group() string {
	r.Helper()
	code := r.next("G")
	r.made("/article-groups", fmt.Sprintf(`{"code":%q,"name":{"de":"G","en":"G"},"members":["CAD-LOAN","CAD-NFR"]}`, code))
	return code
}

// sale is an order of one license, as far as cases need it.
type sale struct{ number, order, ticket, code, license string }

func (r *repeater) sell(article string) sale {
	r.Helper()
	s := sale{number: r.next("O")}
	placed := r.made("/orders", line(s.number, article, `,"quantity":1`))["orders"].([]any)[0].(map[string]any)
	ticket := placed["lines"].([]any)[0].(map[string]any)["tickets"].([]any)[0].(map[string]any)
	s.order, s.ticket, s.code = placed["id"].(string), ticket["id"].(string), ticket["code"].(string)
	s.license = r.read("/tickets/" + s.ticket)["licenses"].([]any)[0].(map[string]any)["id"].(string)
	return s
}

// activate has a machine redeem a sale; it returns the container and the
// activation.
func (r *repeater) activate(s sale) (container, activation string) {
	r.Helper()
	if _, err := online.Activate(r.Context(), r.machine(), s.code); err != nil {
		r.Fatal(err)
	}
	box := r.read("/containers?license=" + s.license)["items"].([]any)[0].(map[string]any)
	return box["id"].(string), box["activations"].([]any)[0].(map[string]any)["id"].(string)
}

// lease has a machine use a floating license.
func (r *repeater) lease() string {
	r.Helper()
	l, err := online.TakeLease(r.Context(), r.machine(), client.LeaseAsk{Code: r.sell("CAD-PRO-FLOAT").code}, nil)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = l.End(context.Background()) })
	return l.Now().ID
}

// config is that of a container in a folder of its own.
func (r *repeater) config() client.Config {
	r.Helper()
	pins, err := r.a.Pins(r.Context(), r.w.p.Slug)
	if err != nil {
		r.Fatal(err)
	}
	raw, err := pins.Encode()
	if err != nil {
		r.Fatal(err)
	}
	return client.Config{Pins: raw, Version: "1.0", Dir: r.TempDir(), Server: r.at.Depot}
}

// waiting is an order with a document that takes a seat back which is in use,
// and waits for a human.
func (r *repeater) waiting() ask {
	r.Helper()
	s := r.sell("CAD-PRO-PERP")
	r.activate(s)
	r.made("/orders", line(s.number, "CAD-PRO-PERP", `,"cancelled":true`))
	v := r.read("/orders/" + s.order)
	return ask{path: "/orders/" + s.order, match: fmt.Sprintf(`"%.0f"`, v["rev"])}
}

func orderCases() map[string]repeatCase {
	return map[string]repeatCase{
		"/orders": {dry: true, ask: func(r *repeater) ask {
			return ask{path: "/orders", body: line(r.next("O"), "CAD-PRO-PERP", `,"quantity":2`)}
		}},
		"/orders/{id}/confirm": {ask: func(r *repeater) ask {
			q := r.waiting()
			q.path, q.body = q.path+"/confirm", `{"recalls":1}`
			return q
		}},
		"/orders/{id}/reject": {ask: func(r *repeater) ask {
			q := r.waiting()
			q.path += "/reject"
			return q
		}},
		"/sources": {ask: func(r *repeater) ask { return ask{path: "/sources", body: fmt.Sprintf(`{"name":%q}`, r.next("shop"))} }},
	}
}

func licenseCases() map[string]repeatCase {
	ticket := func(r *repeater) string { return r.sell("CAD-PRO-PERP").ticket }
	license := func(r *repeater) string { return r.sell("CAD-PRO-PROJECT").license }
	blocked := func(path string, make func(r *repeater) string) func(r *repeater) string {
		return func(r *repeater) string {
			id := make(r)
			r.made(path+id+"/block", because)
			return id
		}
	}
	floating := func(r *repeater) string { return r.sell("CAD-PRO-FLOAT").license }
	container := func(r *repeater) string {
		id, _ := r.activate(r.sell("CAD-PRO-PERP"))
		return id
	}
	activation := func(r *repeater) string {
		_, id := r.activate(r.sell("CAD-PRO-PERP"))
		return id
	}
	return map[string]repeatCase{
		"/tickets/{id}/reveal":      on("/tickets/{}/reveal", "", ticket),
		"/tickets/{id}/block":       on("/tickets/{}/block", because, ticket),
		"/tickets/{id}/unblock":     on("/tickets/{}/unblock", because, blocked("/tickets/", ticket)),
		"/licenses/{id}/reveal":     on("/licenses/{}/reveal", "", license),
		"/licenses/{id}/extend":     on("/licenses/{}/extend", `{"until":"2031-12-31","reason":{"code":"goodwill"}}`, license),
		"/licenses/{id}/block":      on("/licenses/{}/block", because, license),
		"/licenses/{id}/unblock":    on("/licenses/{}/unblock", because, blocked("/licenses/", license)),
		"/containers/{id}/decide":   on("/containers/{}/decide", `{"decision":"block"}`, container),
		"/cases/{id}/decide":        on("/cases/{}/decide", `{"decision":"accept","reason":"a test"}`, (*repeater).suspect),
		"/activations/{id}/evict":   on("/activations/{}/evict", because, activation),
		"/activations/{id}/return":  on("/activations/{}/return", because, activation),
		"/activations/{id}/move":    on("/activations/{}/move", because, activation),
		"/activations/{id}/restore": on("/activations/{}/restore", because, activation),
		"/cloud-containers": {ask: func(r *repeater) ask {
			return ask{path: "/cloud-containers", body: r.account()}
		}},
		"/cloud-containers/{id}/grant":    {ask: func(r *repeater) ask { return r.supply("grant") }},
		"/cloud-containers/{id}/withdraw": {ask: func(r *repeater) ask { return r.supply("withdraw") }},
		"/cloud-containers/{id}/close": on("/cloud-containers/{}/close", "", func(r *repeater) string {
			return r.made("/cloud-containers", r.account())["id"].(string)
		}),
		"/leases/{id}/release":        on("/leases/{}/release", "", (*repeater).lease),
		"/licenses/{id}/reservations": on("/licenses/{}/reservations", `{"kind":"label","for":"room","seats":1}`, floating),
		"/reservations/{id}/end": on("/reservations/{}/end", "", func(r *repeater) string {
			return r.made("/licenses/"+floating(r)+"/reservations", `{"kind":"label","for":"room","seats":1}`)["id"].(string)
		}),
		"/licenses/recall": {dry: true, ask: func(r *repeater) ask {
			return ask{path: "/licenses/recall", body: fmt.Sprintf(`{"licenses":[%q],"reason":{"code":"request"}}`, license(r))}
		}},
	}
}

// account is a new service account.
func (r *repeater) account() string {
	return fmt.Sprintf(`{"org":%q,"service":%q}`, r.w.p.Root, r.next("S"))
}

// supply gives a cloud container a license, or takes it away.
func (r *repeater) supply(act string) ask {
	r.Helper()
	id := r.made("/cloud-containers", r.account())["id"].(string)
	body := fmt.Sprintf(`{"license":%q}`, r.sell("SIM-CLOUD").license)
	if act == "withdraw" {
		r.made("/cloud-containers/"+id+"/grant", body)
	}
	return ask{path: "/cloud-containers/" + id + "/" + act, body: body}
}

func (r *repeater) hook() string {
	r.Helper()
	return r.made("/webhooks", `{"url":"http://127.0.0.1:1/a","events":["person.*"]}`)["id"].(string)
}

// dead is a job that has failed for good. It is long due, so that it does not
// wait behind what the world has left to be sent.
func (r *repeater) dead() string {
	r.Helper()
	var id job.ID
	err := r.a.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
		id, err = job.Enqueue(tx, job.New{Kind: "app_test.nobody", Publisher: r.w.p.ID, Org: r.w.p.Root, RunAt: tx.Now().Add(-time.Hour), MaxAttempts: 1})
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	waitFor(r.T, func() bool { return r.read("/jobs/" + id.String())["state"] == "dead" })
	return id.String()
}

func workCases() map[string]repeatCase {
	deliver := on("/deliveries/{}/redeliver", "", func(r *repeater) string { return r.w.ids["/deliveries/"] })
	deliver.moves = true
	retry := on("/jobs/{}/retry", "", (*repeater).dead)
	retry.moves = true
	return map[string]repeatCase{
		"/webhooks": {ask: func(r *repeater) ask {
			return ask{path: "/webhooks", body: fmt.Sprintf(`{"url":"http://127.0.0.1:1/%s","events":["person.*"]}`, r.next("w"))}
		}},
		"/webhooks/{id}/rotate":      on("/webhooks/{}/rotate", "", (*repeater).hook),
		"/deliveries/{id}/redeliver": deliver,
		"/jobs/{id}/retry":           retry,
	}
}
