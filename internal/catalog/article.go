package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/frame"
)

// ArticleKind says what an article does when its ticket is redeemed.
type ArticleKind string

// The article kinds. All but Base change a license that is already there.
const (
	Base      ArticleKind = "base"      // brings a license of its own
	Upgrade   ArticleKind = "upgrade"   // replaces the license of a target by this one
	Extension ArticleKind = "extension" // lengthens the license of a target
	AddOn     ArticleKind = "addon"     // adds features and limits to the license of a target
)

// Ticketing says how many tickets an order line becomes.
type Ticketing string

// The ticketings.
const (
	PerLine Ticketing = "per_line" // one ticket with the line's quantity
	PerUnit Ticketing = "per_unit" // one ticket for each unit
)

// The bounds of an article.
const (
	maxLimit    = 1<<53 - 1 // greatest number that every language's JSON keeps exactly
	maxFeatures = 1000
	maxLimits   = 200
	maxOptions  = 100
	maxTargets  = 1000
)

// Article is the sellable thing with the article number that the ERP knows.
type Article struct {
	ID         ArticleID        `json:"id,omitzero" yaml:"-"`
	Number     string           `json:"number"` // fixed; unique with the configurations' numbers
	Name       Names            `json:"name"`
	Product    string           `json:"product"` // fixed; code of the product
	Model      string           `json:"model"`   // code of the license model
	Kind       ArticleKind      `json:"kind"`
	Targets    []string         `json:"targets"`       // numbers of the articles that an upgrade, extension or add-on changes
	Features   []string         `json:"features"`      // codes of the product's features
	Limits     map[string]int64 `json:"limits"`        // 0 to 2^53-1
	Adds       Adds             `json:"adds,omitzero"` // what one unit of an upgrade, extension or add-on adds beside features and limits
	Options    []Option         `json:"options"`
	Ticketing  Ticketing        `json:"ticketing"`
	ShowOnce   bool             `json:"show_once,omitempty"` // codes of its tickets stand in the answer that makes them, and nowhere else
	Containers []string         `json:"containers"`          // allowed container kinds; empty = the model's
	Trial      TrialOffer       `json:"trial,omitzero"`
	State      State            `json:"state"`
	Rev        int64            `json:"rev" yaml:"-"`
}

// check returns what is wrong with a by itself.
func (a Article) check() (bad refusals) {
	bad.number("/number", a.Number)
	bad.names("/name", a.Name)
	bad.state("/state", a.State)
	bad.choice("/kind", string(a.Kind), string(Base), string(Upgrade), string(Extension), string(AddOn))
	bad.choice("/ticketing", string(a.Ticketing), string(PerLine), string(PerUnit))
	if len(a.Containers) > 0 {
		bad.containers("/containers", a.Containers)
	}
	if bad.atMost("/features", len(a.Features), maxFeatures) {
		bad.distinct("/features", a.Features, FoldCode)
	}
	bad.under("", a.checkTargets())
	bad.under("", a.checkAdds())
	bad.under("", a.checkLimits())
	bad.under("", a.checkOptions())
	bad.under("/trial", a.Trial.check())
	return bad
}

func (a Article) checkTargets() (bad refusals) {
	switch {
	case a.Kind == Base && len(a.Targets) > 0:
		bad.add("/targets", ErrTargetForbidden)
	case a.Kind != Base && len(a.Targets) == 0:
		bad.add("/targets", ErrTargetMissing.With("kind", string(a.Kind)))
	}
	if bad.atMost("/targets", len(a.Targets), maxTargets) {
		bad.distinct("/targets", a.Targets, FoldNumber)
	}
	for i, t := range a.Targets {
		if FoldNumber(t) == FoldNumber(a.Number) {
			bad.add(index("/targets", i), ErrTargetSelf.With("value", clip(t)))
		}
	}
	return bad
}

func (a Article) checkLimits() (bad refusals) {
	if !bad.atMost("/limits", len(a.Limits), maxLimits) {
		return bad
	}
	for _, name := range sortedKeys(a.Limits) {
		at := pointer("/limits", name)
		if !optionForm.MatchString(name) {
			bad.add(at, ErrCode.With("value", clip(name)))
		}
		bad.within(at, a.Limits[name], 0, maxLimit)
	}
	return bad
}

func (a Article) checkOptions() (bad refusals) {
	if !bad.atMost("/options", len(a.Options), maxOptions) {
		return bad
	}
	seen := map[string]bool{}
	for i, o := range a.Options {
		bad.under(index("/options", i), o.check())
		claims := []string{o.Name}
		if slices.Contains([]Effect{SetMonths, SetDays, SetEnd}, o.Sets) {
			claims = append(claims, ":"+string(o.Sets)) // no name has a colon
		}
		for _, one := range claims {
			if seen[one] {
				bad.add(index("/options", i), ErrTwice.With("value", clip(o.Name)))
			}
			seen[one] = true
		}
	}
	return bad
}

// fits checks a against its model and the features of its product (by folded
// code): the rules that join them.
func (a Article) fits(m ModelSpec, features map[string]Feature) (bad refusals) {
	for i, c := range a.Containers {
		if !slices.Contains(m.Containers, c) {
			bad.add(index("/containers", i), ErrContainersWider.With("value", c, "allowed", m.Containers))
		}
	}
	bad.under("", a.fitsTrial(m))
	all := slices.ContainsFunc(a.Features, func(code string) bool { return features[FoldCode(code)].All })
	if m.Kind == NFR && !all {
		bad.add("/features", ErrAllFeatures.With("model", a.Model))
	}
	counts := len(a.Limits) > 0 || slices.ContainsFunc(a.Options, func(o Option) bool { return o.Sets == SetLimit })
	if (m.Kind == Usage || m.Kind == Capacity) && !counts {
		bad.add("/limits", ErrNeedsLimit.With("kind", string(m.Kind)))
	}
	if m.Kind == Usage && a.Kind == Base && counts && a.unit() == "" {
		bad.add("/limits", ErrOneLimit)
	}
	for i, o := range a.Options {
		if need := a.needs(o, m, features); need != "" {
			bad.add(index("/options", i)+"/sets", ErrOptionSets.With("option", o.Name, "sets", string(o.Sets), "need", need))
		}
	}
	return bad
}

// unit is the only limit that the article has or that an option of it sets; "" for
// none or several.
func (a Article) unit() (name string) {
	names := sortedKeys(a.Limits)
	for _, o := range a.Options {
		if o.Sets == SetLimit && !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return ""
}

// needs names what the article, its model or its product lacks for o's effect, ""
// if nothing.
func (a Article) needs(o Option, m ModelSpec, features map[string]Feature) string {
	switch {
	case o.Sets == SetMonths && a.Kind == Extension && a.Adds.Months == 0:
		return "adds.months"
	case o.Sets == SetDays && a.Kind == Extension && a.Adds.Days == 0:
		return "adds.days"
	case a.Kind == Extension && (o.Sets == SetMonths || o.Sets == SetDays):
		return ""
	case o.Sets == SetMonths && m.Duration.Months == 0:
		return "duration.months"
	case o.Sets == SetDays && m.Duration.Days == 0:
		return "duration.days"
	case o.Sets == SetEnd && m.FixedEnd.IsZero():
		return "fixed_end"
	case o.Sets == SetFeature && features[FoldCode(o.Name)].Code == "":
		return "feature " + o.Name
	}
	return ""
}

func (a Article) fixed(next Article) (bad refusals) {
	fix := func(field, value string) {
		bad.add("/"+field, ErrFixed.With("object", "article", "key", a.Number, "field", field, "value", value))
	}
	if FoldNumber(next.Number) != FoldNumber(a.Number) {
		fix("number", a.Number)
	}
	if FoldCode(next.Product) != FoldCode(a.Product) {
		fix("product", a.Product)
	}
	return bad
}

// option returns the option of that name.
func (a Article) option(name string) (Option, bool) {
	i := slices.IndexFunc(a.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return a.Options[i], true
}

// optionLike returns the option of that name, or else the only one whose name
// differs in capitals.
func (a Article) optionLike(name string) (found Option, ok bool) {
	if o, ok := a.option(name); ok {
		return o, true
	}
	for _, o := range a.Options {
		if strings.EqualFold(o.Name, name) {
			if ok {
				return Option{}, false
			}
			found, ok = o, true
		}
	}
	return found, ok
}

// optionNames returns the names in the article's order, for refusals.
func (a Article) optionNames() []string {
	out := make([]string, len(a.Options))
	for i, o := range a.Options {
		out[i] = o.Name
	}
	return out
}

func (a Article) fields() []field {
	out := fieldsOf("name.de", a.Name.DE, "name.en", a.Name.EN, "model", FoldCode(a.Model), "kind", string(a.Kind),
		"targets", folded(a.Targets, FoldNumber), "features", folded(a.Features, FoldCode),
		"ticketing", string(a.Ticketing), "containers", folded(a.Containers, FoldCode), "state", string(a.State))
	if a.ShowOnce {
		out = append(out, field{"show_once", true})
	}
	out = append(out, a.Adds.fields()...)
	out = append(out, a.Trial.fields()...)
	for _, name := range sortedKeys(a.Limits) {
		out = append(out, field{"limits." + name, a.Limits[name]})
	}
	out = append(out, field{"options", list(a.optionNames())})
	for _, o := range a.Options {
		at := "options." + o.Name + "."
		out = append(out, fieldsOf(at+"title.de", o.Title.DE, at+"title.en", o.Title.EN, at+"kind", string(o.Kind),
			at+"frame", describe(o.Frame), at+"default", shown(o.Default), at+"sets", string(o.Sets))...)
	}
	return out
}

// folded writes a set of codes or numbers so that equal sets look equal.
func folded(ss []string, fold func(string) string) string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = fold(s)
	}
	slices.Sort(out)
	return list(out)
}

// shown writes a value with its type: a number bare, a text in quotes.
func shown(v *frame.Value) string {
	if v == nil {
		return ""
	}
	if s, ok := v.Text(); ok {
		return strconv.Quote(s)
	}
	return v.String()
}
