package wire

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestPairingRoundTrip(t *testing.T) {
	for range 2000 {
		p := must(NewPairing(rand.Reader))
		s := p.String()
		if len(s) != 11 || s[5] != '-' {
			t.Fatalf("form %q", s)
		}
		for _, typed := range []string{s, strings.ToLower(s), " " + strings.ReplaceAll(s, "-", " ") + "\r\n", strings.ReplaceAll(s, "0", "o")} {
			if got, err := ParsePairing(typed); err != nil || got != p {
				t.Fatalf("%q: %v", typed, err)
			}
		}
		if string(p.Bytes()) != strings.ReplaceAll(s, "-", "") {
			t.Fatalf("normal form of %q", s)
		}
		if _, _, _, err := ParseCode(s); err == nil {
			t.Fatalf("%q is taken for a ticket or a key", s)
		}
		if strings.Contains(fmt.Sprintf("%#v", p)+p.LogValue().String(), s[:5]) {
			t.Fatal("the code shows")
		}
	}
	if !(Pairing{}).IsZero() || (Pairing{}).String() != "" || (Pairing{}).Bytes() != nil {
		t.Error("the zero pairing is one")
	}
}

// Every single wrong symbol and every swap of two neighbors is noticed.
func TestPairingMistakes(t *testing.T) {
	s := []byte(must(NewPairing(newStream("p"))).String())
	for i := range s {
		if s[i] == '-' {
			continue
		}
		for v := range symbols {
			if symbols[v] == s[i] {
				continue
			}
			wantKind(t, string(replaced(s, i, symbols[v])), CodeCheck)
		}
		if i > 0 && s[i-1] != '-' && s[i] != s[i-1] {
			swapped := replaced(s, i, s[i-1])
			swapped[i-1] = s[i]
			wantKind(t, string(swapped), CodeCheck)
		}
	}
	wantKind(t, "", CodeLength)
	wantKind(t, string(s[:9]), CodeLength)
	wantKind(t, must(NewTicket(rand.Reader)).String(), CodeLength)
	wantKind(t, must(NewKey("AB", rand.Reader)).String(), CodeLength)
	wantKind(t, strings.Repeat("U", 10), CodeForeign)
	wantKind(t, "éééééééééé", CodeForeign)
	if _, err := NewPairing(bytes.NewReader(nil)); err == nil {
		t.Error("a code without randomness")
	}
}

func wantKind(t *testing.T, typed string, kind CodeErrorKind) {
	t.Helper()
	_, err := ParsePairing(typed)
	var ce *CodeError
	if !errors.As(err, &ce) || ce.Kind != kind {
		t.Errorf("%q: %v, want %s", typed, err, kind)
	}
}

func TestPairingVectors(t *testing.T) {
	for _, v := range readVectors(t, "pairings.txt") {
		p, err := ParsePairing(v["typed"])
		if v["want"] == "ok" {
			if err != nil || string(p.Bytes()) != v["normal"] || p.String() != v["printed"] {
				t.Errorf("%s: %q %v", v["id"], p, err)
			}
			continue
		}
		var ce *CodeError
		if !errors.As(err, &ce) || string(ce.Kind) != v["want"] || int64(ce.Pos) != v.int("pos") {
			t.Errorf("%s: %v, want %s", v["id"], err, v["want"])
		}
	}
}

func pairingVectors() *book {
	b := newBook("pairing codes as typed")
	src := newStream("vectors pairings")
	put := func(typed string) {
		p, err := ParsePairing(typed)
		if err == nil {
			b.put("pairing", "want", "ok", "typed", typed, "normal", string(p.Bytes()), "printed", p.String())
			return
		}
		var ce *CodeError
		if !errors.As(err, &ce) {
			panic(err)
		}
		b.put("pairing", "want", string(ce.Kind), "pos", fmt.Sprint(ce.Pos), "typed", typed)
	}
	for range 40 {
		s := must(NewPairing(src)).String()
		put(s)
		put(sloppy(src, s))
		at := src.intn(len(s))
		put(string(replaced([]byte(s), at, symbols[src.intn(32)])))
		put(s[:at] + s[at+1:])
		put(s[:at] + src.pick("U", "?", "é", "_", "0", "\u2013", "\u00a0") + s[at:])
	}
	put("")
	put(must(NewTicket(src)).String())
	put(must(NewKey("CADP", src)).String())
	return b
}
