package dbtest_test

import (
	"testing"

	"github.com/licet/licet/internal/db/dbtest"
)

// BenchmarkOpen is what a test pays for a fresh database and its removal.
func BenchmarkOpen(b *testing.B) {
	for _, e := range dbtest.Engines() {
		b.Run(string(e), func(b *testing.B) {
			for b.Loop() {
				func() {
					t := &scoped{TB: b}
					defer t.end()
					dbtest.Open(t, e, dbtest.UpTo(1))
				}()
			}
		})
	}
}

// scoped runs cleanups at its own end instead of the benchmark's.
type scoped struct {
	testing.TB
	cleanups []func()
}

func (s *scoped) Cleanup(fn func()) { s.cleanups = append(s.cleanups, fn) }

func (s *scoped) end() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}
