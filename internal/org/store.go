package org

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

type (
	// ID names an organization.
	ID = actor.OrgID
	// PublisherID names a publisher.
	PublisherID = actor.PublisherID
	// PersonID names a person; it is the pseudonym in the journal.
	PersonID = db.ID[Personal]
	// MembershipID names a membership.
	MembershipID = db.ID[Member]
	// RoleID names a role that was defined, not built in.
	RoleID = db.ID[Role]
	// KeyID names an API key.
	KeyID = db.ID[Key]
)

// Page is one page of a list. Next is the cursor of the following page, "" at
// the end.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Range asks for the page of at most Limit items after the cursor After.
type Range struct {
	After string
	Limit int // 1 to 500; 0 = 100
}

func (r Range) limit() int {
	if r.Limit <= 0 {
		return 100
	}
	return min(r.Limit, 500)
}

// page cuts items, of which one more than the limit was read, into a page.
func page[T any](items []T, r Range, cursor func(T) string) Page[T] {
	p := Page[T]{Items: items}
	if n := r.limit(); len(items) > n {
		p.Items = items[:n]
		p.Next = cursor(items[n-1])
	}
	return p
}

// afterID reads a cursor that is an id. The start is below every id in use: the
// zero id would be NULL, which nothing is greater than.
func afterID[T any](cursor string) (db.ID[T], error) {
	if cursor == "" {
		return db.ID[T]{15: 1}, nil
	}
	id, err := db.ParseID[T](cursor)
	if err != nil {
		return id, ErrBadPage
	}
	return id, nil
}

// missing turns "no row" into the fault that callers see.
func missing(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return actor.ErrNotFound
	}
	return err
}

// isMissing reports whether err says that something is not there.
func isMissing(err error) bool { return errors.Is(err, actor.ErrNotFound) }

// one scans the single row of a statement, or returns actor.ErrNotFound.
func one[T any](q db.Querier, scan func(scanner) (T, error), s *db.Stmt, args ...any) (T, error) {
	v, err := scan(q.QueryRow(s, args...))
	return v, missing(err)
}

// some reports whether a statement, which asks for one id, finds a row.
func some(q db.Querier, s *db.Stmt, args ...any) (bool, error) {
	var id db.ID[any]
	err := missing(q.QueryRow(s, args...).Scan(&id))
	if isMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// many scans all rows of a statement.
func many[T any](q db.Querier, scan func(scanner) (T, error), s *db.Stmt, args ...any) ([]T, error) {
	return db.List(q, func(r *db.Rows) (T, error) { return scan(r) }, s, args...)
}

// scanner is a row of either kind.
type scanner interface{ Scan(dest ...any) error }

func read[T any](ctx context.Context, d *db.DB, p PublisherID, fn func(r *db.Reader) (T, error)) (v T, err error) {
	err = d.For(p).Read(ctx, func(r *db.Reader) error {
		v, err = fn(r)
		return err
	})
	return v, err
}

func write[T any](ctx context.Context, d *db.DB, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// setArg stores a set of permissions as a JSON list of names.
func setArg(s actor.Set) db.JSON[[]string] { return db.JSON[[]string]{V: s.Strings()} }

// setOf reads it; a name that this program does not know gives nothing.
func setOf(j db.JSON[[]actor.Permission]) actor.Set { return actor.NewSet(j.V...) }

// ceilingText is a ceiling as it is stored: nil = none.
func ceilingText(s *actor.Set) (*string, error) {
	if s == nil {
		return nil, nil
	}
	b, err := json.Marshal(*s)
	text := string(b)
	return &text, err
}

func ceilingOf(text *string) (*actor.Set, error) {
	if text == nil {
		return nil, nil
	}
	var names []actor.Permission
	err := json.Unmarshal([]byte(*text), &names)
	s := actor.NewSet(names...)
	return &s, err
}
