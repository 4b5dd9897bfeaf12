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
		DE: "Licet: Ein Auftrag geht ein, ein Ticket geht hinaus, ein Rechner wird aktiviert und die Lizenz offline geprüft.",
	})
	_ = add("cli.demo.publisher", Entry{
		EN: "{name} has its keys and its catalog; the server runs.",
		DE: "{name} hat seine Schlüssel und seinen Katalog; der Server läuft.",
	})
	_ = add("cli.demo.ticket", Entry{
		EN: "The shop sent order {order} for {article}, signed as a shop signs. The answer holds the ticket {ticket}",
		DE: "Der Shop sandte Auftrag {order} über {article}, so signiert, wie Shops signieren. Die Antwort enthält das Ticket {ticket}",
	})
	_ = add("cli.demo.activated", Entry{
		EN: "A machine was activated with it. Its licenses lie in {device}",
		DE: "Damit wurde ein Rechner aktiviert. Seine Lizenzen liegen in {device}",
	})
	_ = add("cli.demo.stopped", Entry{EN: "The server is stopped.", DE: "Der Server ist gestoppt."})
	_ = add("cli.demo.verified", Entry{
		EN: "License {license} verifies all the same, by its signature alone.",
		DE: "Lizenz {license} lässt sich trotzdem prüfen, allein an ihrer Signatur.",
	})
	_ = add("cli.demo.try", Entry{
		EN: "Do it yourself: open {depot} and type the ticket {ticket}. Or type it into the wizard that this starts:",
		DE: "Machen Sie es selbst: Öffnen Sie {depot} und geben Sie das Ticket {ticket} ein. Oder geben Sie es in den Assistenten ein, den dieser Befehl startet:",
	})
	_ = add("cli.demo.end", Entry{EN: "Ctrl-C ends the demo.", DE: "Strg-C beendet die Demo."})

	_ = add("cli.file.missing", Entry{EN: "There is no file {file}.", DE: "Es gibt keine Datei {file}."})
	_ = add("cli.file.exists", Entry{EN: "{file} is there already and is not overwritten.", DE: "{file} ist schon vorhanden und wird nicht überschrieben."})
	_ = add("cli.file.denied", Entry{EN: "The system refuses access to {file}.", DE: "Das System verweigert den Zugriff auf {file}."})
	_ = add("cli.access.valid", Entry{EN: "valid", DE: "gültig"})
	_ = add("cli.access.revoked", Entry{EN: "revoked", DE: "widerrufen"})
	_ = add("cli.release.withdrawn", Entry{EN: "withdrawn", DE: "zurückgezogen"})
	_ = add("cli.usage.head", Entry{EN: "Period\tWhat\tUses\tMachines", DE: "Zeitraum\tWas\tNutzungen\tGeräte"})
	_ = add("cli.usage.starts", Entry{EN: "(starts of the program)", DE: "(Programmstarts)"})
	_ = add("cli.usage.nothing", Entry{
		EN: "Nothing was reported for this product in this time. Programs report only where the customer or whoever set up the machine has switched it on.",
		DE: "Für dieses Produkt wurde in dieser Zeit nichts gemeldet. Programme melden nur dort, wo der Kunde oder wer das Gerät eingerichtet hat es eingeschaltet hat.",
	})

	_ = add("cli.journal.whole", Entry{
		EN: "The journal of {publisher} is what was written: {rows} rows up to number {sequence}, {waiting} waiting to be sealed; held against {signed} signed checkpoints from outside the database. Keep this hash elsewhere: {hash}",
		DE: "Das Journal von {publisher} ist, was geschrieben wurde: {rows} Zeilen bis Nummer {sequence}, {waiting} warten auf ihr Siegel; verglichen mit {signed} signierten Prüfpunkten von außerhalb der Datenbank. Bewahren Sie diesen Hash woanders auf: {hash}",
	})
	_ = add("cli.journal.broken", Entry{
		EN: "The journal of {publisher} is NOT what was written: {problems} findings in {rows} rows up to number {sequence}. Stop the server, keep a copy of the database, and compare with a backup.",
		DE: "Das Journal von {publisher} ist NICHT, was geschrieben wurde: {problems} Befunde in {rows} Zeilen bis Nummer {sequence}. Halten Sie den Server an, bewahren Sie eine Kopie der Datenbank auf und vergleichen Sie mit einer Sicherung.",
	})
	_ = add("cli.backup.made", Entry{
		EN: "Backup in {folder}: {tables} tables, {rows} rows, {kib} KiB; {engine}, schema {schema}, epoch {epoch}, made {at}.",
		DE: "Sicherung in {folder}: {tables} Tabellen, {rows} Zeilen, {kib} KiB; {engine}, Schema {schema}, Epoche {epoch}, erstellt {at}.",
	})
	_ = add("cli.backup.good", Entry{
		EN: "The backup in {folder} is whole: {tables} tables, {rows} rows, {kib} KiB; {engine}, schema {schema}, epoch {epoch}, made {at}.",
		DE: "Die Sicherung in {folder} ist vollständig: {tables} Tabellen, {rows} Zeilen, {kib} KiB; {engine}, Schema {schema}, Epoche {epoch}, erstellt {at}.",
	})
	_ = add("cli.backup.restored", Entry{
		EN: "The backup in {folder} is loaded: {tables} tables, {rows} rows, {kib} KiB; {engine}, schema {schema}, epoch {epoch}, made {at}.",
		DE: "Die Sicherung in {folder} ist geladen: {tables} Tabellen, {rows} Zeilen, {kib} KiB; {engine}, Schema {schema}, Epoche {epoch}, erstellt {at}.",
	})
	_ = add("cli.backup.replayed", Entry{
		EN: "The shipped journal knew {rows} rows that the backup did not; they are back. The epoch is {epoch} now.",
		DE: "Das ausgelagerte Journal kannte {rows} Zeilen, die der Sicherung fehlten; sie sind wieder da. Die Epoche ist nun {epoch}.",
	})
	_ = add("cli.backup.identity", Entry{
		EN: "The identity file that opens the sealed keys is not part of a backup: keep a copy of {file} apart.",
		DE: "Die Identitätsdatei, die die versiegelten Schlüssel öffnet, gehört nicht zur Sicherung: Bewahren Sie eine Kopie von {file} getrennt auf.",
	})
)
