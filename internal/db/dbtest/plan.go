package dbtest

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/db"
)

// Large is tables that grow with use, and the statements about them that must
// not read one from end to end, however few of its rows a request is about.
type Large struct {
	// Tables are filled with 10^5 rows each, in this order.
	Tables []Table
	// Also are aliases that the statements give these tables.
	Also []string
	// Small are partial indexes that hold few rows, and may be read whole.
	Small []string
	// Statements are explained with their arguments.
	Statements map[*db.Stmt][]any
}

// Table is one table with what its row number n holds: SQL expressions for the
// columns. ID(n) stands for the id of number n, BYTES(n) for as many bytes where
// no id is meant, P for publisher 1, EMPTY for no bytes.
type Table struct{ Name, Columns, Values string }

// StayOnIndexes fills the tables and has both engines explain every statement,
// with and without statistics.
func (l Large) StayOnIndexes(t *testing.T) {
	t.Helper()
	Each(t, func(t *testing.T, d *db.DB) {
		exec := func(s *db.Stmt) {
			t.Helper()
			if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(s); return err }); err != nil {
				t.Fatal(err)
			}
		}
		for _, one := range l.Tables {
			exec(one.fill())
		}
		for _, when := range []string{"before it", "after it"} {
			if when == "after it" || d.Engine() == db.Postgres { // PostgreSQL looks by itself, soon after a load
				exec(once("analyze", "ANALYZE", "ANALYZE"))
			}
			for s, args := range l.Statements {
				plan := Explain(t, d, s, args...)
				if line := l.whole(plan, d.Engine()); line != "" {
					t.Errorf("%s, %s ANALYZE: %s\n%s", s.Name(), when, line, plan)
				}
			}
		}
	})
}

var (
	idCall    = regexp.MustCompile(`\bID\((.*?)\)`)
	bytesCall = regexp.MustCompile(`\bBYTES\((.*?)\)`)
	publisher = regexp.MustCompile(`\bP\b`)
)

// fill is the statement that writes 10^5 rows.
func (one Table) fill() *db.Stmt {
	lite := bytesCall.ReplaceAllString(idCall.ReplaceAllString(one.Values, "unhex(printf('%032x', $1))"), "unhex(printf('%032x', $1))")
	lite = publisher.ReplaceAllString(strings.ReplaceAll(lite, "EMPTY", "unhex('')"), "unhex('01000000000000000000000000000000')")
	pg := idCall.ReplaceAllString(one.Values, "CAST(lpad(to_hex(CAST($1 AS bigint)), 32, '0') AS uuid)")
	pg = bytesCall.ReplaceAllString(pg, "decode(lpad(to_hex(CAST($1 AS bigint)), 32, '0'), 'hex')")
	pg = publisher.ReplaceAllString(strings.ReplaceAll(pg, "EMPTY", "CAST('' AS bytea)"), "CAST('01000000-0000-0000-0000-000000000000' AS uuid)")
	into := "INSERT INTO " + one.Name + " (" + one.Columns + ") SELECT "
	return once("fill."+one.Name, "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000) "+into+lite+" FROM c",
		into+pg+" FROM generate_series(1, 100000) n")
}

// whole returns the line of a plan that reads a large table without a condition
// on an index, or all that a publisher has of it; "" if there is none.
func (l Large) whole(plan string, e db.Engine) string {
	names := slices.Clone(l.Also)
	for _, one := range l.Tables {
		names = append(names, one.Name)
	}
	lines := strings.Split(plan, "\n")
	for i, line := range lines {
		words := strings.Fields(strings.TrimLeft(line, " ->"))
		switch {
		case slices.ContainsFunc(words, func(w string) bool { return slices.Contains(l.Small, w) }):
		case e == db.SQLite && len(words) > 1 && slices.Contains(names, words[1]):
			if words[0] == "SCAN" || strings.HasSuffix(line, "(publisher_id=?)") {
				return line
			}
		case e == db.Postgres && strings.Contains(line, "Seq Scan on "):
			if _, table, _ := strings.Cut(line, "Seq Scan on "); slices.Contains(names, strings.Fields(table)[0]) {
				return line
			}
		case e == db.Postgres && strings.Contains(line, "Index") && (strings.Contains(line, "Scan using ") || strings.Contains(line, "Index Scan on ")):
			if i+1 >= len(lines) || !strings.Contains(lines[i+1], "Index Cond") {
				return line
			}
			if _, cond, ok := strings.Cut(lines[i+1], "Index Cond: (publisher_id = "); ok && !strings.Contains(cond, "AND") {
				return lines[i+1]
			}
		}
	}
	return ""
}

// Explain returns the plan that the engine makes of a statement, a step to a line.
func Explain(t *testing.T, d *db.DB, s *db.Stmt, args ...any) string {
	t.Helper()
	ask := once("explain."+s.Name(), "EXPLAIN QUERY PLAN "+s.Text(db.SQLite), "EXPLAIN (COSTS OFF) "+s.Text(db.Postgres))
	var lines []string
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		lines, err = db.List(tx, func(r *db.Rows) (line string, err error) {
			if d.Engine() == db.Postgres {
				err = r.Scan(&line)
				return line, err
			}
			var a, b, c int
			err = r.Scan(&a, &b, &c, &line)
			return line, err
		}, ask, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", s.Name(), err)
	}
	return strings.Join(lines, "\n")
}

var made struct {
	sync.Mutex
	statements map[string]*db.Stmt
}

// once registers a statement of tests the first time that it is asked for.
func once(name, sqlite, postgres string) *db.Stmt {
	made.Lock()
	defer made.Unlock()
	if made.statements == nil {
		made.statements = map[string]*db.Stmt{}
	}
	if made.statements[name] == nil {
		made.statements[name] = db.SQLPair("test.dbtest."+name, sqlite, postgres)
	}
	return made.statements[name]
}
