package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// contexts are the packages in which rules, doors and SQL live in files of
// their own.
var contexts = []string{
	"internal/org", "internal/catalog", "internal/delegate", "internal/license", "internal/subscription",
	"internal/order", "internal/estate", "internal/connect", "internal/federate", "internal/report", "internal/privacy",
}

// impure are the imports that a rule file must do without.
var impure = []string{"context", "net/http", "database/sql", modulePath + "/internal/db"}

// role says what a file of a context is for: "store", "service" or "rule".
func role(name string) string {
	for _, r := range []string{"store", "service"} {
		if name == r+".go" || strings.HasPrefix(name, r+"_") {
			return r
		}
	}
	return "rule"
}

// impurities finds rule files that know of a database, a network or a request.
func impurities(files []*source) (out []string) {
	for _, s := range files {
		if s.test || !slices.Contains(contexts, s.dir) || role(s.name) != "rule" {
			continue
		}
		for _, im := range s.imports {
			if slices.Contains(impure, im) {
				out = append(out, fmt.Sprintf("%s is a rule file and imports %s", s.path, im))
			}
		}
	}
	return out
}

// misplaced finds SQL outside store files and doors outside service files.
func misplaced(files []*source) (out []string) {
	for _, s := range files {
		if s.testOnly() || !strings.HasPrefix(s.dir, "internal/") || s.dir == "internal/db" {
			continue
		}
		if role(s.name) != "store" {
			for _, call := range statements(s) {
				out = append(out, fmt.Sprintf("%s: SQL outside store*.go", s.at(call.Pos())))
			}
		}
		if slices.Contains(contexts, s.dir) && role(s.name) != "service" {
			for _, d := range doorsOf(s) {
				out = append(out, fmt.Sprintf("%s: door %s outside service*.go", s.at(d.Pos()), d.Name.Name))
			}
		}
	}
	return out
}

// statements returns the calls that register SQL.
func statements(s *source) (out []*ast.CallExpr) {
	name := s.importName(modulePath + "/internal/db")
	if name == "" {
		return nil
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && (isSelector(call.Fun, name, "SQL") || isSelector(call.Fun, name, "SQLPair")) {
			out = append(out, call)
		}
		return true
	})
	return out
}

// isSelector reports whether e is pkg.name.
func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg
}

// written matches the table that a statement writes. "do update set" of an
// upsert and "for update" of a lock name no table and are taken out first.
var (
	noTable = regexp.MustCompile(`(?i)\bdo\s+update\b|\bfor\s+(no\s+key\s+)?update\b|\bon\s+(update|delete)\b`)
	written = regexp.MustCompile(`(?i)\b(?:insert\s+(?:or\s+\w+\s+)?into|update(?:\s+or\s+\w+)?|delete\s+from)\s+([a-z_][a-z0-9_]*)`)
)

// writes returns the tables that a text of SQL writes.
func writes(sql string) (out []string) {
	for _, m := range written.FindAllStringSubmatch(noTable.ReplaceAllString(sql, " "), -1) {
		if t := strings.ToLower(m[1]); t != "set" {
			out = append(out, t)
		}
	}
	return out
}

// texts returns the string literals of a file with their positions.
func texts(s *source) map[token.Pos]string {
	out := map[token.Pos]string{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if v, err := strconv.Unquote(lit.Value); err == nil {
				out[lit.Pos()] = v
			}
		}
		return true
	})
	return out
}

// foreignWrites finds tables that two packages write.
func foreignWrites(files []*source) (out []string) {
	owners := map[string]map[string]string{} // table → package → place
	for _, s := range files {
		if s.testOnly() || !strings.HasPrefix(s.dir, "internal/") {
			continue
		}
		if role(s.name) != "store" && s.dir != "internal/db" {
			continue
		}
		for pos, sql := range texts(s) {
			for _, table := range writes(sql) {
				if owners[table] == nil {
					owners[table] = map[string]string{}
				}
				owners[table][s.dir] = s.at(pos)
			}
		}
	}
	for table, by := range owners {
		if len(by) > 1 {
			var places []string
			for _, at := range by {
				places = append(places, at)
			}
			slices.Sort(places)
			out = append(out, fmt.Sprintf("table %s is written by %d packages: %s", table, len(by), strings.Join(places, ", ")))
		}
	}
	return out
}

// maxHot is how many statements may have a text of their own per engine.
const maxHot = 12

// hotPairs finds too many paired statements, and those that ARCHITECTURE.md
// does not list.
func hotPairs(files []*source, architecture string) (out []string) {
	n := 0
	for _, s := range files {
		if s.testOnly() || s.dir == "internal/db" {
			continue
		}
		for _, call := range statements(s) {
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "SQLPair" || len(call.Args) == 0 {
				continue
			}
			n++
			name := literal(call.Args[0])
			if name == "" || !strings.Contains(architecture, "`"+name+"`") {
				out = append(out, fmt.Sprintf("%s: hot statement %q is not listed in ARCHITECTURE.md", s.at(call.Pos()), name))
			}
		}
	}
	if n > maxHot {
		out = append(out, fmt.Sprintf("%d statements have a text per engine; at most %d may", n, maxHot))
	}
	return out
}

// literal returns the value of a string literal, "" for anything else.
func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if v, err := strconv.Unquote(lit.Value); err == nil {
			return v
		}
	}
	return ""
}

// unnamed finds statements whose name does not begin with their package's, so
// that the test that prepares them all says where to look.
func unnamed(files []*source) (out []string) {
	for _, s := range files {
		if s.testOnly() || s.dir == "internal/db" {
			continue
		}
		for _, call := range statements(s) {
			if name := literal(call.Args[0]); !strings.HasPrefix(name, path.Base(s.dir)+".") {
				out = append(out, fmt.Sprintf("%s: statement %q is not named %s.…", s.at(call.Pos()), name, path.Base(s.dir)))
			}
		}
	}
	return out
}

func TestLayout(t *testing.T) {
	files := repository(t)
	none(t, impurities(files))
	none(t, misplaced(files))
	none(t, foreignWrites(files))
	none(t, hotPairs(files, read(t, "ARCHITECTURE.md")))
	none(t, unnamed(files))
}

func TestLayoutCatches(t *testing.T) {
	const db = `import "` + modulePath + `/internal/db"`
	const act = `import "` + modulePath + `/internal/actor"` + "\nimport \"context\"\n"
	caught(t, impurities(planted(
		t,
		"internal/license/seat.go", "package license\nimport \"context\"",
		"internal/license/move.go", "package license\n"+db,
		"internal/license/store.go", "package license\n"+db,
		"internal/license/storehouse.go", "package license\nimport \"net/http\"",
		"internal/license/service_move.go", "package license\nimport \"context\"",
		"internal/license/time.go", "package license\nimport \"time\"",
		"internal/license/seat_test.go", "package license\nimport \"context\"",
	)),
		"internal/license/seat.go", "internal/license/move.go", "internal/license/storehouse.go",
	)
	caught(t, misplaced(planted(
		t,
		"internal/license/service.go", "package license\n"+db+"\nvar q = db.SQL(\"license.x\", `select 1`)",
		"internal/license/store.go", "package license\n"+db+"\nvar q = db.SQL(\"license.x\", `select 1`)",
		"internal/license/move.go", "package license\n"+act+"type Service struct{}\nfunc (s *Service) Move(ctx context.Context, by actor.Actor) error { return nil }",
		"internal/license/service_a.go", "package license\n"+act+"func (s *Service) Act(ctx context.Context, by actor.Actor) error { return nil }",
	)),
		"internal/license/service.go:3: SQL", "internal/license/move.go:5: door Move",
	)
	caught(t, foreignWrites(planted(
		t,
		"internal/license/store.go", "package license\nconst q = `insert into ticket (a) values (?) on conflict (a) do update set b = 1`",
		"internal/license/store_b.go", "package license\nconst q2 = `update ticket set a = 1 where b in (select c from orders for update)`",
		"internal/order/store.go", "package order\nconst q = `UPDATE orders SET a = 1`\nconst r = `Delete From ticket`",
		"internal/order/store_b.go", "package order\nconst q = `select a from ticket for update`",
		"internal/org/store.go", "package org\nconst q = `insert or ignore into orders select 1`",
	)),
		"table ticket is written by 2 packages: internal/license/store", "table orders is written by 2 packages",
	)
	hot := planted(t, "internal/license/store.go", "package license\n"+db+"\nvar q = db.SQLPair(\"license.seat\", ``, ``)\nvar r = db.SQLPair(\"license.beat\", ``, ``)")
	caught(t, hotPairs(hot, "the hot statement `license.seat`"), `"license.beat" is not listed`)
	caught(t, unnamed(planted(t, "internal/license/store.go", "package license\n"+db+"\nvar q = db.SQL(\"license.seat\", ``)\nvar r = db.SQL(\"seat\", ``)")), `"seat"`)
	for sql, want := range map[string]string{
		"insert into a (b) values {rows} on conflict (b) do update set c = excluded.c": "a",
		"select 1 from a for no key update":                                            "",
		"replace x; update a set b = 1; delete\nfrom c":                                "a c",
		"select updated from a where update_id = 1":                                    "",
		"insert or replace into A (b) values (1)":                                      "a",
	} {
		if got := strings.Join(writes(sql), " "); got != want {
			t.Errorf("%q writes %q, want %q", sql, got, want)
		}
	}
}
