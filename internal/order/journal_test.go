package order_test

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order"
)

// TestJournal: every change has its line, the chain holds, and no line has a
// code, a name or an address in it.
func TestJournal(t *testing.T) {
	each(t, order.Settings{BulkAbove: 20, Chunk: 10}, func(t *testing.T, w *world) {
		shop := w.shop(order.NewSource{})
		if _, err := w.orders.Hook(t.Context(), anonymous(), w.call(shop.ID, shopSecret, sample(t, "woocommerce-order-created.json"))); err != nil {
			t.Fatal(err)
		}
		a, b := waiting(t, w)
		if _, err := w.orders.Confirm(t.Context(), w.A.All(), order.Confirmation{Order: a.ID, Rev: b.Rev, Recalls: 15}); err != nil {
			t.Fatal(err)
		}
		w.place(w.doc("1", line("1", "CAD-PRO-PERP", 6), line("2", "CAD-UNIT", 3)))
		w.place(w.doc("big", line("1", "CAD-UNIT", 25)))
		if err := w.jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows := w.allTickets(a.ID)
		if _, err := actor.SealOnce(t.Context(), w.db); err != nil {
			t.Fatal(err)
		}
		rep, err := actor.VerifyJournal(t.Context(), w.db, w.A.Publisher)
		if err != nil || !rep.OK() {
			t.Fatalf("%+v %v", rep, err)
		}
		var lines []actor.Row
		err = w.db.Read(t.Context(), func(r *db.Reader) error {
			lines, err = actor.ReadJournal(r, w.A.Publisher, 0, 10_000)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var events []string
		for _, l := range lines {
			events = append(events, l.Event)
			for _, secret := range []string{"Anna", "anna", "ller", shopSecret, shop.Secret, rows[0].Code} {
				if strings.Contains(l.Data+l.Actor, secret) {
					t.Errorf("%s: %q is in the journal: %s", l.Event, secret, l.Data)
				}
			}
		}
		all := strings.Join(events, " ")
		for _, want := range []string{
			"order_source.added", "order.placed", "order.awaiting_confirmation", "order.confirmed", "order.changed", "order.issued",
			"order.codes_shown", "ticket.issued", "org.created",
		} {
			if !strings.Contains(all, want) {
				t.Errorf("no %s in %s", want, all)
			}
		}
	})
}
