package sign

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"runtime"
	"sync"
	"sync/atomic"

	"filippo.io/edwards25519"
)

// looker checks signatures that were made a moment ago, those of one key that
// wait at the same time in one equation: of 16 it takes a third of the time. The
// first to come checks, for itself and for whoever else has come by then. It lets
// those go first who could run at once; nobody waits for company.
//
// The equation is that of RFC 8032, 5.1.7, summed over the signatures with
// random odd factors of 128 bits. A sum that does not come out is taken apart,
// so that one bad signature spoils no other.
type looker struct {
	mu      sync.Mutex // who looks
	line    sync.Mutex // who waits
	waiting []*look
}

// look is one signature to be checked.
type look struct {
	key          ed25519.PublicKey
	message, sig []byte
	good         bool
	done         atomic.Bool
}

// few is up to how many signatures the standard check is faster.
const few = 1

// check reports whether ed25519.Verify accepts the signature. It is for our own
// signatures: several of a stranger's, made with points of small order to cancel
// each other out, could pass in a sum.
func (l *looker) check(key ed25519.PublicKey, message, sig []byte) bool {
	one := &look{key: key, message: message, sig: sig}
	l.line.Lock()
	l.waiting = append(l.waiting, one)
	l.line.Unlock()
	runtime.Gosched() // whoever is about to sign under the same commit does so first
	if one.done.Load() {
		return one.good
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !one.done.Load() {
		l.line.Lock()
		all := l.waiting
		l.waiting = nil
		l.line.Unlock()
		lookAt(all)
	}
	return one.good
}

// lookAt checks signatures, key by key.
func lookAt(all []*look) {
	byKey := map[string][]*look{}
	for _, one := range all {
		byKey[string(one.key)] = append(byKey[string(one.key)], one)
	}
	for _, some := range byKey {
		good := len(some) > few && sumsUp(some)
		for _, one := range some {
			one.good = good || ed25519.Verify(one.key, one.message, one.sig)
			one.done.Store(true)
		}
	}
}

// sumsUp reports whether Σ zᵢsᵢ·B = Σ zᵢ·Rᵢ + (Σ zᵢkᵢ)·A for random zᵢ, where
// the key A is that of all of them.
func sumsUp(some []*look) bool {
	a, err := new(edwards25519.Point).SetBytes(some[0].key)
	if err != nil {
		return false
	}
	factors := make([]byte, 16*len(some))
	_, _ = rand.Read(factors) // it never fails
	sumS, sumK := edwards25519.NewScalar(), edwards25519.NewScalar()
	scalars := make([]*edwards25519.Scalar, 0, len(some)+2)
	points := make([]*edwards25519.Point, 0, len(some)+2)
	for i, one := range some {
		r, s, ok := halves(one.sig)
		if !ok {
			return false
		}
		z := factor(factors[16*i : 16*i+16])
		sumS.MultiplyAdd(z, s, sumS)
		sumK.MultiplyAdd(z, challenge(one), sumK)
		scalars, points = append(scalars, z), append(points, r)
	}
	scalars = append(scalars, sumK, sumS.Negate(sumS))
	points = append(points, a, edwards25519.NewGeneratorPoint())
	sum := new(edwards25519.Point).VarTimeMultiScalarMult(scalars, points)
	return sum.Equal(edwards25519.NewIdentityPoint()) == 1
}

// halves takes a signature apart. Points that can be written in two ways are
// left to the standard check, which compares bytes.
func halves(sig []byte) (r *edwards25519.Point, s *edwards25519.Scalar, ok bool) {
	if len(sig) != ed25519.SignatureSize {
		return nil, nil, false
	}
	r, err := new(edwards25519.Point).SetBytes(sig[:32])
	if err != nil || twofold(sig[:32]) {
		return nil, nil, false
	}
	s, err = edwards25519.NewScalar().SetCanonicalBytes(sig[32:])
	return r, s, err == nil
}

// twofold reports whether a written point may have a second spelling: its y is
// 0 or 1 more than a multiple of the prime, one less, or not below the prime.
func twofold(point []byte) bool {
	middle := point[1]
	for _, b := range point[2:31] {
		if b != middle {
			return false
		}
	}
	last := point[31] & 0x7f
	return middle == 0 && last == 0 && point[0] <= 1 || middle == 0xff && last == 0x7f && point[0] >= 0xec
}

// factor is an odd scalar of 16 random bytes. Being odd, it keeps a point of
// small order from vanishing.
func factor(b []byte) *edwards25519.Scalar {
	var wide [32]byte
	copy(wide[:], b)
	wide[0] |= 1
	z, _ := edwards25519.NewScalar().SetCanonicalBytes(wide[:]) // far below the order
	return z
}

// challenge is the k of a signature: the hash of its point, the key and the
// message.
func challenge(one *look) *edwards25519.Scalar {
	h := sha512.New()
	h.Write(one.sig[:32])
	h.Write(one.key)
	h.Write(one.message)
	k, _ := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil)) // always 64 bytes
	return k
}
