package org

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Moving is the input of Move.
type Moving struct {
	ID     ID    `json:"id"`
	Parent ID    `json:"parent"`        // where it is to stand
	Rev    int64 `json:"rev,omitempty"` // as seen; 0 = whatever it is
	DryRun bool  `json:"dry_run,omitempty"`
}

// Effect says what a move or a close touches: before it with DryRun, else as it
// was done.
type Effect struct {
	Organization  Organization `json:"organization"`
	DryRun        bool         `json:"dry_run,omitempty"`
	Organizations int          `json:"organizations"` // the node and everything below it
	Members       int64        `json:"members"`       // memberships in them
	Keys          int64        `json:"keys"`          // keys of them that are not revoked
	Lost          actor.Set    `json:"lost"`          // permissions that fall away by the ceilings above
}

// Move hangs an organization, with everything below it, under another parent. The
// caller must be able to write both the old and the new parent. Issued licenses
// and stock stay with it. An Idempotency-Key makes it repeatable. It returns
// ErrRoot, ErrCycle, ErrBadKind, ErrClosed, ErrTooDeep and ErrStale.
func (s *Service) Move(ctx context.Context, by actor.Actor, in Moving) (Effect, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Effect, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Effect{}, err
		}
		o, err := reachAbove(tx, v, by, in.ID)
		if err != nil {
			return Effect{}, err
		}
		target, err := reach(tx, v, by, actor.OrgWrite, in.Parent)
		if err != nil {
			return Effect{}, err
		}
		if in.DryRun {
			return s.move(tx, by, v, o, target, in)
		}
		return s.onceEffect(tx, by, o.ID, func() (Effect, error) { return s.move(tx, by, v, o, target, in) })
	})
}

func (s *Service) move(tx *db.Tx, by actor.Actor, v actor.View, o, target Organization, in Moving) (Effect, error) {
	if err := o.check(in.Rev); err != nil {
		return Effect{}, err
	}
	below := v.Subtree(o.ID)
	from := o.Parent
	after, err := o.move(target, v.Below(target.ID, o.ID), v.Depth(target.ID)+height(v, o.ID, below))
	if err != nil {
		return Effect{}, err
	}
	e, err := effect(tx, by.Publisher, after, below)
	if err != nil {
		return e, err
	}
	e.Lost = v.Ceiling(o.ID).Minus(v.Ceiling(target.ID))
	if e.DryRun = in.DryRun; in.DryRun {
		return e, nil
	}
	if e.Organization, err = place(tx, by.Publisher, after); err != nil {
		return e, err
	}
	return e, actor.Record(tx, by, actor.Entry{
		Entity: "org", ID: o.ID, Event: "org.moved", Data: map[string]any{"from": from, "to": target.ID},
	})
}

// touched is what is kept of an Effect for a repeat; the organization is read
// anew.
type touched struct {
	Organizations int       `json:"organizations"`
	Members       int64     `json:"members"`
	Keys          int64     `json:"keys"`
	Lost          actor.Set `json:"lost"`
}

// onceEffect runs do at most once per Idempotency-Key.
func (s *Service) onceEffect(tx *db.Tx, by actor.Actor, id ID, do func() (Effect, error)) (Effect, error) {
	load := func(t touched) (Effect, error) {
		o, err := ByID(tx, by.Publisher, id)
		return Effect{Organization: o, Organizations: t.Organizations, Members: t.Members, Keys: t.Keys, Lost: t.Lost}, err
	}
	return actor.OnceSaid(tx, by, load, func() (touched, Effect, error) {
		e, err := do()
		return touched{e.Organizations, e.Members, e.Keys, e.Lost}, e, err
	})
}

// height returns how many levels the subtree of id has.
func height(v actor.View, id ID, below []ID) int {
	deepest := 0
	for _, d := range below {
		deepest = max(deepest, v.Depth(d))
	}
	return deepest - v.Depth(id) + 1
}

func effect(q db.Querier, p PublisherID, o Organization, below []ID) (Effect, error) {
	e := Effect{Organization: o, Organizations: len(below)}
	if err := q.QueryRow(qOrgMembers, p, db.IDs[actor.Org](below)).Scan(&e.Members); err != nil {
		return e, err
	}
	return e, q.QueryRow(qOrgKeys, p, db.IDs[actor.Org](below)).Scan(&e.Keys)
}

// Closing is the input of Close.
type Closing struct {
	ID     ID    `json:"id"`
	Rev    int64 `json:"rev,omitempty"` // as seen; 0 = whatever it is
	DryRun bool  `json:"dry_run,omitempty"`
}

// Close shuts an organization: its members and keys do not get in any more, and
// nothing new is hung below it. An Idempotency-Key makes it repeatable. It returns
// ErrRoot, ErrHasChildren, ErrClosed and ErrStale.
func (s *Service) Close(ctx context.Context, by actor.Actor, in Closing) (Effect, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Effect, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Effect{}, err
		}
		o, err := reachAbove(tx, v, by, in.ID)
		if err != nil {
			return Effect{}, err
		}
		if in.DryRun {
			return s.close(tx, by, o, in)
		}
		return s.onceEffect(tx, by, o.ID, func() (Effect, error) { return s.close(tx, by, o, in) })
	})
}

func (s *Service) close(tx *db.Tx, by actor.Actor, o Organization, in Closing) (Effect, error) {
	if err := o.check(in.Rev); err != nil {
		return Effect{}, err
	}
	parent, err := some(tx, qOrgOpenChild, by.Publisher, o.ID)
	if err == nil {
		o, err = o.close(parent)
	}
	if err != nil {
		return Effect{}, err
	}
	e, err := effect(tx, by.Publisher, o, []ID{o.ID})
	if e.DryRun = in.DryRun; err != nil || in.DryRun {
		return e, err
	}
	if e.Organization, err = save(tx, by.Publisher, o); err != nil {
		return e, err
	}
	tx.AfterCommit(s.tokens.forget)
	return e, actor.Record(tx, by, actor.Entry{Entity: "org", ID: o.ID, Event: "org.closed"})
}
