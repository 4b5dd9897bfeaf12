package depot_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

// message returns what the page keeps for the download.
func (p *page) message() string {
	p.t.Helper()
	form := p.one("form", "action", "/update")
	for n := range form.Descendants() {
		if attr(n, "name") == "text" {
			return attr(n, "value")
		}
	}
	p.t.Fatal("the download has no message")
	return ""
}

// download presses the button of an answer.
func (w *world) download(p *page) []byte {
	w.t.Helper()
	got := w.post("/update", "text", p.message()).want(200)
	if got.header.Get("Content-Disposition") != `attachment; filename="license.lic"` || got.header.Get("Cache-Control") != "no-store" ||
		got.header.Get("X-Content-Type-Options") != "nosniff" {
		w.t.Errorf("headers of the download: %v", got.header)
	}
	return []byte(got.body)
}

// A machine without a network: its request is uploaded, the update carried back,
// and the license holds there. The same upload gives the same bytes.
func TestRequestFile(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 5)
	c := w.machine()
	file := w.requestFile(c, i.Code)
	if bytes.Contains(file, []byte(i.Code)) {
		t.Fatal("the request file holds the code readably")
	}
	p := w.uploadFile(file).want(200, "Your license update is ready", "The machine is activated for:", "CAD-PRO-1 : 1 seat, until 11 Jan 2028",
		"licet-activate install license.lic")
	update := w.download(p)
	if text := p.one("textarea", "id", "update").FirstChild.Data; text != string(update) {
		t.Errorf("the text to copy is not the download:\n%s\n%s", text, update)
	}
	for _, again := range []*page{w.uploadFile(file), w.post("/activate", "text", string(file)), w.post("/activate?lang=de", "text", p.message())} {
		if got := w.download(again.want(200)); !bytes.Equal(got, update) {
			t.Errorf("another answer:\n%s\n%s", got, update)
		}
	}
	w.post("/activate?lang=de", "text", p.message()).want(200, "Ihre Lizenzaktualisierung ist fertig", "1 Platz, bis 11.01.2028")
	if _, err := c.Install(update); err != nil || !c.Has("draw") {
		t.Fatalf("not installed: %v", err)
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 5 in use")

	// The receipt, then the return.
	rcp, err := c.NewReceipt()
	must(t, err)
	w.post("/activate?lang=en", "text", rcp.Token).want(200, "The receipt is noted", "nothing left to do").lacks("Download")
	w.post("/ticket?lang=en", "code", i.Code).want(200, "· active ")
	ret, err := c.NewReturn(c.Licenses()[0].ID)
	must(t, err)
	p = w.post("/activate?lang=en", "text", ret.Token).want(200, "The return is booked", "its seat is free")
	w.post("/ticket?lang=en", "code", i.Code).want(200, "0 of 5 in use")
	if got, err := c.Install(w.download(p)); err != nil || len(got.Returned) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	w.post("/activate?lang=de", "text", ret.Token).want(200, "Die Rückgabe ist gebucht")
}

// A return and a request in one file: both are answered by one update.
func TestSeveralMessages(t *testing.T) {
	w := newWorld(t)
	first, second := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1)
	c := w.activate(first.Code)
	_, err := c.NewReturn(c.Licenses()[0].ID)
	must(t, err)
	file := w.requestFile(c, second.Code)
	p := w.uploadFile(file).want(200, "Your license update is ready", "its seat is free", "activated for")
	installed, err := c.Install(w.download(p))
	must(t, err)
	if len(installed.Returned) != 1 || len(installed.Licenses) != 1 {
		t.Fatalf("installed %+v", installed)
	}

	// The second is refused: the first holds, and its answer can be taken along.
	_, err = c.NewReturn(c.Licenses()[0].ID)
	must(t, err)
	p = w.uploadFile(w.requestFile(c, unknownCode(t))).want(200, "The return is booked", "was not taken", license.ErrUnknownCode.Code)
	if got, err := c.Install(w.download(p)); err != nil || len(got.Returned) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	w.post("/ticket?lang=en", "code", second.Code).want(200, "0 of 1 in use")
}

// What the publisher wants reaches machines without a network the same way.
func TestCommandsAreExplained(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 2)
	c := w.activate(i.Code)
	_, err := w.Recall(t.Context(), w.a.All(), license.RecallInput{Licenses: i.Licenses})
	must(t, err)
	w.post("/ticket?lang=en", "code", i.Code).want(200, "Taken back", "is being taken back")
	_, err = c.NewRequest(client.Ask{})
	must(t, err)
	file, err := c.RequestFile()
	must(t, err)
	p := w.uploadFile(file).want(200, "The request is answered", "no new license", "The publisher takes a license back")
	if got, err := c.Install(w.download(p)); err != nil || len(got.Removed) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
}

// A refresh and a restore say what they are.
func TestOtherRequests(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 1)
	c := w.activate(i.Code)
	_, err := c.NewRequest(client.Ask{})
	must(t, err)
	file, err := c.RequestFile()
	must(t, err)
	w.uploadFile(file).want(200, "licenses are renewed", "CAD-PRO-1")

	fresh := w.machine()
	_, err = fresh.NewRequest(client.Ask{Action: wire.ActRestore, Code: i.Code, File: true})
	must(t, err)
	file, err = fresh.RequestFile()
	must(t, err)
	w.uploadFile(file).want(200, "Restored after a loss", "CAD-PRO-1")
}

// A mail program breaks and quotes lines; the request survives it.
func TestMangledPaste(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 3)
	file := strings.TrimSpace(string(w.requestFile(w.machine(), i.Code)))
	var quoted, wrapped strings.Builder
	for at := 0; at < len(file); at += 72 {
		part := file[at:min(at+72, len(file))]
		quoted.WriteString("> " + part + "\r\n")
		wrapped.WriteString(part + "\n")
	}
	want := w.download(w.post("/activate", "text", file))
	for name, text := range map[string]string{
		"wrapped": wrapped.String(), "quoted": "Hello,\n\n" + quoted.String() + "\n-- \nBest regards", "mark": "\ufeff" + file,
	} {
		if got := w.download(w.post("/activate", "text", text).want(200)); !bytes.Equal(got, want) {
			t.Errorf("%s: another answer", name)
		}
	}
}

func TestBadUploads(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 50)
	file := string(w.requestFile(w.machine(), i.Code))
	answer := w.post("/activate", "text", file)
	update := string(w.download(answer))
	cut := file[:len(file)/2]
	var many strings.Builder
	for range 17 {
		many.Write(w.requestFile(w.machine(), i.Code))
	}
	flipped := []byte(strings.TrimSpace(file))
	at := bytes.LastIndexByte(flipped, '.') - 9 // inside the signature
	flipped[at] = map[bool]byte{true: 'B', false: 'A'}[flipped[at] == 'A']
	other := w.machine()
	rcp := func() string {
		w.requestFile(other, i.Code)
		key, err := wire.Ed25519Key(make([]byte, 32))
		must(t, err)
		token, err := wire.SignClaims(key, &wire.Receipt{
			Issuer: w.a.Publisher.String(), Container: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()}.Hash(),
			Nonce: wire.Nonce([16]byte{1}), Counter: 1, IssuedAt: w.now.Now().Unix(),
		})
		must(t, err)
		return token
	}()
	for name, c := range map[string]struct {
		text   string
		status int
		code   string
	}{
		"nothing":      {"  \n", 422, depot.ErrNothing.Code},
		"prose":        {"Dear depot, please activate me.", 422, depot.ErrNoRequest.Code},
		"ticket":       {i.Code, 422, depot.ErrNoRequest.Code},
		"an update":    {update, 422, depot.ErrIsAnswer.Code},
		"half":         {cut, 422, depot.ErrDamaged.Code},
		"too many":     {many.String(), 422, depot.ErrTooMany.Code},
		"tampered":     {string(flipped), 422, license.ErrSignature.Code},
		"no container": {rcp, 404, license.ErrUnknownContainer.Code},
	} {
		p := w.post("/activate", "text", c.text)
		if p.status != c.status || !strings.Contains(p.body, c.code) {
			t.Errorf("%s: %d %s", name, p.status, p.text())
		}
	}
	w.uploadFile(nil).want(422, depot.ErrNothing.Code)
	w.uploadFile(bytes.Repeat([]byte("x"), 100<<10)).want(413, route.ErrTooLarge.Code)
	w.do(http.MethodPost, "/activate", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nv4.pub")).
		want(422, route.ErrBodyCut.Code)
	w.do(http.MethodPost, "/ticket", "application/x-www-form-urlencoded", strings.NewReader("code="+strings.Repeat("A", 100<<10))).want(413)
	w.post("/update", "text", rcp).want(404)

	full := w.sell(item(catalog.Multi), 1)
	w.activate(full.Code)
	w.uploadFile(w.requestFile(w.machine(), full.Code)).want(409, license.ErrNoSeat.Code, "in use: 1 of 1")
}
