package text

var (
	_ = add("fault.actor.sign_in", Entry{
		EN: "Sign in or send a valid API key.",
		DE: "Melden Sie sich an oder senden Sie einen gültigen API-Schlüssel.",
	})
	_ = add("fault.actor.denied", Entry{
		EN: "You lack the permission “{permission}” here. Ask an administrator of your organization for a role that has it.",
		DE: "Ihnen fehlt hier das Recht „{permission}“. Bitten Sie einen Administrator Ihrer Organisation um eine Rolle, die es enthält.",
	})
	_ = add("fault.actor.not_found", Entry{
		EN: "Not found. Check the id and whether it belongs to your organization.",
		DE: "Nicht gefunden. Prüfen Sie die Kennung und ob sie zu Ihrer Organisation gehört.",
	})
	_ = add("fault.actor.key_reused", Entry{
		EN: "This Idempotency-Key was used for another request in the last 24 hours. Use a new key for a new request.",
		DE: "Dieser Idempotency-Key wurde in den letzten 24 Stunden für eine andere Anfrage benutzt. Nehmen Sie für eine neue Anfrage einen neuen Schlüssel.",
	})
	_ = add("fault.actor.bad_retry_key", Entry{
		EN: "The Idempotency-Key is longer than {max} bytes. Use a shorter one, such as a UUID.",
		DE: "Der Idempotency-Key ist länger als {max} Bytes. Nehmen Sie einen kürzeren, zum Beispiel eine UUID.",
	})
	_ = add("fault.actor.unknown_permission", Entry{
		EN: "There is no permission “{permission}”. The list of permissions is in the API documentation.",
		DE: "Ein Recht „{permission}“ gibt es nicht. Die Liste der Rechte steht in der API-Dokumentation.",
	})
)

var _ = add("note.actor.shown_once", Entry{
	EN: "This request was carried out before; its secret was in the first answer and is not shown again. If that answer is lost, make a new secret and withdraw this one.",
	DE: "Diese Anfrage wurde schon ausgeführt; ihr Geheimnis stand in der ersten Antwort und wird nicht noch einmal gezeigt. Ist diese Antwort verloren, legen Sie ein neues Geheimnis an und ziehen Sie dieses zurück.",
})
