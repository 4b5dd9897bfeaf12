package license_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// changing is an article that changes a license of CAD-1.
func changing(kind catalog.ArticleKind, number string, change ...func(*catalog.Snapshot)) catalog.Snapshot {
	return item(catalog.Multi, append([]func(*catalog.Snapshot){func(s *catalog.Snapshot) {
		s.Number, s.ArticleNumber, s.ArticleID = number, number, catalog.ArticleID{1: 2, 15: byte(len(number))}
		s.Kind, s.Targets, s.Features, s.Limits = kind, []string{"CAD-1"}, []string{}, map[string]int64{}
	}}, change...)...)
}

func lasting(months int64) func(*catalog.Snapshot) {
	return func(s *catalog.Snapshot) {
		s.Model.Duration = catalog.Duration{Months: months, From: catalog.FromFirstActivation}
	}
}

func withBase(id license.LicenseID) func(*wire.Request) {
	return func(r *wire.Request) { r.Base = id.String() }
}

// only returns the one license of an answer.
func only(t testing.TB, a *answer, err error) *wire.License {
	t.Helper()
	must(t, err)
	if len(a.licenses) != 1 {
		t.Fatalf("%d licenses", len(a.licenses))
	}
	return a.licenses[0]
}

// An add-on changes the license that is there: no second license appears, every
// device learns it at its next contact, and the same question has one effect.
func TestAddOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		base := w.sell(item(catalog.Multi), 2)
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) {
			s.Features, s.Limits = []string{"render"}, map[string]int64{"layers": 5, "views": 2}
		}), 3)
		a, b := w.box(), w.box()
		for _, one := range []*box{a, b} {
			_, err := one.activate(base.Code)
			must(t, err)
			_, err = one.send(one.receipt())
			must(t, err)
		}
		look, err := w.Look(t.Context(), anyone(), add.Code)
		must(t, err)
		if c := look.Holdings[0].Change; look.Refusal != "" || c == nil || c.Kind != catalog.AddOn || c.Targets[0] != "CAD-1" || c.Features[0] != "render" {
			t.Fatalf("%+v", look)
		}
		req := a.request(wire.ActActivate, withCode(add.Code))
		token := a.sign(req)
		first, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		again, err := w.Exchange(t.Context(), anyone(), token)
		must(t, err)
		if join(first) != join(again) {
			t.Fatal("the same message got another answer")
		}
		got := only(t, w.read(first), nil)
		if got.ID != base.Licenses[0].String() || !got.Has("render") || got.Limits["layers"] != 15 || got.Limits["views"] != 2 || got.Article != "CAD-1" {
			t.Fatalf("%+v", got)
		}
		got = only(t, must2(t)(a.activate(add.Code)), nil)
		if got.Limits["layers"] != 15 {
			t.Fatal("it was added twice")
		}
		w.used(add, 1)
		got = only(t, must2(t)(a.activate(add.Code, func(r *wire.Request) { r.Quantity = 2 })), nil)
		if got.Limits["layers"] != 20 {
			t.Fatalf("%+v", got.Limits)
		}
		if got = only(t, must2(t)(b.refresh()), nil); got.Limits["layers"] != 20 || !got.Has("render") {
			t.Fatal("the other device has not learned it")
		}
		if n := len(w.events("effect.redeemed")); n != 2 {
			t.Fatalf("%d lines in the journal", n)
		}
		info := w.license(base.Licenses[0])
		if info.Used != 2 || len(info.Changes) != 1 || info.Changes[0].Number != "ADD" || info.Changes[0].Quantity != 2 {
			t.Fatalf("%+v", info)
		}
		_, err = w.box().activate(add.Code)
		want(t, err, license.ErrNoBase)
		_, err = a.activate(add.Code, func(r *wire.Request) { r.Quantity = 4 })
		want(t, err, license.ErrRedeemed)
		w.used(add, 2)
	})
}

// must2 takes an answer whose error fails the test.
func must2(t testing.TB) func(*answer, error) *answer {
	return func(a *answer, err error) *answer {
		t.Helper()
		must(t, err)
		return a
	}
}

// Where several licenses fit, one has to be named; what fits is said.
func TestWhichBase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1)
		other := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ArticleNumber = "CAD-2" }), 1)
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Features = []string{"x"} }), 1)
		a := w.box()
		_, err := a.activate(other.Code)
		must(t, err)
		_, err = a.activate(add.Code)
		want(t, err, license.ErrNoBase)
		if f := fault.As(err); f.Args["targets"] != "CAD-1" || f.Args["article"] != "ADD" {
			t.Fatalf("%+v", f.Args)
		}
		for _, i := range []license.Issued{one, two} {
			_, err := a.activate(i.Code)
			must(t, err)
		}
		_, err = a.activate(add.Code)
		want(t, err, license.ErrBaseWhich)
		if f := fault.As(err); f.Args["count"] != 2 || !strings.Contains(f.Args["choices"].(string), two.Licenses[0].String()) {
			t.Fatalf("%+v", f.Args)
		}
		_, err = a.activate(add.Code, withBase(other.Licenses[0]))
		want(t, err, license.ErrNoBase)
		_, err = a.activate(add.Code, func(r *wire.Request) { r.Base = "what" })
		want(t, err, license.ErrNotWanted)
		if got := only(t, must2(t)(a.activate(add.Code, withBase(two.Licenses[0]))), nil); got.ID != two.Licenses[0].String() {
			t.Fatal(got.ID)
		}
		if got := only(t, must2(t)(a.activate(add.Code)), nil); got.ID != two.Licenses[0].String() {
			t.Fatal("redeemed already, so it is clear which one is meant")
		}
		_, err = a.activate(add.Code, withBase(one.Licenses[0]))
		want(t, err, license.ErrRedeemed)
	})
}

// An extension goes on where the license ends, also after it has ended, and not
// when it would come too late.
func TestExtension(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		base := w.sell(item(catalog.TimeLimited, lasting(1)), 1)
		ext := w.sell(changing(catalog.Extension, "EXT", func(s *catalog.Snapshot) { s.Adds.Months = 1 }), 6)
		forever := w.sell(item(catalog.Multi), 1)
		a := w.box()
		only(t, must2(t)(a.activate(base.Code)), nil)
		begin := w.today()
		ends := func(got *wire.License, last day.Day) {
			t.Helper()
			if have := w.license(base.Licenses[0]).LastDay; have != last || got.Expires != last.AddDays(1).Start(berlin).Unix() {
				t.Fatalf("it ends on %v, not on %v", have, last)
			}
		}
		ends(only(t, must2(t)(a.activate(ext.Code)), nil), begin.AddMonths(2).AddDays(-1))
		w.now.Advance(70 * 24 * time.Hour)
		_, err := a.activate(base.Code)
		want(t, err, license.ErrLicenseExpired)
		again := w.sell(changing(catalog.Extension, "EXT", func(s *catalog.Snapshot) { s.Adds.Months = 1 }), 1)
		ends(only(t, must2(t)(a.activate(again.Code)), nil), begin.AddDays(70).AddMonths(1).AddDays(-1))
		b := w.box()
		_, err = b.activate(forever.Code)
		must(t, err)
		_, err = b.activate(ext.Code)
		want(t, err, license.ErrNoEnd)
		w.used(ext, 1)
	})
}

// berlin is the time zone of publisher a.
var berlin = func() *time.Location {
	zone, err := day.Zone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// today is the civil day at publisher a.
func (w *world) today() day.Day { return day.FromTime(w.d.Now(), berlin) }

// An upgrade says what the license is; what was added before stays. Reversing its
// order line takes it away again at the next contact.
func TestUpgradeAndReversal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		base := w.sell(item(catalog.TimeLimited, lasting(12)), 1)
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Features = []string{"render"} }), 1)
		line := w.line()
		up := w.issue(license.IssueInput{Line: line, Quantity: 1, Item: changing(catalog.Upgrade, "CAD-PRO", func(s *catalog.Snapshot) {
			s.Features, s.Limits = []string{"draw", "model"}, map[string]int64{"layers": 99}
			s.Model.GraceDays = 0
		})})[0]
		a, b := w.box(), w.box()
		before := only(t, must2(t)(a.activate(base.Code)), nil)
		only(t, must2(t)(a.activate(add.Code)), nil)
		got := only(t, must2(t)(a.activate(up.Code)), nil)
		if got.ID != before.ID || got.Article != "CAD-PRO" || !got.Has("model") || !got.Has("render") || got.Has("print") || got.Limits["layers"] != 99 || got.Expires != 0 {
			t.Fatalf("%+v", got)
		}
		_, err := a.activate(up.Code, func(r *wire.Request) { r.Quantity = 2 })
		want(t, err, license.ErrBadQuantity)
		next, err := b.restore(base.Code, before.ID) // the changed license moves as it is
		if got := only(t, next, err); got.Article != "CAD-PRO" {
			t.Fatalf("%+v", got)
		}
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			done, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{line})
			if done[line] != (license.LowerResult{RecallPending: 1}) {
				t.Errorf("%+v", done)
			}
			return err
		}))
		got = only(t, must2(t)(b.refresh()), nil)
		if got.Article != "CAD-1" || !got.Has("render") || !got.Has("print") || got.Expires != before.Expires {
			t.Fatalf("%+v", got)
		}
		if changes := w.license(base.Licenses[0]).Changes; len(changes) != 1 {
			t.Fatalf("%+v", changes)
		}
		_, err = b.activate(up.Code)
		want(t, err, license.ErrTicketReversed)
		w.used(up, 0)
	})
}

// Recalling, blocking and lowering what was redeemed take its effect back, and only
// its own.
func TestEffectTakenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		base := w.sell(item(catalog.Multi), 1)
		line := w.line()
		add := w.issue(license.IssueInput{Line: line, Quantity: 5, Item: changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) {
			s.Limits = map[string]int64{"layers": 10}
		})})[0]
		gone := w.sell(changing(catalog.AddOn, "GONE", func(s *catalog.Snapshot) { s.Features = []string{"gone"} }), 1)
		a := w.box()
		_, err := a.activate(base.Code)
		must(t, err)
		only(t, must2(t)(a.activate(gone.Code)), nil)
		if got := only(t, must2(t)(a.activate(add.Code, func(r *wire.Request) { r.Quantity = 3 })), nil); got.Limits["layers"] != 40 {
			t.Fatalf("%+v", got.Limits)
		}
		layers := func(n int64) {
			t.Helper()
			if got := only(t, must2(t)(a.refresh()), nil); got.Limits["layers"] != n {
				t.Fatalf("%d layers, want %d", got.Limits["layers"], n)
			}
		}
		all := w.a.All()
		_, err = w.BlockLicense(ctx, all, add.Licenses[0])
		must(t, err)
		layers(10)
		_, err = a.activate(add.Code)
		want(t, err, license.ErrLicenseBlocked)
		_, err = w.UnblockLicense(ctx, all, add.Licenses[0])
		must(t, err)
		layers(40)
		if got := w.seats(line); got != (license.LineSeats{Sold: 5, Free: 2, InUse: 3}) {
			t.Fatalf("%+v", got)
		}
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			done, err := w.Lower(tx, w.a.System(), []license.LineChange{{Line: line, By: 4}})
			if done[line] != (license.LowerResult{Freed: 2, RecallPending: 2}) {
				t.Errorf("%+v", done)
			}
			return err
		}))
		layers(20)
		w.used(add, 1)
		dry, err := w.Recall(ctx, all.Asking(true), license.RecallInput{Licenses: add.Licenses})
		must(t, err)
		if dry.Devices != 1 || dry.Pending != 1 || dry.Freed != 0 {
			t.Fatalf("%+v", dry)
		}
		layers(20)
		_, err = w.Recall(ctx, all, license.RecallInput{Licenses: add.Licenses})
		must(t, err)
		layers(10)
		if got := only(t, must2(t)(a.refresh()), nil); !got.Has("gone") {
			t.Fatal("another effect went with it")
		}
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			_, err := w.Raise(tx, w.a.System(), []license.LineChange{{Line: line, By: 2}}) // it sells again
			return err
		}))
	})
}

// Seats that an add-on brings are the license's, not its order line's, and go with
// the add-on.
func TestAddedSeats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		line, more := w.line(), w.line()
		base := w.issue(license.IssueInput{Line: line, Quantity: 2, Item: item(catalog.Multi)})[0]
		add := w.issue(license.IssueInput{Line: more, Quantity: 1, Item: changing(catalog.AddOn, "SEATS", func(s *catalog.Snapshot) { s.Adds.Quantity = 2 })})[0]
		boxes := []*box{w.box(), w.box(), w.box(), w.box(), w.box()}
		_, err := boxes[0].activate(base.Code)
		must(t, err)
		only(t, must2(t)(boxes[0].activate(add.Code)), nil)
		for _, b := range boxes[1:4] {
			_, err := b.activate(base.Code)
			must(t, err)
		}
		_, err = boxes[4].activate(base.Code)
		want(t, err, license.ErrNoSeat)
		if l := w.license(base.Licenses[0]); l.Quantity != 2 || l.Added != 2 || l.Limit != 4 || l.Used != 4 {
			t.Fatalf("%+v", l)
		}
		if got := w.seats(line); got.Sold != 2 || got.InUse != 2 {
			t.Fatalf("%+v", got)
		}
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			_, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{more})
			return err
		}))
		var removed int
		for _, b := range boxes[:4] {
			got, err := b.refresh()
			must(t, err)
			if got.commands() == wire.CmdRecall {
				removed++
				_, err := b.send(b.receipt())
				must(t, err)
			}
		}
		if l := w.license(base.Licenses[0]); removed != 2 || l.Quantity != 2 || l.Added != 0 || l.Limit != 2 || l.Used != 2 {
			t.Fatalf("%d removed, %+v", removed, l)
		}
		w.sound(base.Licenses...)
	})
}

// Two devices race for the last unit of an add-on.
func TestLastUnitOfAddOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Features = []string{"x"} }), 1)
		const n = 6
		var wait sync.WaitGroup
		errs := make([]error, n)
		for i := range n {
			base, b := w.sell(item(catalog.Multi), 1), w.box()
			_, err := b.activate(base.Code)
			must(t, err)
			token := b.sign(b.request(wire.ActActivate, withCode(add.Code)))
			wait.Go(func() { _, errs[i] = w.Exchange(t.Context(), anyone(), token) })
		}
		wait.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			want(t, err, license.ErrRedeemed)
		}
		if won != 1 {
			t.Fatalf("%d have won", won)
		}
		w.used(add, 1)
	})
}

// Every field update reaches a device in one contact, in the fixed order: recalls,
// what is changed of what it has, what it asks for.
func TestFieldUpdatesInOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		gone, kept := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.TimeLimited, lasting(12)), 5)
		wanted := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ArticleNumber = "CAD-3" }), 1)
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Features = []string{"x"} }), 1)
		a, b := w.box(), w.box()
		for _, code := range []string{gone.Code, kept.Code} {
			_, err := a.activate(code)
			must(t, err)
		}
		_, err := b.activate(kept.Code)
		must(t, err)
		_, err = a.send(a.receipt())
		must(t, err)

		_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Licenses: gone.Licenses}) // three changes behind its back
		must(t, err)
		only(t, must2(t)(b.activate(add.Code)), nil)
		until := w.license(kept.Licenses[0]).LastDay.AddDays(30)
		_, err = w.Extend(ctx, w.a.All(), kept.Licenses[0], until)
		must(t, err)

		got, err := a.activate(wanted.Code)
		must(t, err)
		if got.commands() != wire.CmdRecall || got.update.Commands[0].LicenseID != gone.Licenses[0].String() {
			t.Fatalf("commands %q", got.commands())
		}
		var ids []string
		for _, l := range got.licenses {
			ids = append(ids, l.ID)
		}
		if !slices.Equal(ids, []string{kept.Licenses[0].String(), wanted.Licenses[0].String()}) {
			t.Fatalf("order %v", ids)
		}
		if l := got.licenses[0]; !l.Has("x") || l.Expires != until.AddDays(1).Start(berlin).Unix() {
			t.Fatalf("%+v", l)
		}
		more, err := a.activate(kept.Code, func(r *wire.Request) { r.Quantity = 3 })
		if l := only(t, more, err); l.Quantity != 3 || !l.Has("x") {
			t.Fatalf("%+v", l)
		}
	})
}

// The seat of a reusable license frees itself at the end that an extension has
// moved, and at the old one when that is taken back.
func TestExtendedSeatElapses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		base := w.sell(item(catalog.Reusable, func(s *catalog.Snapshot) {
			s.Model.Duration = catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
		}), 2)
		line := w.line()
		ext := w.issue(license.IssueInput{Line: line, Quantity: 1, Item: changing(catalog.Extension, "EXT", func(s *catalog.Snapshot) { s.Adds.Days = 30 })})[0]
		a, b := w.box(), w.box()
		for _, one := range []*box{a, b} {
			_, err := one.activate(base.Code)
			must(t, err)
		}
		only(t, must2(t)(a.activate(ext.Code)), nil)
		step := func(days, used int) {
			t.Helper()
			w.now.Advance(time.Duration(days) * 24 * time.Hour)
			_, err := w.Elapse(ctx)
			must(t, err)
			w.used(base, int64(used))
		}
		step(0, 2)
		step(35, 2)
		must(t, w.d.Write(ctx, func(tx *db.Tx) error {
			_, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{line})
			return err
		}))
		step(0, 0)
	})
}

// A license key of an add-on opens no program, and an add-on is nothing that can be
// restored.
func TestEffectIsNoLicense(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Features = []string{"x"} }), 1)
		key, err := w.RevealKey(t.Context(), w.a.All(), add.Licenses[0])
		must(t, err)
		v, err := w.Validate(t.Context(), anyone(), license.ValidateInput{Key: key, Nonce: nonce()})
		must(t, err)
		trust := w.trust(w.a)
		for _, line := range v.Chain {
			must(t, trust.Extend(line))
		}
		said, err := wire.OpenIssued[wire.Validation](trust, v.Token)
		must(t, err)
		if said.OK || said.Why != license.ErrChangesOnly.Code {
			t.Fatalf("%+v", said)
		}
		a := w.box()
		_, err = a.activate(w.sell(item(catalog.Multi), 1).Code)
		must(t, err)
		_, err = a.restore(add.Code, "")
		want(t, err, license.ErrNotLost)
	})
}
