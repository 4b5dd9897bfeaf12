package order_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/org"
)

// A customer that moves away takes its orders along: the reseller who placed
// them reads them as if they were not there, whichever way it asks.
func TestRightsEndWithTheTree(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		ctx, reseller := t.Context(), w.A.Below(w.A.Reseller)
		number := actortest.Number(w.A.Customer)
		doc := w.doc("1", line("1", "CAD-PRO-PERP", 2))
		doc.Buyer = format.Party{Number: number}
		unpaid := doc
		unpaid.Unpaid = true
		book := order.Book{Orders: []format.Document{doc}}
		rest := order.Book{Orders: []format.Document{w.doc("none", line("1", "CAD-PRO-PERP", 1))}, Whole: true}
		file := order.File{
			Raw: []byte("order;line;article;quantity;buyer\n1;1;CAD-PRO-PERP;2;" + number + "\n"), Source: "erp", Mode: format.Complete,
		}
		differences := func(rep order.Report, err error) int {
			t.Helper()
			if err != nil {
				t.Fatal(fault.All(err))
			}
			return len(rep.Differences)
		}
		compare := func(want, wantRest int) {
			t.Helper()
			if n := differences(w.orders.Reconcile(ctx, reseller, book)); n != want {
				t.Errorf("the order book: %d differences, want %d", n, want)
			}
			if n := differences(w.orders.ReconcileFile(ctx, reseller, file, false)); n != want {
				t.Errorf("the order book as a file: %d differences, want %d", n, want)
			}
			if n := differences(w.orders.Reconcile(ctx, reseller, rest)); n != wantRest {
				t.Errorf("what the order book lacks: %d differences, want %d", n, wantRest)
			}
		}
		keyed := reseller.With(actor.Retry{Key: "k", Route: "POST /orders", Body: [32]byte{1}})
		placed, err := w.orders.Place(ctx, keyed, doc)
		if err != nil {
			t.Fatal(fault.All(err))
		}
		compare(0, 2)
		orgs := org.New(w.db, w.gate, w.keys.Vault())
		if _, err := orgs.Move(ctx, w.A.All(), org.Moving{ID: w.A.Customer, Parent: w.A.Root}); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(2 * time.Second) // a read may be a second behind
		compare(1, 1)
		for name, ask := range map[string]func() (any, error){
			"a copy of the document":  func() (any, error) { return w.orders.Place(ctx, reseller, doc) },
			"the request again":       func() (any, error) { return w.orders.Place(ctx, keyed, doc) },
			"the document, not paid":  func() (any, error) { return w.orders.Place(ctx, reseller, unpaid) },
			"its preview":             func() (any, error) { return w.orders.Preview(ctx, reseller, doc) },
			"its preview, not paid":   func() (any, error) { return w.orders.Preview(ctx, reseller, unpaid) },
			"the order":               func() (any, error) { return w.orders.Get(ctx, reseller, placed.ID) },
			"the order by its number": func() (any, error) { return w.orders.Find(ctx, reseller, "erp", "1") },
			"the lines":               func() (any, error) { return w.orders.Lines(ctx, reseller, order.LineQuery{Order: placed.ID}) },
			"the tickets":             func() (any, error) { return w.orders.Tickets(ctx, reseller, order.TicketQuery{Order: placed.ID}) },
			"the tickets with codes": func() (any, error) {
				return w.orders.Tickets(ctx, reseller, order.TicketQuery{Order: placed.ID, Codes: true})
			},
			"a document that waits":     func() (any, error) { return w.orders.Confirm(ctx, reseller, order.Confirmation{Order: placed.ID}) },
			"the end of one that waits": func() (any, error) { return w.orders.Reject(ctx, reseller, placed.ID, 0) },
		} {
			if got, err := ask(); err == nil || fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v, and %+v", name, err, got)
			}
		}
		if page, err := w.orders.List(ctx, reseller, order.Filter{}); err != nil || len(page.Items) != 0 {
			t.Errorf("the list: %+v, %v", page, err)
		}
	})
}

// Whoever has no right learns nothing, not even that there is nothing to learn.
func TestRightsComeFirst(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		ctx, none := t.Context(), w.A.None()
		unpaid := w.doc("1", line("1", "CAD-PRO-PERP", 1))
		unpaid.Unpaid = true
		broken := order.File{Raw: []byte("{")}
		placed := w.place(w.doc("2", line("1", "CAD-PRO-PERP", 1)))
		reader := w.A.At(w.A.Root, actor.OrderRead)
		for name, ask := range map[string]func() (any, error){
			"a document that is not paid": func() (any, error) { return w.orders.Place(ctx, none, unpaid) },
			"its preview":                 func() (any, error) { return w.orders.Preview(ctx, none, unpaid) },
			"a copy of a document":        func() (any, error) { return w.orders.Place(ctx, none, w.doc("2", line("1", "CAD-PRO-PERP", 1))) },
			"a broken file":               func() (any, error) { return w.orders.PlaceFile(ctx, none, broken) },
			"the preview of one":          func() (any, error) { return w.orders.PreviewFile(ctx, none, broken) },
			"a broken order book":         func() (any, error) { return w.orders.ReconcileFile(ctx, none, broken, true) },
			"an order that is not there":  func() (any, error) { return w.orders.Find(ctx, none, "erp", "none") },
			"an empty list":               func() (any, error) { return w.orders.List(ctx, w.B.None(), order.Filter{}) },
			"no sources":                  func() (any, error) { return w.orders.Sources(ctx, w.B.None()) },
			"a confirmation without the recall": func() (any, error) {
				return w.orders.Confirm(ctx, w.A.At(w.A.Root, actor.OrderWrite), order.Confirmation{Order: placed.ID})
			},
			"a confirmation without the order": func() (any, error) {
				return w.orders.Confirm(ctx, w.A.At(w.A.Root, actor.LicenseRecall), order.Confirmation{Order: placed.ID})
			},
			"a source that brings no customers": func() (any, error) {
				return w.orders.AddSource(ctx, w.A.At(w.A.Root, actor.KeyManage, actor.OrderWrite), order.NewSource{Name: "x"})
			},
			"codes": func() (any, error) {
				return w.orders.Tickets(ctx, reader, order.TicketQuery{Order: placed.ID, Codes: true})
			},
		} {
			if got, err := ask(); err == nil || fault.KindOf(err) != fault.Denied {
				t.Errorf("%s: %v, and %+v", name, err, got)
			}
		}
	})
}

// The customer that nobody knows is a matter of a right of its own.
func TestRightsToBringCustomers(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		d := w.doc("1", line("1", "CAD-PRO-PERP", 1))
		d.Buyer = format.Party{Number: "C-NEW"}
		w.refused(w.A.At(w.A.Root, actor.OrderWrite), d, order.ErrParty, "/buyer")
	})
}

// A file is placed only if all of it may be.
func TestRightsOfWholeFiles(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := fmt.Sprintf("order;line;article;quantity;buyer\n1;1;CAD-PRO-PERP;1;%s\n2;1;CAD-PRO-PERP;1;%s\n",
			actortest.Number(w.A.Reseller), actortest.Number(w.A.Direct))
		before := w.orderCount()
		_, err := w.orders.PlaceFile(t.Context(), w.A.Below(w.A.Reseller), order.File{Raw: []byte(raw), Source: "erp", Mode: format.Complete})
		if !order.ErrParty.Is(err) || w.orderCount() != before {
			t.Fatalf("%d rows, %v", w.orderCount()-before, err)
		}
	})
}

// A source is found and signed by its own secret, and no other speaks for it.
func TestRightsOfSources(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		raw := sample(t, "woocommerce-order-created.json")
		src := w.shop(order.NewSource{})
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, "another secret!!", raw)); !format.ErrSignature.Is(err) {
			t.Error(err)
		}
		if _, err := w.orders.ChangeSource(t.Context(), w.A.All(), order.SourceChange{ID: src.ID, State: order.SourceDisabled}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw)); !format.ErrSignature.Is(err) {
			t.Error(err)
		}
	})
}
