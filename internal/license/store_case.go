package license

import (
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// The ids of cases and of their findings, in the order of time.
type (
	CaseID    = db.ID[Case]
	FindingID = db.ID[Finding]
)

const caseColumns = `s.id, s.container_id, s.holders, s.reason, s.findings, s.state, s.decision, s.why, s.decided_by,
  s.opened_at, s.found_at, s.decided_at, s.rev`

var (
	qCase = db.SQL("license.case", `
SELECT `+caseColumns+` FROM container_case s WHERE s.publisher_id = ? AND s.id = ?`)
	qCaseOpen = db.SQL("license.case_open", `
SELECT `+caseColumns+` FROM container_case s WHERE s.publisher_id = ? AND s.container_id = ? AND s.state = 'open'`)
	qCasesBefore = db.SQL("license.cases_before", `
SELECT `+caseColumns+` FROM container_case s WHERE s.publisher_id = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?`)
	qCasesOpenBefore = db.SQL("license.cases_open_before", `
SELECT `+caseColumns+` FROM container_case s
WHERE s.publisher_id = ? AND s.state = 'open' AND s.id < ? ORDER BY s.id DESC LIMIT ?`)
	qCasesOfContainer = db.SQL("license.cases_of_container", `
SELECT `+caseColumns+` FROM container_case s
WHERE s.publisher_id = ? AND s.container_id = ? AND s.id < ? ORDER BY s.id DESC LIMIT ?`)
	qCaseInsert = db.SQL("license.case_insert", `
INSERT INTO container_case (publisher_id, id, container_id, holders, reason, findings, opened_at, found_at)
VALUES (?, ?, ?, ?, ?, 1, ?, ?)`)
	qCaseFound = db.SQL("license.case_found", `
UPDATE container_case SET findings = findings + 1, found_at = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND state = 'open'`)
	qCaseDecide = db.SQL("license.case_decide", `
UPDATE container_case SET state = 'decided', decision = ?, why = ?, decided_by = ?, decided_at = ?, rev = rev + 1
WHERE publisher_id = ? AND id = ? AND state = 'open'`)
	qFindings = db.SQL("license.findings", `
SELECT f.id, f.case_id, f.reason, f.evidence, f.marks, f.at FROM case_finding f
WHERE f.publisher_id = ? AND f.case_id = ? ORDER BY f.id`)
	qFindingInsert = db.SQL("license.finding_insert", `
INSERT INTO case_finding (publisher_id, id, case_id, reason, evidence, marks, at) VALUES (?, ?, ?, ?, ?, ?, ?)`)
)

func scanCase(r *db.Rows) (*Case, error) {
	c := &Case{}
	var holders []byte
	var opened, found, decided db.Time
	err := r.Scan(&c.ID, &c.Container, &holders, &c.Reason, &c.Findings, (*string)(&c.State), (*string)(&c.Decision),
		&c.Why, &c.By, &opened, &found, &decided, &c.Rev)
	for part := range slices.Chunk(holders, len(actor.OrgID{})) {
		c.Holders = append(c.Holders, actor.OrgID(part))
	}
	c.Opened, c.Found, c.Decided = opened.Time, found.Time, decided.Time
	return c, err
}

func scanFinding(r *db.Rows) (*Finding, error) {
	f := &Finding{}
	var evidence db.JSON[Evidence]
	var marks []byte
	var at db.Time
	err := r.Scan(&f.ID, &f.Case, &f.Reason, &evidence, &marks, &at)
	f.Evidence, f.marks, f.At = evidence.V, fingerprintOf(marks), at.Time
	return f, err
}

func caseOf(q db.Querier, p actor.PublisherID, id CaseID) (*Case, error) {
	return one(db.List(q, scanCase, qCase, p, id))
}

// caseOpen returns the open case of a container, nil if there is none.
func caseOpen(q db.Querier, p actor.PublisherID, id ContainerID) (*Case, error) {
	list, err := db.List(q, scanCase, qCaseOpen, p, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func findingsOf(q db.Querier, p actor.PublisherID, id CaseID) ([]*Finding, error) {
	return db.List(q, scanFinding, qFindings, p, id)
}

// caseData is what the journal keeps of a finding or a decision.
type caseData struct {
	Container ContainerID `json:"container"`
	Reason    string      `json:"reason,omitempty"`
	Finding   FindingID   `json:"finding,omitzero"`
	Decision  Decision    `json:"decision,omitempty"`
}

// writeCases opens a case for each container about which something was found, or
// adds to the one that is open. The container's row is locked.
func (k *desk) writeCases() error {
	for _, f := range k.clues {
		if err := k.writeFinding(f); err != nil {
			return err
		}
	}
	return nil
}

func (k *desk) writeFinding(f clue) error {
	c, err := caseOpen(k.tx, k.publisher, f.box)
	if err != nil {
		return err
	}
	if c != nil {
		if known, err := k.foundBefore(c, f); err != nil || known {
			return err
		}
	}
	now, event, id := db.At(k.tx.Now()), "case.found", db.NewID[Finding](k.tx)
	if c == nil {
		event = "case.opened"
		c, err = k.openCase(f, now)
	} else {
		_, err = k.tx.Exec(qCaseFound, now, k.publisher, c.ID)
	}
	if err != nil {
		return err
	}
	_, err = k.tx.Exec(qFindingInsert, k.publisher, id, c.ID, f.reason, db.JSON[Evidence]{V: f.evidence}, f.marks.bytes(), now)
	k.events = append(k.events, actor.Entry{
		Entity: "case", ID: c.ID, Event: event, Data: caseData{Container: f.box, Reason: f.reason, Finding: id}, By: f.by,
	})
	return err
}

// foundBefore reports whether a finding says nothing new: the same other machine
// asks again, or there are as many findings as are kept.
func (k *desk) foundBefore(c *Case, f clue) (bool, error) {
	if c.Findings >= maxFindings {
		return true, nil
	}
	all, err := findingsOf(k.tx, k.publisher, c.ID)
	same := func(o *Finding) bool {
		return f.reason == reasonOtherMachine && o.Reason == f.reason && slices.Equal(o.marks, f.marks)
	}
	return slices.ContainsFunc(all, same), err
}

func (k *desk) openCase(f clue, now db.Time) (*Case, error) {
	holders, err := holdersOf(k.tx, k.publisher, db.IDs[Container]{f.box})
	if err != nil {
		return nil, err
	}
	orgs := slices.Compact(slices.SortedFunc(slices.Values(holders[f.box]), actor.OrgID.Compare))
	var raw []byte
	for _, o := range orgs {
		raw = append(raw, o[:]...)
	}
	c := &Case{ID: db.NewID[Case](k.tx)}
	_, err = k.tx.Exec(qCaseInsert, k.publisher, c.ID, f.box, raw, f.reason, now, now)
	return c, err
}
