package db

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct{ in, lite, pg string }{
		{`SELECT a FROM t WHERE b = ? AND c = ?`, `SELECT a FROM t WHERE b = ? AND c = ?`, `SELECT a FROM t WHERE b = $1 AND c = $2`},
		{`SELECT '?{x}' , "a?" -- ? {y}` + "\n" + `FROM t WHERE b = ?`, `SELECT '?{x}' , "a?" -- ? {y}` + "\nFROM t WHERE b = ?", `SELECT '?{x}' , "a?" -- ? {y}` + "\nFROM t WHERE b = $1"},
		{`SELECT 'it''s ?' WHERE a = ?`, `SELECT 'it''s ?' WHERE a = ?`, `SELECT 'it''s ?' WHERE a = $1`},
		{`SELECT 1 {for_update}`, `SELECT 1`, `SELECT 1 FOR UPDATE`},
		{`SELECT 1 {skip_locked}`, `SELECT 1`, `SELECT 1 FOR UPDATE SKIP LOCKED`},
		{`SELECT 1 {for_update} {skip_locked}`, `SELECT 1`, `SELECT 1 FOR UPDATE  SKIP LOCKED`},
		{
			`SELECT 1 WHERE a = ? AND {ids:t.id} AND b = ?`, `SELECT 1 WHERE a = ? AND t.id IN (SELECT unhex(value) FROM json_each(?)) AND b = ?`,
			`SELECT 1 WHERE a = $1 AND t.id = ANY($2::uuid[]) AND b = $3`,
		},
		{`SELECT 1 -- open comment ?`, `SELECT 1 -- open comment ?`, `SELECT 1 -- open comment ?`},
		{`SELECT '? open`, `SELECT '? open`, `SELECT '? open`},
	} {
		lite, n := expand("x", SQLite, c.in)
		pg, m := expand("x", Postgres, c.in)
		if lite != c.lite || pg != "/* x */ "+c.pg || n != m {
			t.Errorf("%s\nsqlite:   %s (%d)\npostgres: %s (%d)", c.in, lite, n, pg, m)
		}
	}
}

func TestRegistryRefuses(t *testing.T) {
	var r registry
	r.add("a", "SELECT 1", "SELECT 1", false)
	for i := range MaxPairs {
		r.add(strings.Repeat("p", i+1), "SELECT 1", "SELECT 2", true)
	}
	r.add("test.pair", "SELECT 1", "SELECT 2", true) // tests do not count
	for name, fn := range map[string]func(){
		"double name":       func() { r.add("a", "SELECT 1", "SELECT 1", false) },
		"no name":           func() { r.add("", "SELECT 1", "SELECT 1", false) },
		"a 13th pair":       func() { r.add("b", "SELECT 1", "SELECT 2", true) },
		"unknown macro":     func() { r.add("c", "SELECT {x}", "SELECT {x}", false) },
		"open macro":        func() { r.add("d", "SELECT {x", "SELECT {x", false) },
		"rows and argument": func() { r.add("e", "INSERT {rows} ?", "INSERT {rows} ?", false) },
		"rows in a pair":    func() { r.add("f", "INSERT {rows}", "INSERT {rows}", true) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			fn()
		}()
	}
}

func TestRows(t *testing.T) {
	var r registry
	s := r.add("r", "INSERT INTO t (a, b) VALUES {rows} ON CONFLICT DO NOTHING", "INSERT INTO t (a, b) VALUES {rows} ON CONFLICT DO NOTHING", false)
	if got := s.rows(SQLite, 2, 2); got != "INSERT INTO t (a, b) VALUES (?,?),(?,?) ON CONFLICT DO NOTHING" {
		t.Error(got)
	}
	if got := s.rows(Postgres, 2, 2); got != "INSERT INTO t (a, b) VALUES ($1,$2),($3,$4) ON CONFLICT DO NOTHING" {
		t.Error(got)
	}
	if s.bulkWidth() != 2 {
		t.Error(s.bulkWidth())
	}
}

func TestExpandMigration(t *testing.T) {
	const in = "CREATE TABLE t (\n  id {uuid} DEFAULT '{x}', -- {y}\n  CHECK (json_valid(a)), -- +sqlite\n  b {json} -- +postgres\n) {strict_rowless};\n"
	lite, err := expandMigration(SQLite, in)
	if want := "CREATE TABLE t (\n  id BLOB DEFAULT '{x}', -- {y}\n  CHECK (json_valid(a)), \n\n) STRICT, WITHOUT ROWID;\n"; lite != want || err != nil {
		t.Errorf("%q %v", lite, err)
	}
	pg, err := expandMigration(Postgres, in)
	if want := "CREATE TABLE t (\n  id uuid DEFAULT '{x}', -- {y}\n\n  b jsonb \n) ;\n"; pg != want || err != nil {
		t.Errorf("%q %v", pg, err)
	}
	for _, bad := range []string{"a {nothing}", "a {int"} {
		if _, err := expandMigration(SQLite, bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}
