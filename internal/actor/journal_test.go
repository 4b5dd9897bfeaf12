package actor_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// record writes n lines in one transaction.
func record(t testing.TB, d *db.DB, by actor.Actor, n int) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		entries := make([]actor.Entry, n)
		for i := range entries {
			entries[i] = actor.Entry{Entity: "ticket", ID: db.NewID[actor.Row](tx), Event: "ticket.issued", Data: map[string]any{"n": i}}
		}
		return actor.RecordMany(tx, by, entries)
	})
}

func seal(t testing.TB, d *db.DB) int {
	t.Helper()
	n, err := actor.SealOnce(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func verify(t testing.TB, d *db.DB, p actor.PublisherID, known ...actor.Checkpoint) actor.Report {
	t.Helper()
	rep, err := actor.VerifyJournal(t.Context(), d, p, known...)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func journal(t testing.TB, d *db.DB, p actor.PublisherID, after int64, limit int) (rows []actor.Row) {
	t.Helper()
	err := d.Read(t.Context(), func(r *db.Reader) error {
		var err error
		rows, err = actor.ReadJournal(r, p, after, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSealNumbersEachPublisherWithoutGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := actortest.World(t, d)
		by := w.A.All()
		by.OnBehalf = w.A.Customer
		record(t, d, by, 1200)
		record(t, d, w.B.All(), 3)
		if rows := journal(t, d, w.A.Publisher, 0, 10); len(rows) != 0 {
			t.Fatalf("%d rows are readable before they are sealed", len(rows))
		}
		if n := seal(t, d); n != 1203 {
			t.Fatalf("sealed %d rows, want 1203", n)
		}
		if n := seal(t, d); n != 0 {
			t.Fatalf("sealed %d rows twice", n)
		}
		for p, want := range map[actor.PublisherID]int64{w.A.Publisher: 1200, w.B.Publisher: 3} {
			if rep := verify(t, d, p); !rep.OK() || rep.Seq != want || rep.Rows != want || rep.Waiting != 0 {
				t.Errorf("report %+v, want %d rows", rep, want)
			}
		}
		rows := journal(t, d, w.A.Publisher, 1198, 10)
		if len(rows) != 2 || rows[0].Seq != 1199 || rows[1].Prev != rows[0].Hash {
			t.Fatalf("rows %+v", rows)
		}
		if r := rows[1]; r.Entity != "ticket" || r.Event != "ticket.issued" || r.Actor != by.ID ||
			r.OnBehalf != w.A.Customer || !r.At.Equal(dbtest.Start) || r.Data != `{"n":1199}` {
			t.Errorf("row %+v", r)
		}
		if err := d.Read(t.Context(), func(r *db.Reader) error {
			head, err := actor.JournalHead(r, w.A.Publisher)
			if head != 1200 {
				t.Errorf("head %d", head)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRecordRefusesMalformedEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		id := [16]byte{1}
		for name, e := range map[string]actor.Entry{
			"no id":     {Entity: "a", Event: "a.b"},
			"no event":  {Entity: "a", ID: id},
			"too large": {Entity: "a", ID: id, Event: "a.b", Data: strings.Repeat("x", 5000)},
			"no JSON":   {Entity: "a", ID: id, Event: "a.b", Data: func() {}},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return actor.Record(tx, s.All(), e) })
			if err == nil {
				t.Errorf("%s was recorded", name)
			}
		}
		if n := seal(t, d); n != 0 {
			t.Errorf("%d rows were written", n)
		}
	})
}

var (
	qEdit   = db.SQL("test.edit", `UPDATE journal SET data = ? WHERE publisher_id = ? AND seq = ?`)
	qDelete = db.SQL("test.delete", `DELETE FROM journal WHERE publisher_id = ? AND seq = ?`)
	qRenum  = db.SQL("test.renumber", `UPDATE journal SET seq = ? WHERE publisher_id = ? AND seq = ?`)
	qInsert = db.SQL("test.insert", `
INSERT INTO journal (publisher_id, id, entity, entity_id, event, actor, at, data, seq, hash, prev)
SELECT publisher_id, ?, entity, entity_id, event, actor, at, data, ?, hash, prev
FROM journal WHERE publisher_id = ? AND seq = ?`)
	qCutHead = db.SQL("test.head", `
UPDATE journal_head SET seq = ?, hash = (SELECT hash FROM journal WHERE publisher_id = ? AND seq = ?)
WHERE publisher_id = ?`)
)

// Each kind of tampering is named, and only the row that it touched is accused.
func TestVerifyNamesEachKindOfTampering(t *testing.T) {
	type do = func(tx *db.Tx, p actor.PublisherID) error
	exec := func(s *db.Stmt, args ...any) do {
		return func(tx *db.Tx, p actor.PublisherID) error {
			with := slices.Clone(args)
			for i, a := range with {
				if a == "p" {
					with[i] = p
				}
			}
			_, err := tx.Exec(s, with...)
			return err
		}
	}
	cases := []struct {
		name string
		do   []do
		want []string
	}{
		{"edit", []do{exec(qEdit, `{"n":99}`, "p", 4)}, []string{"altered 4-4"}},
		{"delete", []do{exec(qDelete, "p", 4)}, []string{"missing 4-4"}},
		{"delete two", []do{exec(qDelete, "p", 4), exec(qDelete, "p", 5)}, []string{"missing 4-5"}},
		{"delete the first", []do{exec(qDelete, "p", 1)}, []string{"missing 1-1"}},
		{"delete the last", []do{exec(qDelete, "p", 10)}, []string{"missing 10-10"}},
		{"insert behind the head", []do{exec(qInsert, actor.JournalID{7}, 11, "p", 10)}, []string{"added 11-11"}},
		{"insert far behind", []do{exec(qInsert, actor.JournalID{7}, 20, "p", 10)}, []string{"added 20-20"}},
		{"replace by a copy", []do{exec(qDelete, "p", 4), exec(qInsert, actor.JournalID{7}, 4, "p", 6)}, []string{"altered 4-4"}},
		{
			"swap",
			[]do{exec(qRenum, 99, "p", 4), exec(qRenum, 4, "p", 5), exec(qRenum, 5, "p", 99)},
			[]string{"altered 4-4", "altered 5-5"},
		},
		{"cut the end and the head", []do{exec(qCutHead, 8, "p", 8, "p"), exec(qDelete, "p", 9), exec(qDelete, "p", 10)}, []string{"missing 9-10"}},
		{"turn the head back", []do{exec(qCutHead, 9, "p", 9, "p")}, []string{"added 10-10"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := actortest.NewSite(t, d, "alpha")
				record(t, d, s.All(), 10)
				seal(t, d)
				head := verify(t, d, s.Publisher)
				write(t, d, func(tx *db.Tx) error {
					for _, do := range c.do {
						if err := do(tx, s.Publisher); err != nil {
							return err
						}
					}
					return nil
				})
				rep := verify(t, d, s.Publisher, actor.Checkpoint{Seq: head.Seq, Hash: head.Hash})
				if got := problems(rep); !slices.Equal(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}

func problems(r actor.Report) (out []string) {
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%s %d-%d", p.Kind, p.Seq, p.Until))
	}
	return out
}

// Who writes the database can compute a whole new chain; a checkpoint that left
// the machine gives them away.
func TestCheckpointExposesAForgedChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		record(t, d, s.All(), 5)
		var point actor.Checkpoint
		sealer := actor.NewSealer(d, nil)
		sealer.OnCheckpoint = func(p actor.PublisherID, seq int64, hash [32]byte) {
			point = actor.Checkpoint{Seq: seq, Hash: hash}
		}
		if n, err := sealer.Round(t.Context()); n != 5 || err != nil || point.Seq != 5 {
			t.Fatalf("%d rows, checkpoint %d, %v", n, point.Seq, err)
		}
		forge(t, d, s.Publisher)
		if rep := verify(t, d, s.Publisher); !rep.OK() {
			t.Fatalf("the forgery is not a chain: %+v", rep.Problems)
		}
		rep := verify(t, d, s.Publisher, point)
		if got := problems(rep); !slices.Equal(got, []string{"forked 5-5"}) {
			t.Errorf("got %q", got)
		}
	})
}

var (
	qUnseal = db.SQL("test.unseal", `UPDATE journal SET seq = NULL, data = '{}' WHERE publisher_id = ?`)
	qNoHead = db.SQL("test.no_head", `DELETE FROM journal_head WHERE publisher_id = ?`)
)

// forge rewrites the facts and has everything sealed anew.
func forge(t *testing.T, d *db.DB, p actor.PublisherID) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		if _, err := tx.Exec(qUnseal, p); err != nil {
			return err
		}
		_, err := tx.Exec(qNoHead, p)
		return err
	})
	seal(t, d)
}

func TestVerifyReportsRowsThatNobodySeals(t *testing.T) {
	clock := dbtest.NewClock(t)
	for _, e := range dbtest.Engines() {
		d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
		s := actortest.NewSite(t, d, "alpha")
		clock.Set(dbtest.Start)
		record(t, d, s.All(), 2)
		if rep := verify(t, d, s.Publisher); !rep.OK() || rep.Waiting != 2 {
			t.Errorf("%s, young: %+v", e, rep)
		}
		clock.Advance(61 * time.Second)
		if got := problems(verify(t, d, s.Publisher)); !slices.Equal(got, []string{"unsealed 0-0", "unsealed 0-0"}) {
			t.Errorf("%s, old: %q", e, got)
		}
	}
}

// Two nodes with a sealer each, a command that seals on the side, and writers:
// one chain comes out of it, with every row once.
func TestCompetingSealersNeverForkTheChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := actortest.World(t, d)
		const writers, rounds = 4, 15
		var writing, sealing sync.WaitGroup
		for i := range writers {
			writing.Go(func() {
				by := w.A.All()
				if i%2 == 1 {
					by = w.B.All()
				}
				for range rounds {
					record(t, d, by, 7)
				}
			})
		}
		done := make(chan struct{})
		for _, round := range []func() (int, error){
			func() (int, error) { return actor.NewSealer(d, nil).Round(t.Context()) }, // a new holder each time
			func() (int, error) { return actor.SealOnce(t.Context(), d) },
			func() (int, error) { return actor.SealOnce(t.Context(), d) },
		} {
			sealing.Go(func() {
				for {
					if _, err := round(); err != nil {
						t.Error(err)
						return
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		writing.Wait()
		close(done)
		sealing.Wait()
		seal(t, d)
		for _, p := range []actor.PublisherID{w.A.Publisher, w.B.Publisher} {
			rep := verify(t, d, p)
			if want := int64(writers / 2 * rounds * 7); !rep.OK() || rep.Rows != want || rep.Waiting != 0 {
				t.Errorf("report %+v, want %d rows", rep, want)
			}
		}
	})
}

func TestLeaseLetsOneSealerWork(t *testing.T) {
	clock := dbtest.NewClock(t)
	for _, e := range dbtest.Engines() {
		clock.Set(dbtest.Start)
		d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
		s := actortest.NewSite(t, d, "alpha")
		one, two := actor.NewSealer(d, nil), actor.NewSealer(d, nil)
		round := func(s *actor.Sealer) int {
			n, err := s.Round(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		record(t, d, s.All(), 1)
		if round(one) != 1 {
			t.Errorf("%s: the first sealer did not get the lease", e)
		}
		record(t, d, s.All(), 1)
		if round(two) != 0 || round(one) != 1 {
			t.Errorf("%s: the lease did not hold", e)
		}
		record(t, d, s.All(), 1)
		clock.Advance(11 * time.Second)
		if round(two) != 1 {
			t.Errorf("%s: the lease did not end", e)
		}
		record(t, d, s.All(), 1)
		if round(one) != 0 {
			t.Errorf("%s: the old holder came back", e)
		}
	}
}

func TestSealerRunsOnTicksAndGivesTheLeaseBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := actortest.NewSite(t, d, "alpha")
		tick, sealed := make(chan time.Time), make(chan int64, 4)
		sealer := actor.NewSealer(d, tick)
		sealer.OnCheckpoint = func(_ actor.PublisherID, seq int64, _ [32]byte) { sealed <- seq }
		ctx, stop := contextWithCancel(t)
		var wg sync.WaitGroup
		wg.Go(func() { sealer.Run(ctx) })
		record(t, d, s.All(), 3)
		tick <- time.Time{}
		if seq := <-sealed; seq != 3 {
			t.Errorf("sealed up to %d", seq)
		}
		stop()
		wg.Wait()
		record(t, d, s.All(), 1)
		if n, err := actor.NewSealer(d, nil).Round(t.Context()); n != 1 || err != nil {
			t.Errorf("the next node sealed %d rows, %v", n, err)
		}
	})
}

func TestSealerReportsADeadDatabase(t *testing.T) {
	d := dbtest.Dead(t, db.SQLite)
	tick, failed := make(chan time.Time), make(chan error, 1)
	sealer := actor.NewSealer(d, tick)
	sealer.OnError = func(err error) { failed <- err }
	ctx, stop := contextWithCancel(t)
	var wg sync.WaitGroup
	wg.Go(func() { sealer.Run(ctx) })
	tick <- time.Time{}
	if err := <-failed; err == nil {
		t.Error("no error")
	}
	stop()
	wg.Wait()
}
