package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/day"
)

var (
	placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
	brace       = regexp.MustCompile(`[{}]`)
)

// placeholders returns the names in s, sorted, each once.
func placeholders(s string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// faults names what is wrong with an entry.
func faults(key string, e Entry) (out []string) {
	if e.EN == "" || e.DE == "" {
		out = append(out, "lacks a language")
	}
	if (e.ENOne == "") != (e.DEOne == "") {
		out = append(out, "has a plural in one language only")
	}
	if !slices.Equal(placeholders(e.EN), placeholders(e.DE)) {
		out = append(out, "has other placeholders in German than in English")
	}
	plural := e.ENOne != ""
	for _, s := range []string{e.EN, e.DE, e.ENOne, e.DEOne} {
		if brace.MatchString(placeholder.ReplaceAllString(s, "")) {
			out = append(out, "has a stray brace or a malformed placeholder")
		}
		if strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
			out = append(out, "has superfluous spaces")
		}
	}
	if plural && (!slices.Contains(placeholders(e.EN), "n") || !subset(e.ENOne, e.EN) || !subset(e.DEOne, e.DE)) {
		out = append(out, "is a plural without {n}, or its One form names more than the other")
	}
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)+$`).MatchString(key) {
		out = append(out, "has a key that is not context.reason")
	}
	if strings.HasPrefix(key, "fault.") && !plural && e.EN != "" && (!sentence(e.EN) || !sentence(e.DE)) {
		out = append(out, "is a refusal that does not end as a sentence")
	}
	return out
}

func subset(one, other string) bool {
	for _, p := range placeholders(one) {
		if !slices.Contains(placeholders(other), p) {
			return false
		}
	}
	return true
}

func sentence(s string) bool { return s != "" && strings.ContainsAny(s[len(s)-1:], ".!?)") }

func TestCatalog(t *testing.T) {
	for _, key := range Keys() {
		for _, f := range faults(key, catalog[key]) {
			t.Errorf("%s %s", key, f)
		}
	}
	if len(Keys()) < 10 || !Has("fault.internal") || Has("fault.nothing") {
		t.Fatal("the catalog is not the catalog")
	}
}

func TestCatalogCatches(t *testing.T) {
	for name, e := range map[string]Entry{
		"language":    {EN: "One."},
		"plural":      {EN: "{n} days.", DE: "{n} Tage.", ENOne: "{n} day."},
		"placeholder": {EN: "{limit} seats.", DE: "{Limit} Plätze."},
		"other name":  {EN: "{limit} seats.", DE: "{value} Plätze."},
		"brace":       {EN: "{limit seats.", DE: "{limit Plätze."},
		"no count":    {EN: "Days.", DE: "Tage.", ENOne: "Day.", DEOne: "Tag."},
		"spaces":      {EN: "A  b.", DE: "A b."},
		"sentence":    {EN: "no seat", DE: "kein Platz"},
	} {
		if len(faults("fault.a.b", e)) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
	if len(faults("BadKey", Entry{EN: "A.", DE: "A."})) == 0 {
		t.Error("a bad key was not found")
	}
	defer func() {
		if recover() == nil {
			t.Error("a key was added twice")
		}
	}()
	add("word.yes", Entry{EN: "yes", DE: "ja"})
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{T(EN, "no.such.key"), "no.such.key"},
		{N(DE, "no.such.key", 1), "no.such.key"},
		{N(EN, "unit.days", 1), "1 day"},
		{N(DE, "unit.days", 1), "1 Tag"},
		{N(EN, "unit.days", 0), "0 days"},
		{N(DE, "unit.days", 1200), "1.200 Tage"},
		{Fault(EN, "frame.above_max", map[string]any{"value": int64(31), "limit": int64(30)}), "31 is too large: the greatest allowed value is 30."},
		{Fault(DE, "frame.too_late", map[string]any{"value": day.Of(2027, 1, 1), "limit": day.Of(2026, 12, 31)}), "01.01.2027 ist zu spät: Der letzte erlaubte Tag ist der 31.12.2026."},
		{T(EN, "fault.frame.above_max", "value", 31), "31 is too large: the greatest allowed value is {limit}."},
		{fill(EN, "a {b} {c", map[string]any{"b": 1}), "a 1 {c"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if got := Fault(DE, "license.code_typo", map[string]any{"kind": "length", "got": 24, "want": 25}); !strings.Contains(got, "müsste 25 Zeichen haben; eingegeben: 24") || strings.Contains(got, "length") {
		t.Errorf("an argument is not put into words: %s", got)
	}
	if got := Fault(DE, "license.container_kind", map[string]any{"value": "soft", "allowed": []string{"hardware", "cloud"}}); !strings.Contains(got, "(hardware), ein Konto") {
		t.Errorf("a list is not put into words: %s", got)
	}
	if got := Fault(EN, "license.container_kind", map[string]any{"value": "soft", "allowed": []string{"hardware", "new"}}); !strings.Contains(got, "hardware, new") {
		t.Errorf("a list is lost: %s", got)
	}
	if got := Fault(EN, "license.suspect", map[string]any{"reason": "brand_new"}); !strings.Contains(got, "brand_new") {
		t.Errorf("an argument without words is lost: %s", got)
	}
	for _, code := range []string{"internal", "brand.new"} {
		if got := Fault(DE, code, nil); !strings.Contains(got, "("+code+")") {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestFormats(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	type seats uint16
	for _, c := range []struct{ got, want string }{
		{Number(DE, 1234567), "1.234.567"},
		{Number(EN, -1234567), "-1,234,567"},
		{Number(EN, -1<<63), "-9,223,372,036,854,775,808"},
		{Number(DE, 999), "999"},
		{Date(DE, 2026, 11, 21), "21.11.2026"},
		{Date(EN, 2026, 11, 21), "21 Nov 2026"},
		{Date(DE, 2026, 1, 2), "02.01.2026"},
		{Date(EN, 2026, 1, 2), "2 Jan 2026"},
		{Money(DE, 123450, "EUR"), "1.234,50\u00a0EUR"},
		{Money(EN, 123450, "EUR"), "EUR\u00a01,234.50"},
		{Money(EN, -5, "USD"), "USD\u00a0-0.05"},
		{Money(DE, 1234, "JPY"), "1.234\u00a0JPY"},
		{Money(EN, 1234, "KWD"), "KWD\u00a01.234"},
		{Duration(DE, 90*time.Second), "90 Sekunden"},
		{Duration(EN, time.Minute), "1 minute"},
		{Duration(EN, 150*time.Second), "3 minutes"},
		{Duration(DE, 24*time.Hour), "1 Tag"},
		{Duration(EN, 100*time.Millisecond), "1 second"},
		{show(DE, time.Date(2026, 11, 21, 9, 5, 0, 0, berlin)), "21.11.2026 09:05 CET"},
		{show(EN, day.None), "–"},
		{show(DE, true) + show(EN, false), "jano"},
		{show(EN, []string{"a", "b"}), "a, b"},
		{show(DE, seats(1000)), "1.000"},
		{show(DE, 1000.0), "1.000"},
		{show(DE, 1.5), "1,5"},
		{show(EN, Amount{100, "EUR"}), "EUR\u00a01.00"},
		{show(EN, nil), ""},
		{show(EN, time.Saturday), "Saturday"},
		{show(EN, uint64(1<<63)), "9223372036854775808"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for in, want := range map[string]Lang{
		"": EN, "de": DE, "de-AT,en;q=0.5": DE, "en-US,en;q=0.9,de;q=0.8": EN, "fr,de;q=0.2": DE,
		"fr": EN, "de;q=0": EN, "gsw,DE-ch;q=0.9": DE, "en;q=0.3, de ; q=0.7": DE, "de;q=x,en;q=0.1": EN,
		"de_AT.UTF-8": DE, "C.UTF-8": EN, "deu": EN, "*": EN,
	} {
		if got := Match(in); got != want {
			t.Errorf("Match(%q) = %s, want %s", in, got, want)
		}
	}
	if !slices.Equal(Langs(), []Lang{EN, DE}) {
		t.Fatal("Langs")
	}
}
