package wire

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"strings"
	"testing"
)

func TestSignVerifyEveryType(t *testing.T) {
	w := newWorld("a")
	for _, s := range w.all() {
		typ := s.claims.Kind()
		payload := must(s.claims.Encode())
		token := must(Sign(s.key, typ, payload))
		if again := must(Sign(s.key, typ, payload)); again != token {
			t.Errorf("%s: signing is not deterministic", typ)
		}
		got, kid, err := Verify(token, typ, w.publics(typ))
		if err != nil || !bytes.Equal(got, payload) || kid != s.key.KID() {
			t.Errorf("%s: %v", typ, err)
		}
		h, err := Peek(token)
		if err != nil || h != (Hint{typ, s.key.KID(), Ed25519}) {
			t.Errorf("%s: hint %+v, %v", typ, h, err)
		}
	}
}

func TestContainerTypesInP256(t *testing.T) {
	w := newWorld("a")
	for _, s := range w.all() {
		typ := s.claims.Kind()
		token, err := SignClaims(w.token, s.claims)
		if typ.signer() != byContainer {
			wantReason(t, err, "suite")
			forged := must(seal(w.token, typ, must(s.claims.Encode())))
			_, _, err = Verify(forged, typ, w.everyKey())
			wantReason(t, err, "suite")
			continue
		}
		if err != nil || !strings.HasPrefix(token, "lct.p256.") {
			t.Fatal(err)
		}
		if again := must(SignClaims(w.token, s.claims)); again != token {
			t.Errorf("%s: a software P-256 key is not deterministic", typ)
		}
		if _, kid, err := Verify(token, typ, w.publics(typ)); err != nil || kid != w.token.KID() {
			t.Fatal(err)
		}
	}
}

// Each token against each purpose, with a set that holds every key.
func TestCrossTypeMatrix(t *testing.T) {
	w := newWorld("a")
	refused := 0
	for _, s := range w.all() {
		for _, other := range w.all() {
			if s.claims.Kind() == other.claims.Kind() {
				continue
			}
			for _, k := range []PrivateKey{s.key, w.token} {
				token := must(seal(k, s.claims.Kind(), must(s.claims.Encode())))
				if _, _, err := Verify(token, other.claims.Kind(), w.everyKey()); err == nil {
					t.Errorf("%s verifies as %s", s.claims.Kind(), other.claims.Kind())
				}
				refused++
			}
			// Signed under the other type, but saying what it is: a confused signer.
			token := must(seal(s.key, other.claims.Kind(), must(s.claims.Encode())))
			if _, _, err := Verify(token, other.claims.Kind(), w.everyKey()); !errors.Is(err, ErrType) {
				t.Errorf("%s inside %s: %v", s.claims.Kind(), other.claims.Kind(), err)
			}
		}
		for _, typ := range []Type{"", "LIC", "lic/1", "xyz"} {
			if _, _, err := Verify(w.sign(s.key, s.claims), typ, w.everyKey()); err == nil {
				t.Errorf("verified as %q", typ)
			}
		}
	}
	if n := len(w.all()); refused != n*(n-1)*2 {
		t.Fatal(refused)
	}
}

func TestTwoPublishers(t *testing.T) {
	a, b := newWorld("a"), newWorld("b")
	for i, s := range a.all() {
		typ := s.claims.Kind()
		_, _, err := Verify(a.sign(s.key, s.claims), typ, b.publics(typ))
		wantReason(t, err, "unknown_key")
		// B's key put under A's id.
		_, _, err = Verify(a.sign(s.key, s.claims), typ, KeySet{s.key.KID(): b.all()[i].key.Public()})
		wantReason(t, err, "signature")
	}
}

func TestSignRefuses(t *testing.T) {
	w := newWorld("a")
	for _, c := range []struct {
		key     PrivateKey
		typ     Type
		payload string
		want    string
	}{
		{w.issuing, "lic", `{"typ":"lic","a":1,"a":2}`, "duplicate_key"},
		{w.issuing, "lic", `{"typ":"lic"`, "malformed"},
		{w.issuing, "lic", `{"typ":"upd"}`, "type"},
		{w.issuing, "lic", `{"a":1,"typ":"lic"}`, "type"},
		{w.issuing, "lic", `{"typ":"lic","a":"` + strings.Repeat("x", MaxPayload) + `"}`, "too_long"},
		{w.issuing, "xyz", `{"typ":"xyz"}`, "suite"},
		{w.token, "lic", `{"typ":"lic"}`, "suite"},
		{PrivateKey{}, "lic", `{"typ":"lic"}`, "suite"},
	} {
		token, err := Sign(c.key, c.typ, []byte(c.payload))
		if token != "" {
			t.Error("a token beside an error")
		}
		wantReason(t, err, c.want)
	}
}

func TestLongestToken(t *testing.T) {
	w := newWorld("a")
	fill := MaxPayload - len(`{"typ":"lic","a":""}`)
	token, err := Sign(w.issuing, "lic", []byte(`{"typ":"lic","a":"`+strings.Repeat("x", fill)+`"}`))
	if err != nil || len(token) > MaxToken || len(token) < MaxToken-8 {
		t.Fatal(len(token), err)
	}
	if _, _, err := Verify(token, "lic", w.publics("lic")); err != nil {
		t.Fatal(err)
	}
	if p := must(w.fullLicense().Encode()); len(p) > MaxPayload/8 {
		t.Fatalf("a usual license has %d bytes", len(p))
	}
	_, _, err = Verify(token+strings.Repeat("A", MaxToken), "lic", w.publics("lic"))
	wantReason(t, err, "too_long")
}

// The shapes of a broken token, each with the reason.
func TestMalformedTokens(t *testing.T) {
	w := newWorld("a")
	token := w.license(w.plainLicense())
	parts := strings.Split(token, ".")
	body, footer := parts[2], parts[3]
	refoot := func(s string) string {
		return "v4.public." + body + "." + b64.EncodeToString([]byte(s))
	}
	kid := w.issuing.KID()
	for name, c := range map[string]struct{ token, want string }{
		"empty":             {"", "malformed"},
		"no header":         {body + "." + footer, "malformed"},
		"other header":      {"v3.public." + body + "." + footer, "malformed"},
		"local":             {"v4.local." + body + "." + footer, "malformed"},
		"header case":       {"V4.public." + body + "." + footer, "malformed"},
		"three parts":       {"v4.public." + body, "malformed"},
		"five parts":        {token + ".", "malformed"},
		"five parts full":   {token + "." + footer, "malformed"},
		"empty footer":      {"v4.public." + body + ".", "malformed"},
		"empty body":        {"v4.public.." + footer, "malformed"},
		"signature only":    {"v4.public." + b64.EncodeToString(make([]byte, 64)) + "." + footer, "malformed"},
		"padding":           {"v4.public." + body + "=." + footer, "malformed"},
		"standard alphabet": {"v4.public.+" + body[1:] + "." + footer, "malformed"},
		"line end inside":   {token[:20] + "\n" + token[20:], "malformed"},
		"cr inside":         {token[:20] + "\r" + token[20:], "malformed"},
		"blank before":      {" " + token, "malformed"},
		"blank after":       {token + " ", "malformed"},
		"line end after":    {token + "\n", "malformed"},
		"footer space":      {refoot(`{"kid": "` + kid[:10] + `"}`), "malformed"},
		"footer name":       {refoot(`{"kix":"` + kid + `"}`), "malformed"},
		"footer tail":       {refoot(`{"kid":"` + kid + `")`), "malformed"},
		"footer kid":        {refoot(`{"kid":"` + kid[:10] + `!"}`), "malformed"},
		"footer kid bits":   {refoot(`{"kid":"` + kid[:10] + `B"}`), "malformed"},
		"footer longer":     {refoot(`{"kid":"` + kid + `","a":1}`), "malformed"},
		"other kid":         {refoot(`{"kid":"` + edKey("x").KID() + `"}`), "unknown_key"},
		"other suite":       {"lct.p256." + body + "." + footer, "suite"},
		"kid of a root":     {refoot(`{"kid":"` + w.active.KID() + `"}`), "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			payload, _, err := Verify(c.token, TypeLicense, w.everyKey())
			if payload != nil {
				t.Fatal("a payload beside an error")
			}
			wantReason(t, err, c.want)
		})
	}
}

// Every cut, and every head of one token on every tail of another.
func TestTruncationsAndSplices(t *testing.T) {
	w := newWorld("a")
	keys := w.everyKey()
	l := w.plainLicense()
	one := w.license(l)
	l.ID = "l-2"
	two := w.license(l)
	for i := range one {
		if _, _, err := Verify(one[:i], TypeLicense, keys); err == nil {
			t.Fatalf("cut to %d", i)
		}
		if _, _, err := Verify(one[i+1:], TypeLicense, keys); err == nil {
			t.Fatalf("the first %d gone", i+1)
		}
		for _, j := range []int{i, max(0, i-1), min(len(two), i+1)} {
			s := one[:i] + two[j:]
			if s == one || s == two {
				continue
			}
			if _, _, err := Verify(s, TypeLicense, keys); err == nil {
				t.Fatalf("splice at %d", i)
			}
		}
	}
}

func TestPayloadsOfAHostileSigner(t *testing.T) {
	w := newWorld("a")
	for payload, want := range map[string]string{
		`{"typ":"lic","typ":"lic"}`: "duplicate_key", `{"typ":"lic"}x`: "malformed", `{"typ":"lic","a":1.5}`: "malformed",
		`{"typ":"lic","a":null}`: "malformed", `{ "typ":"lic"}`: "type", `{"Typ":"lic"}`: "type", `{"typ":"licx"}`: "type",
		`["typ"]`: "type", `{"typ":"lic","a":"` + "\xff" + `"}`: "malformed", `{"typ":"lic","b":1,"typ":"upd"}`: "duplicate_key",
		`{"typ":"lic"`: "malformed",
	} {
		_, _, err := Verify(must(seal(w.issuing, "lic", []byte(payload))), "lic", w.publics("lic"))
		if got := Reason(err); got != want {
			t.Errorf("%s: %q, want %q", payload, got, want)
		}
	}
}

// Of the two signatures that ECDSA allows for each nonce, one is accepted.
func TestP256IsCanonical(t *testing.T) {
	w := newWorld("a")
	token := w.sign(w.token, w.request())
	p := must(split(token))
	at := len(p.body) - 32
	s := new(big.Int).SetBytes(p.body[at:])
	if s.Cmp(p256HalfOrder) > 0 {
		t.Fatal("high s signed")
	}
	put := func(r, s *big.Int) string {
		body := bytes.Clone(p.body)
		r.FillBytes(body[at-32 : at])
		s.FillBytes(body[at:])
		return "lct.p256." + b64.EncodeToString(body) + "." + b64.EncodeToString(p.footer)
	}
	r := new(big.Int).SetBytes(p.body[at-32 : at])
	zero := new(big.Int)
	for name, forged := range map[string]string{
		"high s": put(r, new(big.Int).Sub(p256Order, s)),
		"zero s": put(r, zero), "zero r": put(zero, s), "both zero": put(zero, zero),
		"r of n": put(p256Order, s), "s of n": put(r, p256Order),
	} {
		if _, _, err := Verify(forged, TypeRequest, w.publics(TypeRequest)); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if put(r, s) != token {
		t.Fatal("the test does not rebuild the token")
	}
}

// highSigner is a hardware key that returns the higher s, as many do.
type highSigner struct{ *ecdsa.PrivateKey }

func TestHardwareSignerIsNormalized(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := must(SignerKey(&highSigner{k}))
	w := newWorld("a")
	for range 20 {
		if _, _, err := Verify(w.sign(key, w.request()), TypeRequest, Keys(key.Public())); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := key.Private(); err == nil {
		t.Fatal("a hardware key gave itself out")
	}
}

func TestKeys(t *testing.T) {
	ed, p := edKey("x"), p256Key("x")
	for _, k := range []PrivateKey{ed, p} {
		pub := must(ParsePublicKey(k.Public().String()))
		if pub.Suite != k.Public().Suite || !bytes.Equal(pub.Bytes, k.Public().Bytes) || len(pub.KID()) != 11 {
			t.Fatal("public key changed on its way")
		}
		raw := must(k.Private())
		back, err := Ed25519Key(raw)
		if k.Public().Suite == P256 {
			back, err = P256Key(raw)
		}
		if err != nil || back.KID() != k.KID() {
			t.Fatal("private key changed on its way")
		}
		fresh := must(GenerateKey(k.Public().Suite, rand.Reader))
		if fresh.KID() == k.KID() {
			t.Fatal("a new key is an old one")
		}
	}
	offCurve := bytes.Clone(p.Public().Bytes)
	offCurve[64] ^= 1
	for name, err := range map[string]error{
		"short seed":   second(Ed25519Key(make([]byte, 31))),
		"zero scalar":  second(P256Key(make([]byte, 32))),
		"no suite":     second(GenerateKey(9, rand.Reader)),
		"no random":    second(GenerateKey(Ed25519, broken{})),
		"padding":      second(ParsePublicKey(ed.Public().String() + "=")),
		"length":       second(ParsePublicKey("AAAA")),
		"off curve":    PublicKey{P256, offCurve}.Check(),
		"no key":       PublicKey{}.Check(),
		"line end":     second(ParsePublicKey(ed.Public().String() + "\n")),
		"other curve":  second(SignerKey(must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)))),
		"other scheme": second(SignerKey(must(rsa.GenerateKey(rand.Reader, 2048)))),
	} {
		if err == nil {
			t.Errorf("%s accepted", name)
		}
	}
	if (PublicKey{}).verify(nil, nil) || verifyP256(offCurve, nil, make([]byte, 64)) || verifyP256(nil, nil, nil) {
		t.Fatal("no key verifies something")
	}
}

func second[T any](_ T, err error) error { return err }

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range reasons {
		if Reason(r.err) != r.name || seen[r.name] || r.err.Error() == "" {
			t.Errorf("%v has reason %q", r.err, Reason(r.err))
		}
		seen[r.name] = true
	}
	if Reason(nil) != "" || Reason(errors.New("x")) != "other" || !errors.Is(ErrFingerprint, ErrContainer) {
		t.Fatal("reasons")
	}
}
