package order_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

func TestReconcile(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		w.place(w.doc("A", line("1", "CAD-PRO-PERP", 3), line("2", "CAD-UNIT", 2), line("3", "CAD-NET", 1)))
		w.place(w.doc("B", line("1", "CAD-NET", 4)))
		w.place(w.doc("C", line("1", "CAD-NET", 1)))
		w.place(w.doc("C"))
		before := w.orderCount()
		same := []format.Document{w.doc("A", line("1", "cad-pro-perp", 3), line("2", "CAD-UNIT", 2), line("3", "CAD-NET", 1)), w.doc("B", line("1", "CAD-NET", 4))}
		rep, err := w.orders.Reconcile(t.Context(), w.A.All(), order.Book{Orders: same, Whole: true})
		if err != nil || len(rep.Differences) != 0 || rep.Orders != 2 || rep.Lines != 4 {
			t.Fatalf("%+v %v", rep, err)
		}
		book := []format.Document{
			w.doc("A", line("1", "CAD-PRO-PERP", 5), line("2", "CAD-NET", 2), line("4", "CAD-NET", 7), line("5", "CAD-NET", 0)),
			w.doc("D", line("1", "CAD-NET", 1)),
		}
		rep, err = w.orders.Reconcile(t.Context(), w.A.All(), order.Book{Orders: book, Whole: true})
		if err != nil {
			t.Fatal(err)
		}
		want := []order.Difference{
			{Finding: order.OtherAmount, Source: "erp", Number: "A", Line: "1", Article: "CAD-PRO-PERP", Want: 5, Have: 3},
			{Finding: order.OtherArticle, Source: "erp", Number: "A", Line: "2", Article: "CAD-NET", HaveArticle: "CAD-UNIT", Want: 2, Have: 2},
			{Finding: order.Surplus, Source: "erp", Number: "A", Line: "3", Article: "CAD-NET", Have: 1},
			{Finding: order.Missing, Source: "erp", Number: "A", Line: "4", Article: "CAD-NET", Want: 7},
			{Finding: order.Missing, Source: "erp", Number: "D", Line: "1", Article: "CAD-NET", Want: 1},
			{Finding: order.Surplus, Source: "erp", Number: "B", Line: "1", Article: "CAD-NET", Have: 4},
		}
		if diff := cmp.Diff(want, rep.Differences); diff != "" {
			t.Fatal(diff)
		}
		lines := book[:1]
		lines[0].Mode = format.Lines
		rep, err = w.orders.Reconcile(t.Context(), w.A.All(), order.Book{Orders: lines})
		if err != nil || len(rep.Differences) != 3 {
			t.Fatalf("a document of lines speaks of others: %+v %v", rep, err)
		}
		// A reseller sees nothing of the publisher's ERP, and has nothing itself.
		rep, err = w.orders.Reconcile(t.Context(), w.A.Below(w.A.Reseller), order.Book{Orders: same[1:], Whole: true})
		if err != nil || len(rep.Differences) != 1 || rep.Differences[0].Finding != order.Missing {
			t.Fatalf("%+v %v", rep, err)
		}
		if w.orderCount() != before {
			t.Fatal("reconciling changed something")
		}
	})
}

// TestReconcileTickets: what counts is what the tickets hold, not what the order
// believes.
func TestReconcileTickets(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		r := w.place(w.doc("A", line("1", "CAD-UNIT", 3)))
		var id license.LicenseID
		err := w.db.Read(t.Context(), func(q *db.Reader) error {
			have, err := w.licenses.LineTickets(q, w.A.Publisher, []license.OrderLineID{license.OrderLineID(r.Lines[0].ID)})
			id = have[0].License
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.licenses.Recall(t.Context(), w.A.All(), license.RecallInput{Licenses: []license.LicenseID{id}}); err != nil {
			t.Fatal(err)
		}
		rep, err := w.orders.ReconcileFile(t.Context(), w.A.All(), order.File{
			Raw: []byte("order;line;article;quantity;buyer\nA;1;CAD-UNIT;3;R\n"), Source: "erp",
		}, true)
		if err != nil || len(rep.Differences) != 1 || rep.Differences[0].Have != 2 {
			t.Fatalf("%+v %v", rep, err)
		}
		// Lowering by more than is left takes what there is.
		if r := w.place(w.doc("A", line("1", "CAD-UNIT", 1))); w.sold(r.Lines[0]) != 0 && w.sold(r.Lines[0]) != 1 {
			t.Fatalf("%+v", r)
		}
	})
}

func TestReconcileMany(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		var b strings.Builder
		b.WriteString("order;line;article;quantity;buyer\n")
		for i := range 10_050 {
			fmt.Fprintf(&b, "X;%d;CAD-UNIT;1;R\n", i)
		}
		rep, err := w.orders.ReconcileFile(t.Context(), w.A.All(), order.File{Raw: []byte(b.String()), Source: "erp"}, false)
		if err != nil || len(rep.Differences) != 10_000 || !rep.Truncated || rep.Lines != 10_050 {
			t.Fatalf("%d %v %v", len(rep.Differences), rep.Truncated, fault.All(err))
		}
		if _, err := w.orders.ReconcileFile(t.Context(), w.A.None(), order.File{Raw: []byte("x")}, false); !actor.ErrDenied.Is(err) {
			t.Fatal(err)
		}
		if _, err := w.orders.Reconcile(t.Context(), w.A.All(), order.Book{Orders: []format.Document{{}}}); err == nil {
			t.Fatal("a document that is none was taken")
		}
	})
}
