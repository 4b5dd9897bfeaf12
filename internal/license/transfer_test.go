package license_test

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
)

// The devices go along: they hear of the new holder, and nothing else changes.
func TestTransferKeeping(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, line := w.bought(item(catalog.Multi), 3)
		b := w.box()
		_, err := b.activate(sold.Code)
		must(t, err)
		in := license.TransferInput{Ticket: sold.Ticket, To: w.a.Customer, Devices: license.DevicesKeep}
		preview, err := w.Transfer(ctx, w.a.All().Because(actor.Reason{}).Asking(true), in)
		must(t, err)
		now, err := w.GetTicket(ctx, w.a.All(), sold.Ticket)
		must(t, err)
		if preview.Devices != 1 || preview.NewCode || preview.Ticket.Holder != w.a.Customer || now.Holder != w.a.Direct {
			t.Fatalf("%+v, and now %+v", preview, now)
		}
		_, err = w.Transfer(ctx, w.a.All().Because(actor.Reason{}), in)
		want(t, err, license.ErrNoReason)
		by := w.a.All().Because(noted(license.ReasonHandover, "")).With(actor.Retry{Key: "k", Route: "transfer"})
		for range 2 {
			out, err := w.Transfer(ctx, by, in)
			must(t, err)
			if out.Ticket.ID != sold.Ticket || out.Ticket.SoldTo != w.a.Direct || out.Ticket.Customer != w.a.Customer || out.Code != "" {
				t.Fatalf("%+v", out)
			}
		}
		a, err := b.refresh()
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].Holder != actortest.Number(w.a.Customer) {
			t.Fatalf("%+v", a.licenses)
		}
		for side, holder := range map[string]actor.OrgID{"ticket.transferred": w.a.Direct, "ticket.received": w.a.Customer} {
			if rows := w.events(side); len(rows) != 1 || rows[0].OnBehalf != holder {
				t.Fatalf("%s: %+v", side, rows)
			}
			acts, err := w.ListSupport(ctx, w.a.All(), holder, "", 0)
			must(t, err)
			if len(acts.Items) != 1 || acts.Items[0].Reason != license.ReasonHandover {
				t.Fatalf("%+v", acts)
			}
		}
		_, err = w.GetTicket(ctx, w.a.Below(w.a.Direct), sold.Ticket)
		want(t, err, license.ErrNotFound)
		// The line raises what its buyer still has: here a new ticket.
		made := w.raiseLine(line, 2)
		if len(made) != 1 || w.license(sold.Licenses[0]).Quantity != 3 {
			t.Fatalf("%+v", made)
		}
		mine, err := w.GetTicket(ctx, w.a.All(), made[0].Ticket)
		must(t, err)
		if mine.Holder != w.a.Direct {
			t.Fatalf("%+v", mine)
		}
		// It lowers what the other holder has last.
		if got := w.lowerLine(line, 3); got != (license.LowerResult{Freed: 3}) || w.license(sold.Licenses[0]).Quantity != 2 {
			t.Fatalf("%+v, %+v", got, w.license(sold.Licenses[0]))
		}
		// Back with its buyer it is as it was.
		in.To = w.a.Direct
		back, err := w.Transfer(ctx, w.a.All(), in)
		must(t, err)
		if !back.Ticket.SoldTo.IsZero() {
			t.Fatalf("%+v", back.Ticket)
		}
		if more := w.raiseLine(line, 1); len(more) != 0 || w.license(sold.Licenses[0]).Quantity != 3 {
			t.Fatalf("%+v", more)
		}
	})
}

// The devices give back: the new holder has a ticket of its own, the old codes open
// nothing, and no seat is used twice.
func TestTransferReturning(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, line := w.bought(item(catalog.Multi), 2)
		b := w.box()
		_, err := b.activate(sold.Code)
		must(t, err)
		key, err := w.RevealKey(ctx, w.a.All(), sold.Licenses[0])
		must(t, err)
		in := license.TransferInput{Ticket: sold.Ticket, To: w.a.Customer, Devices: license.DevicesReturn}
		preview, err := w.Transfer(ctx, w.a.All().Asking(true), in)
		must(t, err)
		if !preview.NewCode || preview.Code != "" || preview.Devices != 1 {
			t.Fatalf("%+v", preview)
		}
		by := w.a.All().With(actor.Retry{Key: "k", Route: "transfer"})
		out, err := w.Transfer(ctx, by, in)
		must(t, err)
		again, err := w.Transfer(ctx, by, in)
		must(t, err)
		if out.Code == "" || again.Code != out.Code || out.Ticket.ID == sold.Ticket || out.Ticket.Holder != w.a.Customer {
			t.Fatalf("%+v, then %+v", out, again)
		}
		_, err = w.box().activate(sold.Code)
		want(t, err, license.ErrTicketMerged)
		_, err = w.box().activate(key)
		want(t, err, license.ErrUnknownCode)
		look, err := w.Look(ctx, anyone(), sold.Code)
		must(t, err)
		if look.Refusal != "license.ticket_merged" || len(look.Holdings) != 0 {
			t.Fatalf("%+v", look)
		}
		_, err = w.box().activate(out.Code)
		must(t, err)
		_, err = w.box().activate(out.Code)
		want(t, err, license.ErrNoSeat) // the old device still has one
		a, err := b.refresh()
		must(t, err)
		if a.commands() != "recall" {
			t.Fatalf("%s", a.commands())
		}
		_, err = b.send(b.receipt())
		must(t, err)
		_, err = w.box().activate(out.Code)
		must(t, err)
		w.sound(sold.Licenses[0])
		if n, parts := w.lineOf(line); n != 2 || parts[out.Ticket.ID] != 2 {
			t.Fatalf("%d %+v", n, parts)
		}
		fresh, err := w.RevealKey(ctx, w.a.All(), sold.Licenses[0])
		must(t, err)
		if fresh == key {
			t.Fatal("the old license key is the new holder's")
		}
	})
}

func TestTransferRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, _ := w.bought(item(catalog.Multi), 2)
		give := func(by actor.Actor, to actor.OrgID, devices string) error {
			_, err := w.Transfer(ctx, by, license.TransferInput{Ticket: sold.Ticket, To: to, Devices: devices})
			return err
		}
		want(t, give(w.a.All(), w.a.Customer, ""), license.ErrBadTransfer)
		want(t, give(w.a.All(), w.a.Direct, license.DevicesKeep), license.ErrTransferSelf)
		want(t, give(w.a.Below(w.a.Direct), w.a.Customer, license.DevicesKeep), license.ErrNotFound) // not into somebody else's stock
		want(t, give(w.a.Below(w.a.Customer), w.a.Customer, license.DevicesKeep), license.ErrNotFound)
		want(t, give(w.a.All(), w.b.Direct, license.DevicesKeep), license.ErrNotFound)
		_, err := w.BlockTicket(ctx, w.a.All(), sold.Ticket)
		must(t, err)
		want(t, give(w.a.All(), w.a.Customer, license.DevicesKeep), license.ErrTicketState)
	})
}
