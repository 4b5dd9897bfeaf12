package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const (
	defaultPage = 100
	maxPage     = 500
	// maxScan bounds how many rows one list looks at: beside a narrow scope most
	// rows are somebody else's.
	maxScan = 2000
	// maxHolders is up to how many organizations a scope is read one by one, each
	// along its index, instead of filtering everything.
	maxHolders = 50
)

func pageSize(n int) int {
	if n <= 0 {
		return defaultPage
	}
	return min(n, maxPage)
}

// after reads a cursor that is an id. The start is below every id in use.
func after[T any](cursor string) (db.ID[T], error) {
	if cursor == "" {
		return db.ID[T]{15: 1}, nil
	}
	id, err := db.ParseID[T](cursor)
	if err != nil {
		return id, ErrCursor
	}
	return id, nil
}

var (
	qTicketsAfter = db.SQL("license.tickets_after", `
SELECT `+ticketColumns+` FROM ticket t WHERE t.publisher_id = ? AND t.id > ? ORDER BY t.id LIMIT ?`)
	qHolderTickets = db.SQL("license.tickets_of_holder", `
SELECT `+ticketColumns+` FROM ticket t
WHERE t.publisher_id = ? AND t.holder_id = ? AND t.id > ? ORDER BY t.id LIMIT ?`)
	qTicketsLicenses = db.SQL("license.licenses_of_tickets", `
SELECT `+licenseColumns+` FROM license l WHERE l.publisher_id = ? AND {ids:l.ticket_id} ORDER BY l.ticket_id, l.id`)
	qContainersAfter = db.SQL("license.containers_after", `
SELECT `+containerColumns+` FROM container c WHERE c.publisher_id = ? AND c.id > ? ORDER BY c.id LIMIT ?`)
	qContainersTrouble = db.SQL("license.containers_in_trouble", `
SELECT `+containerColumns+` FROM container c
WHERE c.publisher_id = ? AND c.state <> 'active' AND c.id > ? ORDER BY c.id LIMIT ?`)
	qContainersOfLicense = db.SQL("license.containers_of_license", `
SELECT `+containerColumns+` FROM activation a
JOIN container c ON c.publisher_id = a.publisher_id AND c.id = a.container_id
WHERE a.publisher_id = ? AND a.license_id = ? AND a.slot = 0 AND a.container_id > ? ORDER BY a.container_id LIMIT ?`)
	qActivationsAfter = db.SQL("license.activations_after", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.license_id = ? AND (a.container_id, a.slot) > (?, ?)
ORDER BY a.container_id, a.slot LIMIT ?`)
	qHoldersOf = db.SQL("license.holders_of_containers", `
SELECT a.container_id, t.holder_id FROM activation a
JOIN license l ON l.publisher_id = a.publisher_id AND l.id = a.license_id
JOIN ticket t ON t.publisher_id = l.publisher_id AND t.id = l.ticket_id
WHERE a.publisher_id = ? AND {ids:a.container_id} AND a.slot = 0`)
)

// ticketsIn reads the next tickets of some holders, or of whoever keep lets
// through, in the order of their ids. more is the cursor behind the last row
// that was looked at, zero at the end.
func ticketsIn(q db.Querier, p actor.PublisherID, holders []actor.OrgID, keep func(actor.OrgID) bool, from TicketID, n int) (list []*Ticket, more TicketID, err error) {
	if holders != nil {
		for _, h := range holders {
			part, err := db.List(q, scanTicket, qHolderTickets, p, h, from, n+1)
			if err != nil {
				return nil, more, err
			}
			list = append(list, part...)
		}
		slices.SortFunc(list, func(a, b *Ticket) int { return a.ID.Compare(b.ID) })
		if len(list) > n {
			list = list[:n]
			more = list[n-1].ID
		}
		return list, more, nil
	}
	more = from
	for seen, size := 0, n+1; ; size = min(2*size, maxScan-seen) { // most often everything is kept
		part, err := db.List(q, scanTicket, qTicketsAfter, p, more, size)
		if err != nil {
			return nil, more, err
		}
		for _, t := range part {
			if len(list) == n {
				return list, more, nil
			}
			if keep(t.Holder) {
				list = append(list, t)
			}
			more = t.ID
		}
		if seen += len(part); len(part) < size {
			return list, TicketID{}, nil
		}
		if seen == maxScan {
			return list, more, nil
		}
	}
}

// holdersOf returns which organizations hold something in containers.
func holdersOf(q db.Querier, p actor.PublisherID, ids db.IDs[Container]) (map[ContainerID][]actor.OrgID, error) {
	rows, err := q.Query(qHoldersOf, p, ids)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[ContainerID][]actor.OrgID{}
	for rows.Next() {
		var id ContainerID
		var org actor.OrgID
		if err := rows.Scan(&id, &org); err != nil {
			return nil, err
		}
		out[id] = append(out[id], org)
	}
	return out, rows.Err()
}

var (
	qElapseLater = db.SQL("license.elapse_later", `
UPDATE activation SET elapses_at = ?, rev = rev + 1
WHERE publisher_id = ? AND license_id = ? AND slot = 0 AND elapses_at < ? AND lent_until IS NULL`)
	qElapsedPublisher = db.SQL("license.elapsed_publisher", `
SELECT publisher_id FROM activation
WHERE slot = 0 AND elapses_at IS NOT NULL AND publisher_id > ? ORDER BY publisher_id LIMIT 1`)
	qElapsed = db.SQL("license.elapsed", `
SELECT id, license_id FROM activation
WHERE publisher_id = ? AND slot = 0 AND elapses_at <= ? ORDER BY elapses_at LIMIT ?`)
)

var qContainersSeen = db.SQL("license.containers_seen", `
SELECT `+containerColumns+` FROM container c WHERE c.publisher_id = ? AND {ids:c.id}`)

// boxesOf reads the containers of activations.
func boxesOf(q db.Querier, p actor.PublisherID, acts []*Activation) (map[ContainerID]*Container, error) {
	ids := make(db.IDs[Container], 0, len(acts))
	for _, a := range acts {
		ids = append(ids, a.Container)
	}
	list, err := db.List(q, scanContainer, qContainersSeen, p, ids)
	out := make(map[ContainerID]*Container, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, err
}
