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
	_ = add("fault.license.replaced", Entry{
		EN: "Another license has replaced this one. Devices that hold it get the new one at their next contact; elsewhere, use the ticket.",
		DE: "Diese Lizenz wurde durch eine andere ersetzt. Geräte, auf denen sie liegt, bekommen die neue beim nächsten Kontakt; sonst benutzen Sie das Ticket.",
	})
	_ = add("fault.license.ticket_merged", Entry{
		EN: "What this ticket held belongs to another ticket now. Please ask whoever gave it to you.",
		DE: "Was dieses Ticket enthielt, gehört jetzt zu einem anderen Ticket. Bitte wenden Sie sich an die Stelle, von der Sie es haben.",
	})
	_ = add("fault.license.ticket_into", Entry{
		EN: "This ticket was merged into the one that ends in {hint}. Please use that one.",
		DE: "Dieses Ticket wurde mit dem zusammengelegt, das auf {hint} endet. Bitte benutzen Sie jenes.",
	})
	_ = add("fault.license.has_changes", Entry{
		EN: "An upgrade, extension or add-on has changed this license, and would be lost. Take that back first, or leave the license as it is.",
		DE: "Ein Upgrade, eine Verlängerung oder eine Erweiterung hat diese Lizenz geändert und ginge verloren. Nehmen Sie das zuerst zurück, oder lassen Sie die Lizenz, wie sie ist.",
	})
	_ = add("fault.license.has_units", Entry{
		EN: "Units of this license are spent ({value}), and cannot be told apart afterwards. Use up the rest, or order anew.",
		DE: "Von dieser Lizenz sind Einheiten verbraucht ({value}), die sich danach nicht mehr zuordnen ließen. Verbrauchen Sie den Rest, oder bestellen Sie neu.",
	})
	_ = add("fault.license.has_several", Entry{
		EN: "This works for tickets with one license; this one holds {count}.",
		DE: "Das geht mit Tickets, die eine Lizenz enthalten; dieses enthält {count}.",
	})
	_ = add("fault.license.split_all", Entry{
		EN: "At least one seat must stay, so at most {limit} can be split off, not {value}. To hand over all of them, transfer the ticket.",
		DE: "Mindestens ein Platz muss bleiben, es können also höchstens {limit} abgeteilt werden, nicht {value}. Um alle abzugeben, übertragen Sie das Ticket.",
	})
	_ = add("fault.license.merge_self", Entry{
		EN: "A ticket cannot be merged with itself. Name two different tickets.",
		DE: "Ein Ticket lässt sich nicht mit sich selbst zusammenlegen. Nennen Sie zwei verschiedene Tickets.",
	})
	_ = add("fault.license.merge_differs", Entry{
		EN: "These tickets cannot be merged: {what}. Leave them as they are.",
		DE: "Diese Tickets lassen sich nicht zusammenlegen: {what}. Lassen Sie sie, wie sie sind.",
	})
	_ = add("word.license.merge_differs.what.holder", Entry{EN: "they belong to different holders", DE: "sie gehören verschiedenen Inhabern"})
	_ = add("word.license.merge_differs.what.terms", Entry{EN: "they were not sold by the same order line under the same terms", DE: "sie wurden nicht mit derselben Auftragsposition zu denselben Bedingungen verkauft"})
	_ = add("word.license.merge_differs.what.end", Entry{EN: "they end on different days", DE: "sie enden an verschiedenen Tagen"})
	_ = add("fault.license.in_motion", Entry{
		EN: "Places of this license are on their way or in somebody's use at this moment ({count}): being taken back, lent, or leased. Wait until they are back.",
		DE: "Plätze dieser Lizenz sind gerade unterwegs oder in jemandes Gebrauch ({count}): in Rückgabe, verliehen oder gleichzeitig genutzt. Warten Sie, bis sie zurück sind.",
	})
	_ = add("fault.license.bad_transfer", Entry{
		EN: "Say what becomes of the devices: “keep” (they go along) or “return” (they give their seats back).",
		DE: "Sagen Sie, was mit den Geräten geschieht: „keep“ (sie gehen mit) oder „return“ (sie geben ihre Plätze zurück).",
	})
	_ = add("fault.license.transfer_self", Entry{
		EN: "This ticket is that organization's already.",
		DE: "Dieses Ticket gehört dieser Organisation schon.",
	})
	_ = add("fault.license.transfer_closed", Entry{
		EN: "That organization is closed and takes nothing over. Reopen it first.",
		DE: "Diese Organisation ist geschlossen und übernimmt nichts. Öffnen Sie sie zuerst wieder.",
	})
	_ = add("fault.license.replace_change", Entry{
		EN: "An upgrade, extension or add-on neither replaces a license nor is replaced. Take it back and sell another one.",
		DE: "Ein Upgrade, eine Verlängerung oder eine Erweiterung ersetzt keine Lizenz und wird nicht ersetzt. Nehmen Sie es zurück und verkaufen Sie ein anderes.",
	})
)
