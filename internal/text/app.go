package text

var (
	_ = add("app.health", Entry{EN: "Health", DE: "Zustand"})
	_ = add("app.version", Entry{EN: "Version", DE: "Version"})
	_ = add("app.engine", Entry{EN: "Database", DE: "Datenbank"})
	_ = add("app.since", Entry{EN: "Running since", DE: "Läuft seit"})
	_ = add("app.findings", Entry{EN: "Findings", DE: "Befunde"})
	_ = add("app.check", Entry{EN: "Checked", DE: "Geprüft"})
	_ = add("app.state", Entry{EN: "State", DE: "Zustand"})
	_ = add("app.meaning", Entry{EN: "What it means and what to do", DE: "Was es bedeutet und was zu tun ist"})
	_ = add("app.jobs", Entry{EN: "Jobs that are not done", DE: "Offene Aufgaben"})
	_ = add("app.no_jobs", Entry{EN: "Nothing waits.", DE: "Es wartet nichts."})
	_ = add("app.kind", Entry{EN: "Kind", DE: "Art"})
	_ = add("app.number", Entry{EN: "Number", DE: "Anzahl"})
	_ = add("app.due", Entry{EN: "Oldest due", DE: "Älteste fällig"})
	_ = add("app.job_dead", Entry{EN: "failed for good", DE: "endgültig gescheitert"})
	_ = add("app.job_open", Entry{EN: "waiting or running", DE: "wartet oder läuft"})

	_ = add("app.level.good", Entry{EN: "good", DE: "gut"})
	_ = add("app.level.warn", Entry{EN: "look at it", DE: "ansehen"})
	_ = add("app.level.bad", Entry{EN: "mend it", DE: "beheben"})
)

var (
	_ = add("app.doctor.database", Entry{EN: "Database", DE: "Datenbank"})
	_ = add("app.doctor.database.ok", Entry{EN: "Answers; the engine is {engine}, and writes are durable.", DE: "Antwortet; es ist {engine}, und Geschriebenes ist dauerhaft."})
	_ = add("app.doctor.database.down", Entry{EN: "Does not answer. Check that it runs and that the setting “database” is right.", DE: "Antwortet nicht. Prüfen Sie, ob sie läuft und ob die Einstellung „database“ stimmt."})

	_ = add("app.doctor.guard", Entry{EN: "Separation of publishers", DE: "Trennung der Hersteller"})
	_ = add("app.doctor.guard.ok", Entry{EN: "PostgreSQL keeps publishers apart, too: reads of one run as {role}.", DE: "Auch PostgreSQL trennt die Hersteller: Für einen gelesen wird als {role}."})
	_ = add("app.doctor.guard.role", Entry{EN: "Row-level security is off: {user} may not act as {role}. Let PostgreSQL's administrator run, then start again: CREATE ROLE {role} NOLOGIN; (unless it exists) GRANT {role} TO {user};", DE: "Die Zeilensicherheit ist aus: {user} darf nicht als {role} handeln. Lassen Sie den Verwalter von PostgreSQL ausführen und starten Sie neu: CREATE ROLE {role} NOLOGIN; (falls es sie nicht gibt) GRANT {role} TO {user};"})
	_ = add("app.doctor.guard.grant", Entry{EN: "Row-level security is off: {role} may not read every table. Run “licet migrate” as the owner of the tables.", DE: "Die Zeilensicherheit ist aus: {role} darf nicht jede Tabelle lesen. Führen Sie „licet migrate“ als Besitzer der Tabellen aus."})
	_ = add("app.doctor.guard.open", Entry{EN: "Row-level security does not cover {tables}. Update Licet.", DE: "Die Zeilensicherheit erfasst {tables} nicht. Aktualisieren Sie Licet."})
	_ = add("app.doctor.guard.unknown", Entry{EN: "Could not be read.", DE: "Ließ sich nicht lesen."})

	_ = add("app.doctor.clock", Entry{EN: "Clock", DE: "Uhr"})
	_ = add("app.doctor.clock.ok", Entry{EN: "Shows {time} and has not gone back.", DE: "Zeigt {time} und ist nicht zurückgegangen."})
	_ = add("app.doctor.clock.back", Entry{EN: "The journal is {minutes} minutes ahead of the clock: it was set back. Set the time by NTP before issuing licenses.", DE: "Das Journal ist der Uhr {minutes} Minuten voraus: Sie wurde zurückgestellt. Stellen Sie die Zeit per NTP, bevor Sie Lizenzen ausgeben."})
	_ = add("app.doctor.clock.old", Entry{EN: "The clock is in the year {year}. Set the time by NTP.", DE: "Die Uhr steht im Jahr {year}. Stellen Sie die Zeit per NTP."})
	_ = add("app.doctor.clock.unknown", Entry{EN: "Could not be compared with the journal.", DE: "Ließ sich nicht mit dem Journal vergleichen."})

	_ = add("app.doctor.disk", Entry{EN: "Disk", DE: "Platte"})
	_ = add("app.doctor.disk.ok", Entry{EN: "The data folder is writable and private; {free} MiB are free.", DE: "Der Datenordner ist beschreibbar und nicht für andere lesbar; {free} MiB sind frei."})
	_ = add("app.doctor.disk.gone", Entry{EN: "The data folder {folder} is not there. Create it or set “data”.", DE: "Den Datenordner {folder} gibt es nicht. Legen Sie ihn an oder setzen Sie „data“."})
	_ = add("app.doctor.disk.read_only", Entry{EN: "The data folder {folder} cannot be written. Check owner, rights and mount.", DE: "In den Datenordner {folder} lässt sich nicht schreiben. Prüfen Sie Besitzer, Rechte und Einhängung."})
	_ = add("app.doctor.disk.full", Entry{EN: "Only {free} MiB are free. Make room; a full disk refuses every write.", DE: "Nur {free} MiB sind frei. Schaffen Sie Platz; eine volle Platte weist jedes Schreiben ab."})
	_ = add("app.doctor.disk.open", Entry{EN: "Others can look into the data folder {folder}. Run: chmod 700 {folder}", DE: "Andere können in den Datenordner {folder} sehen. Führen Sie aus: chmod 700 {folder}"})

	_ = add("app.doctor.keys", Entry{EN: "Signing keys", DE: "Signaturschlüssel"})
	_ = add("app.doctor.keys.ok", Entry{EN: "Every publisher here has an issuing key that is valid for more than 30 days ({count}).", DE: "Jeder Hersteller hier hat einen Ausgabeschlüssel, der länger als 30 Tage gilt ({count})."})
	_ = add("app.doctor.keys.none", Entry{EN: "Publisher {publisher} has no issuing key and can issue nothing. See the page on keys: licet key setup.", DE: "Hersteller {publisher} hat keinen Ausgabeschlüssel und kann nichts ausgeben. Siehe die Seite über Schlüssel: licet key setup."})
	_ = add("app.doctor.keys.expiring", Entry{EN: "{count} issuing keys end within 30 days. Run: licet key rotate", DE: "{count} Ausgabeschlüssel enden in den nächsten 30 Tagen. Führen Sie aus: licet key rotate"})
	_ = add("app.doctor.keys.no_publisher", Entry{EN: "There is no publisher yet. Run: licet publisher create", DE: "Es gibt noch keinen Hersteller. Führen Sie aus: licet publisher create"})
	_ = add("app.doctor.keys.unknown", Entry{EN: "Could not be read.", DE: "Ließen sich nicht lesen."})

	_ = add("app.doctor.module", Entry{EN: "Security module", DE: "Sicherheitsmodul"})
	_ = add("app.doctor.module.ok", Entry{EN: "It answers and holds the issuing keys that belong in it.", DE: "Es antwortet und enthält die Ausstellungsschlüssel, die hineingehören."})
	_ = add("app.doctor.module.none", Entry{EN: "An issuing key is in a security module, and none is configured, so nothing is issued. Set pkcs11-module.", DE: "Ein Ausstellungsschlüssel liegt in einem Sicherheitsmodul, und es ist keines eingerichtet; deshalb wird nichts ausgestellt. Setzen Sie pkcs11-module."})
	_ = add("app.doctor.module.gone", Entry{EN: "Its device “{slot}” is not there, so nothing is issued. Plug it in; issuing goes on by itself. If it is lost for good, see “Lost security module” on the page on keys.", DE: "Sein Gerät „{slot}“ ist nicht da; deshalb wird nichts ausgestellt. Schließen Sie es an; die Ausstellung geht von selbst weiter. Ist es endgültig verloren, siehe „Lost security module“ auf der Seite über Schlüssel."})
	_ = add("app.doctor.module.pin", Entry{EN: "It does not accept the PIN in {file}, so nothing is issued. Correct the file; a PIN that was refused is not tried again, and none that would be the last try.", DE: "Es nimmt die PIN aus {file} nicht an; deshalb wird nichts ausgestellt. Berichtigen Sie die Datei; eine abgelehnte PIN wird nicht noch einmal versucht, und keine, die der letzte Versuch wäre."})
	_ = add("app.doctor.module.slow", Entry{EN: "It does not answer within pkcs11-timeout, so nothing is issued. Its helper was ended and is started again; look at the device.", DE: "Es antwortet nicht innerhalb von pkcs11-timeout; deshalb wird nichts ausgestellt. Sein Helfer wurde beendet und wird neu gestartet; sehen Sie nach dem Gerät."})
	_ = add("app.doctor.module.down", Entry{EN: "It or its helper cannot be started, so nothing is issued. Check that licet-pkcs11 is beside licet or in the PATH (or set pkcs11-helper), and that {module} is a PKCS#11 driver of this system; the log says what failed.", DE: "Es oder sein Helfer lässt sich nicht starten; deshalb wird nichts ausgestellt. Prüfen Sie, ob licet-pkcs11 neben licet oder im PATH liegt (oder setzen Sie pkcs11-helper) und ob {module} ein PKCS#11-Treiber für dieses System ist; das Protokoll sagt, was fehlschlug."})
	_ = add("app.doctor.module.key", Entry{EN: "Its device does not hold the issuing key, so nothing is issued. Another device is plugged in: take the right one, or make another key with “licet key rotate”.", DE: "Sein Gerät enthält den Ausstellungsschlüssel nicht; deshalb wird nichts ausgestellt. Es ist ein anderes Gerät angeschlossen: Nehmen Sie das richtige, oder erzeugen Sie mit „licet key rotate“ einen anderen Schlüssel."})
	_ = add("app.doctor.module.unable", Entry{EN: "Its device cannot do what is asked of it. Take one that makes Ed25519 keys.", DE: "Sein Gerät kann nicht, was von ihm verlangt wird. Nehmen Sie eines, das Ed25519-Schlüssel erzeugt."})

	_ = add("app.doctor.address", Entry{EN: "Public address", DE: "Öffentliche Adresse"})
	_ = add("app.doctor.address.ok", Entry{EN: "Tickets and products point to {address}.", DE: "Tickets und Produkte verweisen auf {address}."})
	_ = add("app.doctor.address.none", Entry{EN: "“public-url” is not set: tickets cannot say where they are activated. Set it to the depot's outside address.", DE: "„public-url“ ist nicht gesetzt: Tickets können nicht sagen, wo sie aktiviert werden. Setzen Sie die äußere Adresse des Depots."})
	_ = add("app.doctor.address.plain", Entry{EN: "{address} is not encrypted. Put a reverse proxy with TLS before it, or set tls-cert and tls-key.", DE: "{address} ist unverschlüsselt. Setzen Sie einen Reverse-Proxy mit TLS davor oder tls-cert und tls-key."})

	_ = add("app.doctor.journal", Entry{EN: "Issuance journal", DE: "Ausgabejournal"})
	_ = add("app.doctor.journal.ok", Entry{EN: "Is shipped to {folder}.", DE: "Wird nach {folder} geschrieben."})
	_ = add("app.doctor.journal.never", Entry{EN: "Nothing was shipped to {folder} yet. It starts with the first issued license while licet serve runs.", DE: "Nach {folder} wurde noch nichts geschrieben. Es beginnt mit der ersten ausgegebenen Lizenz, während licet serve läuft."})
	_ = add("app.doctor.journal.same_disk", Entry{EN: "Is shipped to {folder}, on the same disk as the database. Set “journal-ship” to another disk or host.", DE: "Wird nach {folder} geschrieben, auf dieselbe Platte wie die Datenbank. Setzen Sie „journal-ship“ auf eine andere Platte oder einen anderen Rechner."})
	_ = add("app.doctor.journal.late", Entry{EN: "Was last shipped at {time}. Look at the log of licet serve.", DE: "Wurde zuletzt um {time} geschrieben. Sehen Sie in das Protokoll von licet serve."})

	_ = add("app.doctor.jobs", Entry{EN: "Jobs", DE: "Aufgaben"})
	_ = add("app.doctor.jobs.ok", Entry{EN: "Nothing has failed, nothing is late.", DE: "Nichts ist gescheitert, nichts ist überfällig."})
	_ = add("app.doctor.jobs.dead", Entry{EN: "{count} jobs have failed for good. The job list names each and lets you start it again.", DE: "{count} Aufgaben sind endgültig gescheitert. Die Aufgabenliste nennt jede und startet sie auf Wunsch neu."})
	_ = add("app.doctor.jobs.late", Entry{EN: "The oldest job has waited for {minutes} minutes. Is licet serve running?", DE: "Die älteste Aufgabe wartet seit {minutes} Minuten. Läuft licet serve?"})
	_ = add("app.doctor.jobs.unknown", Entry{EN: "Could not be read.", DE: "Ließen sich nicht lesen."})

	_ = add("app.doctor.mail", Entry{EN: "Mail", DE: "E-Mail"})
	_ = add("app.doctor.mail.ok", Entry{EN: "No mail waits for {server}. Run “licet mail test” to try the connection.", DE: "Keine E-Mail wartet auf {server}. „licet mail test“ probiert die Verbindung aus."})
	_ = add("app.doctor.mail.off", Entry{EN: "No mail server is set. Trials for visitors of the depot need one; all else works without.", DE: "Es ist kein Mailserver eingerichtet. Testlizenzen für Besucher des Depots brauchen einen; alles andere geht ohne."})
	_ = add("app.doctor.mail.gone", Entry{EN: "Mail waits, and no mail server is set any more. Set mail-host and mail-from, or let it expire.", DE: "Es warten E-Mails, und es ist kein Mailserver mehr eingerichtet. Setzen Sie mail-host und mail-from, oder lassen Sie sie verfallen."})
	_ = add("app.doctor.mail.late", Entry{EN: "The oldest mail waits for {minutes} minutes; the mail server's last answer was {status}. Run “licet mail test”.", DE: "Die älteste E-Mail wartet seit {minutes} Minuten; die letzte Antwort des Mailservers war {status}. Führen Sie „licet mail test“ aus."})
	_ = add("app.doctor.mail.unknown", Entry{EN: "Could not be read.", DE: "Ließ sich nicht lesen."})
	_ = add("app.mail.reached", Entry{EN: "{server} answers, and the settings are right. Name an address to send a mail to it.", DE: "{server} antwortet, und die Einstellungen stimmen. Mit einer Adresse wird eine E-Mail dorthin gesendet."})
	_ = add("app.mail.taken", Entry{EN: "{server} has taken the mail. If it does not arrive, look into the mail server's log.", DE: "{server} hat die E-Mail angenommen. Kommt sie nicht an, sehen Sie in das Protokoll des Mailservers."})
	_ = add("app.mail.subject", Entry{EN: "Test mail from Licet", DE: "Testnachricht von Licet"})
	_ = add("app.mail.text", Entry{
		EN: "This mail says that the settings for mail work. It went through {server}. Nobody needs to answer it.",
		DE: "Diese E-Mail zeigt, dass die Einstellungen für E-Mail stimmen. Sie ging über {server}. Niemand braucht zu antworten.",
	})

	_ = add("app.doctor.backup", Entry{EN: "Backup", DE: "Sicherung"})
	_ = add("app.doctor.backup.ok", Entry{EN: "The newest is of {time}.", DE: "Die neueste ist von {time}."})
	_ = add("app.doctor.backup.none", Entry{EN: "None was made from here. Run daily: licet backup create FOLDER", DE: "Von hier wurde noch keine gemacht. Führen Sie täglich aus: licet backup create ORDNER"})
	_ = add("app.doctor.backup.old", Entry{EN: "The newest is of {time}, older than {limit}. Run: licet backup create FOLDER", DE: "Die neueste ist von {time}, älter als {limit}. Führen Sie aus: licet backup create ORDNER"})
)

var _ = add("fault.app.no_publisher", Entry{
	EN: "There is no publisher {publisher}. licet publisher list names all; licet publisher create makes one.",
	DE: "Einen Hersteller {publisher} gibt es nicht. licet publisher list nennt alle; licet publisher create legt einen an.",
})

var _ = add("fault.app.nobody_yet", Entry{
	EN: "There is no publisher here yet. licet publisher create makes one.",
	DE: "Hier gibt es noch keinen Hersteller. licet publisher create legt einen an.",
})

var _ = add("fault.app.which_publisher", Entry{
	EN: "There are {count} publishers here. Say which one with --publisher.",
	DE: "Es gibt hier {count} Hersteller. Sagen Sie mit --publisher, welcher gemeint ist.",
})

var _ = add("fault.app.checkpoint_file", Entry{
	EN: "The file of checkpoints {file} cannot be read. Check its name and its rights.",
	DE: "Die Datei mit Prüfpunkten {file} lässt sich nicht lesen. Prüfen Sie ihren Namen und ihre Rechte.",
})

var _ = add("fault.app.other_identity", Entry{
	EN: "The identity file {path} is not the one that opens this backup, so nothing was loaded. Put the one with the public key {want} in its place and restore again. If that one is lost, move this file away and add --keys with the newest export of “licet key export”.",
	DE: "Die Identitätsdatei {path} ist nicht die, die diese Sicherung öffnet; deshalb wurde nichts geladen. Legen Sie die mit dem öffentlichen Schlüssel {want} an ihre Stelle und stellen Sie noch einmal wieder her. Ist sie verloren, räumen Sie diese Datei beiseite und geben Sie mit --keys den neuesten Export von „licet key export“ an.",
})

var _ = add("fault.app.restoring", Entry{
	EN: "The restore of the backup of {backup} was begun and not finished: what was issued after it is not known yet, and would be issued twice. Run “licet backup restore” with the same backup again; it goes on where it stopped.",
	DE: "Die Wiederherstellung der Sicherung vom {backup} wurde begonnen und nicht beendet: Was danach ausgegeben wurde, ist noch nicht bekannt und würde ein zweites Mal ausgegeben. Führen Sie „licet backup restore“ mit derselben Sicherung noch einmal aus; es macht dort weiter, wo es stehen blieb.",
})

var _ = add("fault.app.restore_identity", Entry{
	EN: "The identity file {path} is missing, so nothing was loaded: without it the backup signs nothing and reads no ticket. Copy it there from your safe place and restore again. If it is lost, add --keys with the newest export of “licet key export”.",
	DE: "Die Identitätsdatei {path} fehlt, deshalb wurde nichts geladen: Ohne sie signiert die Sicherung nichts und liest kein Ticket. Kopieren Sie sie von ihrem sicheren Ort dorthin und stellen Sie noch einmal wieder her. Ist sie verloren, geben Sie mit --keys den neuesten Export von „licet key export“ an.",
})
