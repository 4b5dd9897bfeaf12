package proof_test

import "time"

// What staff may do to licenses and tickets, as the domain says it. Each rule returns
// the code of its refusal; then nothing has changed.

// part is one of several licenses of the same line.
func (r *right) sibling(seats int64) *right {
	out := newRight(r.family, seats)
	out.terms, out.begun, out.expires, out.extended = r.terms, r.begun, r.expires, r.extended
	return out
}

// whole says whether a license can be cut up or handed over.
func (r *right) whole() (refusal string) {
	switch {
	case r.state != "available":
		return "license.license_state"
	case r.meter != nil && r.meter.direct > 0:
		return "license.has_units"
	}
	return ""
}

// split says whether n seats may go.
func (r *right) split(n int64) (refusal string) {
	if r.ticket.state != "issued" {
		return "license.ticket_state"
	}
	if why := r.whole(); why != "" {
		return why
	}
	switch {
	case n >= r.seats:
		return "license.split_all"
	case n > r.seats-r.used():
		return "license.no_seat"
	}
	return ""
}

// moving reports whether a place is on its way back, or belongs to no device for good.
func (r *right) moving() bool {
	for _, p := range r.live {
		if p.leaving != "" || !p.until.IsZero() {
			return true
		}
	}
	return false
}

// merges says whether other may go into r.
func (r *right) merges(other *right) (refusal string) {
	switch {
	case r == other:
		return "license.merge_self"
	case r.ticket.state != "issued" || other.ticket.state != "issued":
		return "license.ticket_state"
	case r.ticket.holder != other.ticket.holder:
		return "license.merge_differs"
	}
	for _, one := range []*right{r, other} {
		if why := one.whole(); why != "" {
			return why
		}
	}
	switch {
	case r.terms != other.terms:
		return "license.merge_differs"
	case other.moving():
		return "license.in_motion"
	}
	return ""
}

// replaces says whether another license may take the place of r.
func (r *right) replaces() (refusal string) {
	if why := r.whole(); why != "" {
		return why
	}
	if r.moving() {
		return "license.in_motion"
	}
	return ""
}

// give hands everything of a license to its successor: each device learns of it at
// its next contact.
func (r *right) give(to *right, now time.Time) {
	to.seats += r.seats
	for d, p := range r.live {
		if b := to.live[d]; b != nil {
			b.qty += p.qty
			to.taken += p.qty
			b.version, b.told = -1, 0
		} else {
			to.put(d, p.qty).version = -1
		}
		p.leaving, p.told = "recalled", 0
	}
	if r.pool != nil {
		r.pool.drop(now)
	}
	r.state, r.seats = "replaced", r.used()
}

// transfers says whether a ticket with its license may go to another holder.
func (r *right) transfers(to string) (refusal string) {
	switch {
	case r.ticket.holder == to:
		return "license.transfer_self"
	case r.ticket.state != "issued":
		return "license.ticket_state"
	case r.state != "available":
		return "license.license_state"
	}
	return ""
}

// askBack has every device give back what it has for good.
func (r *right) askBack(now time.Time) {
	if r.pool != nil {
		r.pool.drop(now)
	}
	for _, p := range r.live {
		if p.leaving == "" && p.until.IsZero() {
			p.leaving, p.told, p.version = "returned", 0, -1
		}
	}
}

// moves says whether staff may end one place.
func (p *place) moves(how string) (refusal string) {
	switch {
	case !p.until.IsZero():
		return "license.lent"
	case how == "return" && p.leaving == "recalled":
		return "license.activation_state"
	}
	return ""
}

// meter counts the units of a license that are consumed by its key.
type meter struct {
	key    string
	per    int64 // units of a piece
	direct int64 // consumed
	said   []*consumption
}

// consumption is a question for units with its answer.
type consumption struct {
	nonce string
	units int64
	body  []byte // nil = it was refused
}

// begun is how many pieces are begun.
func (m *meter) begun() int64 { return (m.direct + m.per - 1) / m.per }

// left is how many units there are for the next.
func (r *right) left() int64 { return (r.meter.begun()+r.seats-r.used())*r.meter.per - r.meter.direct }

// consume takes units by the key.
func (r *right) consume(units int64) (refusal string) {
	switch {
	case r.ticket.state == "blocked":
		return "license.ticket_blocked"
	case r.closed() != "":
		return r.closed()
	case units > r.left():
		return "license.no_units"
	}
	before := r.meter.begun()
	r.meter.direct += units
	r.taken += r.meter.begun() - before
	r.begun = true
	return ""
}

// pool is how places of a license are leased and lent.
type pool struct {
	*right

	machine  bool          // all uses on a machine share a place
	linger   time.Duration // a place stays taken at least so long
	lendable int64         // places that may be lent at once; 0 = all
	uses     []*use
	fence    int64 // of the newest lease
}

// What the tests' models of pools say.
const (
	leaseTime  = 15 * time.Minute
	leaseGrace = 90 * time.Second
	leaseKept  = time.Hour // so long it is known that a lease has ended
)

// use is a lease.
type use struct {
	by     *device
	token  string
	at     time.Time // when it was asked for, by the device's clock
	grant  grant
	from   time.Time
	until  time.Time
	due    time.Time // when a lingering place is free
	state  string    // live, lingering, ended, forgotten
	seats  int64     // that it holds; 0 when another use of its machine does
	copy   time.Time // end of what its holder has
	since  time.Time // when it has ended
	forced bool      // it ended before its time, and its holder did not
}

// leased is how many places leases hold.
func (p *pool) leased() (n int64) {
	for _, u := range p.uses {
		n += u.seats
	}
	return n
}

// lease says whether a device gets one more lease.
func (p *pool) lease(d *device, at, now time.Time) (refusal string) {
	switch {
	case at.Sub(now).Abs() > farOff:
		return "license.clock_off"
	case d.suspect:
		return suspect
	case p.ticket.state == "blocked":
		return "license.ticket_blocked"
	case p.closed() != "":
		return p.closed()
	case p.need(d) > 0 && p.used() >= p.seats:
		return "license.no_seat"
	}
	return ""
}

// need is how many places one more lease of a device takes.
func (p *pool) need(d *device) int64 {
	for _, u := range p.uses {
		if p.machine && u.by == d && u.seats > 0 {
			return 0
		}
	}
	return 1
}

// renews says whether a lease goes on.
func (p *pool) renews(u *use) (refusal string) {
	switch {
	case u.state == "forgotten":
		return "license.lease_gone"
	case u.by.suspect:
		return suspect
	case p.closed() != "":
		return p.closed()
	case u.state != "live":
		return "license.lease_gone"
	}
	return ""
}

// end gives a lease back.
func (p *pool) end(u *use, now time.Time) {
	if u.state != "live" {
		return
	}
	u.copy = time.Time{} // its holder has forgotten it
	if u.due = u.from.Add(p.linger); u.due.After(now) {
		u.state = "lingering"
		return
	}
	p.vacate(u, now)
}

// vacate frees the place of a lease, or leaves it to another one of its machine.
func (p *pool) vacate(u *use, now time.Time) {
	if u.seats > 0 && p.machine {
		for _, o := range p.uses {
			if o != u && o.by == u.by && o.state == "live" {
				o.seats, u.seats = 1, 0
				break
			}
		}
	}
	u.seats, u.state, u.since = 0, "ended", now
}

// drop ends every lease.
func (p *pool) drop(now time.Time) {
	for _, u := range p.uses {
		if u.state == "live" || u.state == "lingering" {
			u.forced = u.forced || u.state == "live"
			u.seats, u.state, u.since = 0, "ended", now
		}
	}
}

// pass ends what is over by now.
func (p *pool) pass(now time.Time) {
	for _, u := range p.uses {
		if u.state == "live" && !now.Before(u.until.Add(leaseGrace)) || u.state == "lingering" && !now.Before(u.due) {
			p.vacate(u, now)
		} else if u.state == "ended" && !now.Before(u.since.Add(leaseKept)) {
			u.state = "forgotten"
		}
	}
	for d, place := range p.live {
		if now.Before(place.until.Add(leaseGrace)) {
			continue
		}
		how := place.leaving
		if how == "" {
			how = "elapsed"
		}
		p.free(d, how)
	}
}

// borrow lends a place, or lends it for longer.
func (m *model) borrow(d *device, l *letter) (refusal string) {
	r := l.of
	p := r.live[d]
	if !l.until.After(m.now()) {
		return "license.lent_until" // it was long on its way
	}
	if p == nil {
		lent := int64(len(r.live))
		switch {
		case r.pool.lendable > 0 && lent >= r.pool.lendable:
			return "license.lent_out"
		case r.used() >= r.seats:
			return "license.no_seat"
		}
		p = r.put(d, 1)
		p.until, p.told = l.until, l.ctr
		return ""
	}
	if l.until.After(p.until) {
		p.until, p.told = l.until, l.ctr
	}
	r.deliver(p, l.ctr)
	return ""
}

// names reports whether a message says that the license is held, in any generation.
func (l *letter) names(id string) bool {
	for _, h := range l.m.held {
		if h.LicenseID == id {
			return true
		}
	}
	return false
}
