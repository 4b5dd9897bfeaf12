package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var (
	qEligible = db.SQL("license.eligible", `
SELECT id, who, evidence, until, at FROM eligibility WHERE publisher_id = ? AND {ids:id}`)
	qEligiblePut = db.SQL("license.eligible_put", `
INSERT INTO eligibility (publisher_id, id, who, evidence, until, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (publisher_id, id) DO UPDATE SET who = excluded.who, evidence = excluded.evidence, until = excluded.until,
  at = excluded.at, rev = eligibility.rev + 1`)
)

// attachEligible reads what is recorded of academic licenses.
func attachEligible(q db.Querier, p actor.PublisherID, list []*License) error {
	of := map[LicenseID]*License{}
	var ids db.IDs[License]
	for _, l := range list {
		if l.academic() {
			of[l.ID], ids = l, append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.Query(qEligible, p, ids)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id LicenseID
		var until db.Day
		var at db.Time
		e := &EligibilityInfo{}
		if err := rows.Scan(&id, &e.Who, &e.Evidence, &until, &at); err != nil {
			return err
		}
		e.Until, e.Recorded = until.Day, at.Time
		of[id].eligible = e
	}
	return rows.Err()
}
