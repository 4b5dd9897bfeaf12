package org

import (
	"context"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// MadeKey is a new API key with its token, which is shown this once.
type MadeKey struct {
	Key
	Token string      `json:"token,omitempty"` // "" when a request is repeated
	Note  *actor.Note `json:"note,omitempty"`  // says so then
}

// CreateKey makes an API key for an organization, with a part of what the caller
// may do. A key that is made with another ends with it. It returns ErrBadName,
// ErrNoPermissions, ErrBeyondKind, ErrBeyondOwn, ErrBadExpiry, ErrKeyOutlives and
// ErrClosed. Repeated under the same Idempotency-Key it returns the key without
// its token: a token is shown once, whatever happens to the answer.
func (s *Service) CreateKey(ctx context.Context, by actor.Actor, in NewKey) (MadeKey, error) {
	return write(ctx, s.d, func(tx *db.Tx) (MadeKey, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return MadeKey{}, err
		}
		o, err := reach(tx, v, by, actor.KeyManage, ownOr(v, by, in.Org))
		if err != nil {
			return MadeKey{}, err
		}
		load := func(id [16]byte) (MadeKey, error) {
			k, err := one(tx, scanKey, qKey, by.Publisher, KeyID(id))
			return MadeKey{Key: k, Note: actor.ShownOnce()}, err
		}
		return actor.Once(tx, by, load, func() ([16]byte, MadeKey, error) {
			made, err := s.makeKey(tx, v, by, o, in)
			return made.ID, made, err
		})
	})
}

func (s *Service) makeKey(tx *db.Tx, v actor.View, by actor.Actor, o Organization, in NewKey) (made MadeKey, err error) {
	if o.State != StateOpen {
		return made, ErrClosed.With("number", o.Number)
	}
	if made.Key, err = s.newKey(tx, v, by, o, in); err != nil {
		return made, err
	}
	made.Token, made.Hint = newToken()
	if err := insertKey(tx, by.Publisher, made.Key, s.lookup(made.Token)); err != nil {
		return made, err
	}
	return made, actor.Record(tx, by, actor.Entry{
		Entity: "key", ID: made.ID, Event: "key.created",
		Data: map[string]any{"org": made.Org, "permissions": made.Permissions, "expires_at": expiry(made.ExpiresAt)},
	})
}

// newKey checks what is asked for and returns the key to be stored.
func (s *Service) newKey(tx *db.Tx, v actor.View, by actor.Actor, o Organization, in NewKey) (Key, error) {
	name, err := cleanName(in.Name, true)
	if err == nil {
		err = grantable(in.Permissions, o.Kind, v.Effective(by))
	}
	if err != nil {
		return Key{}, err
	}
	maker, err := makerKey(tx, by)
	if err != nil {
		return Key{}, err
	}
	if err := checkExpiry(in.ExpiresAt, tx.Now(), maker.ExpiresAt); err != nil {
		return Key{}, err
	}
	return Key{
		ID: db.NewID[Key](tx), Org: o.ID, Name: name, Permissions: in.Permissions, MadeBy: by.ID,
		CreatedAt: tx.Now(), ExpiresAt: in.ExpiresAt.UTC().Truncate(time.Microsecond), Rev: 1, parent: maker.ID,
	}, nil
}

// makerKey returns the key that by is, zero when by is no key. It is locked, so
// that it cannot be revoked while it makes another.
func makerKey(tx *db.Tx, by actor.Actor) (Key, error) {
	text, ok := strings.CutPrefix(by.ID, "key:")
	if by.Kind != actor.KindKey || !ok {
		return Key{}, nil
	}
	id, err := db.ParseID[Key](text)
	if err != nil {
		return Key{}, err
	}
	k, err := one(tx, scanKey, qKeyLock, by.Publisher, id)
	if err == nil && !k.live(tx.Now()) {
		err = ErrBadToken
	}
	return k, err
}

func expiry(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Keys lists the API keys of an organization (zero: the caller's own), oldest
// first, revoked ones too.
func (s *Service) Keys(ctx context.Context, by actor.Actor, org ID, rg Range) (Page[Key], error) {
	return read(ctx, s.d, by.Publisher, func(r *db.Reader) (Page[Key], error) {
		var none Page[Key]
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return none, signInFirst(by, err)
		}
		org = ownOr(v, by, org)
		if err := s.gate.Check(r, by, actor.KeyManage, org); err != nil {
			return none, err
		}
		after, err := afterID[Key](rg.After)
		if err != nil {
			return none, err
		}
		items, err := many(r, scanKey, qKeys, by.Publisher, org, after, rg.limit()+1)
		return page(items, rg, func(k Key) string { return k.ID.String() }), err
	})
}

// Revocation is the input of RevokeKey.
type Revocation struct {
	ID  KeyID `json:"id"`
	Rev int64 `json:"rev,omitempty"` // as seen; 0 = whatever it is
}

// RevokeKey ends a key and every key that was made with it: at once in this
// process, within a second on other nodes. Revoking twice is no error. It returns
// ErrStale.
func (s *Service) RevokeKey(ctx context.Context, by actor.Actor, in Revocation) (Key, error) {
	return write(ctx, s.d, func(tx *db.Tx) (Key, error) {
		v, err := s.locked(tx, by)
		if err != nil {
			return Key{}, err
		}
		k, err := one(tx, scanKey, qKeyLock, by.Publisher, in.ID)
		if err == nil {
			err = v.Check(by, actor.KeyManage, k.Org)
		}
		if err != nil {
			return Key{}, err
		}
		if !k.RevokedAt.IsZero() {
			return k, nil
		}
		if err := checkRev(in.Rev, k.Rev); err != nil {
			return Key{}, err
		}
		gone, err := revokeTree(tx, by.Publisher, k.ID)
		if err != nil {
			return Key{}, err
		}
		tx.AfterCommit(s.tokens.forget)
		entries := make([]actor.Entry, len(gone))
		for i, id := range gone {
			entries[i] = actor.Entry{Entity: "key", ID: id, Event: "key.revoked"}
		}
		if err := actor.RecordMany(tx, by, entries); err != nil {
			return Key{}, err
		}
		return one(tx, scanKey, qKey, by.Publisher, k.ID)
	})
}
