package sign

import (
	"context"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// RotatePepper makes a new pepper. Codes are stored under it from two seconds
// later on, when every node has learned of it, and are looked up under all of
// them; Reindex moves those that have a sealed copy. Only the installation's
// administrator may. It returns the new pepper's id.
func (s *Service) RotatePepper(ctx context.Context, by actor.Actor) (int64, error) {
	var id int64
	err := s.change(ctx, by, actor.PublisherManage, func(tx *db.Tx) error {
		all, err := peppers(tx)
		if err != nil {
			return err
		}
		id = 1
		for _, p := range all {
			id = max(id, p.id+1)
		}
		if err := s.vault.addPepper(tx, id, purposeLookup, tx.Now().Add(pepperLead)); err != nil {
			return err
		}
		return recordPepper(tx, by, "pepper.rotated", id)
	})
	if err != nil {
		return 0, err
	}
	return id, s.vault.reload(ctx)
}

// pepperSettled is how long a newer pepper must have been in use before an older
// one may go: by then no node stores anything under the older one any more.
const pepperSettled = time.Minute

// PepperUse counts what is still stored under a pepper, in all look-up tables.
// app sets it; without it no pepper is deleted.
type PepperUse func(q db.Querier, pepper int64) (int64, error)

// RetirePepper deletes a pepper under which nothing is stored any more. Only
// the installation's administrator may. Errors: sign.not_found,
// sign.last_pepper, sign.pepper_used, sign.no_log.
func (s *Service) RetirePepper(ctx context.Context, by actor.Actor, id int64) error {
	err := s.change(ctx, by, actor.PublisherManage, func(tx *db.Tx) error {
		all, err := peppers(tx)
		if err != nil {
			return err
		}
		successor, known := false, false
		for _, p := range all {
			if p.purpose == purposeLookup {
				known = known || p.id == id
				successor = successor || p.id > id && tx.Now().Sub(p.from.Time) >= pepperSettled
			}
		}
		if !known {
			return ErrNotFound.With("kid", id)
		}
		if !successor {
			return ErrLastPepper.With("id", id)
		}
		if s.PepperUse == nil { // a code under a deleted pepper is lost
			return ErrNoLog
		}
		left, err := s.PepperUse(tx, id)
		if err != nil {
			return err
		}
		if left > 0 {
			return ErrPepperUsed.With("id", id, "left", left)
		}
		if _, err := tx.Exec(qPepperDelete, id); err != nil {
			return err
		}
		return recordPepper(tx, by, "pepper.retired", id)
	})
	if err != nil {
		return err
	}
	return s.vault.reload(ctx)
}

func recordPepper(tx *db.Tx, by actor.Actor, event string, id int64) error {
	return recordInstallation(tx, by, event, struct {
		Pepper int64 `json:"pepper"`
	}{id})
}

// RotateData makes a new data key for the actor's publisher. What is sealed
// from now on is sealed under it; what was sealed before still opens, and
// Vault.Reseal moves it. It returns the new key's id.
func (s *Service) RotateData(ctx context.Context, by actor.Actor) (int64, error) {
	var id int64
	err := s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		all, err := dataKeys(tx, by.Publisher)
		if err != nil {
			return err
		}
		id = 1
		if len(all) > 0 {
			id = all[0].id + 1
		}
		if err := s.vault.addDataKey(tx, by.Publisher, id); err != nil {
			return err
		}
		return record(tx, by, "publisher", by.Publisher, "data_key.rotated", struct {
			Key int64 `json:"key"`
		}{id})
	})
	return id, err
}

// Entry is a stored code that may move to another pepper: how its owner finds
// the row again, and the sealed copy of the code, nil for one that was shown once.
type Entry struct {
	Publisher actor.PublisherID
	Row       any    // the owner's own key of the row
	AAD       []byte // what the sealed copy is bound to
	Sealed    []byte
}

// Moved is an Entry with the keyed hash under which it is stored from now on.
type Moved struct {
	Entry
	Lookup []byte
}

// Table is a look-up table whose codes can be moved: what its owner gives to
// Reindex.
type Table struct {
	// Next returns up to limit entries that are stored under another pepper than
	// newest, in the order of their rows, behind the row after (nil: from the
	// first one); none at the end.
	Next func(q db.Querier, newest int64, after any, limit int) ([]Entry, error)
	// Code returns the normalized code of what the sealed copy held; nil means
	// that the copy is the normalized code.
	Code func(e Entry, plain []byte) ([]byte, error)
	// Move stores entries under the new pepper. It may find some of them moved
	// already, or run twice.
	Move func(tx *db.Tx, newest int64, moved []Moved) error
}

// reindexChunk is how many codes move in one transaction.
const reindexChunk = 1000

// Reindex moves the codes of a table to the pepper that is in use, from their
// sealed copies, and returns how many. It is the body of a job: it may be stopped
// and run again at any moment, and reports how many codes it has moved so far
// after each chunk. Codes without a sealed copy stay where they are. A minute
// after a rotation no node stores anything under an older pepper any more, so
// that one pass from then on is enough.
func (v *Vault) Reindex(ctx context.Context, t Table, progress func(moved int64) error) (int64, error) {
	var total int64
	var after any
	for {
		newest, _ := v.Lookup(nil)
		var moved []Moved
		var last any
		err := v.db.Read(ctx, func(r *db.Reader) (err error) {
			moved, last, err = v.moves(r, t, newest, after)
			return err
		})
		if err != nil || last == nil {
			return total, err
		}
		after = last
		if len(moved) == 0 {
			continue
		}
		if err := v.db.WriteBulk(ctx, func(tx *db.Tx) error { return t.Move(tx, newest, moved) }); err != nil {
			return total, err
		}
		total += int64(len(moved))
		if progress != nil {
			if err := progress(total); err != nil {
				return total, err
			}
		}
	}
}

// moves reads a chunk and opens its codes; last is its last row, nil at the end.
func (v *Vault) moves(q db.Querier, t Table, newest int64, after any) (moved []Moved, last any, err error) {
	entries, err := t.Next(q, newest, after, reindexChunk)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		last = e.Row
		if e.Sealed == nil {
			continue
		}
		code, err := v.Open(q, e.Publisher, e.AAD, e.Sealed)
		if err == nil && t.Code != nil {
			code, err = t.Code(e, code)
		}
		if err != nil {
			return nil, nil, err
		}
		moved = append(moved, Moved{Entry: e, Lookup: v.sumUnder(newest, code)})
	}
	return moved, last, nil
}

// sumUnder returns the keyed hash of a code under one pepper.
func (v *Vault) sumUnder(id int64, code []byte) []byte {
	for _, p := range v.peppers.Load().lookup {
		if p.id == id {
			return p.sum(code)
		}
	}
	return nil
}

// Pepper is a pepper as the administrator sees it.
type Pepper struct {
	ID     int64     `json:"id"`
	From   time.Time `json:"from"`   // codes are stored under it from then on, until a newer one takes over
	Stored int64     `json:"stored"` // how many codes are stored under it
}

// Peppers returns the peppers, newest first, with what is stored under each. Only
// the installation's administrator may. Errors: sign.no_log.
func (s *Service) Peppers(ctx context.Context, by actor.Actor) ([]Pepper, error) {
	var out []Pepper
	err := s.db.Read(ctx, func(r *db.Reader) error {
		if err := s.gate.Check(r, by, actor.PublisherManage, actor.OrgID{}); err != nil {
			return err
		}
		if s.PepperUse == nil {
			return ErrNoLog
		}
		all, err := peppers(r)
		for _, p := range all {
			if err != nil || p.purpose != purposeLookup {
				continue
			}
			one := Pepper{ID: p.id, From: p.from.Time}
			one.Stored, err = s.PepperUse(r, p.id)
			out = append(out, one)
		}
		return err
	})
	return out, err
}
