package license_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// 64 callers over the last 10 places, by process, machine and person: never one
// too many, and never one too few.
func TestRaceForLeases(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(64)
		for round := range rounds(12, 2000) {
			w.study(round)
			per := []string{catalog.PerProcess, catalog.PerMachine, catalog.PerPerson}[round%3]
			i := w.pool(10, func(m *catalog.ModelSpec) { m.Floating.Per = per })
			tokens := make([][]byte, len(boxes))
			for n, b := range boxes {
				tokens[n] = b.sign(b.lsr(i.Code, func(r *wire.LeaseRequest) { r.Holder = person(b.parts["disk"]) }))
			}
			uses := w.rush(t, boxes, tokens)
			if len(uses) != 10 {
				t.Fatalf("%s: %d leases of 10", per, len(uses))
			}
			w.holds(i.Licenses[0])
			w.turmoil(t, uses)
			w.used(i, 0)
			w.holds(i.Licenses[0])
		}
	})
}

// rush hands every token in twice, all at once, and returns the leases.
func (w *world) rush(t *testing.T, boxes []*box, tokens [][]byte) []*use {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[license.LeaseID]*use{}
	for n, token := range tokens {
		for range 2 {
			wg.Go(func() {
				g, err := w.Lease(context.Background(), anyone(), token)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					u := &use{b: boxes[n], LeaseGrant: g, hold: license.LeaseHold{Publisher: w.a.Publisher, Lease: g.Lease, Fence: g.Fence, Secret: g.Secret}}
					if other := got[g.Lease]; other != nil && other.Fence != g.Fence {
						t.Error("two leases of one message")
					}
					got[g.Lease] = u
				case !errors.Is(err, license.ErrNoSeat):
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	var out []*use
	fences := map[int64]bool{}
	for _, u := range got {
		if fences[u.Fence] {
			t.Error("two leases with one fence")
		}
		fences[u.Fence] = true
		out = append(out, u)
	}
	return out
}

// turmoil renews and ends leases while the job sweeps and support releases.
func (w *world) turmoil(t *testing.T, uses []*use) {
	t.Helper()
	var wg sync.WaitGroup
	for _, u := range uses {
		for range 3 {
			wg.Go(func() {
				if _, err := w.RenewLease(context.Background(), anyone(), u.hold); err != nil && !errors.Is(err, license.ErrLeaseGone) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := u.end(); err != nil {
				t.Error(err)
			}
		})
		if rand.IntN(3) == 0 {
			wg.Go(func() {
				if _, err := w.ReleaseLease(context.Background(), w.a.All(), u.Lease); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Go(func() {
		if _, err := w.ElapseLeases(context.Background()); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
}

// Holders renew at the last moment while others want their places: a place has
// one holder, and who is told that it holds one does.
func TestRaceOfTheLate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(16)
		for range rounds(12, 2000) {
			i := w.pool(8)
			var uses []*use
			for _, b := range boxes[:8] {
				u, err := b.lease(i.Code)
				must(t, err)
				uses = append(uses, u)
			}
			w.now.Advance(16*time.Minute - 1)
			var kept, given atomic.Int64
			var wg sync.WaitGroup
			for n, u := range uses {
				late := boxes[8+n]
				token := late.sign(late.lsr(i.Code))
				wg.Go(func() {
					if n%2 == 0 {
						w.now.Advance(1) // from now on every lease is over
					}
					_, err := w.RenewLease(context.Background(), anyone(), u.hold)
					switch {
					case err == nil:
						kept.Add(1)
					case !errors.Is(err, license.ErrLeaseGone):
						t.Error(err)
					}
				})
				wg.Go(func() {
					_, err := w.Lease(context.Background(), anyone(), token)
					switch {
					case err == nil:
						given.Add(1)
					case !errors.Is(err, license.ErrNoSeat):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if kept.Load()+given.Load() > 8 {
				t.Fatalf("%d kept and %d given of 8", kept.Load(), given.Load())
			}
			w.elapse()
			w.used(i, kept.Load()+given.Load())
			w.holds(i.Licenses[0])
		}
	})
}
