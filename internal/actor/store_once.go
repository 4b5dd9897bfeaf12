package actor

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
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
SET body_hash = excluded.body_hash, result_id = NULL, said = NULL, at = excluded.at
WHERE idempotency.at < ?`)
	qRetryRead = db.SQL("actor.retry_read", `
SELECT body_hash, result_id, said FROM idempotency
WHERE publisher_id = ? AND caller = ? AND route = ? AND key_hash = ? AND at >= ?`)
	qRetryDone = db.SQL("actor.retry_done", `
UPDATE idempotency SET result_id = ?, said = ?
WHERE publisher_id = ? AND caller = ? AND route = ? AND key_hash = ?`)
	qRetryOldest = db.SQL("actor.retry_oldest", `
SELECT at FROM idempotency WHERE at < ? ORDER BY at LIMIT 1000`)
	qRetryPurge = db.SQL("actor.retry_purge", `
DELETE FROM idempotency WHERE at <= ?`)
)

// Once runs do at most once per Idempotency-Key of the caller. Without a key it
// runs do. With a key that was not seen in the last 24 hours it runs do and
// remembers the id of its result; with one that was seen it returns load(id)
// and does nothing. The same key with another body is ErrKeyReused.
//
// All of it is in tx: two requests with one key at the same moment wait for
// each other, and a failed do leaves no trace, so that it may be tried again.
//
// A door calls it behind its check of the caller's right, so that nobody is told
// of a result any more who has lost that right, and before everything that may
// refuse the act the second time. A preview does not call it.
func Once[T any](tx *db.Tx, by Actor, load func(id [16]byte) (T, error), do func() ([16]byte, T, error)) (T, error) {
	return once(tx, by, func(r result) (T, error) { return load(r.id) }, func() (result, T, error) {
		id, v, err := do()
		return result{id: id}, v, err
	})
}

// OnceSaid is Once for an act that leaves no row from which its answer could be
// read again: what do returns beside the answer is kept as JSON for 24 hours,
// and load makes the answer of it. It must not hold a secret, a text of the
// request that may be about a person, or more than the answer itself.
func OnceSaid[K, T any](tx *db.Tx, by Actor, load func(said K) (T, error), do func() (K, T, error)) (T, error) {
	return once(tx, by, func(r result) (T, error) {
		k, err := decode[K](r)
		if err != nil {
			var zero T
			return zero, err
		}
		return load(k)
	}, func() (result, T, error) {
		k, v, err := do()
		if err != nil || by.Retry.Key == "" {
			return result{}, v, err
		}
		raw, err := json.Marshal(k)
		return result{said: raw}, v, err
	})
}

// OnceSame is OnceSaid for an answer that is kept as it is.
func OnceSame[T any](tx *db.Tx, by Actor, do func() (T, error)) (T, error) {
	return OnceSaid(tx, by, func(said T) (T, error) { return said, nil }, func() (T, T, error) {
		v, err := do()
		return v, v, err
	})
}

// Said looks up, without writing, what OnceSaid has kept under the caller's key;
// seen is false when there is nothing yet. Errors: ErrKeyReused. A door with much
// work before its transaction asks it first.
func Said[K any](q db.Querier, by Actor) (said K, seen bool, err error) {
	if by.Retry.Key == "" {
		return said, false, nil
	}
	r, err := readRetry(q, by)
	if errors.Is(err, db.ErrNotFound) {
		return said, false, nil
	}
	if err == nil {
		said, err = decode[K](r)
	}
	return said, err == nil, err
}

// result is what a key led to.
type result struct {
	id   db.ID[Retry] // of the thing; zero when it is kept in said
	said []byte       // JSON
}

// decode keeps whole numbers whole where K does not say of what type they are.
func decode[K any](r result) (k K, err error) {
	dec := json.NewDecoder(bytes.NewReader(r.said))
	dec.UseNumber()
	return k, dec.Decode(&k)
}

func once[T any](tx *db.Tx, by Actor, load func(result) (T, error), do func() (result, T, error)) (T, error) {
	var zero T
	if by.Retry.Key == "" {
		_, v, err := do()
		return v, err
	}
	seen, r, err := takeRetry(tx, by)
	if err != nil {
		return zero, err
	}
	if seen {
		return load(r)
	}
	r, v, err := do()
	if err != nil {
		return zero, err
	}
	_, err = tx.Exec(qRetryDone, append([]any{r.id, r.said}, retryKey(by)...)...)
	return v, err
}

// takeRetry claims the caller's key, or returns the result it led to before.
func takeRetry(tx *db.Tx, by Actor) (seen bool, r result, err error) {
	if len(by.Retry.Key) > maxRetryKey {
		return false, r, ErrBadRetryKey
	}
	now := tx.Now()
	key := retryKey(by)
	args := append(key[:4:4], by.Retry.Body[:], db.At(now), db.At(now.Add(-retryLife)))
	n, err := tx.Exec(qRetryTake, args...)
	if err != nil || n == 1 {
		return false, r, err
	}
	r, err = readRetry(tx, by)
	return err == nil, r, err
}

// readRetry reads the living row of the caller's key. Another body is
// ErrKeyReused.
func readRetry(q db.Querier, by Actor) (r result, err error) {
	var body []byte
	args := append(retryKey(by), db.At(q.Now().Add(-retryLife)))
	if err := q.QueryRow(qRetryRead, args...).Scan(&body, &r.id, &r.said); err != nil {
		return r, err
	}
	if !bytes.Equal(body, by.Retry.Body[:]) {
		return r, ErrKeyReused
	}
	if r.id.IsZero() && r.said == nil {
		return r, errors.New("idempotency row without a result")
	}
	return r, nil
}

func retryKey(by Actor) []any {
	p := by.Publisher
	if p.IsZero() {
		p = InstallationID
	}
	h := sha256.Sum256([]byte(by.Retry.Key))
	return []any{p, by.pseudonym(), by.Retry.Route, h[:]}
}

// PurgeRetries forgets a thousand of the Idempotency-Keys that are older than 24
// hours, and returns how many there were. A job calls it until none is left.
func PurgeRetries(tx *db.Tx) (int64, error) {
	old, err := db.List(tx, func(r *db.Rows) (at db.Time, err error) { err = r.Scan(&at); return at, err },
		qRetryOldest, db.At(tx.Now().Add(-retryLife)))
	if err != nil || len(old) == 0 {
		return 0, err
	}
	return tx.Exec(qRetryPurge, old[len(old)-1])
}
