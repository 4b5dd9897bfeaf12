package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// addMany inserts each number; the number 13 panics, negative ones are refused
// alone, and a double one breaks the constraint for the whole run.
func addMany(runs *atomic.Int64) func(*db.Tx, []int64) ([]db.Result[int64], error) {
	return func(tx *db.Tx, in []int64) ([]db.Result[int64], error) {
		runs.Add(1)
		out := make([]db.Result[int64], len(in))
		for i, n := range in {
			switch {
			case n == 13:
				panic("thirteen")
			case n < 0:
				out[i].Err = fmt.Errorf("refused %d", n)
				continue
			}
			if err := add(tx, n); err != nil {
				return nil, err
			}
			out[i].Out = n * 2
		}
		return out, nil
	}
}

func TestMany(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var runs atomic.Int64
		m := db.NewMany(d, 64, addMany(&runs))
		const n = 300
		together(n, func(i int) {
			got, err := m.Do(t.Context(), int64(1000+i))
			if err != nil || got != int64(2*(1000+i)) {
				t.Errorf("%d: %d, %v", i, got, err)
			}
		})
		if got := len(numbers(t, d)); got != n {
			t.Errorf("%d rows", got)
		}
		t.Logf("%d runs for %d members", runs.Load(), n)
	})
}

// A run that fails as a whole runs its members singly; only the culprits fail.
func TestManyFails(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return add(tx, 7) })
		var runs atomic.Int64
		m := db.NewMany(d, 64, addMany(&runs))
		together(40, func(i int) {
			n := int64(i)
			if i == 20 {
				n = -20
			}
			_, err := m.Do(t.Context(), n)
			switch {
			case n == 7 && !errors.Is(err, db.ErrConflict),
				n == 13 && !errors.Is(err, db.ErrPanic),
				n == -20 && (err == nil || err.Error() != "refused -20"),
				n != 7 && n != 13 && n != -20 && err != nil:
				t.Errorf("%d: %v", n, err)
			}
		})
		if got := numbers(t, d); len(got) != 38 {
			t.Errorf("%d rows: %v", len(got), got)
		}
	})
}

// What arrives while a run waits for the writer still belongs to it.
func TestManyGathers(t *testing.T) {
	d := small(t, db.SQLite)
	var runs atomic.Int64
	m := db.NewMany(d, 100, addMany(&runs))
	open := gate(d)
	const n = 50
	done := make(chan error, n)
	for i := range n {
		go func() {
			_, err := m.Do(context.Background(), int64(100+i))
			done <- err
		}()
	}
	for m.Waiting() < n {
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := m.Do(ctx, 99); left <- err }()
	cancel()
	if err := <-left; !errors.Is(err, db.ErrCanceled) {
		t.Errorf("left: %v", err)
	}
	open()
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := numbers(t, d); len(got) != n || slices.Contains(got, 99) {
		t.Errorf("rows %v", got)
	}
	if runs.Load() != 1 {
		t.Errorf("%d runs for %d members", runs.Load(), n)
	}
}

func TestManyShape(t *testing.T) {
	d := small(t, db.SQLite)
	m := db.NewMany(d, 10, func(*db.Tx, []int) ([]db.Result[int], error) { return nil, nil })
	if _, err := m.Do(t.Context(), 1); !errors.Is(err, db.ErrMisuse) {
		t.Errorf("no result: %v", err)
	}
}

// An unknown outcome is not repeated for each member.
func TestManyUnknown(t *testing.T) {
	var armed atomic.Bool
	d := small(t, db.SQLite, dbtest.WithHooks(&db.Hooks{Point: func(_ context.Context, name string) error {
		if armed.Load() && name == "db.after_commit" {
			return errors.New("cable")
		}
		return nil
	}}))
	var runs atomic.Int64
	m := db.NewMany(d, 10, addMany(&runs))
	armed.Store(true)
	together(5, func(i int) {
		if _, err := m.Do(t.Context(), int64(100+i)); !errors.Is(err, db.ErrOutcomeUnknown) {
			t.Error(err)
		}
	})
	if got := len(numbers(t, d)); got != 5 {
		t.Errorf("%d rows", got)
	}
}

// TestManyApart: members that want the same are never in two runs at a time; others
// pass them, where the engine lets two runs work at a time, and nobody is forgotten.
func TestManyApart(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var inside [2]atomic.Int64
		begun, hold := make(chan struct{}), make(chan struct{})
		m := db.NewManyApart(d, 64, func(n int64) [16]byte { return [16]byte{byte(n % 2)} }, func(tx *db.Tx, in []int64) ([]db.Result[int64], error) {
			var mine [2]bool
			for _, n := range in {
				mine[n%2] = true
			}
			for k, is := range mine {
				if is && inside[k].Add(1) > 1 {
					t.Error("two runs about the same")
				}
			}
			defer func() {
				for k, is := range mine {
					if is {
						inside[k].Add(-1)
					}
				}
			}()
			if in[0] == 0 {
				close(begun)
				<-hold
			}
			return make([]db.Result[int64], len(in)), nil
		})
		first := make(chan error, 1)
		go func() { _, err := m.Do(t.Context(), 0); first <- err }()
		<-begun
		const more = 40
		rest := make(chan error, more)
		for i := range more {
			go func() { _, err := m.Do(t.Context(), int64(2+2*i)); rest <- err }()
		}
		for m.Waiting() < more {
			runtime.Gosched()
		}
		if d.Engine() == db.Postgres { // SQLite has one writer, and that one is held
			if _, err := m.Do(t.Context(), 1); err != nil {
				t.Error(err)
			}
		}
		if m.Waiting() != more {
			t.Errorf("%d of %d wait for the run that has what they want", m.Waiting(), more)
		}
		close(hold)
		for range more {
			if err := <-rest; err != nil {
				t.Error(err)
			}
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		together(300, func(i int) {
			if _, err := m.Do(t.Context(), int64(3+i)); err != nil {
				t.Error(err)
			}
		})
	})
}
