package license

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/wire"
)

// CaseState is the stored state of a case.
type CaseState string

// The states of a case. Decided is final: what is found later opens another one.
const (
	CaseOpen    CaseState = "open"
	CaseDecided CaseState = "decided"
)

// The reasons of a finding; the others are those for which a container is suspect.
const reasonOtherMachine = "other_machine"

// reasonReplaced is why a container is blocked that has a successor.
const reasonReplaced = "replaced"

// whyCase is why an activation ended by the decision of a case.
const whyCase = "case"

const (
	// maxFindings bounds the findings of a case; more of the same say nothing new.
	maxFindings = 20
	// maxCaseReason bounds the reason of a decision, in characters.
	maxCaseReason = 500
)

// Case is what was found about a container, and what a human has decided.
type Case struct {
	ID        CaseID
	Container ContainerID
	Holders   []actor.OrgID // that held something in it when it was opened
	Reason    string        // code of the first finding
	Findings  int64
	State     CaseState
	Decision  Decision // "" while open
	Why       string   // the reason of the decision
	By        string   // pseudonym of whoever decided
	Opened    time.Time
	Found     time.Time // the newest finding
	Decided   time.Time // zero while open
	Rev       int64
}

// Finding is one piece of evidence; it never changes.
type Finding struct {
	ID       FindingID
	Case     CaseID
	Reason   string // code
	Evidence Evidence
	At       time.Time

	marks Fingerprint // that came, where it was another machine's
}

// Evidence is what was expected, and what came instead. There is no personal data
// in it: no address, no name, and of a machine only the names of its components.
type Evidence struct {
	Message    string       `json:"message"`           // type of the message: req, rcp, ret
	Action     string       `json:"action,omitempty"`  // of a request
	Exchange   ExchangeID   `json:"exchange,omitzero"` // the message
	Said       time.Time    `json:"said_at,omitzero"`  // by the clock of the one who sent it
	First      time.Time    `json:"first_contact,omitzero"`
	Last       time.Time    `json:"last_contact,omitzero"` // before this one
	Counter    Compared     `json:"counter"`               // the last one that was heard, and the one that came
	License    LicenseID    `json:"license,omitzero"`      // that the finding is about
	Generation *Compared    `json:"generation,omitempty"`  // of it; expected 0 = it was never given to the container
	Ended      string       `json:"ended,omitempty"`       // how it had left the container
	Units      *Compared    `json:"units,omitempty"`       // spent
	Machine    *MachineDiff `json:"machine,omitempty"`     // null where the message describes none
	AppBefore  string       `json:"app_before,omitempty"`
	App        string       `json:"app,omitempty"`
}

// Compared is a number that was expected beside the one that came.
type Compared struct {
	Expected int64 `json:"expected"`
	Came     int64 `json:"came"`
}

// MachineDiff holds the fingerprint that came against the known one.
type MachineDiff struct {
	Known         int      `json:"known"`  // components that are known
	Sent          int      `json:"sent"`   // that came
	Need          int64    `json:"need"`   // how many must match
	Same          []string `json:"same"`   // names of those that match
	Differ        []string `json:"differ"` // of those that do not
	VirtualBefore bool     `json:"virtual_before"`
	Virtual       bool     `json:"virtual"`
}

// part is a component of a message's fingerprint, by its name.
type part struct {
	name string
	mark Mark
}

// clue is a finding in the making.
type clue struct {
	box      ContainerID
	reason   string
	evidence Evidence
	marks    Fingerprint
	by       string
}

// appOf is a program with its platform.
func appOf(a wire.App) string {
	return strings.Join(slices.DeleteFunc([]string{a.Version, a.OS, a.Arch}, func(s string) bool { return s == "" }), " ")
}

// find notes what a message shows about its container, with what was known before
// it.
func (c *contact) find(reason string, e Evidence, marks Fingerprint) {
	m, was := c.msg, c.was
	if was == nil {
		was = &Container{}
	}
	e.Message, e.Exchange, e.Said = string(m.typ), m.exchange, m.at
	e.First, e.Last, e.AppBefore = was.First, was.Seen, appOf(was.App)
	e.Counter = Compared{was.Counter, m.ctr}
	if m.req != nil {
		need := int64(0)
		if len(c.here) > 0 {
			need = c.leastMarks()
		}
		e.Action, e.App, e.Machine = string(m.req.Action), appOf(m.req.App), m.differs(was, need)
	}
	if twoVoices(reason) {
		c.odd(AnomalyTwice, "container", c.box.ID, actor.OrgID{})
	}
	c.clues = append(c.clues, clue{c.box.ID, reason, e, marks, c.box.pseudonym()})
}

// differs compares the machine of a request with the one that a container is known
// on, by the names that the request gives.
func (m *message) differs(was *Container, need int64) *MachineDiff {
	if len(m.parts) == 0 {
		return nil
	}
	d := &MachineDiff{
		Known: len(was.Marks), Sent: len(m.parts), Need: min(need, int64(len(was.Marks)), int64(len(m.parts))), Same: []string{}, Differ: []string{},
		VirtualBefore: was.Virtual, Virtual: m.req.Virtual,
	}
	for _, p := range m.parts {
		if slices.Contains(was.Marks, p.mark) {
			d.Same = append(d.Same, p.name)
		} else {
			d.Differ = append(d.Differ, p.name)
		}
	}
	return d
}

// pardons reports whether a human has looked at what the container holds; it is
// told then what is right instead of being taken for a copy again.
func (c *contact) pardons(h held) bool {
	if !c.box.Pardon {
		return false
	}
	c.wrong = true
	a := c.live(h.license)
	switch {
	case a == nil || a.State.Leaving():
		c.command(StepRecall, wire.Command{Do: wire.CmdRecall, LicenseID: h.license.String(), Generation: h.gen, Why: whyCase})
	case c.licenses[h.license].State == LicenseBlocked:
		c.command(StepRecall, wire.Command{Do: wire.CmdBlock, LicenseID: h.license.String(), Generation: h.gen, Why: whyCase})
	}
	return true
}

// settled ends a pardon with the first message that holds nothing wrong.
func (c *contact) settled() {
	if c.box.Pardon && !c.wrong {
		c.box.Pardon, c.box.dirty = false, true
	}
}

// CaseDecision is what a human decides about a case, and why.
type CaseDecision struct {
	Do     Decision
	Reason string // one line of 1 to 500 characters, no names of persons
}

func (d CaseDecision) check() error {
	switch d.Do {
	case Accept, Replace, Evict, Block:
	default:
		return ErrBadDecision.With("value", string(d.Do), "allowed", []string{"accept", "replace", "evict", "block"})
	}
	bad := func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Reason)); n == 0 || n > maxCaseReason || strings.ContainsFunc(d.Reason, bad) {
		return ErrCaseReason.At("/reason").With("limit", int64(maxCaseReason))
	}
	return nil
}

// decide closes the case. It returns ErrCaseDecided when somebody was faster.
func (c *Case) decide(d CaseDecision, by string, now time.Time) error {
	if c.State != CaseOpen {
		return ErrCaseDecided.With("decision", string(c.Decision), "at", c.Decided)
	}
	c.State, c.Decision, c.Why, c.By, c.Decided = CaseDecided, d.Do, strings.TrimSpace(d.Reason), by, now
	return nil
}

// decide changes a container as a human has decided; moved is the fingerprint of
// the machine that asked for it, where it was another one.
func (c *Container) decide(d Decision, moved Fingerprint) {
	switch d {
	case Accept, Evict:
		c.State, c.Reason, c.Counter, c.Pardon = ContainerActive, "", 0, true
		if d == Accept && len(moved) > 0 {
			c.Marks = moved
		}
	case Replace:
		c.State, c.Reason = c.State.Block(), reasonReplaced
	case Block:
		c.State = c.State.Block()
	}
}

// reissue gives a container the next generation of what it holds, in the same
// seat: every other copy of it shows itself at its next contact.
func (l *License) reissue(a *Activation, id ActivationID, now time.Time) (*Activation, []act) {
	next := &Activation{
		ID: id, License: a.License, Container: a.Container, Gen: a.Gen + 1, Quantity: a.Quantity,
		State: ActivationDelivered, Started: a.Started, Elapses: a.Elapses, fresh: true, rev: 1,
	}
	a.end(ActivationRestoredAway, now)
	a.Why, a.dirty = whyCase, true
	return next, []act{
		{"activation", a.ID, "activation.restored_away", awayData{placeOf(a, ExchangeID{}), false}},
		{"activation", next.ID, "activation.issued", placeOf(next, ExchangeID{})},
	}
}

// reissued reports whether an activation goes on in the same seat when its case is
// accepted. Of units that are used up nobody knows how many are left: they go back.
func (l *License) reissued(a *Activation) bool {
	name, _ := l.terms.unit()
	return name == "" && a.Shrink == 0 &&
		(a.State == ActivationDelivered || a.State == ActivationConfirmed)
}
