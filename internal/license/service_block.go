package license

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/sign"
)

// BlockListKind is the kind of the jobs that make a publisher's block list anew.
const BlockListKind = "license.blocklist"

const (
	// maxChanges is how many changes one list takes note of; the others wait for the
	// next one, which says nothing new.
	maxChanges = 10_000
	// signList bounds how long one list is signed: shorter than a job's lease, so that
	// a module that hangs holds one worker and not all of them.
	signList = 40 * time.Second
	// maxRiders is how many parts of a list go with an answer; longer lists are fetched.
	maxRiders = 4
)

// DueBlockLists looks for publishers whose block list may have to be made anew, and
// enqueues a job for each, so that a key module that does not sign keeps nobody else
// waiting. It returns how many. A job calls it; the first call of a process looks
// through everything, for a restored database does not know what has changed.
func (s *Service) DueBlockLists(ctx context.Context) (int, error) {
	due := map[actor.PublisherID]bool{}
	swept := s.swept.Load()
	err := s.db.Read(ctx, func(r *db.Reader) error {
		epoch, err := s.epochOf(r)
		if err != nil {
			return err
		}
		add := func(stmt *db.Stmt, args ...any) {
			if err != nil {
				return
			}
			var found []actor.PublisherID
			found, err = db.List(r, func(r *db.Rows) (p actor.PublisherID, err error) { err = r.Scan(&p); return p, err }, stmt, args...)
			for _, p := range found {
				due[p] = true
			}
		}
		add(qBlockDue, db.At(r.Now()), epochNumbers(epoch))
		if !swept {
			add(qBlockSweep)
		}
		if err != nil {
			return err
		}
		return addRevoked(r, due)
	})
	if err != nil {
		return 0, err
	}
	for p := range due {
		if err := s.db.Write(ctx, func(tx *db.Tx) error {
			_, err := job.Enqueue(tx, job.New{Kind: BlockListKind, Publisher: p, Payload: struct{}{}, Unique: BlockListKind + ":" + p.String()})
			return err
		}); err != nil {
			return 0, err
		}
	}
	s.swept.Store(true)
	return len(due), nil
}

// addRevoked adds publishers whose list is signed by a key that is revoked: nobody
// believes it any more.
func addRevoked(r *db.Reader, due map[actor.PublisherID]bool) error {
	revoked, err := sign.RevokedKeys(r)
	if err != nil || len(revoked) == 0 {
		return err
	}
	rows, err := r.Query(qBlockSigned)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p actor.PublisherID
		var kid string
		if err := rows.Scan(&p, &kid); err != nil {
			return err
		}
		if slices.Contains(revoked[p], kid) {
			due[p] = true
		}
	}
	return rows.Err()
}

// BlockListMade is what a look at a publisher's block list has come to.
type BlockListMade struct {
	Seq        int64 // of the list that counts; 0 = there is none
	Containers int   // that are to be listed now
	LeftOut    int   // of them, for lack of room
	Issued     bool  // it is a new one
}

// IssueBlockList makes the block list of a publisher anew, if it has to say something
// else than the one that counts, and journals it. It reads, signs outside of any
// transaction, and stores what was signed if nobody else has meanwhile: a list that
// nobody has seen has no number. A job calls it. Errors: those of sign.Keyring, after
// which the same call works when there is a key that signs; and the database's.
func (s *Service) IssueBlockList(ctx context.Context, p actor.PublisherID) (BlockListMade, error) {
	d, err := s.draftBlockList(ctx, p)
	if err != nil {
		return BlockListMade{}, err
	}
	made := BlockListMade{Seq: d.old.seq, Containers: len(d.blocks.all) + d.blocks.leftOut, LeftOut: d.blocks.leftOut}
	next := *d.old
	next.due = d.blocks.due
	if !d.stands {
		if err := s.markListed(ctx, p, d.blocks.all); err != nil {
			return made, err
		}
		if next, err = s.signBlockList(ctx, p, d); err != nil {
			return made, err
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		made.Issued = false // it may run again
		mine, err := next.store(tx, p, d.old.seq)
		if err != nil || !mine {
			return err // somebody else's look stands; what has changed is looked at again
		}
		if _, err := tx.Exec(qBlockChangesDelete, p, d.changes); err != nil || d.stands {
			return err
		}
		made.Issued, made.Seq = true, next.seq
		return actor.Record(tx, actor.System(p), actor.Entry{
			Entity: "blocklist", ID: p, Event: "blocklist.issued",
			Data: blockData{next.seq, len(d.blocks.all), d.blocks.leftOut},
		})
	})
	return made, err
}

// draft is what one read has found.
type draft struct {
	old     *blockRow
	blocks  *blocks
	changes db.IDs[blockChange]
	epoch   int64
	now     time.Time
	stands  bool // the old list says it all
}

func (s *Service) draftBlockList(ctx context.Context, p actor.PublisherID) (*draft, error) {
	d := &draft{}
	err := s.db.For(p).Read(ctx, func(r *db.Reader) (err error) {
		d.now = r.Now()
		if d.changes, err = db.List(r, func(r *db.Rows) (id db.ID[blockChange], err error) { err = r.Scan(&id); return id, err },
			qBlockChanges, p, maxChanges); err != nil {
			return err
		}
		if d.old, err = blockListOf(r, p); err != nil {
			return err
		}
		if d.epoch, err = s.epochOf(r); err != nil {
			return err
		}
		revoked, err := sign.RevokedKeys(r)
		if err != nil {
			return err
		}
		if d.blocks, err = s.blocksOf(r, p, d.now); err != nil {
			return err
		}
		d.stands = d.old.stands(d.blocks, d.epoch, slices.Contains(revoked[p], d.old.kid))
		return nil
	})
	return d, err
}

// markListed notes which containers are to hear of a list that does not name them,
// one day. It stands before the list does: too many are no harm.
func (s *Service) markListed(ctx context.Context, p actor.PublisherID, all []blockable) error {
	for some := range slices.Chunk(all, chunk) {
		ids := make(db.IDs[Container], 0, len(some))
		for _, one := range some {
			ids = append(ids, one.id)
		}
		if err := s.db.WriteBulk(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(qContainersListed, p, ids)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// signBlockList makes and signs the parts of the next list.
func (s *Service) signBlockList(ctx context.Context, p actor.PublisherID, d *draft) (blockRow, error) {
	ctx, done := context.WithTimeout(ctx, signList)
	defer done()
	at := d.now
	if d.blocks.latest.After(at) {
		at = d.blocks.latest // another node's clock goes before this one's
	}
	row := blockRow{
		seq: nextNumber(d.old.seq, d.epoch, d.now), issued: at, content: d.blocks.content, ids: d.blocks.ids(), due: d.blocks.due,
	}
	var tokens []string
	for _, claims := range d.blocks.claims(s.ring.Name(p), row.seq, at.Unix()) {
		prepared, err := s.ring.Prepare(p, claims.Kind(), claims)
		if err != nil {
			return row, err
		}
		token, err := s.ring.Redeem(ctx, p, prepared)
		if err != nil {
			return row, err
		}
		if row.kid != "" && row.kid != prepared.KID {
			return row, db.ErrBusy // the key has changed meanwhile: the next try has one key
		}
		row.kid, tokens = prepared.KID, append(tokens, token)
	}
	row.tokens = strings.Join(tokens, "\n")
	return row, nil
}

// BlockList is a publisher's list as programs install it.
type BlockList struct {
	Seq    int64
	Issued time.Time
	Lines  []string // certificates and what goes before them, then the parts of the list
}

// BlockList returns the block list of a publisher that counts. It is public: it names
// hashes of container keys and nobody. Errors: license.no_block_list, also for a
// publisher that there is not.
func (s *Service) BlockList(ctx context.Context, _ actor.Actor, p actor.PublisherID) (BlockList, error) {
	var row *blockRow
	err := s.db.For(p).ReadOne(ctx, func(r *db.Reader) (err error) {
		row, err = blockListOf(r, p)
		return err
	})
	if err != nil {
		return BlockList{}, err
	}
	if row.tokens == "" {
		return BlockList{}, ErrNoBlockList
	}
	lines := s.ring.BundleFor(p, sign.Want{KIDs: []string{row.kid}})
	return BlockList{row.seq, row.issued, append(lines, strings.Split(row.tokens, "\n")...)}, nil
}

// rider is the block list that goes with an answer: to a container that some list has
// named, the first one that does not. The caller's answer is recorded with it.
func (k *desk) rider(c *contact) (string, error) {
	if !c.box.Listed || c.msg.typed != nil {
		return "", nil
	}
	k.relist = true
	row, err := blockListOf(k.tx, k.publisher)
	if err != nil || row.tokens == "" || row.names(c.box.ID) || strings.Count(row.tokens, "\n") >= maxRiders {
		return "", err
	}
	c.box.Listed = false
	_, err = k.tx.Exec(qContainerUnlisted, k.publisher, c.box.ID)
	return row.tokens, err
}

// strays reads what is away from a container that some list has named.
func (k *desk) strays(c *contact) error {
	if c.box == nil || !c.box.Listed {
		return nil
	}
	list, err := db.List(k.tx, scanActivation, qAwayOf, k.publisher, db.IDs[Container]{c.box.ID})
	for _, a := range list {
		a = k.known(a)
		if last := k.last[pair{a.License, a.Container}]; last != nil && last.ID == a.ID {
			a = last
		}
		if a.Away {
			c.strays = append(c.strays, a)
		}
	}
	return err
}

// writeBlocks notes what the next block list must know of.
func (k *desk) writeBlocks() error {
	if !k.relist {
		return nil
	}
	return noteBlocks(k.tx, k.publisher)
}

// BlockListJob makes the list of the publisher that a job is for.
func (s *Service) BlockListJob(ctx context.Context, r *job.Run) (any, error) {
	return s.IssueBlockList(ctx, r.Publisher)
}
