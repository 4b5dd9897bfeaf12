package bench

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
)

func TestPercentiles(t *testing.T) {
	var took []time.Duration
	for i := range 1000 {
		took = append(took, time.Duration(1000-i))
	}
	got := latencyOf(took)
	want := Latency{P50: 500, P90: 900, P99: 990, P999: 999, Max: 1000}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if one := latencyOf([]time.Duration{7}); one != (Latency{7, 7, 7, 7, 7}) {
		t.Errorf("%+v", one)
	}
	if none := latencyOf(nil); none != (Latency{}) {
		t.Errorf("%+v", none)
	}
}

func TestMedianSlopeDrift(t *testing.T) {
	if Median([]float64{3, 1, 2}) != 2 || Median([]float64{4, 1, 2, 3}) != 2.5 || Median([]float64(nil)) != 0 {
		t.Error("median")
	}
	sizes := []float64{1e3, 1e4, 1e5}
	for want, costs := range map[float64][]float64{0: {7, 7, 7}, 1: {1, 10, 100}, 0.5: {1, math.Sqrt(10), 10}} {
		if got := slope(sizes, costs); math.Abs(got-want) > 1e-9 {
			t.Errorf("slope of %v is %v, want %v", costs, got, want)
		}
	}
	if slope(sizes[:1], []float64{1}) != 0 {
		t.Error("one size has no slope")
	}
	if d := drift([]float64{100, 7, 120}); math.Abs(d-0.2) > 1e-9 {
		t.Error(d)
	}
	if drift([]float64{1}) != 0 || !math.IsInf(drift([]float64{0, 1}), 1) {
		t.Error("drift")
	}
}

func TestGoals(t *testing.T) {
	least, most := Goal{Metric: "m", Min: 10, Unit: "E"}, Goal{Metric: "m", Max: 10}
	for _, c := range []struct {
		goal   Goal
		rounds []float64
		want   Verdict
	}{
		{least, []float64{10}, Met},
		{least, []float64{9.1}, Near},
		{least, []float64{8.9}, MissedGoal},
		{most, []float64{10}, Met},
		{most, []float64{10.9}, Near},
		{most, []float64{11.1}, MissedGoal},
		{least, []float64{1, 30, 12}, Met}, // one bad round is not the median
		{least, nil, NotMeasured},
	} {
		if got, _ := c.goal.judge(c.rounds); got != c.want {
			t.Errorf("%s with %v: %s, want %s", c.goal, c.rounds, got, c.want)
		}
	}
	if least.String() != "≥ 10.0 E" || most.String() != "≤ 10.0" {
		t.Error(least, most)
	}
}

func TestParseGoals(t *testing.T) {
	if len(DefaultGoals()) < 20 {
		t.Error("goals are missing")
	}
	for _, bad := range []string{`{"goals":[{"metric":"m"}]}`, `{"goals":[{"metric":"m","min":1,"max":2}]}`, `{"goals":[{"max":1}]}`, `{"gaols":[]}`, `[`} {
		if _, err := ParseGoals([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

// rounds are canned ones: E as given, with foreign cores in each.
func rounds(foreign float64, echoes ...float64) *CheckReport {
	r := &CheckReport{}
	for i, e := range echoes {
		r.Samples = append(r.Samples, Sample{Scenario: "E", Round: i, Rate: e, Foreign: foreign},
			Sample{Scenario: Validate, Engine: db.SQLite, Round: i, Rate: e / 2, Ratio: 0.5, Foreign: foreign})
	}
	return r
}

func TestRejection(t *testing.T) {
	steady := []float64{100, 101, 99, 100, 102}
	for name, c := range map[string]struct {
		report *CheckReport
		rounds int
		why    string
	}{
		"quiet":       {rounds(0.1, steady...), 5, ""},
		"busy":        {rounds(0.4, steady...), 5, "other processes"},
		"drifting":    {rounds(0, 100, 100, 100, 100, 120), 5, "drifted"},
		"one outlier": {rounds(0, 100, 150, 100, 50, 100), 5, ""},
		"too few":     {rounds(0, steady[:4]...), 4, "too few"},
	} {
		c.report.quality(c.rounds)
		if c.why == "" && c.report.Rejected() || !strings.Contains(c.report.Why, c.why) {
			t.Errorf("%s: %q", name, c.report.Why)
		}
	}
	slow := rounds(0, steady...)
	for i := range 5 {
		slow.Bulk = append(slow.Bulk, BulkSample{Signature: time.Duration(28+3*i) * time.Microsecond})
	}
	if slow.quality(5); !strings.Contains(slow.Why, "drifted") {
		t.Errorf("signatures drifted from 28 to 40 µs: %q", slow.Why)
	}
}

func TestVerdicts(t *testing.T) {
	goals := []Goal{
		{Path: "a", Engine: db.SQLite, Metric: "x", Min: 1},
		{Path: "b", Engine: db.Postgres, Metric: "x", Min: 1},
		{Path: "c", Metric: "y", Max: 1},
		{Path: "d", Metric: "z", Max: 1},
	}
	f := figures{}
	f.add("x", db.SQLite, 2)
	f.add("x", db.Postgres, 0.5)
	f.add("y", "", 3)
	say := func(quiet, postgres bool) (out []string) {
		for _, v := range verdicts(goals, f, quiet, postgres) {
			out = append(out, string(v.Verdict))
		}
		return out
	}
	if got := say(true, true); !slices.Equal(got, []string{"met", "MISSED", "MISSED", "not measured"}) {
		t.Error(got)
	}
	if got := say(true, false); got[1] != "not measured" {
		t.Error(got)
	}
	for i, v := range say(false, true) {
		if !strings.HasPrefix(v, "not measured") {
			t.Errorf("%s: a busy machine says nothing, not %s", goals[i].Path, v)
		}
	}
	r := CheckReport{Verdicts: verdicts(goals, f, false, true)}
	if r.Missed() {
		t.Error("what was not measured was not missed")
	}
	r.Verdicts = verdicts(goals, f, true, true)
	if !r.Missed() {
		t.Error("two goals were missed")
	}
}

func TestParseStat(t *testing.T) {
	line := "4242 (a ) b) S 17 4242 4242 0 -1 4194560 1 2 3 4 250 50 30 20 20 0 9 0 100 1 2 3"
	p, err := parseStat(line)
	if err != nil || p.parent != 17 || p.cpu != 3*time.Second || p.reaped != 500*time.Millisecond {
		t.Errorf("%+v %v", p, err)
	}
	for _, bad := range []string{"", "1 (x) S 1 2", "1 (x) S x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestPrintCheck(t *testing.T) {
	f := figures{}
	f.add("m", db.SQLite, 0.5)
	r := rounds(0.5, 100, 100, 100, 100, 100)
	r.Tries = 3
	r.quality(5)
	r.Verdicts = verdicts([]Goal{{Path: "validate", Engine: db.SQLite, Metric: "m", Min: 0.6, Unit: "E"}}, f, false, false)
	var out strings.Builder
	if err := PrintCheck(&out, *r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"validate", "0.50 E", "≥ 0.60 E", "not measured (MISSED)", "other processes use 0.50 cores", "round"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
