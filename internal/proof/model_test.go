package proof_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// TestModel lets devices and staff do anything in any order, with letters that
// get lost, come twice or late, devices that are set back, and a server that is
// killed, and compares every answer, every seat and what every device holds with
// the model.
func TestModel(t *testing.T) {
	steps := map[db.Engine]int{db.SQLite: 8000, db.Postgres: 3000}
	calm, games := 4, 20
	switch {
	case testing.Short():
		steps = map[db.Engine]int{db.SQLite: 250, db.Postgres: 250}
	case deep:
		steps = map[db.Engine]int{db.SQLite: 850_000, db.Postgres: 150_000} // a step takes three times as long there
		calm, games = 19, 1000
	}
	set(t, "rapid.checks", fmt.Sprint(games))
	set(t, "rapid.steps", "40")
	set(t, "rapid.nofailfile", "true") // the tree stays as it is
	set(t, "rapid.shrinktime", "20s")
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			a := &arena{t: t, engine: e, calm: calm, refusals: map[string]int{}}
			defer a.report()
			for a.steps < steps[e] {
				rapid.Check(t, a.play)
			}
			if a.crashes() < steps[e]/3000 {
				t.Error("too few crashes")
			}
		})
	}
}

// set sets a flag of package rapid for this test.
func set(t *testing.T, name, value string) {
	t.Helper()
	before := flag.Lookup(name).Value.String()
	must(t, flag.Set(name, value))
	t.Cleanup(func() { _ = flag.Set(name, before) })
}

// arena is the server on which games are played, one after another.
type arena struct {
	t      *testing.T
	engine db.Engine
	w      *world
	n      *node
	keeper *keeper
	games  int
	calm   int // how many games without crashes there are for one with

	steps    int
	fallen   int // crashes on earlier worlds
	answered int
	refusals map[string]int
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
	must(a.t, a.w.find(qSeats))
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
	for _, code := range slices.Sorted(maps.Keys(a.refusals)) {
		a.t.Logf("%6d × %s", a.refusals[code], code)
	}
}

// game is one run of the state machine: a ticket for seats, one for a year, and
// some devices.
type game struct {
	*model
	a     *arena
	w     *world
	n     *node
	looks int
}

// action is something that happens, and how often beside the others.
type action struct {
	weight int
	do     func(*game, *rapid.T)
}

// The names count: package rapid draws the first in the alphabet more often.
var actions = map[string]action{
	"activate": {6, (*game).activate}, "ask": {3, (*game).refresh}, "backed up": {2, (*game).backUp}, "backwards": {3, (*game).setBack},
	"believed": {5, (*game).accept}, "believed before": {1, (*game).acceptNothing}, "confirm": {3, (*game).confirm},
	"evict": {2, (*game).evict}, "extend": {1, (*game).extend}, "give back": {4, (*game).giveBack}, "late": {4, (*game).late},
	"license blocked": {1, (*game).block}, "license unblocked": {2, (*game).unblock}, "lose": {4, (*game).restore},
	"recalled": {1, (*game).recall}, "tickets blocked": {1, (*game).blockTickets}, "tickets unblocked": {5, (*game).unblockTickets},
	"twice": {3, (*game).duplicate},
}

// storms happen only in some games, because they take long.
var storms = map[string]action{"crash": {2, (*game).crash}, "days": {1, (*game).days}}

func (a *arena) play(t *rapid.T) {
	a.ready()
	a.games++
	g := &game{a: a, w: a.w, n: a.n, model: &model{now: a.w.clock.now}}
	g.deal(t)
	table := map[string]func(*rapid.T){"": g.agrees}
	add := func(all map[string]action) {
		for name, one := range all {
			for i := range one.weight {
				table[fmt.Sprint(name, " ", i)] = func(t *rapid.T) { one.do(g, t); a.steps++ }
			}
		}
	}
	add(actions)
	if rapid.IntRange(0, a.calm).Draw(t, "weather") == a.calm/2 {
		add(storms)
		defer g.n.try("arm - 0")
	}
	t.Repeat(table)
	for _, r := range g.rights {
		g.compare(t, r)
	}
}

// deal sells the licenses and makes the devices.
func (g *game) deal(t *rapid.T) {
	seats, years := rapid.Int64Range(1, 3).Draw(t, "seats"), rapid.Int64Range(1, 2).Draw(t, "years")
	v, answer, err := g.n.order(document{
		Source: source, Number: fmt.Sprint("G-", g.a.games), Mode: "complete", Buyer: party{"C-model"},
		Lines: []documentLine{{"1", articleSeats, seats}, {"2", articleYear, years}},
	}, "")
	if err != nil || !answer.ok() {
		t.Fatal(answer, err)
	}
	for _, l := range v.Lines {
		r := newRight(l.Quantity)
		r.ticket, r.code = l.Tickets[0].ID, l.Tickets[0].Code
		r.id = g.license(t, r).ID
		g.rights = append(g.rights, r)
	}
	for i := range 3 {
		b, err := g.w.box()
		if err != nil {
			t.Fatal(err)
		}
		g.devices = append(g.devices, &device{box: b, name: fmt.Sprint("device ", i)})
	}
}

// license reads the one license of a ticket.
func (g *game) license(t *rapid.T, r *right) licenseView {
	all, err := g.n.licensesOf(r.ticket)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0]
}

// pick draws one of some, and gives the action up when there is none.
func pick[T any](t *rapid.T, label string, of []T) T {
	if len(of) == 0 {
		t.Skip("there is no ", label)
	}
	return of[rapid.IntRange(0, len(of)-1).Draw(t, label)]
}

// device is one of those that are so.
func (g *game) device(t *rapid.T, is func(*device) bool) *device {
	return pick(t, "device", slices.DeleteFunc(slices.Clone(g.devices), func(d *device) bool { return !is(d) }))
}

func whichever(*device) bool { return true }

// right is mostly the license for seats.
func (g *game) right(t *rapid.T) *right {
	return pick(t, "license", []*right{g.rights[0], g.rights[0], g.rights[0], g.rights[1]})
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

// letter is one of those that were answered, or were not.
func (g *game) letter(t *rapid.T, answered bool) *letter {
	var all []*letter
	for _, d := range g.devices {
		for _, l := range d.said {
			if (l.answer != nil) == answered {
				all = append(all, l)
			}
		}
	}
	return pick(t, "letter", all)
}

// write makes a letter. Its way is drawn: it arrives and is answered, the answer
// is lost, or the letter itself is lost for now.
func (g *game) write(t *rapid.T, l *letter, err error) {
	g.sign(t, l, err)
	switch rapid.IntRange(0, 9).Draw(t, "way") {
	case 7:
	case 8, 9:
		g.deliver(t, l, false)
	default:
		g.deliver(t, l, true)
	}
}

func (g *game) sign(t *rapid.T, l *letter, err error) {
	if err != nil {
		t.Fatal(err)
	}
	l.ctr = l.by.ctr
	l.by.said = append(l.by.said, l)
}

// deliver hands a letter in and compares what comes back with the model.
func (g *game) deliver(t *rapid.T, l *letter, install bool) {
	a, err := g.n.exchange(l.m)
	if err != nil {
		t.Fatal(err)
	}
	l.turn = g.hear(l)
	if !l.turn.unheard {
		l.answer = &a
	}
	if a.ok() != (l.turn.refusal == "") || a.code() != l.turn.refusal {
		t.Fatalf("%s, %s: answered with %v, the model says %q", l.by.name, l.kind, a, l.turn.refusal)
	}
	if !a.ok() {
		g.a.refusals[a.code()]++
		return
	}
	g.a.answered++
	u, err := l.by.read(l.m, a.body)
	if err != nil {
		t.Fatalf("%s, %s: %v", l.by.name, l.kind, err)
	}
	if install && l.kind != "receipt" {
		g.install(t, l, u)
	}
}

// install lets a device do what it was told, and compares what it holds then.
func (g *game) install(t *rapid.T, l *letter, u update) {
	d := l.by
	before := map[string]int64{}
	for id, c := range d.held {
		before[id] = c.gen
	}
	d.install(u)
	for _, one := range u.licenses {
		delete(d.old, one.ID)
	}
	if l.kind == "return" {
		return
	}
	for _, r := range g.rights {
		if l.turn.removed[r] {
			before[r.id] = 0
		}
		gen, runs := r.holding(d, before[r.id])
		held := d.held[r.id]
		old := held != nil && d.old[r.id] && l.kind != "refresh" // a refresh renews everything
		if (held == nil) != (gen == 0) || held != nil && (held.gen != gen || held.blocked == runs && !(old && runs)) {
			t.Fatalf("%s, after %s: holds %+v of a license that is %s, the model says generation %d, runs %v", d.name, l.kind, held, r.state, gen, runs)
		}
		if runs && !old && !r.lasts(held.expires) {
			t.Fatalf("%s, after %s: holds %+v of a license that was extended by %d days, first until %d", d.name, l.kind, held, r.extended, r.expires)
		}
	}
}

func (g *game) activate(t *rapid.T) {
	d, r := g.device(t, whichever), g.right(t)
	m, err := d.activate(r.code, r.id)
	g.write(t, &letter{by: d, m: m, kind: "activate", of: r}, err)
}

func (g *game) refresh(t *rapid.T) {
	d := g.device(t, whichever)
	m, err := d.ask(wire.ActRefresh)
	g.write(t, &letter{by: d, m: m, kind: "refresh"}, err)
}

func (g *game) confirm(t *rapid.T) {
	d := g.device(t, func(d *device) bool { return d.last != "" })
	m, err := d.receipt()
	g.write(t, &letter{by: d, m: m, kind: "receipt"}, err)
}

func (g *game) giveBack(t *rapid.T) {
	r, d := g.spot(t, func(r *right, d *device) bool { return d.held[r.id] != nil })
	m, err := d.giveBack(r.id)
	g.write(t, &letter{by: d, m: m, kind: "return", of: r}, err)
}

// restore calls a device lost, by the activation that it has.
func (g *game) restore(t *rapid.T) {
	r, lost := g.spot(t, func(r *right, d *device) bool { return r == g.rights[0] && r.live[d] != nil })
	d := g.device(t, func(d *device) bool { return d != lost })
	place := g.activation(t, r, lost)
	m, err := d.ask(wire.ActRestore, func(q *wire.Request) {
		q.Code, q.Want, q.Lost = r.code, []string{r.id}, place.ID
	})
	g.write(t, &letter{by: d, m: m, kind: "restore", of: r, lost: lost, lostGen: place.Gen}, err)
}

// activation finds the live activation of a license in a device.
func (g *game) activation(t *rapid.T, r *right, d *device) activationView {
	all, err := g.n.activationsOf(r.id)
	i := slices.IndexFunc(all, func(a activationView) bool { return a.live() && a.Container == d.id() })
	if err != nil || i < 0 {
		t.Fatalf("%s is not live in %s: %+v, %v", r.id, d.name, all, err)
	}
	return all[i]
}

// duplicate lets a letter come twice that was answered: the answer is the same.
func (g *game) duplicate(t *rapid.T) {
	l := g.letter(t, true)
	a, err := g.n.exchange(l.m)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != l.answer.status || a.code() != l.answer.code() || a.ok() && !bytes.Equal(a.body, l.answer.body) {
		t.Fatalf("%s, %s again: answered with %v, before with %v", l.by.name, l.kind, a, l.answer)
	}
}

// late lets a letter arrive that was lost, or refused without a trace; nobody
// waits for its answer any more.
func (g *game) late(t *rapid.T) { g.deliver(t, g.letter(t, false), false) }

// backUp copies what a device is, and setBack makes it that again, with its
// counter or without.
func (g *game) backUp(t *rapid.T) { g.device(t, whichever).backUp() }

func (g *game) setBack(t *rapid.T) {
	g.device(t, func(d *device) bool { return d.copy != nil }).setBack(rapid.Bool().Draw(t, "counter"))
}

// staff sends something that staff does and wants it done, or refused as a
// conflict.
func (g *game) staff(t *rapid.T, path string, in any, conflict bool) bool {
	a, err := g.n.post(path, in)
	if err != nil {
		t.Fatal(err)
	}
	if a.ok() == conflict || conflict && a.status != http.StatusConflict {
		t.Fatalf("%s: %v, the model says conflict: %v", path, a, conflict)
	}
	return a.ok()
}

// because is why support acts for a customer.
func because(more ...string) map[string]any {
	out := map[string]any{"reason": map[string]string{"code": "request"}}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func (g *game) recall(t *rapid.T) {
	r := g.right(t)
	g.staff(t, "/licenses/recall", map[string]any{"licenses": []string{r.id}, "reason": map[string]string{"code": "request"}}, false)
	r.recall()
}

func (g *game) block(t *rapid.T) {
	r := g.right(t)
	if g.staff(t, "/licenses/"+r.id+"/block", because(), r.gone()) {
		r.state = "blocked"
	}
}

func (g *game) unblock(t *rapid.T) {
	r := pick(t, "license", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.state == "available" }))
	if g.staff(t, "/licenses/"+r.id+"/unblock", because(), r.gone()) {
		r.state = "available"
	}
}

func (g *game) blockTickets(t *rapid.T)   { g.tickets(t, "block", true) }
func (g *game) unblockTickets(t *rapid.T) { g.tickets(t, "unblock", false) }

func (g *game) tickets(t *rapid.T, do string, blocked bool) {
	if g.blocked == blocked {
		t.Skip("they are")
	}
	for _, r := range g.rights {
		g.staff(t, "/tickets/"+r.ticket+"/"+do, because(), false)
	}
	g.blocked = blocked
}

func (g *game) evict(t *rapid.T) {
	r, d := g.spot(t, func(r *right, d *device) bool { return r.live[d] != nil })
	g.staff(t, "/activations/"+g.activation(t, r, d).ID+"/evict", because(), false)
	r.free(d, "away")
}

// extend moves the end out; a device learns of it at its next contact.
func (g *game) extend(t *rapid.T) {
	r := g.rights[1]
	if !r.begun {
		t.Skip("has not begun")
	}
	last, err := time.Parse(time.DateOnly, g.license(t, r).LastDay)
	if err != nil {
		t.Fatal(err)
	}
	until := last.AddDate(0, 0, 10).Format(time.DateOnly)
	if g.staff(t, "/licenses/"+r.id+"/extend", because("until", until), r.gone()) {
		r.extended += 10
	}
}

// accept lets a human decide the case of a suspect device: it goes on with whatever
// counter it has, and with the next generation of what it should hold.
func (g *game) accept(t *rapid.T) {
	d := g.device(t, func(d *device) bool { return d.suspect })
	id, err := g.n.openCase(d.id())
	if err != nil {
		t.Fatal(err)
	}
	g.staff(t, "/containers/"+d.id()+"/decide", map[string]string{"decision": "accept"}, true)
	g.staff(t, "/cases/"+id+"/decide", map[string]string{"decision": "accept", "reason": "the model"}, false)
	g.staff(t, "/cases/"+id+"/decide", map[string]string{"decision": "block", "reason": "the model"}, true)
	d.suspect, d.heard, d.pardon = false, 0, true
	for _, r := range g.rights {
		if p := r.live[d]; p != nil && !p.recalled {
			r.past[d] = ended{p.gen, "away"}
			r.live[d] = &place{gen: p.gen + 1}
		}
	}
}

func (g *game) acceptNothing(t *rapid.T) {
	d := g.device(t, func(d *device) bool { return d.known && !d.suspect })
	g.staff(t, "/containers/"+d.id()+"/decide", map[string]string{"decision": "accept"}, true)
}

// days lets time pass; the tickets rest.
func (g *game) days(t *rapid.T) {
	if err := g.w.advance(g.n, 4*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, r := range g.rights {
		r.retaken, r.returns = 0, 0
		clear(r.returnsOf)
	}
}

// crash kills the server now, or at a fail point on the way of a request to
// come. Whoever asks then, asks again until it is answered.
func (g *game) crash(t *rapid.T) {
	point := pick(t, "point", []string{"db.before_commit", "db.after_commit", "license.before_sign", "license.before_send", ""})
	if point == "" {
		g.a.keeper.kill()
		return
	}
	g.n.try(fmt.Sprint("arm ", point, " 1"))
}

// agrees compares the server's seats of one license with the model's, of each in
// turn: what is wrong stays wrong until the next step.
func (g *game) agrees(t *rapid.T) {
	g.looks++
	g.compare(t, g.rights[g.looks%len(g.rights)])
}

func (g *game) compare(t *rapid.T, r *right) {
	l := g.license(t, r)
	if l.State != r.state || l.Used != int64(len(r.live)) || l.Used > l.Limit || l.Limit != r.seats {
		t.Fatalf("the server says %+v, the model: %s, %d of %d used", l, r.state, len(r.live), r.seats)
	}
	acts, err := g.n.activationsOf(r.id)
	if err != nil {
		t.Fatal(err)
	}
	acts = slices.DeleteFunc(acts, func(a activationView) bool { return !a.live() })
	if len(acts) != len(r.live) {
		t.Fatalf("the server has %+v live, the model %d", acts, len(r.live))
	}
	for _, a := range acts {
		i := slices.IndexFunc(g.devices, func(d *device) bool { return d.id() == a.Container })
		if i < 0 {
			t.Fatalf("%+v is in no device", a)
		}
		if p := r.live[g.devices[i]]; p == nil || p.gen != a.Gen || p.recalled != (a.State == "recall_pending") {
			t.Fatalf("the server has %+v live, the model %+v", a, p)
		}
	}
}
