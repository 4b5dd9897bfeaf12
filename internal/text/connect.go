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

var _ = add("fault.connect.mail_off", Entry{
	EN: "No mail server is set, so no mail can be sent. The administrator sets mail-host and mail-from.",
	DE: "Es ist kein Mailserver eingerichtet, deshalb lässt sich keine E-Mail senden. Der Administrator setzt mail-host und mail-from.",
})

var _ = add("fault.connect.mail_address", Entry{
	EN: "This is not a mail address that we can write to. It looks like name@example.com, without a name in front, and has at most {limit} characters.",
	DE: "An diese E-Mail-Adresse können wir nicht schreiben. Sie sieht aus wie name@example.com, ohne einen Namen davor, und hat höchstens {limit} Zeichen.",
})

var _ = add("fault.connect.mail_text", Entry{
	EN: "A subject or name in a mail is one line, and a mail has a subject. Remove line breaks and control characters.",
	DE: "Betreff und Namen in einer E-Mail haben eine Zeile, und eine E-Mail hat einen Betreff. Entfernen Sie Zeilenumbrüche und Steuerzeichen.",
})

var _ = add("fault.connect.mail_refused", Entry{
	EN: "The mail server refuses this mail for good ({status}). Check the address; the mail is not tried again.",
	DE: "Der Mailserver lehnt diese E-Mail endgültig ab ({status}). Prüfen Sie die Adresse; die E-Mail wird nicht noch einmal versucht.",
})

var _ = add("fault.connect.mail_later", Entry{
	EN: "The mail server does not take this mail now ({status}). It is tried again by itself until its deadline.",
	DE: "Der Mailserver nimmt diese E-Mail jetzt nicht an ({status}). Sie wird von selbst wieder versucht, bis ihre Frist abläuft.",
})

var _ = add("fault.connect.mail_server", Entry{
	EN: "The mail server {server} cannot be used: {why}. Check mail-host, mail-port, mail-tls, mail-ca, mail-user and mail-password-file; licet mail test tries them.",
	DE: "Der Mailserver {server} ist nicht zu gebrauchen: {why}. Prüfen Sie mail-host, mail-port, mail-tls, mail-ca, mail-user und mail-password-file; licet mail test probiert sie aus.",
})

var _ = add("fault.connect.mail_expired", Entry{
	EN: "This mail came too late to be of use, and was not sent.",
	DE: "Diese E-Mail wäre zu spät gekommen und wurde nicht gesendet.",
})
