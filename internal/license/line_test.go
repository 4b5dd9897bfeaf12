package license_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

func (w *world) tx(fn func(tx *db.Tx) error) error { return w.d.Write(context.Background(), fn) }

func (w *world) lower(line license.OrderLineID, n int64) (r license.LowerResult, err error) {
	err = w.tx(func(tx *db.Tx) error {
		all, err := w.Lower(tx, w.a.System(), []license.LineChange{{Line: line, By: n}})
		r = all[line]
		return err
	})
	return r, err
}

func (w *world) raise(line license.OrderLineID, n int64) (out []license.Issued, err error) {
	err = w.tx(func(tx *db.Tx) (err error) {
		out, err = w.Raise(tx, w.a.System(), []license.LineChange{{Line: line, By: n}})
		return err
	})
	return out, err
}

func (w *world) reverse(line license.OrderLineID) (r license.LowerResult, err error) {
	err = w.tx(func(tx *db.Tx) error {
		all, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{line})
		r = all[line]
		return err
	})
	return r, err
}

// seats is what the tickets of a line hold.
func (w *world) seats(line license.OrderLineID) license.LineSeats {
	w.t.Helper()
	var out map[license.OrderLineID]license.LineSeats
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) (err error) {
		out, err = w.LineSeats(r, w.a.Publisher, []license.OrderLineID{line})
		return err
	}))
	return out[line]
}

func (w *world) tickets(line license.OrderLineID) (out []license.LineTicket) {
	w.t.Helper()
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) (err error) {
		out, err = w.LineTickets(r, w.a.Publisher, []license.OrderLineID{line})
		return err
	}))
	return out
}

// sold is what a line's open tickets hold.
func (w *world) sold(line license.OrderLineID) (n int64) {
	w.t.Helper()
	for _, t := range w.tickets(line) {
		if t.State != license.TicketReversed {
			n += t.Quantity
		}
	}
	return n
}

// Bulk issue: codes that open, one journal line per thousand, one set of terms.
func TestIssue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		s := item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Overdraft = 2 })
		var made []license.Issued
		for range 2 {
			made = append(made, w.issue(license.IssueInput{Line: line, Item: s, Quantity: 1200, PerUnit: true})...)
		}
		if n := len(w.tickets(line)); n != 2400 || len(made) != 2400 {
			t.Fatalf("%d tickets", n)
		}
		if n := len(w.events("ticket.issued")); n != 4 {
			t.Fatalf("%d journal lines", n)
		}
		codes := map[string]bool{}
		for _, i := range made {
			codes[i.Code] = true
		}
		if len(codes) != 2400 {
			t.Fatal("a code came twice")
		}
		_, err := w.box().activate(made[1999].Code)
		must(t, err)
		must(t, w.d.Read(t.Context(), func(r *db.Reader) error {
			found, err := w.Codes(r, w.a.Publisher, []license.TicketID{made[3].Ticket, made[7].Ticket})
			if found[made[7].Ticket] != made[7].Code || len(found) != 2 {
				t.Errorf("%v", found)
			}
			return err
		}))
		for _, q := range []int64{0, -1, 1_000_000_001} {
			err := w.tx(func(tx *db.Tx) error {
				_, err := w.Issue(tx, w.a.System(), []license.IssueInput{{Holder: w.a.Direct, Item: s, Quantity: q}})
				return err
			})
			want(t, err, license.ErrBadQuantity)
		}
		huge := item(catalog.Multi, func(s *catalog.Snapshot) { s.Limits = map[string]int64{"layers": 1 << 60} })
		err = w.tx(func(tx *db.Tx) error {
			_, err := w.Issue(tx, w.a.System(), []license.IssueInput{{Holder: w.a.Direct, Item: huge, Quantity: 1}})
			return err
		})
		want(t, err, license.ErrUnsignable)
		err = w.tx(func(tx *db.Tx) error {
			_, err := w.Issue(tx, w.a.System(), []license.IssueInput{{Holder: w.b.Direct, Item: s, Quantity: 1}})
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
	})
}

// A line for one ticket: lowering takes what is free, then recalls the newest;
// raising first takes recalls back.
func TestLineOfOneTicket(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		i := w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 5})[0]
		var boxes []*box
		for range 3 {
			b := w.box()
			_, err := b.activate(i.Code)
			must(t, err)
			boxes = append(boxes, b)
		}
		if got := w.seats(line); got != (license.LineSeats{Sold: 5, Free: 2, InUse: 3}) {
			t.Fatalf("%+v", got)
		}
		r, err := w.lower(line, 4)
		must(t, err)
		if r.Freed != 2 || r.RecallPending != 2 || w.sold(line) != 1 {
			t.Fatalf("%+v, %d left", r, w.sold(line))
		}
		got, err := boxes[0].refresh() // the oldest keeps its seat
		must(t, err)
		if got.commands() != "" {
			t.Fatalf("%q", got.commands())
		}
		more, err := w.raise(line, 1)
		must(t, err)
		if len(more) != 0 || w.sold(line) != 2 {
			t.Fatalf("%d new tickets, %d sold", len(more), w.sold(line))
		}
		var told *box
		for _, b := range boxes[1:] {
			got, err := b.refresh()
			must(t, err)
			if got.commands() == wire.CmdRecall {
				told = b
			}
		}
		if told != boxes[2] {
			t.Fatal("not the newest one was recalled")
		}
		_, err = w.box().activate(i.Code)
		want(t, err, license.ErrNoSeat)
		_, err = told.send(told.receipt())
		must(t, err)
		if l := w.license(i.Licenses[0]); l.Quantity != 2 || l.Used != 2 || l.Owed != 0 {
			t.Fatalf("%+v", l)
		}
		_, err = w.raise(line, 3)
		must(t, err)
		_, err = w.box().activate(i.Code)
		must(t, err)
		_, err = w.lower(line, 6)
		want(t, err, license.ErrLowerTooMuch)
		for _, bad := range []int64{0, -3} {
			_, err = w.lower(line, bad)
			want(t, err, license.ErrBadQuantity)
			_, err = w.raise(line, bad)
			want(t, err, license.ErrBadQuantity)
		}
		for _, act := range []func() error{
			func() error { _, err := w.lower(w.line(), 1); return err },
			func() error { _, err := w.raise(w.line(), 1); return err },
			func() error { _, err := w.reverse(w.line()); return err },
		} {
			want(t, act(), license.ErrNoLine)
		}
		r, err = w.reverse(line)
		must(t, err)
		if r.Freed != 2 || r.RecallPending != 3 {
			t.Fatalf("%+v", r)
		}
		_, err = w.box().activate(i.Code)
		want(t, err, license.ErrTicketReversed)
		for _, b := range append(boxes[:2:2], told) {
			if _, err := b.refresh(); err != nil {
				t.Fatal(err)
			}
		}
		w.sound(i.Licenses[0])
	})
}

// A line with a ticket per unit: lowering reverses unredeemed tickets, newest
// first; raising issues new ones.
func TestLineOfManyTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		made := w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 1500, PerUnit: true})
		a := w.box()
		_, err := a.activate(made[1499].Code)
		must(t, err)
		r, err := w.lower(line, 1100)
		must(t, err)
		if r.Freed != 1100 || r.RecallPending != 0 || w.sold(line) != 400 {
			t.Fatalf("%+v, %d left", r, w.sold(line))
		}
		_, err = w.box().activate(made[1498].Code)
		want(t, err, license.ErrTicketReversed)
		_, err = w.box().activate(made[0].Code)
		must(t, err)
		more, err := w.raise(line, 2)
		must(t, err)
		if len(more) != 2 || w.sold(line) != 402 {
			t.Fatalf("%d new tickets, %d sold", len(more), w.sold(line))
		}
		_, err = w.box().activate(more[1].Code)
		must(t, err)
		r, err = w.lower(line, 400)
		must(t, err)
		if r.Freed != 399 || r.RecallPending != 1 || w.sold(line) != 2 {
			t.Fatalf("%+v, %d left", r, w.sold(line))
		}
		if got := w.seats(line); got != (license.LineSeats{Sold: 2, InUse: 2}) {
			t.Errorf("%+v", got)
		}
		r, err = w.reverse(line)
		must(t, err)
		if r.RecallPending != 2 {
			t.Fatalf("%+v", r)
		}
		r, err = w.reverse(line)
		must(t, err)
		if r.RecallPending+r.Freed != 0 {
			t.Fatalf("a second time: %+v", r)
		}
		_, err = w.raise(line, 1)
		must(t, err)
		if w.sold(line) != 1 {
			t.Fatalf("%d sold", w.sold(line))
		}
	})
}

// Single-use seats that were given back are spent; a lower order takes them last.
func TestLowerSpent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		i := w.issue(license.IssueInput{Line: line, Item: item(catalog.SingleUse), Quantity: 2})[0]
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = a.send(a.giveBack(i.Licenses[0].String()))
		must(t, err)
		r, err := w.lower(line, 2)
		must(t, err)
		if r.Freed != 2 || w.sold(line) != 0 {
			t.Fatalf("%+v", r)
		}
	})
}

// Whatever an order and its users do, in any order: the line sells what the
// order says, and no seat is used that is not there.
func TestLineModel(t *testing.T) {
	checks(t, rounds(15, 300))
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			rapid.Check(t, func(rt *rapid.T) { lineModel(rt, w) })
		})
	}
}

func lineModel(t *rapid.T, w *world) {
	line := w.line()
	perUnit := rapid.Bool().Draw(t, "per unit")
	sold := rapid.Int64Range(1, 6).Draw(t, "quantity")
	w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: sold, PerUnit: perUnit})
	var boxes []*box
	reversed := false
	t.Repeat(map[string]func(*rapid.T){
		"activate": func(t *rapid.T) {
			tickets := w.tickets(line)
			pick := tickets[rapid.IntRange(0, len(tickets)-1).Draw(t, "ticket")]
			var code string
			must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
				codes, err := w.Codes(r, w.a.Publisher, []license.TicketID{pick.Ticket})
				code = codes[pick.Ticket]
				return err
			}))
			b := w.box()
			if _, err := b.activate(code); err == nil {
				boxes = append(boxes, b)
			}
		},
		"refresh": func(t *rapid.T) {
			if len(boxes) > 0 {
				b := boxes[rapid.IntRange(0, len(boxes)-1).Draw(t, "box")]
				if _, err := b.refresh(); err != nil {
					t.Fatal(err)
				}
			}
		},
		"lower": func(t *rapid.T) {
			n := rapid.Int64Range(1, 4).Draw(t, "n")
			_, err := w.lower(line, n)
			if (err == nil) != (n <= sold) {
				t.Fatalf("lower %d of %d: %v", n, sold, err)
			}
			if err == nil {
				sold -= n
			}
		},
		"raise": func(t *rapid.T) {
			n := rapid.Int64Range(1, 3).Draw(t, "n")
			if _, err := w.raise(line, n); err != nil {
				t.Fatal(err)
			}
			sold, reversed = sold+n, false
		},
		"reverse": func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
				return
			}
			if _, err := w.reverse(line); err != nil {
				t.Fatal(err)
			}
			sold, reversed = 0, true
		},
		"": func(t *rapid.T) {
			if got := w.sold(line); got != sold {
				t.Fatalf("%d sold, want %d (reversed %v)", got, sold, reversed)
			}
			for _, x := range w.tickets(line) {
				w.sound(x.License)
			}
		},
	})
}
