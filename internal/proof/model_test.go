package proof_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// TestModel lets devices, programs and staff do anything in any order, with letters
// that get lost, come twice or late, devices that are set back or typed into, clocks
// that jump, and a server that is killed, and compares every answer, every place and
// what every device holds with the model.
//
// The long form is that of LICET_DEEP. LICET_MODEL_STEPS says how many steps,
// LICET_MODEL_SEED with which seed to begin: each round logs its own, and each failure
// that of its game, so that either can be played again alone.
func TestModel(t *testing.T) {
	steps, calm, games := 10_000, 9, 10
	switch {
	case testing.Short():
		steps = 250
	case deep:
		steps, games = 1_000_000, 50
	}
	if n := number(t, "LICET_MODEL_STEPS"); n > 0 {
		steps = int(n)
	}
	first := number(t, "LICET_MODEL_SEED")
	if first == 0 {
		first = rand.Uint64() >> 1
	}
	set(t, "rapid.checks", fmt.Sprint(games))
	set(t, "rapid.steps", "40")
	set(t, "rapid.nofailfile", "true") // the tree stays as it is
	set(t, "rapid.shrinktime", "20s")
	for _, e := range dbtest.Engines() {
		lanes := map[db.Engine]int{db.SQLite: 1, db.Postgres: 3}[e] // there is more to wait for there
		for lane := range lanes {
			t.Run(fmt.Sprint(e, " ", lane), func(t *testing.T) {
				t.Parallel()
				a := &arena{t: t, engine: e, calm: calm, refusals: map[string]int{}, did: map[string]int{}}
				a.run(first+uint64(lane)<<32, steps/lanes)
			})
		}
	}
}

// run plays rounds until there were so many steps, or the test has no more time.
func (a *arena) run(seed uint64, steps int) {
	defer a.report()
	end, ends := a.t.Deadline()
	for ; a.steps < steps; seed += 1_000_003 {
		if ends && time.Until(end) < time.Minute {
			a.t.Logf("seed %d: there is no time for more than %d steps", seed, a.steps)
			break
		}
		a.t.Logf("seed %d: step %d", seed, a.steps)
		a.round(seed)
	}
	if steps >= 10_000 && a.crashes() < steps/5000 {
		a.t.Error("too few crashes")
	}
}

// number reads a number from the environment, 0 for none.
func number(t *testing.T, name string) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	must(t, err)
	return n
}

// set sets a flag of package rapid for this test.
func set(t *testing.T, name, value string) {
	t.Helper()
	before := flag.Lookup(name).Value.String()
	must(t, flag.Set(name, value))
	t.Cleanup(func() { _ = flag.Set(name, before) })
}

// seeding is held from when the seed of a round is set until the round has read it.
var seeding sync.Mutex

// round plays some games that follow from a seed.
func (a *arena) round(seed uint64) {
	seeding.Lock()
	var began sync.Once
	defer began.Do(seeding.Unlock)
	must(a.t, flag.Set("rapid.seed", fmt.Sprint(seed)))
	rapid.Check(a.t, func(t *rapid.T) {
		began.Do(seeding.Unlock)
		a.play(t)
	})
}

// arena is the server on which games are played, one after another.
type arena struct {
	t      *testing.T
	engine db.Engine
	w      *world
	n      *node
	keeper *keeper
	orgs   []string // who may hold licenses
	games  int
	calm   int // how many games without crashes there are for one with

	steps    int
	fallen   int // crashes on earlier worlds
	answered int
	refusals map[string]int
	did      map[string]int // actions, and answers that a client has installed
}

// longest is how far the clock of one installation may run: its keys end after
// a year, and a small database is a fast one.
const longest = 100 * 24 * time.Hour

// ready makes sure that there is an installation that is young enough.
func (a *arena) ready() {
	if a.w != nil && time.Duration(a.w.clock.by.Load()) < longest {
		return
	}
	a.close()
	url := ""
	if a.engine == db.Postgres {
		url = dbtest.Postgres(a.t)
	}
	a.w = newWorld(a.t, url)
	a.n = a.w.node()
	a.keeper = a.n.keep()
	a.orgs = nil
	for _, number := range []string{"C-model", "C-other"} {
		v, answer, err := a.n.order(document{
			Source: source, Number: "for " + number, Mode: "complete", Buyer: party{number}, Lines: []documentLine{{"1", articleSeats, 1}},
		}, "")
		if err != nil || !answer.ok() {
			a.t.Fatal(v, answer, err)
		}
		a.orgs = append(a.orgs, v.Buyer)
	}
}

// close ends an installation; its journal must hold.
func (a *arena) close() {
	if a.w == nil {
		return
	}
	a.fallen = a.crashes()
	a.keeper.stop()
	a.keeper = nil
	a.n.kill()
	must(a.t, a.w.find(qPlaces))
}

func (a *arena) crashes() int {
	if a.keeper == nil {
		return a.fallen
	}
	return a.fallen + int(a.keeper.deaths.Load())
}

func (a *arena) report() {
	if !a.t.Failed() {
		a.close()
	}
	a.t.Logf("%d steps in %d games, %d crashes, %d answers", a.steps, a.games, a.crashes(), a.answered)
	for _, all := range []map[string]int{a.did, a.refusals} {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			a.t.Logf("%6d × %s", all[name], name)
		}
	}
}

// game is one run of the state machine: an order with some kinds of licenses, and
// some devices.
type game struct {
	*model

	a       *arena
	w       *world
	n       *node
	seats   *family // of what moves, is restored, split and merged
	tickets []*ticket
	station *station // nil = this game has none
	looks   int
}

// action is something that happens, and how often beside the others.
type action struct {
	weight int
	do     func(*game, *rapid.T)
}

// What can happen in every game.
var actions = map[string]action{
	"activate": {7, (*game).activate}, "ask": {3, (*game).refresh}, "backed up": {2, (*game).backUp}, "backwards": {2, (*game).setBack},
	"believed": {5, (*game).accept}, "believed before": {1, (*game).acceptNothing}, "clock": {2, (*game).wrongClock}, "confirm": {4, (*game).confirm},
	"evict": {3, (*game).evict}, "give back": {4, (*game).giveBack}, "hours": {1, (*game).hours}, "late": {4, (*game).late},
	"license blocked": {1, (*game).block}, "license unblocked": {3, (*game).unblock}, "lose": {3, (*game).restore}, "minutes": {1, (*game).minutes},
	"recalled": {1, (*game).recall}, "rescue": {1, (*game).rescue}, "tickets blocked": {1, (*game).blockTickets},
	"tickets unblocked": {5, (*game).unblockTickets}, "twice": {3, (*game).duplicate}, "typed": {3, (*game).typeIn},
}

// Actions that belong together: a game has some of these.
var (
	ofYear  = map[string]action{"extend": {2, (*game).extend}}
	ofUnits = map[string]action{"consume": {4, (*game).consume}}
	ofPool  = map[string]action{
		"again": {3, (*game).again}, "borrow": {6, (*game).borrow}, "end": {3, (*game).end}, "lease": {8, (*game).lease},
		"more minutes": {3, (*game).minutes}, "release": {1, (*game).release}, "renew": {5, (*game).renew},
	}
	ofVerbs = map[string]action{
		"merge": {4, (*game).merge}, "replace": {2, (*game).replace}, "split": {4, (*game).split}, "transfer": {2, (*game).transfer},
	}
	// storms happen only in some games, because they take long.
	storms = map[string]action{"crash": {5, (*game).crash}, "days": {1, (*game).days}}
)

// wares are what an order may have beside its seats.
var wares = []struct {
	name, article string
	most          int64
	actions       map[string]action
}{
	{"year", articleYear, 2, ofYear},
	{"units", articleUnits, 3, ofUnits},
	{"pool", articlePool, 4, ofPool},
	{"room", articleRoom, 3, ofPool},
}

func (a *arena) play(t *rapid.T) {
	a.ready()
	a.games++
	g := &game{a: a, w: a.w, n: a.n, model: &model{now: a.w.clock.now}}
	table := map[string]func(*rapid.T){"": g.agrees}
	order := rapid.Uint32().Draw(t, "order") // package rapid draws the first in the alphabet more often
	add := func(all map[string]action) {
		for name, one := range all {
			for i := range one.weight {
				rank := fnv.New32a()
				fmt.Fprint(rank, i, order, name, "in its place")
				table[fmt.Sprintf("%08x %s", rank.Sum32(), name)] = func(t *rapid.T) { one.do(g, t); a.steps++; a.did[name]++ }
			}
		}
	}
	add(actions)
	g.seats = g.deal(t, "seats", articleSeats, 4)
	for _, one := range wares {
		if rapid.IntRange(0, 2).Draw(t, "with "+one.name) == 0 {
			g.deal(t, one.name, one.article, one.most)
			add(one.actions)
		}
	}
	if rapid.Bool().Draw(t, "with verbs") {
		add(ofVerbs)
	}
	for i := range 3 {
		b, err := g.w.box()
		if err != nil {
			t.Fatal(err)
		}
		g.devices = append(g.devices, &device{box: b, name: fmt.Sprint("device ", i), typists: map[*family]bool{}})
	}
	if rapid.IntRange(0, 2).Draw(t, "with a station") == 0 {
		g.settle(t)
		add(ofStation)
	}
	if rapid.IntRange(0, a.calm).Draw(t, "weather") == a.calm/2 {
		add(storms)
		defer g.n.try("arm - 0")
	}
	t.Repeat(table)
	for _, r := range g.rights {
		g.compare(t, r)
	}
}

// deal sells a license.
func (g *game) deal(t *rapid.T, name, article string, most int64) *family {
	v, answer, err := g.n.order(document{
		Source: source, Number: fmt.Sprint("G-", g.a.games, "-", name), Mode: "complete", Buyer: party{"C-model"},
		Lines: []documentLine{{"1", article, rapid.Int64Range(1, most).Draw(t, name)}},
	}, "")
	if err != nil || !answer.ok() {
		t.Fatal(answer, err)
	}
	line := v.Lines[0]
	r := newRight(&family{name: name, ordered: line.Quantity}, line.Quantity)
	g.open(r, line.Tickets[0].ID, line.Tickets[0].Code, g.a.orgs[0])
	all, err := g.n.licensesOf(r.ticket.id)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	r.id = all[0].ID
	g.rights = append(g.rights, r)
	switch article {
	case articleUnits:
		v, _ := parsed[struct{ Code string }](t, g.staff(t, "/licenses/"+r.id+"/reveal", because(), ""))
		r.family.meter = &meter{per: 1000, key: v.Code}
	case articlePool:
		r.family.pool = &pool{right: r, lendable: 2}
	case articleRoom:
		r.family.pool = &pool{right: r, machine: true, linger: roomLinger}
	}
	return r.family
}

// license reads a license.
func (g *game) license(t *rapid.T, r *right) (v licenseView) {
	if ok, err := g.n.get("/licenses/"+r.id, &v); err != nil || !ok {
		t.Fatal(ok, err)
	}
	return v
}

// pick draws one of some, and gives the action up when there is none.
func pick[T any](t *rapid.T, label string, of []T) T {
	if len(of) == 0 {
		t.Skip("there is no ", label)
	}
	return of[rapid.IntRange(0, len(of)-1).Draw(t, label)]
}

// device is one of those that are so, and whose messages are made here.
func (g *game) device(t *rapid.T, is func(*device) bool) *device {
	return g.anyDevice(t, func(d *device) bool { return d.station == nil && is(d) })
}

func (g *game) anyDevice(t *rapid.T, is func(*device) bool) *device {
	return pick(t, "device", slices.DeleteFunc(slices.Clone(g.devices), func(d *device) bool { return !is(d) }))
}

func whichever(*device) bool { return true }

// right is mostly a license for seats that nothing has replaced.
func (g *game) right(t *rapid.T) *right {
	all := slices.Clone(g.rights)
	for _, r := range g.rights {
		if r.family == g.seats && r.state != "replaced" {
			all = append(all, r, r)
		}
	}
	return pick(t, "license", all)
}

// spot is a license and a device.
type spot struct {
	r *right
	d *device
}

// spot is one of those that are so.
func (g *game) spot(t *rapid.T, is func(*right, *device) bool) (*right, *device) {
	var all []spot
	for _, r := range g.rights {
		for _, d := range g.devices {
			if is(r, d) {
				all = append(all, spot{r, d})
			}
		}
	}
	s := pick(t, "spot", all)
	return s.r, s.d
}
