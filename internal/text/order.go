package text

// The refusals of order documents (package order/format).

var _ = add("fault.order.too_large", Entry{
	EN: "The document is larger than {limit} bytes. Send it in parts, or ask for a bulk import.",
	DE: "Das Dokument ist größer als {limit} Byte. Senden Sie es in Teilen oder bitten Sie um einen Massenimport.",
})

var _ = add("fault.order.content_type", Entry{
	EN: "Documents of the type {type} are not read. Send JSON, CSV, UBL or openTRANS XML; save a spreadsheet as CSV.",
	DE: "Dokumente vom Typ {type} werden nicht gelesen. Senden Sie JSON, CSV, UBL- oder openTRANS-XML; speichern Sie eine Tabelle als CSV.",
})

var _ = add("fault.order.encoding", Entry{
	EN: "The text is not valid {charset}, holds a zero byte, or this encoding is not read. Send UTF-8, or declare ISO-8859-1 or Windows-1252.",
	DE: "Der Text ist kein gültiges {charset}, enthält ein Nullbyte, oder diese Kodierung wird nicht gelesen. Senden Sie UTF-8 oder geben Sie ISO-8859-1 oder Windows-1252 an.",
})

var _ = add("fault.order.too_deep", Entry{
	EN: "The document nests more than {limit} levels. An order needs far fewer; check what made it.",
	DE: "Das Dokument ist tiefer als {limit} Ebenen verschachtelt. Ein Auftrag braucht weit weniger; prüfen Sie, was ihn erzeugt hat.",
})

var _ = add("fault.order.too_many_elements", Entry{
	EN: "The document has more than {limit} elements. Send the order in parts.",
	DE: "Das Dokument hat mehr als {limit} Elemente. Senden Sie den Auftrag in Teilen.",
})

var _ = add("fault.order.too_many_lines", Entry{
	EN: "The document has more than {limit} lines. Send the order in parts.",
	DE: "Das Dokument hat mehr als {limit} Positionen. Senden Sie den Auftrag in Teilen.",
})

var _ = add("fault.order.too_many_orders", Entry{
	EN: "The file holds more than {limit} orders. Split it.",
	DE: "Die Datei enthält mehr als {limit} Aufträge. Teilen Sie sie auf.",
})

var _ = add("fault.order.too_many_options", Entry{
	EN: "A line has more than {limit} options. Leave out what the article does not know.",
	DE: "Eine Position hat mehr als {limit} Optionen. Lassen Sie weg, was der Artikel nicht kennt.",
})

var _ = add("fault.order.xml_malformed", Entry{
	EN: "The XML breaks off or is not well formed at line {line}. Check it with an XML tool and send it again.",
	DE: "Das XML bricht ab oder ist in Zeile {line} nicht wohlgeformt. Prüfen Sie es mit einem XML-Werkzeug und senden Sie es noch einmal.",
})

var _ = add("fault.order.xml_doctype", Entry{
	EN: "The XML has a DOCTYPE at line {line}. Order documents need none, and it is refused for safety; remove it.",
	DE: "Das XML hat in Zeile {line} eine DOCTYPE-Angabe. Auftragsdokumente brauchen keine, und sie wird aus Sicherheitsgründen abgelehnt; entfernen Sie sie.",
})

var _ = add("fault.order.document_type", Entry{
	EN: "A document with the root {root} is not an order that is read here. Send a UBL 2.x Order or OrderChange, or an openTRANS 2.1 ORDER, each with its namespace.",
	DE: "Ein Dokument mit der Wurzel {root} ist kein Auftrag, der hier gelesen wird. Senden Sie UBL 2.x Order oder OrderChange oder openTRANS 2.1 ORDER, jeweils mit dem Namensraum.",
})

var _ = add("fault.order.element_twice", Entry{
	EN: "An element that may stand there once stands there twice, at line {line}. Remove one of them.",
	DE: "Ein Element, das dort einmal stehen darf, steht dort zweimal, in Zeile {line}. Entfernen Sie eines davon.",
})

var _ = add("fault.order.json_malformed", Entry{
	EN: "The JSON is empty or not well formed at byte {offset}, or something follows it. Check it with a JSON tool and send it again.",
	DE: "Das JSON ist leer oder bei Byte {offset} nicht wohlgeformt, oder es folgt noch etwas. Prüfen Sie es mit einem JSON-Werkzeug und senden Sie es noch einmal.",
})

var _ = add("fault.order.json_key_twice", Entry{
	EN: "The key {key} stands twice in one object. It is not clear which one counts; remove one.",
	DE: "Der Schlüssel {key} steht zweimal in einem Objekt. Es ist unklar, welcher gilt; entfernen Sie einen.",
})

var _ = add("fault.order.json_key_unknown", Entry{
	EN: "The key {key} is not known here. Check its spelling, upper and lower case count.",
	DE: "Der Schlüssel {key} ist hier nicht bekannt. Prüfen Sie die Schreibweise, Groß- und Kleinbuchstaben zählen.",
})

var _ = add("fault.order.json_type", Entry{
	EN: "The value is of another kind than expected: {want}.",
	DE: "Der Wert ist von anderer Art als erwartet: {want}.",
})

var _ = add("fault.order.csv_malformed", Entry{
	EN: "Row {row} of the file cannot be read: a quotation mark is open, or it has more cells than the heading.",
	DE: "Zeile {row} der Datei ist nicht lesbar: Ein Anführungszeichen ist offen, oder sie hat mehr Zellen als die Überschrift.",
})

var _ = add("fault.order.csv_column_missing", Entry{
	EN: "The file has no column {column}. Its first row must name at least order, line, article, quantity and buyer (Auftrag, Position, Artikel, Menge, Käufer).",
	DE: "Der Datei fehlt die Spalte {column}. Die erste Zeile muss mindestens Auftrag, Position, Artikel, Menge und Käufer (order, line, article, quantity, buyer) nennen.",
})

var _ = add("fault.order.csv_column_twice", Entry{
	EN: "The column {column} stands twice in the heading, under one name or two. Remove one.",
	DE: "Die Spalte {column} steht zweimal in der Überschrift, unter einem oder zwei Namen. Entfernen Sie eine.",
})

var _ = add("fault.order.csv_too_many_columns", Entry{
	EN: "The file has more than {limit} columns.",
	DE: "Die Datei hat mehr als {limit} Spalten.",
})

var _ = add("fault.order.csv_rows_disagree", Entry{
	EN: "The rows of order {order} say different things in the column {column}, which holds for the whole order. Make them alike.",
	DE: "Die Zeilen des Auftrags {order} sagen in der Spalte {column}, die für den ganzen Auftrag gilt, Verschiedenes. Gleichen Sie sie an.",
})

var _ = add("fault.order.field_missing", Entry{
	EN: "This must be there and is empty or missing. Add it.",
	DE: "Diese Angabe muss da sein und ist leer oder fehlt. Ergänzen Sie sie.",
})

var _ = add("fault.order.field_too_long", Entry{
	EN: "This is longer than {limit} characters.",
	DE: "Diese Angabe ist länger als {limit} Zeichen.",
})

var _ = add("fault.order.field_characters", Entry{
	EN: "This contains characters that do not print. Numbers and codes consist of visible characters.",
	DE: "Diese Angabe enthält Zeichen, die nicht druckbar sind. Nummern und Codes bestehen aus sichtbaren Zeichen.",
})

var _ = add("fault.order.field_value", Entry{
	EN: "The value {value} is not one of those allowed: {allowed}.",
	DE: "Der Wert {value} gehört nicht zu den erlaubten: {allowed}.",
})

var _ = add("fault.order.no_lines", Entry{
	EN: "The order has no lines. Send at least one.",
	DE: "Der Auftrag hat keine Positionen. Senden Sie mindestens eine.",
})

var _ = add("fault.order.line_twice", Entry{
	EN: "Line {line} stands twice in this order. Every line has a number of its own.",
	DE: "Position {line} steht zweimal in diesem Auftrag. Jede Position hat eine eigene Nummer.",
})

var _ = add("fault.order.line_status", Entry{
	EN: "The line status {value} cannot be carried out. Known are Added, Revised, Cancelled and NoStatus.",
	DE: "Der Positionsstatus {value} lässt sich nicht ausführen. Bekannt sind Added, Revised, Cancelled und NoStatus.",
})

var _ = add("fault.order.quantity_not_whole", Entry{
	EN: "The quantity {value} is not a whole number. Licenses are counted in whole units; send how many there are to be.",
	DE: "Die Menge {value} ist keine ganze Zahl. Lizenzen werden in ganzen Einheiten gezählt; senden Sie, wie viele es sein sollen.",
})

var _ = add("fault.order.quantity_range", Entry{
	EN: "The quantity {value} is out of range. Allowed are {min} to {max}; to take a line out, cancel it.",
	DE: "Die Menge {value} liegt außerhalb des Bereichs. Erlaubt sind {min} bis {max}; um eine Position zu entfernen, stornieren Sie sie.",
})

var _ = add("fault.order.quantity_ambiguous", Entry{
	EN: "The quantity {value} means a thousand times more in one language than in the other. Write it without a separator.",
	DE: "Die Menge {value} bedeutet in der einen Sprache tausendmal mehr als in der anderen. Schreiben Sie sie ohne Trennzeichen.",
})

var _ = add("fault.order.no_source", Entry{
	EN: "It is not known which system sends this order. Name the source, for example erp.",
	DE: "Es ist nicht bekannt, welches System diesen Auftrag sendet. Nennen Sie die Quelle, zum Beispiel erp.",
})

var _ = add("fault.order.source_differs", Entry{
	EN: "The document names the source {value}, but it was sent as {want}. Make them alike.",
	DE: "Das Dokument nennt die Quelle {value}, wurde aber als {want} gesendet. Gleichen Sie beides an.",
})

var _ = add("fault.order.guest", Entry{
	EN: "This shop order was placed by a guest, and guest orders are not set up here.",
	DE: "Diese Bestellung im Shop hat ein Gast aufgegeben, und Gastbestellungen sind hier nicht eingerichtet.",
})

var _ = add("fault.order.signature", Entry{
	EN: "The signature of this message does not fit. Compare the secret of the hook with the one stored here.",
	DE: "Die Signatur dieser Nachricht passt nicht. Vergleichen Sie das Geheimnis des Webhooks mit dem hier hinterlegten.",
})

var _ = add("fault.order.webhook_topic", Entry{
	EN: "Messages about {topic} are not taken here. Set the hook to the topics of orders.",
	DE: "Nachrichten zum Thema {topic} werden hier nicht angenommen. Stellen Sie den Webhook auf die Themen der Bestellungen.",
})

// The refusals of orders.

var _ = add("fault.order.not_found", Entry{
	EN: "There is no such order here. Check its number and source.",
	DE: "Diesen Auftrag gibt es hier nicht. Prüfen Sie Nummer und Quelle.",
})

var _ = add("fault.order.party_unknown", Entry{
	EN: "There is no organization {number} for which you may order. Check the number, or ask the publisher to create it.",
	DE: "Es gibt keine Organisation {number}, für die Sie bestellen dürfen. Prüfen Sie die Nummer oder lassen Sie sie vom Hersteller anlegen.",
})

var _ = add("fault.order.end_customer", Entry{
	EN: "{number} is a {kind} and cannot be an end customer. Name a customer or one of its units.",
	DE: "{number} ist vom Typ {kind} und kann kein Endkunde sein. Nennen Sie einen Kunden oder eine seiner Einheiten.",
})

var _ = add("fault.order.buyer_changed", Entry{
	EN: "Order {order} belongs to another buyer. Cancel its lines and send a new order.",
	DE: "Auftrag {order} gehört einem anderen Käufer. Stornieren Sie seine Positionen und senden Sie einen neuen Auftrag.",
})

var _ = add("fault.order.change_of_unknown", Entry{
	EN: "This changes order {order}, which is not known here. Send the order first, then the change again.",
	DE: "Dies ändert den Auftrag {order}, der hier nicht bekannt ist. Senden Sie zuerst den Auftrag, dann die Änderung noch einmal.",
})

var _ = add("fault.order.not_waiting", Entry{
	EN: "No document of this order waits for a confirmation. Somebody may have decided already; reload.",
	DE: "Kein Dokument dieses Auftrags wartet auf eine Bestätigung. Vielleicht hat schon jemand entschieden; laden Sie neu.",
})

var _ = add("fault.order.stale", Entry{
	EN: "The order has changed since you saw it (revision {seen}, now {have}). Reload and decide again.",
	DE: "Der Auftrag hat sich geändert, seit Sie ihn gesehen haben (Stand {seen}, jetzt {have}). Laden Sie neu und entscheiden Sie noch einmal.",
})

var _ = add("fault.order.more_recalls", Entry{
	EN: "By now {now} seats would be recalled; you have seen {seen}. Reload and decide again.",
	DE: "Inzwischen würden {now} Plätze zurückgerufen; gesehen haben Sie {seen}. Laden Sie neu und entscheiden Sie noch einmal.",
})

var _ = add("fault.order.too_large_quantity", Entry{
	EN: "An order can hold at most {limit} units. Split it.",
	DE: "Ein Auftrag kann höchstens {limit} Einheiten enthalten. Teilen Sie ihn auf.",
})

var _ = add("fault.order.bad_page", Entry{
	EN: "This is not the mark of a page of this list. Begin at the first page.",
	DE: "Das ist keine Seitenmarke dieser Liste. Beginnen Sie mit der ersten Seite.",
})

var _ = add("fault.order.hook_tries", Entry{
	EN: "Too many messages with a wrong signature came from this address. Correct the secret and wait a while.",
	DE: "Von dieser Adresse kamen zu viele Nachrichten mit falscher Signatur. Berichtigen Sie das Geheimnis und warten Sie etwas.",
})

var _ = add("fault.order.source_taken", Entry{
	EN: "There is a source {name} already. Choose another name.",
	DE: "Eine Quelle {name} gibt es schon. Wählen Sie einen anderen Namen.",
})

var _ = add("fault.order.source_not_found", Entry{
	EN: "There is no such source here.",
	DE: "Diese Quelle gibt es hier nicht.",
})

var _ = add("fault.order.bad_secret", Entry{
	EN: "A secret has {min} to {max} characters. Choose a longer one, or leave it empty to have one made.",
	DE: "Ein Geheimnis hat {min} bis {max} Zeichen. Wählen Sie ein anderes oder lassen Sie es leer, um eines zu erzeugen.",
})

var _ = add("fault.order.bad_source", Entry{
	EN: "{value} is not one of the values allowed here: {allowed}.",
	DE: "{value} gehört nicht zu den hier erlaubten Werten: {allowed}.",
})

// The words of a delivery note.

var _ = add("order.note.title", Entry{
	EN: "Delivery note for order {order}: your license tickets",
	DE: "Lieferschein zum Auftrag {order}: Ihre Lizenztickets",
})

var _ = add("order.note.how_to", Entry{
	EN: "Each ticket lets its bearer collect the licenses of its line. Enter it in the program or in the activation wizard, and keep it safe.",
	DE: "Mit jedem Ticket holt sein Inhaber die Lizenzen der Position ab. Geben Sie es im Programm oder im Aktivierungsassistenten ein und bewahren Sie es gut auf.",
})

var _ = add("order.note.how_to_depot", Entry{
	EN: "Each ticket lets its bearer collect the licenses of its line. Enter it in the program, in the activation wizard or at {depot}, and keep it safe.",
	DE: "Mit jedem Ticket holt sein Inhaber die Lizenzen der Position ab. Geben Sie es im Programm, im Aktivierungsassistenten oder unter {depot} ein und bewahren Sie es gut auf.",
})

var _ = add("order.note.line", Entry{
	EN: "Line {line}: {n} licenses {name} ({article})", ENOne: "Line {line}: {n} license {name} ({article})",
	DE: "Position {line}: {n} Lizenzen {name} ({article})", DEOne: "Position {line}: {n} Lizenz {name} ({article})",
})

var _ = add("order.note.line_cancelled", Entry{
	EN: "Line {line}: {name} ({article}), cancelled",
	DE: "Position {line}: {name} ({article}), storniert",
})

var _ = add("fault.order.show_once", Entry{
	EN: "The codes of this article are shown once, in the answer that makes them, and one answer carries {limit}. Split the order into smaller ones.",
	DE: "Die Codes dieses Artikels werden einmal gezeigt, in der Antwort, die sie erzeugt, und eine Antwort fasst {limit}. Teilen Sie den Auftrag in kleinere.",
})

var _ = add("fault.order.show_once_unheard", Entry{
	EN: "The codes of article {article} are shown once, in the answer that makes them, and a shop drops the answer to its hook. Order it over the API, or let the article keep its codes.",
	DE: "Die Codes des Artikels {article} werden einmal gezeigt, in der Antwort, die sie erzeugt, und ein Shop verwirft die Antwort auf seinen Hook. Bestellen Sie ihn über die API, oder lassen Sie den Artikel seine Codes aufbewahren.",
})
