package pagetest

import (
	"regexp"
	"strings"
)

// pattern turns what a page shows into what an output must match: "…" is
// anything in a line, a line "…" any number of lines. Spaces at the ends of
// lines do not count.
func pattern(want string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.Lines(trim(want)) {
		line = strings.TrimRight(line, "\n")
		if strings.TrimSpace(line) == "…" {
			b.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		for i, part := range strings.Split(line, "…") {
			if i > 0 {
				b.WriteString(`[^\n]*`)
			}
			b.WriteString(regexp.QuoteMeta(part))
		}
		b.WriteString(`\n`)
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

// trim takes spaces from the ends of lines and empty lines from both ends.
func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}

// same reports whether an output is what the page shows.
func same(want, got string) bool { return pattern(want).MatchString(trim(got)) }

// copied are the words of pages that stand for what the reader copies from an
// earlier output, and what that looks like.
var copied = []struct {
	word string
	is   *regexp.Regexp
}{
	{"lk_…", regexp.MustCompile(`\b(lk_[0-9A-Za-z_-]{20,})`)},
	{"7H2KM-…", regexp.MustCompile(`\b([0-9A-Z]{5}(?:-[0-9A-Z]{5}){4})\b`)},
	{"01a3…", regexp.MustCompile(`"root": ?"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"`)},
	{"01a2…", regexp.MustCompile(`"id": ?"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"`)},
}
