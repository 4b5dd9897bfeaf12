package order_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// callers is how many send at the same moment.
const callers = 16

// TestRaceSame: the same order from everybody at once is one order with one set
// of tickets, and everybody gets the same codes.
func TestRaceSame(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		d := w.doc("1", line("1", "CAD-PRO-PERP", 3), line("2", "CAD-UNIT", 2))
		d.Customer = &format.Party{Number: "C-NEW"}
		var mu sync.Mutex
		var applied int
		var codes [][]string
		together(callers, func(int) {
			r, err := w.orders.Place(context.Background(), w.A.All(), d)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			if r.Outcome == order.Applied {
				applied++
			}
			codes = append(codes, append(codesOf(r.Lines[0]), codesOf(r.Lines[1])...))
		})
		if applied != 1 || len(codes) != callers {
			t.Fatalf("%d effects", applied)
		}
		for _, c := range codes {
			if len(c) != 3 || !slices.Equal(c, codes[0]) {
				t.Fatalf("%v and %v", c, codes[0])
			}
		}
	})
}

// TestRaceRevisions: sixteen versions three times each, shuffled and at once: the
// last revision wins, whatever the order of arrival.
func TestRaceRevisions(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		rng := rand.New(rand.NewPCG(7, 7))
		var docs []format.Document
		for i := range callers {
			rev := int64(i + 1)
			d := w.doc("1", line("1", "CAD-PRO-PERP", rng.Int64N(50)+1), line("2", "CAD-UNIT", rng.Int64N(5)+1))
			d.Revision = &rev
			docs = append(docs, d, d, d)
		}
		last := docs[len(docs)-1]
		rng.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		together(len(docs), func(i int) {
			if _, err := w.orders.Place(context.Background(), w.A.All(), docs[i]); err != nil {
				t.Error(err)
			}
		})
		r := w.place(last)
		if r.Outcome != order.Unchanged || r.Issued != r.Quantity {
			t.Fatalf("%+v", r)
		}
		for i, l := range last.Lines {
			if w.sold(r.Lines[i]) != l.Quantity || r.Lines[i].Quantity != l.Quantity {
				t.Fatalf("line %s: tickets hold %d, want %d", l.No, w.sold(r.Lines[i]), l.Quantity)
			}
		}
	})
}

// TestRaceCustomers: orders that bring the same new customer bring it once.
func TestRaceCustomers(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		var mu sync.Mutex
		ids := map[string]int{}
		together(callers, func(i int) {
			d := w.doc(fmt.Sprint(i), line("1", "CAD-PRO-PERP", 1))
			d.Buyer = format.Party{Number: "C-1"}
			d.Customer = &format.Party{Number: "C-2"}
			r, err := w.orders.Place(context.Background(), w.A.All(), d)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			ids[r.Buyer.String()+r.Customer.String()]++
		})
		if len(ids) != 1 {
			t.Fatalf("%v", ids)
		}
	})
}

// TestRaceConfirm: of everybody who decides at once, one does.
func TestRaceConfirm(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a, b := waiting(t, w)
		var mu sync.Mutex
		var done int
		together(callers, func(i int) {
			var err error
			if i%2 == 0 {
				_, err = w.orders.Confirm(context.Background(), w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: 15})
			} else {
				_, err = w.orders.Reject(context.Background(), w.A.All(), a.ID, b.Rev)
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case !order.ErrNotWaiting.Is(err):
				t.Error(err)
			}
		})
		if done != 1 || w.recalls() != 0 && w.recalls() != 15 {
			t.Fatalf("%d decisions, %d recalls", done, w.recalls())
		}
	})
}
