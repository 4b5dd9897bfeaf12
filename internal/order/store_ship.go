package order

import (
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
)

// The tables that travel in the issuance journal, in the order in which their
// rows can be brought back.
var (
	saleForm = ship.Form{
		Name: "order_sale", Key: "publisher_id, order_id, no", By: "order_id",
		Columns: "publisher_id id, order_id id, no int, article_no text, options json, snapshot json",
	}
	shipSale = ship.Declare(saleForm, db.SQL("order.ship_sale", saleForm.Read()), db.SQL("order.replay_sale", saleForm.Write()))

	lineForm = ship.Form{
		Name: "order_line", Newer: "rev",
		Columns: `publisher_id id, id id, order_id id, line_no text, sale_no int, article_no text, quantity int, issued int,
			made int, customer_id id, state text, rev int`,
	}
	shipLine = ship.Declare(lineForm, db.SQL("order.ship_line", lineForm.Read()), db.SQL("order.replay_line", lineForm.Write()))

	orderForm = ship.Form{
		Name: "orders", Newer: "rev",
		Columns: `publisher_id id, id id, source text, external_no text, revision int, mode text, buyer_id id, customer_id id,
			language text, currency text, state text, quantity int, issued int, job_id id, line_count int, sale_count int,
			created_at int, changed_at int, rev int`,
	}
	shipOrder = ship.Declare(orderForm, db.SQL("order.ship_order", orderForm.Read()), db.SQL("order.replay_order", orderForm.Write()))

	// The documents come from the journal itself, which holds their hashes.
	documentForm = ship.Form{
		Name: "order_document", Key: "publisher_id, hash",
		Columns: "publisher_id id, hash bytes, order_id id, at int",
	}
	shipDocument = ship.Declare(documentForm, nil, db.SQL("order.replay_document", documentForm.Write()))

	pendingForm = ship.Form{
		Name: "order_pending", Key: "publisher_id, order_id", By: "order_id", Newer: "at",
		Columns: "publisher_id id, order_id id, document json, recalls int, at int",
	}
	shipPending = ship.Declare(pendingForm, db.SQL("order.ship_pending", pendingForm.Read()), db.SQL("order.replay_pending", pendingForm.Write()))

	qLineIDs = db.SQL("order.line_ids", `SELECT id FROM order_line WHERE publisher_id = ? AND order_id = ?`)
	qIssuing = db.SQL("order.issuing", `SELECT id FROM orders WHERE publisher_id = ? AND state = 'issuing' AND id > ?
		ORDER BY publisher_id, state, id LIMIT ?`)
	qPendingStale = db.SQL("order.pending_stale", `DELETE FROM order_pending WHERE publisher_id = ? AND order_id NOT IN
		(SELECT id FROM orders WHERE publisher_id = ? AND state = 'awaiting_confirmation')`)
)

// Cargo is this package's part of the issuance journal: it says which orders,
// lines and documents journal lines touched.
func (s *Service) Cargo(q *db.Reader, p actor.PublisherID, lines []actor.Row) ([]ship.Cargo, error) {
	var orders, of [][16]byte
	var documents []ship.Image
	for _, l := range lines {
		switch l.Entity {
		case "order":
			orders = append(orders, l.EntityID)
			if l.Event != eventIssued { // a chunk names its lines itself
				ids, err := db.List(q, func(r *db.Rows) (id LineID, err error) { return id, r.Scan(&id) }, qLineIDs, p, ID(l.EntityID))
				if err != nil {
					return nil, err
				}
				for _, id := range ids {
					of = append(of, id)
				}
			}
			img, err := documentOf(p, l)
			if err != nil {
				return nil, err
			}
			if img != nil {
				documents = append(documents, img)
			}
		case "order_line":
			of = append(of, l.EntityID)
		}
	}
	return slices.DeleteFunc([]ship.Cargo{
		{Table: shipSale, IDs: orders},
		{Table: shipLine, IDs: of},
		{Table: shipOrder, IDs: orders},
		{Table: shipDocument, Rows: documents},
		{Table: shipPending, IDs: orders},
	}, func(c ship.Cargo) bool { return len(c.IDs)+len(c.Rows) == 0 }), nil
}

// documentOf is the row of the document that a journal line is about, nil for
// none.
func documentOf(p actor.PublisherID, l actor.Row) (ship.Image, error) {
	var f facts
	if json.Unmarshal([]byte(l.Data), &f) != nil || f.Document == "" {
		return nil, nil
	}
	hash, err := hex.DecodeString(f.Document)
	if err != nil {
		return nil, nil // not ours
	}
	return ship.Row(p, hash, ID(l.EntityID), l.At.UnixMicro())
}

// resumeChunk is how many orders one transaction looks at.
const resumeChunk = 100

// resumeSome gives the next orders after one, whose tickets are still to be
// made, their jobs. It returns the last it came to; ErrNotFound after the end.
func (s *Service) resumeSome(tx *db.Tx, p actor.PublisherID, after ID) (ID, error) {
	ids, err := db.List(tx, func(r *db.Rows) (id ID, err error) { return id, r.Scan(&id) }, qIssuing, p, after, resumeChunk)
	if err != nil {
		return after, err
	}
	for _, id := range ids {
		o, err := lockByID(tx, p, id)
		if err == nil {
			err = s.resume(tx, p, o)
		}
		if err != nil {
			return id, err
		}
		after = id
	}
	if len(ids) == 0 {
		return after, ErrNotFound
	}
	return after, nil
}
