package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// loadEffects reads what units of licenses have changed, and locks the licenses
// that were changed. It does nothing for licenses that are no upgrades, extensions
// or add-ons.
func (w *work) loadEffects(list []*License) error {
	if w.effects == nil {
		w.effects = map[LicenseID][]*effect{}
	}
	for part := range slices.Chunk(list, chunk) {
		ids := make(db.IDs[License], 0, len(part))
		for _, l := range part {
			if w.effects[l.ID] == nil {
				ids = append(ids, l.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := w.s.effects(w.tx, w.by.Publisher, qEffectsBy, ids)
		if err != nil || len(found) == 0 {
			return err
		}
		bases := make(db.IDs[License], 0, len(found))
		for _, e := range found {
			bases = append(bases, e.Base)
			w.effects[e.By] = append(w.effects[e.By], e)
		}
		if _, err := w.lock(bases); err != nil {
			return err
		}
	}
	return nil
}

// retract takes everything back that units of a license have changed, and the
// license with it. Containers learn it at their next contact.
func (w *work) retract(x *License, why string) (LowerResult, []act, error) {
	var acts []act
	for _, e := range w.effects[x.ID] {
		more, err := w.withdraw(e, e.Quantity, why)
		if err != nil {
			return LowerResult{}, nil, err
		}
		acts = append(acts, more...)
	}
	used := x.Seats.Used
	done, more, err := x.recall(nil, why)
	return LowerResult{Freed: done.Freed - used, RecallPending: used}, append(acts, more...), err
}

// withdraw takes units off the license that they have changed, with the seats that
// they had added.
func (w *work) withdraw(e *effect, units int64, why string) ([]act, error) {
	base := w.licenses[e.Base]
	e.Quantity -= units
	e.dirty = true
	acts := []act{{"effect", e.ID, "effect.withdrawn", effectData{License: e.Base, By: e.By, Quantity: e.Quantity, Why: why}}}
	n := min(units*e.terms.Item.Adds.Quantity, base.Seats.Added)
	base.Seats.Added -= n
	base.touch()
	acts = append(acts, act{"license", base.ID, "license.changed", changedData{By: e.By}})
	if n == 0 || base.State != LicenseAvailable && base.State != LicenseBlocked {
		return acts, nil
	}
	if err := w.loadLive([]*License{base}); err != nil {
		return nil, err
	}
	l := &lineWork{left: n}
	if err := w.take(l, []*License{base}, n); err != nil {
		return nil, err
	}
	return append(acts, l.acts...), nil
}

// changedData is what the journal keeps of a license whose effects have changed.
type changedData struct {
	By LicenseID `json:"by"`
}

// giveUp takes units of a lowered license back, after they have changed another.
func (w *work) giveUp(x *License, e *effect, by int64) ([]act, error) {
	acts, err := w.withdraw(e, by, "lowered")
	if err != nil {
		return nil, err
	}
	return append(acts, w.cut(x, Cut{License: x.ID, By: by, Spent: by})), nil
}

// effect is one of those that units of a license have.
func (w *work) effect(of LicenseID, id EffectID) *effect {
	i := slices.IndexFunc(w.effects[of], func(e *effect) bool { return e.ID == id })
	if i < 0 {
		return nil
	}
	return w.effects[of][i]
}

// tellBases says to whom it may concern that a license of changes was blocked or
// unblocked: whatever it has changed is delivered anew.
func (s *Service) tellBases(tx *db.Tx, by actor.Actor, l *License) error {
	if !l.changes() {
		return nil
	}
	w := &work{s: s, tx: tx, by: by}
	if err := w.loadEffects([]*License{l}); err != nil {
		return err
	}
	for _, e := range w.effects[l.ID] {
		w.licenses[e.Base].touch()
		w.acts = append(w.acts, act{"license", e.Base, "license.changed", changedData{By: l.ID}})
	}
	return w.flush()
}

// recallOne takes a whole license back: from the containers that hold it, or from
// the licenses that it has changed.
func (w *work) recallOne(l *License, why string) (LowerResult, []act, error) {
	if len(w.effects[l.ID]) > 0 {
		return w.retract(l, why)
	}
	return l.recall(w.live[l.ID], why)
}

// devices is how many containers the recall of a license changes something in.
func (w *work) devices(l *License) (int, error) {
	n := len(w.live[l.ID])
	for _, e := range w.effects[l.ID] {
		if err := w.loadLive([]*License{w.licenses[e.Base]}); err != nil {
			return 0, err
		}
		n += len(w.live[e.Base])
	}
	return n, nil
}

// flushEffects writes effects that have changed.
func (w *work) flushEffects() error {
	for _, all := range w.effects {
		if err := writeEffects(w.tx, w.by.Publisher, all); err != nil {
			return err
		}
		for _, e := range all {
			if err := elapseAnew(w.tx, w.by.Publisher, e.Base); err != nil {
				return err
			}
		}
	}
	return nil
}
