package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// LineSeats is what the tickets of one order line hold.
type LineSeats struct {
	Sold  int64 // what the order has, without what is owed back
	Free  int64 // of it, what Lower takes first: nobody has redeemed it
	InUse int64 // of the rest, what a device would have to give up
}

// LineSeats sums up what the tickets of order lines hold, for the preview of a
// lower quantity: a lowering by n recalls n - Free seats, at most InUse. Lines
// without tickets are left out. It is a part: it checks no rights and locks
// nothing.
func (s *Service) LineSeats(q db.Querier, p actor.PublisherID, lines []OrderLineID) (map[OrderLineID]LineSeats, error) {
	type row struct {
		snapshot SnapshotID
		seats    LineSeats
	}
	of, err := snapshotsOf(q, p, lines)
	if err != nil {
		return nil, err
	}
	lineOf := map[SnapshotID]OrderLineID{}
	var ids db.IDs[Terms]
	for line, snapshots := range of {
		for _, id := range snapshots {
			lineOf[id] = line
			ids = append(ids, id)
		}
	}
	rows, err := db.List(q, func(r *db.Rows) (row, error) {
		var x row
		return x, r.Scan(&x.snapshot, &x.seats.Sold, &x.seats.Free, &x.seats.InUse)
	}, qLineSeats, p, ids)
	out := make(map[OrderLineID]LineSeats, len(lines))
	for _, x := range rows {
		sum := out[lineOf[x.snapshot]]
		sum.Sold, sum.Free, sum.InUse = sum.Sold+x.seats.Sold, sum.Free+x.seats.Free, sum.InUse+x.seats.InUse
		out[lineOf[x.snapshot]] = sum
	}
	return out, err
}

// LinePlace is a place in the tickets of one order line; the zero one is their
// beginning.
type LinePlace struct {
	Snapshot SnapshotID
	Ticket   TicketID
}

// LinePage returns at most limit tickets of one order line behind a place, and
// the place of the last one. Fewer than limit mean that there are no more. It is
// a part: it checks no rights.
func (s *Service) LinePage(q db.Querier, p actor.PublisherID, line OrderLineID, after LinePlace, limit int) ([]LineTicket, LinePlace, error) {
	of, err := snapshotsOf(q, p, []OrderLineID{line})
	if err != nil {
		return nil, after, err
	}
	var out []LineTicket
	for _, id := range of[line] {
		from := TicketID{15: 1}
		if c := id.Compare(after.Snapshot); c < 0 {
			continue
		} else if c == 0 {
			from = after.Ticket
		}
		page, err := db.List(q, scanLineTicket(line), qLinePage, p, id, from, limit-len(out))
		if err != nil {
			return nil, after, err
		}
		if len(page) > 0 {
			out, after = append(out, page...), LinePlace{id, page[len(page)-1].Ticket}
		}
		if len(out) >= limit {
			break
		}
	}
	return out, after, nil
}

// FewTickets is LineTickets for lines that have at most limit tickets together:
// two statements, however many lines there are. It reports false, and nothing
// else, when they have more. It is a part: it checks no rights.
func (s *Service) FewTickets(q db.Querier, p actor.PublisherID, lines []OrderLineID, limit int) ([]LineTicket, bool, error) {
	of, err := snapshotsOf(q, p, lines)
	if err != nil {
		return nil, false, err
	}
	lineOf := map[SnapshotID]OrderLineID{}
	var ids db.IDs[Terms]
	for line, snapshots := range of {
		for _, id := range snapshots {
			lineOf[id] = line
			ids = append(ids, id)
		}
	}
	found, err := db.List(q, func(r *db.Rows) (LineTicket, error) {
		var t LineTicket
		var snapshot SnapshotID
		err := r.Scan(&snapshot, &t.Ticket, &t.Hint, (*string)(&t.State), &t.License, (*string)(&t.state), &t.Quantity, &t.Used, &t.Owed)
		t.Line = lineOf[snapshot]
		return t, err
	}, qFewTickets, p, ids, limit+1)
	if err != nil || len(found) > limit {
		return nil, false, err
	}
	byLine := map[OrderLineID][]LineTicket{}
	for _, t := range found {
		byLine[t.Line] = append(byLine[t.Line], t)
	}
	out := make([]LineTicket, 0, len(found))
	for _, line := range lines {
		out = append(out, byLine[line]...)
	}
	return out, true, nil
}
