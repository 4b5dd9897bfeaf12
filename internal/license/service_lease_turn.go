package license

import (
	"context"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// RenewLease says that a lease is still in use, and returns its license anew. The
// holder's secret is the proof; nothing is written to the journal. It is durable
// when it returns. A lease that ended, or whose place was given on, is not revived:
// license.lease_gone, also for a wrong secret. Further errors: the refusals of a
// license (blocked, recalled, expired), license.container_blocked,
// license.suspect, sign.no_key.
func (s *Service) RenewLease(ctx context.Context, by actor.Actor, in LeaseHold) (Leased, error) {
	if err := s.mine(by, in); err != nil {
		return Leased{}, err
	}
	var r *leased
	err := again(func() (err error) {
		r, err = s.renewals.Do(ctx, in)
		return err
	})
	if err != nil {
		return Leased{}, err
	}
	return s.signLease(ctx, in.Publisher, r)
}

func (h LeaseHold) of() actor.PublisherID { return h.Publisher }

// about is the same for all: which license a lease is of is not said, and one run
// of ends at a time is enough.
func (h LeaseHold) about() (none [16]byte) { return none }

// renewAll is the many-form of RenewLease.
func (s *Service) renewAll(tx *db.Tx, all []LeaseHold) ([]db.Result[*leased], error) {
	out := make([]db.Result[*leased], len(all))
	err := byPublisher(all, LeaseHold.of, func(p actor.PublisherID, at []int) error {
		r := renewal{s: s, tx: tx, p: p, until: map[told]db.IDs[Lease]{}}
		if err := r.load(all, at); err != nil {
			return err
		}
		for _, i := range at {
			one, err := r.one(all[i])
			if err != nil && !refused(err) {
				return err
			}
			out[i] = db.Result[*leased]{Out: one, Err: err}
		}
		return r.write()
	})
	return out, err
}

// renewal is the leases of one publisher that are renewed together: their rows are
// locked, and nothing else.
type renewal struct {
	s        *Service
	tx       *db.Tx
	p        actor.PublisherID
	leases   map[LeaseID]*Lease
	licenses map[LicenseID]*License
	boxes    map[ContainerID]*Container
	until    map[told]db.IDs[Lease]
}

// told is until when a lease is renewed, and as of when.
type told struct{ ends, renewed time.Time }

func (r *renewal) load(all []LeaseHold, at []int) (err error) {
	ids := make(db.IDs[Lease], 0, len(at))
	for _, i := range at {
		ids = append(ids, all[i].Lease)
	}
	if r.leases, err = leasesByID(r.tx, r.p, qLeasesLock, ids); err != nil {
		return err
	}
	var licenses db.IDs[License]
	var boxes db.IDs[Container]
	r.licenses, r.boxes = map[LicenseID]*License{}, map[ContainerID]*Container{}
	for _, a := range r.leases {
		if _, seen := r.licenses[a.License]; !seen {
			r.licenses[a.License] = nil
			licenses = append(licenses, a.License)
		}
		if _, seen := r.boxes[a.Container]; !seen {
			r.boxes[a.Container] = nil
			boxes = append(boxes, a.Container)
		}
	}
	if len(licenses) == 0 {
		return nil
	}
	list, err := db.List(r.tx, scanLicense, qLicensesByID, r.p, licenses)
	if err != nil {
		return err
	}
	for _, l := range list {
		r.licenses[l.ID] = l
	}
	if err := r.s.attach(r.tx, r.p, list); err != nil {
		return err
	}
	homes, err := db.List(r.tx, scanContainer, qContainersSeen, r.p, boxes)
	for _, c := range homes {
		r.boxes[c.ID] = c
	}
	return err
}

func (r *renewal) one(in LeaseHold) (*leased, error) {
	a := r.leases[in.Lease]
	if a == nil || a.Fence != in.Fence {
		return nil, ErrLeaseGone
	}
	l, box, now := r.licenses[a.License], r.boxes[a.Container], r.tx.Now()
	if l == nil || box == nil {
		return nil, ErrLeaseGone
	}
	if err := box.State.Open(); err != nil {
		return nil, refuseFor(err, box.Reason)
	}
	f, err := l.leasable(box.Keys.Kind, "", now)
	if err == nil {
		err = a.holds(f, now)
	}
	if err != nil {
		return nil, err
	}
	at := now
	if ahead := a.Renewed.Sub(now); ahead > 0 && ahead < seconds(f.Lease) {
		at = a.Renewed // another run or node was told a later end already, and that stands
	}
	if end := l.leaseEnd(f, at); !end.Equal(a.Ends) {
		a.Ends, a.Renewed = end, at
		r.until[told{end, at}] = append(r.until[told{end, at}], a.ID)
	}
	return r.s.leasedTo(r.tx, r.p, l, f, a, box, "")
}

// write renews in one statement what ends at the same time, which is mostly all.
func (r *renewal) write() error {
	for t, ids := range r.until {
		n, err := r.tx.Exec(qLeaseRenew, db.At(t.renewed), db.At(t.ends), r.p, ids)
		if err := exactly(len(ids), n, err); err != nil {
			return err
		}
	}
	return nil
}

// EndLease gives a lease back. Its place is free at once, or after the least time
// of the model. Ending it again changes nothing, and so does ending one that has
// ended by itself. The grant and the end of a lease are journaled. Errors:
// license.lease_gone for a wrong secret.
func (s *Service) EndLease(ctx context.Context, by actor.Actor, in LeaseHold) error {
	if err := s.mine(by, in); err != nil {
		return err
	}
	return again(func() error {
		_, err := s.ends.Do(ctx, in)
		return err
	})
}

// endAll is the many-form of EndLease.
func (s *Service) endAll(tx *db.Tx, all []LeaseHold) ([]db.Result[bool], error) {
	out := make([]db.Result[bool], len(all))
	err := byPublisher(all, LeaseHold.of, func(p actor.PublisherID, at []int) error {
		ids := make(db.IDs[Lease], 0, len(at))
		for _, i := range at {
			ids = append(ids, all[i].Lease)
		}
		k := s.newLeaseDesk(tx, p)
		if err := k.lock(ids); err != nil {
			return err
		}
		if err := k.loadMatesOf(k.leases); err != nil {
			return err
		}
		for _, i := range at {
			if err := k.end(all[i]); err != nil {
				return err
			}
		}
		return k.flush()
	})
	return out, err
}

// lock locks the licenses of leases, and reads the leases after that: nobody ends
// them any more.
func (k *leaseDesk) lock(ids db.IDs[Lease]) error {
	found, err := leasesByID(k.tx, k.publisher, qLeases, ids)
	if err != nil {
		return err
	}
	for _, a := range found {
		k.licenses[a.License] = nil
	}
	if err := k.lockLicenses(); err != nil {
		return err
	}
	k.leases, err = leasesByID(k.tx, k.publisher, qLeases, ids)
	return err
}

func (k *leaseDesk) end(in LeaseHold) error {
	a := k.leases[in.Lease]
	if a == nil || a.State != LeaseLive || a.Fence != in.Fence {
		return nil
	}
	l := k.licenses[a.License]
	f, _ := l.terms.model().Leases()
	mates, err := k.matesOf(l, f, a.Holder)
	if err != nil {
		return err
	}
	for _, e := range l.endLease(f, a, mates, k.tx.Now()) {
		k.note(e, (&Container{ID: a.Container}).pseudonym())
	}
	return k.moveUp(l, f)
}

// ElapseLeases frees the places of leases whose time is over, offers them to those who
// wait, forgets leases that ended an hour ago, and returns how many it looked at. A job calls it; until it
// does, a take that finds no place does the same for its license.
func (s *Service) ElapseLeases(ctx context.Context) (int64, error) {
	var total int64
	p := actor.PublisherID{15: 1}
	for {
		err := s.db.Read(ctx, func(r *db.Reader) (err error) {
			p, err = publisherAfter(r, p)
			return err
		})
		if errors.Is(err, db.ErrNotFound) {
			return total, nil
		}
		for err == nil {
			var n int64
			err = s.write(ctx, func(tx *db.Tx) error {
				n, err = s.elapseLeases(tx, p)
				return err
			})
			total += n
			if n < sweepChunk {
				break
			}
		}
		if err != nil {
			return total, err
		}
	}
}

func (s *Service) elapseLeases(tx *db.Tx, p actor.PublisherID) (int64, error) {
	k := s.newLeaseDesk(tx, p)
	due, err := db.List(tx, scanLease, qLeasesDue, p, db.At(tx.Now()), sweepChunk)
	if err != nil {
		return 0, err
	}
	waiting, err := k.waitersDue()
	if err != nil {
		return 0, err
	}
	var over, ended db.IDs[Lease]
	var gone []*Lease
	var later [][]any
	for _, a := range due {
		switch {
		case a.State == LeaseEnded:
			ended, gone = append(ended, a.ID), append(gone, a)
		case a.State == LeaseLive && a.Ends.After(tx.Now()):
			later = append(later, []any{db.At(a.Ends), p, a.ID}) // it was renewed; whoever renews it meanwhile makes it later still
		default:
			over = append(over, a.ID)
		}
	}
	if len(ended) > 0 {
		if _, err := tx.Exec(qLeasesForget, p, ended); err != nil {
			return 0, err
		}
		if err := forgetNames(tx, p, gone); err != nil {
			return 0, err
		}
	}
	if _, err := tx.ExecEach(qLeaseLater, later); err != nil {
		return 0, err
	}
	if err := k.lock(over); err != nil {
		return 0, err
	}
	if err := k.loadMatesOf(k.leases); err != nil {
		return 0, err
	}
	for _, id := range over {
		if a := k.leases[id]; a != nil && a.State != LeaseEnded {
			l := k.licenses[a.License]
			f, _ := l.terms.model().Leases()
			if err := k.review(l, f, a); err != nil {
				return 0, err
			}
		}
	}
	for _, l := range k.licenses {
		if l == nil {
			continue
		}
		f, _ := l.terms.model().Leases()
		if err := k.moveUp(l, f); err != nil {
			return 0, err
		}
	}
	return int64(len(due)) + waiting, k.flush()
}

// waitersDue names the licenses for which somebody has waited too long, or has let an
// offer pass.
func (k *leaseDesk) waitersDue() (int64, error) {
	list, err := db.List(k.tx, scanWaiter, qWaitersDue, k.publisher, db.At(k.tx.Now()), sweepChunk)
	for _, w := range list {
		k.licenses[w.License] = nil
	}
	return int64(len(list)), err
}
