package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/licet/licet/internal/app"
)

// referenceCmd prints the pages of the reference that are generated from the
// program.
type referenceCmd struct {
	Page string `arg:"" enum:"cli,config" help:"cli or config."`
}

// Run implements the command.
func (c referenceCmd) Run(e *env) error {
	if c.Page == "config" {
		return configReference(e.out)
	}
	parser, err := kong.New(&commands{}, kong.Name("licet"))
	if err != nil {
		return err
	}
	return cliReference(e.out, parser.Model)
}

func configReference(w io.Writer) error {
	config, _, err := app.ParseConfig(nil, func(string) string { return "" })
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# Settings\n\nGenerated from the program. Flags win over the environment, the environment over the file that `--config` or `LICET_CONFIG` names (YAML, the same names). " +
		"`file:PATH` as the value of a secret reads it from a file.\n\n| flag and key | environment | default | meaning |\n|---|---|---|---|\n")
	for _, s := range config.Dump() {
		value := s.Default
		if value == "" {
			value = "–"
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", s.Name, s.Env, value, strings.ReplaceAll(s.Help, "|", "\\|"))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func cliReference(w io.Writer, model *kong.Application) error {
	var b strings.Builder
	b.WriteString("# The command line\n\nGenerated from the program. Every command also takes the [settings](config.md).\n\n" +
		"Exit codes: 0 done, 1 failed, 2 called wrongly, 3 refused by a rule, 4 not found, 5 not reachable, 75 try again.\n")
	for _, leaf := range model.Leaves(true) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```text\n%s\n```\n", leaf.FullPath(), leaf.Help, leaf.Summary())
		for _, p := range leaf.Positional {
			fmt.Fprintf(&b, "- `%s` %s\n", p.Summary(), p.Help)
		}
		for _, f := range leaf.Flags {
			if f.Name != "help" {
				fmt.Fprintf(&b, "- `%s` %s\n", f.String(), f.Help)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
