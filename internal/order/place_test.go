package order_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

func TestPlace(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		d := w.doc("1", line("10", "cad-pro-perp", 3), line("20", "CAD-UNIT", 2))
		first := w.place(d)
		if first.Outcome != order.Applied || first.State != order.Delivered || first.Quantity != 5 || len(first.Lines) != 2 {
			t.Fatalf("%+v", first)
		}
		one, two := first.Lines[0], first.Lines[1]
		if one.Article != "CAD-PRO-PERP" || len(one.Tickets) != 1 || one.Tickets[0].Quantity != 3 || len(one.Tickets[0].Code) < 25 {
			t.Fatalf("per line: %+v", one)
		}
		if len(two.Tickets) != 2 || two.Tickets[0].Quantity != 1 || two.Tickets[0].Code == two.Tickets[1].Code {
			t.Fatalf("per unit: %+v", two)
		}
		if first.Note.Depot != "https://depot.example" || one.Text != "Line 10: 3 licenses CAD Pro perpetual (CAD-PRO-PERP)" {
			t.Fatalf("%+v %q", first.Note, one.Text)
		}
		again := w.place(d)
		if again.Outcome != order.Unchanged || again.Rev != first.Rev {
			t.Fatalf("a copy: %+v", again)
		}
		if diff := cmp.Diff(first.Lines, again.Lines); diff != "" {
			t.Fatal("other tickets for a copy: " + diff)
		}
		german := d
		german.Language = "de"
		if r := w.place(german); r.Outcome != order.Unchanged || r.Note.Language != "en" {
			t.Fatalf("the language alone made another message: %+v", r)
		}
	})
}

func TestConvergence(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 3), line("2", "CAD-UNIT", 2)))
		b := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5), line("2", "CAD-UNIT", 4)))
		if !slices.Equal(codesOf(a.Lines[0]), codesOf(b.Lines[0])) || b.Lines[0].Tickets[0].Quantity != 5 {
			t.Fatalf("a raised line has another ticket: %+v", b.Lines[0])
		}
		if got := codesOf(b.Lines[1]); len(got) != 4 || !slices.Equal(got[:2], codesOf(a.Lines[1])) {
			t.Fatalf("a raised line lost a ticket: %v", got)
		}
		w.use(b.Lines[1], 1) // the oldest ticket
		c := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 4), line("2", "CAD-UNIT", 1)))
		if w.sold(c.Lines[0]) != 4 || w.sold(c.Lines[1]) != 1 || w.recalls() != 0 {
			t.Fatalf("lowered: %+v, %d recalls", c.Lines, w.recalls())
		}
		if got := codesOf(c.Lines[1]); !slices.Equal(got, codesOf(a.Lines[1])[:1]) {
			t.Fatalf("the ticket in use was taken: %v", got)
		}
		d := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 4)))
		if w.sold(d.Lines[1]) != 0 || w.recalls() != 1 || d.Lines[1].State != order.LineCancelled || d.Lines[0].Quantity != 4 {
			t.Fatalf("removed: %+v, %d recalls", d.Lines, w.recalls())
		}
		lines := w.doc("1", line("3", "CAD-NET", 1))
		lines.Mode = format.Lines
		e := w.place(lines)
		if w.sold(e.Lines[0]) != 4 || w.sold(e.Lines[2]) != 1 || e.Quantity != 5 {
			t.Fatalf("a document of lines touched others: %+v", e.Lines)
		}
		empty := w.doc("1")
		if f := w.place(empty); f.State != order.Reversed || f.Quantity != 0 || f.Issued != 0 {
			t.Fatalf("everything removed: %+v", f)
		}
		g := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		if g.State != order.Delivered || w.sold(g.Lines[0]) != 2 || slices.Equal(codesOf(g.Lines[0]), codesOf(a.Lines[0])) {
			t.Fatalf("back again: %+v", g)
		}
	})
}

func TestLowerSeatsInUse(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 5)))
		w.use(a.Lines[0], 4)
		p, err := w.orders.Preview(t.Context(), w.A.All(), w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		if err != nil || p.Recalls != 2 || p.Outcome != order.Applied {
			t.Fatalf("%+v %v", p, err)
		}
		b := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		if b.Changes[0].Recalls != 2 || w.recalls() != 2 || w.sold(b.Lines[0]) != 2 {
			t.Fatalf("%+v, %d recalls", b.Changes, w.recalls())
		}
		// The next one needs no new seat: recalls that no device has heard of are lifted.
		c := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 3)))
		if w.recalls() != 1 || w.sold(c.Lines[0]) != 3 {
			t.Fatalf("%+v, %d recalls", c.Lines, w.recalls())
		}
	})
}

func TestExchange(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		a := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 3)))
		b := w.place(w.doc("1", line("1", "CAD-UNIT", 2)))
		if b.Changes[0].Act != order.Exchange || w.sold(b.Lines[0]) != 2 || b.Lines[0].Article != "CAD-UNIT" {
			t.Fatalf("%+v", b)
		}
		if got := codesOf(b.Lines[0]); len(got) != 2 || slices.Contains(got, codesOf(a.Lines[0])[0]) {
			t.Fatalf("codes %v", got)
		}
		demo := func(days string) format.Document {
			l := line("1", "CAD-DEMO", 1)
			l.Options = map[string]string{"days": days}
			return w.doc("2", l)
		}
		w.place(demo("30"))
		if r := w.place(demo("030")); r.Outcome != order.Unchanged {
			t.Fatalf("the same value, written otherwise, changed the sale: %+v", r.Changes)
		}
		if r := w.place(demo("7")); r.Outcome != order.Applied || r.Changes[0].Act != order.Exchange || w.sold(r.Lines[0]) != 1 {
			t.Fatalf("%+v", r)
		}
	})
}

// TestStale: late copies and older revisions change nothing.
func TestStale(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		rev := func(n, q int64) format.Document {
			d := w.doc("1", line("1", "CAD-PRO-PERP", q))
			d.Revision = &n
			return d
		}
		w.place(rev(2, 5))
		for _, c := range []struct {
			doc  format.Document
			want order.Outcome
			sold int64
		}{
			{rev(1, 9), order.Stale, 5},
			{rev(2, 5), order.Unchanged, 5},
			{rev(3, 4), order.Applied, 4},
			{rev(2, 5), order.Unchanged, 4}, // a copy
			{rev(2, 6), order.Stale, 4},
			{rev(4, 4), order.Unchanged, 4},
			{rev(5, 5), order.Applied, 5}, // on purpose
		} {
			r := w.place(c.doc)
			if r.Outcome != c.want || w.sold(r.Lines[0]) != c.sold {
				t.Fatalf("revision %d: %s with %d, want %s with %d", *c.doc.Revision, r.Outcome, w.sold(r.Lines[0]), c.want, c.sold)
			}
		}
		bare := w.doc("2", line("1", "CAD-PRO-PERP", 3))
		w.place(bare)
		w.place(w.doc("2", line("1", "CAD-PRO-PERP", 5)))
		if r := w.place(bare); r.Outcome != order.Unchanged || w.sold(r.Lines[0]) != 5 {
			t.Fatalf("a late copy lowered: %+v", r)
		}
	})
}

func TestRetry(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		by := w.A.All().With(actor.Retry{Key: "k1", Route: "POST /orders", Body: [32]byte{1}})
		d := w.doc("1", line("1", "CAD-PRO-PERP", 3))
		first, err := w.orders.Place(t.Context(), by, d)
		if err != nil {
			t.Fatal(err)
		}
		other := w.doc("1", line("1", "CAD-PRO-PERP", 9))
		r, err := w.orders.Place(t.Context(), by, other)
		if diff := cmp.Diff(first, r, cmpopts.IgnoreFields(order.Step{}, "Sale")); err != nil || diff != "" || r.Outcome != order.Applied || w.sold(r.Lines[0]) != 3 {
			t.Fatalf("a seen key had an effect, or another answer: %s %v", diff, err)
		}
		lost := by // the right may be lost between the two
		lost.Perms = lost.Perms.Without(actor.OrderWrite)
		w.refused(lost, d, actor.ErrDenied, "")
		by.Retry.Body = [32]byte{2}
		w.refused(by, other, actor.ErrKeyReused, "")
		// A document that is not paid takes its key, too.
		by.Retry = actor.Retry{Key: "k2", Route: "POST /orders", Body: [32]byte{1}}
		unpaid := w.doc("2", line("1", "CAD-PRO-PERP", 1))
		unpaid.Unpaid = true
		for range 2 {
			if r, err := w.orders.Place(t.Context(), by, unpaid); err != nil || r.Outcome != order.NotPaid || r.Number != "2" {
				t.Fatalf("not paid: %+v %v", r, err)
			}
		}
		by.Retry.Body = [32]byte{2}
		w.refused(by, other, actor.ErrKeyReused, "")
	})
}

// TestParties: who gets the tickets, and who is the end customer.
func TestParties(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		d := w.doc("1", line("1", "CAD-PRO-PERP", 1), line("2", "CAD-PRO-PERP", 1))
		d.Customer = &format.Party{Number: "C-NEW"}
		d.Lines[1].Customer = &format.Party{ID: w.A.Customer.String()}
		p, err := w.orders.Preview(t.Context(), w.A.All(), d)
		if err != nil || !slices.Equal(p.Creates, []string{"C-NEW"}) || p.Outcome != order.Applied || !p.Order.IsZero() {
			t.Fatalf("%+v %v", p, err)
		}
		r := w.place(d)
		if r.Buyer != w.A.Reseller || r.Customer.IsZero() || r.Lines[1].Customer != w.A.Customer || !slices.Equal(r.Created, []string{"C-NEW"}) {
			t.Fatalf("%+v", r)
		}
		// The new customer stands below the reseller, who may now order for it.
		d2 := w.doc("2", line("1", "CAD-PRO-PERP", 1))
		d2.Buyer = format.Party{Number: "C-NEW"}
		r2, err := w.orders.Place(t.Context(), w.A.Below(w.A.Reseller), d2)
		if err != nil || r2.Buyer != r.Customer || r2.Customer != r.Customer {
			t.Fatalf("%+v %v", r2, err)
		}
		d3 := w.doc("3", line("1", "CAD-PRO-PERP", 1))
		d3.Buyer = format.Party{Number: "C-BUYS"}
		if r3 := w.place(d3); r3.Buyer.IsZero() || r3.Customer != r3.Buyer {
			t.Fatalf("%+v", r3)
		}
	})
}

// TestSenders: an organization below the root has order numbers of its own.
func TestSenders(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		reseller := w.A.Below(w.A.Reseller)
		theirs, err := w.orders.Place(t.Context(), reseller, w.doc("1", line("1", "CAD-PRO-PERP", 1)))
		if err != nil {
			t.Fatal(err)
		}
		ours := w.place(w.doc("1", line("1", "CAD-PRO-PERP", 2)))
		if ours.ID == theirs.ID || ours.Source != "erp" || theirs.Source != actortest.Number(w.A.Reseller)+"/erp" {
			t.Fatalf("%s %s", ours.Source, theirs.Source)
		}
		v, err := w.orders.Find(t.Context(), reseller, "erp", "1")
		if err != nil || v.ID != theirs.ID {
			t.Fatal(v, err)
		}
		page, err := w.orders.List(t.Context(), reseller, order.Filter{Source: "erp"})
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != theirs.ID {
			t.Fatal(page, err)
		}
	})
}

// TestUnpaid: what a shop has not been paid for changes nothing.
func TestUnpaid(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		d := w.doc("1", line("1", "CAD-PRO-PERP", 3))
		d.Unpaid = true
		before := w.orderCount()
		if r := w.place(d); r.Outcome != order.NotPaid || !r.ID.IsZero() || w.orderCount() != before {
			t.Fatalf("%+v", r)
		}
		p, err := w.orders.Preview(t.Context(), w.A.All(), d)
		if err != nil || p.Outcome != order.NotPaid {
			t.Fatal(p, err)
		}
		d.Unpaid = false
		w.place(d)
		d.Unpaid, d.Lines[0].Quantity = true, 1
		if r := w.place(d); r.Outcome != order.NotPaid || w.sold(r.Lines[0]) != 3 {
			t.Fatalf("%+v", r)
		}
	})
}

// TestShowOnce and later reads: hints for everybody who may see the order, codes
// for whoever may reveal them, and that is written down.
func TestCodes(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		r := w.place(w.doc("1", line("1", "CAD-UNIT", 3), line("2", "CAD-PRO-PERP", 2)))
		v, err := w.orders.Get(t.Context(), w.A.At(w.A.Reseller, actor.OrderRead), r.ID)
		if err != nil || len(v.Lines[0].Tickets) != 3 || v.Lines[0].Tickets[0].Code != "" || v.Lines[0].Tickets[0].Hint == "" {
			t.Fatalf("%+v %v", v, err)
		}
		var codes []string
		for after := ""; ; {
			page, err := w.orders.Tickets(t.Context(), w.A.All(), order.TicketQuery{Order: r.ID, After: after, Limit: 2, Codes: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Items {
				codes = append(codes, row.Code)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		if want := append(codesOf(r.Lines[0]), codesOf(r.Lines[1])...); !slices.Equal(codes, want) {
			t.Fatalf("paged %v, want %v", codes, want)
		}
		_, err = w.orders.Tickets(t.Context(), w.A.At(w.A.Reseller, actor.OrderRead), order.TicketQuery{Order: r.ID, Codes: true})
		if want := actor.ErrDenied; err == nil || !want.Is(err) {
			t.Fatal(err)
		}
		lines, err := w.orders.Lines(t.Context(), w.A.All(), order.LineQuery{Order: r.ID, Limit: 1})
		if err != nil || len(lines.Items) != 1 || lines.Next == "" {
			t.Fatal(lines, err)
		}
		lines, err = w.orders.Lines(t.Context(), w.A.All(), order.LineQuery{Order: r.ID, Limit: 1, After: lines.Next})
		if err != nil || len(lines.Items) != 1 || lines.Items[0].No != "2" || lines.Next != "" {
			t.Fatal(lines, err)
		}
	})
}

func TestList(t *testing.T) {
	each(t, order.Settings{}, func(t *testing.T, w *world) {
		var want []order.ID
		for _, n := range []string{"1", "2", "3", "4", "5"} {
			want = append([]order.ID{w.place(w.doc(n, line("1", "CAD-PRO-PERP", 1))).ID}, want...)
		}
		direct := w.doc("6", line("1", "CAD-PRO-PERP", 1))
		direct.Buyer = format.Party{ID: w.A.Direct.String()}
		direct.Source = "crm"
		other := w.place(direct).ID
		for _, by := range []actor.Actor{w.A.Below(w.A.Reseller), w.A.All()} {
			var got []order.ID
			f := order.Filter{Limit: 2}
			for {
				page, err := w.orders.List(context.Background(), by, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Items {
					got = append(got, v.ID)
				}
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			expect := want
			if by.Org == w.A.Root {
				expect = append([]order.ID{other}, want...)
			}
			if !slices.Equal(got, expect) {
				t.Fatalf("%v, want %v", got, expect)
			}
		}
		if _, err := w.orders.List(t.Context(), w.A.All(), order.Filter{After: "7"}); !order.ErrBadPage.Is(err) {
			t.Fatal(err)
		}
		for _, after := range []string{"%", "e30x", "eyJsIjoibm9wZSJ9"} {
			_, err := w.orders.Tickets(t.Context(), w.A.All(), order.TicketQuery{Order: other, After: after})
			if !order.ErrBadPage.Is(err) {
				t.Fatalf("%s: %v", after, err)
			}
		}
		if _, err := w.orders.Lines(t.Context(), w.A.All(), order.LineQuery{Order: other, After: "%"}); !order.ErrBadPage.Is(err) {
			t.Fatal(err)
		}
		page, err := w.orders.List(t.Context(), w.A.All(), order.Filter{Source: "crm", State: order.Delivered})
		if err != nil || len(page.Items) != 1 {
			t.Fatal(page, err)
		}
	})
}
