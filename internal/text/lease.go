package text

// Leases of floating licenses: in the catalog, and what their holders are refused.
var (
	_ = add("fault.catalog.model_floating_only", Entry{
		EN: "“floating” says how places are leased; this model is of the kind “{kind}”. Remove it, or choose the kind floating.",
		DE: "„floating“ sagt, wie Plätze belegt werden; dieses Modell ist von der Art „{kind}“. Entfernen Sie es, oder wählen Sie die Art floating.",
	})
	_ = add("fault.license.floating", Entry{
		EN: "This license is shared by a number of uses at the same time, so it is not kept on one device. The program takes a lease of it while it runs, or borrows a place for a few days.",
		DE: "Diese Lizenz teilen sich mehrere gleichzeitige Nutzungen, sie bleibt deshalb nicht auf einem Gerät. Das Programm belegt einen Platz, solange es läuft, oder leiht einen Platz für ein paar Tage aus.",
	})
	_ = add("fault.license.kept_for_others", Entry{
		EN: "{used} of the {limit} places of this license are in use, and {kept} more are kept for others or waited for; {value} were asked for. Try again later, or ask whoever manages the license to keep places for you.",
		DE: "{used} der {limit} Plätze dieser Lizenz sind belegt, {kept} weitere sind für andere freigehalten oder werden erwartet; gefragt war nach {value}. Versuchen Sie es später wieder, oder bitten Sie, wer die Lizenz verwaltet, Plätze für Sie freizuhalten.",
	})
	_ = add("fault.license.queued", Entry{
		EN: "All places of this license are taken. You wait for one at position {position}; ask again in {seconds} seconds to keep it.",
		DE: "Alle Plätze dieser Lizenz sind belegt. Sie warten auf einen, an Stelle {position}; fragen Sie in {seconds} Sekunden wieder, um sie zu behalten.",
	})
	_ = add("fault.license.queue_full", Entry{
		EN: "{limit} are waiting for a place of this license, and no more can. Try again later.",
		DE: "{limit} warten schon auf einen Platz dieser Lizenz, mehr können es nicht sein. Versuchen Sie es später wieder.",
	})
	_ = add("fault.license.reserve_who", Entry{
		EN: "It is not clear for whom places are to be kept. Give a label of a-z, 0-9 and dashes, the id of a machine's container, the 16-byte hash of a person, or a holder from the list of leases.",
		DE: "Es ist nicht klar, für wen Plätze freigehalten werden sollen. Geben Sie eine Bezeichnung aus a-z, 0-9 und Bindestrichen an, die Nummer des Lizenzcontainers eines Rechners, den 16-Byte-Hash einer Person oder einen Inhaber aus der Liste der Belegungen.",
	})
	_ = add("fault.license.reserve_much", Entry{
		EN: "This license has {limit} places, of which {kept} are kept for others already; {value} more cannot be kept. Keep fewer, or end another reservation.",
		DE: "Diese Lizenz hat {limit} Plätze, von denen {kept} schon für andere freigehalten sind; {value} weitere gehen nicht. Halten Sie weniger frei, oder beenden Sie eine andere Reservierung.",
	})
	_ = add("fault.license.reserve_many", Entry{
		EN: "A license can have {limit} reservations. End one first, or keep places under a label that several share.",
		DE: "Eine Lizenz kann {limit} Reservierungen haben. Beenden Sie zuerst eine, oder halten Sie Plätze unter einer Bezeichnung frei, die mehrere teilen.",
	})
	_ = add("fault.license.lent", Entry{
		EN: "This place is borrowed and cannot be taken from the device that has it. It is free again after {last}, or as soon as the device returns it.",
		DE: "Dieser Platz ist ausgeliehen und lässt sich dem Gerät, das ihn hat, nicht nehmen. Er ist nach dem {last} wieder frei, oder sobald das Gerät ihn zurückgibt.",
	})
	_ = add("fault.license.not_lent", Entry{
		EN: "Places of this license are not lent: the program needs a connection to the server while it runs. Please ask the publisher if you have to work offline.",
		DE: "Plätze dieser Lizenz werden nicht ausgeliehen: Das Programm braucht eine Verbindung zum Server, solange es läuft. Bitte fragen Sie den Hersteller, wenn Sie ohne Netz arbeiten müssen.",
	})
	_ = add("fault.license.lent_out", Entry{
		EN: "{lent} of the {limit} places that may be borrowed at once are away, and {value} were asked for. Ask for fewer, or try again when somebody has returned theirs.",
		DE: "{lent} der {limit} Plätze, die gleichzeitig ausgeliehen sein dürfen, sind unterwegs, gefragt war nach {value}. Fragen Sie nach weniger, oder versuchen Sie es wieder, wenn jemand seine zurückgegeben hat.",
	})
	_ = add("fault.license.lent_until", Entry{
		EN: "A place may be borrowed until {last} at the latest; {value} was asked for. Choose a day between today and then; it can be borrowed longer later.",
		DE: "Ein Platz kann bis höchstens {last} ausgeliehen werden; gefragt war {value}. Wählen Sie einen Tag zwischen heute und dann; später lässt sich die Ausleihe verlängern.",
	})
	_ = add("fault.license.not_floating", Entry{
		EN: "A license of the kind “{kind}” is not leased. Activate it on this device.",
		DE: "Eine Lizenz der Art „{kind}“ wird nicht gleichzeitig geteilt. Aktivieren Sie sie auf diesem Gerät.",
	})
	_ = add("fault.license.lease_code", Entry{
		EN: "This device has not used this license before. Hand in its ticket or license key once; after that the license's id is enough.",
		DE: "Dieses Gerät hat diese Lizenz noch nicht benutzt. Geben Sie einmal ihr Ticket oder ihren Lizenzschlüssel an; danach genügt ihre Nummer.",
	})
	_ = add("fault.license.lease_gone", Entry{
		EN: "This lease has ended, and its place may be somebody else's by now. Take a new lease.",
		DE: "Diese Belegung ist zu Ende, und ihr Platz kann inzwischen jemand anderem gehören. Belegen Sie einen neuen Platz.",
	})
	_ = add("fault.license.lease_holder", Entry{
		EN: "The uses of this license are counted per person. The program must say which person uses it, by a number that names nobody.",
		DE: "Die Nutzungen dieser Lizenz werden je Person gezählt. Das Programm muss sagen, welche Person sie benutzt, mit einer Nummer, die niemanden nennt.",
	})
)
