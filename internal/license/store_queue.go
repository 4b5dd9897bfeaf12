package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
)

// ReservationID is a hash over a license and the holder for whom places are kept.
type ReservationID = db.ID[Reservation]

const (
	reservationColumns = `r.id, r.license_id, r.holder, r.kind, r.label, r.seats, r.made_at, r.rev`
	waiterColumns      = `w.id, w.license_id, w.container_id, w.holder, w.keys, w.quantity, w.seq, w.state, w.seats,
  w.reservation_id, w.label, w.asked_at, w.due_at, w.rev`
)

var (
	qReserved = db.SQL("license.reserved", `
SELECT `+reservationColumns+` FROM lease_reservation r
WHERE r.publisher_id = ? AND {ids:r.license_id} AND r.seats > 0 ORDER BY r.license_id, r.id`)
	qReservation = db.SQL("license.reservation", `
SELECT `+reservationColumns+` FROM lease_reservation r WHERE r.publisher_id = ? AND r.id = ?`)
	qReserve = db.SQL("license.reserve", `
INSERT INTO lease_reservation (publisher_id, id, license_id, holder, kind, label, seats, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (publisher_id, id) DO UPDATE SET kind = excluded.kind, label = excluded.label, seats = excluded.seats,
  made_at = excluded.made_at, rev = lease_reservation.rev + 1`)
	qFilled = db.SQL("license.filled", `
SELECT e.reservation_id, CAST(SUM(e.seats) AS BIGINT) FROM floating_lease e
WHERE e.publisher_id = ? AND e.license_id = ? AND e.reservation_id IS NOT NULL AND e.state <> 'ended'
GROUP BY e.reservation_id`)

	qLeasesFill = db.SQL("license.leases_fill", `
UPDATE floating_lease SET reservation_id = ?, rev = rev + 1 WHERE publisher_id = ? AND {ids:id}`)
	qLeasesUnfill = db.SQL("license.leases_unfill", `
UPDATE floating_lease SET reservation_id = NULL, rev = rev + 1
WHERE publisher_id = ? AND license_id = ? AND reservation_id = ?`)

	qLine = db.SQL("license.line", `
SELECT `+waiterColumns+` FROM lease_waiter w WHERE w.publisher_id = ? AND {ids:w.license_id} ORDER BY w.license_id, w.seq`)
	qWaiter = db.SQL("license.waiter", `
SELECT `+waiterColumns+` FROM lease_waiter w WHERE w.publisher_id = ? AND w.id = ?`)
	qWaitersDue = db.SQL("license.waiters_due", `
SELECT `+waiterColumns+` FROM lease_waiter w WHERE w.publisher_id = ? AND w.due_at <= ? ORDER BY w.due_at LIMIT ?`)
	qWaitersPublisher = db.SQL("license.waiters_publisher", `
SELECT publisher_id FROM lease_waiter WHERE publisher_id > ? ORDER BY publisher_id LIMIT 1`)
	qWaiterInsert = db.SQL("license.waiter_insert", `
INSERT INTO lease_waiter (publisher_id, id, license_id, container_id, holder, keys, quantity, seq, state, seats, reservation_id,
  label, asked_at, due_at) VALUES {rows}`)
	qWaiterUpdate = db.SQL("license.waiter_update", `
UPDATE lease_waiter SET state = ?, seats = ?, reservation_id = ?, due_at = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	qWaitersDelete = db.SQL("license.waiters_delete", `
DELETE FROM lease_waiter WHERE publisher_id = ? AND {ids:id}`)
)

func scanReservation(r *db.Rows) (*Reservation, error) {
	v := &Reservation{}
	var made db.Time
	err := r.Scan(&v.ID, &v.License, &v.Key, (*string)(&v.Kind), &v.Label, &v.Seats, &made, &v.rev)
	v.Made = made.Time
	return v, err
}

func scanWaiter(r *db.Rows) (*Waiter, error) {
	w := &Waiter{}
	var keys []byte
	var asked, due db.Time
	err := r.Scan(&w.ID, &w.License, &w.Container, &w.Holder, &keys, &w.Quantity, &w.Seq, (*string)(&w.State), &w.Seats,
		&w.Fills, &w.Label, &asked, &due, &w.rev)
	w.Asked, w.Due = asked.Time, due.Time
	for key := range slices.Chunk(keys, len(holderID{})) {
		w.Keys = append(w.Keys, holderID(key))
	}
	return w, err
}

// publisherAfter is the next publisher that has leases, or somebody who waits for one.
// Errors: db.ErrNotFound.
func publisherAfter(r *db.Reader, p actor.PublisherID) (next actor.PublisherID, err error) {
	err = db.ErrNotFound
	for _, stmt := range []*db.Stmt{qLeasesDuePublisher, qWaitersPublisher} {
		found, e := db.List(r, func(r *db.Rows) (id actor.PublisherID, err error) { return id, r.Scan(&id) }, stmt, p)
		if e != nil {
			return next, e
		}
		if len(found) > 0 && (err != nil || found[0].Compare(next) < 0) {
			next, err = found[0], nil
		}
	}
	return next, err
}

func (w *Waiter) keys() (out []byte) {
	for _, key := range w.Keys {
		out = append(out, key[:]...)
	}
	return out
}

// pledge reads what is kept and offered of locked floating licenses, once, before any
// of their places are given or freed.
func (k *desk) pledge(list []*License) error {
	var ids, lines db.IDs[License]
	by := map[LicenseID]*License{}
	for _, l := range list {
		f, floats := l.terms.model().Leases()
		if !floats || l.pledged {
			continue
		}
		l.pledged = true
		by[l.ID] = l
		ids = append(ids, l.ID)
		if f.Queue {
			lines = append(lines, l.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	kept, err := db.List(k.tx, scanReservation, qReserved, k.publisher, ids)
	if err != nil {
		return err
	}
	for _, r := range kept {
		by[r.License].kept = append(by[r.License].kept, r)
	}
	if err := k.line(by, lines); err != nil {
		return err
	}
	for _, id := range ids {
		if err := k.filled(by[id]); err != nil {
			return err
		}
	}
	return nil
}

// line reads who waits.
func (k *desk) line(by map[LicenseID]*License, ids db.IDs[License]) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := db.List(k.tx, scanWaiter, qLine, k.publisher, ids)
	for _, w := range list {
		by[w.License].line = append(by[w.License].line, w)
	}
	return err
}

// filled counts how many places fill the reservations of a license.
func (k *desk) filled(l *License) error {
	if len(l.kept) == 0 {
		return nil
	}
	lent, err := k.lent(l)
	if err != nil {
		return err
	}
	return fillAll(k.tx, k.publisher, l, lent)
}

// fillAll counts leases, offers and borrows into the reservations of a license.
func fillAll(q db.Querier, p actor.PublisherID, l *License, lent []*Activation) error {
	type sum struct {
		id ReservationID
		n  int64
	}
	sums, err := db.List(q, func(r *db.Rows) (x sum, err error) { return x, r.Scan(&x.id, &x.n) }, qFilled, p, l.ID)
	for _, x := range sums {
		l.fill(x.id, x.n)
	}
	for _, w := range l.line {
		l.fill(w.Fills, w.Seats)
	}
	for _, a := range lent {
		l.fillLent(a.Container, a.Quantity)
	}
	return err
}

// moveUp offers free places to those who wait, in their order, after what is over was
// swept; whoever is silent, or has let an offer pass, is forgotten.
func (k *leaseDesk) moveUp(l *License, f catalog.FloatingSpec) error {
	if len(l.line) == 0 {
		return nil
	}
	if err := k.sweepAll(l, f, func() bool { return false }); err != nil {
		return err
	}
	now := k.tx.Now()
	for _, w := range slices.Clone(l.line) {
		if !w.Due.After(now) {
			k.unwait(l, w, "lease.unqueued", "system")
		}
	}
	if _, err := l.leasable("", "", now); err != nil {
		return nil // nobody gets a place of it now
	}
	for _, w := range l.line {
		if w.State != WaiterWaiting {
			continue
		}
		room := l.room(w.Keys, w)
		if room == 0 {
			continue
		}
		need, err := k.needOf(l, f, w)
		if err != nil {
			return err
		}
		if need <= room {
			k.note(l.offer(f, w, need, now), "system")
		}
	}
	return nil
}

// needOf is how many places somebody who waits lacks.
func (k *leaseDesk) needOf(l *License, f catalog.FloatingSpec, w *Waiter) (int64, error) {
	mates, err := k.matesOf(l, f, w.Holder)
	need := w.Quantity
	for _, m := range mates {
		need -= m.Seats
	}
	return max(0, need), err
}

// unwait takes somebody out of the queue.
func (k *leaseDesk) unwait(l *License, w *Waiter, event, by string) {
	l.leave(w)
	if !w.fresh {
		k.gone = append(k.gone, w.ID)
	}
	if event != "" {
		k.note(act{"waiter", w.ID, event, waiterOf(w)}, by)
	}
}

// queue puts the asker into the queue of a license, where it is not in it yet, and
// says how it stands.
func (k *leaseDesk) queue(ask *leaseAsk, l *License) error {
	f, _ := l.terms.model().Leases()
	if w := l.waiter(ask.id); w != nil {
		w.heard(f, k.tx.Now())
		return l.queued(f, w)
	}
	holder, err := ask.holder(f.Per)
	if err != nil {
		return err
	}
	w, err := l.wait(f, ask, holder, k.tx.Now())
	if err != nil {
		return err
	}
	k.note(act{"waiter", w.ID, "lease.queued", waiterOf(w)}, (&Container{ID: w.Container}).pseudonym())
	return l.queued(f, w)
}

// writeLines writes who has come, moved and left.
func (k *leaseDesk) writeLines() error {
	if len(k.gone) > 0 {
		if _, err := k.tx.Exec(qWaitersDelete, k.publisher, k.gone); err != nil {
			return err
		}
		k.gone = nil
	}
	var fresh, changed [][]any
	for _, l := range k.licenses {
		if l == nil {
			continue
		}
		for _, w := range l.line {
			switch {
			case w.fresh:
				fresh = append(fresh, w.row(k.publisher))
			case w.dirty:
				changed = append(changed, []any{string(w.State), w.Seats, w.Fills, db.At(w.Due), k.publisher, w.ID, w.rev})
				w.rev++
			}
			w.fresh, w.dirty = false, false
		}
	}
	n, err := k.tx.ExecMany(qWaiterInsert, fresh)
	if err := exactly(len(fresh), n, err); err != nil {
		return err
	}
	n, err = k.tx.ExecEach(qWaiterUpdate, changed)
	return exactly(len(changed), n, err)
}

func (w *Waiter) row(p actor.PublisherID) []any {
	return []any{
		p, w.ID, w.License, w.Container, w.Holder, w.keys(), w.Quantity, w.Seq, string(w.State), w.Seats, w.Fills, w.Label,
		db.At(w.Asked), db.At(w.Due),
	}
}
