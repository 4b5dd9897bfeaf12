package wire

import (
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"testing"
)

// stream is a reproducible source of bytes: SHA-256 in counter mode. The
// vectors depend on it, so it never changes.
type stream struct {
	seed string
	n    uint64
	rest []byte
}

func newStream(seed string) *stream { return &stream{seed: seed} }

func (s *stream) Read(p []byte) (int, error) {
	for i := range p {
		if len(s.rest) == 0 {
			h := sha256.Sum256(fmt.Appendf(nil, "%s/%d", s.seed, s.n))
			s.rest = h[:]
			s.n++
		}
		p[i], s.rest = s.rest[0], s.rest[1:]
	}
	return len(p), nil
}

// intn returns 0 ≤ v < n; the slight bias does not matter here.
func (s *stream) intn(n int) int {
	var b [4]byte
	s.Read(b[:])
	return int(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16|uint32(b[3])<<24) % n
}

func (s *stream) bytes(n int) []byte {
	b := make([]byte, n)
	s.Read(b)
	return b
}

func (s *stream) pick(list ...string) string { return list[s.intn(len(list))] }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// edKey and p256Key make keys that are the same in every run.
func edKey(name string) PrivateKey { return must(Ed25519Key(newStream(name).bytes(32))) }

func p256Key(name string) PrivateKey { return must(P256Key(newStream(name).bytes(32))) }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	if got := Reason(err); got != reason {
		t.Fatalf("reason %q (%v), want %q", got, err, reason)
	}
}

func x25519(name string) (*ecdh.PrivateKey, error) {
	return ecdh.X25519().NewPrivateKey(newStream(name).bytes(32))
}

func (h *highSigner) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	der, err := h.PrivateKey.Sign(rand.Reader, digest, opts)
	if err != nil {
		return nil, err
	}
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		return nil, err
	}
	if v.S.Cmp(p256HalfOrder) <= 0 {
		v.S.Sub(p256Order, v.S)
	}
	return asn1.Marshal(v)
}
