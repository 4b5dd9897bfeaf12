package license

import (
	"time"

	"github.com/licet/licet/internal/catalog"
)

// ChangeInfo is what the ticket of an upgrade, extension or add-on does to a
// license that a device holds already.
type ChangeInfo struct {
	Kind     catalog.ArticleKind `json:"kind"`
	Targets  []string            `json:"targets"` // articles whose licenses it changes
	Adds     catalog.Adds        `json:"adds,omitzero"`
	Features []string            `json:"features"`
	Limits   map[string]int64    `json:"limits"`
}

// AppliedInfo is an upgrade, extension or add-on that changes a license now, or
// that waits to do so again.
type AppliedInfo struct {
	License  LicenseID           `json:"license"` // whose units were redeemed
	Kind     catalog.ArticleKind `json:"kind"`
	Number   string              `json:"number"`
	Name     catalog.Names       `json:"name"`
	Quantity int64               `json:"quantity"`
	Since    time.Time           `json:"since"`
	State    LicenseState        `json:"state"` // blocked: it has no effect until it is unblocked
}

// change describes what a license's ticket does to another one; nil for a right of
// its own.
func (l *License) change() *ChangeInfo {
	if !l.changes() {
		return nil
	}
	item := &l.terms.Item
	return &ChangeInfo{Kind: item.Kind, Targets: item.Targets, Adds: item.Adds, Features: item.Features, Limits: item.Limits}
}

// applied lists what has changed a license and is not taken back.
func (l *License) applied() (out []AppliedInfo) {
	for _, e := range l.effects {
		if item := &e.terms.Item; e.Quantity > 0 && e.State != LicenseRecalled {
			out = append(out, AppliedInfo{
				License: e.By, Kind: item.Kind, Number: item.Number, Name: item.Name, Quantity: e.Quantity, Since: e.At, State: e.State,
			})
		}
	}
	return out
}
