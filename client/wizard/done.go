package wizard

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

// done shows what a step has done.
func (w *Wizard) done(v *view) page {
	s := w.step(v.r.URL.Query().Get("s"))
	if s == nil {
		return v.failed(fail("fail.forgotten"))
	}
	out, ran := s.outcome()
	switch {
	case !ran:
		return page{to: "step?s=" + s.id}
	case out.err != nil:
		return page{title: "fail.title", body: all(v.unable(s, out), v.home())}
	case out.file != nil:
		return page{title: "request.title", body: v.requestPage(s, out)}
	case out.held != nil:
		return page{title: "free.done", body: v.freed(s, out)}
	}
	var body markup
	switch s.kind {
	case toLeave, toChoose:
		body = v.e("p", out.left)
	case toLease:
		return page{title: "seat.title", body: all(v.e("h1", "seat.title"), v.seatCard(out.seat), v.small("seat.stays"), v.home())}
	case toForget:
		body = v.e("p", "forget.done")
	case toUntype:
		body = v.e("p", "untype.done")
	case toAside:
		body = all(v.e("p", "aside.done"), el("ul", nil, each(out.names, func(n string) markup { return el("li", nil, esc(n)) })))
	default:
		body = v.changed(s, out)
	}
	return page{title: "done.title", body: all(
		el("section", attrs{"class", "done", "role", "status"}, v.e("h1", "done.title"), body), v.arrived(out), v.home(),
	)}
}

// changed says in sentences what an answer has done.
func (v *view) changed(s *step, did outcome) markup {
	in := did.installed
	if in == nil {
		return ""
	}
	var out markup
	one := func(key string, ids []string) {
		for _, id := range ids {
			out += v.e("p", key, "license", id)
		}
	}
	one("done.removed", in.Removed)
	one("done.blocked", in.Blocked)
	if did.gone == "" {
		one("done.returned", in.Returned)
	} else {
		out += v.e("p", "done.gave_back", "license", title(s.license))
		hint := v.t("leave.same_code")
		if s.license.CodeHint != "" {
			hint = v.t("leave.code", "hint", s.license.CodeHint)
		}
		out += el("p", nil, esc(hint))
	}
	switch {
	case in.Repeat:
		out += v.e("p", "done.repeat")
	case len(in.Licenses) > 0:
		out += v.e("p", "done.arrived")
	case out == "":
		out += v.e("p", "done.nothing_new")
	}
	return out
}

// arrived are the cards of the licenses that came.
func (v *view) arrived(did outcome) markup {
	c, _ := v.container()
	if c == nil || did.installed == nil {
		return ""
	}
	var out markup
	for _, l := range c.Licenses() {
		if slices.Contains(did.installed.Licenses, l.ID) || slices.Contains(did.installed.Blocked, l.ID) {
			out += v.license(l)
		}
	}
	return out
}

// unable says why a step was not done, and what can be done about it.
func (v *view) unable(s *step, did outcome) markup {
	err := did.err
	out := el("section", attrs{"class", "refusal", "role", "alert"}, v.e("h1", "fail.title"), v.why(err))
	if did.gone != "" {
		out += v.e("p", "done.gone", "license", title(s.license))
	}
	var r *client.Refusal
	c, _ := v.container()
	switch {
	case s.kind == toLease:
		out += el("p", nil, el("a", attrs{"href", v.at("step?s=" + s.id)}, esc(v.t("seat.again"))))
	case errors.As(err, &r) && r.Code == "license.no_seat" && s.code != "":
		out += all(v.e("p", "activate.nothing"), v.form("lost", []string{"code", s.code}, v.button("activate.lost_button", "outline")))
	case c != nil && (errors.Is(err, client.ErrOffline) || errors.As(err, &r) && !r.Final()):
		out += v.waiting(c.Status())
	case errors.Is(err, client.ErrNotAsked), errors.Is(err, client.ErrOld), s.kind == toInstall:
		out += el("p", nil, el("a", attrs{"href", v.at("offline")}, esc(v.t("offline.again"))))
	}
	return out
}

// requestPage shows a request file: to be saved, and as pictures.
func (v *view) requestPage(s *step, did outcome) markup {
	where := v.t("request.hand_in")
	if c, _ := v.container(); c != nil && c.Server() != "" {
		where = v.t("request.hand_in_at", "server", c.Server())
	}
	var several markup
	if n := messages(did.file); n > 1 {
		several = v.small("request.several", "count", strconv.Itoa(n))
	}
	if did.gone != "" {
		several += v.e("p", "done.gone", "license", title(s.license))
	}
	return all(
		v.e("h1", "request.title"), several,
		el("ol", attrs{"class", "steps"},
			el("li", nil, v.e("h2", "request.carry"), v.e("p", "request.file_text"),
				el("p", nil, el("a", attrs{"class", "button", "href", v.at("file?s=" + s.id), "download", requestName}, esc(v.t("request.save")))),
				v.pictures(did.file)),
			el("li", nil, v.e("h2", "request.there"), el("p", nil, esc(where))),
			el("li", nil, v.e("h2", "request.back"), v.answerForm()),
		),
		v.small("request.keep"),
	)
}

// requestName is under which a request file is saved.
const requestName = "license-request.txt"

// pictures are the QR codes of a request file.
func (v *view) pictures(file []byte) markup {
	f, err := wire.ParseLines(file)
	if err != nil {
		return ""
	}
	codes, err := qr.Encode(f, qr.Page)
	if err != nil {
		return v.small("request.no_pictures")
	}
	var out markup
	for i, c := range codes {
		label := v.t("request.picture", "n", strconv.Itoa(i+1), "of", strconv.Itoa(len(codes)))
		out += el("figure", nil, markup(c.SVG(label)), el("figcaption", nil, esc(label)))
	}
	return el("details", attrs{"open", ""}, v.e("summary", "request.pictures"), v.small("request.pictures_text"), el("div", attrs{"class", "codes"}, out))
}

// download is the request file.
func (w *Wizard) download(v *view) page {
	s := w.step(v.r.URL.Query().Get("s"))
	if s == nil {
		return v.failed(fail("fail.forgotten"))
	}
	out, _ := s.outcome()
	if out.file == nil {
		no := v.failed(fail("fail.forgotten"))
		no.status = http.StatusNotFound
		return no
	}
	return page{file: out.file, kind: "text/plain; charset=utf-8", name: requestName}
}

// freed says that a device was freed, and what is left of the allowance.
func (v *view) freed(s *step, did outcome) markup {
	l := licenseOf(did.held, s.of)
	var left markup
	if l != nil {
		left = all(v.e("p", "held.free_now", "free", count(l.Free), "limit", count(l.Limit)), v.allowance(*l))
	}
	return all(
		el("section", attrs{"class", "done", "role", "status"}, v.e("h1", "free.done"), v.e("p", "free.done_text"), left),
		v.form("activate", []string{"code", s.code}, v.button("free.activate", "")), el("p", nil, el("a", attrs{"href", v.at("")}, esc(v.t("form.home")))),
	)
}

func licenseOf(h *online.Held, id string) *online.HeldLicense {
	if h == nil {
		return nil
	}
	for i := range h.Licenses {
		if h.Licenses[i].ID == id {
			return &h.Licenses[i]
		}
	}
	return nil
}
