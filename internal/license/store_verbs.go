package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var (
	qLineOfSnapshot = db.SQL("license.line_of_snapshot", `
SELECT line_id, moved FROM license_snapshot WHERE publisher_id = ? AND id = ?`)
	qSnapshotDerive = db.SQL("license.snapshot_derive", `
INSERT INTO license_snapshot (publisher_id, id, line_id, terms, derived, moved) VALUES (?, ?, ?, ?, ?, ?)`)
	qTicketSplit = db.SQL("license.ticket_split", `
UPDATE ticket SET split_from = ?, sold_to = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	qTicketMerge = db.SQL("license.ticket_merge", `
UPDATE ticket SET state = 'merged', into_id = ?, into_hint = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND state = 'issued'`)
	// A part into which its origin went is what the origin was.
	qTicketWhole = db.SQL("license.ticket_whole", `
UPDATE ticket SET split_from = (SELECT o.split_from FROM ticket o WHERE o.publisher_id = ? AND o.id = ?), rev = rev + 1
WHERE publisher_id = ? AND id = ? AND split_from = ?`)
	qTicketHand = db.SQL("license.ticket_hand", `
UPDATE ticket SET holder_id = ?, sold_to = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	// The terms, the ticket and the overdraft of a locked license change with nothing
	// else than these verbs.
	qLicenseHand = db.SQL("license.license_hand", `
UPDATE license SET ticket_id = ?, snapshot_id = ?, version = version + 1, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	qLicenseBegin = db.SQL("license.license_begin", `
UPDATE license SET overdraft = ?, first_at = ?, until = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	qKeyDrop = db.SQL("license.key_drop", `
UPDATE license SET key_hint = NULL, key_sealed = NULL, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	qLookupDrop = db.SQL("license.lookup_drop", `
DELETE FROM code_lookup WHERE {ids:lookup} AND publisher_id = ? AND kind = 'key'`)
	qEligibleDrop = db.SQL("license.eligible_drop", `
DELETE FROM eligibility WHERE publisher_id = ? AND id = ?`)
)

// sold is where terms come from: the order line, and whether another holder has them.
func soldOf(q db.Querier, p actor.PublisherID, id SnapshotID) (line OrderLineID, moved bool, err error) {
	err = q.QueryRow(qLineOfSnapshot, p, id).Scan(&line, &moved)
	return line, moved, orNotFound(err)
}

// insertActivations writes new activations that no message has asked for.
func insertActivations(tx *db.Tx, p actor.PublisherID, list []*Activation) error {
	rows := make([][]any, 0, len(list))
	for _, a := range list {
		rows = append(rows, a.fresher(p))
	}
	n, err := intoActivations.insert(tx, rows)
	return exactly(len(rows), n, err)
}
