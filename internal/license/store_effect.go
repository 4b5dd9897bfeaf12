package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// EffectID names the effect of an upgrade, extension or add-on on a license.
type EffectID = db.ID[effect]

// effectRows looks the effect's license up row by row: a join would have PostgreSQL
// walk through all licenses of a publisher.
const effectRows = `
SELECT e.id, e.base_id, e.effect_id, e.seq, e.quantity, e.at, e.until, e.rev,
  (SELECT l.snapshot_id FROM license l WHERE l.publisher_id = e.publisher_id AND l.id = e.effect_id),
  (SELECT l.state FROM license l WHERE l.publisher_id = e.publisher_id AND l.id = e.effect_id)
FROM license_effect e WHERE e.publisher_id = ? AND `

var (
	qEffects   = db.SQL("license.effects", effectRows+`{ids:e.base_id} ORDER BY e.base_id, e.seq`)
	qEffectsBy = db.SQL("license.effects_by", effectRows+`{ids:e.effect_id} AND e.quantity > 0`)

	qEffectInsert = db.SQL("license.effect_insert", `
INSERT INTO license_effect (publisher_id, id, base_id, effect_id, seq, quantity, at, until) VALUES {rows}`)
	qEffectUpdate = db.SQL("license.effect_update", `
UPDATE license_effect SET quantity = ?, at = ?, until = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND rev = ?`)
	// When seats free themselves has to be computed anew: the job looks at each of
	// them. Their rev stays, because whoever holds the license's lock may have read
	// them already.
	qElapseAnew = db.SQL("license.elapse_anew", `
UPDATE activation SET elapses_at = ? WHERE publisher_id = ? AND license_id = ? AND slot = 0 AND elapses_at IS NOT NULL AND lent_until IS NULL`)
)

func scanEffect(r *db.Rows) (*effect, error) {
	e := &effect{}
	var at db.Time
	var until db.Day
	err := r.Scan(&e.ID, &e.Base, &e.By, &e.Seq, &e.Quantity, &at, &until, &e.rev, &e.Snapshot, (*string)(&e.State))
	e.At, e.Until = at.Time, until.Day
	return e, err
}

// attachEffects puts the effects of licenses that have any on top of what they were
// sold as.
func (s *Service) attachEffects(q db.Querier, p actor.PublisherID, list []*License) error {
	var ids db.IDs[License]
	for _, l := range list {
		if l.Effects > 0 && !ids.Contains(l.ID) {
			ids = append(ids, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := s.effects(q, p, qEffects, ids)
	if err != nil {
		return err
	}
	for _, l := range list {
		l.effects = nil
		for _, e := range found {
			if e.Base == l.ID {
				l.effects = append(l.effects, e)
			}
		}
		l.terms = l.sold.with(l.effects)
	}
	return nil
}

// effects reads effects with the terms of what was redeemed.
func (s *Service) effects(q db.Querier, p actor.PublisherID, stmt *db.Stmt, ids db.IDs[License]) ([]*effect, error) {
	found, err := db.List(q, scanEffect, stmt, p, ids)
	if err != nil {
		return nil, err
	}
	snapshots := make([]SnapshotID, 0, len(found))
	for _, e := range found {
		snapshots = append(snapshots, e.Snapshot)
	}
	terms, err := s.termsOf(q, p, snapshots)
	for _, e := range found {
		e.terms = terms[e.Snapshot]
	}
	return found, err
}

// writeEffects writes effects that are new or changed.
func writeEffects(tx *db.Tx, p actor.PublisherID, all []*effect) error {
	var rows [][]any
	for _, e := range all {
		switch {
		case !e.dirty:
		case e.fresh:
			rows = append(rows, []any{p, e.ID, e.Base, e.By, e.Seq, e.Quantity, db.At(e.At), until(e.Until)})
		default:
			n, err := tx.Exec(qEffectUpdate, e.Quantity, db.At(e.At), until(e.Until), p, e.ID, e.rev)
			if err := exactly(1, n, err); err != nil {
				return err
			}
		}
	}
	n, err := tx.ExecMany(qEffectInsert, rows)
	return exactly(len(rows), n, err)
}

// elapseAnew has the job compute when the seats of licenses free themselves.
func elapseAnew(tx *db.Tx, p actor.PublisherID, id LicenseID) error {
	_, err := tx.Exec(qElapseAnew, db.At(tx.Now()), p, id)
	return err
}

// writeEffects writes what redeemed units have changed.
func (k *desk) writeEffects() error {
	for _, l := range k.licenses {
		if l == nil {
			continue
		}
		changed := false
		for _, e := range l.effects {
			changed = changed || e.dirty
		}
		if !changed {
			continue
		}
		if err := writeEffects(k.tx, k.publisher, l.effects); err != nil {
			return err
		}
		if err := elapseAnew(k.tx, k.publisher, l.ID); err != nil {
			return err
		}
	}
	return nil
}
