package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/job"
)

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func newService(d *db.DB) *job.Service {
	return job.NewService(d, actor.NewGate(d), job.Options{Sleep: sleep, Poll: time.Millisecond})
}

func enqueue(t *testing.T, d *db.DB, n job.New) job.ID {
	t.Helper()
	var id job.ID
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = job.Enqueue(tx, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRunAndResult(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site := actortest.NewSite(t, d, "muster")
		svc := newService(d)
		svc.Handle("sum", 0, func(ctx context.Context, r *job.Run) (any, error) {
			var in []int
			if err := r.Payload(&in); err != nil {
				return nil, err
			}
			if err := r.Progress(ctx, 1, 2); err != nil {
				return nil, err
			}
			return map[string]int{"sum": in[0] + in[1]}, nil
		})
		id := enqueue(t, d, job.New{Kind: "sum", Publisher: site.Publisher, Payload: []int{19, 23}, Unique: "sum-1"})
		if again := enqueue(t, d, job.New{Kind: "sum", Publisher: site.Publisher, Payload: []int{1, 1}, Unique: "sum-1"}); again != id {
			t.Fatalf("an open job of the same key gave %v, want %v", again, id)
		}
		if err := svc.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := svc.Get(t.Context(), site.All(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != job.Done || compact(got.Result) != `{"sum":42}` || got.Done != 1 || got.Total != 2 || got.Attempts != 1 || got.Finished.IsZero() {
			t.Fatalf("%+v", got)
		}
		if next := enqueue(t, d, job.New{Kind: "sum", Publisher: site.Publisher, Payload: []int{1, 1}, Unique: "sum-1"}); next == id {
			t.Fatal("a key is free again when its job is done")
		}
	})
}

func compact(b []byte) string {
	var out []byte
	for _, c := range b {
		if c != ' ' {
			out = append(out, c)
		}
	}
	return string(out)
}

func TestFailureBackoffDeadRetry(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		site := actortest.NewSite(t, d, "muster")
		svc := newService(d)
		runs, broken := 0, true
		svc.Handle("flaky", 0, func(context.Context, *job.Run) (any, error) {
			runs++
			if !broken {
				return nil, nil
			}
			if runs%2 == 0 {
				panic("boom")
			}
			return nil, errors.New("the receiver is down")
		})
		id := enqueue(t, d, job.New{Kind: "flaky", Publisher: site.Publisher, MaxAttempts: 3})
		for range 10 {
			if err := svc.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			clock.Advance(2 * time.Hour)
		}
		got, err := svc.Get(t.Context(), site.All(), id)
		if err != nil || got.State != job.Dead || runs != 3 || got.LastError != "the receiver is down" {
			t.Fatalf("after %d runs: %+v, %v", runs, got, err)
		}
		counts, err := svc.Health(t.Context())
		if err != nil || len(counts) != 1 || counts[0].State != job.Dead || counts[0].Jobs != 1 {
			t.Fatalf("health: %+v, %v", counts, err)
		}
		broken = false
		if _, err := svc.Retry(t.Context(), site.At(site.Root, actor.JobRead), id); fault.KindOf(err) != fault.Denied {
			t.Fatalf("whoever may only see jobs starts one: %v", err)
		}
		if _, err := svc.Retry(t.Context(), site.All(), id); err != nil {
			t.Fatal(err)
		}
		if err := svc.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := svc.Get(t.Context(), site.All(), id); got.State != job.Done {
			t.Fatalf("after Retry: %+v", got)
		}
		if _, err := svc.Retry(t.Context(), site.All(), id); !errors.Is(err, job.ErrNotDead) {
			t.Fatalf("Retry of a done job: %v", err)
		}
	})
}

// A worker whose lease has run out must not settle the job that another worker
// has taken over.
func TestFencing(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		site := actortest.NewSite(t, d, "muster")
		slow, quick := newService(d), newService(d)
		var late error
		slow.Handle("work", 0, func(ctx context.Context, r *job.Run) (any, error) {
			clock.Advance(time.Hour) // far beyond the lease
			if err := quick.Drain(ctx); err != nil {
				return nil, err
			}
			late = r.Progress(ctx, 1, 1)
			return "slow", nil
		})
		quick.Handle("work", 0, func(context.Context, *job.Run) (any, error) { return "quick", nil })
		id := enqueue(t, d, job.New{Kind: "work", Publisher: site.Publisher})
		if err := slow.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := slow.Get(t.Context(), site.All(), id)
		if err != nil || string(got.Result) != `"quick"` || got.Attempts != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		if !errors.Is(late, job.ErrFenced) {
			t.Fatalf("late progress: %v", late)
		}
	})
}

// A kind with a longer lease has it from the claim on, before its first progress.
func TestLongLease(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		site := actortest.NewSite(t, d, "muster")
		slow, quick := newService(d), newService(d)
		slow.Handle("work", time.Hour, func(ctx context.Context, r *job.Run) (any, error) {
			clock.Advance(30 * time.Minute)
			return "slow", quick.Drain(ctx)
		})
		quick.Handle("work", time.Hour, func(context.Context, *job.Run) (any, error) { return "quick", nil })
		id := enqueue(t, d, job.New{Kind: "work", Publisher: site.Publisher})
		if err := slow.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := slow.Get(t.Context(), site.All(), id); err != nil || string(got.Result) != `"slow"` || got.Attempts != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

// A failure of any bytes is a failure that is written down.
func TestAnyWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site, svc := actortest.NewSite(t, d, "muster"), newService(d)
		for _, said := range []string{strings.Repeat("a", 499) + "ü", "no\x00t text \xff", strings.Repeat("ä", 400)} {
			svc.Handle("fails", 0, func(context.Context, *job.Run) (any, error) { return nil, errors.New(said) })
			id := enqueue(t, d, job.New{Kind: "fails", Publisher: site.Publisher, MaxAttempts: 1})
			if err := svc.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := svc.Get(t.Context(), site.All(), id); err != nil || got.State != job.Dead || got.LastError == "" {
				t.Errorf("%q: %+v, %v", said, got, err)
			}
		}
	})
}

// What a handler has finished while everything stops is not run again.
func TestDoneWhileStopping(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site, svc := actortest.NewSite(t, d, "muster"), newService(d)
		ctx, stop := context.WithCancel(t.Context())
		svc.Handle("send", 0, func(context.Context, *job.Run) (any, error) {
			stop()
			return "sent", nil
		})
		id := enqueue(t, d, job.New{Kind: "send", Publisher: site.Publisher})
		if err := svc.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := svc.Get(t.Context(), site.All(), id); err != nil || got.State != job.Done {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

// Three services on one table run each of many jobs once, and a schedule's slot
// is enqueued once.
func TestManyRunners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site := actortest.NewSite(t, d, "muster")
		const jobs = 120
		var mu sync.Mutex
		seen := map[int]int{}
		ticks := 0
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i := range jobs {
			enqueue(t, d, job.New{Kind: "count", Publisher: site.Publisher, Payload: i})
		}
		var running sync.WaitGroup
		for range 3 {
			svc := newService(d)
			svc.Handle("count", 0, func(_ context.Context, r *job.Run) (any, error) {
				var n int
				if err := r.Payload(&n); err != nil {
					return nil, err
				}
				mu.Lock()
				defer mu.Unlock()
				if seen[n]++; len(seen) == jobs && ticks > 0 {
					cancel()
				}
				return nil, nil
			})
			svc.Handle("tick", 0, func(context.Context, *job.Run) (any, error) {
				mu.Lock()
				defer mu.Unlock()
				if ticks++; len(seen) == jobs {
					cancel()
				}
				return nil, nil
			})
			svc.Every("tick", job.Schedule{Every: 240 * time.Hour})
			running.Go(func() { _ = svc.Run(ctx) })
		}
		running.Wait()
		if len(seen) != jobs || ticks != 1 {
			t.Fatalf("%d of %d jobs ran, the schedule ticked %d times", len(seen), jobs, ticks)
		}
		for n, times := range seen {
			if times != 1 {
				t.Errorf("job %d ran %d times", n, times)
			}
		}
	})
}

// Nobody rests while jobs wait, however few work.
func TestNoRestBeforeTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const jobs = 20
		planet := actortest.World(t, d)
		for range jobs {
			enqueue(t, d, job.New{Kind: "count", Publisher: planet.A.Publisher})
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var begun atomic.Int64
		svc := job.NewService(d, actor.NewGate(d), job.Options{Workers: 2, Sleep: func(ctx context.Context, _ time.Duration) error {
			n := begun.Load()
			if n < jobs-2 { // two may have been taken and not begun
				t.Errorf("it rests after %d of %d", n, jobs)
			}
			cancel()
			return ctx.Err()
		}})
		svc.Handle("count", 0, func(context.Context, *job.Run) (any, error) {
			begun.Add(1)
			return nil, nil
		})
		if err := svc.Run(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestListPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		planet := actortest.World(t, d)
		svc := newService(d)
		for i := range 5 {
			enqueue(t, d, job.New{Kind: fmt.Sprint(i), Publisher: planet.A.Publisher})
		}
		enqueue(t, d, job.New{Kind: "foreign", Publisher: planet.B.Publisher})
		var kinds strings.Builder
		var after job.ID
		for {
			page, err := svc.List(t.Context(), planet.A.All(), job.Filter{After: after, Limit: 2, State: job.Open})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, j := range page {
				kinds.WriteString(j.Kind)
				after = j.ID
			}
		}
		if kinds.String() != "43210" {
			t.Fatalf("pages hold %q", kinds.String())
		}
		if _, err := svc.Get(t.Context(), planet.A.All(), job.ID{1}); !errors.Is(err, job.ErrNotFound) {
			t.Fatalf("a job that is not there: %v", err)
		}
		if _, err := svc.List(t.Context(), planet.A.None(), job.Filter{}); fault.KindOf(err) != fault.Denied {
			t.Fatalf("without job.read: %v", err)
		}
	})
}

// A reseller's page is full although the publisher's own jobs lie between.
func TestListBelow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site, svc := actortest.NewSite(t, d, "muster"), newService(d)
		for _, org := range []actor.OrgID{site.Customer, {}, site.Direct, site.Reseller, {}, {}, {}} {
			enqueue(t, d, job.New{Kind: "work", Publisher: site.Publisher, Org: org})
		}
		for _, c := range []struct {
			by   actor.Actor
			want int
		}{{site.Below(site.Reseller), 2}, {site.Below(site.Unit), 0}, {site.All(), 3}} {
			page, err := svc.List(t.Context(), c.by, job.Filter{Limit: 3})
			if err != nil || len(page) != c.want {
				t.Errorf("%s sees %d, want %d: %v", c.by.ID, len(page), c.want, err)
			}
		}
	})
}
