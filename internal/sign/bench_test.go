package sign_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// BenchmarkRedeem reports the time of Redeem as a multiple of the bare
// signature and verification in it, measured in the same run.
func BenchmarkRedeem(b *testing.B) {
	d := dbtest.Open(b, db.SQLite)
	v := newVendor(b, d)
	p := mustPrepare(b, v)
	k := v.Keyring()
	bare := func(b *testing.B) {
		pub, key, err := ed25519.GenerateKey(constReader(3))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if !ed25519.Verify(pub, p.Payload, ed25519.Sign(key, p.Payload)) {
				b.Fatal("bad signature")
			}
		}
	}
	whole := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := k.Redeem(b.Context(), v.pub, p); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("bare", bare)
	b.Run("redeem", whole)
	b.Run("redeem-parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := k.Redeem(b.Context(), v.pub, p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
	b.Run("prepare", func(b *testing.B) {
		b.ReportAllocs()
		c := v.claims()
		for b.Loop() {
			if _, err := k.Prepare(v.pub, c.Kind(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lookup", func(b *testing.B) {
		b.ReportAllocs()
		code := []byte("7H2KM7H2KM7H2KM7H2KM7H2KM")
		for b.Loop() {
			v.Vault().Lookup(code)
		}
	})
	b.Run("ratio", func(b *testing.B) {
		var sum [2]time.Duration
		pub, key, err := ed25519.GenerateKey(constReader(3))
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() { // interleaved, so that a noisy machine disturbs both
			start := time.Now()
			ok := ed25519.Verify(pub, p.Payload, ed25519.Sign(key, p.Payload))
			middle := time.Now()
			_, err := k.Redeem(b.Context(), v.pub, p)
			sum[0] += middle.Sub(start)
			sum[1] += time.Since(middle)
			if !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
		b.ReportMetric(float64(sum[1])/float64(sum[0]), "x-bare")
	})
}
