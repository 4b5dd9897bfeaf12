package tpm

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

const (
	useSign = "sign"
	useBox  = "box"
)

// template is what a key is derived from, beside the TPM's seed. The same
// template gives the same key as long as the TPM is not cleared.
func template(salt, use string) tpm2.TPMTPublic {
	parms := &tpm2.TPMSECCParms{CurveID: tpm2.TPMECCNistP256}
	attr := tpm2.TPMAObject{FixedTPM: true, FixedParent: true, SensitiveDataOrigin: true, UserWithAuth: true, NoDA: true}
	if use == useSign {
		attr.SignEncrypt = true
		parms.Scheme = tpm2.TPMTECCScheme{
			Scheme: tpm2.TPMAlgECDSA, Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSigSchemeECDSA{HashAlg: tpm2.TPMAlgSHA256}),
		}
	} else {
		attr.Decrypt = true
		parms.Scheme = tpm2.TPMTECCScheme{
			Scheme: tpm2.TPMAlgECDH, Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDH, &tpm2.TPMSKeySchemeECDH{HashAlg: tpm2.TPMAlgSHA256}),
		}
	}
	return tpm2.TPMTPublic{
		Type: tpm2.TPMAlgECC, NameAlg: tpm2.TPMAlgSHA256, ObjectAttributes: attr,
		Parameters: tpm2.NewTPMUPublicParms(tpm2.TPMAlgECC, parms), Unique: tpm2.NewTPMUPublicID(tpm2.TPMAlgECC, unique(salt, use)),
	}
}

// derive makes a key in the TPM for the time of fn. point is its public half.
func derive(t transport.TPM, salt, use string, fn func(key tpm2.NamedHandle, point []byte) error) error {
	made, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(template(salt, use))}.Execute(t)
	if err != nil {
		return err
	}
	err = func() error {
		public, err := made.OutPublic.Contents()
		if err != nil {
			return err
		}
		at, err := public.Unique.ECC()
		if err != nil {
			return err
		}
		point, err := uncompressed(at.X.Buffer, at.Y.Buffer)
		if err != nil {
			return err
		}
		return fn(tpm2.NamedHandle{Handle: made.ObjectHandle, Name: made.Name}, point)
	}()
	_, flushed := tpm2.FlushContext{FlushHandle: made.ObjectHandle}.Execute(t)
	return errors.Join(err, flushed)
}

// uncompressed is a point as 4‖X‖Y; TPMs leave leading zeros away.
func uncompressed(x, y []byte) ([]byte, error) {
	if len(x) > 32 || len(y) > 32 {
		return nil, errors.New("tpm: not a point of P-256")
	}
	p := make([]byte, 65)
	p[0] = 4
	copy(p[33-len(x):33], x)
	copy(p[65-len(y):], y)
	return p, nil
}

// key is a key that the TPM derives.
type key struct {
	in    *Store
	salt  string
	point []byte
}

// use derives the key again; it must be the one that it was.
func (k *key) use(use string, fn func(t transport.TPM, h tpm2.NamedHandle) error) error {
	return k.in.with(func(t transport.TPM) error {
		return derive(t, k.salt, use, func(h tpm2.NamedHandle, point []byte) error {
			if !bytes.Equal(point, k.point) {
				return errors.New("tpm: the TPM was cleared")
			}
			return fn(t, h)
		})
	})
}

// signer signs SHA-256 digests.
type signer struct {
	key
	public *ecdsa.PublicKey
}

func newSigner(s *Store, t transport.TPM, salt string) (*signer, error) {
	k := &signer{key: key{in: s, salt: salt}}
	err := derive(t, salt, useSign, func(_ tpm2.NamedHandle, point []byte) (err error) {
		k.point = point
		k.public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		return err
	})
	return k, err
}

// Public returns the public half.
func (s *signer) Public() crypto.PublicKey { return s.public }

// Sign implements crypto.Signer.
func (s *signer) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) (sig []byte, err error) {
	if len(digest) != sha256.Size {
		return nil, fmt.Errorf("tpm: a digest of %d bytes", len(digest))
	}
	err = s.use(useSign, func(t transport.TPM, h tpm2.NamedHandle) error {
		made, err := tpm2.Sign{
			KeyHandle: h, Digest: tpm2.TPM2BDigest{Buffer: digest},
			InScheme: tpm2.TPMTSigScheme{
				Scheme: tpm2.TPMAlgECDSA, Details: tpm2.NewTPMUSigScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSchemeHash{HashAlg: tpm2.TPMAlgSHA256}),
			},
			Validation: tpm2.TPMTTKHashCheck{Tag: tpm2.TPMSTHashCheck, Hierarchy: tpm2.TPMRHNull},
		}.Execute(t)
		if err != nil {
			return err
		}
		v, err := made.Signature.Signature.ECDSA()
		if err != nil {
			return err
		}
		sig, err = asn1.Marshal(struct{ R, S *big.Int }{
			new(big.Int).SetBytes(v.SignatureR.Buffer), new(big.Int).SetBytes(v.SignatureS.Buffer),
		})
		return err
	})
	return sig, err
}

// exchanger does ECDH.
type exchanger struct {
	key
	public *ecdh.PublicKey
}

func newExchanger(s *Store, t transport.TPM, salt string) (*exchanger, error) {
	k := &exchanger{key: key{in: s, salt: salt}}
	err := derive(t, salt, useBox, func(_ tpm2.NamedHandle, point []byte) (err error) {
		k.point = point
		k.public, err = ecdh.P256().NewPublicKey(point)
		return err
	})
	return k, err
}

// PublicKey returns the public half.
func (e *exchanger) PublicKey() *ecdh.PublicKey { return e.public }

// Curve returns P-256.
func (e *exchanger) Curve() ecdh.Curve { return ecdh.P256() }

// ECDH implements ecdh.KeyExchanger.
func (e *exchanger) ECDH(peer *ecdh.PublicKey) (secret []byte, err error) {
	p := peer.Bytes()
	if len(p) != 65 {
		return nil, errors.New("tpm: not a key of P-256")
	}
	err = e.use(useBox, func(t transport.TPM, h tpm2.NamedHandle) error {
		made, err := tpm2.ECDHZGen{KeyHandle: h, InPoint: tpm2.New2B(tpm2.TPMSECCPoint{
			X: tpm2.TPM2BECCParameter{Buffer: p[1:33]}, Y: tpm2.TPM2BECCParameter{Buffer: p[33:]},
		})}.Execute(t)
		if err != nil {
			return err
		}
		z, err := made.OutPoint.Contents()
		if err != nil {
			return err
		}
		full, err := uncompressed(z.X.Buffer, z.Y.Buffer)
		if err != nil {
			return err
		}
		secret = full[1:33]
		return nil
	})
	return secret, err
}
