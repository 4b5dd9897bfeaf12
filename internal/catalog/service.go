package catalog

import (
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Service is the doors of this package. Reading needs catalog.read anywhere in
// the publisher, changing needs catalog.write on the publisher as a whole. What
// is another publisher's reads as not found.
type Service struct {
	db   *db.DB
	gate *actor.Gate
}

// NewService returns the doors on a database.
func NewService(d *db.DB, gate *actor.Gate) *Service { return &Service{db: d, gate: gate} }

// AnyRev is the revision of a change that does not care what it replaces.
const AnyRev int64 = 0

// Query narrows a list. The zero value is the first page of everything.
type Query struct {
	Prefix  string // of the code or number, in any case
	Product string // code: of articles; required for features
	State   State  // active or retired; "" = both
	After   string // Next of the page before; "" = the first page
	Limit   int    // 1 to 500; 0 = 100
}

// The page sizes.
const (
	defaultLimit = 100
	maxPage      = 500
)

// Page is one page of a list, in the order of the folded codes or numbers.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // for Query.After; "" = the last page
}

func (s *Service) read(ctx context.Context, by actor.Actor, fn func(r *db.Reader) error) error {
	return s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.gate.Check(r, by, actor.CatalogRead, by.Org); err != nil {
			return err
		}
		return fn(r)
	})
}

func (s *Service) write(ctx context.Context, by actor.Actor, fn func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayWrite(tx, by); err != nil {
			return err
		}
		return fn(tx)
	})
}

// mayWrite checks the right to change. The administrator of the installation
// must act inside a publisher (actor.In): a catalog belongs to one.
func (s *Service) mayWrite(q db.Querier, by actor.Actor) error {
	if by.Publisher.IsZero() && by.IsInstallation() {
		return actor.ErrNotFound
	}
	err := s.gate.Check(q, by, actor.CatalogWrite, actor.OrgID{})
	if !errors.Is(err, actor.ErrNotFound) {
		return err
	}
	if own := s.gate.Check(q, by, actor.CatalogRead, by.Org); errors.Is(own, actor.ErrNotFound) {
		return own
	}
	return actor.Denied(actor.CatalogWrite) // sees the catalog, but stands below the root
}

// shelf tells the doors about one kind of object: what the planner knows of it
// and how it is stored.
type shelf[T any] struct {
	kindOf[T, string]
	id       func(T) [16]byte
	head     func(*T) (state *State, rev *int64)
	cursor   func(T) string        // folded code or number, by which lists are sorted
	start    func(tx *db.Tx, v *T) // gives a new object its id
	complete func(old, next T) T   // fills what a change leaves out
	find     func(q db.Querier, p actor.PublisherID, ref string) (T, error)
	page     func(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]T, error)
	insert   func(tx *db.Tx, p actor.PublisherID, vs []T) error
	update   func(tx *db.Tx, p actor.PublisherID, v T) error
	// rules checks next against the rest of the catalog and returns it in its
	// canonical form; old is nil for a new object.
	rules func(q db.Querier, p actor.PublisherID, old *T, next T) (T, refusals, error)
}

// create is the door that makes an object. An Idempotency-Key makes it
// repeatable.
func create[T any](ctx context.Context, s *Service, by actor.Actor, k shelf[T], v T) (T, error) {
	var out T
	err := s.write(ctx, by, func(tx *db.Tx) error {
		var err error
		out, err = once(tx, by, k, func() (T, error) { return k.make(tx, by, v) })
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// once is actor.Once for an act on one object.
func once[T any](tx *db.Tx, by actor.Actor, k shelf[T], do func() (T, error)) (T, error) {
	load := func(id [16]byte) (T, error) { return k.find(tx, by.Publisher, db.ID[T](id).String()) }
	return actor.Once(tx, by, load, func() ([16]byte, T, error) {
		v, err := do()
		return k.id(v), v, err
	})
}

func (k shelf[T]) make(tx *db.Tx, by actor.Actor, v T) (T, error) {
	p := by.Publisher
	state, rev := k.head(&v)
	*rev = 0
	if *state == "" {
		*state = Active
	}
	if bad := k.check(v); len(bad) > 0 {
		return v, bad.join()
	}
	if _, err := lock(tx, p); err != nil {
		return v, err
	}
	if _, err := k.find(tx, p, k.label(v)); err == nil {
		return v, ErrExists.With("object", k.object, "key", k.label(v))
	} else if !absent(err) {
		return v, err
	}
	v, bad, err := k.rules(tx, p, nil, v)
	if err != nil {
		return v, err
	}
	if len(bad) > 0 {
		return v, bad.join()
	}
	k.start(tx, &v)
	_, rev = k.head(&v)
	*rev = 1
	if err := k.insert(tx, p, []T{v}); err != nil {
		return v, err
	}
	return v, k.record(tx, by, v, "created", nil)
}

// change is the door that replaces an object: a fixed field or a state that
// next leaves empty stays as it is. A change that changes nothing
// writes nothing. An Idempotency-Key makes it repeatable.
func change[T any](ctx context.Context, s *Service, by actor.Actor, k shelf[T], ref string, rev int64, next func(old T) T, event string) (T, error) {
	var out T
	err := s.write(ctx, by, func(tx *db.Tx) error {
		var err error
		out, err = once(tx, by, k, func() (T, error) {
			if _, err := lock(tx, by.Publisher); err != nil {
				var none T
				return none, err
			}
			old, err := k.find(tx, by.Publisher, ref)
			if err != nil {
				return old, err
			}
			return k.replace(tx, by, old, rev, next(old), event)
		})
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

func (k shelf[T]) replace(tx *db.Tx, by actor.Actor, old T, given int64, next T, event string) (T, error) {
	oldState, oldRev := k.head(&old)
	if given != AnyRev && given != *oldRev {
		return old, ErrStale.With("object", k.object, "key", k.label(old), "rev", *oldRev, "given", given)
	}
	next = k.complete(old, next)
	if state, _ := k.head(&next); *state == "" {
		*state = *oldState
	}
	bad := append(k.check(next), k.fixed(old, next)...)
	if len(bad) > 0 {
		return old, bad.join()
	}
	next = k.keep(old, next)
	changed := differ(k.fields(old), k.fields(next))
	if len(changed) == 0 {
		return old, nil
	}
	next, bad, err := k.rules(tx, by.Publisher, &old, next)
	if err != nil {
		return old, err
	}
	if len(bad) > 0 {
		return old, bad.join()
	}
	_, rev := k.head(&next)
	*rev = *oldRev + 1
	if err := k.update(tx, by.Publisher, next); err != nil {
		return old, err
	}
	return next, k.record(tx, by, next, event, changed)
}

// retire is the door that takes an object out of use. Retiring twice is fine.
func retire[T any](ctx context.Context, s *Service, by actor.Actor, k shelf[T], ref string, rev int64) (T, error) {
	return change(ctx, s, by, k, ref, rev, func(old T) T {
		state, _ := k.head(&old)
		*state = Retired
		return old
	}, "retired")
}

// get is the door that reads one object by its id, code or number.
func get[T any](ctx context.Context, s *Service, by actor.Actor, k shelf[T], ref string) (T, error) {
	var out T
	err := s.read(ctx, by, func(r *db.Reader) error {
		var err error
		out, err = k.find(r, by.Publisher, ref)
		return err
	})
	return out, err
}

// page is the door that lists.
func page[T any](ctx context.Context, s *Service, by actor.Actor, k shelf[T], f Query, fold func(string) string) (Page[T], error) {
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxPage)
	out := Page[T]{Items: []T{}}
	err := s.read(ctx, by, func(r *db.Reader) error {
		found, err := k.page(r, by.Publisher, f, spanOf(fold(f.Prefix), f.After), limit+1)
		if err != nil {
			return err
		}
		if len(found) > limit {
			found = found[:limit]
			out.Next = k.cursor(found[limit-1])
		}
		out.Items = append(out.Items, found...)
		return nil
	})
	if err != nil {
		return Page[T]{}, err
	}
	return out, nil
}

// maxNamed bounds the fields that a journal line names.
const maxNamed = 40

// record writes the journal line of a change: the code or number, the revision,
// and the names of the fields that changed, never their text.
func (k shelf[T]) record(tx *db.Tx, by actor.Actor, v T, event string, changed []Field) error {
	_, rev := k.head(&v)
	return actor.Record(tx, by, line(k.object, k.id(v), k.label(v), *rev, event, changed))
}

func line(object string, id [16]byte, key string, rev int64, event string, changed []Field) actor.Entry {
	data := map[string]any{"key": key, "rev": rev}
	if len(changed) > 0 {
		names := make([]string, 0, min(len(changed), maxNamed))
		for _, f := range changed[:min(len(changed), maxNamed)] {
			names = append(names, f.Name)
		}
		data["fields"] = names
	}
	return actor.Entry{Entity: object, ID: id, Event: object + "." + event, Data: data}
}
