package license

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// handOver gives the places of a license to its successor, and writes both.
func (s *Service) handOver(tx *db.Tx, by actor.Actor, from, to *License, live []*Activation) error {
	p := by.Publisher
	have, err := liveOfMany(tx, p, db.IDs[License]{to.ID})
	if err != nil {
		return err
	}
	var fresh []*Activation
	var lost error
	acts, err := from.give(to, live, func(a *Activation) *Activation {
		if i := slices.IndexFunc(have, func(b *Activation) bool { return b.Container == a.Container }); i >= 0 {
			return have[i]
		}
		b, err := successorOf(tx, p, to, a)
		lost = errors.Join(lost, err)
		fresh = append(fresh, b)
		return b
	})
	if err := errors.Join(err, lost); err != nil {
		return err
	}
	if to.Seats.Used > to.Seats.Limit() {
		return ErrNoSeat.With("limit", to.Seats.Limit(), "used", int64(0), "free", to.Seats.Limit(), "value", to.Seats.Used)
	}
	if err := updateLicenses(tx, p, []*License{from, to}); err != nil {
		return err
	}
	if _, err := tx.Exec(qLicenseBegin, 0, db.At(from.First), until(from.Until), p, from.ID); err != nil { // its overdraft is gone
		return err
	}
	changed := slices.Clone(live)
	for _, b := range have {
		if b.dirty {
			changed = append(changed, b)
		}
	}
	if err := updateActivations(tx, p, changed); err != nil {
		return err
	}
	if err := insertActivations(tx, p, fresh); err != nil {
		return err
	}
	return recordActs(tx, by, acts)
}

// successorOf is the activation of a successor in the container of a, without places
// yet; its generation follows the last one there.
func successorOf(tx *db.Tx, p actor.PublisherID, to *License, a *Activation) (*Activation, error) {
	b := &Activation{
		ID: db.NewID[Activation](tx), License: to.ID, Container: a.Container, Gen: 1, State: ActivationDelivered,
		Started: a.Started, fresh: true, rev: 1,
	}
	last, err := db.List(tx, scanActivation, qLast, p, to.ID, a.Container)
	if err == nil && len(last) > 0 {
		b.Gen = last[0].Gen + 1
	}
	first := to.First
	if first.IsZero() {
		first = a.Started
	}
	b.Elapses = to.terms.Span(first, a.Started, to.Until).Elapses
	return b, err
}

// ReplaceInput says which license another one takes the place of.
type ReplaceInput struct {
	License LicenseID
	Article string // number of an article or configuration; "" = the same terms anew
}

// ReplaceResult is what a replacement does, or would do.
type ReplaceResult struct {
	License LicenseInfo `json:"license"` // the new one
	Devices int         `json:"devices"` // that get it at their next contact, in place of the old one
	DryRun  bool        `json:"dry_run,omitempty"`
}

// replaced is what is kept of a replacement for a repeat.
type replaced struct {
	License LicenseID `json:"license"`
	Devices int       `json:"devices"`
}

// Replace closes a license in favor of a new one on the same ticket: of another
// article, or the same once more. Its devices get the new one at their next contact,
// in one answer with the removal of the old one; its time runs on, and the order line
// stays as it is. A license key moves to the new license where the article's prefix
// is the same. An Idempotency-Key makes it repeatable. It needs license.recall for
// the holder, for another organization a reason (not for a preview), and is
// journaled. Errors: license.not_found, those of a reason, license.license_state,
// license.has_changes, license.has_units, license.replace_change,
// license.in_motion, license.container_kind, license.no_seat, license.unsignable,
// and the catalog's about the article.
func (s *Service) Replace(ctx context.Context, by actor.Actor, in ReplaceInput) (ReplaceResult, error) {
	var out ReplaceResult
	err := s.try(ctx, by, func(tx *db.Tx) error {
		if err := lockTermsOf(tx, by.Publisher, in.License); err != nil {
			return err
		}
		l, err := s.licenseFor(tx, by, in.License, actor.LicenseRecall)
		if err != nil {
			return err
		}
		by, err := s.onBehalf(tx, by, l.ticket.Holder)
		if err != nil {
			return err
		}
		show := func(k replaced) (ReplaceResult, error) {
			l, err := licenseOf(tx, by.Publisher, k.License)
			if err == nil {
				err = s.attach(tx, by.Publisher, []*License{l})
			}
			if err != nil {
				return ReplaceResult{}, err
			}
			return ReplaceResult{License: l.info(tx.Now()), Devices: k.Devices, DryRun: by.Preview}, nil
		}
		out, err = actor.OnceSaid(tx, by, show, func() (replaced, ReplaceResult, error) {
			k, err := s.replace(tx, by, l, in.Article)
			if err != nil {
				return k, ReplaceResult{}, err
			}
			v, err := show(k)
			return k, v, err
		})
		return err
	})
	return out, err
}

func (s *Service) replace(tx *db.Tx, by actor.Actor, l *License, article string) (k replaced, err error) {
	if l.changes() {
		return k, ErrReplaceChange
	}
	if err := l.whole(); err != nil {
		return k, err
	}
	w := &work{s: s, tx: tx, by: by, licenses: map[LicenseID]*License{l.ID: l}, live: map[LicenseID][]*Activation{}}
	if err := w.loadLive([]*License{l}); err != nil {
		return k, err
	}
	if err := w.dropLeases([]*License{l}); err != nil {
		return k, err
	}
	live := w.live[l.ID]
	if err := l.settled(live); err != nil {
		return k, err
	}
	to, err := s.successor(tx, by, l, article)
	if err != nil {
		return k, err
	}
	if err := fitContainers(tx, by.Publisher, to, live); err != nil {
		return k, err
	}
	if err := s.passKey(tx, by.Publisher, l, to); err != nil {
		return k, err
	}
	if err := s.handOver(tx, by, l, to, live); err != nil {
		return k, err
	}
	if err := recordActs(tx, by, append(w.acts, act{"license", to.ID, "license.issued", successorData{Of: l.ID, Snapshot: to.Snapshot}})); err != nil {
		return k, err
	}
	return replaced{to.ID, len(live)}, s.told(tx, by, "license.replace", "license", l.ID)
}

// successorData is what the journal keeps of a license that took the place of another.
type successorData struct {
	Of       LicenseID  `json:"of"`
	Snapshot SnapshotID `json:"snapshot"`
}

// successor makes the license that takes l's place, without seats in use.
func (s *Service) successor(tx *db.Tx, by actor.Actor, l *License, article string) (*License, error) {
	p := by.Publisher
	snapshot, terms := l.Snapshot, l.sold
	if article != "" {
		found, err := catalog.ResolveMany(tx, p, []catalog.Want{{Number: article}})
		if err != nil {
			return nil, err
		}
		if found[0].Err != nil {
			return nil, found[0].Err
		}
		next := *l.sold
		next.Item = found[0].Snapshot
		if next.Item.Kind.Changes() {
			return nil, ErrReplaceChange
		}
		if snapshot, err = s.derive(tx, p, l.Snapshot, &next, nil); err != nil {
			return nil, err
		}
		terms = &next
	}
	to := &License{
		ID: db.NewID[License](tx), Ticket: l.Ticket, Snapshot: snapshot, Version: 1, State: LicenseAvailable, Rev: 1,
		Seats: Seats{Quantity: l.Seats.Sold(), Overdraft: terms.model().Overdraft}, sold: terms, terms: terms, ticket: l.ticket,
	}
	if _, err := tx.ExecMany(qLicenseInsert, [][]any{{p, to.ID, to.Ticket, to.Snapshot, to.Seats.Quantity, to.Seats.Overdraft}}); err != nil {
		return nil, err
	}
	to.read()
	to.First = l.First
	if article == "" {
		to.Until = l.Until
	}
	if err := attachEligible(tx, p, []*License{l}); err != nil {
		return nil, err
	}
	return to, copyEligible(tx, p, l, to.ID)
}

// derive stores terms that no order line sells, for what an order line has sold
// under others. moved says whether another holder has it; nil = as before.
func (s *Service) derive(tx *db.Tx, p actor.PublisherID, from SnapshotID, t *Terms, moved *bool) (SnapshotID, error) {
	line, was, err := soldOf(tx, p, from)
	if err != nil {
		return from, err
	}
	if moved == nil {
		moved = &was
	}
	if err := t.init(); err != nil {
		return from, err
	}
	if err := t.check(); err != nil {
		return from, err
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return from, err
	}
	id := db.NewID[Terms](tx)
	if _, err := tx.Exec(qSnapshotDerive, p, id, line, string(raw), true, *moved); err != nil {
		return from, err
	}
	s.keepTerms(tx, p, id, t)
	return id, nil
}

// fitContainers refuses a successor that may not live where its predecessor does.
func fitContainers(tx *db.Tx, p actor.PublisherID, to *License, live []*Activation) error {
	boxes, err := boxesOf(tx, p, live)
	if err != nil {
		return err
	}
	for _, a := range live {
		if kind := boxes[a.Container].Keys.Kind; !slices.Contains(to.terms.Item.ContainerKinds, kind) {
			return ErrContainerKind.With("value", kind, "allowed", to.terms.Item.ContainerKinds)
		}
	}
	return nil
}

// passKey gives the license key of a license to its successor, if the products' keys
// begin alike. Otherwise the old key says that it was replaced.
func (s *Service) passKey(tx *db.Tx, p actor.PublisherID, from, to *License) error {
	if from.KeyHint == "" || from.terms.Item.KeyPrefix != to.terms.Item.KeyPrefix {
		return nil
	}
	key, err := s.takeKey(tx, p, from)
	if err != nil {
		return err
	}
	sealed, err := s.vault.Seal(tx, p, to.ID[:], []byte(key.String()))
	if err != nil {
		return err
	}
	n, err := tx.Exec(qKeyUpdate, key.Hint(), sealed, p, to.ID)
	if err := exactly(1, n, err); err != nil {
		return err
	}
	to.Rev++
	pepper, h := s.vault.Lookup(key.Bytes())
	_, err = tx.ExecMany(qLookupInsert, [][]any{{lookupID(h[:16]), p, kindKey, to.ID, pepper}})
	return err
}

// takeKey takes its key from a license, so that it opens nothing.
func (s *Service) takeKey(tx *db.Tx, p actor.PublisherID, l *License) (wire.Key, error) {
	text, err := s.openKey(tx, p, l.ID)
	if err != nil {
		return wire.Key{}, err
	}
	key, err := wire.ParseKey(text)
	if err != nil {
		return key, ErrNoCode.Wrap(err)
	}
	var ids db.IDs[lookupRow]
	for _, h := range s.vault.Lookups(key.Bytes()) {
		ids = append(ids, lookupID(h[:16]))
	}
	if _, err := tx.Exec(qLookupDrop, ids, p); err != nil {
		return key, err
	}
	_, err = tx.Exec(qKeyDrop, p, l.ID)
	l.Rev++
	l.KeyHint = ""
	return key, err
}
