package license_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

// lending is a floating license of so many places that may be borrowed for a week.
func (w *world) lending(places int64, change ...func(*catalog.ModelSpec)) license.Issued {
	w.t.Helper()
	return w.pool(places, append([]func(*catalog.ModelSpec){func(m *catalog.ModelSpec) { m.Floating.BorrowDays = 7 }}, change...)...)
}

func until(at time.Time) func(*wire.Request) {
	return func(r *wire.Request) { r.Until = at.Unix() }
}

// borrow borrows by a code.
func (b *box) borrow(code string, change ...func(*wire.Request)) (*answer, error) {
	b.w.t.Helper()
	return b.send(b.request(wire.ActBorrow, append([]func(*wire.Request){withCode(code)}, change...)...))
}

// keep borrows longer what is here.
func (b *box) keep(id string, change ...func(*wire.Request)) (*answer, error) {
	b.w.t.Helper()
	return b.send(b.request(wire.ActBorrow, append([]func(*wire.Request){func(r *wire.Request) { r.Want = []string{id} }}, change...)...))
}

// A place is borrowed, kept longer, and returned before its end.
func TestBorrow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, b := w.lending(2), w.box()
		id, start := i.Licenses[0].String(), w.d.Now()
		a, err := b.borrow(i.Code, until(start.Add(48*time.Hour)))
		must(t, err)
		l := a.licenses[0]
		if l.Expires != start.Add(48*time.Hour).Unix() || l.Grace != 60 || l.Model != "floating" || !l.Lease.IsZero() || l.Container.Key != b.keys.Hash() || l.NextContact != 0 {
			t.Fatalf("a borrow that says %+v", l)
		}
		must(t, second(w.box().lease(i.Code)))
		want(t, second(w.box().lease(i.Code)), license.ErrNoSeat)
		want(t, second(w.box().borrow(i.Code)), license.ErrNoSeat)
		w.holds(i.Licenses[0])
		w.now.Advance(24 * time.Hour)
		a, err = b.refresh() // the answer may have been lost
		must(t, err)
		if len(a.licenses) != 1 || a.licenses[0].Expires != l.Expires || a.licenses[0].Generation != 1 {
			t.Fatalf("refreshed: %+v", a.licenses)
		}
		a, err = b.keep(id, until(start.Add(30*time.Hour))) // earlier: nothing changes
		must(t, err)
		if a.licenses[0].Expires != l.Expires {
			t.Fatal("a borrow was shortened")
		}
		a, err = b.keep(id, until(start.Add(7*24*time.Hour)))
		must(t, err)
		if a.licenses[0].Expires != start.Add(7*24*time.Hour).Unix() || a.licenses[0].Generation != 1 {
			t.Fatalf("kept longer: %+v", a.licenses[0])
		}
		a, err = b.keep(id) // as long as is allowed, counted from today
		must(t, err)
		days := time.Unix(a.licenses[0].Expires, 0).Sub(w.d.Now())
		if days <= 7*24*time.Hour || days > 8*24*time.Hour {
			t.Fatalf("the longest borrow lasts %v", days)
		}
		page, err := w.ListActivations(t.Context(), w.a.All(), i.Licenses[0], "", 10)
		must(t, err)
		if p := page.Items[0]; p.State != license.ActivationLent || p.Lent.Unix() != a.licenses[0].Expires {
			t.Fatalf("%+v", p)
		}
		_, err = b.send(b.giveBack(id))
		must(t, err)
		must(t, second(b.borrow(i.Code)))
		w.used(i, 1) // the lease was over by then
		if b.held[id] != 2 || len(w.events("activation.lent")) != 2 || len(w.events("activation.lent_longer")) != 2 || len(w.events("activation.returned")) != 1 {
			t.Fatal("generation, or lines of the journal")
		}
		w.sound(i.Licenses[0])
	})
}

// A borrow ends by itself, whoever looks first.
func TestBorrowElapses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, look := range map[string]func(t *testing.T, i license.Issued, b *box){
			"lease":  func(t *testing.T, i license.Issued, _ *box) { must(t, second(w.box().lease(i.Code))) },
			"borrow": func(t *testing.T, i license.Issued, _ *box) { must(t, second(w.box().borrow(i.Code))) },
			"job": func(t *testing.T, i license.Issued, _ *box) {
				must(t, second(w.Elapse(t.Context())))
				w.used(i, 0)
			},
			"itself": func(t *testing.T, i license.Issued, b *box) {
				must(t, second(b.refresh()))
				w.used(i, 0)
			},
			"again": func(t *testing.T, i license.Issued, b *box) {
				must(t, second(b.borrow(i.Code)))
				if b.held[i.Licenses[0].String()] != 2 {
					t.Fatal("generation")
				}
			},
			"return": func(t *testing.T, i license.Issued, b *box) {
				must(t, second(b.send(b.giveBack(i.Licenses[0].String()))))
				w.used(i, 0)
			},
		} {
			t.Run(name, func(t *testing.T) {
				i, b := w.lending(1), w.box()
				must(t, second(b.borrow(i.Code, until(w.d.Now().Add(oneDay)))))
				w.now.Advance(oneDay + 59*time.Second)
				want(t, second(w.box().lease(i.Code)), license.ErrNoSeat)
				w.now.Advance(time.Second)
				look(t, i, b)
				w.holds(i.Licenses[0])
			})
		}
	})
}

// Answers get lost: nobody is taken for a copy, and nothing is taken twice.
func TestBorrowRepeats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i, b := w.lending(2), w.box()
		id := i.Licenses[0].String()
		token := b.sign(b.request(wire.ActBorrow, withCode(i.Code), until(w.d.Now().Add(time.Hour))))
		one, err := w.Exchange(ctx, anyone(), token)
		must(t, err)
		two, err := w.Exchange(ctx, anyone(), token)
		must(t, err)
		if join(one) != join(two) {
			t.Fatal("another answer")
		}
		w.used(i, 1)
		b.install(w.read(one))
		must(t, second(w.Exchange(ctx, anyone(), b.sign(b.request(wire.ActBorrow, withCode(i.Code), until(w.d.Now().Add(oneDay)))))))
		a, err := b.refresh() // the later end comes with the next contact
		must(t, err)
		if a.licenses[0].Expires != w.d.Now().Add(oneDay).Unix() {
			t.Fatal("the longer borrow got lost")
		}
		w.now.Advance(2 * oneDay)
		// It has ended; the answer to the next one gets lost and is not asked for again.
		must(t, second(w.Exchange(ctx, anyone(), b.sign(b.request(wire.ActBorrow, withCode(i.Code))))))
		a, err = b.refresh()
		must(t, err)
		if len(a.licenses) != 1 || b.held[id] != 2 {
			t.Fatalf("%+v", a.licenses)
		}
		r := b.receipt()
		r.Nonce = a.licenses[0].Nonce
		must(t, second(b.send(r)))
		w.used(i, 1)
		copied := b.clone() // of what it was before
		copied.held[id] = 1
		want(t, second(copied.refresh()), license.ErrSuspect)
		w.sound(i.Licenses[0])
	})
}

const oneDay = 24 * time.Hour

// What a borrow is refused, and what happens to one from outside.
func TestBorrowRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i, b, never, plain := w.lending(3, func(m *catalog.ModelSpec) { m.Floating.BorrowSeats = 2 }), w.box(), w.pool(1), w.sell(item(catalog.Multi), 1)
		want(t, second(b.borrow(never.Code)), license.ErrNotLent)
		want(t, second(b.borrow(plain.Code)), license.ErrNotFloating)
		want(t, second(b.borrow(i.Code, until(w.d.Now().Add(9*oneDay)))), license.ErrLentUntil)
		want(t, second(b.borrow(i.Code, until(w.d.Now().Add(-1)))), license.ErrLentUntil)
		far := day.FromTime(w.d.Now(), berlin).AddMonths(2) // the refusal names the day that was typed
		err := second(b.borrow(i.Code, until(far.AddDays(1).Start(time.UTC))))
		want(t, err, license.ErrLentUntil)
		if got := fault.As(err); got == nil || got.Args["value"] != far {
			t.Errorf("%v", err)
		}
		want(t, second(b.borrow(i.Code, func(r *wire.Request) { r.Quantity = 3 })), license.ErrLentOut)
		want(t, second(b.borrow(i.Code, func(r *wire.Request) { r.Product = "CAM" })), license.ErrOtherProduct)
		want(t, second(b.borrow(i.Code, func(r *wire.Request) { r.Fingerprint = nil })), license.ErrFingerprint)
		want(t, second(b.borrow(i.Code, func(r *wire.Request) { r.Container.Kind = wire.ContainerCloud })), license.ErrContainerKind)
		must(t, second(b.borrow(i.Code, func(r *wire.Request) { r.Quantity = 2 })))
		want(t, second(w.box().borrow(i.Code)), license.ErrLentOut)
		must(t, second(b.keep(i.Licenses[0].String())))
		want(t, second(b.keep(i.Licenses[0].String(), func(r *wire.Request) { r.Quantity = 3 })), license.ErrLentOut)
		want(t, second(b.keep(never.Licenses[0].String())), license.ErrNotWanted)
		must(t, second(w.box().lease(i.Code)))
		w.holds(i.Licenses[0])

		// It can not be taken from its device: it ends by itself.
		page, err := w.ListActivations(ctx, w.a.All(), i.Licenses[0], "", 10)
		must(t, err)
		_, err = w.Evict(ctx, w.a.All(), page.Items[0].ID)
		want(t, err, license.ErrLent)
		want(t, second(w.box().restore(i.Code, "")), license.ErrFloating)
		must(t, second(b.activate(i.Code, func(r *wire.Request) { r.Quantity = 3 }))) // it is here; no more of it comes so
		w.holds(i.Licenses[0])

		// What is taken back goes at the next contact, or at its end.
		must(t, recall(ctx, w, w.a.All(), i))
		w.used(i, 2)
		want(t, second(b.keep(i.Licenses[0].String())), license.ErrLicenseRecalled)
		a, err := b.refresh()
		must(t, err)
		if a.commands() != "recall" {
			t.Fatal(a.commands())
		}
		must(t, second(b.refresh()))
		w.used(i, 0)
		if w.license(i.Licenses[0]).State != license.LicenseRecalled {
			t.Fatal("not recalled")
		}
		silent := w.lending(1)
		must(t, second(w.box().borrow(silent.Code)))
		must(t, recall(ctx, w, w.a.All(), silent))
		w.now.Advance(9 * oneDay)
		must(t, second(w.Elapse(ctx)))
		if l := w.license(silent.Licenses[0]); l.State != license.LicenseRecalled || l.Used != 0 {
			t.Fatalf("%+v", l)
		}
		later := w.lending(1, func(m *catalog.ModelSpec) {
			m.Duration = catalog.Duration{Days: 3, From: catalog.FromFirstActivation}
		})
		short, err := b.borrow(later.Code)
		must(t, err)
		if left := short.licenses[0].Expires - w.d.Now().Unix(); left > 3*86400 {
			t.Fatal("a borrow outlives its license")
		}
		must(t, second(w.Extend(ctx, w.a.All(), later.Licenses[0], w.license(later.Licenses[0]).LastDay.AddDays(30))))
		w.now.Advance(4 * oneDay)
		must(t, second(w.Elapse(ctx))) // the license goes on, the borrow does not
		w.used(later, 0)
	})
}

// Leases, borrows and returns race for the last places.
func TestRaceForBorrows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(48)
		for round := range rounds(6, 1000) {
			w.study(round)
			i := w.lending(8, func(m *catalog.ModelSpec) { m.Floating.BorrowSeats = 5 })
			var wg sync.WaitGroup
			var mu sync.Mutex
			var lent []*box
			leased := 0
			for n, b := range boxes {
				if n%2 == 0 {
					token := b.sign(b.lsr(i.Code))
					wg.Go(func() {
						_, err := w.Lease(context.Background(), anyone(), token)
						mu.Lock()
						defer mu.Unlock()
						if err == nil {
							leased++
						} else if !errors.Is(err, license.ErrNoSeat) {
							t.Error(err)
						}
					})
					continue
				}
				token := b.sign(b.request(wire.ActBorrow, withCode(i.Code)))
				wg.Go(func() {
					lines, err := w.Exchange(context.Background(), anyone(), token)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						b.install(w.read(lines))
						lent = append(lent, b)
					} else if !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrLentOut) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if len(lent) > 5 || leased+len(lent) > 8 || leased+len(lent) < 8 {
				t.Fatalf("%d leased and %d lent of 8", leased, len(lent))
			}
			w.holds(i.Licenses[0])
			for _, b := range lent {
				token := b.sign(b.giveBack(i.Licenses[0].String()))
				wg.Go(func() {
					if _, err := w.Exchange(context.Background(), anyone(), token); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			w.used(i, int64(leased))
		}
	})
}

// A restored backup and the shipped journal on top of it know what is lent.
func TestReplayOfBorrows(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			i, b := w.lending(2), w.box()
			must(t, second(b.borrow(i.Code, until(w.d.Now().Add(oneDay)))))
			first, at := w.ship(0)
			folder := filepath.Join(t.TempDir(), "backup")
			_, err := db.Backup(t.Context(), w.d, folder)
			must(t, err)
			a, err := b.keep(i.Licenses[0].String())
			must(t, err)
			must(t, second(w.box().borrow(i.Code, until(w.d.Now().Add(oneDay)))))
			second, _ := w.ship(at)
			w.reopen(t, e, folder)
			_, err = ship.Replay(t.Context(), w.d, bytes.NewReader(append(first, second...)))
			must(t, err)
			w.used(i, 2)
			w.now.Advance(2 * oneDay)
			_, err = w.Elapse(t.Context())
			must(t, err)
			w.used(i, 1)
			again, err := b.refresh()
			must(t, err)
			if len(again.licenses) != 1 || again.licenses[0].Expires != a.licenses[0].Expires {
				t.Fatalf("%+v", again.licenses)
			}
		})
	}
}
