package license_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

// told is what the journal has for lines and their licenses, without ids.
func (w *world) told(lines []license.OrderLineID) map[license.OrderLineID][]string {
	w.t.Helper()
	lineOf := map[[16]byte]license.OrderLineID{}
	for _, line := range lines {
		lineOf[line] = line
		for _, t := range w.tickets(line) {
			lineOf[t.License] = line
		}
	}
	out := map[license.OrderLineID][]string{}
	for _, row := range w.events("") {
		data := row.Data
		var of struct {
			License license.LicenseID `json:"license"`
		}
		line, known := lineOf[row.EntityID]
		if row.Event == "activation.issued" || row.Event == "activation.confirmed" {
			continue // devices bring these about
		}
		if row.Entity == "activation" {
			must(w.t, json.Unmarshal([]byte(data), &of))
			line, known = lineOf[of.License]
		}
		if row.Entity == "activation" || row.Event == "ticket.issued" {
			data = "" // ids
		}
		if known {
			out[line] = append(out[line], row.Entity+" "+row.Event+" "+data)
		}
	}
	return out
}

// Many lines changed at once end as each of them by itself does, with the same
// journal lines.
func TestLinesTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const all, some = 1030, 16 // more than one statement takes; and those that have a twin
		var lines, twins []license.OrderLineID
		var in []license.IssueInput
		for i := range all + some {
			kind := i % all
			one := license.IssueInput{
				Line: w.line(), Holder: w.a.Direct, Item: item(catalog.Multi), Quantity: int64(kind%4 + 2), PerUnit: kind%3 == 0,
			}
			in = append(in, one)
			if i < all {
				lines = append(lines, one.Line)
			} else {
				twins = append(twins, one.Line)
			}
		}
		var made []license.Issued
		must(t, w.tx(func(tx *db.Tx) (err error) { made, err = w.Issue(tx, w.a.System(), in); return err }))
		boxes := w.crowd(2)
		for _, i := range made { // some of each are in use
			at := max(slices.Index(lines[:some], i.Line), slices.Index(twins, i.Line))
			for _, b := range boxes[:max(0, at%3)] {
				if _, err := b.activate(i.Code); err != nil {
					t.Fatal(err)
				}
			}
		}
		check := func(what string) {
			t.Helper()
			told := w.told(slices.Concat(lines[:some], twins))
			for i, twin := range twins {
				if a, b := w.seats(lines[i]), w.seats(twin); a != b {
					t.Fatalf("%s: line %d has %+v, its twin %+v", what, i, a, b)
				}
				if a, b := fmt.Sprint(told[lines[i]]), fmt.Sprint(told[twin]); a != b {
					t.Fatalf("%s: line %d\n%s\nits twin\n%s", what, i, a, b)
				}
			}
		}
		changes := func(of []license.OrderLineID, by func(i int) int64) (out []license.LineChange) {
			for i, line := range of {
				if n := by(i); n > 0 {
					out = append(out, license.LineChange{Line: line, By: n})
				}
			}
			return out
		}
		for round, by := range []func(int) int64{
			func(i int) int64 { return int64(i%4 + 2 - i%2) }, // all of it, or all but one
			func(i int) int64 { return int64(i % 5) },
			func(i int) int64 { return int64(i % 5 / 2) },
		} {
			raise := round == 1
			single := func(c license.LineChange) error {
				if raise {
					_, err := w.raise(c.Line, c.By)
					return err
				}
				_, err := w.lower(c.Line, c.By)
				return err
			}
			must(t, w.tx(func(tx *db.Tx) (err error) {
				if raise {
					_, err = w.Raise(tx, w.a.System(), changes(lines, by))
				} else {
					_, err = w.Lower(tx, w.a.System(), changes(lines, by))
				}
				return err
			}))
			for _, c := range changes(twins, by) {
				must(t, single(c))
			}
			check(fmt.Sprint("round ", round))
		}
		var r map[license.OrderLineID]license.LowerResult
		must(t, w.tx(func(tx *db.Tx) (err error) { r, err = w.ReverseLines(tx, w.a.System(), lines); return err }))
		for i, twin := range twins {
			one, err := w.reverse(twin)
			if err != nil || one != r[lines[i]] {
				t.Fatalf("line %d: %+v, its twin %+v %v", i, r[lines[i]], one, err)
			}
		}
		check("reversed")
		for _, line := range lines[some:] {
			if got := r[line]; got.RecallPending != 0 || len(r) != all {
				t.Fatalf("%+v of %d", got, len(r))
			}
		}
		for name, events := range map[string]int{"line.reversed": all + some, "line.raised": len(changes(lines, func(i int) int64 { return int64(i % 5) })) + len(changes(twins, func(i int) int64 { return int64(i % 5) }))} {
			if n := len(w.events(name)); n != events {
				t.Errorf("%d times %s, want %d", n, name, events)
			}
		}
	})
}

// A line of many tickets among small ones is reversed page by page.
func TestReverseLargeLine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lines := []license.OrderLineID{w.line(), w.line(), w.line()}
		for i, n := range []int64{3, 4001, 2} {
			w.issue(license.IssueInput{Line: lines[i], Item: item(catalog.Multi), Quantity: n, PerUnit: true})
		}
		var r map[license.OrderLineID]license.LowerResult
		must(t, w.tx(func(tx *db.Tx) (err error) { r, err = w.ReverseLines(tx, w.a.System(), lines); return err }))
		if r[lines[0]].Freed != 3 || r[lines[1]].Freed != 4001 || r[lines[2]].Freed != 2 {
			t.Fatalf("%+v", r)
		}
		for _, line := range lines {
			if n := w.sold(line); n != 0 {
				t.Fatalf("%d left", n)
			}
		}
	})
}

// Nothing of a set is carried out when one of its lines cannot be.
func TestLinesRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good, unknown := w.line(), w.line()
		w.issue(license.IssueInput{Line: good, Item: item(catalog.Multi), Quantity: 2})
		for by, want := range map[license.LineChange]error{
			{Line: unknown, By: 1}: license.ErrNoLine,
			{Line: unknown}:        license.ErrBadQuantity,
		} {
			err := w.tx(func(tx *db.Tx) error {
				_, err := w.Lower(tx, w.a.System(), []license.LineChange{{Line: good, By: 1}, by})
				return err
			})
			if err == nil || !errors.Is(err, want) || w.sold(good) != 2 {
				t.Fatalf("%v, %d sold", err, w.sold(good))
			}
		}
	})
}

// What a line sells anew is what it grows by, also when it has sold the same
// before.
func TestRaiseAfterExchange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		line := w.line()
		for _, number := range []string{"A", "B", "A"} {
			s := item(catalog.Multi, func(s *catalog.Snapshot) { s.Number = number })
			w.issue(license.IssueInput{Line: line, Item: s, Quantity: 1, PerUnit: true})
			if number != "A" || len(w.tickets(line)) == 3 {
				continue
			}
			_, err := w.reverse(line)
			must(t, err)
		}
		more, err := w.raise(line, 1)
		must(t, err)
		if l := w.license(more[0].Licenses[0]); l.Number != "A" {
			t.Fatalf("sold %s", l.Number)
		}
	})
}

// Lines are lowered while devices take seats of them: every line has what was
// sold, no seat is used that is not there.
func TestRaceLowerLines(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(2, 50) {
			const n = 40
			var made []license.Issued
			var less []license.LineChange
			for i := range n {
				line := w.line()
				made = append(made, w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 4, PerUnit: i%2 == 0})...)
				less = append(less, license.LineChange{Line: line, By: 3})
			}
			boxes := w.crowd(4)
			var wg sync.WaitGroup
			for at, b := range boxes {
				wg.Go(func() {
					for i := at; i < len(made); i += len(boxes) {
						_, err := b.activate(made[i].Code)
						if err != nil && !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrTicketReversed) && !errors.Is(err, license.ErrLicenseRecalled) {
							t.Error(err)
						}
					}
				})
			}
			wg.Go(func() {
				err := w.d.Write(context.Background(), func(tx *db.Tx) error { _, err := w.Lower(tx, w.a.System(), less); return err })
				if err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			for _, c := range less {
				if got := w.seats(c.Line).Sold; got != 1 {
					t.Fatalf("%d sold", got)
				}
			}
			for _, i := range made {
				w.sound(i.Licenses...)
			}
		}
	})
}
