package license_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

func (w *world) ship(since int64) ([]byte, int64) {
	w.t.Helper()
	_, err := actor.SealOnce(context.Background(), w.d)
	must(w.t, err)
	var out bytes.Buffer
	next, err := ship.Ship(context.Background(), w.d, w.a.Publisher, ship.Position{Upto: since}, &out, w.Cargo)
	must(w.t, err)
	return out.Bytes(), next.Upto
}

// What was shipped before its journal row had a sequence is not shipped again
// when it has one, unless nobody remembers.
func TestShippedAheadOnce(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			ctx := t.Context()
			sold := w.issue(license.IssueInput{Line: w.line(), Item: item(catalog.Multi), Quantity: 5})[0]
			_, at := w.ship(0)
			activated := func() string {
				x := w.box()
				_, err := x.activate(sold.Code)
				must(t, err)
				return w.activationOf(x, sold)
			}
			carry := func(since ship.Position) (string, ship.Position) {
				var out strings.Builder
				next, err := ship.Ship(ctx, w.d, w.a.Publisher, since, &out, w.Cargo)
				must(t, err)
				return out.String(), next
			}
			row := func(id string) string {
				return `"table":"activation","row":["` + w.a.Publisher.String() + `","` + id + `"`
			}

			early := activated()
			first, ahead := carry(ship.Position{Upto: at})
			_, err := actor.SealOnce(ctx, w.d)
			must(t, err)
			late := activated()
			second, after := carry(ahead)
			whole, _ := carry(ship.Position{Upto: at})
			if !strings.Contains(first, row(early)) || ahead.Upto != at || !strings.Contains(second, row(late)) || after.Upto <= at {
				t.Errorf("shipped %d and %d after %d:\n%s\n%s", ahead.Upto, after.Upto, at, first, second)
			}
			if strings.Contains(second, row(early)) {
				t.Errorf("shipped twice:\n%s", second)
			}
			if !strings.Contains(whole, row(early)) || !strings.Contains(whole, row(late)) {
				t.Errorf("without memory something is missing:\n%s", whole)
			}
		})
	}
}

// image is what one may know of the licenses of publisher a.
func (w *world) image() string {
	w.t.Helper()
	var out strings.Builder
	tickets, err := w.ListTickets(context.Background(), w.a.All(), license.TicketQuery{Limit: 500})
	must(w.t, err)
	for _, x := range tickets.Items {
		out.WriteString(x.ID.String() + " " + string(x.State))
		for _, l := range x.Licenses {
			out.WriteString(" " + string(l.State))
			page, err := w.ListActivations(context.Background(), w.a.All(), l.ID, "", 500)
			must(w.t, err)
			for _, a := range page.Items {
				out.WriteString(" " + a.ID.String() + string(a.State))
			}
			fmt.Fprint(&out, " ", l.Added, len(l.Changes))
			if l.Units != nil {
				fmt.Fprint(&out, " ", *l.Units)
			}
			out.WriteString(strings.Join([]string{" ", l.LastDay.String(), l.KeyHint}, " "))
			out.WriteString(strings.Repeat("|", int(l.Used)) + strings.Repeat(".", int(l.Quantity)))
		}
		out.WriteString("\n")
	}
	cases, err := w.ListCases(context.Background(), w.a.All(), license.CaseQuery{})
	must(w.t, err)
	for _, c := range cases.Items {
		full, err := w.GetCase(context.Background(), w.a.All(), c.ID)
		must(w.t, err)
		out.WriteString(full.Text("en"))
	}
	return out.String()
}

// Backup, more work, a restore of the old backup, and the shipped journal on top
// of it: everything is known again, nothing is sold twice, codes go on working.
func TestRestoreAndReplay(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			ctx := t.Context()
			line := w.line()
			old := w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 5})[0]
			trial := w.sell(item(catalog.Trial, func(s *catalog.Snapshot) { s.Model.Duration = catalog.Duration{Days: 30, From: catalog.FromIssue} }), 9)
			a, b, lost := w.box(), w.box(), w.box()
			for _, x := range []*box{a, lost} {
				_, err := x.activate(old.Code)
				must(t, err)
			}
			base, quiet := w.sell(item(catalog.Multi), 3), w.sell(item(catalog.TimeLimited, lasting(12)), 1)
			add := w.sell(changing(catalog.AddOn, "ADD", func(s *catalog.Snapshot) { s.Adds.Quantity = 2 }), 2)
			units := w.issue(license.IssueInput{Item: counted(), Quantity: 3, Keys: true})[0]
			holder := w.box()
			for _, code := range []string{base.Code, units.Code} {
				_, err := holder.activate(code)
				must(t, err)
			}
			first, at := w.ship(0)
			folder := filepath.Join(t.TempDir(), "backup")
			_, err := db.Backup(ctx, w.d, folder)
			must(t, err)

			// What the backup does not know.
			fresh := w.issue(license.IssueInput{Line: w.line(), Item: item(catalog.Multi), Quantity: 3, PerUnit: true, Keys: true})
			many := w.issue(license.IssueInput{Line: w.line(), Item: item(catalog.Multi), Quantity: 60, PerUnit: true, Keys: true}) // a sheet
			_, err = b.activate(old.Code)
			must(t, err)
			_, err = b.activate(fresh[1].Code)
			must(t, err)
			_, err = a.send(a.giveBack(old.Licenses[0].String()))
			must(t, err)
			_, err = a.activate(old.Code)
			must(t, err)
			spare := w.box()
			spareToken := spare.sign(spare.request(wire.ActRestore, withCode(old.Code), func(r *wire.Request) { r.Lost = w.activationOf(lost, old) }))
			restored, err := w.Exchange(ctx, anyone(), spareToken)
			must(t, err)
			tester := w.box()
			_, err = tester.activate(trial.Code)
			must(t, err)
			_, err = w.lower(line, 1)
			must(t, err)
			gone := w.line()
			w.issue(license.IssueInput{Line: gone, Item: item(catalog.Multi), Quantity: 2})
			_, err = w.reverse(gone)
			must(t, err)
			_, err = w.Extend(ctx, w.a.All(), trial.Licenses[0], day.Of(2027, 9, 1))
			must(t, err)
			_, err = w.BlockTicket(ctx, w.a.All(), fresh[2].Ticket)
			must(t, err)
			key, err := w.RevealKey(ctx, w.a.All(), old.Licenses[0])
			must(t, err)
			_, err = w.Extend(ctx, w.a.All(), quiet.Licenses[0], day.Of(2029, 9, 1))
			must(t, err)
			holder.spend(units.Licenses[0].String(), 40)
			_, err = holder.activate(add.Code, withBase(base.Licenses[0]))
			must(t, err)
			consumed := license.ConsumeInput{Key: units.Keys[0], Nonce: nonce(), Units: 30}
			_, err = w.Consume(ctx, anyone(), consumed)
			must(t, err)
			doubted, _, _ := w.copied()
			open := w.caseOf(doubted)
			settled, _, _ := w.copied()
			w.decide(settled, license.Accept)
			before := w.image()
			second, end := w.ship(at)
			if end <= at {
				t.Fatalf("shipped up to %d, before up to %d", end, at)
			}

			w.reopen(t, e, folder)
			if w.image() == before {
				t.Fatal("the backup is not old")
			}
			n, err := ship.Replay(ctx, w.d, bytes.NewReader(append(first, second...)))
			must(t, err)
			if n == 0 {
				t.Fatal("nothing was replayed")
			}
			if after := w.image(); after != before {
				t.Fatalf("before:\n%s\nafter:\n%s", before, after)
			}
			n, err = ship.Replay(ctx, w.d, bytes.NewReader(append(first, second...)))
			must(t, err)
			if n != 0 {
				t.Fatalf("%d rows a second time", n)
			}
			w.sound(base.Licenses[0], old.Licenses[0], fresh[1].Licenses[0], trial.Licenses[0])

			_, err = w.DecideCase(ctx, w.a.All(), open, license.CaseDecision{Do: license.Evict, Reason: "after the restore"})
			must(t, err)
			again, err := w.Exchange(ctx, anyone(), spareToken) // a repeat over the restore
			must(t, err)
			if join(again) != join(restored) {
				t.Fatal("another answer after the restore")
			}
			for _, x := range []*box{a, b, tester} {
				got, err := x.refresh()
				must(t, err)
				if len(got.licenses) > 0 && got.licenses[0].Epoch != 2 {
					t.Fatalf("epoch %d", got.licenses[0].Epoch)
				}
			}
			left, err := w.Consume(ctx, anyone(), consumed) // the same consumption, over the restore
			must(t, err)
			if left.Spent != 70 {
				t.Fatalf("%+v", left)
			}
			_, err = w.box().activate(fresh[0].Code)
			must(t, err)
			_, err = w.box().activate(fresh[1].Code)
			want(t, err, license.ErrNoSeat)
			_, err = w.boxOn(tester.parts).activate(trial.Code)
			want(t, err, license.ErrTrialUsed)
			_, err = w.Validate(ctx, anyone(), license.ValidateInput{Key: key, Nonce: nonce()})
			must(t, err)
			_, err = w.Validate(ctx, anyone(), license.ValidateInput{Key: fresh[0].Keys[0], Nonce: nonce()})
			must(t, err)
			for _, i := range []int{0, 59} {
				_, err = w.box().activate(many[i].Code)
				must(t, err)
				_, err = w.Validate(ctx, anyone(), license.ValidateInput{Key: many[i].Keys[0], Nonce: nonce()})
				must(t, err)
			}
		})
	}
}

func (w *world) activationOf(b *box, i license.Issued) string {
	w.t.Helper()
	page, err := w.ListActivations(context.Background(), w.a.All(), i.Licenses[0], "", 500)
	must(w.t, err)
	for _, a := range page.Items {
		if a.Container == b.id() {
			return a.ID.String()
		}
	}
	w.t.Fatal("no activation")
	return ""
}
