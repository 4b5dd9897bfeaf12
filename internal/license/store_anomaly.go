package license

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// AnomalyID is a hash over kind and thing.
type AnomalyID = db.ID[Anomaly]

const anomalyColumns = `n.id, n.kind, n.entity, n.entity_id, n.org_id, n.times, n.first_at, n.last_at`

var (
	// After a month of rest an anomaly begins anew.
	qAnomalyNote = db.SQL("license.anomaly_note", `
INSERT INTO anomaly (publisher_id, id, kind, entity, entity_id, org_id, times, first_at, last_at)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)
ON CONFLICT (publisher_id, id) DO UPDATE SET
  times = CASE WHEN anomaly.last_at < CAST(? AS bigint) THEN 1 ELSE anomaly.times + 1 END,
  first_at = CASE WHEN anomaly.last_at < CAST(? AS bigint) THEN excluded.last_at ELSE anomaly.first_at END,
  last_at = excluded.last_at`)
	qAnomalyTold = db.SQL("license.anomaly_told", `
UPDATE anomaly SET told_at = ?
WHERE publisher_id = ? AND id = ? AND times >= ? AND (told_at IS NULL OR told_at <= ?)`)
	qAnomalies = db.SQL("license.anomalies", `
SELECT `+anomalyColumns+` FROM anomaly n
WHERE n.publisher_id = ? AND n.last_at >= ? ORDER BY n.last_at DESC, n.id DESC LIMIT ?`)
	qAnomaly = db.SQL("license.anomaly", `
SELECT `+anomalyColumns+` FROM anomaly n WHERE n.publisher_id = ? AND n.id = ?`)
	qAnomalyPurge = db.SQL("license.anomaly_purge", `
DELETE FROM anomaly WHERE publisher_id = ? AND last_at < ?`)
)

func scanAnomaly(r *db.Rows) (*Anomaly, error) {
	a := &Anomaly{}
	var first, last db.Time
	err := r.Scan(&a.ID, (*string)(&a.Kind), &a.Entity, &a.Of, &a.Org, &a.Times, &first, &last)
	a.First, a.Last = first.Time, last.Time
	return a, err
}

// anomalyData is what the journal keeps of an anomaly.
type anomalyData struct {
	Entity string   `json:"entity"`
	Of     EntityID `json:"of"`
	Times  int64    `json:"times"`
}

// noteAnomaly counts an anomaly, and returns the journal's line where it is to be
// told: the first time, and then once a day at most.
func noteAnomaly(tx *db.Tx, p actor.PublisherID, o strange) (*actor.Entry, error) {
	id, now := anomalyIDOf(o.kind, o.entity, o.id), tx.Now()
	rest := db.At(now.Add(-anomalyRest))
	_, err := tx.Exec(qAnomalyNote, p, id, string(o.kind), o.entity, EntityID(o.id), orgOrNone(o.org), db.At(now), db.At(now),
		rest.Micros(), rest.Micros())
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(qAnomalyTold, db.At(now), p, id, o.kind.least(), db.At(now.Add(-anomalyTold)))
	if err != nil || n == 0 {
		return nil, err
	}
	a, err := one(db.List(tx, scanAnomaly, qAnomaly, p, id))
	if err != nil {
		return nil, err
	}
	return &actor.Entry{
		Entity: "anomaly", ID: id, Event: "anomaly." + string(o.kind), Data: anomalyData{o.entity, EntityID(o.id), a.Times}, By: "system",
	}, nil
}

// orgOrNone is NULL for no organization.
func orgOrNone(o actor.OrgID) any {
	if o.IsZero() {
		return nil
	}
	return o
}

// writeAnomalies counts what a batch has shown, each thing once. Of a container it is
// one of the organizations that hold something in it.
func (k *desk) writeAnomalies() error {
	seen := map[AnomalyID]bool{}
	for _, o := range k.odds {
		id := anomalyIDOf(o.kind, o.entity, o.id)
		if seen[id] {
			continue
		}
		seen[id] = true
		if o.entity == "container" {
			holders, err := holdersOf(k.tx, k.publisher, db.IDs[Container]{o.id})
			if err != nil {
				return err
			}
			if of := holders[o.id]; len(of) > 0 {
				o.org = of[0]
			}
		}
		told, err := noteAnomaly(k.tx, k.publisher, o)
		if err != nil {
			return err
		}
		if told != nil {
			k.events = append(k.events, *told)
		}
	}
	return nil
}

// PurgeAnomalies deletes the anomalies that were last seen before an instant, and
// returns how many. It is a part: it checks no rights.
func PurgeAnomalies(tx *db.Tx, p actor.PublisherID, before time.Time) (int64, error) {
	return tx.Exec(qAnomalyPurge, p, db.At(before))
}
