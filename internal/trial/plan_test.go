package trial

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
)

// Many who have taken a trial, and some who ask: everything reads one row, or the
// few whose time is over.
func TestPlans(t *testing.T) {
	p, now := actor.PublisherID{0: 1}, db.At(dbtest.Start)
	request, visitor := requestID{15: 9}, visitorID{15: 9}
	dbtest.Large{
		Tables: []dbtest.Table{
			{
				Name: "trial_request", Columns: "publisher_id, id, visitor, article_id, number, created_at, expires_at",
				Values: "P, ID(n), ID(n), ID(1), 'A', n, n",
			},
			{
				Name: "trial_taken", Columns: "publisher_id, id, article_id, ticket_id, taken_at, forget_at",
				Values: "P, ID(n), ID(1), ID(n), n, n",
			},
		},
		Statements: map[*db.Stmt][]any{
			qRequest: {p, request}, qConfirmed: {now, p, request}, qRequestPurge: {p, p, db.Time{}},
			qTicket: {license.TicketID{1}, p, visitor}, qTaken: {p, visitor}, qForget: {p, p, db.Time{}},
		},
	}.StayOnIndexes(t)
}
