package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// defaultWorkers is the number of connections that write. More are a cost, not
// a capacity: commits of a few connections share one fsync of the server.
const defaultWorkers = 8

// pg is the PostgreSQL backend: a fixed pool that writes and one that reads.
type pg struct {
	d      *DB
	writes *pgxpool.Pool
	reads  *pgxpool.Pool
	points *pgxpool.Pool // of Gather: its plans are made once
	bulk   chan struct{} // turns of WriteBulk

	guarded atomic.Bool // reads of one publisher run as ReadRole
}

func openPostgres(ctx context.Context, d *DB) (backend, error) {
	p := &pg{d: d, bulk: make(chan struct{}, 2)}
	workers := d.opt.Workers
	if workers <= 0 {
		workers = defaultWorkers
	}
	var err error
	if p.writes, err = p.pool(ctx, workers, nil); err != nil {
		return nil, err
	}
	if p.reads, err = p.pool(ctx, max(4, 2*runtime.GOMAXPROCS(0)), nil); err == nil {
		p.points, err = p.pool(ctx, 2*gatherRuns, byKey)
	}
	if err != nil {
		_ = p.close()
		return nil, err
	}
	err = p.verify(ctx)
	if err == nil {
		_, err = p.look(ctx)
	}
	if err != nil {
		_ = p.close()
		return nil, err
	}
	return p, nil
}

// byKey is how connections plan that only look rows up by their keys. A statement
// over a list of keys is planned anew each time otherwise, which costs more than
// the rows; and a plan that is made once must not depend on how small the tables
// were at that moment.
var byKey = map[string]string{
	"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off",
	"jit": "off",
}

// pool opens a pool of at most size connections with further parameters.
func (p *pg) pool(ctx context.Context, size int, more map[string]string) (*pgxpool.Pool, error) {
	conf, err := pgxpool.ParseConfig(p.d.opt.URL)
	if err != nil {
		return nil, ErrBadURL // the cause would show the password
	}
	conf.ConnConfig.DialFunc = dial
	conf.MaxConns = int32(size)
	conf.MinConns = 0
	if m := p.d.opt.ExecMode; m != "" {
		mode, ok := execModes[m]
		if !ok {
			return nil, ErrBadURL.With("exec_mode", m)
		}
		conf.ConnConfig.DefaultQueryExecMode = mode
	} else {
		// A pooler in between refuses these, and then names an ExecMode.
		setDefault(conf.ConnConfig.RuntimeParams, "lock_timeout", "10s")
		setDefault(conf.ConnConfig.RuntimeParams, "idle_in_transaction_session_timeout", "60s")
		for name, value := range more {
			setDefault(conf.ConnConfig.RuntimeParams, name, value)
		}
	}
	setDefault(conf.ConnConfig.RuntimeParams, "application_name", "licet")
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, mapError(err)
	}
	return pool, nil
}

func setDefault(m map[string]string, key, value string) {
	if _, ok := m[key]; !ok {
		m[key] = value
	}
}

var execModes = map[string]pgx.QueryExecMode{
	"cache_statement": pgx.QueryExecModeCacheStatement,
	"cache_describe":  pgx.QueryExecModeCacheDescribe,
	"describe_exec":   pgx.QueryExecModeDescribeExec,
	"exec":            pgx.QueryExecModeExec,
	"simple_protocol": pgx.QueryExecModeSimpleProtocol,
}

// verify reads the durability settings of the server back.
func (p *pg) verify(ctx context.Context) error {
	for _, g := range []struct {
		setting string
		bad     []string
	}{
		{"fsync", []string{"off"}},
		{"full_page_writes", []string{"off"}},
		{"synchronous_commit", []string{"off"}},
	} {
		var got string
		if err := p.writes.QueryRow(ctx, "SELECT current_setting($1)", g.setting).Scan(&got); err != nil {
			return mapError(err)
		}
		if slices.Contains(g.bad, got) {
			return ErrNotDurable.With("setting", g.setting, "value", got, "want", "on")
		}
	}
	return nil
}

func (p *pg) std() (*sql.DB, error) { return stdlib.OpenDBFromPool(p.writes), nil }

func (p *pg) ping(ctx context.Context) error { return mapError(p.reads.Ping(ctx)) }

func (p *pg) close() error {
	for _, pool := range []*pgxpool.Pool{p.writes, p.reads, p.points} {
		if pool != nil {
			pool.Close()
		}
	}
	return nil
}

// pgSession is one connection in the hands of one transaction, which begins
// together with its first statement: that saves a round trip.
type pgSession struct {
	c       *pgx.Conn
	begin   string // not sent yet; "" once the transaction has begun, or needs none
	guarded bool
	scope   *[16]byte // whose rows it reads from now on, not sent yet
	args    []any
	rows    pgRows
}

func (s *pgSession) bind(args []any) error {
	s.args = s.args[:0]
	return s.bindMore(args)
}

func (s *pgSession) bindMore(args []any) error {
	for _, a := range args {
		v, err := pgArg(a)
		if err != nil {
			return err
		}
		s.args = append(s.args, v)
	}
	return nil
}

func (s *pgSession) query(ctx context.Context, st *Stmt, args []any) (cursor, error) {
	if err := s.bind(args); err != nil {
		return nil, err
	}
	s.rows = pgRows{st: st}
	if s.leads() {
		first, err := s.first(ctx, st.texts[1])
		if err != nil {
			return nil, named(st, err)
		}
		s.rows.first = first
		s.rows.rows, err = first.Query()
		if err != nil {
			_ = first.Close()
			return nil, named(st, err)
		}
		return &s.rows, nil
	}
	rows, err := s.c.Query(ctx, st.texts[1], s.args...)
	if err != nil {
		return nil, named(st, err)
	}
	s.rows.rows = rows
	return &s.rows, nil
}

// leads reports whether something goes out before the next statement.
func (s *pgSession) leads() bool { return s.begin != "" || s.scope != nil }

// first sends BEGIN, the scope of a read, and a statement with s.args together;
// the statement's answer is the next one of the result.
func (s *pgSession) first(ctx context.Context, text string) (pgx.BatchResults, error) {
	var b pgx.Batch
	if s.begin != "" {
		b.Queue(s.begin)
	}
	if s.scope != nil {
		b.Queue(enterText, publisherText(*s.scope))
	}
	leads := b.Len()
	s.begin, s.scope = "", nil
	b.Queue(text, s.args...)
	res := s.c.SendBatch(ctx, &b)
	for range leads {
		if _, err := res.Exec(); err != nil {
			_ = res.Close()
			return nil, err
		}
	}
	return res, nil
}

func (s *pgSession) exec(ctx context.Context, st *Stmt, args []any) (int64, error) {
	if err := s.bind(args); err != nil {
		return 0, err
	}
	n, err := s.run(ctx, st.texts[1])
	return n, named(st, err)
}

// run executes a text with s.args.
func (s *pgSession) run(ctx context.Context, text string) (int64, error) {
	if !s.leads() {
		tag, err := s.c.Exec(ctx, text, s.args...)
		return tag.RowsAffected(), err
	}
	first, err := s.first(ctx, text)
	if err != nil {
		return 0, err
	}
	tag, err := first.Exec()
	if cerr := first.Close(); err == nil {
		err = cerr
	}
	return tag.RowsAffected(), err
}

// named maps err and, when it is our mistake, names the statement.
func named(st *Stmt, err error) error {
	err = mapError(err)
	if err != nil && errors.Is(err, ErrMisuse) {
		return ErrMisuse.With("statement", st.name).Wrap(err)
	}
	return err
}

// pgRows is the cursor of a pgSession.
type pgRows struct {
	rows  pgx.Rows
	st    *Stmt
	first pgx.BatchResults // set when BEGIN was sent along
}

func (r *pgRows) next() bool            { return r.rows.Next() }
func (r *pgRows) scan(dest []any) error { return r.rows.Scan(dest...) }

func (r *pgRows) close() error {
	r.rows.Close()
	err := r.rows.Err()
	if r.first != nil {
		if cerr := r.first.Close(); err == nil {
			err = cerr
		}
	}
	return named(r.st, err)
}

// lost reports whether err means that the connection is gone, so that nothing
// of an uncommitted transaction can remain.
func lost(err error) bool {
	if err == nil {
		return false
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return strings.HasPrefix(pe.Code, "08") || strings.HasPrefix(pe.Code, "57P")
	}
	return errors.Is(err, ErrUnavailable)
}
