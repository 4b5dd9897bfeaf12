package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// field is one comparable fact of an object under the name that it has in a
// catalog file. Value is a string, bool, number, day or amount, all comparable.
type field struct {
	name  string
	value any
}

// fieldsOf makes fields of name, value, name, value …
func fieldsOf(pairs ...any) []field {
	out := make([]field, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, field{fmt.Sprint(pairs[i]), pairs[i+1]})
	}
	return out
}

// differ returns what is not the same in before and after, in the order of
// before, then what only after has.
func differ(before, after []field) []Field {
	was := make(map[string]any, len(before))
	for _, f := range before {
		was[f.name] = f.value
	}
	is := make(map[string]any, len(after))
	for _, f := range after {
		is[f.name] = f.value
	}
	var out []Field
	for _, f := range before {
		if v, ok := is[f.name]; !ok || v != f.value {
			out = append(out, Field{Name: f.name, Before: f.value, After: v})
		}
	}
	for _, f := range after {
		if _, ok := was[f.name]; !ok {
			out = append(out, Field{Name: f.name, After: f.value})
		}
	}
	return out
}

// list writes strings so that different lists never look alike.
func list(ss []string) string {
	b, err := json.Marshal(ss)
	if err != nil {
		return fmt.Sprint(ss) // strings always marshal
	}
	return string(b)
}

func index(at string, i int) string { return at + "/" + strconv.Itoa(i) }

// The escapes of JSON pointers (RFC 6901).
var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// pointer appends a key to a JSON pointer.
func pointer(at, key string) string { return at + "/" + escape.Replace(key) }

func words[S ~string](ss []S) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = string(s)
	}
	return out
}

func sortedBy(ss []string, fold func(string) string) []string {
	out := slices.Clone(ss)
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// distinct refuses every element that folds to one before it.
func (r *refusals) distinct(at string, ss []string, fold func(string) string) {
	seen := make(map[string]bool, len(ss))
	for i, s := range ss {
		if seen[fold(s)] {
			r.add(index(at, i), ErrTwice.With("value", clip(s)))
		}
		seen[fold(s)] = true
	}
}

// join returns the refusals as one error: nil when there are none, the refusal
// itself when it is the only one.
func (r refusals) join() error {
	if len(r) == 1 {
		return r[0]
	}
	return errors.Join(r...)
}

// without returns the numbers of ss that are not in out.
func without(ss, out []string) []string {
	return slices.DeleteFunc(slices.Clone(ss), func(s string) bool {
		return slices.ContainsFunc(out, func(o string) bool { return FoldNumber(o) == FoldNumber(s) })
	})
}
