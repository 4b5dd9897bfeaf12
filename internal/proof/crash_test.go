package proof_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// points are the named fail points that requests of this test pass.
var points = []string{
	"db.before_commit", "db.after_commit", "order.placed", "order.before_answer", "license.before_sign", "license.before_send",
}

// plan says how often a crash test kills, and in how many installations one after
// another: every audit looks at all of one, so that a long life costs its square.
type plan struct {
	worlds     int
	kills      int // of the server, in each
	postmaster int // of PostgreSQL, beside them
}

// TestCrash kills the server, and PostgreSQL, while orders and activations run,
// and holds what is there afterwards against the ledger of what was said.
func TestCrash(t *testing.T) {
	lite, pg := plan{worlds: 1, kills: 100}, plan{worlds: 1, kills: 80, postmaster: 20}
	if deep {
		lite, pg = plan{worlds: 10, kills: 250}, plan{worlds: 10, kills: 200, postmaster: 50}
	}
	if testing.Short() {
		lite, pg = plan{worlds: 1, kills: 3}, plan{worlds: 1, kills: 2, postmaster: 1}
	}
	t.Run(string(db.SQLite), func(t *testing.T) {
		t.Parallel()
		for range lite.worlds {
			t.Run("world", func(t *testing.T) { newCrash(t, newWorld(t, ""), nil).run(lite) })
		}
	})
	t.Run(string(db.Postgres), func(t *testing.T) {
		t.Parallel()
		for range pg.worlds {
			t.Run("world", func(t *testing.T) {
				server := dbtest.DurablePostgres(t)
				newCrash(t, newWorld(t, server.URL()), server).run(pg)
			})
		}
	})
}

// crash is one crash test under way.
type crash struct {
	t       *testing.T
	w       *world
	n       *node
	pg      *dbtest.Server
	ledger  *ledger
	workers []*worker

	pause   sync.RWMutex // workers hold it shared during a step
	quit    atomic.Bool
	failed  chan error
	checked int // entries of the ledger that were audited
	atPoint map[string]int
}

const crashWorkers = 6

func newCrash(t *testing.T, w *world, pg *dbtest.Server) *crash {
	c := &crash{
		t: t, w: w, n: w.node(), pg: pg, ledger: newLedger(t), failed: make(chan error, crashWorkers), atPoint: map[string]int{},
	}
	for i := range crashWorkers {
		c.workers = append(c.workers, newWorker(c.n, c.ledger, fmt.Sprint("W", i)))
	}
	return c
}

func (c *crash) run(p plan) {
	var group sync.WaitGroup
	for _, k := range c.workers {
		group.Go(func() {
			for !c.quit.Load() {
				c.pause.RLock()
				err := k.step()
				c.pause.RUnlock()
				if err != nil {
					c.failed <- fmt.Errorf("%s: %w", k.name, err)
					return
				}
			}
		})
	}
	defer group.Wait()
	defer c.quit.Store(true)
	total := p.kills + p.postmaster
	for round := range total {
		// The kills of PostgreSQL are spread evenly over the others.
		if p.postmaster > 0 && round*p.postmaster/total != (round+1)*p.postmaster/total {
			c.killPostgres()
		} else {
			c.killServer(round)
		}
		c.check(round%10 == 9 || round == total-1)
		if c.t.Failed() {
			return
		}
	}
	c.quit.Store(true)
	group.Wait()
	c.end(total)
}

// moment lets the load run for a while that nobody can foresee.
func (c *crash) moment() {
	select {
	case err := <-c.failed:
		c.failed <- err
	case <-time.After(time.Duration(rand.IntN(60_000)) * time.Microsecond):
	}
}

// killServer ends the server at the next fail point in turn, or at any moment.
func (c *crash) killServer(round int) {
	if round%3 == 2 {
		c.moment()
		c.n.kill()
	} else {
		point := points[(round-round/3)%len(points)]
		c.n.arm(point, 1+rand.IntN(12))
		if c.n.dies(5 * time.Second) {
			c.atPoint[point]++
		}
	}
	c.n.start()
}

// killPostgres ends the database under the server, at times with the server.
func (c *crash) killPostgres() {
	c.moment()
	c.pg.Kill()
	both := rand.IntN(4) == 0
	if both {
		c.n.kill()
	}
	c.pg.Start()
	if both {
		c.n.start()
	}
}

// check waits until every request under way is answered, and audits what was
// acknowledged since the last kill and some of what was before.
func (c *crash) check(whole bool) {
	c.t.Helper()
	c.pause.Lock()
	defer c.pause.Unlock()
	select {
	case err := <-c.failed:
		c.t.Fatal(err)
	default:
	}
	if err := c.ledger.audit(c.n, c.ledger.since(c.checked, 10)); err != nil {
		c.t.Fatal(err)
	}
	c.checked = c.ledger.size()
	if !whole {
		return
	}
	for _, k := range c.workers {
		if err := k.settled(); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := c.w.sound(); err != nil {
		c.t.Fatal(err)
	}
}

// end audits the whole ledger as it stands in its file.
func (c *crash) end(kills int) {
	c.t.Helper()
	all, err := c.ledger.read()
	must(c.t, err)
	must(c.t, c.ledger.audit(c.n, all))
	must(c.t, c.w.sound())
	acts := 0
	for _, k := range c.workers {
		must(c.t, k.settled())
		acts += k.acts
	}
	if len(c.atPoint) < min(len(points), kills/12) {
		c.t.Errorf("the server died only at the fail points %v", c.atPoint)
	}
	if len(all) < kills {
		c.t.Errorf("only %d answers were acknowledged between %d kills", len(all), kills)
	}
	c.t.Logf("%d kills, at fail points %v; %d acts, %d acknowledged answers, none lost", kills, c.atPoint, acts, len(all))
}

// What must never be in the database, whatever happened.
var (
	qSeats = db.SQL("proof.seats", `SELECT l.id FROM license l WHERE l.used > l.quantity + l.overdraft OR l.used <>
		(SELECT COALESCE(SUM(a.quantity), 0) FROM activation a
		 WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0)`)
	// qPlaces counts leases, too, and leaves out what is consumed by key.
	qPlaces = db.SQL("proof.places", `SELECT l.id FROM license l WHERE l.used > l.quantity + l.overdraft OR l.direct = 0 AND l.used <>
		(SELECT COALESCE(SUM(a.quantity), 0) FROM activation a
		 WHERE a.publisher_id = l.publisher_id AND a.license_id = l.id AND a.slot = 0) +
		(SELECT COALESCE(SUM(f.seats), 0) FROM floating_lease f WHERE f.publisher_id = l.publisher_id AND f.license_id = l.id)`)
	qHalf = db.SQL("proof.half", `SELECT o.id FROM order_line o WHERE o.issued <>
		(SELECT COALESCE(SUM(l.quantity - l.owed), 0) FROM license l
		 JOIN ticket t ON t.publisher_id = l.publisher_id AND t.id = l.ticket_id
		 JOIN license_snapshot s ON s.publisher_id = t.publisher_id AND s.id = t.snapshot_id
		 WHERE s.publisher_id = o.publisher_id AND s.line_id = o.id AND t.state = 'issued'
		   AND l.state IN ('available', 'blocked'))`)
	qEmpty = db.SQL("proof.empty", `SELECT o.id FROM orders o WHERE o.quantity <>
		(SELECT COALESCE(SUM(l.quantity), 0) FROM order_line l WHERE l.publisher_id = o.publisher_id AND l.order_id = o.id)
		OR o.issued <> (SELECT COALESCE(SUM(l.issued), 0) FROM order_line l WHERE l.publisher_id = o.publisher_id AND l.order_id = o.id)`)
)

// sound looks into the database itself: seats add up, no order is half made, and
// the journal verifies once it is sealed.
func (w *world) sound() error { return w.find(qSeats, qHalf, qEmpty) }

// find looks for what must not be there, and verifies the journal.
func (w *world) find(bad ...*db.Stmt) error {
	ctx := context.Background()
	d, err := db.Open(ctx, w.options())
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Read(ctx, func(r *db.Reader) error {
		for _, q := range bad {
			found, err := db.List(r, func(r *db.Rows) (id db.ID[world], err error) { return id, r.Scan(&id) }, q)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				return fmt.Errorf("%s finds %v", q.Name(), found)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := actor.SealOnce(ctx, d); err != nil {
		return err
	}
	report, err := actor.VerifyJournal(ctx, d, w.pub)
	if err == nil && !report.OK() {
		err = fmt.Errorf("the journal does not hold: %+v", report)
	}
	return err
}
