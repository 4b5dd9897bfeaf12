package license

import (
	"context"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// ValidateInput asks whether a license key is good.
type ValidateInput struct {
	Key     string // as typed
	Nonce   string // 16 bytes, base64url; stands in the answer
	Product string // code of the asking program's product; "" = any
}

// Validity is the signed answer about a license key.
type Validity struct {
	Token string   `json:"token"` // a val token
	Chain []string `json:"chain"` // the lines that a verifier learns its key from
}

// Validate answers whether a license key is good: what it gives, until when, or
// why not, signed for this nonce. It writes nothing. by may be anonymous: the key
// is the proof. Errors: license.code_typo, license.unknown_code (for foreign
// keys, too), license.too_many_tries, license.bad_message for a bad nonce,
// sign.no_key.
func (s *Service) Validate(ctx context.Context, by actor.Actor, in ValidateInput) (Validity, error) {
	if raw, err := b64.DecodeString(in.Nonce); err != nil || len(raw) != wire.NonceLen {
		return Validity{}, ErrMessage.At("/nonce")
	}
	key, err := wire.ParseKey(in.Key)
	if err != nil {
		return Validity{}, typo(err)
	}
	if err := s.guessing(ctx, by); err != nil {
		return Validity{}, err
	}
	p, ticket, l, err := s.keyed(ctx, by, key)
	if err != nil {
		return Validity{}, err
	}
	now := s.db.Now()
	token, err := s.ring.Sign(ctx, p, l.validation(s.ring.Name(p), ticket, in, now))
	if err != nil {
		return Validity{}, err
	}
	return Validity{Token: token, Chain: s.ring.Bundle(p)}, nil
}

// guessing refuses an address that has tried too many wrong codes.
func (s *Service) guessing(ctx context.Context, by actor.Actor) error {
	near, _ := network(by.Addr)
	if near == "" || s.clean.has(near, s.db.Now()) {
		return nil
	}
	return s.db.Read(ctx, func(r *db.Reader) error {
		g := guesses{s: s, q: r}
		return g.from(by.Addr)
	})
}

// keyed finds the license of a key. What it does not find is charged.
func (s *Service) keyed(ctx context.Context, by actor.Actor, key wire.Key) (p actor.PublisherID, ticket TicketState, l *License, err error) {
	for _, h := range s.vault.Lookups(key.Bytes()) {
		row, err := s.keyRow(ctx, lookupID(h[:16]))
		if err == nil {
			p, ticket, l = row.publisher, row.ticket, row.license
			break
		}
		if !errors.Is(err, db.ErrNotFound) {
			return p, "", nil, err
		}
	}
	if l == nil || !by.Publisher.IsZero() && by.Publisher != p {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.chargeGuess(tx, by.Publisher, by.Addr) })
		if err == nil {
			err = ErrUnknownCode
		}
		return p, "", nil, err
	}
	if t, ok := s.terms.get(snapshotKey{p, l.Snapshot}); ok && l.Effects == 0 {
		l.sold, l.terms = t, t
		return p, ticket, l, nil
	}
	err = s.db.For(p).Read(ctx, func(r *db.Reader) error { return s.attach(r, p, []*License{l}) })
	return p, ticket, l, err
}

// keyRow reads the row of a key: on PostgreSQL together with those that are asked
// for at the same time, because a round trip costs more than the row.
func (s *Service) keyRow(ctx context.Context, id lookupID) (row keyRow, err error) {
	if s.db.Engine() == db.Postgres {
		return s.keys.Do(ctx, id)
	}
	err = s.db.ReadOne(ctx, func(r *db.Reader) error {
		row, err = keyRowOf(r, id)
		return err
	})
	return row, err
}

// validation is the claims of the answer.
func (l *License) validation(issuer string, ticket TicketState, in ValidateInput, now time.Time) *wire.Validation {
	item := &l.terms.Item
	v := &wire.Validation{Issuer: issuer, Nonce: in.Nonce, IssuedAt: now.Unix(), LicenseID: l.ID.String(), Product: item.Product}
	if err := l.valid(ticket, in.Product, now); err != nil {
		v.Why = fault.CodeOf(err)
		return v
	}
	v.OK, v.Article, v.Features, v.Limits = true, item.ArticleNumber, item.Features, item.Limits
	if !l.First.IsZero() || item.Model.Duration.From != "first_activation" {
		v.Expires = unix(l.terms.Span(l.First, now, l.Until).Until)
	}
	if d := item.Model.RefreshDays; d > 0 {
		v.NextContact = now.Add(time.Duration(d) * day24).Unix()
	}
	return v
}

// valid says whether the key is good for a program of a product.
func (l *License) valid(ticket TicketState, product string, now time.Time) error {
	if product != "" && product != l.terms.Item.Product {
		return ErrOtherProduct.With("product", l.terms.Item.Product, "value", product)
	}
	if err := ticket.Open(); err != nil {
		return err
	}
	if err := l.State.Open(); err != nil {
		return err
	}
	if l.changes() {
		return ErrChangesOnly
	}
	if last, over := l.over(now); over {
		return l.ended(last)
	}
	if from := l.terms.Span(l.First, now, l.Until).From; from.After(now) {
		return ErrNotYet.With("from", l.terms.From)
	}
	return nil
}
