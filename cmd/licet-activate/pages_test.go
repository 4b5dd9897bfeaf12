package main

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/pagetest"
)

// Every command of the wizard that a page, a sentence of the server or one of
// its own names exists, with its flags.
func TestNamedCommands(t *testing.T) {
	all := pagetest.AllNamed(t, "licet-activate")
	for key, s := range texts {
		all = append(all, pagetest.Commands("licet-activate", key, s.en)...)
		all = append(all, pagetest.Commands("licet-activate", key, s.de)...)
	}
	for _, c := range all {
		if wrong := misnamed(c.Words); wrong != "" {
			t.Errorf("%s: licet-activate %s: there is no %s", c.Where, strings.Join(c.Words, " "), wrong)
		}
	}
	if len(all) < 15 {
		t.Errorf("only %d commands were found", len(all))
	}
	for words, want := range map[string]string{
		"request --for waiting": "", "move --to=f": "", "steal": "steal", "status --to f": "--to", "help status": "", "lease C --wait -- cad --what": "", "status -- cad": "--", "--ui --no-browser": "", "--ui --to f": "--to",
	} {
		if wrong := misnamed(strings.Fields(words)); wrong != want {
			t.Errorf("licet-activate %s: %q, want %q", words, wrong, want)
		}
	}
}

// misnamed returns the first word of a command that does not exist.
func misnamed(words []string) string {
	if words[0] == "help" {
		return ""
	}
	options := uiOptions
	if !strings.HasPrefix(words[0], "-") {
		v := verbOf(words[0])
		if v == nil {
			return words[0]
		}
		options = v.flags
	}
	flags := (&program{}).flags(options)
	for _, w := range words {
		if w == "--" && words[0] == "lease" {
			break // a program and its own words
		}
		name, ok := strings.CutPrefix(w, "--")
		if name, _, _ = strings.Cut(name, "="); ok && flags.Lookup(name) == nil {
			return w
		}
	}
	return ""
}
