//go:build model

package proof_test

import (
	"bytes"
	"flag"
	"fmt"
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
// get lost, come twice or late, and a server that is killed, and compares every
// answer, every seat and what every device holds with the model.
func TestModel(t *testing.T) {
	batches, runs, steps, calm := 1, 60, 60, 2
	if deep {
		batches, runs, steps, calm = 50, 200, 100, 12 // some 10^6 steps on both engines
	}
	set(t, "rapid.checks", fmt.Sprint(runs))
	set(t, "rapid.steps", fmt.Sprint(steps))
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			for i := range batches {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					a := &arena{t: t, engine: e, calm: calm}
					rapid.Check(t, a.play)
					t.Logf("%d steps, %d crashes, %d refusals", a.steps, a.crashes, a.refusals)
					if a.steps < int64(runs*steps/4) || a.crashes == 0 {
						t.Error("that is too few")
					}
				})
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
	games  int
	calm   int // how seldom the server is killed and days pass

	steps, crashes, refusals int64
}

// longest is how far the clock of one installation may run: its keys end after
// a year.
const longest = 250 * 24 * time.Hour

// ready makes sure that there is an installation that is young enough.
func (a *arena) ready() {
	if a.w != nil && time.Duration(a.w.clock.by.Load()) < longest {
		return
	}
	if a.n != nil {
		a.n.kill()
	}
	url := ""
	if a.engine == db.Postgres {
		url = dbtest.Postgres(a.t)
	}
	a.w = newWorld(a.t, url)
	a.n = a.w.node()
}

// game is one run of the state machine: a ticket for seats, one for a year, and
// some devices.
type game struct {
	*model
	a *arena
	w *world
	n *node
}

func (a *arena) play(t *rapid.T) {
	a.ready()
	a.games++
	g := &game{a: a, w: a.w, n: a.n, model: &model{now: a.w.clock.now}}
	d := document{
		Source: source, Number: fmt.Sprint("G-", a.games), Mode: "complete", Buyer: party{"C-model"},
		Lines: []documentLine{{"1", articleSeats, rapid.Int64Range(1, 3).Draw(t, "seats")}, {"2", articleYear, rapid.Int64Range(1, 2).Draw(t, "years")}},
	}
	v, answer, err := g.n.order(d, "")
	if err != nil || !answer.ok() {
		t.Fatal(answer, err)
	}
	for i, l := range v.Lines {
		r := newRight(l.Quantity)
		r.ticket, r.code, r.ends = l.Tickets[0].ID, l.Tickets[0].Code, i == 1
		all, err := g.n.licensesOf(r.ticket)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		r.id = all[0].ID
		g.rights = append(g.rights, r)
	}
	for i := range 3 {
		b, err := g.w.box()
		if err != nil {
			t.Fatal(err)
		}
		g.devices = append(g.devices, &device{box: b, name: fmt.Sprint("device ", i)})
	}
	t.Repeat(map[string]func(*rapid.T){
		"":         g.agrees,
		"activate": g.activateOne, "activate again": g.activateOne, "refresh": g.refreshOne, "return": g.returnOne,
		"receipt": g.confirmOne, "restore": g.restoreOne, "duplicate": g.duplicate, "late": g.late, "recall": g.recallOne,
		"block": g.blockOne, "unblock": g.unblockOne, "ticket": g.ticketOne, "evict": g.evictOne, "extend": g.extendOne,
		"decide": g.decideOne, "crash": g.crash, "days": g.days,
	})
}

func (g *game) device(t *rapid.T) *device {
	return g.devices[rapid.IntRange(0, len(g.devices)-1).Draw(t, "device")]
}

// right is mostly the license for seats.
func (g *game) right(t *rapid.T) *right {
	return g.rights[rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "license")]
}

// write makes a letter. Its way is drawn: it arrives and is answered, the answer
// is lost, or the letter itself is lost for now.
func (g *game) write(t *rapid.T, d *device, kind string, r *right, lost *device, m message, err error) {
	if err != nil {
		t.Fatal(err)
	}
	l := &letter{m: m, ctr: d.ctr, kind: kind, of: r, lost: lost}
	d.said = append(d.said, l)
	switch rapid.IntRange(0, 9).Draw(t, "way") {
	case 0:
		return
	case 1:
		g.deliver(t, d, l, false)
	default:
		g.deliver(t, d, l, true)
	}
}

// deliver hands a letter in and compares what comes back with the model.
func (g *game) deliver(t *rapid.T, d *device, l *letter, install bool) {
	a, err := g.n.exchange(l.m)
	if err != nil {
		t.Fatal(err)
	}
	g.judge(t, d, l, a, install)
}

// judge compares an answer with the model.
func (g *game) judge(t *rapid.T, d *device, l *letter, a answer, install bool) {
	before := map[string]int64{}
	for id, c := range d.held {
		before[id] = c.gen
	}
	want := g.hear(d, l)
	if !want.unheard {
		l.answer = &a
	}
	if a.ok() != (len(want.refusals) == 0) || !a.ok() && !slices.Contains(want.refusals, a.code()) {
		t.Fatalf("%s, %s: answered with %v, the model says %q", d.name, l.kind, a, want.refusals)
	}
	if !a.ok() {
		g.a.refusals++
		return
	}
	u, err := d.read(l.m, a.body)
	if err != nil {
		t.Fatalf("%s, %s: %v", d.name, l.kind, err)
	}
	if !install || l.m.act == "" {
		return
	}
	d.install(u)
	for _, r := range g.rights {
		gen, runs := r.holding(d, before[r.id])
		held := d.held[r.id]
		if (held == nil) != (gen == 0) || held != nil && (held.gen != gen || held.blocked == runs) {
			t.Fatalf("%s, after %s: holds %+v of a license that is %s, the model says generation %d, runs %v", d.name, l.kind, held, r.state, gen, runs)
		}
	}
}

func (g *game) activateOne(t *rapid.T) {
	d, r := g.device(t), g.right(t)
	m, err := d.activate(r.code, r.id)
	g.write(t, d, "activate", r, nil, m, err)
}

func (g *game) refreshOne(t *rapid.T) {
	d := g.device(t)
	m, err := d.ask(wire.ActRefresh)
	g.write(t, d, "refresh", nil, nil, m, err)
}

func (g *game) confirmOne(t *rapid.T) {
	d := g.device(t)
	m, err := d.receipt()
	g.write(t, d, "receipt", nil, nil, m, err)
}

func (g *game) returnOne(t *rapid.T) {
	d, r := g.device(t), g.right(t)
	if d.held[r.id] == nil {
		t.Skip("holds nothing of it")
	}
	gen := d.held[r.id].gen
	m, err := d.giveBack(r.id)
	m.gen = gen
	g.write(t, d, "return", r, nil, m, err)
}

// restoreOne calls a device lost, by the activation that it has.
func (g *game) restoreOne(t *rapid.T) {
	d, lost := g.device(t), g.device(t)
	r := g.rights[0]
	if d == lost || r.live[lost] == nil {
		t.Skip("nothing to lose")
	}
	m, err := d.ask(wire.ActRestore, func(q *wire.Request) {
		q.Code, q.Want, q.Lost = r.code, []string{r.id}, g.activation(t, r, lost).ID
	})
	g.write(t, d, "restore", r, lost, m, err)
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
	d := g.device(t)
	done := slices.DeleteFunc(slices.Clone(d.said), func(l *letter) bool { return l.answer == nil })
	if len(done) == 0 {
		t.Skip("nothing was answered")
	}
	l := done[rapid.IntRange(0, len(done)-1).Draw(t, "letter")]
	a, err := g.n.exchange(l.m)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != l.answer.status || a.code() != l.answer.code() || a.ok() && !bytes.Equal(a.body, l.answer.body) {
		t.Fatalf("%s, %s again: answered with %v, before with %v", d.name, l.kind, a, l.answer)
	}
}

// late lets a letter arrive that was lost, or refused without a trace; nobody
// waits for its answer any more.
func (g *game) late(t *rapid.T) {
	d := g.device(t)
	open := slices.DeleteFunc(slices.Clone(d.said), func(l *letter) bool {
		return l.answer != nil || l.lost != nil && l.of.live[l.lost] == nil
	})
	if len(open) == 0 {
		t.Skip("nothing is on the way")
	}
	g.deliver(t, d, open[rapid.IntRange(0, len(open)-1).Draw(t, "letter")], false)
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

type nothing struct{}

func (g *game) recallOne(t *rapid.T) {
	r := g.right(t)
	g.staff(t, "/licenses/recall", map[string]any{"licenses": []string{r.id}}, false)
	r.recall()
}

func (g *game) blockOne(t *rapid.T) {
	r := g.right(t)
	gone := r.state == "recalled" || r.state == "recall_pending"
	if g.staff(t, "/licenses/"+r.id+"/block", nothing{}, gone) {
		r.state = "blocked"
	}
}

func (g *game) unblockOne(t *rapid.T) {
	r := g.right(t)
	gone := r.state == "recalled" || r.state == "recall_pending"
	if g.staff(t, "/licenses/"+r.id+"/unblock", nothing{}, gone) {
		r.state = "available"
	}
}

// ticketOne blocks both tickets or lifts it.
func (g *game) ticketOne(t *rapid.T) {
	do := map[bool]string{true: "unblock", false: "block"}[g.blocked]
	for _, r := range g.rights {
		g.staff(t, "/tickets/"+r.ticket+"/"+do, nothing{}, false)
	}
	g.blocked = !g.blocked
}

func (g *game) evictOne(t *rapid.T) {
	d, r := g.device(t), g.right(t)
	if r.live[d] == nil {
		t.Skip("nothing to evict")
	}
	g.staff(t, "/activations/"+g.activation(t, r, d).ID+"/evict", nothing{}, false)
	g.evict(r, d)
}

// extendOne moves the end out; a device learns of it at its next contact.
func (g *game) extendOne(t *rapid.T) {
	r := g.rights[1]
	if !r.begun {
		t.Skip("has not begun")
	}
	all, err := g.n.licensesOf(r.ticket)
	if err != nil {
		t.Fatal(err)
	}
	last, err := time.Parse(time.DateOnly, all[0].LastDay)
	if err != nil {
		t.Fatal(err)
	}
	until := last.AddDate(0, 0, 10)
	gone := r.state == "recalled" || r.state == "recall_pending"
	if !g.staff(t, "/licenses/"+r.id+"/extend", map[string]string{"until": until.Format(time.DateOnly)}, gone) {
		return
	}
	for _, d := range g.devices {
		if held := d.held[r.id]; held != nil && !d.suspect && r.live[d] != nil && r.state == "available" {
			m, err := d.ask(wire.ActRefresh)
			if err != nil {
				t.Fatal(err)
			}
			l := &letter{m: m, ctr: d.ctr, kind: "refresh"}
			d.said = append(d.said, l)
			before := held.expires
			g.deliver(t, d, l, true)
			if now := d.held[r.id]; now == nil || now.expires < before+9*86400 {
				t.Fatalf("%s did not learn of the extension: %+v, before %d", d.name, now, before)
			}
			return
		}
	}
}

// decideOne lets a human trust a suspect device again.
func (g *game) decideOne(t *rapid.T) {
	d := g.device(t)
	if !d.known {
		t.Skip("unknown")
	}
	g.staff(t, "/containers/"+d.id()+"/decide", map[string]string{"decision": "accept"}, !d.suspect)
	d.suspect = false
}

// days lets time pass.
func (g *game) days(t *rapid.T) {
	if rapid.IntRange(0, g.a.calm).Draw(t, "pass") > 0 {
		t.Skip("not now")
	}
	g.w.advance(g.n, 4*24*time.Hour)
}

// crash kills the server while a device asks: at a fail point on the way of its
// request, or right after it. The device asks again until it is answered.
func (g *game) crash(t *rapid.T) {
	if rapid.IntRange(0, g.a.calm).Draw(t, "now") > 0 {
		t.Skip("not now")
	}
	point := rapid.SampledFrom([]string{
		"db.before_commit", "db.after_commit", "license.before_sign", "license.before_send", "",
	}).Draw(t, "point")
	if point != "" {
		g.n.arm(point, 1)
	}
	d, r := g.device(t), g.right(t)
	m, err := d.activate(r.code, r.id)
	if err != nil {
		t.Fatal(err)
	}
	l := &letter{m: m, ctr: d.ctr, kind: "activate", of: r}
	d.said = append(d.said, l)
	var a answer
	done := make(chan error, 1)
	go func() {
		var err error
		a, err = g.n.exchange(l.m)
		done <- err
	}()
	select {
	case err = <-done:
		g.n.kill()
		g.n.start()
	case <-g.n.ended:
		g.n.fallen()
		g.n.start()
		err = <-done
	}
	if err != nil {
		t.Fatal(err)
	}
	g.a.crashes++
	g.judge(t, d, l, a, true)
}

// agrees compares the server's seats with the model's, after every step.
func (g *game) agrees(t *rapid.T) {
	g.a.steps++
	for _, r := range g.rights {
		all, err := g.n.licensesOf(r.ticket)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		l := all[0]
		if l.State != r.state || l.Used != int64(len(r.live)) || l.Used > l.Limit || l.Limit != r.seats {
			t.Fatalf("the server says %+v, the model: %s, %d of %d used", l, r.state, len(r.live), r.seats)
		}
		acts, err := g.n.activationsOf(r.id)
		if err != nil {
			t.Fatal(err)
		}
		live := 0
		for _, a := range acts {
			if !a.live() {
				continue
			}
			live++
			i := slices.IndexFunc(g.devices, func(d *device) bool { return d.id() == a.Container })
			p := r.live[g.devices[max(i, 0)]]
			if i < 0 || p == nil || p.gen != a.Gen || p.recalled != (a.State == "recall_pending") {
				t.Fatalf("the server has %+v live, the model %+v", a, p)
			}
		}
		if live != len(r.live) {
			t.Fatalf("the server has %d live, the model %d", live, len(r.live))
		}
	}
}
