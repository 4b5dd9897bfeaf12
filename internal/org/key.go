package org

import (
	"time"

	"github.com/licet/licet/internal/actor"
)

// Key is an API key as it is shown: never with its token.
type Key struct {
	ID          KeyID     `json:"id"`
	Org         ID        `json:"org"`
	Name        string    `json:"name"`
	Hint        string    `json:"hint"` // "lk_…" and the last four symbols
	Permissions actor.Set `json:"permissions"`
	MadeBy      string    `json:"made_by"` // pseudonym of the maker
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"` // exclusive; zero = never
	RevokedAt   time.Time `json:"revoked_at,omitzero"`
	Rev         int64     `json:"rev"`

	parent KeyID // the key that made it
}

// NewKey is the input of CreateKey.
type NewKey struct {
	Org         ID        `json:"org,omitzero"` // default: the maker's own
	Name        string    `json:"name"`
	Permissions actor.Set `json:"permissions"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
}

// checkExpiry refuses an expiry that has passed, and one after that of the key
// the new key is made with: a key cannot prolong itself.
func checkExpiry(expires, now, maker time.Time) error {
	switch {
	case !expires.IsZero() && !expires.After(now):
		return ErrBadExpiry.At("expires_at")
	case !maker.IsZero() && (expires.IsZero() || expires.After(maker)):
		return ErrKeyOutlives.With("until", maker.UTC().Format(time.RFC3339)).At("expires_at")
	}
	return nil
}

// live reports whether the key may be used at now.
func (k Key) live(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

const (
	tokenPrefix   = "lk_"
	tokenAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	tokenSymbols  = 43 // 256 bits
)

// isToken reports whether s has the form of a token.
func isToken(s string) bool {
	if len(s) != len(tokenPrefix)+tokenSymbols || s[:len(tokenPrefix)] != tokenPrefix {
		return false
	}
	for i := len(tokenPrefix); i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// newToken returns a fresh token of 256 random bits and its hint.
func newToken() (token, hint string) {
	token = tokenPrefix + randomSymbols(tokenSymbols, tokenAlphabet)
	return token, tokenPrefix + "…" + token[len(token)-4:]
}
