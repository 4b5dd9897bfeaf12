package license

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// TicketQuery is what a list of tickets or licenses shows.
type TicketQuery struct {
	Holder actor.OrgID  // only this organization's; zero = all in scope
	State  LicenseState // of licenses; "" = any
	After  string       // cursor
	Limit  int          // 1 to 500; 0 = 100
}

// ListTickets lists tickets without their codes, in the order of their issue,
// as far as by's scope reaches. It needs ticket.read or support.read. Errors:
// license.bad_cursor.
func (s *Service) ListTickets(ctx context.Context, by actor.Actor, in TicketQuery) (Page[TicketInfo], error) {
	out := Page[TicketInfo]{Items: []TicketInfo{}}
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		tickets, licenses, next, err := s.list(r, by, actor.TicketRead, in)
		out.Next = next
		for _, t := range tickets {
			out.Items = append(out.Items, t.info(licenses[t.ID], r.Now()))
		}
		return err
	})
	return out, err
}

// ListLicenses lists licenses in the order in which their tickets were issued,
// as far as by's scope reaches. It needs license.read or support.read. A page is
// cut between tickets. Errors: license.bad_cursor.
func (s *Service) ListLicenses(ctx context.Context, by actor.Actor, in TicketQuery) (Page[LicenseInfo], error) {
	out := Page[LicenseInfo]{Items: []LicenseInfo{}}
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		tickets, licenses, next, err := s.list(r, by, actor.LicenseRead, in)
		out.Next = next
		for _, t := range tickets {
			for _, l := range licenses[t.ID] {
				if in.State == "" || in.State == l.State {
					out.Items = append(out.Items, l.info(r.Now()))
				}
			}
		}
		return err
	})
	return out, err
}

func (s *Service) list(r *db.Reader, by actor.Actor, perm actor.Permission, in TicketQuery) ([]*Ticket, map[TicketID][]*License, string, error) {
	from, err := after[Ticket](in.After)
	if err != nil {
		return nil, nil, "", err
	}
	holders, keep, err := s.scope(r, by, perm, in.Holder)
	if err != nil {
		return nil, nil, "", err
	}
	tickets, more, err := ticketsIn(r, by.Publisher, holders, keep, from, pageSize(in.Limit))
	if err != nil || len(tickets) == 0 {
		return nil, nil, more.String(), err
	}
	ids := make(db.IDs[Ticket], 0, len(tickets))
	for _, t := range tickets {
		ids = append(ids, t.ID)
	}
	all, err := db.List(r, scanLicense, qTicketsLicenses, by.Publisher, ids)
	if err != nil {
		return nil, nil, "", err
	}
	byTicket := make(map[TicketID][]*License, len(tickets))
	for _, l := range all {
		byTicket[l.Ticket] = append(byTicket[l.Ticket], l)
	}
	if err := s.attach(r, by.Publisher, all); err != nil {
		return nil, nil, "", err
	}
	return tickets, byTicket, more.String(), attachEligible(r, by.Publisher, all)
}

// scope says whose rows by may list: some holders to go through one by one, or
// a test for all rows.
func (s *Service) scope(r *db.Reader, by actor.Actor, perm actor.Permission, holder actor.OrgID) ([]actor.OrgID, func(actor.OrgID) bool, error) {
	if !holder.IsZero() {
		return []actor.OrgID{holder}, nil, hide(s.mayRead(r, by, perm, holder))
	}
	if err := s.mayRead(r, by, perm, by.Org); err != nil {
		return nil, nil, err
	}
	v, err := s.gate.View(r, by.Publisher)
	if err != nil {
		return nil, nil, err
	}
	if v.Sees(by, actor.OrgID{}) {
		return nil, func(actor.OrgID) bool { return true }, nil
	}
	ids, err := s.gate.Scope(r, by, perm)
	if err != nil {
		if ids, err = s.gate.Scope(r, by, actor.SupportRead); err != nil {
			return nil, nil, err
		}
	}
	if len(ids) <= maxHolders {
		return ids, nil, nil
	}
	return nil, func(org actor.OrgID) bool { return v.Sees(by, org) }, nil
}

// GetLicense returns a license. It needs license.read or support.read for its
// ticket's holder. Errors: license.not_found.
func (s *Service) GetLicense(ctx context.Context, by actor.Actor, id LicenseID) (LicenseInfo, error) {
	var out LicenseInfo
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		l, err := s.seen(r, by, id, actor.LicenseRead)
		if err == nil {
			out = l.info(r.Now())
		}
		return err
	})
	return out, err
}

// seen reads a license that by may look at.
func (s *Service) seen(r *db.Reader, by actor.Actor, id LicenseID, perm actor.Permission) (*License, error) {
	l, err := licenseOf(r, by.Publisher, id)
	if err != nil {
		return nil, err
	}
	if l.ticket, err = s.ticketFor(r, by, l.Ticket, false, perm); err != nil {
		return nil, err
	}
	if err := s.attach(r, by.Publisher, []*License{l}); err != nil {
		return nil, err
	}
	return l, attachEligible(r, by.Publisher, []*License{l})
}

// ListActivations lists the activations of a license, ended ones too, container
// by container. It needs license.read or support.read for the license's holder.
// Errors: license.not_found, license.bad_cursor.
func (s *Service) ListActivations(ctx context.Context, by actor.Actor, id LicenseID, cursor string, limit int) (Page[ActivationInfo], error) {
	out := Page[ActivationInfo]{Items: []ActivationInfo{}}
	n := pageSize(limit)
	box, gen, _ := strings.Cut(cursor, ":")
	from, err := after[Container](box)
	if err != nil {
		return out, err
	}
	slot := int64(-1)
	if cursor != "" {
		if slot, err = strconv.ParseInt(gen, 10, 64); err != nil {
			return out, ErrCursor
		}
	}
	err = s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if _, err := s.seen(r, by, id, actor.LicenseRead); err != nil {
			return err
		}
		list, err := db.List(r, scanActivation, qActivationsAfter, by.Publisher, id, from, slot, n+1)
		for i, a := range list {
			if i == n {
				last := list[n-1]
				out.Next = last.Container.String() + ":" + strconv.FormatInt(last.slot(), 10)
				break
			}
			out.Items = append(out.Items, a.info())
		}
		return err
	})
	return out, err
}

// ContainerQuery is what a list of containers shows.
type ContainerQuery struct {
	License LicenseID // only those that hold it; zero = any
	Trouble bool      // only suspect and blocked ones
	After   string    // cursor
	Limit   int       // 1 to 500; 0 = 100
}

// ListContainers lists containers, as far as by's scope reaches: those that hold
// a license of an organization in it. It needs container.read or support.read.
// Errors: license.not_found, license.bad_cursor.
func (s *Service) ListContainers(ctx context.Context, by actor.Actor, in ContainerQuery) (Page[ContainerInfo], error) {
	out := Page[ContainerInfo]{Items: []ContainerInfo{}}
	from, err := after[Container](in.After)
	if err != nil {
		return out, err
	}
	err = s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		list, err := s.containers(r, by, in, from)
		if err != nil {
			return err
		}
		if n := pageSize(in.Limit); len(list) > n {
			list = list[:n]
			out.Next = list[n-1].ID.String()
		}
		out.Items, err = s.describe(r, by, list)
		return err
	})
	return out, err
}

func (s *Service) containers(r *db.Reader, by actor.Actor, in ContainerQuery, from ContainerID) ([]*Container, error) {
	n := pageSize(in.Limit) + 1
	if !in.License.IsZero() {
		if _, err := s.seen(r, by, in.License, actor.ContainerRead); err != nil {
			return nil, err
		}
		return db.List(r, scanContainer, qContainersOfLicense, by.Publisher, in.License, from, n)
	}
	if err := s.mayRead(r, by, actor.ContainerRead, by.Org); err != nil {
		return nil, err
	}
	stmt := qContainersAfter
	if in.Trouble {
		stmt = qContainersTrouble
	}
	return db.List(r, scanContainer, stmt, by.Publisher, from, n)
}

// describe shows the containers that by may see, with what they hold.
func (s *Service) describe(r *db.Reader, by actor.Actor, list []*Container) ([]ContainerInfo, error) {
	out := []ContainerInfo{}
	if len(list) == 0 {
		return out, nil
	}
	ids := make(db.IDs[Container], 0, len(list))
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	v, err := s.gate.View(r, by.Publisher)
	if err != nil {
		return nil, err
	}
	holders, err := holdersOf(r, by.Publisher, ids)
	if err != nil {
		return nil, err
	}
	live, err := db.List(r, scanActivation, qContainersLive, by.Publisher, ids)
	if err != nil {
		return nil, err
	}
	in := map[ContainerID][]*Activation{}
	for _, a := range live {
		in[a.Container] = append(in[a.Container], a)
	}
	whole := v.Sees(by, actor.OrgID{})
	for _, c := range list {
		if !whole && !slices.ContainsFunc(holders[c.ID], func(o actor.OrgID) bool { return v.Sees(by, o) }) {
			continue
		}
		out = append(out, c.info(in[c.ID]))
	}
	return out, nil
}

// GetContainer returns a container with its live activations. It needs
// container.read or support.read for an organization that holds something in it.
// Errors: license.not_found.
func (s *Service) GetContainer(ctx context.Context, by actor.Actor, id ContainerID) (ContainerInfo, error) {
	var out ContainerInfo
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.mayRead(r, by, actor.ContainerRead, by.Org); err != nil {
			return err
		}
		c, err := containerOf(r, by.Publisher, id, false)
		if err != nil {
			return err
		}
		list, err := s.describe(r, by, []*Container{c})
		if err == nil && len(list) == 0 {
			err = ErrNotFound
		}
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}
