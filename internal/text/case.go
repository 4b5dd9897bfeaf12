package text

// Cases: what was found about containers that look like copies, and what a human
// decides.
var (
	_ = add("fault.license.case_open", Entry{
		EN: "About this container case {case} is open. Decide the case: it shows what was found.",
		DE: "Zu diesem Lizenzcontainer ist der Fall {case} offen. Entscheiden Sie den Fall: Er zeigt, was gefunden wurde.",
	})
	_ = add("fault.license.case_decided", Entry{
		EN: "This case was decided on {at}: {decision}. A decision stays; what is found later opens a new case.",
		DE: "Dieser Fall wurde am {at} entschieden: {decision}. Eine Entscheidung bleibt; was später gefunden wird, eröffnet einen neuen Fall.",
	})
	_ = add("fault.license.case_reason", Entry{
		EN: "Say in one line why, with 1 to {limit} characters and without names of persons.",
		DE: "Sagen Sie in einer Zeile, warum, mit 1 bis {limit} Zeichen und ohne Namen von Personen.",
	})
	_ = add("fault.license.container_replaced", Entry{
		EN: "This container was given up, and what it held is free again. Make a new container, in an empty folder, and activate there with the same code.",
		DE: "Dieser Lizenzcontainer wurde aufgegeben, und was er enthielt, ist wieder frei. Legen Sie einen neuen Lizenzcontainer in einem leeren Ordner an, und aktivieren Sie dort mit demselben Code.",
	})
	_ = add("word.license.case_decided.decision.accept", Entry{EN: "it may go on", DE: "er darf weiterarbeiten"})
	_ = add("word.license.case_decided.decision.replace", Entry{EN: "a new container takes its place", DE: "ein neuer Lizenzcontainer tritt an seine Stelle"})
	_ = add("word.license.case_decided.decision.evict", Entry{EN: "what it holds was taken from it", DE: "was er enthält, wurde ihm genommen"})
	_ = add("word.license.case_decided.decision.block", Entry{EN: "it is blocked", DE: "er ist gesperrt"})
	_ = add("word.license.suspect.reason.other_machine", Entry{EN: "it asks from another machine than its own", DE: "er fragt von einem anderen Gerät als seinem eigenen"})

	_ = add("word.case.state.open", Entry{EN: "open", DE: "offen"})
	_ = add("word.case.state.decided", Entry{EN: "decided", DE: "entschieden"})
	_ = add("word.case.decision.accept", Entry{EN: "accepted", DE: "angenommen"})
	_ = add("word.case.decision.replace", Entry{EN: "replaced", DE: "ersetzt"})
	_ = add("word.case.decision.evict", Entry{EN: "evicted", DE: "entfernt"})
	_ = add("word.case.decision.block", Entry{EN: "blocked", DE: "gesperrt"})
	_ = add("word.case.message.req", Entry{EN: "a request", DE: "eine Lizenzanforderung"})
	_ = add("word.case.message.rcp", Entry{EN: "a receipt", DE: "eine Quittung"})
	_ = add("word.case.message.ret", Entry{EN: "a return", DE: "eine Rückgabe"})
	_ = add("word.case.never", Entry{EN: "none, it was never given to this container", DE: "keine, sie wurde diesem Lizenzcontainer nie gegeben"})
	_ = add("word.case.ended.returned", Entry{EN: "returned", DE: "zurückgegeben"})
	_ = add("word.case.ended.superseded", Entry{EN: "superseded", DE: "überholt"})
	_ = add("word.case.ended.restored_away", Entry{EN: "restored elsewhere", DE: "anderswo wiederhergestellt"})
	_ = add("word.case.ended.recalled", Entry{EN: "recalled", DE: "zurückgerufen"})
	_ = add("word.case.ended.elapsed", Entry{EN: "elapsed", DE: "abgelaufen"})
	_ = add("word.container.state.active", Entry{EN: "active", DE: "aktiv"})
	_ = add("word.container.state.suspect", Entry{EN: "suspect", DE: "auffällig"})
	_ = add("word.container.state.blocked", Entry{EN: "blocked", DE: "gesperrt"})

	_ = add("case.line", Entry{
		EN: "{case} · {found} · {state}: {reason} ({count})",
		DE: "{case} · {found} · {state}: {reason} ({count})",
	})
	_ = add("case.title", Entry{EN: "Case {case} ({state})", DE: "Fall {case} ({state})"})
	_ = add("case.container", Entry{
		EN: "Container {container}, since {at}: {reason}.",
		DE: "Lizenzcontainer {container}, seit {at}: {reason}.",
	})
	_ = add("case.finding", Entry{EN: "{number}. {at}: {reason}.", DE: "{number}. {at}: {reason}."})
	_ = add("case.message", Entry{
		EN: "{message} with counter {came}; heard before: {expected}",
		DE: "{message} mit Zähler {came}; zuletzt gehört: {expected}",
	})
	_ = add("case.license", Entry{EN: "license {license}", DE: "Lizenz {license}"})
	_ = add("case.generation", Entry{EN: "generation expected: {expected}; came: {came}", DE: "erwartete Generation: {expected}; gekommen: {came}"})
	_ = add("case.ended", Entry{EN: "it had left this container: {how}", DE: "sie hatte diesen Lizenzcontainer verlassen: {how}"})
	_ = add("case.units", Entry{EN: "units told as spent before: {expected}; now: {came}", DE: "zuletzt als verbraucht gemeldete Einheiten: {expected}; jetzt: {came}"})
	_ = add("case.machine", Entry{
		EN: "components that match: {same}; that differ: {differ}; must match: {need}",
		DE: "Merkmale, die übereinstimmen: {same}; die abweichen: {differ}; übereinstimmen müssen: {need}",
	})
	_ = add("case.virtual", Entry{EN: "virtual before: {before}; now: {now}", DE: "virtuell vorher: {before}; jetzt: {now}"})
	_ = add("case.app", Entry{EN: "program before: {before}; now: {now}", DE: "Programm vorher: {before}; jetzt: {now}"})
	_ = add("case.contacts", Entry{EN: "first contact {first}; last one before {last}", DE: "erster Kontakt {first}; letzter davor {last}"})
	_ = add("case.clock", Entry{EN: "by its own clock it was {said}", DE: "nach der eigenen Uhr war es {said}"})
	_ = add("case.box", Entry{
		EN: "The container is {state}, last heard {seen}, and holds licenses: {count}",
		DE: "Der Lizenzcontainer ist {state}, zuletzt gehört {seen}, und enthält Lizenzen: {count}",
	})
	_ = add("case.holds", Entry{
		EN: "license {license}, quantity {quantity}, generation {generation}, since {since}",
		DE: "Lizenz {license}, Menge {quantity}, Generation {generation}, seit {since}",
	})
	_ = add("case.decided", Entry{
		EN: "Decided {at} by {by}: {decision}. Reason: {why}",
		DE: "Entschieden {at} von {by}: {decision}. Grund: {why}",
	})
	_ = add("case.choose", Entry{EN: "To decide (licet case decide):", DE: "Zu entscheiden (licet case decide):"})
	_ = add("case.choose.accept", Entry{
		EN: "accept: This copy goes on. Its licenses get a new generation, so that every other copy shows itself.",
		DE: "accept: Diese Kopie arbeitet weiter. Ihre Lizenzen bekommen eine neue Generation, sodass sich jede andere Kopie zeigt.",
	})
	_ = add("case.choose.replace", Entry{
		EN: "replace: Its licenses are free for a new container; this one is never heard again.",
		DE: "replace: Ihre Lizenzen sind frei für einen neuen Lizenzcontainer; dieser wird nie mehr gehört.",
	})
	_ = add("case.choose.evict", Entry{
		EN: "evict: Its licenses are free, and it removes them at its next contact. It may activate again.",
		DE: "evict: Ihre Lizenzen sind frei, und sie entfernt sie beim nächsten Kontakt. Sie darf wieder aktivieren.",
	})
	_ = add("case.choose.block", Entry{
		EN: "block: It is refused and keeps its licenses, until somebody lifts the block.",
		DE: "block: Sie wird abgewiesen und behält ihre Lizenzen, bis jemand die Sperre aufhebt.",
	})
)
