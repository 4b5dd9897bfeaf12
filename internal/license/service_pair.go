package license

import (
	"bytes"
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
// be anonymous: the code is the proof. Under one Idempotency-Key it is always the
// same pairing code, told as Pairing tells it, until it is forgotten. It is
// journaled. Errors: those of Look, license.too_many_pairings,
// license.not_in_ticket, and the refusals of a ticket and its licenses when
// nothing can be activated.
func (s *Service) Pair(ctx context.Context, by actor.Actor, code string, licenses []LicenseID) (Pairing, error) {
	var out Pairing
	var f found
	var made wire.Pairing
	var chosen []LicenseID
	err := s.find(ctx, by, code, func(r *db.Reader, opened found) (err error) {
		f = opened
		if made, err = s.drawPairing(by, f, licenses); err != nil {
			return err
		}
		if out, err = s.tell(r, f, made); !errors.Is(err, ErrUnknownPairing) {
			return err // made before: what it was for may have gone to a machine since
		}
		if err := f.ticket.open(f.licenses, r.Now()); err != nil {
			return err
		}
		chosen, err = choose(f.licenses, licenses, r.Now())
		return err
	})
	if err != nil || out.Code != "" {
		return out, err
	}
	err = s.write(ctx, func(tx *db.Tx) error {
		if err := s.mayPair(tx, f.ticket.ID); err != nil {
			return err
		}
		// Whoever asks at the same moment waited for the charge, and sees it now.
		if out, err = s.tell(tx, f, made); !errors.Is(err, ErrUnknownPairing) {
			return err
		}
		out, err = s.addPairing(tx, by, f, made, chosen)
		return err
	})
	return out, err
}

func (s *Service) addPairing(tx *db.Tx, by actor.Actor, f found, made wire.Pairing, chosen []LicenseID) (Pairing, error) {
	_, h := s.vault.Lookup(made.Bytes())
	p := &pairing{id: lookupID(h[:16]), ticket: f.ticket.ID, licenses: chosen, expires: tx.Now().Add(PairingLife)}
	if err := insertPairing(tx, f.publisher, p); err != nil {
		return Pairing{}, err
	}
	out := Pairing{Code: made.String(), Expires: p.expires, Left: PairingLife, State: PairingOpen, Licenses: chosen}
	return out, actor.Record(tx, f.bearer(by), actor.Entry{
		Entity: "ticket", ID: p.ticket, Event: "ticket.paired", Data: pairedData{Licenses: len(chosen)},
	})
}

// drawPairing makes a pairing code: by chance, or from the Idempotency-Key and
// what is asked for. Only its keyed hash is stored, so a repeat must arrive at it
// anew.
func (s *Service) drawPairing(by actor.Actor, f found, named []LicenseID) (wire.Pairing, error) {
	if by.Retry.Key == "" {
		return wire.NewPairing(rand.Reader)
	}
	value := append(f.ticket.ID[:], by.Retry.Key...)
	for _, id := range named {
		value = append(value, id[:]...)
	}
	return wire.NewPairing(bytes.NewReader(s.vault.Blind(f.publisher, "pairing-code", value)))
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
		out, err = s.tell(r, f, typed)
		return err
	})
	return out, err
}

// tell tells what has become of a pairing code; ErrUnknownPairing for what is none
// of the ticket found.
func (s *Service) tell(q db.Querier, f found, code wire.Pairing) (Pairing, error) {
	p, err := pairingOf(q, f.publisher, s.named(code.Bytes()), f.ticket.ID)
	if err != nil {
		return Pairing{}, err
	}
	out := Pairing{
		Code: code.String(), Expires: p.expires, Left: max(0, p.expires.Sub(q.Now())), State: p.state(q.Now()), Licenses: p.licenses,
	}
	if p.refusal != "" && out.State == PairingOpen {
		out.Refusal = decodeRefusal(p.refusal)
	}
	if out.State == PairingUsed {
		out.Activations, err = placedBy(q, f.publisher, p)
	}
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
