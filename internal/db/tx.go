package db

import (
	"context"
	"time"
)

// Querier is what Reader and Tx have in common.
type Querier interface {
	// Query starts a statement that returns rows. Close or exhaust them before
	// the next statement; Collect and List do.
	Query(s *Stmt, args ...any) (*Rows, error)
	// QueryRow runs a statement that returns at most one row.
	QueryRow(s *Stmt, args ...any) *Row
	Engine() Engine
	// Now is the time of the transaction; it does not move.
	Now() time.Time
	// Context carries the request's values. In a Tx it does not end with the request.
	Context() context.Context
}

// session is one connection in the hands of one transaction.
type session interface {
	query(ctx context.Context, s *Stmt, args []any) (cursor, error)
	exec(ctx context.Context, s *Stmt, args []any) (int64, error)
	execRows(ctx context.Context, s *Stmt, rows [][]any) (int64, error)
	execEach(ctx context.Context, s *Stmt, rows [][]any) (int64, error)
}

// cursor is an engine's result set. Errors are mapped already.
type cursor interface {
	next() bool
	scan(dest []any) error
	close() error
}

// querier is the common part of Reader and Tx.
type querier struct {
	d      *DB
	ctx    context.Context
	now    time.Time
	s      session // nil after the function has returned
	open   *Rows
	failed error // the first failure; it dooms the transaction
	one    bool  // only one statement is allowed
	ran    bool
}

// Reader reads from one snapshot. It must not be used after its function.
type Reader struct{ querier }

// Tx is a transaction. It must not be used after its function.
type Tx struct {
	querier
	after []func()
}

func newTx(ctx context.Context, d *DB, s session) *Tx {
	return &Tx{querier: querier{d: d, ctx: ctx, now: At(d.opt.Now()).Time, s: s}}
}

// Engine says which engine runs the statements.
func (q *querier) Engine() Engine { return q.d.engine }

// Now returns the one time of the transaction, in UTC and whole microseconds.
func (q *querier) Now() time.Time { return q.now }

// Context returns the request's values, and in a Tx not its end.
func (q *querier) Context() context.Context { return q.ctx }

// Query starts a statement that returns rows.
func (q *querier) Query(s *Stmt, args ...any) (*Rows, error) {
	if err := q.ready(s, args); err != nil {
		return nil, err
	}
	c, err := q.s.query(q.ctx, s, args)
	if err != nil {
		return nil, q.fail(err)
	}
	q.open = &Rows{q: q, c: c}
	return q.open, nil
}

// QueryRow runs a statement that returns at most one row.
func (q *querier) QueryRow(s *Stmt, args ...any) *Row {
	rows, err := q.Query(s, args...)
	return &Row{rows: rows, err: err}
}

// Exec runs a statement and returns the number of rows it changed.
func (tx *Tx) Exec(s *Stmt, args ...any) (int64, error) {
	if err := tx.ready(s, args); err != nil {
		return 0, err
	}
	n, err := tx.s.exec(tx.ctx, s, args)
	return n, tx.fail(err)
}

// ExecMany runs a statement that ends in VALUES {rows} for all rows, at most 500
// at a time or by COPY, and returns the number of rows changed. All rows have the
// same width. No rows is no statement.
func (tx *Tx) ExecMany(s *Stmt, rows [][]any) (int64, error) {
	if s.bulk == nil {
		return 0, tx.fail(misuse(s, "has no {rows}"))
	}
	if len(rows) == 0 {
		return 0, nil
	}
	if err := tx.ready(s, nil); err != nil {
		return 0, err
	}
	n, err := tx.s.execRows(tx.ctx, s, rows)
	return n, tx.fail(err)
}

// ExecEach runs a statement once for each list of arguments, in their order, and
// returns the number of rows changed by all. It does not wait in between, so it
// is the way to change many rows each in its own way.
func (tx *Tx) ExecEach(s *Stmt, args [][]any) (int64, error) {
	for _, one := range args {
		if err := tx.ready(s, one); err != nil {
			return 0, err
		}
	}
	if len(args) == 0 {
		return 0, nil
	}
	n, err := tx.s.execEach(tx.ctx, s, args)
	return n, tx.fail(err)
}

// AfterCommit has fn run after the commit and before Write returns, in the
// goroutine that called Write. If the transaction runs again, or is rolled back,
// fn is forgotten. Functions of different transactions have no common order.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Point is a named fail point inside a transaction; an error dooms it.
func (tx *Tx) Point(name string) error { return tx.fail(tx.d.Point(tx.ctx, name)) }

// ready checks that a statement may start now.
func (q *querier) ready(s *Stmt, args []any) error {
	switch {
	case q.s == nil:
		return misuse(s, "used after its transaction")
	case q.failed != nil:
		return q.failed
	case q.open != nil:
		return q.fail(misuse(s, "started while rows are open"))
	case q.one && q.ran:
		return q.fail(misuse(s, "second statement in ReadOne"))
	case s.args >= 0 && len(args) != s.args:
		return q.fail(misuse(s, "wrong number of arguments"))
	}
	q.ran = true
	return nil
}

// fail remembers the first failure and returns err.
func (q *querier) fail(err error) error {
	if err != nil && q.failed == nil {
		q.failed = err
	}
	return err
}

// end closes what fn left open and forbids further use. It returns the error
// that decides: fn's own, or the failure that fn swallowed.
func (q *querier) end(err error) error {
	if q.open != nil {
		_ = q.open.Close()
	}
	q.s = nil
	if err == nil {
		err = q.failed
	}
	return err
}

func misuse(s *Stmt, what string) error {
	return ErrMisuse.With("statement", s.name, "what", what)
}
