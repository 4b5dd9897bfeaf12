package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"
)

// limitsPath is the page that lists every named limit.
const limitsPath = "docs/reference/limits.md"

// limits are the named limits of the program, as rows of the page begin.
func limits(files []*source) (rows []string, wrong []string) {
	for _, s := range files {
		name := s.importName(modulePath + "/internal/db")
		if s.test || name == "" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || !isSelector(lit.Type, name, "Limit") {
				return true
			}
			parts := map[string]ast.Expr{}
			for _, e := range lit.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					parts[kv.Key.(*ast.Ident).Name] = kv.Value
				}
			}
			who, okName := parts["Name"].(*ast.BasicLit)
			burst, okBurst := parts["Burst"].(*ast.BasicLit)
			per, okPer := duration(parts["Per"])
			if !okName || !okBurst || !okPer {
				wrong = append(wrong, s.at(lit.Pos())+": a limit that this test cannot read; write its parts as numbers")
				return true
			}
			called, _ := strconv.Unquote(who.Value)
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | ", called, burst.Value, per))
			return true
		})
	}
	return rows, wrong
}

// duration reads "12 * time.Minute" and "time.Hour".
func duration(e ast.Expr) (time.Duration, bool) {
	units := map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}
	factor := 1
	if product, ok := e.(*ast.BinaryExpr); ok && product.Op == token.MUL {
		number, ok := product.X.(*ast.BasicLit)
		if !ok {
			return 0, false
		}
		factor, _ = strconv.Atoi(number.Value)
		e = product.Y
	}
	unit, ok := e.(*ast.SelectorExpr)
	if !ok {
		return 0, false
	}
	d := time.Duration(factor) * units[unit.Sel.Name]
	return d, d > 0
}

// The page lists every named limit, with its numbers, and none that is not there.
func TestLimits(t *testing.T) {
	rows, wrong := limits(repository(t))
	for _, w := range wrong {
		t.Error(w)
	}
	page := pages(t)[limitsPath]
	for _, row := range rows {
		if strings.Count(page, "\n"+row) != 1 {
			t.Errorf("%s has no row %q", limitsPath, row)
		}
	}
	if n := strings.Count(page, "\n| `"); n != len(rows) || n == 0 {
		t.Errorf("%s lists %d limits, the program has %d", limitsPath, n, len(rows))
	}
}

func TestLimitsAreFound(t *testing.T) {
	s := planted(t, "internal/x/x.go", "package x\nimport (\n\t\"time\"\n\t\""+modulePath+"/internal/db\"\n)\nvar a, b = db.Limit{Name: \"x.a\", Burst: 3, Per: 2 * time.Second}, db.Limit{Name: name, Burst: 1, Per: time.Hour}\n")
	rows, wrong := limits(s)
	if len(rows) != 1 || rows[0] != "| `x.a` | 3 | 2s | " || len(wrong) != 1 {
		t.Errorf("%q, %q", rows, wrong)
	}
}
