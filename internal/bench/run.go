package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/licet/licet/internal/db"
)

// RunOptions say what Run measures.
type RunOptions struct {
	Options
	Scenario Scenario
	Callers  int           // connections; 0 = those of the target
	Rate     float64       // requests per second that are due; 0 = closed loop
	Time     time.Duration // of each stretch; 0 = 2 s
	Rounds   int           // 0 = 5
	Tickets  int64         // of ticket-bulk; 0 = 100,000
	Overload bool          // after each stretch one in which three times as much is asked
	Profile  string        // file for a processor profile of the server; "" = none
}

// Report is what a run found, with every raw stretch.
type Report struct {
	Host    Host
	Samples []Sample
	Over    []Sample     `json:",omitempty"` // with three times as much asked as in Samples
	Bulk    []BulkSample `json:",omitempty"`
}

// engineOf is PostgreSQL when there is an address of one.
func (o *Options) engine() db.Engine {
	if o.Database != "" {
		return db.Postgres
	}
	return db.SQLite
}

// Run measures one scenario on one engine: E, the scenario, E, the scenario …
func Run(ctx context.Context, o RunOptions) (r Report, err error) {
	if o.Callers == 0 {
		o.Callers = callersOf[o.Scenario]
	}
	if o.Time == 0 {
		o.Time = 2 * time.Second
	}
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	l, err := newLab(ctx, o.Options, o.engine())
	if err != nil {
		return r, err
	}
	defer func() {
		if e := l.close(ctx); err == nil {
			err = e
		}
	}()
	r.Host = hostFacts()
	s := l.benches[0]
	if o.Scenario == Bulk {
		r.Bulk, err = l.bulkRounds(ctx, s, o)
		return r, err
	}
	if !o.Inside {
		if err := l.warm(ctx, s, o.Scenario, o.Callers); err != nil {
			return r, err
		}
	}
	for round := range o.Rounds {
		e, err := l.measureEcho(ctx, echoSign, o.Time, round)
		if err != nil {
			return r, err
		}
		one := load{scenario: o.Scenario, callers: o.Callers, rate: o.Rate, time: o.Time, round: round}
		if round == o.Rounds-1 && !o.Overload {
			one.profile = o.Profile
		}
		sample, err := l.measure(ctx, s, one)
		if err != nil {
			return r, err
		}
		sample.against(e)
		r.Samples = append(r.Samples, e, sample)
		l.Tell(fmt.Sprintf("round %d of %d: E %.0f/s, %s %.0f/s, ratio %.2f, by CPU %.2f", round+1, o.Rounds, e.Rate, o.Scenario, sample.Rate, sample.Ratio, sample.CPURatio))
		if !o.Overload {
			continue
		}
		much := overloaded(o.Scenario, overload*sample.Rate, o.Time, round)
		if round == o.Rounds-1 {
			much.profile = o.Profile
		}
		over, err := l.measure(ctx, s, much)
		if err != nil {
			return r, err
		}
		r.Over = append(r.Over, over)
	}
	return r, nil
}

// warmTime is long enough for prepared statements, caches and connections.
const warmTime = 300 * time.Millisecond

// warm drives E and a scenario without looking at the figures.
func (l *lab) warm(ctx context.Context, s *station, scenario Scenario, callers int) error {
	if _, err := l.measureEcho(ctx, echoSign, warmTime, -1); err != nil {
		return err
	}
	_, err := l.measure(ctx, s, load{scenario: scenario, callers: callers, time: warmTime, round: -1})
	return err
}

// BulkSample is one large order.
type BulkSample struct {
	Engine    db.Engine
	Round     int
	Tickets   int64
	Took      time.Duration // until the last ticket
	CPU       time.Duration // per ticket with its license, until it is sealed and shipped, with PostgreSQL's part
	StoreCPU  time.Duration // PostgreSQL's part
	CopyCPU   time.Duration `json:",omitempty"` // per ticket, of PostgreSQL's COPY of the same rows
	CopyTook  time.Duration `json:",omitempty"`
	Signature time.Duration // one Ed25519 signature at the same time on the same machine
	Foreign   float64
	Proof     Proof
}

// bulkTickets is the order of the target.
const bulkTickets = 100_000

func (l *lab) bulkRounds(ctx context.Context, s *station, o RunOptions) ([]BulkSample, error) {
	if o.Tickets == 0 {
		o.Tickets = bulkTickets
	}
	var out []BulkSample
	if o.Profile != "" {
		if err := s.server.call(ctx, "profile", o.Profile, nil); err != nil {
			return out, err
		}
	}
	for round := range o.Rounds {
		b, err := l.bulk(ctx, s, o.Tickets, round)
		if err != nil {
			return out, err
		}
		l.Tell(fmt.Sprintf("round %d of %d: %v per ticket", round+1, o.Rounds, b.CPU))
		out = append(out, b)
	}
	if o.Profile != "" {
		return out, s.server.call(ctx, "profile", "", nil)
	}
	return out, nil
}

// bulk measures one large order and, on PostgreSQL, the COPY of its rows.
func (l *lab) bulk(ctx context.Context, s *station, tickets int64, round int) (BulkSample, error) {
	out := BulkSample{Engine: s.Engine, Round: round, Tickets: tickets}
	if err := l.settle(ctx, s); err != nil {
		return out, err
	}
	signature := signatures()
	before := l.meter(s.server.pid)
	var made bulkMade
	err := s.server.call(ctx, "bulk", tickets, &made)
	if err == nil {
		l.calm(s) // sealing and shipping the journal is a part of the job
	}
	u := l.since(before)
	if out.Signature = signature(); err != nil {
		return out, err
	}
	n := time.Duration(tickets)
	out.Took, out.CPU, out.StoreCPU, out.Foreign = made.Took, (u.server+u.postgres)/n, u.postgres/n, u.foreign()
	if s.Engine == db.Postgres {
		if err := s.server.call(ctx, "export", nil, nil); err != nil {
			return out, err
		}
		var c copied
		before = l.meter(s.server.pid)
		if err := s.server.call(ctx, "copy", nil, &c); err != nil {
			return out, err
		}
		u = l.since(before)
		if c.Rows != 3*tickets {
			return out, fmt.Errorf("bench: COPY took %d rows of %d tickets", c.Rows, tickets)
		}
		out.CopyCPU, out.CopyTook = (u.server+u.postgres)/n, c.Took
	}
	if err := s.server.call(ctx, "prove", told{}, &out.Proof); err != nil {
		return out, err
	}
	if !out.Proof.Sound() {
		return out, fmt.Errorf("bench: the large order is unsound: %+v", out.Proof)
	}
	return out, nil
}
