package sign

import (
	"context"
	"crypto/ed25519"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// keygen is one key for programs with Keygen's client libraries.
type keygen struct {
	Key
	private ed25519.PrivateKey // nil when it does not open
}

func (r *ring) addKeygen(k keyRow, before *ring, open opener) {
	if k.State == Revoked {
		return
	}
	one := &keygen{Key: k.Key}
	r.keygens = append(r.keygens, one)
	if before != nil {
		i := slices.IndexFunc(before.keygens, func(known *keygen) bool { return known.KID == k.KID })
		if i >= 0 && before.keygens[i].private != nil {
			one.private = before.keygens[i].private
			return
		}
	}
	seed, err := open(k)
	if err != nil || len(seed) != ed25519.SeedSize {
		return // what is to be signed says so
	}
	if private := ed25519.NewKeyFromSeed(seed); slices.Equal(private[ed25519.SeedSize:], k.Public) {
		one.private = private
	}
}

// KeygenKey signs what programs with Keygen's client libraries verify.
type KeygenKey struct {
	KID    string
	Public []byte // what the programs ship, 32 bytes
	key    *keygen
}

// Keygen finds a publisher's key for programs with Keygen's client libraries: the
// one named, or the active one for "". A publisher without such a key does not
// answer them. Errors: sign.no_keygen_key, also for a revoked one; the database's.
func (k *Keyring) Keygen(ctx context.Context, p actor.PublisherID, kid string) (KeygenKey, error) {
	r, err := k.fresh(ctx, p)
	if err != nil {
		return KeygenKey{}, err
	}
	for _, one := range r.keygens {
		if one.KID == kid || kid == "" && one.State == Active {
			return KeygenKey{KID: one.KID, Public: one.Public, key: one}, nil
		}
	}
	return KeygenKey{}, ErrNoKeygen
}

// Sign signs a text. Error: sign.seal for a key that does not open here.
func (k KeygenKey) Sign(text []byte) ([]byte, error) {
	if k.key.private == nil {
		return nil, ErrSeal
	}
	return ed25519.Sign(k.key.private, text), nil
}

// MakeKeygen makes a key for programs with Keygen's client libraries, with which
// the publisher begins to answer them. The one before it retires: it goes on
// signing for the programs whose address names it.
func (s *Service) MakeKeygen(ctx context.Context, by actor.Actor) (Key, error) {
	var k keyRow
	err := s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		p, now := by.Publisher, tx.Now()
		if err := s.vault.addDataKey(tx, p, 1); err != nil {
			return err
		}
		k = keyRow{Key: Key{ID: db.NewID[Key](tx), Purpose: Keygen, State: Active, Created: now, Changed: now}}
		var seed []byte
		for k.KID == "" || !typeable(k.KID) {
			seed = randomSecret()
			k.Public = slices.Clone(ed25519.NewKeyFromSeed(seed)[ed25519.SeedSize:])
			k.KID = wire.KID(k.Public)
		}
		var err error
		if k.sealed, err = s.id.Seal(keyLabel(p, Keygen, Here, k.KID), seed); err != nil {
			return err
		}
		if _, err := tx.Exec(qKeyRetireActive, db.At(now), p, string(Keygen), k.KID); err != nil {
			return err
		}
		if err := insertKey(tx, p, k); err != nil {
			return err
		}
		return record(tx, by, "key", k.ID, "key.made", keyFacts{KID: k.KID, Purpose: Keygen})
	})
	return k.Key, err
}

// RevokeKeygen ends a key for programs with Keygen's client libraries at once: its
// private half is gone, and programs that ship it get no answer any more. Errors:
// sign.not_found for a key of another purpose, too; sign.key_state for a revoked
// one.
func (s *Service) RevokeKeygen(ctx context.Context, by actor.Actor, kid string) error {
	return s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		k, err := keyByKID(tx, by.Publisher, kid)
		if err != nil {
			return err
		}
		if k.Purpose != Keygen {
			return ErrNotFound.With("kid", kid)
		}
		if k.State == Revoked {
			return ErrKeyState.With("kid", kid, "state", string(k.State))
		}
		if _, err := tx.Exec(qKeyRevoke, db.At(tx.Now()), by.Publisher, kid); err != nil {
			return err
		}
		return record(tx, by, "key", k.ID, "key.revoked", keyFacts{KID: kid, Purpose: Keygen})
	})
}
