package wizard

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/licet/licet/client"
)

// news tells of a release that programs here were told about, and leads to the
// choice of that.
func (v *view) news(c *client.Container) markup {
	n := c.Notices()
	var out markup
	if n.Told.Updates {
		out = all(v.update("update.covered", n.Told.Release), v.update("update.beyond", n.Told.Beyond))
	}
	if out != "" {
		out = el("section", attrs{"class", "card"}, v.e("h2", "update.title"), out)
	}
	return all(out, el("p", nil, el("a", attrs{"href", v.at("updates")}, esc(v.t("update.choose")))))
}

// update says which version is there, and what is new in it. Nothing of it is
// signed: it is shown, and nothing is installed by it.
func (v *view) update(key string, u *client.Update) markup {
	if u == nil {
		return ""
	}
	var more markup
	for part := range strings.SplitSeq(u.In(v.lang), "\n") {
		if part = strings.TrimSpace(part); part != "" {
			more += el("p", attrs{"class", "small"}, esc(part))
		}
	}
	if strings.HasPrefix(u.Link, "https://") {
		more += el("p", nil, el("a", attrs{"href", u.Link, "rel", "noreferrer"}, esc(u.Link)))
	}
	return all(v.e("p", key, "version", u.Version, "day", v.civil(u.Day)), more)
}

// civil writes a day such as 2026-08-31 as it is written here.
func (v *view) civil(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return v.day(t)
}

// choices asks whether programs here may tell about updates and report their use.
func (w *Wizard) choices(v *view) page {
	c, err := w.container()
	if c == nil {
		return v.failed(err)
	}
	n := c.Notices()
	asked := v.e("p", "update.never")
	if !n.Asked.IsZero() {
		asked = all(v.e("p", "update.asked", "day", v.day(n.Asked)),
			v.e("p", onOff(n.Told.Updates, "update.told_updates_on", "update.told_updates_off")), v.e("p", onOff(n.Told.Usage, "update.told_usage_on", "update.told_usage_off")))
	}
	return page{title: "update.choices", body: all(
		v.e("h1", "update.choices"), v.e("p", "update.text"), asked,
		v.form("step", []string{"s", rand.Text(), "kind", string(toChoose)},
			v.choice("updates", n.Updates, "update.updates", "update.updates_hint"), v.choice("usage", n.Usage, "update.usage", "update.usage_hint"), v.button("update.button", "")),
		v.cancel(),
	)}
}

func onOff(is bool, on, off string) string {
	if is {
		return on
	}
	return off
}

// choice is one question with its three answers.
func (v *view) choice(name string, now client.Choice, key, hint string) markup {
	var options markup
	for _, o := range []struct {
		value client.Choice
		key   string
	}{{client.Unset, "update.default"}, {client.On, "update.on"}, {client.Off, "update.off"}} {
		a := attrs{"type", "radio", "name", name, "value", string(o.value)}
		if o.value == now {
			a = append(a, "checked", "")
		}
		options += el("label", nil, el("input", a), esc(" "+v.t(o.key)))
	}
	return el("fieldset", nil, v.e("legend", key), v.small(hint), options)
}

// choose keeps what was chosen. Programs ask at their next start.
func choose(v *view, c *client.Container) outcome {
	err := c.Choose(client.Choice(v.field("updates")), client.Choice(v.field("usage")))
	return outcome{err: err, left: "update.done"}
}
