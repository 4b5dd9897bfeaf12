package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/text"
)

// inline matches a command of licet in running text: on a page behind a
// backquote, in a sentence of the program in quotes or behind a colon.
var inline = regexp.MustCompile("(?:`|“|„|‘|: |^)licet ([a-z][^`”“’\n]*)")

// Every command that a page or a sentence names exists, with its flags. The
// blocks of commands on the pages are run (package pagetest).
func TestNamedCommands(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("licet"))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]bool{"config": true, "help": true}
	config, _, err := app.ParseConfig(nil, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range config.Dump() {
		settings[s.Name] = true
	}
	found := 0
	look := func(where, words string) {
		for _, m := range inline.FindAllStringSubmatch(words, -1) {
			found++
			if wrong := misnamed(parser.Model.Node, settings, strings.Fields(m[1])); wrong != "" {
				t.Errorf("%s: licet %s: there is no %s", where, m[1], wrong)
			}
		}
	}
	for _, key := range text.Keys() {
		for _, l := range []text.Lang{text.EN, text.DE} {
			look(key, text.T(l, key))
		}
	}
	root := os.DirFS(filepath.Join("..", ".."))
	pages, err := fs.Glob(root, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	below, err := fs.Glob(root, "docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Concat(pages, below) {
		raw, err := fs.ReadFile(root, path)
		if err != nil {
			t.Fatal(err)
		}
		if path != "CHANGELOG.md" && path != "docs/reference/formats.md" && !strings.HasPrefix(path, "docs/adr/") { // of the past; begins of files
			look(path, string(raw))
		}
	}
	if found < 40 {
		t.Errorf("only %d commands were found", found)
	}
}

// misnamed follows the words of a command and returns what does not exist.
func misnamed(node *kong.Node, settings map[string]bool, words []string) string {
	for i, w := range words {
		w = strings.TrimRight(w, ",.;:)")
		if name, ok := strings.CutPrefix(w, "--"); ok {
			name, _, _ = strings.Cut(name, "=")
			if !settings[name] && !slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool { return f.Name == name }) {
				return w
			}
			continue
		}
		next := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == w })
		switch {
		case next >= 0:
			node = node.Children[next]
		case i == 0:
			return w
		case len(node.Children) > 0 && regexp.MustCompile(`^[a-z-]+$`).MatchString(w):
			return w
		}
	}
	return ""
}
