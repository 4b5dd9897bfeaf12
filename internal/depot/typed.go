package depot

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

const (
	groupField  = "group" // and its number, from 1
	groupLength = 15      // symbols
	groupCount  = 4       // of a typed request
)

// typing is what somebody has typed: a ticket or key, the groups that the machine
// shows, and which license is meant.
type typing struct {
	code    string
	groups  [groupCount]string
	license string
}

// readTyping reads the form. opened reports that it comes from a page without
// groups, which only wants the form.
func readTyping(r *http.Request) (t typing, opened bool, err error) {
	if t.code, err = code(r); err != nil {
		return t, false, err
	}
	opened = true
	for i := range t.groups {
		name := groupField + strconv.Itoa(i+1)
		opened = opened && !r.PostForm.Has(name)
		t.groups[i] = strings.Join(strings.Fields(r.PostFormValue(name)), " ")
	}
	t.license = r.PostFormValue(licenseField)
	t.spread()
	return t, opened, nil
}

// spread puts a whole request that was typed into the first field where it belongs.
func (t *typing) spread() {
	if strings.Join(t.groups[1:], "") != "" {
		return
	}
	symbols := slices.DeleteFunc([]rune(t.groups[0]), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(symbols) <= groupLength+2 { // one group, perhaps with a symbol too many
		return
	}
	for i := range t.groups {
		n := min(groupLength, len(symbols))
		if i == groupCount-1 {
			n = len(symbols)
		}
		t.groups[i], symbols = string(symbols[:n]), symbols[n:]
	}
}

// request is the groups as the machine shows them, one to a line.
func (t *typing) request() string { return strings.Join(t.groups[:], "\n") }

// fields are what the language switch sends again.
func (t *typing) fields() []web.Field {
	out := []web.Field{{Name: codeField, Value: t.code}}
	for i, g := range t.groups {
		out = append(out, web.Field{Name: groupField + strconv.Itoa(i+1), Value: g})
	}
	if t.license != "" {
		out = append(out, web.Field{Name: licenseField, Value: t.license})
	}
	return out
}

// typedView is the page on which codes are typed.
type typedView struct {
	Code    string
	Typo    *notice // of the ticket
	Groups  []typedGroup
	Choices []typedChoice // when the code holds several licenses
	Choose  bool          // none was chosen yet
	Refusal *web.Refusal  // why there is no answer; nil = none was asked for
	First   string        // id of the field to begin at
	hints
}

// typedGroup is the field of one group.
type typedGroup struct {
	N     int
	Value string
	Typo  string // in words; "" = none
}

// typedChoice is a license that may be meant.
type typedChoice struct {
	holding
	Chosen bool
}

// view is the form, filled with what was typed.
func (d *Depot) typedView(t *typing) typedView {
	v := typedView{Code: t.code, First: "code", hints: d.hints()}
	for i, g := range t.groups {
		v.Groups = append(v.Groups, typedGroup{N: i + 1, Value: g})
	}
	if t.code != "" {
		v.First = groupField + "1"
	}
	return v
}

// judge names every typing error; it reports whether there is one. The first one is
// where to begin.
func (v *typedView) judge(lang text.Lang) (wrong bool) {
	for i := range slices.Backward(v.Groups) {
		g := &v.Groups[i]
		if g.Typo = groupTypo(lang, g.N, g.Value); g.Typo != "" {
			wrong, v.First = true, groupField+strconv.Itoa(g.N)
		}
	}
	if v.Typo = typo(lang, v.Code); v.Typo != nil {
		wrong, v.First = true, "code"
	}
	return wrong
}

// groupTypo says in words which typing mistake group n has; "" for none.
func groupTypo(lang text.Lang, n int, group string) string {
	if group == "" {
		return text.T(lang, "depot.typed.empty", "n", n)
	}
	var ce *wire.CodeError
	switch err := wire.CheckTypedGroup(wire.TypedRequestCode, n, group); {
	case err == nil:
		return ""
	case !errors.As(err, &ce), ce.Kind == wire.CodeCheck:
		return text.T(lang, "depot.typed.check", "n", n)
	case ce.Kind == wire.CodeForeign:
		return text.T(lang, "depot.typed.foreign", "n", n, "symbol", string(ce.Symbol), "pos", ce.Pos)
	default:
		return text.T(lang, "depot.typed.length", "n", n, "got", ce.Got, "want", groupLength)
	}
}

// choose offers the licenses of a code; it reports whether one must still be chosen.
// The only one that can be activated is proposed, but a person decides: the answer
// of one that is on the machine already may have been mislaid.
func (v *typedView) choose(lang text.Lang, t *typing, look license.Look) (open bool) {
	var ready []int
	for _, l := range look.Holdings {
		if l.Change != nil {
			continue
		}
		if l.Refusal == "" {
			ready = append(ready, len(v.Choices))
		}
		v.Choices = append(v.Choices, typedChoice{newHolding(lang, l), l.ID.String() == t.license})
	}
	switch {
	case len(v.Choices) < 2:
		v.Choices = nil
		return false
	case t.license != "":
		return false
	case len(ready) == 1:
		v.Choices[ready[0]].Chosen = true
	}
	v.Choose, v.First = true, "choices"
	return true
}

// typing shows the empty form.
func (d *Depot) typing(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	return d.show(w, r, http.StatusOK, "typed", "depot.typed.title", d.typedView(&typing{}))
}

// typed answers a request that was typed. Whatever is wrong, what was typed stays.
func (d *Depot) typed(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	began, lang := d.clock(), web.Lang(r)
	t, opened, err := readTyping(r)
	if err != nil {
		return err
	}
	v := d.typedView(&t)
	show := func(status int) error {
		return d.show(w, r, status, "typed", "depot.typed.title", v, t.fields()...)
	}
	if opened {
		return show(http.StatusOK)
	}
	if v.judge(lang) {
		return show(route.Status(fault.Invalid))
	}
	look, err := d.o.Licenses.Look(r.Context(), d.caller(r, by), t.code)
	if errors.Is(err, license.ErrUnknownCode) {
		d.hold(r.Context(), began)
		v.Typo, v.First = newNotice(lang, license.ErrUnknownCode.Code, nil), "code"
		return show(route.Status(fault.NotFound))
	}
	if err == nil && v.choose(lang, &t, look) {
		return show(http.StatusOK)
	}
	var answer typedAnswerView
	if err == nil {
		answer, err = d.answerTyped(r, by, &t)
	}
	if f := fault.As(err); err != nil && f.Kind != fault.Internal {
		route.SetRetryAfter(w.Header(), f)
		refusal := web.NewRefusal(lang, err, by.RequestID)
		v.Refusal, v.First = &refusal, ""
		return show(refusal.Status)
	}
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "typedanswer", "depot.typedanswer.title", answer, t.fields()...)
}

// typedAnswerView is a license to be typed on its machine.
type typedAnswerView struct {
	Name    string
	Number  string
	LastDay day.Day // None = no end
	Hint    string  // last group of the code
	Groups  []string
	Count   int64    // of groups
	Key     []string // for a program that has never heard of the issuing key
	hints
}

// answerTyped asks for the license, and says what it is.
func (d *Depot) answerTyped(r *http.Request, by actor.Actor, t *typing) (v typedAnswerView, err error) {
	in := license.TypedInput{Code: t.code, Request: t.request()}
	if t.license != "" && in.License.UnmarshalText([]byte(t.license)) != nil {
		return v, license.ErrNotWanted.At(licenseField)
	}
	who := d.caller(r, by)
	answer, err := d.o.Licenses.ActivateTyped(r.Context(), who, in)
	if err != nil {
		return v, err
	}
	look, err := d.o.Licenses.Look(r.Context(), who, t.code) // its end may have begun to count only now
	if err != nil {
		return v, err
	}
	v.hints, v.Groups = d.hints(), strings.Split(answer.Answer, "\n")
	v.Count = int64(len(v.Groups))
	if answer.Key != "" {
		v.Key = strings.Split(answer.Key, "\n")
	}
	_, v.Hint, _, _ = wire.ParseCode(t.code)
	for _, l := range look.Holdings {
		if l.ID == answer.License {
			v.Name, v.Number, v.LastDay = l.Name.In(web.Lang(r)), l.Number, l.LastDay
		}
	}
	return v, nil
}
