package connect

import (
	"time"

	"github.com/licet/licet/internal/db"
)

// MailID names a letter.
type MailID = db.ID[Mail]

// Mail is a letter as it is stored.
type Mail struct {
	ID      MailID
	Kind    string
	State   MailState
	Status  string // numbers of the mail server's last answer, or a code of ours; "" = none yet
	Created time.Time

	sealed []byte // empty once it has ended
}

var (
	qMailAdd = db.SQL("connect.mail_add", `INSERT INTO mail
		(publisher_id, id, kind, sealed, state, created_at, deadline) VALUES (?, ?, ?, ?, 'open', ?, ?)`)
	qMail = db.SQL("connect.mail", `SELECT id, kind, state, status, created_at, sealed FROM mail
		WHERE publisher_id = ? AND id = ?`)
	qMailTried = db.SQL("connect.mail_tried", `UPDATE mail
		SET state = ?, sealed = ?, status = ?, attempts = attempts + 1, ended_at = ?
		WHERE publisher_id = ? AND id = ? AND state = 'open'`)
	qMailWaiting = db.SQL("connect.mail_waiting", `SELECT created_at, status FROM mail
		WHERE state = 'open' ORDER BY created_at LIMIT 1`)
	// In two steps, as for deliveries.
	qMailPurgeable = db.SQL("connect.mail_purgeable", `SELECT id FROM mail
		WHERE publisher_id = ? AND id < ? AND state <> 'open' ORDER BY id LIMIT 1000`)
	qMailPurge = db.SQL("connect.mail_purge", `DELETE FROM mail WHERE publisher_id = ? AND {ids:id}`)
)

func scanMail(rows *db.Rows) (Mail, error) {
	var m Mail
	var created db.Time
	err := rows.Scan(&m.ID, &m.Kind, &m.State, &m.Status, &created, &m.sealed)
	m.Created = created.Time
	return m, err
}
