package org

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
)

// Organizations travel in the issuance journal so that what was issued to a new
// one finds its holder after a restore. Names stay behind: they may be personal
// data, and the number says which one it is. An organization that comes back
// counts as old in its tree, which is read anew then.
var (
	orgForm = ship.Form{
		Name: "organization",
		Columns: `publisher_id id, id id, parent_id id, kind text, number text, name text, folded text, price_class text,
			billing text, ceiling text, state text, placed int, created_at int, rev int`,
	}
	shipOrg = ship.Declare(orgForm, db.SQL("org.ship", `
SELECT publisher_id, id, parent_id, kind, number, '', '', price_class, billing, ceiling, state, 0, created_at, rev
FROM organization WHERE publisher_id = ? AND {ids:id} ORDER BY id`), db.SQL("org.replay", orgForm.Write()))
)

// Cargo is this package's part of the issuance journal: it says which
// organizations journal lines made or moved.
func Cargo(_ *db.Reader, _ actor.PublisherID, lines []actor.Row) ([]ship.Cargo, error) {
	var ids [][16]byte
	for _, l := range lines {
		if l.Entity == "org" {
			ids = append(ids, l.EntityID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return []ship.Cargo{{Table: shipOrg, IDs: ids}}, nil
}
