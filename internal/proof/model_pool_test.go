package proof_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/wire"
)

// grant is a lease as its holder gets it.
type grant struct {
	Lease  string
	Fence  int64
	Secret string
	Ends   time.Time
	Lines  []string
}

// hold is what a holder shows.
func (u *use) hold(issuer string) map[string]any {
	return map[string]any{"iss": issuer, "lease": u.grant.Lease, "fence": u.grant.Fence, "secret": u.grant.Secret}
}

// pools is a license whose places are leased and lent.
func (g *game) pools(t *rapid.T) *right {
	return pick(t, "pool", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.pool == nil || r.state == "replaced" }))
}

// renewPool says that a license took the place of a pool.
func (g *game) renewPool(r *right) {
	r.family.pool.right = r
	r.family.pool.uses, r.family.pool.fence = nil, 0
}

// program posts what a program says.
func (g *game) program(t *rapid.T, path, kind string, body []byte) answer {
	a, err := g.n.send(call{method: http.MethodPost, path: path, body: body, kind: kind, open: true})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (g *game) lease(t *rapid.T) {
	d, r := g.device(t, whichever), g.pools(t)
	p := r.pool
	u := &use{by: d, at: d.now(), state: "live"}
	var err error
	u.token, err = wire.SignClaims(d.key, &wire.LeaseRequest{
		Issuer: g.w.issuer, Nonce: newNonce(), IssuedAt: u.at.Unix(), Container: d.keys, Fingerprint: d.parts, Code: r.ticket.code,
		LicenseID: r.id, Holder: wire.Holder{Kind: map[bool]wire.HolderKind{true: wire.PerMachine, false: wire.PerProcess}[p.machine]},
	})
	if err != nil {
		t.Fatal(err)
	}
	refusal := p.lease(d, u.at, g.now())
	a := g.program(t, "/lease", "text/plain", []byte(u.token))
	g.same(t, a, refusal, d.name+", lease")
	v, ok := parsed[grant](t, a)
	if !ok {
		return
	}
	if v.Fence <= p.fence {
		t.Fatalf("a lease has the fence %d, one before had %d", v.Fence, p.fence)
	}
	p.fence = v.Fence
	u.grant, u.seats, u.from = v, p.need(d), g.now()
	p.uses = append(p.uses, u)
	r.begun = true
	if !d.known {
		d.known, d.first = true, 1
	}
	g.learns(t, u, v)
}

// learns has a holder read its lease.
func (g *game) learns(t *rapid.T, u *use, v grant) {
	u.until = g.now().Add(leaseTime)
	raw := []byte(strings.Join(v.Lines, "\n"))
	trust, err := wire.NewTrust(g.w.pins)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if hint, err := wire.Peek(line); err == nil && hint.Type == wire.TypeLicense {
			l, err := wire.OpenIssued[wire.License](trust, line)
			if err != nil || l.Lease.Fence != u.grant.Fence || l.Container.Key != u.by.keys.Hash() {
				t.Fatalf("%+v, %v", l, err)
			}
			u.copy = time.Unix(l.Expires, 0)
			if off := u.until.Sub(u.copy); off < -time.Second || off > 10*time.Second {
				t.Fatalf("a lease ends at %v, the model says %v", u.copy, u.until)
			}
			return
		}
		if err := trust.Extend(line); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("there is no license in %s", raw)
}

// use is one of the leases that are so.
func (g *game) use(t *rapid.T, is func(*use) bool) (*pool, *use) {
	p := g.pools(t).pool
	return p, pick(t, "lease", slices.DeleteFunc(slices.Clone(p.uses), func(u *use) bool { return !is(u) }))
}

func anyUse(*use) bool { return true }

func (g *game) renew(t *rapid.T) {
	p, u := g.use(t, anyUse)
	raw, err := json.Marshal(u.hold(g.w.issuer))
	if err != nil {
		t.Fatal(err)
	}
	refusal := p.renews(u)
	a := g.program(t, "/lease/renew", "application/json", raw)
	g.same(t, a, refusal, u.by.name+", renew")
	if v, ok := parsed[grant](t, a); ok {
		g.learns(t, u, v)
	}
}

// again has a copy of a request arrive that has got its lease.
func (g *game) again(t *rapid.T) {
	now := g.now()
	p, u := g.use(t, func(u *use) bool { return u.state != "forgotten" }) // a copy that is later still gets a place of its own
	refusal := p.renews(u)
	if u.at.Sub(now).Abs() > farOff {
		refusal = "license.clock_off"
	}
	a := g.program(t, "/lease", "text/plain", []byte(u.token))
	g.same(t, a, refusal, u.by.name+", lease again")
	if v, ok := parsed[grant](t, a); ok && (v.Lease != u.grant.Lease || v.Fence != u.grant.Fence) {
		t.Fatalf("a copy of a request got %+v, the request %+v", v, u.grant)
	}
}

func (g *game) end(t *rapid.T) {
	p, u := g.use(t, anyUse)
	raw, err := json.Marshal(u.hold(g.w.issuer))
	if err != nil {
		t.Fatal(err)
	}
	g.same(t, g.program(t, "/lease/end", "application/json", raw), "", u.by.name+", end")
	p.end(u, g.now())
}

// release ends somebody's lease at once, who goes on until it knows.
func (g *game) release(t *rapid.T) {
	p, u := g.use(t, func(u *use) bool { return u.seats > 0 || u.state == "live" })
	g.staff(t, "/leases/"+u.grant.Lease+"/release", because(), "")
	u.forced = u.state == "live"
	p.vacate(u, g.now())
}

// leases compares who holds places.
func (g *game) leases(t *rapid.T, r *right) {
	var page struct {
		Items []struct {
			ID    string
			Seats int64
			State string
		}
	}
	if _, err := g.n.get("/licenses/"+r.id+"/leases?limit=500", &page); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, one := range page.Items {
		if one.State == "ended" {
			continue
		}
		seen++
		i := slices.IndexFunc(r.pool.uses, func(u *use) bool { return u.grant.Lease == one.ID })
		if i < 0 || r.pool.uses[i].state != one.State || !r.pool.machine && r.pool.uses[i].seats != one.Seats {
			t.Fatalf("the server has the lease %+v", one)
		}
	}
	for _, u := range r.pool.uses {
		if u.state == "live" || u.state == "lingering" {
			seen--
		}
	}
	if seen != 0 {
		t.Fatalf("the server has %d leases more than the model", seen)
	}
}

// usable is how many copies of a pool may run now, and how many of them because
// staff have taken their places.
func (p *pool) usable(now time.Time) (n, forced int64) {
	seen := map[*device]bool{}
	for _, u := range p.uses {
		if !now.Before(u.copy.Add(leaseGrace)) || p.machine && seen[u.by] {
			continue
		}
		seen[u.by] = true
		n++
		if u.forced {
			forced++
		}
	}
	return n, forced
}

// consume takes units by the license's key, or asks again.
func (g *game) consume(t *rapid.T) {
	r := pick(t, "meter", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.meter == nil || r.state == "replaced" }))
	m := r.meter
	if len(m.said) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
		g.consumeAgain(t, r, pick(t, "question", m.said))
		return
	}
	c := &consumption{nonce: newNonce(), units: rapid.SampledFrom([]int64{1, 400, 1000, 1700}).Draw(t, "units")}
	m.said = append(m.said, c)
	g.consumeAgain(t, r, c)
}

func (g *game) consumeAgain(t *rapid.T, r *right, c *consumption) {
	raw, err := json.Marshal(map[string]any{"key": r.meter.key, "nonce": c.nonce, "units": c.units})
	if err != nil {
		t.Fatal(err)
	}
	refusal := ""
	if c.body == nil {
		refusal = r.consume(c.units)
	}
	a := g.program(t, "/consume", "application/json", raw)
	g.same(t, a, refusal, "consume")
	switch {
	case !a.ok():
	case c.body == nil:
		c.body = a.body
		v, _ := parsed[struct{ Units, Spent, Left int64 }](t, a)
		if v.Units != c.units || v.Spent != r.meter.direct || v.Left != r.left() {
			t.Fatalf("consumed %+v, the model says %d spent, %d left", v, r.meter.direct, r.left())
		}
	case !bytes.Equal(c.body, a.body):
		t.Fatalf("consumed again: %s, before %s", a.body, c.body)
	}
}
