package client_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

var filled = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesAreComplete(t *testing.T) {
	for _, key := range client.TextKeys() {
		en, de := client.Both(key)
		if en == "" || de == "" || en == de {
			t.Errorf("%s: %q, %q", key, en, de)
		}
		a, b := filled.FindAllString(en, -1), filled.FindAllString(de, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: the languages fill in %v and %v", key, a, b)
		}
		if strings.Contains(strings.ToLower(en+de), "licence") {
			t.Errorf("%s: spelled otherwise", key)
		}
	}
}

// TestEveryErrorHasItsSentence: those of this package, of package wire, every
// kind of typing error, and every state.
func TestEveryErrorHasItsSentence(t *testing.T) {
	wireErrors := []error{
		wire.ErrMalformed, wire.ErrTooLong, wire.ErrDuplicateKey, wire.ErrUnknownKey, wire.ErrSuite, wire.ErrSignature,
		wire.ErrType, wire.ErrIssuer, wire.ErrUse, wire.ErrWindow, wire.ErrRevoked, wire.ErrRank, wire.ErrClaim,
		wire.ErrProduct, wire.ErrContainer, wire.ErrFingerprint, wire.ErrExpired, wire.ErrNotYet, wire.ErrMaintenance, wire.ErrSeal,
	}
	all := append(client.OwnErrors(), wireErrors...)
	grouped := map[string]bool{}
	for _, k := range []wire.CodeErrorKind{
		wire.CodeLength, wire.CodeForeign, wire.CodeCheck, wire.CodeIsKey, wire.CodeIsTicket, wire.CodePrefix,
	} {
		all = append(all, &wire.CodeError{Kind: k, Pos: 3, Symbol: 'U', Got: 24, Want: 25})
	}
	for _, k := range []wire.CodeErrorKind{wire.CodeLength, wire.CodeForeign, wire.CodeCheck} {
		inGroup := &wire.CodeError{Kind: k, Pos: 3, Symbol: 'U', Got: 14, Want: 15, Group: 7}
		for _, lang := range client.Languages {
			if s := client.Explain(lang, inGroup); !strings.Contains(s, "ruppe 7") && !strings.Contains(s, "roup 7") || filled.MatchString(s) {
				t.Errorf("%s in %s: %q", k, lang, s)
			}
		}
		grouped[client.Code(inGroup)+"_group"] = true
	}
	for _, err := range all {
		code := client.Code(fmt.Errorf("while testing: %w", err))
		for _, lang := range client.Languages {
			s := client.Explain(lang, err)
			if s == code || s == "" || s == err.Error() || filled.MatchString(s) || !strings.ContainsRune(s, ' ') {
				t.Errorf("%s in %s: %q", code, lang, s)
			}
		}
	}
	used := map[string]bool{}
	for _, err := range all {
		used[client.Code(err)] = true
	}
	for _, key := range client.TextKeys() {
		if !used[key] && !grouped[key] && !strings.HasPrefix(key, "state.") {
			t.Errorf("%s is the sentence of nothing", key)
		}
	}
	const blocked = "the publisher. Refresh"
	for why, other := range map[string]bool{"blocked": false, "": false, "later": false, "evicted": true, "restored": true, "moved": true, "granted": true} {
		s := client.Describe("en", client.License{State: client.Blocked, Why: why})
		if strings.Contains(s, blocked) == other || strings.Contains(s, "Activate it again") != other {
			t.Errorf("blocked because of %q: %s", why, s)
		}
	}
	for lang, names := range map[string]string{"en": "block list", "de": "Sperrliste"} {
		l := client.License{State: client.Blocked, Why: "listed", Err: client.ErrListed}
		if s := client.Describe(lang, l); !strings.Contains(s, names) || !strings.Contains(client.Explain(lang, l.Err), names) {
			t.Errorf("listed: %s", s)
		}
	}
	for _, s := range []client.State{
		client.Valid, client.Grace, client.NotYet, client.Expired, client.Unmaintained,
		client.Blocked, client.OtherProduct, client.OtherMachine, client.Refused,
	} {
		l := client.License{State: s, Until: time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC), Err: wire.ErrSignature}
		en, de := client.Describe("en", l), client.Describe("de_AT.UTF-8", l)
		if en == de || strings.HasPrefix(en, "state.") || filled.MatchString(en+de) {
			t.Errorf("%s: %q, %q", s, en, de)
		}
	}
}

// TestEveryErrorIsListed compares the variables of the package with the table
// that gives them their codes.
func TestEveryErrorIsListed(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		if v, ok := node.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Err") {
			n++
		}
		return true
	})
	if n != len(client.OwnErrors()) {
		t.Errorf("%d errors, %d codes", n, len(client.OwnErrors()))
	}
}

func TestRefusalSpeaksForItself(t *testing.T) {
	r := &client.Refusal{
		Code: "license.no_seat", Status: 409, Text: "All 3 seats are in use.",
		Texts: map[string]string{"de": "Alle 3 Plätze sind belegt.", "en": "All 3 seats are in use."},
	}
	err := fmt.Errorf("asked: %w", r)
	if client.Explain("de", err) != "Alle 3 Plätze sind belegt." || client.Explain("fr", err) != "All 3 seats are in use." || client.Code(err) != "license.no_seat" {
		t.Error(client.Explain("de", err), client.Explain("fr", err))
	}
	if got := client.Explain("de", &client.Refusal{Code: "license.new_code"}); got != "license.new_code" {
		t.Errorf("a refusal without words: %q", got)
	}
	if got := client.Explain("de", errors.New("something else")); got != "something else" {
		t.Errorf("%q", got)
	}
	if client.Explain("de", nil) != "" || client.Code(nil) != "" {
		t.Error("nothing has a text")
	}
	if !r.Final() || (&client.Refusal{Status: 429}).Final() || (&client.Refusal{Status: 503}).Final() {
		t.Error("what is final")
	}
	if !strings.Contains(r.Error(), "license.no_seat") {
		t.Error(r.Error())
	}
}

func TestLanguage(t *testing.T) {
	for wishes, want := range map[string]string{
		"de_DE.UTF-8": "de", "de": "de", "en_US": "en", "C.UTF-8": "en", "": "en", "fr_FR:de_DE": "de",
		"fr-CH, de;q=0.9, en;q=0.8": "de", "POSIX": "en", "de@euro": "de", "xx": "en",
	} {
		if got := client.Language(wishes); got != want {
			t.Errorf("%q: %s, want %s", wishes, got, want)
		}
	}
	if client.Language("", "de") != "de" {
		t.Error("the second wish is not heard")
	}
}

// TestDescribeNamesTheLastDay: ends are exclusive inside, and shown with the last
// day, wherever the publisher is.
func TestDescribeNamesTheLastDay(t *testing.T) {
	for _, hours := range []int{-8, -5, 0, 1, 2, 9} {
		midnight := time.Date(2027, 4, 1, 0, 0, 0, 0, time.FixedZone("", hours*3600)).UTC()
		for state, want := range map[client.State]string{
			client.Valid: "2027-03-31", client.Grace: "2027-03-31", client.Expired: "2027-03-31",
			client.Unmaintained: "2027-03-31", client.NotYet: "2027-04-01",
		} {
			if s := client.Describe("en", client.License{State: state, Until: midnight}); !strings.Contains(s, want) {
				t.Errorf("%+d h, %s: %s", hours, state, s)
			}
		}
	}
}

func TestDay(t *testing.T) {
	d := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	if client.Day("de", d) != "31.03.2027" || client.Day("en", d) != "2027-03-31" || client.Day("en", time.Time{}) != "" {
		t.Error(client.Day("de", d), client.Day("en", d))
	}
	if s := (client.License{ID: "l", State: client.Valid}).String(); s != "l (valid)" {
		t.Error(s)
	}
}
