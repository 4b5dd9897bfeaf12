package text

// The start page of the depot.
var (
	_ = add("depot.start.title", Entry{EN: "Activate your license", DE: "Lizenz aktivieren"})
	_ = add("depot.start.lead", Entry{
		EN: "Type the ticket from your delivery note, or a license key. You see what it holds and how to activate it.",
		DE: "Geben Sie das Ticket von Ihrem Lieferschein ein oder einen Lizenzschlüssel. Sie sehen, was es enthält und wie Sie es aktivieren.",
	})
	_ = add("depot.start.label", Entry{EN: "Ticket or license key", DE: "Ticket oder Lizenzschlüssel"})
	_ = add("depot.start.hint", Entry{
		EN: "A ticket is five groups of five characters; a license key begins with a few letters more. Capitals, dashes and spaces do not matter.",
		DE: "Ein Ticket besteht aus fünf Gruppen zu je fünf Zeichen; bei einem Lizenzschlüssel stehen noch einige Buchstaben davor. Groß- und Kleinschreibung, Striche und Leerzeichen spielen keine Rolle.",
	})
	_ = add("depot.start.button", Entry{EN: "Show what it holds", DE: "Inhalt anzeigen"})
	_ = add("depot.start.calm", Entry{
		EN: "You need no account. Looking changes nothing.",
		DE: "Sie brauchen kein Konto. Ansehen ändert nichts.",
	})
	_ = add("depot.start.fragment", Entry{
		EN: "Did you come by a QR code? Without JavaScript the code cannot be filled in; please type it.",
		DE: "Sind Sie über einen QR-Code hier? Ohne JavaScript kann der Code nicht eingesetzt werden; bitte tippen Sie ihn ab.",
	})
	_ = add("depot.start.other", Entry{EN: "Something else?", DE: "Etwas anderes?"})
	_ = add("depot.start.file", Entry{EN: "I have a request file, or a picture of its QR code", DE: "Ich habe eine Anforderungsdatei oder ein Bild ihres QR-Codes"})
	_ = add("depot.start.file_text", Entry{
		EN: "From a machine without internet. Upload it and take the answer back.",
		DE: "Von einem Rechner ohne Internet. Laden Sie das hoch und nehmen Sie die Antwort mit.",
	})
	_ = add("depot.start.move", Entry{EN: "Move to another machine", DE: "Auf einen anderen Rechner umziehen"})
	_ = add("depot.start.move_text", Entry{
		EN: "Give the license back there, activate it here.",
		DE: "Lizenz dort zurückgeben, hier aktivieren.",
	})
	_ = add("depot.start.lost", Entry{EN: "A device is lost or broken", DE: "Ein Gerät ist verloren oder defekt"})
	_ = add("depot.start.lost_text", Entry{
		EN: "Type the ticket above: you can free its seat yourself.",
		DE: "Geben Sie oben das Ticket ein: Sie können den Platz selbst freigeben.",
	})
)

// Typing errors, named before anything is sent. The script fills them as well.
var (
	_ = add("depot.typo.empty", Entry{
		EN: "Type the ticket or the license key into the field.",
		DE: "Tragen Sie das Ticket oder den Lizenzschlüssel in das Feld ein.",
	})
	_ = add("depot.typo.length", Entry{
		EN: "This code should have {want} characters; typed: {got} (dashes and spaces do not count). Compare the groups one by one.",
		DE: "Dieser Code müsste {want} Zeichen haben; eingegeben: {got} (Striche und Leerzeichen zählen nicht). Vergleichen Sie die Gruppen einzeln.",
	})
	_ = add("depot.typo.foreign", Entry{
		EN: "“{symbol}”, the character at place {pos}, is in no code. Codes are written with digits and letters, but without the letter U. Compare the groups one by one.",
		DE: "„{symbol}“, das Zeichen an Stelle {pos}, kommt in keinem Code vor. Codes bestehen aus Ziffern und Buchstaben, aber ohne den Buchstaben U. Vergleichen Sie die Gruppen einzeln.",
	})
	_ = add("depot.typo.check", Entry{
		EN: "There is a typing error: one character is wrong, or two are swapped. Compare the groups one by one.",
		DE: "Hier ist ein Tippfehler: Ein Zeichen stimmt nicht, oder zwei sind vertauscht. Vergleichen Sie die Gruppen einzeln.",
	})
	_ = add("depot.typo.good", Entry{
		EN: "The code is complete and has no typing error.",
		DE: "Der Code ist vollständig und ohne Tippfehler.",
	})
)

// What a ticket holds.
var (
	_ = add("depot.ticket.title", Entry{EN: "What your code holds", DE: "Was Ihr Code enthält"})
	_ = add("depot.ticket.of_ticket", Entry{EN: "The ticket that ends in", DE: "Das Ticket mit der Endung"})
	_ = add("depot.ticket.of_key", Entry{EN: "The license key that ends in", DE: "Der Lizenzschlüssel mit der Endung"})
	_ = add("depot.ticket.refused", Entry{EN: "Nothing can be activated right now", DE: "Im Moment kann nichts aktiviert werden"})
	_ = add("depot.ticket.empty", Entry{
		EN: "There is no license on this ticket any more. Ask whoever sold it to you.",
		DE: "Auf diesem Ticket liegt keine Lizenz mehr. Wenden Sie sich an den, der es Ihnen verkauft hat.",
	})
	_ = add("depot.ticket.later", Entry{
		EN: "A move to another machine or a lost device, later on:",
		DE: "Ein Umzug auf einen anderen Rechner oder ein Verlust, später einmal:",
	})
	_ = add("depot.article", Entry{EN: "Article number", DE: "Artikelnummer"})
	_ = add("depot.kind", Entry{EN: "Kind", DE: "Art"})
	_ = add("depot.seats_name", Entry{EN: "Seats", DE: "Plätze"})
	_ = add("depot.seats", Entry{EN: "{used} of {limit} in use, {free} free", DE: "{used} von {limit} belegt, {free} frei"})
	_ = add("depot.overdraft", Entry{
		EN: "({value} more than were bought are tolerated)",
		DE: "({value} über die gekaufte Menge hinaus werden geduldet)",
	})
	_ = add("depot.last_day", Entry{EN: "Last day", DE: "Letzter Tag"})
	_ = add("depot.no_end", Entry{EN: "no end", DE: "ohne Ende"})
	_ = add("depot.if_today", Entry{EN: "if you activate it today", DE: "wenn Sie heute aktivieren"})
	_ = add("depot.restore_name", Entry{EN: "After a loss", DE: "Nach Verlust"})
	_ = add("depot.restore.none", Entry{
		EN: "a lost device cannot be freed here",
		DE: "ein verlorenes Gerät kann hier nicht freigegeben werden",
	})
	_ = add("depot.restore.left", Entry{
		EN: "you can free {left} of {limit} lost devices",
		DE: "Sie können noch {left} von {limit} verlorenen Geräten freigeben",
	})
	_ = add("depot.restore.wait", Entry{
		EN: "{left} of {limit} lost devices left to free; the next one from {next}",
		DE: "noch {left} von {limit} verlorenen Geräten; das nächste ab {next}",
	})
	_ = add("depot.devices", Entry{EN: "Devices", DE: "Geräte"})
	_ = add("depot.no_devices", Entry{EN: "Not active on any device yet.", DE: "Noch auf keinem Gerät aktiv."})
	_ = add("depot.more_devices", Entry{
		EN: "There are more devices; the newest are listed.",
		DE: "Es gibt weitere Geräte; gezeigt sind die neuesten.",
	})
	_ = add("depot.device_name", Entry{EN: "Device {n}", DE: "Gerät {n}"})
	_ = add("depot.system_unknown", Entry{EN: "system unknown", DE: "System unbekannt"})
	_ = add("depot.virtual", Entry{EN: "virtual machine", DE: "virtuelle Maschine"})
	_ = add("depot.app", Entry{EN: "program version {value}", DE: "Programmversion {value}"})
	_ = add("depot.app_wizard", Entry{EN: "by the wizard licet-activate", DE: "über den Assistenten licet-activate"})
	_ = add("depot.since", Entry{EN: "active since {on}", DE: "aktiv seit {on}"})
	_ = add("depot.seen", Entry{EN: "last contact {on}", DE: "letzter Kontakt {on}"})
	_ = add("depot.device_seats", Entry{EN: "{n} seats", DE: "{n} Plätze", ENOne: "{n} seat", DEOne: "{n} Platz"})
	_ = add("depot.free_button", Entry{EN: "Free lost device {n}", DE: "Verlorenes Gerät {n} freigeben"})
)

// States and kinds of licenses, and states of devices.
var (
	_ = add("depot.state.ready", Entry{EN: "Can be activated", DE: "Kann aktiviert werden"})
	_ = add("depot.state.no_seat", Entry{EN: "All seats in use", DE: "Alle Plätze belegt"})
	_ = add("depot.state.used_up", Entry{EN: "Used up", DE: "Verbraucht"})
	_ = add("depot.state.redeemed", Entry{EN: "Redeemed", DE: "Eingelöst"})
	_ = add("depot.state.expired", Entry{EN: "Expired", DE: "Abgelaufen"})
	_ = add("depot.state.blocked", Entry{EN: "Blocked", DE: "Gesperrt"})
	_ = add("depot.state.recalled", Entry{EN: "Taken back", DE: "Zurückgerufen"})
	_ = add("depot.state.not_yet", Entry{EN: "Not valid yet", DE: "Noch nicht gültig"})
	_ = add("depot.state.other", Entry{EN: "Not available", DE: "Nicht verfügbar"})

	_ = add("depot.kind.single_use", Entry{EN: "for one device, for good", DE: "für ein Gerät, dauerhaft"})
	_ = add("depot.kind.time_limited", Entry{EN: "for a limited time", DE: "auf Zeit"})
	_ = add("depot.kind.multi", Entry{EN: "for several devices", DE: "für mehrere Geräte"})
	_ = add("depot.kind.floating", Entry{EN: "for a number of uses at the same time", DE: "für eine Zahl gleichzeitiger Nutzungen"})
	_ = add("depot.kind.trial", Entry{EN: "for trying, once per device", DE: "zum Testen, einmal je Gerät"})
	_ = add("depot.kind.academic", Entry{EN: "for teaching and research", DE: "für Lehre und Forschung"})
	_ = add("depot.kind.reusable", Entry{EN: "can be activated again after its end", DE: "nach dem Ende erneut aktivierbar"})
	_ = add("depot.kind.nfr", Entry{EN: "not for resale", DE: "nicht zum Weiterverkauf"})
	_ = add("depot.kind.usage", Entry{EN: "units that are used up", DE: "Einheiten, die verbraucht werden"})
	_ = add("depot.kind.maintenance", Entry{EN: "updates for a period", DE: "Aktualisierungen für einen Zeitraum"})
	_ = add("depot.kind.capacity", Entry{EN: "a number that the program counts against", DE: "eine Menge, bis zu der das Programm zählt"})

	_ = add("depot.device.requested", Entry{EN: "requested", DE: "angefordert"})
	_ = add("depot.device.delivered", Entry{EN: "activated, not confirmed yet", DE: "aktiviert, noch nicht bestätigt"})
	_ = add("depot.device.confirmed", Entry{EN: "active", DE: "aktiv"})
	_ = add("depot.device.returning", Entry{EN: "return requested", DE: "Rückgabe angefordert"})
	_ = add("depot.device.lent", Entry{EN: "borrowed", DE: "ausgeliehen"})
	_ = add("depot.device.recalled", Entry{EN: "is being taken back", DE: "wird zurückgerufen"})
)

// Activating.
var (
	_ = add("depot.granted", Entry{
		EN: "beyond that, support has freed {n} lost devices for you", ENOne: "beyond that, support has freed {n} lost device for you",
		DE: "darüber hinaus hat der Support {n} verlorene Geräte für Sie freigegeben", DEOne: "darüber hinaus hat der Support {n} verlorenes Gerät für Sie freigegeben",
	})
	_ = add("depot.granted_free", Entry{
		EN: "Support has freed the seat of a lost device for you; nothing was drawn from what you can free yourself. A seat is free:",
		DE: "Der Support hat den Platz eines verlorenen Geräts für Sie freigegeben; von dem, was Sie selbst freigeben können, wurde nichts verbraucht. Ein Platz ist frei:",
	})
	_ = add("depot.granted_here", Entry{EN: "activate the new device", DE: "das neue Gerät aktivieren"})
	_ = add("depot.pages", Entry{
		EN: "Would you rather click than type? This opens the same wizard as pages in the browser of that machine:",
		DE: "Klicken Sie lieber, statt zu tippen? Dieser Befehl öffnet denselben Assistenten als Seiten im Browser des Rechners:",
	})
	_ = add("depot.pages_offline", Entry{
		EN: "The same as pages in the browser of that machine, without a connection: save the request, see it as QR codes, hand in the answer:",
		DE: "Dasselbe als Seiten im Browser des Rechners, auch ohne Verbindung: Anforderung speichern, als QR-Codes zeigen, Antwort einlesen:",
	})
	_ = add("depot.here.title", Entry{EN: "Activate it on a machine with internet", DE: "Auf einem Rechner mit Internet aktivieren"})
	_ = add("depot.here.program", Entry{
		EN: "Your program asks for a ticket or key itself? Type it there; that is all. Otherwise:",
		DE: "Fragt Ihr Programm selbst nach Ticket oder Schlüssel? Dann geben Sie es dort ein, das ist alles. Sonst:",
	})
	_ = add("depot.here.get", Entry{
		EN: "Get the activation wizard licet-activate. It came with your program.",
		DE: "Nehmen Sie den Aktivierungsassistenten licet-activate. Er lag Ihrem Programm bei.",
	})
	_ = add("depot.here.download", Entry{EN: "Download the activation wizard licet-activate", DE: "Aktivierungsassistenten licet-activate herunterladen"})
	_ = add("depot.here.run", Entry{EN: "Run this command on the machine:", DE: "Führen Sie auf dem Rechner diesen Befehl aus:"})
	_ = add("depot.here.asks", Entry{
		EN: "It asks for the ticket and collects the licenses. The ticket is not part of the command, so that it stays in no history.",
		DE: "Er fragt nach dem Ticket und holt die Lizenzen. Das Ticket gehört nicht in den Befehl, damit es nicht im Befehlsverlauf stehen bleibt.",
	})
	_ = add("depot.here.pair", Entry{
		EN: "Or type the ticket on the start page and let it show a pairing code: ten characters are then all that is typed on the machine.",
		DE: "Oder geben Sie das Ticket auf der Startseite ein und lassen Sie sich einen Kopplungscode zeigen: Dann sind auf dem Rechner nur zehn Zeichen einzugeben.",
	})
	_ = add("depot.pair.button", Entry{EN: "Activate a machine", DE: "Einen Rechner aktivieren"})
	_ = add("depot.pair.about", Entry{
		EN: "You get a short pairing code to type on the machine. The ticket stays here.",
		DE: "Sie bekommen einen kurzen Kopplungscode, den Sie auf dem Rechner eingeben. Das Ticket bleibt hier.",
	})
	_ = add("depot.pair.choose", Entry{EN: "What the machine gets", DE: "Was der Rechner bekommt"})
	_ = add("depot.pair.or", Entry{
		EN: "Without this page: this command asks for the ticket itself.",
		DE: "Ohne diese Seite: Dieser Befehl fragt selbst nach dem Ticket.",
	})
	_ = add("depot.pair.title", Entry{EN: "Type this code on the machine", DE: "Geben Sie diesen Code auf dem Rechner ein"})
	_ = add("depot.pair.life", Entry{
		EN: "The pairing code works once, within the next {n} minutes.", DE: "Der Kopplungscode gilt nur einmal und noch {n} Minuten lang.",
		ENOne: "The pairing code works once, within the next minute.", DEOne: "Der Kopplungscode gilt nur einmal und noch eine Minute lang.",
	})
	_ = add("depot.pair.type", Entry{EN: "It asks for the pairing code. Type it; that is all.", DE: "Er fragt nach dem Kopplungscode. Geben Sie ihn ein, das ist alles."})
	_ = add("depot.pair.gets", Entry{EN: "The machine gets:", DE: "Der Rechner bekommt:"})
	_ = add("depot.pair.waiting", Entry{EN: "Waiting for the machine …", DE: "Warten auf den Rechner …"})
	_ = add("depot.pair.again", Entry{EN: "Look again", DE: "Noch einmal nachsehen"})
	_ = add("depot.pair.refused", Entry{EN: "The machine could not be activated", DE: "Der Rechner konnte nicht aktiviert werden"})
	_ = add("depot.pair.still", Entry{
		EN: "The pairing code is still good. Once the reason is out of the way, type it again.",
		DE: "Der Kopplungscode gilt weiter. Ist der Grund behoben, geben Sie ihn noch einmal ein.",
	})
	_ = add("depot.pair.done", Entry{EN: "The machine is activated", DE: "Der Rechner ist aktiviert"})
	_ = add("depot.pair.done_text", Entry{EN: "It has collected:", DE: "Er hat diese Lizenzen erhalten:"})
	_ = add("depot.pair.gone", Entry{
		EN: "The licenses that it collected are not there any more: they were given back or taken back.",
		DE: "Die Lizenzen, die er erhalten hat, sind nicht mehr dort: Sie wurden zurückgegeben oder zurückgerufen.",
	})
	_ = add("depot.pair.expired", Entry{EN: "The pairing code has expired", DE: "Der Kopplungscode ist abgelaufen"})
	_ = add("depot.pair.expired_text", Entry{
		EN: "No machine has used it, and nothing has changed. Go back and get a new one.",
		DE: "Kein Rechner hat ihn benutzt, und es hat sich nichts geändert. Gehen Sie zurück und holen Sie einen neuen.",
	})
	_ = add("depot.copy", Entry{EN: "Copy", DE: "Kopieren"})
	_ = add("depot.copied", Entry{EN: "Copied", DE: "Kopiert"})
	_ = add("depot.offline.title", Entry{EN: "Activate a machine without internet", DE: "Einen Rechner ohne Internet aktivieren"})
	_ = add("depot.offline.write", Entry{
		EN: "On that machine, write a request file:",
		DE: "Schreiben Sie auf dem Rechner ohne Internet eine Anforderungsdatei:",
	})
	_ = add("depot.offline.carry", Entry{
		EN: "Bring the file here and upload it. The ticket in it is sealed; nobody on the way can read it.",
		DE: "Bringen Sie die Datei hierher und laden Sie sie hoch. Das Ticket darin ist versiegelt; niemand kann es unterwegs lesen.",
	})
	_ = add("depot.offline.back", Entry{
		EN: "Take the answer back to the machine and install it:",
		DE: "Nehmen Sie die Antwort mit zum Rechner und installieren Sie sie:",
	})
	_ = add("depot.upload.title", Entry{EN: "Upload a request", DE: "Anforderung hochladen"})
	_ = add("depot.upload.lead", Entry{
		EN: "For machines without internet: as a file, as a picture of its QR codes, or as text. Returns and receipts are taken here, too.",
		DE: "Für Rechner ohne Internet: als Datei, als Bild ihrer QR-Codes oder als Text. Auch Rückgaben und Quittungen werden hier angenommen.",
	})
	_ = add("depot.upload.file", Entry{EN: "Request file", DE: "Anforderungsdatei"})
	_ = add("depot.upload.text", Entry{EN: "or paste its text, or what a scanner reads in its codes", DE: "oder fügen Sie ihren Text ein, oder was ein Scanner in ihren Codes liest"})
	_ = add("depot.upload.button", Entry{EN: "Hand in the request", DE: "Anforderung einreichen"})
	_ = add("depot.upload.again", Entry{
		EN: "Handing the same request in again gives the same answer and takes no second seat.",
		DE: "Reichen Sie dieselbe Anforderung noch einmal ein, bekommen Sie dieselbe Antwort, und es wird kein zweiter Platz belegt.",
	})
	_ = add("depot.upload.other", Entry{EN: "Upload another request", DE: "Eine andere Anforderung hochladen"})
)

// What came of an upload.
var (
	_ = add("depot.answer.ready", Entry{EN: "Your license update is ready", DE: "Ihre Lizenzaktualisierung ist fertig"})
	_ = add("depot.answer.returned", Entry{EN: "The return is booked", DE: "Die Rückgabe ist gebucht"})
	_ = add("depot.answer.noted", Entry{EN: "The receipt is noted", DE: "Die Quittung ist vermerkt"})
	_ = add("depot.answer.nothing_new", Entry{EN: "The request is answered", DE: "Die Anforderung ist beantwortet"})
	_ = add("depot.answer.act", Entry{EN: "The machine is activated for:", DE: "Der Rechner ist aktiviert für:"})
	_ = add("depot.answer.bor", Entry{EN: "Borrowed; it ends by itself on the day that stands here:", DE: "Ausgeliehen; die Ausleihe endet von selbst an dem Tag, der hier steht:"})
	_ = add("depot.answer.ref", Entry{EN: "The machine's licenses are renewed:", DE: "Die Lizenzen des Rechners sind erneuert:"})
	_ = add("depot.answer.res", Entry{
		EN: "Restored after a loss; the lost device is blocked. The machine is activated for:",
		DE: "Nach Verlust wiederhergestellt; das verlorene Gerät ist gesperrt. Der Rechner ist aktiviert für:",
	})
	_ = add("depot.answer.none", Entry{
		EN: "The machine has been heard. There is no new license for it.",
		DE: "Die Nachricht des Rechners ist angekommen. Es gibt keine neue Lizenz für ihn.",
	})
	_ = add("depot.answer.ret", Entry{
		EN: "The license is given back and its seat is free: activate it on another machine with the same ticket.",
		DE: "Die Lizenz ist zurückgegeben und ihr Platz frei: Aktivieren Sie sie mit demselben Ticket auf einem anderen Rechner.",
	})
	_ = add("depot.answer.rcp", Entry{
		EN: "The machine has confirmed what it installed. There is nothing left to do.",
		DE: "Der Rechner hat bestätigt, was er installiert hat. Es ist nichts mehr zu tun.",
	})
	_ = add("depot.answer.until", Entry{EN: "until {on}", DE: "bis {on}"})
	_ = add("depot.answer.recall", Entry{
		EN: "The publisher takes a license back: the machine removes it when it installs this update.",
		DE: "Der Hersteller ruft eine Lizenz zurück: Der Rechner entfernt sie, wenn er diese Aktualisierung installiert.",
	})
	_ = add("depot.answer.block", Entry{
		EN: "A license is blocked on this machine from now on.",
		DE: "Eine Lizenz ist auf diesem Rechner ab jetzt gesperrt.",
	})
	_ = add("depot.answer.replace", Entry{
		EN: "A license is replaced by its successor.",
		DE: "Eine Lizenz wird durch ihren Nachfolger ersetzt.",
	})
	_ = add("depot.answer.time", Entry{
		EN: "The machine's clock is wrong; please set it.",
		DE: "Die Uhr des Rechners geht falsch; bitte stellen Sie sie.",
	})
	_ = add("depot.answer.refused", Entry{
		EN: "A further message in the file was not taken",
		DE: "Eine weitere Nachricht in der Datei wurde nicht angenommen",
	})
	_ = add("depot.answer.download", Entry{EN: "Download the update (license.lic)", DE: "Aktualisierung herunterladen (license.lic)"})
	_ = add("depot.answer.next", Entry{EN: "Next", DE: "So geht es weiter"})
	_ = add("depot.answer.carry", Entry{
		EN: "Download the update and carry it to the machine that wrote the request.",
		DE: "Laden Sie die Aktualisierung herunter und bringen Sie sie zu dem Rechner, der die Anforderung geschrieben hat.",
	})
	_ = add("depot.answer.install", Entry{EN: "Install it there:", DE: "Installieren Sie sie dort:"})
	_ = add("depot.answer.keep", Entry{
		EN: "It fits that machine only. Lost it? Upload the same request once more and you get the same update.",
		DE: "Sie passt nur auf diesen Rechner. Verloren? Laden Sie dieselbe Anforderung noch einmal hoch, und Sie bekommen dieselbe Aktualisierung.",
	})
	_ = add("depot.answer.text", Entry{EN: "The update as text, to copy", DE: "Die Aktualisierung als Text, zum Kopieren"})
)

// Freeing a device.
var (
	_ = add("depot.device.title", Entry{EN: "Free this device?", DE: "Dieses Gerät freigeben?"})
	_ = add("depot.device.license", Entry{EN: "License", DE: "Lizenz"})
	_ = add("depot.device.system", Entry{EN: "System", DE: "System"})
	_ = add("depot.device.state", Entry{EN: "State", DE: "Zustand"})
	_ = add("depot.device.since", Entry{EN: "Active since", DE: "Aktiv seit"})
	_ = add("depot.device.seen", Entry{EN: "Last contact", DE: "Letzter Kontakt"})
	_ = add("depot.device.program", Entry{EN: "Program version", DE: "Programmversion"})
	_ = add("depot.device.happens", Entry{EN: "What will happen", DE: "Was dann geschieht"})
	_ = add("depot.device.happens_seat", Entry{
		EN: "Its seat is free at once, for another device.",
		DE: "Sein Platz ist sofort frei, für ein anderes Gerät.",
	})
	_ = add("depot.device.happens_block", Entry{
		EN: "The device loses this license at its next contact with this server. What it could do without contact, it can do until then.",
		DE: "Das Gerät verliert diese Lizenz beim nächsten Kontakt mit diesem Server. Bis dahin kann es, was es auch bisher ohne Kontakt konnte.",
	})
	_ = add("depot.device.happens_left", Entry{
		EN: "This counts as a loss. Afterwards you can still free {left} of {limit}.",
		DE: "Das zählt als Verlust. Danach können Sie noch {left} von {limit} freigeben.",
	})
	_ = add("depot.device.still", Entry{
		EN: "Do you still have the device? Then give the license back on it instead; that does not count as a loss:",
		DE: "Haben Sie das Gerät noch? Dann geben Sie die Lizenz lieber dort zurück; das zählt nicht als Verlust:",
	})
	_ = add("depot.device.button", Entry{EN: "Free this device", DE: "Gerät freigeben"})
	_ = add("depot.device.cannot", Entry{EN: "This device cannot be freed right now", DE: "Dieses Gerät kann im Moment nicht freigegeben werden"})
	_ = add("depot.back", Entry{EN: "Back to what the code holds", DE: "Zurück zum Inhalt des Codes"})
	_ = add("depot.freed.title", Entry{EN: "The device is freed", DE: "Das Gerät ist freigegeben"})
	_ = add("depot.freed.text", Entry{
		EN: "Its seat is free. You can activate another device with the same code now.",
		DE: "Sein Platz ist frei. Sie können jetzt mit demselben Code ein anderes Gerät aktivieren.",
	})
	_ = add("depot.freed.undo", Entry{
		EN: "Has the device turned up? Activate it again with the same code, as long as a seat is free.",
		DE: "Ist das Gerät wieder da? Aktivieren Sie es mit demselben Code erneut, solange ein Platz frei ist.",
	})
)

// Help.
var (
	_ = add("depot.help", Entry{EN: "Help", DE: "Hilfe"})
	_ = add("depot.help.title", Entry{EN: "Help with activating", DE: "Hilfe zum Aktivieren"})
	_ = add("depot.help.contents", Entry{EN: "On this page", DE: "Auf dieser Seite"})
	_ = add("depot.help.ticket", Entry{EN: "What is a ticket?", DE: "Was ist ein Ticket?"})
	_ = add("depot.help.ticket_text", Entry{
		EN: "A code of 25 characters on your delivery note, in your mail or on a card. Whoever has it can collect the licenses that were ordered, so keep it like a key. A license key does the same for a single license.",
		DE: "Ein Code aus 25 Zeichen auf Ihrem Lieferschein, in Ihrer Mail oder auf einer Karte. Wer ihn hat, kann die bestellten Lizenzen abholen; bewahren Sie ihn auf wie einen Schlüssel. Ein Lizenzschlüssel leistet dasselbe für eine einzelne Lizenz.",
	})
	_ = add("depot.help.look_alike", Entry{
		EN: "The letters I, L, O and U are never printed in a ticket. If you read O, type it or 0; for I and L, 1 is meant.",
		DE: "Die Buchstaben I, L, O und U kommen in gedruckten Tickets nicht vor. Lesen Sie O, tippen Sie O oder 0; mit I und L ist 1 gemeint.",
	})
	_ = add("depot.move.title", Entry{EN: "Move to another machine", DE: "Auf einen anderen Rechner umziehen"})
	_ = add("depot.move.return", Entry{
		EN: "On the old machine, give the license back, in your program or with:",
		DE: "Geben Sie die Lizenz auf dem alten Rechner zurück, in Ihrem Programm oder mit:",
	})
	_ = add("depot.move.offline", Entry{
		EN: "Without internet, write a file, upload it here, and the seat is free:",
		DE: "Ohne Internet schreiben Sie eine Datei, laden sie hier hoch, und der Platz ist frei:",
	})
	_ = add("depot.move.activate", Entry{
		EN: "On the new machine, activate with the same ticket.",
		DE: "Aktivieren Sie auf dem neuen Rechner mit demselben Ticket.",
	})
	_ = add("depot.move.fixed", Entry{
		EN: "Trials and licenses for one device for good stay where they were activated first.",
		DE: "Testlizenzen und Lizenzen, die dauerhaft für ein Gerät gelten, bleiben dort, wo sie zuerst aktiviert wurden.",
	})
	_ = add("depot.lost.title", Entry{EN: "A device is lost or broken", DE: "Ein Gerät ist verloren oder defekt"})
	_ = add("depot.lost.open", Entry{
		EN: "Type the ticket on the start page and choose the device under Devices.",
		DE: "Geben Sie auf der Startseite das Ticket ein und wählen Sie unter Geräte das Gerät aus.",
	})
	_ = add("depot.lost.free", Entry{
		EN: "Free it. Before that you see what happens, and how many losses are still allowed.",
		DE: "Geben Sie es frei. Vorher sehen Sie, was geschieht und wie viele Verluste noch erlaubt sind.",
	})
	_ = add("depot.lost.activate", Entry{
		EN: "Activate the new device with the same ticket.",
		DE: "Aktivieren Sie das neue Gerät mit demselben Ticket.",
	})
	_ = add("depot.lost.reinstall", Entry{
		EN: "Was the same machine only set up again? Then restore the license on it; that usually does not count as a loss:",
		DE: "Wurde derselbe Rechner nur neu eingerichtet? Dann stellen Sie die Lizenz darauf wieder her; das zählt meist nicht als Verlust:",
	})
	_ = add("depot.lost.here", Entry{
		EN: "Choose the device above under Devices and free it. Before that you see what happens.",
		DE: "Wählen Sie oben unter Geräte das Gerät aus und geben Sie es frei. Vorher sehen Sie, was geschieht.",
	})
	_ = add("depot.help.refused", Entry{EN: "My ticket is refused", DE: "Mein Ticket wird abgelehnt"})
	_ = add("depot.help.refused_text", Entry{
		EN: "A code that is not known here is mistyped, or belongs to another publisher's page. For one that exists, the page says why it cannot be used: blocked, expired, or used up. After many wrong codes your network has to wait a while.",
		DE: "Ein Code, der hier nicht bekannt ist, ist vertippt oder gehört auf die Seite eines anderen Herstellers. Zu einem Code, den es gibt, sagt die Seite, warum er nicht geht: gesperrt, abgelaufen oder verbraucht. Nach vielen falschen Codes muss Ihr Netz eine Weile warten.",
	})
	_ = add("depot.help.privacy", Entry{EN: "What is sent and kept", DE: "Was gesendet und behalten wird"})
	_ = add("depot.help.privacy_text", Entry{
		EN: "The code is sent in the form, never in the address of a page. The only cookie remembers the language if you choose one. Devices are known by keys and hashed marks; their names and users are not.",
		DE: "Der Code wird im Formular gesendet, nie in der Adresse einer Seite. Der einzige Cookie merkt sich die Sprache, wenn Sie eine wählen. Geräte sind nur durch Schlüssel und verschlüsselte Merkmale bekannt, nicht durch Namen oder Nutzer.",
	})
	_ = add("depot.address", Entry{EN: "This page:", DE: "Diese Seite:"})
)

// The refusals of the depot.
var (
	_ = add("fault.depot.no_page", Entry{
		EN: "There is no page at this address. Begin at the start page.",
		DE: "Unter dieser Adresse gibt es keine Seite. Beginnen Sie auf der Startseite.",
	})
	_ = add("fault.depot.no_device", Entry{
		EN: "No such device holds a license of this code any more, so there is nothing to free. Look at the code again to see its devices.",
		DE: "Dieses Gerät hat keine Lizenz dieses Codes mehr, es gibt also nichts freizugeben. Lassen Sie sich den Inhalt des Codes noch einmal anzeigen; dort stehen seine Geräte.",
	})
	_ = add("fault.depot.nothing_chosen", Entry{
		EN: "No license was chosen. Go back and choose at least one for the machine.",
		DE: "Es wurde keine Lizenz gewählt. Gehen Sie zurück und wählen Sie mindestens eine für den Rechner.",
	})
	_ = add("fault.depot.nothing_given", Entry{
		EN: "No file and no picture was chosen, and no text was pasted. Choose the request file that the machine has written or a picture of its QR code, or paste the file's text.",
		DE: "Es wurde weder eine Datei noch ein Bild gewählt und kein Text eingefügt. Wählen Sie die Datei, die der Rechner geschrieben hat, oder ein Bild ihres QR-Codes, oder fügen Sie den Text der Datei ein.",
	})
	_ = add("fault.depot.no_request", Entry{
		EN: "This holds no license request. Upload the file that the program or licet-activate has written on the machine, unchanged.",
		DE: "Darin ist keine Lizenzanforderung. Laden Sie die Datei, die das Programm oder licet-activate auf dem Rechner geschrieben hat, unverändert hoch.",
	})
	_ = add("fault.depot.damaged_file", Entry{
		EN: "The request is damaged; perhaps a part was lost on the way. Copy the file again from the machine, or attach it to a mail instead of pasting it.",
		DE: "Die Anforderung ist beschädigt; vielleicht ging unterwegs ein Teil verloren. Kopieren Sie die Datei noch einmal vom Rechner, oder hängen Sie sie an eine Mail an, statt sie einzufügen.",
	})
	_ = add("fault.depot.is_answer", Entry{
		EN: "This is an answer of this server and not a request. Install it on the machine; there is nothing to upload.",
		DE: "Das ist eine Antwort dieses Servers und keine Anforderung. Installieren Sie sie auf dem Rechner; hochladen müssen Sie sie nicht.",
	})
	_ = add("fault.depot.too_many_messages", Entry{
		EN: "The file holds more than {limit} messages. Upload the file of each machine by itself.",
		DE: "Die Datei enthält mehr als {limit} Nachrichten. Laden Sie die Datei jedes Rechners einzeln hoch.",
	})
)
