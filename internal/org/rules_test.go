package org

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
)

func TestKindsNarrowDownTheTree(t *testing.T) {
	for parent, kinds := range under {
		for _, k := range kinds {
			if !KindCeiling(k).Subset(KindCeiling(parent)) {
				t.Errorf("a %s may do more than the %s above it", k, parent)
			}
		}
	}
	for k := range ceilings {
		if KindCeiling(k).Has(actor.PublisherManage) || k.Under("nothing") || Kind("nothing").Under(k) {
			t.Errorf("%s", k)
		}
	}
	if !KindCeiling("nothing").IsEmpty() {
		t.Error("an unknown kind may do something")
	}
}

func TestBuiltInRoles(t *testing.T) {
	for _, r := range BuiltInRoles() {
		if r.EN == "" || r.DE == "" || len(r.Kinds) == 0 || r.Permissions.IsEmpty() || !roleKeyForm.MatchString(r.Key) {
			t.Errorf("%+v is not described", r)
		}
		if !r.Permissions.Subset(KindCeiling(r.Kinds[0])) {
			t.Errorf("%s gives more than a %s may have", r.Key, r.Kinds[0])
		}
	}
}

func TestGeneratedNumbersAndTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		n := newNumber()
		token, hint := newToken()
		if _, err := cleanNumber(n); err != nil || seen[n] || len(n) != 15 {
			t.Fatalf("number %q", n)
		}
		if !isToken(token) || isToken(token[1:]) || isToken(token+"x") || isToken(token[:45]+"_") || seen[token] || !strings.HasSuffix(token, strings.TrimPrefix(hint, "lk_…")) {
			t.Fatalf("token of %d bytes, hint %q", len(token), hint)
		}
		seen[n], seen[token] = true, true
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", " a ", "Erika Muster", "a\x00", "é@x.de", "a@b", "a@example.com", "\"a b\"@example.com", "a@b <c@d>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := cleanNumber(s); err == nil && (n == "" || len(n) > MaxNumber || !utf8.ValidString(n) || strings.ContainsAny(n, "\x00\r\n")) {
			t.Errorf("number %q", n)
		}
		if n, err := cleanName(s, false); err == nil && (len(n) > MaxName || !utf8.ValidString(n) || strings.ContainsAny(n, "\x00\r\n")) {
			t.Errorf("name %q", n)
		}
		if e, err := cleanEmail(s); err == nil {
			if again, err := cleanEmail(e); err != nil || again != e || strings.ContainsAny(e, " \x00\r\n<>") && !strings.HasPrefix(e, `"`) {
				t.Errorf("address %q, again %q, %v", e, again, err)
			}
		}
	})
}

func TestPersonalOpensOnlyWhereItWasSealed(t *testing.T) {
	key := newPersonKey()
	id := [16]byte{1}
	want := Personal{Email: "a@example.com", Name: "A"}
	sealed, err := sealPersonal(key, id, want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openPersonal(key, id, sealed); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := openPersonal(key, [16]byte{2}, sealed); err == nil {
		t.Error("opened in another row")
	}
	if _, err := openPersonal(newPersonKey(), id, sealed); err == nil {
		t.Error("opened under another key")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := openPersonal(key, id, sealed); err == nil {
		t.Error("opened after a change")
	}
}
