package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"modernc.org/sqlite"
)

// sqliteFile is the name of the database inside Options.Dir.
const sqliteFile = "licet.db"

// pragmas are set by the DSN on every connection.
var pragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(1)",
	"temp_store(MEMORY)",
	"wal_autocheckpoint(0)",
	"journal_size_limit(67108864)",
	"cache_size(-8192)",
}

// guards are read back from every connection. They are those whose loss would
// lose acknowledged work or let rows point to nothing.
var guards = []struct{ pragma, want string }{
	{"synchronous", "2"}, {"foreign_keys", "1"}, {"journal_mode", "wal"},
}

// lite is the SQLite backend: one writer, a pool of readers.
type lite struct {
	d      *DB
	dsn    string
	writer *writer
	pool   *readPool
	closed sync.Once
}

func openSQLite(ctx context.Context, d *DB) (backend, error) {
	if err := os.MkdirAll(d.opt.Dir, 0o700); err != nil {
		return nil, ErrUnavailable.Wrap(err)
	}
	l := &lite{d: d, dsn: sqliteDSN(filepath.Join(d.opt.Dir, sqliteFile), pragmas)}
	c, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	l.pool = &readPool{l: l, slots: make(chan struct{}, max(4, 2*runtime.GOMAXPROCS(0)))}
	cp := newCheckpointer(l)
	l.writer = startWriter(d, c, cp)
	go cp.loop()
	return l, nil
}

func sqliteDSN(path string, pragmas []string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// connect opens one connection and reads its guards back.
func (l *lite) connect(ctx context.Context) (*liteConn, error) {
	raw, err := (&sqlite.Driver{}).Open(l.dsn)
	if err != nil {
		return nil, mapError(err)
	}
	c := &liteConn{raw: raw.(rawConn)}
	for _, g := range guards {
		got, err := c.pragma(ctx, g.pragma)
		if err == nil && got != g.want {
			err = ErrNotDurable.With("setting", g.pragma, "value", got, "want", g.want)
		}
		if err != nil {
			_ = c.close()
			return nil, err
		}
	}
	return c, nil
}

func (l *lite) std() (*sql.DB, error) {
	if l.pool.isClosed() {
		return nil, ErrUnavailable
	}
	return sql.Open("sqlite", l.dsn)
}

func (l *lite) ping(ctx context.Context) error {
	return l.read(ctx, true, func(r *Reader) error {
		var n int64
		return r.QueryRow(qPing).Scan(&n)
	})
}

var qPing = SQL("db.ping", `SELECT 1`)

func (l *lite) close() error {
	l.writer.stop()
	l.writer.checkpoints.stop()
	err := l.pool.close()
	l.closed.Do(func() { err = errors.Join(err, l.writer.c.close()) })
	return err
}

func (l *lite) read(ctx context.Context, one bool, fn func(*Reader) error) error {
	c, err := l.pool.take(ctx)
	if err != nil {
		return err
	}
	ok := false
	defer func() { l.pool.give(c, ok) }()
	r := &Reader{querier{d: l.d, ctx: ctx, now: At(l.d.opt.Now()).Time, s: c, one: one}}
	if !one {
		if _, err := c.exec(context.Background(), qBegin, nil); err != nil {
			return err
		}
	}
	err = r.end(fn(r))
	ok = true
	if !one {
		if _, e := c.exec(context.Background(), qRollback, nil); e != nil {
			ok = false
		}
	}
	return err
}

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

// readPool lends connections for reading, the last returned one first: its page
// cache is warm.
type readPool struct {
	l      *lite
	slots  chan struct{}
	mu     sync.Mutex
	idle   []*liteConn
	closed bool
}

func (p *readPool) take(ctx context.Context) (*liteConn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, canceled(ctx)
	}
	if ctx.Err() != nil {
		<-p.slots
		return nil, canceled(ctx)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		<-p.slots
		return nil, ErrUnavailable
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.l.connect(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

// give takes a connection back; one that is not ok is closed.
func (p *readPool) give(c *liteConn, ok bool) {
	p.mu.Lock()
	if ok && !p.closed {
		p.idle = append(p.idle, c)
		c = nil
	}
	p.mu.Unlock()
	if c != nil {
		_ = c.close()
	}
	<-p.slots
}

func (p *readPool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// close waits for the reads that run and closes every connection.
func (p *readPool) close() error {
	p.mu.Lock()
	idle, was := p.idle, p.closed
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var err error
	for _, c := range idle {
		err = errors.Join(err, c.close())
	}
	if was {
		return nil
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return err
}

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
