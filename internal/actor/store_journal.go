package actor

import (
	"slices"
	"time"

	"github.com/licet/licet/internal/db"
)

// JournalRow marks ids of journal rows.
type JournalRow struct{}

// JournalID names a journal row.
type JournalID = db.ID[JournalRow]

// Row is one sealed line of a publisher's journal.
type Row struct {
	Seq      int64 // 1, 2, 3 … without gaps, per publisher
	ID       JournalID
	Entity   string
	EntityID [16]byte
	Event    string
	Actor    string // pseudonym
	OnBehalf OrgID  // zero = nobody
	At       time.Time
	Data     string // the JSON text as it was hashed
	Hash     [32]byte
	Prev     [32]byte // hash of row Seq-1; zero for the first
}

var (
	qJournalInsert = db.SQL("actor.journal_insert", `
INSERT INTO journal (publisher_id, id, entity, entity_id, event, actor, on_behalf, at, data, hash, prev)
VALUES {rows}`)
	qJournalAfter = db.SQL("actor.journal_after", `
SELECT seq, id, entity, entity_id, event, actor, on_behalf, at, data, hash, prev
FROM journal WHERE publisher_id = ? AND seq > ? ORDER BY seq LIMIT ?`)
)

// unsealed fills hash and prev until the sealer comes, so that sealing a row
// does not make it longer.
var unsealed = make([]byte, 32)

// Record writes one journal line in the business transaction. It fails only
// when the database does or when the entry is malformed; either fails the act.
func Record(tx *db.Tx, by Actor, e Entry) error {
	return RecordMany(tx, by, []Entry{e})
}

// RecordMany writes one journal line per entry, in one statement per 500.
func RecordMany(tx *db.Tx, by Actor, entries []Entry) error {
	return recordIn(tx, by, by.Publisher, entries)
}

// RecordIn is Record for an actor above the tenants, which acts on publisher p.
func RecordIn(tx *db.Tx, by Actor, p PublisherID, e Entry) error {
	return recordIn(tx, by, p, []Entry{e})
}

func recordIn(tx *db.Tx, by Actor, p PublisherID, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	now := db.At(tx.Now())
	rows := make([][]any, 0, len(entries))
	for _, e := range entries {
		data, err := e.encode()
		if err != nil {
			return err
		}
		who := e.By
		if who == "" {
			who = by.pseudonym()
		}
		rows = append(rows, []any{
			p, db.NewID[JournalRow](tx), e.Entity, db.ID[Row](e.ID), e.Event,
			who, by.OnBehalf, now, data, unsealed, unsealed,
		})
	}
	_, err := tx.ExecMany(qJournalInsert, rows)
	return err
}

// ReadJournal returns up to limit sealed rows of a publisher after sequence
// number afterSeq, in order. Feeds and webhooks follow it: what is not sealed
// yet is not shown, so nothing ever appears before a number already seen.
func ReadJournal(q db.Querier, publisher PublisherID, afterSeq int64, limit int) ([]Row, error) {
	rows, err := q.Query(qJournalAfter, publisher, afterSeq, limit)
	return db.Collect(rows, err, scanRow)
}

// ReadUnsealed returns the rows of a publisher that the sealer has not come to
// yet, oldest first, with sequence 0. What is carried out of the database needs
// them: the tables of the same snapshot show what they did already.
func ReadUnsealed(q db.Querier, publisher PublisherID) ([]Row, error) {
	open, err := db.List(q, scanRow, qOpenRows, publisher, maxUnsealed)
	slices.SortFunc(open, func(x, y Row) int { return x.ID.Compare(y.ID) })
	return open, err
}

// maxUnsealed is more rows than can wait for the sealer.
const maxUnsealed = 1 << 24

func scanRow(r *db.Rows) (Row, error) {
	var (
		row        Row
		entity     db.ID[Row]
		at         db.Time
		hash, prev []byte
	)
	err := r.Scan(&row.Seq, &row.ID, &row.Entity, &entity, &row.Event, &row.Actor,
		&row.OnBehalf, &at, &row.Data, &hash, &prev)
	row.EntityID, row.At = entity, at.Time
	copy(row.Hash[:], hash)
	copy(row.Prev[:], prev)
	return row, err
}
