package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// overlay writes the sources with every mutant in them into dir, and returns
// which file stands for which.
func overlay(root, dir string, all []mutant) (map[string]string, error) {
	out := map[string]string{}
	put := func(file, text string) error {
		name := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		out[filepath.Join(root, filepath.FromSlash(file))] = name
		return os.WriteFile(name, []byte(text), 0o600)
	}
	files, homes := map[string][]mutant{}, map[string][]mutant{}
	for _, m := range all {
		files[m.file] = append(files[m.file], m)
		home := filepath.ToSlash(filepath.Dir(m.file))
		homes[home] = append(homes[home], m)
	}
	for file, list := range files {
		source, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		if err := put(file, spliced(string(source), list)); err != nil {
			return nil, err
		}
	}
	for home, list := range homes {
		if err := put(home+"/zz_mutants.go", switches(filepath.Base(home), list)); err != nil {
			return nil, err
		}
	}
	return out, wave(root, files, put)
}

// wave has the gate let callers pass that bear the mark of a mutant.
func wave(root string, files map[string][]mutant, put func(file, text string) error) error {
	texts := map[string]string{}
	for _, p := range passes {
		if texts[p.file] == "" {
			source, err := os.ReadFile(filepath.Join(root, p.file))
			if err != nil {
				return err
			}
			texts[p.file] = spliced(string(source), files[p.file])
		}
		if strings.Count(texts[p.file], p.old) != 1 {
			return fmt.Errorf("%s: %q is not there once", p.file, p.old)
		}
		texts[p.file] = strings.Replace(texts[p.file], p.old, p.old+" "+p.with+"; ", 1)
	}
	for file, text := range texts {
		if err := put(file, text); err != nil {
			return err
		}
	}
	return nil
}

// spliced puts the switch of each mutant around its expression.
func spliced(source string, list []mutant) string {
	type edit struct {
		at    int
		depth int // of several edits at one place, outer ones stand outside
		text  string
	}
	var edits []edit
	for _, m := range list {
		edits = append(edits,
			edit{m.start, m.end, fmt.Sprintf("mutant%s%d(", m.how, m.id)},
			edit{m.end, -m.start, ")"})
	}
	slices.SortStableFunc(edits, func(a, b edit) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return b.depth - a.depth
	})
	var b strings.Builder
	last := 0
	for _, e := range edits {
		b.WriteString(source[last:e.at])
		b.WriteString(e.text)
		last = e.at
	}
	b.WriteString(source[last:])
	return b.String()
}

// switches is the file with one function for each mutant of a package: it
// returns what it is given, unless its mutant is chosen. What the check would
// have said is worked out in any case, so that every name stays in use.
func switches(pkg string, list []mutant) string {
	var b strings.Builder
	actor := "actor."
	fmt.Fprintf(&b, "package %s\n\nimport \"os\"\n", pkg)
	if pkg == "actor" {
		actor = ""
		fmt.Fprintf(&b, "\nconst (\nMutantBoth = \"\\x00both\"\nMutantRight = \"\\x00right\"\nMutantScope = \"\\x00scope\"\n)\n")
	} else {
		fmt.Fprintf(&b, "import \"github.com/licet/licet/internal/actor\"\n\nvar _ actor.Actor\n")
	}
	fmt.Fprintf(&b, "\nvar mutantChosen = os.Getenv(%q)\n", chooses)
	for _, m := range list {
		fmt.Fprintf(&b, "\n"+strings.ReplaceAll(removals[m.how], "actor.", actor)+"\n", m.id)
	}
	return b.String()
}
