package proof_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

const (
	racers = 64
	last   = 10 // seats
)

// fleets runs fn on servers that share a world: one on SQLite, one on
// PostgreSQL, and two on PostgreSQL.
func fleets(t *testing.T, fn func(t *testing.T, w *world, nodes []*node)) {
	t.Helper()
	for _, f := range []struct {
		name   string
		engine db.Engine
		nodes  int
	}{{"sqlite", db.SQLite, 1}, {"postgres", db.Postgres, 1}, {"postgres, two servers", db.Postgres, 2}} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			url := ""
			if f.engine == db.Postgres {
				url = dbtest.Postgres(t)
			}
			w := newWorld(t, url)
			var nodes []*node
			for range f.nodes {
				nodes = append(nodes, w.node())
			}
			fn(t, w, nodes)
		})
	}
}

// together runs fn n times at once and joins the errors.
func together(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var ready, group sync.WaitGroup
	ready.Add(n)
	for i := range n {
		group.Go(func() {
			ready.Done()
			ready.Wait()
			errs[i] = fn(i)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// TestRaceSeats lets 64 devices ask at the same moment for the last 10 seats of
// a ticket, each of them twice: 10 get one, the others are told why not, and the
// repetition changes nothing.
func TestRaceSeats(t *testing.T) {
	rounds := 15
	if deep {
		rounds = 3400 // of three fleets: 10,200 races
	}
	fleets(t, func(t *testing.T, w *world, nodes []*node) {
		for round := range rounds {
			raceSeats(t, w, nodes, fmt.Sprint("race-", round))
		}
		must(t, w.sound())
		t.Logf("%d races, %d attempts for %d seats, never one too many", rounds, rounds*racers, rounds*last)
	})
}

func raceSeats(t *testing.T, w *world, nodes []*node, number string) {
	t.Helper()
	d := document{Source: source, Number: number, Mode: "complete", Buyer: party{"C-race"}, Lines: []documentLine{{"1", articleSeats, last}}}
	v, a, err := nodes[0].order(d, number)
	if err != nil || !a.ok() {
		t.Fatal(a, err)
	}
	ticket := v.Lines[0].Tickets[0]
	boxes, messages := make([]*box, racers), make([]message, racers)
	for i := range racers {
		boxes[i], err = w.box()
		must(t, err)
		messages[i], err = boxes[i].activate(ticket.Code)
		must(t, err)
	}
	answers := make([]answer, 2*racers)
	must(t, together(2*racers, func(i int) error {
		var err error
		answers[i], err = nodes[rand.IntN(len(nodes))].exchange(messages[i%racers])
		return err
	}))
	s := seats{ticket: ticket.ID}
	for i, b := range boxes {
		one, two := answers[i], answers[racers+i]
		if one.status != two.status || one.ok() && string(one.body) != string(two.body) || one.code() != two.code() {
			t.Fatalf("%s: the same message was answered with %v and with %v", number, one, two)
		}
		if !one.ok() {
			if one.code() != "license.no_seat" {
				t.Fatalf("%s: %v", number, one)
			}
			continue
		}
		u, err := b.read(messages[i], one.body)
		must(t, err)
		b.install(u)
		s.used, s.in = s.used+1, append(s.in, b)
	}
	if s.used != last {
		t.Fatalf("%s: %d of %d seats were given", number, s.used, last)
	}
	must(t, nodes[len(nodes)-1].seated(&s, last))
}

// TestRaceOrders sends each of several versions of an order three times with the
// same key, all of them shuffled and at once: the order is its newest version,
// once.
func TestRaceOrders(t *testing.T) {
	orders := 8
	if deep {
		orders = 1000
	}
	fleets(t, func(t *testing.T, w *world, nodes []*node) {
		for i := range orders {
			raceOrder(t, nodes, fmt.Sprint("O-", i))
		}
		must(t, w.sound())
		t.Logf("%d orders, each of 4 versions sent three times at once, one effect each", orders)
	})
}

const versions = 4

func raceOrder(t *testing.T, nodes []*node, number string) {
	t.Helper()
	var all []document
	for rev := int64(1); rev <= versions; rev++ {
		all = append(all, document{
			Source: source, Number: number, Revision: rev, Mode: "complete", Buyer: party{"N-" + number}, // a customer who is new
			Lines: []documentLine{{"1", articleSeats, 1 + rand.Int64N(5)}, {"2", articleSingle, 1 + rand.Int64N(4)}},
		})
	}
	turn := rand.Perm(3 * versions)
	must(t, together(len(turn), func(i int) error {
		d := all[turn[i]%versions]
		v, a, err := nodes[rand.IntN(len(nodes))].order(d, fmt.Sprint(number, "-", d.Revision))
		if err != nil || !a.ok() {
			return fmt.Errorf("order %s, version %d: %v, %w", number, d.Revision, a, err)
		}
		return v.whole()
	}))
	v, ok, err := nodes[0].byNumber(number)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	must(t, v.fits(all[versions-1]))
	for _, n := range nodes {
		again, a, err := n.order(all[versions-1], fmt.Sprint(number, "-", versions))
		if err != nil || !a.ok() || !maps.Equal(ids(again.tickets()), ids(v.tickets())) {
			t.Fatalf("order %s, sent again: %v, %v", number, a, err)
		}
	}
	var found struct{ Items []struct{ Number string } }
	_, err = nodes[0].get("/organizations?number=N-"+number, &found)
	must(t, err)
	same := 0
	for _, o := range found.Items {
		if o.Number == "N-"+number {
			same++
		}
	}
	if same != 1 {
		t.Fatalf("order %s made its customer %d times", number, same)
	}
}

func ids(tickets map[string]string) map[string]bool {
	out := map[string]bool{}
	for id := range tickets {
		out[id] = true
	}
	return out
}
