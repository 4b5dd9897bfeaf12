package app_test

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

// outer is an installation as strangers see it, with two publishers.
type outer struct {
	t            *testing.T
	a            *app.App
	at           app.Running
	mine, theirs *tenantWorld
}

// answer is what came back.
type answered struct {
	status int
	header http.Header
	body   string
	route.Problem
}

func (o *outer) post(base, path, kind, body string, header ...string) answered {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	out := answered{status: res.StatusCode, header: res.Header, body: string(raw)}
	_ = json.Unmarshal(raw, &out.Problem) // an accepted message is answered in text
	return out
}

// order sends a document with the publisher's key.
func (o *outer) order(kind, body string) answered {
	o.t.Helper()
	return o.post(o.at.API, "/orders?source=erp", kind, body, "Authorization", "Bearer "+o.mine.keys["admin"])
}

// line is an order of one line.
func line(number, article, rest string) string {
	return fmt.Sprintf(`{"source":"erp","number":%q,"mode":"complete","buyer":{"number":"R-1"},"lines":[{"no":"1","article":%q%s}]}`, number, article, rest)
}

// refused wants a refusal with this status and code, in both languages.
func (o *outer) refused(name string, got answered, status int, code string) {
	o.t.Helper()
	if got.status != status || got.Code != code {
		o.t.Errorf("%s: %d %s, want %d %s: %.300s", name, got.status, got.Code, status, code, got.body)
	}
	for _, p := range append(got.Errors, got.Problem) {
		if p.Texts["de"] == "" || p.Texts["en"] == "" || p.Texts["de"] == p.Texts["en"] || strings.ContainsAny(p.Texts["de"]+p.Texts["en"], "{}") {
			o.t.Errorf("%s: %s says %q", name, p.Code, p.Texts)
		}
	}
}

var qTables = map[db.Engine]*db.Stmt{
	db.SQLite:   db.SQL("test.tables_lite", `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`),
	db.Postgres: db.SQL("test.tables_pg", `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`),
}

// moving are the tables that may change when nothing was accepted: charged
// limits, what was counted of refusals, what is told of refusals, and the background.
var moving = []string{"rate", "anomaly", "journal", "journal_head", "lease", "job", "webhook_delivery", "webhook_endpoint", "meta"}

// rows counts the rows of every table.
func (o *outer) rows() map[string]int64 {
	o.t.Helper()
	out := map[string]int64{}
	err := o.a.DB.Read(o.t.Context(), func(r *db.Reader) error {
		rows, err := r.Query(qTables[r.Engine()])
		tables, err := db.Collect(rows, err, func(r *db.Rows) (s string, err error) { err = r.Scan(&s); return s, err })
		for _, table := range tables {
			var n int64
			if err := r.QueryRow(counts(table)).Scan(&n); err != nil {
				return err
			}
			out[table] = n
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, table := range moving {
		delete(out, table)
	}
	return out
}

var counting = map[string]*db.Stmt{}

// counts registers the statement that counts a table's rows, once.
func counts(table string) *db.Stmt {
	if counting[table] == nil {
		counting[table] = db.SQL("test.count_"+table, `SELECT COUNT(*) FROM `+table)
	}
	return counting[table]
}

// unchanged runs what is refused and wants every table as it was.
func (o *outer) unchanged(name string, do func()) {
	o.t.Helper()
	before := o.rows()
	do()
	if after := o.rows(); !maps.Equal(before, after) {
		for _, table := range slices.Sorted(maps.Keys(after)) {
			if before[table] != after[table] {
				o.t.Errorf("%s wrote to %s: %d rows, then %d", name, table, before[table], after[table])
			}
		}
	}
}

// The list of the issue, from outside, on both engines.
func TestBadInput(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			o := &outer{t: t}
			o.a, o.at = start(t, engine)
			o.mine, o.theirs = populate(t, o.a, o.at, "alpha"), populate(t, o.a, o.at, "beta")
			o.unchanged("orders", o.badOrders)
			o.unchanged("documents", o.badDocuments)
			o.unchanged("large bodies", o.largeBodies)
			o.badTickets()
			o.badRequests()
			o.unchanged("strangers", o.strangers)
			o.unchanged("guessing", o.guessing)
		})
	}
}

// badOrders are well-formed and ask for what cannot be.
func (o *outer) badOrders() {
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"unknown article", line("X-1", "NO-SUCH", `,"quantity":1`), 404, "catalog.article_unknown"},
		{"quantity 0", line("X-2", "CAD-PRO-PERP", `,"quantity":0`), 422, "order.quantity_range"},
		{"quantity 10^9", line("X-3", "CAD-PRO-PERP", `,"quantity":1000000000`), 422, "order.quantity_range"},
		{"quantity beyond 64 bits", line("X-4", "CAD-PRO-PERP", `,"quantity":99999999999999999999999`), 422, "order.quantity_range"},
		{"quantity 2.5", line("X-5", "CAD-PRO-PERP", `,"quantity":2.5`), 422, "order.quantity_not_whole"},
		{"negative quantity", line("X-6", "CAD-PRO-PERP", `,"quantity":-1`), 422, "order.quantity_range"},
		{"option above its frame", line("X-7", "CAD-PRO-YEAR", `,"quantity":1,"options":{"months":99}`), 422, "catalog.option_outside_frame"},
		{"option below its frame", line("X-8", "CAD-PRO-YEAR", `,"quantity":1,"options":{"months":0}`), 422, "catalog.option_outside_frame"},
		{"option of another kind", line("X-9", "CAD-PRO-YEAR", `,"quantity":1,"options":{"months":"x"}`), 422, "catalog.option_kind"},
		{"unknown option", line("X-10", "CAD-PRO-YEAR", `,"quantity":1,"options":{"no_such":1}`), 422, "catalog.option_unknown"},
		{"customer of another publisher", line("X-11", "CAD-PRO-PERP", `,"quantity":1,"customer":{"id":"`+o.theirs.ids["/organizations/"]+`"}`), 404, "order.party_unknown"},
		{"a zero byte", strings.Replace(line("X-12", "CAD", `,"quantity":1`), "CAD", `CAD\u0000`, 1), 422, "order.field_characters"},
		{"no lines", `{"source":"erp","number":"X-13","mode":"lines","buyer":{"number":"R-1"},"lines":[]}`, 422, "order.no_lines"},
	} {
		o.refused(c.name, o.order("application/json", c.body), c.status, c.code)
	}
}

// badDocuments cannot be read.
func (o *outer) badDocuments() {
	good := line("Y-1", "CAD-PRO-PERP", `,"quantity":1`)
	ubl := `<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2">%s</Order>`
	for _, c := range []struct {
		name, kind, body, code string
	}{
		{"malformed JSON", "application/json", good[:len(good)-2], "order.json_malformed"},
		{"trailing JSON", "application/json", good + good, "order.json_malformed"},
		{"a key twice", "application/json", strings.Replace(good, `"quantity":1`, `"quantity":1,"quantity":9`, 1), "order.json_key_twice"},
		{"deep JSON", "application/json", strings.Repeat(`{"lines":[`, 100_000), "order.too_deep"},
		{"JSON in ISO-8859-1", "application/json", strings.Replace(good, "R-1", "M\xfcller", 1), "order.encoding"},
		{"malformed XML", "application/xml", fmt.Sprintf(ubl, "<ID>1"), "order.xml_malformed"},
		{"deep XML", "application/xml", fmt.Sprintf(ubl, strings.Repeat("<a>", 200_000)), "order.too_deep"},
		{"DOCTYPE", "application/xml", `<!DOCTYPE Order [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + fmt.Sprintf(ubl, "<ID>&x;</ID>"), "order.xml_doctype"},
		{"entity", "application/xml", fmt.Sprintf(ubl, "<ID>&x;</ID>"), "order.xml_malformed"},
		{"other XML", "application/xml", "<a/>", "order.document_type"},
		{"CSV with a zero byte", "text/csv", "order;line;article;quantity;buyer\n4711;1;\x00;1;R-1", "order.encoding"},
		{"malformed CSV", "text/csv", "order;line;article;quantity;buyer\n4711;1;\"CAD", "order.csv_malformed"},
		{"CSV without columns", "text/csv", "a;b\n1;2\n", "order.csv_column_missing"},
		{"another type", "image/png", "\x89PNG", "order.content_type"},
	} {
		o.refused(c.name, o.order(c.kind, c.body), 422, c.code)
	}
}

// largeBodies are refused early, and nobody keeps them in memory.
func (o *outer) largeBodies() {
	const size = 200 << 20
	for name, head := range map[string]string{
		"announced": fmt.Sprintf("Content-Length: %d\r\n", size),
		"chunked":   "Transfer-Encoding: chunked\r\n",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := (&net.Dialer{}).DialContext(o.t.Context(), "tcp", strings.TrimPrefix(o.at.API, "http://"))
		if err != nil {
			o.t.Fatal(err)
		}
		fmt.Fprintf(c, "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n", o.mine.keys["admin"], head)
		sent := make(chan int, 1)
		go func() {
			n, chunk := 0, []byte("10000\r\n"+strings.Repeat(" ", 1<<16)+"\r\n")
			for n < size {
				if _, err := c.Write(chunk); err != nil {
					break
				}
				n += 1 << 16
			}
			sent <- n
		}()
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			o.t.Fatalf("%s: %v", name, err)
		}
		raw, _ := io.ReadAll(res.Body) // the server may cut the connection behind the answer
		c.Close()
		n := <-sent
		if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(raw), "route.too_large") {
			o.t.Errorf("%s: %d %s", name, res.StatusCode, raw)
		}
		runtime.ReadMemStats(&after)
		if grown := int64(after.TotalAlloc - before.TotalAlloc); n > size/2 || grown > 100<<20 {
			o.t.Errorf("%s: %d bytes were taken, %d bytes of memory used", name, n, grown)
		}
		res.Body.Close()
	}
}

// machine is a container that a test moves by hand.
type machine struct {
	key  wire.PrivateKey
	keys wire.ContainerKeys
	iss  string
	now  time.Time
	salt []byte
}

func (o *outer) machine() *machine {
	o.t.Helper()
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	return &machine{
		key: key, keys: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()},
		iss: o.mine.p.ID.String(), now: o.a.DB.Now(), salt: o.mine.p.Salt,
	}
}

// token is a signed request for a code.
func (m *machine) token(t *testing.T, ctr int64, code string, change ...func(*wire.Request)) string {
	t.Helper()
	var n [wire.NonceLen]byte
	_, _ = rand.Read(n[:])
	r := &wire.Request{
		Issuer: m.iss, Action: wire.ActActivate, Nonce: wire.Nonce(n), Counter: ctr, IssuedAt: m.now.Unix(), Container: m.keys, Code: code,
		App: wire.App{Version: "1", OS: "linux", Arch: "amd64"},
	}
	for _, name := range []string{"machine-id", "board", "disk"} {
		r.Fingerprint = append(r.Fingerprint, wire.FingerprintPart{Name: name, Hash: wire.ComponentClaim(wire.Component(m.salt, name, m.keys.Sign))})
	}
	for _, c := range change {
		c(r)
	}
	token, err := wire.SignClaims(m.key, r)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (o *outer) exchange(token string) answered {
	o.t.Helper()
	return o.post(o.at.Depot, "/exchange", "text/plain", token)
}

// sold orders an article and returns the ticket's id and code.
func (o *outer) sold(number, article string, more ...string) (id, code string) {
	o.t.Helper()
	got := o.order("application/json", line(number, article, `,"quantity":1`+strings.Join(more, "")))
	var in struct {
		Orders []struct {
			Lines []struct {
				Tickets []struct{ ID, Code string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &in); err != nil || got.status != 200 {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	first := in.Orders[0].Lines[0].Tickets[0]
	return first.ID, first.Code
}

// badTickets are tickets with which nothing can be activated (any more).
func (o *outer) badTickets() {
	blocked, blockedCode := o.sold("T-1", "CAD-PRO-PERP")
	if got := o.post(o.at.API, "/tickets/"+blocked+"/block", "application/json", because, "Authorization", "Bearer "+o.mine.keys["admin"]); got.status != 200 {
		o.t.Fatalf("block: %d %s", got.status, got.body)
	}
	_, expiredCode := o.sold("T-2", "CAD-PRO-PROJECT", `,"options":{"end":"`+o.a.DB.Now().AddDate(0, 0, -2).Format(time.DateOnly)+`"}`)
	_, usedCode := o.sold("T-3", "CAD-LT-SINGLE")
	if got := o.exchange(o.machine().token(o.t, 1, usedCode)); got.status != 200 {
		o.t.Fatalf("the first activation: %d %s", got.status, got.body)
	}
	typo := []byte(usedCode)
	typo[3] = cmp.Or(map[byte]byte{'A': 'B'}[typo[3]], 'A')
	o.unchanged("tickets", func() {
		o.refused("typing error", o.exchange(o.machine().token(o.t, 1, string(typo))), 422, "license.code_typo")
		o.refused("blocked", o.exchange(o.machine().token(o.t, 1, blockedCode)), 409, "license.ticket_blocked")
		o.refused("expired", o.exchange(o.machine().token(o.t, 1, expiredCode)), 410, "license.ticket_expired")
		o.refused("used up", o.exchange(o.machine().token(o.t, 1, usedCode)), 409, "license.used_up")
	})
}

// badRequests are messages that were changed, are old or come from another time.
func (o *outer) badRequests() {
	_, code := o.sold("T-4", "CAD-PRO-PERP")
	m := o.machine()
	if got := o.exchange(m.token(o.t, 5, code)); got.status != 200 {
		o.t.Fatalf("%d %s", got.status, got.body)
	}
	o.unchanged("requests", func() {
		good := o.machine().token(o.t, 1, code)
		at := strings.LastIndex(good, ".") - 10 // inside the payload
		tampered := good[:at] + string(cmp.Or(map[byte]byte{'A': 'B'}[good[at]], 'A')) + good[at+1:]
		if got := o.exchange(tampered); got.status != 422 || got.Code != "license.bad_signature" && got.Code != "license.bad_message" {
			o.t.Errorf("tampered: %d %s", got.status, got.body)
		}
		o.refused("no message", o.exchange("hello"), 422, "license.bad_message")
		o.refused("empty", o.exchange(""), 422, "license.bad_message")
		years := func(n int) func(*wire.Request) {
			return func(r *wire.Request) { r.IssuedAt = m.now.AddDate(n, 0, 0).Unix() }
		}
		o.refused("clock in the past", o.exchange(o.machine().token(o.t, 1, code, years(-9))), 422, "license.clock_off")
		o.refused("clock in the future", o.exchange(o.machine().token(o.t, 1, code, years(9))), 422, "license.clock_off")
		o.refused("old counter", o.exchange(m.token(o.t, 4, code)), 412, "license.old_counter")
	})
}

// strangers cannot tell a code that nobody has from another publisher's.
func (o *outer) strangers() {
	var id license.TicketID
	if err := id.UnmarshalText([]byte(o.theirs.ids["/tickets/"])); err != nil {
		o.t.Fatal(err)
	}
	foreign, err := o.a.Lic.Reveal(o.t.Context(), o.theirs.by, id)
	if err != nil {
		o.t.Fatal(err)
	}
	unknown, err := wire.NewTicket(rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	one, two := o.exchange(o.machine().token(o.t, 1, foreign)), o.exchange(o.machine().token(o.t, 1, unknown.String()))
	o.refused("foreign", one, 404, "license.unknown_code")
	o.refused("unknown", two, 404, "license.unknown_code")
	alike := func(a answered) string { return strings.ReplaceAll(a.body, a.Instance, "") }
	if alike(one) != alike(two) || len(one.body) != len(two.body) {
		o.t.Errorf("they differ:\n%s\n%s", one.body, two.body)
	}
	for _, h := range []http.Header{one.header, two.header} {
		h.Del("Date")
		h.Del("X-Request-Id")
	}
	if !maps.EqualFunc(one.header, two.header, slices.Equal) {
		o.t.Errorf("the headers differ: %v and %v", one.header, two.header)
	}
}

// guessing is slowed down by address: codes at the depot, tokens at the API.
func (o *outer) guessing() {
	guess := map[string]func() answered{
		"license.too_many_tries": func() answered {
			code, err := wire.NewTicket(rand.Reader)
			if err != nil {
				o.t.Fatal(err)
			}
			return o.exchange(o.machine().token(o.t, 1, code.String()))
		},
		"org.too_many_tries": func() answered {
			return o.post(o.at.API, "/tickets/find", "application/json", `{"code":"x"}`, "Authorization", "Bearer lk_"+rand.Text()+rand.Text())
		},
	}
	for code, try := range guess {
		var got answered
		for n := 0; n < 100 && got.status != http.StatusTooManyRequests; n++ {
			got = try()
		}
		o.refused("guessing", got, http.StatusTooManyRequests, code)
		if got.header.Get("Retry-After") == "" || got.header.Get("Retry-After") == "0" {
			o.t.Errorf("%s: Retry-After is %q", code, got.header.Get("Retry-After"))
		}
	}
}
