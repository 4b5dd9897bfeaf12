package trial

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

type (
	requestID = db.ID[request]
	visitorID = db.ID[taken]
)

// request is a visitor's wish as it is stored.
type request struct {
	id        requestID // the first 128 bits of the code's keyed hash
	visitor   visitorID // the same of article and mail address
	article   catalog.ArticleID
	number    string
	expires   time.Time
	confirmed time.Time // zero = not yet
}

// taken marks that an address has taken the trial of an article.
type taken struct{}

var (
	qRequestAdd = db.SQL("trial.request_add", `INSERT INTO trial_request
		(publisher_id, id, visitor, article_id, number, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	qRequest = db.SQL("trial.request", `SELECT id, visitor, article_id, number, expires_at, confirmed_at FROM trial_request
		WHERE publisher_id = ? AND id = ?`)
	qConfirmed = db.SQL("trial.confirmed", `UPDATE trial_request SET confirmed_at = ?
		WHERE publisher_id = ? AND id = ? AND confirmed_at IS NULL`)
	qRequestPurge = db.SQL("trial.request_purge", `DELETE FROM trial_request WHERE publisher_id = ? AND id IN
		(SELECT id FROM trial_request WHERE publisher_id = ? AND expires_at <= ? ORDER BY expires_at LIMIT 500)`)

	// Whoever inserts the mark makes the ticket: on PostgreSQL the second of two waits
	// here for the first, and then inserts nothing.
	qTake = db.SQL("trial.take", `INSERT INTO trial_taken (publisher_id, id, article_id, taken_at, forget_at)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (publisher_id, id) DO NOTHING`)
	qTicket = db.SQL("trial.ticket", `UPDATE trial_taken SET ticket_id = ? WHERE publisher_id = ? AND id = ?`)
	qTaken  = db.SQL("trial.taken", `SELECT ticket_id FROM trial_taken WHERE publisher_id = ? AND id = ?`)
	qForget = db.SQL("trial.forget", `DELETE FROM trial_taken WHERE publisher_id = ? AND id IN
		(SELECT id FROM trial_taken WHERE publisher_id = ? AND forget_at <= ? ORDER BY forget_at LIMIT 500)`)
)

func requestOf(q db.Querier, p actor.PublisherID, id requestID) (request, bool, error) {
	found, err := db.List(q, func(r *db.Rows) (x request, err error) {
		var expires, confirmed db.Time
		err = r.Scan(&x.id, &x.visitor, &x.article, &x.number, &expires, &confirmed)
		x.expires, x.confirmed = expires.Time, confirmed.Time
		return x, err
	}, qRequest, p, id)
	if err != nil || len(found) == 0 {
		return request{}, false, err
	}
	return found[0], true, nil
}

// ticketOf returns the ticket of an address that has taken a trial.
func ticketOf(q db.Querier, p actor.PublisherID, id visitorID) (ticket license.TicketID, known bool, err error) {
	err = q.QueryRow(qTaken, p, id).Scan(&ticket)
	if errors.Is(err, db.ErrNotFound) {
		return ticket, false, nil
	}
	return ticket, err == nil, err
}

// Purge deletes requests of a publisher whose time is over, and forgets who has
// taken what as their offers say, some at a time.
func Purge(tx *db.Tx, p actor.PublisherID) (int64, error) {
	now := db.At(tx.Now())
	gone, err := tx.Exec(qRequestPurge, p, p, now)
	if err != nil {
		return gone, err
	}
	forgotten, err := tx.Exec(qForget, p, p, now)
	return gone + forgotten, err
}
