package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

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

func dataLabel(p publisherID, id int64) []byte {
	return label("data", p[:], binary.BigEndian.AppendUint64(nil, uint64(id)))
}
