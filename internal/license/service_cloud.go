package license

import (
	"context"
	"errors"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// MakeCloud makes a cloud container for a person or a service account of an
// organization. Its secret is in the answer and nowhere else; a repeat with the same
// Idempotency-Key has the same one. It needs cloud.manage for the organization, and
// is journaled. Errors: license.cloud_account, license.cloud_no_member.
func (s *Service) MakeCloud(ctx context.Context, by actor.Actor, in CloudInput) (CloudMade, error) {
	var out CloudMade
	err := s.write(ctx, func(tx *db.Tx) error {
		if err := hide(s.gate.Check(tx, by, actor.CloudManage, in.Org)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		show := func(id [16]byte) (CloudMade, error) {
			c, err := cloudOf(tx, by.Publisher, ContainerID(id))
			return CloudMade{c, s.cloudSecret(by.Publisher, c.seed)}, err
		}
		var err error
		out, err = actor.Once(tx, by, show, func() ([16]byte, CloudMade, error) {
			id, err := s.makeCloud(tx, by, in)
			if err != nil {
				return [16]byte{}, CloudMade{}, err
			}
			made, err := show(id)
			return id, made, err
		})
		return err
	})
	return out, err
}

func (s *Service) makeCloud(tx *db.Tx, by actor.Actor, in CloudInput) (ContainerID, error) {
	if !in.Person.IsZero() {
		if ok, err := org.IsMember(tx, by.Publisher, in.Org, in.Person); err != nil || !ok {
			return ContainerID{}, errors.Join(err, ErrNoMember.At("person"))
		}
	}
	seed := db.NewID[cloudSeed](tx)
	keys, err := wire.CloudKeys(s.cloudSecret(by.Publisher, seed))
	if err != nil {
		return ContainerID{}, err
	}
	id, ok := containerIDOf(keys.Hash())
	if !ok {
		return id, ErrMessage
	}
	now := tx.Now()
	k := s.newDesk(tx, by.Publisher)
	k.containers[id] = &Container{
		ID: id, Keys: keys, State: ContainerActive, First: now, Seen: now, firstCtr: 1, hash: keys.Hash(), fresh: true,
	}
	if err := k.flush(); err != nil {
		return id, err
	}
	if _, err := tx.Exec(qCloudInsert, by.Publisher, id, in.Org, seed, in.Person, in.Service, db.At(now)); err != nil {
		return id, err
	}
	return id, actor.Record(tx, by, actor.Entry{
		Entity: "container", ID: id, Event: "cloud.made", Data: map[string]any{"org": in.Org, "person": in.Person},
	})
}

// cloudSecret is derived, so nothing secret is stored.
func (s *Service) cloudSecret(p actor.PublisherID, seed cloudSeedID) string {
	return wire.CloudSecret + b64.EncodeToString(s.vault.Blind(p, "cloud container", seed[:])[:32])
}

// ListClouds lists the cloud containers of an organization; zero is by's own. It
// needs container.read or support.read for it. Errors: license.not_found,
// license.bad_cursor.
func (s *Service) ListClouds(ctx context.Context, by actor.Actor, of actor.OrgID, cursor string, limit int) (Page[Cloud], error) {
	out := Page[Cloud]{Items: []Cloud{}}
	from, err := after[Container](cursor)
	if err != nil {
		return out, err
	}
	if of.IsZero() {
		of = by.Org
	}
	n := pageSize(limit)
	err = s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := hide(s.mayRead(r, by, actor.ContainerRead, of)); err != nil {
			return err
		}
		list, err := db.List(r, scanCloud, qClouds, by.Publisher, of, from, n+1)
		if len(list) > n {
			list, out.Next = list[:n], list[n-1].ID.String()
		}
		out.Items = append(out.Items, list...)
		return err
	})
	return out, err
}

// GrantCloud lets a cloud container use a license, without a code. It needs
// cloud.manage for the container's organization and license.read for the license's
// holder, and is journaled. Granting it again changes nothing. Errors:
// license.not_found, license.container_kind, license.cloud_kind.
func (s *Service) GrantCloud(ctx context.Context, by actor.Actor, id ContainerID, of LicenseID) (Cloud, error) {
	return s.changeCloud(ctx, by, id, func(tx *db.Tx, c Cloud) error {
		l, err := s.cloudLicense(tx, by, of)
		if err != nil {
			return err
		}
		if kinds := l.terms.Item.ContainerKinds; !slices.Contains(kinds, wire.ContainerCloud) {
			return ErrContainerKind.With("value", wire.ContainerCloud, "allowed", kinds)
		}
		if _, ok := l.leases(wire.ContainerCloud); !ok {
			return ErrCloudKind.With("kind", string(l.terms.model().Kind))
		}
		n, err := tx.ExecMany(qLeaseRightInsert, [][]any{{by.Publisher, leaseRightOf(of, id), of, id}})
		if err != nil || n == 0 {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "container", ID: id, Event: "cloud.granted", Data: map[string]any{"license": of}})
	})
}

// WithdrawCloud takes a license away from a cloud container again: its leases end at
// once, and what programs have of them ends by itself. It needs cloud.manage for the
// container's organization, and is journaled. Errors: license.not_found.
func (s *Service) WithdrawCloud(ctx context.Context, by actor.Actor, id ContainerID, of LicenseID) (Cloud, error) {
	return s.changeCloud(ctx, by, id, func(tx *db.Tx, c Cloud) error {
		n, err := tx.Exec(qLeaseRightDelete, by.Publisher, leaseRightOf(of, id))
		if err != nil || n == 0 {
			return err
		}
		if err := s.endCloudLeases(tx, by, id, of); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "container", ID: id, Event: "cloud.withdrawn", Data: map[string]any{"license": of}})
	})
}

// endCloudLeases ends what a container has leased of a license.
func (s *Service) endCloudLeases(tx *db.Tx, by actor.Actor, id ContainerID, of LicenseID) error {
	all, err := db.List(tx, scanLease, qLeasesOfLicense, by.Publisher, of)
	if err != nil {
		return err
	}
	var ids db.IDs[Lease]
	for _, a := range all {
		if a.Container == id {
			ids = append(ids, a.ID)
		}
	}
	k := s.newLeaseDesk(tx, by.Publisher)
	if err := k.lock(ids); err != nil {
		return err
	}
	for _, id := range ids {
		a := k.leases[id]
		if a == nil || a.State == LeaseEnded {
			continue
		}
		l := k.licenses[a.License]
		f, _ := l.terms.model().Leases()
		mates, err := k.matesOf(l, f, a.Holder)
		if err != nil {
			return err
		}
		if err := recordActs(tx, by, l.vacate(a, mates, "lease.released", tx.Now())); err != nil {
			return err
		}
		if err := k.moveUp(l, f); err != nil {
			return err
		}
	}
	return k.flush()
}

// CloseCloud closes a cloud container for good: its secret is worth nothing any more,
// and its leases are not renewed. It needs cloud.manage for its organization, and is
// journaled. Closing it again changes nothing. Errors: license.not_found.
func (s *Service) CloseCloud(ctx context.Context, by actor.Actor, id ContainerID) (Cloud, error) {
	return s.changeCloud(ctx, by, id, func(tx *db.Tx, c Cloud) error {
		if c.State == ContainerBlocked {
			return nil
		}
		box, err := containerOf(tx, by.Publisher, id, true)
		if err != nil {
			return err
		}
		box.State, box.Reason, box.dirty = ContainerBlocked, "closed", true
		k := s.newDesk(tx, by.Publisher)
		k.containers[id] = box
		if err := k.flush(); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "container", ID: id, Event: "cloud.closed"})
	})
}

// changeCloud is the frame of the doors that change one.
func (s *Service) changeCloud(ctx context.Context, by actor.Actor, id ContainerID, fn func(tx *db.Tx, c Cloud) error) (Cloud, error) {
	var out Cloud
	err := s.write(ctx, func(tx *db.Tx) error {
		c, err := cloudOf(tx, by.Publisher, id)
		if err == nil {
			err = hide(s.gate.Check(tx, by, actor.CloudManage, c.Org))
		}
		if err != nil {
			return s.blind(tx, by, err)
		}
		show := func(id [16]byte) (Cloud, error) { return cloudOf(tx, by.Publisher, ContainerID(id)) }
		out, err = actor.Once(tx, by, show, func() ([16]byte, Cloud, error) {
			if err := fn(tx, c); err != nil {
				return id, c, err
			}
			c, err := show(id)
			return id, c, err
		})
		return err
	})
	return out, err
}

// blind keeps nobody from hearing that they must sign in first.
func (s *Service) blind(q db.Querier, by actor.Actor, err error) error {
	if !by.SignedIn() {
		return actor.ErrSignIn
	}
	return err
}

// cloudLicense is a license that by may hand to an account.
func (s *Service) cloudLicense(tx *db.Tx, by actor.Actor, of LicenseID) (*License, error) {
	l, err := licenseOf(tx, by.Publisher, of)
	if err != nil {
		return nil, err
	}
	if _, err := s.ticketFor(tx, by, l.Ticket, false, actor.LicenseRead); err != nil {
		return nil, err
	}
	return l, s.attach(tx, by.Publisher, []*License{l})
}
