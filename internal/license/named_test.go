package license_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// byName lets machines that only have a name hold an article.
func byName(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Soft, catalog.Named} }

// keyed is a license of which a program has the key.
type keyed struct {
	*world
	license.Issued
	key string
}

func (w *world) keyed(s catalog.Snapshot, quantity int64) *keyed {
	w.t.Helper()
	i := w.sell(s, quantity)
	key, err := w.RevealKey(context.Background(), w.a.All(), i.Licenses[0])
	must(w.t, err)
	return &keyed{world: w, Issued: i, key: key}
}

func (k *keyed) id() license.LicenseID { return k.Licenses[0] }

func (k *keyed) holding() license.Holding {
	return license.Holding{Key: k.key, Product: "CAD", License: k.id()}
}

func (k *keyed) activate(name string) error {
	_, err := k.ActivateNamed(context.Background(), anyone(), k.holding(), license.NamedInput{Name: name})
	return err
}

func (k *keyed) beat(name string) error {
	_, err := k.BeatNamed(context.Background(), anyone(), k.holding(), name)
	return err
}

func (k *keyed) leave(name string) error {
	return k.ReturnNamed(context.Background(), anyone(), k.holding(), name)
}

// look asks about machines by name, or about all of them.
func (k *keyed) look(names ...string) license.KeyedLicense {
	k.t.Helper()
	l, err := k.LookKey(context.Background(), anyone(), license.KeyInput{Holding: k.holding(), Machines: names, All: len(names) == 0})
	must(k.t, err)
	return l
}

// has checks which machines hold places, and that the license counts exactly them.
func (k *keyed) has(names ...string) {
	k.t.Helper()
	var got []string
	for _, m := range k.look().Machines {
		got = append(got, m.Name)
	}
	slices.Sort(got)
	if strings.Join(got, " ") != strings.Join(names, " ") {
		k.t.Fatalf("%q have places, want %q", got, names)
	}
	k.used(k.Issued, int64(len(names)))
	k.holds(k.id())
}

// A machine from its activation to its return.
func TestNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keyed(item(catalog.Multi, byName), 2)
		parts := []license.NamedPart{{Name: "CPU-7"}, {Name: "DISK-1", Title: "disk"}}
		m, err := k.ActivateNamed(t.Context(), anyone(), k.holding(), license.NamedInput{Name: "host-1", Platform: "linux", Cores: 8, Parts: parts})
		must(t, err)
		if m.Name != "host-1" || m.Required || m.Every != license.NamedBeat || !m.Beat.IsZero() || !m.Ends.IsZero() || m.Alive(w.d.Now()) {
			t.Fatalf("%+v", m)
		}
		want(t, k.activate("host-1"), license.ErrNamedTaken)
		must(t, k.activate("host-2"))
		want(t, k.activate("host-3"), license.ErrNoSeat)
		k.has("host-1", "host-2")

		l := k.look("host-1", m.ID.String(), "host-9")
		if len(l.Machines) != 1 || !slices.Equal(l.Machines[0].Parts, parts) || l.Machines[0].Cores != 8 || l.Machines[0].Platform != "linux" ||
			l.Refusal != nil || !slices.Contains(l.Features, "draw") || l.Limits["layers"] != 10 || l.Floats || l.Publisher != w.a.Publisher {
			t.Fatalf("%+v", l)
		}
		must(t, k.beat("host-1")) // in the same instant
		must(t, k.beat(m.ID.String()))
		if m := k.look("host-1").Machines[0]; !m.Alive(w.d.Now()) || m.Alive(w.d.Now().Add((license.NamedBeat+1)*time.Second)) {
			t.Fatalf("%+v", m)
		}
		w.days(400) // it keeps its place, heard of or not
		w.elapse()
		k.has("host-1", "host-2")

		must(t, k.leave("host-1"))
		want(t, k.leave("host-1"), license.ErrNamedUnknown)
		want(t, k.beat("host-1"), license.ErrNamedUnknown)
		k.has("host-2")
		must(t, k.activate("host-1"))
		k.has("host-1", "host-2")
		for _, name := range []string{"lease.granted", "lease.ended"} {
			for _, row := range w.events(name) {
				if strings.Contains(row.Data, "host-") {
					t.Fatalf("the journal names a machine: %s", row.Data)
				}
			}
		}
		w.now.Advance(2 * time.Hour)
		w.elapse() // the ended lease is forgotten, the machine that came again is not
		k.has("host-1", "host-2")
	})
}

// Places of a floating license end unless their machines are heard of.
func TestNamedFloating(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keyed(item(catalog.Floating, byName), 2)
		must(t, k.activate("a"))
		must(t, k.activate("b"))
		l := k.look("a")
		if m := l.Machines[0]; !l.Floats || l.Lease != 900 || !m.Required || m.Every != 900 || m.Ends.Sub(w.d.Now()) != 15*time.Minute {
			t.Fatalf("%+v %+v", l, m)
		}
		w.now.Advance(10 * time.Minute)
		must(t, k.beat("a"))
		w.now.Advance(6*time.Minute + time.Second) // b's time and its grace are over
		want(t, k.beat("b"), license.ErrNamedUnknown)
		if n := len(k.look("b").Machines); n != 0 {
			t.Fatal("a dead machine holds a place")
		}
		must(t, k.activate("c")) // takes the place without the job
		want(t, k.beat("b"), license.ErrNamedUnknown)
		want(t, k.activate("b"), license.ErrNoSeat)
		w.elapse()
		k.has("a", "c")
		w.now.Advance(time.Hour)
		w.elapse()
		k.has()
		w.now.Advance(2 * time.Hour)
		w.elapse() // and their rows are gone
		if n := w.named(); n != 0 {
			t.Fatalf("%d rows", n)
		}
		must(t, k.activate("b")) // it may come again
		k.has("b")
	})
}

var qNamedRows = db.SQL("license.test_named", `SELECT COUNT(*) FROM named_machine`)

func (w *world) named() (n int64) {
	w.t.Helper()
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error { return r.QueryRow(qNamedRows).Scan(&n) }))
	return n
}

// The least time of a floating license: a machine that comes again shares the place
// that it still keeps.
func TestNamedLinger(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keyed(item(catalog.Floating, byName, func(s *catalog.Snapshot) { s.Model.Floating.Linger = 3600 }), 1)
		must(t, k.activate("a"))
		must(t, k.leave("a"))
		w.used(k.Issued, 1)
		want(t, k.activate("b"), license.ErrNoSeat)
		must(t, k.activate("a"))
		w.used(k.Issued, 1)
		must(t, k.leave("a"))
		w.now.Advance(2 * time.Hour)
		must(t, k.activate("b"))
		k.has("b")
	})
}

// What a license must be for a machine that only has a name.
func TestNamedRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		want(t, w.keyed(item(catalog.Multi), 1).activate("a"), license.ErrContainerKind)
		want(t, w.keyed(item(catalog.Trial, byName), 1).activate("a"), license.ErrNamedKind)
		want(t, w.keyed(item(catalog.Usage, byName, func(s *catalog.Snapshot) { s.Unit = "layers" }), 1).activate("a"), license.ErrNamedKind)
		want(t, w.keyed(item(catalog.Floating, byName, func(s *catalog.Snapshot) { s.Model.Floating.Per = catalog.PerPerson }), 1).activate("a"), license.ErrNamedKind)

		k := w.keyed(item(catalog.Multi, byName), 3)
		other := w.keyed(item(catalog.Multi, byName), 1)
		_, err := w.ActivateNamed(ctx, anyone(), license.Holding{Key: k.key, License: other.id()}, license.NamedInput{Name: "a"})
		want(t, err, license.ErrNotWanted)
		for _, in := range []license.NamedInput{
			{},
			{Name: strings.Repeat("x", 257)},
			{Name: "a", Platform: strings.Repeat("x", 65)},
			{Name: "a", Cores: -1},
			{Name: "a", Parts: []license.NamedPart{{}}},
			{Name: "a", Parts: make([]license.NamedPart, 33)},
		} {
			_, err := w.ActivateNamed(ctx, anyone(), license.Holding{Key: k.key}, in)
			want(t, err, license.ErrNamed)
		}
		_, err = w.ActivateNamed(ctx, anyone(), license.Holding{Key: k.key}, license.NamedInput{Name: "a", Parts: []license.NamedPart{{Name: "x"}, {Name: "x"}}})
		want(t, err, license.ErrComponents)

		foreign := license.Holding{Key: k.key, Product: "PDM"}
		l, err := w.LookKey(ctx, anyone(), license.KeyInput{Holding: foreign})
		must(t, err)
		want(t, l.Refusal, license.ErrOtherProduct)
		_, err = w.ActivateNamed(ctx, anyone(), foreign, license.NamedInput{Name: "a"})
		want(t, err, license.ErrOtherProduct)

		plain := w.keyed(item(catalog.Multi), 1) // nobody reads what the article does not allow
		_, err = w.LookKey(ctx, anyone(), license.KeyInput{Holding: plain.holding()})
		want(t, err, license.ErrContainerKind)

		must(t, k.activate("a"))
		_, err = w.BeatNamed(ctx, anyone(), foreign, "a")
		want(t, err, license.ErrOtherProduct)
		must(t, other.activate("a")) // the same name at another license is another machine
		must(t, other.leave("a"))
		k.has("a")
		for _, wrong := range []string{"CADP-00000", k.key[:len(k.key)-1] + "*"} {
			_, err := w.LookKey(ctx, anyone(), license.KeyInput{Holding: license.Holding{Key: wrong}})
			want(t, err, license.ErrCode)
		}
		_, err = w.LookKey(ctx, w.b.System(), license.KeyInput{Holding: license.Holding{Key: k.key}}) // at another publisher's address
		want(t, err, license.ErrUnknownCode)

		single := w.keyed(item(catalog.SingleUse, byName), 1)
		must(t, single.activate("a"))
		want(t, single.leave("a"), license.ErrNamedStays)
		want(t, single.activate("b"), license.ErrUsedUp)
		single.has("a")
	})
}

// Block, end and recall of a license reach its machines.
func TestNamedStates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		k := w.keyed(item(catalog.Multi, byName), 3)
		must(t, k.activate("a"))
		_, err := w.BlockLicense(ctx, w.a.All(), k.id())
		must(t, err)
		want(t, k.look().Refusal, license.ErrLicenseBlocked)
		want(t, k.activate("b"), license.ErrLicenseBlocked)
		want(t, k.beat("a"), license.ErrLicenseBlocked)
		_, err = w.UnblockLicense(ctx, w.a.All(), k.id())
		must(t, err)
		must(t, k.beat("a"))
		_, err = w.Recall(ctx, w.a.All(), license.RecallInput{Licenses: []license.LicenseID{k.id()}})
		must(t, err)
		want(t, k.look().Refusal, license.ErrLicenseRecalled)
		w.used(k.Issued, 0)
		if l := w.license(k.id()); l.State != license.LicenseRecalled {
			t.Fatalf("a license without a machine is %s", l.State)
		}
		want(t, k.beat("a"), license.ErrNamedUnknown)

		timed := w.keyed(item(catalog.TimeLimited, byName, func(s *catalog.Snapshot) { s.Model.FixedEnd = day.FromTime(w.d.Now(), berlin).AddDays(3) }), 1)
		must(t, timed.activate("a"))
		if end := timed.look().Expires; end.IsZero() {
			t.Fatal("no end")
		}
		w.days(5)
		want(t, timed.look().Refusal, license.ErrLicenseExpired)
		want(t, timed.beat("a"), license.ErrLicenseExpired)
		must(t, timed.leave("a"))
	})
}

// Support sees who has a place and frees it; an order that is lowered takes places
// that are in use last.
func TestNamedBySupport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keyed(item(catalog.Multi, byName), 1)
		must(t, k.activate("a"))
		_, err := w.ReleaseLease(t.Context(), w.a.All(), k.holds(k.id())[0].ID)
		must(t, err)
		k.has()
		must(t, k.activate("b"))
		k.has("b")

		line := w.line()
		i := w.issue(license.IssueInput{Item: item(catalog.Multi, byName), Quantity: 3, Line: line})[0]
		key, err := w.RevealKey(t.Context(), w.a.All(), i.Licenses[0])
		must(t, err)
		sold := &keyed{world: w, Issued: i, key: key}
		must(t, sold.activate("a"))
		must(t, sold.activate("b"))
		_, err = w.lower(line, 2)
		must(t, err)
		if l := w.license(i.Licenses[0]); l.Limit != 1 || l.Used != 1 {
			t.Fatalf("%d of %d used", l.Used, l.Limit)
		}
		sold.has("a")
	})
}

// Places that are given back and taken again too often have to rest.
func TestNamedChurn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Service = w.node(license.Limits{Ticket: db.Limit{Name: "test.churn", Burst: 2, Per: time.Hour}})
		k := w.keyed(item(catalog.Multi, byName), 1)
		var err error
		for n := 0; err == nil; n++ {
			if n > 5 {
				t.Fatal("nobody has to rest")
			}
			if err = k.activate(fmt.Sprint("m", n)); err == nil {
				must(t, k.leave(fmt.Sprint("m", n)))
			}
		}
		want(t, err, license.ErrTooOften)
		k.has()
		w.now.Advance(time.Hour)
		must(t, k.activate("again"))
	})
}

// Whoever guesses keys waits here as everywhere.
func TestNamedGuessing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.node(license.Limits{Address: db.Limit{Name: "test.address", Burst: 2, Per: time.Minute}})
		k := w.keyed(item(catalog.Multi, byName), 1)
		thief := actor.Anonymous(netip.MustParseAddr("198.51.100.7"))
		for range 2 {
			_, err := s.LookKey(t.Context(), thief, license.KeyInput{Holding: license.Holding{Key: guessedKey(t)}})
			want(t, err, license.ErrUnknownCode)
		}
		_, err := s.LookKey(t.Context(), thief, license.KeyInput{Holding: license.Holding{Key: k.key}})
		want(t, err, license.ErrTooManyTries)
		_, err = s.ActivateNamed(t.Context(), thief, k.holding(), license.NamedInput{Name: "a"})
		want(t, err, license.ErrTooManyTries)
		k.has()
	})
}

// 48 machines over the last five places, each of them twice, while places are given
// back: never one too many, and one place for a name.
func TestRaceForNames(t *testing.T) {
	for _, kind := range []catalog.Kind{catalog.Multi, catalog.Floating} {
		t.Run(string(kind), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.Service = w.node(license.Limits{Ticket: db.Limit{Name: "test.churn", Burst: 1_000_000, Per: time.Second}})
				for round := range rounds(4, 400) {
					w.study(round)
					raceForNames(t, w.keyed(item(kind, byName), 5))
				}
			})
		})
	}
}

func raceForNames(t *testing.T, k *keyed) {
	t.Helper()
	results := make(chan error, 96)
	for n := range 48 {
		for range 2 {
			go func() { results <- k.activate(fmt.Sprint("m", n)) }()
		}
	}
	var placed int
	for range 96 {
		err := <-results
		if err == nil {
			placed++
		} else if !errors.Is(err, license.ErrNoSeat) && !errors.Is(err, license.ErrNamedTaken) {
			t.Fatal(err)
		}
	}
	if placed != 5 {
		t.Fatalf("%d of 5 places given", placed)
	}
	var names []string
	for _, m := range k.look().Machines {
		names = append(names, m.Name)
	}
	if len(names) != 5 {
		t.Fatalf("%q have places", names)
	}
	k.used(k.Issued, 5)
	for i, name := range names {
		go func() { results <- k.leave(name) }()
		go func() { results <- k.beat(name) }()
		go func() { results <- k.activate(fmt.Sprint("late", i)) }()
	}
	for range 15 {
		if err := <-results; err != nil && !slices.Contains([]fault.Kind{fault.NotFound, fault.Exhausted}, fault.KindOf(err)) {
			t.Fatal(err)
		}
	}
	var left []string
	for _, m := range k.look().Machines {
		left = append(left, m.Name)
	}
	slices.Sort(left)
	k.has(left...)
}

func guessedKey(t *testing.T) string {
	t.Helper()
	key, err := wire.NewKey("CADP", rand.Reader)
	must(t, err)
	return key.String()
}

// A named machine takes no place that is kept for somebody else, and one that it gives
// back is offered to whoever waits.
func TestNamedAmongOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keyed(item(catalog.Floating, byName, func(s *catalog.Snapshot) { s.Model.Floating.Queue = true }), 2)
		w.reserve(k.Issued, license.ReserveLabel, "cad-room", 1)
		must(t, k.activate("a"))
		want(t, k.activate("b"), license.ErrKept)
		must(t, second(w.box().lease(k.Code, label("cad-room"))))
		k.used(k.Issued, 2)
		waiting := w.box().taker(k.Code)
		waiting.waits(1)
		must(t, k.leave("a"))
		want(t, k.activate("a"), license.ErrKept) // it is held for who waits
		must(t, second(waiting.ask()))
		k.used(k.Issued, 2)
		k.holds(k.id())
	})
}
