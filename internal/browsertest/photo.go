package browsertest

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"regexp"
	"strconv"

	"golang.org/x/net/html"
)

// runs are the dark squares of a QR code that a page shows.
var runs = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1`)

// Photograph is a picture of a QR code that a page shows as SVG, four points to a
// square. The error is that it is drawn otherwise.
func Photograph(svg *html.Node) ([]byte, error) {
	const points = 4
	var side int
	for _, a := range svg.Attr {
		if a.Key == "viewBox" {
			if _, err := fmt.Sscanf(a.Val, "0 0 %d", &side); err != nil {
				return nil, err
			}
		}
	}
	img := image.NewGray(image.Rect(0, 0, side*points, side*points))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for n := range svg.Descendants() {
		for _, a := range n.Attr {
			for _, m := range runs.FindAllStringSubmatch(a.Val, -1) {
				var at [3]int
				for i := range at {
					var err error
					if at[i], err = strconv.Atoi(m[i+1]); err != nil {
						return nil, err
					}
				}
				r := image.Rect(at[0], at[1], at[0]+at[2], at[1]+1)
				draw.Draw(img, image.Rectangle{Min: r.Min.Mul(points), Max: r.Max.Mul(points)}, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
