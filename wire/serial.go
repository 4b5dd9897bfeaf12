package wire

import (
	"bytes"
	"fmt"
	"slices"
)

const serialLen = 8

// Serial returns the claim form of a license's 8-byte serial.
func Serial(b [serialLen]byte) string { return b64.EncodeToString(b[:]) }

// Nonce returns the claim form of a nonce.
func Nonce(b [NonceLen]byte) string { return b64.EncodeToString(b[:]) }

// JoinSerials returns the Known claim of a Revocation: the serials sorted,
// without repeats, joined, in base64url. About 1,100 fit one token.
func JoinSerials(serials [][serialLen]byte) string {
	sorted := slices.Clone(serials)
	slices.SortFunc(sorted, func(a, b [serialLen]byte) int { return bytes.Compare(a[:], b[:]) })
	sorted = slices.Compact(sorted)
	joined := make([]byte, 0, len(sorted)*serialLen)
	for _, s := range sorted {
		joined = append(joined, s[:]...)
	}
	return b64.EncodeToString(joined)
}

// splitSerials reads a Known claim, which must be strictly rising.
func splitSerials(known string) ([]byte, error) {
	joined, err := decodeB64(known)
	if err != nil || len(joined)%serialLen != 0 {
		return nil, fmt.Errorf("%w: serials", ErrMalformed)
	}
	for i := serialLen; i < len(joined); i += serialLen {
		if bytes.Compare(joined[i-serialLen:i], joined[i:i+serialLen]) >= 0 {
			return nil, fmt.Errorf("%w: serials not sorted", ErrMalformed)
		}
	}
	return joined, nil
}
