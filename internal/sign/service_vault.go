package sign

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const (
	secretSize = 32
	blindID    = 0 // the pepper row that keys Blind; it is never rotated
	// pepperLead is how long a new pepper only reads: every node has learned of
	// it before the first code is stored under it.
	pepperLead = 2 * time.Second
	// maxOpened bounds the data keys in memory; beyond it they are opened anew.
	maxOpened = 20000

	purposeLookup = "lookup"
	purposeBlind  = "blind"
)

// Vault keeps the secrets that guard stored data: peppers for the look-up of
// codes, one key for blind indexes, and a data key per publisher for what must
// be read again. All are sealed to the Identity in the database and opened once
// into memory. A Vault is safe for concurrent use.
type Vault struct {
	db      *db.DB
	id      *Identity
	peppers atomic.Pointer[pepperSet]
	loading sync.Mutex

	mu     sync.RWMutex
	opened map[dataRef]cipher.AEAD
	newest map[publisherID]int64
	era    int64 // raised by forget: what was read before is not kept as newest
}

type dataRef struct {
	publisher publisherID
	id        int64
}

// pepperSet is what a Vault knows of the pepper table. It does not change.
type pepperSet struct {
	version int64
	lookup  []*pepper // newest first
	blind   *keyed
}

type pepper struct {
	keyed
	id   int64
	from time.Time
}

// keyed is a pool of HMAC states under one secret: an HMAC that is reset skips
// the hashing of its key, and the pool keeps the hot path from allocating one.
type keyed struct {
	secret []byte
	pool   sync.Pool
}

func (k *keyed) sum(parts ...[]byte) []byte {
	h, ok := k.pool.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, k.secret)
	}
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	out := h.Sum(make([]byte, 0, sha256.Size))
	k.pool.Put(h)
	return out
}

// openVault loads the peppers, and makes the first ones in a new database.
func openVault(ctx context.Context, d *db.DB, id *Identity) (*Vault, error) {
	v := &Vault{db: d, id: id}
	v.forget()
	if err := v.reload(ctx); err != nil {
		return nil, err
	}
	if len(v.peppers.Load().lookup) > 0 {
		return v, nil
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		if err := v.addPepper(tx, blindID, purposeBlind, tx.Now()); err != nil {
			return err
		}
		if err := v.addDataKey(tx, actor.InstallationID, 1); err != nil {
			return err
		}
		return v.addPepper(tx, 1, purposeLookup, tx.Now())
	})
	if err != nil {
		return nil, err
	}
	return v, v.reload(ctx)
}

// addPepper makes a random pepper unless its id is taken.
func (v *Vault) addPepper(tx *db.Tx, id int64, purpose string, from time.Time) error {
	sealed, err := v.id.Seal(pepperLabel(id, purpose), randomSecret())
	if err != nil {
		return err
	}
	_, err = tx.Exec(qPepperInsert, id, purpose, sealed, db.At(from), db.At(tx.Now()))
	return err
}

// reload reads the peppers; those already in memory are not opened again.
func (v *Vault) reload(ctx context.Context) error {
	v.loading.Lock()
	defer v.loading.Unlock()
	var rows []pepperRow
	set := &pepperSet{}
	err := v.db.Read(ctx, func(r *db.Reader) (err error) {
		if set.version, err = version(r); err != nil {
			return err
		}
		rows, err = peppers(r)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		p, err := v.openPepper(row)
		if err != nil {
			return err
		}
		if row.purpose == purposeBlind {
			set.blind = &p.keyed
		} else {
			set.lookup = append(set.lookup, p)
		}
	}
	v.peppers.Store(set)
	return nil
}

// refresh takes over peppers and data keys that changed since they were read.
func (v *Vault) refresh(ctx context.Context, latest int64) error {
	if v.peppers.Load().version >= latest {
		return nil
	}
	v.forget()
	return v.reload(ctx)
}

func (v *Vault) openPepper(row pepperRow) (*pepper, error) {
	if old := v.peppers.Load(); old != nil && row.purpose == purposeLookup {
		for _, p := range old.lookup {
			if p.id == row.id {
				return p, nil
			}
		}
	}
	secret, err := v.id.Open(pepperLabel(row.id, row.purpose), row.sealed)
	if err != nil {
		return nil, err
	}
	return &pepper{keyed: keyed{secret: secret}, id: row.id, from: row.from.Time}, nil
}

// forget drops every opened data key, so that the next use reads the newest.
func (v *Vault) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened = map[dataRef]cipher.AEAD{}
	v.newest = map[publisherID]int64{}
	v.era++
}

// Lookup returns the keyed hash under which a normalized code is stored now,
// and the id of the pepper that keys it.
func (v *Vault) Lookup(code []byte) (pepperID int64, h []byte) {
	all, now := v.peppers.Load().lookup, v.db.Now()
	p := all[len(all)-1]
	for _, one := range all {
		if !one.from.After(now) {
			p = one
			break
		}
	}
	return p.id, p.sum(code)
}

// Lookups returns the keyed hashes of a normalized code under every live
// pepper, newest first: a code may be stored under any of them.
func (v *Vault) Lookups(code []byte) [][]byte {
	all := v.peppers.Load().lookup
	out := make([][]byte, len(all))
	for i, p := range all {
		out[i] = p.sum(code)
	}
	return out
}

// OnePepper reports whether every code is stored under the pepper of Lookup.
func (v *Vault) OnePepper() bool { return len(v.peppers.Load().lookup) == 1 }

// Blind returns a keyed hash of value that is the same whenever publisher and
// label are: an index over what must not be stored in the open (an e-mail
// address, a fingerprint). The zero publisher stands for the installation.
func (v *Vault) Blind(p actor.PublisherID, label string, value []byte) []byte {
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(label)))
	return v.peppers.Load().blind.sum(p[:], size[:], []byte(label), value)
}

func randomSecret() []byte {
	b := make([]byte, secretSize)
	rand.Read(b) //nolint:errcheck // never fails
	return b
}

func pepperLabel(id int64, purpose string) []byte {
	return label("pepper", binary.BigEndian.AppendUint64(nil, uint64(id)), []byte(purpose))
}
