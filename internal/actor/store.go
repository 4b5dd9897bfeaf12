package actor

import "github.com/licet/licet/internal/db"

// Publisher marks ids of publishers, the tenants.
type Publisher struct{}

// PublisherID names a publisher. It is the first column of every key.
type PublisherID = db.ID[Publisher]

// Org marks ids of organizations.
type Org struct{}

// OrgID names a node of a publisher's tree.
type OrgID = db.ID[Org]

// InstallationID stands for "no publisher" where a key column may not be NULL:
// the data key and the idempotency rows of the installation itself. No
// publisher ever has it.
var InstallationID = PublisherID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
