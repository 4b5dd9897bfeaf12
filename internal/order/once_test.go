package order_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
)

const onceGoods = `
catalog: 1
articles:
  - {number: CAD-ONCE, name: {de: CAD geheim, en: CAD secret}, product: CAD, model: multi, features: [draw], ticketing: per_unit, show_once: true}
`

// The codes of an article that is shown once stand in the answer that makes them
// and in no other; they open all the same. An order that is too large for one
// answer is refused.
func TestShowOnce(t *testing.T) {
	each(t, order.Settings{BulkAbove: 50}, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.A.All()
		if _, err := w.catalog.Apply(ctx, by, []byte(onceGoods), false); err != nil {
			t.Fatal(err)
		}
		again, err := w.catalog.Apply(ctx, by, []byte(onceGoods), true)
		if err != nil || !again.Empty() {
			t.Fatalf("the file does not hold the article as it is: %+v, %v", again, err)
		}
		d := w.doc("1", line("1", "CAD-ONCE", 2), line("2", "CAD-PRO-PERP", 1))
		first := w.place(d)
		codes := codesOf(first.Lines[0])
		if len(codes) != 2 || codes[0] == "" || codes[1] == "" || first.Lines[0].Tickets[0].Once {
			t.Fatalf("%+v", first.Lines[0])
		}
		repeated := w.place(d)
		kept := repeated.Lines[1].Tickets[0]
		for _, v := range repeated.Lines[0].Tickets {
			if v.Code != "" || !v.Once || v.Hint == "" {
				t.Errorf("a repeat shows %+v", v)
			}
		}
		if kept.Code == "" || kept.Once {
			t.Errorf("an article that is kept: %+v", kept)
		}
		d.Lines[0].Quantity = 3
		fresh := 0
		for _, v := range w.place(d).Lines[0].Tickets {
			if v.Code != "" {
				fresh++
				codes = append(codes, v.Code)
			} else if !v.Once {
				t.Errorf("%+v", v)
			}
		}
		if fresh != 1 {
			t.Errorf("%d codes in the answer that makes one", fresh)
		}
		for _, code := range codes {
			if _, err := w.licenses.Look(ctx, by, code); err != nil {
				t.Errorf("a code does not open: %v", err)
			}
		}
		if _, err := w.licenses.Reveal(ctx, by, first.Lines[0].Tickets[0].ID); !errors.Is(err, license.ErrNoCode) {
			t.Errorf("license.code_not_kept: %v", err)
		}
		page, err := w.orders.Tickets(ctx, by, order.TicketQuery{Order: first.ID, Codes: true})
		if err != nil || len(page.Items) != 4 || !page.Items[0].Once || page.Items[0].Code != "" || page.Items[3].Code != kept.Code {
			t.Errorf("%+v, %v", page.Items, err)
		}
		if _, err := w.orders.Place(ctx, by, w.doc("2", line("1", "CAD-ONCE", 51))); !errors.Is(err, order.ErrShowOnce) {
			t.Errorf("order.show_once: %v", err)
		}
		if _, err := w.orders.Preview(ctx, by, w.doc("2", line("1", "CAD-ONCE", 51))); !errors.Is(err, order.ErrShowOnce) {
			t.Errorf("a preview of order.show_once: %v", err)
		}
		if p, err := w.orders.Preview(ctx, by, w.doc("2", line("1", "CAD-ONCE", 50))); err != nil || p.Job {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := w.orders.Find(ctx, by, "erp", "2"); !errors.Is(err, order.ErrNotFound) {
			t.Errorf("half an order: %v", err)
		}
	})
}

// A shop reads no codes in the answer to its hook, so those that are shown once
// would be lost: nothing is made.
func TestShowOnceByHook(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		if _, err := w.catalog.Apply(t.Context(), w.A.All(), []byte(onceGoods), false); err != nil {
			t.Fatal(err)
		}
		raw := bytes.ReplaceAll(sample(t, "woocommerce-order-created.json"), []byte(`"sku":"CAD-PRO-PERP"`), []byte(`"sku":"CAD-ONCE"`))
		src := w.shop(order.NewSource{})
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(src.ID, shopSecret, raw)); !errors.Is(err, order.ErrUnheard) {
			t.Fatal(err)
		}
		if page, err := w.orders.List(t.Context(), w.A.All(), order.Filter{Limit: 10}); err != nil || len(page.Items) != 0 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}
