package proof_test

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/wire"
)

// letter is one of those that were answered, or were not.
func (g *game) letter(t *rapid.T, answered bool) *letter {
	var all []*letter
	for _, d := range g.devices {
		for _, l := range d.said {
			if (l.answer != nil) == answered && (answered || d.station == nil) { // a client sends its letters in their order
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
	if l.kind != "typed" {
		l.ctr = l.by.ctr
	}
	l.at = l.by.now()
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
	g.same(t, a, l.turn.refusal, fmt.Sprintf("%s, %s", l.by.name, l.kind))
	if !a.ok() {
		return
	}
	u, err := l.by.read(l.m, a.body)
	if err != nil {
		t.Fatalf("%s, %s: %v", l.by.name, l.kind, err)
	}
	if install && l.kind != "receipt" {
		g.install(t, l, u)
	}
}

// same wants an answer to be what the model says: the code of a refusal, or "".
func (g *game) same(t *rapid.T, a answer, refusal, what string) {
	if a.ok() != (refusal == "") || a.code() != refusal {
		t.Fatalf("%s: answered with %v, the model says %q", what, a, refusal)
	}
	if a.ok() {
		g.a.answered++
		return
	}
	g.a.refusals[a.code()]++
}

// install lets a device do what it was told, and compares what it holds then.
func (g *game) install(t *rapid.T, l *letter, u update) {
	d := l.by
	if l.kind == "typed" && d.owes(l.of, u.licenses[0].Generation) {
		return
	}
	before := map[string]int64{}
	for id, c := range d.held {
		before[id] = c.gen
	}
	d.install(u)
	if l.kind == "typed" {
		d.typists[l.of.family] = true
	}
	for _, one := range u.licenses {
		delete(d.old, one.ID)
		delete(d.back, one.ID)
	}
	if l.kind == "return" {
		return
	}
	for _, r := range g.rights {
		if l.kind == "typed" && r != l.of {
			continue // it brings one license and nothing else
		}
		if l.turn.removed[r] {
			before[r.id] = 0
		}
		g.holds(t, l, r, before[r.id])
	}
}

// holds compares what a device holds of a license after the answer to a request,
// given the generation that it held before.
func (g *game) holds(t *rapid.T, l *letter, r *right, before int64) {
	d, held := l.by, l.by.held[r.id]
	gen, runs := r.holding(d, before)
	if held != nil && r.live[d] == nil && (r.past[d].how == "elapsed" || !l.names(r.id)) {
		runs = !held.blocked // it stays what it was; what came after the question was signed is judged at the next
	}
	old := held != nil && d.old[r.id] && l.kind != "refresh" // a refresh renews everything
	if (held == nil) != (gen == 0) || held != nil && (held.gen != gen || held.blocked == runs && !(old && runs)) {
		t.Fatalf("%s, after %s: holds %+v of a license that is %s, the model says generation %d, runs %v", d.name, l.kind, held, r.state, gen, runs)
	}
	p := r.live[d]
	if p == nil || !runs || old {
		return
	}
	ends := r.pool == nil && r.lasts(held.expires) || r.pool != nil && held.expires == p.until.Unix()
	if held.qty != p.qty || !ends {
		t.Fatalf("%s, after %s: holds %+v, the model says %+v of a license that was extended by %d days, first until %d", d.name, l.kind, held, p, r.extended, r.expires)
	}
}

func (g *game) activate(t *rapid.T) {
	d, r := g.device(t, whichever), g.right(t)
	m, err := d.activate(r.ticket.code, r.id)
	g.write(t, &letter{by: d, m: m, kind: "activate", of: r, ticket: r.ticket}, err)
}

// typeIn activates on a machine that has nothing but a keyboard.
func (g *game) typeIn(t *rapid.T) {
	d := g.device(t, whichever)
	r := pick(t, "license", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.pool != nil || r.meter != nil }))
	m, err := d.typeIn(r.ticket.code, r.id)
	g.write(t, &letter{by: d, m: m, kind: "typed", of: r, ticket: r.ticket}, err)
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
	r, d := g.spot(t, func(r *right, d *device) bool { return d.station == nil && d.held[r.id] != nil })
	m, err := d.giveBack(r.id)
	g.write(t, &letter{by: d, m: m, kind: "return", of: r}, err)
}

// restore calls a device lost, by the activation that it has.
func (g *game) restore(t *rapid.T) {
	r, lost := g.spot(t, func(r *right, d *device) bool { return r.family == g.seats && r.live[d] != nil })
	d := g.device(t, func(d *device) bool { return d != lost })
	place := g.activation(t, r, lost)
	m, err := d.ask(wire.ActRestore, func(q *wire.Request) {
		q.Code, q.Want, q.Lost = r.ticket.code, []string{r.id}, place.ID
	})
	g.write(t, &letter{by: d, m: m, kind: "restore", of: r, ticket: r.ticket, lost: lost, lostGen: place.Gen}, err)
}

// borrow takes a place offline, or keeps it for longer.
func (g *game) borrow(t *rapid.T) {
	d, r := g.device(t, whichever), g.pools(t)
	until := g.now().Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour).Truncate(time.Second)
	m, err := d.ask(wire.ActBorrow, func(q *wire.Request) {
		q.Code, q.Want, q.Until = r.ticket.code, []string{r.id}, until.Unix()
	})
	g.write(t, &letter{by: d, m: m, kind: "borrow", of: r, ticket: r.ticket, until: until}, err)
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
	if l.kind == "typed" && !l.findable() {
		g.same(t, a, "license.not_in_ticket", "typed again")
		return
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

// wrongClock sets the clock of a device, mostly right again.
func (g *game) wrongClock(t *rapid.T) {
	const day = 24 * time.Hour
	g.anyDevice(t, whichever).skew = rapid.SampledFrom([]time.Duration{0, 0, -3 * day, 3 * day, -500 * day, 500 * day}).Draw(t, "clock")
}
