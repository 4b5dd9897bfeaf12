package wire

import (
	"slices"
	"strings"
	"testing"
)

// While somebody types, the groups that are there are printed in one form, and it is
// known when they are all.
func TestTypedGroups(t *testing.T) {
	w := newWorld("vendor-a")
	for kind, text := range map[TypedKind]string{
		TypedRequestCode: w.typedRequest(7).String(),
		TypedAnswerCode:  w.typedAnswer(w.typedLicense(), 7),
		TypedKeyCode:     must(PrintTypedKey(w.sign(w.active, w.cert()))),
	} {
		all := strings.Split(text, "\n")
		for n := 1; n <= len(all); n++ {
			soFar := strings.Join(all[:n], " ")
			for _, spelled := range []string{soFar, strings.ToLower(soFar), strings.ReplaceAll(soFar, "-", "")} {
				groups, whole, err := TypedGroups(kind, spelled)
				if err != nil || !slices.Equal(groups, all[:n]) || whole != (n == len(all)) {
					t.Fatalf("kind %d, %d groups: %v, %v, %v", kind, n, groups, whole, err)
				}
			}
		}
		if _, _, err := TypedGroups(kind, text[:len(text)-1]); err == nil {
			t.Errorf("kind %d: a symbol is missing", kind)
		}
	}
	for name, l := range w.typedLicenses() {
		all := strings.Split(w.typedAnswer(l, 1), "\n")
		for n := 1; n <= len(all); n++ {
			if _, whole, err := TypedGroups(TypedAnswerCode, strings.Join(all[:n], "\n")); err != nil || whole != (n == len(all)) {
				t.Errorf("%s, %d groups of %d: %v, %v", name, n, len(all), whole, err)
			}
		}
	}
}
