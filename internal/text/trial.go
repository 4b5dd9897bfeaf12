package text

var _ = add("fault.trial.off", Entry{
	EN: "There is nothing to try here. If you were sent here, ask the publisher for the right address.",
	DE: "Hier gibt es nichts zu testen. Wenn Sie jemand hierher geschickt hat, fragen Sie den Hersteller nach der richtigen Adresse.",
})

var _ = add("fault.trial.domain", Entry{
	EN: "The publisher does not give this trial to addresses of {domain}. Use another address, such as that of your company or school, or ask the publisher.",
	DE: "Der Hersteller vergibt diese Testlizenz nicht an Adressen von {domain}. Nehmen Sie eine andere Adresse, etwa die Ihrer Firma oder Schule, oder fragen Sie den Hersteller.",
})

var _ = add("fault.trial.too_many", Entry{
	EN: "Too many trials were asked for, or too many wrong codes were typed, from where you are. Wait a little and try again.",
	DE: "Von Ihrem Netz aus wurden zu viele Testlizenzen angefragt oder zu viele falsche Codes eingegeben. Warten Sie etwas und versuchen Sie es noch einmal.",
})

var _ = add("fault.trial.unknown_code", Entry{
	EN: "This is not a confirmation code that can be used. Copy it from the mail once more, from TRY to the end; codes older than a day are forgotten: then ask for the trial again.",
	DE: "Das ist kein gültiger Bestätigungscode. Kopieren Sie ihn noch einmal aus der E-Mail, von TRY bis zum Ende; Codes, die älter als ein Tag sind, werden vergessen: Fordern Sie die Testlizenz dann noch einmal an.",
})

var _ = add("fault.trial.elapsed", Entry{
	EN: "This confirmation code was valid for {hours} hours. Ask for the trial again; you get a new mail.",
	DE: "Dieser Bestätigungscode galt {hours} Stunden. Fordern Sie die Testlizenz noch einmal an; Sie bekommen eine neue E-Mail.",
})

var _ = add("trial.mail.subject", Entry{EN: "Confirm your trial: {name}", DE: "Bestätigen Sie Ihre Testlizenz: {name}"})

var _ = add("trial.mail.text", Entry{
	EN: `Hello,

somebody, probably you, wants to try “{name}” by {publisher} and has given this mail address.

Open this page and press the button to get your ticket:

{link}

It works on every device. If the field there stays empty, open {page} and copy this code into it:

{code}

The code can be used for {hours} hours. If it was not you, do nothing: nobody gets anything, and your address is not kept.`,
	DE: `Guten Tag,

jemand, vermutlich Sie, möchte „{name}“ von {publisher} testen und hat diese E-Mail-Adresse angegeben.

Öffnen Sie diese Seite und drücken Sie den Knopf, um Ihr Ticket zu erhalten:

{link}

Das geht auf jedem Gerät. Bleibt das Feld dort leer, öffnen Sie {page} und kopieren Sie diesen Code hinein:

{code}

Der Code gilt {hours} Stunden. Waren Sie es nicht, brauchen Sie nichts zu tun: Niemand bekommt etwas, und Ihre Adresse wird nicht aufbewahrt.`,
})
