package text

// What a bearer or a container is refused.
var (
	_ = add("fault.license.code_typo", Entry{
		EN: "{kind} Compare the groups one by one.",
		DE: "{kind} Vergleichen Sie die Gruppen einzeln.",
	})
	_ = add("word.license.code_typo.kind.length", Entry{
		EN: "This code should have {want} characters; typed: {got} (dashes and spaces do not count).",
		DE: "Dieser Code müsste {want} Zeichen haben; eingegeben: {got} (Striche und Leerzeichen zählen nicht).",
	})
	_ = add("word.license.code_typo.kind.foreign", Entry{
		EN: "“{symbol}”, the character at place {pos}, is in no code. Codes are written with digits and letters, but without the letter U.",
		DE: "„{symbol}“, das Zeichen an Stelle {pos}, kommt in keinem Code vor. Codes bestehen aus Ziffern und Buchstaben, aber ohne den Buchstaben U.",
	})
	_ = add("word.license.code_typo.kind.check", Entry{
		EN: "There is a typing error: one character is wrong, or two are swapped.",
		DE: "Hier ist ein Tippfehler: Ein Zeichen stimmt nicht, oder zwei sind vertauscht.",
	})
	_ = add("word.license.code_typo.kind.is_key", Entry{EN: "This is a license key, and a ticket is expected.", DE: "Das ist ein Lizenzschlüssel, erwartet wird ein Ticket."})
	_ = add("word.license.code_typo.kind.is_ticket", Entry{EN: "This is a ticket, and a license key is expected.", DE: "Das ist ein Ticket, erwartet wird ein Lizenzschlüssel."})
	_ = add("word.license.code_typo.kind.prefix", Entry{
		EN: "The letters in front are not those of a license key.",
		DE: "Die Buchstaben am Anfang sind nicht die eines Lizenzschlüssels.",
	})
	_ = add("fault.license.unknown_code", Entry{
		EN: "This code is not known here. Please check it, and that it belongs to this publisher's software.",
		DE: "Dieser Code ist hier nicht bekannt. Bitte prüfen Sie ihn, und ob er zu Software dieses Herstellers gehört.",
	})
	_ = add("fault.license.unknown_pairing", Entry{
		EN: "This pairing code is not known. It lives for ten minutes and works once. Get a new one on the page that shows what your ticket holds.",
		DE: "Dieser Kopplungscode ist nicht bekannt. Er gilt zehn Minuten und nur einmal. Holen Sie einen neuen auf der Seite, die zeigt, was Ihr Ticket enthält.",
	})
	_ = add("fault.license.too_many_pairings", Entry{
		EN: "Too many pairing codes were made for this ticket in a short time. Please wait a little, or type the ticket on the machine.",
		DE: "Für dieses Ticket wurden in kurzer Zeit zu viele Kopplungscodes gemacht. Bitte warten Sie etwas, oder tippen Sie das Ticket auf dem Rechner ein.",
	})
	_ = add("fault.license.too_many_tries", Entry{
		EN: "Too many wrong codes came from your network. Please wait a little, then try once more.",
		DE: "Aus Ihrem Netz kamen zu viele falsche Codes. Bitte warten Sie etwas und versuchen Sie es dann noch einmal.",
	})
	_ = add("fault.license.ticket_blocked", Entry{
		EN: "This ticket is blocked. Please ask whoever gave it to you.",
		DE: "Dieses Ticket ist gesperrt. Bitte wenden Sie sich an die Stelle, von der Sie es haben.",
	})
	_ = add("fault.license.ticket_expired", Entry{
		EN: "The last day of this ticket was {last}. Please order a new one.",
		DE: "Der letzte Tag dieses Tickets war der {last}. Bitte bestellen Sie ein neues.",
	})
	_ = add("fault.license.ticket_reversed", Entry{
		EN: "The order behind this ticket was reversed; it can no longer be used. Please ask whoever gave it to you.",
		DE: "Der Auftrag zu diesem Ticket wurde storniert; es kann nicht mehr benutzt werden. Bitte wenden Sie sich an die Stelle, von der Sie es haben.",
	})
	_ = add("fault.license.blocked", Entry{
		EN: "This license is blocked. Please ask the publisher.",
		DE: "Diese Lizenz ist gesperrt. Bitte wenden Sie sich an den Hersteller.",
	})
	_ = add("fault.license.recalled", Entry{
		EN: "The publisher has recalled this license. Please ask the publisher if you still need it.",
		DE: "Der Hersteller hat diese Lizenz zurückgerufen. Bitte wenden Sie sich an ihn, wenn Sie sie noch brauchen.",
	})
	_ = add("fault.license.expired", Entry{
		EN: "The last day of this license was {last}. Please renew it.",
		DE: "Der letzte Tag dieser Lizenz war der {last}. Bitte verlängern Sie sie.",
	})
	_ = add("fault.license.not_yet", Entry{
		EN: "This license begins on {from}. Please activate it then.",
		DE: "Diese Lizenz beginnt am {from}. Bitte aktivieren Sie sie dann.",
	})
	_ = add("fault.license.no_seat", Entry{
		EN: "Seats of this license in use: {used} of {limit}. Free: {free}, asked for: {value}. Return one elsewhere, or buy more.",
		DE: "Belegte Plätze dieser Lizenz: {used} von {limit}. Frei: {free}, verlangt: {value}. Geben Sie anderswo einen zurück, oder kaufen Sie weitere.",
	})
	_ = add("fault.license.used_up", Entry{
		EN: "This license is used up (seats: {limit}). It cannot be moved to another device; if the device is lost, restore it.",
		DE: "Diese Lizenz ist verbraucht (Plätze: {limit}). Sie kann nicht umziehen; ist das Gerät verloren, stellen Sie sie wieder her.",
	})
	_ = add("fault.license.redeemed", Entry{
		EN: "This ticket has been redeemed: {used} of {limit} units, {free} are left. What it changed keeps its effect; order more to change more.",
		DE: "Dieses Ticket ist eingelöst: {used} von {limit} Einheiten, {free} sind übrig. Was es geändert hat, bleibt; bestellen Sie weitere, um mehr zu ändern.",
	})
	_ = add("fault.license.no_base", Entry{
		EN: "{article} changes a license of one of these articles: {targets}. This device holds none that fits. Redeem the ticket on the device that holds it, or activate it here first.",
		DE: "{article} ändert eine Lizenz zu einem dieser Artikel: {targets}. Auf diesem Gerät liegt keine, die passt. Lösen Sie das Ticket auf dem Gerät ein, auf dem sie liegt, oder aktivieren Sie sie zuerst hier.",
	})
	_ = add("fault.license.base_which", Entry{
		EN: "{article} fits {count} licenses on this device. Say which one it shall change: {choices}.",
		DE: "{article} passt zu {count} Lizenzen auf diesem Gerät. Sagen Sie, welche geändert werden soll: {choices}.",
	})
	_ = add("fault.license.changes_only", Entry{
		EN: "This key belongs to an upgrade, extension or add-on and opens no program by itself. Redeem it on the device that holds the license that it changes.",
		DE: "Dieser Schlüssel gehört zu einem Upgrade, einer Verlängerung oder einer Erweiterung und öffnet selbst kein Programm. Lösen Sie ihn auf dem Gerät ein, auf dem die Lizenz liegt, die er ändert.",
	})
	_ = add("fault.license.not_counted", Entry{
		EN: "This license is not used up in units, so none can be consumed. Use the key of a usage-counted license.",
		DE: "Diese Lizenz wird nicht in Einheiten verbraucht, deshalb kann keine verbraucht werden. Benutzen Sie den Schlüssel einer Lizenz mit Verbrauchseinheiten.",
	})
	_ = add("fault.license.no_units", Entry{
		EN: "Units left: {left}, asked for: {value}. Order more, or consume fewer.",
		DE: "Übrige Einheiten: {left}, verlangt: {value}. Bestellen Sie weitere, oder verbrauchen Sie weniger.",
	})
	_ = add("fault.license.nonce_used", Entry{
		EN: "Under this nonce {units} units were consumed already, and now {value} are asked for. Take a new nonce for a new consumption.",
		DE: "Unter dieser Nonce wurden schon {units} Einheiten verbraucht, und jetzt werden {value} verlangt. Nehmen Sie für einen neuen Verbrauch eine neue Nonce.",
	})
	_ = add("word.license.suspect.reason.spent", Entry{EN: "it has spent fewer units than it said before, or more than it was given", DE: "er hat weniger Einheiten verbraucht, als er schon gesagt hat, oder mehr, als er bekommen hat"})
	_ = add("fault.license.other_product", Entry{
		EN: "This code is for {product}, not for {value}. Use it there, or type the code that came with {value}.",
		DE: "Dieser Code ist für {product}, nicht für {value}. Benutzen Sie ihn dort, oder geben Sie den Code ein, der zu {value} gehört.",
	})
	_ = add("fault.license.container_full", Entry{
		EN: "This device holds {limit} licenses, as many as it can. Return one that is not needed any more, and try again.",
		DE: "Dieses Gerät hat {limit} Lizenzen, mehr kann es nicht halten. Geben Sie eine zurück, die nicht mehr gebraucht wird, und versuchen Sie es noch einmal.",
	})
	_ = add("fault.license.container_kind", Entry{
		EN: "This license does not go into this kind of container: {value}. Possible: {allowed}. Use one of those, or ask the publisher.",
		DE: "Diese Lizenz kann nicht in diese Art von Lizenzcontainer: {value}. Möglich: {allowed}. Nehmen Sie eine davon, oder wenden Sie sich an den Hersteller.",
	})
	_ = add("word.license.container_kind.value.soft", Entry{EN: "the program’s folder on one machine (soft)", DE: "der Ordner des Programms auf einem Rechner (soft)"})
	_ = add("word.license.container_kind.value.hardware", Entry{EN: "a device such as a security key or a TPM (hardware)", DE: "ein Gerät wie ein Sicherheitsschlüssel oder ein TPM (hardware)"})
	_ = add("word.license.container_kind.value.cloud", Entry{EN: "an account (cloud)", DE: "ein Konto (cloud)"})
	_ = add("word.license.container_kind.value.named", Entry{EN: "a machine that a program names (named)", DE: "ein Rechner, den ein Programm nennt (named)"})
	_ = add("word.license.container_kind.allowed.soft", Entry{EN: "the program’s folder on one machine (soft)", DE: "der Ordner des Programms auf einem Rechner (soft)"})
	_ = add("word.license.container_kind.allowed.hardware", Entry{EN: "a device such as a security key or a TPM (hardware)", DE: "ein Gerät wie ein Sicherheitsschlüssel oder ein TPM (hardware)"})
	_ = add("word.license.container_kind.allowed.cloud", Entry{EN: "an account (cloud)", DE: "ein Konto (cloud)"})
	_ = add("word.license.container_kind.allowed.named", Entry{EN: "a machine that a program names (named)", DE: "ein Rechner, den ein Programm nennt (named)"})
	_ = add("fault.license.online_only", Entry{
		EN: "Article {article} is activated over a connection only, not by file, picture or typed code. Connect the machine and activate there.",
		DE: "Artikel {article} wird nur über eine Verbindung aktiviert, nicht per Datei, Bild oder abgetipptem Code. Verbinden Sie den Rechner, und aktivieren Sie dort.",
	})
	_ = add("fault.license.cloud_lease", Entry{
		EN: "A cloud container holds no license for good: it uses licenses by leases. Take a lease of this one.",
		DE: "In einem Cloud-Container liegt keine Lizenz auf Dauer: Er nutzt Lizenzen durch Leases. Nehmen Sie für diese ein Lease.",
	})
	_ = add("fault.license.cloud_account", Entry{
		EN: "A cloud container belongs to one account: name either a person, or a service account with 1 to {limit} printable characters.",
		DE: "Ein Cloud-Container gehört zu einem Konto: Nennen Sie entweder eine Person oder ein Dienstkonto mit 1 bis {limit} druckbaren Zeichen.",
	})
	_ = add("fault.license.cloud_kind", Entry{
		EN: "Licenses of kind {kind} cannot be used by leases, because their time or units belong to one activation. Activate it on a machine or a device.",
		DE: "Lizenzen der Art {kind} lassen sich nicht durch Leases nutzen, weil ihre Zeit oder ihre Einheiten zu einer Aktivierung gehören. Aktivieren Sie sie auf einem Rechner oder Gerät.",
	})
	_ = add("fault.license.cloud_no_member", Entry{
		EN: "This person is not a member of the organization. Make the person a member first.",
		DE: "Diese Person ist kein Mitglied der Organisation. Nehmen Sie sie erst als Mitglied auf.",
	})
	_ = add("fault.license.trial_used", Entry{
		EN: "This device, or this customer, has tried this product already. Please buy a license to go on.",
		DE: "Dieses Gerät oder dieser Kunde hat das Produkt schon getestet. Bitte kaufen Sie eine Lizenz, um weiterzuarbeiten.",
	})
	_ = add("fault.license.no_fingerprint", Entry{
		EN: "The request does not describe the machine. Please update the program that made it.",
		DE: "Die Anforderung beschreibt das Gerät nicht. Bitte aktualisieren Sie das Programm, das sie erzeugt hat.",
	})
	_ = add("fault.license.other_machine", Entry{
		EN: "This container belongs to another machine: {common} components match, {limit} must. If the machine was changed, restore the license.",
		DE: "Dieser Lizenzcontainer gehört zu einem anderen Gerät: {common} Merkmale stimmen überein, {limit} müssen es. Wurde das Gerät umgebaut, stellen Sie die Lizenz wieder her.",
	})
	_ = add("fault.license.not_in_ticket", Entry{
		EN: "The code does not hold the license that is asked for. Look up what it holds.",
		DE: "Der Code enthält die verlangte Lizenz nicht. Sehen Sie nach, was er enthält.",
	})
	_ = add("fault.license.no_restore", Entry{
		EN: "This license cannot be restored after a loss. Please ask the publisher.",
		DE: "Diese Lizenz kann nach einem Verlust nicht wiederhergestellt werden. Bitte wenden Sie sich an den Hersteller.",
	})
	_ = add("fault.license.restore_wait", Entry{
		EN: "{used} of {limit} restores of this license are used. The next one is free on {next}; support can help earlier.",
		DE: "{used} von {limit} Wiederherstellungen dieser Lizenz sind verbraucht. Die nächste ist am {next} frei; der Support kann früher helfen.",
	})
	_ = add("fault.license.restore_which", Entry{
		EN: "{count} devices hold this license. Please choose the one that is lost.",
		DE: "{count} Geräte haben diese Lizenz. Bitte wählen Sie das verlorene aus.",
	})
	_ = add("fault.license.not_lost", Entry{
		EN: "No device holds this license, so there is nothing to restore. Activate it instead.",
		DE: "Kein Gerät hat diese Lizenz, es gibt nichts wiederherzustellen. Aktivieren Sie sie stattdessen.",
	})
	_ = add("fault.license.clock_off", Entry{
		EN: "The clock of this device says {value}, but it is {now}: more than {limit} days off. Please set it.",
		DE: "Die Uhr dieses Geräts zeigt den {value}, es ist aber der {now}: mehr als {limit} Tage Abweichung. Bitte stellen Sie sie.",
	})
	_ = add("fault.license.bad_message", Entry{
		EN: "The message is damaged or incomplete. Please make it again.",
		DE: "Die Nachricht ist beschädigt oder unvollständig. Bitte erzeugen Sie sie neu.",
	})
	_ = add("fault.license.bad_signature", Entry{
		EN: "The message was changed after it was signed. Please make it again.",
		DE: "Die Nachricht wurde nach dem Signieren verändert. Bitte erzeugen Sie sie neu.",
	})
	_ = add("fault.license.unknown_container", Entry{
		EN: "This container has never activated anything here. Activate a code first.",
		DE: "Dieser Lizenzcontainer hat hier noch nie etwas aktiviert. Aktivieren Sie zuerst einen Code.",
	})
	_ = add("fault.license.suspect", Entry{
		EN: "This container looks like a copy of another one: {reason}. The publisher's support must decide before it can go on.",
		DE: "Dieser Lizenzcontainer sieht aus wie die Kopie eines anderen: {reason}. Der Support des Herstellers muss entscheiden, bevor es weitergeht.",
	})
	_ = add("word.license.suspect.reason.counter", Entry{EN: "it has fallen back behind what it has said before", DE: "er ist hinter das zurückgefallen, was er schon gesagt hat"})
	_ = add("word.license.suspect.reason.generation", Entry{EN: "it holds another generation of a license than was given to it", DE: "er enthält eine andere Generation einer Lizenz, als er bekommen hat"})
	_ = add("word.license.suspect.reason.unknown_license", Entry{EN: "it holds a license that was never given to it", DE: "er enthält eine Lizenz, die er nie bekommen hat"})
	_ = add("word.license.suspect.reason.removed_license", Entry{EN: "it holds a license again that it had removed", DE: "er enthält wieder eine Lizenz, die er schon entfernt hatte"})
	_ = add("word.license.suspect.reason.nonce", Entry{EN: "it says different things under one number", DE: "er sagt unter derselben Nummer Verschiedenes"})
	_ = add("fault.license.container_blocked", Entry{
		EN: "This container is blocked. Please ask the publisher.",
		DE: "Dieser Lizenzcontainer ist gesperrt. Bitte wenden Sie sich an den Hersteller.",
	})
	_ = add("fault.license.old_counter", Entry{
		EN: "This message (number {value}) is older than what has been answered already. Please make a new one.",
		DE: "Diese Nachricht (Nummer {value}) ist älter als das, was schon beantwortet wurde. Bitte erzeugen Sie eine neue.",
	})
	_ = add("fault.license.no_block_list", Entry{
		EN: "This publisher has issued no block list: there was never anything to list. Nothing needs to be installed.",
		DE: "Dieser Hersteller hat keine Sperrliste herausgegeben: Es war noch nie etwas zu nennen. Es muss nichts installiert werden.",
	})
	_ = add("fault.license.wrong_generation", Entry{
		EN: "Generation {value} of this license is not in this container any more, so nothing can be returned. Refresh the container.",
		DE: "Generation {value} dieser Lizenz liegt nicht mehr in diesem Lizenzcontainer, es gibt nichts zurückzugeben. Aktualisieren Sie den Container.",
	})
	_ = add("fault.license.answer_gone", Entry{
		EN: "The answer to this message is no longer kept. Please send a new one.",
		DE: "Die Antwort auf diese Nachricht ist nicht mehr vorhanden. Bitte senden Sie eine neue.",
	})
)

// What staff are refused.
var (
	_ = add("fault.license.not_found", Entry{
		EN: "This ticket, license or container does not exist here.",
		DE: "Dieses Ticket, diese Lizenz oder diesen Lizenzcontainer gibt es hier nicht.",
	})
	_ = add("fault.license.ticket_state", Entry{
		EN: "That is not possible with a ticket in the state {state}.",
		DE: "Das ist mit einem Ticket im Zustand {state} nicht möglich.",
	})
	_ = add("fault.license.license_state", Entry{
		EN: "That is not possible with a license in the state {state}.",
		DE: "Das ist mit einer Lizenz im Zustand {state} nicht möglich.",
	})
	_ = add("fault.license.container_state", Entry{
		EN: "This container is {state}; there is nothing to decide.",
		DE: "Dieser Lizenzcontainer ist {state}; es gibt nichts zu entscheiden.",
	})
	_ = add("fault.license.activation_state", Entry{
		EN: "That is not possible with an activation in the state {state}.",
		DE: "Das ist mit einer Aktivierung im Zustand {state} nicht möglich.",
	})
	_ = add("fault.license.bad_quantity", Entry{
		EN: "The quantity {value} is not possible; it must be between 1 and {limit}.",
		DE: "Die Menge {value} ist nicht möglich; sie muss zwischen 1 und {limit} liegen.",
	})
	_ = add("fault.license.lower_too_much", Entry{
		EN: "The line holds {limit} units; {value} cannot be taken from it.",
		DE: "Die Position umfasst {limit} Einheiten; {value} können nicht abgezogen werden.",
	})
	_ = add("fault.license.no_line", Entry{
		EN: "Nothing was ever issued for this order line.",
		DE: "Für diese Auftragsposition wurde nie etwas ausgestellt.",
	})
	_ = add("fault.license.bad_extension", Entry{
		EN: "{value} does not extend the license: its last day is {last} already. Choose a later day.",
		DE: "Der {value} verlängert die Lizenz nicht: ihr letzter Tag ist schon der {last}. Wählen Sie einen späteren Tag.",
	})
	_ = add("fault.license.no_end", Entry{
		EN: "This license has no end that could be extended.",
		DE: "Diese Lizenz hat kein Ende, das verlängert werden könnte.",
	})
	_ = add("fault.license.code_not_kept", Entry{
		EN: "The code of this ticket was shown once and is not kept.",
		DE: "Der Code dieses Tickets wurde einmal gezeigt und wird nicht aufbewahrt.",
	})
	_ = add("fault.license.nothing_chosen", Entry{
		EN: "Choose between 1 and {limit} licenses; {value} are chosen.",
		DE: "Wählen Sie zwischen 1 und {limit} Lizenzen; gewählt sind {value}.",
	})
	_ = add("fault.license.bad_reason", Entry{
		EN: "“{value}” is no reason code: up to 40 of a-z, 0-9, dots and dashes.",
		DE: "„{value}“ ist kein Grundcode: bis zu 40 Zeichen aus a-z, 0-9, Punkt und Strich.",
	})
	_ = add("fault.license.bad_cursor", Entry{
		EN: "This list cursor is damaged. Start again at the first page.",
		DE: "Diese Listenmarke ist beschädigt. Beginnen Sie wieder mit der ersten Seite.",
	})
	_ = add("fault.license.bad_decision", Entry{
		EN: "“{value}” is no decision here; possible: {allowed}.",
		DE: "„{value}“ ist hier keine Entscheidung; möglich: {allowed}.",
	})
	_ = add("fault.license.bad_eligibility", Entry{
		EN: "Say who is eligible and what was seen, each in up to {limit} bytes without line breaks.",
		DE: "Sagen Sie, wer berechtigt ist und was vorlag, je in höchstens {limit} Byte ohne Zeilenumbruch.",
	})
	_ = add("fault.license.not_academic", Entry{
		EN: "Eligibility is recorded with academic licenses only, and this license is of another kind.",
		DE: "Eine Berechtigung wird nur zu Lizenzen für Lehre und Forschung festgehalten; diese Lizenz ist von anderer Art.",
	})
	_ = add("fault.license.unsignable", Entry{
		EN: "Article {value} cannot be issued: a license cannot carry its {claim} (too long, too many or too large). Change the article first.",
		DE: "Artikel {value} kann nicht ausgestellt werden: eine Lizenz kann sein {claim} nicht aufnehmen (zu lang, zu viele oder zu groß). Ändern Sie zuerst den Artikel.",
	})
	_ = add("fault.license.bad_zone", Entry{
		EN: "This machine does not know the time zone {value}.",
		DE: "Dieses System kennt die Zeitzone {value} nicht.",
	})
)
