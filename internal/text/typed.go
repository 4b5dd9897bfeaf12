package text

// What is said about typed codes.
var (
	_ = add("fault.license.typed_typo", Entry{
		EN: "The request code is mistyped in group {group}: {kind}. Please compare that group with what the machine shows.",
		DE: "Der Anforderungscode ist in Gruppe {group} vertippt: {kind}. Bitte vergleichen Sie diese Gruppe mit dem, was der Rechner zeigt.",
	})
	_ = add("word.license.typed_typo.kind.length", Entry{EN: "characters are missing or too many", DE: "Zeichen fehlen oder sind zu viel"})
	_ = add("word.license.typed_typo.kind.foreign", Entry{EN: "it has a character that no code contains", DE: "sie enthält ein Zeichen, das in keinem Code vorkommt"})
	_ = add("word.license.typed_typo.kind.check", Entry{EN: "a character is wrong, or two are swapped, or it stands in the wrong place", DE: "ein Zeichen ist falsch, oder zwei sind vertauscht, oder sie steht an der falschen Stelle"})
	_ = add("fault.license.typed_request", Entry{
		EN: "Every group of the request code is well formed, but together they are none. Have the machine show it again, and type all four groups anew.",
		DE: "Jede Gruppe des Anforderungscodes ist für sich richtig, zusammen sind sie keiner. Lassen Sie ihn den Rechner noch einmal zeigen und tippen Sie alle vier Gruppen neu.",
	})
	_ = add("fault.license.typed_which", Entry{
		EN: "The code holds {count} licenses that can be activated, and a typed answer carries one. Choose which.",
		DE: "Der Code enthält {count} Lizenzen, die sich aktivieren lassen, und eine getippte Antwort trägt nur eine. Wählen Sie, welche.",
	})
	_ = add("fault.license.not_typed", Entry{
		EN: "This license cannot be typed: it holds more than a typed answer can carry, must know its device, or changes a license that is there already. Use a request file or a QR code.",
		DE: "Diese Lizenz lässt sich nicht abtippen: Sie enthält mehr, als eine getippte Antwort tragen kann, muss ihr Gerät kennen oder ändert eine Lizenz, die schon dort ist. Benutzen Sie eine Anforderungsdatei oder einen QR-Code.",
	})
)
