package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

func containsBrace(s string) bool { return strings.ContainsAny(s, "{}") }

// small is a catalog with one of everything; the cases replace one line of it.
const small = `catalog: 1
currency: EUR
products:
  - code: P
    name: {de: P, en: P}
    key_prefix: PP
    features:
      - {code: f, title: {de: F, en: F}}
      - {code: g, title: {de: G, en: G}}
models:
  - code: m
    name: {de: M, en: M}
    kind: time_limited
    duration: {days: 30}
  - code: nfr
    name: {de: N, en: N}
    kind: nfr
    duration: {months: 6}
  - code: use
    name: {de: U, en: U}
    kind: usage
articles:
  - number: A-1
    name: {de: A, en: A}
    product: P
    model: m
    features: [f]
    limits: {seats: 5}
    options:
      - {name: days, title: {de: T, en: T}, kind: int, frame: {min: 7, max: 30}, default: 14, sets: days}
    prices:
      - {class: list, minor: 100, valid_from: 2026-01-01}
configurations:
  - number: C-1
    name: {de: C, en: C}
    article: A-1
    options: {days: 7}
    frames: {days: {max: 10}}
groups:
  - code: g1
    name: {de: G, en: G}
    members: [A-1, C-1]
`

// at returns the line of the first occurrence of s in doc.
func at(t *testing.T, doc, s string) int64 {
	t.Helper()
	i := strings.Index(doc, s)
	if i < 0 {
		t.Fatalf("%q is not in the file", s)
	}
	return int64(strings.Count(doc[:i], "\n") + 1)
}

// fileCase replaces old by new in the small file; the refusal stands on the
// line where mark is (new, when mark is empty).
type fileCase struct {
	name, old, new, mark string
	want                 *fault.Error
	field                string
}

var fileCases = []fileCase{
	{"unknown feature", "[f]", "[f, nope]", "", catalog.ErrUnknown, "/articles/0/features/1"},
	{"unknown product", "product: P", "product: Q", "", catalog.ErrUnknown, "/articles/0/product"},
	{"unknown model", "model: m", "model: x", "", catalog.ErrUnknown, "/articles/0/model"},
	{"unknown article", "article: A-1", "article: A-2", "", catalog.ErrUnknown, "/configurations/0/article"},
	{"unknown member", "[A-1, C-1]", "[A-1, Z]", "", catalog.ErrUnknown, "/groups/0/members/1"},
	{"member twice", "[A-1, C-1]", "[A-1, a-1]", "", catalog.ErrTwice, "/groups/0/members/1"},
	{"frame wider than the article's", "{max: 10}", "{max: 31}", "", catalog.ErrFrameWider, "/configurations/0/frames/days"},
	{"frame of an option that is not there", "frames: {days:", "frames: {weeks:", "", catalog.ErrOptionUnknown, "/configurations/0/frames/weeks"},
	{"preset of an option that is not there", "options: {days: 7}", "options: {weeks: 7}", "", catalog.ErrOptionUnknown, "/configurations/0/options/weeks"},
	{"preset outside", "options: {days: 7}", "options: {days: 11}", "", catalog.ErrOptionOutside, "/configurations/0/options/days"},
	{"preset of another type", "options: {days: 7}", "options: {days: seven}", "", catalog.ErrOptionKind, "/configurations/0/options/days"},
	{"default falls out of the frame", "    options: {days: 7}\n", "", "frames: {days", catalog.ErrOptionOutside, "/configurations/0/frames/days"},
	{"frame that allows nothing", "{max: 10}", "{min: 12, max: 10}", "", catalog.ErrFrameEmpty, "/configurations/0/frames/days"},
	{"default outside the frame", "default: 14", "default: 31", "", catalog.ErrOptionOutside, "/articles/0/options/0/default"},
	{"bound of another kind", "{min: 7, max: 30}", "{min: 7, max_day: 2026-01-01}", "", catalog.ErrFrameKind, "/articles/0/options/0/frame/max_day"},
	{"days beyond a duration", "{min: 7, max: 30}", "{min: 0, max: 30}", "", catalog.ErrFrameWider, "/articles/0/options/0/frame"},
	{"unknown option kind", "kind: int", "kind: float", "", catalog.ErrChoice, "/articles/0/options/0/kind"},
	{"option sets what the model lacks", "sets: days", "sets: months", "", catalog.ErrOptionSets, "/articles/0/options/0/sets"},
	{"option sets what its kind cannot", "sets: days", "sets: feature", "", catalog.ErrOptionSets, "/articles/0/options/0/sets"},
	{"unknown effect", "sets: days", "sets: price", "", catalog.ErrChoice, "/articles/0/options/0/sets"},
	{"bad option name", "{name: days", "{name: Days", "", catalog.ErrCode, "/articles/0/options/0/name"},
	{"prefix taken", "models:\n", "  - {code: R, name: {de: R, en: R}, key_prefix: PP}\nmodels:\n", "- {code: R", catalog.ErrPrefixTaken, "/products/1/key_prefix"},
	{"prefix with digits", "key_prefix: PP", "key_prefix: P1", "", catalog.ErrPrefix, "/products/0/key_prefix"},
	{"prefix too long", "key_prefix: PP", "key_prefix: PPPPPPP", "", catalog.ErrPrefix, "/products/0/key_prefix"},
	{"bad code", "code: P\n", "code: P Q\n", "", catalog.ErrCode, "/products/0/code"},
	{"duplicate product", "models:\n", "  - {code: p, name: {de: R, en: R}, key_prefix: RR}\nmodels:\n", "- {code: p,", catalog.ErrFileTwice, "/products/1"},
	{"number used by an article and a configuration", "number: C-1", "number: a -1", "", catalog.ErrExists, "/configurations/0/number"},
	{"number with a line break", "number: C-1", `number: "C\n1"`, "", catalog.ErrNumber, "/configurations/0/number"},
	{"number without an end", "number: C-1", "number: C" + strings.Repeat("1", 64), "", catalog.ErrNumber, "/configurations/0/number"},
	{"name missing in German", "name: {de: A, en: A}", "name: {en: A}", "", catalog.ErrName, "/articles/0/name/de"},
	{"negative price", "minor: 100", "minor: -1", "", catalog.ErrAmount, "/articles/0/prices/0/minor"},
	{"price beyond sums", "minor: 100", "minor: 1000000000001", "", catalog.ErrAmount, "/articles/0/prices/0/minor"},
	{"free that costs", "class: list", "class: free", "", catalog.ErrFreeAmount, "/articles/0/prices/0/minor"},
	{"unknown price class", "class: list", "class: vip", "", catalog.ErrChoice, "/articles/0/prices/0/class"},
	{"unknown currency", "currency: EUR", "currency: EUX", "- {class", catalog.ErrCurrency, "/articles/0/prices/0/currency"},
	{"price without a day", ", valid_from: 2026-01-01", "", "- {class", catalog.ErrPriceDay, "/articles/0/prices/0/valid_from"},
	{"the same price twice", "configurations:\n", "      - {class: list, minor: 200, valid_from: 2026-01-01}\nconfigurations:\n", "minor: 200", catalog.ErrFileTwice, "/articles/0/prices/1"},
	{"unknown kind", "kind: time_limited", "kind: forever", "", catalog.ErrChoice, "/models/0/kind"},
	{"model rule", "duration: {days: 30}", "fixed_end: 2027-01-01\n    duration: {days: 30}", "fixed_end", catalog.ErrTwoEnds, "/models/0/fixed_end"},
	{"nfr without all features", "model: m", "model: nfr", "features: [f]", catalog.ErrAllFeatures, "/articles/0/features"},
	{"usage without a limit", "model: m\n    features: [f]\n    limits: {seats: 5}", "model: use", "- number: A-1", catalog.ErrNeedsLimit, "/articles/0/limits"},
	{"usage with two limits", "model: m\n    features: [f]\n    limits: {seats: 5}", "model: use\n    limits: {seats: 5, pages: 1}", "limits", catalog.ErrOneLimit, "/articles/0/limits"},
	{"container beyond the model", "limits: {seats: 5}", "containers: [cloud]", "", catalog.ErrContainersWider, "/articles/0/containers/0"},
	{"limit out of range", "{seats: 5}", "{seats: -5}", "", catalog.ErrRange, "/articles/0/limits/seats"},
	{"base with a target", "limits: {seats: 5}", "targets: [C-1]", "", catalog.ErrTargetForbidden, "/articles/0/targets"},
	{"add-on without a target", "limits: {seats: 5}", "kind: addon", "- number: A-1", catalog.ErrTargetMissing, "/articles/0/targets"},
	{"base that adds", "limits: {seats: 5}", "adds: {months: 1}", "adds", catalog.ErrAddsForbidden, "/articles/0/adds"},
	{"extension that adds no time", "limits: {seats: 5}", "kind: extension\n    targets: [A-2]\n    adds: {quantity: 1}", "adds", catalog.ErrAddsMissing, "/articles/0/adds"},
	{"add-on that adds nothing", "features: [f]\n    limits: {seats: 5}", "kind: addon\n    targets: [A-2]", "- number: A-1", catalog.ErrAddsMissing, "/articles/0/adds"},
	{"offered though no trial", "limits: {seats: 5}", "trial: {open: true}", "trial", catalog.ErrOfferKind, "/articles/0/trial/open"},
	{"offered with an unusual domain", "limits: {seats: 5}", "trial: {block: [Example.com]}", "trial", catalog.ErrDomain, "/articles/0/trial/block/0"},
	{"offered with a domain twice", "limits: {seats: 5}", "trial: {allow: [a.example, a.example]}", "trial", catalog.ErrTwice, "/articles/0/trial/allow/1"},
	{"offered beyond a year", "limits: {seats: 5}", "trial: {days: 367}", "trial", catalog.ErrRange, "/articles/0/trial/days"},
	{"remembered for ever", "limits: {seats: 5}", "trial: {remember_days: 3651}", "trial", catalog.ErrRange, "/articles/0/trial/remember_days"},
	{"more months than there are", "limits: {seats: 5}", "kind: extension\n    targets: [A-2]\n    adds: {months: 1201}", "adds", catalog.ErrRange, "/articles/0/adds/months"},
	{"an option of months that are not added", "limits: {seats: 5}", "kind: extension\n    adds: {months: 1}\n    targets: [A-1]", "sets: days", catalog.ErrOptionSets, "/articles/0/options/0/sets"},
	{"upgrade of itself", "limits: {seats: 5}", "kind: upgrade\n    targets: [a-1]", "targets", catalog.ErrTargetSelf, "/articles/0/targets/0"},
	{"target that is no article", "limits: {seats: 5}", "kind: upgrade\n    targets: [C-1]", "targets", catalog.ErrUnknown, "/articles/0/targets/0"},
	{"unknown article kind", "limits: {seats: 5}", "kind: bundle", "", catalog.ErrChoice, "/articles/0/kind"},
	{"unknown ticketing", "limits: {seats: 5}", "ticketing: per_box", "", catalog.ErrChoice, "/articles/0/ticketing"},
	{"unknown state", "limits: {seats: 5}", "state: gone", "", catalog.ErrChoice, "/articles/0/state"},

	{"unknown key", "key_prefix: PP", "key_prefix: PP\n    colour: red", "colour", catalog.ErrFileKey, "/products/0/colour"},
	{"id in a file", "key_prefix: PP", "key_prefix: PP\n    rev: 3", "rev", catalog.ErrFileKey, "/products/0/rev"},
	{"unknown section", "groups:", "bundles: []\ngroups:", "", catalog.ErrFileKey, "/bundles"},
	{"key twice", "key_prefix: PP", "key_prefix: PP\n    key_prefix: QQ", "key_prefix: QQ", catalog.ErrFileKeyTwice, "/products/0/key_prefix"},
	{"limit twice", "{seats: 5}", "{seats: 5, seats: 6}", "", catalog.ErrFileKeyTwice, "/articles/0/limits/seats"},
	{"section twice", "groups:", "products: []\ngroups:", "products: []", catalog.ErrFileKeyTwice, "/products"},
	{"text for a number", "{seats: 5}", "{seats: five}", "", catalog.ErrFileType, "/articles/0/limits/seats"},
	{"fraction for a number", "{seats: 5}", "{seats: 5.5}", "", catalog.ErrFileType, "/articles/0/limits/seats"},
	{"hexadecimal number", "{seats: 5}", "{seats: 0x5}", "", catalog.ErrFileType, "/articles/0/limits/seats"},
	{"number beyond int64", "{seats: 5}", "{seats: 99999999999999999999}", "", catalog.ErrFileType, "/articles/0/limits/seats"},
	{"list for a mapping", "{seats: 5}", "[seats]", "", catalog.ErrFileType, "/articles/0/limits"},
	{"mapping for a list", "[f]", "{f: 1}", "", catalog.ErrFileType, "/articles/0/features"},
	{"text for a mapping", "{de: A, en: A}", "A", "name: A\n", catalog.ErrFileType, "/articles/0/name"},
	{"nothing for a list", "members: [A-1, C-1]", "members:", "", catalog.ErrFileType, "/groups/0/members"},
	{"a truth value for a text", "name: {de: C, en: C}", "name: {de: true, en: C}", "", catalog.ErrFileType, "/configurations/0/name/de"},
	{"a text for a truth value", "kind: usage", "kind: usage\n    transfer: sometimes", "transfer", catalog.ErrFileType, "/models/2/transfer"},
	{"no date", "valid_from: 2026-01-01", "valid_from: 2026-02-30", "", catalog.ErrFileType, "/articles/0/prices/0/valid_from"},
	{"a fraction as a value", "options: {days: 7}", "options: {days: 7.5}", "", catalog.ErrFileType, "/configurations/0/options/days"},
	{"another version", "catalog: 1", "catalog: 2", "", catalog.ErrFileVersion, "/catalog"},
	{"broken quotes", "number: C-1", `number: "C-1`, "", catalog.ErrFileSyntax, ""},
	{"broken brackets", "[A-1, C-1]", "[A-1, C-1", "", catalog.ErrFileSyntax, ""},
	{"anchor", "{de: P, en: P}", "&n {de: P, en: P}", "", catalog.ErrFileForm, ""},
	{"alias", "{de: C, en: C}", "*n", "", catalog.ErrFileForm, ""},
	{"tag", "code: P\n", "code: !!str P\n", "", catalog.ErrFileForm, ""},
	{"merge key", "key_prefix: PP", "<<: {key_prefix: PP}", "", catalog.ErrFileForm, ""},
	{"second document", "groups:", "---\ngroups:", "", catalog.ErrFileForm, ""},
	{"not UTF-8", "number: C-1", "number: C\xff1", "", catalog.ErrFileEncoding, ""},
	{"control character", "number: C-1", "number: C\x001", "", catalog.ErrFileEncoding, ""},
	{"too deep", "{max: 10}", strings.Repeat("[", 40) + strings.Repeat("]", 40), "", catalog.ErrFileDeep, ""},
	{"too many keys", "{seats: 5}", "{" + manyKeys(300) + "}", "", catalog.ErrFileDeep, ""},
	{"too many limits", "{seats: 5}", "{" + manyKeys(201) + "}", "", catalog.ErrTooMany, "/articles/0/limits"},
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1, ", i)
	}
	return strings.TrimSuffix(b.String(), ", ")
}

func TestApplyRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		for _, c := range fileCases {
			t.Run(c.name, func(t *testing.T) {
				doc := strings.Replace(small, c.old, c.new, 1)
				if doc == small {
					t.Fatalf("%q is not in the file", c.old)
				}
				mark := c.mark
				if mark == "" {
					mark = c.new
				}
				line := at(t, doc, mark)
				_, err := s.Apply(t.Context(), w.A.All(), []byte(doc), false)
				for _, f := range fault.All(err) {
					if f.Code == c.want.Code && f.Field == c.field && f.Args["line"] == line {
						return
					}
				}
				t.Fatalf("want %s at %s in line %d, got\n%s\n%v", c.want.Code, c.field, line,
					strings.Join(catalog.Explain(text.EN, err), "\n"), fault.All(err))
			})
		}
		wantEmpty(t, s, w.A.All())
		if p := applied(t, s, w.A.All(), []byte(small)); len(p.Created) != 10 {
			t.Fatalf("the small file itself: %s", p.Text(text.EN))
		}
	})
}

func TestRefusalsAreReportedTogether(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s, w := setup(t, d)
	doc := strings.NewReplacer("[f]", "[nope]", "minor: 100", "minor: -1", "{max: 10}", "{max: 99}", "key_prefix: PP", "key_prefix: p").Replace(small)
	_, err := s.Apply(t.Context(), w.A.All(), []byte(doc), false)
	got := map[string]bool{}
	for _, f := range fault.All(err) {
		got[f.Code] = true
		for _, l := range text.Langs() {
			if sentence := text.Fault(l, f.Code, f.Args); containsBrace(sentence) {
				t.Errorf("%s: %s", l, sentence)
			}
		}
	}
	for _, want := range []*fault.Error{catalog.ErrUnknown, catalog.ErrAmount, catalog.ErrFrameWider, catalog.ErrPrefix} {
		if !got[want.Code] {
			t.Errorf("%s is missing in %v", want.Code, got)
		}
	}
	lines := catalog.Explain(text.DE, err)
	if len(lines) != len(fault.All(err)) || !strings.HasPrefix(lines[0], "Zeile ") {
		t.Errorf("%q", lines)
	}
	wantEmpty(t, s, w.A.All())
}

func TestHopelessFiles(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	s, w := setup(t, d)
	const full = 8 << 20
	fill := func(s string) string { return strings.Repeat(s, full/len(s)) }
	for name, c := range map[string]struct {
		doc  string
		want *fault.Error
	}{
		"empty":             {"", catalog.ErrFileVersion},
		"only a comment":    {"# nothing\n", catalog.ErrFileVersion},
		"a list":            {"- a\n", catalog.ErrFileType},
		"a text":            {"hello", catalog.ErrFileType},
		"no version":        {"products: []\n", catalog.ErrFileVersion},
		"9 MB":              {"# " + strings.Repeat("x", 9<<20), catalog.ErrFileTooLarge},
		"brackets":          {fill("["), catalog.ErrFileDeep},
		"dashes":            {fill("- "), catalog.ErrFileDeep},
		"keys":              {fill("a: b\n"), catalog.ErrFileDeep},
		"deep dashes":       {strings.Repeat("- ", 1000), catalog.ErrFileDeep},
		"deep keys":         {deepKeys(40), catalog.ErrFileDeep},
		"many keys":         {strings.Repeat("a: b\n", 1000), catalog.ErrFileDeep},
		"complex keys":      {"? a\n: b\n", catalog.ErrFileForm},
		"endless refusals":  {"catalog: 1\ngroups:\n" + strings.Repeat("  - 1\n", 2000), catalog.ErrFileRefusals},
		"endless, by rules": {"catalog: 1\ngroups:\n" + strings.Repeat("  - {code: ''}\n", 2000), catalog.ErrFileRefusals},
		"endless anchors":   {"catalog: 1\ngroups:\n" + strings.Repeat("  - &a b\n", 2000), catalog.ErrFileRefusals},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Apply(t.Context(), w.A.All(), []byte(c.doc), true)
			for _, f := range fault.All(err) {
				if line, ok := f.Args["line"].(int64); !ok || line < 1 {
					t.Fatalf("%v has no line: %v", f, f.Args)
				}
				if f.Code == c.want.Code {
					return
				}
			}
			t.Fatalf("want %s, got %v", c.want.Code, err)
		})
	}
}

func deepKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// replace replaces old, new, old, new … each of which must be there.
func replace(t *testing.T, doc string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		at(t, doc, pairs[i])
		doc = strings.Replace(doc, pairs[i], pairs[i+1], 1)
	}
	return doc
}
