package db_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var (
	qRaise = db.SQLPair("test.raise", `SELECT 1`,
		`DO $$ BEGIN RAISE EXCEPTION 'lost race' USING ERRCODE = '40001'; END $$`)
	qPid     = db.SQLPair("test.pid", `SELECT 0`, `SELECT pg_backend_pid()`)
	qSuicide = db.SQLPair("test.suicide", `SELECT 0`, `SELECT pg_terminate_backend(pg_backend_pid())`)
	qTimeout = db.SQLPair("test.timeout", `SELECT 0`, `SET LOCAL lock_timeout = '20ms'`)
)

func TestRetrySerialization(t *testing.T) {
	d := small(t, db.Postgres)
	runs, after := 0, 0
	write(t, d, func(tx *db.Tx) error {
		runs++
		tx.AfterCommit(func() { after++ })
		if err := add(tx, int64(runs)); err != nil {
			return err
		}
		if runs < 4 {
			_, err := tx.Exec(qRaise)
			return err
		}
		return nil
	})
	if got := numbers(t, d); runs != 4 || after != 1 || len(got) != 1 || got[0] != 4 {
		t.Fatalf("%d runs, %d after, rows %v", runs, after, got)
	}
	if d.Stats().Retries != 3 {
		t.Fatalf("%+v", d.Stats())
	}
}

func TestRetryEnds(t *testing.T) {
	d := small(t, db.Postgres)
	err := inTx(d, func(tx *db.Tx) error { _, err := tx.Exec(qRaise); return err })
	if !errors.Is(err, db.ErrBusy) {
		t.Fatal(err)
	}
}

// Two functions that lock two rows in opposite order: one is the victim of the
// deadlock and wins on its next run.
func TestRetryDeadlock(t *testing.T) {
	d := small(t, db.Postgres)
	write(t, d, func(tx *db.Tx) error {
		if err := add(tx, 0); err != nil {
			return err
		}
		return add(tx, 1)
	})
	var met sync.WaitGroup
	met.Add(2)
	var runs atomic.Int64
	together(2, func(i int) {
		first := true
		err := inTx(d, func(tx *db.Tx) error {
			runs.Add(1)
			if _, err := tx.Exec(qUse, 1, i); err != nil {
				return err
			}
			if first { // both hold their first lock now
				first = false
				met.Done()
				met.Wait()
			}
			_, err := tx.Exec(qUse, 1, 1-i)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	if used(t, d, 0) != 2 || used(t, d, 1) != 2 || runs.Load() < 3 {
		t.Fatalf("used %d and %d after %d runs", used(t, d, 0), used(t, d, 1), runs.Load())
	}
}

// A lock that is not free in time is "busy".
func TestLockTimeout(t *testing.T) {
	d := small(t, db.Postgres)
	write(t, d, func(tx *db.Tx) error { return add(tx, 1) })
	write(t, d, func(tx *db.Tx) error {
		if _, err := tx.Exec(qUse, 1, 1); err != nil {
			return err
		}
		err := inTx(d, func(tx *db.Tx) error {
			var n int64
			if _, err := tx.Exec(qTimeout); err != nil {
				return err
			}
			return tx.QueryRow(qLock, 1).Scan(&n)
		})
		if !errors.Is(err, db.ErrBusy) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

// A connection that dies before the commit was sent: the function runs again.
func TestConnectionLostBefore(t *testing.T) {
	d := small(t, db.Postgres)
	runs := 0
	write(t, d, func(tx *db.Tx) error {
		runs++
		if err := add(tx, 1); err != nil {
			return err
		}
		if runs == 1 {
			_, err := tx.Exec(qSuicide)
			return err
		}
		return nil
	})
	if got := numbers(t, d); runs != 2 || len(got) != 1 {
		t.Fatalf("%d runs, rows %v", runs, got)
	}
}

// A connection that is found dead when the commit is sent: the kit does not guess.
func TestConnectionLostAtCommit(t *testing.T) {
	var victim atomic.Int64
	url := dbtest.Postgres(t, dbtest.Empty())
	hooks := &db.Hooks{BeforeCommit: func(ctx context.Context) error {
		if pid := victim.Swap(0); pid != 0 {
			kill(t, url, pid)
		}
		return nil
	}}
	d := open(t, url, hooks)
	makeSmall(t, d)
	runs := 0
	err := inTx(d, func(tx *db.Tx) error {
		runs++
		var pid int64
		if err := tx.QueryRow(qPid).Scan(&pid); err != nil {
			return err
		}
		victim.Store(pid)
		return add(tx, 1)
	})
	if !errors.Is(err, db.ErrOutcomeUnknown) || runs != 1 {
		t.Fatalf("%v after %d runs", err, runs)
	}
	if got := numbers(t, d); len(got) != 0 {
		t.Fatalf("rows %v", got)
	}
}

func open(t *testing.T, url string, hooks *db.Hooks) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, Now: dbtest.NewClock(t).Now, Hooks: hooks})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// A connection that dies between the commit and its answer: nobody knows, the
// function does not run again, and the work is there.
func TestConnectionLostInCommit(t *testing.T) {
	direct := dbtest.Postgres(t, dbtest.Empty())
	makeSmall(t, open(t, direct, nil))
	var armed atomic.Bool
	d := open(t, cut(t, direct, &armed), nil)
	runs := 0
	armed.Store(true)
	err := inTx(d, func(tx *db.Tx) error {
		runs++
		return add(tx, 1)
	})
	if !errors.Is(err, db.ErrOutcomeUnknown) || runs != 1 {
		t.Fatalf("%v after %d runs", err, runs)
	}
	if got := numbers(t, d); len(got) != 1 {
		t.Fatalf("rows %v", got)
	}
}

// cut returns the address of a go-between that, once armed, passes a COMMIT on,
// waits for its answer, and hangs up instead of passing that back.
func cut(t *testing.T, direct string, armed *atomic.Bool) string {
	t.Helper()
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	const socket = ".s.PGSQL.5432"
	server := filepath.Join(q.Get("host"), socket)
	q.Set("host", dbtest.Dir(t))
	u.RawQuery = q.Encode()
	l, err := net.Listen("unix", filepath.Join(q.Get("host"), socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", server)
			if err != nil {
				_ = near.Close()
				return
			}
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
			go func() {
				defer func() { _, _ = near.Close(), far.Close() }()
				buf := make([]byte, 1<<16)
				for {
					n, err := near.Read(buf)
					if err != nil {
						return
					}
					if bytes.Contains(buf[:n], []byte("COMMIT")) && armed.Swap(false) {
						_ = near.Close() // the answer finds nobody
						_, _ = far.Write(buf[:n])
						_, _ = far.Read(buf)
						return
					}
					if _, err := far.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return u.String()
}

// kill ends a backend from outside and waits until it is gone.
func kill(t *testing.T, url string, pid int64) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, "SELECT pg_terminate_backend($1, 5000)", pid); err != nil {
		t.Error(err)
	}
}

// The write pool is fixed: more callers wait, and all get through.
func TestWorkers(t *testing.T) {
	var now, most atomic.Int64
	d := small(t, db.Postgres, dbtest.WithOptions(func(o *db.Options) { o.Workers = 3 }))
	together(40, func(i int) {
		err := inTx(d, func(tx *db.Tx) error {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			return add(tx, int64(i))
		})
		if err != nil {
			t.Error(err)
		}
	})
	if m := most.Load(); m > 3 || len(numbers(t, d)) != 40 {
		t.Errorf("%d at once", m)
	}
}

// The kit works in the modes that poolers need.
func TestExecModes(t *testing.T) {
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, db.Postgres, dbtest.UpTo(1), dbtest.WithOptions(func(o *db.Options) { o.ExecMode = mode }))
			makeSmall(t, d)
			var ids db.IDs[item]
			write(t, d, func(tx *db.Tx) error {
				ids = append(ids, db.NewID[item](tx))
				in := db.JSON[data]{V: data{A: "x"}}
				if _, err := tx.Exec(qPut, ids[0], 1, 2, "n", in, db.At(tx.Now()), nil, true, []byte{1}); err != nil {
					return err
				}
				if _, err := tx.ExecMany(qAddAll, [][]any{{db.NewID[item](tx), 2, 0, false}}); err != nil {
					return err
				}
				return db.Charge(tx, db.Limit{Name: "m", Burst: 1, Per: 1e9}, "k")
			})
			err := d.Read(t.Context(), func(r *db.Reader) error {
				var n, sum int64
				if err := r.QueryRow(qByIDs, true, ids, 0).Scan(&n); err != nil {
					return err
				}
				if err := r.QueryRow(qInts, db.Ints{1, 2}).Scan(&sum); err != nil || sum != 3 {
					t.Errorf("sum %d", sum)
					return err
				}
				var got struct {
					id   db.ID[item]
					no   int
					used int
					name *string
					data db.JSON[data]
					at   db.Time
					due  db.Day
					live bool
					raw  []byte
				}
				err := r.QueryRow(qGet, ids[0]).Scan(&got.id, &got.no, &got.used, &got.name, &got.data, &got.at, &got.due, &got.live, &got.raw)
				if got.id != ids[0] || got.data.V.A != "x" || !got.at.Equal(dbtest.Start) || !got.live || len(got.raw) != 1 {
					t.Errorf("%+v", got)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	_, err := db.Open(t.Context(), db.Options{URL: "postgres://x", Now: dbtest.NewClock(t).Now, ExecMode: "fast"})
	if !errors.Is(err, db.ErrBadURL) {
		t.Errorf("unknown mode: %v", err)
	}
}

// A server that could lose acknowledged commits is refused.
func TestPostgresNotDurable(t *testing.T) {
	url := dbtest.Postgres(t, dbtest.Empty())
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), db.Options{URL: url, Now: dbtest.NewClock(t).Now}); !errors.Is(err, db.ErrNotDurable) {
		t.Fatal(err)
	}
}
