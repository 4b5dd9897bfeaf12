package proof_test

import (
	"slices"
	"time"
)

// The model, written from the rules of the domain and from nothing else. It
// knows some licenses with their tickets, and some devices, and says what becomes
// of each message and what each device may hold afterwards. Devices lose letters
// and answers and may be set back to an earlier state, but lie about nothing.

// ticket is a code that opens licenses.
type ticket struct {
	id, code string
	holder   string // organization
	state    string // issued, blocked, into when it went into another one, handed when its license did
	churn    pace   // freed seats that are taken again
}

// right is a license.
type right struct {
	*family

	id       string
	ticket   *ticket
	seats    int64
	state    string // available, blocked, recall_pending, recalled, replaced
	live     map[*device]*place
	past     map[*device]ended
	restores []time.Time // that were drawn from the allowance
	taken    int64       // seats, ever
	returns  pace
	here     map[*device]*pace // returns from one device
	version  int64             // of its content
	terms    int               // same number, same terms
	begun    bool
	expires  int64 // end that was first seen, in Unix seconds, without the days it was extended by
	extended int64
}

// family is what one order line has sold, through all that became of it.
type family struct {
	name    string
	ordered int64
	away    int64  // seats that were given on without their device, which may hold a copy yet
	meter   *meter // of units; nil = none
	pool    *pool  // of leases; nil = none
}

// place is quantity in a device.
type place struct {
	gen, qty  int64
	confirmed bool      // the device has said that it holds it
	leaving   string    // how it ends at the next contact: recalled, returned; "" = it stays
	version   int64     // of the content that was delivered
	told      int64     // counter of the message whose answer brought a change; 0 = it is there
	until     time.Time // of a place that is lent; zero = it is not
}

// ended is how the newest place before ended: returned, recalled, elapsed, or away
// when the seat was given on without the device.
type ended struct {
	gen int64
	how string
}

func newRight(f *family, seats int64) *right {
	return &right{
		family: f, seats: seats, state: "available", live: map[*device]*place{}, past: map[*device]ended{}, here: map[*device]*pace{},
	}
}

// pace is an allowance that fills again.
type pace struct{ whole time.Time } // when all of it is there again

func (p *pace) spent(now time.Time, burst int64, per time.Duration) bool {
	return p.whole.Sub(now) > time.Duration(burst-1)*per
}

func (p *pace) charge(now time.Time, per time.Duration) {
	if p.whole.Before(now) {
		p.whole = now
	}
	p.whole = p.whole.Add(per)
}

// The allowance of the article that the tests restore, and how often seats may be
// freed and taken in a row.
const (
	restoreCount = 2
	restoreDays  = 365 * 24 * time.Hour
	restoreWait  = 7 * 24 * time.Hour
	mostRetaken  = 20 // of a ticket
	retakenEvery = 12 * time.Minute
	mostReturns  = 10 // of a license, for each of its seats
	returnsEvery = time.Hour
	mostHere     = 5 // of a license from one device
	hereEvery    = 2 * time.Hour
	farOff       = 366 * 24 * time.Hour // a clock of which nothing is believed
)

// device is a container with what became of its messages.
type device struct {
	*box
	station *station // nil = its messages are made here
	name    string
	known   bool
	suspect bool
	pardon  bool  // a human has looked at what it holds: it is mended until it holds nothing wrong
	heard   int64 // highest counter that was heard
	first   int64 // counter of the first message that counted
	said    []*letter
	copy    *copyOfBox       // of an earlier state; nil = none
	old     map[string]bool  // licenses that were set back without the counter, and not delivered since
	back    map[string]bool  // that were set back in any way
	typists map[*family]bool // of which it was typed a license
}

// letter is a message with what became of it.
type letter struct {
	by      *device
	m       message
	ctr     int64
	at      time.Time // by the device's clock
	kind    string    // activate, refresh, restore, borrow, return, receipt, typed
	of      *right
	ticket  *ticket // whose code it says
	until   time.Time
	lost    *device // of a restore
	lostGen int64
	turn    turn
	answer  *answer // nil = not answered for good: it may be worked off yet
}

// request reports whether a letter is signed and asks for something.
func (l *letter) request() bool {
	return l.kind != "return" && l.kind != "receipt" && l.kind != "typed"
}

// model is the world of one game.
type model struct {
	rights  []*right
	devices []*device
	now     func() time.Time
	terms   int // numbers that were given
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
	if l.kind == "typed" {
		return m.typed(d, l)
	}
	if twin := d.twin(l); twin != nil {
		return d.again(l, twin)
	}
	switch {
	case d.suspect:
		return turn{refusal: suspect, unheard: true}
	case !d.known && (l.kind == "refresh" || !l.request()):
		return turn{refusal: "license.unknown_container", unheard: true}
	case d.known && l.ctr <= d.heard && l.ctr < d.first:
		return turn{refusal: "license.old_counter", unheard: true}
	case d.known && l.ctr <= d.heard && l.kind == "receipt":
		return turn{unheard: true} // a later message has said the same
	case d.known && l.ctr <= d.heard:
		return d.caught(l)
	case l.request() && m.now().Sub(l.at).Abs() > farOff:
		t := turn{refusal: "license.clock_off", unheard: !d.known}
		if d.known {
			d.heard = l.ctr
		}
		return t
	}
	removed, ok := m.repair(d, l)
	if !ok {
		return d.caught(l)
	}
	if l.request() {
		m.assign(d, l)
	}
	t := m.work(d, l)
	t.removed = removed
	if !d.known {
		t.unheard = t.refusal != ""
	}
	if !t.unheard {
		if !d.known {
			d.known, d.first = true, l.ctr
		}
		d.heard = l.ctr
	}
	return t
}

// caught takes a device for a copy.
func (d *device) caught(l *letter) turn {
	d.suspect, d.heard = true, max(d.heard, l.ctr)
	return turn{refusal: suspect}
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
		if p := r.live[d]; p == nil || p.leaving != "" {
			removed[r] = true
		}
	}
	d.pardon = d.pardon && wrong
	for _, r := range m.rights {
		p := r.live[d]
		switch {
		case p == nil:
		case p.leaving != "" && p.told == 0: // it may have come since the message was signed
		case p.leaving != "" && !l.holds(r.id, p.gen):
			r.free(d, p.leaving)
		case l.kind == "receipt" && p.leaving == "" && p.told != 0 && p.told == d.counterOf(l.m.nonce):
			p.told = 0
		}
	}
	return removed, true
}

// counterOf is the counter of the message that an answer was to.
func (d *device) counterOf(nonce string) int64 {
	for _, l := range d.said {
		if l.kind != "receipt" && l.m.nonce == nonce && l.answer != nil && l.turn.refusal == "" {
			return l.ctr
		}
	}
	return 0
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
// has ended without the device, which knows of no later one.
func (r *right) trusts(d *device, gen int64) bool {
	p, before := r.live[d], r.past[d]
	same := before.gen == gen
	switch {
	case p == nil:
		return same && (before.how == "away" || before.how == "elapsed")
	case p.gen == gen:
		p.confirmed = true
		return true
	case !same || p.gen != gen+1:
		return false
	case before.how == "elapsed":
		return !p.until.IsZero() && p.told != 0
	}
	return before.how == "away" && (!p.confirmed || p.leaving != "")
}

// assign has a contact bring what a device should hold: all of it when it asks
// for that, else what is new or may not have arrived.
func (m *model) assign(d *device, l *letter) {
	for _, r := range m.rights {
		p := r.live[d]
		switch {
		case p == nil:
		case p.leaving != "" || r.state == "blocked":
			if p.told == 0 {
				p.told = l.ctr
			}
		case r.state == "available" && (l.kind == "refresh" || p.version < r.version || p.told != 0 || !l.holds(r.id, p.gen)):
			r.deliver(p, l.ctr)
		}
	}
}

// deliver brings a place to its device: what is new in it waits for a receipt.
func (r *right) deliver(p *place, ctr int64) {
	if p.version != r.version || p.told != 0 {
		p.version, p.told = r.version, ctr
	}
}

// work does what a letter asks for.
func (m *model) work(d *device, l *letter) turn {
	switch l.kind {
	case "return":
		return turn{refusal: l.of.giveBack(d, l.m.gen, m.now())}
	case "activate", "restore", "borrow":
		return m.wanted(d, l)
	}
	return turn{}
}

// giveBack frees at most one place, and only of the current generation.
func (r *right) giveBack(d *device, gen int64, now time.Time) (refusal string) {
	p, before := r.live[d], r.past[d]
	switch {
	case p == nil && before.gen == gen && before.how != "returned":
		return "" // nothing is left to free
	case p == nil || p.gen != gen:
		return "license.wrong_generation"
	case p.leaving != "":
		r.free(d, p.leaving)
		return ""
	case p.until.IsZero():
		r.returns.charge(now, returnsEvery/time.Duration(max(1, r.seats)))
		if r.here[d] == nil {
			r.here[d] = &pace{}
		}
		r.here[d].charge(now, hereEvery)
	}
	r.free(d, "returned")
	return ""
}

// opens is why the code of a letter does not open its license.
func (l *letter) opens() string {
	switch {
	case l.ticket.state == "blocked":
		return "license.ticket_blocked"
	case l.ticket.state == "into":
		return "license.ticket_into"
	case l.ticket.state == "handed":
		return "license.ticket_merged"
	case l.of.state == "replaced":
		return "license.not_in_ticket"
	}
	return ""
}

// closed is why a license cannot be used.
func (r *right) closed() string {
	switch r.state {
	case "available":
		return ""
	case "blocked", "replaced":
		return "license." + r.state
	}
	return "license.recalled"
}

// wanted puts a license in a device, out of a free seat or a lost one.
func (m *model) wanted(d *device, l *letter) turn {
	r, why := l.of, l.opens()
	if why != "" {
		return turn{refusal: why}
	}
	p, lost := r.live[d], r.live[l.lost]
	switch {
	case l.kind == "borrow" && p != nil && p.leaving != "":
		why = "license.recalled"
	case p != nil && p.leaving != "":
		why = "license." + map[string]string{"recalled": "recalled", "returned": "returning"}[p.leaving]
	case p == nil && l.lost != nil && (lost == nil || lost.gen != l.lostGen):
		why = "license.not_lost"
	default:
		why = r.closed()
	}
	switch {
	case why != "":
		return turn{refusal: why}
	case l.kind == "borrow":
		return turn{refusal: m.borrow(d, l)}
	case p != nil:
		r.deliver(p, l.ctr) // it is here already
		return turn{}
	case r.pool != nil:
		return turn{refusal: "license.floating"}
	case l.lost != nil:
		return turn{refusal: m.restore(d, l)}
	}
	return m.activate(d, r)
}

// activate takes a free seat.
func (m *model) activate(d *device, r *right) turn {
	now := m.now()
	if r.used() >= r.seats {
		return turn{refusal: "license.no_seat"}
	}
	tired := r.taken > r.used() && r.returns.spent(now, mostReturns*r.seats, returnsEvery/time.Duration(r.seats))
	if r.past[d].how == "returned" && r.here[d] != nil {
		tired = tired || r.here[d].spent(now, mostHere, hereEvery)
	}
	retaken := r.taken >= r.seats
	if tired || retaken && r.ticket.churn.spent(now, mostRetaken, retakenEvery) {
		return turn{refusal: "license.too_often", unheard: true}
	}
	if retaken {
		r.ticket.churn.charge(now, retakenEvery)
	}
	r.put(d, 1)
	return turn{}
}

// allowed reports whether a restore may be drawn now.
func (r *right) allowed(now time.Time) bool {
	used := 0
	for _, at := range r.restores {
		if now.Sub(at) < restoreDays {
			used++
		}
	}
	return used < restoreCount && (used == 0 || now.Sub(r.restores[len(r.restores)-1]) >= restoreWait)
}

// restore gives the seat of a lost device on; that device is shut out.
func (m *model) restore(d *device, l *letter) (refusal string) {
	r := l.of
	if !r.allowed(m.now()) {
		return "license.restore_wait"
	}
	qty := r.live[l.lost].qty
	r.free(l.lost, "away")
	r.restores = append(r.restores, m.now())
	r.put(d, qty)
	return ""
}

// typed gives a license to a machine on which everything is typed: nothing is
// signed, no counter moves, and the next message brings the whole license.
func (m *model) typed(d *device, l *letter) turn {
	r := l.of
	why := l.opens()
	switch {
	case !l.findable():
		return turn{refusal: "license.not_in_ticket", unheard: true}
	case d.suspect:
		return turn{refusal: suspect, unheard: true}
	case why != "":
		return turn{refusal: why, unheard: true}
	case r.name == "year":
		return turn{refusal: "license.not_typed", unheard: true} // it says more than can be typed
	}
	t := m.wanted(d, l)
	if t.unheard = t.refusal != ""; !t.unheard {
		r.live[d].version, r.live[d].told = -1, 0
		d.known = true
	}
	return t
}

// findable reports whether what is typed finds its license behind the code.
func (l *letter) findable() bool {
	open := l.ticket.state == "issued" || l.ticket.state == "blocked"
	return l.of.ticket == l.ticket && (l.of.state != "replaced" || !open)
}

// owes reports whether a device has given a generation back and does not know that
// the server has heard of it: what is typed then may be of before.
func (d *device) owes(r *right, gen int64) bool {
	return slices.ContainsFunc(d.said, func(l *letter) bool { return l.kind == "return" && l.of == r && l.m.gen >= gen && l.answer == nil })
}

// used is how much of a license is in use.
func (r *right) used() (n int64) {
	for _, p := range r.live {
		n += p.qty
	}
	if r.meter != nil && !r.gone() {
		n += r.meter.begun()
	}
	if r.pool != nil && r.pool.right == r {
		n += r.pool.leased()
	}
	return n
}

// put makes a place.
func (r *right) put(d *device, qty int64) *place {
	p := &place{gen: r.past[d].gen + 1, qty: qty, version: r.version}
	r.live[d] = p
	r.begun = true
	r.taken += qty
	return p
}

// free ends a place. A license that is being recalled is gone with its last.
func (r *right) free(d *device, how string) {
	p := r.live[d]
	r.past[d] = ended{p.gen, how}
	delete(r.live, d)
	if how == "away" {
		r.away += p.qty
	}
	if r.state == "replaced" {
		r.seats -= p.qty
	}
	r.settle()
}

func (r *right) settle() {
	if r.state == "recall_pending" && len(r.live) == 0 {
		r.state = "recalled"
	}
}

// recall takes a license back.
func (r *right) recall(now time.Time) {
	if r.pool != nil {
		r.pool.drop(now)
	}
	if !r.gone() {
		r.state = "recall_pending"
	}
	r.version++
	for _, p := range r.live {
		if p.leaving != "recalled" {
			p.leaving, p.told = "recalled", 0
		}
	}
	r.settle()
}

// gone reports whether the license is taken back, or will be.
func (r *right) gone() bool { return r.state != "available" && r.state != "blocked" }

// holding is what a device holds after the answer to a request, given what it
// held when it asked: the generation, and whether it may run; 0 = nothing.
func (r *right) holding(d *device, before int64) (gen int64, runs bool) {
	p := r.live[d]
	switch {
	case p != nil && p.leaving != "", p == nil && before == 0:
		return 0, false
	case p == nil && r.past[d].how == "elapsed":
		return before, true // nobody tells it: its end stands in it
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
