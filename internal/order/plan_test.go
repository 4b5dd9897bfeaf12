package order

import (
	"regexp"
	"strings"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var qOpenPlan = db.SQLPair("test.explain_lines_open", "EXPLAIN QUERY PLAN "+qLinesOpen.Text(db.SQLite),
	"EXPLAIN "+regexp.MustCompile(`\$\d+`).ReplaceAllString(qLinesOpen.Text(db.Postgres), "?"))

// The open lines of an order are found among its own from the first row on, not
// among all lines of the publisher.
func TestOpenLinesStayOnTheirIndex(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	id := db.ID[Order]{15: 1}
	var plan []string
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(qOpenPlan, id, id, 100)
		plan, err = db.Collect(rows, err, func(r *db.Rows) (line string, err error) {
			var a, b, c int
			err = r.Scan(&a, &b, &c, &line)
			return line, err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(plan, "\n"); !strings.Contains(all, "order_line_open (publisher_id=? AND order_id=?)") {
		t.Error(all)
	}
}
