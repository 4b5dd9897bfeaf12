package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// work is the licenses of one order line that one transaction changes.
type work struct {
	s    *Service
	tx   *db.Tx
	by   actor.Actor
	line OrderLineID

	snapshots []SnapshotID
	licenses  map[LicenseID]*License
	live      map[LicenseID][]*Activation
	empty     db.IDs[Ticket] // tickets that hold nothing any more
	acts      []act
	lifted    int64
}

// maxLive bounds how many activations of one license a change looks through.
const maxLive = 100_000

// find reads the line's snapshots. It returns ErrNoLine when it has none.
func (w *work) find() error {
	of, err := snapshotsOf(w.tx, w.by.Publisher, []OrderLineID{w.line})
	if err == nil && len(of[w.line]) == 0 {
		err = ErrNoLine
	}
	w.snapshots = of[w.line]
	return err
}

// lock takes licenses into the work, with their live activations if asked for.
func (w *work) lock(ids db.IDs[License], live bool) ([]*License, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := w.s.lockLicenses(w.tx, w.by.Publisher, ids)
	if err != nil {
		return nil, err
	}
	if w.licenses == nil {
		w.licenses, w.live = map[LicenseID]*License{}, map[LicenseID][]*Activation{}
	}
	for i, l := range list {
		if known := w.licenses[l.ID]; known != nil {
			list[i] = known
		}
		w.licenses[l.ID] = list[i]
		if live && w.live[l.ID] == nil {
			if w.live[l.ID], err = liveOf(w.tx, w.by.Publisher, l.ID, maxLive); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// planLower looks for as much as is asked: unredeemed licenses page by page,
// newest first; only if they do not suffice, everything that is in use or spent.
func (w *work) planLower(by int64) (LowerPlan, error) {
	if err := w.find(); err != nil {
		return LowerPlan{}, err
	}
	var plan LowerPlan
	if by < 1 {
		return plan, ErrBadQuantity.With("value", by, "limit", int64(MaxQuantity))
	}
	for _, id := range slices.Backward(w.snapshots) {
		if err := w.planFree(&plan, id, by); err != nil {
			return plan, err
		}
	}
	if plan.Freed == by {
		return plan, nil
	}
	stock, err := w.inUse(plan)
	if err != nil {
		return plan, err
	}
	rest, err := PlanLower(stock, by-plan.Freed)
	plan.Cut, plan.Recall = append(plan.Cut, rest.Cut...), rest.Recall
	plan.Freed, plan.Owed = plan.Freed+rest.Freed, rest.Owed
	return plan, err
}

func (w *work) planFree(plan *LowerPlan, id SnapshotID, by int64) error {
	before := TicketID{0: 0xff, 15: 0xff}
	for plan.Freed < by {
		ids, err := idsOf[License](w.tx, qLineFree, w.by.Publisher, id, before, chunk)
		if err != nil || len(ids) == 0 {
			return err
		}
		list, err := w.lock(ids, false)
		if err != nil {
			return err
		}
		var stock []Stock
		var unused int64
		for _, l := range list {
			one := Stock{License: l.ID, Seats: l.Seats}
			if n := min(one.unused(), one.Seats.Sold()); n > 0 {
				stock, unused = append(stock, one), unused+n
			}
			before = minTicket(before, l.Ticket)
		}
		if n := min(unused, by-plan.Freed); n > 0 {
			part, err := PlanLower(stock, n)
			if err != nil {
				return err
			}
			plan.Cut, plan.Freed = append(plan.Cut, part.Cut...), plan.Freed+part.Freed
		}
	}
	return nil
}

func minTicket(a, b TicketID) TicketID {
	if b.Compare(a) < 0 {
		return b
	}
	return a
}

// pick walks the line's licenses that are still open and locks those that ok
// picks, with their live activations, a page at a time.
func (w *work) pick(ok func(LineTicket) bool, each func(*License) error) error {
	for _, id := range w.snapshots {
		after := TicketID{15: 1}
		for {
			page, err := linePage(w.tx, w.by.Publisher, w.line, id, after)
			if err != nil {
				return err
			}
			var ids db.IDs[License]
			for _, t := range page {
				if (t.state == LicenseAvailable || t.state == LicenseBlocked) && ok(t) {
					ids = append(ids, t.License)
				}
				after = t.Ticket
			}
			list, err := w.lock(ids, true)
			if err != nil {
				return err
			}
			for _, l := range list {
				if err := each(l); err != nil {
					return err
				}
			}
			if len(page) < chunk {
				break
			}
		}
	}
	return nil
}

// inUse is the stock of the line that is used, with what the plan has cut from
// it already taken away.
func (w *work) inUse(plan LowerPlan) ([]Stock, error) {
	cuts := map[LicenseID]Cut{}
	for _, c := range plan.Cut {
		cuts[c.License] = c
	}
	var stock []Stock
	err := w.pick(func(t LineTicket) bool { return t.Used > 0 }, func(l *License) error {
		c := cuts[l.ID]
		one := Stock{License: l.ID, Seats: l.Seats.Cut(c.By, c.Spent)}
		for _, a := range w.live[l.ID] {
			one.Uses = append(one.Uses, Use{a.ID, a.Quantity, a.Shrink})
		}
		stock = append(stock, one)
		return nil
	})
	return stock, err
}

// cut takes quantity away; a license without any left is gone, and its ticket
// with it.
func (w *work) cut(l *License, c Cut) {
	l.Seats = l.Seats.Cut(c.By, c.Spent)
	l.dirty = true
	w.acts = append(w.acts, act{"license", l.ID, "license.lowered", quantityData{By: c.By, Quantity: l.Seats.Quantity}})
	if l.Seats.Quantity == 0 {
		l.State = LicenseRecalled
		w.empty = append(w.empty, l.Ticket)
	}
}

// forgive takes recalls back that no container has heard of, and returns how
// much of by is left.
func (w *work) forgive(by int64) (int64, error) {
	err := w.pick(func(t LineTicket) bool { return t.Owed > 0 }, func(l *License) error {
		for _, a := range w.live[l.ID] {
			n, acts, err := l.forgive(a, by)
			if err != nil {
				return err
			}
			by, w.lifted, w.acts = by-n, w.lifted+n, append(w.acts, acts...)
		}
		return nil
	})
	return by, err
}

// grow enlarges the line's open ticket, if there is one, and returns what is left.
func (w *work) grow(id SnapshotID, by int64) (int64, error) {
	ids, err := idsOf[License](w.tx, qTicketOpen, w.by.Publisher, id)
	if err != nil || len(ids) == 0 {
		return by, err
	}
	list, err := w.lock(ids, false)
	if err != nil {
		return by, err
	}
	l := list[0]
	if l.State.Open() != nil && l.State != LicenseBlocked {
		return by, nil
	}
	seats, err := l.Seats.Grow(by)
	if err != nil {
		return by, err
	}
	l.Seats, l.dirty = seats, true
	w.acts = append(w.acts, act{"license", l.ID, "license.raised", quantityData{By: by, Quantity: seats.Quantity}})
	return 0, nil
}

// quantityData is what the journal keeps of a license that grew or shrank.
type quantityData struct {
	By       int64 `json:"by"`
	Quantity int64 `json:"quantity"`
}

// holder is whose stock the line's newest ticket is in.
func (w *work) holder() (actor.OrgID, error) {
	var id actor.OrgID
	err := w.tx.QueryRow(qLineHolder, w.by.Publisher, w.snapshots[len(w.snapshots)-1]).Scan(&id)
	return id, orNotFound(err)
}

var qLineHolder = db.SQL("license.line_holder", `
SELECT holder_id FROM ticket WHERE publisher_id = ? AND snapshot_id = ? ORDER BY id DESC LIMIT 1`)

// reverse undoes one page of tickets: what is unused in two statements, what is
// in use license by license.
func (w *work) reverse(page []LineTicket) (freed, owed int64, err error) {
	var tickets db.IDs[Ticket]
	var ids db.IDs[License]
	for _, t := range page {
		if t.State == TicketReversed || t.State == TicketMerged {
			continue
		}
		if n := len(tickets); n == 0 || tickets[n-1] != t.Ticket {
			tickets = append(tickets, t.Ticket)
		}
		ids = append(ids, t.License)
	}
	if len(ids) == 0 {
		return 0, 0, nil
	}
	list, err := w.lock(ids, false)
	if err != nil {
		return 0, 0, err
	}
	var unused, used db.IDs[License]
	for _, l := range list {
		if l.Seats.Used == 0 {
			unused, freed = append(unused, l.ID), freed+l.Seats.Sold()
			delete(w.licenses, l.ID)
		} else {
			used = append(used, l.ID)
		}
	}
	if _, err := w.tx.Exec(qTicketsReverse, w.by.Publisher, tickets); err != nil {
		return 0, 0, err
	}
	if len(unused) > 0 {
		if _, err := w.tx.Exec(qLicensesGone, w.by.Publisher, unused); err != nil {
			return 0, 0, err
		}
	}
	f, o, err := w.recall(used, "reversed")
	return freed + f, owed + o, err
}

// recall takes whole licenses back that are in use, or were.
func (w *work) recall(ids db.IDs[License], why string) (freed, owed int64, err error) {
	if len(ids) == 0 {
		return 0, 0, nil
	}
	list, err := w.lock(ids, true)
	if err != nil {
		return 0, 0, err
	}
	for _, l := range list {
		sold := l.Seats.Sold()
		acts, err := l.recall(w.live[l.ID], why)
		if err != nil {
			return 0, 0, err
		}
		w.acts = append(w.acts, acts...)
		inUse := min(sold, l.Seats.Used-l.Seats.Owed)
		freed, owed = freed+sold-inUse, owed+inUse
	}
	return freed, owed, nil
}

func (w *work) note(name string, data any) {
	if !w.line.IsZero() {
		w.acts = append(w.acts, act{"order_line", w.line, name, data})
	}
}

// flush writes what has changed, licenses before activations.
func (w *work) flush() error {
	for _, l := range w.licenses {
		if !l.dirty {
			continue
		}
		if err := updateLicense(w.tx, w.by.Publisher, l); err != nil {
			return err
		}
		l.Rev++
		l.dirty = false
		l.read()
	}
	for _, acts := range w.live {
		for _, a := range acts {
			if !a.dirty {
				continue
			}
			if err := updateActivation(w.tx, w.by.Publisher, a); err != nil {
				return err
			}
			a.rev++
			a.dirty = false
		}
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

var qLineSeats = db.SQL("license.line_seats", `
SELECT snapshot_id, CAST(SUM(sold) AS bigint), CAST(SUM(free) AS bigint),
  CAST(SUM(CASE WHEN live < sold - free THEN live ELSE sold - free END) AS bigint)
FROM (
  SELECT t.snapshot_id AS snapshot_id, l.quantity - l.owed AS sold,
    CASE WHEN l.used >= l.quantity THEN 0
         WHEN l.used < l.owed THEN l.quantity - l.owed
         ELSE l.quantity - l.used END AS free,
    CASE WHEN l.used = 0 THEN 0 ELSE COALESCE((
      SELECT SUM(a.quantity - a.shrink) FROM activation a
      WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0), 0) END AS live
  FROM ticket t
  JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
  WHERE t.publisher_id = ? AND {ids:t.snapshot_id} AND l.state IN ('available', 'blocked')
) x GROUP BY snapshot_id`)

var qFewTickets = db.SQL("license.few_tickets", `
SELECT t.snapshot_id, t.id, t.hint, t.state, l.id, l.state, l.quantity - l.owed, l.used, l.owed FROM ticket t
JOIN license l ON l.publisher_id = t.publisher_id AND l.ticket_id = t.id
WHERE t.publisher_id = ? AND {ids:t.snapshot_id} ORDER BY t.snapshot_id, t.id, l.id LIMIT ?`)
