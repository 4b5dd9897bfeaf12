package pagetest

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/internal/text"
)

// Named is a command in running text.
type Named struct {
	Where string   // page, or key of the sentence
	Words []string // without the program's name and without punctuation
}

// Commands are the commands of a program in a text: on a page behind a
// backquote, in a sentence in quotes or behind a colon.
func Commands(program, where, words string) (out []Named) {
	inline := regexp.MustCompile("(?:`|\"|“|„|‘|: |^)" + regexp.QuoteMeta(program) + " ([a-z][^`\"”“’\n]*)")
	for _, m := range inline.FindAllStringSubmatch(words, -1) {
		one := Named{Where: where}
		for w := range strings.FieldsSeq(m[1]) {
			one.Words = append(one.Words, strings.TrimRight(w, ",.;:)"))
		}
		out = append(out, one)
	}
	return out
}

// AllNamed are the commands of a program that the pages and the sentences of the
// server name. What a page says of the past, or of the begins of files, is left
// out.
func AllNamed(t testing.TB, program string) (out []Named) {
	t.Helper()
	for _, key := range text.Keys() {
		for _, l := range []text.Lang{text.EN, text.DE} {
			out = append(out, Commands(program, key, text.T(l, key))...)
		}
	}
	root := os.DirFS(Root())
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		pages, err := fs.Glob(root, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range pages {
			if slices.Contains([]string{"CHANGELOG.md", "docs/reference/formats.md"}, path) || strings.HasPrefix(path, "docs/adr/") {
				continue
			}
			raw, err := fs.ReadFile(root, path)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, Commands(program, path, string(raw))...)
		}
	}
	return out
}
