package license_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

func noted(code, note string) actor.Reason { return actor.Reason{Code: code, Note: note} }

// held is a license on one device, with the activation as staff names it.
func (w *world) held(s catalog.Snapshot, quantity int64) (sold license.Issued, b *box, id license.ActivationID) {
	w.t.Helper()
	sold, b = w.sell(s, quantity), w.box()
	_, err := b.activate(sold.Code)
	must(w.t, err)
	return sold, b, w.newestOf(sold)
}

// newestOf is the newest activation of a ticket.
func (w *world) newestOf(sold license.Issued) license.ActivationID {
	w.t.Helper()
	look, err := w.Look(context.Background(), anyone(), sold.Code)
	must(w.t, err)
	return look.Holdings[0].Devices[0].ID
}

// Whoever acts for another organization says why, whatever the verb; whoever acts
// for itself or its own units need not.
func TestReasons(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, _, id := w.held(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Model.Duration = catalog.Duration{Months: 12, From: catalog.FromFirstActivation}
		}), 3)
		verbs := map[string]func(by actor.Actor) error{
			"extend": func(by actor.Actor) error {
				_, err := w.Extend(ctx, by, sold.Licenses[0], day.Of(2040, 1, 1))
				return err
			},
			"block":   func(by actor.Actor) error { _, err := w.BlockLicense(ctx, by, sold.Licenses[0]); return err },
			"unblock": func(by actor.Actor) error { _, err := w.UnblockLicense(ctx, by, sold.Licenses[0]); return err },
			"ticket":  func(by actor.Actor) error { _, err := w.BlockTicket(ctx, by, sold.Ticket); return err },
			"free":    func(by actor.Actor) error { _, err := w.UnblockTicket(ctx, by, sold.Ticket); return err },
			"recall":  func(by actor.Actor) error { return recall(ctx, w, by, sold) },
			"evict":   func(by actor.Actor) error { _, err := w.Evict(ctx, by, id); return err },
			"return":  func(by actor.Actor) error { _, err := w.Return(ctx, by, id); return err },
			"move":    func(by actor.Actor) error { _, err := w.Move(ctx, by, id); return err },
			"restore": func(by actor.Actor) error { _, err := w.Restore(ctx, by, id); return err },
		}
		staff := w.a.All()
		for name, verb := range verbs {
			want(t, verb(staff.Because(actor.Reason{})), license.ErrNoReason)
			want(t, verb(staff.Because(noted("because", ""))), license.ErrUnknownReason)
			for _, note := range []string{"", "no", strings.Repeat("x", license.MaxNote+1), "bell\a", "\xff\xff\xff"} {
				want(t, verb(staff.Because(noted(license.ReasonOther, note))), license.ErrNote)
			}
			if name == "ticket" { // the holder itself
				must(t, verb(w.a.Below(w.a.Direct).Because(actor.Reason{})))
			}
		}
		w.used(sold, 1)
		if l := w.license(sold.Licenses[0]); l.State != license.LicenseAvailable {
			t.Fatalf("refused acts left the license %s", l.State)
		}
		acts, err := w.ListSupport(ctx, staff, w.a.Direct, "", 0)
		must(t, err)
		if len(acts.Items) != 0 {
			t.Fatalf("%d acts are told of, and none was done", len(acts.Items))
		}
		preview, err := w.Recall(ctx, staff.Because(actor.Reason{}).Asking(true), license.RecallInput{Ticket: sold.Ticket})
		must(t, err)
		if preview.Devices != 1 {
			t.Fatalf("%+v", preview)
		}
	})
}

// Both sides read what was done and why; the journal has the code and who was acted
// for, and of the note nothing that says what it was.
func TestSupportIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, _, id := w.held(item(catalog.Multi), 3)
		staff := w.a.All()
		secret := "Ms Canary called: +49 30 1234"
		_, err := w.BlockLicense(ctx, staff.Because(noted(license.ReasonMisuse, " "+secret+" ")), sold.Licenses[0])
		must(t, err)
		_, err = w.BlockLicense(ctx, staff.Because(noted(license.ReasonMisuse, "again")), sold.Licenses[0]) // changes nothing
		must(t, err)
		_, err = w.UnblockLicense(ctx, staff, sold.Licenses[0])
		must(t, err)
		_, err = w.Restore(ctx, staff.Because(noted(license.ReasonLost, "")), id)
		must(t, err)
		for name, by := range map[string]actor.Actor{"the publisher": staff, "the holder": w.a.At(w.a.Direct, actor.LicenseRead)} {
			page, err := w.ListSupport(ctx, by, w.a.Direct, "", 2)
			must(t, err)
			rest, err := w.ListSupport(ctx, by, w.a.Direct, page.Next, 2)
			must(t, err)
			got := append(page.Items, rest.Items...)
			if len(got) != 3 || got[0].Verb != "activation.restore" || got[1].Verb != "license.unblock" || got[2].Verb != "license.block" {
				t.Fatalf("%s reads %+v", name, got)
			}
			if b := got[2]; b.Note != secret || b.Reason != license.ReasonMisuse || b.Of != license.EntityID(sold.Licenses[0]) ||
				b.Holder != w.a.Direct || b.By != staff.ID || !b.At.Equal(w.d.Now()) {
				t.Fatalf("%s reads %+v", name, b)
			}
		}
		for _, row := range w.events("") {
			if strings.Contains(row.Data, "Canary") || strings.Contains(row.Data, "again") {
				t.Fatalf("the journal has the note: %s", row.Data)
			}
		}
		for _, name := range []string{"license.blocked", "license.unblocked", "activation.restored_away"} {
			if row := w.events(name); len(row) != 1 || row[0].OnBehalf != w.a.Direct {
				t.Fatalf("%s: %+v", name, row)
			}
		}
		var data struct{ Reason, Note string }
		first := w.events("support.acted")[0]
		must(t, json.Unmarshal([]byte(first.Data), &data))
		if data.Reason != license.ReasonMisuse || len(data.Note) != 64 {
			t.Fatalf("%s", first.Data)
		}
		page, err := w.ListSupport(ctx, staff, w.a.Direct, "", 0)
		must(t, err)
		for range 2 {
			must(t, w.EraseNote(ctx, staff, page.Items[2].ID))
		}
		page, err = w.ListSupport(ctx, staff, w.a.Direct, "", 0)
		must(t, err)
		if page.Items[2].Note != "" || page.Items[2].Reason != license.ReasonMisuse || len(w.events("support.note_erased")) != 1 {
			t.Fatalf("%+v", page.Items[2])
		}
		_, err = w.ListSupport(ctx, staff, w.a.Direct, "x", 0)
		want(t, err, license.ErrCursor)
	})
}

// A return by support is carried out by the device at its next contact, by whatever
// message; the seat is free from then on.
func TestReturnOnBehalf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, b, id := w.held(item(catalog.Multi), 1)
		for range 2 {
			a, err := w.Return(ctx, w.a.All(), id)
			must(t, err)
			if a.State != license.ActivationReturnRequested {
				t.Fatalf("%s", a.State)
			}
		}
		w.used(sold, 1)
		other := w.box()
		_, err := other.activate(sold.Code)
		want(t, err, license.ErrNoSeat)
		_, err = b.activate(sold.Code)
		want(t, err, license.ErrReturning)
		a, err := b.refresh()
		must(t, err)
		if a.commands() != "recall" || a.update.Commands[0].Why != "returned" || len(a.licenses) != 0 {
			t.Fatalf("%s %+v", a.commands(), a.licenses)
		}
		w.used(sold, 1) // it has not said so yet
		_, err = b.send(b.receipt())
		must(t, err)
		w.used(sold, 0)
		_, err = other.activate(sold.Code)
		must(t, err)
		_, err = w.Return(ctx, w.a.All(), id)
		want(t, err, license.ErrActivationState)
		w.sound(sold.Licenses[0])
		if len(w.events("activation.returned")) != 1 || len(w.events("activation.return_requested")) != 1 {
			t.Fatal("each step is journaled once")
		}
	})
}

// The user who gives it back himself is not held up by support's wish, and a recall
// goes before it.
func TestReturnOnBehalfMeetsOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sold, b, id := w.held(item(catalog.Multi), 1)
		_, err := w.Return(ctx, w.a.All(), id)
		must(t, err)
		_, err = b.send(b.giveBack(sold.Licenses[0].String()))
		must(t, err)
		w.used(sold, 0)
		sold, b, id = w.held(item(catalog.Multi), 1)
		_, err = w.Return(ctx, w.a.All(), id)
		must(t, err)
		must(t, recall(ctx, w, w.a.All(), sold))
		_, err = w.Return(ctx, w.a.All(), id)
		want(t, err, license.ErrActivationState)
		_, err = b.refresh()
		must(t, err)
		_, err = b.send(b.receipt())
		must(t, err)
		if l := w.license(sold.Licenses[0]); l.State != license.LicenseRecalled {
			t.Fatalf("%s", l.State)
		}
	})
}

// A move frees the seat at once and draws nothing; a restore by support goes beyond
// the allowance, and is shown beside it.
func TestMoveAndRestoreOnBehalf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		tight := item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore = catalog.Restore{Count: 1, PerDays: 365} })
		sold, b, id := w.held(tight, 1)
		for range 2 {
			_, err := w.Move(ctx, w.a.All().Because(noted(license.ReasonMoved, "")), id)
			must(t, err)
		}
		w.used(sold, 0)
		a, err := b.refresh()
		must(t, err)
		if a.commands() != "block" || a.update.Commands[0].Why != "moved" {
			t.Fatalf("%s", a.commands())
		}
		for i := range 3 { // more than the allowance
			next := w.box()
			_, err := next.activate(sold.Code)
			must(t, err)
			_, err = w.Restore(ctx, w.a.At(w.a.Root, actor.LicenseRestore), w.newestOf(sold))
			must(t, err)
			look, err := w.Look(ctx, anyone(), sold.Code)
			must(t, err)
			if h := look.Holdings[0]; h.Granted != int64(i+1) || h.RestoreLeft != 1 || h.Used != 0 {
				t.Fatalf("%+v", h)
			}
		}
		_, err = w.Restore(ctx, w.a.At(w.a.Root, actor.LicenseWrite), id)
		want(t, err, actor.ErrDenied)
		fixed, _, held := w.held(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Transfer = false }), 1)
		_, err = w.Move(ctx, w.a.All(), held)
		want(t, err, license.ErrNoMove)
		w.used(fixed, 1)
	})
}

// Support for two organizations at once is told to each of them.
func TestRecallForSeveral(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		one := w.sell(item(catalog.Multi), 1)
		two := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 1, Holder: w.a.Customer})[0]
		_, err := w.Recall(ctx, w.a.All(), license.RecallInput{Licenses: []license.LicenseID{one.Licenses[0], two.Licenses[0]}})
		must(t, err)
		for _, holder := range []actor.OrgID{w.a.Direct, w.a.Customer} {
			page, err := w.ListSupport(ctx, w.a.All(), holder, "", 0)
			must(t, err)
			if len(page.Items) != 1 || page.Items[0].Verb != "license.recall" {
				t.Fatalf("%+v", page.Items)
			}
		}
	})
}

// Under one Idempotency-Key an act on somebody's behalf is told once.
func TestSupportOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, _, id := w.held(item(catalog.Multi), 1)
		by := w.a.All().With(actor.Retry{Key: "k", Route: "r"})
		for range 3 {
			_, err := w.Move(t.Context(), by, id)
			must(t, err)
		}
		page, err := w.ListSupport(t.Context(), w.a.All(), w.a.Direct, "", 0)
		must(t, err)
		if len(page.Items) != 1 {
			t.Fatalf("%+v", page.Items)
		}
		must(t, w.d.Read(t.Context(), func(r *db.Reader) error {
			_, err := w.Cargo(r, w.a.Publisher, w.events("support.acted"))
			return err
		}))
	})
}
