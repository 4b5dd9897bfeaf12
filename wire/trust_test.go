package wire

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestTrustAcceptsItsChain(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	for _, s := range w.all() {
		token := w.sign(s.key, s.claims)
		var err error
		switch s.claims.(type) {
		case *License:
			_, err = OpenIssued[License](trust, token)
		case *Update:
			_, err = OpenIssued[Update](trust, token)
		case *Validation:
			_, err = OpenIssued[Validation](trust, token)
		case *BlockList:
			_, err = OpenIssued[BlockList](trust, token)
		case *Checkpoint:
			_, err = OpenIssued[Checkpoint](trust, token)
		default:
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", s.claims.Kind(), err)
		}
	}
	if trust.Issuer() != "a" || len(trust.Lines()) != 1 {
		t.Fatal(trust.Lines())
	}
}

func TestExtendRefuses(t *testing.T) {
	w, other := newWorld("a"), newWorld("b")
	foreign := w.cert()
	foreign.Issuer = "b"
	rootAsIssuer := w.cert()
	rootAsIssuer.KID, rootAsIssuer.Public = w.standby.KID(), w.standby.Public().String()
	for name, c := range map[string]struct{ token, want string }{
		"not a token":           {"x", "malformed"},
		"a license":             {w.license(w.plainLicense()), "type"},
		"other publisher":       {other.sign(other.active, other.cert()), "unknown_key"},
		"foreign issuer":        {w.sign(w.active, foreign), "issuer"},
		"signed by issuing key": {w.sign(w.issuing, w.cert()), "unknown_key"},
		"root as issuing key":   {w.sign(w.active, rootAsIssuer), "rank"},
		"hostile claims":        {must(seal(w.active, TypeCert, []byte(`{"typ":"ikc","iss":"a"}`))), "claim"},
		"altered":               {flip(w.sign(w.active, w.cert()), 40), "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			trust := must(NewTrust(w.pins()))
			wantReason(t, trust.Extend(c.token), c.want)
			if len(trust.Lines()) != 0 {
				t.Fatal("a refused line is kept")
			}
			_, err := OpenIssued[License](trust, w.license(w.plainLicense()))
			wantReason(t, err, "unknown_key")
		})
	}
}

func flip(s string, i int) string {
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

func TestUseAndWindow(t *testing.T) {
	w := newWorld("a")
	for _, c := range []struct {
		iat  int64
		want string
	}{{certFrom - 1, "window"}, {certFrom, ""}, {certUntil, ""}, {certUntil + 1, "window"}} {
		l := w.plainLicense()
		l.IssuedAt = c.iat
		_, err := OpenIssued[License](w.trust(t), w.license(l))
		wantReason(t, err, c.want)
	}
	cert := w.cert()
	cert.Use = []Type{TypeUpdate}
	trust := must(NewTrust(w.pins()))
	if err := trust.Extend(w.sign(w.active, cert)); err != nil {
		t.Fatal(err)
	}
	_, err := OpenIssued[License](trust, w.license(w.plainLicense()))
	wantReason(t, err, "use")
	// A second certificate of the same key adds what the first one lacks.
	if err := trust.Extend(w.sign(w.standby, w.cert())); err != nil {
		t.Fatal(err)
	}
	_, err = OpenIssued[License](trust, w.license(w.plainLicense()))
	wantReason(t, err, "")
}

func TestIssuerOfTheLicense(t *testing.T) {
	w := newWorld("a")
	l := w.plainLicense()
	l.Issuer = "b"
	_, err := OpenIssued[License](w.trust(t), w.license(l))
	wantReason(t, err, "issuer")
}

// An expired issuing key does not end a perpetual license.
func TestPerpetualOutlivesItsKey(t *testing.T) {
	w := newWorld("a")
	_, v, err := VerifyLicense(w.license(w.plainLicense()), w.trust(t), Check{Now: certUntil + 20*365*day})
	if err != nil || v.State != StateValid || v.Until != 0 {
		t.Fatal(v, err)
	}
}

func (w *world) revoke(root PrivateKey, at int64, known ...[8]byte) string {
	return w.sign(root, &Revocation{Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: at, Known: JoinSerials(known)})
}

func (w *world) fell(by, root PrivateKey) string {
	return w.sign(by, &Revocation{Issuer: w.name, Object: RevokeRoot, KID: root.KID(), IssuedAt: someTime})
}

func TestRevokedIssuingKey(t *testing.T) {
	w := newWorld("a")
	one, two := [8]byte{1, 2, 3, 4, 5, 6, 7, 1}, [8]byte{1, 2, 3, 4, 5, 6, 7, 2}
	l1, l2 := w.plainLicense(), w.plainLicense()
	l2.Serial = Serial(two)
	for name, c := range map[string]struct {
		lines      []string
		one, other string
	}{
		"nothing known":        {[]string{w.revoke(w.active, 5)}, "revoked", "revoked"},
		"one known":            {[]string{w.revoke(w.active, 5, one)}, "", "revoked"},
		"two parts":            {[]string{w.part(1, one), w.part(2, two)}, "", ""},
		"half a list":          {[]string{w.part(2, two)}, "revoked", ""},
		"newer replaces older": {[]string{w.revoke(w.active, 5, one), w.revoke(w.active, 6, two)}, "revoked", ""},
		"both roots must know": {[]string{w.revoke(w.active, 5, one, two), w.revoke(w.standby, 5, one)}, "", "revoked"},
		"a fallen root's revocation stays": {
			[]string{w.sign(w.standby, w.cert()), w.revoke(w.active, 5, one), w.fell(w.standby, w.active)}, "", "revoked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				trust := w.trust(t, c.lines...)
				_, err := OpenIssued[License](trust, w.license(l1))
				wantReason(t, err, c.one)
				_, err = OpenIssued[License](trust, w.license(l2))
				wantReason(t, err, c.other)
				upd := w.all()[5]
				_, err = OpenIssued[Update](trust, w.sign(upd.key, upd.claims))
				wantReason(t, err, "revoked")
				slices.Reverse(c.lines) // the order must not matter
			}
		})
	}
}

func (w *world) part(n int, known ...[8]byte) string {
	return w.sign(w.active, &Revocation{
		Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime,
		Known: JoinSerials(known), Part: n, Parts: 2,
	})
}

func TestRevokedRoot(t *testing.T) {
	w := newWorld("a")
	token := w.license(w.plainLicense())
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"by the standby":                 {[]string{w.fell(w.standby, w.active)}, "revoked"},
		"by itself":                      {[]string{w.fell(w.active, w.active)}, "revoked"},
		"certified by the other as well": {[]string{w.fell(w.standby, w.active), w.sign(w.standby, w.cert())}, ""},
		"both fell":                      {[]string{w.fell(w.standby, w.active), w.sign(w.standby, w.cert()), w.fell(w.standby, w.standby)}, "revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				_, err := OpenIssued[License](w.trust(t, c.lines...), token)
				wantReason(t, err, c.want)
				slices.Reverse(c.lines)
			}
		})
	}
}

// Whoever steals the active root cannot silence the standby.
func TestRankOfRoots(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	wantReason(t, trust.Extend(w.fell(w.active, w.standby)), "rank")
	next := edKey("a next root")
	if err := trust.Extend(w.rotate(w.active, next)); err != nil {
		t.Fatal(err)
	}
	wantReason(t, trust.Extend(w.fell(next, w.active)), "rank")
	wantReason(t, trust.Extend(w.rotate(next, edKey("a further root"))), "rank")
	peer := edKey("a peer root")
	if err := trust.Extend(w.rotate(w.standby, peer)); err != nil {
		t.Fatal(err)
	}
	wantReason(t, trust.Extend(w.fell(next, peer)), "rank")
	if err := trust.Extend(w.fell(w.active, next)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) rotate(by, next PrivateKey) string {
	return w.sign(by, &Rotation{Issuer: w.name, KID: next.KID(), Public: next.Public().String(), IssuedAt: someTime})
}

func TestRotation(t *testing.T) {
	w := newWorld("a")
	next := edKey("a next root")
	token, cert := w.license(w.plainLicense()), w.sign(next, w.cert())
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"not announced":            {nil, "unknown_key"},
		"announced":                {[]string{w.rotate(w.active, next)}, ""},
		"announced by the standby": {[]string{w.rotate(w.standby, next)}, ""},
		"then revoked":             {[]string{w.rotate(w.active, next), w.fell(w.standby, next)}, "revoked"},
		"by itself":                {[]string{w.rotate(w.active, next), w.fell(next, next)}, "revoked"},
		"its sponsor fell":         {[]string{w.rotate(w.active, next), w.fell(w.standby, w.active)}, "revoked"},
		"another sponsor stands":   {[]string{w.rotate(w.active, next), w.rotate(w.standby, next), w.fell(w.standby, w.active)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := must(NewFile(append([]string{cert}, c.lines...)...))
			trust := must(NewTrust(w.pins()))
			if err := trust.ExtendFile(file); err != nil {
				t.Fatal(err)
			}
			_, err := OpenIssued[License](trust, token)
			wantReason(t, err, c.want)
			// What was learned can be kept and learned again.
			again := must(NewTrust(w.pins()))
			for _, line := range trust.Lines() {
				if err := again.Extend(line); err != nil {
					t.Fatal(err)
				}
			}
			_, err = OpenIssued[License](again, token)
			wantReason(t, err, c.want)
		})
	}
}

func TestRotationIsNoWayAroundRoles(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	wantReason(t, trust.Extend(w.rotate(w.active, w.issuing)), "rank")
	if err := trust.Extend(w.rotate(w.active, w.standby)); err != nil {
		t.Fatal(err) // older than the pins, which hold it already
	}
	if err := trust.Extend(w.fell(w.standby, w.active)); err != nil {
		t.Fatal(err)
	}
	if !trust.live(w.standby.KID()) {
		t.Fatal("a pinned root fell with a sponsor it never needed")
	}
}

func TestExtendFilePassesOverWhatItCannotJudge(t *testing.T) {
	w, other := newWorld("a"), newWorld("b")
	bad := w.cert()
	bad.Issuer = "b"
	text := strings.Join([]string{
		"# license file", other.sign(other.active, other.cert()), w.sign(w.active, bad),
		w.sign(w.active, w.cert()), w.license(w.plainLicense()),
	}, "\r\n")
	file := must(ParseLines([]byte(text)))
	trust := must(NewTrust(w.pins()))
	if err := trust.ExtendFile(file); !errors.Is(err, ErrIssuer) {
		t.Fatal(err)
	}
	if _, err := OpenIssued[License](trust, file.Of(TypeLicense)[0]); err != nil {
		t.Fatal(err)
	}
}

func TestRepeatsDoNotGrow(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	line := w.sign(w.active, w.cert())
	for range 10 {
		if err := trust.Extend(line); err != nil {
			t.Fatal(err)
		}
	}
	if len(trust.Lines()) != 1 || len(trust.certs[w.issuing.KID()]) != 1 {
		t.Fatal("a repeat grew")
	}
}

func TestDepotKey(t *testing.T) {
	w := newWorld("a")
	pins := w.pins()
	_, err := must(NewTrust(pins)).DepotKey(someTime)
	wantReason(t, err, "malformed")
	d := w.depotKey()
	pins.Depot = w.sign(w.standby, d)
	trust := must(NewTrust(pins))
	if got, err := trust.DepotKey(someTime); err != nil || got.Public != d.Public {
		t.Fatal(err)
	}
	_, err = trust.DepotKey(d.Expires)
	wantReason(t, err, "expired")
	if err := trust.Extend(w.fell(w.standby, w.standby)); err != nil {
		t.Fatal(err)
	}
	_, err = trust.DepotKey(someTime)
	wantReason(t, err, "revoked")
	pins.Depot = w.sign(w.issuing, d)
	_, err = NewTrust(pins)
	wantReason(t, err, "unknown_key")
	d.Issuer = "b"
	pins.Depot = w.sign(w.standby, d)
	_, err = NewTrust(pins)
	wantReason(t, err, "issuer")
}

func TestTrustIsSafeForConcurrentUse(t *testing.T) {
	w := newWorld("a")
	trust := w.trust(t)
	token := w.license(w.plainLicense())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 8 {
				if _, err := OpenIssued[License](trust, token); err != nil {
					t.Error(err)
				}
				next := edKey(strings.Repeat("n", i*8+j+1))
				if err := trust.Extend(w.rotate(w.active, next)); err != nil {
					t.Error(err)
				}
				trust.Lines()
			}
		})
	}
	wg.Wait()
	if len(trust.Lines()) != 33 {
		t.Fatal(len(trust.Lines()))
	}
}
