package db_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

func TestWriteConcurrently(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		const n = 200
		odd := errors.New("odd")
		var after atomic.Int64
		together(n, func(i int) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				tx.AfterCommit(func() { after.Add(1) })
				if err := add(tx, int64(i)); err != nil {
					return err
				}
				if i%2 == 1 {
					return odd
				}
				return nil
			})
			if (i%2 == 1) != errors.Is(err, odd) {
				t.Errorf("%d: %v", i, err)
			}
		})
		got := numbers(t, d)
		if len(got) != n/2 || slices.ContainsFunc(got, func(x int64) bool { return x%2 == 1 }) {
			t.Fatalf("%d rows: %v", len(got), got)
		}
		if after.Load() != n/2 {
			t.Fatalf("%d functions ran after the commit", after.Load())
		}
		s := d.Stats()
		if s.Functions < n/2 || s.Commits > s.Functions {
			t.Fatalf("%+v", s)
		}
	})
}

// One batch: an error, a panic, a broken constraint, a swallowed failure and a
// cancelled request leave the others alone.
func TestBatch(t *testing.T) {
	d := small(t, db.SQLite)
	open := gate(d)
	before := d.Stats().Commits
	boom := errors.New("boom")
	dead, cancel := context.WithCancel(t.Context())
	type result struct {
		ctx  context.Context
		fn   func(*db.Tx) error
		want error
	}
	members := []result{
		{t.Context(), func(tx *db.Tx) error { return add(tx, 1) }, nil},
		{t.Context(), func(tx *db.Tx) error { _ = add(tx, 2); return boom }, boom},
		{t.Context(), func(tx *db.Tx) error { _ = add(tx, 3); panic("ouch") }, db.ErrPanic},
		{t.Context(), func(tx *db.Tx) error { _ = add(tx, 4); _, _ = tx.Exec(qUse, 99, 4); return nil }, db.ErrCheck},
		{dead, func(tx *db.Tx) error { return add(tx, 5) }, db.ErrCanceled},
		{t.Context(), func(tx *db.Tx) error { return add(tx, 6) }, nil},
	}
	var wg sync.WaitGroup
	errs := make([]error, len(members))
	for i, m := range members {
		wg.Go(func() { errs[i] = d.Write(m.ctx, m.fn) })
	}
	cancel()
	open()
	wg.Wait()
	for i, m := range members {
		if !errors.Is(errs[i], m.want) {
			t.Errorf("member %d: %v, want %v", i, errs[i], m.want)
		}
	}
	if got := numbers(t, d); !slices.Equal(got, []int64{1, 6}) {
		t.Errorf("rows %v", got)
	}
	if n := d.Stats().Commits - before; n > 6 {
		t.Errorf("%d commits", n)
	}
}

// Members that waited together share one commit.
func TestBatchSharesCommit(t *testing.T) {
	d := small(t, db.SQLite)
	const n = 100
	open := gate(d)
	before := d.Stats().Commits
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return add(tx, int64(i)) }); err != nil {
				t.Error(err)
			}
		})
	}
	for d.Queued() < n {
		runtime.Gosched()
	}
	open()
	wg.Wait()
	if got := d.Stats().Commits - before; got != 2 { // the gate's and theirs
		t.Errorf("%d commits for %d functions", got, n)
	}
}

// When the commit of a batch fails, each member runs again alone.
func TestBatchLost(t *testing.T) {
	var commits atomic.Int64
	var armed atomic.Bool
	broken := errors.New("disk")
	d := small(t, db.SQLite, dbtest.WithHooks(&db.Hooks{BeforeCommit: func(context.Context) error {
		if armed.Load() && commits.Add(1) == 2 { // the first is the gate's
			return broken
		}
		return nil
	}}))
	const n = 20
	open := gate(d)
	armed.Store(true)
	var runs, after atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				runs.Add(1)
				tx.AfterCommit(func() { after.Add(1) })
				return add(tx, int64(i))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for d.Queued() < n {
		runtime.Gosched()
	}
	open()
	wg.Wait()
	if got := int64(len(numbers(t, d))); got != after.Load() || got != n || runs.Load() != 2*n {
		t.Errorf("%d rows, %d answers, %d runs", got, after.Load(), runs.Load())
	}
}

// A fail point after the commit makes the outcome unknown, and the work stays.
func TestOutcomeUnknown(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			d := small(t, e, dbtest.WithHooks(&db.Hooks{AfterCommit: func(context.Context) error {
				if armed.Load() {
					return errors.New("cable")
				}
				return nil
			}}))
			armed.Store(true)
			err := d.Write(t.Context(), func(tx *db.Tx) error { return add(tx, 1) })
			if !errors.Is(err, db.ErrOutcomeUnknown) {
				t.Fatal(err)
			}
			if got := numbers(t, d); len(got) != 1 {
				t.Fatalf("rows %v", got)
			}
		})
	}
}

// A test that fails inside the function ends its own goroutine, not the writer.
func TestWriteGoexit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		m := db.NewMany(d, 10, func(tx *db.Tx, in []int) ([]db.Result[int], error) { runtime.Goexit(); return nil, nil })
		done := make(chan struct{}, 3)
		go func() {
			defer func() { done <- struct{}{} }()
			_ = d.Write(context.Background(), func(*db.Tx) error { runtime.Goexit(); return nil })
			t.Error("Write returned")
		}()
		go func() {
			defer func() { done <- struct{}{} }()
			_, _ = m.Do(context.Background(), 1)
			t.Error("Do returned")
		}()
		go func() {
			defer func() { done <- struct{}{} }()
			if err := d.Write(context.Background(), func(tx *db.Tx) error { return add(tx, 1) }); err != nil {
				t.Error(err)
			}
		}()
		for range 3 {
			<-done
		}
		if got := numbers(t, d); len(got) != 1 {
			t.Fatalf("rows %v", got)
		}
	})
}

func TestWriteCanceled(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		// In flight: the request's end changes nothing.
		if err := d.Write(ctx, func(tx *db.Tx) error { cancel(); return add(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func() error{
			"Write":     func() error { return d.Write(ctx, func(tx *db.Tx) error { return add(tx, 2) }) },
			"WriteBulk": func() error { return d.WriteBulk(ctx, func(tx *db.Tx) error { return add(tx, 3) }) },
			"Read":      func() error { return d.Read(ctx, func(*db.Reader) error { return nil }) },
		} {
			err := call()
			if !errors.Is(err, db.ErrCanceled) || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := numbers(t, d); len(got) != 1 {
			t.Errorf("rows %v", got)
		}
	})
}

// A caller whose request ends while it waits is answered at once, and its
// function never runs.
func TestWaitingCanceled(t *testing.T) {
	d := small(t, db.SQLite)
	open := gate(d)
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() { answered <- d.Write(ctx, func(tx *db.Tx) error { return add(tx, 1) }) }()
	cancel()
	if err := <-answered; !errors.Is(err, db.ErrCanceled) {
		t.Error(err)
	}
	open()
	if got := numbers(t, d); len(got) != 0 {
		t.Errorf("rows %v", got)
	}
}

// The first failure dooms a transaction on both engines.
func TestDoomed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return add(tx, 1) })
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := add(tx, 2); err != nil {
				return err
			}
			if err := add(tx, 1); !errors.Is(err, db.ErrConflict) {
				t.Errorf("double number: %v", err)
			}
			if err := add(tx, 3); !errors.Is(err, db.ErrConflict) {
				t.Errorf("after a failure: %v", err)
			}
			return nil // swallowed
		})
		var c *db.ConflictError
		if !errors.As(err, &c) || c.Table != "item" || c.Constraint == "" {
			t.Errorf("%v: %+v", err, c)
		}
		if got := numbers(t, d); !slices.Equal(got, []int64{1}) {
			t.Errorf("rows %v", got)
		}
		// No row is no failure.
		write(t, d, func(tx *db.Tx) error {
			var n int64
			if err := tx.QueryRow(qUsed, 77).Scan(&n); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("missing row: %v", err)
			}
			return add(tx, 4)
		})
	})
}

func TestMisuse(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			if err := add(tx, 1); err != nil {
				return err
			}
			return add(tx, 2)
		})
		var kept *db.Tx
		write(t, d, func(tx *db.Tx) error { kept = tx; return nil })
		misuses := map[string]func() error{
			"after its end":     func() error { return add(kept, 3) },
			"too few arguments": func() error { return inTx(d, func(tx *db.Tx) error { _, err := tx.Exec(qUse, 1); return err }) },
			"rows still open": func() error {
				return inTx(d, func(tx *db.Tx) error {
					rows, err := tx.Query(qNumber)
					if err != nil || !rows.Next() {
						return errors.New("no rows")
					}
					return add(tx, 3)
				})
			},
			"second statement in ReadOne": func() error {
				return d.ReadOne(t.Context(), func(r *db.Reader) error {
					var n int64
					_ = r.QueryRow(qUsed, 1).Scan(&n)
					return r.QueryRow(qUsed, 2).Scan(&n)
				})
			},
			"two rows for QueryRow": func() error {
				return d.Read(t.Context(), func(r *db.Reader) error { var n int64; return r.QueryRow(qNumber).Scan(&n) })
			},
			"broken statement": func() error {
				return d.Read(t.Context(), func(r *db.Reader) error { var n int64; return r.QueryRow(qBroken).Scan(&n) })
			},
			"wrong destination": func() error {
				return d.Read(t.Context(), func(r *db.Reader) error { var b bool; return r.QueryRow(qUsed, 1).Scan(&b, &b) })
			},
			"no {rows}": func() error {
				return inTx(d, func(tx *db.Tx) error { _, err := tx.ExecMany(qAdd, [][]any{{1}}); return err })
			},
		}
		for name, fn := range misuses {
			if err := fn(); !errors.Is(err, db.ErrMisuse) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := numbers(t, d); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("rows %v", got)
		}
	})
}

func inTx(d *db.DB, fn func(*db.Tx) error) error { return d.Write(context.Background(), fn) }

// Rows that a function leaves open are closed behind it.
func TestRowsLeftOpen(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for range 3 {
			write(t, d, func(tx *db.Tx) error {
				if _, err := tx.ExecMany(qAddAll, [][]any{{db.NewID[item](tx), 1, 0, true}, {db.NewID[item](tx), 2, 0, true}}); err != nil {
					return err
				}
				rows, err := tx.Query(qNumber)
				if err == nil {
					rows.Next()
				}
				return err
			})
			err := d.Read(t.Context(), func(r *db.Reader) error { _, err := r.Query(qNumber); return err })
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A reader sees one snapshot, however long it looks.
func TestSnapshot(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return add(tx, 1) })
		err := d.Read(t.Context(), func(r *db.Reader) error {
			for range 2 {
				var n int64
				if err := r.QueryRow(qUsed, 1).Scan(&n); err != nil || n != 0 {
					t.Errorf("used %d, %v", n, err)
				}
				write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(qUse, 1, 1); return err })
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := used(t, d, 1); n != 2 {
			t.Errorf("used %d", n)
		}
	})
}

func TestDead(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			d := dbtest.Dead(t, e)
			m := db.NewMany(d, 5, func(tx *db.Tx, in []int) ([]db.Result[int], error) { return nil, nil })
			for name, call := range map[string]func() error{
				"Write":         func() error { return d.Write(t.Context(), func(*db.Tx) error { return nil }) },
				"WriteBulk":     func() error { return d.WriteBulk(t.Context(), func(*db.Tx) error { return nil }) },
				"Read":          func() error { return d.Read(t.Context(), func(*db.Reader) error { return nil }) },
				"ReadOne":       func() error { return d.ReadOne(t.Context(), func(*db.Reader) error { return nil }) },
				"Ping":          func() error { return d.Ping(t.Context()) },
				"Many":          func() error { _, err := m.Do(t.Context(), 1); return err },
				"Backup":        func() error { _, err := db.Backup(t.Context(), d, dbtest.Dir(t)); return err },
				"SchemaVersion": func() error { _, err := d.SchemaVersion(t.Context()); return err },
			} {
				if err := call(); !errors.Is(err, db.ErrUnavailable) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := d.Close(); err != nil {
				t.Errorf("second Close: %v", err)
			}
		})
	}
}

// Bulk chunks and interactive writes both get on.
func TestWriteBulk(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		together(20, func(i int) {
			var err error
			if i%2 == 0 {
				err = d.WriteBulk(t.Context(), func(tx *db.Tx) error {
					rows := make([][]any, 628) // 500 + 100 + 20 + 5 + 1 + 1 + 1
					for k := range rows {
						rows[k] = []any{db.NewID[item](tx), i*1000 + k, 0, k%2 == 0}
					}
					n, err := tx.ExecMany(qAddAll, rows)
					if n != 628 {
						t.Errorf("%d rows inserted", n)
					}
					return err
				})
			} else {
				err = d.Write(t.Context(), func(tx *db.Tx) error { return add(tx, int64(-i)) })
			}
			if err != nil {
				t.Error(err)
			}
		})
		if got := len(numbers(t, d)); got != 10*628+10 {
			t.Errorf("%d rows", got)
		}
		write(t, d, func(tx *db.Tx) error {
			n, err := tx.ExecMany(qAddAll, [][]any{{db.NewID[item](tx), 1, 0, true}, {db.NewID[item](tx), -1, 0, true}})
			if n != 0 {
				t.Errorf("%d double rows inserted", n)
			}
			return err
		})
	})
}
