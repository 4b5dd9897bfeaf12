package catalog

import (
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// The ids of this package's entities. An item is an article or a configuration
// under its number; it has the same id.
type (
	ProductID       = db.ID[Product]
	FeatureID       = db.ID[Feature]
	ModelID         = db.ID[Model]
	ArticleID       = db.ID[Article]
	ConfigurationID = db.ID[Configuration]
	GroupID         = db.ID[Group]
	PriceID         = db.ID[Price]
	ItemID          = db.ID[Item]
)

// Item marks ids of numbered things: articles and configurations.
type Item struct{}

var (
	qLock = db.SQL("catalog.lock", `INSERT INTO catalog_head (publisher_id, rev) VALUES (?, 1)
		ON CONFLICT (publisher_id) DO UPDATE SET rev = catalog_head.rev + 1`)
	qItemInsert = db.SQL("catalog.item_insert", `INSERT INTO item (publisher_id, id, number, number_key, kind) VALUES {rows}`)
	qItemByKey  = db.SQL("catalog.item_by_key", `SELECT id, number, kind FROM item WHERE publisher_id = ? AND number_key = ?`)
)

// lock makes the changes of one publisher's catalog happen one after another.
// It comes before everything that a rule reads.
func lock(tx *db.Tx, p actor.PublisherID) error {
	_, err := tx.Exec(qLock, p)
	return err
}

// item is a row of the number space.
type item struct {
	id     ItemID
	number string
	kind   string // "article" or "configuration"
}

// itemByNumber returns the item of a number, or ErrNotFound.
func itemByNumber(q db.Querier, p actor.PublisherID, number string) (item, error) {
	var i item
	err := q.QueryRow(qItemByKey, p, FoldNumber(number)).Scan(&i.id, &i.number, &i.kind)
	return i, missing(err, "article", number)
}

// missing turns "no row" into the refusal of this package.
func missing(err error, object, key string) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrNotFound.With("object", object, "key", clip(key))
	}
	return err
}

// reference reads a reference by id or by code: the id is zero when ref is none.
func reference[T any](ref string) db.ID[T] {
	id, err := db.ParseID[T](ref)
	if err != nil {
		return db.ID[T]{}
	}
	return id
}

// one returns the only row, or ErrNotFound of the object.
func one[T any](found []T, err error, object, key string) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, ErrNotFound.With("object", object, "key", clip(key))
	}
	return found[0], nil
}

// absent reports whether err only says that an object is not there.
func absent(err error) bool { return errors.Is(err, ErrNotFound) }

// span is the folded range of a list page: after a cursor, within a prefix.
type span struct{ after, from, to string }

// lastRune sorts behind every key that begins with the same prefix.
const lastRune = "\U0010FFFF"

func spanOf(prefix, after string) span {
	return span{after: after, from: prefix, to: prefix + lastRune}
}
