package db

import (
	"errors"
	"strconv"
)

var (
	qMeta    = SQL("db.meta", `SELECT value FROM meta WHERE key = ?`)
	qSetMeta = SQL("db.set_meta", `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
)

// The keys of the table meta. The epoch rises by one with every restore, so that
// what was issued after the backup is told from what is issued now. From the load
// of a backup until what was issued after it is known again, the database holds
// of which one it is: it must not be served. The same is said of a schema into
// which a backup is about to be loaded, which looks like a new installation.
const (
	MetaEpoch     = "epoch"
	MetaLoading   = "loading"
	MetaRestoring = "restoring"
)

// Meta returns the installation's value for key, "" if there is none.
func Meta(q Querier, key string) (string, error) {
	var v string
	err := q.QueryRow(qMeta, key).Scan(&v)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}

// SetMeta stores the installation's value for key.
func SetMeta(tx *Tx, key, value string) error {
	_, err := tx.Exec(qSetMeta, key, value)
	return err
}

// Epoch returns the installation's epoch, 1 for one that was never restored.
func Epoch(q Querier) (int64, error) {
	v, err := Meta(q, MetaEpoch)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0, ErrMisuse.Wrap(err)
	}
	return n, nil
}

// RaiseEpoch adds one to the epoch and returns it.
func RaiseEpoch(tx *Tx) (int64, error) {
	n, err := Epoch(tx)
	if err != nil {
		return 0, err
	}
	return n + 1, SetMeta(tx, MetaEpoch, strconv.FormatInt(n+1, 10))
}
