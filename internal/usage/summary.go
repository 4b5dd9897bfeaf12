package usage

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
)

// maxPeriod is the longest evaluation, in days.
const maxPeriod = 800

// The ways to group an evaluation.
const (
	ByFeature  = "feature"
	ByVersion  = "version"
	ByPlatform = "platform"
	PerDay     = "day"
	PerMonth   = "month"
)

// Query says what is to be evaluated.
type Query struct {
	Product string      // code
	Org     actor.OrgID // it and everything below it; zero = the caller's own
	From    day.Day     // first day
	Until   day.Day     // last day
	By      string      // feature, version or platform; "" = feature
	Per     string      // day or month; "" = month
}

// Row is one line of an evaluation.
type Row struct {
	Period   string `json:"period"`   // "2026-11" or "2026-11-22"
	Key      string `json:"key"`      // the feature, version or platform; an empty feature = starts of the program
	Uses     int64  `json:"uses"`     //
	Machines int64  `json:"machines"` // from which reports came
}

// Summary is an evaluation.
type Summary struct {
	Product string  `json:"product"`
	From    day.Day `json:"from"`
	Until   day.Day `json:"until"` // last day
	By      string  `json:"by"`
	Per     string  `json:"per"`
	Rows    []Row   `json:"rows"` // by period, then key
}

// resolve fills what is left out and refuses the rest.
func (q Query) resolve() (Query, error) {
	if q.By == "" {
		q.By = ByFeature
	}
	if q.Per == "" {
		q.Per = PerMonth
	}
	if by := []string{ByFeature, ByVersion, ByPlatform}; !slices.Contains(by, q.By) {
		return q, ErrGrouping.With("value", q.By, "allowed", by).At("by")
	}
	if per := []string{PerDay, PerMonth}; !slices.Contains(per, q.Per) {
		return q, ErrGrouping.With("value", q.Per, "allowed", per).At("per")
	}
	if q.From.IsZero() || q.Until.IsZero() || q.Until < q.From || q.Until.Sub(q.From) >= maxPeriod {
		return q, ErrPeriod.With("from", q.From, "until", q.Until)
	}
	return q, nil
}

// Chosen is what an organization has chosen, and what is in force there.
type Chosen struct {
	Org     actor.OrgID `json:"org,omitzero"`
	Updates Choice      `json:"updates"`              // on, off, or "": the organization above decides; off where none does
	Usage   Choice      `json:"usage"`                // on, off, or "": the organization above decides; off where none does
	Told    bool        `json:"updates_on,omitempty"` // in force for machines without a choice of their own
	Counted bool        `json:"usage_on,omitempty"`   // in force for machines without a choice of their own
	Rev     int64       `json:"rev,omitempty"`        // 0 = nothing was chosen yet
}
