package client

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// TypedRequest is what a machine shows on which everything is typed. Somebody
// types it on the publisher's page, the ticket beside it, and types here what the
// page answers.
type TypedRequest struct {
	Groups []string // four of fifteen symbols, each printed as three fives; nil = none
	Made   time.Time
}

// String returns the groups, one to a line.
func (r TypedRequest) String() string { return strings.Join(r.Groups, "\n") }

// NewTyped returns the typed request that waits for its answer, and makes one where
// none does; it is on the disk when the call returns. It says nothing of a ticket, and
// what is answered is one license. It is not signed, so a return or a refresh cannot be
// typed.
//
// Errors: ErrNotTyped, ErrCloud, ErrCopied, and those of the disk.
func (c *Container) NewTyped() (TypedRequest, error) {
	if c.inCloud() {
		return TypedRequest{}, ErrCloud
	}
	var made TypedRequest
	err := c.change(func(st *state, save func() error) (err error) {
		if c.cfg.Keys != nil {
			return ErrNotTyped
		}
		if st.Ref != "" {
			return ErrKeyStore
		}
		if err := c.makeKeys(st); err != nil {
			return err
		}
		if err := c.atHome(st); err != nil {
			return err
		}
		again, home := st.Typed.Open, c.knownBy()
		if !again {
			st.ask(c.cfg.Clock.Now().Unix())
		}
		if made, err = c.typedRequest(st); err != nil {
			return err
		}
		if again && slices.Equal(st.Home, home) {
			return nil
		}
		st.Home = home
		return save()
	})
	return made, err
}

// DiscardTyped forgets the typed request that waits: its answer cannot be typed here
// any more. The next one has another number. Where a seat was taken for it, the same
// ticket takes no second one.
func (c *Container) DiscardTyped() error {
	return c.change(func(st *state, save func() error) error {
		if !st.Typed.Open {
			return nil
		}
		st.Typed = question{}
		return save()
	})
}

// ask makes the next typed request.
func (s *state) ask(asked int64) {
	s.Number++
	s.Typed = question{
		Open: true, Number: s.Number & wire.MaxTypedNumber, Asked: asked, Counter: s.Counter, Epoch: s.Epoch, Seq: s.Seq,
	}
	for _, t := range s.Removed {
		unsent := t.Return && t.Counter == 0
		if unsent || slices.ContainsFunc(s.Outbox, func(m outgoing) bool { return m.License == t.ID }) {
			s.Typed.Unsaid = append(s.Typed.Unsaid, t.ID)
		}
	}
}

// typedRequest is what the state's question looks like. ErrNotTyped says that the
// encryption key is not the one that belongs to the signing key.
func (c *Container) typedRequest(st *state) (out TypedRequest, err error) {
	k, err := c.keysOf(st)
	if err != nil {
		return out, err
	}
	r := wire.TypedRequest{Number: st.Typed.Number}
	copy(r.Sign[:], k.sign.Public().Bytes)
	named, err := r.Keys()
	if err != nil || named != k.pub {
		return out, ErrNotTyped
	}
	return TypedRequest{Groups: strings.Split(r.String(), "\n"), Made: instant(st.Typed.Asked)}, nil
}

// knownBy is what the machine is known by, in the form that a license has.
func (c *Container) knownBy() (out []string) {
	for _, p := range c.machine.parts(c.pins.SaltBytes()) {
		if raw, err := b64.DecodeString(p.Hash); err == nil && len(raw) == 16 {
			out = append(out, wire.Short([16]byte(raw)))
		}
	}
	return out
}

// atHome refuses to ask in the name of another machine's container: a typed request
// does not say where it was made, so the server could not tell.
func (c *Container) atHome(st *state) error {
	if !wire.Match(st.Home, c.salted, (len(st.Home)+1)/2) {
		return ErrCopied
	}
	v, err := c.look(st)
	if err != nil {
		return err
	}
	for _, h := range v.held {
		if errors.Is(h.err, wire.ErrContainer) {
			return ErrCopied
		}
	}
	return nil
}

// verifyTyped is verify for a license that was typed: it is held against what the
// machine was known by when it asked.
func (c *Container) verifyTyped(t *wire.Trust, hash string, s stored) (*wire.License, error) {
	l, err := wire.OpenTyped(t, s.Token, hash, s.Number)
	if err != nil {
		return nil, err
	}
	// Of a machine that shows fewer than are asked for all must match, and one at least.
	if !wire.Match(s.Parts, c.salted, min(l.Container.Min, max(1, len(s.Parts)))) {
		return l, wire.ErrFingerprint
	}
	return l, nil
}

// InstallTyped verifies what was typed as the answer to the typed request that waits,
// and takes the license over. While somebody types, wire.CheckTypedGroup checks one
// group and wire.TypedGroups knows when it is whole. The same answer again is no error
// while its license is here.
//
// Errors: *wire.CodeError that names the group; ErrTypedKey (see LearnTyped);
// ErrTypedOther for the answer to another request or for another machine;
// ErrNotAsked when no request waits; ErrOld when something newer is known of the
// license, or it was removed since; wire.ErrFingerprint; and those of the disk.
func (c *Container) InstallTyped(answer string) (Installed, error) {
	groups, _, err := wire.TypedGroups(wire.TypedAnswerCode, answer)
	if err != nil {
		return Installed{}, err
	}
	var out Installed
	err = c.change(func(st *state, save func() error) error {
		in := stored{Token: strings.Join(groups, "\n"), Typed: true, Number: st.Typed.Number, Parts: st.Home}
		trust, err := c.trust(st.Trust)
		if err != nil {
			return err
		}
		hash, err := c.hashOf(st)
		if err != nil {
			return err
		}
		if again, err := st.typedBefore(trust, hash, in.Token); again {
			out.Repeat = err == nil
			return err
		}
		if !st.Typed.Open {
			return ErrNotAsked
		}
		l, err := c.verifyTyped(trust, hash, in)
		if err != nil {
			return typedRefusal(err)
		}
		if in.ID, in.Generation = l.ID, l.Generation; st.older(in) {
			return fmt.Errorf("%w: license %s", ErrOld, l.ID)
		}
		c.takeTyped(st, in, l)
		out.Licenses = []string{l.ID}
		return save()
	})
	return out, err
}

// typedRefusal puts what verification says into the words of somebody who types.
func typedRefusal(err error) error {
	switch {
	case errors.Is(err, wire.ErrUnknownKey):
		return fmt.Errorf("%w: %w", ErrTypedKey, err)
	case errors.Is(err, wire.ErrSignature), errors.Is(err, wire.ErrMalformed):
		return fmt.Errorf("%w: %w", ErrTypedOther, err)
	}
	return err
}

// typedBefore finds an answer that was typed before. It is no error while its
// license, or a newer one of the same, is here.
func (s *state) typedBefore(t *wire.Trust, hash, token string) (again bool, err error) {
	sum := sumOf(token)
	for _, d := range s.Done {
		number, typed := typedNumber(d.Nonce)
		if !typed || d.Sum != sum {
			continue
		}
		l, err := wire.OpenTyped(t, token, hash, number)
		if err == nil && s.license(l.ID) < 0 {
			err = fmt.Errorf("%w: license %s was removed", ErrOld, l.ID)
		}
		return true, err
	}
	return false, nil
}

// older reports whether the container knows of something newer than a typed answer:
// the license is here in a later generation, or was delivered by another carrier
// after the question; or it was removed, and the question was asked before, or the
// server had not heard of it. Messages have an order at the server; typed requests
// have none, so the doubt is against them.
func (s *state) older(in stored) bool {
	q := s.Typed
	if t := s.grave(in.ID); t != nil {
		asked := t.Return && t.Counter != 0 && t.Counter <= q.Counter && !slices.Contains(q.Unsaid, in.ID)
		if in.Generation < t.Generation || in.Generation == t.Generation && !asked {
			return true
		}
	}
	i := s.license(in.ID)
	if i < 0 {
		return false
	}
	have := s.Licenses[i].Generation
	return in.Generation < have || in.Generation == have && (s.Epoch != q.Epoch || s.Seq != q.Seq)
}

// takeTyped puts a typed license in.
func (c *Container) takeTyped(st *state, in stored, l *wire.License) {
	st.Removed = slices.DeleteFunc(st.Removed, func(t tombstone) bool { return t.ID == in.ID })
	if i := st.license(in.ID); i >= 0 {
		in.Hint = st.Licenses[i].Hint
		st.Licenses[i] = in
	} else {
		st.Licenses = append(st.Licenses, in)
	}
	const hour = 3600 // the issue is a whole one: the server's time was within it
	if q := st.Typed; q.Epoch == st.Epoch && q.Seq == st.Seq {
		wall := c.cfg.Clock.Now()
		st.Time = st.Time.heal(max(l.IssuedAt, min(st.Time.Signed, l.IssuedAt+hour-1)), q.Asked, wall.Unix())
		c.measured.Store(&measured{wall, st.Time.floor(c.cfg.build())})
	}
	st.remember(typedNonce(in.Number), sumOf(in.Token))
	st.Typed = question{}
}

const typedMark = "typed "

// typedNonce stands among the nonces of answers for the number of a typed request.
func typedNonce(number int) string { return fmt.Sprint(typedMark, number) }

func typedNumber(nonce string) (number int, ok bool) {
	digits, ok := strings.CutPrefix(nonce, typedMark)
	if !ok {
		return 0, false
	}
	_, err := fmt.Sscan(digits, &number)
	return number, err == nil
}

func sumOf(token string) string {
	h := sha256.Sum256([]byte(token))
	return b64.EncodeToString(h[:])
}

// LearnTyped learns the issuing key that a typed code names, for answers that it
// has signed: for a program that is older than the key. Once learned it is kept.
//
// Errors: *wire.CodeError that names the group, wire.ErrUnknownKey for another
// publisher's, those of wire.Trust.Extend, and those of the disk.
func (c *Container) LearnTyped(key string) error {
	return c.change(func(st *state, save func() error) error {
		trust, err := c.trust(st.Trust)
		if err != nil {
			return err
		}
		if err := trust.ExtendTyped(key); err != nil {
			return err
		}
		st.Trust = trust.Lines()
		return save()
	})
}
