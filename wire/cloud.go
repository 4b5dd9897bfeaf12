package wire

import (
	"crypto/ecdh"
	"strings"
)

// CloudSecret begins the secret of a cloud container: what comes behind it is the
// seed of the container's keys, 32 bytes in base64url.
const CloudSecret = "lcc_"

// CloudKey returns the keys of a cloud container from its secret: an Ed25519 key, and
// the X25519 key that belongs to it (EncryptionKey). The error is ErrMalformed for
// what is no secret.
func CloudKey(secret string) (PrivateKey, *ecdh.PrivateKey, error) {
	text, ok := strings.CutPrefix(strings.TrimSpace(secret), CloudSecret)
	seed, err := decodeB64(text)
	if !ok || err != nil || len(seed) != 32 {
		return PrivateKey{}, nil, ErrMalformed
	}
	sign, err := Ed25519Key(seed)
	if err != nil {
		return PrivateKey{}, nil, err
	}
	box, err := EncryptionKey(sign)
	return sign, box, err
}

// CloudKeys returns the public keys of a cloud container from its secret. Errors as
// those of CloudKey.
func CloudKeys(secret string) (ContainerKeys, error) {
	sign, box, err := CloudKey(secret)
	if err != nil {
		return ContainerKeys{}, err
	}
	return ContainerKeys{Kind: ContainerCloud, Sign: sign.Public().String(), Encrypt: EncryptionPublic(box)}, nil
}
