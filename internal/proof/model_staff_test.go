package proof_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// staff sends something that staff does; the answer is what the model says.
func (g *game) staff(t *rapid.T, path string, in any, refusal string) answer {
	a, err := g.n.post(path, in)
	if err != nil {
		t.Fatal(err)
	}
	g.same(t, a, refusal, path)
	return a
}

// because is why support acts for a customer.
func because(more ...any) map[string]any {
	out := map[string]any{"reason": map[string]string{"code": "request"}}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// conflict is the refusal of a license that is gone.
func (r *right) conflict() string {
	if r.gone() {
		return "license.license_state"
	}
	return ""
}

func (g *game) recall(t *rapid.T) {
	r, refusal := g.right(t), ""
	if r.state == "replaced" {
		refusal = "license.license_state"
	}
	g.staff(t, "/licenses/recall", because("licenses", []string{r.id}), refusal)
	if refusal == "" {
		r.recall(g.now())
	}
}

func (g *game) block(t *rapid.T) {
	r := g.right(t)
	if g.staff(t, "/licenses/"+r.id+"/block", because(), r.conflict()).ok() {
		r.state = "blocked"
	}
}

func (g *game) unblock(t *rapid.T) {
	r := pick(t, "license", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.state == "available" }))
	if g.staff(t, "/licenses/"+r.id+"/unblock", because(), r.conflict()).ok() {
		r.state = "available"
		r.version++
	}
}

func (g *game) blockTickets(t *rapid.T)   { g.ticketsTo(t, "block", "issued", "blocked") }
func (g *game) unblockTickets(t *rapid.T) { g.ticketsTo(t, "unblock", "blocked", "issued") }

// ticketsTo blocks all tickets that are open, or unblocks those that are not.
func (g *game) ticketsTo(t *rapid.T, do, from, to string) {
	all := slices.DeleteFunc(slices.Clone(g.tickets), func(k *ticket) bool { return k.state != from })
	if len(all) == 0 {
		t.Skip("they are")
	}
	for _, k := range all {
		g.staff(t, "/tickets/"+k.id+"/"+do, because(), "")
		k.state = to
	}
}

// evict ends one place by what staff has for it. All but the first free it at once;
// the owner of a device that is gone draws on the allowance.
func (g *game) evict(t *rapid.T) {
	r, d := g.spot(t, func(r *right, d *device) bool { return r.live[d] != nil })
	how := rapid.SampledFrom([]string{"return", "return", "move", "restore", "evict"}).Draw(t, "how")
	p := r.live[d]
	refusal := p.moves(how)
	g.staff(t, "/activations/"+g.activation(t, r, d).ID+"/"+how, because(), refusal)
	switch {
	case refusal != "":
	case how != "return":
		r.free(d, "away")
	case p.leaving == "":
		p.leaving, p.told, p.version = "returned", 0, -1
	}
}

// rescue is the owner's eviction of a device that is gone.
func (g *game) rescue(t *rapid.T) {
	r, d := g.spot(t, func(r *right, d *device) bool { return r.family == g.seats && r.live[d] != nil })
	raw, err := json.Marshal(because())
	if err != nil {
		t.Fatal(err)
	}
	refusal := r.closed() // it would cost a restore and give nothing
	if refusal == "" && !r.allowed(g.now()) {
		refusal = "license.restore_wait"
	}
	a, err := g.n.send(call{
		method: http.MethodPost, path: "/activations/" + g.activation(t, r, d).ID + "/evict", body: raw, kind: "application/json",
		retry: newNonce(), key: g.w.owner,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.same(t, a, refusal, "rescue")
	if a.ok() {
		r.free(d, "away")
		r.restores = append(r.restores, g.now())
	}
}

// extend moves the end out; a device learns of it at its next contact.
func (g *game) extend(t *rapid.T) {
	r := pick(t, "license", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.name != "year" || !r.begun }))
	v := g.license(t, r)
	if v.LastDay == "" {
		t.Skip("has not begun")
	}
	last, err := time.Parse(time.DateOnly, v.LastDay)
	if err != nil {
		t.Fatal(err)
	}
	until := last.AddDate(0, 0, 10).Format(time.DateOnly)
	if g.staff(t, "/licenses/"+r.id+"/extend", because("until", until), r.conflict()).ok() {
		r.extended += 10
		r.version++
	}
}

// accept lets a human decide the case of a suspect device: it goes on with whatever
// counter it has, and with the next generation of what it should hold.
func (g *game) accept(t *rapid.T) {
	d := g.anyDevice(t, func(d *device) bool { return d.suspect })
	id, err := g.n.openCase(d.id())
	if err != nil {
		t.Fatal(err)
	}
	evict := rapid.IntRange(0, 3).Draw(t, "evict") == 0
	decision := map[bool]string{true: "evict", false: "accept"}[evict]
	g.staff(t, "/containers/"+d.id()+"/decide", map[string]string{"decision": "accept"}, "license.case_open")
	g.staff(t, "/cases/"+id+"/decide", map[string]string{"decision": decision, "reason": "the model"}, "")
	g.staff(t, "/cases/"+id+"/decide", map[string]string{"decision": "block", "reason": "the model"}, "license.case_decided")
	d.suspect, d.heard, d.pardon = false, 0, true
	for _, r := range g.rights {
		p := r.live[d]
		switch {
		case p == nil:
		case !p.until.IsZero(): // it stays lent; what was accepted may not know for how long
			if !evict && p.leaving == "" {
				p.version = -1
			}
		case evict || p.leaving == "" && r.meter != nil: // nobody knows how many units are left
			r.free(d, "away")
		case p.leaving == "":
			r.past[d] = ended{p.gen, "away"}
			r.live[d] = &place{gen: p.gen + 1, qty: p.qty, version: -1}
		}
	}
}

func (g *game) acceptNothing(t *rapid.T) {
	d := g.anyDevice(t, func(d *device) bool { return d.known && !d.suspect })
	g.staff(t, "/containers/"+d.id()+"/decide", map[string]string{"decision": "accept"}, "license.container_state")
}

// ticketView is a ticket as staff see it.
type ticketView struct {
	ID       string        `json:"id"`
	Licenses []licenseView `json:"licenses"`
}

// open notes a new ticket.
func (g *game) open(r *right, id, code, holder string) {
	r.ticket = &ticket{id: id, code: code, holder: holder, state: "issued"}
	g.tickets = append(g.tickets, r.ticket)
}

// parsed reads an answer, if it is none of refusal.
func parsed[T any](t *rapid.T, a answer) (v T, ok bool) {
	if !a.ok() {
		return v, false
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatal(err)
	}
	return v, true
}

// ofSeats is a license of the line that is split and merged.
func (g *game) ofSeats(t *rapid.T) *right {
	return pick(t, "part", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.family != g.seats || r.state == "replaced" }))
}

func (g *game) split(t *rapid.T) {
	r, n := g.ofSeats(t), rapid.Int64Range(1, 2).Draw(t, "seats")
	refusal := r.split(n)
	type result struct {
		Ticket ticketView
		Code   string
	}
	v, ok := parsed[result](t, g.staff(t, "/tickets/"+r.ticket.id+"/split", because("quantity", n), refusal))
	if !ok {
		return
	}
	r.seats -= n
	part := r.sibling(n)
	part.id = v.Ticket.Licenses[0].ID
	g.open(part, v.Ticket.ID, v.Code, r.ticket.holder)
	g.rights = append(g.rights, part)
}

func (g *game) merge(t *rapid.T) {
	into, from := g.ofSeats(t), g.ofSeats(t)
	refusal := into.merges(from)
	if !g.staff(t, "/tickets/"+into.ticket.id+"/merge", because("from", from.ticket.id), refusal).ok() {
		return
	}
	from.give(into, g.now())
	from.ticket.state = "into"
}

func (g *game) replace(t *rapid.T) {
	r := g.right(t)
	v, ok := parsed[struct{ License licenseView }](t, g.staff(t, "/licenses/"+r.id+"/replace", because(), r.replaces()))
	if !ok {
		return
	}
	to := r.sibling(0)
	to.id, to.ticket = v.License.ID, r.ticket
	r.give(to, g.now())
	g.rights = append(g.rights, to)
	if to.pool != nil {
		g.renewPool(to)
	}
}

func (g *game) transfer(t *rapid.T) {
	r := pick(t, "license", slices.DeleteFunc(slices.Clone(g.rights), func(r *right) bool { return r.state == "replaced" || r.meter != nil }))
	to := rapid.SampledFrom(g.a.orgs).Draw(t, "holder")
	how := rapid.SampledFrom([]string{"keep", "return"}).Draw(t, "devices")
	type result struct {
		Ticket ticketView
		Code   string
	}
	v, ok := parsed[result](t, g.staff(t, "/tickets/"+r.ticket.id+"/transfer", because("to", to, "devices", how), r.transfers(to)))
	if !ok {
		return
	}
	g.terms++
	r.terms = g.terms
	r.version++
	r.ticket.holder = to
	if how == "return" {
		r.ticket.state = "handed"
		g.open(r, v.Ticket.ID, v.Code, to)
		r.askBack(g.now())
	}
}
