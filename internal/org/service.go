package org

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Sealer keeps the secrets: package sign's Vault. Seal in a transaction makes
// what it needs; Blind gives the same hash for the same label and value.
type Sealer interface {
	Seal(q db.Querier, p actor.PublisherID, aad, plain []byte) ([]byte, error)
	Open(q db.Querier, p actor.PublisherID, aad, sealed []byte) ([]byte, error)
	Blind(p actor.PublisherID, label string, value []byte) []byte
}

// Service has the doors of this package. It is safe for concurrent use.
type Service struct {
	d      *db.DB
	gate   *actor.Gate
	sealer Sealer
	tokens *tokenCache
}

// New returns the doors over a database.
func New(d *db.DB, gate *actor.Gate, sealer Sealer) *Service {
	return &Service{d: d, gate: gate, sealer: sealer, tokens: newTokenCache()}
}

// locked returns the caller's tree and keeps it as it is until tx writes.
func (s *Service) locked(tx *db.Tx, by actor.Actor) (actor.View, error) {
	if !by.SignedIn() {
		return actor.View{}, actor.ErrSignIn
	}
	if err := actor.LockTree(tx, by.Publisher); err != nil {
		return actor.View{}, err
	}
	return s.gate.View(tx, by.Publisher)
}

// reach returns organization id when by may do perm in it.
func reach(q db.Querier, v actor.View, by actor.Actor, perm actor.Permission, id ID) (Organization, error) {
	if err := v.Check(by, perm, id); err != nil {
		return Organization{}, err
	}
	return ByID(q, by.Publisher, id)
}

// reachAbove returns organization id when by may write the organization above
// it: what an organization is given is not for itself to change.
func reachAbove(q db.Querier, v actor.View, by actor.Actor, id ID) (Organization, error) {
	o, err := reach(q, v, by, actor.OrgWrite, id)
	if err != nil || o.Parent.IsZero() {
		return o, err
	}
	if !v.Sees(by, o.Parent) {
		return o, actor.Denied(actor.OrgWrite)
	}
	return o, nil
}

// ownOr returns org, or the caller's own organization when it is zero: the root
// for callers above the tree.
func ownOr(v actor.View, by actor.Actor, org ID) ID {
	switch {
	case !org.IsZero():
		return org
	case !by.Org.IsZero():
		return by.Org
	}
	return v.Root()
}
