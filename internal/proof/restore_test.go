package proof_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// TestRestore loses an installation, twice, and restores it from a backup that
// is older than most of what was acknowledged: with the issuance journal, which
// lay elsewhere, every ticket and every activation is known again, orders that
// are sent again issue nothing, no seat is sold twice, and work goes on.
func TestRestore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := &disaster{t: t, w: w, n: w.node(), ledger: newLedger(t), backup: filepath.Join(w.dir, "backup")}
		for i := range 4 {
			d.workers = append(d.workers, newWorker(d.n, d.ledger, fmt.Sprint("W", i)))
		}
		d.work(20)
		d.take()
		d.work(60)
		for epoch := int64(2); epoch <= 3; epoch++ {
			d.shipped()
			d.lose()
			restored, err := app.Restore(t.Context(), w.config(), d.backup, nil, app.Seams{Now: w.clock.now})
			must(t, err)
			if restored.Epoch != epoch || restored.Replayed == 0 {
				t.Fatalf("%+v", restored)
			}
			d.n.start()
			d.holds()
			d.work(40)
			d.holds()
		}
		all, err := d.ledger.read()
		must(t, err)
		t.Logf("%d acknowledged answers, none lost by two restores", len(all))
	})
}

// disaster is one restore test under way.
type disaster struct {
	t       *testing.T
	w       *world
	n       *node
	ledger  *ledger
	workers []*worker
	backup  string
	lost    int
}

// work lets each worker do some steps, all of them at once.
func (d *disaster) work(steps int) {
	d.t.Helper()
	errs := make([]error, len(d.workers))
	var group sync.WaitGroup
	for i, k := range d.workers {
		group.Go(func() {
			for s := 0; s < steps && errs[i] == nil; s++ {
				errs[i] = k.step()
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		must(d.t, err)
	}
}

// take makes the backup while work goes on.
func (d *disaster) take() {
	d.t.Helper()
	a := d.w.open()
	defer a.Close()
	done := make(chan error, 1)
	go func() { _, err := a.CreateBackup(context.Background(), d.backup); done <- err }()
	d.work(10)
	must(d.t, <-done)
}

// shipped waits until the issuance journal has everything that was acknowledged.
func (d *disaster) shipped() {
	d.t.Helper()
	all, err := db.Open(d.t.Context(), d.w.options())
	must(d.t, err)
	defer all.Close()
	until := time.Now().Add(patience)
	for {
		var head int64
		var open []actor.Row
		must(d.t, all.Read(d.t.Context(), func(r *db.Reader) (err error) {
			if head, err = actor.JournalHead(r, d.w.pub); err == nil {
				open, err = actor.ReadUnsealed(r, d.w.pub)
			}
			return err
		}))
		raw, _ := os.ReadFile(filepath.Join(d.w.dir, "issuance", d.w.pub.String()+".position"))
		if len(open) == 0 && strings.TrimSpace(string(raw)) == fmt.Sprint(head) {
			return
		}
		if time.Now().After(until) {
			d.t.Fatalf("shipped up to %s of %d, %d unsealed: %s", raw, head, len(open), d.n.log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// lose ends the server without a word and destroys its data folder and its
// database. What opens the keys was kept elsewhere, as the runbook says.
func (d *disaster) lose() {
	d.t.Helper()
	c := d.w.config()
	d.n.kill()
	identity, err := os.ReadFile(filepath.Join(c.Data, "identity.age-key"))
	must(d.t, err)
	must(d.t, os.RemoveAll(c.Data))
	d.lost++
	url := ""
	if c.Database != "" {
		url = dbtest.Postgres(d.t, dbtest.Empty())
	}
	data := filepath.Join(d.w.dir, fmt.Sprint("data", d.lost))
	d.w.place(data, url)
	must(d.t, os.MkdirAll(data, 0o700))
	must(d.t, os.WriteFile(filepath.Join(data, "identity.age-key"), identity, 0o600))
}

// holds audits everything that was ever acknowledged: the restored server
// answers as the lost one did. Receipts that said nothing new did not travel.
func (d *disaster) holds() {
	d.t.Helper()
	for _, k := range d.workers {
		must(d.t, k.settled())
	}
	all, err := d.ledger.read()
	must(d.t, err)
	var asked []entry
	for _, e := range all {
		if hint, err := wire.Peek(e.Token); e.Token == "" || err == nil && hint.Type != wire.TypeReceipt {
			asked = append(asked, e)
		}
	}
	must(d.t, d.ledger.audit(d.n, asked))
	must(d.t, d.w.sound())
	a := d.w.open()
	defer a.Close()
	points, err := a.Checkpoints(d.t.Context(), d.w.pub, "", nil)
	must(d.t, err)
	if len(points.Problems) > 0 {
		d.t.Fatalf("checkpoints that do not hold: %+v", points.Problems)
	}
	report, err := actor.VerifyJournal(d.t.Context(), a.DB, d.w.pub, points.Known...)
	must(d.t, err)
	if !report.OK() {
		d.t.Fatalf("the journal does not hold against what was noted outside: %+v", report)
	}
}
