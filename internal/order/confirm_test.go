package order_test

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// waiting places an order of 20 seats that are all in use, and a document that
// wants 15 of them back.
func waiting(t *testing.T, w *world) (order.Result, order.Result) {
	t.Helper()
	a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 20), line("2", "CAD-UNIT", 1)))
	w.use(a.Lines[0], 20)
	b := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5), line("2", "CAD-UNIT", 3)))
	if b.Outcome != order.Waiting || b.State != order.Awaiting || b.Waits == nil || b.Waits.Recalls != 15 || len(b.Waits.Steps) != 2 {
		t.Fatalf("%+v", b)
	}
	if w.recalls() != 0 || w.sold(b.Lines[0]) != 20 || w.sold(b.Lines[1]) != 1 {
		t.Fatal("something of a waiting document was carried out")
	}
	return a, b
}

func TestConfirm(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a, b := waiting(t, w)
		copied := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5), line("2", "CAD-UNIT", 3)))
		if copied.Outcome != order.Unchanged || copied.State != order.Awaiting || copied.Rev != b.Rev {
			t.Fatalf("a copy while it waits: %+v", copied)
		}
		in := order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: b.Waits.Recalls}
		for name, c := range map[string]struct {
			by   actor.Actor
			in   order.Confirmation
			want interface{ Is(error) bool }
		}{
			"without license.recall": {w.A.At(w.A.Root, actor.OrderWrite), in, actor.ErrDenied},
			"another revision":       {w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev - 1, Recalls: 15}, order.ErrStaleRev},
			"fewer recalls seen":     {w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: 14}, order.ErrMoreRecalls},
			"another publisher":      {w.B.All(), in, order.ErrNotFound},
			"beside the tree":        {w.A.Below(w.A.Direct), in, order.ErrNotFound},
		} {
			if _, err := w.orders.Confirm(t.Context(), c.by, c.in); err == nil || !c.want.Is(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r, err := w.orders.Confirm(t.Context(), w.A.All(), in)
		if err != nil || r.State != order.Delivered || r.Waits != nil || r.Outcome != order.Applied {
			t.Fatalf("%+v %v", r, err)
		}
		if w.recalls() != 15 || w.sold(r.Lines[0]) != 5 || w.sold(r.Lines[1]) != 3 {
			t.Fatalf("%d recalls, %+v", w.recalls(), r.Lines)
		}
		if _, err := w.orders.Confirm(t.Context(), w.A.All(), in); !order.ErrNotWaiting.Is(err) {
			t.Fatal(err)
		}
	})
}

func TestReject(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a, b := waiting(t, w)
		if _, err := w.orders.Reject(t.Context(), w.A.All(), a.ID, b.Rev+1); !order.ErrStaleRev.Is(err) {
			t.Fatal(err)
		}
		r, err := w.orders.Reject(t.Context(), w.A.All(), a.ID, b.Rev)
		if err != nil || r.State != order.Delivered || w.sold(r.Lines[0]) != 20 || w.recalls() != 0 {
			t.Fatalf("%+v %v", r, err)
		}
		if _, err := w.orders.Reject(t.Context(), w.A.All(), a.ID, r.Rev); !order.ErrNotWaiting.Is(err) {
			t.Fatal(err)
		}
		again := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5), line("2", "CAD-UNIT", 3)))
		if again.Outcome != order.Unchanged || again.State != order.Delivered {
			t.Fatalf("a copy of a rejected document: %+v", again)
		}
	})
}

// TestSuperseded: a later document takes the place of the one that waits.
func TestSuperseded(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		_, b := waiting(t, w)
		c := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2), line("2", "CAD-UNIT", 1)))
		if c.Outcome != order.Waiting || c.Waits.Recalls != 18 {
			t.Fatalf("%+v", c)
		}
		if _, err := w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: c.ID, Rev: b.Rev, Recalls: 99}); !order.ErrStaleRev.Is(err) {
			t.Fatal(err)
		}
		d := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 19), line("2", "CAD-UNIT", 1)))
		if d.Outcome != order.Applied || d.State != order.Delivered || d.Waits != nil || w.recalls() != 1 {
			t.Fatalf("%+v", d)
		}
		if _, err := w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: c.ID, Rev: d.Rev, Recalls: 99}); !order.ErrNotWaiting.Is(err) {
			t.Fatal(err)
		}
	})
}

// TestThreshold: the number is the installation's to choose.
func TestThreshold(t *testing.T) {
	each(t, order.Settings{RecallAbove: -1}, func(t *testing.T, w *world) {
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		w.use(a.Lines[0], 1)
		if r := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 1))); r.Outcome != order.Applied {
			t.Fatalf("%+v", r)
		}
		if r := w.place(w.doc("1")); r.Outcome != order.Waiting {
			t.Fatalf("%+v", r)
		}
	})
}

// TestConfirmRetired: a waiting document whose article is not sold any more is
// refused when it is confirmed, and can still be rejected.
func TestConfirmRetired(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a, b := waiting(t, w)
		art, err := w.catalog.GetArticle(t.Context(), w.A.All(), "CAD-UNIT")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.catalog.RetireArticle(t.Context(), w.A.All(), "CAD-UNIT", art.Rev); err != nil {
			t.Fatal(err)
		}
		v, err := w.orders.Get(t.Context(), w.A.All(), a.ID)
		if err != nil || v.Waits == nil || v.Waits.Recalls != 15 {
			t.Fatalf("%+v %v", v, err)
		}
		_, err = w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: 15})
		if !catalog.ErrRetired.Is(err) {
			t.Fatal(err)
		}
		if _, err := w.orders.Reject(t.Context(), w.A.All(), a.ID, b.Rev); err != nil {
			t.Fatal(err)
		}
	})
}

// TestExchangeWaits: another article recalls all seats of the old one.
func TestExchangeWaits(t *testing.T) {
	each(t, order.Settings{RecallAbove: 2}, func(t *testing.T, w *world) {
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5)))
		w.use(a.Lines[0], 3)
		change := w.doc("1", line("1", "CAD-NET", 5))
		change.Mode = format.Lines
		b := w.place(change)
		if b.Outcome != order.Waiting || b.Waits.Recalls != 3 {
			t.Fatalf("%+v", b)
		}
		r, err := w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: 3})
		if err != nil || r.Lines[0].Article != "CAD-NET" || w.sold(r.Lines[0]) != 5 || w.recalls() != 3 {
			t.Fatalf("%+v %v", r, err)
		}
	})
}
