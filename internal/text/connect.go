package text

var _ = add("fault.connect.not_found", Entry{
	EN: "There is no such webhook or delivery here. The list of webhooks names their ids.",
	DE: "Diesen Webhook oder diese Zustellung gibt es hier nicht. Die Liste der Webhooks nennt die Kennungen.",
})

var _ = add("fault.connect.url", Entry{
	EN: "A webhook address starts with https://, names a host, has no user name or fragment and at most {limit} characters.",
	DE: "Die Adresse eines Webhooks beginnt mit https://, nennt einen Rechner, enthält weder Benutzernamen noch Fragment und hat höchstens {limit} Zeichen.",
})

var _ = add("fault.connect.private_address", Entry{
	EN: "{address} is not a public address. Webhooks reach private networks only if the administrator sets webhook-private.",
	DE: "{address} ist keine öffentliche Adresse. Webhooks erreichen private Netze nur, wenn der Administrator webhook-private setzt.",
})

var _ = add("fault.connect.events", Entry{
	EN: "A webhook names 1 to {limit} events such as license.activated, license.* or *; “{event}” is none.",
	DE: "Ein Webhook nennt 1 bis {limit} Ereignisse wie license.activated, license.* oder *; „{event}“ ist keines.",
})

var _ = add("fault.connect.closed", Entry{
	EN: "This webhook is closed for good. Create a new one.",
	DE: "Dieser Webhook ist endgültig geschlossen. Legen Sie einen neuen an.",
})

var _ = add("fault.connect.stale", Entry{
	EN: "The webhook was changed in the meantime (it is at revision {have}). Read it again and repeat the change.",
	DE: "Der Webhook wurde inzwischen geändert (Revision {have}). Lesen Sie ihn neu und wiederholen Sie die Änderung.",
})

var _ = add("fault.connect.receiver", Entry{
	EN: "The receiver did not take the delivery: {why}. It is tried again by itself; the delivery log shows each try.",
	DE: "Der Empfänger hat die Zustellung nicht angenommen: {why}. Sie wird von selbst wiederholt; das Zustellprotokoll zeigt jeden Versuch.",
})
