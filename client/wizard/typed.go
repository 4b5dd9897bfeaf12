package wizard

import (
	"errors"
	"fmt"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// How many groups the codes that are typed have at most.
const (
	answerGroups = 12
	keyGroups    = 13
)

// typedField names the fields of the groups: of the answer, and of the key.
func typedField(kind wire.TypedKind, n int) string {
	return fmt.Sprintf("%s%d", map[wire.TypedKind]string{wire.TypedAnswerCode: "a", wire.TypedKeyCode: "k"}[kind], n)
}

// typing is what somebody types group by group.
type typing struct {
	answer, key []string // as they were typed
	problems    []problem
	wantsKey    bool // the publisher's key is younger than this program
}

// problem is what is wrong with a field.
type problem struct {
	field string
	err   error
}

// typed is the page of a machine on which everything is typed: the request that
// it shows, and the groups of the answer.
func (w *Wizard) typed(v *view) page {
	c, open := w.container()
	if c == nil {
		return page{title: "page.offline", body: all(v.e("h1", "typed.title"), v.broken(open))}
	}
	request := c.Status().Typed
	if len(request.Groups) == 0 {
		return page{title: "page.offline", body: all(
			v.e("h1", "typed.title"), v.e("p", "typed.text"), v.e("p", "typed.limits"),
			v.form("typed-request", nil, v.button("typed.show", "")), v.backOffline(),
		)}
	}
	var was typing
	if s := v.step(v.r.URL.Query().Get("s")); s != nil && s.kind == toType {
		was = s.typing
	}
	var groups markup
	for _, g := range request.Groups {
		groups += el("li", nil, el("span", attrs{"class", "typed", "translate", "no"}, esc(g)))
	}
	fields := v.groups(wire.TypedAnswerCode, answerGroups, was.answer, was.problems)
	if was.wantsKey {
		fields += all(el("section", attrs{"class", "card waits"}, v.e("h2", "typed.key"), v.e("p", "typed.key_text"),
			v.groups(wire.TypedKeyCode, keyGroups, was.key, was.problems)))
	}
	return page{title: "page.offline", body: all(
		v.problems(was.problems),
		v.e("h1", "typed.title"),
		el("ol", attrs{"class", "steps"},
			el("li", nil, v.e("h2", "typed.request"), v.e("p", "typed.request_text"), el("ol", attrs{"class", "groups"}, groups)),
			el("li", nil, v.e("h2", "typed.answer"), v.e("p", "typed.answer_text"), v.form("typed", nil, fields, v.button("answer.button", ""))),
		),
		v.form("begin", []string{"kind", string(toUntype)}, v.button("typed.forget", "outline")),
		v.backOffline(),
	)}
}

func (v *view) backOffline() markup {
	return el("p", nil, el("a", attrs{"href", v.at("offline")}, esc(v.t("typed.other"))))
}

// problems lists what is wrong with a form of several fields.
func (v *view) problems(list []problem) markup {
	if len(list) == 0 {
		return ""
	}
	lines := each(list, func(p problem) markup {
		return el("li", nil, el("a", attrs{"href", "#" + p.field}, esc(v.explain(p.err))))
	})
	return el("section", attrs{"class", "refusal", "role", "alert", "id", "summary", "tabindex", "-1", "autofocus", ""},
		v.e("h2", "form.wrong"), el("ul", nil, lines))
}

// groups are the fields of a code.
func (v *view) groups(kind wire.TypedKind, most int, typed []string, problems []problem) markup {
	var out markup
	for n := 1; n <= most; n++ {
		id, value, wrong := typedField(kind, n), "", markup("")
		if n <= len(typed) {
			value = typed[n-1]
		}
		a := attrs{
			"type", "text", "id", id, "name", id, "value", value, "class", "code", "autocomplete", "off", "autocapitalize", "characters",
			"spellcheck", "false", "maxlength", "40",
		}
		for _, p := range problems {
			if p.field == id {
				a = append(a, "aria-invalid", "true", "aria-describedby", id+"-problem")
				wrong = el("p", attrs{"class", "bad", "id", id + "-problem"}, esc(v.explain(p.err)))
			}
		}
		out += el("div", nil, el("label", attrs{"for", id}, esc(v.t("typed.group", "n", count(int64(n))))), el("input", a), wrong)
	}
	return el("div", attrs{"class", "fields"}, out)
}

// showTyped makes the request that is shown.
func (w *Wizard) showTyped(v *view) page {
	c, err := w.container()
	if c == nil {
		return v.failed(err)
	}
	if _, err := c.NewTyped(); err != nil {
		return v.failed(err)
	}
	return page{to: "typed"}
}

// typeIn checks the groups that were typed, each by itself so that a mistake has
// its place, and takes the license over.
func (w *Wizard) typeIn(v *view) page {
	s := w.add(&step{kind: toType})
	t := &s.typing
	t.answer = v.typedGroups(wire.TypedAnswerCode, answerGroups)
	t.key = v.typedGroups(wire.TypedKeyCode, keyGroups)
	t.wantsKey = len(t.key) > 0
	t.problems = append(wrongGroups(wire.TypedAnswerCode, t.answer), wrongGroups(wire.TypedKeyCode, t.key)...)
	if len(t.answer) == 0 {
		t.problems = append(t.problems, problem{typedField(wire.TypedAnswerCode, 1), fail("fail.no_groups")})
	}
	if len(t.problems) == 0 {
		t.unfinished(wire.TypedAnswerCode, t.answer)
		t.unfinished(wire.TypedKeyCode, t.key)
	}
	if len(t.problems) > 0 {
		return page{to: "typed?s=" + s.id}
	}
	s.run(func() outcome { return w.take(t) })
	if out, _ := s.outcome(); errors.Is(out.err, client.ErrTypedKey) {
		t.wantsKey = true
		t.problems = []problem{{typedField(wire.TypedKeyCode, 1), out.err}}
		return page{to: "typed?s=" + s.id}
	}
	return page{to: "done?s=" + s.id}
}

// typedGroups are the groups as they were typed, up to the last one.
func (v *view) typedGroups(kind wire.TypedKind, most int) []string {
	var out []string
	last := 0
	for n := 1; n <= most; n++ {
		g := v.field(typedField(kind, n))
		out = append(out, g)
		if g != "" {
			last = n
		}
	}
	return out[:last]
}

func wrongGroups(kind wire.TypedKind, groups []string) (out []problem) {
	for i, g := range groups {
		var err error
		if g == "" {
			err = fail("fail.group_missing", "n", count(int64(i+1)))
		} else {
			err = wire.CheckTypedGroup(kind, i+1, g)
		}
		if err != nil {
			out = append(out, problem{typedField(kind, i+1), err})
		}
	}
	return out
}

// unfinished notes that a code is not whole.
func (t *typing) unfinished(kind wire.TypedKind, groups []string) {
	if len(groups) == 0 {
		return
	}
	_, whole, err := wire.TypedGroups(kind, strings.Join(groups, "\n"))
	switch {
	case err != nil:
		t.problems = append(t.problems, problem{typedField(kind, 1), err})
	case !whole:
		t.problems = append(t.problems, problem{typedField(kind, len(groups)+1), fail("fail.more_groups", "n", count(int64(len(groups)+1)))})
	}
}

// take learns the key, if one was typed, and installs the answer.
func (w *Wizard) take(t *typing) outcome {
	c, err := w.container()
	if c == nil {
		return outcome{err: err}
	}
	if len(t.key) > 0 {
		if err := c.LearnTyped(strings.Join(t.key, "\n")); err != nil {
			return outcome{err: err}
		}
	}
	in, err := c.InstallTyped(strings.Join(t.answer, "\n"))
	return outcome{installed: &in, err: err}
}

func (v *view) previewUntype(s *step) markup {
	return all(v.e("h1", "untype.preview"), v.e("p", "untype.text"),
		v.form("step", []string{"s", s.id}, v.button("untype.button", "")), v.cancel())
}
