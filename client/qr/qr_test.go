package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	barcode "github.com/boombuler/barcode/qr"

	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/wire"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// letters is a text of n characters that looks like armor.
func letters(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = letterSymbol[r.IntN(len(letterSymbol))]
	}
	return string(b)
}

// message is a file as it is carried: n tokens.
func message(t testing.TB, n int) wire.File {
	t.Helper()
	key := must(wire.Ed25519Key(bytes.Repeat([]byte{7}, 32)))
	var tokens []string
	for i := range n {
		tokens = append(tokens, must(wire.SignClaims(key, &wire.Return{
			Issuer: "p", Container: strings.Repeat("A", 43), Nonce: wire.Nonce([16]byte{byte(i)}),
			Counter: int64(i + 1), IssuedAt: 1, LicenseID: fmt.Sprint("l-", i), Generation: 1,
		})))
	}
	return must(wire.NewFile(tokens...))
}

// TestEverySize reads what the encoder draws, in every size and correction.
func TestEverySize(t *testing.T) {
	for _, l := range []barcode.ErrorCorrectionLevel{barcode.L, barcode.M, barcode.Q, barcode.H} {
		for version := 1; version <= maxVersion; version++ {
			if l != barcode.M && version%8 != 7 && os.Getenv("LICET_DEEP") != "1" {
				continue // M is what we draw
			}
			n := capacity(level(l), version)
			img := must(barcode.Encode(letters(n, uint64(version)), l, barcode.AlphaNumeric))
			drawn := copied(img)
			if drawn.size != sideOf(version) {
				t.Fatalf("%d letters take %d squares", n, drawn.size)
			}
			g := &grid{version, drawn.dark}
			if text, ok := g.text(); !ok || text != letters(n, uint64(version)) {
				t.Errorf("level %v, version %d, %d letters: %v", l, version, n, ok)
			}
		}
	}
	if most := capacity(levelM, 13); most != int(Screen) {
		t.Errorf("a screen's code has room for %d letters", most)
	}
	if most := capacity(levelM, 18); most != int(Page) {
		t.Errorf("a page's code has room for %d letters", most)
	}
}

// capacity is how many letters a symbol holds.
func capacity(l level, version int) int {
	free := 0
	for _, r := range reserved(version) {
		if !r {
			free++
		}
	}
	words := free/8 - checkWords[l][version-1]*blockCounts[l][version-1]
	count := 9
	if version > 9 {
		count = 11
	}
	if version > 26 {
		count = 13
	}
	bits := words*8 - 4 - count
	return bits/11*2 + bits%11/6
}

func copied(img image.Image) *Code {
	n := img.Bounds().Dx()
	c := &Code{size: n, dark: make([]bool, n*n)}
	for y := range n {
		for x := range n {
			r, _, _, _ := img.At(x, y).RGBA()
			c.dark[y*n+x] = r == 0
		}
	}
	return c
}

func TestOtherTexts(t *testing.T) {
	for _, text := range []string{"0", "01234567", "Grüße, 世界", "https://depot.example/#7H2KM", "A", "AB+", strings.Repeat("9", 700)} {
		c := must(New(text))
		got, err := Find(c.Image(3))
		if err != nil || !slices.Equal(got, []string{text}) || c.Text() != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := New(strings.Repeat("x", 3000)); err == nil {
		t.Error("a code of 3000 bytes")
	}
}

// TestCorrection: as many wrong words as the standard allows, and no more.
func TestCorrection(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for check := 2; check <= 30; check++ {
		good := make([]byte, 20+check)
		for i := range 20 {
			good[i] = byte(r.IntN(256))
		}
		addCheck(good, check)
		for wrong := 0; wrong <= check/2; wrong++ {
			block := slices.Clone(good)
			for _, at := range r.Perm(len(block))[:wrong] {
				block[at] ^= byte(1 + r.IntN(255))
			}
			if !correct(block, check) || !bytes.Equal(block, good) {
				t.Fatalf("%d wrong of %d check words", wrong, check)
			}
		}
		block := slices.Clone(good)
		for _, at := range r.Perm(len(block))[:check/2+1] {
			block[at] ^= byte(1 + r.IntN(255))
		}
		if correct(block, check) && bytes.Equal(block, good) {
			t.Fatalf("more than %d wrong of %d", check/2, check)
		}
	}
}

// addCheck divides by the generator polynomial.
func addCheck(block []byte, check int) {
	gen := []byte{1}
	for i := range check {
		next := make([]byte, len(gen)+1)
		for j, g := range gen {
			next[j] ^= g
			next[j+1] ^= times(g, fieldExp[i])
		}
		gen = next
	}
	rest := slices.Clone(block)
	for i := range len(block) - check {
		for j, factor := 0, rest[i]; j < len(gen); j++ {
			rest[i+j] ^= times(gen[j], factor)
		}
	}
	copy(block[len(block)-check:], rest[len(block)-check:])
}

// camera is how a picture of a code is taken.
type camera struct {
	name          string
	tilt, turn    float64 // radians
	noise, shadow float64 // of 255
	blur          int
	pixels        float64 // of a square in the middle
}

// shoot takes the picture of a sheet with a code on it.
func (c camera) shoot(code *Code, seed uint64) *image.Gray {
	side := float64(code.Size()+2*quiet) * c.pixels
	w, h := int(side*1.6), int(side*1.5)
	img := image.NewGray(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(seed, 2))
	sin, cos := math.Sincos(c.turn)
	const far = 2.5 // how far the camera stands, in widths of the code
	for y := range h {
		for x := range w {
			// Where the ray through the point meets the tilted sheet.
			px, py := (float64(x)-float64(w)/2)/side, (float64(y)-float64(h)/2)/side
			k := far * math.Cos(c.tilt) / (far*math.Cos(c.tilt) - py*math.Sin(c.tilt))
			u, v := k*px, k*py*math.Cos(c.tilt)+far*(k-1)*math.Sin(c.tilt)
			u, v = u*cos-v*sin, u*sin+v*cos
			gx, gy := (u+0.5)*float64(code.Size()+2*quiet)-quiet, (v+0.5)*float64(code.Size()+2*quiet)-quiet
			shade := 215.0
			switch {
			case math.Abs(u) > 0.5 || math.Abs(v) > 0.5:
				shade = 120 + 30*math.Sin(float64(x)/17) // the table
			case code.at(int(math.Floor(gx)), int(math.Floor(gy))):
				shade = 45
			}
			shade -= c.shadow * (float64(x)/float64(w) + float64(y)/float64(h)) / 2
			shade += c.noise * r.NormFloat64()
			img.SetGray(x, y, color.Gray{uint8(max(0, min(255, shade)))})
		}
	}
	for range c.blur {
		img = blurred(img)
	}
	return img
}

func blurred(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Rect)
	for y := 1; y < img.Rect.Dy()-1; y++ {
		for x := 1; x < img.Rect.Dx()-1; x++ {
			sum := 0
			for j := -1; j <= 1; j++ {
				for i := -1; i <= 1; i++ {
					sum += int(img.GrayAt(x+i, y+j).Y)
				}
			}
			out.SetGray(x, y, color.Gray{uint8(sum / 9)})
		}
	}
	return out
}

// TestPhotographs: aslant, turned, in shadow, out of focus, with noise, as JPEG.
func TestPhotographs(t *testing.T) {
	cameras := []camera{
		{name: "straight", pixels: 5},
		{name: "turned", turn: 0.6, pixels: 5},
		{name: "upside down", turn: math.Pi, pixels: 4},
		{name: "aslant", tilt: 0.45, turn: 0.2, pixels: 6},
		{name: "very aslant", tilt: 0.7, turn: -0.4, pixels: 7},
		{name: "noise and shadow", tilt: 0.3, turn: 0.1, noise: 18, shadow: 110, pixels: 6},
		{name: "out of focus", tilt: 0.2, turn: 1, noise: 6, blur: 2, pixels: 6},
	}
	rooms := []Room{200, Screen, Page}
	for k, c := range cameras {
		for i, room := range rooms {
			if i != k%len(rooms) && os.Getenv("LICET_DEEP") != "1" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", c.name, room), func(t *testing.T) {
				code := must(New(letters(int(room), uint64(i))))
				var buf bytes.Buffer
				if err := jpeg.Encode(&buf, c.shoot(code, uint64(i)), &jpeg.Options{Quality: 75}); err != nil {
					t.Fatal(err)
				}
				got, err := Read(&buf)
				if err != nil || !slices.Equal(got, []string{code.Text()}) {
					t.Errorf("%d squares: %v", code.Size(), err)
				}
			})
		}
	}
}

// TestSheet reads several codes from one picture, other people's among them.
func TestSheet(t *testing.T) {
	f := message(t, 12)
	codes := must(Encode(f, Screen))
	if len(codes) < 2 {
		t.Fatalf("%d codes", len(codes))
	}
	sheet := side(append(codes, must(New("https://example.com"))))
	var buf bytes.Buffer
	if err := png.Encode(&buf, sheet); err != nil {
		t.Fatal(err)
	}
	back, err := ReadFile(buf.Bytes())
	if err != nil || !bytes.Equal(back.Bytes(), f.Bytes()) {
		t.Fatal(err)
	}
	var pictures [][]byte
	for _, c := range codes {
		var one bytes.Buffer
		if err := c.PNG(&one, 4); err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, one.Bytes())
	}
	if back, err := ReadFile(pictures...); err != nil || !bytes.Equal(back.Bytes(), f.Bytes()) {
		t.Fatal(err)
	}
	var missing *wire.QRError
	if _, err := ReadFile(pictures[1:]...); !errors.As(err, &missing) || !slices.Equal(missing.Missing, []int{1}) {
		t.Errorf("without the first: %v", err)
	}
}

// side puts codes on one picture, beside and below one another.
func side(codes []*Code) image.Image {
	const pixels, columns = 5, 2
	cell := 0
	for _, c := range codes {
		cell = max(cell, (c.Size()+2*quiet)*pixels)
	}
	out := image.NewRGBA(image.Rect(0, 0, columns*cell, (len(codes)+1)/columns*cell))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for i, c := range codes {
		img := c.Image(pixels)
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				out.Set(i%columns*cell+x, i/columns*cell+y, img.At(x, y))
			}
		}
	}
	return out
}

// TestTerminal draws what Terminal writes as a terminal does, in cells of another
// shape, and reads it.
func TestTerminal(t *testing.T) {
	for _, c := range must(Encode(message(t, 3), Screen)) {
		var out bytes.Buffer
		if err := c.Terminal(&out); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		const w, h = 8, 9 // points of half a cell
		var img *image.Gray
		for y, line := range lines {
			line = strings.NewReplacer("\x1b[30;107m", "", "\x1b[0m", "").Replace(line)
			cells := []rune(line)
			if len(cells) > 80 {
				t.Fatalf("%d columns", len(cells))
			}
			if img == nil {
				img = image.NewGray(image.Rect(0, 0, w*len(cells), 2*h*len(lines)))
			}
			for x, r := range cells {
				for j := range 2 * h {
					for i := range w {
						dark := r == '█' || r == '▀' && j < h || r == '▄' && j >= h
						if !dark {
							img.SetGray(x*w+i, 2*y*h+j, color.Gray{240})
						}
					}
				}
			}
		}
		if got, err := Find(img); err != nil || !slices.Equal(got, []string{c.Text()}) {
			t.Error(err)
		}
	}
}

func TestSVG(t *testing.T) {
	c := must(New("LICET"))
	svg := c.SVG(`a "b" <c>`)
	if !strings.HasPrefix(svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"`) || !strings.Contains(svg, "a &quot;b&quot; &lt;c&gt;") {
		t.Error(svg)
	}
	dark := 0
	for _, run := range strings.Split(svg[strings.Index(svg, `#000`):], "M")[1:] {
		var x, y, n int
		if _, err := fmt.Sscanf(run, "%d %dh%d", &x, &y, &n); err != nil {
			t.Fatal(run, err)
		}
		for i := range n {
			if !c.at(x-quiet+i, y-quiet) {
				t.Fatalf("%d, %d is light", x, y)
			}
		}
		dark += n
	}
	want := 0
	for _, d := range c.dark {
		if d {
			want++
		}
	}
	if dark != want {
		t.Errorf("%d dark squares, want %d", dark, want)
	}
}

func TestNoPicture(t *testing.T) {
	var anim, blank, wide bytes.Buffer
	if err := gif.Encode(&anim, must(New("A")).Image(3), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&blank, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 40000, 1))); err != nil {
		t.Fatal(err)
	}
	bomb := slices.Clone(wide.Bytes())
	copy(bomb[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // says that it is 65,535 points wide and high
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"nothing": {nil, ErrPicture}, "text": {[]byte("v4.public."), ErrPicture}, "gif": {anim.Bytes(), ErrPicture},
		"bomb": {bomb, ErrPicture}, "cut": {blank.Bytes()[:60], ErrPicture}, "too large": {make([]byte, MaxPicture+1), ErrPicture},
		"blank": {blank.Bytes(), ErrNoCode}, "a line": {wide.Bytes(), ErrNoCode},
	} {
		if _, err := Read(bytes.NewReader(c.b)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var foreign bytes.Buffer
	if err := must(New("https://example.com")).PNG(&foreign, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(foreign.Bytes()); !errors.Is(err, ErrNoCode) {
		t.Errorf("somebody else's code: %v", err)
	}
	if _, err := Encode(wire.File{}, Page); err == nil {
		t.Error("codes of nothing")
	}
	var broken bytes.Buffer
	if err := must(New("LQ1:%%%")).PNG(&broken, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(broken.Bytes()); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("a broken code of ours: %v", err)
	}
}

// TestZbar: another reader reads what is drawn, and agrees about photographs.
func TestZbar(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		pagetest.LeftOut(t, "zbarimg is not installed")
	}
	dir := t.TempDir()
	for i, c := range append(must(Encode(message(t, 9), Page)), must(Encode(message(t, 4), Screen))...) {
		path := filepath.Join(dir, fmt.Sprint(i, ".png"))
		f := must(os.Create(path))
		if err := errors.Join(c.PNG(f, 4), f.Close()); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbar, "--raw", "--quiet", path).Output()
		if err != nil || strings.TrimSuffix(string(out), "\n") != c.Text() {
			t.Errorf("code %d of %d squares: %v, %q", i, c.Size(), err, out)
		}
	}
}

// FuzzRead: no picture stops the reader.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"A", letters(60, 1)} {
		c := must(New(text))
		f.Add(uint8(c.Size()+2*quiet), pixelsOf(c))
	}
	f.Fuzz(func(t *testing.T, w uint8, pix []byte) {
		if w == 0 || len(pix) < int(w) {
			return
		}
		img := image.NewGray(image.Rect(0, 0, int(w), len(pix)/int(w)))
		copy(img.Pix, pix)
		texts, err := Find(img)
		if (err == nil) == (len(texts) == 0) {
			t.Fatal(texts, err)
		}
	})
}

func pixelsOf(c *Code) []byte {
	img := c.Image(1)
	var out []byte
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, _, _, _ := img.At(x, y).RGBA()
			out = append(out, byte(r>>8))
		}
	}
	return out
}
