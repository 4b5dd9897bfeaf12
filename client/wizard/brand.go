package wizard

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // logos
	_ "image/png"  // logos
	"math"
	"net/http"
)

// The bounds of a logo.
const (
	MaxLogo     = 256 << 10 // bytes
	maxLogoSide = 2048      // points
	maxName     = 80        // characters
)

// What a brand is refused for.
var (
	ErrLogo  = errors.New("wizard: the logo is no PNG or JPEG of at most 256 KiB and 2,048 points a side")
	ErrColor = errors.New("wizard: a color is written as #0b5c74")
	ErrName  = errors.New("wizard: the name has more than 80 characters")
)

// Brand is for whom the pages speak.
type Brand struct {
	Name    string // in the header and the title, such as the product's; "" = the publisher's id
	Logo    []byte // PNG or JPEG, at most MaxLogo bytes; nil = none
	Color   string // of buttons and links, such as "#0b5c74"; "" = a quiet blue; made darker or lighter where it could not be read
	Contact string // mail address, https address or text for questions; "" = none
}

const defaultColor = "#0b5c74"

// check returns the logo's type and the color of a brand.
func (b Brand) check() (logo string, c color.NRGBA, err error) {
	if len([]rune(b.Name)) > maxName {
		return "", c, ErrName
	}
	named := b.Color
	if named == "" {
		named = defaultColor
	}
	if c, err = parseColor(named); err != nil {
		return "", c, err
	}
	if b.Logo == nil {
		return "", c, nil
	}
	if logo = http.DetectContentType(b.Logo); len(b.Logo) > MaxLogo || logo != "image/png" && logo != "image/jpeg" {
		return "", c, ErrLogo
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(b.Logo))
	if err != nil || size.Width > maxLogoSide || size.Height > maxLogoSide {
		return "", c, ErrLogo
	}
	return logo, c, nil
}

func parseColor(s string) (c color.NRGBA, err error) {
	var r, g, b uint8
	if n, err := fmt.Sscanf(s, "#%02x%02x%02x", &r, &g, &b); err != nil || n != 3 || len(s) != 7 {
		return c, ErrColor
	}
	return color.NRGBA{r, g, b, 255}, nil
}

// The grounds on which the brand's color stands, see style.css.
var (
	lightGround = color.NRGBA{0xff, 0xff, 0xff, 255}
	lightCard   = color.NRGBA{0xf6, 0xf8, 0xf9, 255}
	darkGround  = color.NRGBA{0x13, 0x17, 0x1b, 255}
	darkCard    = color.NRGBA{0x1c, 0x22, 0x28, 255}
	black       = color.NRGBA{0, 0, 0, 255}
)

// readable is the least contrast of text (WCAG 2.2 AA).
const readable = 4.5

// colors writes the brand's color as variables of the style sheet: as it is for
// the ground of a button, with the text on it that can be read, and for links as
// near to it as can be read on light and dark pages.
func colors(c color.NRGBA) string {
	on := lightGround
	if contrast(c, black) > contrast(c, lightGround) {
		on = black
	}
	return fmt.Sprintf(":root{--brand:%s;--on-brand:%s;--link:%s}\n@media (prefers-color-scheme:dark){:root{--link:%s}}\n",
		hex(c), hex(on), hex(toward(c, black, lightCard)), hex(toward(c, lightGround, darkCard)))
}

// toward moves c to an end until it can be read on a ground.
func toward(c, end, ground color.NRGBA) color.NRGBA {
	const steps = 50
	for i := range steps + 1 {
		if mixed := mix(c, end, float64(i)/steps); contrast(mixed, ground) >= readable {
			return mixed
		}
	}
	return end
}

func mix(a, b color.NRGBA, part float64) color.NRGBA {
	one := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*part)) }
	return color.NRGBA{one(a.R, b.R), one(a.G, b.G), one(a.B, b.B), 255}
}

// contrast is WCAG's ratio of two colors, 1 to 21.
func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
