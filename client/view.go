package client

import (
	"errors"

	"github.com/licet/licet/wire"
)

// view is what was verified of a state. It does not depend on the time.
type view struct {
	trust *wire.Trust
	hash  string // of the container's keys; "" = it has none yet
	held  []holding
}

// holding is a license with what verification said.
type holding struct {
	stored
	lic *wire.License // nil if it could not be verified
	err error         // why it does not hold here, whatever the time is
	why string        // code of a block
}

// look verifies a state.
func (c *Container) look(st *state) (v view, err error) {
	if v.trust, err = c.trust(st.Trust); err != nil {
		return v, err
	}
	if v.hash, err = c.hashOf(st); err != nil {
		return v, err
	}
	blocks := c.blocks(v.trust, st.Blocks)
	for _, l := range st.Licenses {
		h := holding{stored: l}
		h.lic, h.err = c.verifyStored(v.trust, v.hash, l)
		if h.err == nil && (h.lic.ID != l.ID || h.lic.Generation != l.Generation) {
			h.lic, h.err = nil, ErrDamaged
		}
		if h.lic != nil {
			h.Blocked, h.why = l.Blocked, l.Why
			if why, blocked := blocks.names(h.lic, v.hash); blocked && !h.Blocked {
				h.Blocked, h.why = true, why
			}
		}
		v.held = append(v.held, h)
	}
	return v, nil
}

// trust makes what is believed of the publisher from the pins and the lines
// learned so far. A line that is not believed any more is passed over.
func (c *Container) trust(lines []string) (*wire.Trust, error) {
	pins := c.pins
	pins.Depot = "" // its signature is checked when something is sealed
	t, err := wire.NewTrust(pins)
	if err != nil {
		return nil, errors.Join(ErrPins, err)
	}
	for _, l := range lines {
		_ = t.Extend(l)
	}
	return t, nil
}

// verifyStored is verify for a license that is here.
func (c *Container) verifyStored(t *wire.Trust, hash string, l stored) (*wire.License, error) {
	if l.Typed {
		return c.verifyTyped(t, hash, l)
	}
	return c.verify(t, hash, l.Token)
}

// verify checks a license for this container on this machine, whatever product
// it is for and whatever the time is. The license comes with ErrFingerprint and
// ErrContainer too, so that it can be shown.
func (c *Container) verify(t *wire.Trust, hash, token string) (*wire.License, error) {
	const anytime = 1
	l, _, err := wire.VerifyLicense(token, t, wire.Check{Now: anytime, Container: hash, Components: c.salted})
	if errors.Is(err, wire.ErrContainer) {
		l, e := wire.OpenIssued[wire.License](t, token)
		if e != nil {
			return nil, e
		}
		return l, err
	}
	return l, err
}

// blockList is the newest one that was installed.
type blockList struct {
	upTo  map[string]int64 // license → generation
	boxes map[string]int64 // container → when the list was issued
}

// blocks reads the parts of the installed block list.
func (c *Container) blocks(t *wire.Trust, tokens []string) blockList {
	b := blockList{upTo: map[string]int64{}, boxes: map[string]int64{}}
	for _, token := range tokens {
		l, err := wire.OpenIssued[wire.BlockList](t, token)
		if err != nil {
			continue // its key was revoked meanwhile
		}
		for _, h := range l.Licenses {
			b.upTo[h.LicenseID] = max(b.upTo[h.LicenseID], h.Generation)
		}
		for _, k := range l.Containers {
			b.boxes[k] = max(b.boxes[k], l.IssuedAt)
		}
	}
	return b
}

// listed is the code of a block by the list.
const listed = "listed"

// names reports whether the list blocks a license here. Of a container it says
// nothing about what was issued later: whoever has issued that knew of the list.
func (b blockList) names(l *wire.License, hash string) (why string, blocked bool) {
	return listed, l.Generation <= b.upTo[l.ID] || hash != "" && l.IssuedAt <= b.boxes[hash]
}
