package license

import (
	"encoding/json"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/wire"
)

// Cargo is this package's part of the issuance journal: it says which tickets,
// licenses, look-ups, containers, activations and exchanges journal lines
// touched.
func (s *Service) Cargo(q *db.Reader, p actor.PublisherID, lines []actor.Row) ([]ship.Cargo, error) {
	c := &carrier{s: s, q: q, p: p}
	err := c.page(lines)
	return c.all, err
}

// carrier gathers what a page of the journal names.
type carrier struct {
	s   *Service
	q   *db.Reader
	p   actor.PublisherID
	all []ship.Cargo
}

func (c *carrier) ship(t *ship.Table, ids [][16]byte) {
	if len(ids) > 0 {
		c.all = append(c.all, ship.Cargo{Table: t, IDs: ids})
	}
}

// named is the ids that journal rows name.
type named struct {
	snapshots, tickets, licenses, containers, activations, exchanges [][16]byte
	seated                                                           [][16]byte // licenses of which only the seats changed
	tried                                                            [][16]byte // activations that left marks of a trial
	effects, consumptions                                            [][16]byte
	leases, rights, machines, reservations                           [][16]byte
	support                                                          [][16]byte
	cases, findings                                                  [][16]byte
	whole                                                            []OrderLineID
	extended                                                         []LicenseID
	issued                                                           []issuedData
}

// facts is what the data of a journal row may name.
type facts struct {
	License LicenseID `json:"license"`
	By      LicenseID `json:"by"`

	Consumption ConsumptionID `json:"consumption"`
	Container   ContainerID   `json:"container"`
	Finding     FindingID     `json:"finding"`
	Exchange    ExchangeID    `json:"exchange"`
	Snapshot    SnapshotID    `json:"snapshot"`
	First       TicketID      `json:"first"`
	Last        TicketID      `json:"last"`
	Until       LicenseID     `json:"until"`
	Tickets     int           `json:"tickets"`
	Tried       bool          `json:"tried"`
	Right       bool          `json:"right"`
	Machine     NamedID       `json:"machine"`
}

func (n *named) add(row actor.Row) {
	var f facts
	err := json.Unmarshal([]byte(row.Data), &f)
	if err != nil && row.Entity != "order_line" && row.Entity != "license" { // an extended license has days under names of ids
		return // of another package
	}
	switch row.Entity {
	case "ticket", "order_line":
		if row.Event == "ticket.issued" {
			n.issued = append(n.issued, issuedData{Snapshot: f.Snapshot, First: f.First, Last: f.Last, Until: f.Until, Tickets: f.Tickets})
			n.snapshots = append(n.snapshots, f.Snapshot)
		} else if row.Event == "line.reversed" {
			n.whole = append(n.whole, row.EntityID)
		} else if row.Entity == "ticket" {
			n.tickets = append(n.tickets, row.EntityID)
		}
	case "license":
		n.licenses = append(n.licenses, row.EntityID)
		if row.Event == "license.extended" {
			n.extended = append(n.extended, row.EntityID)
		}
	case "activation":
		n.activations = append(n.activations, row.EntityID)
		n.seated = append(n.seated, f.License)
		n.containers = append(n.containers, f.Container)
		if f.Tried {
			n.tried = append(n.tried, row.EntityID)
		}
	case "effect":
		n.effects = append(n.effects, row.EntityID)
		n.seated = append(n.seated, f.License, f.By)
	case "lease":
		n.leases = append(n.leases, row.EntityID)
		n.seated = append(n.seated, f.License)
		n.containers = append(n.containers, f.Container)
		if f.Right {
			n.rights = append(n.rights, leaseRightOf(f.License, f.Container))
		}
		if !f.Machine.IsZero() {
			n.machines = append(n.machines, f.Machine)
		}
	case "case":
		n.cases = append(n.cases, row.EntityID)
		n.containers = append(n.containers, f.Container)
		if !f.Finding.IsZero() {
			n.findings = append(n.findings, f.Finding)
		}
	case "reservation":
		n.reservations = append(n.reservations, row.EntityID)
	case "container":
		n.containers = append(n.containers, row.EntityID)
	case "support":
		n.support = append(n.support, row.EntityID)
	}
	if row.Event != "ticket.issued" && !f.Snapshot.IsZero() {
		n.snapshots = append(n.snapshots, f.Snapshot)
	}
	if !f.Consumption.IsZero() {
		n.consumptions = append(n.consumptions, f.Consumption)
	}
	if !f.Exchange.IsZero() {
		n.exchanges = append(n.exchanges, f.Exchange)
	}
}

// page gathers what a page of the journal names, in the order in which it can
// be brought back.
func (c *carrier) page(rows []actor.Row) error {
	var n named
	for _, row := range rows {
		n.add(row)
	}
	c.ship(shipSnapshot, n.snapshots)
	c.sheets(&n)
	if err := c.expand(&n); err != nil {
		return err
	}
	c.ship(shipTicket, n.tickets)
	c.ship(shipLicense, append(n.licenses, n.seated...))
	if err := c.lookups(n); err != nil {
		return err
	}
	c.ship(shipContainer, n.containers)
	c.ship(shipActivation, n.activations)
	c.ship(shipEffect, n.effects)
	c.ship(shipConsumption, n.consumptions)
	c.ship(shipReservation, n.reservations)
	c.ship(shipLease, n.leases)
	c.ship(shipLeaseRight, n.rights)
	c.ship(shipNamed, n.machines)
	c.ship(shipSupport, n.support)
	c.ship(shipFinding, n.findings)
	c.ship(shipCase, n.cases)
	if err := c.trials(n); err != nil {
		return err
	}
	for part := range slices.Chunk(n.exchanges, chunk) {
		bundles, err := idsOf[exchangeRow](c.q, qExchangeBundles, c.p, db.IDs[exchangeRow](toTyped[exchangeRow](part)))
		if err != nil {
			return err
		}
		c.ship(shipBundle, fromIDs(bundles))
	}
	c.ship(shipExchange, n.exchanges)
	return nil
}

// expand adds the tickets of chunks and whole lines, the licenses of tickets, and
// the tickets of licenses that were named themselves.
func (c *carrier) expand(n *named) error {
	direct := distinct(n.licenses)
	for _, i := range n.issued {
		ids, err := idsOf[Ticket](c.q, qIssuedRange, c.p, i.Snapshot, i.First, i.Last)
		if err != nil {
			return err
		}
		n.tickets = append(n.tickets, fromIDs(ids)...)
	}
	for part := range slices.Chunk(n.whole, chunk) {
		w, err := walkOf(c.q, c.p, part)
		if err != nil {
			return err
		}
		ids, err := idsOf[Ticket](c.q, qSnapshotTickets, c.p, w.snapshots(part))
		if err != nil {
			return err
		}
		n.tickets = append(n.tickets, fromIDs(ids)...)
	}
	for part := range slices.Chunk(n.extended, chunk) { // their activations end later
		live, err := liveOfMany(c.q, c.p, part)
		if err != nil {
			return err
		}
		for _, a := range live {
			n.activations = append(n.activations, a.ID)
		}
	}
	n.tickets = distinct(n.tickets)
	for part := range slices.Chunk(n.tickets, chunk) {
		ids, err := idsOf[License](c.q, qLicenseIDs, c.p, db.IDs[Ticket](toTyped[Ticket](part)))
		if err != nil {
			return err
		}
		n.licenses = append(n.licenses, fromIDs(ids)...)
	}
	for part := range slices.Chunk(direct, chunk) {
		rows, err := db.List(c.q, scanLicense, qLicensesByID, c.p, db.IDs[License](toTyped[License](part)))
		if err != nil {
			return err
		}
		for _, l := range rows {
			n.tickets = append(n.tickets, l.Ticket)
		}
	}
	n.tickets, n.licenses = distinct(n.tickets), distinct(n.licenses)
	return nil
}

// distinct leaves out repeats: one batch of activations names a license many
// times, and each time its code would be opened again.
func distinct(ids [][16]byte) [][16]byte {
	seen := make(map[[16]byte]bool, len(ids))
	out := make([][16]byte, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// lookups ships the rows by which the codes of tickets and license keys are
// found. They are found through the codes themselves, so that the table needs no
// second index.
func (c *carrier) lookups(n named) error {
	var ids [][16]byte
	add := func(normal []byte) {
		for _, h := range c.s.vault.Lookups(normal) {
			ids = append(ids, [16]byte(h[:16]))
		}
	}
	for part := range slices.Chunk(n.tickets, chunk) {
		codes, err := c.s.Codes(c.q, c.p, toTyped[Ticket](part))
		if err != nil {
			return err
		}
		for _, code := range codes {
			if t, err := wire.ParseTicket(code); err == nil {
				add(t.Bytes())
			}
		}
	}
	for part := range slices.Chunk(n.licenses, chunk) {
		keys, err := c.s.keysOf(c.q, c.p, toTyped[License](part))
		if err != nil {
			return err
		}
		for _, k := range keys {
			add(k.Bytes())
		}
	}
	c.ship(shipLookup, ids)
	return nil
}

// keysOf opens the license keys that licenses have.
func (s *Service) keysOf(q db.Querier, p actor.PublisherID, ids []LicenseID) ([]wire.Key, error) {
	type row struct {
		id     LicenseID
		sealed []byte
	}
	rows, err := db.List(q, func(r *db.Rows) (row, error) {
		var x row
		return x, r.Scan(&x.id, &x.sealed)
	}, qSealedKeys, p, db.IDs[License](ids))
	if err != nil {
		return nil, err
	}
	out := make([]wire.Key, 0, len(rows))
	for _, x := range rows {
		plain, err := s.vault.Open(q, p, x.id[:], x.sealed)
		if err != nil {
			return nil, err
		}
		k, err := wire.ParseKey(string(plain))
		if err != nil {
			return nil, ErrNoCode.Wrap(err)
		}
		out = append(out, k)
	}
	return out, nil
}

// trials ships the marks of trials that the named activations left.
func (c *carrier) trials(n named) error {
	var ids [][16]byte
	for part := range slices.Chunk(distinct(n.tried), chunk) {
		acts, err := db.List(c.q, scanActivation, qActivationsByID, c.p, db.IDs[Activation](toTyped[Activation](part)))
		if err != nil {
			return err
		}
		of, err := c.licensesOf(acts)
		if err != nil {
			return err
		}
		for _, a := range acts {
			l := of[a.License]
			if l == nil {
				return ErrNotFound
			}
			box, err := containerOf(c.q, c.p, a.Container, false)
			if err != nil {
				return err
			}
			for _, t := range l.trialMarks(deviceOf(box.Keys.Kind, box.ID, box.Marks)) {
				ids = append(ids, t.id)
			}
		}
	}
	c.ship(shipTrial, ids)
	return nil
}

// licensesOf reads the licenses of activations with their terms.
func (c *carrier) licensesOf(acts []*Activation) (map[LicenseID]*License, error) {
	ids := make([][16]byte, len(acts))
	for i, a := range acts {
		ids[i] = a.License
	}
	list, err := db.List(c.q, scanLicense, qLicensesByID, c.p, db.IDs[License](toTyped[License](distinct(ids))))
	if err != nil {
		return nil, err
	}
	out := make(map[LicenseID]*License, len(list))
	for _, l := range list {
		out[l.ID] = l
	}
	return out, c.s.attach(c.q, c.p, list)
}

func toTyped[T any](ids [][16]byte) []db.ID[T] {
	out := make([]db.ID[T], len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

func fromIDs[T any](ids db.IDs[T]) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
