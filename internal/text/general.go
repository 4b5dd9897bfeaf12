package text

// Words and units that every surface uses.
var (
	_ = add("word.yes", Entry{EN: "yes", DE: "ja"})
	_ = add("word.no", Entry{EN: "no", DE: "nein"})

	_ = add("unit.seconds", Entry{EN: "{n} seconds", DE: "{n} Sekunden", ENOne: "{n} second", DEOne: "{n} Sekunde"})
	_ = add("unit.minutes", Entry{EN: "{n} minutes", DE: "{n} Minuten", ENOne: "{n} minute", DEOne: "{n} Minute"})
	_ = add("unit.hours", Entry{EN: "{n} hours", DE: "{n} Stunden", ENOne: "{n} hour", DEOne: "{n} Stunde"})
	_ = add("unit.days", Entry{EN: "{n} days", DE: "{n} Tage", ENOne: "{n} day", DEOne: "{n} Tag"})
)

// What is left when nothing more precise can be said.
var _ = add("fault.internal", Entry{
	EN: "Something went wrong on our side ({code}). Nothing was changed. Please try again; if it happens again, tell the operator the request number.",
	DE: "Bei uns ist ein Fehler aufgetreten ({code}). Es wurde nichts geändert. Bitte versuchen Sie es noch einmal; geschieht es wieder, nennen Sie dem Betreiber die Anfragenummer.",
})

// The refusals of package day.
var _ = add("fault.day.bad_date", Entry{
	EN: "“{value}” is not a date. Write year, month and day like this: 2026-11-21.",
	DE: "„{value}“ ist kein Datum. Schreiben Sie Jahr, Monat und Tag so: 2026-11-21.",
})

// The refusals of package frame.
var (
	_ = add("fault.frame.below_min", Entry{
		EN: "{value} is too small: the smallest allowed value is {limit}.",
		DE: "{value} ist zu klein: Der kleinste erlaubte Wert ist {limit}.",
	})
	_ = add("fault.frame.above_max", Entry{
		EN: "{value} is too large: the greatest allowed value is {limit}.",
		DE: "{value} ist zu groß: Der größte erlaubte Wert ist {limit}.",
	})
	_ = add("fault.frame.too_early", Entry{
		EN: "{value} is too early: the first allowed day is {limit}.",
		DE: "{value} ist zu früh: Der erste erlaubte Tag ist der {limit}.",
	})
	_ = add("fault.frame.too_late", Entry{
		EN: "{value} is too late: the last allowed day is {limit}.",
		DE: "{value} ist zu spät: Der letzte erlaubte Tag ist der {limit}.",
	})
	_ = add("fault.frame.not_in_set", Entry{
		EN: "“{value}” is not one of the allowed values. Choose one of these: {allowed}.",
		DE: "„{value}“ gehört nicht zu den erlaubten Werten. Wählen Sie einen von diesen: {allowed}.",
	})
	_ = add("fault.frame.wrong_kind", Entry{
		EN: "“{value}” is not a value of the kind “{kind}”. Write a whole number for int, true or false for bool, and a date like 2026-11-21 for day.",
		DE: "„{value}“ ist kein Wert der Art „{kind}“. Schreiben Sie für int eine ganze Zahl, für bool true oder false, für day ein Datum wie 2026-11-21.",
	})
	_ = add("fault.frame.bad_value", Entry{
		EN: "{value} cannot be the value of an option. Only whole numbers, true, false and texts can.",
		DE: "{value} kann kein Wert einer Option sein. Erlaubt sind nur ganze Zahlen, true, false und Texte.",
	})
	_ = add("fault.frame.too_long", Entry{
		EN: "The text has {value} bytes; at most {limit} are allowed. Shorten it.",
		DE: "Der Text hat {value} Bytes; erlaubt sind höchstens {limit}. Kürzen Sie ihn.",
	})
	_ = add("fault.frame.bad_kind", Entry{
		EN: "“{value}” is not a kind of option. The kinds are int, bool, text, choice and day.",
		DE: "„{value}“ ist keine Art von Option. Die Arten sind int, bool, text, choice und day.",
	})
)
