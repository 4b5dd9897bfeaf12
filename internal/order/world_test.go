package order_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/sign"
)

// goods is the catalog of the tests. The UBL samples of OASIS order paint and
// pencils; they are sold here as licenses.
const goods = `catalog: 1
currency: EUR
products:
  - code: CAD
    name: {de: CAD Pro, en: CAD Pro}
    key_prefix: CADP
    features:
      - {code: draw, title: {de: Zeichnen, en: Drawing}}
models:
  - {code: multi, name: {de: Mehrplatz, en: Multi}, kind: multi}
  - {code: demo, name: {de: Demo, en: Demo}, kind: time_limited, duration: {days: 30}}
articles:
  - {number: CAD-PRO-PERP, name: {de: CAD Pro Dauerlizenz, en: CAD Pro perpetual}, product: CAD, model: multi, features: [draw]}
  - {number: CAD-UNIT, name: {de: CAD Einzelticket, en: CAD single ticket}, product: CAD, model: multi, features: [draw], ticketing: per_unit}
  - {number: CAD-NET, name: {de: CAD Netz, en: CAD network}, product: CAD, model: multi, features: [draw]}
  - {number: SItemNo001, name: {de: Falu Rödfärg, en: Red paint}, product: CAD, model: multi, features: [draw]}
  - {number: SItemNo011, name: {de: Pensel, en: Pencils}, product: CAD, model: multi, features: [draw], ticketing: per_unit}
  - {number: "17589683", name: {de: Bienenwachs, en: Beeswax}, product: CAD, model: multi, features: [draw]}
  - {number: a, name: {de: Muster, en: Sample}, product: CAD, model: multi, features: [draw]}
  - number: CAD-DEMO
    name: {de: CAD Demo, en: CAD demo}
    product: CAD
    model: demo
    features: [draw]
    options:
      - {name: days, title: {de: Tage, en: Days}, kind: int, frame: {min: 7, max: 30}, default: 14, sets: days}
`

// world is two publishers who sell the same goods, and the doors.
type world struct {
	actortest.Planet
	t        testing.TB
	db       *db.DB
	clock    *dbtest.TestClock
	orders   *order.Service
	catalog  *catalog.Service
	licenses *license.Service
	jobs     *job.Service
	keys     *sign.Service
	gate     *actor.Gate
}

func newWorld(t testing.TB, d *db.DB, s order.Settings) *world {
	t.Helper()
	w := &world{Planet: actortest.World(t, d), t: t, db: d, gate: actor.NewGate(d)}
	var err error
	w.keys, err = sign.Open(t.Context(), d, w.gate, identity(t))
	if err != nil {
		t.Fatal(err)
	}
	w.catalog = catalog.NewService(d, w.gate)
	for _, p := range []actortest.Site{w.A, w.B} {
		if _, err := w.catalog.Apply(t.Context(), p.All(), []byte(goods), false); err != nil {
			t.Fatal(fault.All(err))
		}
	}
	w.licenses = license.New(license.Options{DB: d, Gate: w.gate, Vault: w.keys.Vault(), Keyring: w.keys.Keyring()})
	if s.Depot == "" {
		s.Depot = "https://depot.example"
	}
	w.orders = order.NewService(d, w.gate, w.licenses, w.keys.Vault(), s)
	w.jobs = job.NewService(d, w.gate, job.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	w.jobs.Handle(order.JobKind, 0, w.orders.Issue)
	return w
}

func identity(t testing.TB) string { return filepath.Join(t.TempDir(), sign.IdentityFile) }

// each runs fn in a fresh world on each engine.
func each(t *testing.T, s order.Settings, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clock := dbtest.NewClock(t)
			w := newWorld(t, dbtest.Open(t, e, dbtest.WithNow(clock.Now)), s)
			w.clock = clock
			fn(t, w)
		})
	}
}

// doc is an order of publisher A's reseller by number.
func (w *world) doc(number string, lines ...format.Line) format.Document {
	return format.Document{
		Format: format.REST, Source: "erp", Number: number, Mode: format.Complete,
		Buyer: format.Party{Number: actortest.Number(w.A.Reseller)}, Lines: lines, Language: "en",
	}
}

func line(no, article string, quantity int64) format.Line {
	return format.Line{No: no, Article: article, Quantity: quantity, Cancelled: quantity == 0}
}

func (w *world) place(d format.Document) order.Result {
	w.t.Helper()
	r, err := w.orders.Place(context.Background(), w.A.All(), d)
	if err != nil {
		w.t.Fatalf("%s: %v", d.Number, fault.All(err))
	}
	return r
}

// refused places d and wants the refusal.
func (w *world) refused(by actor.Actor, d format.Document, want *fault.Error, field string) {
	w.t.Helper()
	before := w.orderCount()
	_, err := w.orders.Place(context.Background(), by, d)
	for _, f := range fault.All(err) {
		if f.Code == want.Code && f.Field == field && f.Kind == want.Kind {
			if after := w.orderCount(); after != before {
				w.t.Fatalf("a refused order left %d rows behind", after-before)
			}
			return
		}
	}
	w.t.Fatalf("got %v, want %s at %q", fault.All(err), want.Code, field)
}

var (
	qCountRows = db.SQL("ordertest.rows", `SELECT
		(SELECT COUNT(1) FROM orders) + (SELECT COUNT(1) FROM order_line) + (SELECT COUNT(1) FROM order_document)
		+ (SELECT COUNT(1) FROM ticket) + (SELECT COUNT(1) FROM license) + (SELECT COUNT(1) FROM journal)
		+ (SELECT COUNT(1) FROM organization) + (SELECT COUNT(1) FROM job)`)
	qUse = db.SQL("ordertest.use", `INSERT INTO activation
		(publisher_id, id, license_id, container_id, gen, slot, quantity, state, version, started_at)
		VALUES (?, ?, ?, ?, 1, 0, ?, 'confirmed', 1, ?)`)
	qUsed = db.SQL("ordertest.used", `UPDATE license SET used = used + ?, rev = rev + 1
		WHERE publisher_id = ? AND id = ?`)
	qPendingRecalls = db.SQL("ordertest.recalls", `SELECT CAST(COALESCE(SUM(CASE WHEN l.state = 'recall_pending'
			THEN a.quantity ELSE a.shrink END), 0) AS bigint)
		FROM activation a JOIN license l ON l.publisher_id = a.publisher_id AND l.id = a.license_id
		WHERE a.publisher_id = ? AND a.state = 'recall_pending'`)
)

func (w *world) orderCount() (n int64) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(r *db.Reader) error { return r.QueryRow(qCountRows).Scan(&n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// use puts n seats of a ticket in use, each on a device of its own.
func (w *world) use(v order.LineView, n int64) {
	w.t.Helper()
	p := w.A.Publisher
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		have, err := w.licenses.LineTickets(tx, p, []license.OrderLineID{license.OrderLineID(v.ID)})
		if err != nil {
			return err
		}
		for _, t := range have {
			for ; n > 0 && t.Used < t.Quantity && t.State == license.TicketIssued; t.Used++ {
				n--
				if _, err := tx.Exec(qUse, p, db.NewID[license.Activation](tx), t.License, db.NewID[license.Container](tx), 1, db.At(tx.Now())); err != nil {
					return err
				}
				if _, err := tx.Exec(qUsed, 1, p, t.License); err != nil {
					return err
				}
			}
		}
		if n > 0 {
			return errors.New("not so many seats")
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// recalls is how many seats of publisher A wait to be given up by a device.
func (w *world) recalls() (n int64) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(r *db.Reader) error {
		return r.QueryRow(qPendingRecalls, w.A.Publisher).Scan(&n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// sold is what the tickets of a line hold.
func (w *world) sold(v order.LineView) (n int64) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(r *db.Reader) error {
		have, err := w.licenses.LineSeats(r, w.A.Publisher, []license.OrderLineID{license.OrderLineID(v.ID)})
		n = have[license.OrderLineID(v.ID)].Sold
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// codesOf are the codes of the tickets of a line that still open something.
func codesOf(v order.LineView) (out []string) {
	for _, t := range v.Tickets {
		if t.Code != "" {
			out = append(out, t.Code)
		}
	}
	return out
}

// together calls fn n times at once and waits.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}
