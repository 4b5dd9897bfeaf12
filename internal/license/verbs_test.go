package license_test

import (
	"context"
	"errors"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

// bought is a ticket of n seats of a new order line.
func (w *world) bought(s catalog.Snapshot, n int64) (license.Issued, license.OrderLineID) {
	w.t.Helper()
	line := w.line()
	return w.issue(license.IssueInput{Item: s, Quantity: n, Line: line})[0], line
}

// lineOf sums up what an order line has by ticket, and in all.
func (w *world) lineOf(line license.OrderLineID) (sold int64, byTicket map[license.TicketID]int64) {
	w.t.Helper()
	byTicket = map[license.TicketID]int64{}
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
		list, err := w.LineTickets(r, w.a.Publisher, []license.OrderLineID{line})
		for _, t := range list {
			byTicket[t.Ticket] += t.Quantity
			sold += t.Quantity
		}
		return err
	}))
	return sold, byTicket
}

func (w *world) lowerLine(line license.OrderLineID, n int64) license.LowerResult {
	w.t.Helper()
	var out map[license.OrderLineID]license.LowerResult
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.Lower(tx, w.a.System(), []license.LineChange{{Line: line, By: n}})
		return err
	}))
	return out[line]
}

func (w *world) raiseLine(line license.OrderLineID, n int64) (out []license.Issued) {
	w.t.Helper()
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.Raise(tx, w.a.System(), []license.LineChange{{Line: line, By: n}})
		return err
	}))
	return out
}

// issuedOf is what a ticket holds, as if it had been issued.
func issuedOf(t license.TicketInfo, code string) license.Issued {
	i := license.Issued{Ticket: t.ID, Code: code}
	for _, l := range t.Licenses {
		i.Licenses = append(i.Licenses, l.ID)
	}
	return i
}

func TestSplit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, line := w.bought(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Model.Duration, s.Model.Overdraft = catalog.Duration{Months: 12, From: catalog.FromFirstActivation}, 1
		}), 5)
		b := w.box()
		_, err := b.activate(sold.Code)
		must(t, err)
		by := w.a.All().With(actor.Retry{Key: "k", Route: "split"})
		out, err := w.Split(ctx, by, sold.Ticket, 2)
		must(t, err)
		again, err := w.Split(ctx, by, sold.Ticket, 2)
		must(t, err)
		if out.Code == "" || again.Code != out.Code || again.Ticket.ID != out.Ticket.ID {
			t.Fatalf("%+v, then %+v", out, again)
		}
		old, part := out.From.Licenses[0], out.Ticket.Licenses[0]
		if old.Quantity != 3 || old.Limit != 4 || old.Used != 1 || part.Quantity != 2 || part.Limit != 2 || part.Used != 0 {
			t.Fatalf("%+v, %+v", old, part)
		}
		if part.LastDay != old.LastDay || !part.First.Equal(old.First) || out.Ticket.Holder != w.a.Direct {
			t.Fatalf("%+v, %+v", old, part)
		}
		for range 2 {
			_, err = w.box().activate(out.Code)
			must(t, err)
		}
		_, err = w.box().activate(out.Code)
		want(t, err, license.ErrNoSeat)
		a, err := b.refresh()
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].ID != sold.Licenses[0].String() || a.update != nil {
			t.Fatal("a split changed what a device holds")
		}
		if n, _ := w.lineOf(line); n != 5 {
			t.Fatalf("the line has %d seats", n)
		}
		// The whole ticket is the one that grows; what nobody uses goes first.
		if got := w.raiseLine(line, 3); len(got) != 0 || w.license(sold.Licenses[0]).Quantity != 6 {
			t.Fatalf("%+v, %d", got, w.license(sold.Licenses[0]).Quantity)
		}
		if got := w.lowerLine(line, 5); got != (license.LowerResult{Freed: 5}) {
			t.Fatalf("%+v", got)
		}
		if got := w.lowerLine(line, 3); got != (license.LowerResult{RecallPending: 3}) {
			t.Fatalf("%+v", got)
		}
	})
}

// What cannot be split is refused with its reason, and nothing happens.
func TestSplitRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.a.All()
		sold, b, _ := w.held(item(catalog.Multi), 3)
		for n, refusal := range map[int64]error{0: license.ErrBadQuantity, -1: license.ErrBadQuantity, 3: license.ErrSplitAll, 4: license.ErrSplitAll} {
			if _, err := w.Split(ctx, by, sold.Ticket, n); !errors.Is(err, refusal) {
				t.Errorf("%d: %v, want %v", n, err, refusal)
			}
		}
		_, err := w.box().activate(sold.Code)
		must(t, err)
		_, err = w.Split(ctx, by, sold.Ticket, 2)
		want(t, err, license.ErrNoSeat)
		_, err = w.Split(ctx, w.a.At(w.a.Root, actor.LicenseWrite).Because(noted("request", "")), sold.Ticket, 1)
		want(t, err, actor.ErrDenied)
		_, err = w.BlockTicket(ctx, by, sold.Ticket)
		must(t, err)
		_, err = w.Split(ctx, by, sold.Ticket, 1)
		want(t, err, license.ErrTicketState)
		_, err = w.UnblockTicket(ctx, by, sold.Ticket)
		must(t, err)
		_, err = w.BlockLicense(ctx, by, sold.Licenses[0])
		must(t, err)
		_, err = w.Split(ctx, by, sold.Ticket, 1)
		want(t, err, license.ErrLicenseState)
		_, err = w.UnblockLicense(ctx, by, sold.Licenses[0])
		must(t, err)
		upgraded := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Kind, s.Targets, s.Number = catalog.AddOn, []string{"CAD-1"}, "ADD" }), 1)
		_, err = b.activate(upgraded.Code)
		must(t, err)
		_, err = w.Split(ctx, by, sold.Ticket, 1)
		want(t, err, license.ErrHasChanges)
		w.sound(sold.Licenses[0])
	})
}

// Two splits and an activation at the same moment never give away a seat twice.
func TestSplitRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold, line := w.bought(item(catalog.Multi), 4)
		errs := make(chan error, 12)
		for i := range 12 {
			b := w.box()
			go func() {
				var err error
				if i%2 == 0 {
					_, err = w.Split(context.Background(), w.a.All(), sold.Ticket, 1)
				} else {
					_, err = b.activate(sold.Code)
				}
				errs <- err
			}()
		}
		for range 12 {
			if err := <-errs; err != nil && !license.ErrNoSeat.Is(err) && !license.ErrSplitAll.Is(err) {
				t.Error(err)
			}
		}
		sum, parts := w.lineOf(line)
		l := w.license(sold.Licenses[0])
		if sum != 4 || l.Used > l.Limit || int64(len(parts)-1) != 4-l.Quantity {
			t.Fatalf("%d seats, %+v, %+v", sum, parts, l)
		}
		w.sound(sold.Licenses[0])
	})
}

// A ticket goes into another one: free seats at once, devices at their next contact.
func TestMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.a.All()
		sold, line := w.bought(item(catalog.Multi), 5)
		out, err := w.Split(ctx, by, sold.Ticket, 3)
		must(t, err)
		part := issuedOf(out.Ticket, out.Code)
		both, alone := w.box(), w.box()
		for _, code := range []string{sold.Code, part.Code} {
			_, err := both.activate(code)
			must(t, err)
		}
		_, err = alone.activate(part.Code)
		must(t, err)
		keyed := by.With(actor.Retry{Key: "k", Route: "merge"})
		for range 2 {
			got, err := w.Merge(ctx, keyed, sold.Ticket, part.Ticket)
			must(t, err)
			if l := got.Licenses[0]; l.Quantity != 5 || l.Used != 3 {
				t.Fatalf("%+v", l)
			}
		}
		_, err = w.box().activate(part.Code)
		want(t, err, license.ErrTicketInto)
		look, err := w.Look(ctx, anyone(), part.Code)
		must(t, err)
		if look.Refusal != "license.ticket_into" || look.State != license.TicketMerged {
			t.Fatalf("%+v", look)
		}
		if n, byTicket := w.lineOf(line); n != 5 || byTicket[sold.Ticket] != 5 {
			t.Fatalf("%d %+v", n, byTicket)
		}
		for _, b := range []*box{both, alone} {
			a, err := b.refresh()
			must(t, err)
			if a.commands() != "replace" || len(a.licenses) != 1 || a.licenses[0].ID != sold.Licenses[0].String() {
				t.Fatalf("%s %+v", a.commands(), a.licenses)
			}
			_, err = b.send(b.receipt())
			must(t, err)
		}
		if q := int64(len(both.held)); q != 1 {
			t.Fatalf("%d licenses on the device", q)
		}
		w.sound(sold.Licenses[0], part.Licenses[0])
		if l := w.license(part.Licenses[0]); l.State != license.LicenseReplaced || l.Limit != 0 || l.Used != 0 {
			t.Fatalf("%+v", l)
		}
		w.used(sold, 3)
		// It can be lowered and raised like before it was split.
		if got := w.raiseLine(line, 1); len(got) != 0 || w.license(sold.Licenses[0]).Quantity != 6 {
			t.Fatalf("%+v", got)
		}
		if got := w.lowerLine(line, 6); got != (license.LowerResult{Freed: 3, RecallPending: 3}) {
			t.Fatalf("%+v", got)
		}
	})
}

// The origin of a split may go into the part, which is then the line's ticket.
func TestMergeIntoPart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.a.All()
		sold, line := w.bought(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Overdraft = 2 }), 5)
		out, err := w.Split(ctx, by, sold.Ticket, 3)
		must(t, err)
		got, err := w.Merge(ctx, by, out.Ticket.ID, sold.Ticket)
		must(t, err)
		if l := got.Licenses[0]; l.Quantity != 5 || l.Limit != 7 {
			t.Fatalf("%+v", l)
		}
		if more := w.raiseLine(line, 2); len(more) != 0 || w.license(out.Ticket.Licenses[0].ID).Quantity != 7 {
			t.Fatalf("%+v", more)
		}
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			_, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{line})
			return err
		}))
		if n, _ := w.lineOf(line); n != 7 || w.license(out.Ticket.Licenses[0].ID).State != license.LicenseRecalled {
			t.Fatalf("%d", n)
		}
	})
}

func TestMergeRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.a.All()
		sold, _ := w.bought(item(catalog.Multi), 4)
		other, _ := w.bought(item(catalog.Multi), 4)
		merge := func(into, from license.TicketID) error { _, err := w.Merge(ctx, by, into, from); return err }
		want(t, merge(sold.Ticket, sold.Ticket), license.ErrMergeSelf)
		want(t, merge(sold.Ticket, other.Ticket), license.ErrMergeDiffers)
		out, err := w.Split(ctx, by, sold.Ticket, 2)
		must(t, err)
		b := w.box()
		_, err = b.activate(out.Code)
		must(t, err)
		part := issuedOf(out.Ticket, out.Code)
		_, err = w.Return(ctx, by, w.newestOf(part))
		must(t, err)
		want(t, merge(sold.Ticket, part.Ticket), license.ErrInMotion)
		_, err = w.Transfer(ctx, by, license.TransferInput{Ticket: part.Ticket, To: w.a.Customer, Devices: license.DevicesKeep})
		must(t, err)
		want(t, merge(sold.Ticket, part.Ticket), license.ErrMergeDiffers)
		_, err = w.BlockTicket(ctx, by, sold.Ticket)
		must(t, err)
		want(t, merge(sold.Ticket, part.Ticket), license.ErrTicketState)
		page, err := w.Merge(ctx, w.a.Below(w.a.Direct), sold.Ticket, part.Ticket)
		want(t, err, license.ErrNotFound)
		_ = page
	})
}

// A license is replaced by one of the same terms: the device swaps them in one
// contact, and its key opens the new one.
func TestReplaceAnew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, b, _ := w.held(item(catalog.Multi), 3)
		key, err := w.RevealKey(ctx, w.a.All(), sold.Licenses[0])
		must(t, err)
		preview, err := w.Replace(ctx, w.a.All().Because(actor.Reason{}).Asking(true), license.ReplaceInput{License: sold.Licenses[0]})
		must(t, err)
		if preview.Devices != 1 || !preview.DryRun || w.license(sold.Licenses[0]).State != license.LicenseAvailable {
			t.Fatalf("%+v", preview)
		}
		by := w.a.All().With(actor.Retry{Key: "k", Route: "replace"})
		first, err := w.Replace(ctx, by, license.ReplaceInput{License: sold.Licenses[0]})
		must(t, err)
		again, err := w.Replace(ctx, by, license.ReplaceInput{License: sold.Licenses[0]})
		must(t, err)
		if again.License.ID != first.License.ID || first.License.Quantity != 3 || first.License.Used != 1 || first.License.Ticket != sold.Ticket {
			t.Fatalf("%+v, then %+v", first, again)
		}
		_, err = w.Replace(ctx, w.a.All(), license.ReplaceInput{License: sold.Licenses[0]})
		want(t, err, license.ErrLicenseState)
		a, err := b.refresh()
		must(t, err)
		if a.commands() != "replace" || len(a.licenses) != 1 || a.licenses[0].ID != first.License.ID.String() {
			t.Fatalf("%s %+v", a.commands(), a.licenses)
		}
		again2, err := b.refresh() // and then nothing
		must(t, err)
		if again2.commands() != "" {
			t.Fatalf("%s", again2.commands())
		}
		other := w.box()
		_, err = other.activate(sold.Code)
		must(t, err)
		if len(other.held) != 1 || other.held[first.License.ID.String()] != 1 {
			t.Fatalf("%+v", other.held)
		}
		_, err = w.box().activate(key)
		must(t, err)
		w.sound(sold.Licenses[0], first.License.ID)
		if l := w.license(first.License.ID); l.Used != 3 {
			t.Fatalf("%+v", l)
		}
		_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Ticket: sold.Ticket})
		must(t, err)
	})
}

// Replacing drops what it cannot carry: a device that was never told keeps neither.
func TestReplaceBeforeTheReceipt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold := w.sell(item(catalog.Multi), 1)
		b := w.box()
		_, err := w.Exchange(ctx, anyone(), b.sign(b.request("act", withCode(sold.Code)))) // its answer is lost
		must(t, err)
		out, err := w.Replace(ctx, w.a.All(), license.ReplaceInput{License: sold.Licenses[0]})
		must(t, err)
		a, err := b.refresh()
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].ID != out.License.ID.String() {
			t.Fatalf("%s %+v", a.commands(), a.licenses)
		}
		w.sound(sold.Licenses[0], out.License.ID)
	})
}

// Units that are spent cannot be divided, and what changes a license is none.
func TestVerbsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), w.a.All()
		units := w.sell(item(catalog.Usage, func(s *catalog.Snapshot) { s.Unit, s.Limits = "pages", map[string]int64{"pages": 10} }), 3)
		key, err := w.RevealKey(ctx, by, units.Licenses[0])
		must(t, err)
		_, err = w.Consume(ctx, anyone(), license.ConsumeInput{Key: key, Nonce: nonce(), Units: 1})
		must(t, err)
		_, err = w.Split(ctx, by, units.Ticket, 1)
		want(t, err, license.ErrHasUnits)
		_, err = w.Replace(ctx, by, license.ReplaceInput{License: units.Licenses[0]})
		want(t, err, license.ErrHasUnits)
		addOn := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Kind, s.Targets, s.Number = catalog.AddOn, []string{"CAD-1"}, "ADD" }), 1)
		_, err = w.Replace(ctx, by, license.ReplaceInput{License: addOn.Licenses[0]})
		want(t, err, license.ErrReplaceChange)
		out, err := w.Transfer(ctx, by, license.TransferInput{Ticket: units.Ticket, To: w.a.Customer, Devices: license.DevicesReturn})
		must(t, err)
		_, err = w.Split(ctx, by, units.Ticket, 1) // it holds nothing any more
		want(t, err, license.ErrHasSeveral)
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(qCloseOrg, w.a.Publisher, w.a.Direct)
			return err
		}))
		_, err = w.Transfer(ctx, by, license.TransferInput{Ticket: out.Ticket.ID, To: w.a.Direct, Devices: license.DevicesKeep})
		want(t, err, license.ErrOrgClosed)
		_, err = w.Replace(ctx, by, license.ReplaceInput{License: addOn.Licenses[0], Article: "NO-SUCH"})
		want(t, err, license.ErrReplaceChange)
		sold, _, _ := w.held(item(catalog.Multi), 1)
		_, err = w.Replace(ctx, by, license.ReplaceInput{License: sold.Licenses[0], Article: "NO-SUCH"})
		want(t, err, catalog.ErrArticleUnknown)
		if l := w.license(sold.Licenses[0]); l.State != license.LicenseAvailable {
			t.Fatalf("%s", l.State)
		}
	})
}

// The organization is package org's; here it is only looked at.
var qCloseOrg = db.SQL("license_test.close_org", `UPDATE organization SET state = 'closed' WHERE publisher_id = ? AND id = ?`)
