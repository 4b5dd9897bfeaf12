package license

import (
	"bytes"
	"encoding/json"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

var (
	qBundle = db.SQL("license.bundle", `
SELECT lines FROM exchange_bundle WHERE publisher_id = ? AND id = ?`)
	qExchangeRenew = db.SQL("license.exchange_renew", `
UPDATE exchange SET answer = ?, bundle_id = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qExchangePage = db.SQL("license.exchange_page", `
SELECT id, answer FROM exchange WHERE publisher_id = ? AND id > ? ORDER BY id LIMIT ?`)
)

// termsOf reads and prepares frozen terms.
func termsOf(q db.Querier, p actor.PublisherID, ids db.IDs[Terms]) (map[SnapshotID]*Terms, error) {
	rows, err := q.Query(qSnapshots, p, ids)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[SnapshotID]*Terms{}
	for rows.Next() {
		var id SnapshotID
		var raw []byte
		if err := rows.Scan(&id, &raw); err != nil {
			return nil, err
		}
		t := &Terms{}
		if err := json.Unmarshal(raw, t); err != nil {
			return nil, err
		}
		if err := t.init(); err != nil {
			return nil, err
		}
		out[id] = t
	}
	return out, rows.Err()
}

// appendAnswer adds one prepared token to a recorded answer: a line of type, key
// id and payload. Payloads are JSON on one line.
func appendAnswer(b []byte, p sign.Prepared) []byte {
	b = append(b, p.Typ...)
	b = append(b, ' ')
	b = append(b, p.KID...)
	b = append(b, ' ')
	b = append(b, p.Payload...)
	return append(b, '\n')
}

// decodeAnswer reads a recorded answer. It returns ErrAnswerGone for anything
// else.
func decodeAnswer(b []byte) ([]sign.Prepared, error) {
	var out []sign.Prepared
	for line := range bytes.Lines(b) {
		typ, rest, ok1 := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		kid, payload, ok2 := bytes.Cut(rest, []byte(" "))
		if !ok1 || !ok2 {
			return nil, ErrAnswerGone
		}
		out = append(out, sign.Prepared{Typ: wire.Type(typ), KID: string(kid), Payload: payload})
	}
	return out, nil
}
