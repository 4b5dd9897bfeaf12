package db_test

import (
	"context"
	"sync"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// A small schema of the tests' own: items with a unique number and a counter
// that must not pass 10, and notes that point to items.
var (
	qMakeItem = db.SQLPair("test.make_item",
		`CREATE TABLE item (id BLOB NOT NULL PRIMARY KEY, no INTEGER NOT NULL UNIQUE, used INTEGER NOT NULL CHECK (used <= 10),
		 name TEXT, data TEXT, at INTEGER, due TEXT, live INTEGER NOT NULL, raw BLOB) STRICT, WITHOUT ROWID`,
		`CREATE TABLE item (id uuid NOT NULL PRIMARY KEY, no bigint NOT NULL UNIQUE, used bigint NOT NULL CHECK (used <= 10),
		 name text, data jsonb, at bigint, due text, live boolean NOT NULL, raw bytea)`)
	qMakeNote = db.SQLPair("test.make_note",
		`CREATE TABLE note (id BLOB NOT NULL PRIMARY KEY, item_id BLOB NOT NULL REFERENCES item (id)) STRICT, WITHOUT ROWID`,
		`CREATE TABLE note (id uuid NOT NULL PRIMARY KEY, item_id uuid NOT NULL REFERENCES item (id))`)
	qAdd    = db.SQL("test.add", `INSERT INTO item (id, no, used, live) VALUES (?, ?, ?, ?)`)
	qUse    = db.SQL("test.use", `UPDATE item SET used = used + ? WHERE no = ?`)
	qUsed   = db.SQL("test.used", `SELECT used FROM item WHERE no = ?`)
	qNumber = db.SQL("test.numbers", `SELECT no FROM item ORDER BY no`)
	qByIDs  = db.SQL("test.by_ids", `SELECT no FROM item WHERE live = ? AND {ids:id} AND used >= ? ORDER BY no`)
	qLock   = db.SQL("test.lock", `SELECT used FROM item WHERE no = ? {for_update}`)
	qNote   = db.SQL("test.note", `INSERT INTO note (id, item_id) VALUES (?, ?)`)
	qBroken = db.SQL("test.broken", `SELECT nothing FROM nowhere`)
	qAddAll = db.SQL("test.add_all", `INSERT INTO item (id, no, used, live) VALUES {rows} ON CONFLICT (no) DO NOTHING`)
)

type item struct{}

// small is a database with the tests' own schema.
func small(t testing.TB, e db.Engine, opts ...dbtest.Option) *db.DB {
	t.Helper()
	d := dbtest.Open(t, e, append([]dbtest.Option{dbtest.Empty()}, opts...)...)
	makeSmall(t, d)
	return d
}

func makeSmall(t testing.TB, d *db.DB) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(qMakeItem)
		if err == nil {
			_, err = tx.Exec(qMakeNote)
		}
		return err
	})
}

// each runs fn on both engines with the tests' own schema.
func each(t *testing.T, fn func(t *testing.T, d *db.DB), opts ...dbtest.Option) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		makeSmall(t, d)
		fn(t, d)
	}, append([]dbtest.Option{dbtest.Empty()}, opts...)...)
}

func write(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func add(tx *db.Tx, no int64) error {
	_, err := tx.Exec(qAdd, db.NewID[item](tx), no, 0, true)
	return err
}

// numbers are the numbers of all items, in order.
func numbers(t testing.TB, d *db.DB) []int64 {
	t.Helper()
	var out []int64
	err := d.ReadOne(context.Background(), func(r *db.Reader) error {
		var err error
		out, err = db.List(r, func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) }, qNumber)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func used(t testing.TB, d *db.DB, no int64) (n int64) {
	t.Helper()
	err := d.ReadOne(context.Background(), func(r *db.Reader) error { return r.QueryRow(qUsed, no).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// together starts n functions at once and waits for all.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

// gate blocks the writer of a SQLite database until opened, so that what is
// written meanwhile lands in one batch.
func gate(d *db.DB) (open func()) {
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = d.Write(context.Background(), func(*db.Tx) error {
			close(in)
			<-out
			return nil
		})
	}()
	<-in
	return func() { close(out); <-done }
}
