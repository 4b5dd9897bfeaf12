package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const (
	lineTicketColumns = `t.snapshot_id, t.id, t.hint, t.state, l.id, l.quantity - l.owed - l.added, l.used, l.owed,
		t.sold_to IS NOT NULL`

	ticketsWithLicenses = ` FROM ticket t JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
WHERE t.publisher_id = `
)

var (
	qLineSnapshots = db.SQL("license.line_snapshots", `
SELECT id, line_id, derived, moved FROM license_snapshot WHERE publisher_id = ? AND {ids:line_id} ORDER BY id`)
	// The terms under which a line sells are its lock: see lockTerms.
	qTermsLock = db.SQL("license.terms_lock", `
SELECT id FROM license_snapshot WHERE publisher_id = ? AND {ids:id} ORDER BY id {for_update}`)
	qTermsLockOf = db.SQL("license.terms_lock_of", `
SELECT id FROM license_snapshot WHERE publisher_id = ? AND id = (
  SELECT t.snapshot_id FROM license l JOIN ticket t ON t.publisher_id = l.publisher_id AND t.id = l.ticket_id
  WHERE l.publisher_id = ? AND l.id = ?) {for_update}`)
	qLinePage = db.SQL("license.line_page", `
SELECT `+lineTicketColumns+ticketsWithLicenses+`? AND t.snapshot_id = ? AND t.id > ? AND l.state <> 'replaced' ORDER BY t.id, l.id LIMIT ?`)
	qLineTickets = db.SQL("license.line_tickets", `
SELECT `+lineTicketColumns+ticketsWithLicenses+`? AND {ids:t.snapshot_id} AND l.state <> 'replaced' ORDER BY t.snapshot_id, t.id, l.id`)
	qTicketCounts = db.SQL("license.ticket_counts", `
SELECT snapshot_id, COUNT(1) FROM ticket WHERE publisher_id = ? AND {ids:snapshot_id} GROUP BY snapshot_id`)
	// Unredeemed licenses, newest first and another holder's last: those that come
	// before so many units.
	qLinesFree = db.SQL("license.lines_free", `
SELECT id, snapshot_id, free FROM (
  SELECT l.id AS id, t.snapshot_id AS snapshot_id, CASE WHEN t.sold_to IS NULL THEN 0 ELSE 1 END AS moved,
    l.quantity - CASE WHEN l.used > l.owed + l.added THEN l.used ELSE l.owed + l.added END AS free,
    SUM(l.quantity - CASE WHEN l.used > l.owed + l.added THEN l.used ELSE l.owed + l.added END)
      OVER (PARTITION BY t.snapshot_id ORDER BY CASE WHEN t.sold_to IS NULL THEN 0 ELSE 1 END, l.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newer`+
		ticketsWithLicenses+`? AND {ids:t.snapshot_id} AND l.quantity > l.used AND l.quantity > l.owed + l.added
    AND l.state IN ('available', 'blocked')
) x WHERE newer IS NULL OR newer < CAST(? AS bigint) ORDER BY moved, snapshot_id DESC, id DESC`)
	qLinesUsed = db.SQL("license.lines_used", `
SELECT l.id`+ticketsWithLicenses+`? AND {ids:t.snapshot_id} AND l.used > 0 AND l.owed >= ?
  AND l.state IN ('available', 'blocked')`)
	// The newest open ticket of each snapshot that is whole and still the buyer's, NULL
	// for none, and who has bought the newest.
	qTicketsOpen = db.SQL("license.tickets_open", `
SELECT (SELECT l.id`+ticketsWithLicenses+`s.publisher_id AND t.snapshot_id = s.id
    AND t.state IN ('issued', 'blocked') AND l.state IN ('available', 'blocked') AND t.sold_to IS NULL AND t.split_from IS NULL
  ORDER BY t.id DESC LIMIT 1)
FROM license_snapshot s WHERE s.publisher_id = ? AND {ids:s.id}`)
	qLineHolders = db.SQL("license.line_holders", `
SELECT s.id, (SELECT COALESCE(t.sold_to, t.holder_id) FROM ticket t WHERE t.publisher_id = s.publisher_id AND t.snapshot_id = s.id
  ORDER BY t.id DESC LIMIT 1)
FROM license_snapshot s WHERE s.publisher_id = ? AND {ids:s.id}`)
	qTicketsReverse = db.SQL("license.tickets_reverse", `
UPDATE ticket SET state = 'reversed', rev = rev + 1
WHERE publisher_id = ? AND {ids:id} AND state IN ('issued', 'blocked', 'expired')`)
	qLicensesGone = db.SQL("license.licenses_gone", `
UPDATE license SET state = 'recalled', version = version + 1, rev = rev + 1
WHERE publisher_id = ? AND {ids:id} AND used = 0 AND state IN ('available', 'blocked', 'recall_pending')`)
)

var qLineSeats = db.SQL("license.line_seats", `
SELECT snapshot_id, CAST(SUM(sold) AS bigint), CAST(SUM(free) AS bigint),
  CAST(SUM(CASE WHEN live < sold - free THEN live ELSE sold - free END) AS bigint)
FROM (
  SELECT t.snapshot_id AS snapshot_id, l.quantity - l.owed - l.added AS sold,
    CASE WHEN l.used >= l.quantity THEN 0
         WHEN l.used < l.owed + l.added THEN l.quantity - l.owed - l.added
         ELSE l.quantity - l.used END AS free,
    CASE WHEN l.used = 0 THEN 0 ELSE COALESCE((
      SELECT SUM(a.quantity - a.shrink) FROM activation a
      WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0), 0) + COALESCE((
      SELECT SUM(e.quantity) FROM license_effect e
      WHERE e.publisher_id = l.publisher_id AND e.effect_id = l.id), 0) END AS live
  FROM ticket t
  JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
  WHERE t.publisher_id = ? AND {ids:t.snapshot_id} AND l.state IN ('available', 'blocked')
) x GROUP BY snapshot_id`)

// lineSnapshot is terms under which an order line has sold something, or what became
// of it.
type lineSnapshot struct {
	id      SnapshotID
	line    OrderLineID
	derived bool // of a replacement or for another holder; the line does not sell it
	moved   bool // another holder has it
}

// snapshotsOf returns the snapshots of order lines, oldest first.
func snapshotsOf(q db.Querier, p actor.PublisherID, lines []OrderLineID) ([]lineSnapshot, error) {
	return db.List(q, func(r *db.Rows) (x lineSnapshot, err error) {
		return x, r.Scan(&x.id, &x.line, &x.derived, &x.moved)
	}, qLineSnapshots, p, db.IDs[OrderLine](lines))
}

// lockTerms makes whoever lowers, raises, splits, merges, transfers or replaces what
// order lines have sold under these terms wait for the end of tx. It comes before
// every lock of a license: otherwise seats that go from one license to another could
// be overlooked in both.
func lockTerms(tx *db.Tx, p actor.PublisherID, ids db.IDs[Terms]) error {
	_, err := idsOf[Terms](tx, qTermsLock, p, ids)
	return err
}

// lockTermsOf is lockTerms for those under which a license was sold.
func lockTermsOf(tx *db.Tx, p actor.PublisherID, id LicenseID) error {
	_, err := idsOf[Terms](tx, qTermsLockOf, p, p, id)
	return err
}

// ticketCounts returns how many tickets each snapshot has, reversed ones too.
func ticketCounts(q db.Querier, p actor.PublisherID, of db.IDs[Terms]) (map[SnapshotID]int64, error) {
	type row struct {
		snapshot SnapshotID
		count    int64
	}
	rows, err := db.List(q, func(r *db.Rows) (x row, err error) { return x, r.Scan(&x.snapshot, &x.count) }, qTicketCounts, p, of)
	out := make(map[SnapshotID]int64, len(rows))
	for _, x := range rows {
		out[x.snapshot] = x.count
	}
	return out, err
}

// freeRow is a license with free seats that nobody has redeemed.
type freeRow struct {
	license  LicenseID
	snapshot SnapshotID
	free     int64
}

// linesFree returns the unredeemed licenses that make up the newest most units
// of each snapshot, newest first. It locks nothing.
func linesFree(q db.Querier, p actor.PublisherID, of db.IDs[Terms], most int64) ([]freeRow, error) {
	return db.List(q, func(r *db.Rows) (x freeRow, err error) {
		return x, r.Scan(&x.license, &x.snapshot, &x.free)
	}, qLinesFree, p, of, most)
}

// lineHolders returns in whose stock the newest ticket of each snapshot is.
func lineHolders(q db.Querier, p actor.PublisherID, of db.IDs[Terms]) (map[SnapshotID]actor.OrgID, error) {
	type row struct {
		snapshot SnapshotID
		holder   actor.OrgID
	}
	rows, err := db.List(q, func(r *db.Rows) (x row, err error) { return x, r.Scan(&x.snapshot, &x.holder) }, qLineHolders, p, of)
	out := make(map[SnapshotID]actor.OrgID, len(rows))
	for _, x := range rows {
		out[x.snapshot] = x.holder
	}
	return out, err
}
