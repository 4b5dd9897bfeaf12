package depot

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

const (
	// maxDecoded is how much memory a picture may take once it is unpacked, in
	// bytes: that of the best cameras, and no more for a file of a few kilobytes
	// that unpacks to a white wall.
	maxDecoded = 128 << 20
	// maxArriving is how many bytes of pictures may be on their way at a time.
	maxArriving = 4 * maxUpload
	// maxWaiting is how many pictures may wait until they are read, or be read.
	maxWaiting = 8
	// maxNear is how many of them may come from one place.
	maxNear = maxWaiting / 2
	// picturesRetry is when whoever found no room may try again.
	picturesRetry = 5 * time.Second
)

// pictureReader reads QR codes from pictures of strangers: one at a time, so that
// pictures take one processor and the memory of one, whoever sends how many. Reading
// one takes up to some seconds; more than a few do not wait, or they would keep the
// places of all other requests, and nobody keeps all the places of these.
type pictureReader struct {
	arriving atomic.Int64  // bytes
	one      chan struct{} // holds whoever reads

	mu      sync.Mutex
	waiting map[netip.Prefix]int // pictures that wait or are read, by where they come from
}

func newPictureReader() *pictureReader {
	return &pictureReader{one: make(chan struct{}, 1), waiting: map[netip.Prefix]int{}}
}

// share makes room for a form of n bytes, below 0 for one that does not say; what
// was taken is given back by done. The error is depot.pictures_busy.
func (p *pictureReader) share(n int64) (done func(), err error) {
	if n < 0 {
		n = maxUpload
	}
	if p.arriving.Add(n) > maxArriving {
		p.arriving.Add(-n)
		return nil, ErrPicturesBusy.After(picturesRetry)
	}
	return func() { p.arriving.Add(-n) }, nil
}

// read returns the texts of our QR codes in picture n, from 1, of a form from an
// address. Errors:
// route.too_large, route.body_cut, depot.picture_bytes, depot.picture_points,
// depot.no_picture, depot.no_qr, depot.other_qr, depot.pictures_busy when too many
// wait or whoever asked has gone.
func (p *pictureReader) read(ctx context.Context, from netip.Addr, in io.Reader, n int) ([]string, error) {
	raw, err := io.ReadAll(io.LimitReader(in, qr.MaxPicture+1))
	switch {
	case err != nil:
		return nil, formError(err)
	case len(raw) > qr.MaxPicture:
		return nil, ErrPictureBytes.With("n", n, "limit", qr.MaxPicture>>20).At(pictureField)
	}
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, ErrNoPicture.With("n", n).At(pictureField).Wrap(err)
	}
	if decodedSize(cfg, kind, raw) > maxDecoded {
		return nil, ErrPicturePoints.With("n", n, "width", cfg.Width, "height", cfg.Height).At(pictureField)
	}
	leave, err := p.enter(ctx, from)
	if err != nil {
		return nil, err
	}
	texts, err := qr.Read(bytes.NewReader(raw))
	leave()
	switch {
	case errors.Is(err, qr.ErrNoCode):
		return nil, ErrNoQR.With("n", n).At(pictureField)
	case err != nil:
		return nil, ErrNoPicture.With("n", n).At(pictureField).Wrap(err)
	}
	var ours []string
	for _, text := range texts {
		if wire.IsQR(text) {
			ours = append(ours, text)
		}
	}
	if len(ours) == 0 {
		return nil, ErrOtherQR.With("n", n).At(pictureField)
	}
	return ours, nil
}

// enter waits until nobody else reads a picture.
func (p *pictureReader) enter(ctx context.Context, from netip.Addr) (leave func(), err error) {
	if !p.wait(from) {
		return nil, ErrPicturesBusy.After(picturesRetry)
	}
	select {
	case p.one <- struct{}{}:
		return func() { <-p.one; p.gone(from) }, nil
	case <-ctx.Done():
		p.gone(from)
		return nil, ErrPicturesBusy.After(picturesRetry).Wrap(ctx.Err())
	}
}

// near is the place that an address stands for: what one visitor may have of them.
func near(a netip.Addr) netip.Prefix {
	if a = a.Unmap(); a.Is6() {
		place, _ := a.WithZone("").Prefix(64)
		return place
	}
	place, _ := a.Prefix(a.BitLen())
	return place
}

// wait takes a place in the line, if there is one.
func (p *pictureReader) wait(from netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := 0
	for _, n := range p.waiting {
		all += n
	}
	if all >= maxWaiting || p.waiting[near(from)] >= maxNear {
		return false
	}
	p.waiting[near(from)]++
	return true
}

// gone gives the place back.
func (p *pictureReader) gone(from netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting[near(from)]--; p.waiting[near(from)] == 0 {
		delete(p.waiting, near(from))
	}
}

// decodedSize is about how many bytes a picture takes while it is unpacked.
func decodedSize(cfg image.Config, kind string, raw []byte) int64 {
	point := int64(4)
	switch {
	case kind == "jpeg" && progressive(raw):
		point = 15 // all coefficients are held, as well as the picture
	case cfg.ColorModel == color.RGBA64Model, cfg.ColorModel == color.NRGBA64Model:
		point = 8
	}
	return int64(cfg.Width) * int64(cfg.Height) * point
}

// progressive reports whether a JPEG comes in several passes. What cannot be read
// does, so that it is taken for the larger.
func progressive(raw []byte) bool {
	const start, passes, scan = 0xc0, 0xc2, 0xda
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		switch marker := raw[at+1]; {
		case marker == 0xff: // filling
			at++
			continue
		case marker == start, marker == start+1:
			return false
		case marker == passes, marker == scan:
			return true
		}
		at += 2 + int(binary.BigEndian.Uint16(raw[at+2:]))
	}
	return true
}

// joinParts returns the messages that QR codes carry. Errors: depot.qr_missing,
// depot.qr_mixed, depot.qr_damaged.
func joinParts(texts []string) ([]wire.Line, error) {
	parts := make([]wire.QRPart, 0, len(texts))
	for _, text := range texts {
		p, err := wire.ParseQR(text)
		if err != nil {
			return nil, ErrQRDamaged.At(pictureField).Wrap(err)
		}
		parts = append(parts, p)
	}
	f, err := wire.JoinQR(parts)
	var open *wire.QRError
	switch {
	case errors.As(err, &open) && open.Mixed:
		return nil, ErrQRMixed.At(pictureField)
	case errors.As(err, &open):
		missing := strings.Trim(strings.ReplaceAll(fmt.Sprint(open.Missing), " ", ", "), "[]")
		return nil, ErrQRMissing.With("missing", missing, "of", open.Of).At(pictureField)
	case err != nil:
		return nil, ErrQRDamaged.At(pictureField).Wrap(err)
	}
	return f.Lines, nil
}
