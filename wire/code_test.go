package wire

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAlphaGeneratesTheField(t *testing.T) {
	seen := map[byte]bool{}
	for _, v := range alpha {
		if v == 0 || v > 31 || seen[v] {
			t.Fatalf("power %d repeats or leaves the field", v)
		}
		seen[v] = true
	}
	if gfMul(alpha[30], 2) != 1 {
		t.Fatal("α³¹ is not 1")
	}
}

func TestTicketRoundTrip(t *testing.T) {
	for range 2000 {
		c := must(NewTicket(rand.Reader))
		s := c.String()
		if len(s) != 29 || strings.Count(s, "-") != 4 {
			t.Fatalf("form %q", s)
		}
		got, err := ParseTicket(s)
		if err != nil || got != c {
			t.Fatalf("%q: %v", s, err)
		}
		if string(c.Bytes()) != strings.ReplaceAll(s, "-", "") || c.Hint() != s[24:] {
			t.Fatalf("normal form of %q", s)
		}
	}
}

func TestKeyRoundTrip(t *testing.T) {
	for _, prefix := range []string{"AB", "CAD", "CADP", "ILOUA", "ZZZZZZ"} {
		for range 300 {
			k := must(NewKey(prefix, rand.Reader))
			got, err := ParseKey(strings.ToLower(k.String()))
			if err != nil || got != k || got.Prefix() != prefix {
				t.Fatalf("%q: %v", k.String(), err)
			}
			if want := prefix + "-" + strings.ReplaceAll(k.String()[len(prefix):], "-", ""); string(k.Bytes()) != want {
				t.Fatalf("normal form %q, want %q", k.Bytes(), want)
			}
			if k.Hint() != k.String()[len(k.String())-5:] {
				t.Fatal("hint")
			}
		}
	}
}

func TestTypedTolerance(t *testing.T) {
	c := must(ParseTicket("00000-00000-00000-00000-00000"))
	for _, s := range []string{
		"OOOOO-ooooo-00000-00000-00000", "0000000000000000000000000",
		" 00000 00000.00000–00000—00000\r\n", "0-0-0-0-0-0000000000.00000 00000",
		"00000\u00a000000\u201100000\u221200000\u202f00000",
	} {
		if got, err := ParseTicket(s); err != nil || got != c {
			t.Errorf("%q: %v", s, err)
		}
	}
	one := must(NewTicket(bytes.NewReader(bytes.Repeat([]byte{0x08, 0x42, 0x10, 0x84, 0x21}, 3)))).String()
	if !strings.HasPrefix(one, "11111-11111-11111-11111-1111") {
		t.Fatal(one)
	}
	for _, as := range []string{"I", "i", "L", "l"} {
		if got, err := ParseTicket(strings.ReplaceAll(one, "1", as)); err != nil || got.String() != one {
			t.Errorf("1 typed as %s: %v", as, err)
		}
	}
}

func TestTypingMistakesAreNamed(t *testing.T) {
	ticket := must(NewTicket(newStream("t"))).String()
	key := must(NewKey("CADP", newStream("k"))).String()
	wrong := []byte(ticket)
	wrong[0] = symbols[(symbolValue[wrong[0]]+1)%32]
	for _, c := range []struct {
		parse func(string) error
		in    string
		kind  CodeErrorKind
		pos   int
	}{
		{parseTicket, "", CodeLength, 0},
		{parseTicket, ticket[:28], CodeLength, 0},
		{parseTicket, ticket + "0", CodeLength, 0},
		{parseTicket, strings.Repeat("0", 40), CodeLength, 0},
		{parseTicket, strings.Repeat("-", 4000), CodeLength, 0},
		{parseTicket, "0000U-00000-00000-00000-00000", CodeForeign, 5},
		{parseTicket, "0000ß-00000-00000-00000-00000", CodeForeign, 5},
		{parseTicket, "0000?", CodeForeign, 5},
		{parseTicket, "00000 000_0", CodeForeign, 10},
		{parseTicket, "0000\xff", CodeForeign, 5},
		{parseTicket, string(wrong), CodeCheck, 0},
		{parseTicket, key, CodeIsKey, 0},
		{parseKey, ticket, CodeIsTicket, 0},
		{parseKey, key[:20], CodeLength, 0},
		{parseKey, key + "000", CodeLength, 0},
		{parseKey, "0" + key[1:], CodeForeign, 1},
		{parseKey, key[:8] + "U" + key[9:], CodeForeign, 9},
		{parseKey, "B" + key[1:], CodeCheck, 0},
		{parseKey, "?" + key[1:], CodeForeign, 1},
	} {
		err := c.parse(c.in)
		var ce *CodeError
		if !errors.As(err, &ce) || ce.Kind != c.kind || ce.Pos != c.pos {
			t.Errorf("%q: %v, want %s at %d", c.in, err, c.kind, c.pos)
			continue
		}
		if ce.Error() == "" || strings.Contains(ce.Error(), c.in) && len(c.in) > 1 {
			t.Errorf("%q: the error shows the code: %q", c.in, ce.Error())
		}
	}
}

func parseTicket(s string) error { _, err := ParseTicket(s); return err }
func parseKey(s string) error    { _, err := ParseKey(s); return err }

func TestPrefixes(t *testing.T) {
	for _, p := range []string{"", "A", "ABCDEFG", "ab", "A1", "ÄB", "A-B"} {
		var ce *CodeError
		if _, err := NewKey(p, rand.Reader); !errors.As(err, &ce) || ce.Kind != CodePrefix {
			t.Errorf("%q: %v", p, err)
		}
	}
}

func TestNoRandomnessNoCode(t *testing.T) {
	if c, err := NewTicket(broken{}); err == nil || !c.IsZero() {
		t.Fatal("a ticket without randomness")
	}
	if k, err := NewKey("AB", broken{}); err == nil || !k.IsZero() {
		t.Fatal("a key without randomness")
	}
}

func TestCodesStayOutOfLogs(t *testing.T) {
	c, k := must(NewTicket(rand.Reader)), must(NewKey("AB", rand.Reader))
	var buf bytes.Buffer
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("x", "ticket", c, "key", k)
	fmt.Fprintf(&buf, "%#v %#v", c, k)
	for _, secret := range []string{c.String()[:11], k.String()[3:14], string(c.Bytes()[:10])} {
		if strings.Contains(buf.String(), secret) {
			t.Fatal(buf.String())
		}
	}
	if (Code{}).String()+(Code{}).Hint()+(Key{}).String()+(Key{}).Hint() != "" || (Code{}).Bytes() != nil || (Key{}).Bytes() != nil {
		t.Fatal("zero values have a text")
	}
}

func TestParseCodeTakesBoth(t *testing.T) {
	c, k := must(NewTicket(rand.Reader)), must(NewKey("CADP", rand.Reader))
	normal, hint, prefix, err := ParseCode(c.String())
	if err != nil || prefix != "" || hint != c.Hint() || !bytes.Equal(normal, c.Bytes()) {
		t.Fatal(err)
	}
	normal, hint, prefix, err = ParseCode(k.String())
	if err != nil || prefix != "CADP" || hint != k.Hint() || !bytes.Equal(normal, k.Bytes()) {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "X", k.String() + "0000000", "B" + k.String()[1:]} {
		if _, _, _, err := ParseCode(bad); err == nil {
			t.Errorf("%q parsed", bad)
		}
	}
}

// The figures that the formats page states, measured on this code.
func TestCheckSymbolCatches(t *testing.T) {
	src := newStream("properties")
	var single, swaps, twins, missed int
	try := func(n *int, sym []byte) {
		*n++
		if _, err := ParseTicket(string(sym)); err == nil {
			missed++
		}
	}
	for range 60 {
		good := must(NewTicket(src)).Bytes()
		for i := range good {
			for v := range 32 {
				if symbols[v] != good[i] {
					try(&single, replaced(good, i, symbols[v]))
				}
			}
			for j := i + 1; j < len(good); j++ {
				if good[i] != good[j] {
					try(&swaps, replaced(replaced(good, i, good[j]), j, good[i]))
				}
			}
		}
	}
	for range 30 {
		for at := range codeLen - 1 {
			for a := range 32 {
				twin := twinTicket(src, at, symbols[a])
				for b := range 32 {
					if a != b {
						try(&twins, replaced(replaced(twin, at, symbols[b]), at+1, symbols[b]))
					}
				}
			}
		}
	}
	t.Logf("missed %d of %d single, %d swaps, %d twins", missed, single, swaps, twins)
	if missed != 0 {
		t.Fatal("a typing mistake passed")
	}
}

func replaced(b []byte, i int, c byte) []byte {
	d := bytes.Clone(b)
	d[i] = c
	return d
}

// twinTicket makes a well-formed ticket with c twice from at on.
func twinTicket(src *stream, at int, c byte) []byte {
	sym := must(NewTicket(src)).Bytes()
	sym[at], sym[at+1] = c, c
	for i := range sym {
		if i == at || i == at+1 {
			continue
		}
		for v := range 32 {
			if sym[i] = symbols[v]; codeSum(sym) == 0 {
				return sym
			}
		}
	}
	panic("no twin")
}

func TestKeyCheckCoversThePrefix(t *testing.T) {
	src := newStream("prefix")
	var tried, missed int
	for range 40 {
		for _, prefix := range []string{"AB", "CAD", "LIOU", "QXYZP", "MNOPQR"} {
			key := must(NewKey(prefix, src)).String()
			for i := range prefix {
				for c := byte('A'); c <= 'Z'; c++ {
					if c != prefix[i] {
						tried++
						if _, err := ParseKey(string(replaced([]byte(key), i, c))); err == nil {
							missed++
						}
					}
				}
				for j := i + 1; j < len(prefix); j++ {
					if prefix[i] != prefix[j] {
						tried++
						swapped := replaced(replaced([]byte(key), i, prefix[j]), j, prefix[i])
						if _, err := ParseKey(string(swapped)); err == nil {
							missed++
						}
					}
				}
			}
		}
	}
	if missed != 0 {
		t.Fatalf("%d of %d mistyped prefixes passed", missed, tried)
	}
}

// A ticket and a key are told apart by their length, and their look-up forms
// never meet, whatever is put before or cut off.
func TestTicketIsNoKey(t *testing.T) {
	src := newStream("apart")
	for range 500 {
		c, k := must(NewTicket(src)), must(NewKey("CADP", src))
		if _, err := ParseKey(c.String()); err == nil {
			t.Fatal("a ticket parsed as a key")
		}
		if _, err := ParseTicket(k.String()); err == nil {
			t.Fatal("a key parsed as a ticket")
		}
		if bare, err := ParseTicket(k.String()[5:]); err == nil && bytes.Equal(bare.Bytes(), k.Bytes()) {
			t.Fatal("the look-up forms meet")
		}
	}
}

func TestRandomStringsDie(t *testing.T) {
	src, passed := newStream("guess"), 0
	const n = 20000
	for range n {
		guess := make([]byte, codeLen)
		for i := range guess {
			guess[i] = symbols[src.intn(32)]
		}
		if _, err := ParseTicket(string(guess)); err == nil {
			passed++
		}
	}
	if passed < n/32-150 || passed > n/32+150 {
		t.Fatalf("%d of %d guesses pass, about one in 32 expected", passed, n)
	}
}
