package bench

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

// growOrder is one step of the generator, or one measurement at its size.
type growOrder struct {
	Op string // "fill", or one of growOps
	N  int    // fill: licenses to add
}

// The operations whose growth is measured.
const (
	opFill     = "insert"
	opValidate = "validate"
	opActivate = "activate"
	opList     = "list page"
	opBeat     = "heartbeat"
)

// stock is what the generator has made, as far as measurements need it: a sample
// that is spread evenly over everything.
type stock struct {
	keys    []string
	codes   []string // of tickets with floorSeats seats
	tickets []string
	shared  []string            // codes of floating licenses with free places
	holds   []license.LeaseHold // of those leases
	at      int                 // where the next measurement goes on
}

// Of every fillChunk licenses, fillKeys have a key and fillFloors many seats;
// fillShared are floating ones with seatsPerTicket places, which are all taken before
// heartbeats are measured.
const (
	fillChunk  = 1_000
	fillKeys   = 20
	fillFloors = 10
	fillShared = 5
	floorSeats = 2_000
)

// grow carries out one order. It returns how many operations there were.
func (h *host) grow(ctx context.Context, o growOrder) (int, error) {
	switch o.Op {
	case opFill:
		for n := 0; n < o.N; n += fillChunk {
			if err := h.fill(ctx); err != nil {
				return n, err
			}
		}
		return o.N, nil
	case opValidate:
		return h.many(growTime, 16, func(i int) error {
			in := license.ValidateInput{Key: h.stock.keys[i%len(h.stock.keys)], Nonce: nonce()}
			_, err := h.app.Lic.Validate(ctx, stranger, in)
			return err
		})
	case opList:
		return h.many(growTime, 4, func(i int) error {
			_, err := h.app.Lic.ListTickets(ctx, h.by, license.TicketQuery{After: h.stock.tickets[i%len(h.stock.tickets)], Limit: 100})
			return err
		})
	case "lease": // what opBeat renews, not measured
		return h.takeShared(ctx)
	case opBeat:
		return h.many(growTime, 64, func(i int) error {
			_, err := h.app.Lic.RenewLease(ctx, stranger, h.stock.holds[i%len(h.stock.holds)])
			return err
		})
	case "sign": // the requests for opActivate, not measured
		return len(h.asks), h.signAsks(ctx)
	case opActivate:
		asks := h.asks
		h.asks = nil
		return h.many(0, 64, func(i int) error {
			if i >= len(asks) {
				return errEnough
			}
			_, err := h.app.Lic.Exchange(ctx, stranger, asks[i])
			return err
		})
	}
	return 0, unknown(o.Op)
}

// stranger is a caller of whom nothing is known.
var stranger = actor.Anonymous(netip.MustParseAddr("127.0.0.1"))

const (
	growTime = 250 * time.Millisecond
	growAsks = 1_500
)

// errEnough ends many.
var errEnough = errors.New("enough")

// many runs do in some goroutines until the time is over, or for 0 until it says
// that it is enough. Numbers go on where the last run ended, with a stride that
// jumps over the whole sample.
func (h *host) many(t time.Duration, callers int, do func(i int) error) (int, error) {
	const stride = 7919
	var next atomic.Int64
	var failed atomic.Pointer[error]
	begin := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for failed.Load() == nil && (t == 0 || time.Since(begin) < t) {
				i := int(next.Add(1)) - 1
				if t > 0 {
					i = (h.stock.at + i) * stride
				}
				if err := do(i); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	all.Wait()
	n := int(next.Load())
	h.stock.at += n
	if err := failed.Load(); err != nil && !errors.Is(*err, errEnough) {
		return n, *err
	}
	if t == 0 {
		n -= callers // those that found nothing left
	}
	return max(1, n), nil
}

// fill adds fillChunk licenses.
func (h *host) fill(ctx context.Context) error {
	var made []license.Issued
	err := h.app.DB.WriteBulk(ctx, func(tx *db.Tx) error {
		item, err := catalog.Resolve(tx, h.pub.ID, perpetual, nil)
		if err != nil {
			return err
		}
		float, err := catalog.Resolve(tx, h.pub.ID, floating, nil)
		if err != nil {
			return err
		}
		one := license.IssueInput{Holder: h.pub.Root, Item: item, PerUnit: true}
		plain, keyed, floor := one, one, one
		plain.Quantity, keyed.Quantity, keyed.Keys = fillChunk-fillKeys-fillFloors-fillShared, fillKeys, true
		floor.PerUnit, floor.Quantity = false, floorSeats
		shared := floor
		shared.Item, shared.Quantity = float, seatsPerTicket
		in := []license.IssueInput{plain, keyed}
		for range fillFloors {
			in = append(in, floor)
		}
		for range fillShared {
			in = append(in, shared)
		}
		made, err = h.app.Lic.Issue(tx, actor.System(h.pub.ID), in)
		return err
	})
	for i, m := range made {
		h.stock.keys = append(h.stock.keys, m.Keys...)
		switch m.Quantity {
		case floorSeats:
			h.stock.codes = append(h.stock.codes, m.Code)
		case seatsPerTicket:
			h.stock.shared = append(h.stock.shared, m.Code)
		}
		if i%100 == 0 {
			h.stock.tickets = append(h.stock.tickets, m.Ticket.String())
		}
	}
	return err
}

// takeShared takes all places of the floating licenses that have none taken.
func (h *host) takeShared(ctx context.Context) (int, error) {
	w := where{Publisher: h.pub.ID, Salt: h.pub.Salt}
	var asks [][]byte
	for _, code := range h.stock.shared {
		for range seatsPerTicket {
			d, err := newDevice(w)
			if err != nil {
				return 0, err
			}
			token, err := d.takes(w, code, "")
			if err != nil {
				return 0, err
			}
			asks = append(asks, token)
		}
	}
	h.stock.shared = nil
	holds := make([]license.LeaseHold, len(asks))
	_, err := h.many(0, 64, func(i int) error {
		if i >= len(asks) {
			return errEnough
		}
		g, err := h.app.Lic.Lease(ctx, stranger, asks[i])
		if err == nil {
			holds[i] = license.LeaseHold{Publisher: h.pub.ID, Lease: g.Lease, Fence: g.Fence, Secret: g.Secret}
		}
		return err
	})
	h.stock.holds = append(h.stock.holds, holds...)
	return len(holds), err
}

// signAsks signs the requests of the next opActivate.
func (h *host) signAsks(context.Context) error {
	w := where{Publisher: h.pub.ID, Salt: h.pub.Salt}
	for i := range growAsks {
		code := h.stock.codes[(h.stock.at+i*7919)%len(h.stock.codes)]
		token, err := activation(w, code)
		if err != nil {
			return err
		}
		h.asks = append(h.asks, token)
	}
	return nil
}

// Grown is how the cost of an operation grows with the number of licenses.
type Grown struct {
	Operation string
	Engine    db.Engine
	Sizes     []float64 // licenses
	Costs     []float64 // processor time in microseconds per operation, with PostgreSQL's part
	Slope     float64   // exponent: 0 = the same at any size, 1 = twice at twice the size
}

// growRounds is how often each operation is measured at each size.
const growRounds = 3

// Growth fills a database of each engine to 1,000, 10,000 … limit licenses and
// measures at each size.
func Growth(ctx context.Context, o Options, limit int) (out []Grown, err error) {
	engines := []db.Engine{db.SQLite}
	if o.Database != "" {
		engines = append(engines, db.Postgres)
	}
	for _, e := range engines {
		some, err := growth(ctx, o, e, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func growth(ctx context.Context, o Options, e db.Engine, limit int) (out []Grown, err error) {
	o.Fsync = 0 // it costs no processor time
	l, err := newLab(ctx, o, e)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := l.close(ctx); err == nil {
			err = e
		}
	}()
	s := l.benches[0]
	ops := []string{opFill, opValidate, opActivate, opBeat, opList}
	out = make([]Grown, len(ops))
	for i, op := range ops {
		out[i] = Grown{Operation: op, Engine: e}
	}
	have := 0
	for size := fillChunk; size <= limit; size *= 10 {
		for i, op := range ops {
			cost, err := l.growOp(ctx, s, op, size-have)
			if err != nil {
				return nil, err
			}
			if op == opFill {
				have = size
				if err := s.server.call(ctx, "grow", growOrder{Op: "lease"}, nil); err != nil {
					return nil, err
				}
				if err := s.server.call(ctx, "analyze", nil, nil); err != nil {
					return nil, err
				}
				if size == fillChunk {
					continue // cold caches, and too short
				}
			}
			out[i].Sizes, out[i].Costs = append(out[i].Sizes, float64(size)), append(out[i].Costs, cost)
		}
		l.Tell("growth on " + string(e) + ": " + strconv.Itoa(size) + " licenses")
	}
	for i := range out {
		out[i].Slope = slope(out[i].Sizes, out[i].Costs)
	}
	return out, nil
}

// growOp returns the processor time per operation in microseconds.
func (l *lab) growOp(ctx context.Context, s *station, op string, fill int) (float64, error) {
	rounds := growRounds
	if op == opFill {
		rounds = 1
	}
	var costs []float64
	for range rounds {
		if op == opActivate {
			if err := s.server.call(ctx, "grow", growOrder{Op: "sign"}, nil); err != nil {
				return 0, err
			}
		}
		before := l.meter(s.server.pid)
		var n int
		if err := s.server.call(ctx, "grow", growOrder{Op: op, N: fill}, &n); err != nil {
			return 0, err
		}
		u := l.since(before)
		costs = append(costs, float64((u.server+u.postgres).Microseconds())/float64(max(1, n)))
	}
	return Median(costs), nil
}
