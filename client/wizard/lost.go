package wizard

import (
	"slices"

	"github.com/licet/licet/client/online"
)

// lostForm asks for the code of a license whose machine is gone.
func (w *Wizard) lostForm(v *view) page {
	typed, err := v.again(toRestore)
	return page{title: "page.lost", body: all(
		v.summary(err, "code"),
		v.e("h1", "lost.title"), v.e("p", "lost.text"),
		v.form("lost", nil, v.codeField("activate.label", "lost.hint", typed, err), v.button("form.next", "")),
		v.small("activate.calm"),
	)}
}

// lost looks what the code holds.
func (w *Wizard) lost(v *view) page {
	s := w.add(&step{kind: toRestore, code: v.field("code")})
	pairing, err := readCode(s.code)
	c, open := w.container()
	switch {
	case pairing:
		s.problem = fail("fail.is_pairing")
	case err != nil:
		s.problem = err
	case c == nil:
		s.problem = open
	default:
		if _, yes := foreign(c.Licenses()); yes {
			s.problem = fail("fail.copied")
		} else {
			s.problem = w.look(v, s, c)
		}
	}
	if s.problem != nil {
		return page{to: "lost?s=" + s.id}
	}
	return page{to: "step?s=" + s.id}
}

// previewRestore shows the licenses of a code with their devices and the
// allowance; of one that was chosen, what restoring it does.
func (v *view) previewRestore(s *step) markup {
	if s.held == nil {
		return all(v.e("h1", "restore.preview"), v.unseen(s), v.e("p", "restore.unseen"), v.restoreHappens(nil),
			v.form("step", []string{"s", s.id}, v.sendButtons("restore.button")), v.cancel())
	}
	if l := licenseOf(s.held, s.of); l != nil {
		return v.restoreOne(s, *l)
	}
	if s.of != "" {
		return v.e("p", "fail.forgotten")
	}
	return all(v.e("h1", "lost.found"), v.e("p", "lost.choose"),
		each(s.held.Licenses, func(l online.HeldLicense) markup { return v.lostLicense(s, l) }), v.cancel())
}

// lostLicense is a license of the code: restore it here, or free one of its
// devices.
func (v *view) lostLicense(s *step, l online.HeldLicense) markup {
	var devices markup
	for i, d := range l.Devices {
		label := v.t("device.name", "n", count(int64(i+1))) + ": " + v.device(d)
		act := func(k kind, key string) markup {
			return v.form("begin", []string{"kind", string(k), "s", s.id, "device", d.ID, "license", l.ID}, v.named(key, label))
		}
		devices += el("li", nil, el("p", nil, el("strong", nil, esc(label)), el("br", nil), el("span", attrs{"class", "small"}, esc(v.deviceFacts(d)))),
			when(l.RestoreBar == nil, el("div", attrs{"class", "actions"}, act(toRestore, "restore.choose"), act(toFree, "free.choose"))))
	}
	list := v.e("p", "device.none")
	if devices != "" {
		list = el("ol", attrs{"class", "devices"}, devices)
	}
	same := v.form("begin", []string{"kind", string(toRestore), "s", s.id, "license", l.ID}, v.named("restore.same", l.Name(v.lang)))
	return el("article", attrs{"class", "card"},
		el("h2", nil, esc(l.Name(v.lang))), el("p", nil, esc(v.t("held.free", "free", count(l.Free), "limit", count(l.Limit)))),
		v.allowance(l), v.e("h3", "device.title"), list, when(l.More, v.small("device.more")), when(len(l.Devices) > 0, same))
}

// allowance says how often, and when the next is free.
func (v *view) allowance(l online.HeldLicense) markup {
	var granted markup
	if l.Granted > 0 {
		granted = v.e("p", "allowance.granted", "count", count(l.Granted))
		if l.Refusal == nil {
			granted += el("p", nil, el("a", attrs{"href", v.at("activate")}, esc(v.t("allowance.granted_free"))))
		}
	}
	if l.RestoreBar != nil {
		return all(el("div", attrs{"class", "warn"}, v.why(l.RestoreBar)), granted)
	}
	return all(v.e("p", "allowance.left", "left", count(l.RestoreLeft), "limit", count(l.Restores)), granted)
}

// device is what is known of a device.
func (v *view) device(d online.HeldDevice) string {
	systems := map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS", "": v.t("device.unknown")}
	name := d.OS
	if s, ok := systems[d.OS]; ok {
		name = s
	}
	if d.Virtual {
		name += " (" + v.t("device.virtual") + ")"
	}
	return name
}

func (v *view) deviceFacts(d online.HeldDevice) string {
	s := v.t("device.since", "since", v.day(d.Since), "seen", v.day(d.Seen))
	if d.App != "" {
		s += " · " + v.t("device.app", "version", d.App)
	}
	return s
}

// restoreOne says what restoring a license does.
func (v *view) restoreOne(s *step, l online.HeldLicense) markup {
	which := v.e("p", "restore.same_text")
	if i := deviceOf(l, s.device); i >= 0 {
		which = el("p", nil, esc(v.device(l.Devices[i])+" · "+v.deviceFacts(l.Devices[i])))
	}
	return all(v.e("h1", "restore.preview"), el("p", nil, el("strong", nil, esc(l.Name(v.lang)))), which,
		v.allowance(l), v.restoreHappens(&l),
		v.form("step", []string{"s", s.id}, v.sendButtons("restore.button")), v.cancel())
}

func (v *view) restoreHappens(l *online.HeldLicense) markup {
	left := v.e("li", "restore.counts")
	if l != nil {
		left = v.e("li", "allowance.after", "left", count(max(0, l.RestoreLeft-1)), "limit", count(l.Restores))
	}
	return all(v.e("h2", "leave.happens"), el("ul", nil, v.e("li", "restore.blocked"), v.e("li", "restore.here"), left, v.e("li", "restore.no_undo")))
}

// deviceOf is the place of a device in the list, -1 if it is not there.
func deviceOf(l online.HeldLicense, id string) int {
	return slices.IndexFunc(l.Devices, func(d online.HeldDevice) bool { return d.ID == id })
}

// previewFree asks before a device is freed.
func (v *view) previewFree(s *step) markup {
	l := licenseOf(s.held, s.of)
	if l == nil {
		return v.e("p", "fail.forgotten")
	}
	i := deviceOf(*l, s.device)
	if i < 0 {
		return v.e("p", "fail.forgotten")
	}
	out := all(v.e("h1", "free.preview"), el("p", nil, el("strong", nil, esc(l.Name(v.lang)))),
		el("p", nil, esc(v.device(l.Devices[i])+" · "+v.deviceFacts(l.Devices[i]))), v.allowance(*l))
	if l.RestoreBar != nil {
		return all(out, v.cancel())
	}
	return all(out, v.e("h2", "leave.happens"),
		el("ul", nil, v.e("li", "free.seat"), v.e("li", "restore.blocked"),
			v.e("li", "allowance.after", "left", count(max(0, l.RestoreLeft-1)), "limit", count(l.Restores)), v.e("li", "restore.no_undo")),
		v.form("step", []string{"s", s.id}, v.button("free.button", "")), v.cancel())
}
