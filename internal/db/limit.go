package db

import (
	"crypto/sha256"
	"errors"
	"time"
)

var (
	qRate    = SQL("db.rate", `SELECT tat FROM rate WHERE id = ?`)
	qSetRate = SQL("db.set_rate", `INSERT INTO rate (id, name, tat) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET tat = excluded.tat`)
	qRateLock = SQL("db.rate_lock", `SELECT tat FROM rate WHERE id = ? {for_update}`)
	qRateSwep = SQL("db.rate_sweep", `DELETE FROM rate WHERE id IN
		(SELECT id FROM rate WHERE tat <= ? ORDER BY tat LIMIT ?)`)
)

// Limit is a named allowance that holds across nodes: Burst events at once, and
// one more per Per. It is charged for failures only (wrong codes, wrong
// passwords), so that honest use never waits.
type Limit struct {
	Name  string
	Burst int           // at least 1
	Per   time.Duration // one event is given back per Per; at least 1 ms
}

// Blocked tells how long key must wait before the next try; 0 means go ahead.
func Blocked(q Querier, l Limit, key string) (retryAfter time.Duration, err error) {
	var tat Time
	err = q.QueryRow(qRate, l.id(key)).Scan(&tat)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return l.wait(q.Now(), tat.Time), err
}

// Charge takes one event from key's allowance. It never takes more than all of
// it, so that nobody is locked out for longer than Per after the last charge.
func Charge(tx *Tx, l Limit, key string) error {
	var tat Time
	id := l.id(key)
	err := tx.QueryRow(qRateLock, id).Scan(&tat)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	_, err = tx.Exec(qSetRate, id, l.Name, At(l.charge(tx.Now(), tat.Time)))
	return err
}

// SweepLimits forgets at most n allowances that are whole again, and returns how
// many.
func SweepLimits(tx *Tx, n int) (int64, error) {
	return tx.Exec(qRateSwep, At(tx.Now()), n)
}

// wait is the generic cell rate algorithm: tat is the instant at which the
// allowance is whole again.
func (l Limit) wait(now, tat time.Time) time.Duration {
	return max(0, tat.Sub(now)-time.Duration(l.Burst-1)*l.Per)
}

// charge returns the instant at which the allowance will be whole after one more
// event.
func (l Limit) charge(now, tat time.Time) time.Time {
	if tat.Before(now) {
		tat = now
	}
	tat = tat.Add(l.Per)
	if whole := now.Add(time.Duration(l.Burst) * l.Per); tat.After(whole) {
		return whole
	}
	return tat
}

// id is a fixed-width name of the allowance: keys may be addresses, and those do
// not belong into a table in the clear.
func (l Limit) id(key string) []byte {
	h := sha256.Sum256([]byte(l.Name + "\x00" + key))
	return h[:16]
}
