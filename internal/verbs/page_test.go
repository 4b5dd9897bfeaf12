//go:build unix

package verbs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/internal/text"
)

const pageHead = `# Verbs, carriers and containers

What can be done with a license, how the message travels, and where the license lies. Every cell of these tables is
lived through by a test against a running server (` + "`internal/verbs`" + `): what is offered works and counts right, and what is
not offered is refused with the code that stands there. This page is written by the same test.

“yes” means offered. A code means refused, and [what it says](#what-the-codes-say) stands below. “—” means that the
carrier has no words for it, so that there is nothing to try: what is typed is unsigned and can prove no return, and a
lease lives by a connection.

| verb | what happens |
|---|---|
`

// sheet is the page that the table makes.
func sheet(t *testing.T) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, v := range verbs {
		fmt.Fprintf(&b, "| %s | %s |\n", v.name, v.is)
	}
	said := map[outcome]bool{}
	for _, c := range byCarrier {
		fmt.Fprintf(&b, "\n## Over %s\n\n| verb |", c.name)
		for _, p := range byPlaces {
			fmt.Fprintf(&b, " %s |", p.name)
		}
		b.WriteString("\n|---|" + strings.Repeat("---|", len(byPlaces)) + "\n")
		for _, v := range verbs {
			fmt.Fprintf(&b, "| %s |", v.name)
			for _, p := range byPlaces {
				switch o := v.outcome(c, p); o {
				case offered:
					b.WriteString(" yes |")
				case unsayable:
					b.WriteString(" — |")
				default:
					said[o] = true
					fmt.Fprintf(&b, " `%s` |", o)
				}
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\n## What the codes say\n\n")
	var codes []outcome
	for o := range said {
		codes = append(codes, o)
	}
	slices.Sort(codes)
	for _, o := range codes {
		fmt.Fprintf(&b, "- `%s`: %s\n", o, saying(t, string(o)))
	}
	b.WriteString(entranceTable())
	b.WriteString(pageFoot)
	return b.String()
}

const pageFoot = `
The refusals of the server are all in [Errors](errors.md). A container beside a virtual TPM is a soft one, whatever the
program asks for. Where a license may live, its model says (` + "`containers`" + ` in [the catalog](../how-to/catalog.md)); elsewhere it
is refused with ` + "`license.container_kind`" + `.
`

// own are the errors of package client that stand in the table.
var own = []error{client.ErrCloud, client.ErrNotTyped}

// saying is the English sentence of a code.
func saying(t *testing.T, code string) string {
	t.Helper()
	for _, err := range own {
		if client.Code(err) == code {
			return client.Explain("en", errors.Join(err))
		}
	}
	key := "fault." + code
	if !slices.Contains(text.Keys(), key) {
		t.Fatal("no sentence for ", code)
	}
	return text.T(text.EN, key)
}

// The page of the reference is the table.
func TestPage(t *testing.T) {
	file, want := filepath.Join(pagetest.Root(), "docs", "reference", "verbs.md"), sheet(t)
	if os.Getenv("LICET_UPDATE") != "" {
		must(t, os.WriteFile(file, []byte(want), 0o644))
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is old: ./check generate (%v)", file, err)
	}
}
