package org

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// tokenLimit is charged for wrong tokens only: thirty at once per address, then
// one every two seconds.
var tokenLimit = db.Limit{Name: "org.token", Burst: 30, Per: 2 * time.Second}

const (
	tokenLabel = "api-key"
	// tokenLag is how long an answer of the cache may be old.
	tokenLag = time.Second
	// tokenRoom bounds the cache.
	tokenRoom = 8192
)

// lookup is the keyed hash under which a token is stored.
func (s *Service) lookup(token string) []byte {
	return s.sealer.Blind(actor.InstallationID, tokenLabel, []byte(token))
}

// Authenticate returns the actor that a token stands for. A live key costs one
// read, or none within a second of the last; a wrong one is charged to the
// address. It returns ErrBadToken (unknown or revoked, or its organization is
// closed), ErrTokenExpired, and ErrTooManyTries with the time to wait.
func (s *Service) Authenticate(ctx context.Context, token string, addr netip.Addr) (actor.Actor, error) {
	a, err := s.authenticate(ctx, token)
	switch {
	case err == nil:
		a.Addr = addr
		return a, nil
	case errors.Is(err, ErrBadToken):
		return actor.Actor{}, s.charge(ctx, addr)
	}
	return actor.Actor{}, err
}

func (s *Service) authenticate(ctx context.Context, token string) (actor.Actor, error) {
	if !isToken(token) {
		return actor.Actor{}, ErrBadToken
	}
	key := [32]byte(s.lookup(token))
	now := s.d.Now()
	a, ok, gen := s.tokens.get(key, now)
	if ok {
		return a, nil
	}
	var found keyFound
	err := s.d.ReadOne(ctx, func(r *db.Reader) error {
		var err error
		found, err = one(r, scanFound, qAuthenticate, key[:])
		return err
	})
	if isMissing(err) {
		return actor.Actor{}, ErrBadToken
	}
	if err != nil {
		return actor.Actor{}, err
	}
	if err := found.usable(now); err != nil {
		return actor.Actor{}, err
	}
	s.tokens.put(key, found.actor, now, found.key.ExpiresAt, gen)
	return found.actor, nil
}

func (f keyFound) usable(now time.Time) error {
	switch {
	case !f.key.RevokedAt.IsZero() || f.state != StateOpen:
		return ErrBadToken
	case !f.key.live(now):
		return ErrTokenExpired
	}
	return nil
}

// charge takes a wrong token from the address's allowance.
func (s *Service) charge(ctx context.Context, addr netip.Addr) error {
	who := addr.Unmap().String()
	if addr.Is6() && !addr.Is4In6() { // a customer has a /64 at least
		if net, err := addr.Prefix(64); err == nil {
			who = net.String()
		}
	}
	var wait time.Duration
	err := s.d.ReadOne(ctx, func(r *db.Reader) error {
		var err error
		wait, err = db.Blocked(r, tokenLimit, who)
		return err
	})
	if err != nil {
		return err
	}
	if wait > 0 {
		return ErrTooManyTries.After(wait)
	}
	if err := s.d.Write(ctx, func(tx *db.Tx) error { return db.Charge(tx, tokenLimit, who) }); err != nil {
		return err
	}
	return ErrBadToken
}

// tokenCache remembers for a second whom a token stands for. What changes keys in
// this process empties it; gen keeps a read that began before from being put
// back afterwards.
type tokenCache struct {
	mu  sync.RWMutex
	gen uint64
	m   map[[32]byte]cachedActor
}

type cachedActor struct {
	actor actor.Actor
	until time.Time
	at    time.Time
}

func newTokenCache() *tokenCache { return &tokenCache{m: map[[32]byte]cachedActor{}} }

func (c *tokenCache) get(key [32]byte, now time.Time) (actor.Actor, bool, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.m[key]
	ok = ok && now.Before(e.until) && !now.Before(e.at)
	return e.actor, ok, c.gen
}

func (c *tokenCache) put(key [32]byte, a actor.Actor, now, expires time.Time, gen uint64) {
	until := now.Add(tokenLag)
	if !expires.IsZero() && expires.Before(until) {
		until = expires
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gen != gen {
		return
	}
	if len(c.m) >= tokenRoom {
		clear(c.m)
	}
	c.m[key] = cachedActor{actor: a, at: now, until: until}
}

// forget empties the cache.
func (c *tokenCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	clear(c.m)
}
