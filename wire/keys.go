package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// Suite is the signature algorithm of a key. A token's header must be that of
// the suite of the trusted key.
type Suite byte

// The suites.
const (
	Ed25519 Suite = 1 // header "v4.public.", public key 32 bytes, every type
	P256    Suite = 2 // header "lct.p256.", public key 65 bytes (4‖X‖Y), container types only
)

const (
	headerEd25519 = "v4.public."
	headerP256    = "lct.p256."
	kidChars      = 11 // base64url of 8 bytes
)

func (s Suite) header() string {
	switch s {
	case Ed25519:
		return headerEd25519
	case P256:
		return headerP256
	}
	return ""
}

// may reports whether keys of the suite may sign the type at all.
func (s Suite) may(t Type) bool {
	return s == Ed25519 && t.Known() || s == P256 && t.signer() == byContainer
}

// PublicKey is a verification key together with its algorithm.
type PublicKey struct {
	Suite Suite
	Bytes []byte // Ed25519: 32 bytes; P256: 65 bytes, uncompressed point
}

// ParsePublicKey reads the base64url form that claims and pins carry. The
// length tells the suite: 32 bytes Ed25519, 65 bytes P-256.
func ParsePublicKey(s string) (PublicKey, error) {
	b, err := b64.DecodeString(s)
	if err != nil || b64.EncodeToString(b) != s {
		return PublicKey{}, fmt.Errorf("%w: public key", ErrMalformed)
	}
	k := PublicKey{Suite: Ed25519, Bytes: b}
	if len(b) == 65 {
		k.Suite = P256
	}
	return k, k.Check()
}

// Check reports whether the bytes are a key of the suite; a P-256 point must be
// on the curve.
func (k PublicKey) Check() error {
	switch k.Suite {
	case Ed25519:
		if len(k.Bytes) == ed25519.PublicKeySize {
			return nil
		}
	case P256:
		if _, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Bytes); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: public key", ErrMalformed)
}

// KID returns the key's id.
func (k PublicKey) KID() string { return KID(k.Bytes) }

// String returns the base64url form.
func (k PublicKey) String() string { return b64.EncodeToString(k.Bytes) }

// KID returns the key id of a public key: base64url of the first 8 bytes of its
// SHA-256, 11 characters.
func KID(pub []byte) string {
	h := sha256.Sum256(pub)
	return b64.EncodeToString(h[:8])
}

// KeySet is the keys that a verifier trusts for one purpose, by key id.
type KeySet map[string]PublicKey

// Keys makes a KeySet.
func Keys(keys ...PublicKey) KeySet {
	s := make(KeySet, len(keys))
	for _, k := range keys {
		s[k.KID()] = k
	}
	return s
}

// PrivateKey signs. The zero value signs nothing. It may stand for a key that
// never leaves its hardware (SignerKey).
type PrivateKey struct {
	signer crypto.Signer
	public PublicKey
}

// GenerateKey makes a new key of the suite from rand, which must be
// cryptographic. An Ed25519 key takes exactly 32 bytes of it as its seed; for a
// P-256 key the standard library may prefer the system's randomness.
func GenerateKey(suite Suite, rand io.Reader) (PrivateKey, error) {
	switch suite {
	case Ed25519:
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(rand, seed); err != nil {
			return PrivateKey{}, fmt.Errorf("wire: no randomness for a key: %w", err)
		}
		return Ed25519Key(seed)
	case P256:
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand)
		if err != nil {
			return PrivateKey{}, fmt.Errorf("wire: no P-256 key: %w", err)
		}
		return SignerKey(k)
	}
	return PrivateKey{}, ErrSuite
}

// Ed25519Key makes the key of a 32-byte seed.
func Ed25519Key(seed []byte) (PrivateKey, error) {
	if len(seed) != ed25519.SeedSize {
		return PrivateKey{}, fmt.Errorf("%w: an Ed25519 seed has 32 bytes", ErrMalformed)
	}
	return SignerKey(ed25519.NewKeyFromSeed(seed))
}

// P256Key makes the key of a 32-byte big-endian scalar.
func P256Key(scalar []byte) (PrivateKey, error) {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("%w: P-256 private key", ErrMalformed)
	}
	return SignerKey(k)
}

// SignerKey wraps any Ed25519 or P-256 signer of the standard library's
// interface, such as one in a PKCS#11 token or a TPM.
func SignerKey(s crypto.Signer) (PrivateKey, error) {
	switch pub := s.Public().(type) {
	case ed25519.PublicKey:
		return PrivateKey{s, PublicKey{Ed25519, pub}}, nil
	case *ecdsa.PublicKey:
		if pub.Curve != elliptic.P256() {
			return PrivateKey{}, ErrSuite
		}
		b, err := pub.Bytes()
		if err != nil {
			return PrivateKey{}, fmt.Errorf("%w: P-256 public key", ErrMalformed)
		}
		return PrivateKey{s, PublicKey{P256, b}}, nil
	}
	return PrivateKey{}, ErrSuite
}

// Public returns the verification key.
func (k PrivateKey) Public() PublicKey { return k.public }

// KID returns the key id.
func (k PrivateKey) KID() string { return k.public.KID() }

// Private returns the 32 bytes to store: the Ed25519 seed or the P-256 scalar.
// It fails for a key that its hardware does not give out.
func (k PrivateKey) Private() ([]byte, error) {
	switch p := k.signer.(type) {
	case ed25519.PrivateKey:
		return p.Seed(), nil
	case *ecdsa.PrivateKey:
		return p.Bytes()
	}
	return nil, errors.New("wire: this key does not leave its holder")
}

var b64 = base64.RawURLEncoding.Strict()
