package license_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// together runs all of them at the same moment, in any order. A refusal of this
// package is an answer; anything else is not.
func together(t *testing.T, all ...func() error) (won int64) {
	t.Helper()
	var done atomic.Int64
	var ready, group sync.WaitGroup
	ready.Add(len(all))
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, one := range all {
		group.Go(func() {
			ready.Done()
			ready.Wait()
			switch err := one(); {
			case err == nil:
				done.Add(1)
			case !strings.HasPrefix(fault.CodeOf(err), "license.") || fault.KindOf(err) == fault.Internal || errors.Is(err, license.ErrSuspect):
				t.Error(err)
			}
		})
	}
	group.Wait()
	return done.Load()
}

// Splits, merges, transfers and replacements of the parts of one order line while
// devices activate and return, and the line is lowered and raised, all at once: the
// line has what was ordered, no license has more devices than seats, and when every
// device has been heard, it holds what the server counts.
func TestRaceOfVerbs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(6, 300) {
			newMarket(w).rush(t)
		}
	})
}

func (m *market) rush(t *testing.T) {
	t.Helper()
	w, ctx := m.w, context.Background()
	out, err := w.Split(ctx, w.a.All(), m.tickets[0].id, 3)
	must(t, err)
	m.tickets = append(m.tickets, holding{out.Ticket.ID, out.Code})
	for i, d := range m.devices {
		_, err := d.activate(m.tickets[i%2].code)
		must(t, err)
	}
	lids := []license.LicenseID{out.From.Licenses[0].ID, out.Ticket.Licenses[0].ID}
	var acts []func() error
	for i, one := range m.tickets {
		other := m.tickets[1-i]
		acts = append(acts,
			func() error { _, err := w.Split(ctx, w.a.All(), one.id, 1); return err },
			func() error { _, err := w.Merge(ctx, w.a.All(), one.id, other.id); return err },
			func() error { _, err := w.Replace(ctx, w.a.All(), license.ReplaceInput{License: lids[i]}); return err },
			func() error { _, err := w.Replace(ctx, w.a.All(), license.ReplaceInput{License: lids[i]}); return err },
		)
		for _, how := range []string{license.DevicesKeep, license.DevicesReturn} {
			acts = append(acts, func() error {
				_, err := w.Transfer(ctx, w.a.All(), license.TransferInput{Ticket: one.id, To: w.a.Customer, Devices: how})
				return err
			})
		}
	}
	m.devices = append(m.devices, w.crowd(6)...)
	for i, b := range m.devices[4:] {
		token := b.sign(b.request(wire.ActActivate, withCode(m.tickets[i%2].code)))
		acts = append(acts, func() error { _, err := w.Exchange(ctx, anyone(), token); return err })
	}
	for _, d := range m.devices[:2] {
		for id := range d.held {
			token := d.sign(d.giveBack(id))
			delete(d.held, id)
			acts = append(acts, func() error { _, err := w.Exchange(ctx, anyone(), token); return err })
		}
	}
	acts = append(acts,
		func() error {
			if _, err := w.lower(m.line, 1); err != nil {
				t.Error("seats were overlooked on their way from one license to another:", err)
			}
			return nil
		},
		func() error { _, err := w.raise(m.line, 1); return err },
	)
	together(t, acts...)
	m.rested(t)
}

// rested has every device heard, and compares.
func (m *market) rested(t *testing.T) {
	t.Helper()
	if n, _ := m.w.lineOf(m.line); n != m.total {
		t.Fatalf("the line has %d seats, %d were ordered", n, m.total)
	}
	for range 3 { // to be told, to have said so, to be told what followed
		for _, d := range m.devices {
			if _, err := d.refresh(); err != nil && !errors.Is(err, license.ErrUnknownContainer) {
				t.Fatal(err)
			}
		}
	}
	var used int64
	_, byTicket := m.w.lineOf(m.line)
	for ticket := range byTicket {
		info, err := m.w.GetTicket(context.Background(), m.w.a.All(), ticket)
		must(t, err)
		for _, l := range info.Licenses {
			used += l.Used
			m.w.sound(l.ID)
		}
	}
	var copies int64
	for _, d := range m.devices {
		copies += int64(len(d.held))
	}
	if copies > used || used > m.total {
		t.Fatalf("%d copies, %d seats used, %d ordered", copies, used, m.total)
	}
}

// A ticket that all want at once goes into one other, to one holder, and its license
// is replaced once.
func TestRaceOfOneVerb(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for range rounds(8, 300) {
			sold, line := w.bought(item(catalog.Multi), 6)
			var parts []license.TicketID
			for range 2 {
				out, err := w.Split(ctx, w.a.All(), sold.Ticket, 2)
				must(t, err)
				parts = append(parts, out.Ticket.ID)
			}
			var merges, replaces, moves []func() error
			for range 4 {
				for _, into := range []license.TicketID{sold.Ticket, parts[1]} {
					merges = append(merges, func() error { _, err := w.Merge(ctx, w.a.All(), into, parts[0]); return err })
				}
				replaces = append(replaces, func() error {
					_, err := w.Replace(ctx, w.a.All(), license.ReplaceInput{License: sold.Licenses[0]})
					return err
				})
				for _, to := range []actor.OrgID{w.a.Customer, w.a.Customer} {
					moves = append(moves, func() error {
						_, err := w.Transfer(ctx, w.a.All(), license.TransferInput{Ticket: parts[1], To: to, Devices: license.DevicesReturn})
						return err
					})
				}
			}
			for name, acts := range map[string][]func() error{"merge": merges, "replace": replaces, "transfer": moves} {
				if won := together(t, acts...); won != 1 {
					t.Fatalf("%d of %s", won, name)
				}
			}
			if n, _ := w.lineOf(line); n != 6 {
				t.Fatalf("the line has %d seats", n)
			}
		}
	})
}

// The last restore of the allowance, wanted by new machines and by the owner of a
// device that is gone: one of them has it.
func TestRaceForTheLastAllowance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		owner := w.a.At(w.a.Root, actor.ContainerEvict).Because(noted(license.ReasonLost, ""))
		for range rounds(8, 500) {
			i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore.Count = 1 }), 2)
			var acts []func() error
			for _, b := range w.crowd(2) {
				_, err := b.activate(i.Code)
				must(t, err)
				lost := w.newestOf(i)
				for range 3 {
					acts = append(acts, func() error { _, err := w.Evict(ctx, owner, lost); return err })
				}
				for _, fresh := range w.crowd(3) {
					token := fresh.sign(fresh.request(wire.ActRestore, withCode(i.Code), func(r *wire.Request) { r.Lost = lost.String() }))
					acts = append(acts, func() error { _, err := w.Exchange(ctx, anyone(), token); return err })
				}
			}
			together(t, acts...)
			page, err := w.ListActivations(ctx, w.a.All(), i.Licenses[0], "", 100)
			must(t, err)
			away := 0
			for _, a := range page.Items {
				if a.State == license.ActivationRestoredAway {
					away++
				}
			}
			if away != 1 {
				t.Fatalf("%d devices were given up by one restore", away)
			}
			w.sound(i.Licenses[0])
		}
	})
}
