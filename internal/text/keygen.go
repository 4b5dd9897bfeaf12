package text

// What programs with Keygen's client libraries are told.
var (
	_ = add("fault.keygen.key_missing", Entry{
		EN: "The program shows no license key. It sends “Authorization: License” and the key.",
		DE: "Das Programm zeigt keinen Lizenzschlüssel. Es sendet „Authorization: License“ und den Schlüssel.",
	})
	_ = add("fault.keygen.not_a_key", Entry{
		EN: "The program shows something else than a license key. Tokens are not taken here; send “Authorization: License” and the key.",
		DE: "Das Programm zeigt etwas anderes als einen Lizenzschlüssel. Tokens gelten hier nicht; es sendet „Authorization: License“ und den Schlüssel.",
	})
	_ = add("fault.keygen.bad_body", Entry{
		EN: "The body of the request is no JSON document of this interface. This is a mistake of the program; tell its publisher.",
		DE: "Der Inhalt der Anfrage ist kein JSON-Dokument dieser Schnittstelle. Das ist ein Fehler des Programms; sagen Sie es dem Hersteller.",
	})
	_ = add("fault.keygen.bad_parameter", Entry{
		EN: "A parameter of the request is not one of those allowed ({limit}). This is a mistake of the program; tell its publisher.",
		DE: "Ein Parameter der Anfrage liegt außerhalb des Erlaubten ({limit}). Das ist ein Fehler des Programms; sagen Sie es dem Hersteller.",
	})
	_ = add("keygen.verdict.valid", Entry{EN: "The license is good.", DE: "Die Lizenz ist gut."})
	_ = add("keygen.verdict.not_found", Entry{EN: "This license key is not known here.", DE: "Diesen Lizenzschlüssel kennt hier niemand."})
	_ = add("keygen.verdict.suspended", Entry{
		EN: "The license is blocked or taken back, or its time has not begun. Ask the publisher.",
		DE: "Die Lizenz ist gesperrt oder zurückgezogen, oder ihre Zeit hat noch nicht begonnen. Fragen Sie den Hersteller.",
	})
	_ = add("keygen.verdict.expired", Entry{EN: "The time of the license is over.", DE: "Die Zeit der Lizenz ist abgelaufen."})
	_ = add("keygen.verdict.product_scope_mismatch", Entry{
		EN: "The license is for another product.", DE: "Die Lizenz ist für ein anderes Produkt.",
	})
	_ = add("keygen.verdict.no_machine", Entry{
		EN: "The license is not in use yet. Activate this machine.", DE: "Die Lizenz ist noch nicht in Gebrauch. Aktivieren Sie diesen Rechner.",
	})
	_ = add("keygen.verdict.no_machines", Entry{
		EN: "The license is not in use on any machine. Activate this one.",
		DE: "Die Lizenz ist auf keinem Rechner in Gebrauch. Aktivieren Sie diesen.",
	})
	_ = add("keygen.verdict.fingerprint_scope_mismatch", Entry{
		EN: "This machine has no place of the license. Activate it.", DE: "Dieser Rechner hat keinen Platz der Lizenz. Aktivieren Sie ihn.",
	})
	_ = add("keygen.verdict.heartbeat_not_started", Entry{
		EN: "The machine has a place, and the program has not begun to say that it is there.",
		DE: "Der Rechner hat einen Platz, aber das Programm hat noch nicht begonnen, sich zu melden.",
	})
	_ = add("keygen.verdict.heartbeat_dead", Entry{
		EN: "The program has not said for too long that it is there.", DE: "Das Programm hat sich zu lange nicht gemeldet.",
	})
	_ = add("keygen.verdict.entitlements_missing", Entry{
		EN: "The license does not have a function that the program asks for.", DE: "Der Lizenz fehlt eine Funktion, nach der das Programm fragt.",
	})
	_ = add("keygen.verdict.other", Entry{
		EN: "What the program says of itself does not fit the license ({code}).",
		DE: "Was das Programm über sich sagt, passt nicht zur Lizenz ({code}).",
	})
)
