package sign

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"
)

const (
	tagSize       = sha256.Size
	minPassphrase = 12 // characters
	// scryptWork is age's own choice of log2(N): about a second per try.
	scryptWork = 18
	// maxScryptWork bounds what a file may ask of us: 2^20 is 1 GiB of memory.
	maxScryptWork = 20
)

// label is the associated data of a sealed secret: what it is, and whose. Each
// part carries its length, so that no two lists of parts give the same bytes.
func label(purpose string, parts ...[]byte) []byte {
	out := append([]byte("licet/1/"+purpose), 0)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// Seal encrypts secret to the identity's first key. Only the same identity and
// the same aad open it. The tag in front of the secret is an HMAC over aad and
// secret under a key derived from the identity: a writer of the database who
// does not hold the identity can neither swap blobs nor plant one of their own,
// although age needs only the public key to encrypt.
func (id *Identity) Seal(aad, secret []byte) ([]byte, error) {
	k := id.keys[0]
	var buf bytes.Buffer
	w, err := age.Encrypt(&buf, k.age.Recipient())
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	_, err = w.Write(append(k.tag(aad, secret), secret...))
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	return buf.Bytes(), nil
}

// Open returns the secret that Seal took. ErrSeal stands for every reason:
// another identity, another aad, an altered blob.
func (id *Identity) Open(aad, sealed []byte) ([]byte, error) {
	ids := make([]age.Identity, len(id.keys))
	for i, k := range id.keys {
		ids[i] = k.age
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	if len(plain) < tagSize {
		return nil, ErrSeal
	}
	tag, secret := plain[:tagSize], plain[tagSize:]
	for _, k := range id.keys {
		if hmac.Equal(tag, k.tag(aad, secret)) {
			return secret, nil
		}
	}
	return nil, ErrSeal
}

func (k identityKey) tag(aad, secret []byte) []byte {
	m := hmac.New(sha256.New, k.mac)
	m.Write(label("tag", aad, secret))
	return m.Sum(make([]byte, 0, tagSize+len(secret)))
}

// sealPassphrase encrypts plain under a passphrase (scrypt) and returns an age
// file in its text armor. work is log2 of scrypt's N, 0 for the usual 18; tests
// use less. A passphrase under 12 characters is ErrPassphraseShort.
func sealPassphrase(plain []byte, passphrase string, work int) ([]byte, error) {
	if shortPassphrase(passphrase) {
		return nil, ErrPassphraseShort
	}
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	if work == 0 {
		work = scryptWork
	}
	r.SetWorkFactor(work)
	var buf bytes.Buffer
	a := armor.NewWriter(&buf)
	w, err := age.Encrypt(a, r)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	_, err = w.Write(plain)
	if err = errors.Join(err, w.Close(), a.Close()); err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	buf.WriteByte('\n')
	return buf.Bytes(), nil
}

func shortPassphrase(s string) bool { return utf8.RuneCountInString(s) < minPassphrase }

// openPassphrase undoes sealPassphrase. A wrong passphrase is
// ErrWrongPassphrase, anything else that does not open ErrSeal.
func openPassphrase(file []byte, passphrase string) ([]byte, error) {
	s, err := age.NewScryptIdentity(passphrase)
	if err != nil { // an empty one
		return nil, ErrWrongPassphrase.Wrap(err)
	}
	s.SetMaxWorkFactor(maxScryptWork)
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(string(file))), s)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrWrongPassphrase.Wrap(err)
	}
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrSeal.Wrap(err)
	}
	return plain, nil
}
