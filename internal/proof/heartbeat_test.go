package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// heartbeatPoints are the named fail points that a heartbeat passes.
var heartbeatPoints = []string{"db.before_commit", "db.after_commit", "license.before_sign"}

// TestCrashOfHeartbeats kills the server while programs renew their leases: whatever
// heartbeat was accepted is there afterwards, and nobody has lost a place.
func TestCrashOfHeartbeats(t *testing.T) {
	kills := 24
	switch {
	case deep:
		kills = 1000
	case testing.Short():
		kills = 3
	}
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			url := ""
			if e == db.Postgres {
				url = dbtest.DurablePostgres(t).URL()
			}
			w := newWorld(t, url)
			p := newPulse(t, w)
			p.run(kills)
		})
	}
}

// pulse is programs that renew their leases.
type pulse struct {
	t     *testing.T
	w     *world
	n     *node
	pause sync.RWMutex // held shared during a heartbeat
	quit  atomic.Bool
	beats atomic.Int64
	uses  []*heart
}

// heart is one lease, with the latest end that its holder was told.
type heart struct {
	hold []byte // what it says
	id   string
	ends time.Time
}

const hearts = 8

func newPulse(t *testing.T, w *world) *pulse {
	p := &pulse{t: t, w: w, n: w.node()}
	v, a, err := p.n.order(document{
		Source: source, Number: "float", Revision: 1, Mode: "complete", Buyer: party{"C-1"}, Lines: []documentLine{{"1", articleFloat, hearts}},
	}, "float")
	if err != nil || !a.ok() {
		t.Fatalf("%v, %v", a, err)
	}
	for range hearts {
		h, err := p.lease(v.Lines[0].Tickets[0].Code)
		must(t, err)
		p.uses = append(p.uses, h)
	}
	return p
}

// lease takes a place.
func (p *pulse) lease(code string) (*heart, error) {
	b, err := p.w.box()
	if err != nil {
		return nil, err
	}
	token, err := wire.SignClaims(b.key, &wire.LeaseRequest{
		Issuer: p.w.issuer, Nonce: newNonce(), IssuedAt: p.w.clock.now().Unix(), Container: b.keys, Fingerprint: b.parts, Code: code,
		Holder: wire.Holder{Kind: wire.PerProcess},
	})
	if err != nil {
		return nil, err
	}
	a, err := p.n.send(call{method: http.MethodPost, path: "/lease", body: []byte(token), kind: "text/plain", open: true})
	if err != nil || !a.ok() {
		return nil, fmt.Errorf("no lease: %v, %v", a, err)
	}
	var g struct {
		Lease  string    `json:"lease"`
		Fence  int64     `json:"fence"`
		Secret string    `json:"secret"`
		Ends   time.Time `json:"ends"`
	}
	if err := json.Unmarshal(a.body, &g); err != nil {
		return nil, err
	}
	hold, err := json.Marshal(map[string]any{"iss": p.w.issuer, "lease": g.Lease, "fence": g.Fence, "secret": g.Secret})
	return &heart{hold: hold, id: g.Lease, ends: g.Ends}, err
}

// beat renews a lease once, and notes what was accepted.
func (p *pulse) beat(h *heart) error {
	a, err := p.n.send(call{method: http.MethodPost, path: "/lease/renew", body: h.hold, kind: "application/json", open: true})
	if err != nil || !a.ok() {
		return fmt.Errorf("a heartbeat is answered with %v, %v", a, err)
	}
	var r struct {
		Ends time.Time `json:"ends"`
	}
	if err := json.Unmarshal(a.body, &r); err != nil {
		return err
	}
	if r.Ends.Before(h.ends) {
		return fmt.Errorf("a lease ends at %v, before at %v", r.Ends, h.ends)
	}
	h.ends = r.Ends
	p.beats.Add(1)
	return nil
}

func (p *pulse) run(kills int) {
	var group sync.WaitGroup
	failed := make(chan error, hearts)
	for _, h := range p.uses {
		group.Go(func() {
			for !p.quit.Load() {
				p.pause.RLock()
				err := p.beat(h)
				p.pause.RUnlock()
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	defer group.Wait()
	defer p.quit.Store(true)
	for round := range kills {
		p.kill(round)
		if err := p.audit(); err != nil {
			p.t.Error(err)
			return
		}
		select {
		case err := <-failed:
			p.t.Error(err)
			return
		default:
		}
	}
	p.quit.Store(true)
	group.Wait()
	p.t.Logf("%d kills, %d accepted heartbeats, none lost", kills, p.beats.Load())
	if p.beats.Load() < int64(kills) {
		p.t.Errorf("only %d heartbeats between %d kills", p.beats.Load(), kills)
	}
}

// kill ends the server at a fail point in turn, or at any moment, and starts it again.
func (p *pulse) kill(round int) {
	if round%4 == 3 {
		<-time.After(time.Duration(rand.IntN(60_000)) * time.Microsecond) // a moment that nobody can foresee
		p.n.kill()
	} else {
		p.n.arm(heartbeatPoints[round%len(heartbeatPoints)], 1+rand.IntN(12))
		p.n.dies(5 * time.Second)
	}
	p.n.start()
}

// audit holds the database against what was told: every lease lives at least until
// the end that its holder knows, and has its place.
func (p *pulse) audit() error {
	p.pause.Lock()
	defer p.pause.Unlock()
	ctx := context.Background()
	d, err := db.Open(ctx, p.w.options())
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Read(ctx, func(r *db.Reader) error {
		type row struct {
			id    db.ID[heart]
			state string
			seats int64
			ends  db.Time
		}
		rows, err := db.List(r, func(r *db.Rows) (x row, err error) {
			return x, r.Scan(&x.id, &x.state, &x.seats, &x.ends)
		}, qHearts)
		if err != nil {
			return err
		}
		found := map[string]row{}
		for _, x := range rows {
			found[x.id.String()] = x
		}
		for _, h := range p.uses {
			x, ok := found[h.id]
			if !ok || x.state != "live" || x.seats != 1 || x.ends.Before(h.ends) {
				return fmt.Errorf("lease %s was told to end at %v and is %+v", h.id, h.ends, x)
			}
		}
		var used int64
		if err := r.QueryRow(qHeartsUsed).Scan(&used); err != nil || used != hearts {
			return fmt.Errorf("%d places are used, not %d (%v)", used, hearts, err)
		}
		return nil
	})
}

var (
	qHearts     = db.SQL("proof.hearts", `SELECT id, state, seats, ends_at FROM floating_lease`)
	qHeartsUsed = db.SQL("proof.hearts_used", `SELECT CAST(SUM(used) AS BIGINT) FROM license`)
)
