package db

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// gooseTable is goose's own; a restore fills it by migrating.
const gooseTable = "goose_db_version"

// pgTable is a table as the catalog knows it.
type pgTable struct {
	name    string
	columns []string
	refs    []string // tables its foreign keys point to
}

// pgTablesQuery lists the tables of the current schema with their columns and the
// tables they refer to.
const pgTablesQuery = `
SELECT c.relname,
  ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
    AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)::text[],
  ARRAY(SELECT DISTINCT r.relname FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND r.oid <> c.oid ORDER BY 1)::text[]
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
ORDER BY c.relname`

func pgTables(ctx context.Context, c *pgx.Conn) ([]pgTable, error) {
	rows, err := c.Query(ctx, pgTablesQuery)
	if err != nil {
		return nil, mapError(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t pgTable, err error) {
		return t, r.Scan(&t.name, &t.columns, &t.refs)
	})
	return out, mapError(err)
}

// backup copies every table, in PostgreSQL's text form, out of one snapshot.
func (p *pg) backup(ctx context.Context, dir string, m *Manifest) error {
	c, err := acquire(ctx, p.reads)
	if err != nil {
		return err
	}
	defer c.Release() // inside a transaction it is closed, not reused
	conn := c.Conn()
	if _, err := conn.Exec(ctx, beginRead); err != nil {
		return mapError(err)
	}
	tables, err := pgTables(ctx, conn)
	if err != nil {
		return err
	}
	if err := describePostgres(ctx, conn, tables, m); err != nil {
		return err
	}
	for _, t := range tables {
		if t.name == gooseTable {
			continue
		}
		var n int64
		err := writeFile(filepath.Join(dir, t.name+".copy"), func(w io.Writer) error {
			tag, err := conn.PgConn().CopyTo(ctx, w, "COPY "+t.list()+" TO STDOUT")
			n = tag.RowsAffected()
			return err
		})
		if err != nil {
			return errors.Join(ErrBackupIO.Wrap(err), mapError(err))
		}
		m.Tables = append(m.Tables, TableCount{Name: t.name, Rows: n, Columns: t.columns})
	}
	_, err = conn.Exec(ctx, "COMMIT")
	return mapError(err)
}

// list is the table with its columns, as COPY wants it.
func (t pgTable) list() string {
	cols := make([]string, len(t.columns))
	for i, c := range t.columns {
		cols[i] = quote(c)
	}
	return quote(t.name) + " (" + strings.Join(cols, ", ") + ")"
}

// describePostgres fills m from the snapshot.
func describePostgres(ctx context.Context, c *pgx.Conn, tables []pgTable, m *Manifest) error {
	has := func(name string) bool {
		return slices.ContainsFunc(tables, func(t pgTable) bool { return t.name == name })
	}
	if has(gooseTable) {
		if err := c.QueryRow(ctx, `SELECT COALESCE(max(version_id), 0) FROM `+gooseTable).Scan(&m.Schema); err != nil {
			return mapError(err)
		}
	}
	if has("meta") {
		var epoch string
		if err := c.QueryRow(ctx, `SELECT value FROM meta WHERE key = $1`, MetaEpoch).Scan(&epoch); err != nil {
			return mapError(err)
		}
		var err error
		if m.Epoch, err = strconv.ParseInt(epoch, 10, 64); err != nil {
			return ErrMisuse.Wrap(err)
		}
	}
	if !has("journal_head") {
		return nil
	}
	rows, err := c.Query(ctx, `SELECT publisher_id, seq, hash FROM journal_head ORDER BY publisher_id`)
	if err != nil {
		return mapError(err)
	}
	heads, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (h JournalHead, err error) {
		var publisher [16]byte
		var hash []byte
		err = r.Scan(&publisher, &h.Seq, &hash)
		h.Publisher, h.Hash = hex.EncodeToString(publisher[:]), hex.EncodeToString(hash)
		return h, err
	})
	m.Journal = append(m.Journal, heads...)
	return mapError(err)
}

// verifyPostgres counts the rows of each file: one line is one row.
func verifyPostgres(src string, m Manifest) error {
	for _, t := range m.Tables {
		name := t.Name + ".copy"
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name }) {
			return damaged(name, "missing")
		}
		n, err := lines(filepath.Join(src, name))
		if err != nil {
			return ErrBackupIO.Wrap(err)
		}
		if n != t.Rows {
			return damaged(name, "of other contents than the manifest says")
		}
	}
	return nil
}

func lines(path string) (n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	buf := make([]byte, 1<<16)
	for {
		k, err := f.Read(buf)
		n += int64(bytes.Count(buf[:k], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// restorePostgres migrates the empty database to the backup's schema and loads
// every table, and the raised epoch, in one transaction. A database in which that
// was begun and never committed is as good as an empty one.
func restorePostgres(ctx context.Context, o Options, src string, m Manifest) error {
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	p := d.backend.(*pg)
	there, err := p.tables(ctx)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		if loading, err := d.loading(ctx); err != nil || !loading {
			return ErrNotEmpty.With("name", there[0].name).Wrap(err)
		}
	}
	if err := d.MigrateTo(ctx, 1); err != nil {
		return err
	}
	if err := d.Write(ctx, func(tx *Tx) error { return SetMeta(tx, MetaLoading, m.Name()) }); err != nil {
		return err
	}
	if err := d.MigrateTo(ctx, m.Schema); err != nil {
		return err
	}
	if there, err = p.tables(ctx); err != nil {
		return err
	}
	order, err := loadOrder(there)
	if err != nil {
		return err
	}
	for _, t := range m.Tables {
		if !slices.ContainsFunc(order, func(o pgTable) bool { return o.name == t.Name }) {
			return damaged(t.Name+".copy", "of no table of this schema")
		}
	}
	c, err := acquire(ctx, p.writes)
	if err != nil {
		return err
	}
	defer c.Release() // inside a transaction it is closed, not reused
	return p.load(ctx, c.Conn(), order, src, m)
}

// loading reports whether the load of a backup was begun here.
func (d *DB) loading(ctx context.Context) (yes bool, err error) {
	err = d.Read(ctx, func(r *Reader) error {
		name, err := Meta(r, MetaLoading)
		yes = name != ""
		return err
	})
	return yes, err
}

// tables is pgTables on a connection that is given back: there may be only one.
func (p *pg) tables(ctx context.Context) ([]pgTable, error) {
	c, err := acquire(ctx, p.writes)
	if err != nil {
		return nil, err
	}
	defer c.Release()
	return pgTables(ctx, c.Conn())
}

// loadOrder sorts tables so that each comes after those it refers to.
func loadOrder(tables []pgTable) ([]pgTable, error) {
	var out []pgTable
	placed := map[string]bool{}
	for len(out) < len(tables) {
		before := len(out)
		for _, t := range tables {
			if !placed[t.name] && !slices.ContainsFunc(t.refs, func(r string) bool { return !placed[r] }) {
				placed[t.name] = true
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, ErrMisuse.With("what", "tables refer to each other in a circle")
		}
	}
	return out, nil
}

func (p *pg) load(ctx context.Context, c *pgx.Conn, order []pgTable, src string, m Manifest) error {
	if _, err := c.Exec(ctx, beginWrite); err != nil {
		return mapError(err)
	}
	for _, t := range slices.Backward(order) { // rows that migrations inserted
		if t.name == gooseTable {
			continue
		}
		if _, err := c.Exec(ctx, "DELETE FROM "+quote(t.name)); err != nil {
			return mapError(err)
		}
	}
	for _, t := range order {
		if err := loadTable(ctx, c, t, src, m); err != nil {
			return err
		}
	}
	if _, err := c.Exec(ctx, `UPDATE meta SET value = (CAST(value AS bigint) + 1)::text WHERE key = $1`, MetaEpoch); err != nil {
		return mapError(err)
	}
	if _, err := c.Exec(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, MetaRestoring, m.Name()); err != nil {
		return mapError(err)
	}
	if err := p.commit(ctx, c); err != nil {
		return err
	}
	_, err := c.Exec(ctx, "ANALYZE") // without it the first plans are bad
	return mapError(err)
}

// loadTable copies one file in. The columns are those of the backup.
func loadTable(ctx context.Context, c *pgx.Conn, t pgTable, src string, m Manifest) error {
	if t.name == gooseTable {
		return nil
	}
	i := slices.IndexFunc(m.Tables, func(b TableCount) bool { return b.Name == t.name })
	if i < 0 {
		return damaged(t.name+".copy", "missing")
	}
	f, err := os.Open(filepath.Join(src, t.name+".copy"))
	if err != nil {
		return ErrBackupIO.Wrap(err)
	}
	defer func() { _ = f.Close() }()
	from := pgTable{name: t.name, columns: m.Tables[i].Columns}
	tag, err := c.PgConn().CopyFrom(ctx, f, "COPY "+from.list()+" FROM STDIN")
	if err != nil {
		return mapError(err)
	}
	if tag.RowsAffected() != m.Tables[i].Rows {
		return damaged(t.name+".copy", "of other contents than the manifest says")
	}
	return nil
}
