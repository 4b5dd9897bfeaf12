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
// the row again, and the sealed copy of the normalized code.
type Entry struct {
	Publisher actor.PublisherID
	Row       any    // the owner's own key of the row
	AAD       []byte // what the sealed copy is bound to
	Sealed    []byte
}

// Table is a look-up table whose codes can be moved: what its owner gives to
// Reindex. Both functions run in one transaction per chunk.
type Table struct {
	// Next returns up to limit entries that are stored under another pepper
	// than newest and have a sealed copy; none when all are moved.
	Next func(q db.Querier, newest int64, limit int) ([]Entry, error)
	// Code returns the normalized code of what the sealed copy held; nil means
	// that the copy is the normalized code.
	Code func(plain []byte) ([]byte, error)
	// Move stores the entry under the new pepper.
	Move func(tx *db.Tx, e Entry, newest int64, lookup []byte) error
}

// reindexChunk is how many codes move in one transaction.
const reindexChunk = 500

// Reindex moves the codes of a table to the newest pepper from their sealed
// copies. It is the body of a job: it may be stopped and run again at any
// moment, and reports how many codes it has moved so far after each chunk.
func (v *Vault) Reindex(ctx context.Context, t Table, progress func(moved int64) error) (int64, error) {
	var moved int64
	for {
		n := 0
		err := v.db.WriteBulk(ctx, func(tx *db.Tx) (err error) {
			n, err = v.reindex(tx, t)
			return err
		})
		if err != nil || n == 0 {
			return moved, err
		}
		moved += int64(n)
		if progress != nil {
			if err := progress(moved); err != nil {
				return moved, err
			}
		}
	}
}

func (v *Vault) reindex(tx *db.Tx, t Table) (int, error) {
	newest, _ := v.Lookup(nil)
	entries, err := t.Next(tx, newest, reindexChunk)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		code, err := v.Open(tx, e.Publisher, e.AAD, e.Sealed)
		if err == nil && t.Code != nil {
			code, err = t.Code(code)
		}
		if err != nil {
			return 0, err
		}
		if err := t.Move(tx, e, newest, v.newestSum(newest, code)); err != nil {
			return 0, err
		}
	}
	return len(entries), nil
}

// newestSum returns the keyed hash of a code under one pepper.
func (v *Vault) newestSum(id int64, code []byte) []byte {
	for _, p := range v.peppers.Load().lookup {
		if p.id == id {
			return p.sum(code)
		}
	}
	return nil
}
