package license

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Return takes a license back from a device for its holder: the device removes it at
// its next contact, by whatever carrier, and the seat is free then, where the model
// lets seats move. Until then nothing changes on the device. Doing it again changes
// nothing; an Idempotency-Key makes it repeatable. It needs license.write for the
// holder, for another organization a reason, and is journaled. Errors:
// license.not_found, those of a reason, license.activation_state.
func (s *Service) Return(ctx context.Context, by actor.Actor, id ActivationID) (ActivationInfo, error) {
	return s.turnActivation(ctx, by, id, "activation.return", s.having(actor.LicenseWrite),
		func(_ *Service, _ *db.Tx, _ actor.Actor, l *License, a *Activation, _ bool) ([]act, error) {
			return l.askBack(a)
		})
}

// Move frees the seat of a device at once, so that another one can take it, and
// shuts the device out of the license at its next contact. Nothing is drawn from the
// restore allowance. Doing it again changes nothing; an Idempotency-Key makes it
// repeatable. It needs license.write for the holder, for another organization a
// reason, and is journaled. Errors: license.not_found, those of a reason,
// license.no_move where the model lets no seat move, license.activation_state.
func (s *Service) Move(ctx context.Context, by actor.Actor, id ActivationID) (ActivationInfo, error) {
	return s.turnActivation(ctx, by, id, "activation.move", s.having(actor.LicenseWrite),
		func(_ *Service, tx *db.Tx, _ actor.Actor, l *License, a *Activation, _ bool) ([]act, error) {
			if a.State == ActivationRestoredAway {
				return nil, nil
			}
			if !l.terms.model().Transfer {
				return nil, ErrNoMove
			}
			return l.evict(a, false, "moved", tx.Now())
		})
}

// Restore frees the seat of a device that is lost, whatever the restore allowance
// says, and shuts the device out. It is shown beside the allowance as granted. Doing
// it again changes nothing; an Idempotency-Key makes it repeatable. It needs
// license.restore for the holder, for another organization a reason, and is
// journaled. Errors: license.not_found, those of a reason, license.activation_state.
func (s *Service) Restore(ctx context.Context, by actor.Actor, id ActivationID) (ActivationInfo, error) {
	return s.turnActivation(ctx, by, id, "activation.restore", s.having(actor.LicenseRestore), (*Service).evict)
}

// having locks the license of an activation for whoever has perm. Nothing is counted.
func (s *Service) having(perm actor.Permission) func(*db.Tx, actor.Actor, *Activation) (*License, bool, error) {
	return func(tx *db.Tx, by actor.Actor, a *Activation) (*License, bool, error) {
		l, err := s.licenseFor(tx, by, a.License, perm)
		return l, false, err
	}
}

// turnActivation is the frame of every act on one activation: may locks its license,
// and says whether the allowance is drawn. A preview changes nothing.
func (s *Service) turnActivation(ctx context.Context, by actor.Actor, id ActivationID, verb string,
	may func(*db.Tx, actor.Actor, *Activation) (*License, bool, error),
	turn func(*Service, *db.Tx, actor.Actor, *License, *Activation, bool) ([]act, error),
) (ActivationInfo, error) {
	var out ActivationInfo
	err := s.try(ctx, by, func(tx *db.Tx) error {
		a, err := activationOf(tx, by.Publisher, id)
		if err != nil {
			return err
		}
		l, counted, err := may(tx, by, a)
		if err != nil {
			return err
		}
		by := by // the transaction may run again
		if l.ticket != nil {
			if by, err = s.onBehalf(tx, by, l.ticket.Holder); err != nil {
				return err
			}
		}
		if a, err = activationOf(tx, by.Publisher, id); err != nil { // now that the license is locked
			return err
		}
		now := func([16]byte) (ActivationInfo, error) { return a.info(), nil }
		out, err = actor.Once(tx, by, now, func() ([16]byte, ActivationInfo, error) {
			acts, err := turn(s, tx, by, l, a, counted)
			if err == nil && len(acts) > 0 {
				if err = s.finish(tx, by, l, a, acts); err == nil {
					err = s.told(tx, by, verb, "activation", id)
				}
			}
			return id, a.info(), err
		})
		return err
	})
	return out, err
}
