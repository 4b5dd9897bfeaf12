package depot_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// typist is a machine on which everything is typed.
type typist struct {
	w    *world
	keys wire.ContainerKeys
	sign [32]byte
}

func (w *world) typist() *typist {
	w.t.Helper()
	seed := make([]byte, 32)
	_, _ = rand.Read(seed)
	key, err := wire.Ed25519Key(seed)
	must(w.t, err)
	m := &typist{w: w, sign: [32]byte(key.Public().Bytes)}
	m.keys, err = wire.TypedRequest{Sign: m.sign}.Keys()
	must(w.t, err)
	return m
}

// fields are the form as somebody fills it in from the machine's screen.
func (m *typist) fields(number int, code string, more ...string) []string {
	out := []string{"code", code}
	for i, g := range strings.Split(wire.TypedRequest{Sign: m.sign, Number: number}.String(), "\n") {
		out = append(out, fmt.Sprint("group", i+1), g)
	}
	return append(out, more...)
}

// groups are those that a page shows: of the license and of the key.
func (p *page) groups() (answer, key string) {
	p.t.Helper()
	var lists []string
	for _, ol := range p.all("ol", "class", "groups") {
		var lines []string
		for n := range ol.Descendants() {
			if n.Type == html.ElementNode && n.Data == "span" {
				lines = append(lines, n.FirstChild.Data)
			}
		}
		lists = append(lists, strings.Join(lines, "\n"))
	}
	if len(lists) != 2 {
		p.t.Fatalf("%d lists of groups: %s", len(lists), p.text())
	}
	return lists[0], lists[1]
}

// open types what a page shows on the machine.
func (m *typist) open(p *page, number int) *wire.License {
	m.w.t.Helper()
	answer, key := p.groups()
	pins := m.w.pins()
	pins.Keys = nil // as an older product's
	trust, err := wire.NewTrust(pins)
	must(m.w.t, err)
	must(m.w.t, trust.ExtendTyped(key))
	l, err := wire.OpenTyped(trust, answer, m.keys.Hash(), number)
	must(m.w.t, err)
	return l
}

// Two codes are typed at the depot, and the answer on the machine is the license.
func TestTyped(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi, year), 2)
	w.get("/", "Accept-Language", english).want(200, "Nothing can be carried: type codes").one("a", "href", "/typed")
	p := w.get("/typed", "Accept-Language", english).want(200, "Activate by typing codes", "Ticket or license key", "Group 4", "Only activating can be typed")
	for n := range 4 {
		field := p.one("input", "id", fmt.Sprint("group", n+1))
		if attr(field, "name") != attr(field, "id") || attr(field, "autocomplete") != "off" {
			t.Error("a field that browsers keep, or without a name")
		}
		p.one("label", "for", attr(field, "id"))
	}
	m := w.typist()
	p = w.post("/typed?lang=en", m.fields(7, i.Code)...).want(200, "Type this license code on the machine", "Drawing Professional", "until 11 Jan 2028",
		"groups, in this order", "code that ends in "+i.Code[len(i.Code)-5:], "The publisher's key", "fits that machine only")
	if l := m.open(p, 7); l.ID != i.Licenses[0].String() || !l.Has("draw") {
		t.Errorf("%+v", l)
	}
	if strings.Contains(p.text(), i.Code) {
		t.Error("the page to print shows the whole ticket")
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 2 in use")

	// The same again is the same, in whatever spelling and language, by key as well.
	w.now.Advance(2 * time.Hour)
	want, _ := p.groups()
	whole := strings.ToLower(strings.ReplaceAll(wire.TypedRequest{Sign: m.sign, Number: 7}.String(), "\n", " "))
	for _, again := range []*page{
		w.post("/typed?lang=de", m.fields(7, strings.ToLower(i.Code))...).want(200, "Tippen Sie diesen Lizenzcode auf dem Rechner ein", "Konstruktion Profi", "Der Schlüssel des Herstellers"),
		w.post("/typed", m.fields(7, i.Keys[0])...).want(200),
		w.post("/typed", "code", i.Code, "group1", whole, "group2", "", "group3", "", "group4", "").want(200),
	} {
		if got, _ := again.groups(); got != want {
			t.Error("another answer")
		}
	}
	if got, _ := w.post("/typed", m.fields(8, i.Code)...).want(200).groups(); got == want {
		t.Error("the same answer to another question")
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "1 of 2 in use")

	// From the page of a ticket, with the ticket filled in and nothing called wrong.
	p = w.post("/ticket?lang=en", "code", i.Code)
	p.one("form", "action", "/typed")
	p = w.post("/typed?lang=en", "code", i.Code).want(200, "Activate by typing codes").lacks(license.ErrCode.Code, "is empty")
	if attr(p.one("input", "id", "code"), "value") != i.Code {
		t.Error("the ticket is not filled in")
	}
}

// Each mistake is named with its group, in both languages, and what was typed stays.
func TestTypedTypos(t *testing.T) {
	w := newWorld(t)
	i := w.sell(item(catalog.Multi), 1)
	m := w.typist()
	good := m.fields(1, i.Code)
	set := func(name, value string) []string {
		out := append([]string{}, good...)
		for n := 0; n < len(out); n += 2 {
			if out[n] == name {
				out[n+1] = value
			}
		}
		return out
	}
	value := func(name string) string {
		for n := 0; n < len(good); n += 2 {
			if good[n] == name {
				return good[n+1]
			}
		}
		return ""
	}
	for name, c := range map[string]struct {
		fields []string
		bad    string // the field that is marked
		en, de string
	}{
		"short":   {set("group2", value("group2")[1:]), "group2", "Group 2 should have 15 characters; typed: 14", "Gruppe 2 müsste 15 Zeichen haben; eingegeben: 14"},
		"long":    {set("group4", value("group4")+"7"), "group4", "Group 4 should have 15 characters; typed: 16", "Gruppe 4 müsste 15 Zeichen haben; eingegeben: 16"},
		"empty":   {set("group3", " "), "group3", "Group 3 is empty", "Gruppe 3 ist leer"},
		"foreign": {set("group1", "?"+value("group1")[1:]), "group1", "“?”, the character at place 1 of group 1", "„?“, das Zeichen an Stelle 1 der Gruppe 1"},
		"letter":  {set("group1", "u"+value("group1")[1:]), "group1", "“u”, the character at place 1 of group 1", "„u“, das Zeichen an Stelle 1 der Gruppe 1"},
		"swapped": {set("group2", swap(value("group2"))), "group2", "typing error in group 2", "In Gruppe 2 ist ein Tippfehler"},
		"order":   {set("group2", value("group3")), "group2", "typing error in group 2: a character is wrong, two are swapped, or it belongs to another place", "oder sie gehört an eine andere Stelle"},
		"ticket":  {set("code", swap(i.Code)), "code", "There is a typing error: one character is wrong", "Hier ist ein Tippfehler"},
		"none":    {set("code", ""), "code", "Type the ticket or the license key into the field.", "Tragen Sie das Ticket"},
	} {
		p := w.post("/typed?lang=en", c.fields...).want(422, c.en).lacks("{")
		w.post("/typed?lang=de", c.fields...).want(422, c.de).lacks("{")
		for n := 0; n < len(c.fields); n += 2 {
			field := p.one("input", "id", c.fields[n])
			if got := attr(field, "value"); got != strings.TrimSpace(c.fields[n+1]) {
				t.Errorf("%s: %s is %q now", name, c.fields[n], got)
			}
			if invalid := attr(field, "aria-invalid") == "true"; invalid != (c.fields[n] == c.bad) {
				t.Errorf("%s: %s is marked: %v", name, c.fields[n], invalid)
			}
		}
	}
	// Several at once are all named.
	several := set("group1", "1")
	several[1], several[len(several)-1] = "", "22"
	w.post("/typed?lang=en", several...).want(422, "Type the ticket", "Group 1 should", "Group 4 should")

	// Groups that are right one by one, and no request together.
	other := strings.Split(wire.TypedRequest{Sign: w.typist().sign, Number: 1}.String(), "\n")
	p := w.post("/typed?lang=en", set("group3", other[2])...)
	p.want(422, license.ErrTypedRequest.Code, "but together they are none")
	w.post("/typed?lang=de", set("group3", other[2])...).want(422, "zusammen sind sie keiner")
	w.post("/ticket?lang=en", "code", i.Code).want(200, "0 of 1 in use")
}

// Whatever refuses, what was typed stays, and each refusal says what to do.
func TestTypedRefusals(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	m := w.typist()
	full, trial, blocked, spent := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Trial, func(s *catalog.Snapshot) { s.Model.Trial.OncePerDevice = true }), 1),
		w.sell(item(catalog.Multi), 1), w.sell(item(catalog.SingleUse), 1)
	changing := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
		s.Number, s.ArticleNumber, s.ArticleID, s.Kind, s.Targets = "RENDER", "RENDER", catalog.ArticleID{1: 2}, catalog.AddOn, []string{"CAD-PRO-1"}
	}), 1)
	large := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
		for n := range 40 {
			s.Features = append(s.Features, fmt.Sprint(strings.Repeat("f", 20), n))
		}
	}), 1)
	hard := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Hardware} }), 1)
	w.activate(full.Code)
	w.activate(spent.Code)
	_, err := w.BlockTicket(ctx, w.a.All(), blocked.Ticket)
	must(t, err)
	foreign := w.sell(item(catalog.Multi), 1, w.b)
	w.site = depot.Site{Publisher: w.a.Publisher}
	for name, c := range map[string]struct {
		code   string
		status int
		fault  string
		en, de string
	}{
		"full":    {full.Code, 409, license.ErrNoSeat.Code, "in use: 1 of 1", "1 von 1"},
		"spent":   {spent.Code, 409, license.ErrUsedUp.Code, "There is no license code for this right now", "Dafür gibt es im Moment keinen Lizenzcode"},
		"trial":   {trial.Code, 409, license.ErrNotTyped.Code, "This license cannot be typed", "Diese Lizenz lässt sich nicht abtippen"},
		"add-on":  {changing.Code, 409, license.ErrNotTyped.Code, "or changes a license that is there already", "oder ändert eine Lizenz, die schon dort ist"},
		"large":   {large.Code, 409, license.ErrNotTyped.Code, "more than a typed answer can carry", "mehr, als eine getippte Antwort tragen kann"},
		"blocked": {blocked.Code, 409, license.ErrTicketBlocked.Code, "blocked", "gesperrt"},
		"kind":    {hard.Code, 409, license.ErrContainerKind.Code, "There is no license code", "keinen Lizenzcode"},
		"unknown": {unknownCode(t), 404, license.ErrUnknownCode.Code, "This code is not known here", "hier nicht bekannt"},
		"foreign": {foreign.Code, 404, license.ErrUnknownCode.Code, "This code is not known here", "hier nicht bekannt"},
	} {
		fields := m.fields(1, c.code)
		p := w.post("/typed?lang=en", fields...)
		if p.status != c.status {
			t.Errorf("%s: status %d: %s", name, p.status, p.text())
			continue
		}
		p.want(c.status, c.fault, c.en).lacks("{")
		w.post("/typed?lang=de", fields...).want(c.status, c.de).lacks("{")
		for n := 0; n < len(fields); n += 2 {
			if got := attr(p.one("input", "id", fields[n]), "value"); got != fields[n+1] {
				t.Errorf("%s: %s is %q now", name, fields[n], got)
			}
		}
	}
	if len(w.pauses) != 4 || w.pauses[0] != w.pauses[3] {
		t.Errorf("unknown and foreign codes were held back by %v", w.pauses)
	}
	answer := func(code string) string {
		return strings.ReplaceAll(w.post("/typed?lang=en", m.fields(1, code)...).want(404).body, code, "CODE")
	}
	if answer(foreign.Code) != answer(unknownCode(t)) {
		t.Error("a foreign code is answered otherwise")
	}
	w.post("/typed?lang=en", m.fields(1, full.Code, "license", "7")...).want(404, license.ErrNotWanted.Code)
	w.post("/typed?lang=en", m.fields(1, full.Code, "license", spent.Licenses[0].String())...).want(404, license.ErrNotWanted.Code)

	// A blocked machine, and too many wrong codes.
	good := w.sell(item(catalog.Multi), 1)
	m.open(w.post("/typed", m.fields(1, good.Code)...).want(200), 1)
	raw, err := base64.RawURLEncoding.DecodeString(m.keys.Hash())
	must(t, err)
	_, err = w.Decide(ctx, w.a.All(), license.ContainerID(raw[:16]), license.Block)
	must(t, err)
	w.post("/typed?lang=en", m.fields(2, good.Code)...).want(409, license.ErrContainerBlocked.Code)
	for range 30 {
		w.post("/typed", m.fields(1, unknownCode(t))...)
	}
	p := w.post("/typed?lang=en", m.fields(1, good.Code)...).want(429, license.ErrTooManyTries.Code, "Wait ")
	if p.header.Get("Retry-After") == "" || attr(p.one("input", "id", "code"), "value") != good.Code {
		t.Error("no Retry-After, or what was typed is gone")
	}
	must(t, w.d.Close())
	p = w.post("/typed?lang=de", m.fields(1, good.Code)...).want(503, "Versuchen Sie es")
	if attr(p.one("input", "id", "group4"), "value") == "" {
		t.Error("what was typed is gone")
	}
}

var qOnto = db.SQL("test.onto_ticket", `UPDATE license SET ticket_id = ? WHERE publisher_id = ? AND id = ?`)

// Of several licenses one is chosen, and one that is on the machine already can be
// had again.
func TestTypedChoice(t *testing.T) {
	w := newWorld(t)
	i, more := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Reusable, year), 1)
	must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(qOnto, i.Ticket, w.a.Publisher, more.Licenses[0])
		return err
	}))
	m := w.typist()
	p := w.post("/typed?lang=en", m.fields(1, i.Code)...).want(200, "Your code holds several licenses", "for several devices", "Get the license code")
	if n := len(p.all("input", "type", "radio")); n != 2 {
		t.Fatalf("%d licenses to choose from", n)
	}
	first := w.post("/typed?lang=en", m.fields(1, i.Code, "license", i.Licenses[0].String())...).want(200, "no end")
	if m.open(first, 1).ID != i.Licenses[0].String() {
		t.Error("another license")
	}
	// One is in use now; still it is asked which, and the other one is proposed.
	p = w.post("/typed?lang=de", m.fields(1, i.Code)...).want(200, "Welche bekommt der Rechner?", "Alle Plätze belegt")
	for _, n := range p.all("input", "type", "radio") {
		if checked := strings.Contains(attrs(n), "checked"); checked != (attr(n, "value") == more.Licenses[0].String()) {
			t.Errorf("%s is proposed: %v", attr(n, "value"), checked)
		}
	}
	again := w.post("/typed?lang=de", m.fields(1, i.Code, "license", i.Licenses[0].String())...).want(200)
	if a, _ := first.groups(); a == "" {
		t.Fatal()
	} else if b, _ := again.groups(); a != b {
		t.Error("another answer")
	}
	second := w.post("/typed?lang=en", m.fields(2, i.Code, "license", more.Licenses[0].String())...).want(200, "until 11 Jan 2028")
	if m.open(second, 2).ID != more.Licenses[0].String() {
		t.Error("another license")
	}
	// A refusal keeps the choice.
	other := w.typist()
	p = w.post("/typed?lang=en", other.fields(1, i.Code, "license", i.Licenses[0].String())...).want(409, license.ErrNoSeat.Code, "The machine gets")
	for _, n := range p.all("input", "type", "radio") {
		if checked := strings.Contains(attrs(n), "checked"); checked != (attr(n, "value") == i.Licenses[0].String()) {
			t.Errorf("%s is chosen: %v", attr(n, "value"), checked)
		}
	}
}

// attrs are the names of an element's attributes.
func attrs(n *html.Node) string {
	var out []string
	for _, a := range n.Attr {
		out = append(out, a.Key)
	}
	return strings.Join(out, " ")
}
