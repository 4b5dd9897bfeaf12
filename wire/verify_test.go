package wire

import (
	"errors"
	"testing"
)

func TestVerdicts(t *testing.T) {
	w := newWorld("a")
	l := w.plainLicense()
	l.NotBefore, l.Expires, l.Grace, l.Maintenance, l.Enforce = 2000, 3000, 500, 2500, Warn
	trust, token := w.trust(t), w.license(l)
	for _, c := range []struct {
		now, released int64
		state         State
		until         int64
		err           error
	}{
		{1999, 0, StateNotYet, 2000, ErrNotYet},
		{2000, 0, StateValid, 3000, nil},
		{2999, 2499, StateValid, 3000, nil},
		{3000, 0, StateGrace, 3500, nil},
		{3499, 0, StateGrace, 3500, nil},
		{3500, 0, StateExpired, 3500, ErrExpired},
		{2100, 2500, StateUnmaintained, 2500, ErrMaintenance},
		{3100, 2500, StateUnmaintained, 2500, ErrMaintenance},
		{9999, 9999, StateExpired, 3500, ErrExpired},
	} {
		got, v, err := VerifyLicense(token, trust, Check{Now: c.now, Released: c.released})
		if err != nil || got == nil {
			t.Fatal(err)
		}
		if v != (Verdict{c.state, Warn, c.until}) || !errors.Is(v.Err(), c.err) || !v.Runs() {
			t.Errorf("at %d: %+v, %v", c.now, v, v.Err())
		}
	}
	for enf, runs := range map[Enforcement]bool{Enforce: false, Warn: true, Log: true} {
		if v := (Verdict{State: StateExpired, Enforce: enf}); v.Runs() != runs {
			t.Errorf("%s runs: %v", enf, v.Runs())
		}
		if v := (Verdict{State: StateGrace, Enforce: enf}); !v.Runs() {
			t.Errorf("%s stops in grace", enf)
		}
	}
}

func TestNoTimeNoLicense(t *testing.T) {
	w := newWorld("a")
	_, _, err := VerifyLicense(w.license(w.plainLicense()), w.trust(t), Check{})
	wantReason(t, err, "claim")
}

func TestContainerBinding(t *testing.T) {
	w, other := newWorld("a"), newWorld("b")
	trust := w.trust(t)
	bound := w.license(w.fullLicense())
	good := w.check()
	change := func(f func(*Check)) Check {
		c := good
		f(&c)
		return c
	}
	for name, c := range map[string]struct {
		check Check
		want  string
	}{
		"fits":                {good, ""},
		"three of four":       {change(func(c *Check) { c.Components = c.Components[1:] }), ""},
		"two of four":         {change(func(c *Check) { c.Components = c.Components[2:] }), "fingerprint"},
		"one repeated":        {change(func(c *Check) { c.Components = [][16]byte{c.Components[0], c.Components[0], c.Components[0]} }), "fingerprint"},
		"no fingerprint":      {change(func(c *Check) { c.Components = nil }), "fingerprint"},
		"another container":   {change(func(c *Check) { c.Container = other.keys().Hash() }), "container"},
		"no container":        {change(func(c *Check) { c.Container = "" }), "container"},
		"another product":     {change(func(c *Check) { c.Product = "cam" }), "product"},
		"any product":         {change(func(c *Check) { c.Product = "" }), ""},
		"expired and foreign": {change(func(c *Check) { c.Now, c.Container = someTime+900*day, "" }), "container"},
	} {
		t.Run(name, func(t *testing.T) {
			l, v, err := VerifyLicense(bound, trust, c.check)
			wantReason(t, err, c.want)
			if (l == nil) != (c.want != "") {
				t.Fatal("a license beside an error, or neither")
			}
			if errors.Is(err, ErrContainer) && v.State == "" {
				t.Fatal("no verdict about the dates")
			}
		})
	}
	if _, _, err := VerifyLicense(w.license(w.plainLicense()), trust, change(func(c *Check) { c.Container = "" })); err != nil {
		t.Fatal("a license bound to nothing: ", err)
	}
}

func TestFeaturesAndLimits(t *testing.T) {
	l := newWorld("a").fullLicense()
	if !l.Has("draw") || l.Has("Draw") || l.Has("") {
		t.Fatal("features")
	}
	if v, ok := l.Limit("parts"); !ok || v != 5000 {
		t.Fatal("limit")
	}
	if _, ok := l.Limit("none"); ok {
		t.Fatal("a limit nobody set")
	}
	l.Features = []string{AllFeatures}
	if !l.Has("draw") || !l.Has("whatever") {
		t.Fatal("all features")
	}
	if (&License{}).Has(AllFeatures) {
		t.Fatal("no features hold all")
	}
}

// A container's own signature opens nothing that an issuing key signs, and a
// license signed by a root is none.
func TestOnlyIssuingKeysIssue(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	for _, k := range []PrivateKey{w.active, w.standby, w.container} {
		_, err := OpenIssued[License](trust, w.sign(k, w.plainLicense()))
		wantReason(t, err, "unknown_key")
	}
	_, err := OpenIssued[License](trust, must(seal(w.issuing, TypeLicense, []byte(`{"typ":"lic","Iss":"a"}`))))
	wantReason(t, err, "duplicate_key")
	_, err = OpenIssued[License](trust, must(seal(w.issuing, TypeLicense, []byte(`{"typ":"lic","iss":"a"}`))))
	wantReason(t, err, "claim")
}

func TestFingerprint(t *testing.T) {
	w := newWorld("a")
	a := Component(w.salt, "disk", "X")
	if a != Component(w.salt, "disk", "X") || a == Component(w.salt, "mac", "X") || a == Component([]byte("other"), "disk", "X") {
		t.Fatal("component")
	}
	if len(Short(a)) != 11 || len(ComponentClaim(a)) != 22 || ComponentClaim(a)[:10] != Short(a)[:10] {
		t.Fatal("forms")
	}
	all := w.components()
	stored := []string{Short(all[0]), Short(all[1]), Short(all[1])}
	for _, c := range []struct {
		now   [][16]byte
		least int
		want  bool
	}{
		{all, 2, true},
		{all, 3, false},
		{all[:1], 1, true},
		{all[2:], 1, false},
		{nil, 0, true},
		{nil, 1, false},
	} {
		if got := Match(stored, c.now, c.least); got != c.want {
			t.Errorf("%d of %d: %v", c.least, len(c.now), got)
		}
	}
}
