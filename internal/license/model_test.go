package license_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// The server against an independent model: devices with honest clients, a
// network that loses, repeats and reorders, losses, restores and evictions. After
// every step the seats are what the model says; nobody is taken for a copy; and
// when everything has been said, server and clients agree.
func TestModel(t *testing.T) {
	checks(t, rounds(40, 20_000))
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			w.Service = w.node(license.Limits{Ticket: db.Limit{Name: "test.churn", Burst: 1_000_000, Per: time.Hour}})
			round := 0
			rapid.Check(t, func(rt *rapid.T) {
				w.study(round)
				round++
				newPlay(rt, w).run(rt)
			})
		})
	}
}

// play is one random run.
type play struct {
	w       *world
	ticket  license.Issued
	lid     string
	limit   int64
	clients []*client
	network []*parcel
	answers []*reply
	said    map[string]string // what was answered to a message, by its bytes
	model   model
}

// model is what the server should know: an independent account in a few lines.
type model struct {
	used   int64
	away   int64 // restores and evictions: so many copies may be around beyond the seats
	cur    map[*client]int64
	gen    map[*client]int64
	bound  map[*client]int64 // counter of the message that made the container known; 0 = it is not
	spoken map[*parcel]bool  // messages that had their effect
	heard  map[*client]int64 // counter of its newest message
	recall bool              // the license was taken back
}

// client is an honest client: it keeps one message until it is answered, and
// installs nothing but the answer to that.
type client struct {
	*box
	pending *parcel
	gone    bool // its machine is lost; it may be found again
}

// parcel is one message; it may travel any number of times.
type parcel struct {
	from  *client
	token []byte
	nonce string
	act   string
	lost  *client // of a restore
	gen   int64   // of a return, or of what is lost; 0 = any
	ctr   int64
	held  int64 // generation that its sender held when it was signed
}

type reply struct {
	to    *client
	nonce string
	lines []string
	err   error
}

// say makes a message pending and sends it.
func (p *play) say(x *parcel) {
	x.from.pending = x
	p.network = append(p.network, x)
}

func newPlay(t *rapid.T, w *world) *play {
	p := &play{w: w, limit: rapid.Int64Range(1, 3).Draw(t, "seats"), said: map[string]string{}}
	p.ticket = w.sell(item(catalog.Multi, func(s *catalog.Snapshot) {
		s.Model.Restore = catalog.Restore{Count: 1000, PerDays: 365}
	}), p.limit)
	p.lid = p.ticket.Licenses[0].String()
	p.model = model{cur: map[*client]int64{}, gen: map[*client]int64{}, bound: map[*client]int64{}, spoken: map[*parcel]bool{}, heard: map[*client]int64{}}
	for range 4 {
		p.clients = append(p.clients, &client{box: w.box()})
	}
	return p
}

func (p *play) run(t *rapid.T) {
	one := func(t *rapid.T) *client { return p.clients[rapid.IntRange(0, len(p.clients)-1).Draw(t, "client")] }
	t.Repeat(map[string]func(*rapid.T){
		"activate": func(t *rapid.T) { p.ask(one(t), wire.ActActivate, nil) },
		"refresh":  func(t *rapid.T) { p.ask(one(t), wire.ActRefresh, nil) },
		"restore":  func(t *rapid.T) { p.ask(one(t), wire.ActRestore, one(t)) },
		"return":   func(t *rapid.T) { p.giveBack(one(t)) },
		"retry":    func(t *rapid.T) { p.retry(one(t)) },
		"lose":     func(t *rapid.T) { p.lose(t, one(t)) },
		"find":     func(t *rapid.T) { one(t).gone = false },
		"evict":    func(t *rapid.T) { p.evict(t, one(t)) },
		"recall":   func(t *rapid.T) { p.recall(t) },
		"arrive":   func(t *rapid.T) { p.arrive(t) },
		"hear":     func(t *rapid.T) { p.hear(t) },
		"hear it":  func(t *rapid.T) { p.hear(t) },
		"drop": func(t *rapid.T) {
			if len(p.network) > 0 {
				p.network = p.network[1:]
			}
		},
		"drop answer": func(t *rapid.T) {
			if len(p.answers) > 0 {
				p.answers = p.answers[1:]
			}
		},
		"": func(t *rapid.T) { p.check(t) },
	})
	p.finish(t)
}

// ask begins a new request, unless one is pending.
func (p *play) ask(c *client, act wire.Action, lost *client) {
	if c.pending != nil || c.gone {
		return
	}
	if act == wire.ActRestore && (lost == c || c.held[p.lid] > 0) {
		return
	}
	x := &parcel{from: c, act: string(act), lost: lost, held: c.held[p.lid]}
	r := c.request(act, func(r *wire.Request) {
		if act != wire.ActRefresh {
			r.Code = p.ticket.Code
		}
		if lost != nil {
			r.Lost, x.gen = p.activation(lost)
		}
	})
	x.token, x.nonce, x.ctr = c.sign(r), r.Nonce, r.Counter
	p.say(x)
}

// activation is the newest activation of a client's container, as the bearer
// would choose it, and its generation; without one, the license.
func (p *play) activation(c *client) (id string, gen int64) {
	page, err := p.w.ListActivations(context.Background(), p.w.a.All(), p.ticket.Licenses[0], "", 500)
	must(p.w.t, err)
	id = p.lid
	for _, a := range page.Items {
		if a.Container == c.id() && a.Gen > gen {
			id, gen = a.ID.String(), a.Gen
		}
	}
	return id, gen
}

func (p *play) giveBack(c *client) {
	if c.pending != nil || c.gone || c.held[p.lid] == 0 {
		return
	}
	gen := c.held[p.lid]
	r := c.box.giveBack(p.lid)
	p.say(&parcel{from: c, token: c.sign(r), nonce: r.Nonce, act: "ret", gen: gen, ctr: r.Counter})
}

// retry sends the pending message again.
func (p *play) retry(c *client) {
	if c.pending != nil && !c.gone {
		p.network = append(p.network, c.pending)
	}
}

// lose destroys a machine; a new one takes its place in the run.
func (p *play) lose(t *rapid.T, c *client) {
	if !c.gone && len(p.clients) < 8 && rapid.Bool().Draw(t, "really") {
		c.gone = true
		p.clients = append(p.clients, &client{box: p.w.box()})
	}
}

func (p *play) evict(t *rapid.T, c *client) {
	if p.model.cur[c] == 0 || rapid.IntRange(0, 3).Draw(t, "really") > 0 {
		return
	}
	text, _ := p.activation(c)
	id, err := db.ParseID[license.Activation](text)
	must(p.w.t, err)
	_, err = p.w.Evict(context.Background(), p.w.a.All(), id)
	must(p.w.t, err)
	p.model.drop(c)
}

// recall takes the license back, now and then.
func (p *play) recall(t *rapid.T) {
	if p.model.recall || rapid.IntRange(0, 7).Draw(t, "really") > 0 {
		return
	}
	_, err := p.w.Recall(context.Background(), p.w.a.All(), license.RecallInput{Ticket: p.ticket.Ticket})
	must(p.w.t, err)
	p.model.recall = true
}

// arrive has one message reach the server; it may come again later.
func (p *play) arrive(t *rapid.T) {
	if len(p.network) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.network)-1).Draw(t, "message")
	x := p.network[i]
	if !rapid.Bool().Draw(t, "again later") {
		p.network = append(p.network[:i], p.network[i+1:]...)
	}
	p.deliver(t, x)
}

func (p *play) deliver(t *rapid.T, x *parcel) {
	lines, err := p.w.Exchange(context.Background(), anyone(), x.token)
	if errors.Is(err, license.ErrSuspect) {
		t.Fatalf("an honest client was taken for a copy: %v (%s)", err, x.act)
	}
	text := join(lines)
	if before, ok := p.said[string(x.token)]; ok && (err != nil || before != text) {
		t.Fatalf("another answer to the same %s: %v\n%s\n%s", x.act, err, before, text)
	}
	if err == nil {
		p.said[string(x.token)] = text
	}
	p.account(t, x, err)
	p.answers = append(p.answers, &reply{to: x.from, nonce: x.nonce, lines: lines, err: err})
}

// account does in the model what the message should have done.
func (p *play) account(t *rapid.T, x *parcel, err error) {
	m, c := &p.model, x.from
	if m.spoken[x] {
		return
	}
	late := x.ctr < m.heard[c]
	if !late && m.bound[c] > 0 {
		m.heard[c] = x.ctr
		if m.recall && m.cur[c] > 0 && x.held != m.cur[c] && x.act != "ret" {
			m.used--
			m.cur[c] = 0 // it does not hold it any more
		}
	}
	ok := true
	switch {
	case x.act == "rcp":
	case x.ctr < m.bound[c]:
		ok = false // refused before the container was known, and late now
	case m.recall && (x.act == "act" || x.act == "res"):
		ok = false
	case x.act == "act":
		if ok = m.cur[c] > 0 || m.used < p.limit; ok && m.cur[c] == 0 {
			m.take(x)
		}
	case x.act == "ref":
		ok = m.bound[c] > 0
	case x.act == "ret":
		if m.cur[c] == x.gen {
			m.used--
			m.cur[c] = 0
		}
	case x.act == "res":
		ok = m.restore(x)
	}
	if ok != (err == nil) {
		t.Fatalf("%s: %v, the model says %v (used %d of %d)", x.act, err, ok, m.used, p.limit)
	}
	if ok || m.bound[c] > 0 { // a refusal is remembered for known containers only
		m.spoken[x] = true
	}
}

func (m *model) restore(x *parcel) bool {
	if m.cur[x.from] > 0 {
		return true // it is there already
	}
	var from []*client
	for o, gen := range m.cur {
		if gen > 0 && (x.gen == 0 || o == x.lost && gen == x.gen) {
			from = append(from, o)
		}
	}
	if len(from) != 1 {
		return false
	}
	m.drop(from[0])
	m.take(x)
	return true
}

func (m *model) take(x *parcel) {
	c := x.from
	m.used++
	m.gen[c]++
	m.cur[c] = m.gen[c]
	if m.bound[c] == 0 {
		m.bound[c], m.heard[c] = x.ctr, x.ctr
	}
}

func (m *model) drop(c *client) {
	m.used--
	m.cur[c] = 0
	m.away++
}

// hear has one answer reach its client, which installs it if it waits for it.
func (p *play) hear(t *rapid.T) {
	if len(p.answers) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.answers)-1).Draw(t, "answer")
	a := p.answers[i]
	p.answers = append(p.answers[:i], p.answers[i+1:]...)
	p.take(t, a, rapid.Bool().Draw(t, "receipt"))
}

func (p *play) take(_ *rapid.T, a *reply, receipt bool) {
	c := a.to
	if c.gone || c.pending == nil || a.nonce != c.pending.nonce {
		return
	}
	c.pending = nil
	if a.err != nil {
		return
	}
	c.install(p.w.read(a.lines))
	if receipt { // sent once and forgotten
		r := c.receipt()
		r.Nonce = a.nonce
		p.network = append(p.network, &parcel{from: c, token: c.sign(r), nonce: "receipt", act: "rcp", ctr: r.Counter, held: c.held[p.lid]})
	}
}

func (p *play) check(t *rapid.T) {
	l := p.w.license(p.ticket.Licenses[0])
	if l.Used != p.model.used || l.Used > p.limit {
		t.Fatalf("%d seats used of %d, the model says %d", l.Used, p.limit, p.model.used)
	}
	var copies int64
	for _, c := range p.clients {
		if c.held[p.lid] > 0 {
			copies++
		}
	}
	if copies > p.limit+p.model.away {
		t.Fatalf("%d copies of %d seats and %d restores", copies, p.limit, p.model.away)
	}
}

// finish lets everybody say what they have to say, and compares.
func (p *play) finish(t *rapid.T) {
	p.network, p.answers = nil, nil
	for _, c := range p.clients {
		c.gone = false
		if c.pending != nil {
			p.deliver(t, c.pending)
			p.take(t, p.answers[len(p.answers)-1], false)
		}
	}
	for range 2 { // once to be told, once to have said so
		for _, c := range p.clients {
			if p.model.bound[c] == 0 {
				continue
			}
			p.ask(c, wire.ActRefresh, nil)
			p.deliver(t, p.network[len(p.network)-1])
			p.take(t, p.answers[len(p.answers)-1], true)
		}
	}
	if p.model.recall && p.model.used != 0 {
		t.Fatalf("%d seats are used after the recall", p.model.used)
	}
	for _, c := range p.clients {
		if c.held[p.lid] != p.model.cur[c] {
			t.Fatalf("a client holds generation %d, the server says %d", c.held[p.lid], p.model.cur[c])
		}
	}
	p.check(t)
	p.w.sound(p.ticket.Licenses[0])
}
