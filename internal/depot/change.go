package depot

import (
	"maps"
	"slices"
	"strings"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
)

// change is what the ticket of an upgrade, extension or add-on does, in words.
type change struct {
	What    string   // what kind of change it is
	Targets string   // articles whose licenses it changes
	Adds    []string // what it adds, a line each
	Units   string   // how much of it is redeemed
}

var changeWords = map[catalog.ArticleKind]string{
	catalog.Upgrade:   "depot.change.upgrade",
	catalog.Extension: "depot.change.extension",
	catalog.AddOn:     "depot.change.addon",
}

// newChange puts a change into words; nil for a license of its own.
func newChange(lang text.Lang, l license.LookLicense) *change {
	c := l.Change
	if c == nil {
		return nil
	}
	out := &change{
		What: text.T(lang, changeWords[c.Kind]), Targets: strings.Join(c.Targets, ", "),
		Units: text.T(lang, "depot.change.units", "used", l.Used, "limit", l.Limit),
	}
	add := func(key string, n int64) {
		if n > 0 {
			out.Adds = append(out.Adds, text.N(lang, key, n))
		}
	}
	add("depot.change.months", c.Adds.Months)
	add("depot.change.days", c.Adds.Days)
	add("depot.change.seats", c.Adds.Quantity)
	if len(c.Features) > 0 {
		out.Adds = append(out.Adds, text.T(lang, "depot.change.features", "features", strings.Join(c.Features, ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Limits)) {
		out.Adds = append(out.Adds, text.T(lang, "depot.change.limit", "name", name, "value", c.Limits[name]))
	}
	return out
}

// newChanges puts what has changed a license into words, a line each.
func newChanges(lang text.Lang, l license.LookLicense) (out []string) {
	for _, c := range l.Changes {
		key := "depot.changed"
		if c.State == license.LicenseBlocked {
			key = "depot.changed_blocked"
		}
		since := c.Since
		if l.Zone != nil {
			since = since.In(l.Zone)
		}
		y, m, d := since.Date()
		out = append(out, text.T(lang, key, "name", c.Name.In(lang), "number", c.Number, "quantity", c.Quantity, "since", text.Date(lang, y, m, d)))
	}
	return out
}

// eligible puts into words who is eligible for an academic license, and until when.
// What was seen of it is for staff.
func eligible(lang text.Lang, e license.EligibilityInfo) string {
	y, m, d := e.Until.Date()
	switch {
	case e.Until.IsZero():
		return text.T(lang, "depot.eligible", "who", e.Who)
	case e.Over:
		return text.T(lang, "depot.eligible_over", "who", e.Who, "until", text.Date(lang, y, m, d))
	}
	return text.T(lang, "depot.eligible_until", "who", e.Who, "until", text.Date(lang, y, m, d))
}
