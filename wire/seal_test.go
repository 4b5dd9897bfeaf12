package wire

import (
	"crypto/ecdh"
	"crypto/rand"
	"strings"
	"testing"
)

func TestSealedCode(t *testing.T) {
	w := newWorld("a")
	depot := must(x25519("a depot"))
	code := must(NewTicket(rand.Reader)).String()
	sealed := must(SealCode(w.depotKey().Public, w.nonce(1), code))
	if got, err := OpenCode(depot, w.nonce(1), sealed); err != nil || got != code {
		t.Fatal(got, err)
	}
	if again := must(SealCode(w.depotKey().Public, w.nonce(1), code)); again == sealed {
		t.Fatal("sealed the same twice")
	}
	for name, c := range map[string]struct {
		priv          ecdh.KeyExchanger
		nonce, sealed string
		want          string
	}{
		"other nonce": {depot, w.nonce(2), sealed, "seal"},
		"other key":   {must(x25519("b depot")), w.nonce(1), sealed, "seal"},
		"altered":     {depot, w.nonce(1), flip(sealed, 60), "seal"},
		"cut":         {depot, w.nonce(1), sealed[:40], "seal"},
		"empty":       {depot, w.nonce(1), "", "seal"},
		"no base64":   {depot, w.nonce(1), "!", "malformed"},
		"too long":    {depot, w.nonce(1), strings.Repeat("A", maxSealed+1), "too_long"},
		"other curve": {must(ecdh.P384().GenerateKey(rand.Reader)), w.nonce(1), sealed, "seal"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := OpenCode(c.priv, c.nonce, c.sealed)
			if got != "" {
				t.Fatal("a text beside an error")
			}
			wantReason(t, err, c.want)
		})
	}
	r := w.request()
	r.Code, r.Sealed = "", sealed
	if token := w.sign(w.container, r); strings.Contains(token, code) {
		t.Fatal("the code is in the file")
	}
}

func TestSealedSecret(t *testing.T) {
	for _, curve := range []ecdh.Curve{ecdh.X25519(), ecdh.P256()} {
		priv := must(curve.GenerateKey(rand.Reader))
		sealed := must(SealSecret(EncryptionPublic(priv), "l-1", 2, []byte("feature key")))
		if got, err := OpenSecret(priv, "l-1", 2, sealed); err != nil || string(got) != "feature key" {
			t.Fatal(err)
		}
		_, err := OpenSecret(priv, "l-1", 3, sealed)
		wantReason(t, err, "seal")
		_, err = OpenSecret(priv, "l-2", 2, sealed)
		wantReason(t, err, "seal")
	}
	for pub, want := range map[string]string{"!": "malformed", "AAAA": "malformed"} {
		_, err := SealSecret(pub, "l-1", 1, nil)
		wantReason(t, err, want)
	}
	priv := must(ecdh.X25519().GenerateKey(rand.Reader))
	_, err := SealSecret(EncryptionPublic(priv), "l-1", 1, make([]byte, maxSealed))
	wantReason(t, err, "too_long")
}
