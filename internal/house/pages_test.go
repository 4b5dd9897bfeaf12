package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/licet/licet/internal/pagetest"
)

// pages reads every page: those of the root and everything below docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := os.DirFS(filepath.Join("..", ".."))
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && path != "docs" && !strings.HasPrefix(path, "docs/"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".md"):
			return nil
		}
		raw, err := fs.ReadFile(root, path)
		out[path] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// typed matches what looks like a command where no command may stand.
var typed = regexp.MustCompile(`(?m)^\s*(\$ |\./|licet(-activate)? [a-z]|go (run|build|test|install) |curl |git |sudo |apt)`)

// unmarked finds code blocks that do not say what they are, and those that hide
// commands.
func unmarked(blocks []*pagetest.Block) (out []string) {
	known := slices.Concat(pagetest.Ran, pagetest.Shown)
	for _, b := range blocks {
		if !slices.Contains(known, b.Lang) {
			out = append(out, fmt.Sprintf("%s: a block marked %q; use one of %v", b.At(), b.Lang, known))
		}
		if b.Lang == "text" && typed.MatchString(b.Text) {
			out = append(out, fmt.Sprintf("%s: a block of text holds a command; mark it sh or console", b.At()))
		}
	}
	return out
}

// opened are the pages that tests open, named in the call itself.
func opened(files []*source) map[string]bool {
	out := map[string]bool{}
	for _, s := range files {
		name := s.importName(modulePath + "/internal/pagetest")
		if !s.test || name == "" && s.dir != "internal/pagetest" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			id, _ := call.Fun.(*ast.Ident)
			if isSelector(call.Fun, name, "Open") || s.dir == "internal/pagetest" && id != nil && id.Name == "Open" {
				if lit, ok := call.Args[1].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					path, _ := strconv.Unquote(lit.Value)
					out[path] = true
				}
			}
			return true
		})
	}
	return out
}

// Every command on every page is run by a test: the test that opens a page
// answers for each of its blocks (package pagetest).
func TestPages(t *testing.T) {
	all, run := pages(t), opened(repository(t))
	for path, text := range all {
		blocks := pagetest.Blocks(path, text)
		for _, wrong := range unmarked(blocks) {
			t.Error(wrong)
		}
		for _, b := range blocks {
			if slices.Contains(pagetest.Ran, b.Lang) && pagetest.Excuse(b) == "" && !run[path] {
				t.Errorf("%s: no test opens this page (pagetest.Open)", b.At())
				break
			}
		}
	}
	if len(all) < 20 {
		t.Errorf("only %d pages", len(all))
	}
}

// What the rule finds.
func TestPageRules(t *testing.T) {
	for text, want := range map[string]int{
		"```sh\nls\n```\n":                     0,
		"```\nls\n```\n":                       1,
		"```bash\nls\n```\n":                   1,
		"```text\na picture\n```\n":            0,
		"```text\n$ ls\n```\n":                 1,
		"```text\n  go run ./cmd/licet\n```\n": 1,
	} {
		if got := unmarked(pagetest.Blocks("p.md", text)); len(got) != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	s, err := parse("internal/x/x_test.go", "package x\nimport \""+modulePath+"/internal/pagetest\"\nfunc f() { pagetest.Open(t, \"docs/a.md\") }\n")
	if err != nil || !opened([]*source{s})["docs/a.md"] {
		t.Errorf("an opened page is not seen (%v)", err)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// anchor is what a heading is called in a link.
func anchor(h string) string {
	h = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(h), "")
	return strings.ReplaceAll(h, " ", "-")
}

// Every link between pages leads to a file that is there, and to a section of it.
func TestLinks(t *testing.T) {
	all := pages(t)
	heading := regexp.MustCompile(`(?m)^#+ (.+)$`)
	for path, text := range all {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, section, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			target := path
			if to != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(path), to))
			}
			if _, err := os.Stat(filepath.Join("..", "..", target)); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
				continue
			}
			if section == "" {
				continue
			}
			found := false
			for _, h := range heading.FindAllStringSubmatch(all[target], -1) {
				found = found || anchor(h[1]) == section
			}
			if !found {
				t.Errorf("%s links to %s, and there is no such section", path, m[1])
			}
		}
	}
}

// The index of the documentation names every page of it.
func TestIndex(t *testing.T) {
	all := pages(t)
	for path := range all {
		rest, ok := strings.CutPrefix(path, "docs/")
		if !ok || rest == "README.md" || strings.HasPrefix(rest, "adr/") {
			continue
		}
		if !strings.Contains(all["docs/README.md"], "("+rest+")") {
			t.Errorf("docs/README.md does not name %s", rest)
		}
	}
}
