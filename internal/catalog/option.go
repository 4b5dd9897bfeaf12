package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/frame"
)

// Effect says what the value of an option does to the license beside standing
// in it.
type Effect string

// The effects. Limit and feature mean the one of the option's own name.
const (
	NoEffect   Effect = ""        // the program reads the value and makes of it what it likes
	SetLimit   Effect = "limit"   // a number becomes the limit of the same name
	SetFeature Effect = "feature" // true adds the feature of the same name
	SetMonths  Effect = "months"  // a number replaces the months of the model's duration
	SetDays    Effect = "days"    // a number replaces the days of the model's duration
	SetEnd     Effect = "end"     // a day replaces the model's fixed end
)

// effectKinds says which kind of option can have which effect.
var effectKinds = map[Effect]frame.Kind{
	SetLimit: frame.Int, SetFeature: frame.Bool, SetMonths: frame.Int, SetDays: frame.Int, SetEnd: frame.Day,
}

// Option is a typed choice that an order can make. The zero frame allows every
// value of the kind; an option without a default must be given in the order.
type Option struct {
	Name    string       `json:"name"` // lower case; also the limit's or feature's name where it sets one
	Title   Names        `json:"title"`
	Kind    frame.Kind   `json:"kind"` // int, bool, text, choice or day
	Frame   frame.Frame  `json:"frame,omitzero"`
	Default *frame.Value `json:"default,omitempty"` // lies in the frame
	Sets    Effect       `json:"sets,omitempty"`
}

var optionForm = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)

// check returns what is wrong with o by itself.
func (o Option) check() (bad refusals) {
	if !optionForm.MatchString(o.Name) && (o.Sets != SetFeature || !codeForm.MatchString(o.Name)) {
		bad.add("/name", ErrCode.With("value", clip(o.Name)))
	}
	bad.names("/title", o.Title)
	bad.choice("/sets", string(o.Sets), words([]Effect{NoEffect, SetLimit, SetFeature, SetMonths, SetDays, SetEnd})...)
	bad.choice("/kind", string(o.Kind), words(optionKinds())...)
	if len(bad) > 0 {
		return bad
	}
	if need, ok := effectKinds[o.Sets]; ok && need != o.Kind {
		bad.add("/sets", ErrOptionSets.With("option", o.Name, "sets", string(o.Sets), "need", string(need)))
	}
	bad.under("/frame", checkFrame(o.Name, o.Kind, o.Frame))
	if len(bad) == 0 && o.Default != nil {
		bad.under("/default", o.checkValue(*o.Default, o.Frame))
	}
	if len(bad) == 0 {
		bad.under("", o.checkEffect())
	}
	return bad
}

// checkEffect refuses a frame that lets a number through which its effect cannot take.
func (o Option) checkEffect() (bad refusals) {
	bounds := map[Effect][2]int64{SetLimit: {0, maxLimit}, SetMonths: {1, maxMonths}, SetDays: {1, maxDays}}
	b, ok := bounds[o.Sets]
	if !ok {
		return nil
	}
	need := frame.Frame{Min: &b[0], Max: &b[1]}
	fits := o.Frame.Within(need)
	if o.Frame.Set != nil { // its numbers stand there as text
		fits = !slices.ContainsFunc(o.Frame.Set, func(s string) bool {
			v, err := o.Kind.Parse(s)
			return err != nil || need.Allows(v) != nil
		})
	}
	if !fits {
		bad.add("/frame", ErrFrameWider.With("option", o.Name, "value", limits(o.Frame), "limits", limits(need)))
	}
	return bad
}

// checkValue refuses a value of another type or outside f.
func (o Option) checkValue(v frame.Value, f frame.Frame) (bad refusals) {
	err := o.Kind.Check(v)
	if s, ok := v.Text(); ok && strings.ContainsFunc(s, unicode.IsControl) {
		err = frame.ErrBadValue // a line break or worse; both databases and every screen stumble over some
	}
	if err != nil {
		bad.add("", ErrOptionKind.With("option", o.Name, "value", clip(v.String()), "kind", string(o.Kind)).Wrap(err))
	} else if err := f.Allows(v); err != nil {
		bad.add("", ErrOptionOutside.With("option", o.Name, "value", clip(v.String()), "limits", limits(f)).Wrap(err))
	}
	return bad
}

// read makes a value of the option's kind: order documents and forms carry
// numbers and truth values as text.
func (o Option) read(v frame.Value) frame.Value {
	if s, ok := v.Text(); ok {
		if typed, err := o.Kind.Parse(strings.TrimSpace(s)); err == nil {
			return typed
		}
	}
	return v
}

func optionKinds() []frame.Kind {
	return []frame.Kind{frame.Int, frame.Bool, frame.Text, frame.Choice, frame.Day}
}

// maxSet bounds the values that a frame may enumerate.
const maxSet = 1000

// checkFrame refuses bounds that the kind does not know, and a frame that allows nothing.
func checkFrame(option string, k frame.Kind, f frame.Frame) (bad refusals) {
	wrong := func(bound string) {
		bad.add("/"+bound, ErrFrameKind.With("option", option, "kind", string(k), "bound", bound))
	}
	if k != frame.Int && f.Min != nil {
		wrong("min")
	}
	if k != frame.Int && f.Max != nil {
		wrong("max")
	}
	if k != frame.Day && !f.MinDay.IsZero() {
		wrong("min_day")
	}
	if k != frame.Day && !f.MaxDay.IsZero() {
		wrong("max_day")
	}
	if bad.atMost("/set", len(f.Set), maxSet) {
		bad.distinct("/set", f.Set, func(s string) string { return s })
		for i, s := range f.Set {
			if v, err := k.Parse(s); err != nil || v.String() != s {
				bad.add(index("/set", i), ErrOptionKind.With("option", option, "value", clip(s), "kind", string(k)))
			}
		}
	}
	if len(bad) == 0 && (f.Empty() || k == frame.Choice && len(f.Set) == 0) {
		bad.add("", ErrFrameEmpty.With("option", option, "limits", limits(f)))
	}
	return bad
}

// inherit completes a narrower frame: a bound that it leaves open is the parent's.
func inherit(f, parent frame.Frame) frame.Frame {
	if f.Min == nil {
		f.Min = parent.Min
	}
	if f.Max == nil {
		f.Max = parent.Max
	}
	if f.Set == nil {
		f.Set = parent.Set
	}
	if f.MinDay.IsZero() {
		f.MinDay = parent.MinDay
	}
	if f.MaxDay.IsZero() {
		f.MaxDay = parent.MaxDay
	}
	return f
}

// describe writes a frame for people and for comparing: "7..30", `["s","m"]`,
// "2026-01-01..", several parts joined by "; ", "*" for everything.
func describe(f frame.Frame) string {
	var parts []string
	if f.Min != nil || f.Max != nil {
		parts = append(parts, bound(f.Min)+".."+bound(f.Max))
	}
	if f.MinDay != day.None || f.MaxDay != day.None {
		parts = append(parts, f.MinDay.String()+".."+f.MaxDay.String())
	}
	if f.Set != nil {
		parts = append(parts, list(f.Set))
	}
	if len(parts) == 0 {
		return "*"
	}
	return strings.Join(parts, "; ")
}

// limits says for people what f allows: "7–30", "≥ 7", "draft, standard".
func limits(f frame.Frame) string {
	var parts []string
	if f.Min != nil || f.Max != nil {
		parts = append(parts, between(bound(f.Min), bound(f.Max), "–"))
	}
	if f.MinDay != day.None || f.MaxDay != day.None {
		first, last := "", ""
		if f.MinDay != day.None {
			first = f.MinDay.String()
		}
		if f.MaxDay != day.None {
			last = f.MaxDay.String()
		}
		parts = append(parts, between(first, last, " – "))
	}
	if f.Set != nil {
		parts = append(parts, strings.Join(f.Set, ", "))
	}
	if len(parts) == 0 {
		return "*"
	}
	return strings.Join(parts, "; ")
}

func between(least, most, dash string) string {
	switch {
	case least == "":
		return "≤ " + most
	case most == "":
		return "≥ " + least
	case least == most:
		return least
	}
	return least + dash + most
}

func bound(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
