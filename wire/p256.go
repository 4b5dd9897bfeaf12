package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
)

var (
	p256Order     = elliptic.P256().Params().N
	p256HalfOrder = new(big.Int).Rsh(p256Order, 1)
)

// signP256 returns r‖s, 32 bytes each, with the lower of the two possible s:
// of two signatures that fit, only one is accepted, so a token has one form.
func signP256(s crypto.Signer, msg []byte) ([]byte, error) {
	digest := sha256.Sum256(msg)
	der, err := s.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("wire: signing failed: %w", err)
	}
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		return nil, ErrSignature
	}
	if v.R.Sign() <= 0 || v.S.Sign() <= 0 || v.R.Cmp(p256Order) >= 0 || v.S.Cmp(p256Order) >= 0 {
		return nil, ErrSignature
	}
	if v.S.Cmp(p256HalfOrder) > 0 {
		v.S.Sub(p256Order, v.S)
	}
	out := make([]byte, sigLen)
	v.R.FillBytes(out[:32])
	v.S.FillBytes(out[32:])
	return out, nil
}

func verifyP256(pub, msg, sig []byte) bool {
	if len(sig) != sigLen {
		return false
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), pub)
	if err != nil {
		return false
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	if s.Cmp(p256HalfOrder) > 0 {
		return false
	}
	digest := sha256.Sum256(msg)
	return ecdsa.Verify(key, digest[:], r, s) // refuses r and s outside 1…n−1
}
