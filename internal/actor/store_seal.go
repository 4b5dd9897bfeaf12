package actor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/licet/licet/internal/db"
)

const (
	// sealBatch is how many rows one transaction seals: few enough that nobody
	// who waits behind it on SQLite's one writer notices (some 3 ms).
	sealBatch = 256
	// sealLease is how long a sealer that stopped without a word is waited for.
	sealLease = 10 * time.Second
	// leaseName is the row of the lease table.
	leaseName = "journal.seal"
)

var (
	qLeaseTake = db.SQL("actor.lease_take", `
INSERT INTO lease (name, holder, fence, until) VALUES (?, ?, 1, ?)
ON CONFLICT (name) DO UPDATE SET
  fence = lease.fence + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END,
  holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until <= ?`)
	qLeaseDrop = db.SQL("actor.lease_drop", `
UPDATE lease SET until = ? WHERE name = ? AND holder = ?`)
	// ORDER BY seq keeps both engines on the index of seq, where the unsealed rows
	// stand together, whatever their statistics say: else they read the whole
	// journal for a few rows. SQLite needs the ids by themselves for that.
	qOpenPublisher = db.SQL("actor.open_publisher", `
SELECT t.publisher_id FROM tree t
WHERE t.publisher_id > ? AND
  (SELECT 1 FROM journal j WHERE j.publisher_id = t.publisher_id AND j.seq IS NULL ORDER BY j.seq LIMIT 1) = 1
ORDER BY t.publisher_id LIMIT 1`)
	qOpenRows = db.SQLPair("actor.open_rows", `
SELECT 0, j.id, j.entity, j.entity_id, j.event, j.actor, j.on_behalf, j.at, j.data, j.hash, j.prev
FROM (SELECT publisher_id, id FROM journal WHERE publisher_id = ? AND seq IS NULL ORDER BY seq LIMIT ?) o
JOIN journal j ON j.publisher_id = o.publisher_id AND j.id = o.id`, `
SELECT 0, id, entity, entity_id, event, actor, on_behalf, at, data, hash, prev
FROM journal WHERE publisher_id = ? AND seq IS NULL ORDER BY seq LIMIT ?`)
	qHeadMake = db.SQL("actor.head_make", `
INSERT INTO journal_head (publisher_id, seq, hash) VALUES (?, 0, ?)
ON CONFLICT (publisher_id) DO NOTHING`)
	qHead = db.SQL("actor.head", `
SELECT seq, hash FROM journal_head WHERE publisher_id = ?`)
	qHeadLock = db.SQL("actor.head_lock", `
SELECT seq, hash FROM journal_head WHERE publisher_id = ? {for_update}`)
	qHeadMove = db.SQL("actor.head_move", `
UPDATE journal_head SET seq = ?, hash = ? WHERE publisher_id = ? AND seq = ?`)
	// The head is locked, so no row in the argument can have been sealed since,
	// and no condition on seq is needed. MATERIALIZED makes SQLite look each row
	// up by its key; else it reads the whole list for every row of the publisher.
	qSeal = db.SQLPair("actor.seal", `
WITH s AS MATERIALIZED (
  SELECT ? AS publisher_id, unhex(value->>0) AS id, value->>1 AS seq, unhex(value->>2) AS hash, unhex(value->>3) AS prev
  FROM json_each(?))
UPDATE journal SET seq = s.seq, hash = s.hash, prev = s.prev FROM s
WHERE journal.publisher_id = s.publisher_id AND journal.id = s.id`, `
WITH s AS MATERIALIZED (
  SELECT CAST(? AS uuid) AS publisher_id, CAST(value->>0 AS uuid) AS id, CAST(value->>1 AS bigint) AS seq,
         decode(value->>2, 'hex') AS hash, decode(value->>3, 'hex') AS prev
  FROM json_array_elements(CAST(? AS json)))
UPDATE journal SET seq = s.seq, hash = s.hash, prev = s.prev FROM s
WHERE journal.publisher_id = s.publisher_id AND journal.id = s.id`)
)

// errForked stops a sealer whose chain is not the one in the database.
var errForked = errors.New("journal: the head moved while it was locked")

// Sealer numbers and chains journal rows. Any number of nodes may run one; the
// lease lets one of them work at a time, and the locked head of each chain keeps
// it single even when two believe that they hold the lease.
type Sealer struct {
	d      *db.DB
	holder string
	tick   <-chan time.Time

	// OnCheckpoint is told the head of a chain after each commit that moved it,
	// outside the transaction; app signs it and ships it elsewhere. May be nil.
	OnCheckpoint func(p PublisherID, seq int64, hash [32]byte)
	// OnError is told why a round failed; the next tick tries again. May be nil.
	OnError func(error)
}

// NewSealer returns a sealer that works whenever tick fires (every 100–250 ms).
func NewSealer(d *db.DB, tick <-chan time.Time) *Sealer {
	return &Sealer{d: d, holder: "sealer-" + rand.Text(), tick: tick}
}

// Run seals until ctx ends, then gives the lease back.
func (s *Sealer) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.drop(context.WithoutCancel(ctx))
			return
		case <-s.tick:
			if _, err := s.Round(ctx); err != nil && ctx.Err() == nil && s.OnError != nil {
				s.OnError(err)
			}
		}
	}
}

// Round seals everything that waits, if this sealer holds or can take the lease,
// and returns how many rows it sealed. Without waiting rows it writes nothing.
func (s *Sealer) Round(ctx context.Context) (int, error) {
	return sealAll(ctx, s.d, s.holder, s.OnCheckpoint)
}

// drop ends the lease now, so that another node need not wait for its end.
func (s *Sealer) drop(ctx context.Context) {
	held := false
	_ = s.d.Read(ctx, func(r *db.Reader) error {
		var n int64
		err := r.QueryRow(qLeaseHeld, leaseName, s.holder).Scan(&n)
		held = n > 0
		return err
	})
	if !held {
		return
	}
	_ = s.d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(qLeaseDrop, db.At(tx.Now()), leaseName, s.holder)
		return err
	})
}

var qLeaseHeld = db.SQL("actor.lease_held", `
SELECT count(*) FROM lease WHERE name = ? AND holder = ?`)

// SealOnce seals everything that waits, whoever holds the lease, and returns how
// many rows it sealed: for commands and tests.
func SealOnce(ctx context.Context, d *db.DB) (int, error) {
	return sealAll(ctx, d, "", nil)
}

// sealAll goes through the publishers that have unsealed rows, in rounds of one
// batch each, so that a busy one does not keep the others waiting.
func sealAll(ctx context.Context, d *db.DB, holder string, done func(PublisherID, int64, [32]byte)) (int, error) {
	total := 0
	for {
		sealed, err := sealRound(ctx, d, holder, done)
		total += sealed
		if err != nil || sealed == 0 {
			return total, err
		}
	}
}

func sealRound(ctx context.Context, d *db.DB, holder string, done func(PublisherID, int64, [32]byte)) (int, error) {
	total := 0
	at := PublisherID{15: 1} // below every id that is really used
	for {
		err := d.ReadOne(ctx, func(r *db.Reader) error {
			return r.QueryRow(qOpenPublisher, at).Scan(&at)
		})
		if errors.Is(err, db.ErrNotFound) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		var b batch
		err = d.WriteBulk(ctx, func(tx *db.Tx) error {
			b = batch{publisher: at}
			return b.seal(tx, holder)
		})
		if err != nil || b.refused {
			return total, err
		}
		total += b.n
		if done != nil && b.n > 0 {
			done(at, b.seq, b.hash)
		}
	}
}

// batch is one transaction's share of a chain.
type batch struct {
	publisher PublisherID
	seq       int64
	hash      [32]byte
	n         int
	refused   bool // somebody else holds the lease
}

func (b *batch) seal(tx *db.Tx, holder string) error {
	if holder != "" {
		now := tx.Now()
		n, err := tx.Exec(qLeaseTake, leaseName, holder, db.At(now.Add(sealLease)), db.At(now))
		if err != nil || n == 0 {
			b.refused = n == 0
			return err
		}
	}
	if err := b.lockHead(tx); err != nil {
		return err
	}
	rows, err := tx.Query(qOpenRows, b.publisher, sealBatch)
	open, err := db.Collect(rows, err, scanRow)
	if err != nil || len(open) == 0 {
		return err
	}
	slices.SortFunc(open, func(x, y Row) int { return x.ID.Compare(y.ID) })
	return b.write(tx, open)
}

func (b *batch) lockHead(tx *db.Tx) error {
	if _, err := tx.Exec(qHeadMake, b.publisher, unsealed); err != nil {
		return err
	}
	var hash []byte
	err := tx.QueryRow(qHeadLock, b.publisher).Scan(&b.seq, &hash)
	copy(b.hash[:], hash)
	return err
}

// write chains the rows and moves the head behind the last of them.
func (b *batch) write(tx *db.Tx, open []Row) error {
	before := b.seq
	c := newChain()
	list := make([][4]any, len(open))
	for i := range open {
		r := &open[i]
		b.seq++
		r.Seq, r.Prev = b.seq, b.hash
		r.Hash = c.hash(b.publisher, r)
		b.hash = r.Hash
		list[i] = [4]any{hex.EncodeToString(r.ID[:]), r.Seq, hex.EncodeToString(r.Hash[:]), hex.EncodeToString(r.Prev[:])}
	}
	arg, err := json.Marshal(list)
	if err != nil {
		return err
	}
	n, err := tx.Exec(qSeal, b.publisher, string(arg))
	if err != nil {
		return err
	}
	moved, err := tx.Exec(qHeadMove, b.seq, b.hash[:], b.publisher, before)
	if err != nil {
		return err
	}
	if int(n) != len(open) || moved != 1 {
		return errForked
	}
	b.n = len(open)
	return nil
}
