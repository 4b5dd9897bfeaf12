// Package db opens the one database of an installation and hands out
// transactions on it. It runs on SQLite (one file, one machine) and on
// PostgreSQL (many nodes) with one text per statement.
//
// # Model
//
// A DB has one clock and two doors. Read gives a function one snapshot. Write
// gives a function a transaction with one fixed time; Write returns after the
// commit is durable, never before. Statements are registered once, by name,
// with SQL; texts use "?" and the macros of this package. Values cross the
// border as ID, Time, Day, JSON and IDs, so that both engines store and compare
// the same thing.
//
// # Life cycle of a write
//
// On SQLite exactly one goroutine writes. It takes what waits (at most 512
// functions), begins one immediate transaction, runs each function inside its
// own savepoint and commits all of them with one fsync. A function that fails,
// or panics, is rolled back alone. When the engine lost the whole batch (full
// disk, I/O error) each member runs again alone. On PostgreSQL a function runs
// on one of a fixed pool of connections, and again after a serialization
// failure or a deadlock. So a function may run more than once: it must not
// touch anything but its transaction, and says by AfterCommit what is to happen
// once it is committed. It does no network and no signing.
//
// # Invariants
//
// The first failed statement dooms its transaction on both engines: everything
// of it is rolled back, whatever the function returns. A request's context is
// looked at before its function runs, not while it runs. No second statement
// starts while the rows of a first one are open. Durability settings are read
// back when a database is opened; without them it is refused. Text of a driver
// is never part of a fault's code or arguments; it is only its cause, for logs.
//
// # Neighbours
//
// Only fault and day lie below. Contexts above call it from store*.go and
// service*.go; adapters never do. Tests take databases from db/dbtest.
package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// Engine names a database engine; it is part of backup manifests.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say which database to open. Only Now is required.
type Options struct {
	// URL of a PostgreSQL database ("postgres://…"); "" means SQLite.
	URL string
	// Dir is the data directory of SQLite; the file is licet.db inside it.
	Dir string
	// Now is the clock of every transaction. Required.
	Now func() time.Time
	// Workers is the number of PostgreSQL connections that write; default 8.
	Workers int
	// ExecMode is pgx's default_query_exec_mode; "" keeps pgx's default. Behind
	// PgBouncer use "exec" or "cache_describe".
	ExecMode string
	// Hooks are for tests and benchmarks; nil in a served product.
	Hooks *Hooks
}

// Hooks are fail points for tests and benchmarks. A nil field does nothing.
type Hooks struct {
	// BeforeCommit runs before each commit of the engine; an error makes that
	// commit fail as a broken disk would.
	BeforeCommit func(ctx context.Context) error
	// AfterCommit runs after each commit, before anybody is answered; an error
	// makes the outcome unknown to those who wait for it.
	AfterCommit func(ctx context.Context) error
	// FsyncDelay is added to each commit, in place of a slower disk.
	FsyncDelay time.Duration
	// Point is called at every named fail point; see DB.Point.
	Point func(ctx context.Context, name string) error
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	opt     Options
	engine  Engine
	backend backend
	stats   stats
}

// backend is what an engine provides.
type backend interface {
	read(ctx context.Context, how reading, fn func(*Reader) error) error
	write(ctx context.Context, bulk bool, fn func(*Tx) error) error
	ping(ctx context.Context) error
	// std opens a database/sql handle for migrations; the caller closes it.
	std() (*sql.DB, error)
	// backup writes the files of a backup into dir and describes them in m.
	backup(ctx context.Context, dir string, m *Manifest) error
	close() error
}

// reading says what a read is to see.
type reading struct {
	what  extent
	scope *[16]byte // only this publisher's rows; nil = everybody's
}

// extent is how much one read makes.
type extent uint8

const (
	snapshot extent = iota // one state of everything, over many statements
	single                 // exactly one statement
	points                 // exactly one statement, which looks rows up by their keys
)

// Open opens the database that o names and verifies that it is durable. It does
// not change the schema; call Migrate next. It returns a fault of kind
// Unavailable when the database cannot be reached, and "db.not_durable" when a
// setting would lose acknowledged work.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Now == nil {
		return nil, errors.New("db: Options.Now is required")
	}
	d := &DB{opt: o}
	var err error
	switch {
	case o.URL == "":
		d.engine = SQLite
		d.backend, err = openSQLite(ctx, d)
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		d.engine = Postgres
		d.backend, err = openPostgres(ctx, d)
	default:
		err = ErrBadURL
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Close waits for the writes that run, refuses those that wait, and closes every
// connection. Every later call returns ErrUnavailable.
func (d *DB) Close() error { return d.backend.close() }

// Engine says which engine the database runs on.
func (d *DB) Engine() Engine { return d.engine }

// Now returns the time of the injected clock.
func (d *DB) Now() time.Time { return d.opt.Now() }

// Ping asks the database for one trivial answer.
func (d *DB) Ping(ctx context.Context) error { return d.backend.ping(ctx) }

// Read runs fn on one snapshot; what is written meanwhile is not seen. It sees
// everybody's rows: whoever reads for one publisher uses For.
func (d *DB) Read(ctx context.Context, fn func(r *Reader) error) error {
	return d.backend.read(ctx, reading{what: snapshot}, fn)
}

// ReadOne is Read for a function that makes exactly one statement. It saves
// PostgreSQL two round trips; a second statement is refused as our mistake.
func (d *DB) ReadOne(ctx context.Context, fn func(r *Reader) error) error {
	return d.backend.read(ctx, reading{what: single}, fn)
}

// Write runs fn in a transaction and returns after the commit is durable. Any
// error of fn, or of a statement in it, rolls everything back. fn may run more
// than once; it must not call Write itself, or it would wait for itself.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return d.backend.write(ctx, false, fn)
}

// WriteBulk is Write for one chunk of a long job (an import, a large order):
// chunks take turns with interactive writes, so that nobody waits for more than
// one of them.
func (d *DB) WriteBulk(ctx context.Context, fn func(tx *Tx) error) error {
	return d.backend.write(ctx, true, fn)
}

// Analyze refreshes the statistics that plans are made from, of those tables that
// are twice as large as when they were last looked at, or never were. Call it
// after a bulk load: until PostgreSQL looks by itself, a minute later, plans read
// whole tables. SQLite needs nothing; its migrations say what to expect.
func (d *DB) Analyze(ctx context.Context) error {
	if d.engine == SQLite {
		return nil
	}
	return d.WriteBulk(ctx, func(tx *Tx) error { _, err := tx.Exec(qAnalyze); return err })
}

// The size is that of the file: the counters of changes come late.
var qAnalyze = control(`DO $$ DECLARE grown name; BEGIN
  FOR grown IN SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
      AND pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::bigint
    ORDER BY oid
  LOOP EXECUTE format('ANALYZE %I', grown); END LOOP;
END $$`)

// Point is a named fail point ("sign.before_send"): nil unless a test hooked it.
func (d *DB) Point(ctx context.Context, name string) error {
	if h := d.opt.Hooks; h != nil && h.Point != nil {
		return h.Point(ctx, name)
	}
	return nil
}

// beforeCommit runs the hooks that belong to a commit.
func (d *DB) beforeCommit(ctx context.Context) error {
	h := d.opt.Hooks
	if h == nil {
		return nil
	}
	if err := d.Point(ctx, "db.before_commit"); err != nil {
		return err
	}
	if h.BeforeCommit != nil {
		if err := h.BeforeCommit(ctx); err != nil {
			return err
		}
	}
	if h.FsyncDelay > 0 {
		pause(ctx, h.FsyncDelay)
	}
	return nil
}

// afterCommit runs the hooks between a commit and its answers.
func (d *DB) afterCommit(ctx context.Context) error {
	h := d.opt.Hooks
	if h == nil {
		return nil
	}
	err := d.Point(ctx, "db.after_commit")
	if err == nil && h.AfterCommit != nil {
		err = h.AfterCommit(ctx)
	}
	if err != nil {
		return ErrOutcomeUnknown.Wrap(err)
	}
	return nil
}

// pause waits for wait, or until ctx ends; it reports whether ctx is alive.
func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// canceled is the fault of a request that ended before its function ran.
func canceled(ctx context.Context) error {
	return ErrCanceled.Wrap(context.Cause(ctx))
}
