package license

import (
	"net/netip"
	"sync"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// guesses asks, once per prefix and transaction, whether an address has tried
// too many wrong codes. It is asked before any code is looked up.
type guesses struct {
	s     *Service
	q     db.Querier
	known map[string]time.Duration
}

// open returns ErrTooManyTries for a message with a code from such an address.
func (g *guesses) open(m *message) error {
	if len(m.lookups) == 0 {
		return nil
	}
	if m.paired {
		return g.over(m.addr, g.s.limits.PairAddress, g.s.limits.PairNetwork)
	}
	return g.from(m.addr)
}

// from returns ErrTooManyTries while the address has to wait.
func (g *guesses) from(addr netip.Addr) error {
	near, _ := network(addr)
	if near == "" || g.s.clean.has(near, g.q.Now()) {
		return nil
	}
	if err := g.over(addr, g.s.limits.Address, g.s.limits.Network); err != nil {
		return err
	}
	g.s.clean.put(near, g.q.Now())
	return nil
}

// over returns ErrTooManyTries while the address or its network is over a limit.
func (g *guesses) over(addr netip.Addr, address, wider db.Limit) error {
	near, far := network(addr)
	if near == "" {
		return nil
	}
	for _, one := range []struct {
		limit db.Limit
		key   string
	}{{address, near}, {wider, far}} {
		wait, err := g.ask(one.limit, one.key)
		if err != nil {
			return err
		}
		if wait > 0 {
			return ErrTooManyTries.After(wait)
		}
	}
	return nil
}

// cleanFor is how long an address that was not over its limits is not asked
// about again. Other nodes' charges show by then; this node's at once.
const cleanFor = time.Second

// maxClean bounds how many addresses are remembered.
const maxClean = 10_000

// cleanAddresses remembers addresses that were not over their limits a moment
// ago, so that honest callers do not pay for the question each time.
type cleanAddresses struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func (c *cleanAddresses) has(near string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.seen[near]
	return ok && now.Sub(at).Abs() < cleanFor
}

func (c *cleanAddresses) put(near string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= maxClean {
		c.seen = map[string]time.Time{}
	}
	c.seen[near] = now
}

// forget has the next caller of the whole network ask again.
func (c *cleanAddresses) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = nil
}

func (g *guesses) ask(l db.Limit, key string) (time.Duration, error) {
	if wait, ok := g.known[l.Name+" "+key]; ok {
		return wait, nil
	}
	wait, err := db.Blocked(g.q, l, key)
	if g.known == nil {
		g.known = map[string]time.Duration{}
	}
	g.known[l.Name+" "+key] = wait
	return wait, err
}

// network returns the two prefixes of an address that limits count: IPv4 and
// /24, or /64 and /48. Both are empty for no address.
func network(a netip.Addr) (near, far string) {
	if !a.IsValid() {
		return "", ""
	}
	a = a.Unmap().WithZone("")
	bits := [2]int{32, 24}
	if a.Is6() {
		bits = [2]int{64, 48}
	}
	one, err1 := a.Prefix(bits[0])
	two, err2 := a.Prefix(bits[1])
	if err1 != nil || err2 != nil {
		return "", ""
	}
	return one.String(), two.String()
}

// chargeGuess charges an unknown ticket or key to the caller's address.
func (s *Service) chargeGuess(tx *db.Tx, p actor.PublisherID, addr netip.Addr) error {
	tx.AfterCommit(s.clean.forget)
	return s.charge(tx, p, addr, s.limits.Address, s.limits.Network)
}

// chargeMessage charges the unknown code of a message. Pairing codes are shorter
// and have limits of their own.
func (s *Service) chargeMessage(tx *db.Tx, p actor.PublisherID, m *message) error {
	if m.paired {
		return s.charge(tx, p, m.addr, s.limits.PairAddress, s.limits.PairNetwork)
	}
	return s.chargeGuess(tx, p, m.addr)
}

// charge charges an unknown code. Many of them against one publisher raise an
// alarm in its journal.
func (s *Service) charge(tx *db.Tx, p actor.PublisherID, addr netip.Addr, address, wider db.Limit) error {
	if near, far := network(addr); near != "" {
		if err := db.Charge(tx, address, near); err != nil {
			return err
		}
		if err := db.Charge(tx, wider, far); err != nil {
			return err
		}
	}
	known, err := s.existsIn(tx, p)
	if err != nil || !known {
		return err
	}
	if err := db.Charge(tx, s.limits.Publisher, p.String()); err != nil {
		return err
	}
	wait, err := db.Blocked(tx, s.limits.Publisher, p.String())
	if err != nil || wait == 0 {
		return err
	}
	if wait, err = db.Blocked(tx, s.limits.Alarm, p.String()); err != nil || wait > 0 {
		return err
	}
	if err := db.Charge(tx, s.limits.Alarm, p.String()); err != nil {
		return err
	}
	told, err := noteAnomaly(tx, p, strange{kind: AnomalyGuessing, entity: "publisher", id: p})
	if err != nil || told == nil {
		return err
	}
	return actor.Record(tx, actor.System(p), *told)
}

// paceOf is a limit as rules know it.
func paceOf(l db.Limit) pace { return pace{l.Name, l.Burst, l.Per} }

// limit is a pace as the database counts it.
func (p pace) limit() (l db.Limit) {
	l.Name, l.Burst, l.Per = p.name, p.burst, p.per
	return l
}

// rests asks how long a thing has to rest at a pace.
func rests(q db.Querier, p pace, key string) (resting, error) {
	wait, err := db.Blocked(q, p.limit(), key)
	return resting{p, wait}, err
}

// churnWait is how long a ticket's freed seats have to rest before one more is
// taken.
func (s *Service) churnWait(q db.Querier, id TicketID) (resting, error) {
	return rests(q, paceOf(s.limits.Ticket), id.String())
}

// herePair names a license in a container among the limits.
func herePair(l LicenseID, box ContainerID) string { return l.String() + box.String() }

// rested asks whether a license was returned too often to be taken here once more.
// What was never given back is not asked about.
func (s *Service) rested(q db.Querier, l *License, box ContainerID, before *Activation) (worst resting, err error) {
	if l.Taken > l.Seats.Used {
		worst, err = rests(q, paceOf(s.limits.License).perSeat(l.Seats.Limit()), l.ID.String())
	}
	if err == nil && before != nil && before.State == ActivationReturned {
		var here resting
		if here, err = rests(q, paceOf(s.limits.Here), herePair(l.ID, box)); here.wait > worst.wait {
			worst = here
		}
	}
	return worst, err
}

// chargeReturn charges what a user has given back; what staff have taken back is not
// charged.
func (k *desk) chargeReturn(a *Activation) error {
	l := k.licenses[a.License]
	if err := db.Charge(k.tx, paceOf(k.s.limits.License).perSeat(l.Seats.Limit()).limit(), l.ID.String()); err != nil {
		return err
	}
	return db.Charge(k.tx, k.s.limits.Here, herePair(l.ID, a.Container))
}

// churn asks how long the ticket has to wait, if a seat would be taken again, and
// each license that was returned.
func (k *desk) churn(c *contact) (err error) {
	if c.ticket == nil || c.msg.req.Action != wire.ActActivate {
		return nil
	}
	q := c.quantity()
	for _, l := range c.opened {
		if l.Seats.Free() < q || c.live(l.ID) != nil {
			continue
		}
		if l.Taken+q > l.Seats.Limit() && c.churn.name == "" {
			if c.churn, err = k.s.churnWait(k.tx, c.ticket.ID); err != nil {
				return err
			}
		}
		r, err := k.s.rested(k.tx, l, c.msg.container, c.last[l.ID])
		if err != nil {
			return err
		}
		if r.wait > 0 {
			if c.rest == nil {
				c.rest = map[LicenseID]resting{}
			}
			c.rest[l.ID] = r
		}
	}
	return nil
}
