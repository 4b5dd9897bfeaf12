package connect

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// EndpointID names an endpoint; DeliveryID a delivery.
type (
	EndpointID = db.ID[Endpoint]
	DeliveryID = db.ID[Delivery]
)

// Endpoint is a receiver of events. Its secret is shown once, at creation.
type Endpoint struct {
	ID      EndpointID
	Org     actor.OrgID // only events of this subtree's publisher reach it
	URL     string
	Events  []string // names, "context.*", or "*"
	State   State
	Seen    int64 // the last journal sequence that was looked at
	Rev     int64
	Created time.Time

	secret, oldSecret []byte
	oldUntil          time.Time
}

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID         DeliveryID
	Endpoint   EndpointID
	Seq        int64 // journal sequence of the event
	Event      string
	State      string // open, delivered, failed
	Attempts   int64
	LastStatus int64  // HTTP status of the last answer; 0 = none came
	LastError  string // why the last try failed
	Created    time.Time
	Tried      time.Time

	body string
}

const (
	endpointColumns = `id, org_id, url, events, secret, old_secret, old_until, state, seen, rev, created_at`
	deliveryColumns = `id, endpoint_id, seq, event, body, state, attempts, last_status, last_error, created_at, tried_at`
)

var (
	qEndpointAdd = db.SQL("connect.endpoint_add", `INSERT INTO webhook_endpoint
		(publisher_id, id, org_id, url, events, secret, state, seen, created_at) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?)`)
	qEndpoint = db.SQL("connect.endpoint", `SELECT `+endpointColumns+` FROM webhook_endpoint
		WHERE publisher_id = ? AND id = ?`)
	qEndpointLock = db.SQL("connect.endpoint_lock", `SELECT `+endpointColumns+` FROM webhook_endpoint
		WHERE publisher_id = ? AND id = ? {for_update}`)
	qEndpoints = db.SQL("connect.endpoints", `SELECT `+endpointColumns+` FROM webhook_endpoint
		WHERE publisher_id = ? AND id > ? ORDER BY publisher_id, id LIMIT ?`)
	qActive = db.SQL("connect.active", `SELECT publisher_id, id FROM webhook_endpoint
		WHERE state = 'active' ORDER BY publisher_id, id`)
	qEndpointSet = db.SQL("connect.endpoint_set", `UPDATE webhook_endpoint
		SET url = ?, events = ?, state = ?, secret = ?, old_secret = ?, old_until = ?, rev = rev + 1
		WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qSeen = db.SQL("connect.seen", `UPDATE webhook_endpoint SET seen = ?
		WHERE publisher_id = ? AND id = ? AND seen = ? AND state = 'active'`)
	qDeliveryAdd = db.SQL("connect.delivery_add", `INSERT INTO webhook_delivery
		(publisher_id, id, endpoint_id, seq, event, body, state, created_at) VALUES (?, ?, ?, ?, ?, ?, 'open', ?)`)
	qDelivery = db.SQL("connect.delivery", `SELECT `+deliveryColumns+` FROM webhook_delivery
		WHERE publisher_id = ? AND id = ?`)
	qDeliveries = db.SQL("connect.deliveries", `SELECT `+deliveryColumns+` FROM webhook_delivery
		WHERE publisher_id = ? AND endpoint_id = ? AND seq < ? ORDER BY publisher_id, endpoint_id, seq DESC LIMIT ?`)
	qTried = db.SQL("connect.tried", `UPDATE webhook_delivery
		SET state = ?, attempts = attempts + 1, last_status = ?, last_error = ?, tried_at = ?
		WHERE publisher_id = ? AND id = ?`)
	qReopen = db.SQL("connect.reopen", `UPDATE webhook_delivery SET state = 'open' WHERE publisher_id = ? AND id = ?`)
	// In two steps: in one, PostgreSQL reads all of a publisher to delete a few.
	qPurgeable = db.SQL("connect.purgeable", `SELECT id FROM webhook_delivery
		WHERE publisher_id = ? AND id < ? AND state <> 'open' ORDER BY id LIMIT 1000`)
	qPurge = db.SQL("connect.purge", `DELETE FROM webhook_delivery WHERE publisher_id = ? AND {ids:id}`)
)

func scanEndpoint(rows *db.Rows) (Endpoint, error) {
	var e Endpoint
	var events db.JSON[[]string]
	var oldUntil, created db.Time
	err := rows.Scan(&e.ID, &e.Org, &e.URL, &events, &e.secret, &e.oldSecret, &oldUntil, &e.State, &e.Seen, &e.Rev, &created)
	e.Events, e.oldUntil, e.Created = events.V, oldUntil.Time, created.Time
	return e, err
}

func scanDelivery(rows *db.Rows) (Delivery, error) {
	var d Delivery
	var created, tried db.Time
	err := rows.Scan(&d.ID, &d.Endpoint, &d.Seq, &d.Event, &d.body, &d.State, &d.Attempts, &d.LastStatus, &d.LastError, &created, &tried)
	d.Created, d.Tried = created.Time, tried.Time
	return d, err
}

// one returns the only row, or connect.not_found.
func one[T any](q db.Querier, s *db.Stmt, scan func(*db.Rows) (T, error), args ...any) (T, error) {
	var none T
	rows, err := q.Query(s, args...)
	found, err := db.Collect(rows, err, scan)
	if err != nil {
		return none, err
	}
	if len(found) == 0 {
		return none, ErrNotFound
	}
	return found[0], nil
}

// set writes an endpoint that was read at revision e.Rev.
func set(tx *db.Tx, p actor.PublisherID, e Endpoint) error {
	n, err := tx.Exec(qEndpointSet, e.URL, db.JSON[[]string]{V: e.Events}, string(e.State), e.secret, e.oldSecret,
		db.At(e.oldUntil), p, e.ID, e.Rev)
	if err == nil && n == 0 {
		return ErrStale.With("have", e.Rev)
	}
	return err
}
