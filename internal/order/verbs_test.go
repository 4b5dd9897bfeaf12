package order_test

import (
	"testing"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
)

// What support does to tickets leaves the order as it is: sending it again changes
// nothing, raising and lowering find every seat, and a ticket that went to another
// holder is taken last, its code shown to nobody here.
func TestConvergenceAfterVerbs(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.A.All()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 6)))
		whole := a.Lines[0].Tickets[0]
		part, err := w.licenses.Split(ctx, by, whole.ID, 2)
		must(err)
		info, err := w.licenses.GetTicket(ctx, by, whole.ID)
		must(err)
		replaced, err := w.licenses.Replace(ctx, by, license.ReplaceInput{License: info.Licenses[0].ID, Article: "CAD-NET"})
		must(err)
		if replaced.License.Number != "CAD-NET" || replaced.License.Quantity != 4 {
			t.Fatalf("%+v", replaced)
		}
		_, err = w.licenses.Transfer(ctx, by, license.TransferInput{Ticket: part.Ticket.ID, To: w.A.Customer, Devices: license.DevicesKeep})
		must(err)
		b := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 6)))
		if b.Outcome != order.Unchanged || w.sold(b.Lines[0]) != 6 || len(b.Lines[0].Tickets) != 2 {
			t.Fatalf("%+v", b)
		}
		for _, shown := range b.Lines[0].Tickets {
			if moved := shown.ID == part.Ticket.ID; moved != (shown.Code == "") || moved && (shown.Hint != "" || shown.Once) {
				t.Fatalf("%+v", shown)
			}
		}
		// The replaced license still is what the line has, and grows with it.
		c := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 7)))
		if w.sold(c.Lines[0]) != 7 || len(c.Lines[0].Tickets) != 2 {
			t.Fatalf("%+v", c.Lines[0])
		}
		d := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		left, err := w.licenses.GetTicket(ctx, by, part.Ticket.ID)
		must(err)
		if w.sold(d.Lines[0]) != 2 || left.Licenses[0].Quantity != 2 || w.recalls() != 0 {
			t.Fatalf("%+v, %+v", d.Lines[0], left)
		}
		e := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 3)))
		if w.sold(e.Lines[0]) != 3 {
			t.Fatalf("%+v", e.Lines[0])
		}
		f := w.place(w.doc("1"))
		if f.State != order.Reversed || f.Issued != 0 {
			t.Fatalf("%+v", f)
		}
		left, err = w.licenses.GetTicket(ctx, by, part.Ticket.ID)
		must(err)
		if left.State != license.TicketReversed || left.Licenses[0].State != license.LicenseRecalled {
			t.Fatalf("%+v", left)
		}
	})
}
