package sign

import (
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// SerialSource yields the serials of all licenses that were issued under an
// issuing key, in any order. It is the issuance log, which package license
// keeps; app sets it.
type SerialSource func(ctx context.Context, p actor.PublisherID, kid string, yield func(serial [8]byte) error) error

// Service is the doors of the keyring: what administrators do with keys. The
// hot path uses its Vault and its Keyring directly. It is safe for concurrent
// use once Serials and PepperUse are set.
type Service struct {
	// Serials is asked when an issuing key is revoked; without it none can be.
	Serials SerialSource
	// PepperUse is asked before a pepper is deleted.
	PepperUse PepperUse

	db    *db.DB
	gate  *actor.Gate
	id    *Identity
	vault *Vault
	ring  *Keyring
}

// Open makes the Service on an open, migrated database. identityPath names the
// identity file; it is created at the very first start, when the database holds
// nothing sealed. Errors: sign.identity_missing when a database with sealed
// keys has lost its identity file, sign.identity_mode, sign.identity_bad,
// sign.seal when the file is that of another installation.
func Open(ctx context.Context, d *db.DB, gate *actor.Gate, identityPath string) (*Service, error) {
	id, err := identityFor(ctx, d, identityPath)
	if err != nil {
		return nil, err
	}
	return New(ctx, d, gate, id)
}

// New is Open with an identity that is already in memory.
func New(ctx context.Context, d *db.DB, gate *actor.Gate, id *Identity) (*Service, error) {
	v, err := openVault(ctx, d, id)
	if err != nil {
		return nil, err
	}
	return &Service{db: d, gate: gate, id: id, vault: v, ring: newKeyring(d, id)}, nil
}

func identityFor(ctx context.Context, d *db.DB, path string) (*Identity, error) {
	id, err := LoadIdentity(path)
	if !errors.Is(err, ErrIdentityMissing) {
		return id, err
	}
	var stored []pepperRow
	readErr := d.Read(ctx, func(r *db.Reader) error {
		var err error
		stored, err = peppers(r)
		return err
	})
	if readErr != nil {
		return nil, readErr
	}
	if len(stored) > 0 {
		return nil, err
	}
	return CreateIdentity(path)
}

// Vault returns the secrets that guard stored data.
func (s *Service) Vault() *Vault { return s.vault }

// Keyring returns the keys that sign.
func (s *Service) Keyring() *Keyring { return s.ring }

// Refresh asks the database once whether keys have changed, and takes over what
// has. A served process calls it a few times per second; what its own doors
// change is known at once. Without it the Keyring asks by itself, at most once
// per second, when it is used; the Vault does not.
func (s *Service) Refresh(ctx context.Context) error {
	if err := s.ring.look(ctx); err != nil {
		return err
	}
	if err := s.ring.reload(ctx); err != nil {
		return err
	}
	return s.vault.refresh(ctx, s.ring.latest.Load())
}

// change runs fn as one change of keys: rights first, the version last, and
// this process knows of it before the caller is answered.
func (s *Service) change(ctx context.Context, by actor.Actor, perm actor.Permission, fn func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.gate.Check(tx, by, perm, actor.OrgID{}); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		v, err := bump(tx)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() {
			s.ring.changed(v)
			s.vault.forget()
		})
		return nil
	})
}

// read runs fn on one snapshot after the rights.
func (s *Service) read(ctx context.Context, by actor.Actor, fn func(r *db.Reader) error) error {
	return s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.gate.Check(r, by, actor.KeyringManage, actor.OrgID{}); err != nil {
			return err
		}
		return fn(r)
	})
}
