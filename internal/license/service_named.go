package license

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// maxNamedList is how many machines of a license are listed.
const maxNamedList = 100

// Holding is what a program shows that has a license key.
type Holding struct {
	Key     string    // as typed
	Product string    // code of the program's product; "" = any
	License LicenseID // that it takes the key for; zero = whichever it is
}

// KeyInput asks about a license by its key.
type KeyInput struct {
	Holding
	Machines []string // names or ids of machines of it; which of them hold a place is answered
	All      bool     // list its machines instead, at most 100
}

// LookKey tells whoever has a license key what the license gives, whether it is
// good, and which machines that were named for it hold a place. It writes nothing
// and is not signed. by may be anonymous: the key is the proof. A key of another
// product is answered and not good. Errors: license.code_typo,
// license.unknown_code (for foreign keys, too), license.too_many_tries,
// license.not_in_ticket when the key is not that of the license named,
// license.container_kind and license.not_by_name where no machine may be named.
func (s *Service) LookKey(ctx context.Context, by actor.Actor, in KeyInput) (KeyedLicense, error) {
	var out KeyedLicense
	p, id, err := s.byKey(ctx, by, in.Holding)
	if err != nil {
		return out, err
	}
	err = s.db.For(p).Read(ctx, func(r *db.Reader) error {
		l, err := s.licenseWith(r, p, id)
		if err != nil {
			return err
		}
		if err := l.nameable(); err != nil {
			return err
		}
		out = l.keyed(in.Product, r.Now())
		out.Publisher = p
		var rows []namedRow
		if in.All {
			rows, err = db.List(r, scanNamed, qNamedOfLicense, p, id, maxNamedList)
		} else {
			rows, err = namedRows(r, p, id, s.namedIDs(p, id, in.Machines...))
		}
		if err == nil {
			out.Machines, err = s.present(r, p, l, rows)
		}
		return err
	})
	return out, err
}

// byKey finds the license of a typed key.
func (s *Service) byKey(ctx context.Context, by actor.Actor, in Holding) (p actor.PublisherID, id LicenseID, err error) {
	key, err := wire.ParseKey(in.Key)
	if err != nil {
		return p, id, typo(err)
	}
	if err := s.guessing(ctx, by); err != nil {
		return p, id, err
	}
	p, _, l, err := s.keyed(ctx, by, key)
	if err != nil {
		return p, id, err
	}
	if !in.License.IsZero() && in.License != l.ID {
		return p, id, ErrNotWanted.With("value", in.License)
	}
	return p, l.ID, nil
}

// licenseWith reads a license with its terms and its ticket.
func (s *Service) licenseWith(q db.Querier, p actor.PublisherID, id LicenseID) (*License, error) {
	l, err := licenseOf(q, p, id)
	if err != nil {
		return nil, err
	}
	if err := s.attach(q, p, []*License{l}); err != nil {
		return nil, err
	}
	l.ticket, err = ticketOf(q, p, l.Ticket, false)
	return l, err
}

// namedID is the id of a machine of a license: the same name is the same machine.
func (s *Service) namedID(p actor.PublisherID, l LicenseID, name string) NamedID {
	return NamedID(s.vault.Blind(p, "named machine", append(l[:], name...))[:16])
}

// namedIDs is the ids that texts may mean which name machines by id or by name:
// many names look like ids.
func (s *Service) namedIDs(p actor.PublisherID, l LicenseID, texts ...string) (out db.IDs[NamedMachine]) {
	for _, text := range texts {
		if id, err := db.ParseID[NamedMachine](text); err == nil {
			out = append(out, id)
		}
		out = append(out, s.namedID(p, l, text))
	}
	return out
}

// ActivateNamed gives a machine that a program names a place of the license of a
// key. The place is a lease: of a floating license it ends unless the machine is
// heard of (BeatNamed), else when it is given back (ReturnNamed) or the model says
// so. The article must allow containers of the kind named. by may be anonymous:
// the key is the proof. It is journaled, without the name. Errors: those of
// LookKey; license.bad_machine, license.component_twice, license.other_product,
// license.machine_taken where it has a place already, license.too_often, and the refusals of a ticket and a license
// (blocked, expired, no_seat …).
func (s *Service) ActivateNamed(ctx context.Context, by actor.Actor, holds Holding, in NamedInput) (*NamedMachine, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	p, id, err := s.byKey(ctx, by, holds)
	if err != nil {
		return nil, err
	}
	var out *NamedMachine
	err = s.write(ctx, func(tx *db.Tx) error {
		k := s.newLeaseDesk(tx, p)
		k.licenses[id] = nil
		if err := k.loadAll(); err != nil {
			return err
		}
		out, err = k.name(id, holds.Product, in)
		return err
	})
	return out, err
}

// name places a machine under the license's lock.
func (k *leaseDesk) name(id LicenseID, product string, in NamedInput) (*NamedMachine, error) {
	l, err := one([]*License{k.licenses[id]}, nil)
	if err != nil {
		return nil, err
	}
	if err := l.valid(l.ticket.State, product, k.tx.Now()); err != nil {
		return nil, err
	}
	if err := l.nameable(); err != nil {
		return nil, err
	}
	m := &NamedMachine{ID: k.s.namedID(k.publisher, id, in.Name), License: id, Name: in.Name, Parts: in.Parts, Platform: in.Platform, Cores: in.Cores}
	if err := k.vacant(l, m); err != nil {
		return nil, err
	}
	f, floats := l.namedSpec()
	churns := !floats && l.Taken >= l.Seats.Limit() // a place that was given back
	if churns {
		wait, err := k.s.churnWait(k.tx, l.Ticket)
		if err != nil {
			return nil, err
		}
		if wait.wait > 0 {
			return nil, l.tooOften(wait, k.tx.Now())
		}
	}
	if m.lease, err = k.lease(namedAsk(db.NewID[Lease](k.tx), m.ID, in), l, f, namedHolder(m.ID)); err != nil {
		return nil, l.full(err)
	}
	l.bound(m.lease, floats)
	data := leaseOf(m.lease)
	data.Machine = m.ID
	k.note(act{"lease", m.lease.ID, "lease.granted", data}, m.pseudonym())
	if err := k.s.keepName(k.tx, k.publisher, m); err != nil {
		return nil, err
	}
	if churns {
		if err := db.Charge(k.tx, k.s.limits.Ticket, l.Ticket.String()); err != nil {
			return nil, err
		}
	}
	m.show(l)
	return m, k.flush()
}

// vacant refuses a machine that has a place, and learns of the row of one that had.
func (k *leaseDesk) vacant(l *License, m *NamedMachine) error {
	rows, err := namedRows(k.tx, k.publisher, l.ID, db.IDs[NamedMachine]{m.ID})
	if err != nil || len(rows) == 0 {
		return err
	}
	m.rev = rows[0].m.rev
	before, err := leasesByID(k.tx, k.publisher, qLeases, db.IDs[Lease]{rows[0].lease})
	if err != nil {
		return err
	}
	a := before[rows[0].lease]
	if a == nil || a.State == LeaseEnded {
		return nil
	}
	k.leases[a.ID] = a
	f, _ := l.namedSpec()
	if err := k.review(l, f, a); err != nil {
		return err
	}
	if a.State == LeaseLive {
		return ErrNamedTaken
	}
	return nil
}

// BeatNamed says that a machine is still there, and returns it. Of a floating
// license it keeps its place by that. Nothing is written to the journal. It is
// durable when it returns. machine is its id or its name. Errors: those of
// LookKey, license.unknown_machine for one that has no place any more,
// license.other_product, the refusals of a ticket and a license (blocked,
// recalled, expired).
func (s *Service) BeatNamed(ctx context.Context, by actor.Actor, holds Holding, machine string) (*NamedMachine, error) {
	p, id, err := s.byKey(ctx, by, holds)
	if err != nil {
		return nil, err
	}
	var out *NamedMachine
	err = s.write(ctx, func(tx *db.Tx) error {
		out, err = s.beat(tx, p, id, holds.Product, machine)
		return err
	})
	return out, err
}

func (s *Service) beat(tx *db.Tx, p actor.PublisherID, id LicenseID, product, machine string) (*NamedMachine, error) {
	l, err := s.licenseWith(tx, p, id)
	if err != nil {
		return nil, err
	}
	m, err := s.namedHere(tx, p, l, machine)
	if err != nil {
		return nil, err
	}
	locked, err := leasesByID(tx, p, qLeasesLock, db.IDs[Lease]{m.lease.ID})
	if err != nil {
		return nil, err
	}
	f, floats := l.namedSpec()
	a := locked[m.lease.ID]
	if a == nil || a.holds(f, tx.Now()) != nil {
		return nil, ErrNamedUnknown
	}
	if err := l.valid(l.ticket.State, product, tx.Now()); err != nil {
		return nil, err
	}
	a.Ends, a.Renewed = l.leaseEnd(f, tx.Now()), tx.Now()
	if !a.Renewed.After(a.Granted) { // in the same instant: it was heard of all the same
		a.Renewed = a.Granted.Add(1000)
	}
	if !floats {
		l.bound(a, floats)
	}
	m.lease = a
	m.show(l)
	n, err := tx.Exec(qLeaseRenew, db.At(a.Renewed), db.At(a.Ends), p, db.IDs[Lease]{a.ID})
	return m, exactly(1, n, err)
}

// namedHere finds a machine that holds a place of a license, by its id or its name.
func (s *Service) namedHere(q db.Querier, p actor.PublisherID, l *License, machine string) (*NamedMachine, error) {
	rows, err := namedRows(q, p, l.ID, s.namedIDs(p, l.ID, machine))
	if err != nil {
		return nil, err
	}
	found, err := s.present(q, p, l, rows)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNamedUnknown
	}
	return found[0], nil
}

// ReturnNamed gives a machine's place back, at once, or after the least time of the
// model; what is known of the machine is deleted. machine is its id or its name. It
// is journaled. Errors: those of LookKey, license.unknown_machine also for one that
// has been given back, license.machine_stays where the model allows no return.
func (s *Service) ReturnNamed(ctx context.Context, by actor.Actor, holds Holding, machine string) error {
	p, id, err := s.byKey(ctx, by, holds)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *db.Tx) error {
		k := s.newLeaseDesk(tx, p)
		k.licenses[id] = nil
		if err := k.loadAll(); err != nil {
			return err
		}
		l, err := one([]*License{k.licenses[id]}, nil)
		if err != nil {
			return err
		}
		m, err := s.namedHere(tx, p, l, machine)
		if err != nil {
			return err
		}
		return k.leave(l, m)
	})
}

func (k *leaseDesk) leave(l *License, m *NamedMachine) error {
	f, floats := l.namedSpec()
	if !floats && !l.terms.model().Transfer {
		return ErrNamedStays
	}
	a := m.lease
	k.leases[a.ID] = a
	mates, err := k.matesOf(l, f, a.Holder)
	if err != nil {
		return err
	}
	for _, e := range l.endLease(f, a, mates, k.tx.Now()) {
		k.note(e, m.pseudonym())
	}
	if err := k.moveUp(l, f); err != nil { // who waits for a place
		return err
	}
	if err := forgetNames(k.tx, k.publisher, []*Lease{a}); err != nil {
		return err
	}
	return k.flush()
}

// pseudonym is the machine's name in the journal.
func (m *NamedMachine) pseudonym() string { return "machine:" + m.ID.String() }
