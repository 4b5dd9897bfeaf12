package text

// QR codes and typed codes at the depot.
var (
	_ = add("depot.upload.pictures", Entry{EN: "or pictures of its QR codes", DE: "oder Bilder ihrer QR-Codes"})
	_ = add("depot.upload.more_pictures", Entry{EN: "The pictures that are missing", DE: "Die Bilder, die noch fehlen"})
	_ = add("depot.upload.pictures_hint", Entry{
		EN: "Photographs or screenshots, PNG or JPEG, several at once. Each code should be in the picture as a whole, sharp and large.",
		DE: "Fotos oder Bildschirmfotos, PNG oder JPEG, auch mehrere auf einmal. Jeder Code sollte ganz, scharf und groß im Bild sein.",
	})
	_ = add("depot.offline.pictures", Entry{
		EN: "Can the machine not hand out a file? Then it can show the request as QR codes. Photograph them and upload the pictures; the answer can come back as QR codes, too.",
		DE: "Kann der Rechner keine Datei herausgeben? Dann kann er die Anforderung als QR-Codes zeigen. Fotografieren Sie diese und laden Sie die Bilder hoch; auch die Antwort kann als QR-Codes zurückkommen.",
	})
	_ = add("depot.offline.typed", Entry{
		EN: "No file, and no camera either? Then a code of four groups can be typed here, and the license as a code there.",
		DE: "Keine Datei und auch keine Kamera? Dann lässt sich hier ein Code aus vier Gruppen eintippen und dort die Lizenz als Code.",
	})

	_ = add("depot.answer.codes", Entry{
		EN: "Does the machine take no file, but has a camera? It can read the update from QR codes, on this screen or printed.",
		DE: "Nimmt der Rechner keine Datei an, hat aber eine Kamera? Dann kann er die Aktualisierung aus QR-Codes lesen, von diesem Bildschirm oder vom Papier.",
	})
	_ = add("depot.codes.button", Entry{EN: "Show as QR codes", DE: "Als QR-Codes zeigen"})
	_ = add("depot.codes.title", Entry{EN: "The update as QR codes", DE: "Die Aktualisierung als QR-Codes"})
	_ = add("depot.codes.label", Entry{EN: "QR code {n} of {of}", DE: "QR-Code {n} von {of}"})
	_ = add("depot.codes.take", Entry{
		EN: "Photograph all {n} codes with the machine's camera, in any order: from this screen, or from the printed page. Each must be in its picture as a whole.",
		DE: "Fotografieren Sie alle {n} Codes mit der Kamera des Rechners, in beliebiger Reihenfolge: von diesem Bildschirm oder von der gedruckten Seite. Jeder muss ganz im Bild sein.",

		ENOne: "Photograph the code with the machine's camera: from this screen, or from the printed page. It must be in the picture as a whole.",
		DEOne: "Fotografieren Sie den Code mit der Kamera des Rechners: von diesem Bildschirm oder von der gedruckten Seite. Er muss ganz im Bild sein.",
	})
	_ = add("depot.codes.install", Entry{
		EN: "Install the pictures there, all at once, in your program or with:",
		DE: "Installieren Sie die Bilder dort, alle auf einmal, in Ihrem Programm oder mit:",
	})
	_ = add("depot.codes.same", Entry{
		EN: "The codes hold the same as the file. They fit that machine only; nobody else can do anything with them.",
		DE: "Die Codes enthalten dasselbe wie die Datei. Sie passen nur auf diesen Rechner; niemand sonst kann etwas damit anfangen.",
	})
	_ = add("depot.codes.coarser", Entry{EN: "The camera cannot read them: coarser codes", DE: "Die Kamera liest sie nicht: gröbere Codes"})
	_ = add("depot.codes.fewer", Entry{EN: "Fewer, finer codes", DE: "Weniger, feinere Codes"})
	_ = add("depot.codes.back", Entry{EN: "Back to the answer", DE: "Zurück zur Antwort"})
)

// Typed codes.
var (
	_ = add("depot.start.typed", Entry{EN: "Nothing can be carried: type codes", DE: "Nichts lässt sich mitnehmen: Codes abtippen"})
	_ = add("depot.start.typed_text", Entry{
		EN: "For a machine with neither internet nor a USB port. It shows a code; you type it here and get the license as a code to type there.",
		DE: "Für einen Rechner ohne Internet und ohne USB-Anschluss. Er zeigt einen Code; Sie tippen ihn hier ein und bekommen die Lizenz als Code, den Sie dort eintippen.",
	})
	_ = add("depot.typed.title", Entry{EN: "Activate by typing codes", DE: "Durch Abtippen aktivieren"})
	_ = add("depot.typed.help", Entry{EN: "Activate by typing codes", DE: "Durch Abtippen von Codes aktivieren"})
	_ = add("depot.typed.lead", Entry{
		EN: "For a machine with neither internet nor a port for a file: two codes are typed here, and the answer on the machine.",
		DE: "Für einen Rechner ohne Internet, an dem sich auch keine Datei einlesen lässt: Zwei Codes werden hier eingetippt, die Antwort am Rechner.",
	})
	_ = add("depot.typed.request", Entry{EN: "Request code of the machine", DE: "Anforderungscode des Rechners"})
	_ = add("depot.typed.request_hint", Entry{
		EN: "Four groups of fifteen characters; the last character of each checks the group. Capitals, dashes and spaces do not matter.",
		DE: "Vier Gruppen zu je fünfzehn Zeichen; das letzte Zeichen prüft die Gruppe. Groß- und Kleinschreibung, Striche und Leerzeichen spielen keine Rolle.",
	})
	_ = add("depot.typed.group", Entry{EN: "Group {n}", DE: "Gruppe {n}"})
	_ = add("depot.typed.button", Entry{EN: "Get the license code", DE: "Lizenzcode holen"})
	_ = add("depot.typed.again", Entry{
		EN: "Typing the same codes again gives the same answer and takes no second seat.",
		DE: "Tippen Sie dieselben Codes noch einmal ein, bekommen Sie dieselbe Antwort, und es wird kein zweiter Platz belegt.",
	})
	_ = add("depot.typed.empty", Entry{EN: "Group {n} is empty. Type what the machine shows there.", DE: "Gruppe {n} ist leer. Tippen Sie ein, was der Rechner dort zeigt."})
	_ = add("depot.typed.length", Entry{
		EN: "Group {n} should have {want} characters; typed: {got} (dashes and spaces do not count).",
		DE: "Gruppe {n} müsste {want} Zeichen haben; eingegeben: {got} (Striche und Leerzeichen zählen nicht).",
	})
	_ = add("depot.typed.foreign", Entry{
		EN: "“{symbol}”, the character at place {pos} of group {n}, is in no code. Codes are written with digits and letters, but without the letter U.",
		DE: "„{symbol}“, das Zeichen an Stelle {pos} der Gruppe {n}, kommt in keinem Code vor. Codes bestehen aus Ziffern und Buchstaben, aber ohne den Buchstaben U.",
	})
	_ = add("depot.typed.check", Entry{
		EN: "There is a typing error in group {n}: a character is wrong, two are swapped, or it belongs to another place.",
		DE: "In Gruppe {n} ist ein Tippfehler: Ein Zeichen stimmt nicht, zwei sind vertauscht, oder sie gehört an eine andere Stelle.",
	})
	_ = add("depot.typed.good", Entry{EN: "Group {n} has no typing error.", DE: "Gruppe {n} ist ohne Tippfehler."})
	_ = add("depot.typed.choose", Entry{
		EN: "Your code holds several licenses, and a typed answer carries one. Which one does the machine get?",
		DE: "Ihr Code enthält mehrere Lizenzen, und eine getippte Antwort trägt nur eine. Welche bekommt der Rechner?",
	})
	_ = add("depot.typed.chosen", Entry{EN: "The machine gets", DE: "Der Rechner bekommt"})
	_ = add("depot.typed.refused", Entry{EN: "There is no license code for this right now", DE: "Dafür gibt es im Moment keinen Lizenzcode"})
	_ = add("depot.typed.how", Entry{EN: "How it goes", DE: "So geht es"})
	_ = add("depot.typed.step_ask", Entry{
		EN: "On the machine, have your program show the request code, or run:",
		DE: "Lassen Sie sich auf dem Rechner von Ihrem Programm den Anforderungscode zeigen, oder führen Sie dort aus:",
	})
	_ = add("depot.typed.step_type", Entry{
		EN: "Type it here, together with your ticket or license key.",
		DE: "Tippen Sie ihn hier ein, zusammen mit Ihrem Ticket oder Lizenzschlüssel.",
	})
	_ = add("depot.typed.step_answer", Entry{
		EN: "You get the license as a code of at most twelve groups. Print it or write it down, and type it on the machine.",
		DE: "Sie bekommen die Lizenz als Code aus höchstens zwölf Gruppen. Drucken oder schreiben Sie ihn ab und tippen Sie ihn auf dem Rechner ein.",
	})
	_ = add("depot.typed.not", Entry{
		EN: "Only activating can be typed. To give a license back, move or restore it, the machine must hand out a file or QR codes.",
		DE: "Abtippen lässt sich nur das Aktivieren. Zum Zurückgeben, Umziehen und Wiederherstellen muss der Rechner eine Datei oder QR-Codes herausgeben.",
	})

	_ = add("depot.typedanswer.title", Entry{EN: "Type this license code on the machine", DE: "Tippen Sie diesen Lizenzcode auf dem Rechner ein"})
	_ = add("depot.typedanswer.type", Entry{
		EN: "All {n} groups, in this order.", DE: "Alle {n} Gruppen, in dieser Reihenfolge.", ENOne: "One group.", DEOne: "Eine Gruppe.",
	})
	_ = add("depot.typedanswer.ends", Entry{EN: "From the code that ends in", DE: "Aus dem Code mit der Endung"})
	_ = add("depot.typedanswer.print", Entry{
		EN: "This page prints without its buttons, so that you can take it to the machine.",
		DE: "Diese Seite lässt sich ohne Schaltflächen drucken, damit Sie sie zum Rechner mitnehmen können.",
	})
	_ = add("depot.typedanswer.button", Entry{EN: "Print", DE: "Drucken"})
	_ = add("depot.typedanswer.checks", Entry{
		EN: "The program tells at each group whether it was typed right. Capitals, dashes and spaces do not matter.",
		DE: "Das Programm sagt bei jeder Gruppe, ob sie richtig eingetippt ist. Groß- und Kleinschreibung, Striche und Leerzeichen spielen keine Rolle.",
	})
	_ = add("depot.typedanswer.key_when", Entry{
		EN: "If it says that it does not know the publisher's key, type the groups of the key below, once.",
		DE: "Sagt es, dass es den Schlüssel des Herstellers nicht kennt, tippen Sie einmal die Gruppen des Schlüssels weiter unten ein.",
	})
	_ = add("depot.typedanswer.keep", Entry{
		EN: "The license code fits that machine only. Lost it? Type the same codes here once more and you get the same one.",
		DE: "Der Lizenzcode passt nur auf diesen Rechner. Verloren? Tippen Sie hier dieselben Codes noch einmal ein, und Sie bekommen denselben.",
	})
	_ = add("depot.typedanswer.key", Entry{EN: "The publisher's key", DE: "Der Schlüssel des Herstellers"})
	_ = add("depot.typedanswer.key_text", Entry{
		EN: "Only if the program asks for it. It is no secret.",
		DE: "Nur, wenn das Programm danach fragt. Er ist kein Geheimnis.",
	})
	_ = add("depot.typedanswer.other", Entry{EN: "Type other codes", DE: "Andere Codes eintippen"})
)

// Refusals of pictures.
var (
	_ = add("fault.depot.no_picture", Entry{
		EN: "File {n} is no picture that can be read here. PNG and JPEG can; have one in another format (HEIC, WebP, PDF) saved or sent as JPEG.",
		DE: "Datei {n} ist kein Bild, das hier gelesen werden kann. PNG und JPEG gehen; speichern oder senden Sie ein Bild in anderem Format (HEIC, WebP, PDF) als JPEG.",
	})
	_ = add("fault.depot.picture_bytes", Entry{
		EN: "Picture {n} is larger than {limit} MB. Take it in a lower resolution, or upload a cutout with the code.",
		DE: "Bild {n} ist größer als {limit} MB. Fotografieren Sie mit geringerer Auflösung, oder laden Sie einen Ausschnitt mit dem Code hoch.",
	})
	_ = add("fault.depot.picture_points", Entry{
		EN: "Picture {n} has {width} × {height} points, more than is read here. Take it in a lower resolution, or upload a cutout with the code.",
		DE: "Bild {n} hat {width} × {height} Bildpunkte, mehr als hier gelesen werden. Fotografieren Sie mit geringerer Auflösung, oder laden Sie einen Ausschnitt mit dem Code hoch.",
	})
	_ = add("fault.depot.too_many_pictures", Entry{
		EN: "At most {limit} pictures are taken at once. Upload only those of the codes of one message.",
		DE: "Es werden höchstens {limit} Bilder auf einmal angenommen. Laden Sie nur die mit den Codes einer Nachricht hoch.",
	})
	_ = add("fault.depot.no_qr", Entry{
		EN: "No QR code can be read in picture {n}. Photograph it again: the whole code, from the front, sharp, without reflections, and so that it fills most of the picture.",
		DE: "In Bild {n} ist kein QR-Code zu lesen. Fotografieren Sie noch einmal: den ganzen Code, von vorn, scharf, ohne Spiegelung und so, dass er das Bild weitgehend füllt.",
	})
	_ = add("fault.depot.other_qr", Entry{
		EN: "The QR code in picture {n} is no license request. Photograph the one that the program shows on the machine. The one on a delivery note opens this page with the ticket.",
		DE: "Der QR-Code in Bild {n} ist keine Lizenzanforderung. Fotografieren Sie den, den das Programm auf dem Rechner zeigt. Der auf einem Lieferschein öffnet diese Seite mit dem Ticket.",
	})
	_ = add("fault.depot.qr_missing", Entry{
		EN: "The request is spread over {of} QR codes; still missing: {missing}. Upload pictures of those; what has been read is kept on this page.",
		DE: "Die Anforderung ist auf {of} QR-Codes verteilt; es fehlen noch: {missing}. Laden Sie deren Bilder hoch; was gelesen ist, bleibt auf dieser Seite erhalten.",
	})
	_ = add("fault.depot.qr_mixed", Entry{
		EN: "These QR codes belong to different messages. Upload the pictures of one message only, all of the same moment.",
		DE: "Diese QR-Codes gehören zu verschiedenen Nachrichten. Laden Sie nur die Bilder einer einzigen Nachricht hoch, alle vom selben Zeitpunkt.",
	})
	_ = add("fault.depot.qr_damaged", Entry{
		EN: "The QR codes were read, but what they hold is damaged. Have the machine show them again, and photograph all of them anew.",
		DE: "Die QR-Codes sind gelesen, aber ihr Inhalt ist beschädigt. Lassen Sie den Rechner sie noch einmal zeigen und fotografieren Sie alle neu.",
	})
	_ = add("fault.depot.pictures_busy", Entry{
		EN: "Too many pictures are arriving at the moment. Nothing was changed; upload them again in a few seconds.",
		DE: "Im Moment kommen zu viele Bilder auf einmal an. Es wurde nichts geändert; laden Sie sie in einigen Sekunden noch einmal hoch.",
	})
	_ = add("fault.depot.too_long_for_qr", Entry{
		EN: "This answer is too large for QR codes. Download it as a file, or copy its text.",
		DE: "Diese Antwort ist zu groß für QR-Codes. Laden Sie sie als Datei herunter, oder kopieren Sie ihren Text.",
	})
)
