package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/pagetest"
)

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
	all := pagetest.AllNamed(t, "licet")
	for _, c := range all {
		if wrong := misnamed(parser.Model.Node, settings, c.Words); wrong != "" {
			t.Errorf("%s: licet %s: there is no %s", c.Where, strings.Join(c.Words, " "), wrong)
		}
	}
	if len(all) < 40 {
		t.Errorf("only %d commands were found", len(all))
	}
	for words, want := range map[string]string{
		"backup restore D --keys F": "", "backup save": "save", "demo --twice": "--twice", "sell": "sell", "serve --listen A": "",
	} {
		if wrong := misnamed(parser.Model.Node, settings, strings.Fields(words)); wrong != want {
			t.Errorf("licet %s: %q, want %q", words, wrong, want)
		}
	}
}

// misnamed follows the words of a command and returns what does not exist.
func misnamed(node *kong.Node, settings map[string]bool, words []string) string {
	for i, w := range words {
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
