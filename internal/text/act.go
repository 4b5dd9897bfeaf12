package text

// The commands about tickets, licenses, activations and containers (licet ticket,
// licet license, licet activation, licet container, licet cloud, licet acts).
var (
	_ = add("cli.act.preview", Entry{EN: "This is a preview; nothing was changed. It would be so:", DE: "Das ist eine Vorschau; nichts wurde geändert. So wäre es:"})
	_ = add("cli.act.none", Entry{EN: "There are no entries.", DE: "Es gibt keine Einträge."})
	_ = add("cli.act.code", Entry{EN: "Its code: {code}", DE: "Sein Code: {code}"})
	_ = add("cli.act.merge_back", Entry{
		EN: "To undo it: licet ticket merge {id} --from {new} --reason mistake",
		DE: "So machen Sie es rückgängig: licet ticket merge {id} --from {new} --reason mistake",
	})
	_ = add("cli.ticket.line", Entry{
		EN: "Ticket {ticket}, whose code ends in {hint}: {state}.",
		DE: "Ticket {ticket}, dessen Code auf {hint} endet: {state}.",
	})
	_ = add("cli.ticket.new", Entry{EN: "A new ticket: {state}.", DE: "Ein neues Ticket: {state}."})
	_ = add("cli.ticket.holder", Entry{EN: "Holder: {holder}.", DE: "Inhaber: {holder}."})
	_ = add("cli.ticket.into", Entry{
		EN: "It was merged into the ticket whose code ends in {hint}.",
		DE: "Es wurde mit dem Ticket zusammengelegt, dessen Code auf {hint} endet.",
	})
	_ = add("cli.transfer.devices.keep", Entry{EN: "Devices that go along: {count}.", DE: "Geräte, die mitgehen: {count}."})
	_ = add("cli.transfer.devices.return", Entry{
		EN: "Devices that give their seats back at their next contact: {count}.",
		DE: "Geräte, die ihre Plätze beim nächsten Kontakt zurückgeben: {count}.",
	})
	_ = add("cli.transfer.lent", Entry{
		EN: "Of them, borrowed until their end: {count}.",
		DE: "Davon bis zu ihrem Ende ausgeliehen: {count}.",
	})
	_ = add("cli.transfer.new_code", Entry{
		EN: "The new holder gets a new code; the old one opens nothing any more.",
		DE: "Der neue Inhaber bekommt einen neuen Code; der alte öffnet nichts mehr.",
	})
	_ = add("cli.license.line", Entry{
		EN: "License {license}, {name}, article {number}: {state}. Used: {used} of {limit}; free: {free}.",
		DE: "Lizenz {license}, {name}, Artikel {number}: {state}. Belegt: {used} von {limit}; frei: {free}.",
	})
	_ = add("cli.license.until", Entry{EN: "Last day: {day}.", DE: "Letzter Tag: {day}."})
	_ = add("cli.license.if_today", Entry{
		EN: "Not activated yet. Last day if it is activated today: {day}.",
		DE: "Noch nicht aktiviert. Letzter Tag, wenn sie heute aktiviert wird: {day}.",
	})
	_ = add("cli.license.units", Entry{
		EN: "Units ({name}): {spent} of {bought} consumed, as far as devices have told; {left} are not drawn into any device.",
		DE: "Einheiten ({name}): {spent} von {bought} verbraucht, soweit die Geräte es gemeldet haben; {left} sind in kein Gerät gezogen.",
	})
	_ = add("cli.license.eligible", Entry{
		EN: "Eligible: {who}, by {evidence}.",
		DE: "Berechtigt: {who}, nachgewiesen durch {evidence}.",
	})
	_ = add("cli.license.eligible_until", Entry{
		EN: "Eligible: {who}, by {evidence}, until {until}.",
		DE: "Berechtigt: {who}, nachgewiesen durch {evidence}, bis {until}.",
	})
	_ = add("cli.license.eligible_over", Entry{
		EN: "Eligible: {who}, by {evidence}, which was good until {until}. The license goes on; ask for new evidence.",
		DE: "Berechtigt: {who}, nachgewiesen durch {evidence}; das galt bis {until}. Die Lizenz läuft weiter; verlangen Sie einen neuen Nachweis.",
	})
	_ = add("cli.license.owed", Entry{
		EN: "Sold back and still in use: {owed}.",
		DE: "Zurückgegeben und noch in Benutzung: {owed}.",
	})
	_ = add("cli.recall.result", Entry{
		EN: "Licenses: {licenses}. Devices that remove something at their next contact: {devices}. Seats gone at once: {freed}; in use until then: {pending}.",
		DE: "Lizenzen: {licenses}. Geräte, die beim nächsten Kontakt etwas entfernen: {devices}. Sofort weggefallene Plätze: {freed}; bis dahin noch belegt: {pending}.",
	})
	_ = add("cli.replace.would", Entry{
		EN: "In its place comes {name}, article {number}.",
		DE: "An ihre Stelle tritt {name}, Artikel {number}.",
	})
	_ = add("cli.replace.devices", Entry{
		EN: "Devices that swap the old license for it at their next contact: {count}.",
		DE: "Geräte, die die alte Lizenz beim nächsten Kontakt dagegen tauschen: {count}.",
	})
	_ = add("cli.activation.line", Entry{
		EN: "Activation {activation}: {state}. Quantity {quantity}, on container {container}, since {since}.",
		DE: "Aktivierung {activation}: {state}. Menge {quantity}, im Lizenzcontainer {container}, seit {since}.",
	})
	_ = add("cli.activation.lent", Entry{EN: "It ends by itself: {until}.", DE: "Sie endet von selbst: {until}."})
	_ = add("cli.container.line", Entry{
		EN: "Container {container}, kind {kind}: {state}. Last heard of: {seen}.",
		DE: "Lizenzcontainer {container}, Art {kind}: {state}. Zuletzt gemeldet: {seen}.",
	})
	_ = add("cli.cloud.service", Entry{
		EN: "Cloud container {container} of the service account {account}, organization {org}: {state}.",
		DE: "Cloud-Container {container} des Dienstkontos {account}, Organisation {org}: {state}.",
	})
	_ = add("cli.cloud.person", Entry{
		EN: "Cloud container {container} of the person {account}, organization {org}: {state}.",
		DE: "Cloud-Container {container} der Person {account}, Organisation {org}: {state}.",
	})
	_ = add("cli.cloud.secret", Entry{
		EN: "Its secret, shown only now: {secret}",
		DE: "Sein Geheimnis, nur jetzt gezeigt: {secret}",
	})
	_ = add("cli.acts.line", Entry{
		EN: "{at}: {verb} {id}, by {by}. Reason: {reason}.",
		DE: "{at}: {verb} {id}, durch {by}. Grund: {reason}.",
	})
	_ = add("cli.acts.note", Entry{EN: "Note: {note}", DE: "Notiz: {note}"})
)

// What is to be known after an act, above all how it is undone.
var (
	_ = add("cli.after.ticket.block", Entry{EN: "To lift it: licet ticket unblock {id} --reason mistake", DE: "So heben Sie die Sperre auf: licet ticket unblock {id} --reason mistake"})
	_ = add("cli.after.ticket.unblock", Entry{EN: "To block it again: licet ticket block {id} --reason mistake", DE: "So sperren Sie es wieder: licet ticket block {id} --reason mistake"})
	_ = add("cli.after.ticket.merge", Entry{
		EN: "To take seats out again: licet ticket split {id} --seats 1 --reason mistake",
		DE: "So teilen Sie wieder Plätze ab: licet ticket split {id} --seats 1 --reason mistake",
	})
	_ = add("cli.after.ticket.transfer", Entry{
		EN: "To undo it, transfer the ticket back; a code that was replaced stays replaced.",
		DE: "Um es rückgängig zu machen, übertragen Sie das Ticket zurück; ein ersetzter Code bleibt ersetzt.",
	})
	_ = add("cli.after.license.block", Entry{
		EN: "Devices refuse it from their next contact on. To lift it: licet license unblock {id} --reason mistake",
		DE: "Geräte lehnen sie ab dem nächsten Kontakt ab. So heben Sie die Sperre auf: licet license unblock {id} --reason mistake",
	})
	_ = add("cli.after.license.unblock", Entry{
		EN: "Devices get it again at their next contact. To block it again: licet license block {id} --reason mistake",
		DE: "Geräte bekommen sie beim nächsten Kontakt wieder. So sperren Sie sie wieder: licet license block {id} --reason mistake",
	})
	_ = add("cli.after.license.extend", Entry{
		EN: "Devices learn it at their next contact.",
		DE: "Geräte erfahren es beim nächsten Kontakt.",
	})
	_ = add("cli.after.license.recall", Entry{
		EN: "This cannot be undone; order anew what is needed again.",
		DE: "Das lässt sich nicht rückgängig machen; bestellen Sie neu, was wieder gebraucht wird.",
	})
	_ = add("cli.after.license.replace", Entry{
		EN: "This cannot be undone; the new license can be replaced in turn.",
		DE: "Das lässt sich nicht rückgängig machen; die neue Lizenz kann ihrerseits ersetzt werden.",
	})
	_ = add("cli.after.activation.return", Entry{
		EN: "The device gives it back at its next contact; the seat is free then. To have it there again, activate it there afterwards.",
		DE: "Das Gerät gibt sie beim nächsten Kontakt zurück; dann ist der Platz frei. Wird sie dort wieder gebraucht, aktivieren Sie sie dort danach neu.",
	})
	_ = add("cli.after.activation.move", Entry{
		EN: "The seat is free now, and the device is shut out. This cannot be undone; the device can be activated again.",
		DE: "Der Platz ist jetzt frei, und das Gerät ist ausgeschlossen. Das lässt sich nicht rückgängig machen; das Gerät kann neu aktiviert werden.",
	})
	_ = add("cli.after.activation.restore", Entry{
		EN: "The seat is free now, and the device is shut out. The holder sees at the depot that support has granted it. This cannot be undone.",
		DE: "Der Platz ist jetzt frei, und das Gerät ist ausgeschlossen. Der Inhaber sieht im Depot, dass der Support es gewährt hat. Das lässt sich nicht rückgängig machen.",
	})
)

// States, reasons and acts in words.
var (
	_ = add("word.ticket.state.issued", Entry{EN: "issued", DE: "ausgegeben"})
	_ = add("word.ticket.state.blocked", Entry{EN: "blocked", DE: "gesperrt"})
	_ = add("word.ticket.state.reversed", Entry{EN: "reversed", DE: "storniert"})
	_ = add("word.ticket.state.expired", Entry{EN: "expired", DE: "abgelaufen"})
	_ = add("word.ticket.state.merged", Entry{EN: "merged", DE: "zusammengelegt"})
	_ = add("word.license.state.available", Entry{EN: "available", DE: "verfügbar"})
	_ = add("word.license.state.blocked", Entry{EN: "blocked", DE: "gesperrt"})
	_ = add("word.license.state.recall_pending", Entry{EN: "being recalled", DE: "wird zurückgerufen"})
	_ = add("word.license.state.recalled", Entry{EN: "recalled", DE: "zurückgerufen"})
	_ = add("word.license.state.replaced", Entry{EN: "replaced", DE: "ersetzt"})
	_ = add("word.activation.state.requested", Entry{EN: "requested", DE: "angefordert"})
	_ = add("word.activation.state.delivered", Entry{EN: "delivered", DE: "ausgeliefert"})
	_ = add("word.activation.state.confirmed", Entry{EN: "active", DE: "aktiv"})
	_ = add("word.activation.state.return_requested", Entry{EN: "to be returned at the next contact", DE: "wird beim nächsten Kontakt zurückgegeben"})
	_ = add("word.activation.state.recall_pending", Entry{EN: "to be removed at the next contact", DE: "wird beim nächsten Kontakt entfernt"})
	_ = add("word.activation.state.lent", Entry{EN: "borrowed", DE: "ausgeliehen"})
	_ = add("word.activation.state.returned", Entry{EN: "returned", DE: "zurückgegeben"})
	_ = add("word.activation.state.superseded", Entry{EN: "superseded", DE: "überholt"})
	_ = add("word.activation.state.restored_away", Entry{EN: "freed for another device", DE: "für ein anderes Gerät freigegeben"})
	_ = add("word.activation.state.recalled", Entry{EN: "recalled", DE: "zurückgerufen"})
	_ = add("word.activation.state.elapsed", Entry{EN: "elapsed", DE: "abgelaufen"})

	_ = add("word.reason.lost", Entry{EN: "the device is lost", DE: "das Gerät ist verloren"})
	_ = add("word.reason.defect", Entry{EN: "it does not work", DE: "es funktioniert nicht"})
	_ = add("word.reason.moved", Entry{EN: "needed on another device", DE: "auf einem anderen Gerät gebraucht"})
	_ = add("word.reason.mistake", Entry{EN: "done by mistake", DE: "ein Versehen"})
	_ = add("word.reason.request", Entry{EN: "the holder has asked for it", DE: "der Inhaber hat darum gebeten"})
	_ = add("word.reason.goodwill", Entry{EN: "goodwill", DE: "Kulanz"})
	_ = add("word.reason.misuse", Entry{EN: "used against the terms", DE: "gegen die Bedingungen benutzt"})
	_ = add("word.reason.handover", Entry{EN: "the business went to another organization", DE: "das Geschäft ging an eine andere Organisation über"})
	_ = add("word.reason.other", Entry{EN: "as noted", DE: "siehe Notiz"})

	_ = add("word.act.ticket.block", Entry{EN: "blocked ticket", DE: "gesperrt: Ticket"})
	_ = add("word.act.ticket.unblock", Entry{EN: "unblocked ticket", DE: "entsperrt: Ticket"})
	_ = add("word.act.ticket.split", Entry{EN: "split ticket", DE: "geteilt: Ticket"})
	_ = add("word.act.ticket.merge", Entry{EN: "merged ticket", DE: "zusammengelegt: Ticket"})
	_ = add("word.act.ticket.transfer", Entry{EN: "transferred ticket", DE: "übertragen: Ticket"})
	_ = add("word.act.ticket.receive", Entry{EN: "received ticket", DE: "empfangen: Ticket"})
	_ = add("word.act.license.block", Entry{EN: "blocked license", DE: "gesperrt: Lizenz"})
	_ = add("word.act.license.unblock", Entry{EN: "unblocked license", DE: "entsperrt: Lizenz"})
	_ = add("word.act.license.extend", Entry{EN: "extended license", DE: "verlängert: Lizenz"})
	_ = add("word.act.license.recall", Entry{EN: "recalled license", DE: "zurückgerufen: Lizenz"})
	_ = add("word.act.license.replace", Entry{EN: "replaced license", DE: "ersetzt: Lizenz"})
	_ = add("word.act.activation.return", Entry{EN: "asked back activation", DE: "zurückgefordert: Aktivierung"})
	_ = add("word.act.activation.move", Entry{EN: "moved activation", DE: "umgezogen: Aktivierung"})
	_ = add("word.act.activation.evict", Entry{EN: "freed activation", DE: "freigegeben: Aktivierung"})
	_ = add("word.act.activation.restore", Entry{EN: "restored activation", DE: "wiederhergestellt: Aktivierung"})
)
