package db

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// backup copies the database with VACUUM INTO: one snapshot, taken beside the
// writer. Everything the manifest says is read from the copy.
func (l *lite) backup(ctx context.Context, dir string, m *Manifest) error {
	file := filepath.Join(dir, sqliteFile)
	c, err := l.pool.take(ctx)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, qVacuumInto, []any{file})
	l.pool.give(c, err == nil)
	if err != nil {
		return err
	}
	s, err := openCopy(file)
	if err != nil {
		return err
	}
	return errors.Join(describe(ctx, s, m), s.Close())
}

var qVacuumInto = control(`VACUUM INTO ?`)

// openCopy opens a database file that nobody else uses, for reading.
func openCopy(file string) (*sql.DB, error) {
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"foreign_keys(1)"}}
	s, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: q.Encode()}).String())
	return s, mapError(err)
}

// describe fills m from the copy.
func describe(ctx context.Context, s *sql.DB, m *Manifest) error {
	var err error
	if m.Schema, err = schemaVersion(ctx, SQLite, s); err != nil {
		return err
	}
	names, err := texts(ctx, s, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name`)
	if err != nil {
		return err
	}
	for _, name := range names {
		t := TableCount{Name: name}
		if err := s.QueryRowContext(ctx, `SELECT count(*) FROM `+quote(name)).Scan(&t.Rows); err != nil {
			return mapError(err)
		}
		m.Tables = append(m.Tables, t)
	}
	if m.has("meta") {
		var epoch string
		if err := s.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, MetaEpoch).Scan(&epoch); err != nil {
			return mapError(err)
		}
		if m.Epoch, err = strconv.ParseInt(epoch, 10, 64); err != nil {
			return ErrMisuse.Wrap(err)
		}
	}
	if !m.has("journal_head") {
		return nil
	}
	rows, err := s.QueryContext(ctx, `SELECT publisher_id, seq, hash FROM journal_head ORDER BY publisher_id`)
	if err != nil {
		return mapError(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h JournalHead
		var publisher, hash []byte
		if err := rows.Scan(&publisher, &h.Seq, &hash); err != nil {
			return mapError(err)
		}
		h.Publisher, h.Hash = hex.EncodeToString(publisher), hex.EncodeToString(hash)
		m.Journal = append(m.Journal, h)
	}
	return mapError(rows.Err())
}

// texts returns the first column of a query.
func texts(ctx context.Context, s *sql.DB, query string) ([]string, error) {
	rows, err := s.QueryContext(ctx, query)
	if err != nil {
		return nil, mapError(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return nil, mapError(err)
		}
		out = append(out, t)
	}
	return out, mapError(rows.Err())
}

// quote makes an identifier. Names come from manifests too, which anybody may
// have written.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// verifySQLite asks the engine whether the copy is sound and counts its rows.
func verifySQLite(ctx context.Context, src string, m Manifest) error {
	s, err := openCopy(filepath.Join(src, sqliteFile))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	for pragma, want := range map[string]string{"integrity_check": "ok", "foreign_key_check": ""} {
		got, err := texts(ctx, s, "PRAGMA "+pragma)
		if err != nil || (want == "" && len(got) > 0) || (want != "" && (len(got) != 1 || got[0] != want)) {
			return damaged(sqliteFile, "failing "+pragma)
		}
	}
	got := Manifest{}
	if err := describe(ctx, s, &got); err != nil {
		return damaged(sqliteFile, "unreadable")
	}
	if got.Schema != m.Schema || got.Epoch != m.Epoch || !sameCounts(got.Tables, m.Tables) {
		return damaged(sqliteFile, "of other contents than the manifest says")
	}
	return nil
}

func sameCounts(a, b []TableCount) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Rows != b[i].Rows {
			return false
		}
	}
	return true
}

// restoreSQLite copies the file into a folder of its own, raises the epoch
// there, and gives it its name only when all is durable.
func restoreSQLite(ctx context.Context, o Options, src string, m Manifest) error {
	target := filepath.Join(o.Dir, sqliteFile)
	if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
		return ErrNotEmpty.With("name", sqliteFile)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return ErrBackupIO.Wrap(err)
	}
	part, err := os.MkdirTemp(o.Dir, ".restore-")
	if err != nil {
		return ErrBackupIO.Wrap(err)
	}
	defer func() { _ = os.RemoveAll(part) }()
	if err := copyFile(filepath.Join(src, sqliteFile), filepath.Join(part, sqliteFile)); err != nil {
		return ErrBackupIO.Wrap(err)
	}
	o.Dir = part
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	err = d.Write(ctx, func(tx *Tx) error {
		_, err := RaiseEpoch(tx)
		return errors.Join(err, SetMeta(tx, MetaRestoring, m.Name()))
	})
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	// The last connection copies the log into the file, and says nothing if it cannot.
	if log, err := os.Stat(filepath.Join(part, sqliteFile+"-wal")); err == nil && log.Size() > 0 {
		return ErrBackupIO.Wrap(errors.New("db: the log was not copied into the database"))
	}
	err = os.Rename(filepath.Join(part, sqliteFile), target)
	if err := errors.Join(err, SyncDir(filepath.Dir(target))); err != nil {
		return ErrBackupIO.Wrap(err)
	}
	return nil
}

func copyFile(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return writeFile(to, func(w io.Writer) error { _, err := io.Copy(w, f); return err })
}
