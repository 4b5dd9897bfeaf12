package license

import "github.com/licet/licet/internal/db"

// bulk is an insert of many rows: on SQLite as rows of one statement, on
// PostgreSQL as one array per column, because there a round trip costs more than
// the rows.
type bulk struct {
	rows   *db.Stmt // ends in VALUES {rows}
	arrays *db.Stmt // a pair; its SQLite text is that of one row
}

// rowID is an id of any kind in a row of a bulk insert.
type rowID = db.ID[lookupRow]

// insert writes rows. Columns are rowID, string, int64, bool, []byte or db.Time,
// the same in every row. NULL is the zero of its type; the statement says which
// columns may be NULL.
func (b bulk) insert(tx *db.Tx, rows [][]any) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	if tx.Engine() == db.SQLite {
		return tx.ExecMany(b.rows, rows)
	}
	args := make([]any, len(rows[0]))
	for j := range args {
		args[j] = column(rows, j)
	}
	return tx.Exec(b.arrays, args...)
}

// column turns the values of one column into an array.
func column(rows [][]any, j int) any {
	switch rows[0][j].(type) {
	case rowID:
		out := make(db.IDs[lookupRow], len(rows))
		for i, r := range rows {
			out[i] = r[j].(rowID)
		}
		return out
	case string:
		out := make(db.Texts, len(rows))
		for i, r := range rows {
			out[i] = r[j].(string)
		}
		return out
	case []byte:
		out := make(db.Blobs, len(rows))
		for i, r := range rows {
			out[i] = r[j].([]byte)
		}
		return out
	}
	out := make(db.Ints, len(rows))
	for i, r := range rows {
		switch v := r[j].(type) {
		case int64:
			out[i] = v
		case db.Time:
			out[i] = v.Micros()
		case bool:
			if v {
				out[i] = 1
			}
		}
	}
	return out
}

const noID = `CAST('00000000-0000-0000-0000-000000000000' AS uuid)`

var (
	intoContainers = bulk{
		db.SQL("license.container_insert", containerInto+`VALUES {rows} ON CONFLICT (publisher_id, id) DO NOTHING`),
		db.SQLPair("license.containers_insert",
			containerInto+`VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (publisher_id, id) DO NOTHING`,
			containerInto+`
SELECT u.p, u.id, u.kind, u.sign, u.enc, u.state, u.reason, u.first_ctr, u.ctr, u.seq, u.marks, u.virtual <> 0, u.version,
  u.os, u.arch, u.first_at, u.seen_at
FROM unnest(CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]),
  CAST(? AS text[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bytea[]), CAST(? AS bigint[]),
  CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS bigint[]), CAST(? AS bigint[]))
  AS u(p, id, kind, sign, enc, state, reason, first_ctr, ctr, seq, marks, virtual, version, os, arch, first_at, seen_at)
ON CONFLICT (publisher_id, id) DO NOTHING`),
	}
	intoActivations = bulk{
		db.SQL("license.activation_insert", activationInto+`VALUES {rows}`),
		db.SQLPair("license.activations_insert", activationInto+`VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, activationInto+`
SELECT u.p, u.id, u.license, u.box, u.gen, u.slot, u.quantity, u.state, u.version, u.started, NULLIF(u.elapses, 0), NULLIF(u.lent, 0)
FROM unnest(CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS bigint[]),
  CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS text[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]))
  AS u(p, id, license, box, gen, slot, quantity, state, version, started, elapses, lent)`),
	}
	intoExchanges = bulk{
		db.SQL("license.exchange_insert", exchangeInto+`VALUES {rows} ON CONFLICT (publisher_id, id) DO NOTHING`),
		db.SQLPair("license.exchanges_insert",
			exchangeInto+`VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (publisher_id, id) DO NOTHING`, exchangeInto+`
SELECT u.p, u.id, u.box, u.ctr, u.hash, NULLIF(u.bundle, `+noID+`), u.answer, u.refusal, u.at
FROM unnest(CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS bigint[]), CAST(? AS bytea[]),
  CAST(? AS uuid[]), CAST(? AS bytea[]), CAST(? AS text[]), CAST(? AS bigint[]))
  AS u(p, id, box, ctr, hash, bundle, answer, refusal, at)
ON CONFLICT (publisher_id, id) DO NOTHING`),
	}
)

const (
	containerInto = `
INSERT INTO container (publisher_id, id, kind, sign_key, encrypt_key, state, reason, first_ctr, ctr, seq, marks, virtual,
  app_version, app_os, app_arch, first_at, seen_at) `
	activationInto = `
INSERT INTO activation (publisher_id, id, license_id, container_id, gen, slot, quantity, state, version, started_at,
  elapses_at, lent_until) `
	exchangeInto = `
INSERT INTO exchange (publisher_id, id, container_id, ctr, hash, bundle_id, answer, refusal, at) `
)
