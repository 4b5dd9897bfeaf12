package actor

import (
	"context"
	"errors"
	"time"

	"github.com/licet/licet/internal/db"
)

// sealWithin is how long a row may wait for the sealer before it is a problem.
const sealWithin = time.Minute

// verifyPage is how many rows VerifyJournal holds at a time.
const verifyPage = 1000

var (
	qWaiting = db.SQL("actor.waiting", `
SELECT count(*) FROM journal WHERE publisher_id = ? AND seq IS NULL`)
	qOverdue = db.SQL("actor.overdue", `
SELECT id, at FROM journal
WHERE publisher_id = ? AND seq IS NULL AND at < ? ORDER BY seq LIMIT ?`)
)

// Checkpoint is a head of a chain that was signed and kept elsewhere.
type Checkpoint struct {
	Seq  int64
	Hash [32]byte
}

// VerifyJournal walks a publisher's chain from the first row and reports what is
// wrong with it; known checkpoints must lie on it. It streams in constant
// memory and may run beside the sealer. The error is the database's alone.
func VerifyJournal(ctx context.Context, d *db.DB, p PublisherID, known ...Checkpoint) (Report, error) {
	a := &auditor{publisher: p, chain: newChain(), known: make(map[int64][32]byte, len(known))}
	for _, c := range known {
		a.known[c.Seq] = c.Hash
	}
	for more := true; more; {
		err := d.For(p).Read(ctx, func(r *db.Reader) error {
			var err error
			more, err = verifyNext(r, a)
			return err
		})
		if err != nil {
			return a.report, err
		}
	}
	return a.report, nil
}

// verifyNext judges one page in one snapshot, together with the head as it was
// then, and after the last page what is not sealed.
func verifyNext(r *db.Reader, a *auditor) (more bool, err error) {
	head, err := readHead(r, a.publisher)
	if err != nil {
		return false, err
	}
	rows, err := ReadJournal(r, a.publisher, a.report.Seq, verifyPage)
	if err != nil {
		return false, err
	}
	for i := range rows {
		if rows[i].Seq > head.Seq {
			for j := range rows[i:] {
				a.beyond(&rows[i+j])
			}
			a.end(head.Seq, head.Hash)
			return false, verifyOpen(r, a)
		}
		a.row(&rows[i])
	}
	if len(rows) == verifyPage {
		return true, nil
	}
	a.end(head.Seq, head.Hash)
	return false, verifyOpen(r, a)
}

func readHead(q db.Querier, p PublisherID) (Checkpoint, error) {
	var (
		c    Checkpoint
		hash []byte
	)
	err := q.QueryRow(qHead, p).Scan(&c.Seq, &hash)
	if errors.Is(err, db.ErrNotFound) {
		return c, nil
	}
	copy(c.Hash[:], hash)
	return c, err
}

// JournalHead returns the last sealed sequence number of a publisher's journal, 0
// when nothing is sealed: the watermark of feeds and reports.
func JournalHead(q db.Querier, p PublisherID) (int64, error) {
	head, err := readHead(q, p)
	return head.Seq, err
}

func verifyOpen(r *db.Reader, a *auditor) error {
	if err := r.QueryRow(qWaiting, a.publisher).Scan(&a.report.Waiting); err != nil {
		return err
	}
	rows, err := r.Query(qOverdue, a.publisher, db.At(r.Now().Add(-sealWithin)), maxProblems)
	late, err := db.Collect(rows, err, func(r *db.Rows) (Problem, error) {
		var (
			p  = Problem{Kind: ProblemUnsealed}
			at db.Time
		)
		err := r.Scan(&p.ID, &at)
		p.Detail = "not sealed since " + at.UTC().Format(time.RFC3339)
		return p, err
	})
	for _, p := range late {
		a.add(p)
	}
	return err
}
