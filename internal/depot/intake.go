package depot

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

// The fields of an upload: a file, the same as text, or pictures of its QR codes.
const (
	fileField    = "file"
	textField    = "text"
	pictureField = "picture" // several times
	partField    = "part"    // the text of a QR code that was read before; several times
)

const (
	// maxForm is the largest form without pictures, in bytes: a request of 64 KiB
	// and what is around it.
	maxForm = maxText + 4<<10
	maxText = 64 << 10
	// maxKept is the largest form that holds what was read of QR codes before.
	maxKept = maxForm + wire.MaxQRParts*(wire.MaxQRPart+100)
	// maxUpload is the largest form with pictures: the photographs of a message
	// that takes several codes.
	maxUpload = 24 << 20
	// maxPictures is how many pictures one form may bring.
	maxPictures = 16
)

// brought is what an upload holds.
type brought struct {
	text     []byte   // of a file and of the field for text
	parts    []string // the texts of QR codes, each once
	pictures int      // that were read
}

// formError is why a form could not be read.
func formError(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return route.ErrTooLarge.With("limit", over.Limit)
	}
	return route.ErrBodyCut.Wrap(err)
}

// readForm reads a form, multipart or not. Errors: route.too_large,
// route.body_cut.
func readForm(r *http.Request) error {
	err := r.ParseForm() // by itself: the other one forgets why it failed
	if err == nil {
		err = r.ParseMultipartForm(maxForm)
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return formError(err)
	}
	return nil
}

// receive reads an upload, picture by picture, so that never more than one is held.
// What it returns beside an error is what could be read before. Errors:
// route.too_large, route.body_cut, and those of readPicture.
func (d *Depot) receive(r *http.Request, by actor.Actor) (b brought, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(nil, r.Body, maxKept)
		if err := readForm(r); err != nil {
			return b, err
		}
		if err := b.addText(r.PostFormValue(textField)); err != nil {
			return b, err
		}
		return b, b.keep(r.PostForm[partField]...)
	}
	if n := r.ContentLength; n < 0 || n > maxKept {
		done, err := d.pictures.share(n)
		if err != nil {
			return b, err
		}
		defer done()
	}
	form, err := r.MultipartReader()
	if err != nil {
		return b, formError(err)
	}
	for {
		p, err := form.NextPart()
		if err == io.EOF { // wrapped, it is an end too early
			return b, nil
		}
		if err != nil {
			return b, formError(err)
		}
		if err := b.add(p, func(in io.Reader, n int) ([]string, error) { return d.pictures.read(r.Context(), by.Addr, in, n) }); err != nil {
			return b, err
		}
	}
}

// add reads one field of a form, and picture n of it by look. A file's content says
// what it is, whichever field it was put into.
func (b *brought) add(p *multipart.Part, look func(in io.Reader, n int) ([]string, error)) error {
	name := p.FormName()
	if !slices.Contains([]string{fileField, textField, pictureField, partField}, name) {
		return nil
	}
	in := bufio.NewReader(p)
	head, _ := in.Peek(16) // fewer, when there is no more
	if isPicture(head) {
		if b.pictures++; b.pictures > maxPictures {
			return ErrManyPictures.With("limit", maxPictures).At(pictureField)
		}
		texts, err := look(in, b.pictures)
		if err != nil {
			return err
		}
		return b.keep(texts...)
	}
	if foreignPicture(head) {
		return ErrNoPicture.With("n", b.pictures+1).At(pictureField)
	}
	limit := maxText
	if name == partField {
		limit = wire.MaxQRPart
	}
	raw, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
	switch {
	case err != nil:
		return formError(err)
	case name == pictureField && (len(raw) > limit || !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0):
		return ErrNoPicture.With("n", b.pictures+1).At(pictureField)
	case len(raw) > limit:
		return route.ErrTooLarge.With("limit", limit).At(name)
	case name == partField:
		return b.keep(string(raw))
	}
	return b.addText(string(raw))
}

// addText takes a file or a pasted text. A line may be what a scanner has read in a
// QR code.
func (b *brought) addText(s string) error {
	var parts []string
	for line := range strings.Lines(s) {
		if wire.IsQR(strings.TrimLeft(line, " \t\ufeff")) {
			parts = append(parts, strings.TrimLeft(line, "\ufeff"))
			continue
		}
		b.text = append(b.text, line...)
	}
	b.text = append(b.text, '\n')
	return b.keep(parts...)
}

// keep remembers the texts of QR codes.
func (b *brought) keep(texts ...string) error {
	for _, s := range texts {
		if s = trim(s); s != "" && !slices.Contains(b.parts, s) {
			b.parts = append(b.parts, s)
		}
	}
	if len(b.parts) > wire.MaxQRParts {
		return ErrQRMixed.At(pictureField)
	}
	return nil
}

// messages returns what was brought. Errors: those of readMessages,
// depot.qr_missing, depot.qr_mixed, depot.qr_damaged.
func (b *brought) messages() ([]wire.Line, error) {
	if len(b.parts) == 0 {
		return readMessages(b.text)
	}
	lines, err := joinParts(b.parts)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(b.text)) > 0 {
		more, err := readMessages(b.text)
		if err != nil && !errors.Is(err, ErrNoRequest) { // what is written around the codes does no harm
			return nil, err
		}
		lines = append(more, lines...)
	}
	return lines, checkMessages(lines)
}

// isPicture reports whether a file begins as the pictures do that are read here.
func isPicture(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\x89PNG\r\n")) || bytes.HasPrefix(head, []byte("\xff\xd8\xff"))
}

// foreignPicture reports whether a file begins as other pictures do that people
// have on their phones and desks.
func foreignPicture(head []byte) bool {
	s := string(head)
	for _, mark := range []string{"GIF8", "%PDF", "BM", "II*\x00", "MM\x00*"} {
		if strings.HasPrefix(s, mark) && (mark != "BM" || strings.Contains(s, "\x00")) {
			return true
		}
	}
	return len(s) >= 12 && (s[4:8] == "ftyp" || s[:4] == "RIFF" && s[8:12] == "WEBP") // HEIC, AVIF; WebP
}
