// Command vet is the second vet tool of ./check: analyzers that neither go vet
// nor staticcheck contain. It is run by `go vet -vettool`, so its results are
// cached like a build.
//
// errcheck is asked for production code only, and not for deferred calls: what
// a test ignores shows in its assertions, and a deferred Close on a reader has
// nothing to say. A writer's Close, which has, is therefore never deferred alone.
package main

import (
	"go/ast"
	"strings"

	"github.com/kisielk/errcheck/errcheck"
	"github.com/polyfloyd/go-errorlint/errorlint"
	"github.com/timakin/bodyclose/passes/bodyclose"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/nilness"
	"golang.org/x/tools/go/analysis/passes/unusedwrite"
	"golang.org/x/tools/go/analysis/unitchecker"
	"golang.org/x/tools/go/ast/astutil"
)

func main() {
	unitchecker.Main(
		production(errcheck.Analyzer),
		errorlint.NewAnalyzer(),
		production(bodyclose.Analyzer),
		nilness.Analyzer,
		unusedwrite.Analyzer,
	)
}

// production makes a silent in tests and on deferred calls.
func production(a *analysis.Analyzer) *analysis.Analyzer {
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		report := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			if !strings.HasSuffix(pass.Fset.Position(d.Pos).Filename, "_test.go") && !deferred(pass, d) {
				report(d)
			}
		}
		return run(pass)
	}
	return a
}

// deferred reports whether d points into a defer statement.
func deferred(pass *analysis.Pass, d analysis.Diagnostic) bool {
	for _, f := range pass.Files {
		if f.FileStart > d.Pos || d.Pos >= f.FileEnd {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, d.Pos, d.Pos)
		for _, n := range path {
			switch n.(type) {
			case *ast.DeferStmt:
				return true
			case *ast.FuncLit, *ast.FuncDecl:
				return false
			}
		}
	}
	return false
}
