package license

import (
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/ship"
)

// The tables that travel in the issuance journal, in the order in which their
// rows can be brought back.
var (
	snapshotForm = ship.Form{Name: "license_snapshot", Columns: "publisher_id id, id id, line_id id, terms json, derived bool, moved bool"}
	shipSnapshot = ship.Declare(snapshotForm,
		db.SQL("license.ship_snapshot", snapshotForm.Read()), db.SQL("license.replay_snapshot", snapshotForm.Write()))

	ticketForm = ship.Form{
		Name: "ticket", Newer: "rev",
		Columns: `publisher_id id, id id, snapshot_id id, holder_id id, hint text, sealed bytes, state text, rev int,
			sold_to id, split_from id, into_id id, into_hint text`,
	}
	shipTicket = ship.Declare(ticketForm,
		db.SQL("license.ship_ticket", ticketForm.Read()), db.SQL("license.replay_ticket", ticketForm.Write()))

	licenseForm = ship.Form{
		Name: "license", Newer: "rev",
		Columns: `publisher_id id, id id, ticket_id id, snapshot_id id, quantity int, overdraft int, used int, owed int,
			taken int, version int, first_at int, until text, key_hint text, key_sealed bytes, state text, rev int,
			added int, effects int, spent int, direct int`,
	}
	shipLicense = ship.Declare(licenseForm,
		db.SQL("license.ship_license", licenseForm.Read()), db.SQL("license.replay_license", licenseForm.Write()))

	lookupForm = ship.Form{
		Name: "code_lookup", Key: "lookup", By: "lookup",
		Columns: "lookup id, publisher_id id, kind text, id id, pepper int",
	}
	shipLookup = ship.Declare(lookupForm,
		db.SQL("license.ship_lookup", lookupForm.Read()), db.SQL("license.replay_lookup", lookupForm.Write()))

	containerForm = ship.Form{
		Name: "container", Newer: "rev",
		Columns: `publisher_id id, id id, kind text, sign_key text, encrypt_key text, state text, reason text,
			first_ctr int, ctr int, seq int, marks blob, virtual bool, app_version text, app_os text, app_arch text,
			first_at int, seen_at int, rev int, pardon bool, listed bool`,
	}
	shipContainer = ship.Declare(containerForm,
		db.SQL("license.ship_container", containerForm.Read()), db.SQL("license.replay_container", containerForm.Write()))

	// An activation that ended comes before the one that may be in its place.
	activationForm = ship.Form{
		Name: "activation", Newer: "rev", Last: "slot",
		Columns: `publisher_id id, id id, license_id id, container_id id, gen int, slot int, quantity int, shrink int,
			state text, counted bool, version int, told int, why text, started_at int, ended_at int, elapses_at int, rev int,
			spent int, lent_until int, away bool`,
	}
	shipActivation = ship.Declare(activationForm,
		db.SQL("license.ship_activation", activationForm.Read()), db.SQL("license.replay_activation", activationForm.Write()))

	effectForm = ship.Form{
		Name: "license_effect", Newer: "rev",
		Columns: `publisher_id id, id id, base_id id, effect_id id, seq int, quantity int, at int, until text, rev int`,
	}
	shipEffect = ship.Declare(effectForm,
		db.SQL("license.ship_effect", effectForm.Read()), db.SQL("license.replay_effect", effectForm.Write()))

	consumptionForm = ship.Form{
		Name: "consumption", Columns: "publisher_id id, id id, license_id id, units int, spent int, left_over int, at int",
	}
	shipConsumption = ship.Declare(consumptionForm,
		db.SQL("license.ship_consumption", consumptionForm.Read()), db.SQL("license.replay_consumption", consumptionForm.Write()))

	leaseForm = ship.Form{
		Name: "floating_lease", Newer: "rev",
		Columns: `publisher_id id, id id, license_id id, container_id id, holder id, fence int, quantity int, seats int,
			state text, label text, prints blob, app_version text, granted_at int, renewed_at int, ends_at int, due_at int, rev int,
			reservation_id id`,
	}
	shipLease = ship.Declare(leaseForm,
		db.SQL("license.ship_lease", leaseForm.Read()), db.SQL("license.replay_lease", leaseForm.Write()))

	reservationForm = ship.Form{
		Name: "lease_reservation", Newer: "rev",
		Columns: `publisher_id id, id id, license_id id, holder id, kind text, label text, seats int, made_at int, rev int`,
	}
	shipReservation = ship.Declare(reservationForm,
		db.SQL("license.ship_reservation", reservationForm.Read()), db.SQL("license.replay_reservation", reservationForm.Write()))

	leaseRightForm = ship.Form{Name: "lease_right", Columns: "publisher_id id, id id, license_id id, container_id id"}
	shipLeaseRight = ship.Declare(leaseRightForm,
		db.SQL("license.ship_lease_right", leaseRightForm.Read()), db.SQL("license.replay_lease_right", leaseRightForm.Write()))

	namedForm = ship.Form{
		Name: "named_machine", Newer: "rev",
		Columns: "publisher_id id, id id, license_id id, lease_id id, sealed bytes, platform text, cores int, rev int",
	}
	shipNamed = ship.Declare(namedForm,
		db.SQL("license.ship_named", namedForm.Read()), db.SQL("license.replay_named", namedForm.Write()))

	caseForm = ship.Form{
		Name: "container_case", Newer: "rev",
		Columns: `publisher_id id, id id, container_id id, holders bytes, reason text, findings int, state text, decision text,
			why text, decided_by text, opened_at int, found_at int, decided_at int, rev int`,
	}
	shipCase = ship.Declare(caseForm,
		db.SQL("license.ship_case", caseForm.Read()), db.SQL("license.replay_case", caseForm.Write()))

	findingForm = ship.Form{
		Name: "case_finding", Columns: "publisher_id id, id id, case_id id, reason text, evidence json, marks bytes, at int",
	}
	shipFinding = ship.Declare(findingForm,
		db.SQL("license.ship_finding", findingForm.Read()), db.SQL("license.replay_finding", findingForm.Write()))

	bundleForm = ship.Form{Name: "exchange_bundle", Columns: "publisher_id id, id id, lines text"}
	shipBundle = ship.Declare(bundleForm,
		db.SQL("license.ship_bundle", bundleForm.Read()), db.SQL("license.replay_bundle", bundleForm.Write()))

	exchangeForm = ship.Form{
		Name: "exchange", Newer: "rev",
		Columns: `publisher_id id, id id, container_id id, ctr int, hash bytes, bundle_id id, answer bytes, refusal text,
			at int, rev int`,
	}
	shipExchange = ship.Declare(exchangeForm,
		db.SQL("license.ship_exchange", exchangeForm.Read()), db.SQL("license.replay_exchange", exchangeForm.Write()))

	trialForm = ship.Form{Name: "trial_mark", Columns: "publisher_id id, id id, license_id id"}
	shipTrial = ship.Declare(trialForm,
		db.SQL("license.ship_trial", trialForm.Read()), db.SQL("license.replay_trial", trialForm.Write()))
)

var (
	qTicketRange = db.SQL("license.ship_tickets_between", `
SELECT publisher_id, id, snapshot_id, holder_id, hint, sealed, state, rev, sold_to, split_from, into_id, into_hint FROM ticket
WHERE publisher_id = ? AND id BETWEEN ? AND ? ORDER BY publisher_id, id`)
	qLicenseRange = db.SQL("license.ship_licenses_between", `
SELECT publisher_id, id, ticket_id, snapshot_id, quantity, overdraft, used, owed,
  taken, version, first_at, until, key_hint, key_sealed, state, rev, added, effects, spent, direct FROM license
WHERE publisher_id = ? AND id BETWEEN ? AND ? ORDER BY publisher_id, id`)
	qIssuedRange = db.SQL("license.issued_range", `
SELECT id FROM ticket WHERE publisher_id = ? AND snapshot_id = ? AND id BETWEEN ? AND ? ORDER BY id`)
	qSnapshotTickets = db.SQL("license.tickets_of_snapshot", `
SELECT id FROM ticket WHERE publisher_id = ? AND {ids:snapshot_id}`)
	qSealedKeys = db.SQL("license.sealed_keys", `
SELECT id, key_sealed FROM license WHERE publisher_id = ? AND {ids:id} AND key_sealed IS NOT NULL`)
	qExchangeBundles = db.SQL("license.bundles_of_exchanges", `
SELECT DISTINCT bundle_id FROM exchange WHERE publisher_id = ? AND {ids:id} AND bundle_id IS NOT NULL`)
)
