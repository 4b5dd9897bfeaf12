package catalog

import (
	"strings"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// maxShown bounds each list of a rendered plan; the JSON form has everything.
const maxShown = 200

// Text renders the plan for a person: one line for each object that is created
// (+) or changed (~) with its line in the file, below it what differs, and what
// the file does not mention.
func (p Plan) Text(l text.Lang) string {
	var b strings.Builder
	head := "catalog.plan.applied"
	if p.DryRun {
		head = "catalog.plan.dry_run"
	}
	line := func(indent, s string) { b.WriteString(indent + s + "\n") }
	line("", text.T(l, head, "created", len(p.Created), "changed", len(p.Changed), "unchanged", p.Unchanged))
	for i, c := range p.Created {
		if more(&b, l, i, len(p.Created)) {
			break
		}
		line("+ ", c.title(l)+c.amount(l))
	}
	for i, c := range p.Changed {
		if more(&b, l, i, len(p.Changed)) {
			break
		}
		line("~ ", c.title(l))
		for _, f := range c.Fields {
			line("    ", text.T(l, "catalog.plan.field", "field", f.Name, "before", orNone(l, f.Before), "after", orNone(l, f.After)))
		}
	}
	if len(p.Left) > 0 {
		line("", text.T(l, "catalog.plan.left", "count", len(p.Left)))
	}
	for i, r := range p.Left {
		if more(&b, l, i, len(p.Left)) {
			break
		}
		line("  ", r.title(l))
	}
	return b.String()
}

// more writes that the list goes on, when it does, and reports whether to stop.
func more(b *strings.Builder, l text.Lang, i, of int) bool {
	if i == maxShown {
		b.WriteString("  " + text.T(l, "catalog.plan.more", "count", of-i) + "\n")
	}
	return i == maxShown
}

func (r Ref) title(l text.Lang) string { return text.T(l, "catalog.object."+r.Object) + " " + r.Key }

func (c Change) title(l text.Lang) string {
	return text.T(l, "catalog.plan.line", "what", c.Ref.title(l), "line", c.Line)
}

// amount shows what a new price is, so that a slip between euros and cents is seen.
func (c Change) amount(l text.Lang) string {
	for _, f := range c.Fields {
		if a, ok := f.After.(text.Amount); ok {
			return ": " + text.Money(l, a.Minor, a.Currency)
		}
	}
	return ""
}

func orNone(l text.Lang, v any) any {
	if v == nil || v == "" {
		return text.T(l, "catalog.plan.none")
	}
	return v
}

// Explain renders what a catalog file was refused for, one line for each
// refusal with its line in the file. It returns nil for nil.
func Explain(l text.Lang, err error) []string {
	var out []string
	for _, f := range fault.All(err) {
		sentence := text.Fault(l, f.Code, f.Args)
		if line, ok := f.Args["line"]; ok {
			sentence = text.T(l, "catalog.refusal", "line", line, "sentence", sentence, "field", f.Field)
		}
		out = append(out, sentence)
	}
	return out
}
