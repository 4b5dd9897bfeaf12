package license_test

import (
	"context"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// A lost license is restored on another device within its allowance; the old
// device is blocked when it comes back.
func TestRestore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
			s.Model.Restore = catalog.Restore{Count: 2, PerDays: 365, WaitDays: 30}
		}), 1)
		lid := i.Licenses[0].String()
		lost := w.box()
		_, err := w.box().restore(i.Code, lid)
		want(t, err, license.ErrNotLost)
		_, err = lost.activate(i.Code)
		must(t, err)
		second := w.box()
		got, err := second.restore(i.Code, lid)
		must(t, err)
		if len(got.licenses) != 1 || got.licenses[0].Generation != 1 {
			t.Fatalf("%+v", got.licenses)
		}
		w.used(i, 1)
		look, err := w.Look(t.Context(), anyone(), i.Code)
		must(t, err)
		h := look.Holdings[0]
		if h.Restores != 2 || h.RestoreLeft != 1 || !h.NextRestore.Equal(w.d.Now().Add(30*24*time.Hour)) || len(h.Devices) != 1 {
			t.Fatalf("%+v", h)
		}
		_, err = w.box().restore(i.Code, lid)
		want(t, err, license.ErrRestoreWait)

		got, err = lost.refresh() // it was found again
		must(t, err)
		if got.commands() != wire.CmdBlock || len(lost.held) != 0 {
			t.Fatalf("commands %q", got.commands())
		}
		got, err = lost.refresh()
		must(t, err)
		if got.commands() != "" || len(got.licenses) != 0 {
			t.Fatal("it is told again although it has let go")
		}
		w.now.Advance(31 * 24 * time.Hour)
		third := w.box()
		_, err = third.restore(i.Code, "")
		must(t, err)
		w.now.Advance(31 * 24 * time.Hour)
		_, err = w.box().restore(i.Code, lid)
		want(t, err, license.ErrRestoreWait)
		w.now.Advance(365 * 24 * time.Hour)
		w.rotate(w.a) // the issuing key has run out meanwhile
		_, err = w.box().restore(i.Code, lid)
		must(t, err)
		w.used(i, 1)
		w.sound(i.Licenses[0])
	})
}

// The same machine, set up again, is no loss.
func TestReinstall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.SingleUse, func(s *catalog.Snapshot) { s.Model.Restore = catalog.Restore{} }), 1)
		lid := i.Licenses[0].String()
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		for range 3 {
			a = w.boxOn(a.parts)
			_, err = a.restore(i.Code, lid)
			must(t, err)
		}
		_, err = a.restore(i.Code, lid) // nothing was lost: it has it
		must(t, err)
		_, err = w.box().restore(i.Code, lid)
		want(t, err, license.ErrNoRestore)
		w.used(i, 1)
	})
}

// With several devices the lost one has to be named.
func TestRestoreWhich(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 3)
		boxes := []*box{w.box(), w.box(), w.box()}
		for _, b := range boxes {
			_, err := b.activate(i.Code)
			must(t, err)
		}
		_, err := w.box().restore(i.Code, i.Licenses[0].String())
		want(t, err, license.ErrRestoreWhich)
		look, err := w.Look(t.Context(), anyone(), i.Code)
		must(t, err)
		if len(look.Holdings[0].Devices) != 3 || look.Refusal != license.ErrNoSeat.Code {
			t.Fatalf("%+v", look)
		}
		_, err = w.box().restore(i.Code, look.Holdings[0].Devices[1].ID.String())
		must(t, err)
		_, err = w.box().restore(i.Code, look.Holdings[0].Devices[1].ID.String())
		want(t, err, license.ErrNotLost)
		_, err = w.box().restore(i.Code, "what")
		want(t, err, license.ErrNotLost)
		w.used(i, 3)
	})
}

// The bearer of a ticket frees a device that is gone, within the allowance;
// support does it without drawing it.
func TestEvict(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore.Count = 1 }), 3)
		other := w.sell(item(catalog.Multi), 1)
		var boxes []*box
		for range 3 {
			b := w.box()
			_, err := b.activate(i.Code)
			must(t, err)
			boxes = append(boxes, b)
		}
		look, err := w.Look(ctx, anyone(), i.Code)
		must(t, err)
		devices := look.Holdings[0].Devices
		bearer, err := w.Bearer(ctx, anyone(), i.Code)
		must(t, err)
		stranger, err := w.Bearer(ctx, anyone(), other.Code)
		must(t, err)
		_, err = w.Evict(ctx, stranger, devices[0].ID)
		want(t, err, license.ErrNotFound)
		for range 2 {
			got, err := w.Evict(ctx, bearer, devices[0].ID)
			must(t, err)
			if got.State != license.ActivationRestoredAway || !got.Counted {
				t.Fatalf("%+v", got)
			}
		}
		w.used(i, 2)
		_, err = w.Evict(ctx, bearer, devices[1].ID)
		want(t, err, license.ErrRestoreWait)
		_, err = w.Evict(ctx, w.a.At(w.a.Direct, actor.ContainerEvict), devices[1].ID)
		want(t, err, license.ErrRestoreWait)
		_, err = w.Evict(ctx, w.a.At(w.a.Direct, actor.TicketRead), devices[1].ID)
		want(t, err, actor.ErrDenied)
		_, err = w.Evict(ctx, w.a.Below(w.a.Reseller), devices[1].ID)
		want(t, err, license.ErrNotFound)
		got, err := w.Evict(ctx, w.a.At(w.a.Root, actor.LicenseRestore), devices[1].ID)
		must(t, err)
		if got.Counted {
			t.Fatal("support drew the allowance")
		}
		w.used(i, 1)
		for _, b := range boxes[1:] { // newest device first in the look
			a, err := b.refresh()
			must(t, err)
			if a.commands() != wire.CmdBlock {
				t.Fatalf("commands %q", a.commands())
			}
		}
		w.sound(i.Licenses[0])
	})
}

// A recall is delivered at the next contact and ends when the container says
// that it holds the license no more.
// A question that was signed before its answer to an earlier one arrived does not say
// that the license has gone: the device is told of the recall, and its seat is free
// when it has said so afterwards. It is no copy.
func TestRecallOfWhatArrived(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		b := w.box()
		first := b.request(wire.ActActivate, withCode(i.Code))
		before := b.request(wire.ActRefresh)
		must(t, second(b.send(first)))
		_, err := w.Recall(t.Context(), w.a.All(), license.RecallInput{Ticket: i.Ticket})
		must(t, err)
		got, err := b.send(before)
		must(t, err)
		if got.commands() != wire.CmdRecall || len(b.held) != 0 {
			t.Errorf("told %s, holds %v", got.commands(), b.held)
		}
		w.used(i, 1)
		must(t, second(b.refresh()))
		w.used(i, 0)
	})
}

func TestRecall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(item(catalog.Multi), 3)
		a, b := w.box(), w.box()
		for _, x := range []*box{a, b} {
			_, err := x.activate(i.Code)
			must(t, err)
		}
		in := license.RecallInput{Ticket: i.Ticket, Why: "chargeback"}
		preview, err := w.Recall(ctx, w.a.All().Asking(true), in)
		must(t, err)
		if preview.Devices != 2 || preview.Freed != 1 || preview.Pending != 2 || w.license(i.Licenses[0]).State != license.LicenseAvailable {
			t.Fatalf("%+v", preview)
		}
		done, err := w.Recall(ctx, w.a.All(), in)
		must(t, err)
		if preview.DryRun = false; done != preview {
			t.Fatalf("%+v, previewed %+v", done, preview)
		}
		_, err = w.box().activate(i.Code)
		want(t, err, license.ErrLicenseRecalled)
		got, err := a.refresh()
		must(t, err)
		if got.commands() != wire.CmdRecall || got.update.Commands[0].Why != "chargeback" || len(got.licenses) != 0 {
			t.Fatalf("%+v", got.update)
		}
		w.used(i, 2)
		_, err = a.send(a.receipt())
		must(t, err)
		w.used(i, 1)
		_, err = b.refresh()
		must(t, err)
		_, err = b.refresh() // the receipt was lost; the next contact tells
		must(t, err)
		if l := w.license(i.Licenses[0]); l.State != license.LicenseRecalled || l.Used != 0 {
			t.Fatalf("%+v", l)
		}
		again, err := w.Recall(ctx, w.a.All(), in)
		must(t, err)
		if again.Pending != 0 {
			t.Fatalf("%+v", again)
		}
		for _, bad := range []license.RecallInput{{}, {Licenses: make([]license.LicenseID, 1001)}} {
			_, err = w.Recall(ctx, w.a.All(), bad)
			want(t, err, license.ErrNothing)
		}
		_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Ticket: i.Ticket, Why: "Because!"})
		want(t, err, license.ErrReason)
		w.sound(i.Licenses[0])
	})
}

// Extensions and blocks reach containers at their next contact, whatever it is.
func TestTurnLicense(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.sell(item(catalog.TimeLimited, func(s *catalog.Snapshot) { s.Model.FixedEnd = day.Of(2027, 3, 31) }), 2)
		other := w.sell(item(catalog.Multi), 1)
		id := i.Licenses[0]
		a := w.box()
		first, err := a.activate(i.Code)
		must(t, err)
		got, err := w.Extend(ctx, w.a.All(), id, day.Of(2027, 12, 31))
		must(t, err)
		if got.LastDay != day.Of(2027, 12, 31) {
			t.Fatalf("%+v", got)
		}
		rev := got.Rev
		if got, err = w.Extend(ctx, w.a.All(), id, day.Of(2027, 12, 31)); err != nil || got.Rev != rev {
			t.Fatalf("the same extension again: %+v, %v", got, err)
		}
		_, err = w.Extend(ctx, w.a.All(), id, day.Of(2027, 5, 31))
		want(t, err, license.ErrBadExtension)
		_, err = w.Extend(ctx, w.a.All(), other.Licenses[0], day.Of(2027, 5, 31))
		want(t, err, license.ErrNoEnd)

		second, err := a.activate(other.Code) // an activation of something else delivers it, too
		must(t, err)
		if len(second.licenses) != 2 || second.licenses[0].ID != id.String() || second.licenses[0].Expires <= first.licenses[0].Expires {
			t.Fatalf("%+v", second.licenses)
		}
		_, err = w.BlockLicense(ctx, w.a.All(), id)
		must(t, err)
		_, err = w.BlockLicense(ctx, w.a.All(), id)
		must(t, err)
		_, err = w.box().activate(i.Code)
		want(t, err, license.ErrLicenseBlocked)
		blocked, err := a.refresh()
		must(t, err)
		if blocked.commands() != wire.CmdBlock || len(blocked.licenses) != 1 {
			t.Fatalf("%q, %d licenses", blocked.commands(), len(blocked.licenses))
		}
		_, err = w.UnblockLicense(ctx, w.a.All(), id)
		must(t, err)
		back, err := a.refresh()
		must(t, err)
		if back.commands() != "" || len(back.licenses) != 2 {
			t.Fatalf("%q, %d licenses", back.commands(), len(back.licenses))
		}
		_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Licenses: []license.LicenseID{id}})
		must(t, err)
		_, err = w.BlockLicense(ctx, w.a.All(), id)
		want(t, err, license.ErrLicenseState)
		_, err = w.Extend(ctx, w.a.All(), id, day.Of(2029, 12, 31))
		want(t, err, license.ErrLicenseState)
		_, err = w.BlockLicense(ctx, w.a.At(w.a.Direct, actor.LicenseRead), other.Licenses[0])
		want(t, err, actor.ErrDenied)
	})
}

// Kinds are data: each lives through its term.
func TestKinds(t *testing.T) {
	thirty := catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
	each(t, func(t *testing.T, w *world) {
		month := 31 * 24 * time.Hour
		t.Run("reusable", func(t *testing.T) {
			i := w.sell(item(catalog.Reusable, func(s *catalog.Snapshot) { s.Model.Duration = thirty }), 1)
			a, b := w.box(), w.box()
			_, err := a.activate(i.Code)
			must(t, err)
			_, err = b.activate(i.Code)
			want(t, err, license.ErrNoSeat)
			w.now.Advance(month)
			got, err := b.activate(i.Code) // the seat is swept before anybody is refused
			must(t, err)
			if got.licenses[0].Expires < w.d.Now().Add(29*24*time.Hour).Unix() {
				t.Fatal("no fresh term")
			}
			rest, err := a.refresh()
			must(t, err)
			if len(rest.lines) == 0 || len(rest.licenses) != 0 {
				t.Fatalf("%+v", rest.licenses)
			}
			w.now.Advance(month)
			n, err := w.Elapse(context.Background())
			must(t, err)
			if n != 1 {
				t.Fatalf("%d elapsed", n)
			}
			w.used(i, 0)
			w.sound(i.Licenses[0])
		})
		t.Run("single use", func(t *testing.T) {
			i := w.sell(item(catalog.SingleUse), 1)
			a := w.box()
			_, err := a.activate(i.Code)
			must(t, err)
			_, err = a.send(a.giveBack(i.Licenses[0].String()))
			must(t, err)
			w.used(i, 1)
			_, err = w.box().activate(i.Code)
			want(t, err, license.ErrUsedUp)
		})
		t.Run("trial", func(t *testing.T) {
			trial := item(catalog.Trial, func(s *catalog.Snapshot) { s.Model.Duration = thirty })
			one, two := w.sell(trial, 5), w.issue(license.IssueInput{Item: trial, Quantity: 5, Customer: w.a.Customer})[0]
			a := w.box()
			_, err := a.activate(one.Code)
			must(t, err)
			_, err = w.boxOn(a.parts).activate(two.Code) // the same device with another ticket
			want(t, err, license.ErrTrialUsed)
			_, err = w.box().activate(two.Code)
			must(t, err)
			_, err = w.box().activate(two.Code) // another device of the same customer
			must(t, err)
			three := w.issue(license.IssueInput{Item: trial, Quantity: 5, Customer: w.a.Customer})[0]
			_, err = w.box().activate(three.Code) // the customer has had its trial
			want(t, err, license.ErrTrialUsed)
		})
		t.Run("multi", func(t *testing.T) {
			i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Overdraft = 1 }), 4)
			a := w.box()
			got, err := a.activate(i.Code, func(r *wire.Request) { r.Quantity = 3 })
			must(t, err)
			if got.licenses[0].Quantity != 3 {
				t.Fatalf("%d", got.licenses[0].Quantity)
			}
			got, err = a.activate(i.Code, func(r *wire.Request) { r.Quantity = 5 })
			must(t, err)
			if got.licenses[0].Quantity != 5 || got.licenses[0].Generation != 1 {
				t.Fatalf("%+v", got.licenses[0])
			}
			w.used(i, 5)
			_, err = w.box().activate(i.Code)
			want(t, err, license.ErrNoSeat)
			w.sound(i.Licenses[0])
		})
		t.Run("all features", func(t *testing.T) {
			i := w.sell(item(catalog.NFR, func(s *catalog.Snapshot) {
				s.Features, s.Model.Duration = []string{"*"}, catalog.Duration{Months: 12, From: catalog.FromIssue}
				s.Model.GraceDays, s.Model.Enforce, s.Model.Maintenance = 14, catalog.Warn, 6
			}), 1)
			got, err := w.box().activate(i.Code)
			must(t, err)
			l := got.licenses[0]
			if !l.Has("anything") || l.Grace != 14*86400 || l.Enforce != wire.Warn || l.Maintenance == 0 || l.Expires == 0 || l.Model != "nfr" {
				t.Fatalf("%+v", l)
			}
		})
	})
}

// A key that was revoked between the record and a repeat: the answer is made
// anew, under the active key.
func TestRevokedKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		token := a.sign(a.request(wire.ActActivate, withCode(i.Code)))
		_, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		iss, err := w.keys.Keyring().Issuer(w.a.Publisher)
		must(t, err)
		serials, err := w.keys.KnownSerials(t.Context(), w.a.All(), iss.KID)
		must(t, err)
		if len(serials) != 1 {
			t.Fatalf("%d serials", len(serials))
		}
		w.rotate(w.a)
		lines, err := w.root.RevokeKey(w.a.Publisher.String(), iss.KID, "stolen", nil, w.d.Now())
		must(t, err)
		_, err = w.keys.Install(t.Context(), w.a.All(), []byte(join(lines)))
		must(t, err)
		got, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		answer := w.read(got)
		if len(answer.licenses) != 1 || answer.licenses[0].Seq != 2 || answer.licenses[0].Generation != 1 {
			t.Fatalf("%+v", answer.licenses)
		}
		again, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		if join(again) != join(got) {
			t.Fatal("not the same bytes again")
		}
		w.used(i, 1)
	})
}

// A publisher without a key refuses and changes nothing.
func TestNoKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		w.now.Advance(2 * year)
		a := w.box()
		_, err := a.activate(i.Code)
		if fault.KindOf(err) != fault.Unavailable {
			t.Fatal(err)
		}
		w.used(i, 0)
		w.rotate(w.a)
		_, err = a.activate(i.Code)
		must(t, err)
	})
}
