package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
)

var qGatherOne = db.SQL("dbtest.gather", `SELECT 1`)

// doubled answers each member with twice its number, and refuses 13.
func doubled(runs *atomic.Int32) func(r *db.Reader, in []int) ([]db.Result[int], error) {
	return func(r *db.Reader, in []int) ([]db.Result[int], error) {
		runs.Add(1)
		var one int
		if err := r.QueryRow(qGatherOne).Scan(&one); err != nil {
			return nil, err
		}
		out := make([]db.Result[int], len(in))
		for i, n := range in {
			out[i].Out = 2 * n * one
			if n == 13 {
				out[i] = db.Result[int]{Err: db.ErrNotFound}
			}
		}
		return out, nil
	}
}

func TestGather(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var runs atomic.Int32
		g := db.NewGather(d, 7, doubled(&runs))
		var all sync.WaitGroup
		for n := range 400 {
			all.Go(func() {
				got, err := g.Do(t.Context(), n)
				if n == 13 {
					if !errors.Is(err, db.ErrNotFound) {
						t.Errorf("13: %v", err)
					}
				} else if err != nil || got != 2*n {
					t.Errorf("%d: %d %v", n, got, err)
				}
			})
		}
		all.Wait()
		if n := runs.Load(); n < 400/7 || n > 400 {
			t.Errorf("%d runs", n)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := g.Do(ended, 4); err != nil || got != 8 {
			t.Errorf("a read that others share does not end with one of them: %d %v", got, err)
		}
	})
}

func TestGatherFailsAsAWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		few := db.NewGather(d, 9, func(*db.Reader, []int) ([]db.Result[int], error) { return nil, nil })
		for range 3 { // and goes on afterwards
			if _, err := few.Do(t.Context(), 1); !errors.Is(err, db.ErrMisuse) {
				t.Errorf("no results: %v", err)
			}
		}
	})
	for _, e := range dbtest.Engines() {
		g := db.NewGather(dbtest.Dead(t, e), 9, doubled(&atomic.Int32{}))
		if _, err := g.Do(t.Context(), 1); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: dead: %v", e, err)
		}
	}
}
