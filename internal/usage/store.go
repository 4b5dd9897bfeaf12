package usage

import (
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

type sourceID = db.ID[source]

type source struct{}

var (
	qChoice = db.SQL("usage.choice", `
SELECT updates, usage, rev FROM usage_choice WHERE publisher_id = ? AND org_id = ?`)
	qChoices = db.SQL("usage.choices", `
SELECT org_id, updates, usage FROM usage_choice WHERE publisher_id = ? AND {ids:org_id}`)
	qChoose = db.SQL("usage.choose", `
INSERT INTO usage_choice (publisher_id, org_id, updates, usage, at, rev) VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (publisher_id, org_id) DO UPDATE
SET updates = excluded.updates, usage = excluded.usage, at = excluded.at, rev = usage_choice.rev + 1`)

	qNumbers = db.SQL("usage.numbers", `
INSERT INTO usage_day (publisher_id, org_id, product, day, source, feature, version, platform, uses) VALUES {rows}
ON CONFLICT (publisher_id, product, day, org_id, source, feature, version, platform) DO UPDATE
SET uses = excluded.uses WHERE excluded.uses > usage_day.uses`)
	qOldest = db.SQL("usage.oldest", `
SELECT day FROM usage_day WHERE publisher_id = ? AND day < ? ORDER BY day LIMIT 1`)
	qPurge = db.SQL("usage.purge", `
DELETE FROM usage_day WHERE publisher_id = ? AND day = ?`)
)

// evaluation sums up, by what a row is grouped by and by day or month.
const evaluation = `
SELECT CASE ? WHEN 'day' THEN day ELSE substr(day, 1, 7) END,
  CASE ? WHEN 'feature' THEN feature WHEN 'version' THEN version ELSE platform END, sum(uses), count(DISTINCT source)
FROM usage_day WHERE publisher_id = ? AND product = ? AND day >= ? AND day <= ?`

var (
	qEvaluate      = db.SQL("usage.evaluate", evaluation+` GROUP BY 1, 2 ORDER BY 1, 2`)
	qEvaluateBelow = db.SQL("usage.evaluate_below", evaluation+` AND {ids:org_id} GROUP BY 1, 2 ORDER BY 1, 2`)
)

// choices are what the organizations above a license have chosen.
type choices struct{ updates, usage []Choice }

// choicesOf reads the choices on a path, each kind from the organization next to
// the license that has made one.
func choicesOf(q db.Querier, p actor.PublisherID, path []actor.OrgID) (out choices, err error) {
	type row struct {
		org            actor.OrgID
		updates, usage Choice
	}
	if len(path) == 0 {
		return out, nil
	}
	list, err := db.List(q, func(r *db.Rows) (x row, err error) {
		return x, r.Scan(&x.org, (*string)(&x.updates), (*string)(&x.usage))
	}, qChoices, p, db.IDs[actor.Org](path))
	for _, at := range path {
		for _, x := range list {
			if x.org != at {
				continue
			}
			if len(out.updates) == 0 && x.updates != Unset {
				out.updates = []Choice{x.updates}
			}
			if len(out.usage) == 0 && x.usage != Unset {
				out.usage = []Choice{x.usage}
			}
		}
	}
	return out, err
}

func chosen(q db.Querier, p actor.PublisherID, id actor.OrgID, path []actor.OrgID) (Chosen, error) {
	out := Chosen{Org: id}
	err := q.QueryRow(qChoice, p, id).Scan((*string)(&out.Updates), (*string)(&out.Usage), &out.Rev)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return out, err
	}
	c, err := choicesOf(q, p, path)
	out.Told, out.Counted = decide(c.updates...), decide(c.usage...)
	return out, err
}

func writeChoice(tx *db.Tx, p actor.PublisherID, id actor.OrgID, updates, usage Choice) error {
	_, err := tx.Exec(qChoose, p, id, string(updates), string(usage), db.At(tx.Now()))
	return err
}

func rowOf(p actor.PublisherID, place license.Placed, from sourceID, n number) []any {
	return []any{p, place.Org, catalog.FoldCode(place.Product), db.Day{Day: n.day}, from, n.feature, n.version, n.platform, n.uses}
}

func writeNumbers(tx *db.Tx, rows [][]any) error {
	_, err := tx.ExecMany(qNumbers, rows)
	return err
}

func rowsOf(q db.Querier, p actor.PublisherID, in Query, below []actor.OrgID) ([]Row, error) {
	scan := func(r *db.Rows) (x Row, err error) { return x, r.Scan(&x.Period, &x.Key, &x.Uses, &x.Machines) }
	args := []any{in.Per, in.By, p, catalog.FoldCode(in.Product), db.Day{Day: in.From}, db.Day{Day: in.Until}}
	if below == nil {
		return db.List(q, scan, qEvaluate, args...)
	}
	return db.List(q, scan, qEvaluateBelow, append(args, db.IDs[actor.Org](below))...)
}

// Purge deletes the oldest day of a publisher's numbers before a day, and returns
// how many numbers that were; 0 when there are none.
func Purge(tx *db.Tx, p actor.PublisherID, before day.Day) (int64, error) {
	var on db.Day
	err := tx.QueryRow(qOldest, p, db.Day{Day: before}).Scan(&on)
	if errors.Is(err, db.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return tx.Exec(qPurge, p, on)
}
