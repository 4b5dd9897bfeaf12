package actor

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// explained is each hot statement of this package with the index that it must
// stay on, whatever the size of its table.
var explained = []struct {
	statement *db.Stmt
	args      []any
	want      map[db.Engine]string
}{
	{qOpenRows, []any{PublisherID{1}, 1000}, map[db.Engine]string{
		db.SQLite: "USING COVERING INDEX journal_seq (publisher_id=? AND seq=?)", db.Postgres: "Index Scan using journal_seq on journal",
	}},
	{qOpenPublisher, []any{PublisherID{15: 1}}, map[db.Engine]string{
		db.SQLite: "INDEX journal_seq (publisher_id=? AND seq=?)", db.Postgres: "journal_seq on journal",
	}},
	{qJournalAfter, []any{PublisherID{1}, 5, 100}, map[db.Engine]string{
		db.SQLite: "USING INDEX journal_seq (publisher_id=? AND seq>?)", db.Postgres: "journal_seq",
	}},
	{qSeal, []any{PublisherID{1}, "[]"}, map[db.Engine]string{
		db.SQLite: "journal USING PRIMARY KEY (publisher_id=? AND id=?)", db.Postgres: "Index Scan using journal_pkey on journal",
	}},
}

var (
	qMany = db.SQLPair("test.many", `
WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000)
INSERT INTO journal (publisher_id, id, entity, entity_id, event, actor, at, data, hash, prev, seq)
SELECT x'01000000000000000000000000000000', unhex(printf('%032x', n)), 'e', x'01', 'e', 'a', n, '{}', x'00', x'00', CASE WHEN n > 60000 THEN NULL ELSE n END FROM c`, `
INSERT INTO journal (publisher_id, id, entity, entity_id, event, actor, at, data, hash, prev, seq)
SELECT CAST('01000000-0000-0000-0000-000000000000' AS uuid), CAST(lpad(to_hex(n), 32, '0') AS uuid), 'e', CAST('01000000-0000-0000-0000-000000000000' AS uuid), 'e', 'a', n, '{}', '\x00', '\x00', CASE WHEN n > 60000 THEN NULL ELSE n END
FROM generate_series(1, 100000) n`)
	qAnalyze   = db.SQL("test.analyze", `ANALYZE`)
	qSealedAll = db.SQL("test.sealed_all", `UPDATE journal SET seq = at WHERE seq IS NULL`)
)

// The statistics are taken at the worst moment, with two rows in five unsealed,
// and once without any statistics.
func TestHotStatementsStayOnTheirIndexes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec := func(s *db.Stmt) {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(s); return err }); err != nil {
				t.Fatal(err)
			}
		}
		exec(qMany)
		for _, when := range []string{"without statistics", "with statistics", "long after"} {
			for _, x := range explained {
				if plan := dbtest.Explain(t, d, x.statement, x.args...); !strings.Contains(plan, x.want[d.Engine()]) {
					t.Errorf("%s, %s:\n%s", x.statement.Name(), when, plan)
				}
			}
			if when == "without statistics" {
				exec(qAnalyze)
			} else {
				exec(qSealedAll)
			}
		}
	})
}
