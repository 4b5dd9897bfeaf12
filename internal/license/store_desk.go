package license

import (
	"bytes"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// desk is the rows of one publisher that one transaction works on: read and
// locked once for a whole batch of messages, changed in memory, written once.
type desk struct {
	tx        *db.Tx
	s         *Service
	publisher actor.PublisherID

	exchanges  map[ExchangeID]*exchangeRow
	containers map[ContainerID]*Container
	here       map[ContainerID][]*Activation
	last       map[pair]*Activation
	licenses   map[LicenseID]*License
	tickets    map[TicketID]*Ticket
	opened     map[lookupID]*opened
	pairings   map[lookupID]*pairing // open ones; nil = none

	acts     []*Activation // dirty or fresh ones, in order of their first change
	fresh    []*exchangeRow
	events   []actor.Entry
	marked   []trialMark
	clues    []clue // for humans to decide
	odds     []strange
	bundles  map[bundleID]string
	activity []Activated
	relist   bool // the next block list must know of something here
}

// pair names a license in a container.
type pair struct {
	license   LicenseID
	container ContainerID
}

// opened is what a code opens.
type opened struct {
	ticket   TicketID
	licenses []LicenseID
}

// exchangeRow is a recorded message with its answer.
type exchangeRow struct {
	id        ExchangeID
	container ContainerID
	ctr       int64
	hash      []byte
	bundle    bundleID
	answer    []byte // nil = nothing to say, or a refusal
	refusal   string // JSON of the fault
	rev       int64
}

func (x *exchangeRow) is(m *message) bool { return bytes.Equal(x.hash, m.hash[:]) }

var (
	qExchanges = db.SQL("license.exchanges", `
SELECT id, container_id, ctr, hash, bundle_id, answer, refusal, rev
FROM exchange WHERE publisher_id = ? AND {ids:id}`)
	qContainers = db.SQL("license.containers", `
SELECT `+containerColumns+` FROM container c WHERE c.publisher_id = ? AND {ids:c.id} ORDER BY c.id {for_update}`)
	qContainersLive = db.SQL("license.live_of_containers", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND {ids:a.container_id} AND a.slot = 0 ORDER BY a.id`)
	qLast = db.SQL("license.last_of_pair", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.license_id = ? AND a.container_id = ? AND a.slot > 0
ORDER BY a.slot DESC LIMIT 1`)
	qOpenedTickets = db.SQL("license.opened_by_ticket", `
SELECT c.lookup, c.id, l.id FROM code_lookup c
LEFT JOIN license l ON l.publisher_id = c.publisher_id AND l.ticket_id = c.id
WHERE {ids:c.lookup} AND c.kind = 'ticket' AND c.publisher_id = ? ORDER BY l.id`)
	qOpenedKeys = db.SQL("license.opened_by_key", `
SELECT c.lookup, l.ticket_id, l.id FROM code_lookup c
JOIN license l ON l.publisher_id = c.publisher_id AND l.id = c.id
WHERE {ids:c.lookup} AND c.kind = 'key' AND c.publisher_id = ?`)
	qLicenseElapsed = db.SQL("license.elapsed_of_license", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.license_id = ? AND a.slot = 0 AND a.elapses_at <= ? ORDER BY a.elapses_at LIMIT ?`)
	qTrialMarks = db.SQL("license.trial_marks", `
SELECT id, license_id FROM trial_mark WHERE publisher_id = ? AND {ids:id}`)
)

func (s *Service) newDesk(tx *db.Tx, p actor.PublisherID) *desk {
	return &desk{
		tx: tx, s: s, publisher: p,
		exchanges: map[ExchangeID]*exchangeRow{}, containers: map[ContainerID]*Container{},
		here: map[ContainerID][]*Activation{}, last: map[pair]*Activation{}, licenses: map[LicenseID]*License{},
		tickets: map[TicketID]*Ticket{}, opened: map[lookupID]*opened{}, bundles: map[bundleID]string{},
	}
}

// load reads what the messages touch, in set statements: containers first and
// licenses after them, each locked in the order of their ids.
func (k *desk) load(all []*message) error {
	var boxes, known db.IDs[Container]
	var exchanges db.IDs[message]
	for _, m := range all {
		boxes = append(boxes, m.container)
		exchanges = append(append(exchanges, m.exchange), m.confirms...)
	}
	list, err := db.List(k.tx, scanContainer, qContainers, k.publisher, boxes)
	if err != nil {
		return err
	}
	for _, c := range list {
		k.containers[c.ID] = c
		known = append(known, c.ID)
	}
	if len(known) > 0 { // a container without a row has no exchange either
		if err := k.loadExchanges(exchanges); err != nil {
			return err
		}
		if err := k.loadLive(known); err != nil {
			return err
		}
	}
	if err := k.open(all); err != nil {
		return err
	}
	return k.loadLicenses()
}

func (k *desk) loadExchanges(ids db.IDs[message]) error {
	rows, err := db.List(k.tx, scanExchange, qExchanges, k.publisher, ids)
	for _, x := range rows {
		k.exchanges[x.id] = x
	}
	return err
}

func scanExchange(r *db.Rows) (*exchangeRow, error) {
	x := &exchangeRow{}
	err := r.Scan(&x.id, &x.container, &x.ctr, &x.hash, &x.bundle, &x.answer, &x.refusal, &x.rev)
	return x, err
}

func (k *desk) loadLive(boxes db.IDs[Container]) error {
	acts, err := db.List(k.tx, scanActivation, qContainersLive, k.publisher, boxes)
	for _, a := range acts {
		k.here[a.Container] = append(k.here[a.Container], a)
		k.licenses[a.License] = nil
	}
	return err
}

// open finds what the codes open. Codes of other publishers are not found.
func (k *desk) open(all []*message) error {
	var tickets, keys, pairings db.IDs[lookupRow]
	for _, m := range all {
		for _, l := range m.lookups {
			if _, seen := k.opened[l]; seen {
				continue
			}
			k.opened[l] = nil
			switch {
			case m.keyed:
				keys = append(keys, l)
			case m.paired:
				pairings = append(pairings, l)
			default:
				tickets = append(tickets, l)
			}
		}
	}
	if err := k.openWith(qOpenedTickets, tickets); err != nil {
		return err
	}
	if err := k.openWith(qOpenedKeys, keys); err != nil {
		return err
	}
	return k.openPairings(pairings)
}

func (k *desk) openWith(stmt *db.Stmt, lookups db.IDs[lookupRow]) error {
	if len(lookups) == 0 {
		return nil
	}
	rows, err := k.tx.Query(stmt, lookups, k.publisher)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var by lookupID
		var ticket TicketID
		var id LicenseID
		if err := rows.Scan(&by, &ticket, &id); err != nil {
			return err
		}
		o := k.opened[by]
		if o == nil {
			o = &opened{ticket: ticket}
			k.opened[by] = o
		}
		k.tickets[ticket] = nil
		if id.IsZero() {
			continue // what it held is another ticket's now
		}
		o.licenses = append(o.licenses, id)
		k.licenses[id] = nil
	}
	return rows.Err()
}

// loadLicenses locks every license that is named so far, and reads their terms
// and the tickets that were opened.
func (k *desk) loadLicenses() error {
	var ids db.IDs[License]
	for id, l := range k.licenses {
		if l == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return k.loadTickets(nil)
	}
	list, err := db.List(k.tx, scanLicense, qLicensesLock, k.publisher, ids)
	if err != nil {
		return err
	}
	for _, l := range list {
		k.licenses[l.ID] = l
	}
	k.current()
	if err := k.s.attach(k.tx, k.publisher, list); err != nil {
		return err
	}
	return k.loadTickets(list)
}

// current leaves what was replaced out of what codes open, where something is left.
func (k *desk) current() {
	for _, o := range k.opened {
		if o == nil || len(o.licenses) == 1 {
			continue
		}
		var list []*License
		for _, id := range o.licenses {
			if l := k.licenses[id]; l != nil {
				list = append(list, l)
			}
		}
		o.licenses = o.licenses[:0:0]
		for _, l := range current(list) {
			o.licenses = append(o.licenses, l.ID)
		}
	}
}

func (k *desk) loadTickets(of []*License) error {
	var ids db.IDs[Ticket]
	for id, t := range k.tickets {
		if t == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		list, err := db.List(k.tx, scanTicket, qTickets, k.publisher, ids)
		if err != nil {
			return err
		}
		for _, t := range list {
			k.tickets[t.ID] = t
		}
	}
	for _, l := range of {
		l.ticket = k.tickets[l.Ticket]
	}
	return nil
}

// lastOf is the newest ended activation of a license in a container, nil if
// there is none.
func (k *desk) lastOf(id LicenseID, box ContainerID) (*Activation, error) {
	key := pair{id, box}
	if a, known := k.last[key]; known {
		return a, nil
	}
	list, err := db.List(k.tx, scanActivation, qLast, k.publisher, id, box)
	if err != nil {
		return nil, err
	}
	var a *Activation
	if len(list) > 0 {
		a = list[0]
	}
	k.last[key] = a
	return a, nil
}

// contact gathers what one message needs.
func (k *desk) contact(m *message) (*contact, error) {
	if err := k.sweep(m); err != nil {
		return nil, err
	}
	lent, err := k.lending(m)
	if err != nil {
		return nil, err
	}
	c := &contact{
		now: k.tx.Now(), msg: m, box: k.containers[m.container], here: living(k.here[m.container]),
		last: map[LicenseID]*Activation{}, licenses: k.licenses, lent: lent,
		newID:     func() ActivationID { return db.NewID[Activation](k.tx) },
		newEffect: func() EffectID { return db.NewID[effect](k.tx) },
	}
	for _, id := range m.confirms {
		if x := k.exchanges[id]; x != nil {
			c.answered = x.ctr
		}
	}
	for _, l := range m.lookups {
		if o := k.opened[l]; o != nil {
			c.ticket = k.tickets[o.ticket]
			for _, id := range o.licenses {
				c.opened = append(c.opened, k.licenses[id])
			}
		}
	}
	if err := k.past(c); err != nil {
		return nil, err
	}
	if err := k.strays(c); err != nil {
		return nil, err
	}
	if err := k.tried(c); err != nil {
		return nil, err
	}
	if m.req != nil && m.req.Action == wire.ActRestore {
		if err := k.devices(c); err != nil {
			return nil, err
		}
	}
	return c, k.churn(c)
}

// sweep frees seats whose time is over before anybody is refused for lack of
// one.
func (k *desk) sweep(m *message) error {
	if m.req == nil || m.req.Action == wire.ActRefresh {
		return nil
	}
	for _, by := range m.lookups {
		o := k.opened[by]
		if o == nil {
			continue
		}
		for _, id := range o.licenses {
			l := k.licenses[id]
			if !l.terms.model().Reusable || l.Seats.Free() >= max(1, m.req.Quantity) {
				continue
			}
			if err := k.sweepLicense(l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *desk) sweepLicense(l *License) error {
	over, err := db.List(k.tx, scanActivation, qLicenseElapsed, k.publisher, l.ID, db.At(k.tx.Now()), elapseChunk)
	if err != nil {
		return err
	}
	for _, a := range over {
		if a = k.known(a); !a.State.Live() {
			continue
		}
		if err := k.elapse(l, a); err != nil {
			return err
		}
	}
	return nil
}

// elapse frees the seats of an activation whose time is over.
func (k *desk) elapse(l *License, a *Activation) error {
	acts, err := l.elapse(a, k.tx.Now())
	if err != nil {
		return err
	}
	if !slices.Contains(k.acts, a) {
		k.acts = append(k.acts, a)
	}
	if !a.State.Live() {
		k.last[pair{a.License, a.Container}] = a
	}
	for _, e := range acts {
		k.events = append(k.events, actor.Entry{Entity: e.entity, ID: e.id, Event: e.name, Data: e.data, By: "system"})
	}
	return nil
}

// living leaves out what an earlier message of the same batch has ended.
func living(acts []*Activation) []*Activation {
	out := make([]*Activation, 0, len(acts)+1)
	for _, a := range acts {
		if a.State.Live() {
			out = append(out, a)
		}
	}
	return out
}

// past reads the ended activations that the message may speak of. A container
// without a row has none.
func (k *desk) past(c *contact) error {
	if c.box == nil {
		return nil
	}
	need := make([]LicenseID, 0, len(c.msg.held)+len(c.opened)+1)
	want := func(id LicenseID, gen int64) {
		if a := c.live(id); a == nil || a.Gen != gen {
			need = append(need, id)
		}
	}
	for _, h := range c.msg.held {
		want(h.license, h.gen)
	}
	if c.msg.typ == wire.TypeReturn {
		want(c.msg.returned.license, c.msg.returned.gen)
	}
	for _, l := range c.opened {
		if c.live(l.ID) == nil {
			want(l.ID, 0)
		}
	}
	for _, id := range need {
		a, err := k.lastOf(id, c.box.ID)
		if err != nil {
			return err
		}
		if a != nil {
			c.last[id] = a
		}
	}
	return nil
}

// tried reads which marks of trials exist.
func (k *desk) tried(c *contact) error {
	var ids db.IDs[trialID]
	for _, l := range c.opened {
		for _, t := range l.trialMarks(c.msg.device()) {
			ids = append(ids, db.ID[trialID](t.id))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	c.tried = map[trialID]LicenseID{}
	rows, err := k.tx.Query(qTrialMarks, k.publisher, ids)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id db.ID[trialID]
		var l LicenseID
		if err := rows.Scan(&id, &l); err != nil {
			return err
		}
		c.tried[trialID(id)] = l
	}
	for _, t := range k.marked { // of the same batch
		c.tried[t.id] = t.license
	}
	return rows.Err()
}

// maxDevices bounds how many devices of a license a restore looks through.
const maxDevices = 1000

// devices reads where the licenses of a restore live, and the restores that
// were counted.
func (k *desk) devices(c *contact) error {
	c.counted = map[LicenseID][]time.Time{}
	for _, l := range c.opened {
		acts, err := liveOf(k.tx, k.publisher, l.ID, maxDevices)
		if err != nil {
			return err
		}
		boxes, err := boxesOf(k.tx, k.publisher, acts)
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a = k.known(a); !a.State.Live() {
				continue
			}
			box := k.containers[a.Container]
			if box == nil {
				box = boxes[a.Container]
			}
			c.devices = append(c.devices, device{a, box.Marks})
		}
		if c.counted[l.ID], err = countedOf(k.tx, k.publisher, l, c.now); err != nil {
			return err
		}
		k.devicesOfBatch(c, l)
	}
	return nil
}

// devicesOfBatch adds what earlier messages of the same batch have done to a
// license, which the database does not show yet.
func (k *desk) devicesOfBatch(c *contact, l *License) {
	for _, a := range k.acts {
		switch {
		case a.License != l.ID:
		case a.fresh && a.State.Live():
			c.devices = append(c.devices, device{a, k.containers[a.Container].Marks})
		case a.State == ActivationRestoredAway && a.Counted:
			c.counted[l.ID] = append(c.counted[l.ID], a.Ended)
		}
	}
}

// known returns the image of an activation that this desk works on already.
func (k *desk) known(a *Activation) *Activation {
	for _, b := range k.here[a.Container] {
		if b.ID == a.ID {
			return b
		}
	}
	i := slices.IndexFunc(k.acts, func(b *Activation) bool { return b.ID == a.ID })
	if i >= 0 {
		return k.acts[i]
	}
	return a
}

// countedOf returns when restores of a license were counted, as far back as its
// allowance looks.
func countedOf(q db.Querier, p actor.PublisherID, l *License, now time.Time) ([]time.Time, error) {
	r := l.terms.model().Restore
	since := now.Add(-time.Duration(max(r.PerDays, r.WaitDays)+1) * day24)
	return db.List(q, func(r *db.Rows) (time.Time, error) {
		var t db.Time
		err := r.Scan(&t)
		return t.Time, err
	}, qCounted, p, l.ID, db.At(since))
}
