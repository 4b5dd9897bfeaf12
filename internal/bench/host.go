package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// HostOptions say how a server under test runs.
type HostOptions struct {
	Data     string        // folder of the database and the keys
	Database string        // "" = SQLite in Data
	Fsync    time.Duration // added to every commit
}

// host is the real server with the demo's publisher, and what a benchmark needs
// besides requests: stock, counters and the proof.
type host struct {
	app      *app.App
	at       app.Running
	pub      org.Publisher
	by       actor.Actor
	stop     context.CancelFunc
	ended    chan error
	profile  *os.File
	copied   *copies
	stock    stock    // of the growth
	asks     [][]byte // signed, and not sent yet
	anchored bool     // the table of the anchor is there
}

// newHost opens the installation and serves it on loopback.
func newHost(ctx context.Context, o HostOptions) (*host, error) {
	args := []string{
		"--data", o.Data, "--database", o.Database, "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0",
		"--ops-listen", "127.0.0.1:0",
	}
	config, _, err := app.ParseConfig(args, func(string) string { return "" })
	if err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, config, app.Seams{Hooks: &db.Hooks{FsyncDelay: o.Fsync}})
	if err != nil {
		return nil, err
	}
	h := &host{app: a, ended: make(chan error, 1)}
	if h.pub, err = demo.Publisher(ctx, a, filepath.Join(o.Data, "roots"), time.Now()); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	h.by = actor.Installation().In(h.pub.ID)
	serving, stop := context.WithCancel(ctx)
	h.stop = stop
	ready := make(chan app.Running, 1)
	go func() { h.ended <- a.Serve(serving, func(at app.Running) { ready <- at }) }()
	select {
	case h.at = <-ready:
		return h, nil
	case err := <-h.ended:
		stop()
		return nil, errors.Join(err, a.Close())
	}
}

func (h *host) close() error {
	h.stop()
	return errors.Join(<-h.ended, h.app.Close())
}

// where is what clients of the server have to know.
type where struct {
	API, Depot, Ops string
	Publisher       actor.PublisherID
	Salt            []byte
	Pins            wire.Pins
	Engine          db.Engine
	Token           string // API key that reads everything
}

// issueOrder asks for stock.
type issueOrder struct {
	Tickets int
	Seats   int64  // of each
	Keys    bool   // their license keys instead of their codes
	Article string // "" = CAD-PRO-PERP
}

// counters are what the server has done so far.
type counters struct {
	DB    db.Stats
	Alloc uint64 // bytes allocated
	GCs   uint32
}

// handle implements handler.
func (h *host) handle(ctx context.Context, do string, with json.RawMessage) (any, error) {
	switch do {
	case "where":
		return h.where(ctx)
	case "issue":
		in, err := take[issueOrder](with)
		if err != nil {
			return nil, err
		}
		return h.issue(ctx, in)
	case "stats":
		return h.counters(), nil
	case "collect":
		debug.FreeOSMemory()
		return nil, nil
	case "analyze":
		return nil, h.app.DB.Analyze(ctx)
	case "prove":
		in, err := take[told](with)
		if err != nil {
			return nil, err
		}
		return h.prove(ctx, in)
	case "commits":
		t, err := take[time.Duration](with)
		if err != nil {
			return nil, err
		}
		return h.commits(ctx, t)
	case "bulk":
		n, err := take[int64](with)
		if err != nil {
			return nil, err
		}
		return h.bulk(ctx, n)
	case "export", "copy":
		return h.copy(ctx, do == "export")
	case "grow":
		in, err := take[growOrder](with)
		if err != nil {
			return nil, err
		}
		return h.grow(ctx, in)
	case "profile":
		file, err := take[string](with)
		if err != nil {
			return nil, err
		}
		return nil, h.profiling(file)
	}
	return nil, unknown(do)
}

func (h *host) counters() counters {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return counters{DB: h.app.DB.Stats(), Alloc: m.TotalAlloc, GCs: m.NumGC}
}

func (h *host) where(ctx context.Context) (where, error) {
	pins, err := h.app.Pins(ctx, h.pub.Slug)
	if err != nil {
		return where{}, err
	}
	key, err := h.app.Orgs.CreateKey(ctx, h.by, org.NewKey{
		Org: h.pub.Root, Name: "bench",
		Permissions: actor.NewSet(actor.TicketRead, actor.LicenseRead, actor.OrderRead, actor.ContainerRead),
	})
	if err != nil {
		return where{}, err
	}
	return where{
		API: h.at.API, Depot: h.at.Depot, Ops: h.at.Ops, Publisher: h.pub.ID, Salt: h.pub.Salt, Pins: pins,
		Engine: h.app.DB.Engine(), Token: key.Token,
	}, nil
}

// The articles that are sold.
const (
	perpetual = "CAD-PRO-PERP"
	floating  = "CAD-PRO-FLOAT"
)

// stockChunk is how many lines are sold in one transaction.
const stockChunk = 200

// issue makes stock and returns its codes or keys.
func (h *host) issue(ctx context.Context, in issueOrder) ([]string, error) {
	out := make([]string, 0, in.Tickets)
	for left := in.Tickets; left > 0; left -= stockChunk {
		var made []license.Issued
		err := h.app.DB.WriteBulk(ctx, func(tx *db.Tx) error {
			item, err := catalog.Resolve(tx, h.pub.ID, cmp.Or(in.Article, perpetual), nil)
			if err != nil {
				return err
			}
			made, err = h.app.Lic.Issue(tx, actor.System(h.pub.ID), h.sales(in, item, min(left, stockChunk)))
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, one := range made {
			if in.Keys {
				out = append(out, one.Keys...)
			} else {
				out = append(out, one.Code)
			}
		}
	}
	return out, nil
}

// sales are n lines of one ticket each, or one line of n tickets with one seat.
func (h *host) sales(in issueOrder, item catalog.Snapshot, n int) []license.IssueInput {
	one := license.IssueInput{Holder: h.pub.Root, Item: item, Quantity: in.Seats, Keys: in.Keys}
	if in.Seats == 1 {
		one.PerUnit, one.Quantity = true, int64(n)
		return []license.IssueInput{one}
	}
	out := make([]license.IssueInput, n)
	for i := range out {
		out[i] = one
	}
	return out
}

func (h *host) prove(ctx context.Context, in told) (out Proof, err error) {
	err = h.app.DB.Read(ctx, func(r *db.Reader) error {
		out, err = prove(r, h.pub.ID, in)
		return err
	})
	return out, err
}

// commits returns how often in a second one caller can change one row and see it
// committed: what a server could do that takes requests for one license in turns.
func (h *host) commits(ctx context.Context, t time.Duration) (float64, error) {
	write := func(stmt *db.Stmt) error {
		return h.app.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(stmt); return err })
	}
	if !h.anchored {
		if err := write(qAnchorTable); err != nil {
			return 0, err
		}
		if err := write(qAnchorRow); err != nil {
			return 0, err
		}
		h.anchored = true
	}
	n, begin := 0, time.Now()
	for ; n == 0 || time.Since(begin) < t; n++ {
		if err := write(qAnchorWrite); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begin).Seconds(), nil
}

// bulkMade is a large order, carried out.
type bulkMade struct {
	Tickets int64
	Took    time.Duration // from the document to the last ticket
}

// bulkArticle is sold with one ticket per unit.
const bulkArticle = "CAD-LT-SINGLE"

// bulk places one order for n tickets and waits until its job is done.
func (h *host) bulk(ctx context.Context, n int64) (bulkMade, error) {
	begin := time.Now()
	placed, err := h.app.Orders.Place(ctx, h.by, format.Document{
		Format: format.REST, Source: "bench", Number: time.Now().UTC().Format("20060102150405.000000000"), Mode: format.Complete,
		Buyer: format.Party{ID: h.pub.Root.String()}, Lines: []format.Line{{No: "1", Article: bulkArticle, Quantity: n}},
	})
	if err != nil {
		return bulkMade{}, err
	}
	for !placed.Job.IsZero() {
		j, err := h.app.Jobs.Get(ctx, h.by, placed.Job)
		switch {
		case err != nil:
			return bulkMade{}, err
		case j.State == job.Dead:
			return bulkMade{}, errors.New("bench: the order's job has failed: " + j.LastError)
		case j.State == job.Done:
			return bulkMade{Tickets: n, Took: time.Since(begin)}, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return bulkMade{Tickets: n, Took: time.Since(begin)}, nil
}

// profiling starts a processor profile into file, or ends it for "".
func (h *host) profiling(file string) error {
	if h.profile != nil {
		pprof.StopCPUProfile()
		err := h.profile.Close()
		if file := h.profile.Name() + ".heap"; err == nil { // what was allocated since the start
			var f *os.File
			if f, err = os.Create(file); err == nil {
				err = errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
			}
		}
		h.profile = nil
		return err
	}
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	h.profile = f
	return pprof.StartCPUProfile(f)
}
