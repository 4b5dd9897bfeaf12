package license

import (
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/internal/text"
)

// CaseInfo is a case as people see it.
type CaseInfo struct {
	ID        CaseID         `json:"id"`
	Container ContainerID    `json:"container"`
	State     CaseState      `json:"state"`
	Reason    string         `json:"reason"` // code of the first finding
	Findings  int64          `json:"findings"`
	Opened    time.Time      `json:"opened"`
	Found     time.Time      `json:"last_found"`
	Decision  Decision       `json:"decision,omitempty"`
	Why       string         `json:"why,omitempty"` // the reason of the decision
	By        string         `json:"decided_by,omitempty"`
	Decided   time.Time      `json:"decided,omitzero"`
	Evidence  []FindingInfo  `json:"evidence,omitempty"`      // where one case is read
	Box       *ContainerInfo `json:"container_now,omitempty"` // the container as it is now, where one case is read
	Rev       int64          `json:"rev"`
}

// FindingInfo is a piece of evidence as people see it.
type FindingInfo struct {
	ID     FindingID `json:"id"`
	Reason string    `json:"reason"` // code
	At     time.Time `json:"at"`
	Evidence
}

func (c *Case) info(findings []*Finding) CaseInfo {
	out := CaseInfo{
		ID: c.ID, Container: c.Container, State: c.State, Reason: c.Reason, Findings: c.Findings, Opened: c.Opened,
		Found: c.Found, Decision: c.Decision, Why: c.Why, By: c.By, Decided: c.Decided, Rev: c.Rev,
	}
	for _, f := range findings {
		out.Evidence = append(out.Evidence, FindingInfo{f.ID, f.Reason, f.At, f.Evidence})
	}
	return out
}

// page gathers the lines of a text for a person.
type page struct {
	strings.Builder
	lang text.Lang
}

func (p *page) line(indent, key string, args ...any) {
	p.WriteString(indent + text.T(p.lang, key, args...) + "\n")
}

// Line is a case on one line of a list, in the reader's language.
func (c CaseInfo) Line(l text.Lang) string {
	state := text.T(l, "word.case.state."+string(c.State))
	if c.Decision != "" {
		state = text.T(l, "word.case.decision."+string(c.Decision))
	}
	return text.T(l, "case.line", "case", c.ID.String(), "found", c.Found, "state", state, "reason", reasonText(l, c.Reason), "count", c.Findings)
}

// reasonText says a finding's code in words.
func reasonText(l text.Lang, reason string) string {
	return text.T(l, "word.license.suspect.reason."+reason)
}

// Text is the page of a case: what was expected, what came, what the container
// holds, and what can be decided, in the reader's language.
func (c CaseInfo) Text(l text.Lang) string {
	p := &page{lang: l}
	p.line("", "case.title", "case", c.ID.String(), "state", text.T(l, "word.case.state."+string(c.State)))
	p.line("", "case.container", "container", c.Container.String(), "reason", reasonText(l, c.Reason), "at", c.Opened)
	for i, f := range c.Evidence {
		p.finding(i+1, f)
	}
	if c.Box != nil {
		p.box(*c.Box)
	}
	if c.State == CaseDecided {
		p.line("", "case.decided", "decision", text.T(l, "word.case.decision."+string(c.Decision)), "by", c.By, "at", c.Decided, "why", c.Why)
		return p.String()
	}
	p.line("", "case.choose")
	for _, d := range []Decision{Accept, Replace, Evict, Block} {
		p.line("  ", "case.choose."+string(d))
	}
	return p.String()
}

func (p *page) finding(n int, f FindingInfo) {
	p.line("", "case.finding", "number", n, "at", f.At, "reason", reasonText(p.lang, f.Reason))
	p.line("  ", "case.message", "message", text.T(p.lang, "word.case.message."+f.Message), "expected", f.Counter.Expected, "came", f.Counter.Came)
	if !f.License.IsZero() {
		p.line("  ", "case.license", "license", f.License.String())
	}
	if f.Generation != nil {
		expected := strconv.FormatInt(f.Generation.Expected, 10)
		if f.Generation.Expected == 0 {
			expected = text.T(p.lang, "word.case.never")
		}
		p.line("  ", "case.generation", "expected", expected, "came", f.Generation.Came)
	}
	if f.Ended != "" {
		p.line("  ", "case.ended", "how", text.T(p.lang, "word.case.ended."+f.Ended))
	}
	if f.Units != nil {
		p.line("  ", "case.units", "expected", f.Units.Expected, "came", f.Units.Came)
	}
	if m := f.Machine; m != nil {
		p.line("  ", "case.machine", "same", listed(m.Same), "differ", listed(m.Differ), "need", m.Need)
		if m.Virtual || m.VirtualBefore {
			p.line("  ", "case.virtual", "before", m.VirtualBefore, "now", m.Virtual)
		}
	}
	if f.AppBefore != f.App && f.App != "" {
		p.line("  ", "case.app", "before", listed([]string{f.AppBefore}), "now", f.App)
	}
	if !f.Last.IsZero() {
		p.line("  ", "case.contacts", "first", f.First, "last", f.Last)
	}
	if off := f.Said.Sub(f.At); off.Abs() > clockWarn {
		p.line("  ", "case.clock", "said", f.Said)
	}
}

func (p *page) box(b ContainerInfo) {
	p.line("", "case.box", "state", text.T(p.lang, "word.container.state."+string(b.State)), "seen", b.Seen, "count", len(b.Activations))
	for _, a := range b.Activations {
		p.line("  ", "case.holds", "license", a.License.String(), "quantity", a.Quantity, "generation", a.Gen, "since", a.Started)
	}
}

// listed joins names; a dash stands for none.
func listed(names []string) string {
	if s := strings.Join(names, ", "); s != "" {
		return s
	}
	return "–"
}
