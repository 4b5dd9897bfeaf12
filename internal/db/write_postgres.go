package db

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// maxAttempts bounds the runs of one function on PostgreSQL.
const maxAttempts = 12

const (
	beginRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginWrite = "BEGIN"
)

func (p *pg) read(ctx context.Context, how reading, fn func(*Reader) error) error {
	pool := p.reads
	if how.what == points {
		pool = p.points
	}
	c, err := acquire(ctx, pool)
	if err != nil {
		return err
	}
	defer c.Release() // a connection inside a transaction is closed, not reused
	s := &pgSession{c: c.Conn(), guarded: p.guarded.Load()}
	if how.what == snapshot {
		s.begin = beginRead
	}
	if how.scope != nil {
		s.narrow(*how.scope)
	}
	r := &Reader{querier{d: p.d, ctx: ctx, now: At(p.d.opt.Now()).Time, s: s, one: how.what != snapshot}}
	err = r.end(fn(r))
	rollback(ctx, s.c)
	return err
}

// rollback ends what has begun, if the connection still lives.
func rollback(ctx context.Context, c *pgx.Conn) {
	if !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
		_, _ = c.Exec(context.WithoutCancel(ctx), "ROLLBACK")
	}
}

// acquire takes a connection from the queue of a pool.
func acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	if ctx.Err() != nil {
		return nil, canceled(ctx)
	}
	c, err := pool.Acquire(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, canceled(ctx)
		}
		return nil, ErrUnavailable.Wrap(err)
	}
	return c, nil
}

// write runs fn in the caller's goroutine on one of the fixed pool's
// connections, until it is committed, refused, or out of attempts.
func (p *pg) write(ctx context.Context, bulk bool, fn func(*Tx) error) error {
	if bulk {
		select {
		case p.bulk <- struct{}{}:
			defer func() { <-p.bulk }()
		case <-ctx.Done():
			return canceled(ctx)
		}
	}
	for attempt := 1; ; attempt++ {
		after, err := p.attempt(ctx, fn)
		if err == nil {
			for _, f := range after {
				f()
			}
			return nil
		}
		var again *againError
		if !errors.As(err, &again) {
			return err
		}
		if attempt == maxAttempts {
			return again.err
		}
		p.d.stats.retries.Add(1)
		step := time.Millisecond << min(attempt-1, 6)
		if !pause(ctx, step/2+rand.N(step)) {
			return again.err
		}
	}
}

// againError says that nothing was committed and that fn may run again.
type againError struct{ err error }

func (e *againError) Error() string { return "again: " + e.err.Error() }
func (e *againError) Unwrap() error { return e.err }

// attempt runs fn once in a transaction.
func (p *pg) attempt(ctx context.Context, fn func(*Tx) error) ([]func(), error) {
	c, err := acquire(ctx, p.writes)
	if err != nil {
		return nil, err
	}
	defer c.Release()
	defer rollback(ctx, c.Conn()) // also when fn panics or ends its goroutine
	own := context.WithoutCancel(ctx)
	session := &pgSession{c: c.Conn(), begin: beginWrite}
	tx := newTx(own, p.d, session)
	if err := tx.end(call(tx, fn)); err != nil {
		return nil, again(err)
	}
	if session.begin != "" {
		return tx.after, nil // no statement: nothing has begun
	}
	return tx.after, p.commit(own, c.Conn())
}

// again marks what a further attempt can win: lost races, and a connection lost
// before the commit was sent.
func again(err error) error {
	if retriable(err) || lost(err) {
		return &againError{err: err}
	}
	return err
}

func (p *pg) commit(ctx context.Context, c *pgx.Conn) error {
	if err := p.d.beforeCommit(ctx); err != nil {
		return ErrUnavailable.Wrap(err)
	}
	tag, err := c.Exec(ctx, "COMMIT")
	if err != nil {
		return commitError(err)
	}
	if tag.String() != "COMMIT" {
		return ErrMisuse.With("what", "the server rolled back")
	}
	p.d.stats.commits.Add(1)
	p.d.stats.functions.Add(1)
	return p.d.afterCommit(ctx)
}

// commitError sorts a failed commit: refused by the server (nothing happened) or
// of unknown outcome. pgconn.SafeToRetry is no help here: for a connection that
// ends while the answer is read it reports "conn closed", safe to retry.
func commitError(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code != "40003" && !lost(err) {
		return again(mapPostgres(pe))
	}
	return ErrOutcomeUnknown.Wrap(err)
}
