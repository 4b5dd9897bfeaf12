package pkcs11

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"

	"github.com/licet/licet/client/pkcs11/line"
)

// Caller is what a key is used through: a Device or a Pool.
type Caller interface {
	Call(ctx context.Context, c line.Call) (line.Answer, error)
}

// errKey says that what a device shows is no key that we know.
var errKey = errors.New("pkcs11: not a public key of Ed25519 or P-256")

// Signer is a key in a device as the standard library has signers: Ed25519
// signs messages, P-256 SHA-256 digests (DER). It waits at most as long as the
// Config says.
type Signer struct {
	on     Caller
	id     string
	public crypto.PublicKey
}

// NewSigner makes the Signer of a key that signs.
func NewSigner(on Caller, k line.Key) (*Signer, error) {
	s := &Signer{on: on, id: k.ID}
	switch k.Suite {
	case line.Ed25519:
		if len(k.Public) != ed25519.PublicKeySize {
			return nil, errKey
		}
		s.public = ed25519.PublicKey(k.Public)
	case line.P256:
		p, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Public)
		if err != nil {
			return nil, errors.Join(errKey, err)
		}
		s.public = p
	default:
		return nil, errKey
	}
	return s, nil
}

// Public returns the public half.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer. The errors are those of Device.Call.
func (s *Signer) Sign(_ io.Reader, message []byte, _ crypto.SignerOpts) ([]byte, error) {
	a, err := s.on.Call(context.Background(), line.Call{Do: line.Sign, Key: s.id, Data: message})
	if err != nil {
		return nil, err
	}
	p, ec := s.public.(*ecdsa.PublicKey)
	if !ec {
		return a.Data, nil
	}
	half := len(a.Data) / 2
	v := struct{ R, S *big.Int }{new(big.Int).SetBytes(a.Data[:half]), new(big.Int).SetBytes(a.Data[half:])}
	if len(message) == sha256.Size && !ecdsa.Verify(p, message, v.R, v.S) {
		return nil, &Fault{Code: line.Failed, Why: "the device's signature is not its key's"}
	}
	return asn1.Marshal(v)
}

// Exchanger is a P-256 key in a device for ECDH.
type Exchanger struct {
	on     Caller
	id     string
	public *ecdh.PublicKey
}

// NewExchanger makes the Exchanger of a key for ECDH.
func NewExchanger(on Caller, k line.Key) (*Exchanger, error) {
	p, err := ecdh.P256().NewPublicKey(k.Public)
	if err != nil || k.Suite != line.P256 {
		return nil, errors.Join(errKey, err)
	}
	return &Exchanger{on, k.ID, p}, nil
}

// PublicKey returns the public half.
func (e *Exchanger) PublicKey() *ecdh.PublicKey { return e.public }

// Curve returns P-256.
func (e *Exchanger) Curve() ecdh.Curve { return ecdh.P256() }

// ECDH implements ecdh.KeyExchanger. The errors are those of Device.Call.
func (e *Exchanger) ECDH(peer *ecdh.PublicKey) ([]byte, error) {
	a, err := e.on.Call(context.Background(), line.Call{Do: line.Derive, Key: e.id, Data: peer.Bytes()})
	return a.Data, err
}
