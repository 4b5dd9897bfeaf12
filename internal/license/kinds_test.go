package license_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// life is one kind of license, lived through by the public messages alone, in
// virtual time.
type life func(t *testing.T, w *world)

// lives has one life for each kind. Floating licenses live by leases, in tests of
// their own.
var lives = map[catalog.Kind]life{
	catalog.SingleUse:   singleUseLife,
	catalog.TimeLimited: timeLimitedLife,
	catalog.Multi:       multiLife,
	catalog.Floating:    nil,
	catalog.Trial:       trialLife,
	catalog.Academic:    academicLife,
	catalog.Reusable:    reusableLife,
	catalog.NFR:         nfrLife,
	catalog.Usage:       usageLife,
	catalog.Maintenance: maintenanceLife,
	catalog.Capacity:    capacityLife,
}

func TestLives(t *testing.T) {
	for _, kind := range catalog.Kinds() {
		live, known := lives[kind]
		if !known {
			t.Errorf("nobody lives through %s", kind)
		}
		if live != nil {
			t.Run(string(kind), func(t *testing.T) { each(t, live) })
		}
	}
}

// months gives a model a duration from the first activation.
func months(n int64) func(*catalog.Snapshot) { return lasting(n) }

// ending sets what happens at the end.
func ending(grace int64, enforce string) func(*catalog.Snapshot) {
	return func(s *catalog.Snapshot) { s.Model.GraceDays, s.Model.Enforce = grace, enforce }
}

// is checks what a program sees of a license now: its state, and whether it runs.
func (w *world) is(l *wire.License, state wire.State, runs bool) {
	w.t.Helper()
	if v := l.At(w.d.Now().Unix(), 0); v.State != state || v.Runs() != runs {
		w.t.Fatalf("it is %s (runs: %v), want %s (%v)", v.State, v.Runs(), state, runs)
	}
}

func (w *world) days(n int) { w.now.Advance(time.Duration(n) * 24 * time.Hour) }

// refreshed has a device ask for what is new, and returns its only license.
func (b *box) refreshed() *wire.License {
	b.w.t.Helper()
	a, err := b.refresh()
	return only(b.w.t, a, err)
}

func refused(t *testing.T, err error, one ...error) {
	t.Helper()
	if !slices.ContainsFunc(one, func(w error) bool { return errors.Is(err, w) }) {
		t.Fatalf("got %v, want one of %v", err, one)
	}
}

// A single-use license never comes back: a return frees nothing, a loss is restored
// within the allowance.
func singleUseLife(t *testing.T, w *world) {
	i := w.sell(item(catalog.SingleUse), 1)
	a, b := w.box(), w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	w.is(l, wire.StateValid, true)
	w.days(4000)
	w.is(l, wire.StateValid, true)
	w.rotate(w.a)
	_, err := a.send(a.giveBack(l.ID))
	must(t, err)
	for _, one := range []*box{a, b} {
		_, err = one.activate(i.Code)
		refused(t, err, license.ErrUsedUp)
	}
	w.used(i, 1)
	again := w.sell(item(catalog.SingleUse), 1)
	_, err = a.activate(again.Code)
	must(t, err)
	_, err = b.restore(again.Code, again.Licenses[0].String())
	must(t, err)
	if got, err := a.refresh(); err != nil || got.commands() != wire.CmdBlock {
		t.Fatalf("%v %v", got, err)
	}
}

// A license on time ends a duration after its first activation, or on a fixed day;
// then comes the grace, and after it what the enforcement level says. An extension
// reaches the device at its next contact.
func timeLimitedLife(t *testing.T, w *world) {
	ctx := t.Context()
	i := w.sell(item(catalog.TimeLimited, months(1), ending(10, catalog.Enforce)), 1)
	w.days(20) // in a drawer
	a := w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	begin := w.today()
	if last := w.license(i.Licenses[0]).LastDay; last != begin.AddMonths(1).AddDays(-1) || l.Grace != 10*86400 {
		t.Fatalf("it ends on %v, grace %d", last, l.Grace)
	}
	w.is(l, wire.StateValid, true)
	w.days(32)
	w.is(l, wire.StateGrace, true)
	w.days(11)
	w.is(l, wire.StateExpired, false)
	_, err := w.box().activate(i.Code)
	refused(t, err, license.ErrLicenseExpired)
	_, err = w.Extend(ctx, w.a.All(), i.Licenses[0], begin.AddMonths(3))
	must(t, err)
	w.is(a.refreshed(), wire.StateValid, true)

	for _, level := range []struct {
		enforce string
		runs    bool
	}{{catalog.Warn, true}, {catalog.Log, true}, {catalog.Enforce, false}} {
		end := w.today().AddDays(5)
		fixed := w.sell(item(catalog.TimeLimited, ending(0, level.enforce), func(s *catalog.Snapshot) { s.Model.FixedEnd = end }), 1)
		l := only(t, must2(t)(w.box().activate(fixed.Code)), nil)
		if l.Expires != end.AddDays(1).Start(berlin).Unix() || string(l.Enforce) != level.enforce {
			t.Fatalf("%+v", l)
		}
		w.days(7)
		w.is(l, wire.StateExpired, level.runs)
	}
}

// A volume license counts devices; what is given back is free for the next, and the
// order line may grow and shrink.
func multiLife(t *testing.T, w *world) {
	line := w.line()
	i := w.issue(license.IssueInput{Line: line, Quantity: 2, Item: item(catalog.Multi)})[0]
	a, b, c := w.box(), w.box(), w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	only(t, must2(t)(b.activate(i.Code)), nil)
	_, err := c.activate(i.Code)
	refused(t, err, license.ErrNoSeat)
	must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.Raise(tx, w.a.System(), []license.LineChange{{Line: line, By: 1}})
		return err
	}))
	_, err = c.activate(i.Code)
	must(t, err)
	_, err = a.send(a.giveBack(l.ID))
	must(t, err)
	w.used(i, 2)
	_, err = w.box().activate(i.Code)
	must(t, err)
	w.days(4000)
	w.is(l, wire.StateValid, true)
	must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.Lower(tx, w.a.System(), []license.LineChange{{Line: line, By: 1}})
		return err
	}))
	if quantity := w.license(i.Licenses[0]).Quantity; quantity != 2 {
		t.Fatalf("%d are sold", quantity)
	}
}

// A trial has its own features and time, and a device, and a customer, try once.
func trialLife(t *testing.T, w *world) {
	trial := item(catalog.Trial, func(s *catalog.Snapshot) {
		s.Model.Duration = catalog.Duration{Days: 14, From: catalog.FromFirstActivation}
		s.Features = []string{"draw"}
	})
	i := w.issue(license.IssueInput{Item: trial, Quantity: 3, Customer: w.a.Direct})[0]
	a := w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	if !l.Has("draw") || l.Has("print") {
		t.Fatalf("%+v", l)
	}
	w.is(l, wire.StateValid, true)
	w.days(15)
	w.is(l, wire.StateExpired, false)
	next := w.issue(license.IssueInput{Item: trial, Quantity: 1})[0]
	_, err := w.boxOn(a.parts).activate(next.Code) // another ticket, a new container, the same machine
	refused(t, err, license.ErrTrialUsed)
	other := w.issue(license.IssueInput{Item: trial, Quantity: 1, Customer: w.a.Direct})[0]
	_, err = w.box().activate(other.Code) // another machine, the same customer
	refused(t, err, license.ErrTrialUsed)
	_, err = a.send(a.giveBack(l.ID))
	must(t, err)
	w.used(i, 1)
	_, err = w.box().activate(next.Code)
	must(t, err)
}

// An academic license carries who is eligible, by which evidence and until when, for
// whoever looks at it.
func academicLife(t *testing.T, w *world) {
	ctx, all := t.Context(), w.a.All()
	i := w.sell(item(catalog.Academic, months(12), ending(0, catalog.Log)), 1)
	id := i.Licenses[0]
	if e := w.license(id).Eligibility; e != nil {
		t.Fatalf("%+v", e)
	}
	proof := license.Eligibility{Who: "student", Evidence: "matriculation WS 2027, seen by sales", Until: w.today().AddMonths(6)}
	for range 2 {
		got, err := w.RecordEligibility(ctx, all, id, proof)
		must(t, err)
		if got.Eligibility == nil || got.Eligibility.Eligibility != proof {
			t.Fatalf("%+v", got.Eligibility)
		}
	}
	l := only(t, must2(t)(w.box().activate(i.Code)), nil)
	w.is(l, wire.StateValid, true)
	look, err := w.Look(ctx, anyone(), i.Code)
	must(t, err)
	if e := look.Holdings[0].Eligibility; e == nil || e.Over || e.Who != "student" || e.Until != proof.Until {
		t.Fatalf("%+v", e)
	}
	w.days(200)
	if e := w.license(id).Eligibility; !e.Over {
		t.Fatal("the evidence should be out of date")
	}
	w.is(l, wire.StateValid, true) // what runs is not stopped by it
	proof.Until = w.today().AddMonths(6)
	_, err = w.RecordEligibility(ctx, all, id, proof)
	must(t, err)
	if n := len(w.events("license.eligible")); n != 2 {
		t.Fatalf("%d lines in the journal", n)
	}
	for _, bad := range []license.Eligibility{{}, {Who: "student"}, {Who: "student\n", Evidence: "x"}} {
		_, err = w.RecordEligibility(ctx, all, id, bad)
		refused(t, err, license.ErrEligibility)
	}
	_, err = w.RecordEligibility(ctx, all, w.sell(item(catalog.Multi), 1).Licenses[0], proof)
	refused(t, err, license.ErrNotAcademic)
	w.days(200)
	w.is(l, wire.StateExpired, true)
}

// The seat of a reusable license is free again after its time, and each activation
// has its own.
func reusableLife(t *testing.T, w *world) {
	i := w.sell(item(catalog.Reusable, func(s *catalog.Snapshot) {
		s.Model.Duration = catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
		s.Model.GraceDays = 5
	}), 1)
	a, b := w.box(), w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	_, err := b.activate(i.Code)
	refused(t, err, license.ErrNoSeat)
	w.days(31)
	w.is(l, wire.StateGrace, true)
	_, err = b.activate(i.Code)
	refused(t, err, license.ErrNoSeat)
	w.days(5)
	w.is(l, wire.StateExpired, false)
	next := only(t, must2(t)(b.activate(i.Code)), nil) // the seat freed itself, without a message
	w.is(next, wire.StateValid, true)
	_, err = b.send(b.giveBack(next.ID))
	must(t, err)
	w.used(i, 0)
	if l := only(t, must2(t)(a.activate(i.Code)), nil); l.Generation != 2 {
		t.Fatalf("%+v", l)
	}
	w.used(i, 1)
}

// A license that is not for resale has every feature and renews by its own length, at
// a contact, as long as nobody takes it back.
func nfrLife(t *testing.T, w *world) {
	ctx := t.Context()
	i := w.sell(item(catalog.NFR, months(6), func(s *catalog.Snapshot) {
		s.Features, s.Model.RefreshDays = []string{catalog.AllFeatures, "all"}, 30
	}), 1)
	a := w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	begin := w.today()
	if !l.Has("whatever comes") || l.NextContact == 0 {
		t.Fatalf("%+v", l)
	}
	ends := func(last day.Day) {
		t.Helper()
		if have := w.license(i.Licenses[0]).LastDay; have != last {
			t.Fatalf("it ends on %v, not on %v", have, last)
		}
	}
	w.days(100)
	a.refreshed()
	ends(begin.AddMonths(6).AddDays(-1))
	w.days(65) // the next contact would come too late
	for range 2 {
		a.refreshed()
		ends(begin.AddMonths(12).AddDays(-1))
	}
	w.days(500) // offline for long: the next contact brings the term of today
	w.rotate(w.a)
	w.is(a.refreshed(), wire.StateValid, true)
	ends(begin.AddMonths(24).AddDays(-1))
	if n := len(w.events("license.renewed")); n != 2 {
		t.Fatalf("renewed %d times", n)
	}
	_, err := w.BlockLicense(ctx, w.a.All(), i.Licenses[0])
	must(t, err)
	w.days(200)
	_, err = a.refresh()
	must(t, err)
	ends(begin.AddMonths(24).AddDays(-1))
}

// Units are drawn, consumed, topped up and given back; what is consumed is gone.
func usageLife(t *testing.T, w *world) {
	i := w.sell(counted(months(12), ending(0, catalog.Enforce)), 2)
	id := i.Licenses[0].String()
	a, b := w.box(), w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	w.is(l, wire.StateValid, true)
	a.spend(id, 60)
	if l = only(t, must2(t)(a.activate(i.Code, pieces(2))), nil); l.Quantity != 2 {
		t.Fatalf("%+v", l)
	}
	_, err := a.send(a.giveBack(id))
	must(t, err)
	if l = only(t, must2(t)(b.activate(i.Code)), nil); l.Quantity != 1 {
		t.Fatalf("%+v", l)
	}
	_, err = a.activate(i.Code)
	refused(t, err, license.ErrNoSeat)
	w.days(366)
	w.is(l, wire.StateExpired, false)
	if u := w.license(i.Licenses[0]).Units; u.Spent != 60 {
		t.Fatalf("%+v", u)
	}
}

// Maintenance says which releases run: those dated before its end, for good.
func maintenanceLife(t *testing.T, w *world) {
	i := w.sell(item(catalog.Maintenance, func(s *catalog.Snapshot) { s.Model.Maintenance = 12 }), 1)
	more := w.sell(changing(catalog.Extension, "MORE", func(s *catalog.Snapshot) { s.Adds.Months = 12 }), 1)
	a := w.box()
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	end := w.today().AddMonths(12)
	release := func(l *wire.License, dated day.Day, state wire.State) {
		t.Helper()
		if v := l.At(w.d.Now().Unix(), dated.Start(berlin).Unix()); v.State != state {
			t.Fatalf("the release of %v is %s, want %s", dated, v.State, state)
		}
	}
	for range 2 { // during, and long after
		release(l, end.AddDays(-1), wire.StateValid)
		release(l, end, wire.StateUnmaintained)
		w.days(500)
	}
	if l.Expires != 0 {
		t.Fatalf("%+v", l)
	}
	w.rotate(w.a)
	today := w.today()
	l = only(t, must2(t)(a.activate(more.Code)), nil) // too late to be seamless: a year from today
	release(l, today.AddMonths(12).AddDays(-1), wire.StateValid)
	release(l, today.AddMonths(12), wire.StateUnmaintained)
}

// program counts against a capacity: the excess is refused, what exists goes on.
type program struct{ have int64 }

func (p *program) add(l *wire.License, n int64) bool {
	if limit, ok := l.Limit("elements"); ok && p.have+n > limit {
		return false
	}
	p.have += n
	return true
}

// A capacity is a number that the program reads; it grows and shrinks in the field.
func capacityLife(t *testing.T, w *world) {
	line := w.line()
	i := w.sell(item(catalog.Capacity, func(s *catalog.Snapshot) { s.Limits = map[string]int64{"elements": 100} }), 1)
	more := w.issue(license.IssueInput{Line: line, Quantity: 1, Item: changing(catalog.AddOn, "MORE", func(s *catalog.Snapshot) {
		s.Limits = map[string]int64{"elements": 50}
	})})[0]
	a, p := w.box(), &program{}
	l := only(t, must2(t)(a.activate(i.Code)), nil)
	if !p.add(l, 100) || p.add(l, 1) {
		t.Fatalf("%d elements", p.have)
	}
	l = only(t, must2(t)(a.activate(more.Code)), nil)
	if !p.add(l, 50) || p.add(l, 1) {
		t.Fatalf("%d elements", p.have)
	}
	must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := w.ReverseLines(tx, w.a.System(), []license.OrderLineID{line})
		return err
	}))
	l = a.refreshed()
	if p.add(l, 1) || p.have != 150 {
		t.Fatalf("%d elements", p.have) // none more, and none of them is lost
	}
	w.is(l, wire.StateValid, true)
}
