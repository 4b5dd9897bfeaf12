package sign

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// KeyID names an issuing or depot key.
type KeyID = db.ID[Key]

// RootID names the public half of a root key.
type RootID = db.ID[Root]

// LineID names a root-signed line.
type LineID = db.ID[Line]

// publisherID is short for what nearly every statement here begins with.
type publisherID = actor.PublisherID

var (
	qVersion = db.SQL("sign.version", `SELECT version FROM key_change WHERE id = 1`)
	qBump    = db.SQL("sign.bump", `UPDATE key_change SET version = version + 1 WHERE id = 1`)

	qPeppers      = db.SQL("sign.peppers", `SELECT id, purpose, sealed, active_from FROM pepper ORDER BY id DESC`)
	qPepperInsert = db.SQL("sign.pepper_insert", `INSERT INTO pepper (id, purpose, sealed, active_from, created_at)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
	qPepperReplace = db.SQL("sign.pepper_replace", `INSERT INTO pepper (id, purpose, sealed, active_from, created_at)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed`)
	qPepperDelete = db.SQL("sign.pepper_delete", `DELETE FROM pepper WHERE id = ? AND purpose = 'lookup'`)

	qDataKeys   = db.SQL("sign.data_keys", `SELECT id, sealed FROM data_key WHERE publisher_id = ? ORDER BY id DESC`)
	qDataKey    = db.SQL("sign.data_key", `SELECT id, sealed FROM data_key WHERE publisher_id = ? AND id = ?`)
	qDataInsert = db.SQL("sign.data_insert", `INSERT INTO data_key (publisher_id, id, sealed, created_at)
		VALUES (?, ?, ?, ?) ON CONFLICT (publisher_id, id) DO NOTHING`)
	qDataReplace = db.SQL("sign.data_replace", `INSERT INTO data_key (publisher_id, id, sealed, created_at)
		VALUES (?, ?, ?, ?) ON CONFLICT (publisher_id, id) DO UPDATE SET sealed = excluded.sealed`)
)

// version returns the counter that every change of a key raises.
func version(q db.Querier) (int64, error) {
	var v int64
	err := q.QueryRow(qVersion).Scan(&v)
	return v, err
}

// bump tells every node that keys have changed. It is the last step before a
// door's own writes end, so that what a node reads under the new version is
// complete.
func bump(tx *db.Tx) (int64, error) {
	if _, err := tx.Exec(qBump); err != nil {
		return 0, err
	}
	return version(tx)
}

// pepperRow is a stored pepper.
type pepperRow struct {
	id      int64
	purpose string
	sealed  []byte
	from    db.Time
}

func peppers(q db.Querier) ([]pepperRow, error) {
	rows, err := q.Query(qPeppers)
	return db.Collect(rows, err, func(r *db.Rows) (pepperRow, error) {
		var p pepperRow
		err := r.Scan(&p.id, &p.purpose, &p.sealed, &p.from)
		return p, err
	})
}

// dataRow is a stored data key.
type dataRow struct {
	id     int64
	sealed []byte
}

func scanData(r *db.Rows) (dataRow, error) {
	var d dataRow
	err := r.Scan(&d.id, &d.sealed)
	return d, err
}

// dataKeys returns a publisher's data keys, newest first.
func dataKeys(q db.Querier, p publisherID) ([]dataRow, error) {
	rows, err := q.Query(qDataKeys, p)
	return db.Collect(rows, err, scanData)
}

// dataKey returns one data key, or db.ErrNotFound.
func dataKey(q db.Querier, p publisherID, id int64) (dataRow, error) {
	var d dataRow
	err := q.QueryRow(qDataKey, p, id).Scan(&d.id, &d.sealed)
	return d, err
}
