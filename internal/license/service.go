package license

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
)

// Limits are the named limits of this package. A zero one is its default.
type Limits struct {
	Address   db.Limit // unknown codes per IPv4 address or IPv6 /64
	Network   db.Limit // unknown codes per /24 or /48
	Publisher db.Limit // unknown codes aimed at a publisher; beyond it an alarm is journaled
	Alarm     db.Limit // how often that alarm is repeated
	Ticket    db.Limit // freed seats of a ticket that are taken again
	License   db.Limit // returns of a license, for each of its seats
	Here      db.Limit // returns of a license from one container

	Pairings    db.Limit // pairing codes made for a ticket
	PairAddress db.Limit // unknown pairing codes per IPv4 address or IPv6 /64
	PairNetwork db.Limit // unknown pairing codes per /24 or /48
}

// DefaultLimits returns the limits that a served product has.
func DefaultLimits() Limits {
	return Limits{
		Address:   db.Limit{Name: "code.address", Burst: 20, Per: 6 * time.Second},
		Network:   db.Limit{Name: "code.network", Burst: 60, Per: time.Second},
		Publisher: db.Limit{Name: "code.publisher", Burst: 1000, Per: time.Second},
		Alarm:     db.Limit{Name: "code.alarm", Burst: 1, Per: time.Hour},
		Ticket:    db.Limit{Name: "ticket.churn", Burst: 20, Per: 12 * time.Minute},
		License:   db.Limit{Name: "license.churn", Burst: 10, Per: time.Hour},
		Here:      db.Limit{Name: "container.churn", Burst: 5, Per: 2 * time.Hour},

		Pairings:    db.Limit{Name: "pair.ticket", Burst: 20, Per: time.Minute},
		PairAddress: db.Limit{Name: "pair.address", Burst: 10, Per: 30 * time.Second},
		PairNetwork: db.Limit{Name: "pair.network", Burst: 30, Per: 10 * time.Second},
	}
}

func (l *Limits) fill() {
	d := DefaultLimits()
	for _, one := range []struct{ have, want *db.Limit }{
		{&l.Address, &d.Address},
		{&l.Network, &d.Network},
		{&l.Publisher, &d.Publisher},
		{&l.Alarm, &d.Alarm},
		{&l.Ticket, &d.Ticket},
		{&l.License, &d.License},
		{&l.Here, &d.Here},
		{&l.Pairings, &d.Pairings},
		{&l.PairAddress, &d.PairAddress},
		{&l.PairNetwork, &d.PairNetwork},
	} {
		if one.have.Burst == 0 {
			*one.have = *one.want
		}
	}
}

// Activated is what the upward hook is told about a new activation.
type Activated struct {
	Publisher  actor.PublisherID
	Holder     actor.OrgID // of the ticket; zero when the license came without a code
	Ticket     TicketID
	License    LicenseID
	Activation ActivationID
	Container  ContainerID
	Quantity   int64
}

// Options make a Service.
type Options struct {
	DB      *db.DB
	Gate    *actor.Gate
	Vault   *sign.Vault
	Keyring *sign.Keyring
	Limits  Limits // zero ones are the defaults
	Batch   int    // most messages of one transaction; default 256
}

// Service is the doors of this package. It is safe for concurrent use once
// OnActivated is set.
type Service struct {
	// OnActivated runs in the transaction of every new activation; an error
	// undoes it. May be nil.
	OnActivated func(*db.Tx, Activated) error

	db     *db.DB
	gate   *actor.Gate
	vault  *sign.Vault
	ring   *sign.Keyring
	limits Limits
	inbox  *db.Many[*message, *reply]

	leases   *db.Many[*leaseAsk, *leased]
	renewals *db.Many[LeaseHold, *leased]
	ends     *db.Many[LeaseHold, bool]

	keys *db.Gather[lookupID, keyRow]

	epoch   atomic.Int64
	swept   atomic.Bool // this process has looked for block lists that are due everywhere
	clean   cleanAddresses
	terms   cache[snapshotKey, *Terms]
	bundles cache[bundleKey, string]
}

type snapshotKey struct {
	publisher actor.PublisherID
	id        SnapshotID
}

type bundleKey struct {
	publisher actor.PublisherID
	id        bundleID
}

// defaultBatch is the most messages of one transaction: enough to share a
// commit, few enough that nobody waits long for the others.
const defaultBatch = 256

// maxKeys is the most license keys that are looked up in one statement.
const maxKeys = 64

// New makes the Service on an open, migrated database.
func New(o Options) *Service {
	o.Limits.fill()
	if o.Batch == 0 {
		o.Batch = defaultBatch
	}
	s := &Service{db: o.DB, gate: o.Gate, vault: o.Vault, ring: o.Keyring, limits: o.Limits}
	s.inbox = db.NewMany(o.DB, o.Batch, s.hearAll)
	s.leases = db.NewManyApart(o.DB, o.Batch, (*leaseAsk).about, s.leaseAll)
	s.renewals = db.NewMany(o.DB, o.Batch, s.renewAll)
	s.ends = db.NewManyApart(o.DB, o.Batch, LeaseHold.about, s.endAll)
	s.keys = db.NewGather(o.DB, maxKeys, keyRowsOf)
	return s
}

// maxCached bounds each cache of unchanging rows; beyond it, it starts anew.
const maxCached = 20_000

// cache holds rows that never change once they are committed.
type cache[K comparable, V any] struct {
	mu  sync.RWMutex
	all map[K]V
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.all[k]
	return v, ok
}

func (c *cache[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil || len(c.all) >= maxCached {
		c.all = map[K]V{}
	}
	c.all[k] = v
}

// keepBundle remembers lines that are committed.
func (s *Service) keepBundle(p actor.PublisherID, id bundleID, lines string) {
	s.bundles.put(bundleKey{p, id}, lines)
}

// epochOf is the installation's epoch. It rises only while the server is down.
func (s *Service) epochOf(q db.Querier) (int64, error) {
	if e := s.epoch.Load(); e > 0 {
		return e, nil
	}
	e, err := db.Epoch(q)
	if err == nil {
		s.epoch.Store(e)
	}
	return e, err
}

// attach gives each license its terms, from memory where they are known, with
// what has changed them since they were sold.
func (s *Service) attach(q db.Querier, p actor.PublisherID, list []*License) error {
	var missing db.IDs[Terms]
	for _, l := range list {
		if t, ok := s.terms.get(snapshotKey{p, l.Snapshot}); ok {
			l.sold, l.terms = t, t
		} else if !missing.Contains(l.Snapshot) {
			missing = append(missing, l.Snapshot)
		}
	}
	if len(missing) > 0 {
		found, err := termsOf(q, p, missing)
		if err != nil {
			return err
		}
		for id, t := range found {
			s.keepTerms(q, p, id, t)
		}
		for _, l := range list {
			if l.sold == nil {
				l.sold, l.terms = found[l.Snapshot], found[l.Snapshot]
			}
		}
	}
	return s.attachEffects(q, p, list)
}

// keepTerms remembers terms, after the commit when they were read in a
// transaction that may have made them.
func (s *Service) keepTerms(q db.Querier, p actor.PublisherID, id SnapshotID, t *Terms) {
	if tx, ok := q.(*db.Tx); ok {
		tx.AfterCommit(func() { s.terms.put(snapshotKey{p, id}, t) })
		return
	}
	s.terms.put(snapshotKey{p, id}, t)
}

// write runs fn in a transaction, again when a row has changed meanwhile.
func (s *Service) write(ctx context.Context, fn func(tx *db.Tx) error) error {
	return again(func() error { return s.db.Write(ctx, fn) })
}

// errDryRun rolls a preview back.
var errDryRun = errors.New("license: a preview")

// try is write, but nothing stays of it when by only asks.
func (s *Service) try(ctx context.Context, by actor.Actor, fn func(tx *db.Tx) error) error {
	err := s.write(ctx, func(tx *db.Tx) error {
		if err := fn(tx); err != nil || !by.Preview {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// maxTries is how often a lost race is run again.
const maxTries = 8

func again(fn func() error) error {
	for try := 1; ; try++ {
		err := fn()
		if !isAgain(err) {
			return err
		}
		if try == maxTries {
			return db.ErrBusy.Wrap(err)
		}
	}
}
