package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

type (
	cloudSeedID = db.ID[cloudSeed]
	cloudSeed   struct{}
)

const cloudColumns = `o.id, o.org_id, o.seed_id, o.person_id, o.service, o.created_at, c.state`

const cloudFrom = ` FROM cloud_container o JOIN container c ON c.publisher_id = o.publisher_id AND c.id = o.id `

var (
	qCloud = db.SQL("license.cloud", `
SELECT `+cloudColumns+cloudFrom+` WHERE o.publisher_id = ? AND o.id = ?`)
	qClouds = db.SQL("license.clouds", `
SELECT `+cloudColumns+cloudFrom+` WHERE o.publisher_id = ? AND o.org_id = ? AND o.id > ? ORDER BY o.id LIMIT ?`)
	qCloudInsert = db.SQL("license.cloud_insert", `
INSERT INTO cloud_container (publisher_id, id, org_id, seed_id, person_id, service, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	qLeaseRightDelete = db.SQL("license.lease_right_delete", `
DELETE FROM lease_right WHERE publisher_id = ? AND id = ?`)
)

func scanCloud(r *db.Rows) (c Cloud, err error) {
	var at db.Time
	err = r.Scan(&c.ID, &c.Org, &c.seed, &c.Person, &c.Service, &at, (*string)(&c.State))
	c.CreatedAt = at.Time
	return c, err
}

func cloudOf(q db.Querier, p actor.PublisherID, id ContainerID) (Cloud, error) {
	return one(db.List(q, scanCloud, qCloud, p, id))
}
