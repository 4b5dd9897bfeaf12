package wire

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"strconv"
)

// Sealed parts are HPKE (RFC 9180, base mode) with HKDF-SHA256 and AES-256-GCM,
// over DHKEM(X25519, HKDF-SHA256), or DHKEM(P-256, HKDF-SHA256) for containers
// whose hardware has no X25519. The claim is base64url of enc ‖ ciphertext.

// SealCode seals a printed ticket or key for a request file, so that a mailed
// file does not give the code away. depot is the Public of the DepotKey, nonce
// the request's. Every call gives another text.
func SealCode(depot, nonce, code string) (string, error) {
	return sealTo(depot, "licet req"+nonce, []byte(code))
}

// OpenCode opens what SealCode sealed.
func OpenCode(priv ecdh.KeyExchanger, nonce, sealed string) (string, error) {
	b, err := openWith(priv, "licet req"+nonce, sealed)
	return string(b), err
}

// SealSecret seals the sec claim of a license for the container's encryption
// key (ContainerKeys.Encrypt). It is bound to the license and its generation.
func SealSecret(container, licenseID string, generation int64, plain []byte) (string, error) {
	return sealTo(container, secretInfo(licenseID, generation), plain)
}

// OpenSecret opens what SealSecret sealed.
func OpenSecret(priv ecdh.KeyExchanger, licenseID string, generation int64, sealed string) ([]byte, error) {
	return openWith(priv, secretInfo(licenseID, generation), sealed)
}

func secretInfo(licenseID string, generation int64) string {
	return licenseID + "|" + strconv.FormatInt(generation, 10)
}

func sealTo(pub, info string, plain []byte) (string, error) {
	key, err := encryptionKey(pub)
	if err != nil {
		return "", err
	}
	to, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("%w: encryption key", ErrMalformed)
	}
	out, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info), plain)
	if err != nil {
		return "", fmt.Errorf("wire: sealing failed: %w", err)
	}
	s := b64.EncodeToString(out)
	if len(s) > maxSealed {
		return "", fmt.Errorf("%w: sealed part", ErrTooLong)
	}
	return s, nil
}

func openWith(priv ecdh.KeyExchanger, info, sealed string) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, ErrTooLong
	}
	b, err := decodeB64(sealed)
	if err != nil {
		return nil, err
	}
	key, err := hpke.NewDHKEMPrivateKey(priv)
	if err != nil {
		return nil, fmt.Errorf("%w: encryption key", ErrMalformed)
	}
	plain, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info), b)
	if err != nil {
		return nil, ErrSeal // the cause is never told apart
	}
	return plain, nil
}

// encryptionKey reads a public encryption key; its length tells the curve.
func encryptionKey(s string) (*ecdh.PublicKey, error) {
	b, err := decodeB64(s)
	if err != nil {
		return nil, err
	}
	curve := ecdh.X25519()
	if len(b) == 65 {
		curve = ecdh.P256()
	}
	key, err := curve.NewPublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("%w: encryption key", ErrMalformed)
	}
	return key, nil
}

func encryptionKeyFits(s string) bool {
	_, err := encryptionKey(s)
	return err == nil
}

// EncryptionPublic returns the claim form of an encryption key.
func EncryptionPublic(priv ecdh.KeyExchanger) string {
	return b64.EncodeToString(priv.PublicKey().Bytes())
}
