package license

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// read verifies a message and prepares everything about it that needs no
// transaction.
func (s *Service) read(ctx context.Context, by actor.Actor, token string) (*message, error) {
	hint, err := wire.Peek(token)
	if err != nil {
		return nil, ErrMessage.Wrap(err)
	}
	m := &message{typ: hint.Type, addr: by.Addr}
	switch hint.Type {
	case wire.TypeRequest:
		err = s.readRequest(ctx, m, token)
	case wire.TypeReceipt:
		err = s.readReceipt(ctx, m, token)
	case wire.TypeReturn:
		err = s.readReturn(ctx, m, token)
	default:
		err = ErrMessage
	}
	if err != nil {
		return nil, err
	}
	if !by.Publisher.IsZero() && by.Publisher != m.publisher {
		return nil, ErrUnknownCode
	}
	payload, ok := payloadOf(token)
	if !ok {
		return nil, ErrMessage
	}
	m.hash = sha256.Sum256(payload)
	m.exchange = exchangeIDOf(m.typ, m.keyHash, m.nonce, m.ctr)
	if m.typ == wire.TypeReceipt {
		m.confirms = []ExchangeID{
			exchangeIDOf(wire.TypeRequest, m.keyHash, m.nonce, 0), exchangeIDOf(wire.TypeReturn, m.keyHash, m.nonce, 0),
		}
	}
	return m, nil
}

// refuseToken turns an error of wire into a refusal.
func refuseToken(err error) error {
	if errors.Is(err, wire.ErrSignature) || errors.Is(err, wire.ErrUnknownKey) || errors.Is(err, wire.ErrSuite) {
		return ErrSignature.Wrap(err)
	}
	return ErrMessage.Wrap(err)
}

func (s *Service) readRequest(ctx context.Context, m *message, token string) error {
	req, _, err := wire.OpenRequest(token)
	if err != nil {
		return refuseToken(err)
	}
	m.req, m.nonce, m.ctr, m.at = req, req.Nonce, req.Counter, time.Unix(req.IssuedAt, 0)
	m.keyHash = req.Container.Hash()
	m.publisher = issuerID(req.Issuer)
	var ok bool
	if m.container, ok = containerIDOf(m.keyHash); !ok {
		return ErrMessage.At("/cnt")
	}
	if m.held, err = heldOf(req.Held); err != nil {
		return err
	}
	if err := s.readWants(m); err != nil {
		return err
	}
	if err := s.readMachine(m); err != nil {
		return err
	}
	return s.readCode(ctx, m)
}

// issuerID is the publisher that a message is for; zero if it names none, which
// has no tickets and no containers.
func issuerID(iss string) actor.PublisherID {
	p, err := db.ParseID[actor.Publisher](iss)
	if err != nil {
		return actor.PublisherID{}
	}
	return p
}

func heldOf(list []wire.Held) ([]held, error) {
	out := make([]held, 0, len(list))
	for _, h := range list {
		id, err := db.ParseID[License](h.LicenseID)
		if err != nil {
			return nil, ErrMessage.At("/held").Wrap(err)
		}
		out = append(out, held{id, h.Generation, h.Spent})
	}
	return out, nil
}

func (s *Service) readWants(m *message) error {
	for _, w := range m.req.Want {
		id, err := db.ParseID[License](w)
		if err != nil {
			return ErrNotWanted.At("/want")
		}
		m.want = append(m.want, id)
	}
	if m.req.Base != "" {
		id, err := db.ParseID[License](m.req.Base)
		if err != nil {
			return ErrNotWanted.At("/base")
		}
		m.base = id
	}
	if m.req.Lost != "" {
		id, err := db.ParseID[Activation](m.req.Lost)
		if err != nil {
			return ErrNotLost.At("/old")
		}
		m.lost = id
	}
	return nil
}

// readMachine keys the components once more, so that the database alone tells
// nothing about a machine.
func (s *Service) readMachine(m *message) error {
	if len(m.req.Fingerprint) > maxMarks {
		return ErrMessage.At("/fp")
	}
	marks := make([]Mark, 0, len(m.req.Fingerprint))
	for _, c := range m.req.Fingerprint {
		raw, err := b64.DecodeString(c.Hash)
		if err != nil || len(raw) != 16 {
			return ErrMessage.At("/fp")
		}
		m.shorts = append(m.shorts, wire.Short([16]byte(raw)))
		mark := Mark(s.vault.Blind(m.publisher, "fingerprint", append([]byte(c.Name+":"), raw...))[:8])
		marks, m.parts = append(marks, mark), append(m.parts, part{c.Name, mark})
	}
	m.marks = newFingerprint(marks)
	return nil
}

// readCode finds the keyed hashes of the code. A typing error is told before
// the database is asked.
func (s *Service) readCode(ctx context.Context, m *message) error {
	code := m.req.Code
	if m.req.Sealed != "" {
		known, err := s.exists(ctx, m.publisher)
		if err != nil {
			return err
		}
		if !known {
			return ErrUnknownCode
		}
		if code, err = s.ring.OpenCode(ctx, m.publisher, m.req.Nonce, m.req.Sealed); err != nil {
			return err
		}
	}
	if code == "" {
		return nil
	}
	if m.req.Sealed == "" {
		if is, err := s.readPairing(m, code); is {
			return err
		}
	}
	var err error
	m.lookups, m.keyed, err = s.lookups(code)
	return err
}

// lookups returns the names under which a typed ticket code or license key may
// be stored.
func (s *Service) lookups(code string) (ids []lookupID, keyed bool, err error) {
	normal, _, prefix, err := wire.ParseCode(code)
	if err != nil {
		return nil, false, typo(err)
	}
	return s.named(normal), prefix != "", nil
}

// typo is the refusal of a code that cannot be right.
func typo(err error) error {
	var ce *wire.CodeError
	if !errors.As(err, &ce) {
		return ErrCode.With("kind", strings.ToLower(string(wire.CodeCheck))).Wrap(err)
	}
	return ErrCode.With("kind", strings.ToLower(string(ce.Kind)), "got", ce.Got, "want", ce.Want, "pos", ce.Pos, "symbol", string(ce.Symbol))
}

func (s *Service) readReceipt(ctx context.Context, m *message, token string) error {
	claimed, err := unverified[wire.Receipt](token)
	if err != nil {
		return err
	}
	key, err := s.keyOf(ctx, m, claimed.Issuer, claimed.Container)
	if err != nil {
		return err
	}
	c, _, err := wire.Open[wire.Receipt](token, key)
	if err != nil {
		return refuseToken(err)
	}
	m.nonce, m.ctr, m.at = c.Nonce, c.Counter, time.Unix(c.IssuedAt, 0)
	m.held, err = heldOf(c.Held)
	return err
}

func (s *Service) readReturn(ctx context.Context, m *message, token string) error {
	claimed, err := unverified[wire.Return](token)
	if err != nil {
		return err
	}
	key, err := s.keyOf(ctx, m, claimed.Issuer, claimed.Container)
	if err != nil {
		return err
	}
	c, _, err := wire.Open[wire.Return](token, key)
	if err != nil {
		return refuseToken(err)
	}
	m.nonce, m.ctr, m.at = c.Nonce, c.Counter, time.Unix(c.IssuedAt, 0)
	id, err := db.ParseID[License](c.LicenseID)
	if err != nil {
		return ErrMessage.At("/lid").Wrap(err)
	}
	m.returned = held{id, c.Generation, c.Spent}
	return nil
}

// unverified reads whose key a message must be verified with.
func unverified[T any, P interface {
	*T
	wire.Claims
}](token string,
) (*T, error) {
	payload, ok := payloadOf(token)
	if !ok {
		return nil, ErrMessage
	}
	c, err := wire.DecodePayload[T, P](payload)
	if err != nil {
		return nil, ErrMessage.Wrap(err)
	}
	return c, nil
}

// keyOf finds the container that says it sent a message, and its signing key.
func (s *Service) keyOf(ctx context.Context, m *message, issuer, hash string) (wire.KeySet, error) {
	m.publisher, m.keyHash = issuerID(issuer), hash
	var ok bool
	if m.container, ok = containerIDOf(hash); !ok {
		return nil, ErrMessage.At("/cnt")
	}
	var box *Container
	err := s.db.For(m.publisher).ReadOne(ctx, func(r *db.Reader) error {
		var err error
		box, err = containerOf(r, m.publisher, m.container, false)
		return err
	})
	if errors.Is(err, ErrNotFound) || err == nil && box.Keys.Hash() != hash {
		return nil, ErrUnknownContainer
	}
	if err != nil {
		return nil, err
	}
	pub, err := wire.ParsePublicKey(box.Keys.Sign)
	if err != nil {
		return nil, fault.As(err)
	}
	return wire.Keys(pub), nil
}
