package license

import (
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// errAgain says that another transaction was faster with one of the rows. It
// never leaves the package: the batch runs again, one by one.
var errAgain = errors.New("license: a row has changed meanwhile")

var (
	qContainerUpdate = db.SQL("license.container_update", `
UPDATE container SET state = ?, reason = ?, ctr = ?, seq = ?, marks = ?, virtual = ?, app_version = ?, app_os = ?,
  app_arch = ?, seen_at = ?, pardon = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	// The seats of a whole batch: the rows are locked, and still nothing is
	// counted that does not fit.
	qSeats = db.SQLPair("license.seats", `
UPDATE license SET used = used + u.d, taken = taken + u.t, first_at = COALESCE(first_at, u.f), rev = rev + 1
FROM (SELECT unhex(value->>0) AS id, value->>1 AS d, value->>2 AS t, value->>3 AS f FROM json_each(?)) AS u
WHERE license.publisher_id = ? AND license.id = u.id AND used + u.d BETWEEN 0 AND quantity + overdraft`, `
UPDATE license SET used = used + u.d, taken = taken + u.t, first_at = COALESCE(first_at, u.f), rev = rev + 1
FROM unnest(CAST(? AS uuid[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[])) AS u(id, d, t, f)
WHERE license.publisher_id = ? AND license.id = u.id AND used + u.d BETWEEN 0 AND quantity + overdraft`)
	qLicenseUpdate = db.SQL("license.license_update", `
UPDATE license SET quantity = ?, used = used + ?, owed = ?, taken = ?, version = ?, first_at = ?, until = ?, added = ?,
  effects = ?, spent = ?, direct = ?, state = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ? AND used + ? BETWEEN 0 AND ? + overdraft`)
	qActivationUpdate = db.SQL("license.activation_update", `
UPDATE activation SET slot = ?, quantity = ?, shrink = ?, state = ?, counted = ?, version = ?, told = ?, why = ?,
  ended_at = ?, elapses_at = ?, spent = ?, lent_until = ?, away = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND rev = ?`)
	// Which version of what it holds a container has is not known any more.
	qTellAgain = db.SQL("license.tell_again", `
UPDATE activation SET version = 0, rev = rev + 1 WHERE publisher_id = ? AND container_id = ? AND slot = 0`)
	qBundleInsert = db.SQL("license.bundle_insert", `
INSERT INTO exchange_bundle (publisher_id, id, lines) VALUES (?, ?, ?)
ON CONFLICT (publisher_id, id) DO NOTHING`)
	qTrialInsert = db.SQL("license.trial_insert", `
INSERT INTO trial_mark (publisher_id, id, license_id) VALUES {rows} ON CONFLICT (publisher_id, id) DO NOTHING`)
)

// flush writes what has changed. errAgain means that some row is not what was
// read; everything is undone then.
func (k *desk) flush() error {
	for _, step := range []func() error{
		k.writeContainers, k.writeLicenses, k.writeEffects, k.writeActivations, k.writeTrials, k.writePairings, k.writeExchanges, k.writeCases, k.writeAnomalies, k.writeBlocks, k.writeEvents,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return k.tell()
}

// exactly turns "fewer rows than expected" into errAgain.
func exactly(want int, n int64, err error) error {
	if err == nil && n != int64(want) {
		return errAgain
	}
	return err
}

func (k *desk) writeContainers() error {
	var fresh []*Container
	for _, c := range k.containers {
		switch {
		case c.fresh:
			fresh = append(fresh, c)
		case c.dirty:
			if err := updateContainer(k.tx, k.publisher, c); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(fresh, func(a, b *Container) int { return a.ID.Compare(b.ID) })
	rows := make([][]any, 0, len(fresh))
	for _, c := range fresh {
		rows = append(rows, []any{
			rowID(k.publisher), rowID(c.ID), c.Keys.Kind, c.Keys.Sign, c.Keys.Encrypt, string(c.State), c.Reason, c.firstCtr, c.Counter,
			c.Seq, c.Marks.bytes(), c.Virtual, c.App.Version, c.App.OS, c.App.Arch, db.At(c.First), db.At(c.Seen),
		})
	}
	n, err := intoContainers.insert(k.tx, rows)
	return exactly(len(rows), n, err)
}

// updateContainer writes a container if it is still what was read.
func updateContainer(tx *db.Tx, p actor.PublisherID, c *Container) error {
	n, err := tx.Exec(qContainerUpdate, string(c.State), c.Reason, c.Counter, c.Seq, c.Marks.bytes(), c.Virtual,
		c.App.Version, c.App.OS, c.App.Arch, db.At(c.Seen), c.Pardon, p, c.ID, c.Rev)
	return exactly(1, n, err)
}

// writeLicenses writes seats that were only taken or freed in one statement, and
// everything else row by row.
func (k *desk) writeLicenses() error {
	var plain []*License
	for _, l := range k.licenses {
		switch {
		case l == nil || !l.dirty:
		case l.plain():
			plain = append(plain, l)
		default:
			if err := updateLicense(k.tx, k.publisher, l); err != nil {
				return err
			}
		}
	}
	if len(plain) == 0 {
		return nil
	}
	n, err := k.tx.Exec(qSeats, k.seatArgs(plain)...)
	return exactly(len(plain), n, err)
}

// seatArgs is one JSON list on SQLite, four arrays on PostgreSQL.
func (k *desk) seatArgs(list []*License) []any {
	if k.tx.Engine() == db.SQLite {
		return []any{seatJSON(list), k.publisher}
	}
	var ids db.IDs[License]
	var used, taken, first db.Ints
	for _, l := range list {
		ids = append(ids, l.ID)
		used = append(used, l.Seats.Used-l.before.Used)
		taken = append(taken, l.Taken-l.takenBefore)
		first = append(first, db.At(l.First).Micros())
	}
	return []any{ids, used, taken, first, k.publisher}
}

func seatJSON(list []*License) string {
	b := make([]byte, 0, 80*len(list))
	b = append(b, '[')
	for i, l := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `["`...)
		b = hex.AppendEncode(b, l.ID[:])
		b = append(b, `",`...)
		b = strconv.AppendInt(b, l.Seats.Used-l.before.Used, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, l.Taken-l.takenBefore, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, db.At(l.First).Micros(), 10)
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

// updateLicense writes a locked license. errAgain means that it was not locked.
func updateLicense(tx *db.Tx, p actor.PublisherID, l *License) error {
	n, err := tx.Exec(qLicenseUpdate, l.row(p)...)
	return exactly(1, n, err)
}

// updateLicenses is updateLicense for many.
func updateLicenses(tx *db.Tx, p actor.PublisherID, list []*License) error {
	slices.SortFunc(list, func(a, b *License) int { return a.ID.Compare(b.ID) })
	rows := make([][]any, 0, len(list))
	for _, l := range list {
		rows = append(rows, l.row(p))
	}
	n, err := tx.ExecEach(qLicenseUpdate, rows)
	return exactly(len(rows), n, err)
}

func (l *License) row(p actor.PublisherID) []any {
	s := l.Seats
	delta := s.Used - l.before.Used
	return []any{
		s.Quantity, delta, s.Owed, l.Taken, l.Version, db.At(l.First), until(l.Until), s.Added, l.Effects, l.Spent, l.Direct, string(l.State),
		p, l.ID, l.Rev, delta, s.Quantity,
	}
}

// writeActivations writes ended ones before new ones, so that a slot is free.
func (k *desk) writeActivations() error {
	var rows [][]any
	var ended []*Activation // made and ended in one batch, or lent: what an insert does not say
	for _, a := range k.acts {
		if a.fresh {
			if !a.State.Live() || a.Told != 0 {
				ended = append(ended, a)
			}
			rows = append(rows, a.fresher(k.publisher))
			continue
		}
		if err := updateActivation(k.tx, k.publisher, a); err != nil {
			return err
		}
	}
	n, err := intoActivations.insert(k.tx, rows)
	if err := exactly(len(rows), n, err); err != nil {
		return err
	}
	for _, a := range ended {
		if err := updateActivation(k.tx, k.publisher, a); err != nil {
			return err
		}
	}
	return nil
}

// fresher is the row of an activation that is new.
func (a *Activation) fresher(p actor.PublisherID) []any {
	return []any{
		rowID(p), rowID(a.ID), rowID(a.License), rowID(a.Container), a.Gen, a.slot(), a.Quantity, string(a.State), a.Version,
		db.At(a.Started), db.At(a.Elapses), db.At(a.Lent),
	}
}

func updateActivation(tx *db.Tx, p actor.PublisherID, a *Activation) error {
	n, err := tx.Exec(qActivationUpdate, a.row(p)...)
	if err := exactly(1, n, err); err != nil || !a.relist {
		return err
	}
	return noteBlocks(tx, p)
}

// updateActivations is updateActivation for many.
func updateActivations(tx *db.Tx, p actor.PublisherID, list []*Activation) error {
	slices.SortFunc(list, func(a, b *Activation) int { return a.ID.Compare(b.ID) })
	rows := make([][]any, 0, len(list))
	for _, a := range list {
		rows = append(rows, a.row(p))
	}
	n, err := tx.ExecEach(qActivationUpdate, rows)
	if err := exactly(len(rows), n, err); err != nil || !slices.ContainsFunc(list, func(a *Activation) bool { return a.relist }) {
		return err
	}
	return noteBlocks(tx, p)
}

func (a *Activation) row(p actor.PublisherID) []any {
	return []any{
		a.slot(), a.Quantity, a.Shrink, string(a.State), a.Counted, a.Version, a.Told, a.Why, db.At(a.Ended), db.At(a.Elapses), a.Spent, db.At(a.Lent), a.Away,
		p, a.ID, a.rev,
	}
}

func (k *desk) writeTrials() error {
	rows := make([][]any, 0, len(k.marked))
	for _, t := range k.marked {
		rows = append(rows, []any{k.publisher, db.ID[trialID](t.id), t.license})
	}
	n, err := k.tx.ExecMany(qTrialInsert, rows)
	return exactly(len(rows), n, err)
}

func (k *desk) writeExchanges() error {
	for id, lines := range k.bundles {
		if _, err := k.tx.Exec(qBundleInsert, k.publisher, id, lines); err != nil {
			return err
		}
		k.tx.AfterCommit(func() { k.s.keepBundle(k.publisher, id, lines) })
	}
	now := db.At(k.tx.Now())
	rows := make([][]any, 0, len(k.fresh))
	for _, x := range k.fresh {
		rows = append(rows, []any{
			rowID(k.publisher), rowID(x.id), rowID(x.container), x.ctr, x.hash, rowID(x.bundle), x.answer, x.refusal, now,
		})
	}
	n, err := intoExchanges.insert(k.tx, rows)
	return exactly(len(rows), n, err)
}

func (k *desk) writeEvents() error {
	return actor.RecordMany(k.tx, actor.Actor{Kind: actor.KindContainer, Publisher: k.publisher}, k.events)
}

// tell calls the upward hook for every new activation.
func (k *desk) tell() error {
	if k.s.OnActivated == nil {
		return nil
	}
	for _, a := range k.activity {
		if err := k.s.OnActivated(k.tx, a); err != nil {
			return err
		}
	}
	return nil
}
