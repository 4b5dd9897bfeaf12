package catalog_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

const changed = `catalog: 1
models:
  - code: m
    name: {de: M, en: M}
    kind: time_limited
    duration: {days: 60}
    grace_days: 3
articles:
  - number: a-1
    name: {de: Artikel, en: A}
    product: p
    model: M
    features: [g, F]
    limits: {seats: 6, rooms: 2}
    options:
      - {name: days, title: {de: T, en: T}, kind: int, frame: {min: 5, max: 30}, default: 14, sets: days}
    prices:
      - {class: list, minor: 149050, valid_from: 2026-01-01, currency: EUR}
      - {class: list, minor: 90, valid_from: 2027-01-01, currency: JPY}
`

const changedDE = `Plan (nichts geschrieben): 1 anzulegen, 3 zu ändern, 0 unverändert.
+ Preis a-1 list JPY 2027-01-01 (Zeile 19): 90 JPY
~ Lizenzmodell m (Zeile 3)
    duration.days: 30 → 60
    grace_days: 0 → 3
~ Artikel A-1 (Zeile 9)
    name.de: A → Artikel
    features: ["f"] → ["f","g"]
    limits.seats: 5 → 6
    options.days.frame: 7..30 → 5..30
    limits.rooms: (leer) → 2
~ Preis A-1 list EUR 2026-01-01 (Zeile 18)
    minor: 1,00 EUR → 1.490,50 EUR
Im Katalog, aber nicht in der Datei, bleibt wie es ist: 7.
  Produktkonfiguration C-1
  Funktion P/f
  Funktion P/g
  Artikelgruppe g1
  Lizenzmodell nfr
  Lizenzmodell use
  Produkt P
`

func TestPlanShowsWhatChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		applied(t, s, by, []byte(small))
		lines := len(journal(t, d, w.A.Publisher))

		p := must(s.Apply(t.Context(), by, []byte(changed), true))(t)
		if got := strings.ReplaceAll(p.Text(text.DE), "\u00a0", " "); got != changedDE {
			t.Fatalf("plan:\n%s\nwant:\n%s", got, changedDE)
		}
		if !strings.Contains(p.Text(text.EN), "~ license model m (line 3)") {
			t.Fatal(p.Text(text.EN))
		}
		if b, err := json.Marshal(p); err != nil || !strings.Contains(string(b), `{"name":"grace_days","before":0,"after":3}`) {
			t.Fatalf("%v %s", err, b)
		}
		if n := len(journal(t, d, w.A.Publisher)); n != lines {
			t.Fatal("a dry run wrote to the journal")
		}
		if a := must(s.GetArticle(t.Context(), by, "A-1"))(t); a.Rev != 1 || a.Limits["seats"] != 5 {
			t.Fatalf("a dry run changed %+v", a)
		}

		real := applied(t, s, by, []byte(changed))
		if real.DryRun || len(real.Changed) != len(p.Changed) || len(real.Created) != len(p.Created) {
			t.Fatalf("planned %s, did %s", p.Text(text.EN), real.Text(text.EN))
		}
		if got := journal(t, d, w.A.Publisher)[lines:]; !slices.Equal(got, []string{"model.changed", "article.changed", "price.set", "price.set"}) {
			t.Fatalf("journal: %v", got)
		}
		a := must(s.GetArticle(t.Context(), by, "A-1"))(t)
		if a.Rev != 2 || a.Number != "A-1" || !slices.Equal(a.Features, []string{"g", "f"}) {
			t.Fatalf("%+v", a)
		}
		if again := applied(t, s, by, []byte(changed)); !again.Empty() || again.Unchanged != 4 {
			t.Fatalf("again: %s", again.Text(text.EN))
		}
	})
}

// A file may not break what it does not mention, nor fixed fields.
func TestApplyKeepsTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		applied(t, s, by, []byte(small))
		for _, c := range []struct {
			name, doc, mark string
			want            *fault.Error
		}{
			{"model", "catalog: 1\nmodels:\n  - code: m\n    name: {de: M, en: M}\n    kind: multi\n", "- code: m", catalog.ErrInUse},
			{"article", replace(t, changed, "min: 5, max: 30", "min: 8, max: 30"), "- number: a-1", catalog.ErrInUse},
			{"prefix", "catalog: 1\nproducts:\n  - code: P\n    name: {de: P, en: P}\n    key_prefix: QQ\n", "key_prefix", catalog.ErrFixed},
			{"all flag", "catalog: 1\nproducts:\n  - {code: P, name: {de: P, en: P}, key_prefix: PP, features: [{code: f, title: {de: F, en: F}, all: true}]}\n", "all:", catalog.ErrFixed},
			{"prefix of another", "catalog: 1\nproducts:\n  - {code: Q, name: {de: P, en: P}, key_prefix: PP}\n", "code: Q", catalog.ErrPrefixTaken},
			{"article of a configuration", "catalog: 1\nconfigurations:\n  - {number: C-1, name: {de: C, en: C}, article: C-1}\n", "number: C-1", catalog.ErrFixed},
			{"number of another", "catalog: 1\nconfigurations:\n  - {number: a-1, name: {de: C, en: C}, article: A-1}\n", "number: a-1", catalog.ErrExists},
		} {
			_, err := s.Apply(t.Context(), by, []byte(c.doc), false)
			line := at(t, c.doc, c.mark)
			if !slices.ContainsFunc(fault.All(err), func(f *fault.Error) bool { return f.Code == c.want.Code && f.Args["line"] == line }) {
				t.Errorf("%s: want %s in line %d, got %v\n%s", c.name, c.want.Code, line, err, strings.Join(catalog.Explain(text.EN, err), "\n"))
			}
		}
		if p := must(s.Apply(t.Context(), by, []byte(small), true))(t); !p.Empty() {
			t.Fatalf("something was written: %s", p.Text(text.EN))
		}
		// Both together are fine.
		both := changed + "configurations:\n  - {number: C-1, name: {de: C, en: C}, article: A-1, options: {days: 9}}\n"
		applied(t, s, by, []byte(replace(t, both, "min: 5, max: 30", "min: 8, max: 30")))
		wantInside(t, s, by, "A-1")
	})
}

func TestApplyRetiresAndBringsBack(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s, w := setup(t, d)
	by := w.A.All()
	applied(t, s, by, []byte(small))
	applied(t, s, by, []byte(replace(t, small, "number: A-1\n", "number: A-1\n    state: retired\n")))
	_, err := resolve(t, d, w.A.Publisher, "C-1", nil)
	wants(t, err, catalog.ErrRetired)
	p := applied(t, s, by, []byte(small))
	if len(p.Changed) != 1 || p.Changed[0].Fields[0] != (catalog.Field{Name: "state", Before: "retired", After: "active"}) {
		t.Fatal(p.Text(text.EN))
	}
	must(resolve(t, d, w.A.Publisher, "C-1", nil))(t)
}

// A file that describes what is retired can be brought into an empty catalog;
// what only the database knows as retired cannot be used anew.
func TestApplyOfRetiredThings(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s, w := setup(t, d)
	by := w.A.All()
	doc := replace(t, small, "key_prefix: PP\n", "key_prefix: PP\n    state: retired\n", "kind: time_limited\n", "kind: time_limited\n    state: retired\n",
		"{code: f, ", "{code: f, state: retired, ", "number: A-1\n", "number: A-1\n    state: retired\n")
	applied(t, s, by, []byte(doc))
	if again := applied(t, s, by, []byte(doc)); !again.Empty() {
		t.Fatal(again.Text(text.EN))
	}
	for _, more := range []string{
		"articles:\n  - {number: A-9, name: {de: A, en: A}, product: P, model: use, limits: {n: 1}}\n",
		"configurations:\n  - {number: C-9, name: {de: C, en: C}, article: A-1}\n",
	} {
		_, err := s.Apply(t.Context(), by, []byte("catalog: 1\n"+more), false)
		wants(t, err, catalog.ErrRetiredReference)
	}
}

// A large plan is rendered in part and given in whole.
func TestLargeCatalog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		var b strings.Builder
		b.WriteString(small[:strings.Index(small, "articles:")] + "articles:\n")
		for i := range 1200 {
			number := "L-" + strings.Repeat("0", i%7) + string(rune('a'+i%26)) + "-" + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
			b.WriteString("  - {number: " + number + ", name: {de: L, en: L}, product: P, model: m, features: [f, g], prices: [{class: list, minor: 100, valid_from: 2026-01-01}]}\n")
		}
		p := applied(t, s, by, []byte(b.String()))
		if len(p.Created) != 6+2400 {
			t.Fatalf("%d created", len(p.Created))
		}
		if n := strings.Count(p.Text(text.EN), "\n"); n > 210 || !strings.Contains(p.Text(text.EN), "… and 2,206 more.") {
			t.Fatalf("%d lines:\n%s", n, p.Text(text.EN))
		}
		if again := applied(t, s, by, []byte(b.String())); !again.Empty() {
			t.Fatal("not idempotent")
		}
	})
}
