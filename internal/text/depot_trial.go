package text

var (
	_ = add("depot.start.trial", Entry{EN: "I have no ticket and want to try first", DE: "Ich habe kein Ticket und möchte erst testen"})
	_ = add("depot.start.trial_text", Entry{EN: "A mail address is enough.", DE: "Eine E-Mail-Adresse genügt."})

	_ = add("depot.trial.title", Entry{EN: "Try it first", DE: "Erst einmal testen"})
	_ = add("depot.trial.lead", Entry{
		EN: "Choose what you want to try and give a mail address. You get a mail; whoever confirms it gets a ticket. You need no account.",
		DE: "Wählen Sie, was Sie testen möchten, und geben Sie eine E-Mail-Adresse an. Sie bekommen eine E-Mail; wer sie bestätigt, erhält ein Ticket. Sie brauchen kein Konto.",
	})
	_ = add("depot.trial.what", Entry{EN: "What do you want to try?", DE: "Was möchten Sie testen?"})
	_ = add("depot.trial.lasts", Entry{EN: "{time}, from the first activation; once per mail address and device", DE: "{time}, ab der ersten Aktivierung; einmal je E-Mail-Adresse und Gerät"})
	_ = add("depot.trial.both", Entry{EN: "{months} and {days}", DE: "{months} und {days}"})
	_ = add("depot.trial.choose_one", Entry{EN: "Choose what you want to try.", DE: "Wählen Sie aus, was Sie testen möchten."})
	_ = add("depot.trial.email", Entry{EN: "Your mail address", DE: "Ihre E-Mail-Adresse"})
	_ = add("depot.trial.email_hint", Entry{EN: "Such as name@example.com.", DE: "Zum Beispiel name@example.com."})
	_ = add("depot.trial.notice", Entry{EN: "What happens with your address", DE: "Was mit Ihrer Adresse geschieht"})
	_ = add("depot.trial.notice_use", Entry{
		EN: "It is used for this one mail, which shows that the address is yours. There is no advertising, and nobody else gets it.",
		DE: "Sie dient nur dieser einen E-Mail, die zeigt, dass die Adresse Ihnen gehört. Es gibt keine Werbung, und niemand sonst erhält sie.",
	})
	_ = add("depot.trial.notice_gone", Entry{
		EN: "It is deleted as soon as the mail has left, after a day at the latest.",
		DE: "Sie wird gelöscht, sobald die E-Mail versandt ist, spätestens nach einem Tag.",
	})
	_ = add("depot.trial.notice_mark", Entry{
		EN:    "If you take the trial, a mark is kept for {n} days, so that each address gets it once. The address cannot be read from it.",
		DE:    "Wenn Sie die Testlizenz nehmen, bleibt für {n} Tage ein Kennzeichen, damit jede Adresse sie einmal erhält. Die Adresse lässt sich daraus nicht ablesen.",
		ENOne: "If you take the trial, a mark is kept for {n} day, so that each address gets it once. The address cannot be read from it.",
		DEOne: "Wenn Sie die Testlizenz nehmen, bleibt für {n} Tag ein Kennzeichen, damit jede Adresse sie einmal erhält. Die Adresse lässt sich daraus nicht ablesen.",
	})
	_ = add("depot.trial.button", Entry{EN: "Send me the mail", DE: "E-Mail senden"})
	_ = add("depot.trial.have", Entry{EN: "You have the mail already?", DE: "Sie haben die E-Mail schon?"})
	_ = add("depot.trial.have_link", Entry{EN: "Type the code from the mail", DE: "Code aus der E-Mail eingeben"})
	_ = add("depot.trial.back", Entry{EN: "Ask for a trial", DE: "Testlizenz anfordern"})
	_ = add("depot.trial.asked", Entry{EN: "Look into your mailbox", DE: "Sehen Sie in Ihr Postfach"})
	_ = add("depot.trial.asked_text", Entry{
		EN: "If the address can take this trial, a mail is on its way to it. It can be confirmed for one day.",
		DE: "Wenn die Adresse diese Testlizenz erhalten kann, ist eine E-Mail an sie unterwegs. Sie lässt sich einen Tag lang bestätigen.",
	})
	_ = add("depot.trial.next", Entry{EN: "What comes next", DE: "Wie es weitergeht"})
	_ = add("depot.trial.next_mail", Entry{EN: "Open the mail, on this device or any other.", DE: "Öffnen Sie die E-Mail, auf diesem oder einem anderen Gerät."})
	_ = add("depot.trial.next_link", Entry{EN: "Follow its link and press the button there.", DE: "Folgen Sie ihrem Link und drücken Sie dort auf den Knopf."})
	_ = add("depot.trial.next_ticket", Entry{EN: "You see your ticket, and how to activate with it.", DE: "Sie sehen Ihr Ticket und wie Sie damit aktivieren."})
	_ = add("depot.trial.missing", Entry{
		EN: "Nothing after some minutes? Look into the folder for unwanted mail, and check the address that you typed. An address gets at most a few mails a day.",
		DE: "Nach einigen Minuten noch nichts? Sehen Sie im Ordner für unerwünschte E-Mails nach und prüfen Sie die eingegebene Adresse. Eine Adresse erhält höchstens ein paar E-Mails am Tag.",
	})

	_ = add("depot.confirm.title", Entry{EN: "Confirm your trial", DE: "Testlizenz bestätigen"})
	_ = add("depot.confirm.lead", Entry{
		EN: "Press the button to get your ticket. If the field is empty, copy the code from the mail into it.",
		DE: "Drücken Sie den Knopf, um Ihr Ticket zu erhalten. Ist das Feld leer, kopieren Sie den Code aus der E-Mail hinein.",
	})
	_ = add("depot.confirm.label", Entry{EN: "Code from the mail", DE: "Code aus der E-Mail"})
	_ = add("depot.confirm.hint", Entry{EN: "It begins with TRY. Capitals, spaces and dashes do not matter.", DE: "Er beginnt mit TRY. Großschreibung, Leerzeichen und Striche sind egal."})
	_ = add("depot.confirm.good", Entry{EN: "This looks right.", DE: "Das sieht richtig aus."})
	_ = add("depot.confirm.button", Entry{EN: "Show my ticket", DE: "Ticket anzeigen"})

	_ = add("depot.taken.title", Entry{EN: "Your ticket for trying", DE: "Ihr Ticket zum Testen"})
	_ = add("depot.taken.text", Entry{EN: "{name} runs for {time} from the first activation.", DE: "{name} läuft {time} ab der ersten Aktivierung."})
	_ = add("depot.taken.again", Entry{
		EN: "This address has taken “{name}” for trying before. Here is its ticket once more.",
		DE: "Für diese Adresse wurde „{name}“ schon einmal zum Testen angefordert. Hier ist noch einmal das Ticket dazu.",
	})
	_ = add("depot.taken.gone", Entry{
		EN: "This address has taken “{name}” for trying before. Its ticket was shown then, and is not kept.",
		DE: "Für diese Adresse wurde „{name}“ schon einmal zum Testen angefordert. Das Ticket wurde damals angezeigt und ist nicht gespeichert.",
	})
	_ = add("depot.taken.keep", Entry{EN: "Write the ticket down or print this page. It is not mailed to you.", DE: "Notieren Sie das Ticket oder drucken Sie diese Seite. Es wird Ihnen nicht zugesandt."})
	_ = add("depot.taken.button", Entry{EN: "Go on with this ticket", DE: "Mit diesem Ticket weiter"})
)
