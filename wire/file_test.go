package wire

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFileRoundTrip(t *testing.T) {
	w := newWorld("a")
	var tokens []string
	for _, s := range w.all() {
		tokens = append(tokens, w.sign(s.key, s.claims))
	}
	tokens = append(tokens, w.sign(w.token, w.request()))
	f := must(NewFile(tokens...))
	back := must(ParseLines(f.Bytes()))
	if !slices.Equal(back.Lines, f.Lines) || back.Skipped != 0 || !bytes.Equal(back.Bytes(), f.Bytes()) {
		t.Fatal("a file changed on its way")
	}
	if got := back.Of(TypeLicense); len(got) != 1 || got[0] != tokens[0] || len(back.Of(TypeRequest)) != 2 {
		t.Fatal("Of")
	}
	if back.Lines[0].KID != w.issuing.KID() {
		t.Fatal("KID")
	}
}

func TestParseLinesIsTolerantOfMail(t *testing.T) {
	w := newWorld("a")
	cert, lic := w.sign(w.active, w.cert()), w.license(w.plainLicense())
	later := must(seal(w.issuing, "xyz", []byte(`{"typ":"xyz"}`)))
	for name, text := range map[string]string{
		"lf": cert + "\n" + lic + "\n", "cr lf": cert + "\r\n" + lic + "\r\n", "cr": cert + "\r" + lic, "no end": cert + "\n" + lic,
		"blanks": "\n\n  " + cert + "\t \n\n" + lic + "  \n", "bom": "\xef\xbb\xbf" + cert + "\n" + lic,
		"other words": "# your license\n" + cert + "\nv3.public.AAAA.BBBB\nlic " + lic + "\n" + lic + "\n" + later + "\n",
	} {
		f, err := ParseLines([]byte(text))
		if err != nil || len(f.Lines) != 2 || f.Lines[0].Token != cert || f.Lines[1].Token != lic {
			t.Errorf("%s: %+v %v", name, f, err)
		}
		if want := strings.Count(text, "v3.") * 4; f.Skipped != want {
			t.Errorf("%s: %d skipped", name, f.Skipped)
		}
	}
	if f, err := ParseLines(nil); err != nil || len(f.Lines) != 0 || len(f.Bytes()) != 0 {
		t.Fatal("an empty file")
	}
}

func TestParseLinesRefuses(t *testing.T) {
	w := newWorld("a")
	lic := w.license(w.plainLicense())
	for name, c := range map[string]struct{ text, want string }{
		"too big":         {strings.Repeat("x", MaxFile+1), "too_long"},
		"too many lines":  {strings.Repeat("x\n", MaxLines+1), "too_long"},
		"damaged":         {lic[:50] + "\n", "malformed"},
		"wrapped by mail": {lic[:76] + "\n" + lic[76:], "malformed"},
		"token too long":  {"v4.public." + strings.Repeat("A", MaxToken) + "." + lic[len(lic)-footerB64:], "too_long"},
	} {
		_, err := ParseLines([]byte(c.text))
		if Reason(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseLines([]byte(strings.Repeat("x\n", MaxLines))); err != nil {
		t.Fatal(err)
	}
	_, err := ParseLines([]byte("\n\n" + lic[:50]))
	if err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", lic[:50], must(seal(w.issuing, "xyz", []byte(`{"typ":"xyz"}`)))} {
		if _, err := NewFile(bad); err == nil {
			t.Errorf("%q in a file", bad)
		}
	}
	many := slices.Repeat([]string{lic}, MaxLines+1)
	_, err = NewFile(many...)
	if !errors.Is(err, ErrTooLong) {
		t.Fatal(err)
	}
}

// Whatever one character does to a file, no license comes out of it that was
// not in it.
func TestMutantFilesGrantNothingNew(t *testing.T) {
	w := newWorld("a")
	l1, l2 := w.plainLicense(), w.plainLicense()
	l2.ID = "l-2"
	text := must(NewFile(w.sign(w.active, w.cert()), w.license(l1), w.license(l2))).Bytes()
	src := newStream("file mutants")
	for i := range text {
		for _, c := range []byte{'\n', '\r', ' ', '.', '#', text[i] ^ 1, text[i] ^ 32, byte(src.intn(256))} {
			mutant := replaced(text, i, c)
			f, err := ParseLines(mutant)
			if err != nil {
				continue
			}
			trust := must(NewTrust(w.pins()))
			_ = trust.ExtendFile(f)
			for _, token := range f.Of(TypeLicense) {
				got, err := OpenIssued[License](trust, token)
				if err == nil && (got.ID != "l-1" && got.ID != "l-2" || !bytes.Contains(text, []byte(token))) {
					t.Fatalf("at %d %q: a new license", i, c)
				}
			}
		}
	}
}

func TestPins(t *testing.T) {
	w := newWorld("a")
	p := w.pins()
	p.Server, p.Depot = "https://licet.example.com", w.sign(w.active, w.depotKey())
	text := must(p.Encode())
	back := must(ParsePins(text))
	if back.Issuer != p.Issuer || !slices.Equal(back.Roots, p.Roots) || back.Depot != p.Depot || !bytes.Equal(back.SaltBytes(), w.salt) {
		t.Fatalf("%s", text)
	}
	for name, change := range map[string]func(*Pins){
		"no issuer":   func(p *Pins) { p.Issuer = "" },
		"no root":     func(p *Pins) { p.Roots = nil },
		"roots":       func(p *Pins) { p.Roots = slices.Repeat(p.Roots, 5) },
		"root twice":  func(p *Pins) { p.Roots[1] = p.Roots[0] },
		"kid":         func(p *Pins) { p.Roots[0].KID = p.Roots[1].KID },
		"p256 root":   func(p *Pins) { p.Roots[0] = PinRoot(w.token.Public()) },
		"short salt":  func(p *Pins) { p.Salt = "AAAA" },
		"no salt":     func(p *Pins) { p.Salt = "!" },
		"long server": func(p *Pins) { p.Server = strings.Repeat("x", 2000) },
	} {
		p := w.pins()
		change(&p)
		_, err := p.Encode()
		wantReason(t, err, "claim")
		if _, err := NewTrust(p); err == nil {
			t.Errorf("%s trusted", name)
		}
	}
	for text, want := range map[string]string{
		"": "malformed", "{}": "claim", `{"ISS":"a"}`: "duplicate_key", strings.Repeat(" ", maxPins+1): "too_long",
	} {
		_, err := ParsePins([]byte(text))
		wantReason(t, err, want)
	}
	if (Pins{Salt: "!"}).SaltBytes() != nil {
		t.Fatal("a bad salt")
	}
}
