package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// work is the licenses that one transaction changes.
type work struct {
	s    *Service
	tx   *db.Tx
	by   actor.Actor
	walk *walk // of the order lines that it is about, if any

	licenses map[LicenseID]*License
	live     map[LicenseID][]*Activation
	effects  map[LicenseID][]*effect // by whose units they are
	empty    db.IDs[Ticket]          // tickets that hold nothing any more
	acts     []act

	behalf map[actor.OrgID]actor.Actor // the caller as it acts for each holder
}

// lock takes licenses into the work, in the order of their ids and without their
// terms: what was sold does not matter to what is done here.
func (w *work) lock(ids db.IDs[License]) ([]*License, error) {
	if w.licenses == nil {
		w.licenses, w.live = map[LicenseID]*License{}, map[LicenseID][]*Activation{}
	}
	ids = slices.SortedFunc(slices.Values(ids), LicenseID.Compare)
	ids = slices.Compact(ids)
	list := make([]*License, 0, len(ids))
	for part := range slices.Chunk(ids, chunk) {
		some, err := db.List(w.tx, scanLicense, qLicensesLock, w.by.Publisher, part)
		if err != nil {
			return nil, err
		}
		for _, l := range some {
			if known := w.licenses[l.ID]; known != nil {
				l = known
			}
			w.licenses[l.ID] = l
			list = append(list, l)
		}
	}
	return list, nil
}

// loadLive reads the live activations of locked licenses.
func (w *work) loadLive(list []*License) error {
	for part := range slices.Chunk(list, chunk) {
		ids := make(db.IDs[License], 0, len(part))
		for _, l := range part {
			if w.live[l.ID] == nil {
				ids = append(ids, l.ID)
			}
		}
		acts, err := liveOfMany(w.tx, w.by.Publisher, ids)
		if err != nil {
			return err
		}
		for _, a := range acts {
			w.live[a.License] = append(w.live[a.License], a)
		}
	}
	return nil
}

// byLine sorts licenses by order lines, without those that are gone.
func (w *work) byLine(list []*License) map[OrderLineID][]*License {
	out := map[OrderLineID][]*License{}
	for _, l := range list {
		if l.State == LicenseAvailable || l.State == LicenseBlocked {
			line := w.walk.line[l.Snapshot]
			out[line] = append(out[line], l)
		}
	}
	return out
}

// flush writes what has changed, licenses before activations, and what is to be
// told of it.
func (w *work) flush() error {
	var licenses []*License
	var activations []*Activation
	for _, l := range w.licenses {
		if l.dirty {
			licenses = append(licenses, l)
		}
	}
	for _, acts := range w.live {
		for _, a := range acts {
			if a.dirty {
				activations = append(activations, a)
			}
		}
	}
	if err := updateLicenses(w.tx, w.by.Publisher, licenses); err != nil {
		return err
	}
	if err := updateActivations(w.tx, w.by.Publisher, activations); err != nil {
		return err
	}
	if err := w.flushEffects(); err != nil {
		return err
	}
	if len(w.empty) > 0 {
		if _, err := w.tx.Exec(qTicketsReverse, w.by.Publisher, w.empty); err != nil {
			return err
		}
	}
	return recordActs(w.tx, w.by, w.acts)
}

// recordActs writes the journal lines of a staff act or a part.
func recordActs(tx *db.Tx, by actor.Actor, acts []act) error {
	entries := make([]actor.Entry, 0, len(acts))
	for _, e := range acts {
		entries = append(entries, actor.Entry{Entity: e.entity, ID: e.id, Event: e.name, Data: e.data})
	}
	return actor.RecordMany(tx, by, entries)
}
