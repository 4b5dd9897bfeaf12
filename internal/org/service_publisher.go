package org

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// CreatePublisher makes a tenant with its root organization. Only the
// installation's administrator may. It returns ErrSlugTaken and the faults of
// each setting. An Idempotency-Key makes it repeatable.
func (s *Service) CreatePublisher(ctx context.Context, by actor.Actor, in NewPublisher) (Publisher, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Publisher, error) {
		if err := installationOnly(by); err != nil {
			return Publisher{}, err
		}
		n, err := in.clean()
		if err != nil {
			return Publisher{}, err
		}
		load := func(id [16]byte) (Publisher, error) { return PublisherByID(tx, id) }
		return actor.Once(tx, by, load, func() ([16]byte, Publisher, error) {
			p, err := insertPublisher(tx, n)
			if err != nil {
				return p.ID, p, err
			}
			return p.ID, p, actor.RecordIn(tx, by, p.ID, actor.Entry{
				Entity: "publisher", ID: p.ID, Event: "publisher.created",
				Data: map[string]any{"root": p.Root, "time_zone": p.TimeZone, "data_level": p.DataLevel},
			})
		})
	})
}

func installationOnly(by actor.Actor) error {
	switch {
	case !by.SignedIn():
		return actor.ErrSignIn
	case !by.IsInstallation():
		return actor.Denied(actor.PublisherManage)
	}
	return nil
}

// Publisher returns a tenant's settings to everybody who may see organizations
// of it, and to the installation's administrator.
func (s *Service) Publisher(ctx context.Context, by actor.Actor, id PublisherID) (Publisher, error) {
	return read(ctx, s.d, id, func(r *db.Reader) (Publisher, error) {
		if !by.IsInstallation() {
			if err := s.gate.Check(r, by, actor.OrgRead, by.Org); err != nil {
				return Publisher{}, err
			}
			if id != by.Publisher {
				return Publisher{}, actor.ErrNotFound
			}
		}
		return PublisherByID(r, id)
	})
}

// Publishers lists the tenants, oldest first, for the installation's
// administrator.
func (s *Service) Publishers(ctx context.Context, by actor.Actor, rg Range) (Page[Publisher], error) {
	var items []Publisher
	err := s.d.Read(ctx, func(r *db.Reader) error {
		after, err := afterID[actor.Publisher](rg.After)
		if err == nil {
			err = installationOnly(by)
		}
		if err != nil {
			return err
		}
		items, err = many(r, scanPublisher, qPublishers, after, rg.limit()+1)
		return err
	})
	if err != nil {
		return Page[Publisher]{}, err
	}
	return page(items, rg, func(p Publisher) string { return p.ID.String() }), nil
}
