package license

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// RecordEligibility records why an academic license was sold to somebody, in place of
// what was recorded before; saying the same again changes nothing. It needs
// license.write for the holder, and is journaled without what was written. Errors:
// license.not_found, license.not_academic, license.bad_eligibility.
func (s *Service) RecordEligibility(ctx context.Context, by actor.Actor, id LicenseID, in Eligibility) (LicenseInfo, error) {
	return s.turnLicense(ctx, by, id, "", func(tx *db.Tx, l *License) ([]act, error) {
		if !l.academic() {
			return nil, ErrNotAcademic
		}
		if err := in.check(); err != nil {
			return nil, err
		}
		if err := attachEligible(tx, by.Publisher, []*License{l}); err != nil {
			return nil, err
		}
		if l.eligible != nil && l.eligible.Eligibility == in {
			return nil, nil
		}
		l.eligible = &EligibilityInfo{Eligibility: in, Recorded: tx.Now()}
		_, err := tx.Exec(qEligiblePut, by.Publisher, id, in.Who, in.Evidence, until(in.Until), db.At(tx.Now()))
		return []act{{"license", id, "license.eligible", eligibleData{in.Until}}}, err
	})
}
