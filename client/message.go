package client

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/wire"
)

// Ask is what a request is for. The zero Ask is a refresh.
type Ask struct {
	Action   wire.Action // "" = wire.ActRefresh
	Code     string      // ticket or license key as it was typed; for activate, restore and borrow
	Pairing  string      `json:",omitempty"` // pairing code as it was typed, instead of Code; only to activate, and not for a file
	Want     []string    // license ids; nil = all that the code holds; of a borrow without Code, which ones are kept longer
	Quantity int64       // of each; 0 = one
	Lost     string      // of a restore: license id, where the code holds several, or the id of the lost device as online.HeldDevice names it
	Base     string      `json:",omitempty"` // which license here an upgrade, extension or add-on is to change, where several fit
	Until    time.Time   `json:",omitzero"`  // of a borrow: when it ends; zero = as late as the publisher allows
	File     bool        // the request travels as a file: its code is sealed to the depot
}

// Message is one that waits for its answer. Token is what is sent, always the
// same bytes.
type Message struct {
	Type      wire.Type
	Action    wire.Action // of a request
	Counter   int64       // unique; messages are sent in its order
	Nonce     string
	LicenseID string // of a return
	CodeHint  string // last group of the code, if there is one
	Made      time.Time
	Filed     bool // it was written to a file
	Token     string
}

func (m *outgoing) message() Message {
	return Message{
		Type: m.Type, Action: m.Action, Counter: m.Counter, Nonce: m.Nonce, LicenseID: m.License,
		CodeHint: m.Hint, Made: instant(m.Asked), Filed: m.Filed, Token: m.Token,
	}
}

// NewRequest makes a request and returns it when it is on the disk. The same
// question asked again while its answer is awaited is the same request. It
// checks the code's typing before anything else.
//
// Errors: *wire.CodeError, ErrNoCode (also for a pairing code where only a ticket
// or key will do), ErrNoDepot (for a file), ErrEmpty (a
// refresh before the first activation), ErrCloud, ErrTooMany, and those of the disk.
func (c *Container) NewRequest(ask Ask) (Message, error) {
	if ask.Action == "" {
		ask.Action = wire.ActRefresh
	}
	if c.inCloud() {
		return Message{}, ErrCloud
	}
	hint, err := ask.normalize()
	if err != nil {
		return Message{}, err
	}
	var made outgoing
	err = c.change(func(st *state, save func() error) error {
		if ask.Action == wire.ActRefresh && !st.made() {
			return ErrEmpty
		}
		if err := c.makeKeys(st); err != nil {
			return err
		}
		if err := c.signReturns(st); err != nil {
			return err
		}
		id := ask.hash()
		if i := slices.IndexFunc(st.Outbox, func(m outgoing) bool { return m.Ask == id }); i >= 0 {
			if made = st.Outbox[i]; !ask.File || !made.Clear {
				return save()
			}
			// It was meant for the wire and carries its code readably. It is
			// never sent again, so that the file's request may take its place.
			st.Outbox = slices.Delete(st.Outbox, i, i+1)
		}
		st.dropReceipts()
		if made, err = c.request(st, ask, id); err != nil {
			return err
		}
		made.Hint = hint
		if err := st.send(made); err != nil {
			return err
		}
		return save()
	})
	return made.message(), err
}

// normalize brings the code into its printed form.
func (a *Ask) normalize() (hint string, err error) {
	if a.Action != wire.ActBorrow {
		a.Until = time.Time{}
	}
	if !a.Until.IsZero() {
		a.Until = a.Until.UTC().Truncate(time.Second)
	}
	switch {
	case a.Action == wire.ActRefresh:
		a.Code, a.Pairing, a.Want, a.Quantity, a.Lost, a.Base = "", "", nil, 0, "", ""
		return "", nil
	case a.Pairing != "" && (a.Code != "" || a.File || a.Action != wire.ActActivate):
		return "", ErrNoCode
	case a.Pairing != "":
		p, err := wire.ParsePairing(a.Pairing)
		a.Pairing = p.String()
		return "", err // it is spent soon, and nobody would know a license by it
	case a.Code == "" && (len(a.Want) == 0 || a.Action == wire.ActRestore):
		return "", ErrNoCode
	case a.Code == "":
		return "", nil
	}
	_, hint, prefix, err := wire.ParseCode(a.Code)
	if err != nil {
		return "", err
	}
	if prefix == "" {
		t, err := wire.ParseTicket(a.Code)
		a.Code = t.String()
		return hint, err
	}
	k, err := wire.ParseKey(a.Code)
	a.Code = k.String()
	return hint, err
}

// hash names the question, so that asking it twice is one request.
func (a Ask) hash() string {
	a.File = false
	b, err := json.Marshal(a)
	if err != nil {
		return ""
	}
	h := sha256.Sum256(b)
	return b64.EncodeToString(h[:16])
}

// request makes and signs the message.
func (c *Container) request(st *state, ask Ask, id string) (out outgoing, err error) {
	k, err := c.keysOf(st)
	if err != nil {
		return out, err
	}
	wall := c.cfg.Clock.Now()
	out = outgoing{
		Type: wire.TypeRequest, Action: ask.Action, Nonce: newNonce(), Counter: st.Counter + 1, Asked: wall.Unix(), Ask: id,
	}
	now := st.Time.judge(wall.Unix(), c.floor(st, wall))
	r := &wire.Request{
		Issuer: c.pins.Issuer, Action: ask.Action, Nonce: out.Nonce, Counter: out.Counter, IssuedAt: now,
		Container: k.pub, Fingerprint: c.fingerprint(k), Virtual: c.machine.Virtual || k.virtual,
		Held: st.held(), Want: ask.Want, Quantity: ask.Quantity, Lost: ask.Lost, Base: ask.Base, Product: c.cfg.Product,
		App: wire.App{Version: short(c.cfg.Version), OS: runtime.GOOS, Arch: runtime.GOARCH},
	}
	if !ask.Until.IsZero() {
		r.Until = ask.Until.Unix()
	}
	switch {
	case ask.Pairing != "":
		r.Code, out.Clear = ask.Pairing, true
	case ask.Code == "":
	case ask.File:
		if r.Sealed, err = c.seal(out.Nonce, ask.Code, now); err != nil {
			return out, err
		}
	default:
		r.Code, out.Clear = ask.Code, true
	}
	out.Token, err = wire.SignClaims(k.sign, r)
	return out, err
}

// short cuts a version to what a request may say: so many bytes, and nothing that
// does not print. A strange version is no reason not to activate.
func short(s string) string {
	const most = 64
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != utf8.RuneError {
			return r
		}
		return -1
	}, s)
	for len(s) > most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// seal hides a code in a request file from everybody but the depot.
func (c *Container) seal(nonce, code string, now int64) (string, error) {
	if c.pins.Depot == "" {
		return "", ErrNoDepot
	}
	t, err := wire.NewTrust(c.pins)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPins, err)
	}
	c.mu.RLock()
	lines := c.view.trust.Lines()
	c.mu.RUnlock()
	for _, l := range lines {
		_ = t.Extend(l)
	}
	depot, err := t.DepotKey(now)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoDepot, err)
	}
	return wire.SealCode(depot.Public, nonce, code)
}

func newNonce() string {
	var n [wire.NonceLen]byte
	_, _ = rand.Read(n[:]) // never fails: the program ends where there is no randomness
	return wire.Nonce(n)
}

// send puts a message behind those that wait.
func (s *state) send(m outgoing) error {
	if len(s.Outbox) >= maxOutbox {
		return ErrTooMany
	}
	s.Counter = m.Counter
	s.Outbox = append(s.Outbox, m)
	return nil
}

// NewReturn gives a license back: it is gone from the disk before the message
// that proves it is signed. Asked again, it returns the same message until the
// server has answered. There is no way back but a new activation.
//
// Errors: ErrNotHeld, ErrUnbound, ErrNotHere (a copied folder cannot give the
// original's seat away), ErrCloud, ErrTooMany, and those of the disk.
func (c *Container) NewReturn(licenseID string) (Message, error) {
	if c.inCloud() {
		return Message{}, ErrCloud
	}
	var made Message
	err := c.change(func(st *state, save func() error) error {
		if i := st.license(licenseID); i >= 0 {
			if err := c.mayReturn(st, st.Licenses[i]); err != nil {
				return err
			}
			if len(st.Outbox)+st.unsigned() >= maxOutbox {
				return ErrTooMany // before the license is gone
			}
			st.bury(licenseID, st.Licenses[i].Generation, true)
			if err := save(); err != nil {
				return err
			}
		}
		if err := c.signReturns(st); err != nil {
			return err
		}
		i := slices.IndexFunc(st.Outbox, func(m outgoing) bool { return m.License == licenseID })
		if i < 0 {
			return ErrNotHeld
		}
		made = st.Outbox[i].message()
		return save()
	})
	return made, err
}

func (c *Container) mayReturn(st *state, l stored) error {
	if l.Free {
		return ErrUnbound
	}
	v, err := c.look(st)
	if err != nil {
		return err
	}
	for _, h := range v.held {
		if h.ID == l.ID && errors.Is(h.err, wire.ErrContainer) {
			return fmt.Errorf("%w: %w", ErrNotHere, h.err)
		}
	}
	return nil
}

// signReturns makes the messages of tombstones that have none: the process may
// have ended between the two steps of a return.
func (c *Container) signReturns(st *state) error {
	for i := range st.Removed {
		t := &st.Removed[i]
		if !t.Return || t.Counter != 0 {
			continue
		}
		k, err := c.keysOf(st)
		if err != nil {
			return err
		}
		m := outgoing{
			Type: wire.TypeReturn, Nonce: newNonce(), Counter: st.Counter + 1,
			Asked: c.cfg.Clock.Now().Unix(), License: t.ID,
		}
		m.Token, err = wire.SignClaims(k.sign, &wire.Return{
			Issuer: c.pins.Issuer, Container: k.pub.Hash(), Nonce: m.Nonce, Counter: m.Counter,
			IssuedAt: max(m.Asked, 0), LicenseID: t.ID, Generation: t.Generation, Spent: t.Spent,
		})
		if err != nil {
			return err
		}
		if err := st.send(m); err != nil {
			return err
		}
		t.Counter = m.Counter
	}
	return nil
}

// receipt queues the receipt of an installed answer; its bytes are on the disk
// together with what they confirm, so they cannot leave before it.
func (c *Container) receipt(st *state, nonce string) error {
	k, err := c.keysOf(st)
	if err != nil {
		return err
	}
	st.dropReceipts()
	m := outgoing{Type: wire.TypeReceipt, Nonce: nonce, Counter: st.Counter + 1, Asked: c.cfg.Clock.Now().Unix()}
	m.Token, err = wire.SignClaims(k.sign, &wire.Receipt{
		Issuer: c.pins.Issuer, Container: k.pub.Hash(), Nonce: nonce, Counter: m.Counter,
		IssuedAt: max(m.Asked, 0), Held: st.held(),
	})
	if err != nil {
		return err
	}
	return st.send(m)
}

// NewReceipt returns the receipt of the newest answer while it waits to be
// sent. ErrNotHeld says that none does: it was sent, or the next request says
// the same.
func (c *Container) NewReceipt() (Message, error) {
	for _, m := range c.Waiting() {
		if m.Type == wire.TypeReceipt {
			return m, nil
		}
	}
	return Message{}, ErrNotHeld
}

// Waiting returns the messages that wait for their answer, in the order in
// which they are to be sent.
func (c *Container) Waiting() (out []Message) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, m := range c.st.Outbox {
		out = append(out, m.message())
	}
	return out
}

// Complete signs what a crash has left unsigned and returns the messages that
// wait, as they are on the disk.
func (c *Container) Complete() ([]Message, error) {
	if err := c.Reload(); err != nil {
		return nil, err
	}
	c.mu.RLock()
	open := c.st.unsigned() > 0 && len(c.st.Outbox) < maxOutbox // else when some of it has left
	c.mu.RUnlock()
	if open {
		err := c.change(func(st *state, save func() error) error {
			if err := c.signReturns(st); err != nil {
				return err
			}
			return save()
		})
		if err != nil {
			return nil, err
		}
	}
	return c.Waiting(), nil
}

// RequestFile returns what waits, as the file to hand in at the depot: usually
// one line, and more when a return goes before a request. Receipts stay away. A
// request that carries its code readably, because it was meant for the wire, is
// given up: ask it again for the file. From now on these messages may arrive at
// any time: do not Discard them. ErrNothing says that nothing waits.
func (c *Container) RequestFile() ([]byte, error) {
	var tokens []string
	err := c.change(func(st *state, save func() error) error {
		if err := c.signReturns(st); err != nil {
			return err
		}
		for i := range st.Outbox {
			m := &st.Outbox[i]
			if m.Type == wire.TypeReceipt || m.Clear {
				continue
			}
			m.Filed = true
			tokens = append(tokens, m.Token)
		}
		if len(tokens) == 0 {
			return ErrNothing
		}
		// One that goes later over the wire must not be older than a filed one.
		st.Outbox = slices.DeleteFunc(st.Outbox, func(m outgoing) bool { return m.Clear })
		return save()
	})
	if err != nil {
		return nil, err
	}
	f, err := wire.NewFile(tokens...)
	return f.Bytes(), err
}

// Discard forgets a message that waits: the server has refused it for good, or
// it will never be handed in. A message that arrives after a later one makes the
// server take the container for a copy. A return stays carried out.
func (c *Container) Discard(counter int64) error {
	return c.change(func(st *state, save func() error) error {
		i := slices.IndexFunc(st.Outbox, func(m outgoing) bool { return m.Counter == counter })
		if i < 0 {
			return nil
		}
		st.Outbox = slices.Delete(st.Outbox, i, i+1)
		return save()
	})
}
