package license_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// A floating license against an independent model: programs lease, renew, fall silent
// and end, machines borrow, keep longer and return, answers get lost and are asked for
// again, and time goes by. Who gets a place and who does not is what the model says;
// never are more copies usable than there are places.
func TestModelOfLeases(t *testing.T) {
	checks(t, rounds(40, 20_000))
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			round, certified := 0, w.d.Now()
			rapid.Check(t, func(rt *rapid.T) {
				w.study(round)
				round++
				if w.d.Now().Sub(certified) > 30*oneDay { // keys are certified for a time, and time flies here
					w.rotate(w.a)
					certified = w.d.Now()
				}
				newFloat(rt, w).run(rt)
			})
		})
	}
}

// float is one random run, with what the server should know.
type float struct {
	w          *world
	i          license.Issued
	lid        string
	limit, cap int64
	uses       []*floatUse
	boxes      []*lender
}

// floatUse is a lease with its end as the model has it.
type floatUse struct {
	*use
	token []byte
	ends  time.Time
	ended bool
}

// lender is a machine that borrows. It keeps one message until it has its answer.
type lender struct {
	*box
	end     time.Time // of its borrow, as the model has it; zero = none
	pending []byte
	answer  []string // what was answered to it
	copy    int64    // end of the license that is here; 0 = none
}

const graceOfLeases = time.Minute

func newFloat(t *rapid.T, w *world) *float {
	f := &float{w: w, limit: rapid.Int64Range(1, 4).Draw(t, "places")}
	f.cap = rapid.Int64Range(1, f.limit).Draw(t, "to lend")
	f.i = w.lending(f.limit, func(m *catalog.ModelSpec) { m.Floating.BorrowSeats = f.cap })
	f.lid = f.i.Licenses[0].String()
	for range 4 {
		f.boxes = append(f.boxes, &lender{box: w.box()})
	}
	return f
}

func (f *float) run(t *rapid.T) {
	one := func(t *rapid.T) *lender { return f.boxes[rapid.IntRange(0, len(f.boxes)-1).Draw(t, "machine")] }
	t.Repeat(map[string]func(*rapid.T){
		"lease":  func(t *rapid.T) { f.lease(t, one(t)) },
		"renew":  func(t *rapid.T) { f.renew(t) },
		"end":    func(t *rapid.T) { f.end(t) },
		"late":   func(t *rapid.T) { f.late(t) },
		"borrow": func(t *rapid.T) { f.borrow(t, one(t)) },
		"return": func(t *rapid.T) { f.giveBack(t, one(t)) },
		"retry":  func(t *rapid.T) { f.retry(t, one(t)) },
		"speak":  func(t *rapid.T) { f.refresh(t, one(t)) },
		"minutes": func(t *rapid.T) {
			f.w.now.Advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "minutes")) * time.Minute)
		},
		"hours": func(t *rapid.T) {
			f.w.now.Advance(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour)
		},
		"job": func(t *rapid.T) { f.job(t) },
		"":    func(t *rapid.T) { f.check(t) },
	})
	for _, b := range f.boxes {
		f.retry(t, b)
		f.refresh(t, b)
	}
	f.job(t)
	f.check(t)
}

func (f *float) now() time.Time { return f.w.d.Now() }

// used is how many places are taken now, lent how many of them are borrowed.
func (f *float) used() (used, lent int64) {
	for _, u := range f.uses {
		if !u.ended && f.now().Before(u.ends.Add(graceOfLeases)) {
			used++
		}
	}
	for _, b := range f.boxes {
		if b.lives(f.now()) {
			used, lent = used+1, lent+1
		}
	}
	return used, lent
}

func (b *lender) lives(now time.Time) bool {
	return !b.end.IsZero() && now.Before(b.end.Add(graceOfLeases))
}

func (f *float) lease(t *rapid.T, b *lender) {
	token := b.sign(b.lsr(f.i.Code))
	used, _ := f.used()
	u, err := b.leaseBy(token)
	if (err == nil) != (used < f.limit) || err != nil && !errors.Is(err, license.ErrNoSeat) {
		t.Fatalf("a lease with %d of %d used: %v", used, f.limit, err)
	}
	if err == nil {
		f.uses = append(f.uses, &floatUse{use: u, token: token, ends: f.now().Add(15 * time.Minute)})
	}
}

func (f *float) any(t *rapid.T) *floatUse {
	if len(f.uses) == 0 {
		return nil
	}
	return f.uses[rapid.IntRange(0, len(f.uses)-1).Draw(t, "lease")]
}

func (f *float) renew(t *rapid.T) {
	u := f.any(t)
	if u == nil {
		return
	}
	live := !u.ended && f.now().Before(u.ends.Add(graceOfLeases))
	err := u.renew()
	if live != (err == nil) || err != nil && !errors.Is(err, license.ErrLeaseGone) {
		t.Fatalf("a renewal of a lease that lives (%v): %v", live, err)
	}
	if err == nil {
		u.ends = f.now().Add(15 * time.Minute)
	} else {
		u.ended = true
	}
}

func (f *float) end(t *rapid.T) {
	if u := f.any(t); u != nil {
		must(f.w.t, u.use.end())
		if !u.ended && f.now().Before(u.ends) {
			u.ends = f.now()
		}
		u.ended = true
	}
}

// late has a copy of a request arrive that has its lease.
func (f *float) late(t *rapid.T) {
	u := f.any(t)
	if u == nil || f.now().Sub(u.ends) >= time.Hour { // nobody remembers it
		return
	}
	live := !u.ended && f.now().Before(u.ends.Add(graceOfLeases))
	again, err := u.b.leaseBy(u.token)
	if live != (err == nil) || err != nil && !errors.Is(err, license.ErrLeaseGone) || live && again.Fence != u.Fence {
		t.Fatalf("a late copy of a request, whose lease lives (%v): %v", live, err)
	}
}

// say sends a message of a machine; its answer may get lost.
func (f *float) say(t *rapid.T, b *lender, token []byte) error {
	lines, err := f.w.Exchange(context.Background(), anyone(), token)
	if errors.Is(err, license.ErrSuspect) {
		t.Fatalf("an honest machine was taken for a copy: %v", err)
	}
	if err != nil {
		return err
	}
	b.pending, b.answer = token, lines
	if rapid.IntRange(0, 2).Draw(t, "lost") > 0 {
		f.hear(b)
	}
	return nil
}

func (f *float) hear(b *lender) {
	a := f.w.read(b.answer)
	b.install(a)
	for _, l := range a.licenses {
		b.copy = l.Expires
	}
	b.pending = nil
}

func (f *float) retry(t *rapid.T, b *lender) {
	if b.pending == nil {
		return
	}
	lines, err := f.w.Exchange(context.Background(), anyone(), b.pending)
	if err != nil || join(lines) != join(b.answer) {
		t.Fatalf("another answer to the same message: %v", err)
	}
	f.hear(b)
}

func (f *float) borrow(t *rapid.T, b *lender) {
	if b.pending != nil {
		return
	}
	until := f.now().Add(time.Duration(rapid.IntRange(1, 150).Draw(t, "until")) * time.Hour).Truncate(time.Second)
	used, lent := f.used()
	lives := b.lives(f.now())
	ok := lives || used < f.limit && lent < f.cap
	err := f.say(t, b, b.sign(b.request(wire.ActBorrow, withCode(f.i.Code), func(r *wire.Request) { r.Until = until.Unix() })))
	if ok != (err == nil) || err != nil && !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrLentOut) {
		t.Fatalf("a borrow with %d used of %d, %d lent of %d: %v", used, f.limit, lent, f.cap, err)
	}
	if ok && (!lives || until.After(b.end)) {
		b.end = until
	}
}

func (f *float) giveBack(t *rapid.T, b *lender) {
	if b.pending != nil || b.held[f.lid] == 0 {
		return
	}
	b.copy = 0
	if err := f.say(t, b, b.sign(b.box.giveBack(f.lid))); err != nil {
		t.Fatal(err)
	}
	b.end = time.Time{}
}

func (f *float) refresh(t *rapid.T, b *lender) {
	if b.pending != nil || b.ctr == 0 {
		return
	}
	err := f.say(t, b, b.sign(b.request(wire.ActRefresh)))
	if err != nil && !errors.Is(err, license.ErrUnknownContainer) {
		t.Fatal(err)
	}
}

// job sweeps what is over: then the server counts what the model does.
func (f *float) job(t *rapid.T) {
	must(f.w.t, second(f.w.Elapse(context.Background())))
	f.w.elapse()
	used, _ := f.used()
	if l := f.w.license(f.i.Licenses[0]); l.Used != used {
		t.Fatalf("%d places are used, the model says %d", l.Used, used)
	}
}

func (f *float) check(t *rapid.T) {
	used, _ := f.used()
	if l := f.w.license(f.i.Licenses[0]); l.Used < used || l.Used > f.limit {
		t.Fatalf("%d places of %d are used, the model says %d", l.Used, f.limit, used)
	}
	f.w.holds(f.i.Licenses[0])
	var copies int64
	now := f.now().Add(-graceOfLeases).Unix() // what a copy may run on
	for _, u := range f.uses {
		if !u.ended && now < u.lic.Expires {
			copies++
		}
	}
	for _, b := range f.boxes {
		if now < b.copy {
			copies++
		}
		if b.copy > 0 && b.end.Unix() < b.copy && b.lives(f.now()) {
			t.Fatalf("a copy ends at %d, its place at %v", b.copy, b.end)
		}
	}
	if copies > f.limit {
		t.Fatalf("%d copies of %d places", copies, f.limit)
	}
}
