package license

import (
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
)

// The ids of this package. A ContainerID is the first half of the container key
// hash, an ExchangeID a hash over type, container and nonce; the others are
// time-ordered.
type (
	TicketID     = db.ID[Ticket]
	LicenseID    = db.ID[License]
	SnapshotID   = db.ID[Terms]
	ContainerID  = db.ID[Container]
	ActivationID = db.ID[Activation]
	ExchangeID   = db.ID[message]
	OrderLineID  = db.ID[OrderLine]

	lookupID = db.ID[lookupRow]
	bundleID = db.ID[bundleRow]
)

// OrderLine marks the ids of order lines, which package order keeps.
type OrderLine struct{}

type (
	lookupRow struct{}
	bundleRow struct{}
)

const (
	ticketColumns  = `t.id, t.holder_id, t.snapshot_id, t.hint, t.state, t.sold_to, t.into_hint, t.rev`
	licenseColumns = `l.id, l.ticket_id, l.snapshot_id, l.quantity, l.overdraft, l.used, l.owed, l.taken,
		l.version, l.first_at, l.until, l.key_hint, l.added, l.effects, l.spent, l.direct, l.state, l.rev`
	containerColumns = `c.id, c.kind, c.sign_key, c.encrypt_key, c.state, c.reason, c.first_ctr, c.ctr, c.seq,
		c.marks, c.virtual, c.app_version, c.app_os, c.app_arch, c.first_at, c.seen_at, c.pardon, c.listed, c.rev`
	activationColumns = `a.id, a.license_id, a.container_id, a.gen, a.quantity, a.shrink, a.state, a.counted,
		a.version, a.told, a.why, a.started_at, a.ended_at, a.elapses_at, a.spent, a.lent_until, a.away, a.rev`
)

func (t *Ticket) dest() []any {
	return []any{&t.ID, &t.Holder, &t.Snapshot, &t.Hint, (*string)(&t.State), &t.SoldTo, &t.IntoHint, &t.Rev}
}

func scanTicket(r *db.Rows) (*Ticket, error) {
	t := &Ticket{}
	return t, r.Scan(t.dest()...)
}

// licenseRow catches the columns of a License that need another type.
type licenseRow struct {
	l     *License
	first db.Time
	until db.Day
	hint  *string
}

func (x *licenseRow) dest() []any {
	l := x.l
	return []any{
		&l.ID, &l.Ticket, &l.Snapshot, &l.Seats.Quantity, &l.Seats.Overdraft, &l.Seats.Used, &l.Seats.Owed, &l.Taken,
		&l.Version, &x.first, &x.until, &x.hint, &l.Seats.Added, &l.Effects, &l.Spent, &l.Direct, (*string)(&l.State), &l.Rev,
	}
}

func (x *licenseRow) done() *License {
	l := x.l
	l.First, l.Until = x.first.Time, x.until.Day
	if x.hint != nil {
		l.KeyHint = *x.hint
	}
	l.read()
	return l
}

func scanLicense(r *db.Rows) (*License, error) {
	x := licenseRow{l: &License{}}
	err := r.Scan(x.dest()...)
	return x.done(), err
}

func scanContainer(r *db.Rows) (*Container, error) {
	var (
		c           = &Container{}
		marks       []byte
		first, seen db.Time
	)
	err := r.Scan(&c.ID, &c.Keys.Kind, &c.Keys.Sign, &c.Keys.Encrypt, (*string)(&c.State), &c.Reason, &c.firstCtr,
		&c.Counter, &c.Seq, &marks, &c.Virtual, &c.App.Version, &c.App.OS, &c.App.Arch, &first, &seen, &c.Pardon, &c.Listed, &c.Rev)
	c.Marks, c.First, c.Seen = fingerprintOf(marks), first.Time, seen.Time
	return c, err
}

func scanActivation(r *db.Rows) (*Activation, error) {
	a := &Activation{}
	var started, ended, elapses, lent db.Time
	err := r.Scan(&a.ID, &a.License, &a.Container, &a.Gen, &a.Quantity, &a.Shrink, (*string)(&a.State), &a.Counted,
		&a.Version, &a.Told, &a.Why, &started, &ended, &elapses, &a.Spent, &lent, &a.Away, &a.rev)
	a.Started, a.Ended, a.Elapses, a.Lent = started.Time, ended.Time, elapses.Time, lent.Time
	return a, err
}

var (
	qSnapshots = db.SQL("license.snapshots", `
SELECT id, terms FROM license_snapshot WHERE publisher_id = ? AND {ids:id}`)
	qSnapshotInsert = db.SQL("license.snapshot_insert", `
INSERT INTO license_snapshot (publisher_id, id, line_id, terms) VALUES {rows}`)

	qTicket = db.SQL("license.ticket", `
SELECT `+ticketColumns+` FROM ticket t WHERE t.publisher_id = ? AND t.id = ?`)
	qTicketLock = db.SQL("license.ticket_lock", `
SELECT `+ticketColumns+` FROM ticket t WHERE t.publisher_id = ? AND t.id = ? {for_update}`)
	qTicketSealed = db.SQL("license.ticket_sealed", `
SELECT sealed FROM ticket WHERE publisher_id = ? AND id = ?`)
	qTicketState = db.SQL("license.ticket_state", `
UPDATE ticket SET state = ?, rev = rev + 1 WHERE publisher_id = ? AND id = ?`)
	qTicketLicenses = db.SQL("license.ticket_licenses", `
SELECT `+licenseColumns+` FROM license l WHERE l.publisher_id = ? AND l.ticket_id = ? ORDER BY l.id`)
	qLicense = db.SQL("license.license", `
SELECT `+licenseColumns+` FROM license l WHERE l.publisher_id = ? AND l.id = ?`)
	qLicenseSealed = db.SQL("license.license_sealed", `
SELECT key_sealed FROM license WHERE publisher_id = ? AND id = ?`)
	qLicensesLock = db.SQL("license.licenses_lock", `
SELECT `+licenseColumns+` FROM license l WHERE l.publisher_id = ? AND {ids:l.id} ORDER BY l.id {for_update}`)
	qLicensesByID = db.SQL("license.licenses_by_id", `
SELECT `+licenseColumns+` FROM license l WHERE l.publisher_id = ? AND {ids:l.id}`)
	qActivationsByID = db.SQL("license.activations_by_id", `
SELECT `+activationColumns+` FROM activation a WHERE a.publisher_id = ? AND {ids:a.id}`)
	qLicenseIDs = db.SQL("license.ids_of_tickets", `
SELECT id FROM license WHERE publisher_id = ? AND {ids:ticket_id}`)
	qTickets = db.SQL("license.tickets", `
SELECT `+ticketColumns+` FROM ticket t WHERE t.publisher_id = ? AND {ids:t.id}`)

	qLookup = db.SQL("license.lookup", `
SELECT publisher_id, kind, id FROM code_lookup WHERE {ids:lookup}`)
	qContainer = db.SQL("license.container", `
SELECT `+containerColumns+` FROM container c WHERE c.publisher_id = ? AND c.id = ?`)
	qContainerLock = db.SQL("license.container_lock", `
SELECT `+containerColumns+` FROM container c WHERE c.publisher_id = ? AND c.id = ? {for_update}`)
	qActivation = db.SQL("license.activation", `
SELECT `+activationColumns+` FROM activation a WHERE a.publisher_id = ? AND a.id = ?`)
	qLicenseLive = db.SQL("license.live_of_license", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.license_id = ? AND a.slot = 0 ORDER BY a.id LIMIT ?`)
	qLicensesLive = db.SQL("license.live_of_licenses", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND {ids:a.license_id} AND a.slot = 0 ORDER BY a.license_id, a.id`)
	qContainerLive = db.SQL("license.live_of_container", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.container_id = ? AND a.slot = 0 ORDER BY a.id`)
	qCounted = db.SQL("license.counted", `
SELECT ended_at FROM activation
WHERE publisher_id = ? AND license_id = ? AND state = 'restored_away' AND counted = TRUE AND ended_at > ?`)
	qGranted = db.SQL("license.granted", `
SELECT COUNT(1) FROM activation
WHERE publisher_id = ? AND license_id = ? AND state = 'restored_away' AND why = 'granted' AND ended_at > ?`)
)

func ticketOf(q db.Querier, p actor.PublisherID, id TicketID, lock bool) (*Ticket, error) {
	stmt := qTicket
	if lock {
		stmt = qTicketLock
	}
	t := &Ticket{}
	err := q.QueryRow(stmt, p, id).Scan(t.dest()...)
	return t, orNotFound(err)
}

func licenseOf(q db.Querier, p actor.PublisherID, id LicenseID) (*License, error) {
	x := licenseRow{l: &License{}}
	err := q.QueryRow(qLicense, p, id).Scan(x.dest()...)
	return x.done(), orNotFound(err)
}

func containerOf(q db.Querier, p actor.PublisherID, id ContainerID, lock bool) (*Container, error) {
	stmt := qContainer
	if lock {
		stmt = qContainerLock
	}
	return one(db.List(q, scanContainer, stmt, p, id))
}

func activationOf(q db.Querier, p actor.PublisherID, id ActivationID) (*Activation, error) {
	return one(db.List(q, scanActivation, qActivation, p, id))
}

// one takes the only row of a list.
func one[T any](list []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(list) == 0 {
		return none, ErrNotFound
	}
	return list[0], nil
}

func orNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// liveOf returns at most limit live activations of a license, oldest first.
func liveOf(q db.Querier, p actor.PublisherID, id LicenseID, limit int) ([]*Activation, error) {
	return db.List(q, scanActivation, qLicenseLive, p, id, limit)
}

// liveOfMany returns all live activations of licenses, license by license, oldest
// first.
func liveOfMany(q db.Querier, p actor.PublisherID, ids db.IDs[License]) ([]*Activation, error) {
	return db.List(q, scanActivation, qLicensesLive, p, ids)
}

// until is a day as it is stored.
func until(d day.Day) db.Day { return db.Day{Day: d} }

// What a validation reads: one row per key.
const validated = `
SELECT c.lookup, c.publisher_id, t.state, ` + licenseColumns + ` FROM code_lookup c
JOIN license l ON l.publisher_id = c.publisher_id AND l.id = c.id
JOIN ticket t ON t.publisher_id = l.publisher_id AND t.id = l.ticket_id
WHERE c.kind = 'key' AND `

var (
	qValidate     = db.SQL("license.validate", validated+`c.lookup = ?`)
	qValidateMany = db.SQL("license.validate_many", validated+`{ids:c.lookup}`)
)

// keyRow is what is known of a license key.
type keyRow struct {
	publisher actor.PublisherID
	ticket    TicketState
	license   *License
}

// keyRowOf reads the row of one key. Errors: db.ErrNotFound.
func keyRowOf(q db.Querier, id lookupID) (keyRow, error) {
	x, k := licenseRow{l: &License{}}, keyRow{}
	var lookup lookupID
	err := q.QueryRow(qValidate, id).Scan(append([]any{&lookup, &k.publisher, (*string)(&k.ticket)}, x.dest()...)...)
	k.license = x.done()
	return k, err
}

// keyRowsOf reads the rows of some keys in one statement.
func keyRowsOf(q *db.Reader, ids []lookupID) ([]db.Result[keyRow], error) {
	type found struct {
		lookup lookupID
		keyRow
	}
	rows, err := db.List(q, func(r *db.Rows) (found, error) {
		x, k := licenseRow{l: &License{}}, found{}
		err := r.Scan(append([]any{&k.lookup, &k.publisher, (*string)(&k.ticket)}, x.dest()...)...)
		k.license = x.done()
		return k, err
	}, qValidateMany, db.IDs[lookupRow](ids))
	if err != nil {
		return nil, err
	}
	out := make([]db.Result[keyRow], len(ids))
	for i, id := range ids {
		out[i].Err = db.ErrNotFound
		for _, row := range rows {
			if row.lookup == id {
				l := *row.license // each member its own
				out[i] = db.Result[keyRow]{Out: keyRow{row.publisher, row.ticket, &l}}
			}
		}
	}
	return out, nil
}
