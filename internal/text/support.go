package text

// What is done for somebody else, and why.
var (
	_ = add("fault.license.reason_missing", Entry{
		EN: "This belongs to another organization, so say why you act for it. Reasons: {choices}.",
		DE: "Das gehört einer anderen Organisation; sagen Sie deshalb, warum Sie für sie handeln. Gründe: {choices}.",
	})
	_ = add("fault.license.reason_unknown", Entry{
		EN: "This is none of the reasons that there are: {choices}. Take “other” and write a note if none fits.",
		DE: "Das ist keiner der möglichen Gründe: {choices}. Nehmen Sie „other“ und schreiben Sie eine Notiz, wenn keiner passt.",
	})
	_ = add("fault.license.reason_note", Entry{
		EN: "A note is plain text of at most {limit} characters (this one has {value}); with the reason “other” it has at least {least}.",
		DE: "Eine Notiz ist reiner Text aus höchstens {limit} Zeichen (diese hat {value}); beim Grund „other“ hat sie mindestens {least}.",
	})
	_ = add("fault.license.returning", Entry{
		EN: "This device was asked to give the license back, and does so with this contact. Ask again afterwards if you still need it here.",
		DE: "Dieses Gerät soll die Lizenz zurückgeben und tut es bei diesem Kontakt. Fordern Sie sie danach noch einmal an, wenn Sie sie hier noch brauchen.",
	})
	_ = add("fault.license.no_move", Entry{
		EN: "Seats of this license do not move to another device. If the device is lost, restore the license instead.",
		DE: "Plätze dieser Lizenz ziehen nicht auf ein anderes Gerät um. Ist das Gerät verloren, stellen Sie die Lizenz stattdessen wieder her.",
	})
)
