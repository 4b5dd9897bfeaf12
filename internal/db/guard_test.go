package db_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var (
	qTree    = db.SQL("test.tree", `INSERT INTO tree (publisher_id, version) VALUES (?, ?)`)
	qTrees   = db.SQL("test.trees", `SELECT version FROM tree ORDER BY version`) // forgets its publisher_id
	qTreeOf  = db.SQL("test.tree_of", `SELECT version FROM tree WHERE publisher_id = ?`)
	qWhoami  = db.SQLPair("test.whoami", `SELECT 'file'`, `SELECT current_user::text`)
	qSetTree = db.SQL("test.set_tree", `UPDATE tree SET version = version + 10`)
)

type tenant struct{}

// twoTenants is a migrated database with a row of each of two publishers.
func twoTenants(t *testing.T, d *db.DB) (a, b db.ID[tenant]) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		a, b = db.NewID[tenant](tx), db.NewID[tenant](tx)
		if _, err := tx.Exec(qTree, a, 1); err != nil {
			return err
		}
		_, err := tx.Exec(qTree, b, 2)
		return err
	})
	return a, b
}

func trees(q db.Querier) ([]int64, error) {
	return db.List(q, func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) }, qTrees)
}

// A read of one publisher sees nothing of another, even by a statement that
// forgot to ask for one; whoever writes sees everything, and so does a read of
// the whole installation on the same connections.
func TestGuard(t *testing.T) {
	for _, mode := range []string{"", "cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run("mode "+mode, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, db.Postgres, dbtest.WithOptions(func(o *db.Options) { o.ExecMode = mode }))
			if g, err := d.Guard(t.Context()); err != nil || !g.On || len(g.Open) > 0 {
				t.Fatalf("%+v, %v", g, err)
			}
			a, b := twoTenants(t, d)
			for range 4 { // also on connections that were used before
				seen(t, "of a", d.For(a).Read, 1)
				seen(t, "of b", d.For(b).ReadOne, 2)
				seen(t, "of nobody", d.For(db.ID[tenant]{}).Read)
				seen(t, "of nobody", d.For(db.ID[tenant]{}).ReadOne)
				seen(t, "of all", d.Read, 1, 2)
				seen(t, "of all", d.ReadOne, 1, 2)
			}
			write(t, d, func(tx *db.Tx) error {
				db.Narrow(tx, a)
				all, err := trees(tx)
				if len(all) != 2 {
					t.Errorf("the writer sees %v", all)
				}
				return err
			})
		})
	}
}

func seen(t *testing.T, what string, read func(context.Context, func(*db.Reader) error) error, want ...int64) {
	t.Helper()
	err := read(t.Context(), func(r *db.Reader) error {
		got, err := trees(r)
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// A read that learns from its first row whose it is narrows itself, also a second
// time, and cannot write.
func TestNarrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := twoTenants(t, d)
		want := map[db.Engine][]int{db.SQLite: {2, 2, 2}, db.Postgres: {2, 1, 1}}[d.Engine()]
		err := d.Read(t.Context(), func(r *db.Reader) error {
			for i, p := range []db.ID[tenant]{{}, a, b} {
				if i > 0 {
					db.Narrow(r, p)
				}
				got, err := trees(r)
				if err != nil || len(got) != want[i] || len(got) == 1 && got[0] != int64(i) {
					t.Errorf("step %d: %v, %v", i, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.Engine() == db.SQLite {
			return
		}
		err = d.For(a).ReadOne(t.Context(), func(r *db.Reader) error {
			rows, err := r.Query(qSetTree)
			if err == nil {
				err = rows.Close()
			}
			return err
		})
		if err == nil {
			t.Error("the read role writes")
		}
		var who string
		err = d.For(a).ReadOne(t.Context(), func(r *db.Reader) error { return r.QueryRow(qWhoami).Scan(&who) })
		if err != nil || who != db.ReadRole {
			t.Errorf("reads as %q, %v", who, err)
		}
	})
}

// Gathered reads look rows up for every publisher at once, and are not narrowed
// by what their connection did before.
func TestGatherPasses(t *testing.T) {
	d := dbtest.Open(t, db.Postgres)
	a, _ := twoTenants(t, d)
	seen(t, "of a", d.For(a).Read, 1)
	g := db.NewGather(d, 8, func(r *db.Reader, in []int) ([]db.Result[int], error) {
		all, err := trees(r)
		return []db.Result[int]{{Out: len(all)}}, err
	})
	if n, err := g.Do(t.Context(), 0); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// Every table with a publisher_id hides other publishers' rows, and so does the
// table of publishers.
func TestEveryTableIsGuarded(t *testing.T) {
	d := dbtest.Open(t, db.Postgres)
	g, err := d.Guard(t.Context())
	if err != nil || !g.On {
		t.Fatalf("%+v, %v", g, err)
	}
	if len(g.Open) > 0 {
		t.Errorf("no policy on %v: end the migration that makes them with the two lines that 0011_guard.sql names", g.Open)
	}
	policies := db.SQLPair("test.policies", `SELECT 'x', 'x'`, `
SELECT c.relname::text, COALESCE(pg_get_expr(p.polqual, p.polrelid), '') FROM pg_class c
LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND (c.relname = 'publisher' OR EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'publisher_id' AND NOT a.attisdropped))`)
	n := 0
	err = d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := r.Query(policies)
		for err == nil && rows.Next() {
			var table, rule string
			if err = rows.Scan(&table, &rule); err == nil && !strings.Contains(rule, "current_setting('licet.publisher'") {
				t.Errorf("%s: policy %q", table, rule)
			}
			n++
		}
		return errors.Join(err, rows.Err())
	})
	if err != nil || n < 30 {
		t.Errorf("%d tables, %v", n, err)
	}
}

// A role that may not make the read role runs unguarded, and says so; once the
// administrator of the server has made it a member, it is guarded.
func TestGuardMissing(t *testing.T) {
	admin, as := otherRole(t, true)
	d := openAt(t, as)
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	g, err := d.Guard(t.Context())
	if err != nil || g.On || g.Missing != "role" || g.User == "" || len(g.Open) > 0 {
		t.Fatalf("%+v, %v", g, err)
	}
	a, _ := twoTenants(t, d)
	seen(t, "unguarded", d.For(a).Read, 1, 2)
	admin("GRANT " + db.ReadRole + " TO " + g.User)
	admin("REVOKE SELECT ON tree FROM " + db.ReadRole)
	if g, err = d.Guard(t.Context()); err != nil || g.On || g.Missing != "grant" {
		t.Errorf("a role that may not read a table: %+v, %v", g, err)
	}
	d = openAt(t, as)
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g, err = d.Guard(t.Context()); err != nil || !g.On {
		t.Errorf("%+v, %v", g, err)
	}
	seen(t, "guarded", d.For(a).Read, 1)
	seen(t, "passes", d.Read, 1, 2)
}

// Whoever connects without owning the tables would see none of their rows while
// writing: that is refused.
func TestGuardTrapsTheWriter(t *testing.T) {
	admin, as := otherRole(t, false)
	u, err := url.Parse(as)
	if err != nil {
		t.Fatal(err)
	}
	admin("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO " + u.Query().Get("user"))
	d, err := db.Open(t.Context(), db.Options{URL: as, Now: dbtest.NewClock(t).Now})
	if !errors.Is(err, db.ErrGuarded) {
		t.Errorf("%v", err)
	}
	if err == nil {
		_ = d.Close()
	}
}

func openAt(t *testing.T, at string) *db.DB {
	t.Helper()
	return open(t, at, nil)
}

// otherRole makes a role without rights on the server and a database for it, and
// returns who administers that and the role's address of it. The role owns an
// empty database, or is a guest in a migrated one.
func otherRole(t *testing.T, owner bool) (admin func(sql string), as string) {
	t.Helper()
	var name, root string
	t.Cleanup(func() { // after the database is gone
		if root != "" {
			run(t, root, "DROP ROLE "+name)
		}
	})
	var at string
	if owner {
		at = dbtest.Postgres(t, dbtest.Empty())
	} else {
		at = dbtest.Postgres(t)
	}
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(u.Path, "/")
	name = database + "_role"
	run(t, at, "CREATE ROLE "+name+" LOGIN")
	u.Path = "/postgres"
	root = u.String()
	if owner {
		run(t, at, "ALTER DATABASE "+database+" OWNER TO "+name)
		run(t, at, "ALTER SCHEMA public OWNER TO "+name)
		// The read role of the server is there, and the new role no member of it.
		dbtest.Open(t, db.Postgres)
	}
	u.Path = "/" + database
	q := u.Query()
	q.Set("user", name)
	u.RawQuery = q.Encode()
	return func(sql string) { run(t, at, sql) }, u.String()
}

func run(t *testing.T, at, sql string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}

// What the guard costs: the same read of a guarded table with and without it.
func BenchmarkGuard(b *testing.B) {
	d := dbtest.Open(b, db.Postgres)
	var p db.ID[tenant]
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		p = db.NewID[tenant](tx)
		_, err := tx.Exec(qTree, p, 1)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	read := func(r *db.Reader) error {
		var n int64
		return r.QueryRow(qTreeOf, p).Scan(&n)
	}
	for _, one := range []struct {
		name string
		read func(context.Context, func(*db.Reader) error) error
	}{{"one", d.ReadOne}, {"one guarded", d.For(p).ReadOne}, {"snapshot", d.Read}, {"snapshot guarded", d.For(p).Read}} {
		b.Run(one.name, func(b *testing.B) {
			for b.Loop() {
				if err := one.read(context.Background(), read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
