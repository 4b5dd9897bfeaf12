package license

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
)

// SupportID names an act on somebody's behalf, EntityID whatever it was done to.
type (
	SupportID = db.ID[SupportAct]
	EntityID  = db.ID[entityRow]

	entityRow struct{}
)

const supportColumns = `id, holder_id, verb, entity, entity_id, actor, reason, note, at`

var (
	qSupportInsert = db.SQL("license.support_insert", `
INSERT INTO support_act (publisher_id, id, holder_id, entity, entity_id, verb, actor, reason, salt, note, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	qSupport = db.SQL("license.support", `
SELECT `+supportColumns+` FROM support_act WHERE publisher_id = ? AND id = ? {for_update}`)
	qSupportOf = db.SQL("license.support_of", `
SELECT `+supportColumns+` FROM support_act WHERE publisher_id = ? AND holder_id = ? AND id < ? ORDER BY id DESC LIMIT ?`)
	qNoteErase = db.SQL("license.note_erase", `
UPDATE support_act SET salt = NULL, note = NULL, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)

	supportForm = ship.Form{
		Name: "support_act", Newer: "rev",
		Columns: `publisher_id id, id id, holder_id id, entity text, entity_id id, verb text, actor text, reason text,
			salt bytes, note bytes, at int, rev int`,
	}
	shipSupport = ship.Declare(supportForm,
		db.SQL("license.ship_support", supportForm.Read()), db.SQL("license.replay_support", supportForm.Write()))
)

// supportRow is a row with its note still sealed.
type supportRow struct {
	SupportInfo
	sealed []byte
}

func scanSupport(r *db.Rows) (*supportRow, error) {
	x := &supportRow{}
	var at db.Time
	err := r.Scan(&x.ID, &x.Holder, &x.Verb, &x.Entity, &x.Of, &x.By, &x.Reason, &x.sealed, &at)
	x.At = at.Time
	return x, err
}

// grantedOf returns how many restores support has granted beyond the allowance of a
// license, in its window; of one without any, in a year.
func grantedOf(q db.Querier, p actor.PublisherID, l *License, now time.Time) (n int64, err error) {
	days := l.terms.model().Restore.PerDays
	if days == 0 {
		days = 365
	}
	err = q.QueryRow(qGranted, p, l.ID, db.At(now.Add(-time.Duration(days)*day24))).Scan(&n)
	return n, err
}
