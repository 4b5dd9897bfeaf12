package license_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// counted is an article whose pieces bring 100 units each.
func counted(change ...func(*catalog.Snapshot)) catalog.Snapshot {
	return item(catalog.Usage, append([]func(*catalog.Snapshot){func(s *catalog.Snapshot) {
		s.Unit, s.Limits = "units", map[string]int64{"units": 100}
	}}, change...)...)
}

// spend notes what the program has consumed of a license here.
func (b *box) spend(id string, units int64) {
	if b.spentBy == nil {
		b.spentBy = map[string]int64{}
	}
	b.spentBy[id] = units
}

func pieces(n int64) func(*wire.Request) { return func(r *wire.Request) { r.Quantity = n } }

// A container draws pieces, tells what it spends, and gives back what it has not
// begun; what is spent stays spent.
func TestUnits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(counted(), 5)
		id := i.Licenses[0].String()
		a, b := w.box(), w.box()
		got := only(t, must2(t)(a.activate(i.Code, pieces(3))), nil)
		if got.Unit != "units" || got.Quantity != 3 || got.Limits["units"] != 100 {
			t.Fatalf("%+v", got)
		}
		_, err := b.activate(i.Code, pieces(3))
		want(t, err, license.ErrNoSeat)
		a.spend(id, 101)
		_, err = a.refresh()
		must(t, err)
		u := w.license(i.Licenses[0]).Units
		if *u != (license.UnitsInfo{Name: "units", Each: 100, Bought: 500, Spent: 101, Left: 200}) {
			t.Fatalf("%+v", u)
		}
		if n := len(w.events("activation.consumed")); n != 1 {
			t.Fatalf("%d lines in the journal", n)
		}
		_, err = a.send(a.giveBack(id)) // two of three pieces are begun
		must(t, err)
		w.used(i, 2)
		_, err = b.activate(i.Code, pieces(3))
		must(t, err)
		_, err = a.activate(i.Code)
		want(t, err, license.ErrNoSeat)
		b.spend(id, 300) // everything
		_, err = b.send(b.giveBack(id))
		must(t, err)
		w.used(i, 5)
		if u := w.license(i.Licenses[0]).Units; u.Spent != 401 || u.Left != 0 {
			t.Fatalf("%+v", u)
		}
	})
}

// Topping up is asking for more pieces, or an order that raises the line; a line
// that is lowered takes what nobody has begun first.
func TestTopUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		i := w.issue(license.IssueInput{Line: line, Quantity: 2, Item: counted(func(s *catalog.Snapshot) { s.Model.Overdraft = 1 })})[0]
		id := i.Licenses[0].String()
		a := w.box()
		_, err := a.activate(i.Code, pieces(2))
		must(t, err)
		a.spend(id, 150)
		more := func(n int64) (*answer, error) {
			return a.send(a.request(wire.ActActivate, pieces(n), func(r *wire.Request) { r.Want = []string{id} })) // without any code
		}
		if got := only(t, must2(t)(more(3)), nil); got.Quantity != 3 { // into the overdraft
			t.Fatalf("%+v", got)
		}
		_, err = more(4)
		want(t, err, license.ErrNoSeat)
		must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.Raise(tx, w.a.System(), []license.LineChange{{Line: line, By: 2}})
			return err
		}))
		if got := only(t, must2(t)(more(5)), nil); got.Quantity != 5 {
			t.Fatalf("%+v", got)
		}
		_, err = a.send(a.giveBack(id))
		must(t, err)
		w.used(i, 2)
		must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
			done, err := w.Lower(tx, w.a.System(), []license.LineChange{{Line: line, By: 3}})
			if done[line] != (license.LowerResult{Freed: 3}) {
				t.Errorf("%+v", done)
			}
			return err
		}))
		w.used(i, 1)
	})
}

// A container that has spent less than it said before, or more than it was given,
// is a copy or was turned back.
func TestUnitsGoBackwards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, units := range []int64{49, 101} {
			i, a := w.sell(counted(), 1), w.box()
			_, err := a.activate(i.Code)
			must(t, err)
			a.spend(i.Licenses[0].String(), 50)
			_, err = a.refresh()
			must(t, err)
			a.spend(i.Licenses[0].String(), units)
			_, err = a.refresh()
			want(t, err, license.ErrSuspect)
			c, err := w.GetContainer(t.Context(), w.a.All(), a.id())
			must(t, err)
			if c.Reason != "spent" {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// Restoring a lost device brings the pieces that it had not begun, as far as is
// known.
func TestRestoreUnits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(counted(), 3)
		id := i.Licenses[0].String()
		lost, next := w.box(), w.box()
		_, err := lost.activate(i.Code, pieces(3))
		must(t, err)
		lost.spend(id, 20)
		_, err = lost.refresh()
		must(t, err)
		got, err := next.restore(i.Code, id)
		if l := only(t, got, err); l.Quantity != 2 {
			t.Fatalf("%+v", l)
		}
		w.used(i, 3)
		next.spend(id, 200)
		_, err = next.refresh()
		must(t, err)
		_, err = w.box().restore(i.Code, id)
		want(t, err, license.ErrUsedUp)
		_, err = w.Recall(t.Context(), w.a.All(), license.RecallInput{Licenses: i.Licenses})
		must(t, err)
		_, err = next.refresh()
		must(t, err)
		_, err = next.send(next.receipt())
		must(t, err)
		if l := w.license(i.Licenses[0]); l.State != license.LicenseRecalled {
			t.Fatalf("%+v", l)
		}
	})
}

// A program without a container consumes by the key, once for each nonce.
func TestConsumeByKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.issue(license.IssueInput{Item: counted(), Quantity: 2, Keys: true})[0]
		other := w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 2, Keys: true})[0]
		n := nonce()
		ask := license.ConsumeInput{Key: i.Keys[0], Nonce: n, Units: 120}
		for range 2 {
			got, err := w.Consume(ctx, anyone(), ask)
			must(t, err)
			if got != (license.Consumed{Unit: "units", Units: 120, Spent: 120, Left: 80}) {
				t.Fatalf("%+v", got)
			}
		}
		w.used(i, 2)
		refused := func(want0 error, change func(*license.ConsumeInput)) {
			t.Helper()
			in := ask
			in.Nonce = nonce()
			change(&in)
			if _, err := w.Consume(ctx, anyone(), in); !errors.Is(err, want0) {
				t.Fatalf("%v, want %v", err, want0)
			}
		}
		refused(license.ErrNoUnits, func(in *license.ConsumeInput) { in.Units = 81 })
		refused(license.ErrNonceUsed, func(in *license.ConsumeInput) { in.Nonce, in.Units = n, 1 })
		refused(license.ErrNotCounted, func(in *license.ConsumeInput) { in.Key = other.Keys[0] })
		refused(license.ErrMessage, func(in *license.ConsumeInput) { in.Nonce = "short" })
		refused(license.ErrBadQuantity, func(in *license.ConsumeInput) { in.Units = 0 })
		refused(license.ErrCode, func(in *license.ConsumeInput) { in.Key = "what" })
		refused(license.ErrOtherProduct, func(in *license.ConsumeInput) { in.Product = "VIEW" })
		_, err := w.Consume(ctx, actor.Actor{Publisher: w.b.Publisher}, ask)
		want(t, err, license.ErrUnknownCode)
		refused(nil, func(in *license.ConsumeInput) { in.Units = 80 })
		_, err = w.BlockLicense(ctx, w.a.All(), i.Licenses[0])
		must(t, err)
		refused(license.ErrLicenseBlocked, func(in *license.ConsumeInput) { in.Units = 1 })
		if rows := w.events("license.consumed"); len(rows) != 2 {
			t.Fatalf("%d lines in the journal", len(rows))
		}
	})
}

// Programs and a container race for the last piece: never one too many.
func TestLastUnit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.issue(license.IssueInput{Item: counted(), Quantity: 1, Keys: true})[0]
		const n = 8
		errs := make([]error, n)
		boxes := []*box{w.box(), w.box()}
		tokens := [][]byte{}
		for _, b := range boxes {
			tokens = append(tokens, b.sign(b.request(wire.ActActivate, withCode(i.Code))))
		}
		var wait sync.WaitGroup
		for k := range n {
			wait.Go(func() {
				if k < len(boxes) {
					_, errs[k] = w.Exchange(t.Context(), anyone(), tokens[k])
					return
				}
				_, errs[k] = w.Consume(t.Context(), anyone(), license.ConsumeInput{Key: i.Keys[0], Nonce: nonce(), Units: 40})
			})
		}
		wait.Wait()
		drawn, units := 0, 0
		for k, err := range errs {
			switch {
			case err == nil && k < len(boxes):
				drawn++
			case err == nil:
				units += 40
			case !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrNoUnits):
				t.Fatal(err)
			}
		}
		if drawn*100+units > 100 || drawn == 0 && units != 80 {
			t.Fatalf("%d containers and %d units of 100", drawn, units)
		}
		w.used(i, 1)
	})
}
