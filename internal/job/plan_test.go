package job

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// A month of jobs of which nearly all are done: workers, the health page and the
// purge read nothing of those.
func TestPlans(t *testing.T) {
	p, id, now := actor.PublisherID{0: 1}, ID{15: 9}, db.At(dbtest.Start)
	dbtest.Large{
		Tables: []dbtest.Table{{
			Name: "job", Columns: "id, publisher_id, kind, payload, unique_key, state, due, max_attempts, created_at, finished_at",
			Values: "ID(n), P, 'k', '{}', 'u' || n, CASE WHEN n % 1000 = 0 THEN 'open' WHEN n % 1000 = 1 THEN 'dead' ELSE 'done' END, n, 12, n, n",
		}},
		Small: []string{"job_due", "job_dead"},
		Statements: map[*db.Stmt][]any{
			qOpenByKey: {"u9"}, qClaim: {now, now, 4}, qDue: {now}, qProgress: {1, 2, now, id, 1}, qFinish: {"{}", now, id, 1},
			qFail: {"open", now, "", now, id, 1}, qRetry: {now, id}, qByID: {id}, qList: {p, id, "", "", 100},
			qListIn: {p, id, db.IDs[actor.Org]{{15: 1}}, "", "", 100}, qPurgeable: {id, now}, qPurge: {db.IDs[Job]{id}}, qHealth: {},
		},
	}.StayOnIndexes(t)
}
