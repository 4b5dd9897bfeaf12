package wizard

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// acting is the context in which a step is carried out: a browser that goes away
// does not stop it halfway.
func (v *view) acting() context.Context { return context.WithoutCancel(v.r.Context()) }

// begin makes a step that needs no form before its preview.
func (w *Wizard) begin(v *view) page {
	k := kind(v.field("kind"))
	s := &step{kind: k}
	switch k {
	case toReturn, toMove, toKeep:
		c, err := w.container()
		if c == nil {
			return v.failed(err)
		}
		for _, l := range c.Licenses() {
			if l.ID == v.field("license") && l.Bound {
				s.license = l
			}
		}
		if s.license.ID == "" {
			return v.failed(client.ErrNotHeld)
		}
	case toFree:
		from := v.step(v.field("s"))
		if from == nil || from.held == nil {
			return page{to: "lost"}
		}
		s.code, s.held, s.device, s.of = from.code, from.held, v.field("device"), v.field("license")
	case toLease:
		from := v.step(v.field("s"))
		if from == nil || from.held == nil {
			return page{to: "activate"}
		}
		s.code, s.held = from.code, from.held
	case toRestore:
		from := v.step(v.field("s"))
		if from == nil {
			return page{to: "lost"}
		}
		s.code, s.held, s.unseen, s.of, s.device = from.code, from.held, from.unseen, v.field("license"), v.field("device")
	case toForget, toAside, toUntype:
	default:
		return v.failed(fail("fail.form"))
	}
	return page{to: "step?s=" + w.add(s).id}
}

// failed is a page that says what is wrong where there is no form to go back to.
func (v *view) failed(err error) page {
	return page{title: "fail.title", body: all(
		el("section", attrs{"class", "refusal", "role", "alert"}, v.e("h1", "fail.title"), v.why(err)), v.home(),
	)}
}

func (v *view) home() markup {
	return el("p", nil, el("a", attrs{"class", "button", "href", v.at("")}, esc(v.t("form.home"))))
}

// preview shows what a step will do, before it does it.
func (w *Wizard) preview(v *view) page {
	s := w.step(v.r.URL.Query().Get("s"))
	if s == nil {
		return v.failed(fail("fail.forgotten"))
	}
	views := map[kind]func(*step) markup{
		toActivate: v.previewActivate, toReturn: v.previewReturn, toMove: v.previewMove, toRestore: v.previewRestore,
		toFree: v.previewFree, toForget: v.previewForget, toAside: v.previewAside, toUntype: v.previewUntype, toKeep: v.previewKeep, toLease: v.previewLease,
	}
	show, ok := views[s.kind]
	if !ok {
		return v.failed(fail("fail.forgotten"))
	}
	return page{title: "preview." + string(s.kind), body: show(s)}
}

// previewReturn says what giving a license back means.
func (v *view) previewReturn(s *step) markup { return v.leaving(s, "return") }

// previewMove does so for another machine.
func (v *view) previewMove(s *step) markup { return v.leaving(s, "move") }

func (v *view) leaving(s *step, how string) markup {
	hint := v.t("leave.same_code")
	if s.license.CodeHint != "" {
		hint = v.t("leave.code", "hint", s.license.CodeHint)
	}
	return all(
		v.e("h1", how+".preview", "license", title(s.license)),
		v.e("h2", "leave.happens"),
		el("ul", nil,
			v.e("li", "leave.stops", "license", title(s.license)), v.e("li", "leave.seat"), el("li", nil, esc(hint)), v.e("li", "leave.undo")),
		v.form("step", []string{"s", s.id}, v.sendButtons(how+".button")),
		v.cancel(),
	)
}

func (v *view) previewForget(s *step) markup {
	return all(v.e("h1", "forget.preview"), v.e("p", "forget.text"),
		v.form("step", []string{"s", s.id}, v.button("forget.button", "")), v.cancel())
}

func (v *view) previewAside(s *step) markup {
	return all(v.e("h1", "aside.preview"), v.e("h2", "leave.happens"),
		el("ul", nil, v.e("li", "aside.renamed"), v.e("li", "aside.empty"), v.e("li", "aside.then")),
		v.form("step", []string{"s", s.id}, v.button("aside.button", "")), v.cancel())
}

// carryOut does what a step is for, once.
func (w *Wizard) carryOut(v *view) page {
	s := w.step(v.field("s"))
	if k := kind(v.field("kind")); s == nil && slices.Contains([]kind{toRefresh, toSend, toFile, toLeave, toChoose}, k) {
		s = w.direct(k, v.field("s"))
	}
	if s == nil {
		return v.failed(fail("fail.forgotten"))
	}
	s.run(func() outcome { return w.act(v, s) })
	return page{to: "done?s=" + s.id}
}

// act carries a step out.
func (w *Wizard) act(v *view, s *step) outcome {
	if s.kind == toAside {
		return w.aside()
	}
	c, err := w.container()
	if c == nil {
		return outcome{err: err}
	}
	t, file := w.transport(v.lang), v.field("how") == "file"
	var in client.Installed
	switch s.kind {
	case toActivate, toRestore, toKeep:
		return w.request(v, s, c, file)
	case toReturn, toMove:
		return leave(v, s, c, file)
	case toFree:
		held, err := t.Free(v.acting(), c, s.code, s.device)
		return outcome{held: &held, err: err}
	case toRefresh:
		in, err = t.Do(v.acting(), c, client.Ask{Action: wire.ActRefresh})
	case toSend:
		in, err = t.Flush(v.acting(), c)
	case toFile:
		return written(c)
	case toLease:
		return w.takeSeat(v, s, c)
	case toLeave:
		return w.leaveSeat(v)
	case toChoose:
		return choose(v, c)
	case toForget:
		return outcome{err: forget(c)}
	case toUntype:
		return outcome{err: c.DiscardTyped()}
	}
	return outcome{installed: &in, err: err}
}

// request asks for the licenses of a code, over the network or as a file.
func (w *Wizard) request(v *view, s *step, c *client.Container, file bool) outcome {
	ask := client.Ask{Action: wire.ActActivate, Code: s.code, Base: v.field("base"), File: file}
	switch {
	case s.kind == toRestore:
		ask.Action, ask.Lost = wire.ActRestore, cmp.Or(s.device, s.of)
	case s.held != nil && len(s.held.Licenses) > 1:
		if ask.Want = v.r.PostForm["license"]; len(ask.Want) == 0 {
			return outcome{err: fail("fail.nothing_chosen")}
		}
	}
	if s.kind == toKeep || s.kind == toActivate && s.held != nil && lends(s.held) {
		if err := v.borrowing(s, &ask); err != nil {
			return outcome{err: err}
		}
	}
	if n, err := strconv.ParseInt(v.field("quantity"), 10, 64); err == nil && n > 1 {
		ask.Quantity = n
	}
	if file {
		if _, err := c.NewRequest(ask); err != nil {
			return outcome{err: err}
		}
		return written(c)
	}
	in, err := w.transport(v.lang).Do(v.acting(), c, ask)
	return outcome{installed: &in, err: err}
}

// leave gives a license back.
func leave(v *view, s *step, c *client.Container, file bool) outcome {
	if file {
		if _, err := c.NewReturn(s.license.ID); err != nil {
			return outcome{err: err}
		}
		out := written(c)
		out.gone = s.license.ID
		return out
	}
	in, err := v.transport(v.lang).Return(v.acting(), c, s.license.ID)
	out := outcome{installed: &in, err: err}
	if !slices.ContainsFunc(c.Licenses(), func(l client.License) bool { return l.ID == s.license.ID }) {
		out.gone = s.license.ID
	}
	return out
}

// written is the file of what waits.
func written(c *client.Container) outcome {
	b, err := c.RequestFile()
	return outcome{file: b, err: err}
}

// forget gives up the requests that wait. Returns stay.
func forget(c *client.Container) error {
	for _, m := range c.Waiting() {
		if m.Type != wire.TypeRequest {
			continue
		}
		if err := c.Discard(m.Counter); err != nil {
			return err
		}
	}
	return nil
}

// aside renames what is here and begins a new container.
func (w *Wizard) aside() outcome {
	names, err := client.SetAside(w.cfg)
	if err != nil {
		return outcome{err: err, names: names}
	}
	if w.o.Container == nil {
		w.mu.Lock()
		w.c = nil
		w.mu.Unlock()
	}
	_, err = w.container()
	return outcome{names: names, err: err}
}

// messages is how many messages a request file holds.
func messages(file []byte) int { return bytes.Count(file, []byte("\n")) }
