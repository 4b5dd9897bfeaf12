package license_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

// reserve keeps places as staff.
func (w *world) reserve(i license.Issued, kind license.ReserveKind, who string, seats int64) license.ReservationInfo {
	w.t.Helper()
	r, err := w.Reserve(context.Background(), w.a.All(), license.ReserveInput{License: i.Licenses[0], Kind: kind, For: who, Seats: seats})
	must(w.t, err)
	return r
}

// reservations lists how many places are kept, and how many of them are used, one
// reservation after another.
func (w *world) reservations(i license.Issued) (kept, used int64) {
	w.t.Helper()
	page, err := w.ListReservations(context.Background(), w.a.All(), i.Licenses[0])
	must(w.t, err)
	for _, r := range page.Items {
		kept, used = kept+r.Seats, used+r.Used
	}
	return kept, used
}

func label(s string) func(*wire.LeaseRequest) { return func(r *wire.LeaseRequest) { r.Label = s } }

// Places that are kept for somebody are nobody else's.
func TestReservation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.lending(4)
		machine := w.box()
		room := w.reserve(i, license.ReserveLabel, "cad-room", 2)
		w.reserve(i, license.ReserveMachine, machine.id().String(), 1)
		must(t, second(w.box().lease(i.Code))) // the one that everybody shares
		want(t, second(w.box().lease(i.Code)), license.ErrKept)
		want(t, second(w.box().borrow(i.Code)), license.ErrKept)
		want(t, second(w.box().lease(i.Code, label("office"))), license.ErrKept)
		one, err := w.box().lease(i.Code, label("cad-room"))
		must(t, err)
		must(t, second(machine.borrow(i.Code))) // a borrow fills the machine's
		want(t, second(machine.lease(i.Code)), license.ErrKept)
		must(t, second(w.box().lease(i.Code, label("cad-room"))))
		want(t, second(w.box().lease(i.Code, label("cad-room"))), license.ErrNoSeat)
		if kept, used := w.reservations(i); kept != 3 || used != 3 {
			t.Fatalf("%d of %d kept places used", used, kept)
		}
		w.holds(i.Licenses[0])
		must(t, one.end()) // it stays the room's
		want(t, second(w.box().lease(i.Code)), license.ErrKept)
		again, err := w.EndReservation(t.Context(), w.a.All(), room.ID)
		must(t, err)
		if again.Seats != 0 {
			t.Fatalf("%+v", again)
		}
		must(t, second(w.EndReservation(t.Context(), w.a.All(), room.ID)))
		must(t, second(w.box().lease(i.Code)))
		must(t, second(machine.send(machine.giveBack(i.Licenses[0].String()))))
		want(t, second(w.box().lease(i.Code)), license.ErrKept)
		must(t, second(machine.lease(i.Code)))
		w.holds(i.Licenses[0])
		if len(w.events("reservation.made")) != 2 || len(w.events("reservation.ended")) != 2 {
			t.Fatal("lines of the journal")
		}
	})
}

// What a holder uses when places are kept for it counts, whether it leases by person,
// by holder or by label.
func TestReservationOfWhatIsUsed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.pool(3, func(m *catalog.ModelSpec) { m.Floating.Per = catalog.PerPerson })
		as := func(name string) func(*wire.LeaseRequest) {
			return func(r *wire.LeaseRequest) { r.Holder = person(name) }
		}
		must(t, second(w.box().lease(i.Code, as("erika"))))
		max, err := w.box().lease(i.Code, as("max"))
		must(t, err)
		w.reserve(i, license.ReservePerson, person("erika").Hash, 1)
		var holder string
		for _, u := range w.holds(i.Licenses[0]) {
			if u.ID == max.Lease {
				holder = u.Holder.String()
			}
		}
		w.reserve(i, license.ReserveHolder, holder, 2)
		if kept, used := w.reservations(i); kept != 3 || used != 2 {
			t.Fatalf("%d of %d kept places used", used, kept)
		}
		want(t, second(w.box().lease(i.Code, as("eva"))), license.ErrKept)
		must(t, max.end())
		want(t, second(w.box().lease(i.Code, as("eva"))), license.ErrKept)
		must(t, second(w.box().lease(i.Code, as("max"), func(r *wire.LeaseRequest) { r.Quantity = 2 })))
		w.reserve(i, license.ReserveHolder, holder, 1) // fewer are kept now
		want(t, second(w.box().lease(i.Code, as("eva"))), license.ErrNoSeat)
		w.holds(i.Licenses[0])
	})
}

// What staff may not keep.
func TestReservationRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i, plain := w.pool(3), w.sell(item(catalog.Multi), 3)
		try := func(i license.Issued, kind license.ReserveKind, who string, seats int64) error {
			return second(w.Reserve(t.Context(), w.a.All(), license.ReserveInput{License: i.Licenses[0], Kind: kind, For: who, Seats: seats}))
		}
		for _, no := range []struct{ kind, who string }{
			{"label", ""}, {"label", "Room 1"}, {"machine", "x"}, {"person", "erika"}, {"holder", "1"}, {"team", "a"},
		} {
			want(t, try(i, license.ReserveKind(no.kind), no.who, 1), license.ErrReserveWho)
		}
		want(t, try(i, license.ReserveLabel, "a", 0), license.ErrBadQuantity)
		want(t, try(i, license.ReserveLabel, "a", 4), license.ErrReserveMuch)
		must(t, try(i, license.ReserveLabel, "a", 2))
		want(t, try(i, license.ReserveLabel, "b", 2), license.ErrReserveMuch)
		must(t, try(i, license.ReserveLabel, "a", 3))
		want(t, try(plain, license.ReserveLabel, "a", 1), license.ErrNotFloating)
		want(t, second(w.EndReservation(t.Context(), w.a.All(), license.ReservationID{1})), license.ErrNotFound)
		many := w.pool(1000)
		for n := range 200 {
			must(t, try(many, license.ReserveLabel, "room-"+string(rune('a'+n/26))+string(rune('a'+n%26)), 1))
		}
		want(t, try(many, license.ReserveLabel, "one-more", 1), license.ErrReserveMany)
	})
}

// Many race for places of which some are kept: the others never get those, and the
// holders always do.
func TestRaceForReservations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boxes := w.crowd(40)
		for round := range rounds(6, 1000) {
			w.study(round)
			i := w.lending(8)
			w.reserve(i, license.ReserveLabel, "room", 3)
			var wg sync.WaitGroup
			var mu sync.Mutex
			got := map[bool]int{}
			for n, b := range boxes {
				mine := n%3 == 0
				borrow := !mine && n%2 == 0
				token := b.sign(b.lsr(i.Code, func(r *wire.LeaseRequest) {
					if mine {
						r.Label = "room"
					}
				}))
				if borrow {
					token = b.sign(b.request(wire.ActBorrow, withCode(i.Code)))
				}
				wg.Go(func() {
					var err error
					if borrow {
						_, err = w.Exchange(context.Background(), anyone(), token)
					} else {
						_, err = w.Lease(context.Background(), anyone(), token)
					}
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						got[mine]++
					} else if !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrKept) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got[false] > 5 || got[true] < 3 || got[true]+got[false] != 8 {
				t.Fatalf("%d for the room, %d for others", got[true], got[false])
			}
			w.holds(i.Licenses[0])
		}
	})
}

// A restored backup and the shipped journal on top of it know for whom places are kept.
func TestReplayOfReservations(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			i := w.pool(2)
			first, at := w.ship(0)
			folder := filepath.Join(t.TempDir(), "backup")
			_, err := db.Backup(t.Context(), w.d, folder)
			must(t, err)
			w.reserve(i, license.ReserveLabel, "room", 1)
			one, err := w.box().lease(i.Code, label("room"))
			must(t, err)
			rest, _ := w.ship(at)
			w.reopen(t, e, folder)
			_, err = ship.Replay(t.Context(), w.d, bytes.NewReader(append(first, rest...)))
			must(t, err)
			if kept, used := w.reservations(i); kept != 1 || used != 1 {
				t.Fatalf("%d of %d kept places used", used, kept)
			}
			must(t, one.end())
			must(t, second(w.box().lease(i.Code)))
			want(t, second(w.box().lease(i.Code)), license.ErrKept)
		})
	}
}
