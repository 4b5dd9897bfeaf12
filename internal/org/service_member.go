package org

import (
	"context"
	"net/netip"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Admission is the input of Admit.
type Admission struct {
	Org   ID     `json:"org,omitzero"` // default: the caller's own
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
	Role  string `json:"role"`
}

// Admit makes a person a member of an organization. The person is found by
// address, or made. It returns ErrBadEmail, ErrBadName, ErrUnknownRole,
// ErrRoleKind, ErrBeyondKind, ErrBeyondOwn, ErrClosed and ErrMember. An
// Idempotency-Key makes it repeatable.
func (s *Service) Admit(ctx context.Context, by actor.Actor, in Admission) (Member, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Member, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Member{}, err
		}
		o, err := reach(tx, v, by, actor.MemberManage, ownOr(v, by, in.Org))
		if err != nil {
			return Member{}, err
		}
		p, err := in.personal()
		if err != nil {
			return Member{}, err
		}
		load := func(id [16]byte) (Member, error) { return s.member(tx, by.Publisher, MembershipID(id)) }
		return actor.Once(tx, by, load, func() ([16]byte, Member, error) {
			m, err := s.admit(tx, v, by, o, p, in.Role)
			return m.ID, m, err
		})
	})
}

// personal checks what is said of the person.
func (a Admission) personal() (p Personal, err error) {
	if p.Email, err = cleanEmail(a.Email); err != nil {
		return p, err
	}
	p.Name, err = cleanName(a.Name, false)
	return p, err
}

func (s *Service) admit(tx *db.Tx, v actor.View, by actor.Actor, o Organization, p Personal, role string) (Member, error) {
	var none Member
	if o.State != StateOpen {
		return none, ErrClosed.With("number", o.Number)
	}
	r, err := usableRole(tx, v, by, o, role)
	if err != nil {
		return none, err
	}
	person, key, err := s.personFor(tx, p.Email)
	if err != nil {
		return none, err
	}
	m := Member{ID: db.NewID[Member](tx), Org: o.ID, Person: person, Personal: p, Role: r.Key, CreatedAt: tx.Now(), Rev: 1}
	sealed, err := sealPersonal(key, m.ID, p)
	if err != nil {
		return none, err
	}
	n, err := tx.Exec(qMemberInsert, by.Publisher, m.ID, m.Org, m.Person, m.Role, sealed, db.At(m.CreatedAt))
	if err == nil && n == 0 {
		err = ErrMember.At("email")
	}
	if err != nil {
		return none, err
	}
	if _, err := tx.Exec(qPersonJoin, person, by.Publisher); err != nil {
		return none, err
	}
	return m, recordMember(tx, by, m, "member.admitted")
}

// usableRole returns the role of that key when it may be given in o by by.
func usableRole(tx *db.Tx, v actor.View, by actor.Actor, o Organization, key string) (Role, error) {
	r, err := roleOf(tx, by.Publisher, key)
	if err == nil && !r.Org.IsZero() && !v.Below(o.ID, r.Org) {
		err = actor.ErrNotFound
	}
	if isMissing(err) {
		return r, ErrUnknownRole.With("role", key).At("role")
	}
	if err == nil {
		err = r.fits(o.Kind)
	}
	if err == nil {
		err = handOn(r.at(o.Kind), v.Effective(by))
	}
	return r, err
}

func recordMember(tx *db.Tx, by actor.Actor, m Member, event string) error {
	return actor.Record(tx, by, actor.Entry{Entity: "membership", ID: m.ID, Event: event, Data: map[string]any{
		"org": m.Org, "person": m.Person, "role": m.Role,
	}})
}

// member returns one membership, unsealed.
func (s *Service) member(q db.Querier, p PublisherID, id MembershipID) (Member, error) {
	row, err := one(q, scanMember, qMember, p, id)
	if err != nil {
		return row.Member, err
	}
	return s.open(q, row)
}

// Members lists the members of an organization (zero: the caller's own) to those
// who manage them.
func (s *Service) Members(ctx context.Context, by actor.Actor, org ID, rg Range) (Page[Member], error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) (Page[Member], error) {
		var none Page[Member]
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return none, signInFirst(by, err)
		}
		org = ownOr(v, by, org)
		if err := s.gate.Check(r, by, actor.MemberManage, org); err != nil {
			return none, err
		}
		after, err := afterID[Personal](rg.After)
		if err != nil {
			return none, err
		}
		rows, err := many(r, scanMember, qMembers, by.Publisher, org, after, rg.limit()+1)
		if err != nil {
			return none, err
		}
		sealed := page(rows, rg, func(m memberRow) string { return m.Person.String() })
		out := Page[Member]{Next: sealed.Next}
		for _, row := range sealed.Items {
			m, err := s.open(r, row)
			if err != nil {
				return none, err
			}
			out.Items = append(out.Items, m)
		}
		return out, nil
	})
}

// MemberChange is the input of ChangeRole and Dismiss.
type MemberChange struct {
	ID   MembershipID `json:"id"`
	Role string       `json:"role"`          // ChangeRole only
	Rev  int64        `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// ChangeRole gives a member another role. The caller must hold what the old one
// gives as well as what the new one gives. It returns ErrUnknownRole,
// ErrRoleKind, ErrBeyondKind, ErrBeyondOwn and ErrStale.
func (s *Service) ChangeRole(ctx context.Context, by actor.Actor, in MemberChange) (Member, error) {
	return s.changeMember(ctx, by, in, "member.role_changed", func(tx *db.Tx, v actor.View, o Organization, m Member) (Member, error) {
		r, err := usableRole(tx, v, by, o, in.Role)
		if err != nil {
			return m, err
		}
		m.Role = r.Key
		n, err := tx.Exec(qMemberRole, m.Role, by.Publisher, m.ID, m.Rev)
		if err == nil && n == 0 {
			err = stale(m.Rev)
		}
		m.Rev++
		return m, err
	})
}

// Dismiss ends a membership. The caller must hold what its role gives. It returns
// ErrBeyondOwn and ErrStale.
func (s *Service) Dismiss(ctx context.Context, by actor.Actor, in MemberChange) error {
	_, err := s.changeMember(ctx, by, in, "member.dismissed", func(tx *db.Tx, _ actor.View, _ Organization, m Member) (Member, error) {
		n, err := tx.Exec(qMemberDelete, by.Publisher, m.ID, m.Rev)
		if err == nil && n == 0 {
			err = stale(m.Rev)
		}
		if err != nil {
			return m, err
		}
		_, err = tx.Exec(qPersonLeave, m.Person, by.Publisher)
		return m, err
	})
	return err
}

// changeMember is the frame of both: rights in the organization and over the
// role that the member has, revision, act, journal.
func (s *Service) changeMember(
	ctx context.Context, by actor.Actor, in MemberChange, event string,
	act func(*db.Tx, actor.View, Organization, Member) (Member, error),
) (Member, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Member, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Member{}, err
		}
		m, err := s.member(tx, by.Publisher, in.ID)
		if err != nil {
			return Member{}, err
		}
		o, err := reach(tx, v, by, actor.MemberManage, m.Org)
		if err == nil {
			err = checkRev(in.Rev, m.Rev)
		}
		if err != nil {
			return Member{}, err
		}
		has, err := roleOf(tx, by.Publisher, m.Role)
		if err == nil {
			err = handOn(has.at(o.Kind), v.Effective(by))
		}
		if err != nil && !isMissing(err) {
			return Member{}, err
		}
		if m, err = act(tx, v, o, m); err != nil {
			return m, err
		}
		return m, recordMember(tx, by, m, event)
	})
}

// Enter returns a signed-in person as an actor inside an organization: with what
// their roles there and above give. Without a membership that reaches it, it is
// actor.ErrNotFound. Whoever signs people in calls it; it checks no other right.
func (s *Service) Enter(ctx context.Context, person PersonID, p PublisherID, org ID, addr netip.Addr) (actor.Actor, error) {
	return read(ctx, s.d, p, func(r *db.Reader) (actor.Actor, error) {
		a := actor.Actor{Kind: actor.KindPerson, Publisher: p, Org: org, ID: "person:" + person.String(), Addr: addr}
		v, err := s.gate.View(r, p)
		if err != nil {
			return actor.Actor{}, err
		}
		places, err := many(r, scanPlace, qPlaces, p, person)
		if err != nil {
			return actor.Actor{}, err
		}
		found := false
		for _, m := range places {
			if !v.Below(org, m.org) {
				continue
			}
			role, err := roleOf(r, p, m.role)
			if err != nil {
				return actor.Actor{}, err
			}
			found = true
			a.Perms = a.Perms.Or(role.at(m.kind))
		}
		if !found {
			return actor.Actor{}, actor.ErrNotFound
		}
		return a, nil
	})
}

// memberPlace is where a person is a member, and as what.
type memberPlace struct {
	org  ID
	kind Kind
	role string
}

func scanPlace(r scanner) (m memberPlace, err error) {
	err = r.Scan(&m.org, &m.kind, &m.role)
	return m, err
}
