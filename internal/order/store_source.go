package order

import (
	"encoding/json"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

type ownerID = actor.OrgID

const sourceColumns = `id, name, kind, org_id, secret, unknown, state, created_at, rev`

var (
	qSourceInsert = db.SQL("order.source_insert", `INSERT INTO order_source
		(publisher_id, id, name, kind, org_id, secret, unknown, state, created_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, 1)
		ON CONFLICT (publisher_id, name) DO NOTHING`)
	qSource = db.SQL("order.source", `SELECT `+sourceColumns+` FROM order_source
		WHERE publisher_id = ? AND id = ?`)
	qSourceLock = db.SQL("order.source_lock", `SELECT `+sourceColumns+` FROM order_source
		WHERE publisher_id = ? AND id = ? {for_update}`)
	qSources = db.SQL("order.sources", `SELECT `+sourceColumns+` FROM order_source
		WHERE publisher_id = ? ORDER BY publisher_id, name`)
	qSourceSet = db.SQL("order.source_set", `UPDATE order_source
		SET secret = ?, unknown = ?, state = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
)

func scanSource(r *db.Rows) (Source, error) {
	var s Source
	var created db.Time
	err := r.Scan(&s.ID, &s.Name, &s.Kind, &s.Org, &s.sealed, &s.Unknown, &s.State, &created, &s.Rev)
	s.CreatedAt = created.Time
	return s, err
}

func sourceOf(q db.Querier, stmt *db.Stmt, p actor.PublisherID, id SourceID) (Source, error) {
	found, err := db.List(q, scanSource, stmt, p, id)
	if err != nil {
		return Source{}, err
	}
	if len(found) == 0 {
		return Source{}, ErrSourceNotFound
	}
	return found[0], nil
}

// open returns the secrets of a source.
func (s *Service) open(q db.Querier, p actor.PublisherID, src Source) (secrets, error) {
	var out secrets
	plain, err := s.vault.Open(q, p, src.ID[:], src.sealed)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(plain, &out)
}

func (s *Service) seal(q db.Querier, p actor.PublisherID, id SourceID, in secrets) ([]byte, error) {
	plain, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(q, p, id[:], plain)
}
