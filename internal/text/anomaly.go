package text

// Limits of returning and taking again, and what happened more often than honest use
// does.
var (
	_ = add("fault.license.too_often", Entry{
		EN: "{limit}: {burst} times at once, then once every {each}. The next time is possible at {next}; the publisher's support can help earlier.",
		DE: "{limit}: {burst}-mal auf einmal, dann einmal alle {each}. Das nächste Mal ist möglich am {next}; der Support des Herstellers kann früher helfen.",
	})
	_ = add("word.license.too_often.limit.ticket.churn", Entry{
		EN: "Seats of this ticket may be given back and taken again only so often",
		DE: "Plätze dieses Tickets dürfen nur so oft zurückgegeben und neu belegt werden",
	})
	_ = add("word.license.too_often.limit.license.churn", Entry{
		EN: "This license may be returned and activated again only so often",
		DE: "Diese Lizenz darf nur so oft zurückgegeben und neu aktiviert werden",
	})
	_ = add("word.license.too_often.limit.container.churn", Entry{
		EN: "This license may be returned and activated again on this device only so often",
		DE: "Diese Lizenz darf auf diesem Gerät nur so oft zurückgegeben und neu aktiviert werden",
	})

	_ = add("word.anomaly.churn", Entry{EN: "returned and taken again too often", DE: "zu oft zurückgegeben und neu belegt"})
	_ = add("word.anomaly.seen_twice", Entry{EN: "seen twice", DE: "zweimal gesehen"})
	_ = add("word.anomaly.restores", Entry{EN: "many restores", DE: "viele Wiederherstellungen"})
	_ = add("word.anomaly.clock", Entry{EN: "the clock is off", DE: "die Uhr geht falsch"})
	_ = add("word.anomaly.guessing", Entry{EN: "codes are guessed", DE: "Codes werden geraten"})
	_ = add("word.anomaly.of.license", Entry{EN: "license", DE: "Lizenz"})
	_ = add("word.anomaly.of.container", Entry{EN: "container", DE: "Lizenzcontainer"})
	_ = add("word.anomaly.of.publisher", Entry{EN: "publisher", DE: "Hersteller"})
	_ = add("anomaly.cases", Entry{EN: "Open cases: {count}", DE: "Offene Fälle: {count}"})
	_ = add("anomaly.count", Entry{EN: "{kind}: {count}", DE: "{kind}: {count}"})
	_ = add("anomaly.line", Entry{
		EN: "{last} · {kind} · {entity} {id}: {times} times since {first}",
		DE: "{last} · {kind} · {entity} {id}: {times}-mal seit {first}",
	})
)
