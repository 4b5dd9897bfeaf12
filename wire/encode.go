package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// encode validates the claims, a copy of the caller's, and returns their
// canonical payload. A typ that is set already must be the right one.
func encode(c Claims, typ *Type) ([]byte, error) {
	if *typ == "" {
		*typ = c.Kind()
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrClaim, err)
	}
	b := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if len(b) > MaxPayload {
		return nil, fmt.Errorf("%w: payload of %d bytes", ErrTooLong, len(b))
	}
	return b, nil
}

// PayloadHash returns the SHA-256 of a payload: what the server keeps of a
// request to tell a repeat from another request under the same nonce.
func PayloadHash(payload []byte) [32]byte { return sha256.Sum256(payload) }

// Open verifies a token of T's type with the keys, decodes it strictly and
// validates it:
//
//	req, kid, err := wire.Open[wire.Request](token, keys)
//
// For tokens of issuing keys use OpenIssued, which also judges the key.
func Open[T any, P interface {
	*T
	Claims
}](token string, keys KeySet) (*T, string, error) {
	return openChecked[T, P](token, keys, PublicKey.verify)
}

func openChecked[T any, P interface {
	*T
	Claims
}](token string, keys KeySet, check signatureCheck) (*T, string, error) {
	c := new(T)
	payload, kid, err := verifySigned(token, P(c).Kind(), keys, check)
	if err != nil {
		return nil, kid, err
	}
	if err := decodeClaims(payload, P(c)); err != nil {
		return nil, kid, err
	}
	return c, kid, nil
}

func decodeClaims(payload []byte, c Claims) error {
	if err := DecodeStrict(payload, c); err != nil {
		return err
	}
	return c.Validate()
}

// DecodePayload decodes and validates recorded payload bytes of T's type. It
// verifies nothing: it is for bytes that the caller made itself.
func DecodePayload[T any, P interface {
	*T
	Claims
}](payload []byte) (*T, error) {
	c := new(T)
	if err := checkPayload(payload, P(c).Kind()); err != nil {
		return nil, err
	}
	return c, decodeClaims(payload, P(c))
}

// OpenRequest verifies a request with the key it carries itself, which is all
// that a first request has: it proves that the sender holds that key, nothing
// more. The server compares the key with the container's once it knows one.
func OpenRequest(token string) (*Request, PublicKey, error) { return openOwn[Request](token) }

// openOwn verifies a token with the key that it carries itself.
func openOwn[T any, P interface {
	*T
	Claims
	own() string
}](token string,
) (*T, PublicKey, error) {
	p, err := split(token)
	if err != nil {
		return nil, PublicKey{}, err
	}
	payload := p.body[:len(p.body)-sigLen]
	claimed := new(T)
	if err := checkPayload(payload, P(claimed).Kind()); err != nil {
		return nil, PublicKey{}, err
	}
	if err := DecodeStrict(payload, claimed); err != nil {
		return nil, PublicKey{}, err
	}
	pub, err := ParsePublicKey(P(claimed).own())
	if err != nil {
		return nil, PublicKey{}, err
	}
	req, _, err := Open[T, P](token, Keys(pub))
	if err != nil {
		return nil, PublicKey{}, err
	}
	return req, pub, nil
}

// SignClaims encodes the claims and signs them.
func SignClaims(priv PrivateKey, c Claims) (string, error) {
	payload, err := c.Encode()
	if err != nil {
		return "", err
	}
	return SignEncoded(priv, c.Kind(), payload)
}

// Encode returns the canonical payload.
func (l *License) Encode() ([]byte, error) {
	v := *l
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *IssuerCert) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Revocation) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Rotation) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *DepotKey) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Validation) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *BlockList) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Checkpoint) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Request) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Receipt) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Return) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Encode returns the canonical payload.
func (c *Update) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}
