package actor

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/licet/licet/internal/db"
)

const (
	// maxRetryKey is the longest Idempotency-Key in bytes.
	maxRetryKey = 255
	// retryLife is how long a key is remembered.
	retryLife = 24 * time.Hour
)

var (
	qRetryTake = db.SQL("actor.retry_take", `
INSERT INTO idempotency (publisher_id, caller, route, key_hash, body_hash, result_id, at)
VALUES (?, ?, ?, ?, ?, NULL, ?)
ON CONFLICT (publisher_id, caller, route, key_hash) DO UPDATE
SET body_hash = excluded.body_hash, result_id = NULL, at = excluded.at
WHERE idempotency.at < ?`)
	qRetryRead = db.SQL("actor.retry_read", `
SELECT body_hash, result_id FROM idempotency
WHERE publisher_id = ? AND caller = ? AND route = ? AND key_hash = ?`)
	qRetryDone = db.SQL("actor.retry_done", `
UPDATE idempotency SET result_id = ?
WHERE publisher_id = ? AND caller = ? AND route = ? AND key_hash = ?`)
	qRetryPurge = db.SQL("actor.retry_purge", `
DELETE FROM idempotency WHERE at < ?`)
)

// Once runs do at most once per Idempotency-Key of the caller. Without a key it
// runs do. With a key that was not seen in the last 24 hours it runs do and
// remembers the id of its result; with one that was seen it returns load(id)
// and does nothing. The same key with another body is ErrKeyReused.
//
// All of it is in tx: two requests with one key at the same moment wait for
// each other, and a failed do leaves no trace, so that it may be tried again.
func Once[T any](tx *db.Tx, by Actor, load func(id [16]byte) (T, error), do func() ([16]byte, T, error)) (T, error) {
	var zero T
	if by.Retry.Key == "" {
		_, v, err := do()
		return v, err
	}
	seen, id, err := takeRetry(tx, by)
	if err != nil {
		return zero, err
	}
	if seen {
		return load(id)
	}
	id, v, err := do()
	if err != nil {
		return zero, err
	}
	_, err = tx.Exec(qRetryDone, append([]any{db.ID[Retry](id)}, retryKey(by)...)...)
	return v, err
}

// takeRetry claims the caller's key, or returns the result it led to before.
func takeRetry(tx *db.Tx, by Actor) (seen bool, id [16]byte, err error) {
	if len(by.Retry.Key) > maxRetryKey {
		return false, id, ErrBadRetryKey
	}
	now := tx.Now()
	key := retryKey(by)
	args := append(key[:4:4], by.Retry.Body[:], db.At(now), db.At(now.Add(-retryLife)))
	n, err := tx.Exec(qRetryTake, args...)
	if err != nil || n == 1 {
		return false, id, err
	}
	var (
		body   []byte
		result db.ID[Retry]
	)
	if err := tx.QueryRow(qRetryRead, key...).Scan(&body, &result); err != nil {
		return false, id, err
	}
	if !bytes.Equal(body, by.Retry.Body[:]) {
		return false, id, ErrKeyReused
	}
	if result.IsZero() {
		return false, id, errors.New("idempotency row without a result")
	}
	return true, result, nil
}

func retryKey(by Actor) []any {
	p := by.Publisher
	if p.IsZero() {
		p = InstallationID
	}
	h := sha256.Sum256([]byte(by.Retry.Key))
	return []any{p, by.pseudonym(), by.Retry.Route, h[:]}
}

// PurgeRetries forgets the Idempotency-Keys older than 24 hours and returns how
// many there were. A job calls it.
func PurgeRetries(tx *db.Tx) (int64, error) {
	return tx.Exec(qRetryPurge, db.At(tx.Now().Add(-retryLife)))
}
