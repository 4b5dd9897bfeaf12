package db_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// Several nodes that start at once migrate once, and all come up.
func TestMigrateTogether(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			o := db.Options{Now: dbtest.NewClock(t).Now}
			if e == db.SQLite {
				o.Dir = dbtest.Dir(t)
			} else {
				o.URL = dbtest.Postgres(t, dbtest.Empty())
			}
			together(4, func(int) {
				d, err := db.Open(t.Context(), o)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = d.Close() }()
				if err := d.MigrateTo(t.Context(), 1); err != nil {
					t.Error(err)
				}
				if v, err := d.SchemaVersion(t.Context()); v != 1 || err != nil {
					t.Errorf("version %d, %v", v, err)
				}
			})
		})
	}
}

var qFuture = db.SQL("test.future", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, ?)`)

// A database that a newer program has migrated is refused.
func TestNewerSchema(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if v, err := d.SchemaVersion(t.Context()); v != 0 || err != nil {
			t.Errorf("empty database: version %d, %v", v, err)
		}
		if err := d.MigrateTo(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(qFuture, true)
			return err
		})
		if err := d.Migrate(t.Context()); !errors.Is(err, db.ErrNewerSchema) {
			t.Error(err)
		}
	}, dbtest.Empty())
}

// Every migration has a number of its own, expands on both engines, and together
// they make the same schema.
func TestMigrations(t *testing.T) {
	var versions []int64
	for _, e := range dbtest.Engines() {
		files := db.Migrations(e)
		names, err := fs.Glob(files, "*.sql")
		if err != nil || len(names) == 0 {
			t.Fatalf("%v, %v", names, err)
		}
		versions = versions[:0]
		for _, n := range names {
			if _, err := fs.ReadFile(files, n); err != nil {
				t.Errorf("%s on %s: %v", n, e, err)
			}
			versions = append(versions, db.MigrationVersion(n))
		}
	}
	for i, v := range slices.Sorted(slices.Values(versions)) {
		if v != int64(i+1) {
			t.Errorf("migrations are numbered %v: %d is missing or double", versions, i+1)
			break
		}
	}
	dbtest.EqualSchemas(t)
}

func TestMeta(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			if n, err := db.RaiseEpoch(tx); n != 2 || err != nil {
				t.Errorf("epoch %d, %v", n, err)
			}
			if v, err := db.Meta(tx, "nothing"); v != "" || err != nil {
				t.Errorf("%q, %v", v, err)
			}
			if err := db.SetMeta(tx, "name", "a"); err != nil {
				return err
			}
			return db.SetMeta(tx, "name", "b")
		})
		err := d.Read(t.Context(), func(r *db.Reader) error {
			epoch, err := db.Epoch(r)
			if v, _ := db.Meta(r, "name"); v != "b" || epoch != 2 {
				t.Errorf("%q, %d", v, epoch)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}, dbtest.UpTo(1))
}
