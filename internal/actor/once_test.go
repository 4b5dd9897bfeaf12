package actor_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// once runs a door that makes an id, counting how often it really does.
func once(ctx context.Context, d *db.DB, by actor.Actor, made *atomic.Int64) (id [16]byte, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		id, err = actor.Once(tx, by,
			func(id [16]byte) ([16]byte, error) { return id, nil },
			func() ([16]byte, [16]byte, error) {
				tx.AfterCommit(func() { made.Add(1) })
				id := [16]byte(db.NewID[actor.Row](tx))
				return id, id, nil
			})
		return err
	})
	return id, err
}

func TestOnceDoesOneThingPerKey(t *testing.T) {
	clock := dbtest.NewClock(t)
	for _, e := range dbtest.Engines() {
		clock.Set(dbtest.Start)
		d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
		w := actortest.World(t, d)
		var made atomic.Int64
		by := w.A.All().With(actor.Retry{Key: "k1", Route: "POST /orders", Body: [32]byte{1}})
		do := func(by actor.Actor) [16]byte {
			id, err := once(t.Context(), d, by, &made)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		first := do(by)
		if do(by) != first || made.Load() != 1 {
			t.Errorf("%s: a repeat acted again", e)
		}
		other := by
		other.Retry.Body = [32]byte{2}
		if _, err := once(t.Context(), d, other, &made); fault.CodeOf(orOK(err)) != "actor.key_reused" {
			t.Errorf("%s: another body: %v", e, err)
		}
		route, caller, tenant, none := by, by, w.B.All().With(by.Retry), w.A.All()
		route.Retry.Route, caller.ID = "POST /tickets", "key:2"
		for _, b := range []actor.Actor{route, caller, tenant, none, none, actor.Installation().With(by.Retry)} {
			if do(b) == first {
				t.Errorf("%s: %s on %s shares the key", e, b.ID, b.Retry.Route)
			}
		}
		clock.Advance(24*time.Hour + time.Second)
		if do(by) == first {
			t.Errorf("%s: the key is remembered for too long", e)
		}
		write(t, d, func(tx *db.Tx) error {
			n, err := actor.PurgeRetries(tx)
			if n != 4 { // route, caller, tenant, installation
				t.Errorf("%s: purged %d", e, n)
			}
			return err
		})
		long := by
		long.Retry.Key = strings.Repeat("k", 256)
		if _, err := once(t.Context(), d, long, &made); fault.CodeOf(orOK(err)) != "actor.bad_retry_key" {
			t.Errorf("%s: long key: %v", e, err)
		}
	}
}

func TestOnceMayBeTriedAgainAfterAFailure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		by := s.All().With(actor.Retry{Key: "k", Route: "r"})
		refused := fault.New(fault.Conflict, "test.refused")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := actor.Once(tx, by, nil, func() ([16]byte, int, error) { return [16]byte{}, 0, refused })
			return err
		})
		if fault.CodeOf(orOK(err)) != refused.Code {
			t.Fatal(err)
		}
		var made atomic.Int64
		if _, err := once(t.Context(), d, by, &made); err != nil || made.Load() != 1 {
			t.Errorf("made %d, %v", made.Load(), err)
		}
	})
}

func TestOnceUnderRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		by := s.All().With(actor.Retry{Key: "k", Route: "r"})
		var (
			made atomic.Int64
			wg   sync.WaitGroup
			ids  [16][16]byte
		)
		for i := range ids {
			wg.Go(func() {
				var err error
				if ids[i], err = once(t.Context(), d, by, &made); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("two results: %x and %x", id, ids[0])
			}
		}
		if made.Load() != 1 {
			t.Errorf("made %d times", made.Load())
		}
	})
}

// sum is an answer that leaves no row.
type sum struct {
	Count int    `json:"count"`
	Name  string `json:"name"`
}

// What leaves no row is answered again as it was, and can be asked for without
// the writer.
func TestOnceSaidKeepsTheAnswer(t *testing.T) {
	clock := dbtest.NewClock(t)
	for _, e := range dbtest.Engines() {
		clock.Set(dbtest.Start)
		d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
		s := actortest.NewSite(t, d, "alpha")
		by := s.All().With(actor.Retry{Key: "k", Route: "r", Body: [32]byte{1}})
		other := by
		other.Retry.Body = [32]byte{2}
		n := 0
		act := func(by actor.Actor) (v sum, err error) {
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				v, err = actor.OnceSame(tx, by, func() (sum, error) {
					n++
					return sum{n, "a"}, nil
				})
				return err
			})
			return v, err
		}
		look := func(by actor.Actor) (v sum, seen bool, err error) {
			err = d.Read(t.Context(), func(r *db.Reader) error {
				v, seen, err = actor.Said[sum](r, by)
				return err
			})
			return v, seen, err
		}
		if _, seen, err := look(by); seen || err != nil {
			t.Errorf("%s: known before: %v", e, err)
		}
		first, err := act(by)
		again, err2 := act(by)
		kept, seen, err3 := look(by)
		if err != nil || err2 != nil || err3 != nil || !seen || first != (sum{1, "a"}) || again != first || kept != first {
			t.Errorf("%s: %v %v %v %v, %v %v %v", e, first, again, kept, seen, err, err2, err3)
		}
		if _, err := act(other); fault.CodeOf(orOK(err)) != "actor.key_reused" {
			t.Errorf("%s: another body: %v", e, err)
		}
		if _, _, err := look(other); fault.CodeOf(orOK(err)) != "actor.key_reused" {
			t.Errorf("%s: another body, read: %v", e, err)
		}
		if _, seen, err := look(s.All()); seen || err != nil {
			t.Errorf("%s: known without a key: %v", e, err)
		}
		if v, err := act(s.All()); err != nil || v.Count != 2 {
			t.Errorf("%s: without a key: %v, %v", e, v, err)
		}
		clock.Advance(24*time.Hour + time.Second)
		if _, seen, err := look(other); seen || err != nil {
			t.Errorf("%s: remembered for too long: %v", e, err)
		}
		if v, err := act(other); err != nil || v.Count != 3 {
			t.Errorf("%s: after a day: %v, %v", e, v, err)
		}
	}
}
