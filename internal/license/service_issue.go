package license

import (
	"bufio"
	"crypto/rand"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
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
// Chunks of one line share their frozen terms, and inputs that sell the same to
// the same share their text. The journal gets one line per input and thousand
// tickets, which names the order line. Errors: license.bad_quantity,
// license.unsignable for an article that no license can describe,
// actor.not_found for an unknown holder or customer, and the database's.
func (s *Service) Issue(tx *db.Tx, by actor.Actor, in []IssueInput) ([]Issued, error) {
	for _, one := range in {
		if one.Quantity < 1 || one.Quantity > MaxQuantity {
			return nil, ErrBadQuantity.With("value", one.Quantity, "limit", int64(MaxQuantity))
		}
	}
	f, p := s.freezer(tx, by.Publisher), s.press(tx, by)
	for part := range slices.Chunk(in, chunk) {
		lots, err := f.freeze(part)
		if err != nil {
			return nil, err
		}
		for _, one := range lots {
			if err := p.print(one); err != nil {
				return nil, err
			}
		}
	}
	return p.out, p.flush()
}

// press prints tickets and writes them a chunk at a time.
type press struct {
	s      *Service
	tx     *db.Tx
	by     actor.Actor
	random *bufio.Reader
	out    []Issued

	// What is not written yet, and whose license keys are not made yet.
	tickets, licenses, lookups [][]any
	notes                      []actor.Entry
	keys                       []keyless
}

// keyless is a new ticket whose licenses get keys.
type keyless struct {
	at     int // index into out
	prefix string
}

func (s *Service) press(tx *db.Tx, by actor.Actor) *press {
	return &press{s: s, tx: tx, by: by, random: bufio.NewReader(rand.Reader)}
}

// print makes the tickets of a lot.
func (p *press) print(l lot) error {
	tickets, each := int64(1), l.Quantity
	if l.PerUnit {
		tickets, each = l.Quantity, 1
	}
	for left := tickets; left > 0; left -= chunk {
		from := len(p.out)
		for range min(left, chunk) {
			if err := p.one(l, each); err != nil {
				return err
			}
		}
		p.note(l, each, p.out[from:])
		if len(p.tickets) >= chunk {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// one makes a ticket with its license.
func (p *press) one(l lot, each int64) error {
	pub, ticket, id := p.by.Publisher, db.NewID[Ticket](p.tx), db.NewID[License](p.tx)
	code, err := wire.NewTicket(p.random)
	if err != nil {
		return err
	}
	normal := code.Bytes()
	var sealed any // nothing is kept of a code that is shown once
	if !l.terms.Item.ShowOnce {
		if sealed, err = p.s.vault.Seal(p.tx, pub, ticket[:], normal); err != nil {
			return err
		}
	}
	pepper, h := p.s.vault.Lookup(normal)
	p.tickets = append(p.tickets, []any{pub, ticket, l.snapshot, l.Holder, code.Hint(), sealed})
	p.licenses = append(p.licenses, []any{pub, id, ticket, l.snapshot, each, l.terms.model().Overdraft})
	p.lookups = append(p.lookups, []any{lookupID(h[:16]), pub, kindTicket, ticket, pepper})
	if l.Keys {
		p.keys = append(p.keys, keyless{len(p.out), l.terms.Item.KeyPrefix})
	}
	p.out = append(p.out, Issued{Line: l.Line, Ticket: ticket, Code: code.String(), Licenses: []LicenseID{id}, Quantity: each})
	return nil
}

// flush writes what was printed.
func (p *press) flush() error {
	for _, one := range []struct {
		stmt *db.Stmt
		rows [][]any
	}{{qTicketInsert, p.tickets}, {qLicenseInsert, p.licenses}, {qLookupInsert, p.lookups}} {
		if _, err := p.tx.ExecMany(one.stmt, one.rows); err != nil {
			return err
		}
	}
	for _, one := range p.keys {
		made := &p.out[one.at]
		for _, id := range made.Licenses {
			key, err := p.s.mintKey(p.tx, p.by.Publisher, id, one.prefix)
			if err != nil {
				return err
			}
			made.Keys = append(made.Keys, key.String())
		}
	}
	err := actor.RecordMany(p.tx, p.by, p.notes)
	p.tickets, p.licenses, p.lookups, p.notes, p.keys = p.tickets[:0], p.licenses[:0], p.lookups[:0], p.notes[:0], p.keys[:0]
	return err
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
	Until    LicenseID   `json:"until"` // of the last of their licenses
	Tickets  int         `json:"tickets"`
	Each     int64       `json:"each"`
}

// note writes the one journal line of a chunk of a lot: on the order line, or on
// the first ticket when there is none.
func (p *press) note(l lot, each int64, made []Issued) {
	last := made[len(made)-1]
	e := actor.Entry{Entity: "order_line", ID: l.Line, Event: "ticket.issued", Data: issuedData{
		Line: l.Line, Snapshot: l.snapshot, Holder: l.Holder, First: made[0].Ticket, Last: last.Ticket,
		Until: last.Licenses[len(last.Licenses)-1], Tickets: len(made), Each: each,
	}}
	if l.Line.IsZero() {
		e.Entity, e.ID = "ticket", made[0].Ticket
	}
	p.notes = append(p.notes, e)
}
