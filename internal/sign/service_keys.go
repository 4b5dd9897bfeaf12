package sign

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// RequestInput says which keys a root shall certify.
type RequestInput struct {
	Name     string    // the publisher's name, for the eyes of whoever certifies
	Purposes []Purpose // new keys to make; empty with Again false: one issuing key
	Days     int       // how long the issuing key may issue, 1 … 366; 0 = 365
	// Again asks for new certificates of every key that is in use or retired,
	// and makes no key: for when the root that certified them is revoked.
	Again bool
	// Module makes the issuing key in the security module (UseModule). The depot
	// key is always made here.
	Module bool
}

// Request makes key pairs and returns the certification request for them, or
// asks for new certificates of the present keys. The private halves stay sealed
// in the database; a new key does nothing until its certificate is installed.
// Errors: sign.bad_window, sign.no_key when there is nothing to certify again,
// sign.module_… when the module does not make the key.
func (s *Service) Request(ctx context.Context, by actor.Actor, in RequestInput) (Request, error) {
	if len(in.Purposes) == 0 && !in.Again {
		in.Purposes = []Purpose{Issue}
	}
	var inside line.Key // of the module; the zero value is none
	if in.Module && !in.Again && slices.Contains(in.Purposes, Issue) {
		var err error
		if inside, err = s.inside(ctx, by, in); err != nil {
			return Request{}, err
		}
	}
	var req Request
	err := s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		req = Request{Format: requestFormat, Issuer: issuerName(by.Publisher), Name: in.Name}
		if in.Again {
			return requestAgain(tx, by.Publisher, &req)
		}
		// An export from now on holds all that the publisher needs.
		if err := s.vault.addDataKey(tx, by.Publisher, 1); err != nil {
			return err
		}
		for _, purpose := range in.Purposes {
			k, err := s.makeKey(tx, by.Publisher, purpose, in.Days, inside)
			if err != nil {
				return err
			}
			req.Keys = append(req.Keys, requested(k.Key))
			if err := record(tx, by, "key", k.ID, "key.requested", keyFacts{KID: k.KID, Purpose: purpose}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && inside.ID != "" {
		err = errors.Join(err, s.ring.module.drop(context.WithoutCancel(ctx), inside.ID))
	}
	return req, err
}

// inside makes the issuing key of a request in the module, before the
// transaction and after the rights.
func (s *Service) inside(ctx context.Context, by actor.Actor, in RequestInput) (line.Key, error) {
	if _, _, err := window(s.db.Now(), in.Days); err != nil {
		return line.Key{}, err
	}
	if err := s.read(ctx, by, func(*db.Reader) error { return nil }); err != nil {
		return line.Key{}, err
	}
	return s.makeInModule(ctx, issuerName(by.Publisher))
}

func requestAgain(tx *db.Tx, p publisherID, req *Request) error {
	all, err := keys(tx, p)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Purpose != Keygen && (k.State == Active || k.State == Retired && k.Cert != "") {
			req.Keys = append(req.Keys, requested(k.Key))
		}
	}
	if len(req.Keys) == 0 {
		return ErrNoKey
	}
	return nil
}

// makeKey stores a new key pair in state requested.
func (s *Service) makeKey(tx *db.Tx, p publisherID, purpose Purpose, days int, inside line.Key) (keyRow, error) {
	now := tx.Now()
	k := keyRow{Key: Key{ID: db.NewID[Key](tx), Purpose: purpose, State: Requested, Created: now, Changed: now}}
	var err error
	if purpose == Issue {
		if k.NotBefore, k.NotAfter, err = window(now, days); err != nil {
			return k, err
		}
	}
	var seed []byte
	if purpose == Issue && inside.ID != "" {
		k.Place, seed, k.Public, k.KID = InModule, []byte(inside.ID), inside.Public, wire.KID(inside.Public)
	}
	for k.KID == "" || !typeable(k.KID) {
		if seed, k.Public, err = newPair(purpose); err != nil {
			return k, err
		}
		k.KID = wire.KID(k.Public)
	}
	if k.sealed, err = s.id.Seal(keyLabel(p, purpose, k.Place, k.KID), seed); err != nil {
		return k, err
	}
	return k, insertKey(tx, p, k)
}

// newPair makes a key pair of the kind that a purpose needs.
func newPair(purpose Purpose) (seed, public []byte, err error) {
	switch purpose {
	case Issue:
		seed = randomSecret()
		private, err := wire.Ed25519Key(seed)
		if err != nil {
			return nil, nil, ErrSeal.Wrap(err)
		}
		return seed, private.Public().Bytes, nil
	case Depot:
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, ErrSeal.Wrap(err)
		}
		return private.Bytes(), private.PublicKey().Bytes(), nil
	}
	return nil, nil, ErrBadPurpose.With("purpose", string(purpose))
}

func requested(k Key) RequestedKey {
	r := RequestedKey{Purpose: k.Purpose, KID: k.KID, Public: b64.EncodeToString(k.Public)}
	if k.Purpose == Issue {
		r.NotBefore, r.NotAfter = k.NotBefore.Unix(), k.NotAfter.Unix()
	}
	return r
}

// PinRoot tells the server which root new products pin as active or standby;
// the one that had this rank becomes a former one, which older products pin. A
// root that is not known yet is added. Errors: sign.root_revoked,
// sign.bad_rank.
func (s *Service) PinRoot(ctx context.Context, by actor.Actor, info RootInfo, rank Rank) error {
	return s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		return s.pinRoot(tx, by, info, rank)
	})
}

func (s *Service) pinRoot(tx *db.Tx, by actor.Actor, info RootInfo, rank Rank) error {
	if rank != RankActive && rank != RankStandby {
		return ErrBadRank.With("rank", string(rank))
	}
	now, p := db.At(tx.Now()), by.Publisher
	if _, err := tx.Exec(qRootFree, now, p, string(rank), info.KID); err != nil {
		return err
	}
	root := Root{ID: db.NewID[Root](tx), KID: info.KID, Public: info.Public.Bytes, Rank: rank}
	added, err := insertRoot(tx, p, root)
	if err != nil {
		return err
	}
	if !added {
		n, err := tx.Exec(qRootRank, string(rank), now, p, info.KID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRootRevoked.With("kid", info.KID)
		}
	}
	return s.recordRoot(tx, by, info.KID, "root.pinned", rank)
}

func (s *Service) recordRoot(tx *db.Tx, by actor.Actor, kid, event string, rank Rank) error {
	all, err := roots(tx, by.Publisher)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.KID == kid {
			return record(tx, by, "root", r.ID, event, rootFacts{KID: kid, Rank: rank})
		}
	}
	return ErrNotFound.With("kid", kid)
}

// Retire takes a key out of use: it issues no more, but still signs what was
// recorded under it. A key that was only requested is given up. The active key
// retires by itself when the next one is installed; force retires it without a
// successor, and nothing is issued until there is one. Errors: sign.not_found,
// sign.key_state.
func (s *Service) Retire(ctx context.Context, by actor.Actor, kid string, force bool) error {
	return s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		k, err := keyByKID(tx, by.Publisher, kid)
		if err != nil {
			return err
		}
		if k.State != Requested && (k.State != Active || !force) {
			return ErrKeyState.With("kid", kid, "state", string(k.State))
		}
		if _, err := tx.Exec(qKeyRetire, db.At(tx.Now()), by.Publisher, kid, string(k.State)); err != nil {
			return err
		}
		return record(tx, by, "key", k.ID, "key.retired", keyFacts{KID: kid, Purpose: k.Purpose})
	})
}

// Overview is everything that a publisher's keyring holds, without secrets.
type Overview struct {
	Issuer string `json:"iss"`
	Roots  []Root `json:"roots"`
	Keys   []Key  `json:"keys"`
	Lines  []Line `json:"lines"`
}

// Overview returns the publisher's roots, keys and lines, oldest first.
func (s *Service) Overview(ctx context.Context, by actor.Actor) (Overview, error) {
	out := Overview{Issuer: issuerName(by.Publisher)}
	err := s.read(ctx, by, func(r *db.Reader) error {
		st := stock{publisher: by.Publisher}
		if err := st.read(r); err != nil {
			return err
		}
		out.Roots, out.Lines, out.Keys = st.roots, st.lines, nil
		for _, k := range st.keys {
			out.Keys = append(out.Keys, k.Key)
		}
		return nil
	})
	return out, err
}

// KnownSerials returns the serials of all licenses issued under a key, as the
// issuance log knows them: what a revocation of the key lists as still valid.
// Errors: sign.not_found, sign.too_many_serials, sign.no_log.
func (s *Service) KnownSerials(ctx context.Context, by actor.Actor, kid string) ([][8]byte, error) {
	err := s.read(ctx, by, func(r *db.Reader) error {
		k, err := keyByKID(r, by.Publisher, kid)
		if err == nil && k.Purpose != Issue {
			err = ErrNotFound.With("kid", kid)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.Serials == nil { // an empty list would refuse every good license
		return nil, ErrNoLog
	}
	var out [][8]byte
	err = s.Serials(ctx, by.Publisher, kid, func(serial [8]byte) error {
		out = append(out, serial)
		return nil
	})
	if err == nil && len(out) > MaxSerials {
		return nil, ErrTooManySerials.With("count", len(out))
	}
	return out, err
}

// keyFacts, rootFacts and lineFacts are what the journal keeps.
type keyFacts struct {
	KID     string  `json:"kid"`
	Purpose Purpose `json:"purpose,omitempty"`
	Root    string  `json:"root,omitempty"`
}

type rootFacts struct {
	KID  string `json:"kid"`
	Rank Rank   `json:"rank,omitempty"`
}

func record(tx *db.Tx, by actor.Actor, entity string, id [16]byte, event string, facts any) error {
	return actor.Record(tx, by, actor.Entry{Entity: entity, ID: id, Event: event, Data: facts})
}

// ExpiringBy returns the active issuing keys of all publishers whose time ends
// before an instant, for the health page and licet doctor.
func (s *Service) ExpiringBy(ctx context.Context, end time.Time) ([]Key, error) {
	var out []Key
	err := s.db.Read(ctx, func(r *db.Reader) (err error) {
		out, err = expiring(r, end)
		return err
	})
	return out, err
}
