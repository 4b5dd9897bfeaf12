package catalog

import "slices"

// Check returns every rule that m breaks, joined (fault.All takes them apart):
// first each value by itself, then which rules go together.
func (m ModelSpec) Check() error { return m.check().join() }

func (m ModelSpec) check() (bad refusals) {
	bad.choice("/kind", string(m.Kind), words(Kinds())...)
	bad.containers("/containers", m.Containers)
	bad.choice("/enforce", m.Enforce, Enforce, Warn, Log)
	bad.under("", m.checkNumbers())
	bad.under("", m.checkFloating())
	if len(bad) > 0 {
		return bad // combinations of broken values would only repeat them
	}
	bad.under("", m.checkEnd())
	bad.under("", m.checkKind())
	bad.under("", m.checkUse())
	return bad
}

// checkNumbers holds every number within its bounds.
func (m ModelSpec) checkNumbers() (bad refusals) {
	bad.within("/duration/months", m.Duration.Months, 0, maxMonths)
	bad.within("/duration/days", m.Duration.Days, 0, maxDays)
	bad.within("/overdraft", m.Overdraft, 0, maxOverdraft)
	bad.within("/fingerprint/min", m.Fingerprint.Min, 1, maxMatches)
	bad.within("/restore/count", m.Restore.Count, 0, maxRestores)
	bad.within("/restore/per_days", m.Restore.PerDays, min(m.Restore.Count, 1), maxDays)
	bad.within("/restore/wait_days", m.Restore.WaitDays, 0, maxDays)
	bad.within("/grace_days", m.GraceDays, 0, maxDays)
	bad.within("/refresh_days", m.RefreshDays, 0, maxDays)
	bad.within("/maintenance_months", m.Maintenance, 0, maxMonths)
	return bad
}

// checkEnd holds the rules about when a license ends.
func (m ModelSpec) checkEnd() (bad refusals) {
	lasts := m.Duration.Months > 0 || m.Duration.Days > 0
	if m.Duration.From != "" || lasts {
		bad.choice("/duration/from", m.Duration.From, FromFirstActivation, FromIssue)
	}
	if !m.Ends() && (slices.Contains([]Kind{TimeLimited, Trial, NFR}, m.Kind) || m.Duration.From != "") {
		bad.add("/duration", ErrEndMissing.With("kind", string(m.Kind)))
	}
	if lasts && !m.FixedEnd.IsZero() {
		bad.add("/fixed_end", ErrTwoEnds)
	}
	if days := m.Duration.Months*31 + m.Duration.Days; m.Kind == Trial && days > maxTrialDays {
		bad.add("/duration", ErrTrialLong.With("value", days, "limit", maxTrialDays))
	}
	if m.GraceDays > 0 && !m.Ends() { // a contact that was missed ends nothing
		bad.add("/grace_days", ErrGraceWithoutEnd.With("value", m.GraceDays))
	}
	if m.Renews && !lasts {
		bad.add("/renews", ErrRenews.With("kind", string(m.Kind)))
	}
	return bad
}

// checkKind holds what one kind demands or excludes.
func (m ModelSpec) checkKind() (bad refusals) {
	switch m.Kind {
	case SingleUse:
		for _, one := range []struct {
			at string
			on bool
		}{{"reusable", m.Reusable}, {"transfer", m.Transfer}} {
			if one.on {
				bad.add("/"+one.at, ErrSingleUse.With("field", one.at))
			}
		}
	case Reusable, Floating:
		if !m.Reusable {
			bad.add("/reusable", ErrNotReusable.With("kind", string(m.Kind)))
		}
	case Maintenance:
		if m.Maintenance == 0 {
			bad.add("/maintenance_months", ErrMaintenanceMissing)
		}
	}
	if m.Trial.OncePerDevice && m.Kind != Trial {
		bad.add("/trial/once_per_device", ErrTrialOnly.With("kind", string(m.Kind)))
	}
	if may := overdraftKinds(); m.Overdraft > 0 && !slices.Contains(may, m.Kind) {
		bad.add("/overdraft", ErrOverdraftKind.With("kind", string(m.Kind), "value", m.Overdraft, "allowed", words(may)))
	}
	return bad
}

// checkUse holds the rules about containers and restores.
func (m ModelSpec) checkUse() (bad refusals) {
	if m.Restore.WaitDays > m.Restore.PerDays {
		bad.add("/restore/wait_days", ErrRestoreWait.With("value", m.Restore.WaitDays, "limit", m.Restore.PerDays))
	}
	if m.Offline && !slices.ContainsFunc(m.Containers, func(c string) bool { return c != Cloud }) {
		bad.add("/offline", ErrCloudOffline)
	}
	return bad
}

// overdraftKinds are the kinds whose quantity may be exceeded for a while.
func overdraftKinds() []Kind { return []Kind{Multi, Floating, Usage, Capacity} }

// containers checks a set of container kinds.
func (r *refusals) containers(at string, kinds []string) {
	if len(kinds) == 0 {
		r.add(at, ErrContainersMissing)
		return
	}
	for i, k := range kinds {
		r.choice(index(at, i), k, Soft, Hardware, Cloud, Named)
	}
	r.distinct(at, kinds, func(s string) string { return s })
}
