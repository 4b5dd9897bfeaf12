package proof_test

import (
	"slices"
	"time"
)

// The model, written from the rules of the domain and from nothing else. It
// knows some licenses, each behind a ticket of its own, and some devices, and
// says what becomes of each message and what each device may hold afterwards.
// Devices lose letters and answers and may be set back to an earlier state, but
// lie about nothing.

// right is a license.
type right struct {
	id, ticket, code string
	seats            int64
	state            string // available, blocked, recall_pending, recalled
	live             map[*device]*place
	past             map[*device]ended
	restores         []time.Time // that were drawn from the allowance
	taken            int64       // seats, ever
	retaken          int         // freed seats that were taken again since the ticket rested
	returns          int         // since it rested
	returnsOf        map[*device]int
	begun            bool
	expires          int64 // end that was first seen, in Unix seconds, without the days it was extended by
	extended         int64
}

// place is a seat in a device.
type place struct {
	gen       int64
	confirmed bool // the device has said that it holds it
	recalled  bool // to be removed at the next contact
}

// ended is how the newest place before ended: returned, recalled, or away when
// the seat was given on without the device.
type ended struct {
	gen int64
	how string
}

func newRight(seats int64) *right {
	return &right{seats: seats, state: "available", live: map[*device]*place{}, past: map[*device]ended{}, returnsOf: map[*device]int{}}
}

// The allowance of the article that the tests restore, and how often freed seats
// of a ticket may be taken again in a row.
const (
	restoreCount = 2
	restoreDays  = 365 * 24 * time.Hour
	restoreWait  = 7 * 24 * time.Hour
	mostRetaken  = 20
	mostReturns  = 10 // of a license, for each of its seats
	mostHere     = 5  // of a license from one device
)

// device is a container with what became of its messages.
type device struct {
	*box
	name    string
	known   bool
	suspect bool
	pardon  bool  // a human has looked at what it holds: it is mended until it holds nothing wrong
	heard   int64 // highest counter that was heard
	first   int64 // counter of the first message that counted
	said    []*letter
	copy    *copyOfBox      // of an earlier state; nil = none
	old     map[string]bool // licenses that were set back, and not delivered since
}

// letter is a message with what became of it.
type letter struct {
	by      *device
	m       message
	ctr     int64
	kind    string // activate, refresh, restore, return, receipt
	of      *right
	lost    *device // of a restore
	lostGen int64
	turn    turn
	answer  *answer // nil = not answered for good: it may be worked off yet
}

// model is the world of one game.
type model struct {
	blocked bool // the tickets
	rights  []*right
	devices []*device
	now     func() time.Time
}

// turn is what the model says of one message.
type turn struct {
	refusal string          // "" = it must be answered
	unheard bool            // the message leaves no trace: the same one may be worked off later
	removed map[*right]bool // what it holds by mistake and is told to remove
}

const suspect = "license.suspect"

// hear works a letter off.
func (m *model) hear(l *letter) turn {
	d := l.by
	if twin := d.twin(l); twin != nil {
		return d.again(l, twin)
	}
	switch {
	case d.suspect:
		return turn{refusal: suspect, unheard: true}
	case !d.known && l.kind != "activate" && l.kind != "restore":
		return turn{refusal: "license.unknown_container", unheard: true}
	case !d.known:
		t := m.work(d, l)
		if t.unheard = t.refusal != ""; !t.unheard {
			d.known, d.first, d.heard = true, l.ctr, l.ctr
		}
		return t
	case l.ctr <= d.heard && l.ctr < d.first:
		return turn{refusal: "license.old_counter", unheard: true}
	case l.ctr <= d.heard && l.kind == "receipt":
		return turn{refusal: "", unheard: true} // a later message has said the same
	}
	removed, ok := map[*right]bool{}, l.ctr > d.heard
	if ok {
		removed, ok = m.repair(d, l)
	}
	if !ok {
		d.suspect, d.heard = true, max(d.heard, l.ctr)
		return turn{refusal: suspect}
	}
	t := m.work(d, l)
	t.removed = removed
	if !t.unheard {
		d.heard = l.ctr
	}
	return t
}

// twin is another letter with the same name, which was answered: a device that
// was set back writes its receipts once more.
func (d *device) twin(l *letter) *letter {
	i := slices.IndexFunc(d.said, func(o *letter) bool {
		return o != l && o.answer != nil && o.kind == "receipt" && l.kind == "receipt" && o.ctr == l.ctr && o.m.nonce == l.m.nonce
	})
	if i < 0 {
		return nil
	}
	return d.said[i]
}

// again judges a letter under a name that is taken: the same words are the same
// letter, others show a copy.
func (d *device) again(l, twin *letter) turn {
	if l.m.token == twin.m.token {
		return twin.turn
	}
	d.suspect = true
	return turn{refusal: suspect, unheard: true}
}

// repair compares what a device holds with what it should hold, and reports
// whether that can be. A recalled license that is not there is removed. What a
// pardoned device holds by mistake it is told to remove, or gets in the right
// generation.
func (m *model) repair(d *device, l *letter) (removed map[*right]bool, ok bool) {
	removed = map[*right]bool{}
	if l.kind == "return" {
		return removed, true
	}
	wrong := false
	for _, h := range l.m.held {
		r := m.rights[slices.IndexFunc(m.rights, func(r *right) bool { return r.id == h.LicenseID })]
		if r.trusts(d, h.Generation) {
			continue
		}
		if !d.pardon {
			return nil, false
		}
		wrong = true
		if p := r.live[d]; p == nil || p.recalled {
			removed[r] = true
		}
	}
	d.pardon = d.pardon && wrong
	for _, r := range m.rights {
		if p := r.live[d]; p != nil && p.recalled && !l.holds(r.id, p.gen) {
			r.free(d, "recalled")
		}
	}
	return removed, true
}

func (l *letter) holds(id string, gen int64) bool {
	for _, h := range l.m.held {
		if h.LicenseID == id && h.Generation == gen {
			return true
		}
	}
	return false
}

// trusts judges a copy in a device: it is of the live generation, or of one that
// was given on without the device, which knows of no later one.
func (r *right) trusts(d *device, gen int64) bool {
	p, before := r.live[d], r.past[d]
	away := before == ended{gen, "away"}
	switch {
	case p == nil:
		return away
	case p.gen == gen:
		p.confirmed = true
		return true
	}
	return away && p.gen == gen+1 && (!p.confirmed || p.recalled)
}

// work does what a letter asks for.
func (m *model) work(d *device, l *letter) turn {
	switch l.kind {
	case "return":
		return turn{refusal: l.of.giveBack(d, l.m.gen)}
	case "activate", "restore":
		if m.blocked {
			return turn{refusal: "license.ticket_blocked"}
		}
		return m.place(d, l)
	}
	return turn{}
}

// giveBack frees at most one seat, and only of the current generation.
func (r *right) giveBack(d *device, gen int64) (refusal string) {
	p, before := r.live[d], r.past[d]
	switch {
	case p == nil && before.gen == gen && before.how != "returned":
		return "" // nothing is left to free
	case p == nil || p.gen != gen:
		return "license.wrong_generation"
	case p.recalled:
		r.free(d, "recalled")
	default:
		r.free(d, "returned")
		r.returns++
		r.returnsOf[d]++
	}
	return ""
}

// place puts a license in a device, out of a free seat or a lost one.
func (m *model) place(d *device, l *letter) turn {
	r := l.of
	p := r.live[d]
	lost := r.live[l.lost]
	switch {
	case p != nil && p.recalled:
		return turn{refusal: "license.recalled"}
	case p == nil && l.lost != nil && (lost == nil || lost.gen != l.lostGen):
		return turn{refusal: "license.not_lost"}
	case r.state == "blocked":
		return turn{refusal: "license.blocked"}
	case r.state != "available":
		return turn{refusal: "license.recalled"}
	case p != nil:
		return turn{} // it is here already
	case l.lost != nil:
		return m.restore(d, l)
	case int64(len(r.live)) >= r.seats:
		return turn{refusal: "license.no_seat"}
	}
	if r.returns >= mostReturns*int(r.seats) || r.past[d].how == "returned" && r.returnsOf[d] >= mostHere {
		return turn{refusal: "license.too_often", unheard: true}
	}
	if r.taken >= r.seats {
		if r.retaken == mostRetaken {
			return turn{refusal: "license.too_often", unheard: true}
		}
		r.retaken++
	}
	r.put(d)
	return turn{}
}

// restore gives the seat of a lost device on; that device is shut out.
func (m *model) restore(d *device, l *letter) turn {
	r, used := l.of, 0
	for _, at := range r.restores {
		if m.now().Sub(at) < restoreDays {
			used++
		}
	}
	if used >= restoreCount || used > 0 && m.now().Sub(r.restores[len(r.restores)-1]) < restoreWait {
		return turn{refusal: "license.restore_wait"}
	}
	r.free(l.lost, "away")
	r.restores = append(r.restores, m.now())
	r.put(d)
	return turn{}
}

// put makes a place.
func (r *right) put(d *device) {
	r.live[d] = &place{gen: r.past[d].gen + 1}
	r.begun = true
	r.taken++
}

// free ends a place. A license that is being recalled is gone with its last.
func (r *right) free(d *device, how string) {
	r.past[d] = ended{r.live[d].gen, how}
	delete(r.live, d)
	r.settle()
}

func (r *right) settle() {
	if r.state == "recall_pending" && len(r.live) == 0 {
		r.state = "recalled"
	}
}

// recall takes a license back.
func (r *right) recall() {
	if r.gone() {
		return
	}
	r.state = "recall_pending"
	for _, p := range r.live {
		p.recalled = true
	}
	r.settle()
}

// gone reports whether the license is taken back, or will be.
func (r *right) gone() bool { return r.state == "recalled" || r.state == "recall_pending" }

// holding is what a device holds after the answer to a request, given what it
// held when it asked: the generation, and whether it may run; 0 = nothing.
func (r *right) holding(d *device, before int64) (gen int64, runs bool) {
	p := r.live[d]
	switch {
	case p != nil && p.recalled, p == nil && before == 0:
		return 0, false
	case p == nil || r.state == "blocked":
		return before, false
	}
	return p.gen, true
}

// lasts reports whether a copy ends when the license does now, but for the hour
// that clocks are changed by.
func (r *right) lasts(expires int64) bool {
	expires -= r.extended * 86400
	if r.expires == 0 {
		r.expires = expires
	}
	return max(expires-r.expires, r.expires-expires) <= 3600
}
