package license

import (
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

var (
	somePublisher = actor.PublisherID{0: 1}
	someID        = [16]byte{15: 9}
)

// explained is the statements of the hot paths and of the lists, with arguments.
func explained() map[*db.Stmt][]any {
	p := somePublisher
	many := func(n int) (out []db.ID[exchangeRow]) {
		for i := range n {
			out = append(out, db.ID[exchangeRow]{14: byte(i >> 8), 15: byte(i)})
		}
		return out
	}
	ids := db.IDs[exchangeRow](many(64))
	id := db.ID[exchangeRow](someID)
	few := db.IDs[exchangeRow]{id}
	now := db.At(dbtest.Start)
	return map[*db.Stmt][]any{
		qExchanges: {p, ids}, qContainers: {p, ids}, qContainersSeen: {p, ids}, qContainersLive: {p, ids}, qLast: {p, id, id},
		qOpenedKeys: {ids, p}, qLicensesLock: {p, ids}, qTickets: {p, ids},
		qTrialMarks: {p, ids}, qLicenseElapsed: {p, id, now, 10}, qValidate: {id}, qLookup: {ids}, qLicenseLive: {p, id, 100},
		qCounted: {p, id, now}, qGranted: {p, id, now}, qSupport: {p, id}, qSupportOf: {p, id, id, 100},
		qLineOfSnapshot: {p, id}, qLookupDrop: {few, p}, qTicketWhole: {p, id, p, id, id}, qOpenedTickets: {ids, p}, qElapsed: {p, now, 100}, qElapsedPublisher: {p}, qElapseLater: {now, p, id, now},
		qTicketsAfter: {p, id, 100}, qHolderTickets: {p, id, id, 100}, qTicketsLicenses: {p, ids},
		qContainersAfter: {p, id, 100}, qContainersTrouble: {p, id, 100}, qContainersOfLicense: {p, id, id, 100},
		qActivationsAfter: {p, id, id, 0, 100}, qHoldersOf: {p, ids}, qTicketLicenses: {p, id},
		qTermsLock: {p, few}, qTermsLockOf: {p, p, id}, qLinePage: {p, id, id, 100}, qLineTickets: {p, few}, qTicketCounts: {p, few}, qLinesFree: {p, few, 100}, qLinesUsed: {p, few, 1}, qTicketsOpen: {p, ids},
		qLineHolders: {p, ids}, qLicensesLive: {p, ids}, qSnapshotTickets: {p, few}, qTicketsReverse: {p, ids}, qLicensesGone: {p, ids}, qSealedTickets: {p, ids},
		qLineSeats: {p, few}, qIssuedRange: {p, id, id, id}, qExchangePage: {p, id, 100},
		qEffects: {p, ids}, qEffectsBy: {p, ids}, qElapseAnew: {now, p, id}, qConsumption: {p, id}, qEligible: {p, ids},
		qLease: {p, id}, qLeases: {p, ids}, qLeasesLock: {p, ids}, qLeasesOfHolders: {p, id, ids}, qLeasesOfLicense: {p, id},
		qLeasesAfter: {p, id, id, id, 100}, qLeasesDueOf: {p, id, now, 100}, qLeasesDue: {p, now, 100}, qLeasesDuePublisher: {p}, qWaitersPublisher: {p},
		qReserved: {p, ids}, qFilled: {p, id}, qLine: {p, ids}, qWaitersDue: {p, now, 100}, qWaitersDelete: {p, ids},
		qNamed: {p, ids}, qNamedOfLicense: {p, id, 100}, qNamedUpdate: {id, []byte{}, "", 0, 2, p, id, 1}, qNamedForget: {p, id, id},
		qLent: {p, id}, qLeaseRights: {p, ids}, qLeaseUpdate: {1, "live", now, now, p, id, 1}, qLeaseRenew: {now, now, p, ids}, qLeaseLater: {now, p, id},
		qAnomalies: {p, now, 100}, qAnomaly: {p, id}, qAnomalyTold: {now, p, id, 1, now},
		qCaseOpen: {p, id}, qCasesBefore: {p, id, 100}, qCasesOpenBefore: {p, id, 100}, qCasesOfContainer: {p, id, id, 100}, qFindings: {p, id},
		qContainerUpdate: {"active", "", 1, 1, []byte{}, false, "", "", "", now, false, p, id, 1},
		qLicenseUpdate:   {1, 0, 0, 0, 1, now, db.Day{}, 0, 0, 0, 0, "available", p, id, 1, 0, 1},
	}
}

// Every hot statement and every list stays on its indexes at 10^5 rows, with
// and without statistics.
func TestPlans(t *testing.T) {
	dbtest.Large{
		Tables: []dbtest.Table{
			{
				Name: "ticket", Columns: "publisher_id, id, snapshot_id, holder_id, hint",
				Values: "P, ID(n), ID(n / 10), ID(n / 500), 'XXXXX'",
			},
			{
				Name: "license", Columns: "publisher_id, id, ticket_id, snapshot_id, quantity, used",
				Values: "P, ID(n), ID(n), ID(n / 10), 2, 1",
			},
			{
				Name: "code_lookup", Columns: "lookup, publisher_id, kind, id, pepper",
				Values: "ID(n), P, CASE WHEN n % 2 = 0 THEN 'ticket' ELSE 'key' END, ID(n), 1",
			},
			{
				Name: "container", Columns: "publisher_id, id, kind, sign_key, encrypt_key, first_ctr, ctr, seq, marks, virtual, app_version, app_os, app_arch, first_at, seen_at",
				Values: "P, ID(n), 'soft', 'k', '', 1, 1, 1, EMPTY, FALSE, '', '', '', n, n",
			},
			{
				Name: "activation", Columns: "publisher_id, id, license_id, container_id, gen, slot, quantity, state, version, started_at, elapses_at",
				Values: "P, ID(n), ID(n), ID(n), 1, n % 2, 1, CASE WHEN n % 2 = 0 THEN 'confirmed' ELSE 'returned' END, 1, n, CASE WHEN n % 10 = 0 THEN n END",
			},
			{
				Name: "exchange", Columns: "publisher_id, id, container_id, ctr, hash, at",
				Values: "P, ID(n), ID(n), 1, EMPTY, n",
			},
			{
				Name: "named_machine", Columns: "publisher_id, id, license_id, lease_id, sealed, platform, cores, rev",
				Values: "P, ID(n), ID(n / 2), ID(n), EMPTY, '', 1, 1",
			},
			{
				Name: "trial_mark", Columns: "publisher_id, id, license_id",
				Values: "P, ID(n), ID(n)",
			},
			{
				Name: "license_effect", Columns: "publisher_id, id, base_id, effect_id, seq, quantity, at",
				Values: "P, ID(n), ID(n), ID(n / 5), 1, 1, n",
			},
			{
				Name: "consumption", Columns: "publisher_id, id, license_id, units, spent, left_over, at",
				Values: "P, ID(n), ID(n / 5), 1, 1, 1, n",
			},
			{
				Name:    "floating_lease",
				Columns: "publisher_id, id, license_id, container_id, holder, fence, quantity, seats, state, label, prints, app_version, granted_at, renewed_at, ends_at, due_at",
				Values:  "P, ID(n), ID(n / 100), ID(n), ID(n / 2), n + 1, 1, 1, 'live', '', EMPTY, '', n, n, n, n",
			},
			{
				Name:    "lease_reservation",
				Columns: "publisher_id, id, license_id, holder, kind, label, seats, made_at",
				Values:  "P, ID(n), ID(n / 10), ID(n), 'label', '', 1, n",
			},
			{
				Name:    "lease_waiter",
				Columns: "publisher_id, id, license_id, container_id, holder, keys, quantity, seq, state, seats, label, asked_at, due_at",
				Values:  "P, ID(n), ID(n / 100), ID(n), ID(n), EMPTY, 1, n + 1, 'waiting', 0, '', n, n",
			},
			{
				Name: "lease_right", Columns: "publisher_id, id, license_id, container_id",
				Values: "P, ID(n), ID(n / 100), ID(n)",
			},
			{
				Name: "anomaly", Columns: "publisher_id, id, kind, entity, entity_id, times, first_at, last_at",
				Values: "P, ID(n), 'clock', 'container', ID(n), 1, n, n",
			},
			{
				Name: "container_case", Columns: "publisher_id, id, container_id, holders, reason, findings, state, decision, opened_at, found_at",
				Values: "P, ID(n), ID(n), EMPTY, 'counter', 1, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'decided' END, CASE WHEN n % 50 = 0 THEN '' ELSE 'block' END, n, n",
			},
			{
				Name: "case_finding", Columns: "publisher_id, id, case_id, reason, evidence, marks, at",
				Values: "P, ID(n), ID(n / 5), 'counter', '{}', EMPTY, n",
			},
			{
				Name: "license_snapshot", Columns: "publisher_id, id, line_id, terms",
				Values: "P, ID(n), ID(n), '{}'",
			},
		},
		Also:       []string{"t", "l", "c", "a", "e", "s", "f", "r", "w", "n"},
		Small:      []string{"activation_elapses", "container_case_open"},
		Statements: explained(),
	}.StayOnIndexes(t)
}
