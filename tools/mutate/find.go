package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one check taken away.
type mutant struct {
	id         int
	file       string // below the root
	line       int
	in         string // the function that it stands in
	text       string // the check, as it stands in the source
	start, end int    // of what is taken away, in bytes
	how        string // a key of removals
}

func (m mutant) String() string { return fmt.Sprintf("%s:%d: %s (%s)", m.file, m.line, m.text, m.how) }

// key names a mutant without its line.
func (m mutant) key() string { return fmt.Sprintf("%s %s: %s (%s)", m.file, m.in, m.text, m.how) }

// source is one parsed file.
type source struct {
	name string // below the root
	text []byte
	set  *token.FileSet
	tree *ast.File
}

func (s *source) of(n ast.Node) string {
	return string(s.text[s.set.Position(n.Pos()).Offset:s.set.Position(n.End()).Offset])
}

func (s *source) mutant(check, taken ast.Node, how string) mutant {
	at := func(p token.Pos) int { return s.set.Position(p).Offset }
	text, _, literal := strings.Cut(strings.Join(strings.Fields(s.of(check)), " "), "func(")
	if literal {
		text += "…)"
	}
	return mutant{
		file: s.name, line: s.set.Position(check.Pos()).Line, text: text,
		start: at(taken.Pos()), end: at(taken.End()), how: how,
	}
}

// mutants finds every check of a right, in the order of the files.
func mutants(root string) (all []mutant, err error) {
	packages, err := read(root)
	if err != nil {
		return nil, err
	}
	var strange []string
	named := map[string]int{}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		files := packages[dir]
		helpers := checking(files)
		for _, s := range files {
			found, loose := s.checks(helpers, named)
			all, strange = append(all, found...), append(strange, loose...)
		}
	}
	for _, t := range []map[string]string{others, innocent} {
		for _, k := range slices.Sorted(maps.Keys(t)) {
			if named[k] == 0 {
				strange = append(strange, k+" stands in a table of guards.go and is not in the source")
			}
		}
	}
	for k := range doubled {
		if !slices.ContainsFunc(all, func(m mutant) bool { return m.key() == k }) {
			strange = append(strange, k+" stands in the list of doubled checks and is not in the source")
		}
	}
	if len(strange) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(strange, "\n"))
	}
	for i := range all {
		all[i].id = i + 1
	}
	return all, nil
}

// read parses the packages that may hold checks.
func read(root string) (map[string][]*source, error) {
	files, err := filepath.Glob(filepath.Join(root, "internal/*/*.go"))
	if err != nil {
		return nil, err
	}
	out := map[string][]*source{}
	for _, file := range files {
		name, err := filepath.Rel(root, file)
		if err != nil {
			return nil, err
		}
		name = filepath.ToSlash(name)
		dir := filepath.ToSlash(filepath.Dir(name))
		if strings.HasSuffix(name, "_test.go") || without[dir] != "" {
			continue
		}
		s := &source{name: name, set: token.NewFileSet()}
		if s.text, err = os.ReadFile(file); err != nil {
			return nil, err
		}
		if s.tree, err = parser.ParseFile(s.set, file, s.text, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		out[dir] = append(out[dir], s)
	}
	return out, nil
}

// checking are the names of a package's functions that take a caller and check
// something about it, themselves or by another one of them.
func checking(files []*source) map[string]bool {
	out := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, s := range files {
			for _, d := range s.tree.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Body == nil || out[f.Name.Name] || !takesCaller(f.Type) {
					continue
				}
				ast.Inspect(f.Body, func(n ast.Node) bool {
					if c, ok := n.(*ast.CallExpr); ok && (guard(c) != nil || out[called(c)] && caller(c) != nil) {
						out[f.Name.Name], grown = true, true
					}
					return !out[f.Name.Name]
				})
			}
		}
	}
	return out
}

func takesCaller(f *ast.FuncType) bool {
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		sel, ok := p.Type.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Actor"
	})
}

// called is the name of what a call calls.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// caller is the argument of a call that is the caller: by, or the field by.
func caller(c *ast.CallExpr) ast.Expr {
	for _, a := range c.Args {
		switch a := a.(type) {
		case *ast.Ident:
			if a.Name == "by" {
				return a
			}
		case *ast.SelectorExpr:
			if a.Sel.Name == "by" {
				return a
			}
		}
	}
	return nil
}

// guard says in which ways a call that asks for the caller's right is taken away;
// nil = it is none.
func guard(c *ast.CallExpr) []string {
	if _, ok := c.Fun.(*ast.SelectorExpr); !ok || caller(c) == nil {
		return nil
	}
	return guards[called(c)]
}

// guarding are the mutants of such a call.
func (s *source) guarding(c *ast.CallExpr) (out []mutant) {
	for _, how := range guard(c) {
		switch how {
		case "Scope":
			// Everybody is inside the scope of their own organization.
			if last := s.of(c.Args[len(c.Args)-1]); last != s.of(caller(c))+".Org" {
				out = append(out, s.mutant(c, caller(c), how))
			}
		case "Right", "Both":
			out = append(out, s.mutant(c, caller(c), how))
		default:
			out = append(out, s.mutant(c, c, how))
		}
	}
	return out
}

// checks finds the checks of one file, and what looks like one and stands in no
// table.
func (s *source) checks(helpers map[string]bool, named map[string]int) (out []mutant, loose []string) {
	for _, d := range s.tree.Decls {
		found, strange := s.checksIn(d, helpers, named)
		if f, ok := d.(*ast.FuncDecl); ok {
			for i := range found {
				found[i].in = f.Name.Name
			}
		}
		out, loose = append(out, found...), append(loose, strange...)
	}
	return out, loose
}

func (s *source) checksIn(d ast.Decl, helpers map[string]bool, named map[string]int) (out []mutant, loose []string) {
	ast.Inspect(d, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		key := s.name + " " + strings.Join(strings.Fields(s.of(e)), " ")
		if how := others[key]; how != "" {
			named[key]++
			out = append(out, s.mutant(e, e, how))
			return false
		}
		if innocent[key] != "" {
			named[key]++
			return false
		}
		c, ok := e.(*ast.CallExpr)
		switch {
		case ok && guard(c) != nil:
			out = append(out, s.guarding(c)...)
		case ok && helpers[called(c)] && caller(c) != nil && !elsewhere(s, c):
			out = append(out, s.mutant(c, caller(c), "Both"))
		case suspicious(e):
			loose = append(loose, fmt.Sprintf("%s:%d: %s looks like a check of the caller: say in guards.go what it is",
				s.name, s.set.Position(e.Pos()).Line, s.of(e)))
		}
		return true
	})
	return out, loose
}

// elsewhere reports whether a call is one of another package's functions.
func elsewhere(s *source, c *ast.CallExpr) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && slices.ContainsFunc(s.tree.Imports, func(i *ast.ImportSpec) bool {
		path := strings.Trim(i.Path.Value, `"`)
		return path[strings.LastIndex(path, "/")+1:] == pkg.Name
	})
}

// suspicious reports whether an expression compares something of a caller, or
// asks who it is: such a thing is a check unless somebody says that it is none.
func suspicious(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return (e.Op == token.EQL || e.Op == token.NEQ) && (ofCaller(e.X) || ofCaller(e.Y) || tenant(e.X) && tenant(e.Y))
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		switch sel.Sel.Name {
		case "Below", "IsInstallation", "SignedIn", "Whole":
			return true
		case "Has":
			return ofCaller(sel.X)
		case "IsZero":
			return ofCaller(sel.X)
		}
	}
	return false
}

// ofCaller reports whether e is who somebody is, or where: by.Publisher.
func ofCaller(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of := ""
	switch x := sel.X.(type) {
	case *ast.Ident:
		of = x.Name
	case *ast.SelectorExpr:
		of = x.Sel.Name
	}
	return of == "by" && slices.Contains([]string{"Publisher", "Org", "Kind", "Perms", "ID"}, sel.Sel.Name)
}

// tenant reports whether e is a publisher by its name.
func tenant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "p" || e.Name == "publisher"
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "publisher")
	}
	return false
}
