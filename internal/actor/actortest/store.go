package actortest

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// The rows are written past package org, which stands above this one.
var (
	qPublisher = db.SQL("actortest.publisher", `
INSERT INTO publisher (id, slug, name, time_zone, language, currency, data_level, salt, created_at, rev)
VALUES (?, ?, ?, 'Europe/Berlin', 'de', 'EUR', 'contact', ?, ?, 1)`)
	qOrg = db.SQL("actortest.org", `
INSERT INTO organization (publisher_id, id, parent_id, kind, number, name, folded, price_class, billing, state, placed, created_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, 'list', 'order', 'open', ?, ?, 1)`)
	qMove = db.SQL("actortest.move", `UPDATE organization SET parent_id = ?, placed = ? WHERE publisher_id = ? AND id = ?`)
)

func insertPublisher(tx *db.Tx, s Site) error {
	salt := make([]byte, 16)
	copy(salt, s.Slug)
	_, err := tx.Exec(qPublisher, s.Publisher, s.Slug, "Publisher "+s.Slug, salt, db.At(tx.Now()))
	return err
}

// InsertOrg adds an organization inside a transaction; see Site.AddOrg.
func InsertOrg(tx *db.Tx, p actor.PublisherID, parent actor.OrgID, kind string) (actor.OrgID, error) {
	placed, err := actor.TouchTree(tx, p)
	if err != nil {
		return actor.OrgID{}, err
	}
	id := db.NewID[actor.Org](tx)
	_, err = tx.Exec(qOrg, p, id, parent, kind, Number(id), kind, kind, placed, db.At(tx.Now()))
	return id, err
}

// MoveOrg hangs an organization below another one, as package org does on some
// other node.
func MoveOrg(tx *db.Tx, p actor.PublisherID, id, parent actor.OrgID) error {
	placed, err := actor.TouchTree(tx, p)
	if err == nil {
		_, err = tx.Exec(qMove, parent, placed, p, id)
	}
	return err
}
