package order

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Confirmation is a human's word on a document that waits.
type Confirmation struct {
	Order   ID
	Rev     int64 // the order's revision that the human saw
	Recalls int64 // how many recalls the human saw; more than these are refused
}

// Confirm carries the waiting document of an order out. It needs order.write
// and license.recall for the buyer. An Idempotency-Key makes it repeatable.
// Errors: ErrNotFound, ErrNotWaiting, ErrStaleRev when the order has changed
// since, ErrMoreRecalls when devices have taken seats meanwhile, and those of
// Place.
func (s *Service) Confirm(ctx context.Context, by actor.Actor, in Confirmation) (Result, error) {
	var done placed
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := s.hold(tx, by, in.Order, actor.LicenseRecall)
		if err != nil {
			return err
		}
		done, err = s.once(tx, by, func() (placed, error) { return s.confirm(tx, by, o, in) })
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return s.after(ctx, by, done)
}

func (s *Service) confirm(tx *db.Tx, by actor.Actor, o Order, in Confirmation) (placed, error) {
	w, err := s.waiting(tx, by, o, in.Rev)
	if err != nil {
		return placed{}, err
	}
	done, err := s.carryOut(tx, by, o, &w.document, RefuseUnknown, true)
	if err == nil && done.plan.Recalls > in.Recalls {
		err = ErrMoreRecalls.With("seen", in.Recalls, "now", done.plan.Recalls)
	}
	return done, err
}

// Reject drops the waiting document of an order; the tickets stay as they are.
// A copy of the document stays without effect. It needs order.write for the
// buyer. An Idempotency-Key makes it repeatable. Errors: ErrNotFound, ErrNotWaiting, ErrStaleRev.
func (s *Service) Reject(ctx context.Context, by actor.Actor, id ID, rev int64) (Result, error) {
	done := placed{order: id, outcome: Unchanged}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := s.hold(tx, by, id, actor.OrderWrite)
		if err != nil {
			return err
		}
		_, err = s.once(tx, by, func() (placed, error) {
			if _, err := s.waiting(tx, by, o, rev); err != nil {
				return done, err
			}
			if err := dropPending(tx, by.Publisher, id); err != nil {
				return done, err
			}
			o.State = stateOf(o.Quantity, o.Issued, false)
			return done, s.close(tx, by, &o, done, "order.rejected")
		})
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return s.after(ctx, by, done)
}

// hold locks an order for somebody who may write it and has perm besides.
func (s *Service) hold(tx *db.Tx, by actor.Actor, id ID, perm actor.Permission) (Order, error) {
	o, err := lockByID(tx, by.Publisher, id)
	if err != nil {
		return o, err
	}
	for _, p := range []actor.Permission{actor.OrderWrite, perm} {
		if err := s.gate.Check(tx, by, p, o.Buyer); err != nil {
			return o, hidden(err)
		}
	}
	return o, nil
}

// hidden makes what is out of scope look like an order that is not there.
func hidden(err error) error {
	if isMissing(err) {
		return ErrNotFound
	}
	return err
}

func (s *Service) waiting(q db.Querier, by actor.Actor, o Order, rev int64) (pending, error) {
	w, err := pendingOf(q, by.Publisher, o.ID)
	if err == nil && rev != o.Rev {
		err = ErrStaleRev.With("seen", rev, "have", o.Rev)
	}
	return w, err
}
