package license

import (
	"bufio"
	"crypto/rand"
	"encoding/json"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// IssueInput is one order line, or one chunk of it.
type IssueInput struct {
	Line       OrderLineID // zero = of no order
	Holder     actor.OrgID // into whose stock the tickets come
	Customer   actor.OrgID // the end customer; zero = not known
	Item       catalog.Snapshot
	Quantity   int64 // 1 to MaxQuantity
	PerUnit    bool  // one ticket per unit, else one for all of them
	Keys       bool  // make the license keys at once, too
	ValidFrom  day.Day
	ValidUntil day.Day // last day of use
}

// Issued is one new ticket. Code and Keys are secrets.
type Issued struct {
	Line     OrderLineID
	Ticket   TicketID
	Code     string // as printed
	Licenses []LicenseID
	Keys     []string // license keys as printed, if they were asked for
	Quantity int64
}

// Issue makes tickets with their licenses. It is a part: it checks no rights.
// Chunks of one line share their frozen terms. The journal gets one line per
// thousand tickets, which names the order line. Errors: license.bad_quantity,
// license.unsignable for an article that no license can describe, actor.not_found for an unknown holder or customer, and the database's.
func (s *Service) Issue(tx *db.Tx, by actor.Actor, in []IssueInput) ([]Issued, error) {
	var out []Issued
	for _, one := range in {
		if one.Quantity < 1 || one.Quantity > MaxQuantity {
			return nil, ErrBadQuantity.With("value", one.Quantity, "limit", int64(MaxQuantity))
		}
		id, t, err := s.freeze(tx, by.Publisher, one)
		if err != nil {
			return nil, err
		}
		made, err := s.mint(tx, by, one, id, t)
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

// freeze stores what is sold, or finds it from an earlier chunk of the line.
func (s *Service) freeze(tx *db.Tx, p actor.PublisherID, in IssueInput) (SnapshotID, *Terms, error) {
	t, err := termsFor(tx, p, in)
	if err != nil {
		return SnapshotID{}, nil, err
	}
	if !in.Line.IsZero() {
		id, same, err := s.frozen(tx, p, in.Line, t)
		if err != nil || same != nil {
			return id, same, err
		}
	}
	id, err := insertTerms(tx, p, in.Line, t)
	if err == nil {
		s.keepTerms(tx, p, id, t)
	}
	return id, t, err
}

// frozen returns the line's terms if they are the same.
func (s *Service) frozen(q db.Querier, p actor.PublisherID, line OrderLineID, t *Terms) (SnapshotID, *Terms, error) {
	of, err := snapshotsOf(q, p, []OrderLineID{line})
	if err != nil || len(of[line]) == 0 {
		return SnapshotID{}, nil, err
	}
	found, err := s.termsOf(q, p, of[line])
	if err != nil {
		return SnapshotID{}, nil, err
	}
	want, err := json.Marshal(t)
	if err != nil {
		return SnapshotID{}, nil, err
	}
	for _, id := range of[line] {
		if have, err := json.Marshal(found[id]); err == nil && string(have) == string(want) {
			return id, found[id], nil
		}
	}
	return SnapshotID{}, nil, nil
}

// termsFor freezes an input in the publisher's time zone.
func termsFor(tx *db.Tx, p actor.PublisherID, in IssueInput) (*Terms, error) {
	pub, err := org.PublisherByID(tx, p)
	if err != nil {
		return nil, err
	}
	holder, err := org.ByID(tx, p, in.Holder)
	if err != nil {
		return nil, err
	}
	if !in.Customer.IsZero() && in.Customer != in.Holder {
		if holder, err = org.ByID(tx, p, in.Customer); err != nil {
			return nil, err
		}
	}
	t := &Terms{
		Item: in.Item, Customer: in.Customer, Holder: holderClaim(holder.Number), From: in.ValidFrom, Until: in.ValidUntil,
		Zone: pub.TimeZone, PerUnit: in.PerUnit,
	}
	if err := t.init(); err != nil {
		return nil, err
	}
	t.Issued = day.FromTime(tx.Now(), t.loc)
	return t, t.check()
}

// termsOf reads terms, from memory where they are known.
func (s *Service) termsOf(q db.Querier, p actor.PublisherID, ids []SnapshotID) (map[SnapshotID]*Terms, error) {
	list := make([]*License, 0, len(ids))
	for _, id := range ids {
		list = append(list, &License{Snapshot: id})
	}
	if err := s.attach(q, p, list); err != nil {
		return nil, err
	}
	out := make(map[SnapshotID]*Terms, len(ids))
	for _, l := range list {
		out[l.Snapshot] = l.terms
	}
	return out, nil
}

// mint makes the tickets of one input, a chunk at a time.
func (s *Service) mint(tx *db.Tx, by actor.Actor, in IssueInput, id SnapshotID, t *Terms) ([]Issued, error) {
	tickets, each := int64(1), in.Quantity
	if in.PerUnit {
		tickets, each = in.Quantity, 1
	}
	out := make([]Issued, 0, tickets)
	press := press{s: s, tx: tx, by: by, in: in, snapshot: id, terms: t, each: each, random: bufio.NewReader(rand.Reader)}
	for left := tickets; left > 0; left -= chunk {
		made, err := press.run(int(min(left, chunk)))
		if err != nil {
			return nil, err
		}
		out = append(out, made...)
	}
	return out, nil
}

// press prints tickets.
type press struct {
	s        *Service
	tx       *db.Tx
	by       actor.Actor
	in       IssueInput
	snapshot SnapshotID
	terms    *Terms
	each     int64
	random   *bufio.Reader
}

func (p *press) run(n int) ([]Issued, error) {
	var (
		pub      = p.by.Publisher
		out      = make([]Issued, n)
		tickets  = make([][]any, n)
		licenses = make([][]any, n)
		lookups  = make([][]any, n)
	)
	for i := range n {
		ticket, id := db.NewID[Ticket](p.tx), db.NewID[License](p.tx)
		code, err := wire.NewTicket(p.random)
		if err != nil {
			return nil, err
		}
		normal := code.Bytes()
		sealed, err := p.s.vault.Seal(p.tx, pub, ticket[:], normal)
		if err != nil {
			return nil, err
		}
		pepper, h := p.s.vault.Lookup(normal)
		tickets[i] = []any{pub, ticket, p.snapshot, p.in.Holder, code.Hint(), sealed}
		licenses[i] = []any{pub, id, ticket, p.snapshot, p.each, p.terms.model().Overdraft}
		lookups[i] = []any{lookupID(h[:16]), pub, kindTicket, ticket, pepper}
		out[i] = Issued{Line: p.in.Line, Ticket: ticket, Code: code.String(), Licenses: []LicenseID{id}, Quantity: p.each}
	}
	for _, one := range []struct {
		stmt *db.Stmt
		rows [][]any
	}{{qTicketInsert, tickets}, {qLicenseInsert, licenses}, {qLookupInsert, lookups}} {
		if _, err := p.tx.ExecMany(one.stmt, one.rows); err != nil {
			return nil, err
		}
	}
	if p.in.Keys {
		if err := p.keys(out); err != nil {
			return nil, err
		}
	}
	return out, p.note(out)
}

func (p *press) keys(made []Issued) error {
	for i := range made {
		for _, id := range made[i].Licenses {
			key, err := p.s.mintKey(p.tx, p.by.Publisher, id, p.terms.Item.KeyPrefix)
			if err != nil {
				return err
			}
			made[i].Keys = append(made[i].Keys, key.String())
		}
	}
	return nil
}

// The kinds of codes.
const (
	kindTicket = "ticket"
	kindKey    = "key"
)

// mintKey makes the license key of a license that has none.
func (s *Service) mintKey(tx *db.Tx, p actor.PublisherID, id LicenseID, prefix string) (wire.Key, error) {
	key, err := wire.NewKey(prefix, rand.Reader)
	if err != nil {
		return key, err
	}
	sealed, err := s.vault.Seal(tx, p, id[:], []byte(key.String()))
	if err != nil {
		return key, err
	}
	n, err := tx.Exec(qKeyUpdate, key.Hint(), sealed, p, id)
	if err := exactly(1, n, err); err != nil {
		return key, err
	}
	pepper, h := s.vault.Lookup(key.Bytes())
	_, err = tx.ExecMany(qLookupInsert, [][]any{{lookupID(h[:16]), p, kindKey, id, pepper}})
	return key, err
}

// issuedData is what the journal keeps of a chunk.
type issuedData struct {
	Line     OrderLineID `json:"line,omitzero"`
	Snapshot SnapshotID  `json:"snapshot"`
	Holder   actor.OrgID `json:"holder"`
	First    TicketID    `json:"first"`
	Last     TicketID    `json:"last"`
	Tickets  int         `json:"tickets"`
	Each     int64       `json:"each"`
}

// note writes the chunk's one journal line: on the order line, or on the first
// ticket when there is none.
func (p *press) note(made []Issued) error {
	e := actor.Entry{Entity: "order_line", ID: p.in.Line, Event: "ticket.issued", Data: issuedData{
		Line: p.in.Line, Snapshot: p.snapshot, Holder: p.in.Holder, First: made[0].Ticket, Last: made[len(made)-1].Ticket,
		Tickets: len(made), Each: p.each,
	}}
	if p.in.Line.IsZero() {
		e.Entity, e.ID = "ticket", made[0].Ticket
	}
	return actor.Record(p.tx, p.by, e)
}
