package order

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/order/format"
)

// The ids of this package's entities.
type (
	ID       = db.ID[Order]
	LineID   = db.ID[Line]
	SourceID = db.ID[Source]
)

// Order is an order as it stands.
type Order struct {
	ID        ID
	Source    string // the sending system
	Number    string // the order's number there
	Revision  *int64 // the highest that was seen; nil if the sender does not count
	Mode      format.Mode
	Buyer     actor.OrgID
	Customer  actor.OrgID // zero = not known
	Language  string      // of the delivery note
	Currency  string
	State     State
	Quantity  int64  // units that the lines say
	Issued    int64  // units that the tickets hold
	Job       job.ID // the last one that made its tickets; zero = none was needed
	LineCount int64
	CreatedAt time.Time
	ChangedAt time.Time
	Rev       int64

	sales    int64    // how many sales were recorded
	fresh    bool     // made by this transaction
	document [32]byte // hash of the document that this transaction takes
}

// Line is a line of an order as it stands.
type Line struct {
	ID       LineID
	No       string
	Article  string // canonical article number
	Quantity int64
	Issued   int64
	Customer actor.OrgID // zero = the order's
	State    LineStatus

	sale int64 // its row in order_sale
	made int64 // tickets that it ever had, at most
}

// LineStatus is the stored state of a line.
type LineStatus string

// The states of a line.
const (
	LineOpen      LineStatus = "open"      // tickets are still to be made
	LineDelivered LineStatus = "delivered" // its tickets hold its quantity
	LineCancelled LineStatus = "cancelled" // taken out
)

func (l Line) status() LineStatus {
	switch {
	case l.Issued != l.Quantity:
		return LineOpen
	case l.Quantity == 0:
		return LineCancelled
	}
	return LineDelivered
}

// sale is one row of order_sale: a Sale and what it was when it was sold.
type sale struct {
	no       int64
	sale     Sale
	snapshot catalog.Snapshot
}

const orderColumns = `id, source, external_no, revision, mode, buyer_id, customer_id, language, currency,
	state, quantity, issued, job_id, line_count, sale_count, created_at, changed_at, rev`

const lineColumns = `id, line_no, article_no, quantity, issued, made, customer_id, state, sale_no`

var (
	qClaim = db.SQL("order.claim", `INSERT INTO orders
		(publisher_id, id, source, external_no, mode, buyer_id, language, currency, state,
		 quantity, issued, line_count, sale_count, created_at, changed_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, '', '', 'reversed', 0, 0, 0, 0, ?, ?, 1)
		ON CONFLICT (publisher_id, source, external_no) DO NOTHING`)
	qByNumber = db.SQL("order.by_number", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND source = ? AND external_no = ?`)
	qByNumberLock = db.SQL("order.by_number_lock", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND source = ? AND external_no = ? {for_update}`)
	qByID     = db.SQL("order.by_id", `SELECT `+orderColumns+` FROM orders WHERE publisher_id = ? AND id = ?`)
	qByIDLock = db.SQL("order.by_id_lock", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND id = ? {for_update}`)
	qSave = db.SQL("order.save", `UPDATE orders SET revision = ?, mode = ?, buyer_id = ?, customer_id = ?,
		language = ?, currency = ?, state = ?, quantity = ?, issued = ?, job_id = ?, line_count = ?, sale_count = ?,
		changed_at = ?, rev = rev + 1
		WHERE publisher_id = ? AND id = ?`)
	qSetJob = db.SQL("order.set_job", `UPDATE orders SET job_id = ? WHERE publisher_id = ? AND id = ?`)
	qList   = db.SQL("order.list", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND id < ? AND (? = '' OR source = ?) AND (? = '' OR state = ?)
		ORDER BY publisher_id, id DESC LIMIT ?`)
	qListIn = db.SQL("order.list_in", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND {ids:buyer_id} AND id < ? AND (? = '' OR source = ?) AND (? = '' OR state = ?)
		ORDER BY publisher_id, id DESC LIMIT ?`)
	qBook = db.SQL("order.book", `SELECT `+orderColumns+` FROM orders
		WHERE publisher_id = ? AND source = ? AND external_no > ?
		ORDER BY publisher_id, source, external_no LIMIT ?`)

	qLines = db.SQL("order.lines", `SELECT `+lineColumns+` FROM order_line
		WHERE publisher_id = ? AND order_id = ? ORDER BY line_no`)
	qLinePage = db.SQL("order.line_page", `SELECT `+lineColumns+` FROM order_line
		WHERE publisher_id = ? AND order_id = ? AND line_no > ? ORDER BY publisher_id, order_id, line_no LIMIT ?`)
	qLineByNo = db.SQL("order.line_by_no", `SELECT `+lineColumns+` FROM order_line
		WHERE publisher_id = ? AND order_id = ? AND line_no = ?`)
	qLinesOpen = db.SQL("order.lines_open", `SELECT `+lineColumns+` FROM order_line
		WHERE publisher_id = ? AND order_id = ? AND state = 'open' ORDER BY publisher_id, order_id, id LIMIT ?`)
	qLineInsert = db.SQL("order.line_insert", `INSERT INTO order_line
		(publisher_id, id, order_id, line_no, sale_no, article_no, quantity, issued, made, customer_id, state, rev)
		VALUES {rows}`)
	qLineSet = db.SQL("order.line_set", `UPDATE order_line
		SET sale_no = ?, article_no = ?, quantity = ?, issued = ?, made = ?, customer_id = ?, state = ?, rev = rev + 1
		WHERE publisher_id = ? AND id = ?`)
	qLinesDelivered = db.SQL("order.lines_delivered", `UPDATE order_line
		SET issued = quantity, made = made + CASE WHEN ? THEN quantity - issued ELSE 1 END, state = 'delivered', rev = rev + 1
		WHERE publisher_id = ? AND {ids:id}`)
	qLineIssued = db.SQL("order.line_issued", `UPDATE order_line
		SET issued = issued + ?, made = made + ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)

	qSales = db.SQL("order.sales", `SELECT no, article_no, options, snapshot FROM order_sale
		WHERE publisher_id = ? AND order_id = ? ORDER BY no`)
	qSalesBetween = db.SQL("order.sales_between", `SELECT no, article_no, options, snapshot FROM order_sale
		WHERE publisher_id = ? AND order_id = ? AND no BETWEEN ? AND ? ORDER BY no`)
	qSaleInsert = db.SQL("order.sale_insert", `INSERT INTO order_sale
		(publisher_id, order_id, no, article_no, options, snapshot) VALUES {rows}`)

	qSeen = db.SQL("order.document_seen", `SELECT order_id FROM order_document
		WHERE publisher_id = ? AND hash = ?`)
	qSeenInsert = db.SQL("order.document_insert", `INSERT INTO order_document
		(publisher_id, hash, order_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (publisher_id, hash) DO NOTHING`)

	qPendingPut = db.SQL("order.pending_put", `INSERT INTO order_pending
		(publisher_id, order_id, document, recalls, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (publisher_id, order_id) DO UPDATE
		SET document = excluded.document, recalls = excluded.recalls, at = excluded.at`)
	qPending = db.SQL("order.pending", `SELECT document, recalls, at FROM order_pending
		WHERE publisher_id = ? AND order_id = ?`)
	qPendingDrop = db.SQL("order.pending_drop", `DELETE FROM order_pending
		WHERE publisher_id = ? AND order_id = ?`)
)

func scanOrder(r *db.Rows) (Order, error) {
	var o Order
	var created, changed db.Time
	err := r.Scan(&o.ID, &o.Source, &o.Number, &o.Revision, &o.Mode, &o.Buyer, &o.Customer, &o.Language, &o.Currency,
		&o.State, &o.Quantity, &o.Issued, &o.Job, &o.LineCount, &o.sales, &created, &changed, &o.Rev)
	o.CreatedAt, o.ChangedAt = created.Time, changed.Time
	return o, err
}

func scanLine(r *db.Rows) (Line, error) {
	var l Line
	err := r.Scan(&l.ID, &l.No, &l.Article, &l.Quantity, &l.Issued, &l.made, &l.Customer, &l.State, &l.sale)
	return l, err
}

// one returns the only order of a query, ErrNotFound for none.
func one(rows *db.Rows, err error) (Order, error) {
	found, err := db.Collect(rows, err, scanOrder)
	if err != nil {
		return Order{}, err
	}
	if len(found) == 0 {
		return Order{}, ErrNotFound
	}
	return found[0], nil
}

// claim returns the order of that number, locked; it makes it if there is none.
// Whoever comes at the same moment waits here.
func claim(tx *db.Tx, p actor.PublisherID, doc format.Document, buyer actor.OrgID) (Order, error) {
	id, now := db.NewID[Order](tx), db.At(tx.Now())
	made, err := tx.Exec(qClaim, p, id, doc.Source, doc.Number, string(doc.Mode), buyer, now, now)
	if err != nil {
		return Order{}, err
	}
	o, err := one(tx.Query(qByNumberLock, p, doc.Source, doc.Number))
	o.fresh = made > 0
	return o, err
}

func lockByID(tx *db.Tx, p actor.PublisherID, id ID) (Order, error) {
	return one(tx.Query(qByIDLock, p, id))
}

func byID(q db.Querier, p actor.PublisherID, id ID) (Order, error) {
	return one(q.Query(qByID, p, id))
}

func byNumber(q db.Querier, p actor.PublisherID, source, number string) (Order, error) {
	return one(q.Query(qByNumber, p, source, number))
}

func save(tx *db.Tx, p actor.PublisherID, o *Order) error {
	o.ChangedAt = tx.Now()
	o.Rev++
	_, err := tx.Exec(qSave, o.Revision, string(o.Mode), o.Buyer, o.Customer, o.Language, o.Currency, string(o.State),
		o.Quantity, o.Issued, o.Job, o.LineCount, o.sales, db.At(o.ChangedAt), p, o.ID)
	return err
}

func linesOf(q db.Querier, p actor.PublisherID, o ID) ([]Line, error) {
	rows, err := q.Query(qLines, p, o)
	return db.Collect(rows, err, scanLine)
}

func linePage(q db.Querier, p actor.PublisherID, o ID, after string, limit int) ([]Line, error) {
	rows, err := q.Query(qLinePage, p, o, after, limit)
	return db.Collect(rows, err, scanLine)
}

func openLines(q db.Querier, p actor.PublisherID, o ID, limit int) ([]Line, error) {
	rows, err := q.Query(qLinesOpen, p, o, limit)
	return db.Collect(rows, err, scanLine)
}

func insertLines(tx *db.Tx, p actor.PublisherID, o ID, lines []Line) error {
	rows := make([][]any, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, []any{p, l.ID, o, l.No, l.sale, l.Article, l.Quantity, l.Issued, l.made, l.Customer, string(l.status()), 1})
	}
	_, err := tx.ExecMany(qLineInsert, rows)
	return err
}

// setLines writes lines that are there already.
func setLines(tx *db.Tx, p actor.PublisherID, lines []Line) error {
	args := make([][]any, 0, len(lines))
	for _, l := range lines {
		args = append(args, []any{l.sale, l.Article, l.Quantity, l.Issued, l.made, l.Customer, string(l.status()), p, l.ID})
	}
	_, err := tx.ExecEach(qLineSet, args)
	return err
}

func salesOf(q db.Querier, p actor.PublisherID, o ID) (map[int64]sale, error) {
	rows, err := q.Query(qSales, p, o)
	return collectSales(rows, err)
}

// salesFor are the sales of some lines, and few others: lines that were made
// together have numbers beside each other.
func salesFor(q db.Querier, p actor.PublisherID, o ID, lines []Line) (map[int64]sale, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	from, to := lines[0].sale, lines[0].sale
	for _, l := range lines {
		from, to = min(from, l.sale), max(to, l.sale)
	}
	rows, err := q.Query(qSalesBetween, p, o, from, to)
	return collectSales(rows, err)
}

func collectSales(rows *db.Rows, err error) (map[int64]sale, error) {
	found, err := db.Collect(rows, err, scanSale)
	out := make(map[int64]sale, len(found))
	for _, s := range found {
		out[s.no] = s
	}
	return out, err
}

func scanSale(r *db.Rows) (s sale, err error) {
	var options db.JSON[map[string]string]
	var snapshot db.JSON[catalog.Snapshot]
	err = r.Scan(&s.no, &s.sale.Article, &options, &snapshot)
	s.sale.Options, s.snapshot = options.V, snapshot.V
	return s, err
}

func insertSales(tx *db.Tx, p actor.PublisherID, o ID, sales []sale) error {
	rows := make([][]any, 0, len(sales))
	for _, s := range sales {
		rows = append(rows, []any{
			p, o, s.no, s.sale.Article,
			db.JSON[map[string]string]{V: s.sale.Options},
			db.JSON[catalog.Snapshot]{V: s.snapshot},
		})
	}
	_, err := tx.ExecMany(qSaleInsert, rows)
	return err
}

// seen reports whether a document was taken before.
func seen(q db.Querier, p actor.PublisherID, hash [32]byte) (bool, error) {
	var id ID
	err := q.QueryRow(qSeen, p, hash[:]).Scan(&id)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func remember(tx *db.Tx, p actor.PublisherID, hash [32]byte, o ID) error {
	_, err := tx.Exec(qSeenInsert, p, hash[:], o, db.At(tx.Now()))
	return err
}

// pending is the document that waits for a human.
type pending struct {
	document request
	recalls  int64 // when it came
	at       time.Time
}

func putPending(tx *db.Tx, p actor.PublisherID, o ID, r request, recalls int64) error {
	_, err := tx.Exec(qPendingPut, p, o, db.JSON[request]{V: r}, recalls, db.At(tx.Now()))
	return err
}

func pendingOf(q db.Querier, p actor.PublisherID, o ID) (pending, error) {
	var w pending
	var doc db.JSON[request]
	var at db.Time
	err := q.QueryRow(qPending, p, o).Scan(&doc, &w.recalls, &at)
	if errors.Is(err, db.ErrNotFound) {
		return pending{}, ErrNotWaiting
	}
	w.document, w.at = doc.V, at.Time
	return w, err
}

func dropPending(tx *db.Tx, p actor.PublisherID, o ID) error {
	_, err := tx.Exec(qPendingDrop, p, o)
	return err
}

func listOrders(q db.Querier, p actor.PublisherID, scope db.IDs[actor.Org], after ID, f Filter, limit int) ([]Order, error) {
	state := string(f.State)
	if scope == nil {
		return db.List(q, scanOrder, qList, p, after, f.Source, f.Source, state, state, limit)
	}
	return db.List(q, scanOrder, qListIn, p, scope, after, f.Source, f.Source, state, state, limit)
}
