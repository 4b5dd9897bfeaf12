package license

import (
	"context"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// ListLeases lists who holds what of a floating license, those together that share
// a place. It needs lease.read or support.read for the license's holder. Errors:
// license.not_found, license.bad_cursor.
func (s *Service) ListLeases(ctx context.Context, by actor.Actor, id LicenseID, cursor string, limit int) (Page[LeaseInfo], error) {
	out := Page[LeaseInfo]{Items: []LeaseInfo{}}
	n := pageSize(limit)
	one, two, _ := strings.Cut(cursor, ":")
	holder, err := after[holderRow](one)
	if err != nil {
		return out, err
	}
	from, err := after[Lease](two)
	if err != nil {
		return out, err
	}
	err = s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if _, err := s.seen(r, by, id, actor.LeaseRead); err != nil {
			return err
		}
		list, err := db.List(r, scanLease, qLeasesAfter, by.Publisher, id, holder, from, n+1)
		for i, a := range list {
			if i == n {
				out.Next = list[n-1].Holder.String() + ":" + list[n-1].ID.String()
				break
			}
			out.Items = append(out.Items, a.info())
		}
		return err
	})
	return out, err
}

// ReleaseLease ends a lease from outside: its place is free at once, and it can not
// be renewed any more. The license that its holder has ends by itself, at the end
// of the lease. It needs lease.release for the license's holder, and is journaled;
// an Idempotency-Key makes it repeatable. Releasing what has ended changes nothing.
// Errors: license.not_found.
func (s *Service) ReleaseLease(ctx context.Context, by actor.Actor, id LeaseID) (LeaseInfo, error) {
	var out LeaseInfo
	err := s.write(ctx, func(tx *db.Tx) error {
		k := s.newLeaseDesk(tx, by.Publisher)
		if err := k.lock(db.IDs[Lease]{id}); err != nil {
			return err
		}
		a := k.leases[id]
		if a == nil {
			return ErrNotFound
		}
		l := k.licenses[a.License]
		if _, err := s.ticketFor(tx, by, l.Ticket, false, actor.LeaseRelease); err != nil {
			return err
		}
		show := func([16]byte) (LeaseInfo, error) { return a.info(), nil }
		var err error
		out, err = actor.Once(tx, by, show, func() ([16]byte, LeaseInfo, error) {
			if a.State == LeaseEnded {
				return id, a.info(), nil
			}
			f, _ := l.terms.model().Leases()
			mates, err := k.matesOf(l, f, a.Holder)
			if err != nil {
				return id, LeaseInfo{}, err
			}
			acts := l.vacate(a, mates, "lease.released", tx.Now())
			if err := k.moveUp(l, f); err != nil {
				return id, LeaseInfo{}, err
			}
			if err := k.flush(); err != nil {
				return id, LeaseInfo{}, err
			}
			return id, a.info(), recordActs(tx, by, acts)
		})
		return err
	})
	return out, err
}

// dropLeases ends every lease of licenses that are taken back. What their holders
// have ends by itself.
func (w *work) dropLeases(list []*License) error {
	leases, err := w.leasesOf(list)
	if err != nil {
		return err
	}
	for _, l := range list {
		for _, a := range leases[l.ID] {
			w.acts = append(w.acts, l.vacate(a, nil, "lease.released", w.tx.Now())...)
		}
	}
	return w.writeLeases(leases)
}

// freeLeases ends as many leases of licenses as they have to give up, newest
// first, so that their places are cut like unused ones.
func (w *work) freeLeases(from []*License, by int64) error {
	unused := func() (n int64) {
		for _, x := range from {
			n += min(Stock{Seats: x.Seats}.unused(), x.Seats.Sold())
		}
		return n
	}
	if unused() >= by {
		return nil
	}
	leases, err := w.leasesOf(from)
	if err != nil {
		return err
	}
	for i := len(from) - 1; i >= 0; i-- {
		x := from[i]
		all := leases[x.ID]
		for j := len(all) - 1; j >= 0 && unused() < by; j-- {
			var mates []*Lease
			for _, m := range all {
				if m.Holder == all[j].Holder {
					mates = append(mates, m)
				}
			}
			w.acts = append(w.acts, x.vacate(all[j], mates, "lease.released", w.tx.Now())...)
		}
	}
	return w.writeLeases(leases)
}

// leasesOf reads the leases of licenses whose activations are read, oldest first.
// Only where more is in use than they hold can there be any.
func (w *work) leasesOf(list []*License) (map[LicenseID][]*Lease, error) {
	out := map[LicenseID][]*Lease{}
	for _, l := range list {
		held := int64(0)
		for _, a := range w.live[l.ID] {
			held += a.Quantity
		}
		if l.Seats.Used <= held {
			continue
		}
		all, err := db.List(w.tx, scanLease, qLeasesOfLicense, w.by.Publisher, l.ID)
		if err != nil {
			return nil, err
		}
		out[l.ID] = all
	}
	return out, nil
}

func (w *work) writeLeases(leases map[LicenseID][]*Lease) error {
	var all []*Lease
	for _, list := range leases {
		all = append(all, list...)
	}
	return writeLeases(w.tx, w.by.Publisher, inOrder(all))
}
