package depot_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// visitors are how people come: in both languages, with a phone or a screen,
// with the script and without it.
var visitors = []look{
	{text.EN, 1280, false, true},
	{text.DE, 360, true, true},
	{text.DE, 1280, true, false},
	{text.EN, 360, false, false},
}

// sentences are what visitors must find.
var sentences = map[text.Lang]struct{ typo, good, holds, ready string }{
	text.EN: {"one character is wrong, or two are swapped", "The code is complete", "What your code holds", "Your license update is ready"},
	text.DE: {"Ein Zeichen stimmt nicht, oder zwei sind vertauscht", "Der Code ist vollständig", "Was Ihr Code enthält", "Ihre Lizenzaktualisierung ist fertig"},
}

// typeCode types a code as people do, key by key, over what is there.
func typeCode(p *rod.Page, code string) {
	p.MustElement("#code").MustEval(`() => this.focus()`)
	p.KeyActions().Press(input.ControlLeft).Type(input.KeyA).Release(input.ControlLeft).Type(input.Backspace).MustDo()
	for _, c := range strings.ToLower(code) {
		if c == '-' {
			continue // people type what they read, and not the dashes
		}
		p.Keyboard.MustType(input.Key(c))
	}
}

// TestBrowserVisit types a ticket with an error and sees it named, corrects it,
// sees what it holds, uploads the request file of a machine, downloads the
// update, and the license holds on the machine.
func TestBrowserVisit(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	for _, l := range visitors {
		t.Run(l.String(), func(t *testing.T) {
			w.t = t
			visit(t, b, w, l)
		})
	}
}

func visit(t *testing.T, b *rod.Browser, w *world, l look) {
	said := sentences[l.lang]
	i := w.sell(item(catalog.Multi, year), 5)
	wrong := swap(i.Code)
	sent := strings.Count(w.log.String(), `"/ticket"`)
	p := tab(t, b, l)
	open(p, w.server.URL+"/")
	typeCode(p, wrong)
	if l.script {
		says(t, p, "#code-note", said.typo)
		p.Keyboard.MustType(input.Enter)
		says(t, p, "#code-note", said.typo)
		if strings.Count(w.log.String(), `"/ticket"`) != sent {
			t.Error("a mistyped code was sent")
		}
	} else {
		then(p, func() { p.Keyboard.MustType(input.Enter) })
		says(t, p, "#code-note", said.typo)
	}
	shoot(t, p, "visit-typo-"+l.String())
	typeCode(p, i.Code)
	if l.script {
		says(t, p, "#code-note", said.good)
		if got := p.MustElement("#code").MustProperty("value").Str(); got != i.Code {
			t.Errorf("the groups are %q, want %q", got, i.Code)
		}
	}
	then(p, func() { p.Keyboard.MustType(input.Enter) })
	says(t, p, "h1", said.holds)
	narrow(t, p, "ticket")

	c := w.machine()
	file := filepath.Join(t.TempDir(), "request.lic")
	must(t, os.WriteFile(file, w.requestFile(c, i.Code), 0o600))
	p.MustElement("#file").MustSetFiles(file)
	then(p, func() { press(p, `form[action="/activate"] button`) })
	says(t, p, "h1", said.ready)
	narrow(t, p, "answer")
	shoot(t, p, "visit-answer-"+l.String())

	update := downloaded(t, p, func() { press(p, `form[action="/update"] button`) })
	if _, err := c.Install(update); err != nil || !c.Has("draw") {
		t.Fatalf("the download does not install: %v", err)
	}

	// The other language shows the same, although no address holds anything.
	other := map[text.Lang]text.Lang{text.EN: text.DE, text.DE: text.EN}[l.lang]
	then(p, func() { press(p, `nav button[lang]`) })
	says(t, p, "h1", sentences[other].ready)
}

// swap exchanges two different neighbors of a code.
func swap(code string) string {
	s := []byte(code)
	for i := 1; ; i++ {
		if s[i] != s[i-1] && s[i] != '-' && s[i-1] != '-' {
			s[i], s[i-1] = s[i-1], s[i]
			return string(s)
		}
	}
}

// TestBrowserAddress comes by a printed QR code: the code moves from the address
// into the field, and no request, referrer or address ever holds it. Over plain
// HTTP, too, where browsers say less about where a form comes from.
func TestBrowserAddress(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 5)
	p := tab(t, b, look{text.EN, 1280, false, true})
	var mu sync.Mutex
	var sent []string
	go p.EachEvent(func(e *proto.NetworkRequestWillBeSent) {
		mu.Lock()
		defer mu.Unlock()
		headers, _ := json.Marshal(e.Request.Headers)
		sent = append(sent, e.Request.URL+e.Request.URLFragment+" "+string(headers))
	})()
	must(t, proto.NetworkEnable{}.Call(p))
	base := strings.Replace(w.server.URL, "127.0.0.1", "depot.example", 1)
	open(p, base+"/#"+strings.ReplaceAll(i.Code, "-", "%2D"))
	says(t, p, "#code-note", "The code is complete")
	if at := p.MustInfo().URL; at != base+"/" {
		t.Errorf("the address bar shows %s", at)
	}
	then(p, func() { p.Keyboard.MustType(input.Enter) })
	says(t, p, "h1", "What your code holds")
	for _, button := range []string{`nav button[lang]`, `nav a`} {
		then(p, func() { press(p, button) })
	}
	history, err := p.GetNavigationHistory()
	must(t, err)
	mu.Lock()
	defer mu.Unlock()
	posts := 0
	for n, one := range sent {
		if strings.Contains(one, "/ticket") {
			posts++
		}
		if n > 0 && strings.Contains(one, i.Code[:11]) { // the first is the address that was typed in
			t.Errorf("sent: %s", one)
		}
	}
	if posts == 0 {
		t.Errorf("nothing was sent: %q", sent)
	}
	for _, e := range history.Entries {
		if strings.Contains(e.URL, i.Code[:5]) {
			t.Errorf("the history holds %s", e.URL)
		}
	}
	if strings.Contains(w.log.String(), i.Code[:11]) {
		t.Error("the log holds the code")
	}
}

// TestBrowserKeyboard uses no mouse: focus begins in the field, goes on in the
// order of the page, can be seen, and can skip the header.
func TestBrowserKeyboard(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	p := tab(t, b, look{text.EN, 1280, false, true})
	open(p, w.server.URL+"/")
	focus := func() string {
		return p.MustEval(`() => { const e = document.activeElement; return e.id || e.getAttribute("href") || e.textContent.trim() }`).Str()
	}
	order := []string{focus()}
	for range 5 {
		p.Keyboard.MustType(input.Tab)
		order = append(order, focus())
		if !p.MustEval(`() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" || s.boxShadow !== "none" }`).Bool() {
			t.Errorf("the focus on %q cannot be seen", order[len(order)-1])
		}
	}
	if got := strings.Join(order, " > "); got != "code > Show what it holds > /activate > /typed > /help#move > /help#lost" {
		t.Errorf("the order is %s", got)
	}
	open(p, w.server.URL+"/help")
	p.Keyboard.MustType(input.Tab)
	if got := focus(); got != "#content" {
		t.Errorf("the first stop is %q", got)
	}
	if left := p.MustEval(`() => document.activeElement.getBoundingClientRect().left`).Num(); left < 0 {
		t.Error("the link that skips the header cannot be seen")
	}
	p.Keyboard.MustType(input.Enter)
	p.Keyboard.MustType(input.Tab)
	if got := focus(); got != "#ticket" {
		t.Errorf("after skipping, the next stop is %q", got)
	}
}

// TestBrowserPrint prints a ticket: what it holds and where, without buttons.
func TestBrowserPrint(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 5)
	w.activate(i.Code)
	p := tab(t, b, look{text.EN, 1280, true, true})
	open(p, w.server.URL+"/")
	send(p, "/ticket", "code", i.Code)
	must(t, proto.EmulationSetEmulatedMedia{Media: "print"}.Call(p))
	seen := p.MustElement("body").MustText()
	for _, want := range []string{"Drawing Professional", "licet-activate activate", "https://depot.example"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the print lacks %q:\n%s", want, seen)
		}
	}
	for _, no := range []string{"Copy", "Free lost device", "Deutsch", "Hand in"} {
		if strings.Contains(seen, no) {
			t.Errorf("the print shows %q", no)
		}
	}
	if color := p.MustEval(`() => getComputedStyle(document.querySelector("h1")).color`).Str(); color != "rgb(0, 0, 0)" {
		t.Errorf("the print of a dark page is %s", color)
	}
	if os.Getenv("LICET_ARTIFACTS") != "" {
		must(t, os.WriteFile(filepath.Join(artifacts(t), "ticket.pdf"), p.MustPDF(), 0o644))
	}
}

// TestBrowserCheck holds the script's judgment of typed codes against package
// wire's: right ones, every kind of mistake, and random ones.
func TestBrowserCheck(t *testing.T) {
	b := newBrowser(t)
	w := newWorld(t)
	p := tab(t, b, look{text.EN, 1280, false, true})
	open(p, w.server.URL+"/")
	typed := typedCodes(t)
	raw := p.MustEval(`async (typed, src) => {
		const { check } = await import(src);
		return JSON.stringify(typed.map(check));
	}`, typed, *p.MustElement("script").MustAttribute("src")).Str()
	var judged []struct {
		Kind, Code, Symbol string
		Pos, Got, Want     int
	}
	must(t, json.Unmarshal([]byte(raw), &judged))
	kinds := map[string]int{}
	for i, s := range typed {
		got, want := judged[i], judgment(s)
		kinds[got.Kind]++
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: the script says %+v, wire says %+v", s, got, want)
		}
	}
	for _, kind := range []string{"", "length", "foreign", "check"} {
		if kinds[kind] < 20 {
			t.Errorf("%d of kind %q", kinds[kind], kind)
		}
	}
}

// judgment is what wire says about a typed code, in the script's words.
func judgment(s string) (out struct {
	Kind, Code, Symbol string
	Pos, Got, Want     int
},
) {
	_, _, prefix, err := wire.ParseCode(s)
	var e *wire.CodeError
	if errors.As(err, &e) {
		out.Kind = string(e.Kind)
		switch e.Kind {
		case wire.CodeForeign:
			out.Symbol, out.Pos = string(e.Symbol), e.Pos
		case wire.CodeLength:
			out.Got, out.Want = e.Got, e.Want
		}
		return out
	}
	if prefix == "" {
		c, _ := wire.ParseTicket(s)
		out.Code = c.String()
		return out
	}
	k, _ := wire.ParseKey(s)
	out.Code = k.String()
	return out
}

// typedCodes are codes as people may type them.
func typedCodes(t *testing.T) (out []string) {
	t.Helper()
	out = []string{"A", "ä", "-----", strings.Repeat("U", 25), strings.Repeat("x", 200), "O0o-Il1", "CADP-", "\u00a0 \u2013", strings.Repeat("é", 90)}
	for range 40 {
		ticket, err := wire.NewTicket(rand.Reader)
		must(t, err)
		for _, prefix := range []string{"AB", "IOLU", "CADPR", "ABCDEF"} {
			k, err := wire.NewKey(prefix, rand.Reader)
			must(t, err)
			s := k.String()
			out = append(out, s, strings.ToLower(strings.ReplaceAll(s, "-", " ")), strings.ReplaceAll(s, "-", ""), s[1:], s[:len(s)-1], swap(s))
		}
		s := ticket.String()
		var b [2]byte
		_, _ = rand.Read(b[:])
		at := int(b[0]) % len(s)
		out = append(out, s, strings.ToLower(s), strings.ReplaceAll(s, "0", "o"), strings.ReplaceAll(s, "1", "l"), swap(s),
			s[:at]+string(rune('!'+b[1]%90))+s[at+1:], s[:at]+s[at+1:], strings.ReplaceAll(s, "-", "\u2013"), s+"\n", "3"+s, s[:at]+"_"+s[at:])
	}
	return out
}
