package verbs_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/wire"
)

// carrier brings what waits in a container to the server and the answer back.
type carrier struct {
	name  string // in the table
	files bool   // requests travel as files: their codes are sealed
	carry func(w *world, c *client.Container) (client.Installed, error)
}

// The carriers of the table. By typing nothing of what waits can be carried: its
// request is of its own kind, and only activates (see cell.ask).
var (
	byHTTPS   = carrier{"HTTPS", false, overHTTPS}
	byFiles   = carrier{"files", true, overFiles}
	byQR      = carrier{"QR pictures", true, overPictures}
	byTyping  = carrier{"typed codes", false, nil}
	byCarrier = []carrier{byHTTPS, byFiles, byQR, byTyping}
)

func overHTTPS(w *world, c *client.Container) (client.Installed, error) {
	return (&online.Transport{}).Flush(w.t.Context(), c)
}

// overFiles hands a request file in on the depot's page, downloads the answer there,
// and installs it.
func overFiles(w *world, c *client.Container) (client.Installed, error) {
	file, err := c.RequestFile()
	if err != nil {
		return client.Installed{}, err
	}
	p, err := w.upload(c, "file", file)
	if err != nil {
		return client.Installed{}, err
	}
	got := w.post("/update", "text", p.message())
	return c.Install(got.raw)
}

// overPictures hands in pictures of a request's QR codes, photographs those of the
// answer, and installs them.
func overPictures(w *world, c *client.Container) (client.Installed, error) {
	file, err := c.RequestFile()
	if err != nil {
		return client.Installed{}, err
	}
	f, err := wire.ParseLines(file)
	must(w.t, err)
	codes, err := qr.Encode(f, qr.Screen)
	must(w.t, err)
	var pictures [][]byte
	for _, one := range codes {
		var b bytes.Buffer
		must(w.t, one.PNG(&b, 4))
		pictures = append(pictures, b.Bytes())
	}
	p, err := w.upload(c, "picture", pictures...)
	if err != nil {
		return client.Installed{}, err
	}
	var photos [][]byte
	for _, svg := range w.post("/codes", "text", p.message(), "small", "1").all("svg", "role", "img") {
		photo, err := browsertest.Photograph(svg)
		must(w.t, err)
		photos = append(photos, photo)
	}
	answer, err := qr.ReadFile(photos...)
	must(w.t, err)
	return c.Install(answer.Bytes())
}

// upload hands files in at the depot. What is refused there is given up in the
// container, as somebody does who has read why.
func (w *world) upload(c *client.Container, field string, files ...[]byte) (*page, error) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range files {
		part, err := m.CreateFormFile(field, "request")
		must(w.t, err)
		_, err = part.Write(f)
		must(w.t, err)
	}
	must(w.t, m.Close())
	p := w.read(ask(w.t, http.MethodPost, w.at.Depot+"/activate", m.FormDataContentType(), b.Bytes()))
	err := p.refusal()
	if err != nil {
		for _, m := range c.Waiting() {
			must(w.t, c.Discard(m.Counter))
		}
	}
	return p, err
}

// typed types the container's request and a code on the depot's page, and the answer
// on the machine.
func (w *world) typed(c *client.Container, code string) (client.Installed, error) {
	w.t.Helper()
	r, err := c.NewTyped()
	if err != nil {
		return client.Installed{}, err
	}
	fields := []string{"code", code}
	for n, g := range r.Groups {
		fields = append(fields, fmt.Sprint("group", n+1), g)
	}
	p := w.post("/typed", fields...)
	if err := p.refusal(); err != nil {
		return client.Installed{}, errors.Join(err, c.DiscardTyped())
	}
	lists := p.all("ol", "class", "groups")
	if len(lists) == 0 {
		w.t.Fatal(p.text())
	}
	return c.InstallTyped(written(lists[0]))
}

// page is what the depot has answered.
type page struct {
	t      testing.TB
	status int
	raw    []byte
	doc    *html.Node
}

// post sends a form to the depot: name, value, name, value.
func (w *world) post(path string, fields ...string) *page {
	w.t.Helper()
	return w.postIn("en", path, fields...)
}

func (w *world) postIn(lang, path string, fields ...string) *page {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return w.read(ask(w.t, http.MethodPost, w.at.Depot+path, "application/x-www-form-urlencoded", []byte(form.Encode()), "Accept-Language", lang))
}

func (w *world) read(a answer) *page {
	w.t.Helper()
	doc, err := html.Parse(bytes.NewReader(a.body))
	must(w.t, err)
	return &page{w.t, a.status, a.body, doc}
}

// all are the elements of a tag with these attributes: name, value, name, value.
func (p *page) all(tag string, attrs ...string) (out []*html.Node) {
	for n := range p.doc.Descendants() {
		ok := n.Type == html.ElementNode && n.Data == tag
		for i := 0; i+1 < len(attrs); i += 2 {
			ok = ok && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == attrs[i] && a.Val == attrs[i+1] })
		}
		if ok {
			out = append(out, n)
		}
	}
	return out
}

// written is the text in an element.
func written(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return words(b.String())
}

// text is what a reader sees of the page.
func (p *page) text() string { return written(p.doc) }

// message is what the page sends again for the download.
func (p *page) message() string {
	p.t.Helper()
	for _, form := range p.all("form", "action", "/update") {
		for n := range form.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "value" {
					return a.Val
				}
			}
		}
	}
	p.t.Fatal("there is nothing to be taken along: ", p.text())
	return ""
}

// faultCode is the code that stands below a refusal.
var faultCode = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// refusal is what the page refuses with, nil if it does not.
func (p *page) refusal() error {
	if p.status < 400 && len(p.all("section", "class", "refusal")) == 0 {
		return nil
	}
	for _, n := range p.all("code") {
		if code := written(n); faultCode.MatchString(code) {
			return &client.Refusal{Code: code, Status: p.status, Text: p.text()}
		}
	}
	return fmt.Errorf("%d: %s", p.status, p.text())
}
