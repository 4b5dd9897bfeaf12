package license

import (
	"bytes"
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// renew records a new answer to a message whose recorded one can not be signed
// any more, because its key was revoked: the same licenses under the active key,
// with a new sequence. Licenses that have ended meanwhile are left out.
func (s *Service) renew(ctx context.Context, m *message, old *reply) (*reply, error) {
	var r *reply
	err := s.write(ctx, func(tx *db.Tx) error {
		k := s.newDesk(tx, m.publisher)
		if err := k.load([]*message{m}); err != nil {
			return err
		}
		x, box := k.exchanges[m.exchange], k.containers[m.container]
		if x == nil || x.answer == nil || box == nil {
			return ErrAnswerGone
		}
		if !bytes.Equal(x.answer, old.answer) { // somebody else was faster
			r = &reply{exchange: x.id, answer: x.answer, bundle: x.bundle}
			return nil
		}
		box.Seq++
		box.dirty = true
		claims, err := k.reissue(x.answer, box)
		if err != nil {
			return err
		}
		if r, err = s.prepareAll(k, claims, ""); err != nil {
			return err
		}
		n, err := tx.Exec(qExchangeRenew, r.answer, r.bundle, m.publisher, x.id, x.rev)
		if err := exactly(1, n, err); err != nil {
			return err
		}
		k.events = append(k.events, actor.Entry{
			Entity: "container", ID: box.ID, Event: "container.reissued", Data: servedData{Exchange: x.id}, By: box.pseudonym(),
		})
		return k.flush()
	})
	return r, err
}

// reissue makes the claims of a recorded answer anew.
func (k *desk) reissue(answer []byte, box *Container) ([]wire.Claims, error) {
	prepared, err := decodeAnswer(answer)
	if err != nil {
		return nil, err
	}
	now := k.tx.Now().Unix()
	var out []wire.Claims
	update := &wire.Update{Issuer: k.s.ring.Name(k.publisher), Container: box.Keys.Hash(), Seq: box.Seq, IssuedAt: now}
	for _, p := range prepared {
		if p.Typ == wire.TypeTyped {
			return k.reissueTyped(p, box)
		}
		if p.Typ == wire.TypeUpdate {
			u, err := wire.DecodePayload[wire.Update](p.Payload)
			if err != nil {
				return nil, ErrAnswerGone.Wrap(err)
			}
			u.Seq, u.IssuedAt = box.Seq, now
			out = append(out, u)
			continue
		}
		l, err := wire.DecodePayload[wire.License](p.Payload)
		if err != nil {
			return nil, ErrAnswerGone.Wrap(err)
		}
		update.Nonce = l.Nonce
		if k.holding(l, box.ID) {
			l.Seq, l.IssuedAt, l.Serial = box.Seq, now, wire.Serial(sign.NewSerial())
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		out = append(out, update)
	}
	return out, nil
}

// holding reports whether the container should still hold what l says.
func (k *desk) holding(l *wire.License, box ContainerID) bool {
	id, err := db.ParseID[License](l.ID)
	if err != nil {
		return false
	}
	for _, a := range k.here[box] {
		if a.License == id && a.Gen == l.Generation && !a.State.Leaving() {
			return true
		}
	}
	return false
}

// exists reports whether there is such a publisher.
func (s *Service) exists(ctx context.Context, p actor.PublisherID) (known bool, err error) {
	err = s.db.For(p).ReadOne(ctx, func(r *db.Reader) error {
		known, err = s.existsIn(r, p)
		return err
	})
	return known, err
}

func (s *Service) existsIn(q db.Querier, p actor.PublisherID) (bool, error) {
	if p.IsZero() {
		return false, nil
	}
	_, err := org.PublisherByID(q, p)
	if errors.Is(err, actor.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Serials yields the serials of every license that was issued under an issuing
// key, in pages of recorded answers. It is the issuance log that a revocation
// names; sign.Service.Serials is set to it.
func (s *Service) Serials(ctx context.Context, p actor.PublisherID, kid string, yield func(serial [8]byte) error) error {
	const page = 500
	after := ExchangeID{15: 1}
	for {
		n := 0
		var found [][8]byte
		err := s.db.For(p).ReadOne(ctx, func(r *db.Reader) error {
			rows, err := r.Query(qExchangePage, p, after, page)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var answer []byte
				if err := rows.Scan(&after, &answer); err != nil {
					return err
				}
				n++
				found = appendSerials(found, answer, kid)
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
		for _, serial := range found {
			if err := yield(serial); err != nil {
				return err
			}
		}
		if n < page {
			return nil
		}
	}
}

func appendSerials(out [][8]byte, answer []byte, kid string) [][8]byte {
	prepared, err := decodeAnswer(answer)
	if err != nil {
		return out
	}
	for _, p := range prepared {
		if p.Typ == wire.TypeTyped && p.KID == kid {
			if serial, err := wire.TypedSerial(p.Payload); err == nil {
				out = append(out, serial)
			}
		}
		if p.Typ != wire.TypeLicense || p.KID != kid {
			continue
		}
		l, err := wire.DecodePayload[wire.License](p.Payload)
		if err != nil {
			continue
		}
		if raw, err := b64.DecodeString(l.Serial); err == nil && len(raw) == 8 {
			out = append(out, [8]byte(raw))
		}
	}
	return out
}
