package license

import (
	"net/netip"
	"sync"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
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
	return actor.Record(tx, actor.System(p), actor.Entry{
		Entity: "publisher", ID: p, Event: "ticket.guessing", Data: map[string]int{"limit": s.limits.Publisher.Burst},
	})
}

// churnWait is how long a ticket's freed seats have to rest before one more is
// taken.
func (s *Service) churnWait(q db.Querier, id TicketID) (time.Duration, error) {
	return db.Blocked(q, s.limits.Ticket, id.String())
}
