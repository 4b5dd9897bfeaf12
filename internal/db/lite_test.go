package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/fault"
)

var (
	qMakeBlob = control(`CREATE TABLE blob (id INTEGER PRIMARY KEY, b BLOB NOT NULL)`)
	qPutBlob  = control(`INSERT INTO blob (id, b) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET b = excluded.b`)
	qBlobs    = control(`SELECT count(*), COALESCE(sum(length(b)), 0) FROM blob`)
)

// liteDB opens a SQLite database in dir without dbtest, which imports this package.
func liteDB(t *testing.T, dir string) *DB {
	t.Helper()
	d, err := Open(context.Background(), Options{Dir: dir, Now: func() time.Time { return time.Unix(1, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Write(t.Context(), func(tx *Tx) error { _, err := tx.Exec(qMakeBlob); return err }); err != nil {
		t.Fatal(err)
	}
	return d
}

// quickDir is a folder in memory if there is one; dbtest has a better one, but
// imports this package.
func quickDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", fmt.Sprintf("licet-test-%d-", os.Getpid()))
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Every guard that does not read back as it must is a refusal.
func TestPragmaRefusal(t *testing.T) {
	for bad, setting := range map[string]string{
		"synchronous(NORMAL)": "synchronous", "foreign_keys(0)": "foreign_keys", "foreign_key(1)": "foreign_keys",
		"journal_mode(DELETE)": "journal_mode", "journal_mode(WALL)": "journal_mode",
	} {
		t.Run(bad, func(t *testing.T) {
			name, _, _ := strings.Cut(bad, "(")
			wrong := slices.DeleteFunc(slices.Clone(pragmas), func(p string) bool {
				return strings.HasPrefix(p, name) // "foreign_key" takes "foreign_keys" out too
			})
			l := &lite{dsn: sqliteDSN(filepath.Join(quickDir(t), "x.db"), append(wrong, bad))}
			c, err := l.connect(t.Context())
			if !errors.Is(err, ErrNotDurable) {
				if err == nil {
					_ = c.close()
				}
				t.Fatalf("%v", err)
			}
			if got := fault.As(err).Args["setting"]; got != setting {
				t.Errorf("blames %v", got)
			}
		})
	}
}

// The log does not grow without bound, though readers come and go all the time.
func TestLogBounded(t *testing.T) {
	d := liteDB(t, quickDir(t))
	l := d.backend.(*lite)
	cp := l.writer.checkpoints
	cp.limit, cp.next = 2*checkpointPages, 2*checkpointPages // instead of 64 MiB
	stop := make(chan struct{})
	done := make(chan struct{})
	for range 3 {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				_ = d.Read(context.Background(), func(r *Reader) error {
					var n, size int64
					return r.QueryRow(qBlobs).Scan(&n, &size)
				})
			}
		}()
	}
	const total = 15_000 // pages of 4 KiB
	blob := make([]byte, 40_000)
	for i := range total / 10 {
		for k := 0; k < len(blob); k += 1000 { // an equal value would not be written
			blob[k] = byte(i / 50)
		}
		err := d.Write(t.Context(), func(tx *Tx) error { _, err := tx.Exec(qPutBlob, i%50, blob); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	for range 3 {
		<-done
	}
	st, err := os.Stat(filepath.Join(d.opt.Dir, sqliteFile+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if pages := st.Size() / 4096; pages > total*2/3 {
		t.Errorf("the log has %d pages after %d were written", pages, total)
	}
	t.Logf("%d pages in the log, %+v", st.Size()/4096, d.Stats())
	if d.Stats().Checkpoints == 0 {
		t.Error("no checkpoint")
	}
}

// The log is not started anew at the cost of a function that reads while it
// writes: that would wait for a connection, and the checkpoint for the function.
func TestLogWaitsForNobody(t *testing.T) {
	d := liteDB(t, quickDir(t))
	l := d.backend.(*lite)
	err := d.Write(t.Context(), func(*Tx) error {
		done := make(chan bool)
		go func() { done <- l.writer.checkpoints.reset() }()
		for len(l.pool.slots) < cap(l.pool.slots) {
			runtime.Gosched()
		}
		err := d.Ping(t.Context())
		if <-done {
			t.Error("the log was started anew while a function wrote")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if !l.writer.checkpoints.reset() {
		t.Error("the log cannot be started anew afterwards")
	}
}

func TestQuote(t *testing.T) {
	if got := quote(`a" b`); got != `"a"" b"` {
		t.Error(got)
	}
}
