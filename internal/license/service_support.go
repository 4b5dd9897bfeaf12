package license

import (
	"context"
	"crypto/rand"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

// onBehalf is by as it acts for holder. People and keys of the publisher or of a
// reseller say why they touch what is another organization's; whoever acts on its
// own, or only asks, and the server itself, need not. What the administrator at the
// console says is kept all the same.
func (s *Service) onBehalf(q db.Querier, by actor.Actor, holder actor.OrgID) (out actor.Actor, err error) {
	if by.Preview || by.Kind == actor.KindSystem && by.Reason.Code == "" {
		return by, nil
	}
	if by.Kind == actor.KindSystem {
		by.Reason, err = giveReason(by.Reason)
		by.OnBehalf = holder
		return by, err
	}
	if by.Kind != actor.KindPerson && by.Kind != actor.KindKey || by.Org == holder {
		return by, nil
	}
	from, err := org.ByID(q, by.Publisher, by.Org)
	if err != nil {
		return by, err
	}
	if from.Kind != org.KindPublisher && from.Kind != org.KindReseller {
		return by, nil // an organization and its units
	}
	if by.Reason, err = giveReason(by.Reason); err != nil {
		return by, err
	}
	by.OnBehalf = holder
	return by, nil
}

// told keeps why by acted for another organization: the code and a commitment to
// the note in the journal, the note beside it. It does nothing where by acts for
// itself.
func (s *Service) told(tx *db.Tx, by actor.Actor, verb, entity string, id [16]byte) error {
	if by.OnBehalf.IsZero() {
		return nil
	}
	act := db.NewID[SupportAct](tx)
	data := supportData{Verb: verb, Entity: entity, Of: id, Reason: by.Reason.Code}
	var salt, sealed []byte
	if note := by.Reason.Note; note != "" {
		salt = make([]byte, 16)
		_, _ = rand.Read(salt) // never fails
		data.Note = commitment(salt, note)
		var err error
		if sealed, err = s.vault.Seal(tx, by.Publisher, act[:], []byte(note)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(qSupportInsert, by.Publisher, act, by.OnBehalf, entity, EntityID(id), verb, by.ID, by.Reason.Code, salt, sealed, db.At(tx.Now()))
	if err != nil {
		return err
	}
	return actor.Record(tx, by, actor.Entry{Entity: "support", ID: act, Event: "support.acted", Data: data})
}

// ListSupport lists what the publisher or a reseller has done to what belongs to an
// organization, and why, newest first. holder zero is by's own organization. It
// needs license.read or support.read for it: both sides see the same. Errors:
// license.not_found, license.bad_cursor.
func (s *Service) ListSupport(ctx context.Context, by actor.Actor, holder actor.OrgID, cursor string, limit int) (Page[SupportInfo], error) {
	out := Page[SupportInfo]{Items: []SupportInfo{}}
	from := lastSupport
	if cursor != "" {
		id, err := db.ParseID[SupportAct](cursor)
		if err != nil {
			return out, ErrCursor
		}
		from = id
	}
	if holder.IsZero() {
		holder = by.Org
	}
	n := pageSize(limit)
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := hide(s.mayRead(r, by, actor.LicenseRead, holder)); err != nil {
			return err
		}
		list, err := db.List(r, scanSupport, qSupportOf, by.Publisher, holder, from, n+1)
		if err != nil {
			return err
		}
		if len(list) > n {
			list, out.Next = list[:n], list[n-1].ID.String()
		}
		for _, x := range list {
			info, err := s.opened(r, by.Publisher, x)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, info)
		}
		return nil
	})
	return out, err
}

// lastSupport is behind every id in use.
var lastSupport = func() (id SupportID) {
	for i := range id {
		id[i] = 0xff
	}
	return id
}()

// opened opens the note of an act.
func (s *Service) opened(q db.Querier, p actor.PublisherID, x *supportRow) (SupportInfo, error) {
	if x.sealed == nil {
		return x.SupportInfo, nil
	}
	plain, err := s.vault.Open(q, p, x.ID[:], x.sealed)
	x.Note = string(plain)
	return x.SupportInfo, err
}

// EraseNote removes the note of an act for good, for instance because it names a
// person. The act and the code of its reason stay. It needs member.manage for the
// organization that was acted for, and is journaled; doing it again changes
// nothing. Errors: license.not_found.
func (s *Service) EraseNote(ctx context.Context, by actor.Actor, id SupportID) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		x, err := one(db.List(tx, scanSupport, qSupport, by.Publisher, id))
		if err != nil {
			return err
		}
		if err := hide(s.gate.Check(tx, by, actor.MemberManage, x.Holder)); err != nil || x.sealed == nil {
			return err
		}
		if _, err := tx.Exec(qNoteErase, by.Publisher, id); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "support", ID: id, Event: "support.note_erased"})
	})
}

// onBehalf asks why licenses of other organizations are touched. Where all belong to
// one, the journal names it with every line.
func (w *work) onBehalf(list []*License) error {
	w.behalf = map[actor.OrgID]actor.Actor{}
	for _, l := range list {
		if _, asked := w.behalf[l.ticket.Holder]; asked {
			continue
		}
		by, err := w.s.onBehalf(w.tx, w.by, l.ticket.Holder)
		if err != nil {
			return err
		}
		w.behalf[l.ticket.Holder] = by
	}
	if len(w.behalf) == 1 {
		for _, by := range w.behalf {
			w.by = by
		}
	}
	return nil
}

// told keeps why each license was touched.
func (w *work) told(verb string, list []*License) error {
	for _, l := range list {
		if err := w.s.told(w.tx, w.behalf[l.ticket.Holder], verb, "license", l.ID); err != nil {
			return err
		}
	}
	return nil
}
