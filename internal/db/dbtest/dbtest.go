// Package dbtest gives every test a fresh, migrated database of a real engine.
//
// A SQLite database is a copy of a file that was migrated once per test binary.
// A PostgreSQL database is created from a template that was migrated once per
// schema, on one server that all test binaries of the machine share; it is
// started from Debian's binaries on first use, as an unprivileged user, and ends
// when nobody has used it for some minutes. Both live in memory (/dev/shm) when
// there is room, so that fsync is on and yet costs nothing.
//
// Without PostgreSQL's binaries the tests on it are skipped with a loud line;
// with CI=true they fail.
package dbtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
)

// Option changes how a database is opened.
type Option func(*config)

type config struct {
	opt     db.Options
	version int64 // 0 = newest; -1 = not migrated at all
}

// WithNow sets the clock; the default is a Clock of its own per database.
func WithNow(now func() time.Time) Option { return func(c *config) { c.opt.Now = now } }

// WithHooks sets fail points.
func WithHooks(h *db.Hooks) Option { return func(c *config) { c.opt.Hooks = h } }

// WithOptions lets fn change what is not covered by another option.
func WithOptions(fn func(*db.Options)) Option { return func(c *config) { fn(&c.opt) } }

// UpTo migrates only to the given version; Empty does not migrate at all.
func UpTo(version int64) Option { return func(c *config) { c.version = version } }

// Empty leaves the database without a schema.
func Empty() Option { return func(c *config) { c.version = -1 } }

// Engines are the engines under test.
func Engines() []db.Engine { return []db.Engine{db.SQLite, db.Postgres} }

// Each runs fn on a fresh database of each engine, in parallel subtests named
// "sqlite" and "postgres".
func Each(t *testing.T, fn func(t *testing.T, d *db.DB), opts ...Option) {
	t.Helper()
	for _, e := range Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			fn(t, Open(t, e, opts...))
		})
	}
}

// EachAt is Each with a clock of its own for each database: the subtests run at
// the same time, and one must not move the other's days.
func EachAt(t *testing.T, fn func(t *testing.T, d *db.DB, clock *TestClock), opts ...Option) {
	t.Helper()
	for _, e := range Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := NewClock(t)
			fn(t, Open(t, e, append(slices.Clip(opts), WithNow(clock.Now))...), clock)
		})
	}
}

// Open returns a fresh database of the engine; it is closed and removed with the
// test.
func Open(t testing.TB, e db.Engine, opts ...Option) *db.DB {
	t.Helper()
	c := config{}
	for _, o := range opts {
		o(&c)
	}
	if c.opt.Now == nil {
		c.opt.Now = NewClock(t).Now
	}
	if e == db.SQLite {
		c.opt.Dir = sqliteDir(t, c.version)
	} else {
		c.opt.URL = postgresDatabase(t, c.version)
	}
	d, err := db.Open(context.Background(), c.opt)
	if err != nil {
		t.Fatalf("dbtest: open %s: %v", e, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Dead returns a database that was opened and then lost: every call fails as
// when the engine is gone.
func Dead(t testing.TB, e db.Engine) *db.DB {
	t.Helper()
	d := Open(t, e)
	if err := d.Close(); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return d
}
