package text

var (
	_ = add("web.skip", Entry{EN: "Skip to the content", DE: "Zum Inhalt springen"})
	_ = add("web.navigation", Entry{EN: "Help and language", DE: "Hilfe und Sprache"})
	_ = add("web.other", Entry{EN: "de", DE: "en"})
	_ = add("web.other_name", Entry{EN: "Deutsch", DE: "English"})
	_ = add("web.home", Entry{EN: "To the start page", DE: "Zur Startseite"})
	_ = add("web.request", Entry{EN: "Request", DE: "Anfrage"})
	_ = add("web.field", Entry{EN: "Field", DE: "Feld"})
	_ = add("web.contact", Entry{EN: "Questions? Ask", DE: "Fragen? Wenden Sie sich an"})
	_ = add("web.footer", Entry{EN: "Runs on Licet, self-hosted license management.", DE: "Läuft mit Licet, der Lizenzverwaltung im eigenen Haus."})
)

// The page of refusals.
var (
	_ = add("web.error", Entry{EN: "That did not work", DE: "Das hat nicht geklappt"})
	_ = add("web.error_not_found", Entry{EN: "Not found", DE: "Nicht gefunden"})
	_ = add("web.error_limited", Entry{EN: "Please wait a while", DE: "Bitte warten Sie etwas"})
	_ = add("web.error_unavailable", Entry{EN: "Not available right now", DE: "Im Moment nicht erreichbar"})
	_ = add("web.error_internal", Entry{EN: "Something went wrong here", DE: "Hier ist etwas schiefgegangen"})
	_ = add("web.wait", Entry{EN: "Wait {time}, then try again.", DE: "Wartezeit: {time}. Versuchen Sie es danach wieder."})
)
