package license

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// TypedInput asks for the license of a machine that has neither a network nor a
// port.
type TypedInput struct {
	Code    string    // ticket or license key, as typed
	Request string    // what the machine shows, as typed
	License LicenseID // which license of the code; zero = the only one that can be activated
}

// ActivateTyped places a license of a code in the container that a typed request
// names, and returns what is to be typed on its machine. It takes a seat as any
// activation does; the same request for the same license gets the same answer. by
// may be anonymous: the code is the proof. Errors: license.typed_typo (which group),
// license.typed_request, those of Look, license.typed_which where the code holds
// several, license.not_in_ticket, license.not_typed for a license that this carrier
// cannot say, license.suspect, license.container_blocked, the refusals of a ticket
// and a license, sign.no_key, and the database's.
func (s *Service) ActivateTyped(ctx context.Context, by actor.Actor, in TypedInput) (TypedAnswer, error) {
	asked, err := wire.ParseTypedRequest(in.Request)
	if err != nil {
		return TypedAnswer{}, typedTypo(err)
	}
	keys, err := asked.Keys()
	if err != nil {
		return TypedAnswer{}, ErrTypedRequest.Wrap(err)
	}
	m := &message{
		typ: wire.TypeTyped, addr: by.Addr, keyHash: keys.Hash(), typed: &typedAsk{asked.Number},
		req: &wire.Request{Action: wire.ActActivate, Container: keys},
	}
	err = s.find(ctx, by, in.Code, func(r *db.Reader, f found) error {
		l, err := typedChoice(f, in.License, r.Now())
		if err == nil {
			m.publisher, m.want, m.nonce = f.publisher, []LicenseID{l}, typedNonce(asked.Number, l)
		}
		return err
	})
	if err != nil {
		return TypedAnswer{}, err
	}
	m.container, _ = containerIDOf(m.keyHash)
	m.exchange, m.hash = exchangeIDOf(m.typ, m.keyHash, m.nonce, 0), sha256.Sum256([]byte(m.nonce))
	if m.lookups, m.keyed, err = s.lookups(in.Code); err != nil {
		return TypedAnswer{}, err
	}
	return s.typedAnswer(ctx, m)
}

func (s *Service) typedAnswer(ctx context.Context, m *message) (out TypedAnswer, err error) {
	var r *reply
	err = again(func() error {
		r, err = s.inbox.Do(ctx, m)
		return err
	})
	if err != nil {
		return out, err
	}
	lines, err := s.say(ctx, m, r)
	if err != nil {
		return out, err
	}
	out.License, out.Answer = m.want[0], lines[len(lines)-1]
	// The answer's own key is the last of the certificates before it.
	for _, line := range slices.Backward(lines[:len(lines)-1]) {
		if hint, err := wire.Peek(line); err == nil && hint.Type == wire.TypeCert {
			if out.Key, err = wire.PrintTypedKey(line); err == nil {
				break
			}
		}
	}
	return out, nil
}

// typedChoice finds the one license that a typed request is about. One that is
// there already is found too: the answer may have been mislaid.
func typedChoice(f found, named LicenseID, now time.Time) (LicenseID, error) {
	if !named.IsZero() {
		if !slices.ContainsFunc(f.licenses, func(l *License) bool { return l.ID == named }) {
			return named, ErrNotWanted.At("license")
		}
		return named, nil
	}
	if len(f.licenses) == 1 {
		return f.licenses[0].ID, nil
	}
	ready, err := choose(f.licenses, nil, now)
	switch {
	case err != nil:
		return named, err
	case len(ready) > 1:
		return named, ErrTypedWhich.With("count", len(ready)).At("license")
	}
	return ready[0], nil
}

// typedTypo is the refusal of a typed request that cannot be right.
func typedTypo(err error) error {
	var ce *wire.CodeError
	if !errors.As(err, &ce) || ce.Group == 0 {
		return ErrTypedRequest.At("request").Wrap(err)
	}
	return ErrTypedTypo.With("group", ce.Group, "kind", strings.ToLower(string(ce.Kind)), "got", ce.Got, "want", ce.Want).At("request")
}

// reissueTyped makes the claims of a recorded typed answer anew.
func (k *desk) reissueTyped(p sign.Prepared, box *Container) ([]wire.Claims, error) {
	a, err := wire.DecodeTyped(p.Payload)
	if err != nil {
		return nil, ErrAnswerGone.Wrap(err)
	}
	if !k.holding(&a.License, box.ID) {
		return nil, ErrAnswerGone
	}
	contact := a.License.NextContact - a.License.IssuedAt
	a.License.IssuedAt = k.tx.Now().Truncate(typedHour).Unix()
	if a.License.NextContact != 0 {
		a.License.NextContact = a.License.IssuedAt + contact
	}
	return []wire.Claims{a}, nil
}
