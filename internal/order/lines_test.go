package order_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// manyLines is how many lines the order of TestManyLines has.
const manyLines = 20_000

var (
	qLineSums = db.SQL("ordertest.line_sums", `SELECT COUNT(*), COUNT(DISTINCT line_no), CAST(SUM(quantity) AS bigint),
			CAST(SUM(issued) AS bigint), CAST(SUM(made) AS bigint)
		FROM order_line WHERE publisher_id = ? AND state = 'delivered' AND issued = quantity`)
	qTicketSums = db.SQL("ordertest.ticket_sums", `SELECT COUNT(*), COUNT(DISTINCT s.line_id), CAST(SUM(l.quantity) AS bigint), COUNT(DISTINCT t.id)
		FROM license_snapshot s
		JOIN ticket t ON t.publisher_id = s.publisher_id AND t.snapshot_id = s.id
		JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
		WHERE s.publisher_id = ? AND l.state = 'available'`)
	qIssuedNotes = db.SQL("ordertest.issued_notes", `SELECT COUNT(DISTINCT entity_id) FROM journal
		WHERE publisher_id = ? AND event = 'ticket.issued'`)
)

// sums is what the tables say about all orders of publisher A.
type sums struct {
	lines, units  int64 // lines that are delivered, and what they say
	tickets, held int64 // their tickets, and what these hold
	noted         int64 // lines of whose tickets the journal knows
}

func (w *world) sums() (s sums) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(r *db.Reader) error {
		var numbers, issued, made, ofLines, distinct int64
		if err := r.QueryRow(qLineSums, w.A.Publisher).Scan(&s.lines, &numbers, &s.units, &issued, &made); err != nil {
			return err
		}
		if err := r.QueryRow(qTicketSums, w.A.Publisher).Scan(&s.tickets, &ofLines, &s.held, &distinct); err != nil {
			return err
		}
		if numbers != s.lines || issued != s.units || made < s.tickets || ofLines != s.lines || distinct != s.tickets {
			w.t.Errorf("%d line numbers of %d, %d issued of %d, %d made of %d, %d lines with tickets, %d tickets of %d",
				numbers, s.lines, issued, s.units, made, s.tickets, ofLines, distinct, s.tickets)
		}
		return r.QueryRow(qIssuedNotes, w.A.Publisher).Scan(&s.noted)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// TestManyLines: an order of 20,000 lines of three articles, sent by everybody at
// once, is one order; each line has its own tickets and journal line; a copy changes
// nothing; a document in which one line differs changes one line.
func TestManyLines(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 lines on each engine")
	}
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		articles := []string{"CAD-PRO-PERP", "CAD-NET", "CAD-UNIT"}
		want := sums{lines: manyLines, noted: manyLines}
		var lines []format.Line
		for i := range manyLines {
			l := line(fmt.Sprintf("%06d", i), articles[i%3], int64(i%4+1))
			lines = append(lines, l)
			want.units, want.held = want.units+l.Quantity, want.held+l.Quantity
			if want.tickets++; l.Article == "CAD-UNIT" {
				want.tickets += l.Quantity - 1
			}
		}
		d := w.doc("1", lines...)
		var mu sync.Mutex
		outcomes, ids := map[order.Outcome]int{}, map[order.ID]bool{}
		together(4, func(int) {
			r, err := w.orders.Place(context.Background(), w.A.All(), d)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			outcomes[r.Outcome]++
			ids[r.ID] = true
		})
		if outcomes[order.Applied] != 1 || outcomes[order.Unchanged] != 3 || len(ids) != 1 {
			t.Fatalf("%v of %d orders", outcomes, len(ids))
		}
		together(2, func(int) { // two nodes work on it
			if err := w.jobs.Drain(context.Background()); err != nil {
				t.Error(err)
			}
		})
		if got := w.sums(); got != want {
			t.Fatalf("placed:\n%+v, want\n%+v", got, want)
		}

		before := w.orderCount()
		if r := w.place(d); r.Outcome != order.Unchanged || r.Issued != want.units || r.LineCount != manyLines || !r.More {
			t.Fatalf("a copy: %+v", r.View)
		}
		lines[17].Properties = map[string]string{"color": "red"} // says the same in another document
		if r := w.place(w.doc("1", lines...)); r.Outcome != order.Unchanged || len(r.Changes) != 0 {
			t.Fatalf("the same in other words: %s, %d changes", r.Outcome, len(r.Changes))
		}
		if after := w.orderCount(); after != before+2 { // the document and its journal line
			t.Fatalf("copies made %d rows", after-before)
		}
		lines[12_345].Quantity += 5
		r := w.place(w.doc("1", lines...))
		if r.Outcome != order.Applied || len(r.Changes) != 1 || r.Changes[0].No != "012345" || r.Changes[0].Act != order.Raise {
			t.Fatalf("one line changed: %s, %+v", r.Outcome, r.Changes)
		}
		want.units, want.held = want.units+5, want.held+5
		if got := w.sums(); got != want { // its one ticket has grown
			t.Fatalf("one line changed:\n%+v, want\n%+v", got, want)
		}
	})
}

var qLineNotes = db.SQL("ordertest.line_notes", `SELECT COUNT(DISTINCT entity_id) FROM journal
	WHERE publisher_id = ? AND event = ? AND entity = 'order_line'`)

// notes is how many lines of publisher A had an event.
func (w *world) notes(event string) (n int) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(r *db.Reader) error {
		return r.QueryRow(qLineNotes, w.A.Publisher, event).Scan(&n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestManyLinesChange: one document raises, lowers, removes and exchanges many
// lines. Seats in use make it wait for a human, and nothing is done before.
func TestManyLinesChange(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		const quarter = 600
		articles := []string{"CAD-PRO-PERP", "CAD-NET", "CAD-UNIT"}
		var lines []format.Line
		for i := range 4 * quarter {
			lines = append(lines, line(fmt.Sprintf("%06d", i), articles[i%3], 4))
		}
		w.place(w.doc("1", lines...))
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := w.sums()
		page, err := w.orders.Lines(t.Context(), w.A.All(), order.LineQuery{Order: w.orderID("1"), Limit: 12})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.Items { // 3 of each quarter, all seats
			w.use(l, 4)
		}
		want := sums{noted: 4 * quarter}
		for i := range lines {
			l := &lines[i]
			switch i % 4 {
			case 0:
				l.Quantity = 6
			case 1:
				l.Quantity = 1
			case 2:
				*l = line(l.No, l.Article, 0)
			case 3:
				l.Article, l.Quantity = articles[(i+1)%3], 3
			}
			if l.Quantity == 0 {
				continue
			}
			want.lines, want.units, want.held = want.lines+1, want.units+l.Quantity, want.held+l.Quantity
			if want.tickets++; l.Article == "CAD-UNIT" {
				want.tickets += l.Quantity - 1
			}
		}
		r := w.place(w.doc("1", lines...))
		if r.Outcome != order.Waiting || r.Waits.Recalls != 3*(3+4+4) || w.sums() != before || w.recalls() != 0 {
			t.Fatalf("%s, %+v", r.Outcome, r.Waits)
		}
		r, err = w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: r.ID, Rev: r.Rev, Recalls: 33})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		want.held += 3 * 3 // still on devices, and owed back
		want.tickets += 3  // of these, those of line 5, which has a ticket per unit
		if got := w.sums(); got != want {
			t.Fatalf("changed:\n%+v, want\n%+v", got, want)
		}
		if n := w.recalls(); n != 33 {
			t.Fatalf("%d recalls", n)
		}
		for event, n := range map[string]int{"line.raised": quarter, "line.lowered": quarter, "line.reversed": 2 * quarter} {
			if got := w.notes(event); got != n {
				t.Errorf("%d lines have %s, want %d", got, event, n)
			}
		}
	})
}

// orderID is the id of an order by its number.
func (w *world) orderID(number string) order.ID {
	w.t.Helper()
	v, err := w.orders.Find(context.Background(), w.A.All(), "erp", number)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.ID
}
