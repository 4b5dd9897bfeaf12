package bench

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

// liveSeats is what is in use of a license l.
const liveSeats = `
	(SELECT COALESCE(SUM(a.quantity), 0) FROM activation a
	 WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0) +
	(SELECT COALESCE(SUM(e.seats), 0) FROM floating_lease e
	 WHERE e.publisher_id = l.publisher_id AND e.license_id = l.id)`

var (
	// What must hold for every license, whatever was thrown at it: the seats that
	// it counts are those of its live activations and leases, and never too many.
	qUneven = db.SQL("bench.uneven", `
SELECT count(*) FROM license l WHERE l.publisher_id = ? AND (l.used > l.quantity + l.overdraft OR l.used <> `+liveSeats+`)`)
	qOversold = db.SQL("bench.oversold", `
SELECT count(*) FROM license l WHERE l.publisher_id = ? AND l.quantity + l.overdraft < `+liveSeats)
	// Tickets without a code of their own: two of the same code are one look-up.
	qDuplicates = db.SQL("bench.duplicates", `
SELECT (SELECT count(*) FROM ticket WHERE publisher_id = ?) -
	(SELECT count(DISTINCT id) FROM code_lookup WHERE publisher_id = ? AND kind = 'ticket')`)
	qUsed = db.SQL("bench.used", `
SELECT COALESCE(SUM(used), 0) FROM license WHERE publisher_id = ?`)
	qLease = db.SQL("bench.lease", `
SELECT state, ends_at FROM floating_lease WHERE publisher_id = ? AND id = ? AND fence = ?`)
	qAcked = db.SQL("bench.acked", `
SELECT count(*) FROM activation
WHERE publisher_id = ? AND license_id = ? AND container_id = ? AND slot = 0 AND gen = ?`)
)

// The anchors of the engines need a table of one row.
var (
	qAnchorTable = db.SQL("bench.anchor_table", `CREATE TABLE bench_anchor (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)`)
	qAnchorRow   = db.SQL("bench.anchor_row", `INSERT INTO bench_anchor (id, n) VALUES (1, 0)`)
	qAnchorWrite = db.SQL("bench.anchor_write", `UPDATE bench_anchor SET n = n + 1 WHERE id = 1`)
	qAnchorRead  = db.SQL("bench.anchor_read", `SELECT n FROM bench_anchor WHERE id = 1`)
)

// Proof is what the database says after a run. Everything but Used and Acked
// must be 0.
type Proof struct {
	Used       int64 // seats
	Uneven     int64 // licenses whose counter is not the sum of their live activations
	Oversold   int64 // licenses with more live seats than they have
	Duplicates int64 // tickets without a code of their own
	Acked      int64 // activations and leases that clients were told of
	Lost       int64 // of these, the ones that have no row, or one that ends earlier
}

// Sound reports whether nothing was oversold, doubled or lost.
func (p Proof) Sound() bool { return p.Uneven+p.Oversold+p.Duplicates+p.Lost == 0 }

// ack is an activation as a client was told of it.
type ack struct {
	License   license.LicenseID
	Container license.ContainerID
	Gen       int64
}

// told is what the clients of a stretch were told.
type told struct {
	Acks   []ack
	Leases []leaseAck
}

// leaseAck is a lease as its client knows it: until the latest end that it was told,
// or given back.
type leaseAck struct {
	Lease license.LeaseID
	Fence int64
	Ends  time.Time
	Over  bool
}

// prove asks the database.
func prove(q db.Querier, p actor.PublisherID, in told) (Proof, error) {
	out := Proof{Acked: int64(len(in.Acks) + len(in.Leases))}
	for _, one := range []struct {
		to   *int64
		stmt *db.Stmt
		args []any
	}{
		{&out.Used, qUsed, []any{p}},
		{&out.Uneven, qUneven, []any{p}},
		{&out.Oversold, qOversold, []any{p}},
		{&out.Duplicates, qDuplicates, []any{p, p}},
	} {
		if err := q.QueryRow(one.stmt, one.args...).Scan(one.to); err != nil {
			return out, err
		}
	}
	for _, a := range in.Acks {
		var n int64
		if err := q.QueryRow(qAcked, p, a.License, a.Container, a.Gen).Scan(&n); err != nil {
			return out, err
		}
		if n != 1 {
			out.Lost++
		}
	}
	for _, a := range in.Leases {
		kept, err := a.kept(q, p)
		if err != nil {
			return out, err
		}
		if !kept {
			out.Lost++
		}
	}
	return out, nil
}

// kept reports whether the database knows of a lease what its client knows.
func (a leaseAck) kept(q db.Querier, p actor.PublisherID) (bool, error) {
	var state string
	var ends db.Time
	err := q.QueryRow(qLease, p, a.Lease, a.Fence).Scan(&state, &ends)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if a.Over {
		return state == string(license.LeaseEnded), err
	}
	return state == string(license.LeaseLive) && !ends.Before(a.Ends), err
}
