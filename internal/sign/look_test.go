package sign

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"

	"filippo.io/edwards25519"
)

// forge makes signatures of some keys, and spoils some of them in every way
// that a fault or a forger could.
func forge(t *testing.T, n int) []*look {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 11))
	keys := make([]ed25519.PrivateKey, 3)
	for i := range keys {
		keys[i] = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, ed25519.SeedSize))
	}
	out := make([]*look, n)
	for i := range out {
		key := keys[rng.IntN(len(keys))]
		msg := binary.BigEndian.AppendUint64([]byte("message "), uint64(i))
		one := &look{key: key.Public().(ed25519.PublicKey), message: msg, sig: ed25519.Sign(key, msg)}
		switch rng.IntN(20) {
		case 0:
			one.sig[rng.IntN(64)] ^= 1 << rng.IntN(8)
		case 1:
			one.message = append(one.message, '!')
		case 2:
			one.key = keys[rng.IntN(len(keys))].Public().(ed25519.PublicKey)
		case 3:
			one.sig = one.sig[:rng.IntN(64)]
		case 4:
			one.sig = addOrder(one.sig)
		case 5:
			one.sig = shift(t, one.sig)
		case 6:
			copy(one.sig, twice[rng.IntN(len(twice))])
		}
		out[i] = one
	}
	return out
}

// addOrder gives the other spelling of the second half: s plus the order.
func addOrder(sig []byte) []byte {
	order := []byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	}
	out, carry := bytes.Clone(sig), 0
	for i := range order {
		carry += int(out[32+i]) + int(order[i])
		out[32+i], carry = byte(carry), carry>>8
	}
	return out
}

// shift adds a point of order eight to the first half.
func shift(t *testing.T, sig []byte) []byte {
	t.Helper()
	small, err := new(edwards25519.Point).SetBytes([]byte{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := new(edwards25519.Point).SetBytes(sig[:32])
	if err != nil {
		t.Fatal(err)
	}
	return append(r.Add(r, small).Bytes(), sig[32:]...)
}

// twice are points that have, or are, a second spelling.
var twice = [][]byte{
	append([]byte{1}, make([]byte, 31)...),
	append(append([]byte{1}, make([]byte, 30)...), 0x80),
	append(append([]byte{0xee}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f),
	append(append([]byte{0xec}, bytes.Repeat([]byte{0xff}, 30)...), 0xff),
	append(append([]byte{0xed}, bytes.Repeat([]byte{0xff}, 30)...), 0x7f),
	make([]byte, 32),
}

// Every signature gets the verdict of the standard check, whoever it stands in
// a sum with.
func TestLooksLikeTheStandard(t *testing.T) {
	all := forge(t, 2000)
	bad := 0
	for from, size := 0, 1; from < len(all); from, size = from+size, size%40+1 {
		some := all[from:min(from+size, len(all))]
		lookAt(some)
		for i, one := range some {
			want := len(one.sig) == ed25519.SignatureSize && ed25519.Verify(one.key, one.message, one.sig)
			if !one.done.Load() || one.good != want {
				t.Fatalf("%d of %d: %v, the standard says %v", i, len(some), one.good, want)
			}
			if !want {
				bad++
			}
		}
	}
	if bad < 100 || bad > 1000 {
		t.Fatalf("%d bad ones", bad)
	}
}

// A sum of good ones comes out, so that they are not all checked twice, and one
// bad signature in it shows whatever is wrong with it.
func TestSums(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var some []*look
	for i := range 20 {
		msg := []byte{byte(i)}
		some = append(some, &look{key: key.Public().(ed25519.PublicKey), message: msg, sig: ed25519.Sign(key, msg)})
	}
	if !sumsUp(some) {
		t.Fatal("good signatures do not sum up")
	}
	good := some[7].sig
	for range 100 { // the factors are drawn anew each time
		some[7].sig = shift(t, good)
		if sumsUp(some) {
			t.Fatal("a shifted signature passes")
		}
		some[7].sig = bytes.Clone(good)
		some[7].sig[40] ^= 4
		if sumsUp(some) {
			t.Fatal("a changed signature passes")
		}
	}
}

// Many callers at once get each their own verdict.
func TestLookTogether(t *testing.T) {
	all := forge(t, 600)
	var l looker
	var wg sync.WaitGroup
	for _, one := range all {
		wg.Go(func() {
			want := len(one.sig) == ed25519.SignatureSize && ed25519.Verify(one.key, one.message, one.sig)
			if got := l.check(one.key, one.message, one.sig); got != want {
				t.Errorf("%v, the standard says %v", got, want)
			}
		})
	}
	wg.Wait()
	if len(l.waiting) != 0 {
		t.Error("somebody still waits")
	}
}
