package text

// Tickets that change a license, as the depot tells them.
var (
	_ = add("depot.change.what", Entry{EN: "What it does", DE: "Was es tut"})
	_ = add("depot.change.upgrade", Entry{
		EN: "An upgrade: it replaces a license that is already on a device by a better one.",
		DE: "Ein Upgrade: Es ersetzt eine Lizenz, die schon auf einem Gerät liegt, durch eine bessere.",
	})
	_ = add("depot.change.extension", Entry{
		EN: "An extension: it lengthens a license that is already on a device.",
		DE: "Eine Verlängerung: Sie verlängert eine Lizenz, die schon auf einem Gerät liegt.",
	})
	_ = add("depot.change.addon", Entry{
		EN: "An add-on: it adds to a license that is already on a device.",
		DE: "Eine Erweiterung: Sie erweitert eine Lizenz, die schon auf einem Gerät liegt.",
	})
	_ = add("depot.change.targets", Entry{EN: "Fits licenses of", DE: "Passt zu Lizenzen von"})
	_ = add("depot.change.adds", Entry{EN: "Adds", DE: "Fügt hinzu"})
	_ = add("depot.change.months", Entry{EN: "{n} months", DE: "{n} Monate", ENOne: "{n} month", DEOne: "{n} Monat"})
	_ = add("depot.change.days", Entry{EN: "{n} days", DE: "{n} Tage", ENOne: "{n} day", DEOne: "{n} Tag"})
	_ = add("depot.change.seats", Entry{EN: "{n} seats", DE: "{n} Plätze", ENOne: "{n} seat", DEOne: "{n} Platz"})
	_ = add("depot.change.features", Entry{EN: "features: {features}", DE: "Funktionen: {features}"})
	_ = add("depot.change.limit", Entry{EN: "{name}: {value} more", DE: "{name}: {value} mehr"})
	_ = add("depot.change.units_name", Entry{EN: "Redeemed", DE: "Eingelöst"})
	_ = add("depot.change.units", Entry{EN: "{used} of {limit}", DE: "{used} von {limit}"})
	_ = add("depot.change.where", Entry{
		EN: "Redeem it on the device that holds the license it is to change. No second license appears there, and every other device with that license learns the change at its next contact.",
		DE: "Lösen Sie es auf dem Gerät ein, auf dem die Lizenz liegt, die es ändern soll. Es entsteht dort keine zweite Lizenz, und jedes andere Gerät mit dieser Lizenz erfährt die Änderung beim nächsten Kontakt.",
	})
	_ = add("depot.state.redeemable", Entry{EN: "Can be redeemed", DE: "Kann eingelöst werden"})
	_ = add("depot.redeem.here", Entry{EN: "Redeem it on a machine with internet", DE: "Auf einem Rechner mit Internet einlösen"})
	_ = add("depot.redeem.offline", Entry{EN: "Redeem it on a machine without internet", DE: "Auf einem Rechner ohne Internet einlösen"})
	_ = add("depot.redeem.button", Entry{EN: "Redeem on a machine", DE: "Auf einem Rechner einlösen"})
	_ = add("depot.added", Entry{
		EN: "({n} of them by add-ons)", DE: "({n} davon durch Erweiterungen)", ENOne: "({n} of them by an add-on)", DEOne: "({n} davon durch eine Erweiterung)",
	})
	_ = add("depot.units_name", Entry{EN: "Units", DE: "Einheiten"})
	_ = add("depot.units", Entry{
		EN: "{name}: {spent} of {bought} consumed, as far as devices have told; {left} are not drawn into any device",
		DE: "{name}: {spent} von {bought} verbraucht, soweit die Geräte es gemeldet haben; {left} sind in kein Gerät gezogen",
	})
	_ = add("depot.eligible_name", Entry{EN: "Eligible", DE: "Berechtigt"})
	_ = add("depot.eligible", Entry{EN: "{who}", DE: "{who}"})
	_ = add("depot.eligible_until", Entry{EN: "{who}, on record until {until}", DE: "{who}, nachgewiesen bis {until}"})
	_ = add("depot.eligible_over", Entry{
		EN: "{who}, on record until {until}; the publisher may ask for new evidence",
		DE: "{who}, nachgewiesen bis {until}; der Hersteller kann einen neuen Nachweis verlangen",
	})
	_ = add("depot.changes", Entry{EN: "Changed by", DE: "Geändert durch"})
	_ = add("depot.changed", Entry{EN: "{name} ({number}) × {quantity}, on {since}", DE: "{name} ({number}) × {quantity}, am {since}"})
	_ = add("depot.changed_blocked", Entry{
		EN: "{name} ({number}) × {quantity}, on {since}: blocked, without effect for now (its seats stay)",
		DE: "{name} ({number}) × {quantity}, am {since}: gesperrt, vorerst ohne Wirkung (die Plätze bleiben)",
	})
)
