package license

import (
	"context"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// stub is a ticket with the one license that it holds, both locked.
type stub struct {
	*Ticket
	license *License
}

// stubs locks tickets with their licenses, the terms first, then licenses, each kind in
// the order of ids, for whoever has all rights. It returns them in the order asked for. Errors:
// license.not_found, license.has_several.
func (s *Service) stubs(tx *db.Tx, by actor.Actor, perms []actor.Permission, ids ...TicketID) ([]stub, error) {
	var terms db.IDs[Terms]
	for _, id := range ids {
		for _, perm := range perms {
			t, err := s.ticketFor(tx, by, id, false, perm)
			if err != nil {
				return nil, err
			}
			terms = append(terms, t.Snapshot)
		}
	}
	if err := lockTerms(tx, by.Publisher, terms); err != nil {
		return nil, err
	}
	licenses, err := idsOf[License](tx, qLicenseIDs, by.Publisher, db.IDs[Ticket](ids))
	if err != nil {
		return nil, err
	}
	all, err := s.lockLicenses(tx, by.Publisher, licenses)
	if err != nil {
		return nil, err
	}
	tickets := map[TicketID]*Ticket{}
	for _, id := range slices.SortedFunc(slices.Values(ids), TicketID.Compare) {
		if tickets[id], err = ticketOf(tx, by.Publisher, id, true); err != nil {
			return nil, err
		}
	}
	out := make([]stub, 0, len(ids))
	for _, id := range ids {
		var own []*License
		for _, l := range all {
			if l.Ticket == id {
				own = append(own, l)
			}
		}
		if own = current(own); len(own) != 1 {
			return nil, ErrHasSeveral.With("count", len(own))
		}
		own[0].ticket = tickets[id]
		out = append(out, stub{tickets[id], own[0]})
	}
	return out, nil
}

// SplitResult is what became of a ticket that was split. Code is a secret; a repeat
// of the request shows it again only where it is kept.
type SplitResult struct {
	From   TicketInfo `json:"from"`
	Ticket TicketInfo `json:"ticket"` // the new one
	Code   string     `json:"code,omitempty"`
}

// splitData is what the journal keeps of a new ticket that came out of another one.
type splitData struct {
	From     TicketID `json:"from"`
	Quantity int64    `json:"qty"`
}

// Split takes n free seats out of a ticket into a new one, for the same holder, under
// the same terms and of the same order line. What is used stays. The overdraft stays,
// too. An Idempotency-Key makes it repeatable. It needs license.write and
// ticket.reveal for the holder, for another organization a reason, and is journaled.
// Errors: license.not_found, those of a reason, license.has_several,
// license.ticket_state, license.license_state, license.has_changes,
// license.has_units, license.bad_quantity, license.split_all, license.no_seat.
func (s *Service) Split(ctx context.Context, by actor.Actor, id TicketID, n int64) (SplitResult, error) {
	var out SplitResult
	err := s.try(ctx, by, func(tx *db.Tx) error {
		list, err := s.stubs(tx, by, []actor.Permission{actor.LicenseWrite, actor.TicketReveal}, id)
		if err != nil {
			return err
		}
		by, err := s.onBehalf(tx, by, list[0].Holder)
		if err != nil {
			return err
		}
		code := ""
		show := func(made [16]byte) (SplitResult, error) { return s.splitResult(tx, by, id, made, code) }
		out, err = actor.Once(tx, by, show, func() ([16]byte, SplitResult, error) {
			made, err := s.split(tx, by, list[0], n)
			if err != nil {
				return id, SplitResult{}, err
			}
			code = made.Code
			v, err := show(made.Ticket)
			return made.Ticket, v, err
		})
		return err
	})
	return out, err
}

func (s *Service) split(tx *db.Tx, by actor.Actor, from stub, n int64) (Issued, error) {
	if from.State != TicketIssued {
		return Issued{}, ErrTicketState.With("state", string(from.State))
	}
	l := from.license
	note, err := l.split(n)
	if err != nil {
		return Issued{}, err
	}
	if err := attachEligible(tx, by.Publisher, []*License{l}); err != nil {
		return Issued{}, err
	}
	if err := updateLicense(tx, by.Publisher, l); err != nil {
		return Issued{}, err
	}
	p := s.press(tx, by)
	if err := p.one(lot{IssueInput{Holder: from.Holder}, from.Snapshot, l.sold}, n); err != nil {
		return Issued{}, err
	}
	if err := p.flush(); err != nil {
		return Issued{}, err
	}
	made := p.out[0]
	if _, err := tx.Exec(qTicketSplit, from.ID, from.SoldTo, by.Publisher, made.Ticket); err != nil {
		return made, err
	}
	if _, err := tx.Exec(qLicenseHand, made.Ticket, l.Snapshot, by.Publisher, made.Licenses[0]); err != nil {
		return made, err
	}
	if _, err := tx.Exec(qLicenseBegin, 0, db.At(l.First), until(l.Until), by.Publisher, made.Licenses[0]); err != nil {
		return made, err
	}
	if err := copyEligible(tx, by.Publisher, l, made.Licenses[0]); err != nil {
		return made, err
	}
	err = recordActs(tx, by, []act{note, {"ticket", made.Ticket, "ticket.split", splitData{from.ID, n}}})
	if err == nil {
		err = s.told(tx, by, "ticket.split", "ticket", from.ID)
	}
	return made, err
}

// splitResult describes both tickets; code is only known to whoever has made it.
func (s *Service) splitResult(tx *db.Tx, by actor.Actor, from, made TicketID, code string) (out SplitResult, err error) {
	if out.From, err = s.ticketInfo(tx, by.Publisher, from); err != nil {
		return out, err
	}
	if out.Ticket, err = s.ticketInfo(tx, by.Publisher, made); err != nil {
		return out, err
	}
	if by.Preview {
		out.Ticket.Hint = "" // the real one gets another code
		return out, nil
	}
	out.Code, err = s.codeOf(tx, by.Publisher, made, code)
	return out, err
}

// ticketInfo reads a ticket with its licenses.
func (s *Service) ticketInfo(q db.Querier, p actor.PublisherID, id TicketID) (TicketInfo, error) {
	t, err := ticketOf(q, p, id, false)
	if err != nil {
		return TicketInfo{}, err
	}
	list, err := s.licensesOf(q, p, id)
	return t.info(list, q.Now()), err
}

// codeOf returns a code as printed: as it is known, or as it is kept, "" where it is not.
func (s *Service) codeOf(q db.Querier, p actor.PublisherID, id TicketID, known string) (string, error) {
	if known != "" {
		return known, nil
	}
	codes, err := s.Codes(q, p, []TicketID{id})
	return codes[id], err
}

// copyEligible gives a new license what was recorded of the one that it came from.
func copyEligible(tx *db.Tx, p actor.PublisherID, from *License, to LicenseID) error {
	if from.eligible == nil {
		return nil
	}
	e := from.eligible
	_, err := tx.Exec(qEligiblePut, p, to, e.Who, e.Evidence, until(e.Until), db.At(e.Recorded))
	return err
}

// mergedData is what the journal keeps of a ticket that went into another one.
type mergedData struct {
	Into TicketID `json:"into"`
}

// Merge puts the ticket from into another one of the same holder, under the same
// terms: its seats are added, devices of its license get the other license in place
// of theirs at their next contact, and whoever has its code is told which ticket
// counts now. Only what was sold by one order line can be merged, so that the line
// can be lowered as before. An Idempotency-Key makes it repeatable. It needs
// license.write for the holders, for another organization a reason, and is journaled.
// Errors: license.not_found, those of a reason, license.merge_self,
// license.has_several, license.ticket_state, license.license_state,
// license.has_changes, license.has_units, license.merge_differs, license.in_motion,
// license.bad_quantity.
func (s *Service) Merge(ctx context.Context, by actor.Actor, into, from TicketID) (TicketInfo, error) {
	var out TicketInfo
	err := s.try(ctx, by, func(tx *db.Tx) error {
		list, err := s.mergeable(tx, by, into, from)
		if err != nil {
			return err
		}
		by, err := s.onBehalf(tx, by, list[0].Holder)
		if err != nil {
			return err
		}
		show := func([16]byte) (TicketInfo, error) { return s.ticketInfo(tx, by.Publisher, into) }
		out, err = actor.Once(tx, by, show, func() ([16]byte, TicketInfo, error) {
			if err := s.merge(tx, by, list[0], list[1]); err != nil {
				return into, TicketInfo{}, err
			}
			v, err := show(into)
			return into, v, err
		})
		return err
	})
	return out, err
}

// mergeable locks two tickets. A ticket that was merged holds nothing any more that
// could be locked, so a repeat sees the one that is left.
func (s *Service) mergeable(tx *db.Tx, by actor.Actor, into, from TicketID) ([]stub, error) {
	if into == from {
		if _, err := s.ticketFor(tx, by, into, false, actor.LicenseWrite); err != nil {
			return nil, err
		}
		return nil, ErrMergeSelf
	}
	return s.stubs(tx, by, []actor.Permission{actor.LicenseWrite}, into, from)
}

func (s *Service) merge(tx *db.Tx, by actor.Actor, into, from stub) error {
	for _, t := range []stub{into, from} {
		if _, err := t.State.Merge(); err != nil {
			return err
		}
	}
	if into.Holder != from.Holder || into.SoldTo != from.SoldTo {
		return ErrMergeDiffers.With("what", "holder")
	}
	a, b := into.license, from.license
	live, err := liveOfMany(tx, by.Publisher, db.IDs[License]{b.ID})
	if err != nil {
		return err
	}
	if err := a.merges(b, live, tx.Now()); err != nil {
		return err
	}
	if n := b.Seats.Overdraft; n > 0 {
		a.Seats.Overdraft += n
		if _, err := tx.Exec(qLicenseBegin, a.Seats.Overdraft, db.At(a.First), until(a.Until), by.Publisher, a.ID); err != nil {
			return err
		}
		a.Rev++
	}
	a.Seats.Quantity += b.Seats.Sold()
	if err := s.handOver(tx, by, b, a, live); err != nil {
		return err
	}
	if _, err := tx.Exec(qTicketMerge, into.ID, into.Hint, by.Publisher, from.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(qTicketWhole, by.Publisher, from.ID, by.Publisher, into.ID, from.ID); err != nil {
		return err
	}
	err = recordActs(tx, by, []act{
		{"ticket", from.ID, "ticket.merged", mergedData{into.ID}},
		{"license", a.ID, "license.raised", quantityData{By: b.Seats.Sold(), Quantity: a.Seats.Quantity}},
	})
	if err == nil {
		err = s.told(tx, by, "ticket.merge", "ticket", from.ID)
	}
	return err
}
