package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// typeMacros are what migrations write in place of types, per engine.
var typeMacros = map[string][2]string{
	"uuid":           {"BLOB", "uuid"},
	"ts":             {"INTEGER", "bigint"},
	"day":            {"TEXT", "text"},
	"json":           {"TEXT", "jsonb"},
	"int":            {"INTEGER", "bigint"},
	"bool":           {"INTEGER", "boolean"},
	"true":           {"1", "true"},
	"false":          {"0", "false"},
	"text":           {"TEXT", "text"},
	"bytes":          {"BLOB", "bytea"},
	"strict":         {"STRICT", ""},
	"strict_rowless": {"STRICT, WITHOUT ROWID", ""},
	"for_update":     {"", forUpdate},
	"skip_locked":    {"", skipLocked},
}

// migrationFS is the embedded folder as one engine reads it: macros expanded,
// lines of the other engine left out.
type migrationFS struct {
	fs.FS
	engine Engine
}

// Migrations returns the migration files as engine e reads them.
func Migrations(e Engine) fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return migrationFS{FS: sub, engine: e}
}

// Open opens an expanded file.
func (m migrationFS) Open(name string) (fs.File, error) {
	f, err := m.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	text, err := expandMigration(m.engine, string(raw))
	if err != nil {
		return nil, errors.Join(errors.New("migration "+name+": "+err.Error()), f.Close())
	}
	return &expandedFile{File: f, r: strings.NewReader(text)}, nil
}

type expandedFile struct {
	fs.File
	r *strings.Reader
}

func (f *expandedFile) Read(p []byte) (int, error) { return f.r.Read(p) }

// expandMigration replaces type macros and drops the other engine's lines.
func expandMigration(e Engine, text string) (string, error) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimRight(line, " \t\r\n")
		lite, isLite := strings.CutSuffix(trimmed, "-- +sqlite")
		pgOnly, isPG := strings.CutSuffix(trimmed, "-- +postgres")
		switch {
		case isLite && e != SQLite, isPG && e != Postgres:
			b.WriteByte('\n') // keeps line numbers
			continue
		case isLite:
			line = lite + "\n"
		case isPG:
			line = pgOnly + "\n"
		}
		out, err := expandTypes(e, line)
		if err != nil {
			return "", err
		}
		b.WriteString(out)
	}
	return b.String(), nil
}

// expandTypes replaces the {macros} of one line; braces in quotes stay.
func expandTypes(e Engine, line string) (string, error) {
	var b bytes.Buffer
	for i := 0; i < len(line); {
		c := line[i]
		if c == '\'' || c == '"' || strings.HasPrefix(line[i:], "--") {
			j := skipQuoted(line, i)
			b.WriteString(line[i:j])
			i = j
			continue
		}
		if c != '{' {
			b.WriteByte(c)
			i++
			continue
		}
		j := strings.IndexByte(line[i:], '}')
		if j < 0 {
			return "", errors.New("open macro in " + line)
		}
		m, ok := typeMacros[line[i+1:i+j]]
		if !ok {
			return "", errors.New("unknown macro in " + line)
		}
		b.WriteString(m[engineIndex(e)])
		i += j + 1
	}
	return b.String(), nil
}

// newest is the version of the last migration that this program knows.
func newest() int64 {
	var v int64
	names, _ := fs.Glob(migrationFiles, "migrations/*.sql")
	for _, n := range names {
		v = max(v, MigrationVersion(n))
	}
	return v
}

// MigrationVersion returns the number in front of a migration file's name, 0 if
// there is none.
func MigrationVersion(file string) int64 {
	digits, _, _ := strings.Cut(path.Base(file), "_")
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return v
}

// SchemaVersion returns the number of the last applied migration, 0 for an
// empty database.
func (d *DB) SchemaVersion(ctx context.Context) (int64, error) {
	var v int64
	err := d.withStd(func(s *sql.DB) error {
		var err error
		v, err = schemaVersion(ctx, d.engine, s)
		return err
	})
	return v, err
}

func schemaVersion(ctx context.Context, e Engine, s *sql.DB) (int64, error) {
	exists := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if e == Postgres {
		exists = `SELECT count(to_regclass('goose_db_version'))`
	}
	var n int64
	if err := s.QueryRowContext(ctx, exists).Scan(&n); err != nil || n == 0 {
		return 0, mapError(err)
	}
	var v int64
	err := s.QueryRowContext(ctx, `SELECT COALESCE(max(version_id), 0) FROM goose_db_version`).Scan(&v)
	return v, mapError(err)
}

// Migrate brings the schema to this program's version. It is safe when several
// nodes start at once. It returns ErrNewerSchema when a newer program has
// migrated the database already. On PostgreSQL it also gives ReadRole what it
// needs; see Guard for what the connecting role was not allowed to do.
func (d *DB) Migrate(ctx context.Context) error { return d.MigrateTo(ctx, newest()) }

// MigrateTo is Migrate up to one version; tests of upgrades use it.
func (d *DB) MigrateTo(ctx context.Context, version int64) error {
	err := d.migrateTo(ctx, version)
	if p, ok := d.backend.(*pg); ok && err == nil {
		err = p.install(ctx)
	}
	return err
}

func (d *DB) migrateTo(ctx context.Context, version int64) error {
	return d.withStd(func(s *sql.DB) error {
		have, err := schemaVersion(ctx, d.engine, s)
		switch {
		case err != nil:
			return err
		case have > newest():
			return ErrNewerSchema.With("have", have, "know", newest())
		case have >= version:
			return nil
		}
		return d.up(ctx, s, version)
	})
}

func (d *DB) withStd(fn func(*sql.DB) error) error {
	s, err := d.backend.std()
	if err != nil {
		return mapError(err)
	}
	return errors.Join(fn(s), s.Close())
}

// up applies what is missing under a lock that nodes and processes share.
func (d *DB) up(ctx context.Context, s *sql.DB, version int64) error {
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
		// Nodes that lose the race ask again every second, for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	} else {
		unlock, err := lockDir(ctx, d.opt.Dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	p, err := goose.NewProvider(dialect, s, Migrations(d.engine), opts...)
	if err != nil {
		return ErrMisuse.Wrap(err)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return mapError(err)
	}
	return nil
}

// lockDir holds a write lock on a file beside the database, so that two
// processes do not migrate it at once. It waits up to a minute.
func lockDir(ctx context.Context, dir string) (func(), error) {
	q := url.Values{"_txlock": {"exclusive"}, "_pragma": {"busy_timeout(60000)"}}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "migrate.lock"), RawQuery: q.Encode()}
	s, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, mapError(err)
	}
	tx, err := s.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(mapError(err), s.Close())
	}
	return func() {
		_ = tx.Rollback()
		_ = s.Close()
	}, nil
}
