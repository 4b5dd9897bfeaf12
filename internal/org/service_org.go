package org

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// NewOrganization is the input of Create.
type NewOrganization struct {
	Parent     ID         `json:"parent,omitzero"` // default: the caller's own
	Kind       Kind       `json:"kind"`
	Number     string     `json:"number,omitempty"` // generated when empty
	Name       string     `json:"name,omitempty"`
	PriceClass PriceClass `json:"price_class,omitempty"` // default list
	Billing    Billing    `json:"billing,omitempty"`     // default order
}

// Create adds an organization below a parent in which the caller may write. It
// returns ErrBadKind, ErrBadNumber, ErrBadName, ErrNameNotKept, ErrBadPriceClass,
// ErrPriceClass, ErrBadBilling, ErrNumberTaken, ErrClosed and ErrTooDeep. An
// Idempotency-Key makes it repeatable.
func (s *Service) Create(ctx context.Context, by actor.Actor, in NewOrganization) (Organization, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Organization, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Organization{}, err
		}
		parent, err := reach(tx, v, by, actor.OrgWrite, ownOr(v, by, in.Parent))
		if err != nil {
			return Organization{}, err
		}
		load := func(id [16]byte) (Organization, error) { return ByID(tx, by.Publisher, id) }
		return actor.Once(tx, by, load, func() ([16]byte, Organization, error) {
			o, err := create(tx, v, by, parent, in)
			return o.ID, o, err
		})
	})
}

func create(tx *db.Tx, v actor.View, by actor.Actor, parent Organization, in NewOrganization) (Organization, error) {
	pub, err := PublisherByID(tx, by.Publisher)
	if err != nil {
		return Organization{}, err
	}
	o, err := in.node(pub, parent, v.Depth(parent.ID), reachesAll(v, by))
	if err != nil {
		return o, err
	}
	generated := o.Number == ""
	for try := 0; ; try++ {
		if generated {
			o.Number = newNumber()
		}
		made, err := insertOrg(tx, by.Publisher, o)
		if err != nil && generated && try < 5 && isTaken(err) {
			continue
		}
		if err != nil {
			return made, err
		}
		return made, recordCreated(tx, by, made)
	}
}

// reachesAll reports whether by stands for the publisher as a whole.
func reachesAll(v actor.View, by actor.Actor) bool { return v.Sees(by, v.Root()) }

// Get returns one organization.
func (s *Service) Get(ctx context.Context, by actor.Actor, id ID) (Organization, error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) (Organization, error) {
		if err := s.gate.Check(r, by, actor.OrgRead, id); err != nil {
			return Organization{}, err
		}
		return ByID(r, by.Publisher, id)
	})
}

// Children lists the organizations directly below parent (zero: the caller's
// own), oldest first.
func (s *Service) Children(ctx context.Context, by actor.Actor, parent ID, rg Range) (Page[Organization], error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) (Page[Organization], error) {
		var none Page[Organization]
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return none, signInFirst(by, err)
		}
		parent = ownOr(v, by, parent)
		if err := s.gate.Check(r, by, actor.OrgRead, parent); err != nil {
			return none, err
		}
		after, err := afterID[actor.Org](rg.After)
		if err != nil {
			return none, err
		}
		items, err := many(r, scanOrg, qOrgChildren, by.Publisher, parent, after, rg.limit()+1)
		return page(items, rg, func(o Organization) string { return o.ID.String() }), err
	})
}

// signInFirst hides everything else from callers who are not signed in.
func signInFirst(by actor.Actor, err error) error {
	if !by.SignedIn() {
		return actor.ErrSignIn
	}
	return err
}

// Renaming is the input of Rename.
type Renaming struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	Rev  int64  `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// Rename gives an organization another name; the root's is the publisher's too.
// It returns ErrBadName, ErrNameNotKept and ErrStale.
func (s *Service) Rename(ctx context.Context, by actor.Actor, in Renaming) (Organization, error) {
	return s.change(ctx, by, in.ID, in.Rev, reachOwn, "org.renamed", func(tx *db.Tx, _ actor.View, o Organization) (Organization, any, error) {
		pub, err := PublisherByID(tx, by.Publisher)
		if err != nil {
			return o, nil, err
		}
		if o, err = o.rename(pub, in.Name); err != nil {
			return o, nil, err
		}
		if o.Parent.IsZero() {
			if _, err := tx.Exec(qPublisherRename, o.Name, by.Publisher); err != nil {
				return o, nil, err
			}
		}
		o, err = save(tx, by.Publisher, o)
		return o, nil, err
	})
}

// Terms is the input of SetTerms; empty fields stay as they are.
type Terms struct {
	ID         ID         `json:"id"`
	PriceClass PriceClass `json:"price_class,omitempty"`
	Billing    Billing    `json:"billing,omitempty"`
	Rev        int64      `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// SetTerms sets price class and billing mode. The organization above does it, and
// gives at most its own price class; others come from the publisher. It returns
// ErrBadPriceClass, ErrPriceClass, ErrBadBilling and ErrStale.
func (s *Service) SetTerms(ctx context.Context, by actor.Actor, in Terms) (Organization, error) {
	return s.change(ctx, by, in.ID, in.Rev, reachAbove, "org.terms_set", func(tx *db.Tx, v actor.View, o Organization) (Organization, any, error) {
		parent := o
		var err error
		if !o.Parent.IsZero() {
			if parent, err = ByID(tx, by.Publisher, o.Parent); err != nil {
				return o, nil, err
			}
		}
		if o, err = o.terms(parent, in.PriceClass, in.Billing, reachesAll(v, by)); err != nil {
			return o, nil, err
		}
		o, err = save(tx, by.Publisher, o)
		return o, map[string]any{"price_class": o.PriceClass, "billing": o.Billing}, err
	})
}

// Narrowing is the input of Narrow.
type Narrowing struct {
	ID      ID         `json:"id"`
	Ceiling *actor.Set `json:"ceiling"`       // nil = whatever the parent may
	Rev     int64      `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// Narrow sets what an organization and everything below it may do at most. The
// organization above does it, and frees at most permissions that the caller
// holds. It takes effect at once, for everybody who is signed in too. It returns
// ErrRoot, ErrBeyondOwn and ErrStale.
func (s *Service) Narrow(ctx context.Context, by actor.Actor, in Narrowing) (Organization, error) {
	return s.change(ctx, by, in.ID, in.Rev, reachAbove, "org.narrowed", func(tx *db.Tx, v actor.View, o Organization) (Organization, any, error) {
		o, err := o.narrow(in.Ceiling, v.Effective(by))
		if err != nil {
			return o, nil, err
		}
		o, err = place(tx, by.Publisher, o)
		return o, map[string]any{"ceiling": o.Ceiling}, err
	})
}

// Reopening is the input of Reopen.
type Reopening struct {
	ID  ID    `json:"id"`
	Rev int64 `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// Reopen undoes Close. It returns ErrNotClosed, ErrClosed (the parent is) and
// ErrStale.
func (s *Service) Reopen(ctx context.Context, by actor.Actor, in Reopening) (Organization, error) {
	return s.change(ctx, by, in.ID, in.Rev, reachAbove, "org.reopened", func(tx *db.Tx, _ actor.View, o Organization) (Organization, any, error) {
		parent, err := ByID(tx, by.Publisher, o.Parent)
		if err != nil && !o.Parent.IsZero() {
			return o, nil, err
		}
		if o, err = o.reopen(parent); err != nil {
			return o, nil, err
		}
		o, err = save(tx, by.Publisher, o)
		return o, nil, err
	})
}

// reachOwn is reachAbove for what an organization may change in itself.
func reachOwn(q db.Querier, v actor.View, by actor.Actor, id ID) (Organization, error) {
	return reach(q, v, by, actor.OrgWrite, id)
}

// change is the frame of every change of one node: lock, rights, revision, rule
// and store (act), journal. It returns the node as it is now. An Idempotency-Key
// makes it repeatable.
func (s *Service) change(
	ctx context.Context, by actor.Actor, id ID, rev int64,
	reach func(db.Querier, actor.View, actor.Actor, ID) (Organization, error), event string,
	act func(*db.Tx, actor.View, Organization) (Organization, any, error),
) (Organization, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Organization, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Organization{}, err
		}
		o, err := reach(tx, v, by, id)
		if err != nil {
			return Organization{}, err
		}
		load := func([16]byte) (Organization, error) { return o, nil } // the tree was locked before it was read
		return actor.Once(tx, by, load, func() ([16]byte, Organization, error) {
			if err := o.check(rev); err != nil {
				return id, Organization{}, err
			}
			o, facts, err := act(tx, v, o)
			if err != nil {
				return id, Organization{}, err
			}
			return id, o, actor.Record(tx, by, actor.Entry{Entity: "org", ID: o.ID, Event: event, Data: facts})
		})
	})
}
