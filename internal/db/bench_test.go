package db_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var (
	qCreateBench = db.SQLPair("test.bench_create",
		`CREATE TABLE bench (a BLOB NOT NULL, b BLOB NOT NULL, n INTEGER NOT NULL, t TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE bench (a uuid NOT NULL, b uuid NOT NULL, n bigint NOT NULL, t text NOT NULL, PRIMARY KEY (a, b))`)
	qBenchInsert = db.SQL("test.bench_insert", `INSERT INTO bench (a, b, n, t) VALUES (?, ?, ?, ?)`)
	qBenchUpdate = db.SQL("test.bench_update", `UPDATE bench SET n = n + 1 WHERE a = ? AND b = ? AND n >= ?`)
	qBenchRow    = db.SQL("test.bench_row", `SELECT a, b, n, t FROM bench WHERE a = ? AND b = ?`)
	qBenchList   = db.SQL("test.bench_list", `SELECT a, b, n, t FROM bench WHERE a = ? ORDER BY a, b LIMIT 100`)
	qBenchRows   = db.SQL("test.bench_rows", `INSERT INTO bench (a, b, n, t) VALUES {rows} ON CONFLICT (a, b) DO NOTHING`)
)

type benchRow struct{}

func seq(n int64) (id db.ID[benchRow]) {
	id[6], id[8] = 0x70, 0x80
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

func benchDB(b *testing.B, e db.Engine, h *db.Hooks) (*db.DB, db.ID[benchRow]) {
	d := dbtest.Open(b, e, dbtest.Empty(), dbtest.WithHooks(h))
	one := db.MakeID[benchRow](dbtest.Start)
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		if _, err := tx.Exec(qCreateBench); err != nil {
			return err
		}
		for i := range int64(10000) {
			if _, err := tx.Exec(qBenchInsert, one, seq(i), i, "some text"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return d, one
}

func parallel(b *testing.B, callers int, fn func(i int64) error) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

func BenchmarkDB(b *testing.B) {
	ctx := b.Context()
	for _, e := range dbtest.Engines() {
		for _, delay := range []time.Duration{0, time.Millisecond} {
			d, one := benchDB(b, e, &db.Hooks{FsyncDelay: delay})
			name := fmt.Sprintf("%s/fsync=%v/", e, delay)
			b.Run(name+"empty", func(b *testing.B) {
				parallel(b, 128, func(int64) error { return d.Write(ctx, func(*db.Tx) error { return nil }) })
			})
			b.Run(name+"update", func(b *testing.B) {
				parallel(b, 128, func(i int64) error {
					return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qBenchUpdate, one, seq(i%10000), 0); return err })
				})
			})
			if e == db.SQLite {
				b.Run(name+"update1", func(b *testing.B) {
					parallel(b, 1, func(i int64) error {
						return d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(qBenchUpdate, one, seq(i%10000), 0); return err })
					})
				})
			}
			m := db.NewMany(d, 256, func(tx *db.Tx, in []int64) ([]db.Result[int64], error) {
				out := make([]db.Result[int64], len(in))
				for i, n := range in {
					var err error
					if out[i].Out, err = tx.Exec(qBenchUpdate, one, seq(n%10000), 0); err != nil {
						return nil, err
					}
				}
				return out, nil
			})
			b.Run(name+"many", func(b *testing.B) {
				parallel(b, 128, func(i int64) error { _, err := m.Do(ctx, i); return err })
			})
			if delay > 0 {
				continue
			}
			b.Run(name+"read", func(b *testing.B) {
				parallel(b, 16, func(i int64) error {
					return d.Read(ctx, func(r *db.Reader) error {
						var x, y db.ID[benchRow]
						var n int64
						var t string
						return r.QueryRow(qBenchRow, one, seq(i%10000)).Scan(&x, &y, &n, &t)
					})
				})
			})
			b.Run(name+"readone", func(b *testing.B) {
				parallel(b, 16, func(i int64) error {
					return d.ReadOne(ctx, func(r *db.Reader) error {
						var x, y db.ID[benchRow]
						var n int64
						var t string
						return r.QueryRow(qBenchRow, one, seq(i%10000)).Scan(&x, &y, &n, &t)
					})
				})
			})
			b.Run(name+"list100", func(b *testing.B) {
				parallel(b, 4, func(i int64) error {
					return d.ReadOne(ctx, func(r *db.Reader) error {
						rows, err := r.Query(qBenchList, one)
						_, err = db.Collect(rows, err, func(r *db.Rows) (n int64, err error) {
							var x, y db.ID[benchRow]
							var t string
							return n, r.Scan(&x, &y, &n, &t)
						})
						return err
					})
				})
			})
			b.Run(name+"bulk1000", func(b *testing.B) {
				parallel(b, 1, func(i int64) error {
					rows := make([][]any, 1000)
					for k := range rows {
						rows[k] = []any{one, seq(1<<40 + i*1000 + int64(k)), int64(k), "some text"}
					}
					return d.WriteBulk(ctx, func(tx *db.Tx) error { _, err := tx.ExecMany(qBenchRows, rows); return err })
				})
			})
		}
	}
}
