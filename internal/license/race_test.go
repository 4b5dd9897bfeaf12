package license_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// crowd makes n containers that are ready to send.
func (w *world) crowd(n int) []*box {
	out := make([]*box, n)
	for i := range out {
		out[i] = w.box()
	}
	return out
}

// 64 callers over the last 10 seats: never one too many, and never one too few.
func TestRaceForSeats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(64)
		for round := range rounds(100, 10_000) {
			w.study(round)
			i := w.sell(item(catalog.Multi), 10)
			tokens := make([][]byte, len(boxes))
			for n, b := range boxes {
				b.held = map[string]int64{}
				if n%8 == 0 { // some are always new
					*b = *w.boxOn(b.parts)
				}
				tokens[n] = b.sign(b.request(wire.ActActivate, withCode(i.Code)))
			}
			var won, lost atomic.Int64
			var wg sync.WaitGroup
			for n, b := range boxes {
				wg.Go(func() {
					lines, err := w.Exchange(context.Background(), anyone(), tokens[n])
					switch {
					case err == nil && len(lines) > 0:
						won.Add(1)
						b.held[i.Licenses[0].String()] = 1
					case errors.Is(err, license.ErrNoSeat):
						lost.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 10 || lost.Load() != 54 {
				t.Fatalf("%d won, %d lost", won.Load(), lost.Load())
			}
			w.used(i, 10)
			w.sound(i.Licenses[0])
			w.settle(t, boxes, i)
		}
	})
}

// settle has every holder return what it has, all at once, three times each.
func (w *world) settle(t *testing.T, boxes []*box, i license.Issued) {
	t.Helper()
	var wg sync.WaitGroup
	for _, b := range boxes {
		if b.held[i.Licenses[0].String()] == 0 {
			continue
		}
		token := b.sign(b.giveBack(i.Licenses[0].String()))
		for range 3 {
			wg.Go(func() {
				if _, err := w.Exchange(context.Background(), anyone(), token); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	w.used(i, 0)
	w.sound(i.Licenses[0])
}

// Every message three times, shuffled and at once: one effect, and every answer
// to the same message is the same, byte for byte.
func TestShuffledRepeats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(6, 300) {
			i := w.sell(item(catalog.Multi), 40)
			boxes := w.crowd(20)
			w.burst(t, boxes, func(b *box) wire.Claims { return b.request(wire.ActActivate, withCode(i.Code)) })
			w.used(i, 20)
			for _, b := range boxes {
				b.held[i.Licenses[0].String()] = 1
			}
			w.burst(t, boxes, func(b *box) wire.Claims { return b.receipt() })
			w.burst(t, boxes, func(b *box) wire.Claims { return b.request(wire.ActRefresh) })
			w.burst(t, boxes[:10], func(b *box) wire.Claims { return b.giveBack(i.Licenses[0].String()) })
			w.used(i, 10)
			fresh := w.crowd(10)
			for n, b := range fresh {
				b.parts = boxes[10+n].parts // the same machines, set up again
			}
			w.burst(t, fresh, func(b *box) wire.Claims {
				return b.request(wire.ActRestore, withCode(i.Code))
			})
			w.used(i, 10)
			w.sound(i.Licenses[0])
		}
	})
}

// burst sends one message of each box three times, in random order and at once.
func (w *world) burst(t *testing.T, boxes []*box, make func(*box) wire.Claims) {
	t.Helper()
	type sent struct {
		token []byte
		mu    *sync.Mutex
		got   *[]string
	}
	var all []sent
	for _, b := range boxes {
		one := sent{b.sign(make(b)), &sync.Mutex{}, &[]string{}}
		all = append(all, one, one, one)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			lines, err := w.Exchange(context.Background(), anyone(), s.token)
			text := join(lines)
			if err != nil {
				t.Error(err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			*s.got = append(*s.got, text)
		})
	}
	wg.Wait()
	for _, s := range all {
		for _, text := range *s.got {
			if text != (*s.got)[0] {
				t.Fatalf("two answers to one message:\n%s\n%s", text, (*s.got)[0])
			}
		}
	}
}

// One machine loses a license to many restores at once: the allowance is drawn
// once, and one seat stays one seat.
func TestRaceForRestores(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(25, 1000) {
			i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Restore.Count = 1 }), 1)
			_, err := w.box().activate(i.Code)
			must(t, err)
			boxes := w.crowd(16)
			var won atomic.Int64
			var wg sync.WaitGroup
			for _, b := range boxes {
				token := b.sign(b.request(wire.ActRestore, withCode(i.Code)))
				wg.Go(func() {
					_, err := w.Exchange(context.Background(), anyone(), token)
					switch {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, license.ErrRestoreWait):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d restores of one", won.Load())
			}
			w.used(i, 1)
			w.sound(i.Licenses[0])
		}
	})
}

// Orders, support and users pull at the same license at once.
func TestRaceOfEverybody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range rounds(8, 300) {
			line := w.line()
			i := w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 12})[0]
			boxes := w.crowd(16)
			var wg sync.WaitGroup
			try := func(fn func() error) {
				wg.Go(func() {
					err := fn()
					if err != nil && !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrLowerTooMuch) && !errors.Is(err, license.ErrLicenseBlocked) {
						t.Error(err)
					}
				})
			}
			for _, b := range boxes {
				token := b.sign(b.request(wire.ActActivate, withCode(i.Code)))
				try(func() error { _, err := w.Exchange(context.Background(), anyone(), token); return err })
			}
			for range 4 {
				try(func() error { _, err := w.lower(line, 2); return err })
				try(func() error { _, err := w.raise(line, 1); return err })
			}
			try(func() error { _, err := w.BlockLicense(context.Background(), w.a.All(), i.Licenses[0]); return err })
			try(func() error { _, err := w.UnblockLicense(context.Background(), w.a.All(), i.Licenses[0]); return err })
			wg.Wait()
			if n := w.sold(line); n != 8 {
				t.Fatalf("%d sold, want 12 - 8 + 4", n)
			}
			w.sound(i.Licenses[0])
		}
	})
}
