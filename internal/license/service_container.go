package license

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Decision is what a human says about a suspect or blocked container.
type Decision string

// The decisions.
const (
	Accept Decision = "accept" // it is trusted again, may go on with whatever counter it has, and is told everything once more
	Block  Decision = "block"  // it is refused from now on

	// Of a case only.
	Replace Decision = "replace" // what it holds is free for a new container; this one is never heard again
	Evict   Decision = "evict"   // what it holds is free, and it is told to remove it
)

// Decide blocks a container, or lets a blocked one go on. While it has an open
// case, DecideCase is the way. It needs container.evict for an organization that
// holds something in it, and is journaled; an Idempotency-Key makes it repeatable.
// Errors: license.not_found, license.bad_decision, license.container_state,
// license.case_open.
func (s *Service) Decide(ctx context.Context, by actor.Actor, id ContainerID, d Decision) (ContainerInfo, error) {
	var out ContainerInfo
	err := s.write(ctx, func(tx *db.Tx) error {
		c, err := s.containerFor(tx, by, id)
		if err != nil {
			return err
		}
		show := func([16]byte) (ContainerInfo, error) {
			live, err := db.List(tx, scanActivation, qContainerLive, by.Publisher, id)
			return c.info(live), err
		}
		out, err = actor.Once(tx, by, show, func() ([16]byte, ContainerInfo, error) {
			if err := undecided(tx, by.Publisher, id); err != nil {
				return id, ContainerInfo{}, err
			}
			if err := decide(tx, by, c, d); err != nil {
				return id, ContainerInfo{}, err
			}
			v, err := show(id)
			return id, v, err
		})
		return err
	})
	return out, err
}

func decide(tx *db.Tx, by actor.Actor, c *Container, d Decision) (err error) {
	event := "container.accepted"
	switch d {
	case Accept:
		if c.State, err = c.State.Accept(); err != nil {
			return err
		}
		c.Reason, c.Counter = "", 0
		if _, err := tx.Exec(qTellAgain, by.Publisher, c.ID); err != nil {
			return err
		}
	case Block:
		c.State, event = c.State.Block(), "container.blocked"
	default:
		return ErrBadDecision.With("value", string(d), "allowed", []string{"accept", "block"})
	}
	if err := updateContainer(tx, by.Publisher, c); err != nil {
		return err
	}
	c.Rev++
	if err := noteBlocks(tx, by.Publisher); err != nil {
		return err
	}
	return actor.Record(tx, by, actor.Entry{Entity: "container", ID: c.ID, Event: event})
}

// containerFor locks a container that by may decide about.
func (s *Service) containerFor(tx *db.Tx, by actor.Actor, id ContainerID) (*Container, error) {
	holders, err := holdersOf(tx, by.Publisher, db.IDs[Container]{id})
	if err != nil {
		return nil, err
	}
	err = s.gate.Check(tx, by, actor.ContainerEvict, actor.OrgID{}) // the whole publisher
	for _, org := range holders[id] {
		if err == nil {
			break
		}
		err = s.gate.Check(tx, by, actor.ContainerEvict, org)
	}
	if err != nil {
		return nil, hide(err)
	}
	return containerOf(tx, by.Publisher, id, true)
}
