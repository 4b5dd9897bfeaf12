package client

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/licet/licet/wire"
)

// LeaseAsk says which floating license a program wants to use, and for whom.
type LeaseAsk struct {
	Code     string // ticket or license key as it was typed; "" where License was used on this machine before
	License  string // id, where the code holds several; else ""
	Person   string // who uses it, where the license counts persons; only a hash of it leaves the machine
	Label    string // for which the publisher may keep places, such as "cad-room"; a-z, 0-9, dashes
	Quantity int64  // 0 = one
	Wait     bool   // in the queue, where all places are taken and the publisher has one
}

// NewLease makes and signs a request for a lease. Nothing of it is kept: if it gets
// lost, the place that was taken with it frees itself. The container's keys are on
// the disk when it returns.
//
// Errors: *wire.CodeError, ErrNoCode, and those of the disk.
func (c *Container) NewLease(ask LeaseAsk) (token, nonce string, err error) {
	if ask.Code == "" && ask.License == "" {
		return "", "", ErrNoCode
	}
	if ask.Code != "" {
		if _, err := (&Ask{Action: wire.ActRestore, Code: ask.Code}).normalize(); err != nil {
			return "", "", err
		}
	}
	k, err := c.ownKeys()
	if err != nil {
		return "", "", err
	}
	c.mu.RLock()
	now := c.now()
	c.mu.RUnlock()
	salt := c.pins.SaltBytes()
	r := &wire.LeaseRequest{
		Issuer: c.pins.Issuer, Nonce: newNonce(), IssuedAt: now, Container: k.pub, Fingerprint: c.fingerprint(k),
		Virtual: c.machine.Virtual || k.virtual, Code: ask.Code, LicenseID: ask.License, Holder: wire.Holder{Kind: wire.PerProcess}, Label: ask.Label,
		Quantity: ask.Quantity, Queue: ask.Wait, Product: c.cfg.Product, App: wire.App{Version: short(c.cfg.Version), OS: runtime.GOOS, Arch: runtime.GOARCH},
	}
	if len(c.salted) > 0 && k.pub.Kind != wire.ContainerSoft { // it is carried around: the machine is where it is now
		r.Holder = wire.Holder{Kind: wire.PerMachine, Hash: wire.ComponentClaim(c.salted[0])}
	}
	if ask.Person != "" {
		r.Holder = wire.Holder{Kind: wire.PerPerson, Hash: wire.ComponentClaim(wire.Component(salt, "person", ask.Person))}
	}
	token, err = wire.SignClaims(k.sign, r)
	return token, r.Nonce, err
}

// ownKeys are the container's keys; they are made where there are none.
func (c *Container) ownKeys() (k keys, err error) {
	c.mu.RLock()
	k, err = c.keysOf(c.st)
	c.mu.RUnlock()
	if err == nil {
		return k, nil
	}
	err = c.change(func(st *state, save func() error) error {
		if err := c.makeKeys(st); err != nil {
			return err
		}
		if k, err = c.keysOf(st); err != nil {
			return err
		}
		return save()
	})
	return k, err
}

// Lease is a use of a floating license, as it was granted or renewed once. It does
// not change: a renewal gives another one. It is safe for concurrent use.
type Lease struct {
	ID       string
	Fence    int64         // above that of every lease of the license before
	Renew    time.Duration // after which it should be renewed
	License  string        // id
	Quantity int64

	lic   *wire.License
	clock Clock
	asked time.Time // before the server had the question
	valid time.Duration
	grace time.Duration
}

// OpenLease verifies what the server has answered to a request for a lease, or to
// a renewal of before (then nonce is ""): by the pins, what was learned since, and
// the certificates that came with it, for this container, machine and program.
// asked is the clock's reading before the question was sent: the lease counts from
// there, by measured time, whatever the clock shows.
//
// Errors: those of package wire, ErrNothing, ErrNotAsked for the answer to another
// question, ErrOld for one that is older than before.
func (c *Container) OpenLease(lines []string, nonce string, before *Lease, asked time.Time) (*Lease, error) {
	c.mu.RLock()
	known, hash := c.view.trust.Lines(), c.view.hash
	c.mu.RUnlock()
	t, err := c.trust(known)
	if err != nil {
		return nil, err
	}
	file, err := wire.NewFile(lines...)
	if err != nil {
		return nil, err
	}
	_ = t.ExtendFile(file) // a line that is not believed teaches nothing
	tokens := file.Of(wire.TypeLicense)
	if len(tokens) != 1 {
		return nil, ErrNothing
	}
	l, err := wire.OpenIssued[wire.License](t, tokens[0])
	if err != nil {
		return nil, err
	}
	check := wire.Check{Now: max(l.IssuedAt, l.NotBefore), Container: hash, Components: c.salted, Product: c.cfg.Product}
	if _, _, err := wire.VerifyLicense(tokens[0], t, check); err != nil {
		return nil, err
	}
	if l.Lease.IsZero() || l.Expires <= l.IssuedAt {
		return nil, ErrNothing
	}
	return before.next(c.cfg.Clock, l, nonce, asked)
}

// next is the lease that follows l's, which is nil for the first one.
func (l *Lease) next(clock Clock, lic *wire.License, nonce string, asked time.Time) (*Lease, error) {
	switch {
	case l == nil && lic.Nonce != nonce:
		return nil, ErrNotAsked
	case l != nil && (lic.Lease.ID != l.ID || lic.Lease.Fence != l.Fence):
		return nil, ErrNotAsked
	case l != nil && (lic.IssuedAt < l.lic.IssuedAt || lic.Expires < l.lic.Expires):
		return nil, ErrOld
	case l != nil && lic.IssuedAt == l.lic.IssuedAt:
		asked = l.asked // the same moment of the server is the same moment here
	}
	return &Lease{
		ID: lic.Lease.ID, Fence: lic.Lease.Fence, Renew: time.Duration(lic.Lease.Renew) * time.Second, License: lic.ID,
		Quantity: lic.Quantity, lic: lic, clock: clock, asked: asked,
		valid: time.Duration(lic.Expires-lic.IssuedAt) * time.Second, grace: time.Duration(lic.Grace) * time.Second,
	}, nil
}

// Left is how long the lease goes on without a renewal, its grace not counted; not
// above 0 when it has ended. It counts measured time, and what the clock has moved
// on if that is more: a machine that slept has measured nothing.
func (l *Lease) Left() time.Duration {
	now := l.clock.Now()
	return l.valid - max(now.Sub(l.asked), now.Round(0).Sub(l.asked.Round(0)))
}

// State is Valid, Grace while its place still waits for a renewal, or Expired.
func (l *Lease) State() State {
	switch left := l.Left(); {
	case left > 0:
		return Valid
	case left+l.grace > 0:
		return Grace
	}
	return Expired
}

// Runs reports whether the program should go on: the lease has not ended, or its
// license only asks to warn or to log.
func (l *Lease) Runs() bool { return l.State() != Expired || l.Lenient() }

// Lenient reports whether the license asks only to warn or to log when the lease is
// over.
func (l *Lease) Lenient() bool { return l.lic.Enforce == wire.Warn || l.lic.Enforce == wire.Log }

// Has reports whether the lease runs and its license holds the feature.
func (l *Lease) Has(feature string) bool { return l.Runs() && l.lic.Has(feature) }

// Limit returns a named limit of the license; ok is false if it sets none, or if
// the lease does not run.
func (l *Lease) Limit(name string) (value int64, ok bool) {
	if !l.Runs() {
		return 0, false
	}
	return l.lic.Limit(name)
}

// Features returns the names of the license's features; "*" stands for every one.
func (l *Lease) Features() []string { return slices.Clone(l.lic.Features) }

// Limits returns the license's limits.
func (l *Lease) Limits() map[string]int64 { return maps.Clone(l.lic.Limits) }

// String names the lease for a log; nothing in it is secret.
func (l *Lease) String() string { return fmt.Sprintf("lease %s, fence %d", l.ID, l.Fence) }
