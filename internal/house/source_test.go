package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// modulePath is the import path of the repository's module.
const modulePath = "github.com/licet/licet"

// source is one Go file, parsed.
type source struct {
	path    string // from the repository's root, with slashes
	dir     string // its directory, "." for the root
	name    string // its base name
	test    bool   // a _test.go file
	imports []string
	file    *ast.File
	fset    *token.FileSet
	lines   int
	text    string
}

// at returns "path:line" of a position.
func (s *source) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(p).Line)
}

// testOnly reports whether the file belongs to a package that only tests import.
func (s *source) testOnly() bool {
	return s.test || testPackages[s.dir] != ""
}

// importName returns the name under which the file imports a package path, ""
// when it does not.
func (s *source) importName(importPath string) string {
	for _, im := range s.file.Imports {
		if p, _ := strconv.Unquote(im.Path.Value); p == importPath {
			if im.Name != nil {
				return im.Name.Name
			}
			return path.Base(importPath)
		}
	}
	return ""
}

// parse makes a source from its text.
func parse(filePath, text string) (*source, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filePath, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{
		path: filePath, dir: path.Dir(filePath), name: path.Base(filePath),
		test: strings.HasSuffix(filePath, "_test.go"), file: f, fset: fset,
		lines: strings.Count(text, "\n"), text: text,
	}
	for _, im := range f.Imports {
		p, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return nil, err
		}
		s.imports = append(s.imports, p)
	}
	return s, nil
}

// planted parses the files of a test's own small house: path, text, path, text …
func planted(t *testing.T, files ...string) []*source {
	t.Helper()
	var out []*source
	for i := 0; i+1 < len(files); i += 2 {
		s, err := parse(files[i], files[i+1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// root is the repository's root.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// house parses the repository once.
var house = sync.OnceValues(func() ([]*source, error) {
	dir, err := filepath.Abs("../..")
	if err != nil {
		return nil, err
	}
	var out []*source
	err = walk(dir, func(rel string, text []byte) error {
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		s, err := parse(rel, string(text))
		if err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	return out, err
})

// repository returns the repository's Go files, parsed.
func repository(t *testing.T) []*source {
	t.Helper()
	files, err := house()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d Go files were found", len(files))
	}
	return files
}

// skipped are directories that hold nothing of ours, or what git ignores.
var skipped = []string{".git", "node_modules", "bin", "dist", "artifacts", ".cache"}

// walk calls fn with every file below dir that is ours and small enough to be
// source, and not inside a module of its own.
func walk(dir string, fn func(rel string, text []byte) error) error {
	return filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			_, own := os.Stat(filepath.Join(p, "go.mod"))
			if slices.Contains(skipped, e.Name()) || rel != "." && own == nil {
				return fs.SkipDir
			}
			return nil
		}
		if info, err := e.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > 4<<20 {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return fn(rel, text)
	})
}

// none fails the test for every finding.
func none(t *testing.T, findings []string) {
	t.Helper()
	slices.Sort(findings)
	for _, f := range slices.Compact(findings) {
		t.Error(f)
	}
}

// caught wants one finding for each of these parts, and no other.
func caught(t *testing.T, findings []string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, part) }) {
			t.Errorf("the planted %q was not found in %q", part, findings)
		}
	}
	if len(findings) != len(parts) {
		t.Errorf("%d findings, want %d: %q", len(findings), len(parts), findings)
	}
}

// inside reports whether dir is one of the prefixes or below one.
func inside(dir string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return dir == p || strings.HasPrefix(dir, p+"/")
	})
}
