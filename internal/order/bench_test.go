package order_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// BenchmarkPlace measures small orders (one line, one ticket), one after another
// and from 16 callers, copies of an order that is there, and the tickets of a
// large one. It prints what was made per second.
func BenchmarkPlace(b *testing.B) {
	for _, e := range dbtest.Engines() {
		b.Run(string(e), func(b *testing.B) {
			w := newWorld(b, dbtest.Open(b, e), order.Settings{})
			var n atomic.Int64
			fresh := func(b *testing.B) {
				d := w.doc(fmt.Sprint("b", n.Add(1)), line("1", "CAD-PRO-PERP", 3))
				if _, err := w.orders.Place(context.Background(), w.A.All(), d); err != nil {
					b.Error(err)
				}
			}
			b.Run("one", func(b *testing.B) {
				for b.Loop() {
					fresh(b)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
			})
			b.Run("callers", func(b *testing.B) {
				b.SetParallelism(8)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						fresh(b)
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
			})
			b.Run("copy", func(b *testing.B) {
				d := w.doc("copy", line("1", "CAD-PRO-PERP", 3))
				for b.Loop() {
					if _, err := w.orders.Place(context.Background(), w.A.All(), d); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("bulk", func(b *testing.B) {
				const tickets = 20_000
				for b.Loop() {
					d := w.doc(fmt.Sprint("bulk", n.Add(1)), line("1", "CAD-UNIT", tickets))
					if _, err := w.orders.Place(context.Background(), w.A.All(), d); err != nil {
						b.Fatal(err)
					}
					if err := w.jobs.Drain(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)*tickets/b.Elapsed().Seconds(), "tickets/s")
			})
		})
	}
}

// BenchmarkLines measures an order of many lines: its first intake, and then
// documents that raise, lower, exchange and remove every line. It prints lines
// per second of each, and the time of each as a multiple of the intake's.
func BenchmarkLines(b *testing.B) {
	for _, e := range dbtest.Engines() {
		for _, n := range []int{5_000, 20_000} {
			b.Run(fmt.Sprint(e, "/", n), func(b *testing.B) {
				w := newWorld(b, dbtest.Open(b, e), order.Settings{})
				took := map[string]time.Duration{}
				for round := 0; b.Loop(); round++ {
					for _, act := range []struct {
						name, article string
						quantity      int64
					}{{"intake", "CAD-PRO-PERP", 3}, {"raise", "CAD-PRO-PERP", 5}, {"lower", "CAD-PRO-PERP", 2}, {"exchange", "CAD-NET", 2}, {"remove", "CAD-NET", 0}} {
						lines := make([]format.Line, n)
						for i := range lines {
							lines[i] = line(fmt.Sprintf("%06d", i), act.article, act.quantity)
						}
						before := b.Elapsed()
						if _, err := w.orders.Place(context.Background(), w.A.All(), w.doc(fmt.Sprint("lines", round), lines...)); err != nil {
							b.Fatal(err)
						}
						if err := w.jobs.Drain(context.Background()); err != nil {
							b.Fatal(err)
						}
						took[act.name] += b.Elapsed() - before
					}
				}
				for name, one := range took {
					b.ReportMetric(float64(b.N*n)/one.Seconds(), name+"-lines/s")
					b.ReportMetric(one.Seconds()/took["intake"].Seconds(), name+"/intake")
				}
			})
		}
	}
}
