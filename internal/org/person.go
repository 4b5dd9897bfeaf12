package org

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"net/mail"
	"strings"
	"time"
)

// MaxEmail is the longest e-mail address, in bytes.
const MaxEmail = 254

// Personal is what is known of a person; it is stored sealed only.
type Personal struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
}

// Member is a person's place in an organization, as its administrators see it.
type Member struct {
	ID        MembershipID `json:"id"`
	Org       ID           `json:"org"`
	Person    PersonID     `json:"person"` // pseudonym
	Personal  Personal     `json:"personal"`
	Role      string       `json:"role"`
	CreatedAt time.Time    `json:"created_at"`
	Rev       int64        `json:"rev"`
}

// cleanEmail returns the address as it is looked up: trimmed, lower case, with a
// domain, without a display name.
func cleanEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > MaxEmail || !printable(s) {
		return "", ErrBadEmail.At("email")
	}
	return s, nil
}

const personKeySize = 32

// newPersonKey returns a fresh AES-256 key.
func newPersonKey() []byte {
	k := make([]byte, personKeySize)
	_, _ = rand.Read(k) // never fails: the runtime stops the program instead
	return k
}

// sealPersonal encrypts p under the person's key; id binds it to its row.
func sealPersonal(key []byte, id [16]byte, p Personal) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	aead, err := personAEAD(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, plain, id[:]), nil
}

// openPersonal returns what sealPersonal took.
func openPersonal(key []byte, id [16]byte, sealed []byte) (Personal, error) {
	var p Personal
	aead, err := personAEAD(key)
	if err != nil {
		return p, err
	}
	plain, err := aead.Open(nil, nil, sealed, id[:])
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

func personAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
