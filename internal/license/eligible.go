package license

import (
	"strings"
	"time"
	"unicode"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
)

// Eligibility is why an academic license was sold to somebody, as staff have seen
// it: a category or an institution, never a person's name.
type Eligibility struct {
	Who      string  `json:"who" maxLength:"100" doc:"A category or institution, such as student or TU Example; no person's name."`
	Evidence string  `json:"evidence" maxLength:"200" doc:"What was seen, such as the number of a contract; no copy of it, and no name."`
	Until    day.Day `json:"until,omitzero" format:"date" doc:"The last day on which the evidence counts; left out: for good."`
}

// EligibilityInfo is a recorded Eligibility as people see it. That it is over stops
// no license: it says whom to ask again.
type EligibilityInfo struct {
	Eligibility
	Recorded time.Time `json:"recorded"`
	Over     bool      `json:"over,omitempty"` // its last day has passed
}

// The bounds of an Eligibility, in bytes.
const (
	maxWho      = 100
	maxEvidence = 200
)

// check returns ErrEligibility for what cannot be recorded.
func (e Eligibility) check() error {
	for _, one := range []struct {
		field, value string
		most         int
	}{{"/who", e.Who, maxWho}, {"/evidence", e.Evidence, maxEvidence}} {
		if strings.TrimSpace(one.value) == "" || len(one.value) > one.most || strings.ContainsFunc(one.value, unicode.IsControl) {
			return ErrEligibility.At(one.field).With("limit", int64(one.most))
		}
	}
	return nil
}

// academic reports whether eligibility is recorded with the license.
func (l *License) academic() bool { return l.terms.model().Kind == catalog.Academic }

// show is what people see of an eligibility now.
func (e *EligibilityInfo) show(l *License, now time.Time) *EligibilityInfo {
	if e == nil {
		return nil
	}
	out := *e
	out.Over = e.Until != day.None && day.FromTime(now, l.terms.loc) > e.Until
	return &out
}

// eligibleData is what the journal keeps of a record: that there is one, and until
// when. What was written may be about people.
type eligibleData struct {
	Until day.Day `json:"ends,omitzero"`
}
