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
	Moved    bool  // another holder has it; its code is that one's secret
}

// LineTickets returns the tickets of order lines, line by line in the order of
// their issue, one entry per license. It reads them all at once: whoever does not
// know that they are few asks for pages. It is a part: it checks no rights.
func (s *Service) LineTickets(q db.Querier, p actor.PublisherID, lines []OrderLineID) ([]LineTicket, error) {
	w, err := walkOf(q, p, lines)
	if err != nil {
		return nil, err
	}
	return w.all(lines)
}

// walk goes through the tickets of order lines.
type walk struct {
	q    db.Querier
	p    actor.PublisherID
	of   map[OrderLineID][]SnapshotID // sold by the line, oldest first
	line map[SnapshotID]OrderLineID   // also what became of that

	moved map[SnapshotID]bool // another holder has it
}

func walkOf(q db.Querier, p actor.PublisherID, lines []OrderLineID) (*walk, error) {
	all, err := snapshotsOf(q, p, lines)
	w := &walk{q: q, p: p, of: map[OrderLineID][]SnapshotID{}, line: map[SnapshotID]OrderLineID{}, moved: map[SnapshotID]bool{}}
	for _, x := range all {
		w.line[x.id], w.moved[x.id] = x.line, x.moved
		if !x.derived {
			w.of[x.line] = append(w.of[x.line], x.id)
		}
	}
	return w, err
}

// snapshots is those of some lines.
func (w *walk) snapshots(lines []OrderLineID) (out db.IDs[Terms]) {
	for _, line := range lines {
		out = append(out, w.of[line]...)
	}
	return out
}

// mostTickets is how many tickets of order lines are read together.
const mostTickets = 4 * chunk

// lines calls each with the tickets of lines: those of many lines together while
// they are few, and page by page those of a line that has many.
func (w *walk) lines(lines []OrderLineID, each func([]LineTicket) error) error {
	counts, err := ticketCounts(w.q, w.p, w.snapshots(lines))
	if err != nil {
		return err
	}
	var group []OrderLineID
	var sum int64
	read := func() error {
		found, err := w.all(group)
		if err == nil {
			err = each(found)
		}
		group, sum = group[:0], 0
		return err
	}
	for _, line := range lines {
		var n int64
		for _, id := range w.of[line] {
			n += counts[id]
		}
		if sum+n > mostTickets {
			if err := read(); err != nil {
				return err
			}
		}
		if n > mostTickets {
			if err := w.pages(line, each); err != nil {
				return err
			}
			continue
		}
		group, sum = append(group, line), sum+n
	}
	return read()
}

// all reads the tickets of lines, line by line.
func (w *walk) all(lines []OrderLineID) ([]LineTicket, error) {
	found, err := db.List(w.q, w.scan, qLineTickets, w.p, w.snapshots(lines))
	if err != nil {
		return nil, err
	}
	at := make(map[OrderLineID]int, len(lines))
	for i, line := range lines {
		at[line] = i
	}
	slices.SortStableFunc(found, func(a, b LineTicket) int { return at[a.Line] - at[b.Line] })
	return found, nil
}

// pages calls each with pages of the tickets of a line.
func (w *walk) pages(line OrderLineID, each func([]LineTicket) error) error {
	for _, id := range w.of[line] {
		for after, more := firstTicket, true; more; {
			page, err := w.page(id, after, chunk)
			if err != nil {
				return err
			}
			if more = len(page) == chunk; more {
				after = page[chunk-1].Ticket
			}
			if err := each(page); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstTicket is before every ticket; the zero id would be NULL.
var firstTicket = TicketID{15: 1}

// page reads tickets of one snapshot.
func (w *walk) page(id SnapshotID, after TicketID, limit int) ([]LineTicket, error) {
	return db.List(w.q, w.scan, qLinePage, w.p, id, after, limit)
}

func (w *walk) scan(r *db.Rows) (t LineTicket, err error) {
	var of SnapshotID
	err = r.Scan(&of, &t.Ticket, &t.Hint, (*string)(&t.State), &t.License, &t.Quantity, &t.Used, &t.Owed, &t.Moved)
	t.Line = w.line[of]
	return t, err
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
