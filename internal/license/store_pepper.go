package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

var (
	qPepperUse = db.SQL("license.pepper_use", `
SELECT COUNT(pepper) FROM code_lookup WHERE pepper = ?`)
	// In the order of the primary key, so that one pass meets every row once: a
	// row that has moved is under the newest pepper wherever it lands.
	qPepperNext = db.SQL("license.pepper_next", `
SELECT k.lookup, k.publisher_id, k.kind, k.id, COALESCE(t.sealed, l.key_sealed) FROM code_lookup k
LEFT JOIN ticket t ON k.kind = 'ticket' AND t.publisher_id = k.publisher_id AND t.id = k.id
LEFT JOIN license l ON k.kind = 'key' AND l.publisher_id = k.publisher_id AND l.id = k.id
WHERE k.lookup > ? AND k.pepper <> ? ORDER BY k.lookup LIMIT ?`)
	qLookupMove = db.SQL("license.lookup_move", `
INSERT INTO code_lookup (lookup, publisher_id, kind, id, pepper) VALUES {rows} ON CONFLICT (lookup) DO NOTHING`)
	qLookupGone = db.SQL("license.lookup_gone", `
DELETE FROM code_lookup WHERE {ids:lookup}`)
)

// codeRow is the Row of an entry of Codes.
type codeRow struct {
	lookup lookupID
	kind   string
	id     [16]byte
}

// PepperUse counts the ticket codes and license keys that are stored under a
// pepper. It reads the whole table: for the administrator only.
func PepperUse(q db.Querier, pepper int64) (n int64, err error) {
	err = q.QueryRow(qPepperUse, pepper).Scan(&n)
	return n, err
}

// Codes is the table of ticket codes and license keys, for moving them to another
// pepper. All other keyed hashes (API keys, fingerprints, addresses) are under the
// key that never changes.
func Codes() sign.Table {
	return sign.Table{Next: nextCodes, Code: normalCode, Move: moveCodes}
}

func nextCodes(q db.Querier, newest int64, after any, limit int) ([]sign.Entry, error) {
	from, _ := after.(codeRow)
	lookup := from.lookup
	if lookup.IsZero() {
		lookup[15] = 1 // NULL is behind nothing; no hash is that small
	}
	return db.List(q, func(r *db.Rows) (sign.Entry, error) {
		var (
			row codeRow
			p   actor.PublisherID
			id  lookupID
			e   sign.Entry
		)
		err := r.Scan(&row.lookup, &p, &row.kind, &id, &e.Sealed)
		row.id = id
		e.Publisher, e.Row, e.AAD = p, row, row.id[:]
		return e, err
	}, qPepperNext, lookup, newest, limit)
}

// normalCode returns what is hashed of a sealed copy: a ticket's is that already,
// a key's is the key as it is printed.
func normalCode(e sign.Entry, plain []byte) ([]byte, error) {
	if row, ok := e.Row.(codeRow); !ok || row.kind == kindTicket {
		return plain, nil
	}
	key, err := wire.ParseKey(string(plain))
	if err != nil {
		return nil, err
	}
	return key.Bytes(), nil
}

func moveCodes(tx *db.Tx, newest int64, moved []sign.Moved) error {
	rows := make([][]any, 0, len(moved))
	gone := make(db.IDs[lookupRow], 0, len(moved))
	for _, m := range moved {
		row, ok := m.Row.(codeRow)
		if !ok {
			return db.ErrMisuse.With("what", "a row of another table")
		}
		rows = append(rows, []any{lookupID(m.Lookup[:16]), m.Publisher, row.kind, row.id[:], newest})
		gone = append(gone, row.lookup)
	}
	if _, err := tx.ExecMany(qLookupMove, rows); err != nil {
		return err
	}
	_, err := tx.Exec(qLookupGone, gone)
	return err
}
