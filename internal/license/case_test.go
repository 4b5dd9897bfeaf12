package license_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// open is the open cases of a container.
func (w *world) open(b *box) []license.CaseInfo {
	w.t.Helper()
	page, err := w.ListCases(context.Background(), w.a.All(), license.CaseQuery{State: license.CaseOpen, Container: b.id()})
	must(w.t, err)
	return page.Items
}

// caseOf is the one open case of a container.
func (w *world) caseOf(b *box) license.CaseID {
	w.t.Helper()
	all := w.open(b)
	if len(all) != 1 {
		w.t.Fatalf("%d open cases", len(all))
	}
	return all[0].ID
}

// decide decides the open case of a container.
func (w *world) decide(b *box, d license.Decision) license.CaseInfo {
	w.t.Helper()
	c, err := w.DecideCase(context.Background(), w.a.All(), w.caseOf(b), license.CaseDecision{Do: d, Reason: "seen on the phone"})
	must(w.t, err)
	return c
}

// elsewhere lets a copy of the container ask from another machine, which opens a
// case and leaves the container alone.
func (b *box) elsewhere() *box {
	b.w.t.Helper()
	c := b.clone()
	c.parts = b.w.box().parts
	_, err := c.refresh()
	want(b.w.t, err, license.ErrOtherMachine)
	return b
}

// copied is a container with a license that has two seats, and an earlier copy of
// it that went on by itself: the container is suspect.
func (w *world) copied() (a, b *box, sold license.Issued) {
	w.t.Helper()
	sold, a = w.sell(item(catalog.Multi), 2), w.box()
	_, err := a.activate(sold.Code)
	must(w.t, err)
	_, err = a.send(a.receipt())
	must(w.t, err)
	b = a.clone()
	b.parts = maps.Clone(a.parts)
	_, err = a.refresh()
	must(w.t, err)
	_, err = b.refresh()
	want(w.t, err, license.ErrSuspect)
	return a, b, sold
}

// Of a machine that shows one component no more than one must match, and its case says
// so.
func TestCaseOfAPoorMachine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold, a := w.sell(item(catalog.Multi), 2), w.boxOn(map[string]string{"machine-id": "only"})
		must(t, second(a.activate(sold.Code)))
		b := a.clone()
		must(t, second(a.refresh()))
		want(t, second(b.refresh()), license.ErrSuspect)
		c, err := w.GetCase(t.Context(), w.a.All(), w.caseOf(a))
		must(t, err)
		if m := c.Evidence[0].Machine; m == nil || m.Need != 1 || len(m.Same) != 1 {
			t.Errorf("%+v", m)
		}
	})
}

// The case of a copied container says what was expected and what came, by which
// components the machines differ, and names nobody.
func TestCaseShows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, _, sold := w.copied()
		c, err := w.GetCase(t.Context(), w.a.All(), w.caseOf(a))
		must(t, err)
		if len(c.Evidence) != 1 || c.State != license.CaseOpen || c.Reason != "counter" || len(c.Box.Activations) != 1 {
			t.Fatalf("%+v", c)
		}
		e := c.Evidence[0]
		if e.Counter != (license.Compared{Expected: 3, Came: 3}) || e.Message != "req" || e.Machine == nil || e.Last.IsZero() {
			t.Fatalf("%+v", e)
		}
		if m := e.Machine; len(m.Same) != 3 || len(m.Differ) != 0 || m.Need != 2 {
			t.Errorf("%+v", m)
		}
		for _, l := range text.Langs() {
			page := c.Text(l)
			for _, part := range []string{c.ID.String(), a.id().String(), sold.Licenses[0].String(), "machine-id", "accept", "replace", "evict", "block", "3"} {
				if !strings.Contains(page, part) {
					t.Errorf("%s: %q is missing in\n%s", l, part, page)
				}
			}
			if strings.ContainsAny(page+c.Line(l), "{}") || strings.Contains(page, "word.") {
				t.Errorf("%s", page+c.Line(l))
			}
		}
		var told []string
		for _, row := range w.events("") {
			if row.Entity == "case" {
				told = append(told, row.Event)
			}
		}
		if !slices.Equal(told, []string{"case.opened"}) {
			t.Errorf("%v", told)
		}
	})
}

// A machine that differs in one component is told from its clone by it, although
// both still pass for the same machine.
func TestCaseNamesWhatDiffers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold, a := w.sell(item(catalog.Multi), 2), w.box()
		_, err := a.activate(sold.Code)
		must(t, err)
		b := a.clone()
		b.parts = maps.Clone(a.parts)
		b.parts["disk"] = "of the clone"
		_, err = a.refresh()
		must(t, err)
		_, err = b.refresh()
		want(t, err, license.ErrSuspect)
		c, err := w.GetCase(t.Context(), w.a.All(), w.caseOf(a))
		must(t, err)
		if m := c.Evidence[0].Machine; !slices.Equal(m.Differ, []string{"disk"}) || len(m.Same) != 2 {
			t.Fatalf("%+v", m)
		}
	})
}

// Accepting lets the copy that comes first go on; the other one shows itself, even
// if it has counted further, and the seat is one all the time.
func TestCaseAccept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b, sold := w.copied()
		id := sold.Licenses[0].String()
		if c := w.decide(a, license.Accept); c.Box.State != license.ContainerActive || c.Decision != license.Accept || c.By == "" {
			t.Fatalf("%+v", c)
		}
		got, err := b.refresh()
		must(t, err)
		if len(got.licenses) != 1 || got.licenses[0].Generation != 2 {
			t.Fatalf("%+v", got.licenses)
		}
		_, err = b.send(b.receipt())
		must(t, err)
		_, err = b.refresh()
		must(t, err)
		w.used(sold, 1)
		w.sound(sold.Licenses...)
		a.ctr += 100
		_, err = a.refresh()
		want(t, err, license.ErrSuspect)
		if all := w.open(a); len(all) != 1 || all[0].Reason != "generation" || a.held[id] != 1 {
			t.Fatalf("%+v", all)
		}
	})
}

// A machine that was set back to before a return holds what it gave back. Accepted,
// it is told to remove that, and is heard.
func TestCaseAcceptSetBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold, other, a := w.sell(item(catalog.Multi), 2), w.sell(item(catalog.Multi), 1), w.box()
		for _, i := range []license.Issued{sold, other} {
			_, err := a.activate(i.Code)
			must(t, err)
		}
		before := a.clone()
		_, err := a.send(a.giveBack(sold.Licenses[0].String()))
		must(t, err)
		before.ctr = a.ctr
		_, err = before.refresh()
		want(t, err, license.ErrSuspect)
		w.decide(a, license.Accept)
		got, err := before.refresh()
		must(t, err)
		if !strings.Contains(got.commands(), "recall") || len(before.held) != 1 || before.held[other.Licenses[0].String()] != 2 {
			t.Fatalf("%q, holds %v", got.commands(), before.held)
		}
		_, err = before.refresh()
		must(t, err)
		w.used(sold, 0)
		w.used(other, 1)
		before.held[sold.Licenses[0].String()] = 1 // once more: nobody has looked at that
		_, err = before.refresh()
		want(t, err, license.ErrSuspect)
	})
}

// A machine that was set back to before its borrow was kept longer is accepted: with its
// next message it hears of the later end.
func TestCaseAcceptLent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.lending(2), w.box()
		end := w.d.Now().Add(72 * time.Hour)
		must(t, second(b.borrow(i.Code, until(w.d.Now().Add(24*time.Hour)))))
		before := b.clone()
		must(t, second(b.borrow(i.Code, until(end))))
		must(t, second(b.send(b.receipt())))
		want(t, second(before.refresh()), license.ErrSuspect)
		w.decide(before, license.Accept)
		other := w.sell(item(catalog.Multi), 1)
		a, err := before.activate(other.Code)
		must(t, err)
		if len(a.licenses) != 2 || !slices.ContainsFunc(a.licenses, func(l *wire.License) bool { return l.ID == i.Licenses[0].String() && l.Expires == end.Unix() }) {
			t.Fatalf("%+v", a.licenses)
		}
		w.holds(i.Licenses[0])
	})
}

// Units of which nobody knows how many are left go back to their license.
func TestCaseAcceptUnits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, a := w.sell(counted(), 2), w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		id := i.Licenses[0].String()
		a.spend(id, 50)
		_, err = a.refresh()
		must(t, err)
		a.spend(id, 10)
		_, err = a.refresh()
		want(t, err, license.ErrSuspect)
		c, err := w.GetCase(t.Context(), w.a.All(), w.caseOf(a))
		must(t, err)
		if u := c.Evidence[0].Units; u == nil || *u != (license.Compared{Expected: 50, Came: 10}) {
			t.Fatalf("%+v", c.Evidence[0])
		}
		w.decide(a, license.Accept)
		w.used(i, 1) // the piece that was begun is gone
		got, err := a.refresh()
		must(t, err)
		if got.commands() != "block" {
			t.Fatalf("%q", got.commands())
		}
		_, err = a.activate(i.Code)
		must(t, err)
		w.used(i, 2)
	})
}

// The other decisions: what is evicted may come again, what is replaced comes in a
// new container only, what is blocked keeps its seat.
func TestCaseDecisions(t *testing.T) {
	for d, used := range map[license.Decision]int64{license.Evict: 0, license.Replace: 0, license.Block: 1} {
		t.Run(string(d), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				a, b, sold := w.copied()
				w.decide(a, d)
				w.used(sold, used)
				got, err := b.refresh()
				switch d {
				case license.Evict:
					must(t, err)
					if got.commands() != "block" {
						t.Fatalf("%q", got.commands())
					}
					_, err = b.activate(sold.Code)
					must(t, err)
				case license.Replace:
					want(t, err, license.ErrContainerReplaced)
					_, err = w.box().activate(sold.Code)
					must(t, err)
				default:
					want(t, err, license.ErrContainerBlocked)
					_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Accept)
					must(t, err)
					b.ctr = a.ctr
					_, err = b.refresh()
					must(t, err)
				}
				w.used(sold, 1)
				w.sound(sold.Licenses...)
			})
		})
	}
}

// A copy that asks from another machine is refused and leaves evidence once; the
// original goes on. Accepted, the container has moved to that machine.
func TestCaseOtherMachine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sold, a := w.sell(item(catalog.Multi), 2), w.box()
		_, err := a.activate(sold.Code)
		must(t, err)
		b := a.clone()
		b.parts = w.box().parts
		for range 3 {
			_, err = b.refresh()
			want(t, err, license.ErrOtherMachine)
		}
		a.elsewhere() // a third machine
		_, err = a.refresh()
		must(t, err)
		c, err := w.GetCase(t.Context(), w.a.All(), w.caseOf(a))
		must(t, err)
		if c.Findings != 2 || len(c.Evidence) != 2 || len(c.Evidence[0].Machine.Differ) != 3 || c.Box.State != license.ContainerActive {
			t.Fatalf("%+v", c)
		}
		if n := len(w.events("case.found")); n != 1 {
			t.Errorf("%d findings were told", n)
		}
		w.decide(a, license.Block)
		_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Accept)
		must(t, err)
		a.ctr = max(a.ctr, b.ctr)
		b.ctr = a.ctr
		_, err = b.refresh()
		want(t, err, license.ErrOtherMachine)
		w.decide(a, license.Accept)
		_, err = b.refresh()
		must(t, err)
		_, err = a.refresh()
		want(t, err, license.ErrOtherMachine)
	})
}

// Of two humans who decide at once, one wins and the other is told what was
// decided; the same human with the same key hears the same again.
func TestCaseRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(3, 30) {
			a, _, sold := w.copied()
			id := w.caseOf(a)
			errs := make([]error, 6)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					d := []license.Decision{license.Accept, license.Evict, license.Replace}[i%3]
					_, errs[i] = w.DecideCase(context.Background(), w.a.All(), id, license.CaseDecision{Do: d, Reason: "race"})
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				want(t, err, license.ErrCaseDecided)
				if fault.As(err).Args["decision"] == "" {
					t.Errorf("%+v", fault.As(err).Args)
				}
			}
			if won != 1 {
				t.Fatalf("%d decisions", won)
			}
			w.sound(sold.Licenses...)
		}
		if n := len(w.events("case.decided")); n != rounds(3, 30) {
			t.Errorf("%d decisions in the journal", n)
		}
		a, _, _ := w.copied()
		by := w.a.All().With(actor.Retry{Key: "k", Route: "r"})
		id, in := w.caseOf(a), license.CaseDecision{Do: license.Evict, Reason: "again"}
		for range 2 {
			c, err := w.DecideCase(t.Context(), by, id, in)
			must(t, err)
			if c.State != license.CaseDecided {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// A message of a copy and the decision at the same moment: the container ends in
// one state or the other, never with a seat too many.
func TestCaseRacesMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(4, 40) {
			a, b, sold := w.copied()
			id := w.caseOf(a)
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := w.DecideCase(context.Background(), w.a.All(), id, license.CaseDecision{Do: license.Accept, Reason: "race"})
				must(t, err)
			})
			for _, x := range []*box{a, b} {
				token := x.sign(x.request(wire.ActRefresh))
				wg.Go(func() { _, _ = w.Exchange(context.Background(), anyone(), token) })
			}
			wg.Wait()
			w.used(sold, 1)
			w.sound(sold.Licenses...)
		}
	})
}

// Who may see and who may decide.
func TestCaseRights(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, _, _ := w.copied()
		id := w.caseOf(a)
		for org, n := range map[actor.OrgID]int{w.a.Direct: 1, w.a.Reseller: 0} {
			page, err := w.ListCases(ctx, w.a.Below(org), license.CaseQuery{})
			must(t, err)
			if len(page.Items) != n {
				t.Errorf("%d cases", len(page.Items))
			}
		}
		reader := w.a.All()
		reader.Perms = actor.NewSet(actor.CaseRead, actor.ContainerEvict)
		_, err := w.GetCase(ctx, reader, id)
		must(t, err)
		_, err = w.DecideCase(ctx, reader, id, license.CaseDecision{Do: license.Accept, Reason: "x"})
		want(t, err, actor.ErrDenied)
		for _, bad := range []string{"", "  ", "two\nlines", strings.Repeat("x", 501)} {
			_, err = w.DecideCase(ctx, w.a.All(), id, license.CaseDecision{Do: license.Accept, Reason: bad})
			want(t, err, license.ErrCaseReason)
		}
		_, err = w.DecideCase(ctx, w.a.All(), id, license.CaseDecision{Do: "forgive", Reason: "x"})
		want(t, err, license.ErrBadDecision)
		_, err = w.ListCases(ctx, w.a.All(), license.CaseQuery{After: "?"})
		want(t, err, license.ErrCursor)
		_, err = w.DecideCase(ctx, w.a.Below(w.a.Direct), id, license.CaseDecision{Do: license.Block, Reason: "our own"})
		must(t, err)
	})
}

// Cases are listed newest first, page by page, and the evidence of one is bounded.
func TestCaseLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var boxes []*box
		for range 5 {
			a, _, _ := w.copied()
			boxes = append(boxes, a)
		}
		w.decide(boxes[4], license.Block)
		var seen []license.ContainerID
		for at := ""; ; {
			page, err := w.ListCases(t.Context(), w.a.All(), license.CaseQuery{State: license.CaseOpen, After: at, Limit: 2})
			must(t, err)
			for _, c := range page.Items {
				seen = append(seen, c.Container)
			}
			if at = page.Next; at == "" {
				break
			}
		}
		if len(seen) != 4 || seen[0] != boxes[3].id() || seen[3] != boxes[0].id() {
			t.Errorf("%v", seen)
		}
		sold, a := w.sell(item(catalog.Multi), 2), w.box()
		_, err := a.activate(sold.Code)
		must(t, err)
		for range 25 {
			a.elsewhere()
		}
		if all := w.open(a); len(all) != 1 || all[0].Findings != 20 {
			t.Errorf("%+v", all)
		}
	})
}
