package client

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/wire"
)

// Container is a publisher's licenses on this machine. It is safe for use by
// several goroutines; several programs may open the same folder.
type Container struct {
	cfg     Config
	pins    wire.Pins
	store   store
	machine Machine
	salted  [][16]byte // the machine's components

	measured atomic.Pointer[measured]
	usage    counter

	device sync.Mutex // over the next two
	held   *keys      // of a KeyStore
	ref    string     // theirs

	reload sync.Mutex // over reading and adopting, so that no older state comes after a newer one

	mu   sync.RWMutex
	st   *state
	view view
}

// measured is where this process began to measure time: trusted time was not
// below base at since.
type measured struct {
	since time.Time
	base  int64
}

// Open reads the container and verifies what is in it. A machine without one
// gets it with the first request; until then there is nothing on the disk. A
// license that does not hold here is no error: see Licenses for why.
//
// Errors: ErrPins, ErrFolder, ErrRead, ErrDamaged (see SetAside), ErrNewer,
// ErrPublisher.
func Open(cfg Config) (*Container, error) {
	cfg, pins, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	c := &Container{cfg: cfg, pins: pins, store: store{cfg.Dir, cfg.Clock, newShelf(cfg.files(), pins.Issuer)}, machine: cfg.Machine().tidied()}
	c.salted = c.machine.hashes(pins.SaltBytes())
	st, err := c.load()
	if err != nil {
		return nil, err
	}
	c.measured.Store(&measured{cfg.Clock.Now(), st.Time.floor(cfg.build())})
	if err := c.adopt(st); err != nil {
		return nil, err
	}
	c.keepTime()
	return c, nil
}

// load reads the state from the disk, an empty one where there is none.
func (c *Container) load() (*state, error) {
	st, err := c.store.load()
	if err != nil {
		return nil, err
	}
	if st == nil {
		return &state{Format: formatNow, Issuer: c.pins.Issuer}, nil
	}
	if st.Issuer != c.pins.Issuer {
		return nil, ErrPublisher
	}
	return st, nil
}

// adopt makes a state the current one. Nobody else changes it from here on.
func (c *Container) adopt(st *state) error {
	v, err := c.look(st)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.st, c.view = st, v
	return nil
}

// Reload reads again what another program has changed meanwhile. The methods
// that change a container do so by themselves.
func (c *Container) Reload() error {
	c.reload.Lock()
	defer c.reload.Unlock()
	st, err := c.load()
	if err == nil {
		err = c.adopt(st)
	}
	if errors.Is(err, ErrRemoved) {
		c.gone(err)
	}
	return err
}

// change runs fn on the state as it is on the disk, under the lock. fn calls
// save for every step that has to be durable before the next; the last one is
// what the container goes on with. fn returns before anything is saved to leave
// all as it was.
func (c *Container) change(fn func(st *state, save func() error) error) error {
	return c.changeWithin(lockTries, fn)
}

// changeWithin is change with so many tries for the lock.
func (c *Container) changeWithin(tries int, fn func(st *state, save func() error) error) error {
	if err := c.store.prepare(); err != nil {
		return err
	}
	unlock, err := c.store.lock(context.Background(), tries)
	if err != nil {
		return err
	}
	defer unlock()
	st, err := c.load()
	if errors.Is(err, ErrRemoved) {
		c.gone(err)
	}
	if err != nil {
		return err
	}
	err = fn(st, func() error {
		wall := c.cfg.Clock.Now()
		st.Time = st.Time.advance(wall.Unix(), c.floor(st, wall))
		return c.store.save(st)
	})
	// What is on the disk is what holds, also when fn or save has stopped half-way.
	if e := c.Reload(); err == nil {
		err = e
	}
	return err
}

// floor is what trusted time is never below: what the state remembers, and what
// this process has measured since it was opened.
func (c *Container) floor(st *state, wall time.Time) int64 {
	m := c.measured.Load()
	passed := max(wall.Sub(m.since), 0)
	return max(st.Time.floor(c.cfg.build()), m.base+int64(passed/time.Second))
}

// now is the trusted time. The caller holds c.mu.
func (c *Container) now() int64 {
	wall := c.cfg.Clock.Now()
	return c.st.Time.judge(wall.Unix(), c.floor(c.st, wall))
}

// keepTime notes that time has passed, now and then. A folder that cannot be
// written, or is held by another program, is no reason not to start.
func (c *Container) keepTime() {
	const hour = 3600
	wall := c.cfg.Clock.Now()
	if !c.st.made() || c.st.Time.advance(wall.Unix(), c.floor(c.st, wall)).Mark < c.st.Time.Mark+hour {
		return
	}
	_ = c.changeWithin(1, func(_ *state, save func() error) error { return save() })
}

// keys are a container's own.
type keys struct {
	sign    wire.PrivateKey
	box     ecdh.KeyExchanger // nil = none
	pub     wire.ContainerKeys
	virtual bool
}

// softKeys reads the keys of a state that has them.
func softKeys(st *state) (k keys, err error) {
	seed, err := b64.DecodeString(st.Sign)
	if err == nil {
		k.sign, err = wire.Ed25519Key(seed)
	}
	if err != nil {
		return k, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	raw, err := b64.DecodeString(st.Box)
	if err == nil {
		var box *ecdh.PrivateKey
		if box, err = ecdh.X25519().NewPrivateKey(raw); err == nil && wire.EncryptionPublic(box) != st.BoxPublic {
			err = errors.New("the halves of a key do not belong together")
		}
		k.box = box
	}
	if err != nil {
		return k, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	k.pub = wire.ContainerKeys{
		Kind: wire.ContainerSoft, Sign: k.sign.Public().String(), Encrypt: wire.EncryptionPublic(k.box),
	}
	return k, nil
}

// makeSoftKeys gives the state its keys: both from one seed, so that a
// typed request, which has room for one, names them both.
func makeSoftKeys(st *state) error {
	var seed [32]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return err
	}
	sign, err := wire.Ed25519Key(seed[:])
	if err != nil {
		return err
	}
	box, err := wire.EncryptionKey(sign)
	if err != nil {
		return err
	}
	st.Sign, st.Box = b64.EncodeToString(seed[:]), b64.EncodeToString(box.Bytes())
	st.BoxPublic = wire.EncryptionPublic(box)
	return nil
}

// softHash returns the hash of the state's keys, "" if it has none. It derives
// the signing key's public half, because a license may count only where its
// container's key is; the other half is taken as it is written, since it proves
// nothing more and costs as much as a signature check.
func softHash(st *state) (string, error) {
	if st.Sign == "" {
		return "", nil
	}
	seed, err := b64.DecodeString(st.Sign)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	key, err := wire.Ed25519Key(seed)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return wire.ContainerKeys{Sign: key.Public().String(), Encrypt: st.BoxPublic}.Hash(), nil
}

// Clock returns the clock that the container was opened with.
func (c *Container) Clock() Clock { return c.cfg.Clock }

// Server returns the address of the gateway, "" if none is known.
func (c *Container) Server() string { return c.cfg.Server }

// Publisher returns the publisher's id, as it stands in licenses.
func (c *Container) Publisher() string { return c.pins.Issuer }

// Version returns the program's version as it was configured.
func (c *Container) Version() string { return c.cfg.Version }
