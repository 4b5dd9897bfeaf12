package order

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

func lineIDs(ids []LineID) []license.OrderLineID {
	out := make([]license.OrderLineID, len(ids))
	for i, id := range ids {
		out[i] = license.OrderLineID(id)
	}
	return out
}

// stock is what a line's tickets hold.
type stock = license.LineSeats

func (s *Service) stock(q db.Querier, p actor.PublisherID, ids []LineID) (map[LineID]stock, error) {
	found, err := s.licenses.LineSeats(q, p, lineIDs(ids))
	out := make(map[LineID]stock, len(found))
	for id, one := range found {
		out[LineID(id)] = one
	}
	return out, err
}

// take takes back what the steps of a plan take from lines. Tickets may hold less
// than the order says, when support has recalled some; then there is less to take.
func (s *Service) take(tx *db.Tx, by actor.Actor, r *reading, plan Plan) error {
	var reversed, lowered []LineID
	takes := map[LineID]int64{}
	for _, st := range plan.Steps {
		switch id := r.lines[st.No].ID; {
		case st.Take == 0:
		case st.Act == Lower:
			lowered, takes[id] = append(lowered, id), st.Take
		default:
			reversed = append(reversed, id)
		}
	}
	if _, err := s.licenses.ReverseLines(tx, by, lineIDs(reversed)); err != nil {
		return err
	}
	have, err := s.stock(tx, by.Publisher, lowered)
	if err != nil {
		return err
	}
	var less []license.LineChange
	for _, id := range lowered {
		if n := min(takes[id], have[id].Sold); n > 0 {
			less = append(less, license.LineChange{Line: license.OrderLineID(id), By: n})
		}
	}
	_, err = s.licenses.Lower(tx, by, less)
	return err
}

// issue makes what parcels need and adds the codes of new tickets to made, if
// it is not nil. A line that has tickets already is raised: recalls that no
// device has heard of are taken back, a ticket for the whole line grows. Where a
// job, which wants no codes, makes a ticket per unit, the many that are there are
// not looked through for recalls again and again.
func (s *Service) issue(tx *db.Tx, by actor.Actor, o Order, parcels []parcel, made codes) error {
	var more []license.LineChange
	var in []license.IssueInput
	for _, p := range parcels {
		line := license.OrderLineID(p.line.ID)
		if p.line.Issued > 0 && (made != nil || !p.perUnit()) {
			more = append(more, license.LineChange{Line: line, By: p.units})
			continue
		}
		customer := p.line.Customer
		if customer.IsZero() {
			customer = o.Customer
		}
		in = append(in, license.IssueInput{
			Line: line, Holder: o.Buyer, Customer: customer, Item: p.sale.snapshot, Quantity: p.units, PerUnit: p.perUnit(),
		})
	}
	raised, err := s.licenses.Raise(tx, by, more)
	if err != nil {
		return err
	}
	issued, err := s.licenses.Issue(tx, by, in)
	made.add(raised)
	made.add(issued)
	return err
}

func (c codes) add(issued []license.Issued) {
	if c == nil {
		return
	}
	for _, one := range issued {
		c[one.Ticket] = one.Code
	}
}

// tickets returns the tickets of lines, at most mostShown, with their codes as far
// as see allows.
func (s *Service) tickets(q db.Querier, p actor.PublisherID, lines []Line, see sight) (map[LineID][]TicketView, error) {
	ids := make([]LineID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	found, err := s.licenses.LineTickets(q, p, lineIDs(ids))
	if err != nil {
		return nil, err
	}
	opened, err := s.codes(q, p, found, see)
	if err != nil {
		return nil, err
	}
	out := map[LineID][]TicketView{}
	for _, t := range found {
		id := LineID(t.Line)
		if n := len(out[id]); n > 0 && out[id][n-1].ID == t.Ticket {
			out[id][n-1].Quantity += t.Quantity
			continue
		}
		v := ticketView(t, opened)
		v.Once = see.open && v.Code == "" && t.State != license.TicketReversed && !t.Moved
		out[id] = append(out[id], v)
	}
	return out, nil
}

func ticketView(t license.LineTicket, opened codes) TicketView {
	v := TicketView{ID: t.Ticket, Code: opened[t.Ticket], Hint: t.Hint, Quantity: t.Quantity, State: t.State}
	if t.State == license.TicketReversed {
		v.Code = "" // it opens nothing any more
	}
	if t.Moved {
		v.Hint = "" // it is another holder's
	}
	return v
}

// codes returns the codes that may be seen: those made just now, and those that
// are kept sealed.
func (s *Service) codes(q db.Querier, p actor.PublisherID, found []license.LineTicket, see sight) (codes, error) {
	if !see.open {
		return nil, nil
	}
	out := codes{}
	var sealed []license.TicketID
	for _, t := range found {
		if code, ok := see.fresh[t.Ticket]; ok {
			out[t.Ticket] = code
		} else if t.State != license.TicketReversed && !t.Moved {
			sealed = append(sealed, t.Ticket)
		}
	}
	opened, err := s.licenses.Codes(q, p, sealed)
	maps.Copy(out, opened)
	return out, err
}

// LineQuery asks for a page of an order's lines.
type LineQuery struct {
	Order ID
	After string // cursor of the page before; "" = the first page
	Limit int    // 1 to 1,000; 0 = 200
}

// Lines returns the lines of an order by their numbers, without tickets. It
// needs order.read for the buyer. Errors: ErrNotFound, ErrBadPage.
func (s *Service) Lines(ctx context.Context, by actor.Actor, in LineQuery) (Page[LineView], error) {
	page := Page[LineView]{Items: []LineView{}}
	from, limit, err := placeOf(in.After, in.Limit)
	if err != nil {
		return page, err
	}
	err = s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		o, err := s.readable(q, by, in.Order, actor.OrderRead)
		if err != nil {
			return err
		}
		lines, err := linePage(q, by.Publisher, o.ID, from.Line, limit+1)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			page.Next = place{Line: lines[limit-1].No}.String()
		}
		sales, err := salesFor(q, by.Publisher, o.ID, lines)
		if err != nil {
			return err
		}
		for _, l := range lines {
			page.Items = append(page.Items, lineView(l, o, sales[l.sale].snapshot, nil))
		}
		return nil
	})
	return page, err
}

// readable reads an order for somebody who has perm for its buyer.
func (s *Service) readable(q db.Querier, by actor.Actor, id ID, perm actor.Permission) (Order, error) {
	o, err := byID(q, by.Publisher, id)
	if err == nil {
		err = hidden(s.gate.Check(q, by, perm, o.Buyer))
	}
	return o, err
}

// TicketQuery asks for a page of an order's tickets.
type TicketQuery struct {
	Order ID
	After string // cursor of the page before; "" = the first page
	Limit int    // 1 to 1,000; 0 = 200
	Codes bool   // with their codes: needs ticket.reveal, and is journaled
}

// TicketRow is a ticket with the line it belongs to.
type TicketRow struct {
	Line    string `json:"line"`
	Article string `json:"article"`
	TicketView
}

// Tickets returns the tickets of an order, line by line. It needs order.read
// for the buyer, and ticket.reveal for codes. Errors: ErrNotFound, ErrBadPage.
func (s *Service) Tickets(ctx context.Context, by actor.Actor, in TicketQuery) (Page[TicketRow], error) {
	page := Page[TicketRow]{Items: []TicketRow{}}
	from, limit, err := placeOf(in.After, in.Limit)
	if err != nil {
		return page, err
	}
	look := func(q db.Querier) error {
		o, err := s.readable(q, by, in.Order, actor.OrderRead)
		if err != nil {
			return err
		}
		if in.Codes {
			if err := s.gate.Check(q, by, actor.TicketReveal, o.Buyer); err != nil {
				return err
			}
		}
		page, err = s.ticketPage(q, by.Publisher, o, from, limit, sight{open: in.Codes})
		return err
	}
	if !in.Codes {
		err = s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error { return look(r) })
		return page, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{
			Entity: "order", ID: in.Order, Event: "order.codes_shown", Data: map[string]any{"tickets": len(page.Items)},
		})
	})
	return page, err
}

// place is where a page of lines or tickets ended.
type place struct {
	Line     string             `json:"l"`
	Snapshot license.SnapshotID `json:"s,omitzero"`
	Ticket   license.TicketID   `json:"t,omitzero"`
}

// String is the cursor.
func (p place) String() string {
	raw, _ := json.Marshal(p) // strings only: it cannot fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

func placeOf(cursor string, limit int) (place, int, error) {
	if limit <= 0 || limit > 1000 {
		limit = 200
	}
	var p place
	if cursor == "" {
		return p, limit, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(raw, &p) != nil {
		return p, limit, ErrBadPage
	}
	return p, limit, nil
}

// walk collects tickets line by line until a page is full.
type walk struct {
	s     *Service
	q     db.Querier
	p     actor.PublisherID
	order ID
	limit int
	found []license.LineTicket
	lines map[license.OrderLineID]Line
	next  string
}

// ticketPage walks the lines from a place on until the page is full: many lines
// with few tickets at once, a line with many by itself.
func (s *Service) ticketPage(q db.Querier, p actor.PublisherID, o Order, from place, limit int, see sight) (Page[TicketRow], error) {
	w := &walk{s: s, q: q, p: p, order: o.ID, limit: limit, lines: map[license.OrderLineID]Line{}}
	page := Page[TicketRow]{Items: []TicketRow{}}
	if err := w.run(from); err != nil {
		return page, err
	}
	opened, err := s.codes(q, p, w.found, see)
	if err != nil {
		return page, err
	}
	for _, t := range w.found {
		l := w.lines[t.Line]
		page.Items = append(page.Items, TicketRow{Line: l.No, Article: l.Article, TicketView: ticketView(t, opened)})
		if see.open && page.Items[len(page.Items)-1].Code == "" {
			page.Items[len(page.Items)-1].Once = t.State != license.TicketReversed && !t.Moved
		}
	}
	page.Next = w.next
	return page, nil
}

func (w *walk) run(from place) error {
	if from.Line != "" {
		line, err := lineAt(w.q, w.p, w.order, from.Line)
		if err != nil {
			return err
		}
		if err := w.one(line, license.LinePlace{Snapshot: from.Snapshot, Ticket: from.Ticket}); err != nil {
			return err
		}
	}
	for after := from.Line; len(w.found) < w.limit; {
		lines, err := linePage(w.q, w.p, w.order, after, w.limit)
		if err != nil || len(lines) == 0 {
			return err
		}
		n := w.fit(lines)
		if n == 0 {
			err = w.one(lines[0], license.LinePlace{})
			n = 1
		} else {
			err = w.few(lines[:n])
		}
		if err != nil {
			return err
		}
		after = lines[n-1].No
		if len(w.found) >= w.limit && w.next == "" { // exactly full: go on behind this line
			w.next = place{after, license.SnapshotID{0: 0xff}, license.TicketID{0: 0xff}}.String()
		}
	}
	return nil
}

// fit is how many of the lines certainly have their tickets on this page, and
// leave room for one more.
func (w *walk) fit(lines []Line) (n int) {
	room := int64(w.limit - len(w.found))
	for _, l := range lines {
		if room -= l.made; room <= 0 {
			break
		}
		n++
	}
	return n
}

// few takes all tickets of some lines.
func (w *walk) few(lines []Line) error {
	ids := make([]license.OrderLineID, len(lines))
	for i, l := range lines {
		ids[i] = license.OrderLineID(l.ID)
		w.lines[ids[i]] = l
	}
	part, err := w.s.licenses.LineTickets(w.q, w.p, ids)
	w.found = append(w.found, part...)
	return err
}

// one takes tickets of a line from a place on, as many as there is room for.
func (w *walk) one(l Line, after license.LinePlace) error {
	id := license.OrderLineID(l.ID)
	part, end, err := w.s.licenses.LinePage(w.q, w.p, id, after, w.limit-len(w.found))
	w.lines[id], w.found = l, append(w.found, part...)
	if len(w.found) >= w.limit {
		w.next = place{l.No, end.Snapshot, end.Ticket}.String()
	}
	return err
}

// lineAt is the line in which a place lies.
func lineAt(q db.Querier, p actor.PublisherID, o ID, no string) (Line, error) {
	found, err := db.List(q, scanLine, qLineByNo, p, o, no)
	if err == nil && len(found) == 0 {
		err = ErrBadPage
	}
	if err != nil {
		return Line{}, err
	}
	return found[0], nil
}
