package bench

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

var (
	// What must hold for every license, whatever was thrown at it: the seats that
	// it counts are those of its live activations, and never too many.
	qUneven = db.SQL("bench.uneven", `
SELECT count(*) FROM license l WHERE l.publisher_id = ? AND (l.used > l.quantity + l.overdraft OR l.used <>
	(SELECT COALESCE(SUM(a.quantity), 0) FROM activation a
	 WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0))`)
	qOversold = db.SQL("bench.oversold", `
SELECT count(*) FROM license l WHERE l.publisher_id = ? AND l.quantity + l.overdraft <
	(SELECT COALESCE(SUM(a.quantity), 0) FROM activation a
	 WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0)`)
	// Tickets without a code of their own: two of the same code are one look-up.
	qDuplicates = db.SQL("bench.duplicates", `
SELECT (SELECT count(*) FROM ticket WHERE publisher_id = ?) -
	(SELECT count(DISTINCT id) FROM code_lookup WHERE publisher_id = ? AND kind = 'ticket')`)
	qUsed = db.SQL("bench.used", `
SELECT COALESCE(SUM(used), 0) FROM license WHERE publisher_id = ?`)
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
	Acked      int64 // activations that clients were told of
	Lost       int64 // of these, the ones that have no row
}

// Sound reports whether nothing was oversold, doubled or lost.
func (p Proof) Sound() bool { return p.Uneven+p.Oversold+p.Duplicates+p.Lost == 0 }

// ack is an activation as a client was told of it.
type ack struct {
	License   license.LicenseID
	Container license.ContainerID
	Gen       int64
}

// prove asks the database.
func prove(q db.Querier, p actor.PublisherID, acks []ack) (Proof, error) {
	out := Proof{Acked: int64(len(acks))}
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
	for _, a := range acks {
		var n int64
		if err := q.QueryRow(qAcked, p, a.License, a.Container, a.Gen).Scan(&n); err != nil {
			return out, err
		}
		if n != 1 {
			out.Lost++
		}
	}
	return out, nil
}
