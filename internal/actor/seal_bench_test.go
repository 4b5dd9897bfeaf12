package actor_test

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db/dbtest"
)

// One operation is one row sealed, beside none: what the sealer costs.
func BenchmarkSeal(b *testing.B) {
	for _, e := range dbtest.Engines() {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e)
			s := actortest.NewSite(b, d, "alpha")
			for range (b.N + 999) / 1000 {
				record(b, d, s.All(), 1000)
			}
			b.ResetTimer()
			if _, err := actor.SealOnce(b.Context(), d); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// One operation is one row recorded in a transaction of a thousand.
func BenchmarkRecord(b *testing.B) {
	for _, e := range dbtest.Engines() {
		b.Run(string(e), func(b *testing.B) {
			d := dbtest.Open(b, e)
			s := actortest.NewSite(b, d, "alpha")
			b.ResetTimer()
			for range (b.N + 999) / 1000 {
				record(b, d, s.All(), 1000)
			}
		})
	}
}
