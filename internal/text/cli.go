package text

var (
	_ = add("cli.serve.api", Entry{EN: "API", DE: "API"})
	_ = add("cli.serve.depot", Entry{EN: "Depot", DE: "Depot"})
	_ = add("cli.serve.ops", Entry{EN: "Health", DE: "Zustand"})
	_ = add("cli.serve.empty", Entry{
		EN: "There is no publisher yet. Make one with: licet publisher create, then licet key setup and licet catalog apply.",
		DE: "Es gibt noch keinen Hersteller. Legen Sie einen an: licet publisher create, dann licet key setup und licet catalog apply.",
	})

	_ = add("cli.demo.title", Entry{
		EN: "Licet: an order comes in, a ticket goes out, a machine is activated, the license is verified offline.",
		DE: "Licet: Ein Auftrag kommt herein, ein Ticket geht hinaus, eine Maschine wird aktiviert, die Lizenz wird offline geprüft.",
	})
	_ = add("cli.demo.publisher", Entry{
		EN: "{name} has its keys and its catalog; the server runs.",
		DE: "{name} hat seine Schlüssel und seinen Katalog; der Server läuft.",
	})
	_ = add("cli.demo.ticket", Entry{
		EN: "The shop sent order {order} for {article}, signed as a shop signs. The answer holds the ticket {ticket}",
		DE: "Der Shop sandte Auftrag {order} über {article}, signiert wie ein Shop signiert. Die Antwort enthält das Ticket {ticket}",
	})
	_ = add("cli.demo.activated", Entry{
		EN: "A machine was activated with it. Its licenses lie in {device}",
		DE: "Eine Maschine wurde damit aktiviert. Ihre Lizenzen liegen in {device}",
	})
	_ = add("cli.demo.stopped", Entry{EN: "The server is stopped.", DE: "Der Server ist gestoppt."})
	_ = add("cli.demo.verified", Entry{
		EN: "License {license} verifies all the same, by its signature alone.",
		DE: "Lizenz {license} lässt sich trotzdem prüfen, allein an ihrer Signatur.",
	})
	_ = add("cli.demo.try", Entry{
		EN: "Do it yourself: open {depot} and type the ticket {ticket}. Or type it into the wizard that this starts:",
		DE: "Machen Sie es selbst: Öffnen Sie {depot} und geben Sie das Ticket {ticket} ein. Oder geben Sie es in den Assistenten ein, den dies startet:",
	})
	_ = add("cli.demo.end", Entry{EN: "Ctrl-C ends the demo.", DE: "Strg-C beendet die Demo."})
)
