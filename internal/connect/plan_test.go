package connect

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// 10^5 deliveries of one publisher: sending, listing and purging read what they
// are about.
func TestPlans(t *testing.T) {
	p, id, now := actor.PublisherID{0: 1}, DeliveryID{15: 9}, db.At(dbtest.Start)
	dbtest.Large{
		Tables: []dbtest.Table{
			{
				Name: "webhook_endpoint", Columns: "publisher_id, id, org_id, url, events, secret, state, seen, created_at",
				Values: "P, ID(n), ID(1), 'u', '[]', EMPTY, 'paused', 0, n",
			},
			{
				Name: "webhook_delivery", Columns: "publisher_id, id, endpoint_id, seq, event, body, state, created_at",
				Values: "P, ID(n), ID(1 + n % 10), n, 'e', '{}', CASE WHEN n % 1000 = 0 THEN 'open' ELSE 'delivered' END, n",
			},
			{
				Name: "mail", Columns: "publisher_id, id, kind, sealed, state, created_at, deadline",
				Values: "P, ID(n), 'k', CASE WHEN n % 10000 = 0 THEN EMPTY END, CASE WHEN n % 10000 = 0 THEN 'open' ELSE 'sent' END, n, n",
			},
		},
		Statements: map[*db.Stmt][]any{
			qEndpoint: {p, id}, qEndpointLock: {p, id}, qEndpoints: {p, id, 100},
			qEndpointSet: {"u", "[]", "active", []byte{}, nil, nil, p, id, 1}, qSeen: {2, p, id, 1},
			qDelivery: {p, id}, qDeliveries: {p, id, 50, 100}, qTried: {"open", 200, "", now, p, id}, qReopen: {p, id}, qPurgeable: {p, id}, qPurge: {p, db.IDs[Delivery]{id}},
			qMail: {p, MailID(id)}, qMailTried: {"sent", nil, "", now, p, MailID(id)}, qMailWaiting: {}, qMailPurgeable: {p, MailID(id)}, qMailPurge: {p, db.IDs[Mail]{MailID(id)}},
		},
		Small: []string{"mail_open"},
	}.StayOnIndexes(t)
}
