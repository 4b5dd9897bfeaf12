package wizard

import (
	"html"
	"slices"
	"strings"
)

// markup is HTML that is safe to show. Only esc, el and the constants of this
// package make it; whatever comes from elsewhere goes through esc or an attribute
// of el.
type markup string

// esc makes a text safe.
func esc(s string) markup { return markup(html.EscapeString(s)) }

// attrs are names and values of attributes, in turn; a name with "" is a switch.
type attrs []string

// void are the elements that have no end.
var void = []string{"input", "img", "br", "meta", "link"}

// el is an element.
func el(name string, a attrs, inside ...markup) markup {
	var b strings.Builder
	b.WriteString("<" + name)
	for i := 0; i+1 < len(a); i += 2 {
		b.WriteString(" " + a[i] + `="` + html.EscapeString(a[i+1]) + `"`)
	}
	b.WriteByte('>')
	if slices.Contains(void, name) {
		return markup(b.String())
	}
	for _, m := range inside {
		b.WriteString(string(m))
	}
	b.WriteString("</" + name + ">")
	return markup(b.String())
}

// all joins parts.
func all(parts ...markup) markup {
	var b strings.Builder
	for _, m := range parts {
		b.WriteString(string(m))
	}
	return markup(b.String())
}

// each joins what one makes of every item.
func each[T any](items []T, one func(T) markup) markup {
	var b strings.Builder
	for _, i := range items {
		b.WriteString(string(one(i)))
	}
	return markup(b.String())
}

// when is m if yes.
func when(yes bool, m markup) markup {
	if yes {
		return m
	}
	return ""
}
