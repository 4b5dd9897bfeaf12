package license

import (
	"slices"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// The ids of leases: hashes over container and nonce, over license and container,
// and over who shares a place.
type (
	LeaseID = db.ID[Lease]

	leaseRightID = db.ID[leaseRightRow]
	holderID     = db.ID[holderRow]
)

type (
	leaseRightRow struct{}
	holderRow     struct{}
)

const leaseColumns = `e.id, e.license_id, e.container_id, e.holder, e.fence, e.quantity, e.seats, e.state, e.label, e.prints,
  e.app_version, e.granted_at, e.renewed_at, e.ends_at, e.due_at, e.reservation_id, e.rev`

func scanLease(r *db.Rows) (*Lease, error) {
	a := &Lease{}
	var prints []byte
	var granted, renewed, ends, due db.Time
	err := r.Scan(&a.ID, &a.License, &a.Container, &a.Holder, &a.Fence, &a.Quantity, &a.Seats, (*string)(&a.State), &a.Label,
		&prints, &a.App, &granted, &renewed, &ends, &due, &a.Fills, &a.rev)
	a.Granted, a.Renewed, a.Ends, a.Due = granted.Time, renewed.Time, ends.Time, due.Time
	if len(prints) > 0 {
		a.Shorts = strings.Split(string(prints), " ")
	}
	return a, err
}

var (
	qLease = db.SQL("license.lease", `
SELECT `+leaseColumns+` FROM floating_lease e WHERE e.publisher_id = ? AND e.id = ?`)
	qLeases = db.SQL("license.leases", `
SELECT `+leaseColumns+` FROM floating_lease e WHERE e.publisher_id = ? AND {ids:e.id}`)
	qLeasesLock = db.SQL("license.leases_lock", `
SELECT `+leaseColumns+` FROM floating_lease e WHERE e.publisher_id = ? AND {ids:e.id} ORDER BY e.id {for_update}`)
	qLeasesOfHolders = db.SQL("license.leases_of_holders", `
SELECT `+leaseColumns+` FROM floating_lease e
WHERE e.publisher_id = ? AND e.license_id = ? AND {ids:e.holder} AND e.state <> 'ended' ORDER BY e.id`)
	qLeasesOfLicense = db.SQL("license.leases_of_license", `
SELECT `+leaseColumns+` FROM floating_lease e
WHERE e.publisher_id = ? AND e.license_id = ? AND e.state <> 'ended' ORDER BY e.fence`)
	qLeasesAfter = db.SQL("license.leases_after", `
SELECT `+leaseColumns+` FROM floating_lease e
WHERE e.publisher_id = ? AND e.license_id = ? AND (e.holder, e.id) > (?, ?) AND e.state <> 'ended'
ORDER BY e.holder, e.id LIMIT ?`)
	qLeasesDueOf = db.SQL("license.leases_due_of_license", `
SELECT `+leaseColumns+` FROM floating_lease e
WHERE e.publisher_id = ? AND e.license_id = ? AND e.due_at <= ? AND e.state <> 'ended' ORDER BY e.due_at LIMIT ?`)
	qLeasesDue = db.SQL("license.leases_due", `
SELECT `+leaseColumns+` FROM floating_lease e WHERE e.publisher_id = ? AND e.due_at <= ? ORDER BY e.due_at LIMIT ?`)
	qLeasesDuePublisher = db.SQL("license.leases_due_publisher", `
SELECT publisher_id FROM floating_lease WHERE publisher_id > ? ORDER BY publisher_id LIMIT 1`)

	qLeaseInsert = db.SQL("license.lease_insert", `
INSERT INTO floating_lease (publisher_id, id, license_id, container_id, holder, fence, quantity, seats, state, label, prints, app_version,
  granted_at, renewed_at, ends_at, due_at, reservation_id) VALUES {rows}`)
	qLeaseUpdate = db.SQL("license.lease_update", `
UPDATE floating_lease SET seats = ?, state = ?, ends_at = ?, due_at = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qLeaseRenew = db.SQL("license.lease_renew", `
UPDATE floating_lease SET renewed_at = ?, ends_at = ?, rev = rev + 1 WHERE publisher_id = ? AND {ids:id} AND state = 'live'`)
	qLeaseLater = db.SQL("license.lease_later", `
UPDATE floating_lease SET due_at = ? WHERE publisher_id = ? AND id = ? AND state = 'live'`)
	qLeasesForget = db.SQL("license.leases_forget", `
DELETE FROM floating_lease WHERE publisher_id = ? AND {ids:id} AND state = 'ended'`)

	qLeaseRights = db.SQL("license.lease_rights", `
SELECT id FROM lease_right WHERE publisher_id = ? AND {ids:id}`)
	qLeaseRightInsert = db.SQL("license.lease_right_insert", `
INSERT INTO lease_right (publisher_id, id, license_id, container_id) VALUES {rows} ON CONFLICT (publisher_id, id) DO NOTHING`)
)

func (a *Lease) prints() []byte { return []byte(strings.Join(a.Shorts, " ")) }

// writeLeases inserts new leases and updates changed ones. errAgain means that
// some row is not what was read: somebody has just renewed it.
func writeLeases(tx *db.Tx, p actor.PublisherID, list []*Lease) error {
	var fresh, changed [][]any
	for _, a := range list {
		switch {
		case a.fresh:
			fresh = append(fresh, []any{
				p, a.ID, a.License, a.Container, a.Holder, a.Fence, a.Quantity, a.Seats, string(a.State), a.Label, a.prints(), a.App,
				db.At(a.Granted), db.At(a.Renewed), db.At(a.Ends), db.At(a.Due), a.Fills,
			})
		case a.dirty:
			changed = append(changed, []any{a.Seats, string(a.State), db.At(a.Ends), db.At(a.Due), p, a.ID, a.rev})
			a.rev++
		}
		a.fresh, a.dirty = false, false
	}
	n, err := tx.ExecMany(qLeaseInsert, fresh)
	if err := exactly(len(fresh), n, err); err != nil {
		return err
	}
	n, err = tx.ExecEach(qLeaseUpdate, changed)
	return exactly(len(changed), n, err)
}

// leasesByID reads leases, sorted by nothing.
func leasesByID(q db.Querier, p actor.PublisherID, stmt *db.Stmt, ids db.IDs[Lease]) (map[LeaseID]*Lease, error) {
	list, err := db.List(q, scanLease, stmt, p, ids)
	out := make(map[LeaseID]*Lease, len(list))
	for _, a := range list {
		out[a.ID] = a
	}
	return out, err
}

// inOrder sorts leases by their ids, in which rows are locked.
func inOrder(list []*Lease) []*Lease {
	return slices.SortedFunc(slices.Values(list), func(a, b *Lease) int { return a.ID.Compare(b.ID) })
}
