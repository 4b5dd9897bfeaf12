package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// allTickets pages through the tickets of an order.
func (w *world) allTickets(id order.ID) (rows []order.TicketRow) {
	w.t.Helper()
	for after := ""; ; {
		page, err := w.orders.Tickets(context.Background(), w.A.All(), order.TicketQuery{Order: id, After: after, Limit: 700, Codes: true})
		if err != nil {
			w.t.Fatal(err)
		}
		rows = append(rows, page.Items...)
		if after = page.Next; after == "" {
			return rows
		}
	}
}

// distinct reports how many different codes rows have.
func distinct(rows []order.TicketRow) int {
	codes := map[string]bool{}
	for _, r := range rows {
		if r.Code != "" {
			codes[r.Code] = true
		}
	}
	return len(codes)
}

func TestBulk(t *testing.T) {
	each(t, order.Settings{BulkAbove: 100, Chunk: 60}, func(t *testing.T, w *world) {
		small := w.place(w.doc("small", line("1", "CAD-UNIT", 100), line("2", "CAD-PRO-PERP", 1_000_000)))
		if small.State != order.Issuing || small.Issued != 0 || small.Job.IsZero() {
			t.Fatalf("101 tickets: %+v", small)
		}
		fits := w.place(w.doc("fits", line("1", "CAD-UNIT", 99), line("2", "CAD-PRO-PERP", 1_000_000)))
		if fits.State != order.Delivered || !fits.Job.IsZero() || len(fits.Lines) != 2 {
			t.Fatalf("100 tickets: %+v", fits)
		}
		d := w.doc("big", line("1", "CAD-UNIT", 500), line("2", "CAD-PRO-PERP", 7), line("3", "CAD-UNIT", 33))
		p, err := w.orders.Preview(t.Context(), w.A.All(), d)
		if err != nil || !p.Job || p.Adds != 540 {
			t.Fatalf("%+v %v", p, err)
		}
		r := w.place(d)
		again := w.place(d)
		if r.State != order.Issuing || again.Job != r.Job || again.Outcome != order.Unchanged {
			t.Fatalf("%+v", again)
		}
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		j, err := w.jobs.Get(t.Context(), w.A.All(), r.Job)
		var told order.Issued
		if err != nil || j.State != job.Done || j.Done != 540 || j.Total != 540 || json.Unmarshal(j.Result, &told) != nil || told.Issued != 540 {
			t.Fatalf("%+v %v", j, err)
		}
		v, err := w.orders.Get(t.Context(), w.A.All(), r.ID)
		if err != nil || v.State != order.Delivered || v.Issued != 540 {
			t.Fatalf("%+v %v", v, err)
		}
		if rows := w.allTickets(r.ID); len(rows) != 534 || distinct(rows) != 534 {
			t.Fatalf("%d tickets, %d codes", len(rows), distinct(rows))
		}
		if err := w.jobs.Drain(t.Context()); err != nil || len(w.allTickets(r.ID)) != 534 {
			t.Fatal(err)
		}
	})
}

// TestBulkLines: an order of many lines is issued line by line, in chunks.
func TestBulkLines(t *testing.T) {
	each(t, order.Settings{BulkAbove: 100, Chunk: 40}, func(t *testing.T, w *world) {
		var lines []format.Line
		for i := range 150 {
			lines = append(lines, line(fmt.Sprintf("%03d", i), "CAD-PRO-PERP", int64(i+1)))
		}
		r := w.place(w.doc("1", lines...))
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, err := w.orders.Get(t.Context(), w.A.All(), r.ID)
		if err != nil || v.State != order.Delivered || len(v.Lines) != 150 {
			t.Fatalf("%+v %v", v, err)
		}
		for i, l := range v.Lines {
			if len(l.Tickets) != 1 || l.Tickets[0].Quantity != int64(i+1) || l.State != order.LineDelivered {
				t.Fatalf("%+v", l)
			}
		}
		for _, limit := range []int{1, 7, 149, 150, 151, 1000} {
			n := 0
			for after := ""; ; {
				page, err := w.orders.Tickets(t.Context(), w.A.All(), order.TicketQuery{Order: r.ID, After: after, Limit: limit})
				if err != nil || len(page.Items) > limit {
					t.Fatal(len(page.Items), err)
				}
				for _, row := range page.Items {
					if row.Line != v.Lines[n].No || row.ID != v.Lines[n].Tickets[0].ID || row.Code != "" {
						t.Fatalf("pages of %d: %+v at %d", limit, row, n)
					}
					n++
				}
				if after = page.Next; after == "" {
					break
				}
			}
			if n != 150 {
				t.Fatalf("pages of %d: %d tickets", limit, n)
			}
		}
	})
}

// TestBulkChanged: documents that arrive while a job is issuing.
func TestBulkChanged(t *testing.T) {
	each(t, order.Settings{BulkAbove: 50, Chunk: 40}, func(t *testing.T, w *world) {
		r := w.place(w.doc("1", line("1", "CAD-UNIT", 300)))
		stop := errors.New("stop")
		var chunks atomic.Int32
		w.jobs.Handle(order.JobKind, 0, func(ctx context.Context, run *job.Run) (any, error) {
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			if chunks.Add(1) == 1 { // one chunk, then it is cut off
				_ = w.orders.OneChunk(ctx, run)
				return nil, stop
			}
			return w.orders.Issue(ctx, run)
		})
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		half := w.place(w.doc("1", line("1", "CAD-UNIT", 300)))
		if half.Issued != 40 || half.State != order.Issuing {
			t.Fatalf("%+v", half.View)
		}
		less := w.place(w.doc("1", line("1", "CAD-UNIT", 30)))
		if less.State != order.Delivered || less.Issued != 30 || w.sold(less.Lines[0]) != 30 {
			t.Fatalf("lowered below what was issued: %+v", less.View)
		}
		more := w.place(w.doc("1", line("1", "CAD-UNIT", 200)))
		if more.State != order.Issuing || more.Issued != 30 {
			t.Fatalf("%+v", more.View)
		}
		w.clock.Advance(time.Hour)
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		v, err := w.orders.Get(t.Context(), w.A.All(), r.ID)
		if err != nil || v.State != order.Delivered || v.Issued != 200 || w.sold(v.Lines[0]) != 200 {
			t.Fatalf("%+v %v", v, err)
		}
	})
}

// TestBulkCrash cuts the job off again and again, before commits and after
// them: every ticket is made once.
func TestBulkCrash(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			var points atomic.Int32
			cut := func(context.Context) error {
				if armed.Load() {
					h := fnv.New32()
					_, _ = fmt.Fprint(h, points.Add(1)) // irregular, and the same every time
					if h.Sum32()%4 == 0 {
						return errors.New("cut off")
					}
				}
				return nil
			}
			hooks := &db.Hooks{
				Point: func(ctx context.Context, name string) error {
					if name == "order.chunk" {
						return cut(ctx)
					}
					return nil
				},
				AfterCommit: cut,
			}
			clock := dbtest.NewClock(t)
			w := newWorld(t, dbtest.Open(t, e, dbtest.WithNow(clock.Now), dbtest.WithHooks(hooks)), order.Settings{BulkAbove: 10, Chunk: 25})
			d := w.doc("1", line("1", "CAD-UNIT", 200), line("2", "CAD-PRO-PERP", 9), line("3", "CAD-UNIT", 51))
			r := w.place(d)
			armed.Store(true)
			for range 200 {
				_ = w.jobs.Drain(t.Context())
				clock.Advance(2 * time.Hour)
				_, _ = w.orders.Place(t.Context(), w.A.All(), d) // a copy revives a job that gave up
				if v, err := w.orders.Get(t.Context(), w.A.All(), r.ID); err == nil && v.State == order.Delivered {
					break
				}
			}
			armed.Store(false)
			v, err := w.orders.Get(t.Context(), w.A.All(), r.ID)
			if err != nil || v.State != order.Delivered || v.Issued != 260 {
				t.Fatalf("%+v %v", v, err)
			}
			rows := w.allTickets(r.ID)
			if len(rows) != 252 || distinct(rows) != 252 {
				t.Fatalf("%d tickets, %d codes", len(rows), distinct(rows))
			}
			if points.Load() < 9 {
				t.Fatalf("only %d points were passed", points.Load())
			}
			var units int64
			for _, row := range rows {
				units += row.Quantity
			}
			if units != 260 {
				t.Fatalf("tickets for %d units", units)
			}
		})
	}
}

// TestAnswerLost: the order is placed, the answer is lost, the sender repeats.
func TestAnswerLost(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			var lose atomic.Value
			lose.Store("")
			hooks := &db.Hooks{Point: func(_ context.Context, name string) error {
				if name == lose.Load() {
					return errors.New("cut off")
				}
				return nil
			}}
			w := newWorld(t, dbtest.Open(t, e, dbtest.WithHooks(hooks)), order.Settings{})
			d := w.doc("1", line("1", "CAD-UNIT", 2))
			before := w.orderCount()
			lose.Store("order.placed")
			if _, err := w.orders.Place(t.Context(), w.A.All(), d); err == nil || w.orderCount() != before {
				t.Fatalf("half an order: %v", err)
			}
			lose.Store("order.before_answer")
			if _, err := w.orders.Place(t.Context(), w.A.All(), d); err == nil {
				t.Fatal("no error")
			}
			lose.Store("")
			r := w.place(d)
			if r.Outcome != order.Unchanged || len(codesOf(r.Lines[0])) != 2 {
				t.Fatalf("%+v", r)
			}
			if again := w.place(d); !slices.Equal(codesOf(again.Lines[0]), codesOf(r.Lines[0])) {
				t.Fatal("other codes")
			}
		})
	}
}

var qKnown = db.SQL("test.order_known", `SELECT CAST(reltuples AS bigint) FROM pg_class WHERE relname = ?`)

// TestBulkAnalyzed: PostgreSQL's planner knows the tables right after an order of
// many tickets.
func TestBulkAnalyzed(t *testing.T) {
	w := newWorld(t, dbtest.Open(t, db.Postgres), order.Settings{})
	known := func() (n int64) {
		err := w.db.Read(t.Context(), func(r *db.Reader) error { return r.QueryRow(qKnown, "ticket").Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, c := range []struct {
		tickets  int64
		from, to int64
	}{{9000, -1, 0}, {11_000, 20_000, 20_000}, {12_000, 20_000, 20_000}, {13_000, 45_000, 45_000}} {
		w.place(w.doc(fmt.Sprint(i), line("1", "CAD-UNIT", c.tickets)))
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := known(); n < c.from || n > c.to {
			t.Errorf("after %d tickets more the planner knows of %d", c.tickets, n)
		}
	}
}
