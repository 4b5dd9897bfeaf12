package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var qPairs = db.SQL("test.pairs", `SELECT i.no, n.id FROM item i LEFT JOIN note n ON n.item_id = i.id ORDER BY i.no`)

// A backup taken while others write is one moment: every item has its note. It
// can be restored into an empty database, once, and raises the epoch.
func TestBackup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeSmall(t, d)
		stop, busy := make(chan struct{}), make(chan struct{}, 4)
		var written atomic.Int64
		for range 4 {
			go func() {
				defer func() { busy <- struct{}{} }()
				for {
					select {
					case <-stop:
						return
					default:
					}
					err := inTx(d, func(tx *db.Tx) error {
						id := db.NewID[item](tx)
						raw, text := []byte{0, '\n', '\t', '\\', 0xff}, "tab\t newline\n backslash \\ \\N ü"
						if _, err := tx.Exec(qPut, id, written.Add(1), 0, text, db.JSON[data]{V: data{A: "x"}}, db.At(tx.Now()), nil, true, raw); err != nil {
							return err
						}
						_, err := tx.Exec(qNote, db.NewID[item](tx), id)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			}()
		}
		for written.Load() < 100 {
			_ = numbers(t, d)
		}
		dst := filepath.Join(dbtest.Dir(t), "copy")
		m, err := db.Backup(t.Context(), d, dst)
		close(stop)
		for range 4 {
			<-busy
		}
		if err != nil {
			t.Fatal(err)
		}
		if m.Engine != d.Engine() || m.Epoch != 1 || m.Schema != 1 || !m.Made.Equal(dbtest.Start) {
			t.Errorf("%+v", m)
		}
		if _, err := db.VerifyBackup(t.Context(), dst); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Backup(t.Context(), d, dst); !errors.Is(err, db.ErrNotEmpty) {
			t.Errorf("over another backup: %v", err)
		}
		restoreAndCompare(t, d.Engine(), dst, m)
	}, dbtest.UpTo(1))
}

func restoreAndCompare(t *testing.T, e db.Engine, src string, m db.Manifest) {
	t.Helper()
	o := db.Options{Now: dbtest.NewClock(t).Now}
	if e == db.Postgres {
		// The tests' own tables are in no migration: a restore must say so.
		o.URL = dbtest.Postgres(t, dbtest.Empty())
		if _, err := db.Restore(t.Context(), o, src); !errors.Is(err, db.ErrBackupDamaged) {
			t.Errorf("restored tables that no migration makes: %v", err)
		}
		return // TestRestorePostgres has tables of migrations only
	}
	o.Dir = dbtest.Dir(t)
	if _, err := db.Restore(t.Context(), o, src); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Restore(t.Context(), o, src); !errors.Is(err, db.ErrNotEmpty) {
		t.Errorf("over another database: %v", err)
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = d.Read(t.Context(), func(r *db.Reader) error {
		if epoch, err := db.Epoch(r); err != nil || epoch != 2 {
			t.Errorf("epoch %d, %v", epoch, err)
		}
		rows, err := db.List(r, func(r *db.Rows) (bool, error) {
			var no int64
			var note db.ID[item]
			err := r.Scan(&no, &note)
			return !note.IsZero(), err
		}, qPairs)
		for i, has := range rows {
			if !has {
				t.Errorf("item %d has no note", i)
			}
		}
		if len(rows) < 50 || int64(len(rows)) != rowsOf(m, "item") {
			t.Errorf("%d rows, the manifest says %d", len(rows), rowsOf(m, "item"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func rowsOf(m db.Manifest, table string) int64 {
	for _, t := range m.Tables {
		if t.Name == table {
			return t.Rows
		}
	}
	return -1
}

// On PostgreSQL every table of the schema comes back, and a migration still runs
// afterwards.
func TestRestorePostgres(t *testing.T) {
	d := dbtest.Open(t, db.Postgres, dbtest.UpTo(1))
	write(t, d, func(tx *db.Tx) error {
		if err := db.Charge(tx, db.Limit{Name: "l", Burst: 2, Per: 1e9}, "k"); err != nil {
			return err
		}
		return db.SetMeta(tx, "name", "tab\t newline\n backslash \\ \\N ü")
	})
	dst := filepath.Join(dbtest.Dir(t), "copy")
	if _, err := db.Backup(t.Context(), d, dst); err != nil {
		t.Fatal(err)
	}
	o := db.Options{URL: dbtest.Postgres(t, dbtest.Empty()), Now: dbtest.NewClock(t).Now, Workers: 1}
	if _, err := db.Restore(t.Context(), o, dst); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Restore(t.Context(), o, dst); !errors.Is(err, db.ErrNotEmpty) {
		t.Errorf("twice: %v", err)
	}
	// What a kill leaves behind between the schema and the load.
	o.URL = dbtest.Postgres(t, dbtest.UpTo(1))
	write(t, open(t, o.URL, nil), func(tx *db.Tx) error { return db.SetMeta(tx, db.MetaLoading, "a backup") })
	if _, err := db.Restore(t.Context(), o, dst); err != nil {
		t.Fatal(err)
	}
	back := open(t, o.URL, nil)
	err := back.Read(t.Context(), func(r *db.Reader) error {
		name, err := db.Meta(r, "name")
		if loading, e := db.Meta(r, db.MetaLoading); loading != "" || e != nil {
			t.Errorf("still loading %q, %v", loading, e)
		}
		if epoch, e := db.Epoch(r); epoch != 2 || name != "tab\t newline\n backslash \\ \\N ü" {
			t.Errorf("epoch %d, name %q, %v", epoch, name, e)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Migrate(t.Context()); err != nil {
		t.Errorf("migrate after a restore: %v", err)
	}
	lite := db.Options{Dir: dbtest.Dir(t), Now: dbtest.NewClock(t).Now}
	if _, err := db.Restore(t.Context(), lite, dst); !errors.Is(err, db.ErrOtherEngine) {
		t.Errorf("into the other engine: %v", err)
	}
}

// A backup that was touched is refused, and the refusal names the file.
func TestDamagedBackup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := "licet.db"
		if d.Engine() == db.Postgres {
			file = "meta.copy"
		}
		edit := func(name string, fn func(b []byte) []byte) func(dir string) {
			return func(dir string) {
				path := filepath.Join(dir, name)
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, fn(b), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		manifest := func(fn func(m map[string]any)) func(dir string) {
			return edit("manifest.json", func(b []byte) []byte {
				var m map[string]any
				if err := json.Unmarshal(b, &m); err != nil {
					t.Fatal(err)
				}
				fn(m)
				out, _ := json.Marshal(m)
				return out
			})
		}
		for name, damage := range map[string]func(dir string){
			"a flipped bit":     edit(file, func(b []byte) []byte { b[len(b)/2] ^= 1; return b }),
			"a cut file":        edit(file, func(b []byte) []byte { return b[:len(b)-1] }),
			"a missing file":    func(dir string) { _ = os.Remove(filepath.Join(dir, file)) },
			"no manifest":       func(dir string) { _ = os.Remove(filepath.Join(dir, "manifest.json")) },
			"a broken manifest": edit("manifest.json", func(b []byte) []byte { return b[:len(b)/2] }),
			"a later format":    manifest(func(m map[string]any) { m["format"] = 2 }),
			"a foreign path":    manifest(func(m map[string]any) { m["files"].([]any)[0].(map[string]any)["name"] = "../x" }),
			"another count":     manifest(func(m map[string]any) { m["tables"].([]any)[0].(map[string]any)["rows"] = 77 }),
		} {
			dst := filepath.Join(dbtest.Dir(t), "copy")
			if _, err := db.Backup(t.Context(), d, dst); err != nil {
				t.Fatal(err)
			}
			damage(dst)
			_, err := db.VerifyBackup(t.Context(), dst)
			if !errors.Is(err, db.ErrBackupDamaged) {
				t.Errorf("%s: %v", name, err)
			}
			o := db.Options{Dir: dbtest.Dir(t), Now: dbtest.NewClock(t).Now}
			if _, err := db.Restore(t.Context(), o, dst); !errors.Is(err, db.ErrBackupDamaged) {
				t.Errorf("%s restored: %v", name, err)
			}
		}
	}, dbtest.UpTo(1))
}

func TestBackupElsewhere(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, dbtest.UpTo(1))
	if _, err := db.Backup(t.Context(), d, filepath.Join(dbtest.Dir(t), "no", "such", "folder")); !errors.Is(err, db.ErrBackupIO) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := dbtest.Dir(t)
	if _, err := db.Backup(ctx, d, filepath.Join(dir, "x")); !errors.Is(err, db.ErrCanceled) {
		t.Error(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	dst := filepath.Join(dir, "newer")
	if _, err := db.Backup(t.Context(), d, dst); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dst, "manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = []byte(strings.Replace(string(b), `"schema": 1`, `"schema": 999`, 1))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	o := db.Options{Dir: dbtest.Dir(t), Now: dbtest.NewClock(t).Now}
	if _, err := db.Restore(t.Context(), o, dst); !errors.Is(err, db.ErrBackupDamaged) {
		t.Errorf("a schema that is not the copy's: %v", err)
	}
}

var qHead = db.SQL("test.head", `INSERT INTO journal_head (publisher_id, seq, hash) VALUES (?, ?, ?)`)

// The whole schema of the program goes through a backup and comes back the same;
// the manifest tells where the journals stood.
func TestBackupWholeSchema(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var publisher db.ID[item]
		write(t, d, func(tx *db.Tx) error {
			publisher = db.NewID[item](tx)
			_, err := tx.Exec(qHead, publisher, 42, []byte{0xab, 0xcd})
			return err
		})
		dst := filepath.Join(dbtest.Dir(t), "copy")
		m, err := db.Backup(t.Context(), d, dst)
		if err != nil {
			t.Fatal(err)
		}
		want := db.JournalHead{Publisher: strings.ReplaceAll(publisher.String(), "-", ""), Seq: 42, Hash: "abcd"}
		if len(m.Journal) != 1 || m.Journal[0] != want {
			t.Errorf("journal %+v", m.Journal)
		}
		o := db.Options{Now: dbtest.NewClock(t).Now}
		if d.Engine() == db.SQLite {
			o.Dir = dbtest.Dir(t)
		} else {
			o.URL = dbtest.Postgres(t, dbtest.Empty())
		}
		if _, err := db.Restore(t.Context(), o, dst); err != nil {
			t.Fatal(err)
		}
		back, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = back.Close() }()
		if err := back.Migrate(t.Context()); err != nil {
			t.Error(err)
		}
		if a, b := dbtest.Facts(t, d), dbtest.Facts(t, back); !slices.Equal(a, b) {
			t.Errorf("another schema came back:\n%v\n%v", a, b)
		}
		again, err := db.Backup(t.Context(), back, filepath.Join(dbtest.Dir(t), "copy"))
		if err != nil || again.Epoch != m.Epoch+1 || len(again.Journal) != 1 || again.Journal[0] != want {
			t.Errorf("%+v, %v", again, err)
		}
		if err := back.Analyze(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
