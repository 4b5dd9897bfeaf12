//go:build model

package proof_test

import (
	"slices"
	"time"
)

// The model, written from the rules of the domain and from nothing else. It
// knows one ticket's licenses and some devices, and says what may happen to
// each message and what each device may hold afterwards. Messages are honest:
// devices lose answers and letters, but lie about nothing.

// right is a license.
type right struct {
	id, ticket, code string
	seats            int64
	state            string // available, blocked, recall_pending, recalled
	live             map[*device]*place
	gens             map[*device]int64 // of the last place in a device
	away             map[*device]int64 // generation that was restored away from it
	restores         []time.Time       // that were drawn from the allowance
	retaken          int               // freed seats that were taken again
	taken            int64
	ends             bool // has an end, which can be moved out
	begun            bool
}

// place is a seat in a device.
type place struct {
	gen      int64
	recalled bool // to be removed at the next contact
}

func newRight(seats int64) *right {
	return &right{
		seats: seats, state: "available", live: map[*device]*place{}, gens: map[*device]int64{}, away: map[*device]int64{},
	}
}

// The allowance of the article that the tests restore.
const (
	restoreCount = 2
	restoreDays  = 365 * 24 * time.Hour
	restoreWait  = 7 * 24 * time.Hour
)

// device is a container with what became of its messages.
type device struct {
	*box
	name    string
	known   bool
	suspect bool
	heard   int64 // highest counter that was heard
	first   int64 // counter of the first message that counted
	said    []*letter
}

// letter is a message with what became of it.
type letter struct {
	m      message
	ctr    int64
	kind   string
	of     *right
	lost   *device // of a restore
	answer *answer // nil = not answered for good: it may be worked off yet
}

// model is the ticket's world.
type model struct {
	blocked bool // the ticket
	rights  []*right
	devices []*device
	now     func() time.Time
}

// free ends a place. A license that is being recalled is gone with its last.
func (r *right) free(d *device) {
	delete(r.live, d)
	if r.state == "recall_pending" && len(r.live) == 0 {
		r.state = "recalled"
	}
}

// put makes a place.
func (r *right) put(d *device) {
	r.gens[d]++
	r.live[d] = &place{gen: r.gens[d]}
	delete(r.away, d)
	r.begun = true
	r.taken++
}

// closed is why nothing can be taken of a license, "" if it can.
func (r *right) closed() string {
	switch r.state {
	case "available":
		return ""
	case "blocked":
		return "license.blocked"
	}
	return "license.recalled"
}

// allowed is why no restore can be drawn, "" if it can.
func (m *model) allowed(r *right) string {
	used := 0
	for _, at := range r.restores {
		if m.now().Sub(at) < restoreDays {
			used++
		}
	}
	if used >= restoreCount || len(r.restores) > 0 && m.now().Sub(r.restores[len(r.restores)-1]) < restoreWait {
		return "license.restore_wait"
	}
	return ""
}

// turn is what the model says of one message.
type turn struct {
	refusals []string // any of these; none = it must be answered
	unheard  bool     // the message leaves no trace: the same one may be worked off later
}

func refuse(codes ...string) turn { return turn{refusals: codes} }

func silently(code string) turn { return turn{refusals: []string{code}, unheard: true} }

// hear works a letter off.
func (m *model) hear(d *device, l *letter) turn {
	switch {
	case d.suspect:
		return silently("license.suspect")
	case !d.known && l.kind != "activate" && l.kind != "restore":
		return silently("license.unknown_container")
	case d.known && l.ctr < d.first:
		return silently("license.old_counter")
	case d.known && l.ctr <= d.heard:
		d.suspect = true
		return refuse("license.suspect")
	}
	if l.kind != "return" {
		m.repair(d, l)
	}
	t := m.work(d, l)
	if !d.known && len(t.refusals) > 0 {
		t.unheard = true
		return t
	}
	if !d.known {
		d.known, d.first = true, l.ctr
	}
	d.heard = l.ctr
	return t
}

// repair takes it that a recalled license which the device does not hold is
// removed.
func (m *model) repair(d *device, l *letter) {
	for _, r := range m.rights {
		if p := r.live[d]; p != nil && p.recalled && !l.holds(r.id) {
			r.free(d)
		}
	}
}

func (l *letter) holds(id string) bool { return slices.Contains(l.m.held, id) }

func (m *model) work(d *device, l *letter) turn {
	r := l.of
	switch l.kind {
	case "return":
		p := r.live[d]
		if p != nil && p.gen != l.m.gen {
			return refuse("license.wrong_generation") // only the current one frees a seat
		}
		if p != nil {
			r.free(d)
		}
		return turn{}
	case "activate", "restore":
		if m.blocked {
			return refuse("license.ticket_blocked")
		}
		if p := r.live[d]; p != nil && p.recalled {
			return refuse("license.recalled")
		}
		if l.kind == "restore" && r.live[d] == nil {
			return m.restore(d, l)
		}
		return m.activate(d, r)
	}
	return turn{}
}

func (m *model) activate(d *device, r *right) turn {
	if why := r.closed(); why != "" {
		return refuse(why)
	}
	if r.live[d] != nil {
		return turn{}
	}
	if int64(len(r.live)) >= r.seats {
		return refuse("license.no_seat")
	}
	if r.taken >= r.seats {
		r.retaken++
	}
	r.put(d)
	return turn{}
}

// restore gives the seat of a lost device on; that device is shut out.
func (m *model) restore(d *device, l *letter) turn {
	r := l.of
	var why []string
	if r.live[l.lost] == nil {
		why = append(why, "license.not_lost")
	}
	if closed := r.closed(); closed != "" {
		why = append(why, closed)
	}
	if no := m.allowed(r); no != "" {
		why = append(why, no)
	}
	if why != nil {
		return refuse(why...)
	}
	r.away[l.lost] = r.live[l.lost].gen
	delete(r.live, l.lost)
	r.restores = append(r.restores, m.now())
	r.put(d)
	return turn{}
}

// evict frees the seat of a device that its owner calls gone.
func (m *model) evict(r *right, d *device) {
	r.away[d] = r.live[d].gen
	r.free(d)
}

// recall takes a license back.
func (r *right) recall() {
	if r.state == "recalled" {
		return
	}
	r.state = "recall_pending"
	for _, p := range r.live {
		p.recalled = true
	}
	if len(r.live) == 0 {
		r.state = "recalled"
	}
}

// holding is what a device holds after the answer to a request, given what it
// held when it asked: the generation, and whether it may run; 0 = nothing.
func (r *right) holding(d *device, before int64) (gen int64, runs bool) {
	p := r.live[d]
	switch {
	case p == nil && before != 0 && r.away[d] == before:
		return before, false
	case p == nil || p.recalled:
		return 0, false
	case r.state == "blocked":
		return before, false
	}
	return p.gen, true
}
