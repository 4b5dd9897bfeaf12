package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// chunk is how many tickets share one statement and one journal line.
const chunk = 1000

// The three hot statements of bulk issue. On PostgreSQL a chunk is one array per
// column that differs, which is parsed and planned once; on SQLite many rows of
// one statement are bound.
var (
	qTicketInsert = db.SQL("license.ticket_insert", `
INSERT INTO ticket (publisher_id, id, snapshot_id, holder_id, hint, sealed) VALUES {rows}`)
	qLicenseInsert = db.SQL("license.license_insert", `
INSERT INTO license (publisher_id, id, ticket_id, snapshot_id, quantity, overdraft) VALUES {rows}`)
	qLookupInsert = db.SQL("license.lookup_insert", `
INSERT INTO code_lookup (lookup, publisher_id, kind, id, pepper) VALUES {rows}`)
	qKeyUpdate = db.SQL("license.key_update", `
UPDATE license SET key_hint = ?, key_sealed = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND key_sealed IS NULL`)

	qLinePage = db.SQL("license.line_page", `
SELECT t.id, t.hint, t.state, l.id, l.state, l.quantity - l.owed, l.used, l.owed FROM ticket t
JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
WHERE t.publisher_id = ? AND t.snapshot_id = ? AND t.id > ? ORDER BY t.id, l.id LIMIT ?`)
	qLineFree = db.SQL("license.line_free", `
SELECT l.id FROM ticket t
JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
WHERE t.publisher_id = ? AND t.snapshot_id = ? AND t.id < ? AND l.quantity > l.used
  AND l.state IN ('available', 'blocked')
ORDER BY t.id DESC LIMIT ?`)
	qTicketOpen = db.SQL("license.ticket_open", `
SELECT l.id FROM ticket t
JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
WHERE t.publisher_id = ? AND t.snapshot_id = ? AND t.state IN ('issued', 'blocked')
  AND l.state IN ('available', 'blocked')
ORDER BY t.id DESC LIMIT 1`)
	qTicketsReverse = db.SQL("license.tickets_reverse", `
UPDATE ticket SET state = 'reversed', rev = rev + 1
WHERE publisher_id = ? AND {ids:id} AND state IN ('issued', 'blocked', 'expired')`)
	qLicensesGone = db.SQL("license.licenses_gone", `
UPDATE license SET state = 'recalled', version = version + 1, rev = rev + 1
WHERE publisher_id = ? AND {ids:id} AND used = 0 AND state IN ('available', 'blocked', 'recall_pending')`)
	qSealedTickets = db.SQL("license.sealed_tickets", `
SELECT id, sealed FROM ticket WHERE publisher_id = ? AND {ids:id}`)
)

// snapshotsOf returns the snapshots of order lines, oldest first.
func snapshotsOf(q db.Querier, p actor.PublisherID, lines []OrderLineID) (map[OrderLineID][]SnapshotID, error) {
	rows, err := q.Query(qLineSnapshots, p, db.IDs[OrderLine](lines))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[OrderLineID][]SnapshotID{}
	for rows.Next() {
		var id SnapshotID
		var line OrderLineID
		if err := rows.Scan(&id, &line); err != nil {
			return nil, err
		}
		out[line] = append(out[line], id)
	}
	return out, rows.Err()
}

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
