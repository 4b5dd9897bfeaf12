package proof_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

func (g *game) minutes(t *rapid.T) {
	g.pass(t, time.Duration(rapid.IntRange(1, 20).Draw(t, "minutes"))*time.Minute)
}

func (g *game) hours(t *rapid.T) {
	g.pass(t, time.Duration(rapid.IntRange(1, 30).Draw(t, "hours"))*time.Hour)
}

// days lets so much time pass that everything rests.
func (g *game) days(t *rapid.T) { g.pass(t, 4*24*time.Hour) }

// pass lets time pass, and ends what is over by then.
func (g *game) pass(t *rapid.T, by time.Duration) {
	if err := g.w.advance(g.n, by); err != nil {
		t.Fatal(err)
	}
	if err := g.n.sweep(); err != nil {
		t.Fatal(err)
	}
	for _, r := range g.rights {
		if r.pool != nil && r.pool.right == r {
			r.pool.pass(g.now())
		}
	}
}

// crash kills the server now, or at a fail point on the way of a request to
// come. Whoever asks then, asks again until it is answered.
func (g *game) crash(t *rapid.T) {
	point := pick(t, "point", []string{"db.before_commit", "db.after_commit", "license.before_sign", "license.before_send", ""})
	if point == "" {
		g.a.keeper.kill()
		return
	}
	g.n.try(fmt.Sprint("arm ", point, " 1"))
}

// agrees compares the server's places of one license with the model's after every
// other step, of each in turn: what is wrong stays wrong until the next look.
func (g *game) agrees(t *rapid.T) {
	if g.looks++; g.looks%2 == 0 {
		g.compare(t, g.rights[g.looks/2%len(g.rights)])
	}
}

func (g *game) compare(t *rapid.T, r *right) {
	l := g.license(t, r)
	if l.State != r.state || l.Used != r.used() || l.Used > l.Limit || l.Limit != r.seats {
		t.Fatalf("the server says %+v, the model: %s, %s, %d of %d used", l, r.name, r.state, r.used(), r.seats)
	}
	acts, err := g.n.activationsOf(r.id)
	if err != nil {
		t.Fatal(err)
	}
	acts = slices.DeleteFunc(acts, func(a activationView) bool { return !a.live() })
	if len(acts) != len(r.live) {
		t.Fatalf("the server has %+v live, the model %d", acts, len(r.live))
	}
	for _, a := range acts {
		i := slices.IndexFunc(g.devices, func(d *device) bool { return d.id() == a.Container })
		if i < 0 {
			t.Fatalf("%+v is in no device", a)
		}
		if p := r.live[g.devices[i]]; p == nil || p.gen != a.Gen || p.qty != a.Quantity || p.state() != a.State && (p.leaving != "" || !p.until.IsZero()) {
			t.Fatalf("the server has %+v live, the model %+v", a, p)
		}
	}
	if r.pool != nil && r.pool.right == r {
		g.leases(t, r)
	}
	g.bounded(t, r.family)
}

// state is what the server calls a place that does not simply stay.
func (p *place) state() string {
	switch {
	case p.leaving == "recalled":
		return "recall_pending"
	case p.leaving == "returned":
		return "return_requested"
	case !p.until.IsZero():
		return "lent"
	}
	return "confirmed"
}

// bounded looks at the devices themselves: what runs on them of an order line is
// never more than was sold, and what was given on without its device, which is told
// so at its next contact. What a device was set back to is its own copy.
func (g *game) bounded(t *rapid.T, f *family) {
	var copies, leases, forced, sold int64
	now := g.now()
	for _, r := range g.rights {
		if r.family != f {
			continue
		}
		if r.state != "replaced" {
			sold += r.seats
		}
		for _, d := range g.devices {
			c := d.held[r.id]
			if c == nil || c.blocked || d.back[r.id] || r.pool != nil && now.Unix() >= c.expires+int64(leaseGrace.Seconds()) {
				continue
			}
			if r.state == "replaced" && r.live[d] != nil && d.typists[f] {
				continue // a typed answer brought the successor and could not say what goes
			}
			copies += c.qty
		}
	}
	if f.pool != nil {
		leases, forced = f.pool.usable(now)
	}
	if copies+leases > f.ordered+f.away+forced || sold != f.ordered {
		t.Fatalf("%s: %d copies and %d leases run, %d were sold, %d given on without their device, %d leases ended before their time", f.name, copies, leases, f.ordered, f.away, forced)
	}
}
