package license

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// pairedData is the journal's line about a pairing code.
type pairedData struct {
	Licenses int        `json:"licenses,omitempty"` // how many were chosen
	Exchange ExchangeID `json:"exchange,omitzero"`  // of the machine
}

// Pair gives the bearer of a ticket code or license key a pairing code: typed on
// a machine within PairingLife it collects the named licenses there, once, and
// the ticket need not be typed. No names = all that can be activated now. by may
// be anonymous: the code is the proof. It is journaled. Errors: those of Look,
// license.too_many_pairings, license.not_in_ticket, and the refusals of a ticket
// and its licenses when nothing can be activated.
func (s *Service) Pair(ctx context.Context, by actor.Actor, code string, licenses []LicenseID) (Pairing, error) {
	var out Pairing
	var f found
	var chosen []LicenseID
	err := s.find(ctx, by, code, func(r *db.Reader, opened found) (err error) {
		f = opened
		if err := f.ticket.open(f.licenses, r.Now()); err != nil {
			return err
		}
		chosen, err = choose(f.licenses, licenses, r.Now())
		return err
	})
	if err != nil {
		return out, err
	}
	err = s.write(ctx, func(tx *db.Tx) error {
		if err := s.mayPair(tx, f.ticket.ID); err != nil {
			return err
		}
		made, err := wire.NewPairing(rand.Reader)
		if err != nil {
			return err
		}
		_, h := s.vault.Lookup(made.Bytes())
		p := &pairing{id: lookupID(h[:16]), ticket: f.ticket.ID, licenses: chosen, expires: tx.Now().Add(PairingLife)}
		if err := insertPairing(tx, f.publisher, p); err != nil {
			return err
		}
		out = Pairing{Code: made.String(), Expires: p.expires, Left: PairingLife, State: PairingOpen, Licenses: chosen}
		return actor.Record(tx, f.bearer(by), actor.Entry{
			Entity: "ticket", ID: p.ticket, Event: "ticket.paired", Data: pairedData{Licenses: len(chosen)},
		})
	})
	return out, err
}

// mayPair charges a ticket for a pairing code.
func (s *Service) mayPair(tx *db.Tx, id TicketID) error {
	wait, err := db.Blocked(tx, s.limits.Pairings, id.String())
	if err != nil {
		return err
	}
	if wait > 0 {
		return ErrTooManyPairings.After(wait)
	}
	return db.Charge(tx, s.limits.Pairings, id.String())
}

// Pairing tells the bearer of a ticket code or license key what has become of a
// pairing code that was made for it. It changes nothing and charges nobody for
// the pairing code. Errors: those of Look, and license.unknown_pairing for
// whatever is not a pairing code of this ticket, or was forgotten.
func (s *Service) Pairing(ctx context.Context, by actor.Actor, code, pairing string) (Pairing, error) {
	var out Pairing
	err := s.find(ctx, by, code, func(r *db.Reader, f found) error {
		typed, err := wire.ParsePairing(pairing)
		if err != nil {
			return ErrUnknownPairing.Wrap(err)
		}
		p, err := pairingOf(r, f.publisher, s.named(typed.Bytes()), f.ticket.ID)
		if err != nil {
			return err
		}
		out = Pairing{
			Code: typed.String(), Expires: p.expires, Left: max(0, p.expires.Sub(r.Now())), State: p.state(r.Now()), Licenses: p.licenses,
		}
		if p.refusal != "" && out.State == PairingOpen {
			out.Refusal = decodeRefusal(p.refusal)
		}
		if out.State == PairingUsed {
			out.Activations, err = placedBy(r, f.publisher, p)
		}
		return err
	})
	return out, err
}

// placedBy is the live activations of a pairing's licenses on its machine.
func placedBy(q db.Querier, p actor.PublisherID, of *pairing) ([]ActivationID, error) {
	live, err := db.List(q, scanActivation, qContainerLive, p, of.container)
	var out []ActivationID
	for _, a := range live {
		for _, id := range of.licenses {
			if a.License == id {
				out = append(out, a.ID)
			}
		}
	}
	return out, err
}

// bearer is by as the bearer of what was found.
func (f found) bearer(by actor.Actor) actor.Actor {
	id := "ticket:" + f.ticket.ID.String()
	if f.key {
		id = "license:" + f.licenses[0].ID.String()
	}
	out := actor.Bearer(actor.KindBearer, f.publisher, f.ticket.Holder, id, by.Addr)
	out.RequestID, out.Retry = by.RequestID, by.Retry
	return out
}

// readPairing finds the keyed hashes of a pairing code, if that is what a code
// is. It opens licenses for activation only.
func (s *Service) readPairing(m *message, code string) (is bool, err error) {
	p, err := wire.ParsePairing(code)
	var ce *wire.CodeError
	switch {
	case errors.As(err, &ce) && ce.Kind == wire.CodeCheck:
		return true, typo(err)
	case err != nil:
		return false, nil
	case m.req.Action != wire.ActActivate:
		return true, ErrMessage.At("/act")
	}
	m.lookups, m.paired = s.named(p.Bytes()), true
	return true, nil
}

// named returns the names under which a code in its normal form may be stored.
func (s *Service) named(normal []byte) (ids []lookupID) {
	for _, h := range s.vault.Lookups(normal) {
		ids = append(ids, lookupID(h[:16]))
	}
	return ids
}

// pair spends the pairing code of a message that was taken, and notes a refusal
// in that of one that was not.
func (k *desk) pair(c *contact, refusal error) {
	p := k.pairingFor(c.msg)
	switch {
	case p == nil:
	case refusal != nil:
		p.refuse(refusal)
	default:
		p.use(c.box.ID, c.now)
		k.opened[p.id] = nil // for the rest of the batch, too
		c.event("ticket", p.ticket, "ticket.pairing_used", pairedData{Exchange: c.msg.exchange})
	}
}
