package order

import (
	"encoding/base32"
	"errors"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/org"
)

// registry looks parties up for one document. In a write it makes customers
// that are not known yet; in a preview it only notes their numbers.
type registry struct {
	s    *Service
	q    db.Querier
	by   actor.Actor
	pub  org.Publisher
	made []string // numbers of customers that are, or would be, new
	seen map[format.Party]actor.OrgID
}

func (s *Service) registry(q db.Querier, by actor.Actor) (*registry, error) {
	pub, err := org.PublisherByID(q, by.Publisher)
	return &registry{s: s, q: q, by: by, pub: pub, seen: map[format.Party]actor.OrgID{}}, err
}

// sender is the name under which a source's orders are kept: an organization
// below the root has sources of its own, so that nobody takes an order number
// from the publisher's ERP, or from another reseller. No source has a slash. It
// refuses callers who have perm nowhere.
func (s *Service) sender(q db.Querier, by actor.Actor, perm actor.Permission, source string) (string, error) {
	if err := s.gate.Check(q, by, perm, by.Org); err != nil {
		return source, err
	}
	return own(q, by, source)
}

// own is sender for callers whose right has been asked.
func own(q db.Querier, by actor.Actor, source string) (string, error) {
	if by.Whole() {
		return source, nil
	}
	pub, err := org.PublisherByID(q, by.Publisher)
	if err != nil || by.Org == pub.Root || source == "" {
		return source, err
	}
	o, err := org.ByID(q, by.Publisher, by.Org)
	return o.Number + "/" + source, err
}

// parties fills in the buyer and the end customers of r. Refusals name the
// party's place in the document.
func (g *registry) parties(d format.Document, r *request) error {
	buyer, err := g.buyer(d.Buyer)
	if err != nil {
		return at(err, "/buyer")
	}
	r.Buyer = buyer.ID
	if buyer.Kind == org.KindCustomer || buyer.Kind == org.KindUnit {
		r.Customer = buyer.ID
	}
	if d.Customer != nil {
		if r.Customer, err = g.customer(*d.Customer, buyer); err != nil {
			return at(err, "/customer")
		}
	}
	for i, l := range d.Lines {
		if l.Customer == nil || l.Cancelled {
			continue
		}
		if r.Lines[i].Customer, err = g.customer(*l.Customer, buyer); err != nil {
			return at(err, r.Lines[i].Field+"/customer")
		}
	}
	return nil
}

// buyer is the organization that gets the tickets: any that the caller may
// order for. A number that nobody has becomes a customer of the caller's.
func (g *registry) buyer(p format.Party) (org.Organization, error) {
	o, err := g.find(p)
	if err == nil {
		return o, g.check(o, p)
	}
	if !isMissing(err) {
		return o, err
	}
	return g.make(p, g.home())
}

// home is where customers of the caller's stand.
func (g *registry) home() actor.OrgID {
	if g.by.Org.IsZero() {
		return g.pub.Root
	}
	return g.by.Org
}

// customer is an end customer: a customer or a unit of one. A new one stands
// below the buyer that sells to it.
func (g *registry) customer(p format.Party, buyer org.Organization) (actor.OrgID, error) {
	if id, ok := g.seen[p]; ok {
		return id, nil
	}
	o, err := g.find(p)
	switch {
	case err == nil:
		if err := g.check(o, p); err != nil {
			return o.ID, err
		}
	case isMissing(err):
		parent := buyer.ID
		if buyer.Kind != org.KindReseller && buyer.Kind != org.KindPublisher {
			parent = g.home()
		}
		if o, err = g.make(p, parent); err != nil {
			return o.ID, err
		}
	default:
		return o.ID, err
	}
	if o.Kind != org.KindCustomer && o.Kind != org.KindUnit {
		return o.ID, ErrEndCustomer.With("number", o.Number, "kind", string(o.Kind))
	}
	g.seen[p] = o.ID
	return o.ID, nil
}

func (g *registry) find(p format.Party) (org.Organization, error) {
	if p.ID == "" {
		return org.ByNumber(g.q, g.by.Publisher, p.Number)
	}
	id, err := db.ParseID[actor.Org](p.ID)
	if err != nil {
		return org.Organization{}, unknown(p)
	}
	return org.ByID(g.q, g.by.Publisher, id)
}

// check refuses an organization that the caller may not order for: outside its
// scope it reads as unknown.
func (g *registry) check(o org.Organization, p format.Party) error {
	err := g.s.gate.Check(g.q, g.by, actor.OrderWrite, o.ID)
	switch {
	case isMissing(err):
		return unknown(p)
	case err == nil && o.State != org.StateOpen:
		return org.ErrClosed.With("number", o.Number)
	}
	return err
}

// make brings in a customer that is not known yet, if the caller may. Whoever
// may not learns only that there is none. That the caller may order for parent
// is known: it is the caller's own, or the buyer.
func (g *registry) make(p format.Party, parent actor.OrgID) (org.Organization, error) {
	none := org.Organization{Kind: org.KindCustomer, Number: p.Number}
	err := g.s.gate.Check(g.q, g.by, actor.OrgWrite, parent)
	if p.ID != "" || isMissing(err) || fault.KindOf(orNone(err)) == fault.Denied {
		return none, unknown(p)
	}
	if err != nil {
		return none, err
	}
	tx, writing := g.q.(*db.Tx)
	if !writing {
		g.made = append(g.made, p.Number)
		return none, nil
	}
	o, created, err := org.EnsureCustomer(tx, g.by, org.Customer{Parent: parent, Number: p.Number})
	if created {
		g.made = append(g.made, o.Number)
	}
	return o, err
}

func unknown(p format.Party) error { return ErrParty.With("number", p.Number+p.ID) }

func isMissing(err error) bool { return err != nil && errors.Is(err, actor.ErrNotFound) }

// orNone stands in for nil, of which fault knows no kind.
func orNone(err error) error {
	if err == nil {
		return &fault.Error{}
	}
	return err
}

// at names the place that a refusal is about, unless it has one.
func at(err error, field string) error {
	if f := fault.As(err); f != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return f.At(field)
	}
	return err
}

// joined is errors.Join that keeps a single error as it is.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// blind returns the publisher's keyed hash of what identifies a shop guest.
func (s *Service) blind(p actor.PublisherID) func(string) string {
	return func(value string) string {
		sum := s.vault.Blind(p, "order.guest", []byte(value))
		return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
	}
}

// retryOf gives every order of a file an Idempotency-Key of its own. The first
// one has the sender's, with the hash of the whole file, so that the same key
// with another file is refused.
func retryOf(by actor.Actor, i int, d format.Document) actor.Actor {
	if by.Retry.Key != "" && i > 0 {
		by.Retry.Body = d.Hash()
		by.Retry.Route += " " + d.Source + "/" + d.Number
	}
	return by
}
