package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// The statements around transactions.
var (
	qBegin          = control(`BEGIN`)
	qBeginImmediate = control(`BEGIN IMMEDIATE`)
	qCommit         = control(`COMMIT`)
	qRollback       = control(`ROLLBACK`)
	qSavepoint      = control(`SAVEPOINT m`)
	qRelease        = control(`RELEASE m`)
	qRollbackTo     = control(`ROLLBACK TO m`)
)

// rawConn is what the driver's connection can do.
type rawConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.QueryerContext
}

// rawStmt is what the driver's statement can do.
type rawStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// pagesWritten returns how many pages went to the log since it was last asked.
func (c *liteConn) pagesWritten() int {
	n, _, err := c.raw.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
	if err != nil {
		return 1
	}
	return n
}

// liteConn is one SQLite connection with its prepared statements. One goroutine
// uses it at a time.
type liteConn struct {
	raw   rawConn
	stmts []rawStmt // by Stmt.id
	args  []driver.NamedValue
	rows  liteRows
	bulk  map[bulkKey]rawStmt
}

type bulkKey struct{ id, rows int }

func (c *liteConn) close() error {
	for _, s := range c.stmts {
		if s != nil {
			_ = s.Close()
		}
	}
	for _, s := range c.bulk {
		_ = s.Close()
	}
	c.stmts, c.bulk = nil, nil
	return c.raw.Close()
}

// pragma returns the first column of PRAGMA name as text.
func (c *liteConn) pragma(ctx context.Context, name string) (string, error) {
	rows, err := c.raw.QueryContext(ctx, "PRAGMA "+name, nil)
	if err != nil {
		return "", mapError(err)
	}
	defer func() { _ = rows.Close() }()
	vals := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(vals); err != nil {
		return "", mapError(err)
	}
	return fmt.Sprint(vals[0]), nil
}

// prepared returns s prepared on this connection.
func (c *liteConn) prepared(s *Stmt) (rawStmt, error) {
	if s.id < len(c.stmts) && c.stmts[s.id] != nil {
		return c.stmts[s.id], nil
	}
	st, err := c.raw.PrepareContext(context.Background(), s.texts[0])
	if err != nil {
		return nil, ErrMisuse.With("statement", s.name).Wrap(err)
	}
	for len(c.stmts) <= s.id {
		c.stmts = append(c.stmts, nil)
	}
	c.stmts[s.id] = st.(rawStmt)
	return c.stmts[s.id], nil
}

func (c *liteConn) bind(args []any) error {
	c.args = c.args[:0]
	return c.bindMore(args)
}

func (c *liteConn) bindMore(args []any) error {
	for _, a := range args {
		v, err := liteArg(a)
		if err != nil {
			return err
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: len(c.args) + 1, Value: v})
	}
	return nil
}

func (c *liteConn) exec(ctx context.Context, s *Stmt, args []any) (int64, error) {
	st, err := c.prepared(s)
	if err != nil {
		return 0, err
	}
	if err := c.bind(args); err != nil {
		return 0, err
	}
	return liteExec(ctx, st, c.args)
}

func liteExec(ctx context.Context, st rawStmt, args []driver.NamedValue) (int64, error) {
	res, err := st.ExecContext(ctx, args)
	if err != nil {
		return 0, mapError(err)
	}
	n, err := res.RowsAffected()
	return n, mapError(err)
}

// execRows runs the rows in full chunks of a few sizes, so that the number of
// prepared texts stays small.
func (c *liteConn) execRows(ctx context.Context, s *Stmt, rows [][]any) (int64, error) {
	var total int64
	for len(rows) > 0 {
		n := bulkSize(len(rows))
		st, err := c.preparedRows(s, n, len(rows[0]))
		if err != nil {
			return 0, err
		}
		c.args = c.args[:0]
		for _, row := range rows[:n] {
			if len(row) != len(rows[0]) {
				return 0, misuse(s, "rows of different width")
			}
			if err := c.bindMore(row); err != nil {
				return 0, err
			}
		}
		changed, err := liteExec(ctx, st, c.args)
		if err != nil {
			return 0, err
		}
		total += changed
		rows = rows[n:]
	}
	return total, nil
}

// execEach runs a statement once for each row.
func (c *liteConn) execEach(ctx context.Context, s *Stmt, rows [][]any) (int64, error) {
	var total int64
	for _, row := range rows {
		n, err := c.exec(ctx, s, row)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// bulkSize is the largest prepared chunk that n rows fill.
func bulkSize(n int) int {
	for _, size := range []int{500, 100, 20, 5} {
		if n >= size {
			return size
		}
	}
	return 1
}

func (c *liteConn) preparedRows(s *Stmt, n, width int) (rawStmt, error) {
	key := bulkKey{s.id, n}
	if st := c.bulk[key]; st != nil {
		return st, nil
	}
	st, err := c.raw.PrepareContext(context.Background(), s.rows(SQLite, n, width))
	if err != nil {
		return nil, ErrMisuse.With("statement", s.name).Wrap(err)
	}
	if c.bulk == nil {
		c.bulk = map[bulkKey]rawStmt{}
	}
	c.bulk[key] = st.(rawStmt)
	return c.bulk[key], nil
}

func (c *liteConn) query(ctx context.Context, s *Stmt, args []any) (cursor, error) {
	st, err := c.prepared(s)
	if err != nil {
		return nil, err
	}
	if err := c.bind(args); err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, c.args)
	if err != nil {
		return nil, mapError(err)
	}
	r := &c.rows
	r.rows, r.err = rows, nil
	n := len(rows.Columns())
	if cap(r.vals) < n {
		r.vals = make([]driver.Value, n)
	}
	r.vals = r.vals[:n]
	return r, nil
}

// liteRows is the cursor of a liteConn; a connection has one, since a second
// statement never starts while rows are open.
type liteRows struct {
	rows driver.Rows
	vals []driver.Value
	err  error
}

func (r *liteRows) next() bool {
	err := r.rows.Next(r.vals)
	if err == nil {
		return true
	}
	if !errors.Is(err, io.EOF) {
		r.err = mapError(err)
	}
	return false
}

func (r *liteRows) scan(dest []any) error {
	if len(dest) != len(r.vals) {
		return fmt.Errorf("db: %d destinations for %d columns", len(dest), len(r.vals))
	}
	for i, d := range dest {
		if err := assign(d, r.vals[i]); err != nil {
			return fmt.Errorf("db: column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *liteRows) close() error {
	if err := r.rows.Close(); err != nil && r.err == nil {
		r.err = mapError(err)
	}
	return r.err
}
