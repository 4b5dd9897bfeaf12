package license_test

import (
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// Staff find and list tickets inside their scope; the code is shown only with a
// right of its own.
func TestTickets(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		direct := w.sell(item(catalog.Multi), 2)
		inner := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 3, Holder: w.a.Customer, PerUnit: true})

		got, err := w.GetTicket(ctx, w.a.All(), direct.Ticket)
		must(t, err)
		if got.Hint != direct.Code[len(direct.Code)-5:] || got.Holder != w.a.Direct || len(got.Licenses) != 1 || got.Licenses[0].Quantity != 2 {
			t.Fatalf("%+v", got)
		}
		_, err = w.GetTicket(ctx, w.a.Below(w.a.Reseller), direct.Ticket)
		want(t, err, license.ErrNotFound)
		_, err = w.GetTicket(ctx, w.a.None(), direct.Ticket)
		want(t, err, actor.ErrDenied)
		_, err = w.GetTicket(ctx, w.a.At(w.a.Root, actor.SupportRead), direct.Ticket)
		must(t, err)

		found, err := w.FindTicket(ctx, w.a.All(), strings.ToLower(direct.Code))
		must(t, err)
		if found.ID != direct.Ticket {
			t.Fatalf("%+v", found)
		}
		_, err = w.FindTicket(ctx, w.a.Below(w.a.Reseller), direct.Code)
		if err == nil {
			t.Fatal("found outside of the scope")
		}
		code, err := w.Reveal(ctx, w.a.All(), direct.Ticket)
		must(t, err)
		if code != direct.Code {
			t.Fatal("another code")
		}
		_, err = w.Reveal(ctx, w.a.At(w.a.Root, actor.TicketRead), direct.Ticket)
		want(t, err, actor.ErrDenied)

		var ids []license.TicketID
		in := license.TicketQuery{Limit: 2}
		for {
			page, err := w.ListTickets(ctx, w.a.All(), in)
			must(t, err)
			for _, x := range page.Items {
				ids = append(ids, x.ID)
			}
			if in.After = page.Next; in.After == "" {
				break
			}
		}
		if len(ids) != 4 || ids[0] != direct.Ticket || ids[3] != inner[2].Ticket {
			t.Fatalf("%v", ids)
		}
		below, err := w.ListTickets(ctx, w.a.Below(w.a.Reseller), license.TicketQuery{})
		must(t, err)
		held, err := w.ListTickets(ctx, w.a.All(), license.TicketQuery{Holder: w.a.Customer})
		must(t, err)
		if len(below.Items) != 3 || len(held.Items) != 3 {
			t.Fatalf("%d and %d tickets", len(below.Items), len(held.Items))
		}
		_, err = w.ListTickets(ctx, w.a.Below(w.a.Reseller), license.TicketQuery{Holder: w.a.Direct})
		want(t, err, license.ErrNotFound)
		_, err = w.ListTickets(ctx, w.a.All(), license.TicketQuery{After: "x"})
		want(t, err, license.ErrCursor)
		licenses, err := w.ListLicenses(ctx, w.a.All(), license.TicketQuery{State: license.LicenseAvailable})
		must(t, err)
		if len(licenses.Items) != 4 {
			t.Fatalf("%d licenses", len(licenses.Items))
		}

		_, err = w.BlockTicket(ctx, w.a.All(), inner[0].Ticket)
		must(t, err)
		blocked, err := w.BlockTicket(ctx, w.a.All(), inner[0].Ticket)
		must(t, err)
		if blocked.State != license.TicketBlocked || blocked.Rev != 2 {
			t.Fatalf("%+v", blocked)
		}
		_, err = w.UnblockTicket(ctx, w.a.At(w.a.Root, actor.TicketRead), inner[0].Ticket)
		want(t, err, actor.ErrDenied)
		look, err := w.Look(ctx, anyone(), inner[0].Code)
		must(t, err)
		if look.Refusal != license.ErrTicketBlocked.Code || look.State != license.TicketBlocked {
			t.Fatalf("%+v", look)
		}
	})
}

// Containers are seen by those who hold something in them.
func TestContainers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(item(catalog.Multi), 5)
		var boxes []*box
		for range 3 {
			b := w.box()
			_, err := b.activate(i.Code)
			must(t, err)
			boxes = append(boxes, b)
		}
		list, err := w.ListContainers(ctx, w.a.All(), license.ContainerQuery{License: i.Licenses[0], Limit: 2})
		must(t, err)
		rest, err := w.ListContainers(ctx, w.a.All(), license.ContainerQuery{License: i.Licenses[0], Limit: 2, After: list.Next})
		must(t, err)
		if len(list.Items) != 2 || len(rest.Items) != 1 || rest.Next != "" || len(rest.Items[0].Activations) != 1 {
			t.Fatalf("%+v, %+v", list, rest)
		}
		all, err := w.ListContainers(ctx, w.a.All(), license.ContainerQuery{})
		must(t, err)
		none, err := w.ListContainers(ctx, w.a.Below(w.a.Reseller), license.ContainerQuery{})
		must(t, err)
		if len(all.Items) != 3 || len(none.Items) != 0 {
			t.Fatalf("%d and %d containers", len(all.Items), len(none.Items))
		}
		_, err = w.GetContainer(ctx, w.a.Below(w.a.Reseller), boxes[0].id())
		want(t, err, license.ErrNotFound)
		c, err := w.GetContainer(ctx, w.a.Below(w.a.Direct), boxes[0].id())
		must(t, err)
		if c.App.OS != "linux" || c.Components != 3 {
			t.Fatalf("%+v", c)
		}
		_, err = w.Decide(ctx, w.a.Below(w.a.Reseller), boxes[0].id(), license.Block)
		want(t, err, license.ErrNotFound)
		_, err = w.Decide(ctx, w.a.Below(w.a.Direct), boxes[0].id(), license.Block)
		must(t, err)
		_, err = boxes[0].refresh()
		want(t, err, license.ErrContainerBlocked)

		_, err = boxes[1].send(boxes[1].giveBack(i.Licenses[0].String()))
		must(t, err)
		_, err = boxes[1].activate(i.Code)
		must(t, err)
		seen := map[license.ActivationID]bool{}
		for cursor := ""; ; {
			page, err := w.ListActivations(ctx, w.a.All(), i.Licenses[0], cursor, 1)
			must(t, err)
			for _, a := range page.Items {
				seen[a.ID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 4 {
			t.Fatalf("%d activations", len(seen))
		}
		for _, bad := range []string{"x", "00000000-0000-0000-0000-000000000001:x"} {
			_, err = w.ListActivations(ctx, w.a.All(), i.Licenses[0], bad, 1)
			want(t, err, license.ErrCursor)
		}
	})
}

// A license key is made when it is first asked for, validates with a signed
// answer, and activates like a ticket.
func TestKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(item(catalog.TimeLimited, func(s *catalog.Snapshot) { s.Model.FixedEnd, s.Model.RefreshDays = day.Of(2027, 6, 30), 7 }), 1)
		key, err := w.RevealKey(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		again, err := w.RevealKey(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		if key != again || !strings.HasPrefix(key, "CADP-") {
			t.Fatalf("%s, %s", key, again)
		}
		_, err = w.RevealKey(ctx, w.a.At(w.a.Root, actor.LicenseRead), i.Licenses[0])
		want(t, err, actor.ErrDenied)

		ask := func(key, product string) *wire.Validation {
			t.Helper()
			n := nonce()
			v, err := w.Validate(ctx, anyone(), license.ValidateInput{Key: key, Nonce: n, Product: product})
			must(t, err)
			trust := w.trust(w.a)
			for _, line := range v.Chain {
				must(t, trust.Extend(line))
			}
			c, err := wire.OpenIssued[wire.Validation](trust, v.Token)
			must(t, err)
			if c.Nonce != n || c.Product != "CAD" {
				t.Fatalf("%+v", c)
			}
			return c
		}
		if v := ask(key, "CAD"); !v.OK || v.Article != "CAD-1" || v.Expires == 0 || v.NextContact == 0 || len(v.Features) != 2 {
			t.Fatalf("%+v", v)
		}
		if v := ask(strings.ToLower(key), "PAINT"); v.OK || v.Why != license.ErrOtherProduct.Code {
			t.Fatalf("%+v", v)
		}
		_, err = w.BlockTicket(ctx, w.a.All(), i.Ticket)
		must(t, err)
		if v := ask(key, ""); v.Why != license.ErrTicketBlocked.Code {
			t.Fatalf("%+v", v)
		}
		_, err = w.UnblockTicket(ctx, w.a.All(), i.Ticket)
		must(t, err)

		a := w.box()
		got, err := a.activate(key)
		must(t, err)
		if got.licenses[0].ID != i.Licenses[0].String() {
			t.Fatal("another license")
		}
		look, err := w.Look(ctx, anyone(), key)
		must(t, err)
		if look.Ticket != i.Ticket || len(look.Holdings[0].Devices) != 1 {
			t.Fatalf("%+v", look)
		}
		bearer, err := w.Bearer(ctx, anyone(), key)
		must(t, err)
		_, err = w.Evict(ctx, bearer, look.Holdings[0].Devices[0].ID)
		must(t, err)

		_, err = w.BlockLicense(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		if v := ask(key, ""); v.Why != license.ErrLicenseBlocked.Code {
			t.Fatalf("%+v", v)
		}
		_, err = w.UnblockLicense(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		w.now.Advance(200 * 24 * time.Hour)
		if v := ask(key, ""); v.Why != license.ErrLicenseExpired.Code {
			t.Fatalf("%+v", v)
		}

		made := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 1, Keys: true, ValidFrom: day.Of(2028, 1, 1)})[0]
		if v := ask(made.Keys[0], ""); v.Why != license.ErrNotYet.Code {
			t.Fatalf("%+v", v)
		}
		_, err = w.Validate(ctx, anyone(), license.ValidateInput{Key: key, Nonce: "short"})
		want(t, err, license.ErrMessage)
		_, err = w.Validate(ctx, anyone(), license.ValidateInput{Key: i.Code, Nonce: nonce()})
		want(t, err, license.ErrCode)
		_, err = w.Validate(ctx, w.b.All(), license.ValidateInput{Key: key, Nonce: nonce()})
		want(t, err, license.ErrUnknownCode)
	})
}

var qForget = db.SQL("test.forget_code", `UPDATE ticket SET sealed = NULL WHERE publisher_id = ? AND id = ?`)

// A code that is not kept cannot be shown, and works all the same.
func TestCodeNotKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		must(t, w.tx(func(tx *db.Tx) error { _, err := tx.Exec(qForget, w.a.Publisher, i.Ticket); return err }))
		_, err := w.Reveal(t.Context(), w.a.All(), i.Ticket)
		want(t, err, license.ErrNoCode)
		_, err = w.box().activate(i.Code)
		must(t, err)
	})
}
