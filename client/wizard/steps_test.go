package wizard_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// preview types a code and goes on to what it holds.
func (v *visitor) preview(code string) *seen {
	v.t.Helper()
	return v.post("activate", "code", code)
}

// activate goes all the way.
func (v *visitor) activate(code string) *seen {
	v.t.Helper()
	return v.post("step", "s", v.preview(code).step(), "how", "online")
}

// TestActivate: a typing error is named beside its field and nothing is sent; what
// the code holds is shown before a seat is taken; the license is shown after.
func TestActivate(t *testing.T) {
	w := newWorld(t)
	code := w.sell(func(o *clienttest.Offer) { o.Seats = 3 })
	v := w.enter()
	v.get("").want(200, "Your licenses on this machine", "There is no license here yet", "About this machine", "Zeichenwerk CAD")
	v.post("activate", "code", code[:5]).want(200, "This code should have 25 characters; typed: 5", `<a href="#code">`, `aria-invalid="true"`, `value="`+code[:5]+`"`, "code.length")
	v.post("activate", "code", "").want(200, "Type a ticket or license key", "wizard.no_code")
	v.preview(clienttest.Ticket()).want(200, "license.unknown_code")
	p := v.preview(strings.ToLower(strings.ReplaceAll(code, "-", " "))).want(200, "Activate on this machine?", "CAD-PRO", "3 of 3 free", "2027-11-21", "takes a seat")
	if w.server.Used(clienttest.ID(1)) != 0 || len(w.server.Heard()) != 0 {
		t.Fatal("looking took a seat")
	}
	done := v.post("step", "s", p.step(), "how", "online").want(200, "Done", "This is on the machine now", "valid until 2027-11-21", "draw, render", "parts: 500")
	v.get("").want(200, "CAD-PRO", "valid until 2027-11-21", "ends in "+code[len(code)-5:], "in the license container of this machine")
	v.post("step", "s", p.step(), "how", "online").want(200, "This is on the machine now") // once more
	v.get(done.at.String()+"&lang=de").want(200, "Erledigt", "gültig bis 21.11.2027", "Zeichenwerk CAD", `lang="de"`)
	v.get("").want(200, "Ihre Lizenzen auf diesem Rechner") // it is remembered
	if used := w.server.Used(clienttest.ID(1)); used != 1 || !w.open().Has("draw") {
		t.Errorf("%d seats are used", used)
	}
	if strings.Contains(done.at.String()+p.at.String(), code[:5]) {
		t.Error("the code stands in an address")
	}
}

// TestActivateChoice: of several licenses some are chosen, and how much of them.
func TestActivateChoice(t *testing.T) {
	w := newWorld(t)
	one := &clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Article: "CAD-PRO"}
	two := &clienttest.Offer{ID: clienttest.ID(2), Product: "cad", Article: "CAD-LIB", Seats: 5}
	code := w.server.Sell(one, two)
	v := w.enter()
	p := v.preview(code).want(200, "CAD-PRO", "CAD-LIB", `type="checkbox"`)
	v.post("step", "s", p.step(), "how", "online").want(200, "Choose at least one license")
	v.post("step", "s", p.step(), "how", "online", "license", two.ID, "quantity", "3").want(200, "CAD-LIB", "Quantity", "<dd>3</dd>").wantNot("CAD-PRO")
	v.preview(code).want(200, "More choices").wantNot("Which license here")
	v.post("step", "s", v.preview(code).step(), "how", "online", "license", one.ID).want(200, "CAD-PRO")
	v.preview(code).want(200, "Which license here an upgrade")
}

// TestPairing: a pairing code goes where the ticket goes, and asks nothing more.
func TestPairing(t *testing.T) {
	w := newWorld(t)
	pairing := w.server.Pair(w.sell())
	v := w.enter()
	v.post("activate", "code", pairing).want(200, "Done", "CAD-PRO")
	v.post("lost", "code", pairing).want(200, "This is a pairing code")
	v.post("offline", "for", "activate", "code", pairing).want(200, "This is a pairing code")
}

// TestOnce: however often and however fast a step is asked for, it is carried out
// once.
func TestOnce(t *testing.T) {
	w := newWorld(t)
	code := w.sell(func(o *clienttest.Offer) { o.Seats = 9 })
	v := w.enter()
	id := v.preview(code).step()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { v.post("step", "s", id, "how", "online").want(200, "This is on the machine now") })
	}
	all.Wait()
	requests := 0
	for _, h := range w.server.Heard() {
		if h.Type == wire.TypeRequest {
			requests++
		}
	}
	if requests != 1 || w.server.Used(clienttest.ID(1)) != 1 {
		t.Errorf("%d requests, %d seats", requests, w.server.Used(clienttest.ID(1)))
	}
	refresh := regexp.MustCompile(`name="s" value="([^"]+)"`).FindStringSubmatch(v.get("").body)[1]
	for range 3 {
		v.post("step", "s", refresh, "kind", "refresh").want(200, "This is on the machine now")
	}
	if n := len(w.server.Heard()); n != 4 { // activation and refresh with their receipts
		t.Errorf("%d messages", n)
	}
}

// TestReturnAndMove: what happens is said first; then the license is gone and its
// seat is free.
func TestReturnAndMove(t *testing.T) {
	for how, said := range map[string]string{"return": "Return CAD-PRO?", "move": "Move CAD-PRO to another machine?"} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t)
			code := w.sell()
			v := w.enter()
			v.activate(code)
			p := v.post("begin", "kind", how, "license", clienttest.ID(1)).want(200, said, "stops working on this machine at once", "ends in "+code[len(code)-5:])
			if w.server.Used(clienttest.ID(1)) != 1 {
				t.Fatal("asking returned it")
			}
			for range 2 {
				v.post("step", "s", p.step(), "how", "online").want(200, "CAD-PRO is returned, and its seat is free", "ends in "+code[len(code)-5:])
			}
			if w.server.Used(clienttest.ID(1)) != 0 || len(w.open().Licenses()) != 0 {
				t.Error("it is still here")
			}
			v.post("begin", "kind", how, "license", clienttest.ID(1)).want(200, "client.not_held")
		})
	}
}

// file writes what waits into a file: as the page gives it, and as its pictures.
func (v *visitor) file(p *seen) []byte {
	v.t.Helper()
	m := regexp.MustCompile(`href="([^"]*/file\?s=[^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		v.t.Fatalf("there is no file\n%.2000s", p.body)
	}
	origin := v.base[:strings.LastIndex(v.base, "/")]
	f := v.get(origin + m[1]).want(200)
	if d := f.header.Get("Content-Disposition"); d != `attachment; filename="license-request.txt"` {
		v.t.Error(d)
	}
	return []byte(f.body)
}

// TestOffline: the request goes as a file, and the answer comes as a file, as its
// text, and as pictures; a return goes the same way.
func TestOffline(t *testing.T) {
	carriers := map[string]func(v *visitor, answer []byte) *seen{
		"file": func(v *visitor, answer []byte) *seen { return v.upload("", answer) },
		"text": func(v *visitor, answer []byte) *seen { return v.upload(string(answer)) },
		"pictures": func(v *visitor, answer []byte) *seen {
			f, err := wire.ParseLines(answer)
			must(v.t, err)
			codes, err := qr.Encode(f, qr.Screen)
			must(v.t, err)
			var pictures [][]byte
			for _, c := range codes {
				var b bytes.Buffer
				must(v.t, c.PNG(&b, 4))
				pictures = append(pictures, b.Bytes())
			}
			if len(pictures) > 1 {
				v.upload("", pictures[0]).want(200, "Codes are missing")
			}
			return v.upload("", pictures...)
		},
	}
	for name, carry := range carriers {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			code := w.sell()
			v := w.enter()
			v.get("offline").want(200, "Without internet", "Write a request", "Load the answer").wantNot("no code needed")
			v.post("offline", "for", "activate", "code", code[:9]).want(200, "code.length", `aria-invalid="true"`)
			p := v.post("offline", "for", "activate", "code", code).want(200, "Your request is ready", "QR code 1 of 1", "<svg")
			v.get("").want(200, "Waiting for an answer", "the activation of the code that ends in "+code[len(code)-5:])
			answer, err := w.server.Depot(v.file(p))
			must(t, err)
			carry(v, answer).want(200, "This is on the machine now", "CAD-PRO")
			carry(v, answer).want(200, "All of it was installed before")
			v.get("").wantNot("Waiting for an answer")

			step := v.post("begin", "kind", "return", "license", clienttest.ID(1)).step()
			p = v.post("step", "s", step, "how", "file").want(200, "CAD-PRO is gone from this machine")
			answer, err = w.server.Depot(v.file(p))
			must(t, err)
			carry(v, answer).want(200, "Returned: "+clienttest.ID(1))
			if w.server.Used(clienttest.ID(1)) != 0 {
				t.Error("its seat is not free")
			}
		})
	}
}

// TestAnswersThatAreNone: what is no answer is named, and nothing changes.
func TestAnswersThatAreNone(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.upload("").want(200, "Choose the answer file or its photographs")
	v.upload("hello").want(200, "client.nothing", "Try with another file")
	v.upload("", []byte("\x89PNG\r\n\x1a\nbroken")).want(200, "wizard.picture")
	v.upload("", logo(t, 200)).want(200, "No QR code was found")
	w.elsewhere(w.sell(), "beta")
	foreign := w.pub.File(clienttest.Sign(clienttest.New("other").Issuing, clienttest.New("other").License(clienttest.ID(9), "cad")))
	v.upload("", foreign).want(200, "That did not work", "wire.")
	v.post("offline", "for", "fly", "code", clienttest.Ticket()).want(200, "The form did not arrive whole")
	v.post("offline", "for", "refresh").want(200, "client.empty")
}

// TestLost: the allowance is shown before it is drawn from; a device is freed, a
// license restored; a used up allowance bars both and says so.
func TestLost(t *testing.T) {
	w := newWorld(t)
	code := w.sell(func(o *clienttest.Offer) { o.Seats = 3 })
	w.elsewhere(code, "beta", "gamma", "delta")
	v := w.enter()
	v.get("lost").want(200, "A device with a license is lost")
	v.post("lost", "code", "1234").want(200, "code.length")
	v.preview(code).want(200, "license.no_seat", "Show the devices")
	found := v.post("lost", "code", code).want(200, "What the code holds", "0 of 3 free", "Restore allowance: 2 of 2 left", "Device 3: Linux", "was set up anew")
	device := found.field("device")
	free := v.post("begin", "kind", "free", "s", found.step(), "device", device, "license", clienttest.ID(1)).
		want(200, "Free this device?", "Afterwards 1 of 2 of the restore allowance are left", "It cannot be undone")
	if w.server.Used(clienttest.ID(1)) != 3 {
		t.Fatal("asking freed it")
	}
	for range 2 {
		v.post("step", "s", free.step()).want(200, "The device is freed", "1 of 3 seats are free", "1 of 2 left", "Activate on this machine")
	}
	found = v.post("lost", "code", code).want(200, "1 of 3 free")
	restore := v.post("begin", "kind", "restore", "s", found.step(), "device", found.field("device"), "license", clienttest.ID(1)).
		want(200, "Restore on this machine?", "Restore allowance: 1 of 2 left", "Afterwards 0 of 2")
	v.post("step", "s", restore.step(), "how", "online").want(200, "This is on the machine now", "CAD-PRO")
	barred := v.post("lost", "code", code).want(200, "license.restore_wait").wantNot("Free …")
	v.post("begin", "kind", "restore", "s", barred.step(), "license", clienttest.ID(1)).want(200, "If the publisher recognizes this machine")
	v.post("begin", "kind", "free", "s", barred.step(), "device", "none", "license", clienttest.ID(1)).want(200, "too old")
	v.post("begin", "kind", "free", "s", "none").want(200, "A device with a license is lost")
	v.post("begin", "kind", "restore", "s", "none").want(200, "A device with a license is lost")
	if w.server.Used(clienttest.ID(1)) != 2 {
		t.Errorf("%d seats", w.server.Used(clienttest.ID(1)))
	}
}

// TestUnreached: without the server nothing is lost: what was asked for waits, is
// shown by the next wizard, too, and is sent or carried then.
func TestUnreached(t *testing.T) {
	w := newWorld(t)
	code := w.sell()
	v := w.enter()
	down := func(n int) {
		for range n {
			w.server.Expect(clienttest.LoseAsked)
		}
	}
	down(2)
	p := v.preview(code).want(200, "The server was not reached", "As a file or QR code")
	down(2)
	v.post("step", "s", p.step(), "how", "online").want(200, "client.offline", "Waiting for an answer", "Send now")
	w.stop() // somebody kills the program
	<-w.ended
	if _, err := v.http.Get(v.base + "/"); err == nil {
		t.Fatal("it still answers")
	}
	v = w.enter()
	start := v.get("").want(200, "Waiting for an answer", "the activation of the code that ends in "+code[len(code)-5:])
	v.post("step", "s", start.field("s"), "kind", "send").want(200, "This is on the machine now", "CAD-PRO")
	if w.server.Used(clienttest.ID(1)) != 1 {
		t.Error("not one seat")
	}
	down(2)
	step := v.post("begin", "kind", "return", "license", clienttest.ID(1)).step()
	v.post("step", "s", step, "how", "online").want(200, "client.offline", "CAD-PRO is gone from this machine")
	v.post("step", "s", step, "how", "online").want(200, "is returned, and its seat is free") // once more sends it
	if w.server.Used(clienttest.ID(1)) != 0 {
		t.Error("its seat is not free")
	}
}

// TestForget gives up a request that will never be handed in.
func TestForget(t *testing.T) {
	w := newWorld(t)
	v := w.enter()
	v.post("offline", "for", "activate", "code", w.sell()).want(200, "Your request is ready")
	start := v.get("").want(200, "Forget requests")
	again := v.post("step", "s", start.field("s")+"x", "kind", "file").want(200, "Your request is ready")
	if len(v.file(again)) == 0 {
		t.Error("the file is empty")
	}
	p := v.post("begin", "kind", "forget").want(200, "Forget the requests that wait?")
	v.post("step", "s", p.step()).want(200, "The requests are forgotten")
	v.get("").wantNot("Waiting for an answer")
}

// TestTyped: the request is shown, a mistake is named with its group, and the
// answer is taken; a key that is younger than the program is learned.
func TestTyped(t *testing.T) {
	for _, young := range []bool{false, true} {
		w := newWorld(t)
		if !young {
			w.pub.Ships = true
			w.cfg.Pins = w.pub.Pins()
		}
		code := w.sell(func(o *clienttest.Offer) { o.Limits = nil })
		v := w.enter()
		v.get("typed").want(200, "Show the request code")
		p := v.post("typed-request").want(200, "Type this on the publisher", "Group 12")
		v.get("").want(200, "A request code waits")
		groups := regexp.MustCompile(`translate="no">([^<]+)<`).FindAllStringSubmatch(p.body, -1)
		var request []string
		for _, g := range groups {
			request = append(request, g[1])
		}
		answer, key, no := w.server.Typed(strings.Join(request, "\n"), code)
		if no != nil {
			t.Fatal(no)
		}
		fields := typedFields("a", answer)
		v.post("typed").want(200, "Type the groups that the publisher")
		v.post("typed", fields[:len(fields)-2]...).want(200, "The code goes on with group")
		wrong := append([]string{}, fields...)
		wrong[3] = "12345" + wrong[3][5:]
		v.post("typed", wrong...).want(200, `<a href="#a2">`, `id="a2-problem"`, fields[1])
		v.post("typed", fields[2:]...).want(200, "Group 1 is missing")
		if young {
			v.post("typed", fields...).want(200, "The publisher&#39;s key", `name="k13"`, fields[1])
			fields = append(fields, typedFields("k", key)...)
		}
		v.post("typed", fields...).want(200, "This is on the machine now", "typed; the next contact brings the whole license")
		if !w.open().Has("draw") || w.server.Used(clienttest.ID(1)) != 1 {
			t.Error("it does not run")
		}
		v.get("typed").want(200, "Show the request code")
		v.post("typed-request").want(200, "Group 12")
		give := v.post("begin", "kind", "untype").want(200, "Give the request code up?")
		v.post("step", "s", give.step()).want(200, "The request code is given up")
		v.get("typed").want(200, "Show the request code")
	}
}

// typedFields are the groups of a code as fields.
func typedFields(name, code string) (out []string) {
	for i, g := range strings.Split(strings.TrimSpace(code), "\n") {
		out = append(out, fmt.Sprint(name, i+1), g)
	}
	return out
}

// TestBorrow: a place of a floating license is borrowed, kept longer, and returned.
func TestBorrow(t *testing.T) {
	w := newWorld(t)
	code := w.sell(func(o *clienttest.Offer) { o.Lends, o.Seats = true, 5 })
	v := w.enter()
	p := v.preview(code).want(200, "This is a floating license", "Or borrow one", `type="date"`, "Borrow now")
	v.post("step", "s", p.step(), "how", "online", "until", "soon").want(200, "wizard.until")
	v.post("step", "s", p.step(), "how", "online", "until", "2026-11-24").want(200, "valid until 2026-11-24", "borrowed: it ends by itself", "Keep longer").wantNot("Move …")
	keep := v.post("begin", "kind", "keep", "license", clienttest.ID(1)).want(200, "Keep CAD-PRO longer?")
	v.post("step", "s", keep.step(), "how", "online", "until", "2026-11-27").want(200, "valid until 2026-11-27")
	back := v.post("begin", "kind", "return", "license", clienttest.ID(1))
	v.post("step", "s", back.step(), "how", "online").want(200, "is returned")
	if w.server.Used(clienttest.ID(1)) != 0 {
		t.Error("its place is not free")
	}
}

// TestAside: a damaged container and one from another machine are named, and a new
// one begins beside them.
func TestAside(t *testing.T) {
	for name, spoil := range map[string]func(w *world){
		"damaged": func(w *world) { spoilFiles(w) },
		"copied":  func(w *world) { w.cfg.Machine = clienttest.Machine("other") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			code := w.sell(func(o *clienttest.Offer) { o.Seats = 2 })
			w.enter().activate(code)
			w.stop()
			<-w.ended
			spoil(w)
			v := w.enter()
			v.get("").want(200, "Begin anew here")
			refused := v.preview(code)
			refused.wantNot("Activate now")
			p := v.post("begin", "kind", "aside").want(200, "nothing is deleted")
			v.post("step", "s", p.step()).want(200, "Set aside:", "container.json.old-1")
			v.get("").want(200, "There is no license here yet").wantNot("Begin anew")
			v.activate(code).want(200, "This is on the machine now")
		})
	}
}

// TestEmbedded: a program's own container sees at once what was done, and is the
// same after it was set aside.
func TestEmbedded(t *testing.T) {
	w := newWorld(t)
	code := w.sell()
	c := w.open()
	v := w.enter(wizard.Options{Container: c, Language: "de"})
	v.get("").want(200, "Ihre Lizenzen auf diesem Rechner", "acme")
	v.activate(code)
	if !c.Has("draw") {
		t.Error("the program does not see it")
	}
	p := v.post("begin", "kind", "aside")
	v.post("step", "s", p.step()).want(200, "Beiseite gelegt")
	if c.Has("draw") || len(c.Licenses()) != 0 {
		t.Error("it is still there")
	}
	w.server.Recall(clienttest.ID(1))
}

// TestNews: what the publisher has done meanwhile is said.
func TestNews(t *testing.T) {
	w := newWorld(t)
	code, other := w.sell(), w.sell()
	v := w.enter()
	v.activate(code)
	v.activate(other)
	w.server.Block(clienttest.ID(1), true)
	w.server.Recall(clienttest.ID(2))
	refresh := func() *seen { return v.post("step", "s", v.get("").field("s"), "kind", "refresh") }
	refresh().want(200, "The publisher has blocked: "+clienttest.ID(1), "The publisher has taken back: "+clienttest.ID(2))
	v.get("").want(200, "blocked by the publisher")
	w.server.Expect(clienttest.Limited)
	refresh().want(200, "license.too_many_tries", "Try again in 60 seconds")
	v.get("done?s=none").want(200, "This page is too old")
	v.get("step?s=none").want(200, "This page is too old")
	v.get("file?s=none").want(200, "This page is too old")
	v.post("step", "s", "none").want(200, "This page is too old")
	v.post("begin", "kind", "fly").want(200, "The form did not arrive whole")
	id := v.preview(w.sell()).step()
	v.get("done?s="+id).want(200, "Activate on this machine?") // it was not carried out
	v.get("file?s="+id).want(404, "This page is too old")
}
