package license

import (
	"crypto/sha256"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/text"
)

// AnomalyKind is what happened more often than honest use does.
type AnomalyKind string

// The kinds of anomalies.
const (
	AnomalyChurn    AnomalyKind = "churn"      // a license was returned and taken again too often
	AnomalyTwice    AnomalyKind = "seen_twice" // one container speaks with two voices
	AnomalyRestores AnomalyKind = "restores"   // many restores of a license
	AnomalyClock    AnomalyKind = "clock"      // a device's clock is more than two days off
	AnomalyGuessing AnomalyKind = "guessing"   // unknown codes aimed at a publisher
)

// AnomalyKinds returns the kinds, in the order in which they are shown.
func AnomalyKinds() []AnomalyKind {
	return []AnomalyKind{AnomalyTwice, AnomalyChurn, AnomalyRestores, AnomalyClock, AnomalyGuessing}
}

const (
	// anomalyRest is how long nothing must happen before an anomaly begins anew.
	anomalyRest = 30 * day24
	// anomalyTold is how often a webhook hears of one anomaly at most.
	anomalyTold = day24
)

// least is how often something must have happened before it is told and listed:
// one restore is none yet.
func (k AnomalyKind) least() int64 {
	if k == AnomalyRestores {
		return 3
	}
	return 1
}

// Anomaly is one kind of anomaly about one thing.
type Anomaly struct {
	ID     AnomalyID
	Kind   AnomalyKind
	Entity string   // license, container or publisher
	Of     EntityID // its id
	Org    actor.OrgID
	Times  int64
	First  time.Time
	Last   time.Time
}

// strange is an anomaly in the making; a zero org is found out when it is written.
type strange struct {
	kind   AnomalyKind
	entity string
	id     [16]byte
	org    actor.OrgID
}

// anomalyIDOf is the natural key of an anomaly.
func anomalyIDOf(kind AnomalyKind, entity string, of [16]byte) (id AnomalyID) {
	h := sha256.Sum256(append([]byte(string(kind)+"|"+entity+"|"), of[:]...))
	copy(id[:], h[:])
	return id
}

// AnomalyInfo is an anomaly as people see it.
type AnomalyInfo struct {
	ID     AnomalyID   `json:"id"`
	Kind   AnomalyKind `json:"kind"`
	Entity string      `json:"entity"` // license, container or publisher
	Of     EntityID    `json:"of"`     // its id
	Org    actor.OrgID `json:"org,omitzero"`
	Times  int64       `json:"times"`
	First  time.Time   `json:"first"`
	Last   time.Time   `json:"last"`
}

// AnomalyPage is what happened in a window, newest first, with how many there are of
// each kind.
type AnomalyPage struct {
	OpenCases int                 `json:"open_cases"` // that wait for a human
	Counts    map[AnomalyKind]int `json:"counts"`
	More      bool                `json:"more,omitempty"` // there are more than were counted
	Items     []AnomalyInfo       `json:"items"`
}

// Text is the page in the reader's language.
func (p AnomalyPage) Text(l text.Lang) string {
	out := &page{lang: l}
	out.line("", "anomaly.cases", "count", p.OpenCases)
	for _, k := range AnomalyKinds() {
		if n := p.Counts[k]; n > 0 {
			out.line("", "anomaly.count", "kind", text.T(l, "word.anomaly."+string(k)), "count", n)
		}
	}
	for _, a := range p.Items {
		out.line("  ", "anomaly.line", "last", a.Last, "kind", text.T(l, "word.anomaly."+string(a.Kind)),
			"entity", text.T(l, "word.anomaly.of."+a.Entity), "id", a.Of.String(), "times", a.Times, "first", a.First)
	}
	return out.String()
}

// odd notes an anomaly about a thing.
func (c *contact) odd(kind AnomalyKind, entity string, id [16]byte, org actor.OrgID) {
	c.odds = append(c.odds, strange{kind, entity, id, org})
}

// twoVoices reports whether a finding shows that two speak for one container.
func twoVoices(reason string) bool {
	return reason == reasonOtherMachine || reason == "counter" || reason == "nonce"
}

// holder is whose license it is, where its ticket was read; zero if it was not.
func (l *License) holder() (none actor.OrgID) {
	if l.ticket == nil {
		return none
	}
	return l.ticket.Holder
}
