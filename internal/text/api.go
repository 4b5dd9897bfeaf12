package text

var _ = add("fault.api.malformed", Entry{
	EN: "The request is not well-formed JSON, or has more after its end. Check it with a JSON tool.",
	DE: "Die Anfrage ist kein wohlgeformtes JSON oder hat noch etwas hinter ihrem Ende. Prüfen Sie sie mit einem JSON-Werkzeug.",
})

var _ = add("fault.api.encoding", Entry{
	EN: "The body is not UTF-8, or begins with a byte order mark. Send JSON in UTF-8 without one.",
	DE: "Der Inhalt ist nicht UTF-8 oder beginnt mit einer Bytereihenfolgemarke. Senden Sie JSON in UTF-8 ohne diese Marke.",
})

var _ = add("fault.api.field_twice", Entry{
	EN: "This field stands twice in the same object, so its value is not certain. Send it once.",
	DE: "Dieses Feld steht zweimal im selben Objekt, sein Wert ist also nicht eindeutig. Senden Sie es einmal.",
})

var _ = add("fault.api.too_deep", Entry{
	EN: "The body is nested deeper than the limit of {limit}. Compare it with the API page.",
	DE: "Der Inhalt ist tiefer verschachtelt als die Grenze von {limit}. Vergleichen Sie ihn mit der API-Seite.",
})

var _ = add("fault.api.unknown_field", Entry{
	EN: "This field is not known here. Compare its spelling with the API page.",
	DE: "Dieses Feld ist hier nicht bekannt. Vergleichen Sie die Schreibweise mit der API-Seite.",
})

var _ = add("fault.api.unknown_parameter", Entry{
	EN: "This address has no query parameter of this name. It has: {parameters}. Compare its spelling with the API page.",
	DE: "Diese Adresse hat keinen Abfrageparameter dieses Namens. Sie hat: {parameters}. Vergleichen Sie die Schreibweise mit der API-Seite.",
})

var _ = add("fault.api.required", Entry{
	EN: "The field {field} is missing. Add it.",
	DE: "Das Feld {field} fehlt. Ergänzen Sie es.",
})

var _ = add("fault.api.type", Entry{
	EN: "This field must be of the type {limit}.",
	DE: "Dieses Feld muss vom Typ {limit} sein.",
})

var _ = add("fault.api.format", Entry{
	EN: "This field must have the form {limit}.",
	DE: "Dieses Feld muss die Form {limit} haben.",
})

var _ = add("fault.api.too_small", Entry{
	EN: "This number is below the limit of {limit}.",
	DE: "Diese Zahl liegt unter der Grenze von {limit}.",
})

var _ = add("fault.api.too_big", Entry{
	EN: "This number is above the limit of {limit}.",
	DE: "Diese Zahl liegt über der Grenze von {limit}.",
})

var _ = add("fault.api.too_short", Entry{
	EN: "This field is shorter than the limit of {limit}.",
	DE: "Dieses Feld ist kürzer als die Grenze von {limit}.",
})

var _ = add("fault.api.too_long", Entry{
	EN: "This field is longer than the limit of {limit}.",
	DE: "Dieses Feld ist länger als die Grenze von {limit}.",
})

var _ = add("fault.api.one_of", Entry{
	EN: "This field must be one of: {limit}.",
	DE: "Dieses Feld muss eines von diesen sein: {limit}.",
})

var _ = add("fault.api.media_type", Entry{
	EN: "This address takes and gives another media type. Send JSON as application/json, documents as the API page says.",
	DE: "Diese Adresse nimmt und gibt einen anderen Medientyp. Senden Sie JSON als application/json, Dokumente wie auf der API-Seite beschrieben.",
})

var _ = add("fault.api.if_match", Entry{
	EN: "If-Match must carry the ETag that was read, such as \"7\".",
	DE: "If-Match muss das gelesene ETag tragen, zum Beispiel \"7\".",
})

var (
	_ = add("api.title", Entry{EN: "The API", DE: "Die API"})
	_ = add("api.lead", Entry{
		EN: "Send an order, take its tickets. Every address below takes and gives JSON unless it says otherwise, and refuses with a code and a sentence in both languages.",
		DE: "Auftrag senden, Tickets erhalten. Jede Adresse unten nimmt und gibt JSON, wenn nichts anderes dasteht, und weist mit einem Code und einem Satz in beiden Sprachen ab.",
	})
	_ = add("api.chapters", Entry{EN: "Chapters", DE: "Kapitel"})
	_ = add("api.permission", Entry{EN: "Needs an API key with the permission", DE: "Verlangt einen API-Schlüssel mit dem Recht"})
	_ = add("api.public", Entry{EN: "Needs no API key: what is sent proves what it may do.", DE: "Verlangt keinen API-Schlüssel: Das Gesendete beweist, was es darf."})
	_ = add("api.parameter", Entry{EN: "Parameter", DE: "Parameter"})
	_ = add("api.place", Entry{EN: "Place", DE: "Ort"})
	_ = add("api.meaning", Entry{EN: "Meaning", DE: "Bedeutung"})
	_ = add("api.permissions", Entry{EN: "Permissions", DE: "Rechte"})
	_ = add("api.permissions_lead", Entry{
		EN: "An API key holds some of these, at most those of who made it. Give it only what its program does.",
		DE: "Ein API-Schlüssel enthält einige davon, höchstens die dessen, der ihn angelegt hat. Geben Sie ihm nur, was sein Programm braucht.",
	})
	_ = add("api.errors", Entry{EN: "All refusals", DE: "Alle Abweisungen"})
	_ = add("api.errors_lead", Entry{
		EN: "The code of every refusal and its sentence. Words in braces are filled in.",
		DE: "Der Code jeder Abweisung und ihr Satz. Wörter in geschweiften Klammern werden ausgefüllt.",
	})
)

var _ = add("fault.api.documents", Entry{
	EN: "Other large documents are being worked on, and together they would be more than {limit} bytes. Nothing was changed. Send this one again in a few seconds.",
	DE: "Andere große Dokumente sind in Arbeit, und zusammen wären es mehr als {limit} Bytes. Es wurde nichts geändert. Senden Sie dieses in einigen Sekunden noch einmal.",
})
