package license

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// A shipment is lines of JSON: a head, rows, an end. Each line carries the hash
// of itself and the line before, so that a cut or changed one shows. A file may
// hold any number of shipments one after another.
type shipmentLine struct {
	Head  *shipmentHead `json:"head,omitempty"`
	Table string        `json:"table,omitempty"`
	Row   image         `json:"row,omitempty"`
	End   *shipmentEnd  `json:"end,omitempty"`
	Hash  string        `json:"hash,omitempty"`
}

type shipmentHead struct {
	Format    string            `json:"format"`
	Publisher actor.PublisherID `json:"publisher"`
	Since     int64             `json:"since"` // journal sequence after which it begins
	At        time.Time         `json:"at"`
}

type shipmentEnd struct {
	Upto int64 `json:"upto"` // journal sequence with which it ends
	Rows int64 `json:"rows"`
}

const (
	shipmentFormat = "licet.issuance/1"
	shipPage       = 500 // journal rows at a time
)

// Ship writes an image of every row that the publisher's sealed journal names
// after sequence since: tickets, licenses, look-ups, containers, activations,
// exchanges. It returns the sequence up to which it came. Replay brings the rows
// back after a restore from an older backup.
func (s *Service) Ship(ctx context.Context, p actor.PublisherID, since int64, w io.Writer) (int64, error) {
	next := since
	err := s.db.Read(ctx, func(r *db.Reader) error {
		c := &carrier{s: s, q: r, p: p, w: w, done: map[string]map[[16]byte]bool{}}
		if _, err := io.WriteString(w, "\n"); err != nil { // whatever a crash left behind ends here
			return err
		}
		if err := c.line(shipmentLine{Head: &shipmentHead{shipmentFormat, p, since, r.Now()}}); err != nil {
			return err
		}
		for {
			rows, err := actor.ReadJournal(r, p, next, shipPage)
			if err != nil {
				return err
			}
			if err := c.page(rows); err != nil {
				return err
			}
			if len(rows) > 0 {
				next = rows[len(rows)-1].Seq
			}
			if len(rows) < shipPage {
				return c.line(shipmentLine{End: &shipmentEnd{Upto: next, Rows: c.rows}})
			}
		}
	})
	return next, err
}

// carrier writes one shipment.
type carrier struct {
	s    *Service
	q    *db.Reader
	p    actor.PublisherID
	w    io.Writer
	last [sha256.Size]byte
	rows int64
	done map[string]map[[16]byte]bool // what is in the shipment already
}

func (c *carrier) line(l shipmentLine) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	c.last = chain(c.last, body)
	l.Hash = hex.EncodeToString(c.last[:])
	full, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = c.w.Write(append(full, '\n'))
	return err
}

func chain(before [sha256.Size]byte, body []byte) [sha256.Size]byte {
	return sha256.Sum256(append(before[:], body...))
}

// named is the ids that journal rows name.
type named struct {
	snapshots, tickets, licenses, containers, activations, exchanges [][16]byte
	whole                                                            []OrderLineID
	extended                                                         []LicenseID
	issued                                                           []issuedData
}

// facts is what the data of a journal row may name.
type facts struct {
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Exchange  ExchangeID  `json:"exchange"`
	Snapshot  SnapshotID  `json:"snapshot"`
	First     TicketID    `json:"first"`
	Last      TicketID    `json:"last"`
}

func (n *named) add(row actor.Row) error {
	var f facts
	if err := json.Unmarshal([]byte(row.Data), &f); err != nil && row.Entity != "order_line" {
		return nil // of another package
	}
	switch row.Entity {
	case "ticket", "order_line":
		if row.Event == "ticket.issued" {
			n.issued = append(n.issued, issuedData{Snapshot: f.Snapshot, First: f.First, Last: f.Last})
			n.snapshots = append(n.snapshots, f.Snapshot)
		} else if row.Event == "line.reversed" {
			n.whole = append(n.whole, row.EntityID)
		} else if row.Entity == "ticket" {
			n.tickets = append(n.tickets, row.EntityID)
		}
	case "license":
		n.licenses = append(n.licenses, row.EntityID)
		if row.Event == "license.extended" {
			n.extended = append(n.extended, row.EntityID)
		}
	case "activation":
		n.activations = append(n.activations, row.EntityID)
		n.licenses = append(n.licenses, f.License)
		n.containers = append(n.containers, f.Container)
	case "container":
		n.containers = append(n.containers, row.EntityID)
	}
	if !f.Exchange.IsZero() {
		n.exchanges = append(n.exchanges, f.Exchange)
	}
	return nil
}

// page ships what a page of the journal names, in the order in which it can be
// brought back.
func (c *carrier) page(rows []actor.Row) error {
	var n named
	for _, row := range rows {
		if err := n.add(row); err != nil {
			return err
		}
	}
	if err := c.expand(&n); err != nil {
		return err
	}
	for _, one := range []struct {
		t   *shipped
		ids [][16]byte
	}{{shipSnapshot, n.snapshots}, {shipTicket, n.tickets}, {shipLicense, n.licenses}} {
		if err := c.ship(one.t, one.ids); err != nil {
			return err
		}
	}
	if err := c.lookups(n); err != nil {
		return err
	}
	for _, one := range []struct {
		t   *shipped
		ids [][16]byte
	}{{shipContainer, n.containers}, {shipActivation, n.activations}} {
		if err := c.ship(one.t, one.ids); err != nil {
			return err
		}
	}
	if err := c.trials(n); err != nil {
		return err
	}
	bundles, err := idsOf[image](c.q, qExchangeBundles, c.p, toIDs(n.exchanges))
	if err != nil {
		return err
	}
	if err := c.ship(shipBundle, fromIDs(bundles)); err != nil {
		return err
	}
	return c.ship(shipExchange, n.exchanges)
}

// expand adds the tickets of chunks and whole lines, and the licenses of tickets.
func (c *carrier) expand(n *named) error {
	for _, i := range n.issued {
		ids, err := idsOf[image](c.q, qIssuedRange, c.p, i.Snapshot, i.First, i.Last)
		if err != nil {
			return err
		}
		n.tickets = append(n.tickets, fromIDs(ids)...)
	}
	for _, line := range n.whole {
		of, err := snapshotsOf(c.q, c.p, []OrderLineID{line})
		if err != nil {
			return err
		}
		for _, id := range of[line] {
			ids, err := idsOf[image](c.q, qSnapshotTickets, c.p, id)
			if err != nil {
				return err
			}
			n.tickets = append(n.tickets, fromIDs(ids)...)
		}
	}
	for _, id := range n.extended { // its activations end later
		live, err := liveOf(c.q, c.p, id, maxLive)
		if err != nil {
			return err
		}
		for _, a := range live {
			n.activations = append(n.activations, a.ID)
		}
	}
	for part := range slices.Chunk(n.tickets, chunk) {
		ids, err := idsOf[License](c.q, qLicenseIDs, c.p, db.IDs[Ticket](toTyped[Ticket](part)))
		if err != nil {
			return err
		}
		n.licenses = append(n.licenses, fromIDs(ids)...)
	}
	for part := range slices.Chunk(n.licenses, chunk) {
		rows, err := db.List(c.q, scanLicense, qLicensesByID, c.p, db.IDs[License](toTyped[License](part)))
		if err != nil {
			return err
		}
		for _, l := range rows {
			n.tickets = append(n.tickets, l.Ticket)
		}
	}
	return nil
}

// ship writes the rows of one table that are not in the shipment yet. Ended
// activations come before live ones, which may be in their place.
func (c *carrier) ship(t *shipped, ids [][16]byte) error {
	seen := c.done[t.name]
	if seen == nil {
		seen = map[[16]byte]bool{}
		c.done[t.name] = seen
	}
	var fresh [][16]byte
	for _, id := range ids {
		if id != ([16]byte{}) && !seen[id] {
			seen[id] = true
			fresh = append(fresh, id)
		}
	}
	var all []image
	for part := range slices.Chunk(fresh, chunk) {
		rows, err := t.images(c.q, c.p, toIDs(part))
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	if slot := slices.Index(t.columns, "slot"); slot >= 0 {
		slices.SortStableFunc(all, func(a, b image) int {
			return bytes.Compare(liveLast(a[slot]), liveLast(b[slot]))
		})
	}
	for _, row := range all {
		if err := c.line(shipmentLine{Table: t.name, Row: row}); err != nil {
			return err
		}
		c.rows++
	}
	return nil
}

func liveLast(slot json.RawMessage) []byte {
	if string(slot) == "0" {
		return []byte{1}
	}
	return []byte{0}
}

// lookups ships the rows by which the codes of tickets and license keys are
// found. They are found through the codes themselves, so that the table needs no
// second index.
func (c *carrier) lookups(n named) error {
	var ids [][16]byte
	add := func(normal []byte) {
		for _, h := range c.s.vault.Lookups(normal) {
			ids = append(ids, [16]byte(h[:16]))
		}
	}
	for part := range slices.Chunk(n.tickets, chunk) {
		codes, err := c.s.Codes(c.q, c.p, toTyped[Ticket](part))
		if err != nil {
			return err
		}
		for _, code := range codes {
			if t, err := wire.ParseTicket(code); err == nil {
				add(t.Bytes())
			}
		}
	}
	for part := range slices.Chunk(n.licenses, chunk) {
		keys, err := c.s.keysOf(c.q, c.p, toTyped[License](part))
		if err != nil {
			return err
		}
		for _, k := range keys {
			add(k.Bytes())
		}
	}
	return c.ship(shipLookup, ids)
}

// keysOf opens the license keys that licenses have.
func (s *Service) keysOf(q db.Querier, p actor.PublisherID, ids []LicenseID) ([]wire.Key, error) {
	type row struct {
		id     LicenseID
		sealed []byte
	}
	rows, err := db.List(q, func(r *db.Rows) (row, error) {
		var x row
		return x, r.Scan(&x.id, &x.sealed)
	}, qSealedKeys, p, db.IDs[License](ids))
	if err != nil {
		return nil, err
	}
	out := make([]wire.Key, 0, len(rows))
	for _, x := range rows {
		plain, err := s.vault.Open(q, p, x.id[:], x.sealed)
		if err != nil {
			return nil, err
		}
		k, err := wire.ParseKey(string(plain))
		if err != nil {
			return nil, ErrNoCode.Wrap(err)
		}
		out = append(out, k)
	}
	return out, nil
}

// trials ships the marks of trials that the named activations left.
func (c *carrier) trials(n named) error {
	var ids [][16]byte
	for part := range slices.Chunk(n.activations, chunk) {
		acts, err := db.List(c.q, scanActivation, qActivationsByID, c.p, db.IDs[Activation](toTyped[Activation](part)))
		if err != nil {
			return err
		}
		for _, a := range acts {
			l, err := licenseOf(c.q, c.p, a.License)
			if err == nil {
				err = c.s.attach(c.q, c.p, []*License{l})
			}
			if err != nil {
				return err
			}
			if !l.tried() {
				continue
			}
			box, err := containerOf(c.q, c.p, a.Container, false)
			if err != nil {
				return err
			}
			for _, t := range l.trialMarks(box.Marks) {
				ids = append(ids, t.id)
			}
		}
	}
	return c.ship(shipTrial, ids)
}

func toIDs(ids [][16]byte) db.IDs[image] { return toTyped[image](ids) }

func toTyped[T any](ids [][16]byte) []db.ID[T] {
	out := make([]db.ID[T], len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func fromIDs[T any](ids db.IDs[T]) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// Replay brings shipped rows back that are newer than those of the database, or
// missing, and returns how many there were. The stream may hold several
// shipments, and one that a crash cut short, as long as a later one begins where
// that one did, or it is the last. It returns ErrShipment for anything else.
func Replay(ctx context.Context, d *db.DB, r io.Reader) (int64, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	u := &unloader{d: d, ctx: ctx}
	for {
		raw, err := in.ReadBytes('\n')
		if line := bytes.TrimSpace(raw); len(line) > 0 {
			if e := u.take(line); e != nil {
				return u.total, e
			}
		}
		if err == io.EOF {
			return u.total, u.close()
		}
		if err != nil {
			return u.total, err
		}
	}
}

// unloader reads shipments.
type unloader struct {
	d      *db.DB
	ctx    context.Context
	head   *shipmentHead
	last   [sha256.Size]byte
	open   bool // the shipment has no end yet
	broken bool // its rest is worth nothing
	table  *shipped
	rows   [][]any
	total  int64
	lines  int64
}

func (u *unloader) take(raw []byte) error {
	u.lines++
	var l shipmentLine
	good := json.Unmarshal(raw, &l) == nil
	if good && l.Head != nil {
		return u.begin(l)
	}
	if !u.open || u.broken {
		if !u.open {
			return ErrShipment.With("line", u.lines)
		}
		return nil
	}
	if !good || !u.fits(l) {
		u.broken = true
		return u.flush()
	}
	if l.End != nil {
		u.open = false
		return u.flush()
	}
	return u.row(l)
}

// fits checks the chain and moves it on.
func (u *unloader) fits(l shipmentLine) bool {
	want := l.Hash
	l.Hash = ""
	body, err := json.Marshal(l)
	if err != nil {
		return false
	}
	next := chain(u.last, body)
	if hex.EncodeToString(next[:]) != want {
		return false
	}
	u.last = next
	return true
}

func (u *unloader) begin(l shipmentLine) error {
	if u.open { // the one before was cut short
		if err := u.flush(); err != nil {
			return err
		}
		if l.Head.Since > u.head.Since {
			return ErrShipment.With("line", u.lines)
		}
	}
	u.last, u.open, u.broken = [sha256.Size]byte{}, true, false
	if l.Head.Format != shipmentFormat || !u.fits(l) {
		return ErrShipment.With("line", u.lines)
	}
	u.head = l.Head
	return nil
}

func (u *unloader) row(l shipmentLine) error {
	i := slices.IndexFunc(shippedTables, func(t *shipped) bool { return t.name == l.Table })
	if i < 0 {
		return ErrShipment.With("line", u.lines)
	}
	row, ok := shippedTables[i].values(l.Row)
	if !ok {
		return ErrShipment.With("line", u.lines)
	}
	if u.table != shippedTables[i] || len(u.rows) == chunk {
		if err := u.flush(); err != nil {
			return err
		}
	}
	u.table, u.rows = shippedTables[i], append(u.rows, row)
	return nil
}

// flush writes the rows at hand.
func (u *unloader) flush() error {
	if len(u.rows) == 0 {
		return nil
	}
	t, rows := u.table, u.rows
	u.rows = nil
	var n int64
	err := u.d.WriteBulk(u.ctx, func(tx *db.Tx) error {
		var err error
		n, err = tx.ExecMany(t.write, rows)
		if err != nil || n == 0 {
			return err
		}
		return actor.Record(tx, actor.System(u.head.Publisher), actor.Entry{
			Entity: "publisher", ID: u.head.Publisher, Event: "issuance.replayed",
			Data: map[string]any{"table": t.name, "rows": n, "since": u.head.Since},
		})
	})
	u.total += n
	return err
}

func (u *unloader) close() error { return u.flush() }
