package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// chunk is how many tickets share one statement and one journal line, and how
// many order lines are changed together.
const chunk = 1000

var (
	// The three hot statements of bulk issue.
	qTicketInsert = db.SQL("license.ticket_insert", `
INSERT INTO ticket (publisher_id, id, snapshot_id, holder_id, hint, sealed) VALUES {rows}`)
	qLicenseInsert = db.SQL("license.license_insert", `
INSERT INTO license (publisher_id, id, ticket_id, snapshot_id, quantity, overdraft) VALUES {rows}`)
	qLookupInsert = db.SQL("license.lookup_insert", `
INSERT INTO code_lookup (lookup, publisher_id, kind, id, pepper) VALUES {rows}`)
	qKeyUpdate = db.SQL("license.key_update", `
UPDATE license SET key_hint = ?, key_sealed = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND key_sealed IS NULL`)
	qSealedTickets = db.SQL("license.sealed_tickets", `
SELECT id, sealed FROM ticket WHERE publisher_id = ? AND {ids:id}`)
)

func idsOf[T any](q db.Querier, s *db.Stmt, args ...any) (db.IDs[T], error) {
	return db.List(q, func(r *db.Rows) (db.ID[T], error) {
		var id db.ID[T]
		err := r.Scan(&id)
		return id, err
	}, s, args...)
}

// lockLicenses locks and reads licenses in the order of their ids.
func (s *Service) lockLicenses(tx *db.Tx, p actor.PublisherID, ids db.IDs[License]) ([]*License, error) {
	list, err := db.List(tx, scanLicense, qLicensesLock, p, ids)
	if err != nil {
		return nil, err
	}
	return list, s.attach(tx, p, list)
}
