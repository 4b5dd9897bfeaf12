package license_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// made looks at the block list of publisher a as the job does.
func (w *world) made(issued bool) license.BlockListMade {
	w.t.Helper()
	m, err := w.IssueBlockList(context.Background(), w.a.Publisher)
	must(w.t, err)
	if m.Issued != issued {
		w.t.Fatalf("%+v, want issued %v", m, issued)
	}
	return m
}

// due is how many publishers' lists are due.
func (w *world) due() int {
	w.t.Helper()
	n, err := w.DueBlockLists(context.Background())
	must(w.t, err)
	return n
}

// listed are the containers on the list that anybody gets.
func (w *world) listed(boxes ...*box) *wire.BlockList {
	w.t.Helper()
	l, err := w.BlockList(context.Background(), anyone(), w.a.Publisher)
	must(w.t, err)
	a := w.read(l.Lines)
	if len(a.lists) != 1 || a.lists[0].Seq != l.Seq || a.lists[0].IssuedAt != l.Issued.Unix() || len(a.lists[0].Licenses) != 0 {
		w.t.Fatalf("%+v: %d lists", l, len(a.lists))
	}
	want := []string{}
	for _, b := range boxes {
		want = append(want, b.keys.Hash())
	}
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(a.lists[0].Containers)); !slices.Equal(got, want) {
		w.t.Fatalf("the list names %v, want %v", got, want)
	}
	return a.lists[0]
}

// A container whose license was restored elsewhere is listed until it has shown that
// it holds it no more; then it gets a list that does not name it.
func TestBlockListOfLost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		lost, fresh := w.box(), w.box()
		_, err := lost.activate(i.Code)
		must(t, err)
		w.made(false)
		_, err = w.BlockList(t.Context(), anyone(), w.a.Publisher)
		want(t, err, license.ErrNoBlockList)
		_, err = fresh.restore(i.Code, "")
		must(t, err)
		if w.due() != 1 {
			t.Fatal("nothing is due")
		}
		if m := w.made(true); m.Containers != 1 || m.LeftOut != 0 {
			t.Fatalf("%+v", m)
		}
		first := w.listed(lost)
		if w.due() != 0 {
			t.Error("it is due again")
		}
		w.made(false)
		if rows := w.events("blocklist.issued"); len(rows) != 1 {
			t.Fatalf("%d journal lines", len(rows))
		}
		w.now.Advance(time.Minute)

		back := lost.request(wire.ActRefresh)
		got, err := lost.send(back)
		must(t, err)
		if got.commands() != wire.CmdBlock || len(got.lists) != 0 {
			t.Fatalf("%q with %d lists", got.commands(), len(got.lists))
		}
		w.made(false) // told, and not yet confirmed
		w.listed(lost)
		_, err = lost.send(lost.receipt())
		must(t, err)
		if rows := w.events("activation.given_up"); len(rows) != 1 {
			t.Fatalf("%d journal lines", len(rows))
		}
		w.made(true)
		second := w.listed()
		if second.Seq <= first.Seq || second.IssuedAt < first.IssuedAt {
			t.Fatalf("%+v after %+v", second, first)
		}

		third := lost.request(wire.ActRefresh)
		signed := lost.sign(third)
		lines, err := w.Exchange(t.Context(), anyone(), signed)
		must(t, err)
		if a := w.read(lines); len(a.lists) != 1 || a.lists[0].Seq != second.Seq {
			t.Fatalf("%d lists", len(a.lists))
		}
		_, err = w.Decide(t.Context(), w.a.All(), fresh.id(), license.Block)
		must(t, err)
		w.made(true)
		again, err := w.Exchange(t.Context(), anyone(), signed) // the same message, the same bytes
		must(t, err)
		if !slices.Equal(lines, again) {
			t.Error("the repeat says something else")
		}
		got, err = lost.refresh()
		must(t, err)
		if len(got.lists) != 0 {
			t.Error("it is given a list once more")
		}
		w.sound(i.Licenses[0])
	})
}

// Who returns what is away, or gets the license again, is off the list, too.
func TestBlockListGivenUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore = catalog.Restore{Count: 9, PerDays: 365} }), 1)
		a, b := w.box(), w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = b.restore(i.Code, "")
		must(t, err)
		w.made(true)
		w.listed(a)
		_, err = a.send(a.giveBack(i.Licenses[0].String()))
		must(t, err)
		w.made(true)
		w.listed()

		_, err = a.restore(i.Code, "") // and b is lost now
		must(t, err)
		w.made(true)
		w.listed(b)
		_, err = b.restore(i.Code, "")
		must(t, err)
		w.made(true)
		w.listed(a)
		if rows := w.events("activation.given_up"); len(rows) != 2 {
			t.Fatalf("%d journal lines", len(rows))
		}
	})
}

// A container that rightly holds something is not listed, whatever else is away from it.
func TestBlockListSpares(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, kept := w.sell(item(catalog.Multi), 1), w.sell(item(catalog.Multi), 1)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = a.activate(kept.Code)
		must(t, err)
		look, err := w.Look(t.Context(), anyone(), i.Code)
		must(t, err)
		_, err = w.Move(t.Context(), w.a.All().Because(noted("other", "as agreed")), look.Holdings[0].Devices[0].ID)
		must(t, err)
		if m := w.made(false); m.Containers != 0 {
			t.Fatalf("%+v", m)
		}
		look, err = w.Look(t.Context(), anyone(), kept.Code)
		must(t, err)
		_, err = w.Move(t.Context(), w.a.All().Because(noted("other", "as agreed")), look.Holdings[0].Devices[0].ID)
		must(t, err)
		w.made(true)
		w.listed(a)
	})
}

// What a human blocks is listed until it is lifted: a container whatever it holds, a
// license wherever nothing else may be used.
func TestBlockListOfBlocked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, other := w.sell(item(catalog.Multi), 3), w.sell(item(catalog.Multi), 1)
		a, b := w.box(), w.box()
		for _, x := range []*box{a, b} {
			_, err := x.activate(i.Code)
			must(t, err)
		}
		_, err := b.activate(other.Code)
		must(t, err)
		empty := w.box()
		_, err = empty.activate(i.Code)
		must(t, err)
		_, err = empty.send(empty.giveBack(i.Licenses[0].String()))
		must(t, err)
		_, err = w.Decide(t.Context(), w.a.All(), empty.id(), license.Block)
		must(t, err)
		w.made(false)

		_, err = w.BlockLicense(t.Context(), w.a.All().Because(noted("other", "as agreed")), i.Licenses[0])
		must(t, err)
		w.made(true)
		w.listed(a) // b has something else
		_, err = w.Decide(t.Context(), w.a.All(), b.id(), license.Block)
		must(t, err)
		w.made(true)
		w.listed(a, b)
		_, err = w.UnblockLicense(t.Context(), w.a.All().Because(noted("other", "as agreed")), i.Licenses[0])
		must(t, err)
		w.made(true)
		w.listed(b)
		first := w.listed(b)
		w.now.Advance(time.Minute)
		_, err = w.Decide(t.Context(), w.a.All(), b.id(), license.Accept)
		must(t, err)
		got, err := b.refresh()
		must(t, err)
		if len(got.licenses) != 2 || got.licenses[0].IssuedAt <= first.IssuedAt {
			t.Fatalf("%+v", got.licenses)
		}
		_, err = w.Decide(t.Context(), w.a.All(), b.id(), license.Block)
		must(t, err)
		w.made(true) // the same container, blocked anew: what it was given meanwhile would outrank the first list
		if second := w.listed(b); second.IssuedAt < got.licenses[0].IssuedAt {
			t.Fatalf("%+v", second)
		}
	})
}

// An entry ends with its license, when the list is next looked at.
func TestBlockListEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.TimeLimited, func(s *catalog.Snapshot) {
			s.Model.Duration = catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
			s.Model.GraceDays, s.Model.Enforce = 5, "enforce"
		}), 1)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = w.box().restore(i.Code, "")
		must(t, err)
		w.made(true)
		w.listed(a)
		for range 34 {
			w.now.Advance(24 * time.Hour)
			if w.due() != 1 {
				t.Fatal("it is not looked at daily")
			}
			w.made(false)
		}
		w.now.Advance(3 * 24 * time.Hour)
		w.made(true)
		w.listed()
	})
}

// After a restore from a backup the numbers go on above all that were given out,
// also from the same backup twice.
func TestBlockListNumbersAfterRestore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 2)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Block)
		must(t, err)
		w.made(true)
		folder := filepath.Join(t.TempDir(), "backup")
		_, err = db.Backup(t.Context(), w.d, folder)
		must(t, err)
		last := w.listed(a).Seq
		for range 3 { // which the backup does not know of
			w.now.Advance(time.Minute)
			_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Accept)
			must(t, err)
			w.made(true)
			_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Block)
			must(t, err)
			w.made(true)
			last = max(last, w.listed(a).Seq)
		}
		for range 2 {
			w.now.Advance(time.Minute)
			w.reopen(t, w.d.Engine(), folder)
			if w.due() == 0 {
				t.Fatal("the list is not made anew")
			}
			w.made(true)
			next := w.listed(a).Seq
			if next <= last {
				t.Fatalf("number %d after %d", next, last)
			}
			last = next
			w.made(false)
		}
	})
}

// A list that is signed by a revoked key is believed by nobody: it is made anew.
func TestBlockListUnderRevokedKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = w.box().restore(i.Code, "")
		must(t, err)
		w.made(true)
		first := w.listed(a)
		key, err := w.keys.Keyring().Issuer(w.a.Publisher)
		must(t, err)
		w.rotate(w.a)
		w.made(false)
		w.listed(a) // under the retired key, with its certificate
		lines, err := w.root.RevokeKey(w.a.Publisher.String(), key.KID, "stolen", nil, w.d.Now())
		must(t, err)
		_, err = w.keys.Install(t.Context(), w.a.All(), []byte(strings.Join(lines, "\n")))
		must(t, err)
		if w.due() != 1 {
			t.Fatal("the revocation is not noticed")
		}
		w.made(true)
		if second := w.listed(a); second.Seq <= first.Seq {
			t.Fatalf("%+v", second)
		}
		if w.due() != 0 {
			t.Error("it is due again")
		}
	})
}

// A publisher that cannot sign keeps nobody waiting, and loses no change.
func TestBlockListWithoutKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Block)
		must(t, err)
		w.now.Advance(20 * year)
		_, err = w.IssueBlockList(t.Context(), w.a.Publisher)
		want(t, err, sign.ErrNoKey)
		jobs := job.NewService(w.d, w.gate, job.Options{Sleep: func(context.Context, time.Duration) error { return nil }})
		jobs.Handle(license.BlockListKind, 0, w.BlockListJob)
		w.due()
		must(t, jobs.Drain(t.Context()))
		open, err := jobs.List(t.Context(), w.a.All(), job.Filter{})
		must(t, err)
		if len(open) != 1 || open[0].State != job.Open || !strings.Contains(open[0].LastError, sign.ErrNoKey.Code) {
			t.Fatalf("%+v", open)
		}
		w.rotate(w.a)
		w.made(true)
		w.listed(a)
	})
}

// Nodes that look at once give out no number twice, and miss nothing.
func TestBlockListRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 10)
		boxes := make([]*box, 6)
		for n := range boxes {
			boxes[n] = w.box()
			_, err := boxes[n].activate(i.Code)
			must(t, err)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		seen := map[int64]int{}
		for _, b := range boxes {
			all.Go(func() {
				_, err := w.Decide(context.Background(), w.a.All(), b.id(), license.Block)
				if err != nil {
					t.Error(err)
				}
				m, err := w.IssueBlockList(context.Background(), w.a.Publisher)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if m.Issued {
					seen[m.Seq]++
				}
			})
		}
		all.Wait()
		m, err := w.IssueBlockList(t.Context(), w.a.Publisher) // what a lost race left
		must(t, err)
		if m.Issued {
			seen[m.Seq]++
		}
		w.listed(boxes...)
		if rows := w.events("blocklist.issued"); len(rows) != len(seen) {
			t.Fatalf("%d lists in the journal, %d were made", len(rows), len(seen))
		}
		for seq, times := range seen {
			if times != 1 {
				t.Fatalf("number %d was given out %d times", seq, times)
			}
		}
		if w.due() != 1 { // the first look of a process goes through everything
			t.Error("the sweep")
		}
		if w.due() != 0 {
			t.Error("something is left")
		}
	})
}

// The lists of two publishers have nothing to do with each other.
func TestBlockListsOfPublishers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi), 1)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		_, err = w.Decide(t.Context(), w.a.All(), a.id(), license.Block)
		must(t, err)
		m, err := w.IssueBlockList(t.Context(), w.b.Publisher)
		must(t, err)
		if m.Issued || m.Containers != 0 {
			t.Fatalf("%+v", m)
		}
		w.made(true)
		for _, p := range []actor.PublisherID{w.b.Publisher, {1: 7, 6: 0x70, 8: 0x80}} {
			_, err = w.BlockList(t.Context(), anyone(), p)
			want(t, err, license.ErrNoBlockList)
		}
	})
}
