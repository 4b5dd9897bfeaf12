package order

import (
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
)

// codes are the codes of tickets that were made in a transaction; a ticket that
// shows its code once is shown from here.
type codes map[license.TicketID]string

// parcel is what one line still has to get.
type parcel struct {
	line  Line
	sale  sale
	units int64
}

func (p parcel) perUnit() bool { return p.sale.snapshot.Ticketing == catalog.PerUnit }

// Issued is the result of a job that issued a large order.
type Issued struct {
	Order  ID    `json:"order"`
	Issued int64 `json:"issued"`
}

// Issue is the handler of jobs of JobKind: it makes the tickets of a large
// order, one chunk per transaction. A line's issued quantity rises in the
// transaction that makes its tickets, so that a run that was cut off is gone on
// with and nothing is made twice.
func (s *Service) Issue(ctx context.Context, r *job.Run) (any, error) {
	var payload bulkOrder
	if err := r.Payload(&payload); err != nil {
		return nil, err
	}
	by := actor.System(r.Publisher)
	for made := int64(0); ; made += s.settings.Chunk {
		var o Order
		err := s.db.WriteBulk(ctx, func(tx *db.Tx) error {
			var err error
			if o, err = s.chunk(tx, by, payload.Order); err != nil {
				return err
			}
			if err := r.ProgressTx(tx, o.Issued, o.Quantity); err != nil {
				return err
			}
			return tx.Point("order.chunk")
		})
		if err != nil {
			return nil, err
		}
		if o.Issued < o.Quantity {
			continue
		}
		if made >= analyzeFrom {
			err = s.db.Analyze(ctx)
		}
		return Issued{Order: o.ID, Issued: o.Issued}, err
	}
}

// analyzeFrom is after how many tickets of one run the planner is told.
const analyzeFrom = 10_000

// eventIssued is the journal line of a chunk.
const eventIssued = "order.issued"

// errStuck: an order whose sums and lines disagree; our own mistake.
var errStuck = errors.New("order has open quantity and no open line")

// chunk makes the next tickets of an order. It holds the order's row, so that
// documents which arrive meanwhile come before it or after it.
func (s *Service) chunk(tx *db.Tx, by actor.Actor, id ID) (Order, error) {
	o, err := lockByID(tx, by.Publisher, id)
	if err != nil || o.Issued == o.Quantity {
		return o, err
	}
	lines, err := openLines(tx, by.Publisher, id, int(s.settings.Chunk))
	if err != nil {
		return o, err
	}
	sales, err := salesFor(tx, by.Publisher, id, lines)
	if err != nil {
		return o, err
	}
	parcels := pack(lines, sales, s.settings.Chunk)
	if len(parcels) == 0 {
		return o, errStuck
	}
	if err := s.issue(tx, by, o, parcels, nil); err != nil {
		return o, err
	}
	if err := delivered(tx, by.Publisher, &o, parcels); err != nil {
		return o, err
	}
	if o.State != Awaiting {
		o.State = stateOf(o.Quantity, o.Issued, false)
	}
	return o, s.close(tx, by, &o, placed{}, eventIssued)
}

// pack takes parcels from lines until they need as many tickets as a
// transaction should make. Only the last one may be a part of its line.
func pack(lines []Line, sales map[int64]sale, tickets int64) []parcel {
	var out []parcel
	for _, l := range lines {
		if tickets <= 0 {
			break
		}
		p := parcel{line: l, sale: sales[l.sale], units: l.Quantity - l.Issued}
		if p.perUnit() {
			p.units = min(p.units, tickets)
		}
		tickets -= ticketsFor(p.sale.snapshot, p.units)
		out = append(out, p)
	}
	return out
}

// delivered raises what was issued, in two statements for the lines that are
// complete now.
func delivered(tx *db.Tx, p actor.PublisherID, o *Order, parcels []parcel) error {
	whole := map[bool]db.IDs[Line]{} // one ticket per unit?
	for _, one := range parcels {
		o.Issued += one.units
		if one.line.Issued+one.units == one.line.Quantity {
			whole[one.perUnit()] = append(whole[one.perUnit()], one.line.ID)
			continue
		}
		if _, err := tx.Exec(qLineIssued, one.units, one.units, p, one.line.ID); err != nil { // only units come in parts
			return err
		}
	}
	for perUnit, lines := range whole {
		if _, err := tx.Exec(qLinesDelivered, perUnit, p, lines); err != nil {
			return err
		}
	}
	return nil
}
