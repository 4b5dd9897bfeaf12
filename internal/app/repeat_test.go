package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/route"
)

// repeater sends requests again, as a caller does who has lost the answer.
type repeater struct {
	*testing.T
	a  *app.App
	at app.Running
	w  *tenantWorld
	n  int
}

// next is a name that nothing has yet.
func (r *repeater) next(prefix string) string {
	r.n++
	return fmt.Sprintf("%s-%d", prefix, r.n)
}

// ask is a request to a route that takes an Idempotency-Key.
type ask struct {
	path, body string
	kind       string // Content-Type; "" = JSON
	match      string // If-Match
}

// reply is an answer as far as a repeat must have the same.
type reply struct {
	status     int
	etag, body string
	err        error
}

func (r *repeater) send(q ask, key string) reply {
	if q.kind == "" {
		q.kind = "application/json"
	}
	rq, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.at.API+api.Prefix+q.path, strings.NewReader(q.body))
	if err != nil {
		return reply{err: err}
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + r.w.keys["admin"], "Content-Type": q.kind, "If-Match": q.match, "Idempotency-Key": key,
	} {
		if value != "" {
			rq.Header.Set(name, value)
		}
	}
	res, err := http.DefaultClient.Do(rq)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header.Get("ETag"), string(raw), err}
}

// quiet has nobody told of what the test does: the workers would be late for its
// own jobs.
func (w *tenantWorld) quiet(t *testing.T, a *app.App) {
	t.Helper()
	id, err := db.ParseID[connect.Endpoint](w.ids["/webhooks/"])
	if err != nil {
		t.Fatal(err)
	}
	paused := connect.Paused
	if _, err := a.Hooks.Change(t.Context(), w.by, id, connect.Change{State: &paused}); err != nil {
		t.Fatal(err)
	}
}

// rows counts the rows of the tables to which nothing in the background adds.
func (r *repeater) rows() map[string]int64 {
	r.Helper()
	out := map[string]int64{}
	err := r.a.DB.Read(r.Context(), func(q *db.Reader) error {
		rows, err := q.Query(qTables[q.Engine()])
		tables, err := db.Collect(rows, err, func(rows *db.Rows) (s string, err error) { err = rows.Scan(&s); return s, err })
		for _, table := range tables {
			if slices.Contains([]string{"rate", "journal_head", "lease", "job", "webhook_delivery", "meta"}, table) {
				continue
			}
			var n int64
			if err := q.QueryRow(counts(table)).Scan(&n); err != nil {
				return err
			}
			out[table] = n
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	return out
}

// more is what was added between two counts.
func more(before, after map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for table, n := range after {
		if d := n - before[table]; d != 0 {
			out[table] = d
		}
	}
	return out
}

// same compares two answers; what a case says that may differ is left out.
func (c repeatCase) same(a, b reply) bool {
	return a.status == b.status && a.err == nil && b.err == nil && (c.moves || a.etag == b.etag) && c.core(a) == c.core(b)
}

func (c repeatCase) core(a reply) string {
	var v map[string]any
	if c.moves || c.once != "" {
		if json.Unmarshal([]byte(a.body), &v) != nil {
			return a.body
		}
	}
	switch {
	case c.moves:
		return fmt.Sprint(v["id"])
	case c.once != "":
		delete(v, c.once)
		delete(v, "note")
		raw, _ := json.Marshal(v)
		return string(raw)
	}
	return a.body
}

// shows reports whether an answer holds the secret that is shown once; if it
// does not, a note says so.
func (c repeatCase) shows(r *repeater, a reply) bool {
	var v struct {
		Note struct{ Code string }
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		r.Fatal(err)
	}
	_ = json.Unmarshal([]byte(a.body), &all)
	shown := all[c.once] != nil
	if shown == (v.Note.Code == "actor.shown_once") {
		r.Errorf("secret or note: %s", a.body)
	}
	return shown
}

// one sends a request, repeats it, and sends another under its key. It returns
// what the request has added.
func (r *repeater) one(c repeatCase) map[string]int64 {
	r.Helper()
	q, key := c.ask(r), r.next("key")
	before := r.rows()
	if c.dry {
		preview := q
		preview.path += "?dry_run=true"
		if got := r.send(preview, key); got.status != http.StatusOK {
			r.Errorf("preview: %+v", got)
		}
		if d := more(before, r.rows()); len(d) > 0 {
			r.Errorf("the preview added %v", d)
		}
	}
	first := r.send(q, key)
	if first.err != nil || first.status/100 != 2 {
		r.Fatalf("%s %s: %+v", q.path, q.body, first)
	}
	after := r.rows()
	added := more(before, after)
	if added["journal"] == 0 || added["idempotency"] != 1 {
		r.Errorf("%s has no effect: %v", q.path, added)
	}
	if again := r.send(q, key); !c.same(first, again) {
		r.Errorf("%s was answered by\n%+v, then by\n%+v", q.path, first, again)
	} else if c.once != "" && (!c.shows(r, first) || c.shows(r, again)) {
		r.Errorf("%s: the secret is not shown once: %s, %s", q.path, first.body, again.body)
	}
	other := q
	other.body += " "
	got := r.send(other, key)
	var p route.Problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != http.StatusUnprocessableEntity || p.Code != "actor.key_reused" || p.Texts["de"] == p.Texts["en"] {
		r.Errorf("%s with another body: %+v", q.path, got)
	}
	if d := more(after, r.rows()); len(d) > 0 {
		r.Errorf("%s: the repeats added %v", q.path, d)
	}
	return added
}

// many sends one request eight times at once, and wants what was added by one.
func (r *repeater) many(c repeatCase, added map[string]int64) {
	r.Helper()
	q, key := c.ask(r), r.next("key")
	before := r.rows()
	var all [8]reply
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i] = r.send(q, key) })
	}
	group.Wait()
	shown := 0
	for _, got := range all {
		if got.status/100 != 2 || !c.same(all[0], got) {
			r.Errorf("%s at once was answered by\n%+v, and by\n%+v", q.path, all[0], got)
			return
		}
		if c.once != "" && c.shows(r, got) {
			shown++
		}
	}
	if c.once != "" && shown != 1 {
		r.Errorf("%s at once: %d answers hold the secret", q.path, shown)
	}
	if d := more(before, r.rows()); !maps.Equal(d, added) {
		r.Errorf("%s at once added %v, once it adds %v", q.path, d, added)
	}
}

// Every POST that writes, from the table that is served: the same key has one
// effect and one answer, one after the other and all at once; another body is
// refused; a preview uses up no key.
func TestEveryPostCanBeRepeated(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine, "--recall-limit", "0")
			w := populate(t, a, at, "alpha")
			w.quiet(t, a)
			cases, seen := repeatCases(), map[string]bool{}
			for _, rt := range a.API().Routes() {
				path := strings.TrimPrefix(rt.Pattern, api.Prefix)
				if rt.Method != http.MethodPost {
					continue
				}
				seen[path] = true
				c, known := cases[path]
				_, left := notRepeated[path]
				switch {
				case known == left:
					t.Errorf("POST %s needs a case in repeatCases, or a reason in notRepeated", path)
				case rt.Public != (left && strings.HasPrefix(notRepeated[path], "public")):
					t.Errorf("POST %s: public %v, but %q", path, rt.Public, notRepeated[path])
				case known:
					t.Run(path, func(t *testing.T) {
						r := &repeater{T: t, a: a, at: at, w: w, n: 1000 * len(seen)}
						r.many(c, r.one(c))
					})
				}
			}
			for _, path := range slices.Concat(slices.Collect(maps.Keys(cases)), slices.Collect(maps.Keys(notRepeated))) {
				if !seen[path] {
					t.Errorf("there is no route POST %s", path)
				}
			}
		})
	}
}

// The document tells of the header on every POST that takes it, and on no other.
func TestTheDocumentNamesTheKey(t *testing.T) {
	a, _ := start(t, db.SQLite)
	raw, err := a.API().Document()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	cases, found := repeatCases(), 0
	for path, operations := range document.Paths {
		for method, o := range operations {
			_, want := cases[strings.TrimPrefix(path, api.Prefix)]
			has := slices.ContainsFunc(o.Parameters, func(p struct{ Name, In string }) bool {
				return p.Name == "Idempotency-Key" && p.In == "header"
			})
			if has != (want && method == "post") {
				t.Errorf("%s %s: described %v", method, path, has)
			}
			if has {
				found++
			}
		}
	}
	if found != len(cases) {
		t.Errorf("%d of %d are described", found, len(cases))
	}
}
