package db

import (
	"context"
	"database/sql"
	"errors"
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
	"analysis_limit(1000)",
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
	return l.read(ctx, reading{what: single}, func(r *Reader) error {
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
