package job

import (
	"encoding/json"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// ID names a job.
type ID = db.ID[Job]

// Job is a piece of work as it is stored.
type Job struct {
	ID          ID
	Publisher   actor.PublisherID // zero: the installation's
	Org         actor.OrgID       // whose it is; zero: the publisher's as a whole
	Kind        string
	State       State
	Due         time.Time // when it may start, or when its worker's lease ends
	Attempts    int64
	MaxAttempts int64
	LastError   string // the last failure, without secrets
	Done, Total int64  // progress in units of the kind; 0, 0 = unknown
	Result      json.RawMessage
	Created     time.Time
	Finished    time.Time

	payload json.RawMessage
	fence   int64
}

// New describes a job to enqueue.
type New struct {
	Kind        string
	Publisher   actor.PublisherID
	Org         actor.OrgID // who may see it, with all above; zero = only the publisher
	Payload     any         // marshalled to JSON; no personal data, no secrets
	Unique      string      // at most one open job per key; "" = any number
	RunAt       time.Time   // zero = now
	MaxAttempts int64       // zero = 12, which is some hours of back-off
}

const columns = `id, publisher_id, org_id, kind, state, due, attempts, max_attempts, last_error,
	done_count, total_count, result, created_at, finished_at, payload, fence`

var (
	qInsert = db.SQL("job.insert", `INSERT INTO job
		(id, publisher_id, org_id, kind, payload, unique_key, state, due, max_attempts, created_at)
		VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)
		ON CONFLICT (unique_key) WHERE state = 'open' AND unique_key IS NOT NULL DO NOTHING`)
	qOpenByKey = db.SQL("job.open_by_key", `SELECT id FROM job WHERE unique_key = ? AND state = 'open'`)
	qClaim     = db.SQL("job.claim", `UPDATE job SET due = ?, fence = fence + 1, attempts = attempts + 1
		WHERE id IN (SELECT id FROM job WHERE state = 'open' AND due <= ? ORDER BY due LIMIT ? {for_update} {skip_locked})
		RETURNING `+columns)
	qDue      = db.SQL("job.due", `SELECT id FROM job WHERE state = 'open' AND due <= ? LIMIT 1`)
	qProgress = db.SQL("job.progress", `UPDATE job SET done_count = ?, total_count = ?, due = ?
		WHERE id = ? AND fence = ? AND state = 'open'`)
	qFinish = db.SQL("job.finish", `UPDATE job SET state = 'done', result = ?, finished_at = ?, last_error = ''
		WHERE id = ? AND fence = ? AND state = 'open'`)
	qFail = db.SQL("job.fail", `UPDATE job SET state = ?, due = ?, last_error = ?, finished_at = ?
		WHERE id = ? AND fence = ? AND state = 'open'`)
	qRetry = db.SQL("job.retry", `UPDATE job SET state = 'open', due = ?, attempts = 0, finished_at = NULL
		WHERE id = ? AND state = 'dead'`)
	qByID = db.SQL("job.by_id", `SELECT `+columns+` FROM job WHERE id = ?`)
	qList = db.SQL("job.list", `SELECT `+columns+` FROM job
		WHERE publisher_id = ? AND id < ? AND (? = '' OR state = ?) ORDER BY publisher_id, id DESC LIMIT ?`)
	qListIn = db.SQL("job.list_in", `SELECT `+columns+` FROM job
		WHERE publisher_id = ? AND id < ? AND {ids:org_id} AND (? = '' OR state = ?) ORDER BY publisher_id, id DESC LIMIT ?`)
	qPurgeable = db.SQL("job.purgeable", `SELECT id FROM job
		WHERE id < ? AND state = 'done' AND finished_at < ? ORDER BY id LIMIT 1000`)
	qPurge  = db.SQL("job.purge", `DELETE FROM job WHERE {ids:id}`)
	qHealth = db.SQL("job.health", `SELECT kind, state, sum(1), min(due) FROM
		(SELECT kind, state, due FROM job WHERE state = 'open' UNION ALL SELECT kind, state, due FROM job WHERE state = 'dead') j
		GROUP BY kind, state ORDER BY kind, state`)
	qSlot = db.SQL("job.slot", `INSERT INTO job_schedule (kind, last_slot) VALUES (?, ?)
		ON CONFLICT (kind) DO UPDATE SET last_slot = excluded.last_slot
		WHERE job_schedule.last_slot < excluded.last_slot`)
)

func scan(rows *db.Rows) (Job, error) {
	var j Job
	var due, created, finished db.Time
	var result, payload db.JSON[json.RawMessage]
	err := rows.Scan(&j.ID, &j.Publisher, &j.Org, &j.Kind, &j.State, &due, &j.Attempts, &j.MaxAttempts, &j.LastError,
		&j.Done, &j.Total, &result, &created, &finished, &payload, &j.fence)
	j.Due, j.Created, j.Finished = due.Time, created.Time, finished.Time
	j.Result, j.payload = result.V, payload.V
	return j, err
}

// Enqueue writes a job in the caller's transaction. With a unique key of which
// an open job exists, it returns that job's id and writes nothing.
func Enqueue(tx *db.Tx, n New) (ID, error) {
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return ID{}, err
	}
	due := n.RunAt
	if due.IsZero() {
		due = tx.Now()
	}
	attempts := n.MaxAttempts
	if attempts == 0 {
		attempts = 12
	}
	var key any
	if n.Unique != "" {
		key = n.Unique
	}
	id := db.NewID[Job](tx)
	added, err := tx.Exec(qInsert, id, n.Publisher, n.Org, n.Kind, string(payload), key, db.At(due), attempts, db.At(tx.Now()))
	if err != nil || added == 1 {
		return id, err
	}
	err = tx.QueryRow(qOpenByKey, n.Unique).Scan(&id)
	return id, err
}

func claim(tx *db.Tx, lease time.Duration, most int) ([]Job, error) {
	rows, err := tx.Query(qClaim, db.At(tx.Now().Add(lease)), db.At(tx.Now()), most)
	return db.Collect(rows, err, scan)
}

// held turns "no row changed" into the refusal of a fenced-out worker.
func held(changed int64, err error) error {
	if err == nil && changed == 0 {
		return ErrFenced
	}
	return err
}

func byID(q db.Querier, id ID) (Job, error) {
	rows, err := q.Query(qByID, id)
	found, err := db.Collect(rows, err, scan)
	if err != nil {
		return Job{}, err
	}
	if len(found) == 0 {
		return Job{}, ErrNotFound
	}
	return found[0], nil
}

// takeSlot reports whether the caller is the one to enqueue this slot.
func takeSlot(tx *db.Tx, kind string, slot time.Time) (bool, error) {
	n, err := tx.Exec(qSlot, kind, db.At(slot))
	return n == 1, err
}
