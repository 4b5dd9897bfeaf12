package depot_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

// pictures are a file's QR codes, a PNG each.
func pictures(t testing.TB, file []byte, room qr.Room) (out [][]byte) {
	t.Helper()
	f, err := wire.ParseLines(file)
	must(t, err)
	codes, err := qr.Encode(f, room)
	must(t, err)
	for _, c := range codes {
		out = append(out, drawn(t, c))
	}
	return out
}

func drawn(t testing.TB, c *qr.Code) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, c.PNG(&b, 4))
	return b.Bytes()
}

// codeOf is a picture of a QR code with any text.
func codeOf(t testing.TB, text string) []byte {
	t.Helper()
	c, err := qr.New(text)
	must(t, err)
	return drawn(t, c)
}

// uploadPictures sends pictures as a browser does, with the texts of codes that the
// page has kept.
func (w *world) uploadPictures(lang string, kept []string, files ...[]byte) *page {
	w.t.Helper()
	return w.send("/activate?lang="+lang, kept, "picture", files...)
}

func (w *world) send(path string, kept []string, field string, files ...[]byte) *page {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, one := range kept {
		must(w.t, m.WriteField("part", one))
	}
	none, err := m.CreateFormFile("file", "") // browsers send empty fields, too
	must(w.t, err)
	_, err = none.Write(nil)
	must(w.t, err)
	for _, file := range files {
		part, err := m.CreateFormFile(field, "IMG_1.jpg")
		must(w.t, err)
		_, err = part.Write(file)
		must(w.t, err)
	}
	must(w.t, m.WriteField("text", ""))
	must(w.t, m.Close())
	return w.do(http.MethodPost, path, m.FormDataContentType(), &b)
}

// kept are the texts of codes that a page remembers in its form.
func (p *page) kept() (out []string) {
	form := p.one("form", "action", "/activate", "enctype", "multipart/form-data")
	for n := range form.Descendants() {
		if attr(n, "name") == "part" {
			out = append(out, attr(n, "value"))
		}
	}
	return out
}

// A picture of a request brings the same as its file, byte for byte, whichever field
// it is put into.
func TestRequestPicture(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 5)
	c := w.machine()
	file := w.requestFile(c, i.Code)
	whole := pictures(t, file, qr.Page)
	p := w.uploadPictures(english, nil, whole...).want(200, "Your license update is ready", "CAD-PRO-1 : 1 seat, until 11 Jan 2028")
	update := w.download(p)
	small := pictures(t, file, qr.Screen)
	if len(small) < 2 {
		t.Fatalf("%d small codes", len(small))
	}
	slices.Reverse(small)
	for name, again := range map[string]*page{
		"file":            w.uploadFile(file),
		"small ones":      w.uploadPictures(german, nil, small...),
		"twice":           w.uploadPictures(german, nil, append(small, small...)...),
		"as a file":       w.send("/activate", nil, "file", whole...),
		"both":            w.send("/activate", nil, "file", append(whole, file)...),
		"file as picture": w.uploadPictures(german, nil, file),
	} {
		if got := w.download(again.want(200)); !bytes.Equal(got, update) {
			t.Errorf("%s: another answer", name)
		}
	}
	if _, err := c.Install(update); err != nil || !c.Has("draw") {
		t.Fatalf("not installed: %v", err)
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 5 in use")
}

// What was read stays on the page until the rest is brought.
func TestMissingPictures(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 1)
	c := w.machine()
	parts := pictures(t, w.requestFile(c, i.Code), qr.Screen)
	p := w.uploadPictures(english, nil, parts[0]).want(422, "spread over 2 QR codes; still missing: 2.", depot.ErrQRMissing.Code, "The pictures that are missing")
	kept := p.kept()
	if len(kept) != 1 || !wire.IsQR(kept[0]) {
		t.Fatalf("kept %q", kept)
	}
	// What a scanner has read is as good as a picture, beside it or alone.
	f, err := wire.ParseLines(w.requestFile(c, i.Code))
	must(t, err)
	texts, err := wire.ArmorQR(f, int(qr.Screen))
	must(t, err)
	w.download(w.post("/activate?lang=en", "text", "\ufeff"+strings.Join(texts, "\r\n ")+"\nSent from my phone").want(200))
	if got := w.post("/activate?lang=en", "text", "Scanned:\n"+texts[1]).want(422, "still missing: 1.").kept(); len(got) != 1 || got[0] != texts[1] {
		t.Errorf("kept %q", got)
	}
	// The other language keeps it, too.
	p = w.post("/activate?lang=de", "part", kept[0]).want(422, "auf 2 QR-Codes verteilt; es fehlen noch: 2.", "Die Bilder, die noch fehlen")
	// A picture of something else brings nothing and takes nothing away.
	p = w.uploadPictures(english, p.kept(), codeOf(t, "https://example.com")).want(422, depot.ErrOtherQR.Code)
	p = w.uploadPictures(english, p.kept(), parts[1]).want(200, "Your license update is ready")
	if _, err := c.Install(w.download(p)); err != nil || !c.Has("draw") {
		t.Fatal(err)
	}
}

// Everything that a request file can do, a picture can.
func TestVerbsByPicture(t *testing.T) {
	w := newWorld(t)
	base, second, lost := w.sell(item(catalog.Multi, year), 2), w.sell(item(catalog.Reusable, year), 1), w.sell(item(catalog.Multi, year), 1)
	lent := w.sell(item(catalog.Floating, func(s *catalog.Snapshot) {
		s.Model.Floating = catalog.FloatingSpec{Per: catalog.PerProcess, Lease: 900, BorrowDays: 7}
	}), 1)
	add := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
		s.Number, s.ArticleNumber, s.ArticleID, s.Kind, s.Targets = "RENDER", "RENDER", catalog.ArticleID{1: 2}, catalog.AddOn, []string{"CAD-PRO-1"}
		s.Name, s.Features = catalog.Names{DE: "Darstellung", EN: "Rendering"}, []string{"render"}
	}), 1)
	c := w.machine()
	hand := func(c *client.Container, says ...string) client.Installed {
		t.Helper()
		file, err := c.RequestFile()
		must(t, err)
		p := w.uploadPictures(english, nil, pictures(t, file, qr.Screen)...).want(200, says...)
		got, err := c.Install(w.photograph(p))
		must(t, err)
		return got
	}
	ask := func(c *client.Container, a client.Ask) {
		t.Helper()
		_, err := c.NewRequest(a)
		must(t, err)
	}
	ask(c, client.Ask{Action: wire.ActActivate, Code: base.Code, File: true})
	if got := hand(c, "The machine is activated for:"); len(got.Licenses) != 1 {
		t.Errorf("%+v", got)
	}
	ask(c, client.Ask{Action: wire.ActActivate, Code: add.Code, File: true})
	if hand(c, "Your license update is ready"); !c.Has("render") {
		t.Error("the add-on has no effect")
	}
	ask(c, client.Ask{})
	hand(c, "licenses are renewed")
	rcp, err := c.NewReceipt()
	must(t, err)
	w.uploadPictures(english, nil, pictures(t, []byte(rcp.Token), qr.Page)...).want(200, "The receipt is noted")

	// A move: the return frees the seat, and the request behind it takes another.
	_, err = c.NewReturn(c.Licenses()[0].ID)
	must(t, err)
	ask(c, client.Ask{Action: wire.ActActivate, Code: second.Code, File: true})
	if got := hand(c, "its seat is free", "activated for"); len(got.Returned) != 1 || len(got.Licenses) != 1 {
		t.Errorf("%+v", got)
	}
	w.post("/ticket?lang=en", "code", base.Code).want(200, "0 of 2 in use")

	ask(c, client.Ask{Action: wire.ActBorrow, Code: lent.Code, File: true})
	if got := hand(c, "Borrowed; it ends by itself", "until 19 Jan 2027"); len(got.Licenses) != 1 {
		t.Errorf("%+v", got)
	}

	w.activate(lost.Code)
	fresh := w.machine()
	ask(fresh, client.Ask{Action: wire.ActRestore, Code: lost.Code, File: true})
	hand(fresh, "Restored after a loss")
	_, err = w.Recall(t.Context(), w.a.All(), license.RecallInput{Licenses: lost.Licenses})
	must(t, err)
	ask(fresh, client.Ask{})
	if got := hand(fresh, "The publisher takes a license back"); len(got.Removed) != 1 {
		t.Errorf("%+v", got)
	}
}

// photograph reads the answer back from the QR codes that the page of an answer
// leads to, as the machine would.
func (w *world) photograph(p *page) []byte {
	w.t.Helper()
	codes := w.post("/codes?lang=en", "text", p.message()).want(200, "The update as QR codes")
	var raw [][]byte
	for _, n := range codes.all("svg") {
		raw = append(raw, raster(w.t, n))
	}
	f, err := qr.ReadFile(raw...)
	must(w.t, err)
	return f.Bytes()
}

// bomb is a PNG of a few bytes that says it is large.
func bomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), width), height)
	header = append(header, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

// Every mistake with pictures is named in both languages, with the number of the
// picture, and nothing is changed by it.
func TestPictureRefusals(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 3)
	c := w.machine()
	file := w.requestFile(c, i.Code)
	one, other := pictures(t, file, qr.Screen), pictures(t, w.requestFile(w.machine(), i.Code), qr.Screen)
	update := w.download(w.uploadFile(file))
	blank := image.NewGray(image.Rect(0, 0, 400, 400))
	for n := range blank.Pix {
		blank.Pix[n] = 200
	}
	var white, photo, moving bytes.Buffer
	must(t, png.Encode(&white, blank))
	must(t, jpeg.Encode(&photo, blank, nil))
	must(t, gif.Encode(&moving, blank, nil))
	f, err := wire.ParseLines(file)
	must(t, err)
	texts, err := wire.ArmorQR(f, wire.MaxQRPart)
	must(t, err)
	damaged := []byte(texts[0])
	damaged[len(damaged)/2] = map[bool]byte{true: '1', false: '0'}[damaged[len(damaged)/2] == '0']
	heic := append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 100<<10)...)
	for name, c := range map[string]struct {
		files  [][]byte
		status int
		code   string
		en, de string
	}{
		"HEIC":      {[][]byte{one[0], heic}, 422, depot.ErrNoPicture.Code, "File 2 is no picture that can be read here. PNG and JPEG can", "Datei 2 ist kein Bild, das hier gelesen werden kann"},
		"WebP":      {[][]byte{[]byte("RIFF\x00\x00\x00\x00WEBPVP8 ")}, 422, depot.ErrNoPicture.Code, "File 1 is no picture", "Datei 1 ist kein Bild"},
		"GIF":       {[][]byte{moving.Bytes()}, 422, depot.ErrNoPicture.Code, "saved or sent as JPEG", "als JPEG"},
		"PDF":       {[][]byte{[]byte("%PDF-1.7\n%\xff")}, 422, depot.ErrNoPicture.Code, "PDF", "PDF"},
		"TIFF":      {[][]byte{[]byte("II*\x00")}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"BMP":       {[][]byte{[]byte("BM\x36\x00\x00\x00")}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"noise":     {[][]byte{{1, 2, 3, 0, 255}}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"half":      {[][]byte{one[0][:len(one[0])/2]}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"heading":   {[][]byte{one[0][:20]}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"large":     {[][]byte{append(slices.Clone(one[0]), make([]byte, qr.MaxPicture)...)}, 413, depot.ErrPictureBytes.Code, "Picture 1 is larger than 12 MB", "Bild 1 ist größer als 12 MB"},
		"bomb":      {[][]byte{bomb(30000, 30000)}, 413, depot.ErrPicturePoints.Code, "30,000 × 30,000 points, more than is read here", "30.000 × 30.000 Bildpunkte, mehr als hier gelesen werden"},
		"endless":   {[][]byte{bomb(1<<31-1, 1<<31-1)}, 422, depot.ErrNoPicture.Code, "no picture", "kein Bild"},
		"many":      {slices.Repeat([][]byte{one[0]}, 17), 422, depot.ErrManyPictures.Code, "At most 16 pictures", "höchstens 16 Bilder"},
		"empty":     {[][]byte{one[0], photo.Bytes()}, 422, depot.ErrNoQR.Code, "No QR code can be read in picture 2. Photograph it again", "In Bild 2 ist kein QR-Code zu lesen"},
		"white":     {[][]byte{white.Bytes()}, 422, depot.ErrNoQR.Code, "the whole code, from the front", "den ganzen Code, von vorn"},
		"delivery":  {[][]byte{codeOf(t, "https://depot.example/#"+i.Code)}, 422, depot.ErrOtherQR.Code, "is no license request", "ist keine Lizenzanforderung"},
		"missing":   {one[1:], 422, depot.ErrQRMissing.Code, "still missing: 1.", "es fehlen noch: 1."},
		"mixed":     {[][]byte{one[0], other[1]}, 422, depot.ErrQRMixed.Code, "belong to different messages", "gehören zu verschiedenen Nachrichten"},
		"damaged":   {[][]byte{codeOf(t, string(damaged))}, 422, depot.ErrQRDamaged.Code, "what they hold is damaged", "ihr Inhalt ist beschädigt"},
		"no part":   {[][]byte{codeOf(t, "LQ1:A")}, 422, depot.ErrQRDamaged.Code, "photograph all of them anew", "fotografieren Sie alle neu"},
		"an answer": {pictures(t, update, qr.Page), 422, depot.ErrIsAnswer.Code, "This is an answer of this server", "Das ist eine Antwort dieses Servers"},
		"nothing":   {nil, 422, depot.ErrNothing.Code, "No file and no picture was chosen", "weder eine Datei noch ein Bild"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.uploadPictures(english, nil, c.files...).want(c.status, c.en, c.code, "Hand in the request").lacks("{")
			w.uploadPictures(german, nil, c.files...).want(c.status, c.de, c.code).lacks("{")
		})
	}
	w.t = t
	w.uploadPictures(english, nil, slices.Repeat([][]byte{append(slices.Clone(one[0]), make([]byte, 10<<20)...)}, 3)...).want(413, route.ErrTooLarge.Code)
	w.uploadPictures(english, slices.Repeat([]string{strings.Repeat("A", wire.MaxQRPart)}, 1)).want(422, depot.ErrQRDamaged.Code)
	w.uploadPictures(english, []string{strings.Repeat("A", wire.MaxQRPart+1)}).want(413, route.ErrTooLarge.Code)
	w.post("/activate?lang=en", "text", strings.Repeat("A", 300<<10)).want(413, route.ErrTooLarge.Code)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 3 in use")
	if strings.Contains(w.log.String(), "internal error") {
		t.Error(w.log.String())
	}
}

// The answer as QR codes is the same answer, in as many codes as the visitor wants.
func TestCodes(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 1)
	c := w.machine()
	answer := w.uploadFile(w.requestFile(c, i.Code))
	update := w.download(answer)
	count := func(p *page, lang string, label string) int {
		t.Helper()
		all := p.all("svg", "role", "img")
		for n, one := range all {
			want := strings.NewReplacer("1", string(rune('1'+n)), "9", string(rune('0'+len(all)))).Replace(label)
			if attr(one, "aria-label") != want || !strings.Contains(p.text(), want) {
				t.Errorf("%s: %q, want %q", lang, attr(one, "aria-label"), want)
			}
		}
		return len(all)
	}
	large := w.post("/codes?lang=en", "text", answer.message()).want(200, "The update as QR codes", "Photograph the code", "licet-activate install photo.jpg")
	few := count(large, english, "QR code 1 of 9")
	small := w.post("/codes?lang=de", "text", answer.message(), "small", "1").want(200, "Die Aktualisierung als QR-Codes", "Fotografieren Sie alle 2 Codes", "Weniger, feinere Codes", "licet-activate install photo1.jpg photo2.jpg")
	many := count(small, german, "QR-Code 1 von 9")
	if few != 1 || many != 2 {
		t.Errorf("%d codes and %d small ones", few, many)
	}
	for _, p := range []*page{large, small} {
		var raw [][]byte
		for _, n := range p.all("svg") {
			raw = append(raw, raster(t, n))
		}
		f, err := qr.ReadFile(raw...)
		must(t, err)
		want, err := wire.ParseLines(update)
		must(t, err)
		if !bytes.Equal(f.Bytes(), want.Bytes()) {
			t.Error("the codes hold something else than the file")
		}
	}
	w.post("/codes?lang=en", "text", "nothing").want(422, depot.ErrNoRequest.Code)
	w.post("/codes", "text", " ").want(422, depot.ErrNothing.Code)
}

// raster makes a picture of a code that a page shows.
func raster(t testing.TB, svg *html.Node) []byte {
	t.Helper()
	b, err := browsertest.Photograph(svg)
	must(t, err)
	return b
}
