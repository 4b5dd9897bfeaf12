package client

// text is a sentence in both languages; names in braces are filled in.
type text struct{ en, de string }

// texts is the catalog of this package: typing errors, what a container or a
// token is refused for, and how licenses stand.
var texts = map[string]text{
	"code.length": {
		"This code should have {want} characters; typed: {got} (dashes and spaces do not count). Compare the groups one by one.",
		"Dieser Code müsste {want} Zeichen haben; eingegeben: {got} (Striche und Leerzeichen zählen nicht). Vergleichen Sie die Gruppen einzeln.",
	},
	"code.foreign": {
		"“{symbol}”, the character at place {pos}, is in no code. Codes are written with digits and letters, but without the letter U. Compare the groups one by one.",
		"„{symbol}“, das Zeichen an Stelle {pos}, kommt in keinem Code vor. Codes bestehen aus Ziffern und Buchstaben, aber ohne den Buchstaben U. Vergleichen Sie die Gruppen einzeln.",
	},
	"code.check": {
		"There is a typing error: one character is wrong, or two are swapped. Compare the groups one by one.",
		"Hier ist ein Tippfehler: Ein Zeichen stimmt nicht, oder zwei sind vertauscht. Vergleichen Sie die Gruppen einzeln.",
	},
	"code.length_group": {
		"Symbols are missing in group {group}, or there are too many. A group has fifteen: three times five. Compare it with the original.",
		"In Gruppe {group} fehlen Zeichen, oder es sind zu viele. Eine Gruppe hat fünfzehn: dreimal fünf. Vergleichen Sie sie mit dem Original.",
	},
	"code.foreign_group": {
		"\"{symbol}\" in group {group} appears in no code. Codes have digits and letters without U; O counts as 0, I and L as 1.",
		"„{symbol}“ in Gruppe {group} kommt in keinem Code vor. Codes bestehen aus Ziffern und Buchstaben ohne U; O zählt als 0, I und L als 1.",
	},
	"code.check_group": {
		"Group {group} is mistyped: a symbol is wrong, two are swapped, or another group stands in its place. Compare it with the original.",
		"Gruppe {group} ist vertippt: Ein Zeichen ist falsch, zwei sind vertauscht, oder es steht eine andere Gruppe an ihrer Stelle. Vergleichen Sie sie mit dem Original.",
	},
	"code.is_key": {
		"This is a license key. A ticket is asked for here: five groups of five symbols, without letters in front.",
		"Das ist ein Lizenzschlüssel. Gefragt ist hier ein Ticket: fünf Gruppen zu fünf Zeichen, ohne Buchstaben davor.",
	},
	"code.is_ticket": {
		"This is a ticket. A license key is asked for here: it begins with two to six letters of the product.",
		"Das ist ein Ticket. Gefragt ist hier ein Lizenzschlüssel: Er beginnt mit zwei bis sechs Buchstaben des Produkts.",
	},
	"code.prefix": {
		"A license key begins with two to six letters from A to Z.",
		"Ein Lizenzschlüssel beginnt mit zwei bis sechs Buchstaben von A bis Z.",
	},

	"client.pins": {
		"The publisher's keys (pins) that came with the program cannot be used ({cause}). Get the pins file again from the publisher.",
		"Die mit dem Programm gelieferten Schlüssel des Herstellers (Pins) sind nicht brauchbar ({cause}). Holen Sie die Pins-Datei noch einmal beim Hersteller.",
	},
	"client.folder": {
		"There is no folder for the licenses, because this user has no home folder. Name one.",
		"Es gibt keinen Ordner für die Lizenzen, weil dieser Benutzer kein Heimatverzeichnis hat. Geben Sie einen an.",
	},
	"client.write": {
		"The licenses cannot be written to the disk ({cause}). Check the folder's rights and the free space, then try again.",
		"Die Lizenzen lassen sich nicht auf die Platte schreiben ({cause}). Prüfen Sie die Rechte am Ordner und den freien Platz und versuchen Sie es noch einmal.",
	},
	"client.read": {
		"The licenses cannot be read ({cause}). Check the folder's rights.",
		"Die Lizenzen lassen sich nicht lesen ({cause}). Prüfen Sie die Rechte am Ordner.",
	},
	"client.busy": {
		"Another program is changing the licenses right now. Try again in a moment.",
		"Ein anderes Programm ändert gerade die Lizenzen. Versuchen Sie es gleich noch einmal.",
	},
	"client.damaged": {
		"The container file is damaged, and its copy too. Set it aside and restore the licenses with their ticket.",
		"Die Containerdatei ist beschädigt, ihre Kopie auch. Legen Sie sie beiseite und stellen Sie die Lizenzen mit ihrem Ticket wieder her.",
	},
	"client.newer": {
		"The licenses were last changed by a newer version of this program. Update this one.",
		"Die Lizenzen wurden zuletzt von einer neueren Version dieses Programms geändert. Aktualisieren Sie dieses hier.",
	},
	"client.publisher": {
		"The folder holds the licenses of another publisher. Choose another folder.",
		"Der Ordner enthält die Lizenzen eines anderen Herstellers. Wählen Sie einen anderen Ordner.",
	},
	"client.empty": {
		"Nothing has been activated here yet. Activate a ticket or license key first.",
		"Hier wurde noch nichts aktiviert. Aktivieren Sie zuerst ein Ticket oder einen Lizenzschlüssel.",
	},
	"client.no_code": {
		"A ticket or license key is needed.",
		"Ein Ticket oder ein Lizenzschlüssel wird gebraucht.",
	},
	"client.removed": {
		"The device with the licenses is not plugged in. Plug it in and try again.",
		"Das Gerät mit den Lizenzen ist nicht angeschlossen. Schließen Sie es an und versuchen Sie es erneut.",
	},
	"client.pin": {
		"The device with the licenses does not accept the PIN, or has locked itself. Check the PIN; a wrong one is not tried again by itself.",
		"Das Gerät mit den Lizenzen nimmt die PIN nicht an oder hat sich gesperrt. Prüfen Sie die PIN; eine falsche wird nicht von selbst noch einmal versucht.",
	},
	"client.no_keys": {
		"The keys of this container are not in this device: another device is plugged in, or the folder came from another machine. Plug the right one in, or set the container aside and activate anew.",
		"Die Schlüssel dieses Containers sind nicht in diesem Gerät: Es ist ein anderes angeschlossen, oder der Ordner kam von einem anderen Rechner. Schließen Sie das richtige an, oder legen Sie den Container beiseite und aktivieren Sie neu.",
	},
	"client.key_store": {
		"This container was made with other keys than the program asks for: with a device, or without one. Choose the same again, or another folder.",
		"Dieser Container wurde mit anderen Schlüsseln angelegt, als das Programm verlangt: mit einem Gerät oder ohne. Wählen Sie dasselbe wie damals oder einen anderen Ordner.",
	},
	"client.device": {
		"The device with the keys of the licenses cannot be used. Check that it is there and can sign with Ed25519 or P-256, that you may use it (a TPM is not for everybody), and that its driver and licet-pkcs11 are installed.",
		"Das Gerät mit den Schlüsseln der Lizenzen lässt sich nicht benutzen. Prüfen Sie, ob es da ist und mit Ed25519 oder P-256 signieren kann, ob Sie es benutzen dürfen (ein TPM ist nicht für jeden) und ob sein Treiber und licet-pkcs11 installiert sind.",
	},
	"client.not_typed": {
		"This container cannot ask by typed codes: its keys are in a device, or were made before there were typed codes. Use a request file or QR codes.",
		"Dieser Container kann nicht mit getippten Codes anfordern: Seine Schlüssel liegen in einem Gerät oder entstanden, bevor es getippte Codes gab. Benutzen Sie eine Anforderungsdatei oder QR-Codes.",
	},
	"client.copied": {
		"The licenses here are another machine's: the folder was copied, or too much of this machine was replaced. Set them aside to begin anew here.",
		"Die Lizenzen hier gehören einem anderen Rechner: Der Ordner wurde kopiert, oder an diesem Rechner wurde zu viel ersetzt. Legen Sie sie beiseite, um hier neu zu beginnen.",
	},
	"client.typed_key": {
		"The license code is signed by a key of the publisher's that this program does not know yet. The page shows the key's thirteen groups below the license code: type them once, then the license code again.",
		"Der Lizenzcode ist mit einem Schlüssel des Herstellers unterschrieben, den dieses Programm noch nicht kennt. Die Seite zeigt die dreizehn Gruppen des Schlüssels unter dem Lizenzcode: Tippen Sie sie einmal ein, danach noch einmal den Lizenzcode.",
	},
	"client.typed_other": {
		"The license code does not belong to the request code that is shown here: it is for another machine or an older request, or a group has two mistakes. Compare the request code on the page with the one here, then the license code group by group.",
		"Der Lizenzcode gehört nicht zu dem Anforderungscode, der hier gezeigt wird: Er ist für einen anderen Rechner oder eine ältere Anforderung, oder eine Gruppe enthält zwei Fehler. Vergleichen Sie den Anforderungscode auf der Seite mit dem hier, dann den Lizenzcode Gruppe für Gruppe.",
	},
	"client.no_depot": {
		"The pins name no depot to which the code could be sealed, so it cannot travel in a file ({cause}). Activate over the internet, or get newer pins from the publisher.",
		"Die Pins nennen kein Depot, für das der Code versiegelt werden könnte; er kann also nicht in einer Datei reisen ({cause}). Aktivieren Sie über das Internet oder holen Sie neuere Pins beim Hersteller.",
	},
	"client.no_server": {
		"No server is known. Name one, or use a request file.",
		"Es ist kein Server bekannt. Geben Sie einen an oder benutzen Sie eine Anforderungsdatei.",
	},
	"client.too_many": {
		"Too many messages wait for an answer. Connect to the server once, or hand in the request file and install its answer.",
		"Zu viele Nachrichten warten auf eine Antwort. Verbinden Sie sich einmal mit dem Server, oder reichen Sie die Anforderungsdatei ein und installieren Sie die Antwort.",
	},
	"client.not_held": {
		"There is no such license here. The status lists those that are here.",
		"Diese Lizenz ist nicht hier. Der Status zählt auf, welche hier sind.",
	},
	"client.unbound": {
		"This license is bound to no machine; there is no seat to give back.",
		"Diese Lizenz ist an keinen Rechner gebunden; es gibt keinen Platz, den man zurückgeben könnte.",
	},
	"client.not_here": {
		"The licenses were activated on another machine and copied here. Only that machine can return them.",
		"Die Lizenzen wurden auf einem anderen Rechner aktiviert und hierher kopiert. Nur jener Rechner kann sie zurückgeben.",
	},
	"client.update": {
		"The update contradicts itself ({cause}). Nothing was changed. Get the file again.",
		"Die Aktualisierung widerspricht sich selbst ({cause}). Es wurde nichts geändert. Holen Sie die Datei noch einmal.",
	},
	"client.no_units": {
		"Not so many units are left here. Draw more from the license, or order more.",
		"So viele Einheiten sind hier nicht mehr übrig. Ziehen Sie weitere aus der Lizenz, oder bestellen Sie weitere.",
	},
	"client.cloud_secret": {
		"This is not the secret of a cloud container. It begins with lcc_; copy it again as a whole.",
		"Das ist nicht das Geheimnis eines Cloud-Containers. Es beginnt mit lcc_; kopieren Sie es noch einmal ganz.",
	},
	"client.cloud": {
		"This container belongs to an account. No license lies in it, so none can be activated, borrowed or returned here: programs use licenses by leases while they run. Ask the publisher to grant a license to the account.",
		"Dieser Container gehört zu einem Konto. In ihm liegt keine Lizenz, deshalb lässt sich hier keine aktivieren, ausleihen oder zurückgeben: Programme nutzen Lizenzen durch Leases, solange sie laufen. Bitten Sie den Hersteller, dem Konto eine Lizenz zuzuteilen.",
	},
	"client.choice": {
		"This is not a choice. Say on, off or default: then the customer's organization decides.",
		"Das ist keine Auswahl. Sagen Sie on, off oder default: Dann entscheidet die Organisation des Kunden.",
	},
	"client.which_units": {
		"The licenses here count in several units. The program has to say which one it means.",
		"Die Lizenzen hier zählen in mehreren Einheiten. Das Programm muss sagen, welche es meint.",
	},
	"client.cut": {
		"A part of the update is missing: the publisher's commands that belong to these licenses. Nothing was changed. Get the whole file.",
		"Ein Teil der Aktualisierung fehlt: die Anweisungen des Herstellers, die zu diesen Lizenzen gehören. Es wurde nichts geändert. Holen Sie die ganze Datei.",
	},
	"client.nothing": {
		"There is nothing in this file, or nothing that waits. A license or update file has lines that begin with v4.public.",
		"In dieser Datei ist nichts, oder es wartet nichts. Eine Lizenz- oder Aktualisierungsdatei hat Zeilen, die mit v4.public beginnen.",
	},
	"client.not_asked": {
		"The update answers no request that was made here. Install it on the machine that made the request, or write a new request here.",
		"Die Aktualisierung beantwortet keine Anforderung von hier. Installieren Sie sie auf dem Rechner, der sie angefordert hat, oder schreiben Sie hier eine neue Anforderung.",
	},
	"client.old": {
		"The update is older than what is installed, or its request was answered before. Nothing was changed. Write a new request if something is missing.",
		"Die Aktualisierung ist älter als das, was installiert ist, oder ihre Anforderung wurde schon beantwortet. Es wurde nichts geändert. Schreiben Sie eine neue Anforderung, falls etwas fehlt.",
	},
	"client.blocked": {
		"The publisher has blocked the license. Refresh once the matter is settled.",
		"Der Hersteller hat die Lizenz gesperrt. Frischen Sie auf, sobald die Sache geklärt ist.",
	},
	"client.listed": {
		"The publisher's block list names this device: what is here was given up as lost and went to another one, or the publisher has blocked it. Refresh, or ask the publisher.",
		"Die Sperrliste des Herstellers nennt dieses Gerät: Was hier ist, wurde als verloren aufgegeben und ging an ein anderes, oder der Hersteller hat es gesperrt. Frischen Sie auf oder fragen Sie den Hersteller.",
	},
	"client.offline": {
		"The license server was not reached ({cause}). What was asked for waits and is sent first next time. Check the connection, or use a request file.",
		"Der Lizenzserver war nicht zu erreichen ({cause}). Das Gewünschte wartet und wird beim nächsten Mal zuerst gesendet. Prüfen Sie die Verbindung oder benutzen Sie eine Anforderungsdatei.",
	},

	"wire.malformed":     {"This is no license, update or message of this format, or it is damaged ({cause}). Get the file again.", "Das ist keine Lizenz, Aktualisierung oder Nachricht dieses Formats, oder sie ist beschädigt ({cause}). Holen Sie die Datei noch einmal."},
	"wire.too_long":      {"The file is longer than any license or update. It is something else, or damaged.", "Die Datei ist länger als jede Lizenz oder Aktualisierung. Sie ist etwas anderes oder beschädigt."},
	"wire.duplicate_key": {"The file is not in the strict form of this format and is not believed. Get it again.", "Die Datei hat nicht die strenge Form dieses Formats; ihr wird nicht geglaubt. Holen Sie sie noch einmal."},
	"wire.unknown_key":   {"It is signed by a key that this program does not know. It is another publisher's, or the certificate line is missing: get the whole file.", "Es ist mit einem Schlüssel unterschrieben, den dieses Programm nicht kennt. Es stammt von einem anderen Hersteller, oder die Zertifikatszeile fehlt: Holen Sie die ganze Datei."},
	"wire.suite":         {"The signature is of a kind that is not allowed here.", "Die Unterschrift ist von einer Art, die hier nicht erlaubt ist."},
	"wire.signature":     {"The signature does not fit: the file was changed or damaged. Get it again.", "Die Unterschrift passt nicht: Die Datei wurde verändert oder beschädigt. Holen Sie sie noch einmal."},
	"wire.type":          {"This is a message of another kind than the one that is needed here.", "Das ist eine Nachricht von anderer Art, als hier gebraucht wird."},
	"wire.issuer":        {"This is another publisher's.", "Das stammt von einem anderen Hersteller."},
	"wire.use":           {"The key that signed this may not sign such a thing.", "Der Schlüssel, der dies unterschrieben hat, darf so etwas nicht unterschreiben."},
	"wire.window":        {"This was signed outside of the time in which its key may sign.", "Dies wurde außerhalb der Zeit unterschrieben, in der sein Schlüssel unterschreiben darf."},
	"wire.revoked":       {"The publisher has revoked the key that signed this. Refresh the licenses to get them under a new key.", "Der Hersteller hat den Schlüssel widerrufen, der dies unterschrieben hat. Frischen Sie die Lizenzen auf, um sie unter einem neuen Schlüssel zu bekommen."},
	"wire.rank":          {"The key that signed this may not speak about that other key.", "Der Schlüssel, der dies unterschrieben hat, darf über jenen anderen Schlüssel nichts sagen."},
	"wire.claim":         {"A value in it is missing or out of its bounds ({cause}).", "Ein Wert darin fehlt oder liegt außerhalb seiner Grenzen ({cause})."},
	"wire.product":       {"The license is for another product.", "Die Lizenz gilt für ein anderes Produkt."},
	"wire.container":     {"The license is bound to another container. Install it where its request was made.", "Die Lizenz ist an einen anderen Lizenzcontainer gebunden. Installieren Sie sie dort, wo sie angefordert wurde."},
	"wire.fingerprint":   {"The licenses were activated on another machine and copied here, or too much of this machine was replaced. Return them there, or begin anew here and restore them.", "Die Lizenzen wurden auf einem anderen Rechner aktiviert und hierher kopiert, oder an diesem Rechner wurde zu viel ersetzt. Geben Sie sie dort zurück, oder beginnen Sie hier neu und stellen Sie sie wieder her."},
	"wire.expired":       {"The license has expired.", "Die Lizenz ist abgelaufen."},
	"wire.not_yet":       {"The license is not valid yet.", "Die Lizenz ist noch nicht gültig."},
	"wire.unmaintained":  {"This release is younger than the license's maintenance. Use an earlier release, or extend the maintenance.", "Diese Version ist jünger als die Wartung der Lizenz. Benutzen Sie eine ältere Version oder verlängern Sie die Wartung."},
	"wire.seal":          {"The sealed part cannot be opened here.", "Der versiegelte Teil lässt sich hier nicht öffnen."},

	"state.valid":            {"valid until {day}", "gültig bis {day}"},
	"state.valid_forever":    {"valid without end", "unbefristet gültig"},
	"state.grace":            {"its term is over; it still runs until {day}. Renew it.", "Die Laufzeit ist vorbei; sie läuft noch bis {day}. Verlängern Sie sie."},
	"state.not_yet":          {"valid from {day}", "gültig ab {day}"},
	"state.expired":          {"expired on {day}", "abgelaufen am {day}"},
	"state.unmaintained":     {"does not cover this release: its maintenance ended on {day}", "deckt diese Version nicht: Die Wartung endete am {day}"},
	"state.blocked":          {"blocked by the publisher. Refresh once the matter is settled.", "vom Hersteller gesperrt. Frischen Sie auf, sobald die Sache geklärt ist."},
	"state.blocked_evicted":  {"given up as lost: its seat was freed for another device. Activate it again while a seat is free.", "als verloren aufgegeben: Der Platz wurde für ein anderes Gerät freigegeben. Aktivieren Sie sie neu, solange ein Platz frei ist."},
	"state.blocked_granted":  {"given up as lost by the publisher: its seat was freed for another device. Activate it again while a seat is free.", "vom Hersteller als verloren aufgegeben: Der Platz wurde für ein anderes Gerät freigegeben. Aktivieren Sie sie neu, solange ein Platz frei ist."},
	"state.blocked_listed":   {"refused: the publisher's block list names this device. Refresh, or ask the publisher.", "abgelehnt: Die Sperrliste des Herstellers nennt dieses Gerät. Frischen Sie auf oder fragen Sie den Hersteller."},
	"state.blocked_moved":    {"moved to another device by the publisher or your administrator. Activate it again while a seat is free.", "vom Hersteller oder Ihrem Administrator auf ein anderes Gerät umgezogen. Aktivieren Sie sie neu, solange ein Platz frei ist."},
	"state.blocked_restored": {"restored on another device. Activate it again while a seat is free.", "auf einem anderen Gerät wiederhergestellt. Aktivieren Sie sie neu, solange ein Platz frei ist."},
	"state.other_product":    {"for another product", "für ein anderes Produkt"},
	"state.other_machine":    {"not valid on this machine. {cause}", "auf diesem Rechner nicht gültig. {cause}"},
	"state.refused":          {"not accepted. {cause}", "nicht angenommen. {cause}"},
	"state.runs_on":          {"The program goes on.", "Das Programm läuft weiter."},
}
