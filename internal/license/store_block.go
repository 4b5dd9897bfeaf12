package license

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// blockChange marks the ids of what the next block list must know of.
type blockChange struct{}

var (
	qBlockList = db.SQL("license.block_list", `
SELECT seq, issued_at, kid, content, ids, tokens, due_at FROM block_list WHERE publisher_id = ?`)
	qBlockListInsert = db.SQL("license.block_list_insert", `
INSERT INTO block_list (publisher_id, seq, issued_at, kid, content, ids, tokens, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (publisher_id) DO NOTHING`)
	qBlockListUpdate = db.SQL("license.block_list_update", `
UPDATE block_list SET seq = ?, issued_at = ?, kid = ?, content = ?, ids = ?, tokens = ?, due_at = ?
WHERE publisher_id = ? AND seq = ?`)
	qBlockChangeInsert = db.SQL("license.block_change_insert", `
INSERT INTO block_change (publisher_id, id) VALUES (?, ?)`)
	qBlockChanges = db.SQL("license.block_changes", `
SELECT id FROM block_change WHERE publisher_id = ? ORDER BY id LIMIT ?`)
	qBlockChangesDelete = db.SQL("license.block_changes_delete", `
DELETE FROM block_change WHERE publisher_id = ? AND {ids:id}`)

	qBlockDue = db.SQL("license.block_due", `
SELECT publisher_id FROM block_change UNION
SELECT publisher_id FROM block_list WHERE due_at <= ? OR tokens <> '' AND seq < ?`)
	qBlockSigned = db.SQL("license.block_signed", `
SELECT publisher_id, kid FROM block_list WHERE tokens <> ''`)
	qBlockSweep = db.SQL("license.block_sweep", `
SELECT publisher_id FROM activation WHERE away = TRUE UNION
SELECT publisher_id FROM container WHERE state <> 'active' AND state = 'blocked' UNION
SELECT publisher_id FROM license WHERE state = 'blocked'`)

	qAwayBoxes = db.SQL("license.away_boxes", `
SELECT container_id FROM activation WHERE publisher_id = ? AND away = TRUE UNION
SELECT id FROM container WHERE publisher_id = ? AND state <> 'active' AND state = 'blocked' UNION
SELECT a.container_id FROM license l JOIN activation a ON a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0
WHERE l.publisher_id = ? AND l.state = 'blocked'`)
	qAwayOf = db.SQL("license.away_of_containers", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND {ids:a.container_id} AND a.away = TRUE`)

	qContainersListed = db.SQL("license.containers_listed", `
UPDATE container SET listed = TRUE WHERE publisher_id = ? AND {ids:id} AND listed = FALSE`)
	qContainerUnlisted = db.SQL("license.container_unlisted", `
UPDATE container SET listed = FALSE WHERE publisher_id = ? AND id = ?`)
)

// noteBlocks makes the next look find a publisher whose block list may have to change.
func noteBlocks(tx *db.Tx, p actor.PublisherID) error {
	_, err := tx.Exec(qBlockChangeInsert, p, db.NewID[blockChange](tx))
	return err
}

// blockListOf reads the list that counts, an empty row where there is none.
func blockListOf(q db.Querier, p actor.PublisherID) (*blockRow, error) {
	r := &blockRow{}
	var issued, due db.Time
	err := q.QueryRow(qBlockList, p).Scan(&r.seq, &issued, &r.kid, &r.content, &r.ids, &r.tokens, &due)
	if errors.Is(err, db.ErrNotFound) {
		return r, nil
	}
	r.issued, r.due = issued.Time, due.Time
	return r, err
}

// store makes r the list that counts instead of the one before. It returns false when
// somebody else has made one meanwhile.
func (r *blockRow) store(tx *db.Tx, p actor.PublisherID, before int64) (bool, error) {
	n, err := tx.Exec(qBlockListUpdate, r.seq, db.At(r.issued), r.kid, r.content, r.ids, r.tokens, db.At(r.due), p, before)
	if err == nil && n == 0 && before == 0 {
		n, err = tx.Exec(qBlockListInsert, p, r.seq, db.At(r.issued), r.kid, r.content, r.ids, r.tokens, db.At(r.due))
	}
	return n == 1, err
}

// suspectedOf reads some containers with what they hold and what is away.
func suspectedOf(q db.Querier, p actor.PublisherID, ids db.IDs[Container]) ([]suspected, db.IDs[License], error) {
	boxes, err := db.List(q, scanContainer, qContainersSeen, p, ids)
	if err != nil {
		return nil, nil, err
	}
	at := map[ContainerID]int{}
	out := make([]suspected, len(boxes))
	for i, box := range boxes {
		at[box.ID], out[i].box = i, box
	}
	var licenses db.IDs[License]
	for _, stmt := range []*db.Stmt{qContainersLive, qAwayOf} {
		acts, err := db.List(q, scanActivation, stmt, p, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range acts {
			s := &out[at[a.Container]]
			s.acts = append(s.acts, a)
			if !licenses.Contains(a.License) {
				licenses = append(licenses, a.License)
			}
		}
	}
	return out, licenses, nil
}

// blocksOf reads what a publisher's block list is to say now.
func (s *Service) blocksOf(q db.Querier, p actor.PublisherID, now time.Time) (*blocks, error) {
	ids, err := db.List(q, func(r *db.Rows) (id ContainerID, err error) { err = r.Scan(&id); return id, err }, qAwayBoxes, p, p, p)
	if err != nil {
		return nil, err
	}
	b := &blocks{}
	for len(ids) > 0 {
		some := ids[:min(chunk, len(ids))]
		ids = ids[len(some):]
		list, named, err := suspectedOf(q, p, some)
		if err != nil {
			return nil, err
		}
		found, err := db.List(q, scanLicense, qLicensesByID, p, named)
		if err != nil {
			return nil, err
		}
		if err := s.attach(q, p, found); err != nil {
			return nil, err
		}
		licenses := make(map[LicenseID]*License, len(found))
		for _, l := range found {
			licenses[l.ID] = l
		}
		for _, one := range list {
			b.add(one, licenses, now)
		}
	}
	b.close(maxListed)
	return b, nil
}
