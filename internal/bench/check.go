package bench

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/licet/licet/internal/db"
)

// CheckOptions say how Check measures.
type CheckOptions struct {
	Options
	Goals  []Goal
	Time   time.Duration // of each stretch
	Rounds int
	Tries  int // on a busy machine
	Max    int // licenses of the growth
}

// What makes a run worthless.
const (
	maxForeign = 0.3  // cores that others use
	maxDrift   = 0.15 // of the anchors between the first and the last round
	minRounds  = 5
)

// figures are the rounds of each metric.
type figures map[figure][]float64

type figure struct {
	metric string
	engine db.Engine
}

func (f figures) add(metric string, e db.Engine, v float64) {
	k := figure{metric, e}
	f[k] = append(f[k], v)
}

// CheckReport is what Check found. Why is empty unless nothing can be said.
type CheckReport struct {
	Host     Host
	Tries    int
	Foreign  float64 // cores, over everything that was driven
	Drift    float64 // of the worse anchor
	Why      string  `json:",omitempty"`
	Verdicts []Judged
	Samples  []Sample
	Bulk     []BulkSample
	Growth   []Grown
}

// Rejected reports whether the machine was too busy for a verdict.
func (r *CheckReport) Rejected() bool { return r.Why != "" }

// Missed reports whether a goal was missed.
func (r *CheckReport) Missed() bool {
	for _, v := range r.Verdicts {
		if v.Verdict == MissedGoal {
			return true
		}
	}
	return false
}

// Check measures every goal. It tries again on a machine that others use; after
// the last try it says what it saw and that it was not measured.
func Check(ctx context.Context, o CheckOptions) (CheckReport, error) {
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	r := CheckReport{Host: hostFacts()}
	still := figures{}
	if err := o.still(ctx, &r, still); err != nil {
		return r, err
	}
	for r.Tries < max(1, o.Tries) {
		r.Tries++
		r.Samples, r.Bulk = nil, nil
		driven := figures{}
		if err := o.drive(ctx, &r, driven); err != nil {
			return r, err
		}
		maps.Copy(driven, still)
		r.quality(o.Rounds)
		r.Verdicts = verdicts(o.Goals, driven, r.Why == "", o.Database != "")
		if r.Why == "" {
			break
		}
		o.Tell("not measured: " + r.Why)
	}
	return r, nil
}

// quality says whether the rounds are worth anything.
func (r *CheckReport) quality(rounds int) {
	var busy, took float64
	var echoes, signatures []float64
	for _, s := range r.Samples {
		busy, took = busy+s.Foreign, took+1
		if s.Ratio == 0 {
			echoes = append(echoes, s.Rate)
		}
	}
	for _, b := range r.Bulk {
		busy, took = busy+b.Foreign, took+1
		signatures = append(signatures, float64(b.Signature))
	}
	if took > 0 {
		r.Foreign = busy / took
	}
	per := max(1, len(echoes)/max(1, rounds))
	r.Drift = max(drift(ends(echoes, per)), drift(ends(signatures, per)))
	switch {
	case rounds < minRounds:
		r.Why = fmt.Sprintf("%d rounds are too few; %d at least", rounds, minRounds)
	case r.Foreign > maxForeign:
		r.Why = fmt.Sprintf("other processes use %.2f cores, more than %.1f", r.Foreign, maxForeign)
	case r.Drift > maxDrift:
		r.Why = fmt.Sprintf("the anchors have drifted by %.0f %%, more than %.0f %%", 100*r.Drift, 100*maxDrift)
	default:
		r.Why = ""
	}
}

// ends are the medians of the first and the last per values.
func ends(values []float64, per int) []float64 {
	if len(values) < 2*per {
		return nil
	}
	return []float64{Median(values[:per]), Median(values[len(values)-per:])}
}

// verdicts judges every goal. When the run is worth nothing, each line says what
// was seen and that it was not measured.
func verdicts(goals []Goal, f figures, quiet, postgres bool) []Judged {
	var out []Judged
	for _, g := range goals {
		if g.Engine == db.Postgres && !postgres {
			out = append(out, Judged{Goal: g, Measured: "no --database", Verdict: NotMeasured})
			continue
		}
		rounds := f[figure{g.Metric, g.Engine}]
		v, m := g.judge(rounds)
		one := Judged{Goal: g, Rounds: rounds, Verdict: v}
		if len(rounds) > 0 {
			one.Measured = number(m) + " " + g.Unit
			if cpu := f[figure{g.Metric + " by CPU", g.Engine}]; len(cpu) > 0 {
				one.Measured += " (by CPU " + number(Median(cpu)) + ")"
			}
		}
		if !quiet && v != NotMeasured {
			one.Verdict = NotMeasured + " (" + v + ")"
		}
		out = append(out, one)
	}
	return out
}

func (o *CheckOptions) engines() []db.Engine {
	if o.Database == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.Postgres}
}

// inTurns are the scenarios of each round.
var inTurns = []Scenario{Validate, Activate, Heartbeat, Pool}

// drive measures what depends on how quiet the machine is: E, validate, E,
// activate and so on, on one engine after the other, round by round, with a large
// order in each; then at half of what was reached, and at three times as much.
func (o *CheckOptions) drive(ctx context.Context, r *CheckReport, f figures) (err error) {
	l, err := newLab(ctx, o.Options, o.engines()...)
	if err != nil {
		return err
	}
	defer func() {
		if e := l.close(ctx); err == nil {
			err = e
		}
	}()
	for _, s := range l.benches {
		for _, scenario := range inTurns {
			if o.Inside {
				continue
			}
			if err := l.warm(ctx, s, scenario, callersOf[scenario]); err != nil {
				return err
			}
		}
	}
	for round := range o.Rounds {
		o.Tell(fmt.Sprintf("round %d of %d", round+1, o.Rounds))
		for _, s := range l.benches {
			for _, scenario := range inTurns {
				if err := o.turn(ctx, l, s, scenario, round, r, f); err != nil {
					return err
				}
			}
			if err := o.large(ctx, l, s, round, r, f); err != nil {
				return err
			}
		}
	}
	for _, s := range l.benches {
		for _, scenario := range []Scenario{Activate, Heartbeat} {
			if err := o.halfway(ctx, l, s, scenario, f); err != nil {
				return err
			}
			if err := o.over(ctx, l, s, scenario, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// large measures E and then one large order.
func (o *CheckOptions) large(ctx context.Context, l *lab, s *station, round int, r *CheckReport, f figures) error {
	e, err := l.measureEcho(ctx, echoSign, o.Time, round)
	if err != nil {
		return err
	}
	b, err := l.bulk(ctx, s, bulkTickets, round)
	if err != nil {
		return err
	}
	r.Samples, r.Bulk = append(r.Samples, e), append(r.Bulk, b)
	f.add("bulk.echo", s.Engine, float64(b.CPU)/float64(max(1, e.ServerCPU+e.DriverCPU)))
	if b.CopyCPU > 0 {
		f.add("bulk.copy", s.Engine, b.toCopy())
	}
	return nil
}

// turn measures E and then one scenario.
func (o *CheckOptions) turn(ctx context.Context, l *lab, s *station, scenario Scenario, round int, r *CheckReport, f figures) error {
	e, err := l.measureEcho(ctx, echoSign, o.Time, round)
	if err != nil {
		return err
	}
	sample, err := l.measure(ctx, s, load{scenario: scenario, callers: callersOf[scenario], time: o.Time, round: round})
	if err != nil {
		return err
	}
	sample.against(e)
	r.Samples = append(r.Samples, e, sample)
	f.add(string(scenario)+".ratio", s.Engine, sample.Ratio)
	f.add(string(scenario)+".ratio by CPU", s.Engine, sample.CPURatio)
	f.add(string(scenario)+".rate", s.Engine, sample.Rate)
	f.add(string(scenario)+".per_commit", s.Engine, sample.PerCommit)
	if scenario == Pool {
		f.add("pool.commits", s.Engine, sample.Rate/sample.Alone)
	}
	return nil
}

// halfway measures how long answers take at half of what the server can do.
func (o *CheckOptions) halfway(ctx context.Context, l *lab, s *station, scenario Scenario, f figures) error {
	rate := Median(f[figure{string(scenario) + ".rate", s.Engine}]) / 2
	for round := range o.Rounds {
		sample, err := l.measure(ctx, s, load{scenario: scenario, callers: callersOf[scenario], rate: rate, time: o.Time, round: round})
		if err != nil {
			return err
		}
		f.add(string(scenario)+".p99", s.Engine, float64(sample.Latency.P99)/float64(time.Millisecond))
		o.Tell(fmt.Sprintf("%s, %s at %.0f/s: p50 %v, p99 %v", s.Engine, scenario, rate, sample.Latency.P50, sample.Latency.P99))
	}
	return nil
}

// over measures how long answers take when more is asked than the server can do.
func (o *CheckOptions) over(ctx context.Context, l *lab, s *station, scenario Scenario, f figures) error {
	rate := overload * Median(f[figure{string(scenario) + ".rate", s.Engine}])
	for round := range o.Rounds {
		sample, err := l.measure(ctx, s, overloaded(scenario, rate, o.Time, round))
		if err != nil {
			return err
		}
		f.add(string(scenario)+".over", s.Engine, float64(sample.Latency.P99)/float64(time.Millisecond))
		o.Tell(fmt.Sprintf("%s, %s asked %.0f times a second: %.0f/s done, %d of %d refused, p50 %v, p99 %v", s.Engine, scenario,
			sample.Offered, sample.Rate, sample.Shed, sample.OK+sample.Shed, sample.Latency.P50, sample.Latency.P99))
	}
	return nil
}
