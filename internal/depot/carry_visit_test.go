package depot_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// carried are what visitors must find whose machine hands out no file.
var carried = map[text.Lang]struct{ ready, codes, missing, group, answer, next string }{
	text.EN: {"Your license update is ready", "The update as QR codes", "still missing: 2", "There is a typing error in group 2", "Type this license code on the machine", "Group 2 has no typing error"},
	text.DE: {"Ihre Lizenzaktualisierung ist fertig", "Die Aktualisierung als QR-Codes", "es fehlen noch: 2", "In Gruppe 2 ist ein Tippfehler", "Tippen Sie diesen Lizenzcode auf dem Rechner ein", "Gruppe 2 ist ohne Tippfehler"},
}

// TestBrowserPictures uploads photographs of a machine's QR codes one after another,
// photographs the answer from the screen, and the license holds on the machine.
func TestBrowserPictures(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	for _, l := range visitors {
		t.Run(l.String(), func(t *testing.T) {
			w.t = t
			said := carried[l.lang]
			i := w.sell(item(catalog.Multi, year), 1)
			c := w.machine()
			var files []string
			for n, raw := range pictures(t, w.requestFile(c, i.Code), qr.Screen) {
				files = append(files, filepath.Join(t.TempDir(), fmt.Sprint("IMG_", n, ".png")))
				must(t, os.WriteFile(files[n], raw, 0o600))
			}
			p := tab(t, b, l)
			open(p, w.server.URL+"/")
			then(p, func() { press(p, `a[href="/activate"]`) })
			p.MustElement("#picture").MustSetFiles(files[0])
			then(p, func() { press(p, `form[action="/activate"] button`) })
			says(t, p, ".refusal", said.missing)
			narrow(t, p, "missing")
			p.MustElement("#picture").MustSetFiles(files[1])
			then(p, func() { press(p, `form[action="/activate"] button`) })
			says(t, p, "h1", said.ready)
			then(p, func() { press(p, `form[action="/codes"] button`) })
			says(t, p, "h1", said.codes)
			narrow(t, p, "codes")
			photo := func() []byte { // of the screen, as it is
				raw, err := p.Screenshot(true, &proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatPng})
				must(t, err)
				return raw
			}
			update, err := qr.ReadFile(photo())
			must(t, err)
			// Coarser ones hold the same, and on paper, too.
			then(p, func() { press(p, `form[action="/codes"] button`) })
			must(t, proto.EmulationSetEmulatedMedia{Media: "print"}.Call(p))
			if browsertest.Pictures() {
				must(t, os.WriteFile(filepath.Join(artifacts(t), "codes-"+l.String()+".pdf"), p.MustPDF(), 0o644))
			}
			again, err := qr.ReadFile(photo())
			must(t, err)
			if string(again.Bytes()) != string(update.Bytes()) {
				t.Error("the small codes hold something else")
			}
			if _, err := c.Install(update.Bytes()); err != nil || !c.Has("draw") {
				t.Fatalf("the codes do not install: %v", err)
			}
		})
	}
}

// fillIn types into a field, key by key, over what is there.
func fillIn(p *rod.Page, selector, value string) {
	p.MustElement(selector).MustEval(`() => this.focus()`)
	p.KeyActions().Press(input.ControlLeft).Type(input.KeyA).Release(input.ControlLeft).Type(input.Backspace).MustDo()
	for _, c := range strings.ToLower(value) {
		p.Keyboard.MustType(input.Key(c))
	}
}

// TestBrowserTyped types a ticket and a request code with a mistake, sees the group
// named, and takes the license code from the printed page to the machine.
func TestBrowserTyped(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	for _, l := range visitors {
		t.Run(l.String(), func(t *testing.T) {
			w.t = t
			said := carried[l.lang]
			i := w.sell(item(catalog.Multi, year), 1)
			m := w.typist()
			fields := m.fields(1, i.Code)
			p := tab(t, b, l)
			open(p, w.server.URL+"/")
			then(p, func() { press(p, `a[href="/typed"]`) })
			if at := p.MustEval(`() => document.activeElement.id`).Str(); at != "code" {
				t.Errorf("the focus begins at %q", at)
			}
			for n := 0; n < len(fields); n += 2 {
				value := fields[n+1]
				if fields[n] == "group2" {
					value = swap(value)
				}
				if fields[n] == "code" && l.script { // named before it is sent
					fillIn(p, "#code", swap(value))
					says(t, p, "#code-note", sentences[l.lang].typo)
				}
				fillIn(p, "#"+fields[n], value)
			}
			if l.script {
				says(t, p, "#code-note", sentences[l.lang].good)
				says(t, p, "#group2-note", said.group)
			}
			then(p, func() { p.Keyboard.MustType(input.Enter) })
			says(t, p, "#group2-note", said.group)
			if at := p.MustEval(`() => document.activeElement.id`).Str(); at != "group2" {
				t.Errorf("the focus goes to %q", at)
			}
			narrow(t, p, "typed")
			fillIn(p, "#group2", fields[5])
			if l.script {
				says(t, p, "#group2-note", said.next)
			}
			then(p, func() { p.Keyboard.MustType(input.Enter) })
			says(t, p, "h1", said.answer)
			narrow(t, p, "answer")
			if seen := p.MustElement(".actions a").MustVisible(); !seen {
				t.Error("no way on")
			}
			must(t, proto.EmulationSetEmulatedMedia{Media: "print"}.Call(p))
			paper := p.MustElement("body").MustText()
			lists := p.MustElements("ol.groups")
			if len(lists) != 2 || strings.Contains(paper, i.Code) || !strings.Contains(paper, "https://depot.example") {
				t.Errorf("the print is\n%s", paper)
			}
			if browsertest.Pictures() {
				must(t, os.WriteFile(filepath.Join(artifacts(t), "typed-"+l.String()+".pdf"), p.MustPDF(), 0o644))
			}
			pins := w.pins()
			trust, err := wire.NewTrust(pins)
			must(t, err)
			must(t, trust.ExtendTyped(lists[1].MustText()))
			got, err := wire.OpenTyped(trust, lists[0].MustText(), m.keys.Hash(), 1)
			must(t, err)
			if !got.Has("draw") {
				t.Errorf("%+v", got)
			}
			// The other language shows the same code.
			must(t, proto.EmulationSetEmulatedMedia{}.Call(p))
			answer := lists[0].MustText()
			other := map[text.Lang]text.Lang{text.EN: text.DE, text.DE: text.EN}[l.lang]
			then(p, func() { press(p, `nav button[lang]`) })
			says(t, p, "h1", carried[other].answer)
			if again := p.MustElement("ol.groups").MustText(); again != answer {
				t.Error("another answer in the other language")
			}
		})
	}
}

// TestBrowserPaste pastes a whole request into the first field.
func TestBrowserPaste(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	m := w.typist()
	p := tab(t, b, look{text.EN, 1280, false, true})
	open(p, w.server.URL+"/typed")
	fields := m.fields(5, "x")
	var lines []string
	for n := 3; n < len(fields); n += 2 {
		lines = append(lines, fields[n])
	}
	p.MustEval(`(text) => {
		const data = new DataTransfer();
		data.setData("text", text);
		document.getElementById("group1").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	}`, strings.Join(lines, "\n"))
	for n, line := range lines {
		if got := p.MustElement(fmt.Sprint("#group", n+1)).MustProperty("value").Str(); got != line {
			t.Errorf("group %d is %q, want %q", n+1, got, line)
		}
	}
}

// TestBrowserCheckGroup holds the script's judgment of groups against package
// wire's.
func TestBrowserCheckGroup(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	p := tab(t, b, look{text.EN, 1280, false, true})
	open(p, w.server.URL+"/typed")
	type asked struct {
		N    int
		Text string
	}
	all := []asked{{1, "A"}, {2, "ä"}, {3, "-----"}, {4, strings.Repeat("U", 15)}, {1, strings.Repeat("x", 200)}, {2, "é u"}, {3, "u é"}}
	for range 30 {
		var sign [32]byte
		_, _ = rand.Read(sign[:])
		for i, g := range strings.Split(wire.TypedRequest{Sign: sign, Number: 9}.String(), "\n") {
			all = append(all, asked{i + 1, g}, asked{i + 1, strings.ToLower(strings.ReplaceAll(g, "-", " "))}, asked{i + 1, swap(g)},
				asked{(i+1)%4 + 1, g}, asked{i + 1, g[1:]}, asked{i + 1, g + "7"}, asked{i + 1, g[:5] + "_" + g[5:]}, asked{i + 1, strings.ReplaceAll(g, "0", "o")})
		}
	}
	raw := p.MustEval(`async (all, src) => {
		const { checkGroup } = await import(src);
		return JSON.stringify(all.map(({N, Text}) => checkGroup(N, Text)));
	}`, all, *p.MustElement("script").MustAttribute("src")).Str()
	var judged []struct {
		Kind, Symbol string
		Pos, Got     int
	}
	must(t, json.Unmarshal([]byte(raw), &judged))
	kinds := map[string]int{}
	for i, one := range all {
		got, want := judged[i], judged[i]
		want.Kind, want.Symbol, want.Pos, want.Got = "", "", 0, 0
		var e *wire.CodeError
		if errors.As(wire.CheckTypedGroup(wire.TypedRequestCode, one.N, one.Text), &e) {
			want.Kind = string(e.Kind)
			switch e.Kind {
			case wire.CodeForeign:
				want.Symbol, want.Pos = string(e.Symbol), e.Pos
			case wire.CodeLength:
				want.Got = e.Got
			}
		}
		kinds[want.Kind]++
		if got != want {
			t.Errorf("%+v: the script says %+v, wire says %+v", one, got, want)
		}
	}
	for _, kind := range []string{"", "length", "foreign", "check"} {
		if kinds[kind] < 20 {
			t.Errorf("%d of kind %q", kinds[kind], kind)
		}
	}
}
