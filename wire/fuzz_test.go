package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// seedTokens gives every fuzz target of tokens a spread of good and bad ones.
func seedTokens(f *testing.F, add func(v vector)) {
	for _, file := range []string{"tokens-valid.txt", "tokens-invalid.txt"} {
		for i, v := range readVectors(f, file) {
			if file == "tokens-valid.txt" || i%80 == 0 {
				add(v)
			}
		}
	}
}

// Only tokens that were signed verify: what the fuzzer makes may differ from a
// valid vector only by being one.
func FuzzToken(f *testing.F) {
	valid := map[string]bool{}
	for _, v := range readVectors(f, "tokens-valid.txt") {
		valid[v["typ"]+" "+v["token"]] = true
	}
	seedTokens(f, func(v vector) { f.Add(v["token"], v["typ"]) })
	keys, _ := known(f)
	all := KeySet{}
	for _, k := range keys {
		all[k.KID()] = k
	}
	f.Fuzz(func(t *testing.T, token, typ string) {
		if _, err := Peek(token); err != nil && Reason(err) == "other" {
			t.Fatal(err)
		}
		payload, _, err := Verify(token, Type(typ), all)
		if err == nil && !valid[typ+" "+token] {
			t.Fatalf("forged: %s", token)
		}
		if err == nil && (ScanStrict(payload) != nil || len(token) > MaxToken) {
			t.Fatal("verified, but not in the strict form")
		}
	})
}

func FuzzLines(f *testing.F) {
	w := newWorld("a")
	cert, lic := w.sign(w.active, w.cert()), w.license(w.plainLicense())
	f.Add([]byte(cert + "\n" + lic + "\n"))
	f.Add([]byte("# x\r\n" + cert + "\r\r" + lic))
	f.Add([]byte("\xef\xbb\xbf\n\n v4.public." + lic))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := ParseLines(b)
		if err != nil {
			return
		}
		back, err := ParseLines(file.Bytes())
		if err != nil || len(back.Lines) != len(file.Lines) || !bytes.Equal(back.Bytes(), file.Bytes()) {
			t.Fatal("a file does not survive writing")
		}
		trust := must(NewTrust(w.pins()))
		_ = trust.ExtendFile(file)
		for _, token := range file.Of(TypeLicense) {
			if _, err := OpenIssued[License](trust, token); err == nil && token != lic {
				t.Fatal("a license that nobody signed")
			}
		}
	})
}

func FuzzTicket(f *testing.F) {
	for _, v := range readVectors(f, "codes.txt") {
		f.Add(v["typed"])
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseTicket(s)
		if err != nil {
			if ce := (*CodeError)(nil); !errors.As(err, &ce) || !c.IsZero() {
				t.Fatal(err)
			}
			return
		}
		if again, err := ParseTicket(c.String()); err != nil || again != c || len(c.Bytes()) != codeLen {
			t.Fatalf("%q does not survive printing", s)
		}
		if _, err := ParseKey(s); err == nil {
			t.Fatalf("%q is both", s)
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, v := range readVectors(f, "codes.txt") {
		f.Add(v["typed"])
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseKey(s)
		if err != nil {
			if ce := (*CodeError)(nil); !errors.As(err, &ce) || !k.IsZero() {
				t.Fatal(err)
			}
			return
		}
		if again, err := ParseKey(k.String()); err != nil || again != k || CheckPrefix(k.Prefix()) != nil {
			t.Fatalf("%q does not survive printing", s)
		}
		normal, _, prefix, err := ParseCode(s)
		if err != nil || prefix != k.Prefix() || !bytes.Equal(normal, k.Bytes()) {
			t.Fatalf("%q is read in two ways", s)
		}
	})
}

func FuzzJSON(f *testing.F) {
	w := newWorld("a")
	for _, s := range w.all() {
		f.Add(must(s.claims.Encode()))
	}
	for _, s := range oddPayloads(TypeLicense) {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"typ":"lic","list":["\ud83d\ude00"],"map":{"a":1},"subs":[{"lid":"x","gen":-1}],"deep":{"a":"b"},"tiny":-128,"flag":true}`))
	f.Add([]byte(strings.Repeat(`{"a":`, 20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		agree(t, b)
		var l License
		if DecodeStrict(b, &l) != nil || l.Validate() != nil {
			return
		}
		l.Type = ""
		once, err := l.Encode()
		if err != nil {
			return // longer than a token in its canonical form
		}
		back, err := DecodePayload[License](once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice := must(back.Encode()); !bytes.Equal(once, twice) {
			t.Fatalf("%s\n%s", once, twice)
		}
	})
}

// FuzzLease signs whatever the fuzzer says as a request for a lease.
func FuzzLease(f *testing.F) {
	w := newWorld("a")
	f.Add(must(w.leaseRequest().Encode()))
	f.Add([]byte(`{"typ":"lsr","cnt":{"s":"` + w.container.Public().String() + `"},"hol":{"t":"person"}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > MaxPayload {
			return
		}
		r, pub, err := OpenLeaseRequest(must(seal(w.container, TypeLeaseRequest, payload)))
		if err != nil {
			if r != nil || Reason(err) == "other" {
				t.Fatal(err)
			}
			return
		}
		if pub.KID() != w.container.KID() || r.Validate() != nil || r.Code == "" && r.LicenseID == "" {
			t.Fatal("a request out of its bounds")
		}
	})
}

// FuzzRequest signs whatever the fuzzer says, as a hostile client can.
func FuzzRequest(f *testing.F) {
	w := newWorld("a")
	f.Add(must(w.request().Encode()))
	f.Add([]byte(`{"typ":"req","cnt":{"s":"` + w.container.Public().String() + `"}}`))
	f.Add([]byte(`{"typ":"req","cnt":{"s":"AAAA","t":"soft"},"ctr":9223372036854775807}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > MaxPayload {
			return
		}
		for _, k := range []PrivateKey{w.container, w.token} {
			token := must(seal(k, TypeRequest, payload))
			r, pub, err := OpenRequest(token)
			if err != nil {
				if r != nil || Reason(err) == "other" {
					t.Fatal(err)
				}
				continue
			}
			if pub.KID() != k.KID() || r.Container.Hash() == "" || r.Validate() != nil {
				t.Fatal("a request out of its bounds")
			}
		}
	})
}
