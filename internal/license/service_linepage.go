package license

import (
	"slices"

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
	out := make(map[OrderLineID]LineSeats, len(lines))
	for part := range slices.Chunk(lines, chunk) {
		w, err := walkOf(q, p, part)
		if err != nil {
			return nil, err
		}
		rows, err := db.List(q, func(r *db.Rows) (row, error) {
			var x row
			return x, r.Scan(&x.snapshot, &x.seats.Sold, &x.seats.Free, &x.seats.InUse)
		}, qLineSeats, p, w.snapshots(part))
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			line := w.line[x.snapshot]
			sum := out[line]
			out[line] = LineSeats{sum.Sold + x.seats.Sold, sum.Free + x.seats.Free, sum.InUse + x.seats.InUse}
		}
	}
	return out, nil
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
	w, err := walkOf(q, p, []OrderLineID{line})
	if err != nil {
		return nil, after, err
	}
	var out []LineTicket
	for _, id := range w.of[line] {
		from := firstTicket
		if c := id.Compare(after.Snapshot); c < 0 {
			continue
		} else if c == 0 {
			from = after.Ticket
		}
		page, err := w.page(id, from, limit-len(out))
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
