package wizard

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// start shows what there is: licenses, what waits, the machine.
func (w *Wizard) start(v *view) page {
	c, err := w.container()
	if c == nil || beyondUse(err) {
		return page{title: "page.start", body: all(v.e("h1", "start.title"), v.broken(err))}
	}
	s := c.Status()
	var body markup
	body += v.e("h1", "start.title")
	if err != nil {
		body += el("section", attrs{"class", "refusal", "role", "alert"}, v.why(err))
	}
	body += v.copied(s.Licenses)
	body += v.waiting(s)
	if len(s.Licenses) == 0 && len(w.seatsNow()) == 0 {
		body += all(
			v.e("p", "start.none"),
			el("p", nil, el("a", attrs{"class", "button", "href", v.at("activate")}, esc(v.t("page.activate")))),
		)
	}
	body += v.seatCards()
	body += each(s.Licenses, v.license)
	if s.Container != "" {
		body += el("section", attrs{"class", "card"},
			v.e("h2", "start.refresh"), el("p", nil, esc(v.contact(s))),
			v.form("step", []string{"s", rand.Text(), "kind", string(toRefresh)}, v.button("start.refresh_button", "outline")))
	}
	body += v.news(c)
	body += v.surroundings(s)
	return page{title: "page.start", body: body}
}

// broken says why there is no container, and offers to begin anew where that
// helps.
func (v *view) broken(err error) markup {
	out := el("section", attrs{"class", "refusal", "role", "alert"}, v.why(err))
	if beyondUse(err) {
		out += v.anew()
	}
	return out
}

// beyondUse reports whether only a new container helps.
func beyondUse(err error) bool {
	return errors.Is(err, client.ErrDamaged) || errors.Is(err, client.ErrNoKeys)
}

// copied says that the licenses here are another machine's.
func (v *view) copied(licenses []client.License) markup {
	if _, yes := foreign(licenses); !yes {
		return ""
	}
	return all(el("section", attrs{"class", "refusal", "role", "alert"}, v.e("p", "start.copied")), v.anew())
}

// foreign finds a license that another machine's container holds.
func foreign(licenses []client.License) (client.License, bool) {
	for _, l := range licenses {
		if l.State == client.OtherMachine {
			return l, true
		}
	}
	return client.License{}, false
}

func (v *view) anew() markup {
	return v.form("begin", []string{"kind", string(toAside)}, v.button("start.aside", "outline"))
}

// title is how a license is called to people.
func title(l client.License) string {
	for _, s := range []string{l.Article, l.Product} {
		if s != "" {
			return s
		}
	}
	return l.ID
}

// shade is the class of the color in which a license's state is written.
func shade(l client.License) string {
	switch {
	case !l.Runs:
		return "bad"
	case l.State == client.Valid:
		return "good"
	}
	return "warn"
}

// license is the card of a license, with what can be done with it.
func (v *view) license(l client.License) markup {
	acts := markup("")
	if l.Bound {
		first, key := toMove, "license.move"
		if l.Lent {
			first, key = toKeep, "license.keep"
		}
		acts = el("div", attrs{"class", "actions"},
			v.form("begin", []string{"kind", string(first), "license", l.ID}, v.named(key, title(l))),
			v.form("begin", []string{"kind", string(toReturn), "license", l.ID}, v.named("license.return", title(l))))
	}
	return el("article", attrs{"class", "card"},
		el("header", nil, el("h2", nil, esc(title(l))), el("p", attrs{"class", "state " + shade(l)}, esc(client.Describe(v.lang, l)))),
		el("dl", nil, v.facts(l)), acts)
}

// named is a quiet button whose label names what it is about, for whoever hears
// the labels one after another.
func (v *view) named(key, what string) markup {
	return el("button", attrs{"type", "submit", "class", "outline small", "aria-label", v.t(key) + ": " + what}, esc(v.t(key)))
}

// facts are what a license says.
func (v *view) facts(l client.License) markup {
	var out markup
	fact := func(key, value string) {
		if value != "" {
			out += all(v.e("dt", key), el("dd", nil, esc(value)))
		}
	}
	if l.Product != title(l) {
		fact("license.product", l.Product)
	}
	if l.Quantity > 1 {
		fact("license.quantity", strconv.FormatInt(l.Quantity, 10))
	}
	features := strings.Join(l.Features, ", ")
	if slices.Contains(l.Features, wire.AllFeatures) {
		features = v.t("license.all_features")
	}
	fact("license.features", features)
	for _, name := range slices.Sorted(maps.Keys(l.Limits)) {
		if name != l.Unit {
			fact("license.limit", fmt.Sprintf("%s: %d", name, l.Limits[name]))
		}
	}
	if l.Unit != "" {
		fact("license.units", v.t("license.units_left", "name", l.Unit, "left", strconv.FormatInt(max(0, l.Drawn-l.Spent), 10), "drawn", strconv.FormatInt(l.Drawn, 10)))
	}
	fact("license.maintenance", v.lastDay(l))
	fact("license.contact", v.day(l.NextContact))
	switch {
	case l.Lent:
		fact("license.where", v.t("license.lent"))
	case l.Bound:
		fact("license.where", v.t("license.here"))
	default:
		fact("license.where", v.t("license.anywhere"))
	}
	if l.Typed {
		fact("license.typed_name", v.t("license.typed"))
	}
	if l.CodeHint != "" {
		fact("license.code", v.t("license.code_hint", "hint", l.CodeHint))
	}
	fact("license.id", l.ID)
	return out
}

// lastDay is the last day of a license's maintenance, as client.Describe says
// days.
func (v *view) lastDay(l client.License) string {
	if l.Maintenance.IsZero() {
		return ""
	}
	return v.day(l.Maintenance.Add(-halfDay))
}

// waiting is the card of what waits for an answer.
func (v *view) waiting(s client.Status) markup {
	var lines []markup
	requests := false
	for _, m := range s.Waiting {
		if m.Type == wire.TypeReceipt {
			continue // it goes with the next contact, and nobody misses it
		}
		requests = requests || m.Type == wire.TypeRequest
		lines = append(lines, el("li", nil, esc(v.t("waiting.since", "what", v.what(m), "day", v.day(m.Made)))))
	}
	var typed markup
	if len(s.Typed.Groups) > 0 {
		typed = el("p", nil, el("a", attrs{"href", v.at("typed")}, esc(v.t("waiting.typed", "day", v.day(s.Typed.Made)))))
	}
	if len(lines) == 0 {
		return typed
	}
	acts := all(
		v.form("step", []string{"s", rand.Text(), "kind", string(toSend)}, v.button("waiting.send", "")),
		v.form("step", []string{"s", rand.Text(), "kind", string(toFile)}, v.button("waiting.file", "outline")),
	)
	if requests {
		acts += v.form("begin", []string{"kind", string(toForget)}, v.button("waiting.forget", "outline"))
	}
	return el("section", attrs{"class", "card waits"}, v.e("h2", "waiting.title"), v.e("p", "waiting.text"),
		el("ul", nil, lines...), el("div", attrs{"class", "actions"}, acts), typed)
}

// what names a message that waits.
func (v *view) what(m client.Message) string {
	key := "what." + string(m.Action)
	switch {
	case m.Type == wire.TypeReturn:
		return v.t("what.return", "license", m.LicenseID)
	case m.CodeHint != "":
		return v.t(key+"_code", "hint", m.CodeHint)
	}
	return v.t(key)
}

// contact says when the server was heard of, and when it is to be heard again.
func (v *view) contact(s client.Status) string {
	var parts []string
	if !s.Contact.IsZero() {
		parts = append(parts, v.t("start.contact", "day", v.day(s.Contact)))
	}
	if !s.ContactDue.IsZero() {
		parts = append(parts, v.t("start.contact_due", "day", v.day(s.ContactDue)))
	}
	return strings.Join(append(parts, v.t("start.refresh_text")), " ")
}

// surroundings are where the licenses are and what they are held against.
func (v *view) surroundings(s client.Status) markup {
	var out markup
	fact := func(key, value string) { out += all(v.e("dt", key), el("dd", nil, esc(value))) }
	fact("machine.folder", s.Dir)
	if s.Server != "" {
		fact("machine.server", s.Server)
	}
	if s.Container != "" {
		fact("machine.container", s.Container)
	}
	known := strings.Join(s.Components, ", ")
	switch {
	case known == "":
		known = v.t("machine.unknown")
	case s.Virtual:
		known = v.t("machine.virtual", "components", known)
	}
	fact("machine.known", known)
	var clock markup
	if s.ClockBack || s.ClockOff != 0 {
		clock = el("p", attrs{"class", "warn"}, esc(v.t("machine.clock", "day", v.day(s.Now))))
	}
	return all(clock, el("details", nil, v.e("summary", "machine.title"), el("dl", nil, out)))
}
