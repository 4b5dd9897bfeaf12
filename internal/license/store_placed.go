package license

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var qPlaced = db.SQL("license.placed", `
SELECT l.snapshot_id, t.holder_id FROM license l
JOIN ticket t ON t.publisher_id = l.publisher_id AND t.id = l.ticket_id WHERE l.publisher_id = ? AND l.id = ?`)

// Placed is whose a license is.
type Placed struct {
	Org     actor.OrgID    // the end customer, or who holds the ticket where none is known
	Product string         // code
	Zone    *time.Location // in which its publisher's days begin
}

// PlaceOf returns whose a license is. Errors: license.not_found.
func PlaceOf(q db.Querier, p actor.PublisherID, id LicenseID) (Placed, error) {
	var out Placed
	var sold SnapshotID
	err := q.QueryRow(qPlaced, p, id).Scan(&sold, &out.Org)
	if errors.Is(err, db.ErrNotFound) {
		return out, ErrNotFound
	}
	if err != nil {
		return out, err
	}
	found, err := termsOf(q, p, db.IDs[Terms]{sold})
	t := found[sold]
	if err != nil || t == nil {
		return out, errors.Join(err, ErrNotFound)
	}
	out.Product, out.Zone = t.Item.Product, t.loc
	if !t.Customer.IsZero() {
		out.Org = t.Customer
	}
	return out, nil
}
