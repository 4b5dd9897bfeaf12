package db

import (
	"crypto/sha256"
	"errors"
	"time"
)

var (
	qRate   = SQL("db.rate", `SELECT tat FROM rate WHERE id = ?`)
	qCharge = SQL("db.charge", `INSERT INTO rate (id, name, tat) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET tat = CASE
			WHEN rate.tat <= CAST(? AS bigint) THEN excluded.tat
			WHEN rate.tat > CAST(? AS bigint) THEN CAST(? AS bigint)
			ELSE rate.tat + CAST(? AS bigint) END`)
	qSweepRate = SQL("db.rate_sweep", `DELETE FROM rate WHERE id IN
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
	if err != nil {
		return 0, err
	}
	// The generic cell rate algorithm: tat is the instant at which the allowance
	// is whole again.
	return max(0, tat.Sub(q.Now())-time.Duration(l.Burst-1)*l.Per), nil
}

// Charge takes one event from key's allowance. It never takes more than all of
// it, so that nobody is locked out for longer than Per after the last charge.
func Charge(tx *Tx, l Limit, key string) error {
	now, per := At(tx.Now()).Micros(), l.Per.Microseconds()
	whole := now + int64(l.Burst)*per // the latest instant at which all is given back
	_, err := tx.Exec(qCharge, l.id(key), l.Name, now+per, now, whole-per, whole, per)
	return err
}

// SweepLimits forgets at most n allowances that are whole again, and returns how
// many.
func SweepLimits(tx *Tx, n int) (int64, error) {
	return tx.Exec(qSweepRate, At(tx.Now()), n)
}

// id is a fixed-width name of the allowance: keys may be addresses, and those do
// not belong into a table in the clear.
func (l Limit) id(key string) []byte {
	h := sha256.Sum256([]byte(l.Name + "\x00" + key))
	return h[:16]
}
