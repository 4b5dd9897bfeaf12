package text

var (
	_ = add("web.skip", Entry{EN: "Skip to the content", DE: "Zum Inhalt springen"})
	_ = add("web.language", Entry{EN: "Language", DE: "Sprache"})
	_ = add("web.other", Entry{EN: "de", DE: "en"})
	_ = add("web.other_name", Entry{EN: "Deutsch", DE: "English"})
	_ = add("web.error", Entry{EN: "That did not work", DE: "Das hat nicht geklappt"})
	_ = add("web.home", Entry{EN: "To the start page", DE: "Zur Startseite"})
	_ = add("web.request", Entry{EN: "Request", DE: "Anfrage"})
	_ = add("web.footer", Entry{EN: "Runs on Licet, self-hosted license management.", DE: "Läuft mit Licet, der Lizenzverwaltung im eigenen Haus."})
)
