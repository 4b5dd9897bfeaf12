package license

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const pairingColumns = `p.id, p.ticket_id, p.licenses, p.expires_at, p.used_at, p.container_id, p.refusal`

var (
	qPairingInsert = db.SQL("license.pairing_insert", `
INSERT INTO pairing (publisher_id, id, ticket_id, licenses, expires_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (publisher_id, id) DO NOTHING`)
	qPairings = db.SQL("license.pairings", `
SELECT `+pairingColumns+` FROM pairing p WHERE p.publisher_id = ? AND {ids:p.id}`)
	qPairingsLock = db.SQL("license.pairings_lock", `
SELECT `+pairingColumns+` FROM pairing p WHERE p.publisher_id = ? AND {ids:p.id} ORDER BY p.id {for_update}`)
	qPairingUpdate = db.SQL("license.pairing_update", `
UPDATE pairing SET used_at = ?, container_id = ?, refusal = ? WHERE publisher_id = ? AND id = ? AND used_at IS NULL`)
	qPairingPurge = db.SQL("license.pairing_purge", `
DELETE FROM pairing WHERE publisher_id = ? AND id IN
  (SELECT id FROM pairing WHERE publisher_id = ? AND expires_at < ? ORDER BY expires_at LIMIT 500)`)
)

func scanPairing(r *db.Rows) (*pairing, error) {
	p := &pairing{}
	var licenses db.JSON[[]LicenseID]
	var expires, used db.Time
	err := r.Scan(&p.id, &p.ticket, &licenses, &expires, &used, &p.container, &p.refusal)
	p.licenses, p.expires, p.used = licenses.V, expires.Time, used.Time
	return p, err
}

// pairingOf reads a pairing of a ticket by its code's possible names.
func pairingOf(q db.Querier, p actor.PublisherID, ids []lookupID, of TicketID) (*pairing, error) {
	list, err := db.List(q, scanPairing, qPairings, p, db.IDs[lookupRow](ids))
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		if one.ticket == of {
			return one, nil
		}
	}
	return nil, ErrUnknownPairing
}

func insertPairing(tx *db.Tx, p actor.PublisherID, one *pairing) error {
	n, err := tx.Exec(qPairingInsert, p, one.id, one.ticket, db.JSON[[]LicenseID]{V: one.licenses}, db.At(one.expires))
	return exactly(1, n, err)
}

// openPairings locks the pairing codes of a batch. One that can be used opens
// its licenses like a ticket; the others open nothing.
func (k *desk) openPairings(ids db.IDs[lookupRow]) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := db.List(k.tx, scanPairing, qPairingsLock, k.publisher, ids)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.state(k.tx.Now()) != PairingOpen {
			continue
		}
		if k.pairings == nil {
			k.pairings = map[lookupID]*pairing{}
		}
		k.pairings[p.id] = p
		k.opened[p.id] = &opened{ticket: p.ticket, licenses: p.licenses}
		k.tickets[p.ticket] = nil
		for _, id := range p.licenses {
			k.licenses[id] = nil
		}
	}
	return nil
}

// pairingFor is the open pairing code of a message, nil if it has none.
func (k *desk) pairingFor(m *message) *pairing {
	if !m.paired {
		return nil
	}
	for _, id := range m.lookups {
		if p := k.pairings[id]; p != nil && p.used.IsZero() {
			return p
		}
	}
	return nil
}

func (k *desk) writePairings() error {
	for _, p := range k.pairings {
		if !p.dirty {
			continue
		}
		n, err := k.tx.Exec(qPairingUpdate, db.At(p.used), p.container, p.refusal, k.publisher, p.id)
		if err := exactly(1, n, err); err != nil {
			return err
		}
	}
	return nil
}

// PurgePairings deletes pairing codes of a publisher that expired before a
// moment, at most 500, and returns how many. It is a part: it checks no rights.
func PurgePairings(tx *db.Tx, p actor.PublisherID, before time.Time) (int64, error) {
	return tx.Exec(qPairingPurge, p, p, db.At(before))
}
