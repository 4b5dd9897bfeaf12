package sign

import (
	"context"
	"crypto/aes"
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

// Blind returns a keyed hash of value that is the same whenever publisher and
// label are: an index over what must not be stored in the open (an e-mail
// address, a fingerprint). The zero publisher stands for the installation.
func (v *Vault) Blind(p actor.PublisherID, label string, value []byte) []byte {
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(label)))
	return v.peppers.Load().blind.sum(p[:], size[:], []byte(label), value)
}

// A sealed value is: version (1 byte), data key id (8 bytes), nonce, AES-256-GCM.
const (
	sealVersion = 1
	sealHead    = 1 + 8
	nonceSize   = 12
)

// Seal encrypts plain under the publisher's newest data key; aad names the row
// it belongs to, and only the same publisher and aad open it. In a *db.Tx it
// makes the publisher's first data key when there is none; with a Reader that
// is ErrNoDataKey.
func (v *Vault) Seal(q db.Querier, p actor.PublisherID, aad, plain []byte) ([]byte, error) {
	id, aead, err := v.newestKey(q, p)
	if err != nil {
		return nil, err
	}
	out := make([]byte, sealHead+nonceSize, sealHead+nonceSize+len(plain)+aead.Overhead())
	out[0] = sealVersion
	binary.BigEndian.PutUint64(out[1:sealHead], uint64(id))
	nonce := out[sealHead : sealHead+nonceSize]
	rand.Read(nonce) //nolint:errcheck // never fails
	return aead.Seal(out, nonce, plain, sealAAD(out[:sealHead], p, aad)), nil
}

// Open returns what Seal took. A blob of another publisher, another aad or with
// a changed byte is ErrSealed.
func (v *Vault) Open(q db.Querier, p actor.PublisherID, aad, sealed []byte) ([]byte, error) {
	id, err := sealedUnder(sealed)
	if err != nil {
		return nil, err
	}
	aead, err := v.keyOf(q, p, id)
	if err != nil {
		return nil, err
	}
	nonce := sealed[sealHead : sealHead+nonceSize]
	plain, err := aead.Open(nil, nonce, sealed[sealHead+nonceSize:], sealAAD(sealed[:sealHead], p, aad))
	if err != nil {
		return nil, ErrSealed.Wrap(err)
	}
	return plain, nil
}

// Reseal returns sealed under the publisher's newest data key, or nil when it
// already is. The owner of a table calls it row by row after a rotation.
func (v *Vault) Reseal(q db.Querier, p actor.PublisherID, aad, sealed []byte) ([]byte, error) {
	id, err := sealedUnder(sealed)
	if err != nil {
		return nil, err
	}
	newest, _, err := v.newestKey(q, p)
	if err != nil || newest == id {
		return nil, err
	}
	plain, err := v.Open(q, p, aad, sealed)
	if err != nil {
		return nil, err
	}
	return v.Seal(q, p, aad, plain)
}

func sealedUnder(sealed []byte) (int64, error) {
	if len(sealed) < sealHead+nonceSize || sealed[0] != sealVersion {
		return 0, ErrSealed
	}
	return int64(binary.BigEndian.Uint64(sealed[1:sealHead])), nil
}

func sealAAD(head []byte, p publisherID, aad []byte) []byte {
	out := make([]byte, 0, len(head)+len(p)+len(aad))
	out = append(append(out, head...), p[:]...)
	return append(out, aad...)
}

// newestKey returns the key that seals for p.
func (v *Vault) newestKey(q db.Querier, p publisherID) (int64, cipher.AEAD, error) {
	v.mu.RLock()
	id, ok := v.newest[p]
	aead, era := v.opened[dataRef{p, id}], v.era
	v.mu.RUnlock()
	if ok && aead != nil {
		return id, aead, nil
	}
	rows, err := dataKeys(q, p)
	if err != nil {
		return 0, nil, err
	}
	if len(rows) == 0 {
		tx, ok := q.(*db.Tx)
		if !ok {
			return 0, nil, ErrNoDataKey
		}
		if err := v.addDataKey(tx, p, 1); err != nil {
			return 0, nil, err
		}
		if rows, err = dataKeys(tx, p); err != nil {
			return 0, nil, err
		}
	}
	aead, err = v.openData(p, rows[0])
	if err != nil {
		return 0, nil, err
	}
	v.keep(q, dataRef{p, rows[0].id}, aead, era)
	return rows[0].id, aead, nil
}

// keyOf returns the data key of p with this id.
func (v *Vault) keyOf(q db.Querier, p publisherID, id int64) (cipher.AEAD, error) {
	ref := dataRef{p, id}
	v.mu.RLock()
	aead := v.opened[ref]
	v.mu.RUnlock()
	if aead != nil {
		return aead, nil
	}
	row, err := dataKey(q, p, id)
	if err != nil {
		return nil, orSealed(err)
	}
	if aead, err = v.openData(p, row); err != nil {
		return nil, err
	}
	v.keep(q, ref, aead, notNewest)
	return aead, nil
}

func (v *Vault) openData(p publisherID, row dataRow) (cipher.AEAD, error) {
	secret, err := v.id.Open(dataLabel(p, row.id), row.sealed)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	return cipher.NewGCM(block)
}

// notNewest is the era of a key that was not read as the newest one.
const notNewest = -1

// keep remembers an opened key: after the commit when it was read in a
// transaction, which may have made it and may still fail. era is that in which
// it was found to be the newest.
func (v *Vault) keep(q db.Querier, ref dataRef, aead cipher.AEAD, era int64) {
	store := func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.opened) >= maxOpened {
			clear(v.opened)
		}
		v.opened[ref] = aead
		if era == v.era {
			v.newest[ref.publisher] = ref.id
		}
	}
	if tx, ok := q.(*db.Tx); ok {
		tx.AfterCommit(store)
		return
	}
	store()
}

// addDataKey makes a random data key unless its id is taken.
func (v *Vault) addDataKey(tx *db.Tx, p publisherID, id int64) error {
	sealed, err := v.id.Seal(dataLabel(p, id), randomSecret())
	if err != nil {
		return err
	}
	_, err = tx.Exec(qDataInsert, p, id, sealed, db.At(tx.Now()))
	return err
}

func randomSecret() []byte {
	b := make([]byte, secretSize)
	rand.Read(b) //nolint:errcheck // never fails
	return b
}

func pepperLabel(id int64, purpose string) []byte {
	return label("pepper", binary.BigEndian.AppendUint64(nil, uint64(id)), []byte(purpose))
}

func dataLabel(p publisherID, id int64) []byte {
	return label("data", p[:], binary.BigEndian.AppendUint64(nil, uint64(id)))
}
