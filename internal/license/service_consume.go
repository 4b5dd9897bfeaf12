package license

import (
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// ConsumptionID names a consumption by key.
type ConsumptionID = db.ID[Consumed]

// ConsumeInput consumes units of a usage-counted license by its key.
type ConsumeInput struct {
	Key     string // as typed
	Nonce   string // 16 bytes, base64url; the same nonce consumes once
	Units   int64  // 1 to 1,000,000,000
	Product string // code of the asking program's product; "" = any
}

// Consumed is what was consumed, and what is left for the next.
type Consumed struct {
	Unit  string `json:"unit"`  // name of the limit that counts
	Units int64  `json:"units"` // consumed now
	Spent int64  `json:"spent"` // of the license by then, by devices and by key
	Left  int64  `json:"left"`  // units that could still be consumed by key
}

// Consume lets a program that has no container consume units of a usage-counted
// license, when it is online. The same key and nonce consume once and get the same
// answer again; with another number of units they are refused. by may be anonymous:
// the key is the proof. It is journaled. Errors: license.code_typo,
// license.unknown_code, license.too_many_tries, license.bad_message for a bad nonce,
// license.bad_quantity, license.not_counted for a license of another kind,
// license.no_units, license.nonce_used, and the refusals of a ticket and a license.
func (s *Service) Consume(ctx context.Context, by actor.Actor, in ConsumeInput) (Consumed, error) {
	var out Consumed
	if raw, err := b64.DecodeString(in.Nonce); err != nil || len(raw) != wire.NonceLen {
		return out, ErrMessage.At("/nonce")
	}
	if in.Units < 1 || in.Units > MaxQuantity {
		return out, ErrBadQuantity.At("/units").With("value", in.Units, "limit", int64(MaxQuantity))
	}
	key, err := wire.ParseKey(in.Key)
	if err != nil {
		return out, typo(err)
	}
	if err := s.guessing(ctx, by); err != nil {
		return out, err
	}
	p, _, found, err := s.keyed(ctx, by, key)
	if err != nil {
		return out, err
	}
	err = s.write(ctx, func(tx *db.Tx) error {
		out, err = s.consume(tx, p, found.ID, in)
		return err
	})
	return out, err
}

// consume consumes under the license's lock.
func (s *Service) consume(tx *db.Tx, p actor.PublisherID, id LicenseID, in ConsumeInput) (Consumed, error) {
	list, err := s.lockLicenses(tx, p, db.IDs[License]{id})
	if err != nil {
		return Consumed{}, err
	}
	l, err := one(list, nil)
	if err != nil {
		return Consumed{}, err
	}
	name, _ := l.terms.unit()
	if name == "" {
		return Consumed{}, ErrNotCounted
	}
	out := Consumed{Unit: name}
	cid := consumptionIDOf(id, in.Nonce)
	err = tx.QueryRow(qConsumption, p, cid).Scan(&out.Units, &out.Spent, &out.Left)
	if err == nil && out.Units != in.Units {
		return Consumed{}, ErrNonceUsed.With("units", out.Units, "value", in.Units)
	}
	if !errors.Is(err, db.ErrNotFound) {
		return out, err
	}
	t, err := ticketOf(tx, p, l.Ticket, false)
	if err != nil {
		return out, err
	}
	if err := l.valid(t.State, in.Product, tx.Now()); err != nil {
		return out, err
	}
	if err := l.consume(in.Units); err != nil {
		return out, err
	}
	if l.First.IsZero() {
		l.First = tx.Now() // its term begins as with a first activation
	}
	out.Units, out.Spent, out.Left = in.Units, l.Spent, l.leftDirect()
	if err := updateLicense(tx, p, l); err != nil {
		return out, err
	}
	n, err := tx.ExecMany(qConsumptionInsert, [][]any{{p, cid, id, out.Units, out.Spent, out.Left, db.At(tx.Now())}})
	if err := exactly(1, n, err); err != nil {
		return out, err
	}
	return out, actor.Record(tx, actor.System(p), actor.Entry{
		Entity: "license", ID: id, Event: "license.consumed", By: "key",
		Data: consumedData{License: id, Units: in.Units, Spent: l.Spent, Consumption: cid},
	})
}
