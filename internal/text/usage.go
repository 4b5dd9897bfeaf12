package text

// Refusals of what programs say about themselves, and of evaluations.
var (
	_ = add("fault.usage.unknown_license", Entry{
		EN: "The license that this program shows is not known here. Activate the program again; nothing of what it counted is lost until then.",
		DE: "Die Lizenz, die dieses Programm vorzeigt, ist hier nicht bekannt. Aktivieren Sie das Programm neu; bis dahin geht nichts verloren, was es gezählt hat.",
	})
	_ = add("fault.usage.bad_choice", Entry{
		EN: "“{value}” is not a choice. Use on or off, or leave it out so that the organization above decides.",
		DE: "„{value}“ ist keine Auswahl. Geben Sie on oder off an, oder lassen Sie es weg, damit die Organisation darüber entscheidet.",
	})
	_ = add("fault.usage.not_a_customer", Entry{
		EN: "Only customers and their units choose whether their machines are told about updates and report their use. This organization is a {kind}.",
		DE: "Nur Kunden und ihre Einheiten entscheiden, ob ihre Geräte auf Updates hingewiesen werden und ihre Nutzung melden. Diese Organisation ist ein {kind}.",
	})
	_ = add("fault.usage.stale", Entry{
		EN: "The choice was changed meanwhile: it has revision {rev}, and you changed revision {given}. Read it again and repeat your change.",
		DE: "Die Auswahl wurde inzwischen geändert: Sie hat Revision {rev}, und Sie haben Revision {given} geändert. Lesen Sie sie neu, und wiederholen Sie Ihre Änderung.",
	})
	_ = add("fault.usage.bad_report", Entry{
		EN: "This is not a report that a program may send: “{field}” is out of its bounds. Names are visible characters, at most 64; numbers are above 0; at most 35 days fit.",
		DE: "Das ist kein Bericht, den ein Programm senden darf: „{field}“ liegt außerhalb der Grenzen. Namen sind sichtbare Zeichen, höchstens 64; Zahlen sind größer als 0; höchstens 35 Tage passen.",
	})
	_ = add("fault.usage.too_much", Entry{
		EN: "A program may report at most {limit} features for one day. Count fewer, coarser ones.",
		DE: "Ein Programm darf für einen Tag höchstens {limit} Funktionen melden. Zählen Sie weniger und gröbere.",
	})
	_ = add("fault.usage.bad_period", Entry{
		EN: "{from} to {until} cannot be evaluated. Give a first and a last day, at most {limit} days apart.",
		DE: "{from} bis {until} lässt sich nicht auswerten. Geben Sie einen ersten und einen letzten Tag an, höchstens {limit} Tage auseinander.",
	})
	_ = add("fault.usage.bad_grouping", Entry{
		EN: "“{value}” is not a way to group. Choose one of: {allowed}.",
		DE: "„{value}“ ist keine Gruppierung. Wählen Sie eine von: {allowed}.",
	})
)
