package org

import (
	"crypto/rand"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var (
	qPublisherInsert = db.SQL("org.publisher_insert", `
INSERT INTO publisher (id, slug, name, time_zone, language, currency, data_level, salt, created_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (slug) DO NOTHING`)
	qPublisher = db.SQL("org.publisher", `
SELECT p.id, p.slug, p.name, p.time_zone, p.language, p.currency, p.data_level, p.salt, o.id, p.created_at, p.rev
FROM publisher p JOIN organization o ON o.publisher_id = p.id AND o.parent_id IS NULL
WHERE p.id = ?`)
	qPublisherBySlug = db.SQL("org.publisher_by_slug", `
SELECT p.id, p.slug, p.name, p.time_zone, p.language, p.currency, p.data_level, p.salt, o.id, p.created_at, p.rev
FROM publisher p JOIN organization o ON o.publisher_id = p.id AND o.parent_id IS NULL
WHERE p.slug = ?`)
	qPublishers = db.SQL("org.publishers", `
SELECT p.id, p.slug, p.name, p.time_zone, p.language, p.currency, p.data_level, p.salt, o.id, p.created_at, p.rev
FROM publisher p JOIN organization o ON o.publisher_id = p.id AND o.parent_id IS NULL
WHERE p.id > ? ORDER BY p.id LIMIT ?`)
	qPublisherRename = db.SQL("org.publisher_rename", `
UPDATE publisher SET name = ?, rev = rev + 1 WHERE id = ?`)

	qOrgInsert = db.SQL("org.insert", `
INSERT INTO organization (publisher_id, id, parent_id, kind, number, name, folded, price_class, billing, ceiling, state, placed, created_at, rev)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 'open', ?, ?, 1)
ON CONFLICT (publisher_id, number) DO NOTHING`)
	qOrg = db.SQL("org.by_id", `
SELECT id, parent_id, kind, number, name, price_class, billing, ceiling, state, created_at, rev
FROM organization WHERE publisher_id = ? AND id = ?`)
	qOrgByNumber = db.SQL("org.by_number", `
SELECT id, parent_id, kind, number, name, price_class, billing, ceiling, state, created_at, rev
FROM organization WHERE publisher_id = ? AND number = ?`)
	qOrgChildren = db.SQL("org.children", `
SELECT id, parent_id, kind, number, name, price_class, billing, ceiling, state, created_at, rev
FROM organization WHERE publisher_id = ? AND parent_id = ? AND id > ? ORDER BY id LIMIT ?`)
	qOrgNumbers = db.SQL("org.numbers", `
SELECT id, parent_id, kind, number, name, price_class, billing, ceiling, state, created_at, rev
FROM organization WHERE publisher_id = ? AND number >= ? AND number < ? AND number > ? ORDER BY number LIMIT ?`)
	qOrgNames = db.SQL("org.names", `
SELECT id, parent_id, kind, number, name, price_class, billing, ceiling, state, created_at, rev
FROM organization WHERE publisher_id = ? AND (folded, id) > (?, ?) AND folded < ? ORDER BY folded, id LIMIT ?`)
	// Numbers of members and live keys, for the preview of a move or a close.
	qOrgMembers = db.SQL("org.count_members", `
SELECT count(*) FROM membership WHERE publisher_id = ? AND {ids:org_id}`)
	qOrgKeys = db.SQL("org.count_keys", `
SELECT count(*) FROM api_key WHERE publisher_id = ? AND {ids:org_id} AND revoked_at IS NULL`)
	qOrgSave = db.SQL("org.save", `
UPDATE organization SET name = ?, folded = ?, price_class = ?, billing = ?, state = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qOrgPlace = db.SQL("org.place", `
UPDATE organization SET parent_id = ?, ceiling = ?, placed = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qOrgOpenChild = db.SQL("org.open_child", `
SELECT id FROM organization WHERE publisher_id = ? AND parent_id = ? AND state = 'open' LIMIT 1`)
)

// insertPublisher stores a publisher with its root organization.
func insertPublisher(tx *db.Tx, n NewPublisher) (Publisher, error) {
	p := Publisher{
		ID: db.NewID[actor.Publisher](tx), Slug: n.Slug, Name: n.Name, TimeZone: n.TimeZone, Language: n.Language,
		Currency: n.Currency, DataLevel: n.DataLevel, Salt: make([]byte, 16), CreatedAt: tx.Now(), Rev: 1,
	}
	_, _ = rand.Read(p.Salt) // never fails: the runtime stops the program instead
	done, err := tx.Exec(qPublisherInsert, p.ID, p.Slug, p.Name, p.TimeZone, p.Language, p.Currency,
		string(p.DataLevel), p.Salt, db.At(p.CreatedAt))
	if err != nil {
		return p, err
	}
	if done == 0 {
		return p, ErrSlugTaken.With("slug", n.Slug).At("slug")
	}
	root, err := insertOrg(tx, p.ID, Organization{Kind: KindPublisher, Number: "0", Name: n.Name})
	p.Root = root.ID
	return p, err
}

// insertOrg stores a new node; empty terms are list price and billing by order.
// It returns ErrNumberTaken.
func insertOrg(tx *db.Tx, p PublisherID, o Organization) (Organization, error) {
	placed, err := actor.TouchTree(tx, p)
	if err != nil {
		return o, err
	}
	fill(&o.PriceClass, PriceList)
	fill(&o.Billing, BillOrder)
	o.ID, o.State, o.CreatedAt, o.Rev = db.NewID[actor.Org](tx), StateOpen, tx.Now(), 1
	done, err := tx.Exec(qOrgInsert, p, o.ID, o.Parent, string(o.Kind), o.Number, o.Name, fold(o.Name),
		string(o.PriceClass), string(o.Billing), placed, db.At(o.CreatedAt))
	if err == nil && done == 0 {
		err = ErrNumberTaken.With("number", o.Number).At("number")
	}
	return o, err
}

// save stores what changes inside a node; the shape of the tree stays.
func save(tx *db.Tx, p PublisherID, o Organization) (Organization, error) {
	n, err := tx.Exec(qOrgSave, o.Name, fold(o.Name), string(o.PriceClass), string(o.Billing), string(o.State), p, o.ID, o.Rev)
	return saved(o, n, err)
}

// place stores where a node stands and its ceiling; the tree gets a new version.
func place(tx *db.Tx, p PublisherID, o Organization) (Organization, error) {
	ceiling, err := ceilingText(o.Ceiling)
	if err != nil {
		return o, err
	}
	placed, err := actor.TouchTree(tx, p)
	if err != nil {
		return o, err
	}
	n, err := tx.Exec(qOrgPlace, o.Parent, ceiling, placed, p, o.ID, o.Rev)
	return saved(o, n, err)
}

// saved judges an update that was bound to a revision.
func saved(o Organization, n int64, err error) (Organization, error) {
	if err == nil && n == 0 {
		err = stale(o.Rev)
	}
	o.Rev++
	return o, err
}

func scanOrg(r scanner) (Organization, error) {
	var (
		o       Organization
		ceiling *string
		at      db.Time
	)
	err := r.Scan(&o.ID, &o.Parent, &o.Kind, &o.Number, &o.Name, &o.PriceClass, &o.Billing, &ceiling, &o.State, &at, &o.Rev)
	if err != nil {
		return o, err
	}
	o.CreatedAt = at.Time
	o.Ceiling, err = ceilingOf(ceiling)
	return o, err
}

func scanPublisher(r scanner) (Publisher, error) {
	var (
		p  Publisher
		at db.Time
	)
	err := r.Scan(&p.ID, &p.Slug, &p.Name, &p.TimeZone, &p.Language, &p.Currency, &p.DataLevel, &p.Salt, &p.Root, &at, &p.Rev)
	p.CreatedAt = at.Time
	return p, err
}

// PublisherByID returns a publisher's settings. It is a part: it checks no right.
func PublisherByID(q db.Querier, id PublisherID) (Publisher, error) {
	return one(q, scanPublisher, qPublisher, id)
}

// PublisherBySlug is PublisherByID by slug.
func PublisherBySlug(q db.Querier, slug string) (Publisher, error) {
	return one(q, scanPublisher, qPublisherBySlug, slug)
}

// ByID returns an organization. It is a part: it checks no right.
func ByID(q db.Querier, p PublisherID, id ID) (Organization, error) {
	return one(q, scanOrg, qOrg, p, id)
}

// ByNumber is ByID by number.
func ByNumber(q db.Querier, p PublisherID, number string) (Organization, error) {
	return one(q, scanOrg, qOrgByNumber, p, number)
}

// Customer is what an order says about its end customer.
type Customer struct {
	Parent ID     // who sells to it: the root, or a reseller
	Number string // as the back office knows it
	Name   string // "" when the sender wants no more than a number
}

// EnsureCustomer returns the customer of that number, and makes it below
// in.Parent when there is none yet; created says which. It is a part: the caller
// has checked that by may order for in.Parent. Any number of callers at once
// make one customer. A name is dropped where the publisher holds numbers only.
//
// It returns ErrBadNumber, ErrBadName, ErrNotCustomer (the number is another
// kind's), ErrNumberTaken (the customer stands elsewhere in the tree), ErrClosed,
// and actor.ErrNotFound for an unknown parent.
func EnsureCustomer(tx *db.Tx, by actor.Actor, in Customer) (o Organization, created bool, err error) {
	if in.Number, err = cleanNumber(in.Number); err != nil {
		return o, false, err
	}
	if in.Name, err = cleanName(in.Name, false); err != nil {
		return o, false, err
	}
	o, err = findCustomer(tx, by.Publisher, in)
	if !errors.Is(err, actor.ErrNotFound) {
		return o, false, err
	}
	// The lock makes everybody else who misses the same number wait, and then see it.
	if err := actor.LockTree(tx, by.Publisher); err != nil {
		return o, false, err
	}
	o, err = findCustomer(tx, by.Publisher, in)
	if !errors.Is(err, actor.ErrNotFound) {
		return o, false, err
	}
	o, err = makeCustomer(tx, by, in)
	return o, err == nil, err
}

// findCustomer returns actor.ErrNotFound only when the number is free.
func findCustomer(q db.Querier, p PublisherID, in Customer) (Organization, error) {
	o, err := ByNumber(q, p, in.Number)
	switch {
	case err != nil:
		return o, err
	case o.Kind != KindCustomer:
		return o, ErrNotCustomer.With("number", in.Number).At("number")
	case o.State != StateOpen:
		return o, ErrClosed.With("number", in.Number)
	}
	for at := o; at.ID != in.Parent; {
		if at.Parent.IsZero() {
			return o, ErrNumberTaken.With("number", in.Number).At("number")
		}
		if at.Parent == in.Parent {
			break
		}
		if at, err = ByID(q, p, at.Parent); err != nil {
			return o, err
		}
	}
	return o, nil
}

func makeCustomer(tx *db.Tx, by actor.Actor, in Customer) (Organization, error) {
	var none Organization
	parent, err := ByID(tx, by.Publisher, in.Parent)
	if err != nil {
		return none, err
	}
	if err := parent.admits(KindCustomer); err != nil {
		return none, err
	}
	pub, err := PublisherByID(tx, by.Publisher)
	if err != nil {
		return none, err
	}
	if !pub.keepsName(KindCustomer) {
		in.Name = ""
	}
	o, err := insertOrg(tx, by.Publisher, Organization{Parent: in.Parent, Kind: KindCustomer, Number: in.Number, Name: in.Name})
	if err != nil {
		return o, err
	}
	return o, recordCreated(tx, by, o)
}

func recordCreated(tx *db.Tx, by actor.Actor, o Organization) error {
	return actor.Record(tx, by, actor.Entry{Entity: "org", ID: o.ID, Event: "org.created", Data: map[string]any{
		"parent": o.Parent, "kind": o.Kind, "number": o.Number,
	}})
}

// isTaken reports whether a number was the reason.
func isTaken(err error) bool { return errors.Is(err, ErrNumberTaken) }
