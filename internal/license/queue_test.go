package license_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// busy is a floating license of so many places for which one may wait.
func (w *world) busy(places int64, change ...func(*catalog.ModelSpec)) license.Issued {
	w.t.Helper()
	return w.pool(places, append([]func(*catalog.ModelSpec){func(m *catalog.ModelSpec) {
		m.Floating.Queue, m.Floating.BorrowDays = true, 7
	}}, change...)...)
}

func waits(r *wire.LeaseRequest) { r.Queue = true }

// taker is a request for a lease that is sent again and again.
type taker struct {
	b     *box
	token []byte
}

func (b *box) taker(code string, change ...func(*wire.LeaseRequest)) taker {
	return taker{b, b.sign(b.lsr(code, append([]func(*wire.LeaseRequest){waits}, change...)...))}
}

func (a taker) ask() (*use, error) { return a.b.leaseBy(a.token) }

// waits checks that the taker is refused and waits at the position.
func (a taker) waits(position int64) {
	a.b.w.t.Helper()
	_, err := a.ask()
	want(a.b.w.t, err, license.ErrQueued)
	f := fault.As(err)
	if got := f.Args["position"]; got != position || f.RetryAfter <= 0 {
		a.b.w.t.Fatalf("at %v, to ask again after %v; want position %d", got, f.RetryAfter, position)
	}
}

// queue lists who waits, as staff see it.
func (w *world) queue(i license.Issued) []license.WaiterInfo {
	w.t.Helper()
	page, err := w.ListQueue(context.Background(), w.a.All(), i.Licenses[0])
	must(w.t, err)
	return page.Items
}

// Whoever waits gets the next place, in the order of asking.
func TestQueue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.busy(1)
		u, err := w.box().lease(i.Code)
		must(t, err)
		want(t, second(w.box().lease(i.Code)), license.ErrNoSeat) // it does not wait
		one, two, three := w.box().taker(i.Code), w.box().taker(i.Code, label("room")), w.box().taker(i.Code)
		one.waits(1)
		two.waits(2)
		three.waits(3)
		one.waits(1)
		if q := w.queue(i); len(q) != 3 || q[1].Label != "room" || q[0].State != license.WaiterWaiting {
			t.Fatalf("%+v", q)
		}
		must(t, u.end())
		if q := w.queue(i); q[0].State != license.WaiterOffered || len(w.events("lease.offered")) != 1 {
			t.Fatalf("%+v", q)
		}
		want(t, second(w.box().lease(i.Code)), license.ErrKept) // it is held for the first
		want(t, second(w.box().borrow(i.Code)), license.ErrKept)
		two.waits(2)
		w.used(i, 0)
		u, err = one.ask()
		must(t, err)
		two.waits(1)
		again, err := one.ask() // its answer got lost
		must(t, err)
		if again.Lease != u.Lease {
			t.Fatal("another lease")
		}
		must(t, w.LeaveQueue(t.Context(), anyone(), two.token))
		must(t, w.LeaveQueue(t.Context(), anyone(), two.token))
		three.waits(1)
		must(t, u.end())
		u, err = three.ask()
		must(t, err)
		must(t, w.LeaveQueue(t.Context(), anyone(), three.token)) // ends what it has got
		want(t, u.renew(), license.ErrLeaseGone)
		w.used(i, 0)
		if q := w.queue(i); len(q) != 0 {
			t.Fatalf("%+v", q)
		}
		w.holds(i.Licenses[0])
	})
}

// An offer that nobody takes goes to the next, and who falls silent is forgotten.
func TestQueueOfTheSilent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.busy(1)
		u, err := w.box().lease(i.Code)
		must(t, err)
		silent, other, third := w.box().taker(i.Code), w.box().taker(i.Code), w.box().taker(i.Code)
		silent.waits(1)
		other.waits(2)
		must(t, u.end())
		for range 9 {
			w.now.Advance(time.Minute)
			other.waits(2)
		}
		third.waits(3)
		w.now.Advance(time.Minute) // two renewal periods
		must(t, second(other.ask()))
		if q := w.queue(i); len(q) != 1 {
			t.Fatalf("%+v", q)
		}
		third.waits(1)
		w.now.Advance(11 * time.Minute)
		w.elapse()
		if q := w.queue(i); len(q) != 0 {
			t.Fatalf("%+v", q)
		}
		third.waits(1) // it begins anew
		w.now.Advance(9 * time.Minute)
		w.elapse() // the lease is over: the job offers its place
		if q := w.queue(i); len(q) != 1 || q[0].State != license.WaiterOffered {
			t.Fatalf("%+v", q)
		}
		must(t, second(third.ask()))
		w.holds(i.Licenses[0])
	})
}

// Who waits for more does not starve, and places that are kept pass the queue by.
func TestQueueAndReservations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.busy(3)
		var uses []*use
		for range 3 {
			u, err := w.box().lease(i.Code)
			must(t, err)
			uses = append(uses, u)
		}
		w.reserve(i, license.ReserveLabel, "room", 1)
		large := w.box().taker(i.Code, func(r *wire.LeaseRequest) { r.Quantity = 2 })
		small, mine := w.box().taker(i.Code), w.box().taker(i.Code, label("room"))
		large.waits(1)
		small.waits(2)
		mine.waits(3)
		must(t, uses[0].end())
		large.waits(1) // the first place that gets free is the room's
		small.waits(2)
		if q := w.queue(i); q[2].State != license.WaiterOffered {
			t.Fatalf("%+v", q)
		}
		must(t, second(mine.ask()))
		must(t, uses[1].end())
		small.waits(2) // it does not pass the large one by
		want(t, second(w.box().lease(i.Code)), license.ErrKept)
		must(t, uses[2].end())
		must(t, second(large.ask()))
		small.waits(1)
		w.holds(i.Licenses[0])
		// More than there is cannot be waited for, nor behind too many.
		want(t, second(w.box().taker(i.Code, func(r *wire.LeaseRequest) { r.Quantity = 4 }).ask()), license.ErrNoSeat)
		never := w.pool(1)
		must(t, second(w.box().lease(never.Code)))
		want(t, second(w.box().taker(never.Code).ask()), license.ErrNoSeat)
		b := w.box()
		for range 499 {
			_, err := b.taker(i.Code).ask()
			want(t, err, license.ErrQueued)
		}
		want(t, second(b.taker(i.Code).ask()), license.ErrQueueFull)
	})
}

// Leases, borrows, reservations and a queue race for a few places: never one too
// many, nobody is passed by, and everybody who stays gets one.
func TestRaceInTheQueue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(32)
		for round := range rounds(3, 300) {
			w.study(round)
			i := w.busy(4)
			w.reserve(i, license.ReserveLabel, "room", 1)
			lender := w.box()
			must(t, second(lender.borrow(i.Code)))
			var takers []taker
			for n, b := range boxes {
				takers = append(takers, b.taker(i.Code, func(r *wire.LeaseRequest) {
					if n%8 == 0 {
						r.Label = "room"
					}
				}))
			}
			served := 0
			for turn := 0; len(takers) > 0; turn++ {
				if turn > 200 {
					t.Fatalf("%d still wait", len(takers))
				}
				if turn == 3 {
					must(t, second(lender.send(lender.giveBack(i.Licenses[0].String()))))
				}
				left, uses := w.turn(t, takers)
				if len(uses) > 4 {
					t.Fatalf("%d places of 4", len(uses))
				}
				w.holds(i.Licenses[0])
				w.turmoil(t, uses)
				takers, served = left, served+len(uses)
			}
			if served != len(boxes) {
				t.Fatalf("%d of %d served", served, len(boxes))
			}
			w.used(i, 0)
		}
	})
}

// turn has everybody ask at once, and returns who has to wait on and who has a place.
func (w *world) turn(t *testing.T, takers []taker) (left []taker, uses []*use) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, a := range takers {
		wg.Go(func() {
			g, err := w.Lease(context.Background(), anyone(), a.token)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				uses = append(uses, &use{b: a.b, LeaseGrant: g, hold: license.LeaseHold{Publisher: w.a.Publisher, Lease: g.Lease, Fence: g.Fence, Secret: g.Secret}})
			case errors.Is(err, license.ErrQueued):
				left = append(left, a)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return left, uses
}
