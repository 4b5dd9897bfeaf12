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
		ON CONFLICT (publisher_id) DO UPDATE SET rev = catalog_head.rev + 1 RETURNING rev`)
	qHead       = db.SQL("catalog.head", `SELECT rev FROM catalog_head WHERE publisher_id = ?`)
	qItemInsert = db.SQL("catalog.item_insert", `INSERT INTO item (publisher_id, id, number, number_key, kind) VALUES {rows}`)
	qItemByKey  = db.SQL("catalog.item_by_key", `SELECT id, number, kind FROM item WHERE publisher_id = ? AND number_key = ?`)
)

// lock makes the changes of one publisher's catalog happen one after another.
// It comes before everything that a rule reads, and returns the revision that
// the catalog has with this change.
func lock(tx *db.Tx, p actor.PublisherID) (rev int64, err error) {
	err = tx.QueryRow(qLock, p).Scan(&rev)
	return rev, err
}

// head returns the revision of the whole catalog, 0 before its first change.
func head(q db.Querier, p actor.PublisherID) (rev int64, err error) {
	err = q.QueryRow(qHead, p).Scan(&rev)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return rev, err
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

// find reads one object by its id, or else by its code or number: no code and
// no number looks like an id.
func find[T any](q db.Querier, p actor.PublisherID, object, ref string, scan func(*db.Rows) (T, error), byID, byKey *db.Stmt, keys ...any) (T, error) {
	id, err := db.ParseID[T](ref)
	var found []T
	if err == nil {
		found, err = db.List(q, scan, byID, p, id)
	} else {
		found, err = db.List(q, scan, byKey, append([]any{p}, keys...)...)
	}
	return one(found, err, object, ref)
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

// span is the folded range of a list page. It is one range, because an engine
// that is given two lower bounds may walk from the wrong one.
type span struct{ from, to string }

const (
	firstRune = "\x01" // sorts before whatever a key goes on with
	lastRune  = "\U0010FFFF"
)

// spanOf returns the range of the keys that begin with prefix and come after a cursor.
func spanOf(prefix, after string) span {
	s := span{from: prefix, to: prefix + lastRune}
	if after != "" {
		s.from = max(prefix, after+firstRune)
	}
	return s
}
