package main

import (
	"strings"

	"github.com/licet/licet/client"
)

// text returns the sentence of a key with its names in braces filled in.
func (p *program) text(key string, args ...string) string {
	t := texts[key]
	s := t.en
	if client.Language(p.lang) == "de" {
		s = t.de
	}
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+args[i]+"}", args[i+1])
	}
	return s
}

// both is a sentence in both languages.
type both struct{ en, de string }

// texts is the catalog of this program. Errors of licenses, files and the server
// are explained by package client.
var texts = map[string]both{
	"help.head":   {"Activates, checks, returns, moves and restores licenses on this machine.", "Aktiviert und prüft Lizenzen auf diesem Rechner, gibt sie zurück, zieht mit ihnen um und stellt sie wieder her."},
	"help.use":    {"Use:", "Gebrauch:"},
	"help.flags":  {"Flags:", "Schalter:"},
	"help.common": {"Flags of every command:", "Schalter jedes Befehls:"},
	"help.device": {"If the licenses are on a PKCS#11 device or beside a TPM (also LICET_PKCS11_MODULE, LICET_PKCS11_SLOT, LICET_PKCS11_PIN_FILE):", "Wenn die Lizenzen auf einem PKCS#11-Gerät oder bei einem TPM liegen (auch LICET_PKCS11_MODULE, LICET_PKCS11_SLOT, LICET_PKCS11_PIN_FILE):"},
	"help.files":  {"A code is taken from the command line, from --code-file, from standard input, or asked for.\n\"licet-activate help COMMAND\" says more about one.", "Ein Code kommt von der Befehlszeile, aus --code-file, von der Standardeingabe oder wird erfragt.\n„licet-activate help BEFEHL“ sagt mehr über einen."},
	"help.exits":  {"Exit codes:", "Rückgabewerte:"},

	"verb.activate":      {"collect the licenses of a ticket or license key", "die Lizenzen eines Tickets oder Lizenzschlüssels abholen"},
	"verb.activate.more": {"Asks the publisher's server. If it is not reached, the request waits here and is sent first next time; it never takes a second seat.", "Fragt den Server des Herstellers. Ist er nicht zu erreichen, wartet die Anforderung hier und wird beim nächsten Mal zuerst gesendet; sie belegt nie einen zweiten Platz."},
	"verb.pair":          {"collect what you chose for this machine on the publisher's page", "abholen, was Sie auf der Seite des Herstellers für diesen Rechner gewählt haben"},
	"verb.pair.more":     {"CODE is the pairing code that the page shows: two groups of five. It lives for ten minutes and works once; the ticket need not be typed here.", "CODE ist der Kopplungscode, den die Seite zeigt: zwei Gruppen zu fünf Zeichen. Er gilt zehn Minuten und nur einmal; das Ticket muss hier nicht eingegeben werden."},
	"verb.verify":        {"check the licenses here, or those in a file, without any network", "die Lizenzen hier oder in einer Datei prüfen, ganz ohne Netz"},
	"verb.verify.more":   {"Ends with 0 if a license holds here and now, else with 6.", "Endet mit 0, wenn hier und jetzt eine Lizenz gilt, sonst mit 6."},
	"verb.status":        {"show the licenses, the machine and what waits for an answer", "die Lizenzen, den Rechner und das, was auf Antwort wartet, zeigen"},
	"verb.status.more":   {"Asks nobody.", "Fragt niemanden."},
	"verb.refresh":       {"fetch what waits at the server: renewals, lifted blocks, recalls", "holen, was beim Server wartet: Verlängerungen, aufgehobene Sperren, Rückrufe"},
	"verb.refresh.more":  {"Do this before the next contact that a license names.", "Tun Sie das vor dem nächsten Kontakt, den eine Lizenz nennt."},
	"verb.return":        {"give a license back, so that another machine can use its seat", "eine Lizenz zurückgeben, damit ein anderer Rechner ihren Platz nutzen kann"},
	"verb.return.more":   {"The license is gone here at once. LICENSE is its id, the beginning of it, its article, or the last group of its code.", "Die Lizenz ist hier sofort weg. LICENSE ist ihre Nummer, deren Anfang, ihr Artikel oder die letzte Gruppe ihres Codes."},
	"verb.move":          {"return a license here and say how to activate it there", "eine Lizenz hier zurückgeben und sagen, wie man sie dort aktiviert"},
	"verb.move.more":     {"With --to a file is written that the other machine takes by \"licet-activate activate --from FILE\". The code is in it only if you give it by --code-file.", "Mit --to entsteht eine Datei, die der andere Rechner mit „licet-activate activate --from DATEI“ nimmt. Der Code steht nur darin, wenn Sie ihn mit --code-file angeben."},
	"verb.restore":       {"collect a license again that was lost with another machine", "eine Lizenz wieder abholen, die mit einem anderen Rechner verloren ging"},
	"verb.restore.more":  {"The other machine is shut out. The publisher limits how often this is possible.", "Der andere Rechner wird ausgeschlossen. Wie oft das geht, begrenzt der Hersteller."},
	"verb.request":       {"write a request file, for a machine without internet", "eine Anforderungsdatei schreiben, für einen Rechner ohne Internet"},
	"verb.borrow":        {"use a floating license offline for some days, or for some days more", "eine Netzwerklizenz einige Tage ohne Netz benutzen, oder einige Tage länger"},
	"verb.borrow.more":   {"Without CODE, what is borrowed here is kept longer. It ends by itself; \"licet-activate return\" gives it back before. Without --until it is borrowed for as long as the publisher allows.", "Ohne CODE wird verlängert, was hier ausgeliehen ist. Die Ausleihe endet von selbst; „licet-activate return“ gibt sie vorher zurück. Ohne --until dauert sie, solange der Hersteller es erlaubt."},
	"verb.request.more":  {"Hand the file in at the publisher's page from any machine and bring the answer back: \"licet-activate install FILE\". The code in it can be read by the publisher only. Called again, it writes the same file.", "Reichen Sie die Datei von irgendeinem Rechner aus auf der Seite des Herstellers ein und bringen Sie die Antwort zurück: „licet-activate install DATEI“. Den Code darin kann nur der Hersteller lesen. Noch einmal aufgerufen, schreibt es dieselbe Datei."},
	"verb.install":       {"take over an update or license file", "eine Aktualisierungs- oder Lizenzdatei übernehmen"},
	"verb.install.more":  {"FILE may be \"-\" for standard input. The same file again does no harm.", "FILE kann „-“ für die Standardeingabe sein. Dieselbe Datei noch einmal schadet nicht."},

	"flag.pins":      {"the publisher's pins; else LICET_PINS, or pins.json beside the program or in this folder", "die Pins des Herstellers; sonst LICET_PINS oder pins.json neben dem Programm oder in diesem Ordner"},
	"flag.dir":       {"folder of the licenses; else one of this user's", "Ordner der Lizenzen; sonst einer dieses Benutzers"},
	"flag.product":   {"only licenses of this product", "nur Lizenzen dieses Produkts"},
	"flag.server":    {"another server than the one in the pins", "ein anderer Server als der in den Pins"},
	"flag.lang":      {"en or de; else by LC_ALL, LC_MESSAGES, LANG", "en oder de; sonst nach LC_ALL, LC_MESSAGES, LANG"},
	"flag.json":      {"print one JSON object for programs", "ein JSON-Objekt für Programme ausgeben"},
	"flag.module":    {"its driver, a shared library of its maker", "sein Treiber, eine Programmbibliothek des Herstellers"},
	"flag.slot":      {"its label or serial number; else the only one", "seine Bezeichnung oder Seriennummer; sonst das einzige"},
	"flag.pin-file":  {"file whose first line is its PIN; else it is asked for", "Datei, deren erste Zeile seine PIN ist; sonst wird sie erfragt"},
	"flag.tpm":       {"keep the keys of the licenses in this machine's TPM", "die Schlüssel der Lizenzen im TPM dieses Rechners halten"},
	"flag.code-file": {"read the code from the first line of a file; \"-\" is standard input", "den Code aus der ersten Zeile einer Datei lesen; „-“ ist die Standardeingabe"},
	"flag.from":      {"file that \"move --to\" wrote on the other machine", "Datei, die „move --to“ auf dem anderen Rechner geschrieben hat"},
	"flag.license":   {"only this license of the code; may be given several times", "nur diese Lizenz des Codes; mehrmals möglich"},
	"flag.base":      {"which license here an upgrade, extension or add-on is to change, if several fit", "welche Lizenz hier ein Upgrade, eine Verlängerung oder Erweiterung ändern soll, wenn mehrere passen"},
	"flag.until":     {"last day of a borrow, such as 2026-08-31", "letzter Tag einer Ausleihe, etwa 2026-08-31"},
	"flag.quantity":  {"how much of each license; else 1", "wie viel von jeder Lizenz; sonst 1"},
	"flag.feature":   {"ask for this feature", "nach dieser Funktion fragen"},
	"flag.all":       {"every license here", "jede Lizenz hier"},
	"flag.yes":       {"do not ask", "nicht nachfragen"},
	"flag.offline":   {"write the return into a request file instead of sending it", "die Rückgabe in eine Anforderungsdatei schreiben statt sie zu senden"},
	"flag.to":        {"write a file for the other machine", "eine Datei für den anderen Rechner schreiben"},
	"flag.lost":      {"which license of the code was lost, if it holds several", "welche Lizenz des Codes verloren ging, wenn er mehrere enthält"},
	"flag.set-aside": {"begin anew: rename the container that is here", "neu beginnen: den Container, der hier ist, umbenennen"},
	"flag.out":       {"the file to write; \"-\" is standard output", "die Datei, die entsteht; „-“ ist die Standardausgabe"},
	"flag.new":       {"forget older requests: they were refused, or will never be handed in", "ältere Anforderungen vergessen: Sie wurden abgelehnt oder werden nie eingereicht"},
	"flag.for":       {"activate, refresh, restore, borrow, or waiting: what already waits; else activate", "activate, refresh, restore, borrow oder waiting: was schon wartet; sonst activate"},

	"exit.done":       {"done", "erledigt"},
	"exit.unexpected": {"something unexpected", "etwas Unerwartetes"},
	"exit.use":        {"wrong use: unknown command or flag, or something is missing", "falscher Gebrauch: unbekannter Befehl oder Schalter, oder etwas fehlt"},
	"exit.typing":     {"the code is mistyped; nothing was sent", "der Code ist vertippt; es wurde nichts gesendet"},
	"exit.refused":    {"the server refuses", "der Server lehnt ab"},
	"exit.later":      {"the server was not reached, or is busy; what was asked for waits here", "der Server war nicht zu erreichen oder ist ausgelastet; das Gewünschte wartet hier"},
	"exit.no_license": {"no license holds here, or the one that is meant is not here", "hier gilt keine Lizenz, oder die gemeinte ist nicht hier"},
	"exit.file":       {"the file is damaged, older, or not for this machine; nothing was changed", "die Datei ist beschädigt, älter oder nicht für diesen Rechner; es wurde nichts geändert"},
	"exit.container":  {"the licenses or the pins here cannot be read or written", "die Lizenzen oder Pins hier lassen sich nicht lesen oder schreiben"},
	"exit.canceled":   {"canceled", "abgebrochen"},

	"fail.verb":         {"There is no command \"{verb}\".", "Einen Befehl „{verb}“ gibt es nicht."},
	"fail.flag":         {"A flag is wrong: {cause}.", "Ein Schalter stimmt nicht: {cause}."},
	"fail.flag_unknown": {"There is no flag --{flag} here.", "Einen Schalter --{flag} gibt es hier nicht."},
	"fail.flag_value":   {"A value is missing after --{flag}.", "Nach --{flag} fehlt ein Wert."},
	"fail.args":         {"\"{arg}\" is one argument too many for \"{verb}\".", "„{arg}“ ist ein Argument zu viel für „{verb}“."},
	"fail.pins":         {"The publisher's pins are missing. They come with the product; name them by --pins FILE.", "Die Pins des Herstellers fehlen. Sie kommen mit dem Produkt; geben Sie sie mit --pins DATEI an."},
	"fail.read":         {"{file} cannot be read: {cause}.", "{file} lässt sich nicht lesen: {cause}."},
	"fail.write":        {"{file} cannot be written: {cause}.", "{file} lässt sich nicht schreiben: {cause}."},
	"fail.no_code":      {"A ticket or license key is missing. Give it as an argument, by --code-file, or on standard input.", "Ein Ticket oder Lizenzschlüssel fehlt. Geben Sie ihn als Argument an, mit --code-file oder auf der Standardeingabe."},
	"fail.no_pairing":   {"A pairing code is missing. The publisher's page shows one when you activate a machine there. Give it as an argument, by --code-file, or on standard input.", "Ein Kopplungscode fehlt. Die Seite des Herstellers zeigt einen, wenn Sie dort einen Rechner aktivieren. Geben Sie ihn als Argument an, mit --code-file oder auf der Standardeingabe."},
	"fail.is_pairing":   {"This is a pairing code, not a ticket or license key. Use it with \"licet-activate pair\".", "Das ist ein Kopplungscode, kein Ticket oder Lizenzschlüssel. Benutzen Sie ihn mit „licet-activate pair“."},
	"fail.is_code":      {"This is a ticket or license key, not a pairing code. Use it with \"licet-activate activate\".", "Das ist ein Ticket oder Lizenzschlüssel, kein Kopplungscode. Benutzen Sie es mit „licet-activate activate“."},
	"fail.canceled":     {"Canceled. Nothing was changed.", "Abgebrochen. Es wurde nichts geändert."},
	"fail.yes":          {"There is nobody to ask here. Say --yes if you are sure.", "Hier ist niemand, den man fragen könnte. Geben Sie --yes an, wenn Sie sicher sind."},
	"fail.which":        {"{count} licenses fit. Name one by its id; \"licet-activate status\" lists them.", "{count} Lizenzen passen. Nennen Sie eine mit ihrer Nummer; „licet-activate status“ zählt sie auf."},
	"fail.feature":      {"No license that holds here has the feature \"{feature}\".", "Keine Lizenz, die hier gilt, hat die Funktion „{feature}“."},
	"fail.no_license":   {"No license holds here.", "Hier gilt keine Lizenz."},
	"fail.out":          {"Say where to: --out FILE. With --json it must be a file.", "Geben Sie an, wohin: --out DATEI. Mit --json muss es eine Datei sein."},
	"fail.for":          {"\"{value}\" is nothing to request: activate, refresh, restore, borrow or waiting.", "„{value}“ kann man nicht anfordern: activate, refresh, restore, borrow oder waiting."},
	"fail.file":         {"Say which file, or \"-\" for standard input.", "Geben Sie eine Datei an, oder „-“ für die Standardeingabe."},
	"fail.copied":       {"The licenses here, such as {license}, are another machine's: the folder was copied, or too much of this machine was replaced. Say --set-aside to begin anew here.", "Die Lizenzen hier, etwa {license}, gehören einem anderen Rechner: Der Ordner wurde kopiert, oder an diesem Rechner wurde zu viel ersetzt. Geben Sie --set-aside an, um hier neu zu beginnen."},
	"fail.move_lent":    {"{license} is borrowed, so it does not move. Return it here, and borrow it on the other machine.", "{license} ist ausgeliehen und zieht deshalb nicht um. Geben Sie die Lizenz hier zurück, und leihen Sie sie auf dem anderen Rechner aus."},
	"fail.until":        {"\"{value}\" is no day. Write it as in 2026-08-31.", "„{value}“ ist kein Tag. Schreiben Sie ihn wie 2026-08-31."},
	"fail.move_file":    {"{file} is no file that \"licet-activate move\" has written.", "{file} ist keine Datei, die „licet-activate move“ geschrieben hat."},

	"ask.code":      {"Ticket or license key:", "Ticket oder Lizenzschlüssel:"},
	"ask.pin":       {"PIN of the device with the licenses:", "PIN des Geräts mit den Lizenzen:"},
	"ask.code_hint": {"Ticket or license key that ends in {hint}:", "Ticket oder Lizenzschlüssel, der auf {hint} endet:"},
	"ask.pairing":   {"Pairing code from the publisher's page:", "Kopplungscode von der Seite des Herstellers:"},
	"ask.which":     {"Which one? Its number:", "Welche? Ihre Nummer:"},
	"ask.return":    {"Return {license}? It stops working here at once.", "{license} zurückgeben? Die Lizenz gilt hier sofort nicht mehr."},
	"ask.move":      {"Move {license}? It stops working here at once.", "Mit {license} umziehen? Die Lizenz gilt hier sofort nicht mehr."},
	"ask.yes":       {"(y/n)", "(j/n)"},

	"say.help":            {"\"licet-activate help\" says how.", "„licet-activate help“ sagt, wie es geht."},
	"say.retry":           {"Try again in {seconds} seconds.", "Versuchen Sie es in {seconds} Sekunden noch einmal."},
	"say.retry_one":       {"Try again in one second.", "Versuchen Sie es in einer Sekunde noch einmal."},
	"say.repeat":          {"All of it was installed before. Nothing has changed.", "Alles davon war schon installiert. Es hat sich nichts geändert."},
	"say.nothing_new":     {"The server has nothing new.", "Der Server hat nichts Neues."},
	"say.removed":         {"The publisher has taken back: {license}", "Der Hersteller hat zurückgenommen: {license}"},
	"say.returned":        {"Returned: {license}", "Zurückgegeben: {license}"},
	"say.gone":            {"Gone from this machine: {license}", "Von diesem Rechner entfernt: {license}"},
	"say.license":         {"License: {license}", "Lizenz: {license}"},
	"say.lent":            {"Borrowed: it ends by itself, and can be kept longer or returned before.", "Ausgeliehen: Die Lizenz endet von selbst und lässt sich vorher verlängern oder zurückgeben."},
	"say.product":         {"Product: {product}", "Produkt: {product}"},
	"say.features":        {"Features: {features}", "Funktionen: {features}"},
	"say.units":           {"Units ({name}): {left} of {drawn} left here", "Einheiten ({name}): {left} von {drawn} hier übrig"},
	"say.limit":           {"Limit {name}: {value}", "Grenze {name}: {value}"},
	"say.contact_due":     {"Next contact with the server: by {day}", "Nächster Kontakt mit dem Server: bis {day}"},
	"say.has":             {"The feature \"{feature}\" may be used.", "Die Funktion „{feature}“ darf benutzt werden."},
	"say.good":            {"A license holds here.", "Hier gilt eine Lizenz."},
	"say.aside":           {"Set aside: {file}", "Beiseite gelegt: {file}"},
	"say.request_written": {"Request written: {file}", "Anforderung geschrieben: {file}"},
	"say.forgotten":       {"Forgotten: {what}", "Vergessen: {what}"},
	"say.several":         {"It holds {count} messages, also those that waited before. If an older request was refused, use --new.", "Sie enthält {count} Nachrichten, auch die, die schon vorher warteten. Wurde eine ältere Anforderung abgelehnt, benutzen Sie --new."},
	"say.publisher":       {"Publisher: {publisher}", "Hersteller: {publisher}"},
	"say.folder":          {"Folder: {folder}", "Ordner: {folder}"},
	"say.server":          {"Server: {server}", "Server: {server}"},
	"say.container":       {"Container: {container}", "Lizenzcontainer: {container}"},
	"say.no_container":    {"Container: none yet", "Lizenzcontainer: noch keiner"},
	"say.machine":         {"Machine known by: {components}", "Rechner erkannt an: {components}"},
	"say.machine_virtual": {"Virtual machine known by: {components}", "Virtueller Rechner erkannt an: {components}"},
	"say.machine_unknown": {"Machine known by: nothing. Licenses for one machine cannot be activated here.", "Rechner erkannt an: nichts. Lizenzen für einen Rechner lassen sich hier nicht aktivieren."},
	"say.clock_back":      {"The clock of this machine is behind. {day} counts as today.", "Die Uhr dieses Rechners geht nach. Als heute gilt der {day}."},
	"say.clock_off":       {"The clock of this machine is wrong. {day} counts as today.", "Die Uhr dieses Rechners geht falsch. Als heute gilt der {day}."},
	"say.contact":         {"Last contact with the server: {day}", "Letzter Kontakt mit dem Server: {day}"},
	"say.no_licenses":     {"Licenses: none", "Lizenzen: keine"},
	"say.waiting":         {"Waiting since {day}: {what}", "Wartet seit {day}: {what}"},

	"what.act":      {"an activation", "eine Aktivierung"},
	"what.act_code": {"the activation of the code that ends in {hint}", "die Aktivierung des Codes, der auf {hint} endet"},
	"what.ref":      {"a refresh", "eine Auffrischung"},
	"what.bor":      {"a borrow", "eine Ausleihe"},
	"what.bor_code": {"the borrow of the code that ends in {hint}", "die Ausleihe des Codes, der auf {hint} endet"},
	"what.res":      {"a restore", "eine Wiederherstellung"},
	"what.res_code": {"the restore of the code that ends in {hint}", "die Wiederherstellung des Codes, der auf {hint} endet"},
	"what.return":   {"the return of {license}", "die Rückgabe von {license}"},
	"what.receipt":  {"a receipt", "eine Quittung"},

	"next.hand_in_at":   {"Next: hand it in at {server} from any machine with internet.", "Weiter: Reichen Sie sie auf {server} ein, von irgendeinem Rechner mit Internet."},
	"next.hand_in":      {"Next: hand it in at the publisher's page from any machine with internet.", "Weiter: Reichen Sie sie auf der Seite des Herstellers ein, von irgendeinem Rechner mit Internet."},
	"next.install":      {"Then bring the answer here: licet-activate install FILE", "Dann bringen Sie die Antwort hierher: licet-activate install DATEI"},
	"next.move":         {"On the other machine: licet-activate activate, with the same ticket or license key", "Auf dem anderen Rechner: licet-activate activate, mit demselben Ticket oder Lizenzschlüssel"},
	"next.move_hint":    {"On the other machine: licet-activate activate, with the code that ends in {hint}", "Auf dem anderen Rechner: licet-activate activate, mit dem Code, der auf {hint} endet"},
	"next.move_file":    {"Take {file} to the other machine. There: licet-activate activate --from {name}", "Bringen Sie {file} auf den anderen Rechner. Dort: licet-activate activate --from {name}"},
	"next.move_offline": {"First hand in {file}: the seat is free when the publisher has it.", "Reichen Sie zuerst {file} ein: Der Platz ist frei, wenn der Hersteller sie hat."},
}
