package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/licet/licet/internal/db"
)

// Scenario names a way in which the server is used.
type Scenario string

// The scenarios of Run.
const (
	Validate  Scenario = "validate"    // a signed answer about a license key
	Activate  Scenario = "activate"    // durable activations with exact seats
	Heartbeat Scenario = "heartbeat"   // durable renewals of leases
	Pool      Scenario = "pool"        // one floating license: take, renew, give back
	Mixed     Scenario = "mixed"       // 80 % validate, 15 % activate, 5 % lists
	List      Scenario = "list"        // pages of 100 tickets and licenses
	Bulk      Scenario = "ticket-bulk" // one order of 100,000 tickets
)

// callersOf are the connections of a scenario in the targets.
var callersOf = map[Scenario]int{Validate: 16, Activate: 128, Heartbeat: 128, Pool: 128, Mixed: 64, List: 16}

// echoCallers are the connections to E.
const echoCallers = 16

// Sample is one stretch of one round.
type Sample struct {
	Scenario  Scenario
	Engine    db.Engine `json:",omitempty"`
	Round     int
	Rate      float64 // answers with status 2xx per second
	OK        int
	Refused   int     // other answers: of activations, those beyond the seats
	Shed      int     `json:",omitempty"` // of these: 503, with a Retry-After
	Offered   float64 // requests that were begun per second
	Errors    int
	Problem   string `json:",omitempty"`
	Latency   Latency
	ServerCPU time.Duration // per answer, with PostgreSQL's part
	StoreCPU  time.Duration // PostgreSQL's part
	DriverCPU time.Duration // per answer
	Commits   int64
	PerCommit float64 // answers per commit, which is one fsync
	Alone     float64 `json:",omitempty"` // of the pool: commits per second of one caller who changes one row
	Foreign   float64 // cores that others used
	Memory    int64   // bytes of the server in RAM
	Alloc     int64   // bytes allocated per answer
	Ratio     float64 // of the rate to E's in the same round; 0 = it is E
	CPURatio  float64 // of E's processor time per answer to this one's, with the driver's: Ratio on a machine of its own
	Proof     *Proof  `json:",omitempty"`
}

// load is how a stretch is driven.
type load struct {
	scenario Scenario
	callers  int
	rate     float64
	time     time.Duration
	round    int
	profile  string // file for a processor profile of the server
	overload bool   // more is asked than can be done: what is refused is refused with 503
}

// Of an overload: how many times more is asked than the server can do, and by how
// many connections: more than it works on at a time.
const (
	overload        = 3
	overloadCallers = 2048
)

func overloaded(s Scenario, rate float64, t time.Duration, round int) load {
	return load{scenario: s, callers: overloadCallers, rate: rate, time: t, round: round, overload: true}
}

// measureEcho drives E.
func (l *lab) measureEcho(ctx context.Context, path string, t time.Duration, round int) (Sample, error) {
	request, err := echoRequest(l.base, path)
	if err != nil {
		return Sample{}, err
	}
	file := l.file()
	if err := writeRequests(file, [][]byte{request}); err != nil {
		return Sample{}, err
	}
	before := l.meter(l.echo.pid)
	var d driven
	order := drive{Address: hostOf(l.base), File: file, Cycle: true, Callers: echoCallers, Time: t}
	if err := l.driver.call(ctx, "drive", order, &d); err != nil {
		return Sample{}, err
	}
	return sampleOf(Scenario("E"+strings.TrimPrefix(path, echoSign)), round, d, l.since(before)), nil
}

func sampleOf(s Scenario, round int, d driven, u used) Sample {
	out := Sample{
		Scenario: s, Round: round, OK: d.OK, Errors: d.Errors, Problem: d.FirstError, Latency: d.Latency,
		Rate: float64(d.OK) / d.Took.Seconds(), Foreign: u.foreign(), Offered: float64(d.Sent) / d.Took.Seconds(), Shed: d.Status[503] - d.Bare,
	}
	for status, n := range d.Status {
		if status/100 != 2 {
			out.Refused += n
		}
	}
	if n := time.Duration(d.OK + out.Refused); n > 0 {
		out.ServerCPU, out.StoreCPU, out.DriverCPU = (u.server+u.postgres)/n, u.postgres/n, u.driver/n
	}
	return out
}

// against compares a stretch with E of the same round.
func (s *Sample) against(e Sample) {
	s.Ratio = s.Rate / e.Rate
	if mine := s.ServerCPU + s.DriverCPU; mine > 0 {
		s.CPURatio = float64(e.ServerCPU+e.DriverCPU) / float64(mine)
	}
}

// measure drives one stretch of a scenario and proves that it was sound.
func (l *lab) measure(ctx context.Context, s *station, o load) (Sample, error) {
	file, cycle, err := l.prepare(ctx, s, o)
	if err != nil {
		return Sample{}, err
	}
	if err := l.settle(ctx, s); err != nil {
		return Sample{}, err
	}
	var stats0, stats1 counters
	if err := s.server.call(ctx, "stats", nil, &stats0); err != nil {
		return Sample{}, err
	}
	order := drive{
		Address: hostOf(s.Depot), File: file, Cycle: cycle, Callers: o.callers, Rate: o.rate, Time: o.time, Sent: o.overload,
		Answers: l.file(), Each: 1,
	}
	switch o.scenario {
	case Heartbeat:
		order.Head = beatHead
	case Pool:
		order.Holds = s.Publisher.String()
	case Validate:
		order.Each = 500
	case List:
		order.Each, order.Address = 0, hostOf(s.API)
	case Mixed:
		order.Address = hostOf(s.API)
	}
	if err := s.profile(ctx, o.profile, true); err != nil {
		return Sample{}, err
	}
	before := l.meter(s.server.pid)
	var d driven
	if err := l.driver.call(ctx, "drive", order, &d); err != nil {
		return Sample{}, err
	}
	out := sampleOf(o.scenario, o.round, d, l.since(before))
	if err := s.profile(ctx, o.profile, false); err != nil {
		return Sample{}, err
	}
	if err := s.server.call(ctx, "stats", nil, &stats1); err != nil {
		return Sample{}, err
	}
	out.Engine, out.Memory = s.Engine, rssOf(s.server.pid)
	out.Commits = stats1.DB.Commits - stats0.DB.Commits
	if out.Commits > 0 {
		out.PerCommit = float64(out.OK) / float64(out.Commits)
	}
	if n := out.OK + out.Refused; n > 0 {
		out.Alloc = int64(stats1.Alloc-stats0.Alloc) / int64(n)
	}
	if o.scenario == Pool {
		if err := s.server.call(ctx, "commits", o.time/2, &out.Alone); err != nil {
			return Sample{}, err
		}
	}
	return out, l.judge(ctx, s, o, order.Answers, &out)
}

// How long the server may still work on what was prepared, and what counts as
// having ended.
const (
	settleLook  = 200 * time.Millisecond
	settleLimit = 75 // looks
	settled     = 0.10
)

// settle waits until the server has sealed and shipped what was prepared, so that
// it is not charged to the stretch that comes.
func (l *lab) settle(ctx context.Context, s *station) error {
	if err := s.server.call(ctx, "collect", nil, nil); err != nil {
		return err
	}
	if err := s.server.call(ctx, "analyze", nil, nil); err != nil { // an hour's growth of the tables took seconds
		return err
	}
	l.calm(s)
	return nil
}

// calm waits until the server does nothing any more: until it has sealed and
// shipped.
func (l *lab) calm(s *station) {
	if l.Inside {
		return
	}
	for calm, look := 0, 0; calm < 3 && look < settleLimit; look++ {
		before := cpuOf(s.server.pid)
		time.Sleep(settleLook)
		if calm++; cpuOf(s.server.pid)-before > time.Duration(settled*float64(settleLook)) {
			calm = 0
		}
	}
}

// profile begins or ends a processor profile of the server into a file, if there
// is one.
func (s *station) profile(ctx context.Context, file string, begin bool) error {
	if file == "" {
		return nil
	}
	if !begin {
		file = ""
	}
	return s.server.call(ctx, "profile", file, nil)
}

// judge looks at the answers and at the database.
func (l *lab) judge(ctx context.Context, s *station, o load, file string, out *Sample) error {
	switch {
	case out.Errors > 0:
		return fmt.Errorf("bench: %s on %s: %d requests failed: %s", out.Scenario, s.Engine, out.Errors, out.Problem)
	case out.OK == 0:
		return fmt.Errorf("bench: %s on %s: no request was answered with 200", out.Scenario, s.Engine)
	case out.Scenario == List:
		return nil
	}
	answers, err := readKept(file)
	if err != nil {
		return err
	}
	if o.overload || out.Scenario == Heartbeat {
		if err := onlyShed(answers); err != nil {
			return fmt.Errorf("bench: %s on %s: %w", out.Scenario, s.Engine, err)
		}
	}
	if o.overload && out.Shed != out.Refused {
		return fmt.Errorf("bench: %s on %s: %d of %d refusals are not a 503 with Retry-After", out.Scenario, s.Engine, out.Refused-out.Shed, out.Refused)
	}
	if out.Scenario == Validate {
		for _, a := range answers {
			if err := verifyValidity(s.where, a.Body); err != nil {
				return err
			}
		}
		return nil
	}
	told, err := s.told(out.Scenario, answers)
	if err != nil {
		return err
	}
	out.Proof = &Proof{}
	if err := s.server.call(ctx, "prove", told, out.Proof); err != nil {
		return err
	}
	if !out.Proof.Sound() {
		return fmt.Errorf("bench: %s on %s is unsound: %+v", out.Scenario, s.Engine, *out.Proof)
	}
	return nil
}

// onlyShed fails if an answer is neither 200 nor 503. After an overload, the first
// callers of the next stretch may still meet one: they are not counted as answered.
func onlyShed(answers []kept) error {
	for _, a := range answers {
		if a.Status != 200 && a.Status != 503 {
			return fmt.Errorf("request %d was answered with %d: %s", a.Index, a.Status, a.Body)
		}
	}
	return nil
}

// told is what the clients were told, by the answers of a stretch.
func (s *station) told(scenario Scenario, answers []kept) (out told, err error) {
	switch scenario {
	case Heartbeat:
		out.Leases, err = beatsOf(s.where, s.leases, answers)
	case Pool:
		out.Leases, err = usesOf(s.where, answers)
	default:
		out.Acks, err = acksOf(s.where, onlyUpdates(answers))
	}
	return out, err
}

// onlyUpdates leaves out answers that are JSON: of validate and of lists.
func onlyUpdates(all []kept) []kept {
	var out []kept
	for _, k := range all {
		if len(k.Body) > 0 && k.Body[0] != '{' {
			out = append(out, k)
		}
	}
	return out
}

// Rates for which requests are prepared: more than any server can answer here.
const (
	activationsPerSecond = 9_000
	usesPerSecond        = 4_000
	mixedPerSecond       = 16_000
	validateKeys         = 2_000
)

// prepare makes the requests of a stretch. cycle says that they may be sent more
// than once.
func (l *lab) prepare(ctx context.Context, s *station, o load) (file string, cycle bool, err error) {
	if file := s.ready[string(o.scenario)]; file != "" {
		return file, true, nil
	}
	var requests [][]byte
	switch o.scenario {
	case Validate:
		cycle = true
		requests, err = validations(ctx, s.server, s.where, validateKeys)
	case List:
		cycle = true
		requests, err = l.pages(ctx, s)
	case Activate:
		n := int(activationsPerSecond * o.time.Seconds())
		if o.rate > 0 {
			n = int(o.rate * o.time.Seconds() * 1.1)
		}
		requests, err = activations(ctx, s.server, s.where, max(n, 2*seatsPerTicket))
	case Heartbeat:
		cycle = true
		requests, err = l.heartbeats(ctx, s)
	case Pool:
		requests, err = l.uses(ctx, s, max(100, int(usesPerSecond*o.time.Seconds())))
	case Mixed:
		requests, err = l.mixed(ctx, s, max(100, int(mixedPerSecond*o.time.Seconds())))
	default:
		err = errors.New("bench: no requests for " + string(o.scenario))
	}
	if err != nil {
		return "", false, err
	}
	file = l.file()
	if cycle {
		s.ready[string(o.scenario)] = file
	}
	return file, cycle, writeRequests(file, requests)
}
