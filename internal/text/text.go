// Package text is the catalog of every sentence that a person reads, in German
// and English, side by side in one file per context.
//
// Model: a key ("fault.license.no_seat", "depot.title") has one Entry with both
// languages; {name} in a sentence is filled from the arguments, numbers and
// dates in the reader's form; an Entry with One forms is a plural, chosen by
// the argument n. Entries are added while the program starts and never change.
//
// Invariants (held by tests): every entry has both languages, both have the
// same placeholders, a plural has both One forms, a key is added once. Sentences
// address the reader politely, name the value and the limit, and say what next.
//
// Neighbors: every context adds its own file here; adapters call T, N and Fault.
package text

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Lang is a language of the catalog.
type Lang string

// The languages.
const (
	DE Lang = "de"
	EN Lang = "en"
)

// Langs returns every language, the default one first.
func Langs() []Lang { return []Lang{EN, DE} }

// Entry is one text in both languages. The One forms are for plurals only and
// are used when the count is exactly one.
type Entry struct {
	EN, DE       string
	ENOne, DEOne string
}

// in returns the sentence of e in a language, in its One form when asked for
// and present.
func (e Entry) in(l Lang, one bool) string {
	switch {
	case l == DE && one && e.DEOne != "":
		return e.DEOne
	case l == DE:
		return e.DE
	case one && e.ENOne != "":
		return e.ENOne
	default:
		return e.EN
	}
}

var catalog = map[string]Entry{}

// add enters a text while the program starts; a second entry under the same
// key is a mistake of ours.
func add(key string, e Entry) struct{} {
	if _, twice := catalog[key]; twice {
		panic("text: key added twice: " + key)
	}
	catalog[key] = e
	return struct{}{}
}

// Has reports whether the catalog has key.
func Has(key string) bool {
	_, ok := catalog[key]
	return ok
}

// Keys returns every key, sorted.
func Keys() []string { return slices.Sorted(maps.Keys(catalog)) }

// T returns the text of key in l, filled from args (name, value, name, value …).
// An unknown key is returned itself.
func T(l Lang, key string, args ...any) string { return Args(l, key, pairs(args)) }

// Args is T with the arguments in a map.
func Args(l Lang, key string, args map[string]any) string {
	e, ok := catalog[key]
	if !ok {
		return key
	}
	return fill(l, e.in(l, false), args)
}

// N returns the text of key for a count: its One form when n is exactly one.
// The count fills {n}.
func N(l Lang, key string, n int64, args ...any) string {
	e, ok := catalog[key]
	if !ok {
		return key
	}
	m := pairs(args)
	if m == nil {
		m = map[string]any{}
	}
	m["n"] = n
	return fill(l, e.in(l, n == 1), m)
}

// Fault returns the sentence of a fault code in l. A code without a sentence
// gets the general one of "internal", with the code.
func Fault(l Lang, code string, args map[string]any) string {
	if e, ok := catalog["fault."+code]; ok && code != "internal" {
		return fill(l, e.in(l, false), worded(l, code, args))
	}
	return T(l, "fault.internal", "code", code)
}

// worded puts words in place of the arguments of a fault that have some:
// "word.license.code_typo.kind.check" is what {kind} of that fault reads where
// the argument is "check". Words may name the other arguments, and each of a list has
// its own.
func worded(l Lang, code string, args map[string]any) map[string]any {
	var out map[string]any
	for name, v := range args {
		words, ok := wordsFor(l, "word."+code+"."+name+".", v, args)
		if !ok {
			continue
		}
		if out == nil {
			out = maps.Clone(args)
		}
		out[name] = words
	}
	if out == nil {
		return args
	}
	return out
}

// wordsFor are the words for a value, of a list for each; ok is false where the
// catalog has none.
func wordsFor(l Lang, prefix string, v any, args map[string]any) (words string, ok bool) {
	list, several := v.([]string)
	if !several {
		list = []string{show(l, v)}
	}
	var out []string
	for _, one := range list {
		e, ok := catalog[prefix+one]
		if !ok {
			return "", false
		}
		out = append(out, fill(l, e.in(l, false), args))
	}
	return strings.Join(out, ", "), len(out) > 0
}

// Match returns the language that an Accept-Language header (or a POSIX locale
// such as "de_AT.UTF-8") likes best, English when it likes neither.
func Match(accept string) Lang {
	best, weight := EN, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = parsed
		}
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		base, _, _ = strings.Cut(base, "_")
		if l := Lang(base); (l == DE || l == EN) && q > weight {
			best, weight = l, q
		}
	}
	return best
}

// fill replaces every {name} in s; a name without an argument stays as it is.
func fill(l Lang, s string, args map[string]any) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		v, known := args[name]
		switch {
		case !closed:
			b.WriteString("{" + rest)
			return b.String()
		case known:
			b.WriteString(show(l, v))
		default:
			b.WriteString("{" + name + "}")
		}
		s = after
	}
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			m[name] = args[i+1]
		}
	}
	return m
}
