package wizard

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/wire"
)

// halfDay puts a boundary of days inward, as client.Describe does: the license
// does not say in which time zone its days begin.
const halfDay = 12 * time.Hour

// summary lists what is wrong with a form, with a link to the field.
func (v *view) summary(err error, field string) markup {
	if err == nil {
		return ""
	}
	return el("section", attrs{"class", "refusal", "role", "alert", "id", "summary", "tabindex", "-1", "autofocus", ""},
		v.e("h2", "form.wrong"), el("ul", nil, el("li", nil, el("a", attrs{"href", "#" + field}, esc(v.explain(err))))),
		v.retry(err), el("p", attrs{"class", "small"}, el("code", nil, esc(codeOf(err)))))
}

func (v *view) retry(err error) markup {
	var r *client.Refusal
	if !errors.As(err, &r) || r.RetryAfter <= 0 {
		return ""
	}
	return v.e("p", "fail.retry", "seconds", strconv.Itoa(int(r.RetryAfter/time.Second)))
}

// codeField is where a code is typed.
func (v *view) codeField(label, hint, typed string, err error) markup {
	a := attrs{
		"type", "text", "id", "code", "name", "code", "value", typed, "required", "", "autocomplete", "off", "autocapitalize", "characters",
		"spellcheck", "false", "class", "code", "maxlength", "200",
	}
	problem := markup("")
	if err != nil {
		a = append(a, "aria-invalid", "true", "aria-describedby", "code-problem code-hint")
		problem = el("p", attrs{"class", "bad", "id", "code-problem"}, esc(v.explain(err)))
	} else {
		a = append(a, "autofocus", "", "aria-describedby", "code-hint")
	}
	return all(el("label", attrs{"for", "code"}, esc(v.t(label))), el("input", a), problem,
		el("p", attrs{"class", "small", "id", "code-hint"}, esc(v.t(hint))))
}

// activateForm asks for a code.
func (w *Wizard) activateForm(v *view) page {
	typed, err := v.again(toActivate)
	return page{title: "page.activate", body: all(
		v.summary(err, "code"),
		v.e("h1", "activate.title"),
		v.form("activate", nil, v.codeField("activate.label", "activate.hint", typed, err), v.button("form.next", "")),
		v.small("activate.calm"),
		el("p", nil, el("a", attrs{"href", v.at("offline")}, esc(v.t("activate.offline")))),
		el("p", nil, el("a", attrs{"href", v.at("lost")}, esc(v.t("activate.lost")))),
	)}
}

// again is what was typed into a form that comes back, and what is wrong with it.
func (v *view) again(k kind) (typed string, err error) {
	if s := v.step(v.r.URL.Query().Get("s")); s != nil && s.kind == k {
		return s.code, s.problem
	}
	return "", nil
}

// readCode tells what somebody has typed: a ticket, a key, or a pairing code.
func readCode(typed string) (pairing bool, err error) {
	if typed == "" {
		return false, fail("fail.no_code")
	}
	if _, err := wire.ParsePairing(typed); err == nil {
		return true, nil
	}
	_, _, _, err = wire.ParseCode(typed)
	return false, err
}

// activate reads the code and looks what it holds. A pairing code stands for what
// was chosen on the publisher's page, so there is nothing to ask.
func (w *Wizard) activate(v *view) page {
	s := w.add(&step{kind: toActivate, code: v.field("code")})
	pairing, err := readCode(s.code)
	c, open := w.container()
	switch {
	case err != nil:
		s.problem = err
	case c == nil:
		s.problem = open
	default:
		if _, yes := foreign(c.Licenses()); yes {
			s.problem = fail("fail.copied")
		} else if pairing {
			return w.collect(v, s, c, client.Ask{Action: wire.ActActivate, Pairing: s.code})
		} else {
			s.problem = w.look(v, s, c)
		}
	}
	if s.problem != nil {
		return page{to: "activate?s=" + s.id}
	}
	return page{to: "step?s=" + s.id}
}

// look asks what the step's code holds. A server that does not tell is no
// obstacle, and nor is one that is not reached: the code may go into a request file.
func (w *Wizard) look(v *view, s *step, c *client.Container) error {
	held, err := w.transport(v.lang).Look(v.r.Context(), c, s.code)
	if err == nil {
		s.held = &held
		return nil
	}
	var r *client.Refusal
	if errors.Is(err, client.ErrOffline) || errors.As(err, &r) && !strings.HasPrefix(r.Code, "license.") {
		s.unseen = err
		return nil
	}
	return err
}

// collect asks the server for licenses, once per step, and shows the outcome.
func (w *Wizard) collect(v *view, s *step, c *client.Container, ask client.Ask) page {
	s.run(func() outcome {
		in, err := w.transport(v.lang).Do(v.acting(), c, ask)
		return outcome{installed: &in, err: err}
	})
	return page{to: "done?s=" + s.id}
}

// previewActivate shows what a code holds before a seat is taken.
func (v *view) previewActivate(s *step) markup {
	out := v.e("h1", "activate.preview")
	hidden := []string{"s", s.id}
	if s.held == nil {
		return all(out, v.unseen(s), v.form("step", hidden, v.more(s), v.sendButtons("activate.button")), v.cancel())
	}
	out += v.heldRefusal(s.held)
	var list markup
	ready := 0
	for _, l := range s.held.Licenses {
		if l.Refusal == nil {
			ready++
		}
		list += v.heldLicense(l, len(s.held.Licenses) > 1)
	}
	if ready == 0 {
		lost := v.form("lost", []string{"code", s.code}, v.button("activate.lost_button", "outline"))
		return all(out, list, v.e("p", "activate.nothing"), lost, when(floats(s.held), v.offerSeats(s)), v.cancel())
	}
	if lends(s.held) {
		above, inside := list, markup("") // what is chosen stands in the form
		if len(s.held.Licenses) > 1 {
			above, inside = inside, above
		}
		return all(out, above, v.offerSeats(s), v.e("h2", "borrow.title"), v.form("step", hidden, inside, v.e("p", "borrow.text"),
			v.untilField(), v.more(s), v.sendButtons("borrow.button")), v.cancel())
	}
	return all(out, v.form("step", hidden, list, v.e("p", "activate.seat"), v.more(s), v.sendButtons("activate.button")),
		when(floats(s.held), v.offerSeats(s)), v.cancel())
}

// unseen says why it is not known what a code holds.
func (v *view) unseen(s *step) markup {
	if errors.Is(s.unseen, client.ErrOffline) {
		return el("p", attrs{"class", "warn"}, esc(v.t("activate.unreached")))
	}
	return v.e("p", "activate.unseen")
}

func (v *view) heldRefusal(h *online.Held) markup {
	if h.Refusal == nil {
		return ""
	}
	return el("section", attrs{"class", "refusal", "role", "alert"}, v.why(h.Refusal))
}

// heldLicense is the card of one license of a code, to be chosen if there are
// several.
func (v *view) heldLicense(l online.HeldLicense, choose bool) markup {
	name := el("strong", nil, esc(l.Name(v.lang)))
	if choose {
		a := attrs{"type", "checkbox", "name", "license", "value", l.ID}
		if l.Refusal == nil {
			a = append(a, "checked", "")
		} else {
			a = append(a, "disabled", "")
		}
		name = el("label", nil, el("input", a), esc(" "), name)
	}
	end := v.t("held.no_end")
	if !l.LastDay.IsZero() {
		end = v.day(l.LastDay)
	}
	refused := markup("")
	if l.Refusal != nil {
		refused = el("p", attrs{"class", "warn"}, esc(v.explain(l.Refusal)))
	}
	return el("div", attrs{"class", "card"}, el("p", nil, name), el("dl", nil,
		v.e("dt", "held.number"), el("dd", nil, esc(l.Number)),
		v.e("dt", "held.seats"), el("dd", nil, esc(v.t("held.free", "free", count(l.Free), "limit", count(l.Limit)))),
		v.e("dt", "held.end"), el("dd", nil, esc(end))), refused)
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

// more are the questions that few need.
func (v *view) more(s *step) markup {
	var bases markup
	c, _ := v.container()
	if c != nil && len(c.Licenses()) > 1 {
		options := el("option", attrs{"value", ""}, esc(v.t("more.base_any")))
		for _, l := range c.Licenses() {
			options += el("option", attrs{"value", l.ID}, esc(title(l)+" · "+l.ID))
		}
		bases = all(el("label", attrs{"for", "base"}, esc(v.t("more.base"))), el("select", attrs{"id", "base", "name", "base"}, options))
	}
	return el("details", nil, v.e("summary", "more.title"),
		el("label", attrs{"for", "quantity"}, esc(v.t("more.quantity"))),
		el("input", attrs{"type", "number", "id", "quantity", "name", "quantity", "value", "1", "min", "1", "max", "1000000", "inputmode", "numeric"}), bases)
}

// sendButtons let somebody choose the carrier.
func (v *view) sendButtons(key string) markup {
	one := func(how, key, class string) markup {
		return el("button", attrs{"type", "submit", "name", "how", "value", how, "class", class}, esc(v.t(key)))
	}
	return all(el("div", attrs{"class", "actions"}, one("online", key, ""), one("file", "form.as_file", "outline")), v.small("form.as_file_text"))
}

func (v *view) cancel() markup {
	return el("p", nil, el("a", attrs{"href", v.at("")}, esc(v.t("form.cancel"))))
}
