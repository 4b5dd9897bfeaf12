package license_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// disk is the reference disk: one fsync takes a millisecond.
var disk = dbtest.WithHooks(&db.Hooks{FsyncDelay: time.Millisecond})

// engines runs a benchmark on both engines.
func engines(b *testing.B, fn func(b *testing.B, w *world), opts ...dbtest.Option) {
	for _, e := range dbtest.Engines() {
		b.Run(string(e), func(b *testing.B) { fn(b, newWorld(b, e, opts...)) })
	}
}

// BenchmarkActivate: activations by 128 callers, each with a ticket and a
// container of its own, against the reference disk. Wall time per activation;
// the requests are signed beforehand.
func BenchmarkActivate(b *testing.B) {
	engines(b, func(b *testing.B, w *world) {
		tokens := make([][]byte, b.N)
		var sold []license.Issued
		for left := b.N; left > 0; left -= 1000 {
			sold = append(sold, w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: int64(min(left, 1000)), PerUnit: true})...)
		}
		var wg sync.WaitGroup
		for part := range 2 {
			wg.Go(func() {
				for i := part; i < b.N; i += 2 {
					x := w.boxNow(i)
					tokens[i] = x.sign(x.request(wire.ActActivate, withCode(sold[i].Code)))
				}
			})
		}
		wg.Wait()
		must(b, w.d.Analyze(context.Background()))
		callers(b, 128, func(i int) {
			if _, err := w.Exchange(context.Background(), anyone(), tokens[i]); err != nil {
				b.Error(err)
			}
		})
	}, disk)
}

// boxNow is box without the count of machines, for many goroutines.
func (w *world) boxNow(i int) *box {
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	must(w.t, err)
	n := string(rune('a'+i%26)) + time.Duration(i).String()
	return &box{
		w: w, iss: w.a.Publisher.String(), key: key, parts: map[string]string{"machine-id": n, "board": n, "disk": n},
		held: map[string]int64{}, keys: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()},
	}
}

// callers has n goroutines work off b.N calls.
func callers(b *testing.B, n int, call func(i int)) {
	b.Helper()
	defer measure(b)()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				call(i)
			}
		})
	}
	wg.Wait()
}

// measure starts a benchmark and returns what ends it. It reports CPU time per
// operation too, of this process only: what a busy machine does not change.
func measure(b *testing.B) func() {
	cpu := func() time.Duration {
		var u syscall.Rusage
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu()
	return func() {
		b.StopTimer()
		b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N)/1000, "cpu-us/op")
	}
}

// BenchmarkIssue: bulk tickets with their licenses, per ticket.
func BenchmarkIssue(b *testing.B) {
	engines(b, func(b *testing.B, w *world) {
		line := w.line()
		w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: 1, PerUnit: true})
		defer measure(b)()
		for left := b.N; left > 0; left -= 1000 {
			w.issue(license.IssueInput{Line: line, Item: item(catalog.Multi), Quantity: int64(min(left, 1000)), PerUnit: true})
		}
	})
}

// BenchmarkValidate: 16 callers ask about keys.
func BenchmarkValidate(b *testing.B) {
	engines(b, func(b *testing.B, w *world) {
		var keys []string
		for _, i := range w.issue(license.IssueInput{Item: item(catalog.Multi), Quantity: 1000, PerUnit: true, Keys: true}) {
			keys = append(keys, i.Keys[0])
		}
		n := nonce()
		callers(b, 16, func(i int) {
			in := license.ValidateInput{Key: keys[i%len(keys)], Nonce: n, Product: "CAD"}
			if _, err := w.Validate(context.Background(), anyone(), in); err != nil {
				b.Error(err)
			}
		})
	})
}

// BenchmarkSignatures are the anchors: what one signature and one verification
// cost on this machine, by 16 callers.
func BenchmarkSignatures(b *testing.B) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	must(b, err)
	msg := make([]byte, 500)
	sig := ed25519.Sign(priv, msg)
	b.Run("sign", func(b *testing.B) { callers(b, 16, func(int) { ed25519.Sign(priv, msg) }) })
	b.Run("verify", func(b *testing.B) {
		callers(b, 16, func(int) {
			if !ed25519.Verify(pub, msg, sig) {
				b.Error("bad signature")
			}
		})
	})
}
