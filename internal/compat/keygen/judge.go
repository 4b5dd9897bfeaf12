package keygen

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
)

// The verdicts about a license.
const (
	codeValid     = "VALID"
	codeNotFound  = "NOT_FOUND"
	codeSuspended = "SUSPENDED"
	codeExpired   = "EXPIRED"
	codeProduct   = "PRODUCT_SCOPE_MISMATCH"
)

// verdicts is the one table from what is wrong with a license to a verdict.
var verdicts = map[string]string{
	"license.blocked":         codeSuspended,
	"license.ticket_blocked":  codeSuspended,
	"license.recalled":        codeSuspended,
	"license.ticket_reversed": codeSuspended,
	"license.not_yet":         codeSuspended,
	"license.changes_only":    codeSuspended,
	"license.expired":         codeExpired,
	"license.ticket_expired":  codeExpired,
	"license.other_product":   codeProduct,
}

// codeOf is the verdict that a refusal means.
func codeOf(refusal error) string {
	if refusal == nil {
		return codeValid
	}
	if code, ok := verdicts[fault.CodeOf(refusal)]; ok {
		return code
	}
	return codeSuspended
}

// scope is what a program says of itself when it asks for a verdict.
type scope struct {
	Product      *string         `json:"product"`
	Policy       *string         `json:"policy"`
	Machine      *string         `json:"machine"`
	Fingerprint  *string         `json:"fingerprint"`
	Fingerprints []string        `json:"fingerprints"`
	Components   []string        `json:"components"`
	Features     []string        `json:"entitlements"`
	User         json.RawMessage `json:"user"`
	Environment  json.RawMessage `json:"environment"`
	Checksum     json.RawMessage `json:"checksum"`
	Version      json.RawMessage `json:"version"`
}

// prints is the fingerprints that the scope names.
func (s *scope) prints() []string {
	out := slices.Clone(s.Fingerprints)
	if s.Fingerprint != nil {
		out = append(out, *s.Fingerprint)
	}
	return slices.DeleteFunc(out, func(p string) bool { return p == "" })
}

// machines is what is to be looked for.
func (s *scope) machines() []string {
	out := s.prints()
	if s.Machine != nil {
		out = append(out, *s.Machine)
	}
	return out
}

// maxPrints bounds how many machines one question names.
const maxPrints = 100

func (s *scope) check() error {
	if len(s.machines()) > maxPrints || len(s.Components) > maxPrints || len(s.Features) > maxPrints {
		return ErrParameter.At("/meta/scope").With("limit", maxPrints)
	}
	return nil
}

// unknown is the verdict for a scope that names what this API does not have: it is
// never passed over.
func (s *scope) unknown() string {
	for _, one := range []struct {
		raw  json.RawMessage
		code string
	}{
		{s.Environment, "ENVIRONMENT_SCOPE_MISMATCH"},
		{s.User, "USER_SCOPE_MISMATCH"},
		{s.Checksum, "CHECKSUM_SCOPE_MISMATCH"},
		{s.Version, "VERSION_SCOPE_MISMATCH"},
	} {
		if len(one.raw) > 0 && string(one.raw) != "null" {
			return one.code
		}
	}
	return ""
}

// judge says whether the license is good for a program that says this of itself. The
// first rule that does not hold names the verdict.
func (l keyed) judge(s *scope, now time.Time) string {
	code := codeOf(l.Refusal)
	for _, rule := range []func() string{
		func() string { return code },
		s.unknown,
		func() string { return l.judgeProduct(s) },
		func() string { return l.judgeFeatures(s) },
		func() string { return l.judgeMachines(s, now) },
	} {
		if code := rule(); code != "" && code != codeValid {
			return code
		}
	}
	return codeValid
}

// judgeProduct compares the product that the program names, unless its address says
// which it is: programs go on sending an id of another system.
func (l keyed) judgeProduct(s *scope) string {
	if l.to.product == "" && s.Product != nil && *s.Product != l.Info.Product {
		return codeProduct
	}
	if s.Policy != nil && *s.Policy != l.Terms.String() {
		return "POLICY_SCOPE_MISMATCH"
	}
	return ""
}

func (l keyed) judgeFeatures(s *scope) string {
	if s.Features == nil {
		return ""
	}
	if len(s.Features) == 0 {
		return "ENTITLEMENTS_SCOPE_EMPTY"
	}
	for _, code := range s.Features {
		if !slices.Contains(l.Features, code) && !slices.Contains(l.Features, catalog.AllFeatures) {
			return "ENTITLEMENTS_MISSING"
		}
	}
	return ""
}

// judgeMachines wants a machine of the license, the one that the program is on where
// it says so.
func (l keyed) judgeMachines(s *scope, now time.Time) string {
	prints := s.prints()
	asked := s.Fingerprint != nil || s.Fingerprints != nil
	switch {
	case asked && len(prints) == 0:
		return "FINGERPRINT_SCOPE_EMPTY"
	case s.Components != nil && len(s.Components) == 0:
		return "COMPONENTS_SCOPE_EMPTY"
	case s.Components != nil && !asked:
		return "FINGERPRINT_SCOPE_REQUIRED"
	case l.Info.Used == 0 && l.Info.Limit == 1:
		return "NO_MACHINE"
	case l.Info.Used == 0:
		return "NO_MACHINES"
	}
	if s.Machine != nil && !slices.ContainsFunc(l.Machines, func(m *license.NamedMachine) bool { return m.ID.String() == *s.Machine }) {
		return "MACHINE_SCOPE_MISMATCH"
	}
	if !asked {
		return ""
	}
	at := slices.IndexFunc(l.Machines, func(m *license.NamedMachine) bool { return slices.Contains(prints, m.Name) })
	if at < 0 {
		return "FINGERPRINT_SCOPE_MISMATCH"
	}
	return judgeMachine(l.Machines[at], s.Components, now)
}

func judgeMachine(m *license.NamedMachine, parts []string, now time.Time) string {
	if m.Required {
		switch heartbeat(m, now) {
		case beatNone:
			return "HEARTBEAT_NOT_STARTED"
		case beatDead:
			return "HEARTBEAT_DEAD"
		}
	}
	known := func(p license.NamedPart) bool { return slices.Contains(parts, p.Name) }
	if parts != nil && !slices.ContainsFunc(m.Parts, known) {
		return "COMPONENTS_SCOPE_MISMATCH"
	}
	return ""
}
