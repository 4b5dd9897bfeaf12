package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// LineChange is by how much an order line is lowered or raised.
type LineChange struct {
	Line OrderLineID
	By   int64 // 1 to MaxQuantity
}

// Lower takes from order lines, each of which is named once: what is not redeemed
// first, then the newest activations. It is a part: it checks no rights. Errors:
// license.no_line, license.bad_quantity, license.lower_too_much.
func (s *Service) Lower(tx *db.Tx, by actor.Actor, changes []LineChange) (map[OrderLineID]LowerResult, error) {
	out := make(map[OrderLineID]LowerResult, len(changes))
	err := s.change(tx, by, changes, func(w *work, lines []*lineWork) error {
		if err := w.lower(lines); err != nil {
			return err
		}
		for _, l := range lines {
			out[l.id] = l.LowerResult
			l.note("line.lowered", lineData{Freed: l.Freed, Owed: l.RecallPending})
		}
		return nil
	})
	return out, err
}

// Raise adds to order lines, each of which is named once: it first takes back
// recalls that no container has heard of, then it enlarges the line's ticket, or
// issues more of them where the line has one per unit. It is a part: it checks no
// rights. It returns the new tickets. Errors: license.no_line,
// license.bad_quantity.
func (s *Service) Raise(tx *db.Tx, by actor.Actor, changes []LineChange) ([]Issued, error) {
	p := s.press(tx, by)
	err := s.change(tx, by, changes, func(w *work, lines []*lineWork) error {
		if err := w.raise(lines); err != nil {
			return err
		}
		for _, l := range lines {
			l.note("line.raised", lineData{Raised: l.by, Lifted: l.lifted})
		}
		return w.print(p, lines)
	})
	if err != nil {
		return nil, err
	}
	return p.out, p.flush()
}

// ReverseLines undoes the sale of order lines, each of which is named once: their
// tickets are reversed, what is in use is recalled at the next contact. It is a
// part: it checks no rights. Errors: license.no_line.
func (s *Service) ReverseLines(tx *db.Tx, by actor.Actor, lines []OrderLineID) (map[OrderLineID]LowerResult, error) {
	out := make(map[OrderLineID]LowerResult, len(lines))
	changes := make([]LineChange, len(lines))
	for i, id := range lines {
		changes[i] = LineChange{id, 1}
	}
	err := s.change(tx, by, changes, func(w *work, lines []*lineWork) error {
		if err := w.reverse(lines); err != nil {
			return err
		}
		for _, l := range lines {
			out[l.id] = l.LowerResult
			l.note("line.reversed", lineData{Freed: l.Freed, Owed: l.RecallPending})
		}
		return nil
	})
	return out, err
}

// lineData is what the journal keeps of a change of an order line.
type lineData struct {
	Freed  int64 `json:"freed,omitempty"`
	Owed   int64 `json:"owed,omitempty"`
	Raised int64 `json:"raised,omitempty"`
	Lifted int64 `json:"lifted,omitempty"`
}

// lineWork is an order line in the hands of a work.
type lineWork struct {
	LowerResult
	id     OrderLineID
	of     []SnapshotID // what it has sold, oldest first
	by     int64        // what was asked for
	left   int64        // what of it is still to be done
	lifted int64        // recalls that were taken back
	acts   []act
}

// now is the terms under which the line sells today.
func (l *lineWork) now() SnapshotID { return l.of[len(l.of)-1] }

func (l *lineWork) add(r LowerResult) {
	l.Freed, l.RecallPending = l.Freed+r.Freed, l.RecallPending+r.RecallPending
}

func (l *lineWork) note(name string, data lineData) {
	l.acts = append(l.acts, act{"order_line", l.id, name, data})
}

// change runs do for order lines, a chunk at a time and older lines first, and
// writes what it did. Whatever do needs it reads and locks for all lines of the
// chunk at once, licenses in the order of their ids.
func (s *Service) change(tx *db.Tx, by actor.Actor, changes []LineChange, do func(*work, []*lineWork) error) error {
	changes = slices.SortedFunc(slices.Values(changes), func(a, b LineChange) int { return a.Line.Compare(b.Line) })
	for part := range slices.Chunk(changes, chunk) {
		ids := make([]OrderLineID, 0, len(part))
		for _, c := range part {
			if c.By < 1 || c.By > MaxQuantity {
				return ErrBadQuantity.With("value", c.By, "limit", int64(MaxQuantity))
			}
			ids = append(ids, c.Line)
		}
		walk, err := lockedWalk(tx, by.Publisher, ids)
		if err != nil {
			return err
		}
		w := &work{s: s, tx: tx, by: by, walk: walk}
		lines := make([]*lineWork, 0, len(part))
		for _, c := range part {
			l := &lineWork{id: c.Line, of: walk.of[c.Line], by: c.By, left: c.By}
			if len(l.of) == 0 {
				return ErrNoLine
			}
			lines = append(lines, l)
		}
		if err := do(w, lines); err != nil {
			return err
		}
		for _, l := range lines {
			w.acts = append(w.acts, l.acts...)
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	return nil
}

// lockedWalk is walkOf with the terms of the lines locked, so that nobody moves their
// seats meanwhile; what was moved until then is in it.
func lockedWalk(tx *db.Tx, p actor.PublisherID, lines []OrderLineID) (*walk, error) {
	before, err := walkOf(tx, p, lines)
	if err == nil {
		err = lockTerms(tx, p, before.snapshots(lines))
	}
	if err != nil {
		return nil, err
	}
	return walkOf(tx, p, lines)
}

// lower takes unredeemed quantity first; only if it does not suffice, everything
// of a line that is in use or spent is looked at.
func (w *work) lower(lines []*lineWork) error {
	if err := w.takeFree(lines); err != nil {
		return err
	}
	if lines = undone(lines); len(lines) == 0 {
		return nil
	}
	ids, err := w.used(lines, 0)
	if err != nil {
		return err
	}
	list, err := w.lock(ids)
	if err != nil {
		return err
	}
	if err := w.loadLive(list); err != nil {
		return err
	}
	if err := w.loadEffects(list); err != nil {
		return err
	}
	held := w.byLine(list)
	for _, l := range lines {
		if err := w.take(l, held[l.id], l.left); err != nil {
			return err
		}
	}
	return nil
}

// take takes by from a line's licenses.
func (w *work) take(l *lineWork, from []*License, by int64) error {
	if err := w.freeLeases(from, by); err != nil {
		return err
	}
	stock := make([]Stock, 0, len(from))
	for _, x := range from {
		one := Stock{License: x.ID, Seats: x.Seats, Moved: w.walk != nil && w.walk.moved[x.Snapshot]}
		for _, a := range w.live[x.ID] {
			one.Uses = append(one.Uses, Use{a.ID, a.Quantity, a.Shrink})
		}
		for _, e := range w.effects[x.ID] {
			one.Uses = append(one.Uses, Use{ActivationID(e.ID), e.Quantity, 0})
		}
		stock = append(stock, one)
	}
	plan, err := PlanLower(stock, by)
	if err != nil {
		return err
	}
	for _, c := range plan.Cut {
		l.acts = append(l.acts, w.cut(w.licenses[c.License], c))
	}
	for _, r := range plan.Recall {
		x := w.licenses[r.License]
		if e := w.effect(x.ID, EffectID(r.Activation)); e != nil {
			acts, err := w.giveUp(x, e, r.By)
			if err != nil {
				return err
			}
			l.acts = append(l.acts, acts...)
			continue
		}
		i := slices.IndexFunc(w.live[x.ID], func(a *Activation) bool { return a.ID == r.Activation })
		e, err := x.owe(w.live[x.ID][i], r.By, "lowered")
		if err != nil {
			return err
		}
		l.acts = append(l.acts, e)
	}
	l.add(LowerResult{plan.Freed, plan.Owed})
	l.left -= plan.Freed + plan.Owed
	return nil
}

// undone is the lines of which something is still to be done.
func undone(lines []*lineWork) (out []*lineWork) {
	for _, l := range lines {
		if l.left > 0 {
			out = append(out, l)
		}
	}
	return out
}

// takeFree cuts unredeemed licenses, newest first. It looks again when a seat was
// taken before its row was locked.
func (w *work) takeFree(lines []*lineWork) error {
	for {
		ids, err := w.free(undone(lines))
		if err != nil || len(ids) == 0 {
			return err
		}
		list, err := w.lock(ids)
		if err != nil {
			return err
		}
		free := w.byLine(list)
		for _, l := range lines {
			var unused int64
			for _, x := range free[l.id] {
				unused += min(Stock{Seats: x.Seats}.unused(), x.Seats.Sold())
			}
			if n := min(unused, l.left); n > 0 {
				if err := w.take(l, free[l.id], n); err != nil {
					return err
				}
			}
		}
	}
}

// free picks the newest unredeemed licenses that lines need and that are not
// locked yet.
func (w *work) free(lines []*lineWork) (db.IDs[License], error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var most int64
	left := map[OrderLineID]int64{}
	for _, l := range lines {
		most, left[l.id] = max(most, l.by), l.left
	}
	rows, err := linesFree(w.tx, w.by.Publisher, everSold(lines), most)
	var ids db.IDs[License]
	for _, row := range rows {
		if line := w.walk.line[row.snapshot]; left[line] > 0 && w.licenses[row.license] == nil {
			ids = append(ids, row.license)
			left[line] -= row.free
		}
	}
	return ids, err
}

// everSold is everything that lines have ever sold.
func everSold(lines []*lineWork) (out db.IDs[Terms]) {
	for _, l := range lines {
		out = append(out, l.of...)
	}
	return out
}

// used is the licenses of lines that are in use and owe at least so many seats.
func (w *work) used(lines []*lineWork, owed int64) (db.IDs[License], error) {
	return idsOf[License](w.tx, qLinesUsed, w.by.Publisher, everSold(lines), owed)
}

// cut takes quantity away; a license without any left is gone, and its ticket
// with it.
func (w *work) cut(l *License, c Cut) act {
	l.Seats = l.Seats.Cut(c.By, c.Spent)
	l.dirty = true
	if l.Seats.Quantity == 0 || l.Seats.Quantity == l.Seats.Added && l.Seats.Used == 0 { // seats that add-ons brought do not stand alone
		l.State = LicenseRecalled
		w.empty = append(w.empty, l.Ticket)
	}
	return act{"license", l.ID, "license.lowered", quantityData{By: c.By, Quantity: l.Seats.Quantity}}
}

// quantityData is what the journal keeps of a license that grew or shrank.
type quantityData struct {
	By       int64 `json:"by"`
	Quantity int64 `json:"quantity"`
}

// raise lifts recalls and enlarges the open ticket of lines that have one. What
// is left then needs new tickets.
func (w *work) raise(lines []*lineWork) error {
	ids, err := w.used(lines, 1)
	if err != nil {
		return err
	}
	open, err := w.growing(lines)
	if err != nil {
		return err
	}
	list, err := w.lock(append(ids, open...))
	if err != nil {
		return err
	}
	if err := w.loadLive(slices.DeleteFunc(slices.Clone(list), func(x *License) bool { return x.Seats.Owed == 0 })); err != nil {
		return err
	}
	held := w.byLine(list)
	for _, l := range lines {
		for _, x := range held[l.id] {
			if w.walk.moved[x.Snapshot] {
				continue // the buyer raises its own
			}
			if err := w.forgive(l, x); err != nil {
				return err
			}
		}
		for _, x := range held[l.id] {
			if l.left == 0 || !slices.Contains(open, x.ID) {
				continue
			}
			if x.Seats, err = x.Seats.Grow(l.left); err != nil {
				return err
			}
			x.dirty = true
			l.acts = append(l.acts, act{"license", x.ID, "license.raised", quantityData{By: l.left, Quantity: x.Seats.Quantity}})
			l.left = 0
		}
	}
	return nil
}

// forgive takes recalls of a license back that no container has heard of.
func (w *work) forgive(l *lineWork, x *License) error {
	for _, a := range w.live[x.ID] {
		n, acts, err := x.forgive(a, l.left)
		if err != nil {
			return err
		}
		l.left, l.lifted, l.acts = l.left-n, l.lifted+n, append(l.acts, acts...)
	}
	return nil
}

// growing is the licenses of the open tickets of those lines that have one ticket
// for all of their quantity.
func (w *work) growing(lines []*lineWork) (db.IDs[License], error) {
	ids := sells(lines)
	terms, err := w.s.termsOf(w.tx, w.by.Publisher, ids)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id SnapshotID) bool { return terms[id].PerUnit })
	open, err := idsOf[License](w.tx, qTicketsOpen, w.by.Publisher, ids)
	return slices.DeleteFunc(open, LicenseID.IsZero), err
}

// sells is the terms under which lines sell today.
func sells(lines []*lineWork) (out db.IDs[Terms]) {
	for _, l := range lines {
		out = append(out, l.now())
	}
	return out
}

// print makes the tickets that raised lines still need, for whoever has their
// newest one.
func (w *work) print(p *press, lines []*lineWork) error {
	if lines = undone(lines); len(lines) == 0 {
		return nil
	}
	terms, err := w.s.termsOf(w.tx, w.by.Publisher, sells(lines))
	if err != nil {
		return err
	}
	holders, err := lineHolders(w.tx, w.by.Publisher, sells(lines))
	if err != nil {
		return err
	}
	for _, l := range lines {
		t := terms[l.now()]
		in := IssueInput{Line: l.id, Holder: holders[l.now()], Quantity: l.left, PerUnit: t.PerUnit}
		if err := p.print(lot{in, l.now(), t}); err != nil {
			return err
		}
	}
	return nil
}

// reverse undoes tickets page by page: what is unused in two statements, what is
// in use license by license.
func (w *work) reverse(lines []*lineWork) error {
	ids := make([]OrderLineID, 0, len(lines))
	of := make(map[OrderLineID]*lineWork, len(lines))
	for _, l := range lines {
		ids, of[l.id] = append(ids, l.id), l
	}
	return w.walk.lines(ids, func(page []LineTicket) error {
		var tickets db.IDs[Ticket]
		var ids db.IDs[License]
		for _, t := range page {
			if t.State != TicketReversed && t.State != TicketMerged {
				tickets, ids = append(tickets, t.Ticket), append(ids, t.License)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		list, err := w.lock(ids)
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(qTicketsReverse, w.by.Publisher, tickets); err != nil {
			return err
		}
		return w.reverseSome(list, func(x *License) *lineWork { return of[w.walk.line[x.Snapshot]] })
	})
}

func (w *work) reverseSome(list []*License, line func(*License) *lineWork) error {
	var unused db.IDs[License]
	var used []*License
	for _, x := range list {
		if x.Seats.Used > 0 {
			used = append(used, x)
			continue
		}
		unused = append(unused, x.ID)
		line(x).add(LowerResult{Freed: x.Seats.Sold()})
		delete(w.licenses, x.ID) // nothing of it is left to be written
	}
	if len(unused) > 0 {
		if _, err := w.tx.Exec(qLicensesGone, w.by.Publisher, unused); err != nil {
			return err
		}
	}
	if err := w.loadLive(used); err != nil {
		return err
	}
	if err := w.loadEffects(used); err != nil {
		return err
	}
	if err := w.dropLeases(used); err != nil {
		return err
	}
	for _, x := range used {
		done, acts, err := w.recallOne(x, "reversed")
		if err != nil {
			return err
		}
		line(x).add(done)
		line(x).acts = append(line(x).acts, acts...)
	}
	return nil
}
