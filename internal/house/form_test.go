package house

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The greatest sizes, in lines.
const (
	maxFile     = 600
	maxFunction = 100
)

// longFunctions may be longer than maxFunction: tables that read better whole.
// The key is directory.Function or directory.Type.Method.
var longFunctions = map[string]string{}

// generated reports whether a file says that a program wrote it.
func generated(s *source) bool { return ast.IsGenerated(s.file) }

// oversized finds files and functions that are too long.
func oversized(files []*source, allowed map[string]string) (out []string) {
	for _, s := range files {
		if generated(s) {
			continue
		}
		if s.lines > maxFile {
			out = append(out, fmt.Sprintf("%s has %d lines; at most %d", s.path, s.lines, maxFile))
		}
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			n := s.fset.Position(fn.End()).Line - s.fset.Position(fn.Pos()).Line + 1
			name := fn.Name.Name
			if fn.Recv != nil {
				name = receiver(fn) + "." + name
			}
			if n > maxFunction && allowed[s.dir+"."+name] == "" {
				out = append(out, fmt.Sprintf("%s: %s has %d lines; at most %d", s.at(fn.Pos()), name, n, maxFunction))
			}
		}
	}
	return out
}

// wellKnown are methods whose meaning is the interface's.
var wellKnown = strings.Fields("String Error Unwrap Is As MarshalJSON UnmarshalJSON MarshalText UnmarshalText Scan Value " +
	"ServeHTTP Len Less Swap Read Write Close GoString Format LogValue Schema ErrorStatus GetStatus")

// undocumented finds exported names without a comment, and packages without one.
func undocumented(files []*source) (out []string) {
	commented, seen := map[string]bool{}, map[string]string{}
	for _, s := range files {
		if s.test || generated(s) {
			continue
		}
		seen[s.dir] = s.path
		commented[s.dir] = commented[s.dir] || s.file.Doc != nil
		if s.file.Name.Name == "main" {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d)) && !slices.Contains(wellKnown, d.Name.Name)) {
					out = append(out, fmt.Sprintf("%s: %s has no comment", s.at(d.Pos()), d.Name.Name))
				}
			case *ast.GenDecl:
				out = append(out, mute(s, d)...)
			}
		}
	}
	for dir, at := range seen {
		if !commented[dir] {
			out = append(out, fmt.Sprintf("%s: package %s has no comment", at, dir))
		}
	}
	return out
}

// mute returns the exported names of a declaration that nothing documents: not
// the group, not the line, not a comment behind it.
func mute(s *source, d *ast.GenDecl) (out []string) {
	for _, spec := range d.Specs {
		var names []*ast.Ident
		var spoken bool
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			names, spoken = []*ast.Ident{spec.Name}, spec.Doc != nil || spec.Comment != nil
		case *ast.ValueSpec:
			names, spoken = spec.Names, spec.Doc != nil || spec.Comment != nil
		}
		for _, n := range names {
			if n.IsExported() && !spoken && d.Doc == nil {
				out = append(out, fmt.Sprintf("%s: %s has no comment", s.at(n.Pos()), n.Name))
			}
		}
	}
	return out
}

// neverWords are words of VOCABULARY that mean something else at every vendor,
// and the spelling that is not ours; the value is where one may be used all the same.
var neverWords = map[string][]string{
	"entitlement": {"internal/estate"},
	"rehost":      nil,
	"dongle":      nil,
	"licence":     nil,
}

// neverPackages are names under which anything could be put.
var neverPackages = []string{"util", "utils", "common", "model", "models", "helper", "helpers", "manager", "misc", "impl", "shared"}

// misnamed finds identifiers that contain a word the vocabulary forbids, and
// packages whose name says nothing.
func misnamed(files []*source) (out []string) {
	for _, s := range files {
		if slices.Contains(neverPackages, s.file.Name.Name) {
			out = append(out, fmt.Sprintf("%s: a package named %s holds anything", s.path, s.file.Name.Name))
		}
		if s.dir == "internal/house" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			for w, where := range neverWords {
				if strings.Contains(strings.ToLower(id.Name), w) && !inside(s.dir, where...) {
					out = append(out, fmt.Sprintf("%s: %s uses the word %q, which the vocabulary forbids", s.at(id.Pos()), id.Name, w))
				}
			}
			return true
		})
	}
	return out
}

// machinePaths are directories of one machine; nothing in the tree names them.
var machinePaths = regexp.MustCompile(`/(work|farm|home/[a-z]+|root/go|Users/[a-z]+)/[A-Za-z0-9_.-]|/tmp/licet/`)

// unfinished are the words of work that was left.
var unfinished = regexp.MustCompile(`\b(` + "TO" + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)

// spelled finds machine paths and left-over work in one file.
func spelled(rel, content string) (out []string) {
	for i, line := range strings.Split(content, "\n") {
		if m := machinePaths.FindString(line); m != "" {
			out = append(out, fmt.Sprintf("%s:%d: a path of one machine: %s", rel, i+1, m))
		}
		if m := unfinished.FindString(line); m != "" {
			out = append(out, fmt.Sprintf("%s:%d: %s: finish it or open an issue", rel, i+1, m))
		}
	}
	return out
}

// textual reports whether a file is one that people read.
func textual(rel string) bool {
	switch filepath.Ext(rel) {
	case ".go", ".md", ".sql", ".sh", ".yaml", ".yml", ".toml", ".json", ".html", ".css", ".js", ".txt", ".txtar", ".c", ".h", ".py", ".java", ".cs", ".mod", "":
		return true
	}
	return false
}

func TestForm(t *testing.T) {
	files := repository(t)
	none(t, oversized(files, longFunctions))
	none(t, undocumented(files))
	none(t, misnamed(files))
	err := walk(root(t), func(rel string, content []byte) error {
		if textual(rel) && !strings.HasPrefix(rel, "internal/house/") && !strings.Contains(rel, "testdata/") {
			none(t, spelled(rel, string(content)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, why := range longFunctions {
		if why == "" {
			t.Errorf("%s may be long without a reason", name)
		}
	}
}

func TestFormCatches(t *testing.T) {
	long := func(n int) string { return strings.Repeat("\n", n) }
	caught(t, oversized(planted(
		t,
		"internal/a/long.go", "package a"+long(601),
		"internal/a/gen.go", "// Code generated by x. DO NOT EDIT.\n\npackage a"+long(601),
		"internal/a/fn.go", "package a\nfunc f() {"+long(100)+"}\nfunc g() {"+long(98)+"}\nfunc (t *T) routes() {"+long(100)+"}",
	), map[string]string{"internal/a.T.routes": "a table"}),
		"internal/a/long.go has 601 lines", "f has 101 lines",
	)
	caught(t, undocumented(planted(
		t,
		"internal/a/a.go", "package a\n// F does.\nfunc F() {}\nfunc G() {}\nfunc h() {}\ntype T struct{}\nfunc (t T) String() string { return \"\" }\nfunc (t T) Do() {}\nfunc (x y) Do() {}",
		"internal/a/b.go", "package a\n// The kinds.\nconst (\n\tA = 1\n)\nvar B, c int\nvar (\n\t// D is.\n\tD int\n\tE int // and E too\n)",
		"internal/b/a.go", "// Package b is.\npackage b",
		"cmd/x/main.go", "// Command x is.\npackage main\nfunc Exported() {}",
	)),
		"a.go:4: G", "a.go:6: T", "a.go:8: Do", "b.go:6: B", "package internal/a has no comment",
	)
	caught(t, misnamed(planted(
		t,
		"internal/license/a.go", "package license\ntype LicenceID int\nvar oldDongles int\nvar parseHTTPLicence int",
		"internal/license/b.go", "package license\nfunc EntitlementOf() {}",
		"internal/estate/a.go", "package estate\ntype Entitlement struct{}\nfunc (e Entitlement) Rehost() {}",
		"internal/util/a.go", "package util",
	)),
		"LicenceID", "oldDongles", "parseHTTPLicence", "EntitlementOf", "Rehost", "package named util",
	)
	caught(t, spelled("a.md", "see /"+"work/shared\n// TO"+"DO later\nand /workshop/x\nTODOS are fine"), "a.md:1", "a.md:2")
}

// read returns a file of the repository.
func read(t *testing.T, rel string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), rel))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
