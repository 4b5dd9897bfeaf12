package dbtest_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// Every test has a database of its own.
func TestEach(t *testing.T) {
	for range 3 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				n, err := db.RaiseEpoch(tx)
				if n != 2 || !tx.Now().Equal(dbtest.Start) {
					t.Errorf("epoch %d at %v", n, tx.Now())
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}, dbtest.UpTo(1))
	}
}

func TestClock(t *testing.T) {
	c := dbtest.NewClock(t)
	c.Advance(time.Hour)
	if !c.Now().Equal(dbtest.Start.Add(time.Hour)) {
		t.Error(c.Now())
	}
	c.Set(dbtest.Start)
	if !c.Now().Equal(dbtest.Start) {
		t.Error(c.Now())
	}
}

// The folder of a database goes with its test.
func TestCleanup(t *testing.T) {
	var dir string
	t.Run("inner", func(t *testing.T) { dir = dbtest.Dir(t) })
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v", dir, err)
	}
}

// A killed server comes back with what was committed.
func TestServer(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	s := dbtest.DurablePostgres(t, dbtest.UpTo(1))
	d, err := db.Open(t.Context(), db.Options{URL: s.URL(), Now: dbtest.NewClock(t).Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := db.RaiseEpoch(tx); return err }); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	s.Kill() // is gone already
	if err := d.Ping(t.Context()); !errors.Is(err, db.ErrUnavailable) {
		t.Errorf("a killed server answers: %v", err)
	}
	s.Start()
	err = d.Read(t.Context(), func(r *db.Reader) error {
		n, err := db.Epoch(r)
		if n != 2 {
			t.Errorf("epoch %d", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLint(t *testing.T) {
	for text, bad := range map[string]bool{
		`SELECT a FROM t WHERE b = ?`:                       false,
		`SELECT a FROM t WHERE b = 'LIKE now( OFFSET'`:      false,
		"SELECT a FROM t -- count(*)\nWHERE b = ?":          false,
		`SELECT a, updated FROM t ORDER BY b LIMIT ?`:       false,
		`SELECT max(date) FROM t`:                           false,
		`SELECT a FROM t WHERE b LIKE ?`:                    true,
		`SELECT a FROM t LIMIT ? OFFSET ?`:                  true,
		`SELECT COUNT ( * ) FROM t`:                         true,
		`SELECT date('now')`:                                true,
		`SELECT now()`:                                      true,
		`SELECT CURRENT_TIMESTAMP`:                          true,
		`SELECT a FROM t WHERE b = $1`:                      true,
		`SELECT * FROM t`:                                   true,
		`SELECT lower(a) FROM t`:                            true,
		`INSERT OR IGNORE INTO t (a) VALUES (?)`:            true,
		`SELECT IFNULL(a, 0) FROM t`:                        true,
		`SELECT a FROM t WHERE b > strftime('%s', 'today')`: true,
	} {
		if got := dbtest.Lint(text); (got != "") != bad {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// The kit's own statements pass what the whole program's must pass.
func TestPrepareAll(t *testing.T) { dbtest.PrepareAll(t, nil) }
