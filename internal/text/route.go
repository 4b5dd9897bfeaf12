package text

var _ = add("fault.route.not_found", Entry{
	EN: "There is nothing at this address. The API page lists all addresses.",
	DE: "Unter dieser Adresse gibt es nichts. Die API-Seite führt alle Adressen auf.",
})

var _ = add("fault.route.method", Entry{
	EN: "This address does not take {method}; it takes {allowed}.",
	DE: "Diese Adresse nimmt {method} nicht an, sondern {allowed}.",
})

var _ = add("fault.route.too_large", Entry{
	EN: "The request is larger than the {limit} bytes that this address takes. Send less, or send it in parts.",
	DE: "Die Anfrage ist größer als die {limit} Bytes, die diese Adresse annimmt. Senden Sie weniger oder in Teilen.",
})

var _ = add("fault.route.overload", Entry{
	EN: "The server has more work than it can do right now. Nothing was changed; repeat the request after the time in Retry-After.",
	DE: "Der Server hat im Moment mehr Arbeit, als er schafft. Es wurde nichts geändert; wiederholen Sie die Anfrage nach der Zeit in Retry-After.",
})

var _ = add("fault.route.idempotency_key", Entry{
	EN: "An Idempotency-Key has 1 to {limit} printable ASCII characters. Use a random UUID.",
	DE: "Ein Idempotency-Key hat 1 bis {limit} druckbare ASCII-Zeichen. Nehmen Sie eine zufällige UUID.",
})

var _ = add("fault.route.body_cut", Entry{
	EN: "The request ended before its body was complete. Nothing was changed; send it again.",
	DE: "Die Anfrage brach ab, bevor ihr Inhalt vollständig war. Es wurde nichts geändert; senden Sie sie noch einmal.",
})

var _ = add("fault.route.cross_origin", Entry{
	EN: "This form was sent from another site. Open the page here and send it again.",
	DE: "Dieses Formular kam von einer fremden Seite. Öffnen Sie die Seite hier und senden Sie es noch einmal.",
})
