package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the pictures that cameras take
	_ "image/png"  // and those that screens give
	"io"
	"slices"

	"github.com/licet/licet/wire"
)

const (
	// MaxPicture is the largest picture that is read, in bytes.
	MaxPicture = 12 << 20
	// maxPixels is how many points a picture may have: those of a telephone.
	maxPixels = 32 << 20
	// wideEnough is to how many points a side a picture is shrunk.
	wideEnough = 2000
)

// What may be wrong with a picture. They are compared with errors.Is.
var (
	// ErrPicture: no PNG or JPEG, damaged, or too large.
	ErrPicture = errors.New("qr: not a picture")
	// ErrNoCode: nothing in the picture could be read as a QR code of ours.
	ErrNoCode = errors.New("qr: no code in the picture")
)

// ReadFile reads the message that the codes in some pictures carry: PNG or JPEG,
// one code in each or several. A code may be there twice. Errors: ErrPicture,
// ErrNoCode, and those of wire.JoinQR, among them a *wire.QRError that names the
// parts that are missing.
func ReadFile(pictures ...[]byte) (wire.File, error) {
	parts, err := Parts(pictures...)
	if err != nil {
		return wire.File{}, err
	}
	if len(parts) == 0 {
		return wire.File{}, ErrNoCode
	}
	return wire.JoinQR(parts)
}

// Parts reads our codes in some pictures, to be joined with others by wire.JoinQR. A
// picture without any code is an error; codes of somebody else are passed over.
// Errors: ErrPicture, ErrNoCode, and those of wire.ParseQR.
func Parts(pictures ...[]byte) (parts []wire.QRPart, err error) {
	for i, b := range pictures {
		texts, err := Read(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("picture %d: %w", i+1, err)
		}
		for _, text := range texts {
			if !wire.IsQR(text) {
				continue // of somebody else, on the same page
			}
			p, err := wire.ParseQR(text)
			if err != nil {
				return nil, fmt.Errorf("picture %d: %w", i+1, err)
			}
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// Read returns the texts of all QR codes in a picture, PNG or JPEG, in no
// particular order. Errors: ErrPicture, ErrNoCode.
func Read(r io.Reader) ([]string, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxPicture+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if len(b) > MaxPicture {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrPicture, MaxPicture)
	}
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if kind != "png" && kind != "jpeg" { // which the program may know for other reasons
		return nil, fmt.Errorf("%w: %s", ErrPicture, kind)
	}
	if cfg.Width < 1 || cfg.Height < 1 || cfg.Width > maxPixels/cfg.Height {
		return nil, fmt.Errorf("%w: %d × %d points", ErrPicture, cfg.Width, cfg.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPicture, err)
	}
	return Find(img)
}

// Find returns the texts of all QR codes in a picture that is in memory. It looks
// on, in the same size, while parts of a message are missing. The error is
// ErrNoCode.
func Find(img image.Image) ([]string, error) {
	for g := newGray(img); ; g = g.half() {
		soft := g.soft()
		var texts []string
		for _, look := range []func() bitmap{g.local, soft.local, soft.global} {
			texts = append(texts, look().codes()...)
			slices.Sort(texts)
			if texts = slices.Compact(texts); len(texts) > 0 && whole(texts) {
				return texts, nil
			}
		}
		if len(texts) > 0 {
			return texts, nil
		}
		if min(g.w, g.h) < 2*smallest {
			return nil, ErrNoCode // half of it is too small for a code
		}
	}
}

// whole reports whether no part is missing of any message that texts are parts of.
func whole(texts []string) bool {
	have, want := map[[4]byte]int{}, map[[4]byte]int{}
	for _, text := range texts {
		if p, err := wire.ParseQR(text); err == nil {
			have[p.ID]++
			want[p.ID] = p.Of
		}
	}
	for id, n := range want {
		if have[id] < n {
			return false
		}
	}
	return true
}

// smallest is how many points a side a picture has at least in which a code can
// be seen.
const smallest = 120

// gray is a picture in shades, 0 for black.
type gray struct {
	w, h int
	v    []uint8
}

// newGray takes the shades of a picture, shrunk until no side is longer than
// wideEnough.
func newGray(img image.Image) gray {
	b := img.Bounds()
	shade := shader(img)
	factor := (max(b.Dx(), b.Dy()) + wideEnough - 1) / wideEnough
	g := gray{w: b.Dx() / factor, h: b.Dy() / factor}
	g.v = make([]uint8, g.w*g.h)
	for y := range g.h {
		for x := range g.w {
			sum := 0
			for j := range factor {
				for i := range factor {
					sum += shade(b.Min.X+x*factor+i, b.Min.Y+y*factor+j)
				}
			}
			g.v[y*g.w+x] = uint8(sum / (factor * factor))
		}
	}
	return g
}

// shader returns how to read the shade of a point, 0 to 255; what is transparent
// lies on white paper.
func shader(img image.Image) func(x, y int) int {
	switch p := img.(type) {
	case *image.YCbCr:
		return func(x, y int) int { return int(p.Y[p.YOffset(x, y)]) }
	case *image.Gray:
		return func(x, y int) int { return int(p.Pix[p.PixOffset(x, y)]) }
	}
	return func(x, y int) int {
		r, g, b, a := img.At(x, y).RGBA()
		return int((299*r+587*g+114*b)/1000+0xffff-a) >> 8
	}
}

// soft is the picture with the grain of screens and sensors rubbed out: each
// point is the mean of nine.
func (g gray) soft() gray {
	out := gray{g.w, g.h, slices.Clone(g.v)}
	for y := 1; y < g.h-1; y++ {
		for x := 1; x < g.w-1; x++ {
			sum := 0
			for at := (y-1)*g.w + x; at <= (y+1)*g.w+x; at += g.w {
				sum += int(g.v[at-1]) + int(g.v[at]) + int(g.v[at+1])
			}
			out.v[y*g.w+x] = uint8(sum / 9)
		}
	}
	return out
}

// half is the picture in half its size.
func (g gray) half() gray {
	out := gray{w: g.w / 2, h: g.h / 2}
	out.v = make([]uint8, out.w*out.h)
	for y := range out.h {
		for x := range out.w {
			at := 2*y*g.w + 2*x
			out.v[y*out.w+x] = uint8((int(g.v[at]) + int(g.v[at+1]) + int(g.v[at+g.w]) + int(g.v[at+g.w+1])) / 4)
		}
	}
	return out
}

// bitmap is a picture in black and white.
type bitmap struct {
	w, h int
	dark []bool
}

// at reports whether a point is dark; nothing is outside.
func (m bitmap) at(x, y int) bool { return x >= 0 && y >= 0 && x < m.w && y < m.h && m.dark[y*m.w+x] }

// local calls dark what is darker than its surroundings, an eighth of the
// picture: shadows and lamps do not matter.
func (g gray) local() bitmap {
	sums := make([]uint32, (g.w+1)*(g.h+1))
	for y := range g.h {
		row := uint32(0)
		for x := range g.w {
			row += uint32(g.v[y*g.w+x])
			sums[(y+1)*(g.w+1)+x+1] = sums[y*(g.w+1)+x+1] + row
		}
	}
	m := bitmap{g.w, g.h, make([]bool, g.w*g.h)}
	r := max(8, max(g.w, g.h)/16)
	for y := range g.h {
		top, bottom := max(0, y-r), min(g.h, y+r+1)
		for x := range g.w {
			left, right := max(0, x-r), min(g.w, x+r+1)
			sum := sums[bottom*(g.w+1)+right] - sums[top*(g.w+1)+right] - sums[bottom*(g.w+1)+left] + sums[top*(g.w+1)+left]
			mean := sum / uint32((bottom-top)*(right-left))
			m.dark[y*g.w+x] = uint32(g.v[y*g.w+x])*100 < mean*88
		}
	}
	return m
}

// global calls dark what lies below the one threshold that divides the shades
// best into two (Otsu).
func (g gray) global() bitmap {
	var count [256]int
	total := 0
	for _, v := range g.v {
		count[v]++
		total += int(v)
	}
	threshold, best := 128, 0.0
	below, sum := 0, 0
	for t, n := range count {
		below, sum = below+n, sum+t*n
		above := len(g.v) - below
		if below == 0 || above == 0 {
			continue
		}
		d := float64(sum)/float64(below) - float64(total-sum)/float64(above)
		if between := float64(below) * float64(above) * d * d; between > best {
			best, threshold = between, t
		}
	}
	m := bitmap{g.w, g.h, make([]bool, len(g.v))}
	for i, v := range g.v {
		m.dark[i] = int(v) <= threshold
	}
	return m
}
