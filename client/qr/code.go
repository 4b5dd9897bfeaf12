package qr

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/licet/licet/wire"
)

// Room is how many characters one code may carry, by where it is shown.
type Room int

// The rooms.
const (
	// Screen is a code of at most 69 squares a side: in a terminal of 80 columns
	// it fits, and any camera reads it.
	Screen Room = 483
	// Page is a code of at most 89 squares a side, for pages, print and files: a
	// usual answer takes one.
	Page Room = 816
)

// quiet is the light margin around a code, in squares: the standard's.
const quiet = 4

// Code is one QR code.
type Code struct {
	text string
	size int // squares a side, without the margin
	dark []bool
}

// Encode returns the codes that carry a file, in their order. The error is
// wire.ErrTooLong for a file that is too large for this carrier.
func Encode(f wire.File, room Room) ([]*Code, error) {
	texts, err := wire.ArmorQR(f, int(room))
	if err != nil {
		return nil, err
	}
	codes := make([]*Code, 0, len(texts))
	for _, text := range texts {
		c, err := New(text)
		if err != nil {
			return nil, err
		}
		codes = append(codes, c)
	}
	return codes, nil
}

// New returns the code of a text. It fails for one that no code holds: more than
// 2,331 bytes, or 3,391 characters of the alphabet 0–9 A–Z space $%*+-./:.
func New(text string) (*Code, error) {
	drawn, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("qr: %w", err)
	}
	n := drawn.Bounds().Dx()
	c := &Code{text: text, size: n, dark: make([]bool, n*n)}
	for y := range n {
		for x := range n {
			r, _, _, _ := drawn.At(x, y).RGBA()
			c.dark[y*n+x] = r < 0x8000
		}
	}
	return c, nil
}

// Text returns what the code says.
func (c *Code) Text() string { return c.text }

// Size returns how many squares a side the code has, without its margin.
func (c *Code) Size() int { return c.size }

// at reports whether a square is dark; the margin and what is beyond is not.
func (c *Code) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.size && y < c.size && c.dark[y*c.size+x]
}

// Image returns the code with its margin, pixels wide each square, at least 1.
func (c *Code) Image(pixels int) image.Image {
	pixels = max(1, pixels)
	side := (c.size + 2*quiet) * pixels
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if c.at(x/pixels-quiet, y/pixels-quiet) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

// PNG writes the code as a picture, pixels wide each square, at least 1.
func (c *Code) PNG(w io.Writer, pixels int) error { return png.Encode(w, c.Image(pixels)) }

// SVG returns the code as a drawing without a size of its own: black on white,
// whatever the page around it looks like. label is read to whoever cannot see it.
func (c *Code) SVG(label string) string {
	var b strings.Builder
	side := c.size + 2*quiet
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`,
		side, side, escape.Replace(label))
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	for y := range c.size {
		for x := 0; x < c.size; x++ {
			if !c.at(x, y) {
				continue
			}
			run := 1
			for c.at(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			x += run
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String()
}

// Terminal writes the code in half blocks, two rows of squares to a line, black on
// white by the terminal's own colors, so that it is right on dark and light ones.
func (c *Code) Terminal(w io.Writer) error {
	const (
		begin, end = "\x1b[30;107m", "\x1b[0m\n"
		margin     = 2 // a smaller margin than the standard's, for 80 columns; the white ground goes on
	)
	out := bufio.NewWriter(w)
	for y := -margin; y < c.size+margin; y += 2 {
		_, _ = out.WriteString(begin)
		for x := -margin; x < c.size+margin; x++ {
			switch upper, lower := c.at(x, y), c.at(x, y+1); {
			case upper && lower:
				_, _ = out.WriteString("█")
			case upper:
				_, _ = out.WriteString("▀")
			case lower:
				_, _ = out.WriteString("▄")
			default:
				_ = out.WriteByte(' ')
			}
		}
		_, _ = out.WriteString(end)
	}
	return out.Flush()
}
