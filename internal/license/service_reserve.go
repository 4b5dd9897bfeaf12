package license

import (
	"context"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// ReserveInput says how many places of a license are kept for whom.
type ReserveInput struct {
	License LicenseID
	Kind    ReserveKind
	For     string // a label (a-z, 0-9, dashes), a soft container's id, a person's hash (16 bytes, base64url), or a holder
	Seats   int64  // 1 to 1,000,000,000; it replaces what was kept for them before
}

// Reserve keeps places of a floating license for a holder: nobody else gets them,
// also while the holder does not use them. Who uses them now goes on; they are kept
// from the moment on at which they are free. What the holder uses already counts. It
// needs lease.reserve for the license's holder, and is journaled; an Idempotency-Key
// makes it repeatable. Errors: license.not_found, license.not_floating,
// license.reserve_who, license.bad_quantity, license.reserve_much,
// license.reserve_many.
func (s *Service) Reserve(ctx context.Context, by actor.Actor, in ReserveInput) (ReservationInfo, error) {
	return s.changeReservation(ctx, by, in.License, func(k *leaseDesk, l *License) (*Reservation, error) {
		r, err := s.reservationFor(by.Publisher, in)
		if err != nil {
			return nil, err
		}
		if _, floats := l.terms.model().Leases(); !floats {
			return nil, ErrNotFloating.With("kind", string(l.terms.model().Kind))
		}
		if err := l.keep(r); err != nil {
			return nil, err
		}
		r.Made = k.tx.Now()
		return r, k.attach(l, r)
	})
}

// EndReservation keeps no places any more. Who uses them goes on. Ending it again
// changes nothing. It needs lease.reserve for the license's holder, and is journaled;
// an Idempotency-Key makes it repeatable. Errors: license.not_found.
func (s *Service) EndReservation(ctx context.Context, by actor.Actor, id ReservationID) (ReservationInfo, error) {
	var of *Reservation
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) (err error) {
		of, err = one(db.List(q, scanReservation, qReservation, by.Publisher, id))
		return err
	})
	if err != nil {
		return ReservationInfo{}, err
	}
	return s.changeReservation(ctx, by, of.License, func(k *leaseDesk, l *License) (*Reservation, error) {
		for _, r := range l.kept {
			if r.ID == id {
				of = r
			}
		}
		of.Seats = 0
		_, err := k.tx.Exec(qLeasesUnfill, by.Publisher, l.ID, id)
		return of, err
	})
}

// changeReservation runs change on a locked license, writes the reservation that it
// returns, and offers what is free by it to those who wait.
func (s *Service) changeReservation(ctx context.Context, by actor.Actor, id LicenseID,
	change func(k *leaseDesk, l *License) (*Reservation, error),
) (out ReservationInfo, err error) {
	err = s.write(ctx, func(tx *db.Tx) error {
		k := s.newLeaseDesk(tx, by.Publisher)
		k.licenses[id] = nil
		if err := k.lockLicenses(); err != nil {
			return err
		}
		l := k.licenses[id]
		if l == nil {
			return ErrNotFound
		}
		if _, err := s.ticketFor(tx, by, l.Ticket, false, actor.LeaseReserve); err != nil {
			return err
		}
		show := func(id [16]byte) (ReservationInfo, error) {
			r, err := one(db.List(tx, scanReservation, qReservation, by.Publisher, ReservationID(id)))
			if err != nil {
				return ReservationInfo{}, err
			}
			return r.info(), nil
		}
		out, err = actor.Once(tx, by, show, func() ([16]byte, ReservationInfo, error) {
			r, err := change(k, l)
			if err != nil {
				return [16]byte{}, ReservationInfo{}, err
			}
			return r.ID, r.info(), k.writeReservation(by, l, r)
		})
		return err
	})
	return out, err
}

func (k *leaseDesk) writeReservation(by actor.Actor, l *License, r *Reservation) error {
	_, err := k.tx.Exec(qReserve, k.publisher, r.ID, r.License, r.Key, string(r.Kind), r.Label, r.Seats, db.At(r.Made))
	if err != nil {
		return err
	}
	event := "reservation.made"
	if r.Seats == 0 {
		event = "reservation.ended"
	}
	if err := recordActs(k.tx, by, []act{{"reservation", r.ID, event, reserveData{l.ID, r.Kind, r.Seats}}}); err != nil {
		return err
	}
	f, _ := l.terms.model().Leases()
	if err := k.moveUp(l, f); err != nil {
		return err
	}
	return k.flush()
}

// reservationFor reads for whom places are to be kept.
func (s *Service) reservationFor(p actor.PublisherID, in ReserveInput) (*Reservation, error) {
	r := &Reservation{License: in.License, Kind: in.Kind, Seats: in.Seats}
	who := strings.TrimSpace(in.For)
	switch in.Kind {
	case ReserveLabel:
		if !labelOK(who) {
			return nil, ErrReserveWho
		}
		r.Key, r.Label = labelKey(who), who
	case ReserveMachine:
		id, err := db.ParseID[Container](who)
		if err != nil {
			return nil, ErrReserveWho.Wrap(err)
		}
		r.Key, r.Label = machineKey(id), who
	case ReservePerson:
		raw, err := b64.DecodeString(who)
		if err != nil || len(raw) != 16 {
			return nil, ErrReserveWho
		}
		r.Key = holderHash("person", s.vault.Blind(p, "lease holder", []byte(who)), nil)
	case ReserveHolder:
		id, err := db.ParseID[holderRow](who)
		if err != nil {
			return nil, ErrReserveWho.Wrap(err)
		}
		r.Key = id
	default:
		return nil, ErrReserveWho
	}
	r.ID = reservationIDOf(in.License, r.Key)
	return r, nil
}

// attach counts what a holder uses already into its reservation.
func (k *leaseDesk) attach(l *License, r *Reservation) error {
	list, err := db.List(k.tx, scanLease, qLeasesOfLicense, k.publisher, l.ID)
	if err != nil {
		return err
	}
	var ids db.IDs[Lease]
	for _, a := range list {
		if a.Fills.IsZero() && (a.Holder == r.Key || machineKey(a.Container) == r.Key || a.Label != "" && labelKey(a.Label) == r.Key) {
			ids = append(ids, a.ID)
			r.leased += a.Seats
		}
	}
	if r.lent == 0 {
		lent, err := k.lent(l)
		if err != nil {
			return err
		}
		for _, a := range lent {
			if machineKey(a.Container) == r.Key {
				r.lent += a.Quantity
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	n, err := k.tx.Exec(qLeasesFill, r.ID, k.publisher, ids)
	return exactly(len(ids), n, err)
}

// ListReservations lists for whom places of a floating license are kept, and how many
// of them they use. It needs lease.read or support.read for the license's holder.
// Errors: license.not_found.
func (s *Service) ListReservations(ctx context.Context, by actor.Actor, id LicenseID) (Page[ReservationInfo], error) {
	out := Page[ReservationInfo]{Items: []ReservationInfo{}}
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		if _, err := s.seen(q, by, id, actor.LeaseRead); err != nil {
			return err
		}
		l := &License{ID: id}
		var err error
		if l.kept, err = db.List(q, scanReservation, qReserved, by.Publisher, db.IDs[License]{id}); err != nil {
			return err
		}
		if l.line, err = db.List(q, scanWaiter, qLine, by.Publisher, db.IDs[License]{id}); err != nil {
			return err
		}
		lent, err := db.List(q, scanActivation, qLent, by.Publisher, id)
		if err != nil {
			return err
		}
		if err := fillAll(q, by.Publisher, l, lent); err != nil {
			return err
		}
		for _, r := range l.kept {
			out.Items = append(out.Items, r.info())
		}
		return nil
	})
	return out, err
}

// ListQueue lists who waits for places of a floating license, in their order. It needs
// lease.read or support.read for the license's holder. Errors: license.not_found.
func (s *Service) ListQueue(ctx context.Context, by actor.Actor, id LicenseID) (Page[WaiterInfo], error) {
	out := Page[WaiterInfo]{Items: []WaiterInfo{}}
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		if _, err := s.seen(q, by, id, actor.LeaseRead); err != nil {
			return err
		}
		l := &License{ID: id}
		var err error
		l.line, err = db.List(q, scanWaiter, qLine, by.Publisher, db.IDs[License]{id})
		for _, w := range l.line {
			out.Items = append(out.Items, l.waiterInfo(w))
		}
		return err
	})
	return out, err
}

// LeaveQueue takes whoever has signed a request for a lease out of the queue, and ends
// the lease if it has got one by now. token is that request, as it was sent. Leaving
// again changes nothing. Errors: those of a message (license.bad_message,
// license.bad_signature, license.code_typo, license.unknown_code).
func (s *Service) LeaveQueue(ctx context.Context, by actor.Actor, token []byte) error {
	ask, err := s.readLease(by, strings.TrimSpace(string(token)))
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *db.Tx) error {
		k := s.newLeaseDesk(tx, ask.publisher)
		found, err := db.List(tx, scanWaiter, qWaiter, ask.publisher, ask.id)
		if err != nil {
			return err
		}
		for _, w := range found {
			k.licenses[w.License] = nil
		}
		if err := k.lock(db.IDs[Lease]{ask.id}); err != nil {
			return err
		}
		if a := k.leases[ask.id]; a != nil {
			if err := k.end(LeaseHold{Lease: a.ID, Fence: a.Fence}); err != nil {
				return err
			}
		}
		for _, l := range k.licenses {
			if err := k.unqueue(l, ask); err != nil {
				return err
			}
		}
		return k.flush()
	})
}

func (k *leaseDesk) unqueue(l *License, ask *leaseAsk) error {
	if l == nil {
		return nil
	}
	w := l.waiter(ask.id)
	if w == nil {
		return nil
	}
	k.unwait(l, w, "lease.unqueued", (&Container{ID: ask.container}).pseudonym())
	f, _ := l.terms.model().Leases()
	return k.moveUp(l, f)
}
