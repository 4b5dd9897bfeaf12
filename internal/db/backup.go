package db

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	manifestName   = "manifest.json"
	manifestFormat = 1
)

// Manifest describes a backup: which files belong to it, what they contain, and
// which moment of which installation they are.
type Manifest struct {
	Format int       `json:"format"`
	Engine Engine    `json:"engine"`
	Schema int64     `json:"schema"` // number of the last migration
	Epoch  int64     `json:"epoch"`
	Made   time.Time `json:"made"`
	// Identity is the public key that what is sealed in the database is sealed to;
	// "" = not known, as in backups of older versions.
	Identity string        `json:"identity,omitempty"`
	Tables   []TableCount  `json:"tables"`
	Journal  []JournalHead `json:"journal"` // where each publisher's journal stood
	Files    []File        `json:"files"`
}

// TableCount is the number of rows of one table, and, on PostgreSQL, the columns
// in the order of its file.
type TableCount struct {
	Name    string   `json:"name"`
	Rows    int64    `json:"rows"`
	Columns []string `json:"columns,omitempty"`
}

// JournalHead is the end of one publisher's sealed journal, in hexadecimal.
type JournalHead struct {
	Publisher string `json:"publisher"`
	Seq       int64  `json:"seq"`
	Hash      string `json:"hash"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Backup writes a consistent copy of d into the folder dst, which must not exist
// or be empty, while work goes on. dst appears complete or not at all: every
// file and folder is synced before it gets its name. The files of the keys
// (identity, master keys) are not part of it.
func Backup(ctx context.Context, d *DB, dst string, about ...BackupOption) (Manifest, error) {
	if err := emptyDir(dst); err != nil {
		return Manifest{}, err
	}
	parent := filepath.Dir(filepath.Clean(dst))
	part, err := os.MkdirTemp(parent, "."+filepath.Base(dst)+"-part-")
	if err != nil {
		return Manifest{}, ErrBackupIO.Wrap(err)
	}
	defer func() { _ = os.RemoveAll(part) }()
	m := Manifest{Format: manifestFormat, Engine: d.engine, Made: At(d.Now()).Time, Journal: []JournalHead{}}
	for _, say := range about {
		say(&m)
	}
	if err := d.backend.backup(ctx, part, &m); err != nil {
		return Manifest{}, err
	}
	if err := m.write(part); err != nil {
		return Manifest{}, ErrBackupIO.Wrap(err)
	}
	if err := errors.Join(SyncDir(part), os.Rename(part, dst), SyncDir(parent)); err != nil {
		return Manifest{}, ErrBackupIO.Wrap(err)
	}
	return m, nil
}

// BackupOption is something about a backup that the database does not know.
type BackupOption func(*Manifest)

// SealedTo notes the public key that is needed beside the backup.
func SealedTo(identity string) BackupOption { return func(m *Manifest) { m.Identity = identity } }

// emptyDir refuses a destination that holds something.
func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return ErrNotEmpty.With("name", filepath.Base(dir))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return ErrBackupIO.Wrap(err)
	}
	return nil
}

// write adds the sums of all files in dir and writes the manifest beside them.
func (m *Manifest) write(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := sum(filepath.Join(dir, e.Name()), os.O_RDWR, (*os.File).Sync)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, f)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, manifestName), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// sum returns the size and hash of a file, and then calls sync, if any, on it;
// Windows syncs only what is open for writing.
func sum(path string, mode int, sync func(*os.File) error) (File, error) {
	f, err := os.OpenFile(path, mode, 0)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, err
	}
	if sync != nil {
		err = sync(f)
	}
	return File{Name: filepath.Base(path), Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// writeFile writes and syncs a file that must not exist.
func writeFile(path string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = fill(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncDir makes the names in a folder durable, where the system can.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// VerifyBackup checks that the backup in src is whole: every file is there with
// the recorded size and hash, the SQLite copy is sound and has the recorded
// numbers of rows, and each PostgreSQL file has as many. It returns the
// manifest, or ErrBackupDamaged with the name of what is wrong.
func VerifyBackup(ctx context.Context, src string) (Manifest, error) {
	m, err := ReadManifest(src)
	if err != nil {
		return m, err
	}
	for _, f := range m.Files {
		got, err := sum(filepath.Join(src, f.Name), os.O_RDONLY, nil)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return m, damaged(f.Name, "missing")
		case err != nil:
			return m, ErrBackupIO.Wrap(err)
		case got != f:
			return m, damaged(f.Name, "altered")
		}
	}
	if m.Engine == SQLite {
		return m, verifySQLite(ctx, src, m)
	}
	return m, verifyPostgres(src, m)
}

// ReadManifest returns what a backup says of itself, unverified, or
// ErrBackupDamaged.
func ReadManifest(src string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(src, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		return m, damaged(manifestName, "missing")
	}
	if err != nil {
		return m, ErrBackupIO.Wrap(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, damaged(manifestName, "unreadable")
	}
	if m.Format != manifestFormat || (m.Engine != SQLite && m.Engine != Postgres) {
		return m, damaged(manifestName, "of an unknown format")
	}
	for _, f := range m.Files {
		if f.Name != filepath.Base(f.Name) || strings.HasPrefix(f.Name, ".") {
			return m, damaged(manifestName, "naming a file outside")
		}
	}
	return m, nil
}

func damaged(file, what string) error { return ErrBackupDamaged.With("file", file, "what", what) }

// Restore verifies the backup in src and loads it into the empty database that o
// names. The epoch is one higher afterwards, so that seats taken since the
// backup can be told from those given out again. The schema is the backup's:
// call Migrate after opening. MetaRestoring holds the backup's name; whoever
// calls clears it when nothing is missing any more. It returns the manifest of
// the backup.
func Restore(ctx context.Context, o Options, src string) (Manifest, error) {
	m, err := VerifyBackup(ctx, src)
	if err != nil {
		return m, err
	}
	want := Postgres
	if o.URL == "" {
		want = SQLite
	}
	switch {
	case m.Engine != want:
		return m, ErrOtherEngine.With("have", string(m.Engine), "want", string(want))
	case m.Schema > newest():
		return m, ErrNewerSchema.With("have", m.Schema, "know", newest())
	case m.Engine == SQLite:
		return m, restoreSQLite(ctx, o, src, m)
	}
	return m, restorePostgres(ctx, o, src, m)
}

// Name tells a backup from others, for MetaRestoring.
func (m *Manifest) Name() string { return m.Made.UTC().Format(time.RFC3339Nano) }

// has reports whether the backup counted table.
func (m *Manifest) has(table string) bool {
	return slices.ContainsFunc(m.Tables, func(t TableCount) bool { return t.Name == table })
}
