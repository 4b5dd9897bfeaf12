package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// LineTicket is a ticket as its order line sees it.
type LineTicket struct {
	Line     OrderLineID
	Ticket   TicketID
	License  LicenseID
	Hint     string
	State    TicketState
	Quantity int64 // as sold; what is owed back is not in it
	Used     int64
	Owed     int64 // sold back, still in use

	state LicenseState
}

// LineTickets returns the tickets of order lines, in the order of their issue,
// one entry per license. It is a part: it checks no rights.
func (s *Service) LineTickets(q db.Querier, p actor.PublisherID, lines []OrderLineID) ([]LineTicket, error) {
	of, err := snapshotsOf(q, p, lines)
	if err != nil {
		return nil, err
	}
	var out []LineTicket
	for _, line := range lines {
		for _, id := range of[line] {
			after := TicketID{15: 1}
			for {
				page, err := linePage(q, p, line, id, after)
				if err != nil {
					return nil, err
				}
				out = append(out, page...)
				if len(page) < chunk {
					break
				}
				after = page[len(page)-1].Ticket
			}
		}
	}
	return out, nil
}

func linePage(q db.Querier, p actor.PublisherID, line OrderLineID, id SnapshotID, after TicketID) ([]LineTicket, error) {
	return db.List(q, scanLineTicket(line), qLinePage, p, id, after, chunk)
}

func scanLineTicket(line OrderLineID) func(r *db.Rows) (LineTicket, error) {
	return func(r *db.Rows) (LineTicket, error) {
		t := LineTicket{Line: line}
		return t, r.Scan(&t.Ticket, &t.Hint, (*string)(&t.State), &t.License, (*string)(&t.state), &t.Quantity, &t.Used, &t.Owed)
	}
}

// Codes opens the codes of tickets, as printed. Tickets whose code is not kept
// are left out. It is a part: it checks no rights, and the caller journals what
// it shows.
func (s *Service) Codes(q db.Querier, p actor.PublisherID, tickets []TicketID) (map[TicketID]string, error) {
	type row struct {
		id     TicketID
		sealed []byte
	}
	out := make(map[TicketID]string, len(tickets))
	for part := range slices.Chunk(tickets, chunk) {
		rows, err := db.List(q, func(r *db.Rows) (row, error) {
			var x row
			return x, r.Scan(&x.id, &x.sealed)
		}, qSealedTickets, p, db.IDs[Ticket](part))
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			if x.sealed == nil {
				continue
			}
			code, err := s.openCode(q, p, x.id, x.sealed)
			if err != nil {
				return nil, err
			}
			out[x.id] = code
		}
	}
	return out, nil
}

// LowerResult is how a lower quantity is brought about.
type LowerResult struct {
	Freed         int64 // taken at once
	RecallPending int64 // in use; to be removed at the next contact
}

// Lower takes by from an order line: what is not redeemed first, then the
// newest activations. It is a part: it checks no rights. Errors:
// license.no_line, license.bad_quantity, license.lower_too_much.
func (s *Service) Lower(tx *db.Tx, by actor.Actor, line OrderLineID, quantity int64) (LowerResult, error) {
	w := &work{s: s, tx: tx, by: by, line: line}
	plan, err := w.planLower(quantity)
	if err != nil {
		return LowerResult{}, err
	}
	for _, c := range plan.Cut {
		w.cut(w.licenses[c.License], c)
	}
	for _, r := range plan.Recall {
		l := w.licenses[r.License]
		i := slices.IndexFunc(w.live[l.ID], func(a *Activation) bool { return a.ID == r.Activation })
		e, err := l.owe(w.live[l.ID][i], r.By, "lowered")
		if err != nil {
			return LowerResult{}, err
		}
		w.acts = append(w.acts, e)
	}
	w.note("line.lowered", lineData{Freed: plan.Freed, Owed: plan.Owed})
	return LowerResult{plan.Freed, plan.Owed}, w.flush()
}

// PreviewLower says what Lower would do now. It changes nothing, but locks the
// licenses like Lower.
func (s *Service) PreviewLower(tx *db.Tx, by actor.Actor, line OrderLineID, quantity int64) (LowerResult, error) {
	w := &work{s: s, tx: tx, by: by, line: line}
	plan, err := w.planLower(quantity)
	return LowerResult{plan.Freed, plan.Owed}, err
}

// Raise adds to an order line: it first takes back recalls that no container
// has heard of, then it enlarges the line's ticket, or issues more of them where
// the line has one per unit. It is a part: it checks no rights. It returns the
// new tickets. Errors: license.no_line, license.bad_quantity.
func (s *Service) Raise(tx *db.Tx, by actor.Actor, line OrderLineID, quantity int64) ([]Issued, error) {
	if quantity < 1 || quantity > MaxQuantity {
		return nil, ErrBadQuantity.With("value", quantity, "limit", int64(MaxQuantity))
	}
	w := &work{s: s, tx: tx, by: by, line: line}
	if err := w.find(); err != nil {
		return nil, err
	}
	left, err := w.forgive(quantity)
	if err != nil {
		return nil, err
	}
	newest := w.snapshots[len(w.snapshots)-1]
	terms, err := s.termsOf(tx, by.Publisher, []SnapshotID{newest})
	if err != nil {
		return nil, err
	}
	t := terms[newest]
	if left > 0 && !t.PerUnit {
		if left, err = w.grow(newest, left); err != nil {
			return nil, err
		}
	}
	w.note("line.raised", lineData{Raised: quantity, Lifted: w.lifted})
	if err := w.flush(); err != nil || left == 0 {
		return nil, err
	}
	holder, err := w.holder()
	if err != nil {
		return nil, err
	}
	p := s.press(tx, by)
	if err := p.print(lot{IssueInput{Line: line, Holder: holder, Quantity: left, PerUnit: t.PerUnit}, newest, t}); err != nil {
		return nil, err
	}
	return p.out, p.flush()
}

// ReverseLine undoes the sale of an order line: its tickets are reversed, what is
// in use is recalled at the next contact. It is a part: it checks no rights.
// Errors: license.no_line.
func (s *Service) ReverseLine(tx *db.Tx, by actor.Actor, line OrderLineID) (LowerResult, error) {
	w := &work{s: s, tx: tx, by: by, line: line}
	if err := w.find(); err != nil {
		return LowerResult{}, err
	}
	var r LowerResult
	for _, id := range w.snapshots {
		after := TicketID{15: 1}
		for {
			page, err := linePage(tx, by.Publisher, line, id, after)
			if err != nil {
				return r, err
			}
			freed, owed, err := w.reverse(page)
			if err != nil {
				return r, err
			}
			r.Freed, r.RecallPending = r.Freed+freed, r.RecallPending+owed
			if len(page) < chunk {
				break
			}
			after = page[len(page)-1].Ticket
		}
	}
	w.note("line.reversed", lineData{Freed: r.Freed, Owed: r.RecallPending})
	return r, w.flush()
}

// lineData is what the journal keeps of a change of an order line.
type lineData struct {
	Freed  int64 `json:"freed,omitempty"`
	Owed   int64 `json:"owed,omitempty"`
	Raised int64 `json:"raised,omitempty"`
	Lifted int64 `json:"lifted,omitempty"`
}
