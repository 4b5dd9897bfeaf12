package text

var _ = add("fault.db.not_found", Entry{
	EN: "This does not exist. Check the number or go back to the list.",
	DE: "Das gibt es nicht. Prüfen Sie die Nummer oder gehen Sie zurück zur Liste.",
})

var _ = add("fault.db.conflict", Entry{
	EN: "Something with the same number or name exists already. Reload and choose another one.",
	DE: "Etwas mit derselben Nummer oder demselben Namen gibt es schon. Laden Sie neu und wählen Sie anders.",
})

var _ = add("fault.db.check", Entry{
	EN: "The database refused a value that breaks a rule. Nothing was changed. Please report this.",
	DE: "Die Datenbank hat einen Wert abgelehnt, der eine Regel verletzt. Nichts wurde geändert. Bitte melden Sie das.",
})

var _ = add("fault.db.foreign", Entry{
	EN: "This refers to something that does not exist, or is still in use. Reload and try again.",
	DE: "Das verweist auf etwas, das es nicht gibt, oder wird noch verwendet. Laden Sie neu und versuchen Sie es noch einmal.",
})

var _ = add("fault.db.unavailable", Entry{
	EN: "The database cannot be reached. Nothing was changed. Try again in a moment.",
	DE: "Die Datenbank ist nicht erreichbar. Nichts wurde geändert. Versuchen Sie es gleich noch einmal.",
})

var _ = add("fault.db.busy", Entry{
	EN: "The database is busy. Nothing was changed. Try again in a moment.",
	DE: "Die Datenbank ist ausgelastet. Nichts wurde geändert. Versuchen Sie es gleich noch einmal.",
})

var _ = add("fault.db.full", Entry{
	EN: "The disk of the database is full. Nothing was changed. Make room, then try again.",
	DE: "Der Datenträger der Datenbank ist voll. Nichts wurde geändert. Schaffen Sie Platz und versuchen Sie es noch einmal.",
})

var _ = add("fault.db.outcome_unknown", Entry{
	EN: "The connection was lost while saving. Repeat the same request: it shows what became of it and does nothing twice.",
	DE: "Die Verbindung brach beim Speichern ab. Wiederholen Sie dieselbe Anfrage: Sie zeigt, was daraus wurde, und tut nichts doppelt.",
})

var _ = add("fault.db.canceled", Entry{
	EN: "The request ended before it was its turn. Nothing was changed.",
	DE: "Die Anfrage endete, bevor sie an der Reihe war. Nichts wurde geändert.",
})

var _ = add("fault.db.panic", Entry{
	EN: "Something went wrong on our side. Nothing was changed. Please report the request number.",
	DE: "Bei uns ist etwas schiefgegangen. Nichts wurde geändert. Bitte melden Sie die Nummer der Anfrage.",
})

var _ = add("fault.db.misuse", Entry{
	EN: "Something went wrong on our side. Nothing was changed. Please report the request number.",
	DE: "Bei uns ist etwas schiefgegangen. Nichts wurde geändert. Bitte melden Sie die Nummer der Anfrage.",
})

var _ = add("fault.db.bad_text", Entry{
	EN: "The text contains a character that cannot be stored. Remove it and try again.",
	DE: "Der Text enthält ein Zeichen, das nicht gespeichert werden kann. Entfernen Sie es und versuchen Sie es noch einmal.",
})

var _ = add("fault.db.bad_id", Entry{
	EN: "This is not an id. Ids look like 0193a3c2-7b1e-7c44-9d0a-5f1e2d3c4b5a.",
	DE: "Das ist keine Kennung. Kennungen sehen so aus: 0193a3c2-7b1e-7c44-9d0a-5f1e2d3c4b5a.",
})

var _ = add("fault.db.bad_url", Entry{
	EN: "The address of the database is not understood. Leave it empty for SQLite, or give postgres://user@host/name.",
	DE: "Die Adresse der Datenbank wird nicht verstanden. Lassen Sie sie leer für SQLite oder nennen Sie postgres://nutzer@rechner/name.",
})

var _ = add("fault.db.not_durable", Entry{
	EN: "The database would lose confirmed work on a power cut: {setting} is {value}. Set it to {want}, then start again.",
	DE: "Die Datenbank verlöre bei Stromausfall bestätigte Arbeit: {setting} ist {value}. Setzen Sie es auf {want} und starten Sie neu.",
})

var _ = add("fault.db.guarded", Entry{
	EN: "The PostgreSQL role {user} does not own Licet's tables, so row-level security would hide every row from it. Connect as the role that owns them, or as a member of it.",
	DE: "Der PostgreSQL-Rolle {user} gehören die Tabellen von Licet nicht; die Zeilensicherheit würde ihr jede Zeile verbergen. Melden Sie sich mit der Rolle an, der sie gehören, oder mit einem Mitglied von ihr.",
})

var _ = add("fault.db.newer_schema", Entry{
	EN: "A newer version of Licet has used this database (schema {have}; this program knows {know}). Start the newer version, or restore a backup.",
	DE: "Eine neuere Fassung von Licet hat diese Datenbank benutzt (Schema {have}; dieses Programm kennt {know}). Starten Sie die neuere oder spielen Sie eine Sicherung zurück.",
})

var _ = add("fault.db.backup_io", Entry{
	EN: "A file of the backup could not be read or written. Check the folder, its rights and the room on the disk.",
	DE: "Eine Datei der Sicherung konnte nicht gelesen oder geschrieben werden. Prüfen Sie den Ordner, seine Rechte und den freien Platz.",
})

var _ = add("fault.db.backup_damaged", Entry{
	EN: "The backup is not whole: {file} is missing or is not what the manifest says. Nothing was restored. Use another backup.",
	DE: "Die Sicherung ist nicht vollständig: {file} fehlt oder stimmt nicht mit dem Verzeichnis überein. Nichts wurde zurückgespielt. Nehmen Sie eine andere Sicherung.",
})

var _ = add("fault.db.not_empty", Entry{
	EN: "The target already holds {name}, and nothing is overwritten here. Choose an empty target.",
	DE: "Am Ziel liegt schon {name}, und hier wird nichts überschrieben. Wählen Sie ein leeres Ziel.",
})

var _ = add("fault.db.other_engine", Entry{
	EN: "The backup was made on {have}, the target is {want}. Restore it into a target of the same kind.",
	DE: "Die Sicherung stammt von {have}, das Ziel ist {want}. Spielen Sie sie in ein Ziel derselben Art zurück.",
})
