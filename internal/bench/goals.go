package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/licet/licet/internal/db"
)

//go:embed goals.json
var goalsFile []byte

// Goal is what a path has to reach: at least Min or at most Max.
type Goal struct {
	Path   string    `json:"path"` // as people read it
	Engine db.Engine `json:"engine,omitempty"`
	Metric string    `json:"metric"` // what is measured
	Min    float64   `json:"min,omitempty"`
	Max    float64   `json:"max,omitempty"`
	Unit   string    `json:"unit,omitempty"`
}

// String is the goal as people read it.
func (g Goal) String() string {
	if g.Min > 0 {
		return strings.TrimSpace(fmt.Sprintf("≥ %s %s", number(g.Min), g.Unit))
	}
	return strings.TrimSpace(fmt.Sprintf("≤ %s %s", number(g.Max), g.Unit))
}

// number shows three digits or so.
func number(v float64) string {
	switch {
	case v >= 100 || v <= -100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10 || v <= -10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// DefaultGoals are the targets of this version.
func DefaultGoals() []Goal {
	goals, err := ParseGoals(goalsFile)
	if err != nil {
		panic(err) // the file is part of the binary
	}
	return goals
}

// ParseGoals reads goals; unknown fields are refused.
func ParseGoals(raw []byte) ([]Goal, error) {
	var file struct {
		Goals []Goal `json:"goals"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, err
	}
	for _, g := range file.Goals {
		if (g.Min > 0) == (g.Max > 0) || g.Metric == "" {
			return nil, fmt.Errorf("bench: goal %q needs a metric and either min or max", g.Path)
		}
	}
	return file.Goals, nil
}

// Verdict is what a measurement says about a goal.
type Verdict string

// The verdicts. A goal that is missed by less than a tenth is not missed:
// machines are not that exact.
const (
	Met         Verdict = "met"
	Near        Verdict = "met within 10 %"
	MissedGoal  Verdict = "MISSED"
	NotMeasured Verdict = "not measured"
)

// slack is by how much a goal may be missed.
const slack = 0.10

// judge compares the median of the rounds with the goal.
func (g Goal) judge(rounds []float64) (Verdict, float64) {
	if len(rounds) == 0 {
		return NotMeasured, 0
	}
	m := Median(rounds)
	switch {
	case g.Min > 0 && m >= g.Min, g.Max > 0 && m <= g.Max:
		return Met, m
	case g.Min > 0 && m >= g.Min*(1-slack), g.Max > 0 && m <= g.Max*(1+slack):
		return Near, m
	}
	return MissedGoal, m
}

// Judged is one line of the table of Check.
type Judged struct {
	Goal
	Rounds   []float64
	Measured string
	Verdict  Verdict
}
