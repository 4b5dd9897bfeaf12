package license

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/licet/licet/internal/db"
)

// The kinds of columns in a shipped row.
type columnKind byte

const (
	idColumn columnKind = iota
	intColumn
	textColumn
	boolColumn
	bytesColumn
)

// shipped is one table of the issuance journal: how its rows are read by id,
// and brought back where the database has an older one or none.
type shipped struct {
	name    string
	columns []string
	kinds   []columnKind
	read    *db.Stmt
	write   *db.Stmt
}

// table declares a shipped table. columns are "name kind", the first two being
// the key. A table with a rev replaces older rows; the rows of one without never
// change.
func table(name, columns string) *shipped {
	t := &shipped{name: name}
	rev := false
	for part := range strings.SplitSeq(columns, ",") {
		column, kind, _ := strings.Cut(strings.TrimSpace(part), " ")
		t.columns = append(t.columns, column)
		t.kinds = append(t.kinds, map[string]columnKind{
			"id": idColumn, "int": intColumn, "text": textColumn, "bool": boolColumn, "bytes": bytesColumn,
		}[kind])
		rev = rev || column == "rev"
	}
	list, key, where := strings.Join(t.columns, ", "), "publisher_id, id", "publisher_id = ? AND {ids:id}"
	if name == "code_lookup" {
		key, where = "lookup", "publisher_id = ? AND {ids:lookup}"
	}
	t.read = db.SQL("license.ship_"+name, "SELECT "+list+" FROM "+name+" WHERE "+where)
	action := "DO NOTHING"
	if rev {
		var set []string
		for _, c := range t.columns[2:] {
			set = append(set, c+" = excluded."+c)
		}
		action = "DO UPDATE SET " + strings.Join(set, ", ") + " WHERE " + name + ".rev < excluded.rev"
	}
	t.write = db.SQL("license.replay_"+name,
		"INSERT INTO "+name+" ("+list+") VALUES {rows} ON CONFLICT ("+key+") "+action)
	return t
}

var (
	shipSnapshot = table("license_snapshot", "publisher_id id, id id, line_id id, terms text")
	shipTicket   = table("ticket", "publisher_id id, id id, snapshot_id id, holder_id id, hint text, sealed bytes, state text, rev int")
	shipLicense  = table("license", `publisher_id id, id id, ticket_id id, snapshot_id id, quantity int, overdraft int,
		used int, owed int, taken int, version int, first_at int, until text, key_hint text, key_sealed bytes, state text,
		rev int`)
	shipLookup    = table("code_lookup", "lookup id, publisher_id id, kind text, id id, pepper int")
	shipContainer = table("container", `publisher_id id, id id, kind text, sign_key text, encrypt_key text, state text,
		reason text, first_ctr int, ctr int, seq int, marks bytes, virtual bool, app_version text, app_os text,
		app_arch text, first_at int, seen_at int, rev int`)
	shipActivation = table("activation", `publisher_id id, id id, license_id id, container_id id, gen int, slot int,
		quantity int, shrink int, state text, counted bool, version int, told int, why text, started_at int, ended_at int,
		elapses_at int, rev int`)
	shipBundle   = table("exchange_bundle", "publisher_id id, id id, lines text")
	shipExchange = table("exchange", `publisher_id id, id id, container_id id, ctr int, hash bytes, bundle_id id,
		answer bytes, refusal text, at int, rev int`)
	shipTrial = table("trial_mark", "publisher_id id, id id, license_id id")

	shippedTables = []*shipped{
		shipSnapshot, shipTicket, shipLicense, shipLookup, shipContainer, shipActivation, shipBundle, shipExchange, shipTrial,
	}

	qIssuedRange = db.SQL("license.issued_range", `
SELECT id FROM ticket WHERE publisher_id = ? AND snapshot_id = ? AND id BETWEEN ? AND ? ORDER BY id`)
	qSnapshotTickets = db.SQL("license.tickets_of_snapshot", `
SELECT id FROM ticket WHERE publisher_id = ? AND snapshot_id = ? ORDER BY id`)
	qSealedKeys = db.SQL("license.sealed_keys", `
SELECT id, key_sealed FROM license WHERE publisher_id = ? AND {ids:id} AND key_sealed IS NOT NULL`)
	qExchangeBundles = db.SQL("license.bundles_of_exchanges", `
SELECT DISTINCT bundle_id FROM exchange WHERE publisher_id = ? AND {ids:id} AND bundle_id IS NOT NULL`)
)

// image is a row as it stands in the journal: one JSON value per column.
type image []json.RawMessage

// images reads rows by id, in the form of the journal.
func (t *shipped) images(q db.Querier, args ...any) ([]image, error) {
	return db.List(q, func(r *db.Rows) (image, error) {
		dest := make([]any, len(t.kinds))
		for i, k := range t.kinds {
			switch k {
			case idColumn:
				dest[i] = new(db.ID[image])
			case intColumn:
				dest[i] = new(*int64)
			case textColumn:
				dest[i] = new(*string)
			case boolColumn:
				dest[i] = new(bool)
			case bytesColumn:
				dest[i] = new([]byte)
			}
		}
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
		out := make(image, len(dest))
		for i, v := range dest {
			if id, ok := v.(*db.ID[image]); ok && id.IsZero() {
				out[i] = json.RawMessage("null")
				continue
			}
			b, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			out[i] = b
		}
		return out, nil
	}, t.read, args...)
}

// values turns an image back into what the database stores. ok is false when it
// is no row of this table.
func (t *shipped) values(img image) (row []any, ok bool) {
	if len(img) != len(t.kinds) {
		return nil, false
	}
	for i, raw := range img {
		v, good := t.kinds[i].value(raw)
		if !good {
			return nil, false
		}
		row = append(row, v)
	}
	return row, true
}

func (k columnKind) value(raw json.RawMessage) (any, bool) {
	if string(raw) == "null" {
		if k == idColumn {
			return db.ID[image]{}, true
		}
		return nil, true
	}
	var err error
	switch k {
	case idColumn:
		var s string
		if err = json.Unmarshal(raw, &s); err == nil {
			id, err := db.ParseID[image](s)
			return id, err == nil
		}
	case intColumn:
		var n int64
		err = json.Unmarshal(raw, &n)
		return n, err == nil
	case textColumn:
		var s string
		err = json.Unmarshal(raw, &s)
		return s, err == nil
	case boolColumn:
		var b bool
		err = json.Unmarshal(raw, &b)
		return b, err == nil
	case bytesColumn:
		var s string
		if err = json.Unmarshal(raw, &s); err == nil {
			b, err := base64.StdEncoding.DecodeString(s)
			return b, err == nil
		}
	}
	return nil, false
}
