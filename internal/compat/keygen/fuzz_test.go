package keygen

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
)

// Whatever a program says of itself, there is one verdict, and it is never a good one
// for a machine that has no place.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"fingerprint":"a"}`, `{"fingerprints":["b"],"components":["x"]}`, `{"fingerprint":"","machine":null}`,
		`{"entitlements":["draw"],"product":"CAD","policy":null,"user":null}`, `{"version":{}}`, `{"fingerprint":"A"}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s scope
		if json.Unmarshal(raw, &s) != nil || s.check() != nil {
			return
		}
		l := keyed{KeyedLicense: license.KeyedLicense{
			Info: license.LicenseInfo{Used: 1, Limit: 2, Product: "CAD"}, Features: []string{catalog.AllFeatures},
			Machines: []*license.NamedMachine{{Name: "a", Parts: []license.NamedPart{{Name: "x"}}}},
		}}
		code := l.judge(&s, now)
		if code == "" {
			t.Fatal("no verdict")
		}
		here := s.Fingerprint != nil && *s.Fingerprint == "a"
		for _, p := range s.Fingerprints {
			here = here || p == "a"
		}
		if asked := s.Fingerprint != nil || s.Fingerprints != nil; asked && !here && code == codeValid {
			t.Fatalf("%s is good for %s", code, raw)
		}
	})
}
