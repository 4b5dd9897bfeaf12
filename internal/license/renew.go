package license

import (
	"time"

	"github.com/licet/licet/internal/day"
)

// leastLead is how many days before its end a license that renews by itself is
// renewed, where it has to be in contact more seldom, or never.
const leastLead = 14

// renew moves the end of a license that renews by itself on by its own duration, when
// the end comes before the next contact would. Terms count from the first activation,
// so that two contacts, or two servers, renew once. It returns nil when there is
// nothing to renew.
func (l *License) renew(now time.Time) *renewedData {
	m := l.terms.model()
	if !m.Renews || l.changes() || l.First.IsZero() || l.State != LicenseAvailable {
		return nil
	}
	last, _ := l.over(now)
	if last == day.None {
		return nil
	}
	length := m.Duration.Months*28 + m.Duration.Days
	soon := day.FromTime(now, l.terms.loc).AddDays(int(min(max(m.RefreshDays, leastLead), max(1, length/2))))
	if last > soon {
		return nil
	}
	begin, to := l.terms.begin(l.First, l.First), last
	for k := int64(1); to <= soon || to <= last; k++ {
		to = term{begin, m.Duration.Months * k, m.Duration.Days * k}.end().AddDays(-1)
	}
	l.Until = to
	l.touch()
	return &renewedData{From: last.AddDays(1), To: to}
}

// renewedData is what the journal keeps of a renewal: the term that was added.
type renewedData struct {
	From day.Day `json:"begins"`
	To   day.Day `json:"ends"`
}

// renews renews licenses that do so by themselves before anything is said of them.
func (c *contact) renews(l *License) {
	if done := l.renew(c.now); done != nil {
		c.event("license", l.ID, "license.renewed", done)
	}
}
