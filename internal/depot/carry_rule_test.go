package depot

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// Pictures share a bounded place: whoever finds none is told so at once, and what
// was taken comes back.
func TestPicturesBusy(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var done []func()
	for range 4 {
		leave, err := d.pictures.share(-1)
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, leave)
	}
	for _, lang := range text.Langs() {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/activate?lang="+string(lang), strings.NewReader(strings.Repeat("x", maxKept+1)))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		w := httptest.NewRecorder()
		err := d.activate(w, r, actor.Actor{})
		if !errors.Is(err, ErrPicturesBusy) || fault.As(err).RetryAfter <= 0 {
			t.Fatalf("%v", err)
		}
		d.Error(w, r, err, http.StatusServiceUnavailable, "r")
		if !strings.Contains(w.Body.String(), text.Fault(lang, ErrPicturesBusy.Code, nil)) {
			t.Error(w.Body.String())
		}
	}
	for _, leave := range done {
		leave()
	}
	if d.pictures.arriving.Load() != 0 {
		t.Error("a place was not given back")
	}

	// Whoever has gone does not wait for the one who reads.
	d.pictures.one <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := d.pictures.read(gone, netip.Addr{}, &photo, 1); !errors.Is(err, ErrPicturesBusy) {
		t.Errorf("%v", err)
	}

	// Only a few wait, and not all of them from one place.
	places := []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("::ffff:192.0.2.1"), {}}
	for range maxNear / 2 {
		for _, from := range places[:2] { // one network
			if !d.pictures.wait(from) {
				t.Fatal("no place")
			}
		}
	}
	if d.pictures.wait(places[0]) {
		t.Error("one network took the places of others")
	}
	for range maxNear {
		if !d.pictures.wait(places[2]) {
			t.Fatal("no place for another one")
		}
	}
	if _, err := d.pictures.enter(t.Context(), places[3]); !errors.Is(err, ErrPicturesBusy) || fault.As(err).RetryAfter <= 0 {
		t.Errorf("%v", err)
	}
	for range maxNear / 2 {
		d.pictures.gone(places[0])
		d.pictures.gone(places[1])
		d.pictures.gone(netip.MustParseAddr("192.0.2.1"))
		d.pictures.gone(places[2])
	}
	<-d.pictures.one
	leave, err := d.pictures.enter(t.Context(), places[3])
	if err != nil {
		t.Fatal(err)
	}
	if leave(); len(d.pictures.waiting)+len(d.pictures.one) != 0 {
		t.Error("a place was not given back")
	}
}

// What a picture takes in memory is known before it is unpacked.
func TestDecodedSize(t *testing.T) {
	var baseline bytes.Buffer
	if err := jpeg.Encode(&baseline, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	passes := bytes.Clone(baseline.Bytes())
	at := bytes.Index(passes, []byte{0xff, 0xc0})
	passes[at+1] = 0xc2
	filled := bytes.Replace(baseline.Bytes(), []byte{0xff, 0xc0}, []byte{0xff, 0xff, 0xc0}, 1)
	big := image.Config{ColorModel: color.YCbCrModel, Width: 4000, Height: 3000}
	deep := image.Config{ColorModel: color.NRGBA64Model, Width: 4000, Height: 3000}
	for name, c := range map[string]struct {
		cfg  image.Config
		kind string
		raw  []byte
		want int64
	}{
		"photograph":  {big, "jpeg", baseline.Bytes(), 4 * 12e6},
		"filling":     {big, "jpeg", filled, 4 * 12e6},
		"progressive": {big, "jpeg", passes, 15 * 12e6},
		"cut":         {big, "jpeg", baseline.Bytes()[:at], 15 * 12e6},
		"screen":      {big, "png", nil, 4 * 12e6},
		"deep":        {deep, "png", nil, 8 * 12e6},
	} {
		if got := decodedSize(c.cfg, c.kind, c.raw); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// An answer that no codes can carry is refused, in both languages.
func TestTooLongForQR(t *testing.T) {
	key, err := wire.Ed25519Key(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	var tokens []string
	for n := range 65 {
		token, err := wire.SignClaims(key, &wire.Receipt{
			Issuer: "x", Container: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()}.Hash(),
			Nonce: wire.Nonce([16]byte{byte(n)}), Counter: 1, IssuedAt: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	_, err = drawCodes(text.EN, strings.Join(tokens, "\n"), qr.Page)
	if !errors.Is(err, ErrTooLongForQR) {
		t.Fatal(err)
	}
	for lang, want := range map[text.Lang]string{text.EN: "too large for QR codes", text.DE: "zu groß für QR-Codes"} {
		if got := text.Fault(lang, fault.As(err).Code, fault.As(err).Args); !strings.Contains(got, want) {
			t.Error(got)
		}
	}
}

// A whole request that is typed into the first field finds its fields, and nothing
// else is moved.
func TestSpread(t *testing.T) {
	whole := wire.TypedRequest{Sign: [32]byte{1}, Number: 3}.String()
	lines := strings.Split(whole, "\n")
	if len(lines) != groupCount {
		t.Fatalf("a request has %d groups", len(lines))
	}
	for _, one := range []string{strings.ReplaceAll(whole, "\n", " "), strings.ReplaceAll(strings.ReplaceAll(whole, "-", ""), "\n", "")} {
		f := typing{groups: [groupCount]string{one}}
		f.spread()
		for i, g := range f.groups {
			if g != strings.ReplaceAll(lines[i], "-", "") {
				t.Errorf("group %d is %q", i+1, g)
			}
		}
	}
	for _, groups := range [][groupCount]string{{lines[0]}, {lines[0] + "7"}, {whole, "7"}, {"", whole}} {
		f := typing{groups: groups}
		if f.spread(); f.groups != groups {
			t.Errorf("%q became %q", groups, f.groups)
		}
	}
}

// Whatever somebody pastes or keeps in a form is a message or a refusal.
func FuzzBrought(f *testing.F) {
	key, err := wire.Ed25519Key(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	token, err := wire.SignClaims(key, &wire.Receipt{
		Issuer: "x", Container: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()}.Hash(),
		Nonce: wire.Nonce([16]byte{1}), Counter: 1, IssuedAt: 1,
	})
	if err != nil {
		f.Fatal(err)
	}
	file, err := wire.NewFile(token)
	if err != nil {
		f.Fatal(err)
	}
	texts, err := wire.ArmorQR(file, 100)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(strings.Join(texts, "\n")))
	f.Add([]byte(strings.Join(texts[1:], "\r\n") + "\nfrom my phone"))
	f.Add([]byte("LQ1:\nLQ1:%%%\n" + token))
	f.Add([]byte("\xff\xd8\xff\xff\xc0\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b brought
		err := b.addText(string(raw))
		var lines []wire.Line
		if err == nil {
			lines, err = b.messages()
		}
		if err == nil && (len(lines) == 0 || len(lines) > maxMessages) {
			t.Fatalf("%d messages", len(lines))
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		if isPicture(raw) && foreignPicture(raw) {
			t.Fatal("two kinds at once")
		}
		_ = progressive(raw)
		form := typing{groups: [groupCount]string{string(raw)}}
		form.spread()
	})
}
