package text

// The refusals of package sign: files on the administrator's disk.
var (
	_ = add("fault.sign.identity_missing", Entry{
		EN: "The database holds sealed keys, but their identity file {path} is gone. Put it back from your safe copy; without one, run “licet key import --repair” with your last export.",
		DE: "Die Datenbank enthält versiegelte Schlüssel, aber ihre Identitätsdatei {path} fehlt. Legen Sie sie aus Ihrer Sicherungskopie zurück; ohne Kopie hilft „licet key import --repair“ mit Ihrem letzten Export.",
	})
	_ = add("fault.sign.identity_mode", Entry{
		EN: "The identity file {path} has mode {mode}, so that others than its owner may reach it. Run “chmod 600 {path}” and start again.",
		DE: "Die Identitätsdatei {path} hat die Rechte {mode}; außer dem Eigentümer kommen damit auch andere heran. Führen Sie „chmod 600 {path}“ aus und starten Sie erneut.",
	})
	_ = add("fault.sign.identity_bad", Entry{
		EN: "The identity file {path} cannot be used: it must be a readable file with an age X25519 key in it. Put it back from your safe copy.",
		DE: "Die Identitätsdatei {path} ist nicht brauchbar: Es muss eine lesbare Datei mit einem age-X25519-Schlüssel sein. Legen Sie sie aus Ihrer Sicherungskopie zurück.",
	})
	_ = add("fault.sign.file_exists", Entry{
		EN: "The file {path} is there already and is not written over. Choose another name, or move the file away first.",
		DE: "Die Datei {path} gibt es schon; sie wird nicht überschrieben. Wählen Sie einen anderen Namen, oder verschieben Sie die Datei zuerst.",
	})
	_ = add("fault.sign.passphrase_short", Entry{
		EN: "The passphrase is too short: it needs at least {min} characters. Take five or more random words.",
		DE: "Die Passphrase ist zu kurz: Sie braucht mindestens {min} Zeichen. Nehmen Sie fünf oder mehr zufällige Wörter.",
	})
	_ = add("fault.sign.wrong_passphrase", Entry{
		EN: "This passphrase does not open the file. Check capitals and the keyboard layout, and try again.",
		DE: "Diese Passphrase öffnet die Datei nicht. Prüfen Sie Großschreibung und Tastaturbelegung und versuchen Sie es erneut.",
	})
	_ = add("fault.sign.root_file", Entry{
		EN: "This is no root key file of Licet, or it was changed. Take another copy of it.",
		DE: "Das ist keine Wurzelschlüsseldatei von Licet, oder sie wurde verändert. Nehmen Sie eine andere Kopie davon.",
	})
	_ = add("fault.sign.request_file", Entry{
		EN: "This is no certification request of Licet, or it was changed on its way. Make a new one with “licet key request”.",
		DE: "Das ist keine Zertifizierungsanforderung von Licet, oder sie wurde unterwegs verändert. Erzeugen Sie mit „licet key request“ eine neue.",
	})
	_ = add("fault.sign.serial_file", Entry{
		EN: "Line {line} of the list of serials cannot be read. Make the list again with “licet key serials”.",
		DE: "Zeile {line} der Seriennummernliste ist nicht lesbar. Erzeugen Sie die Liste mit „licet key serials“ neu.",
	})
	_ = add("fault.sign.escrow_file", Entry{
		EN: "This is no export of this installation's keys. Nothing was imported. Take the export that “licet key export” made here.",
		DE: "Das ist kein Schlüsselexport dieser Installation. Es wurde nichts importiert. Nehmen Sie den Export, den „licet key export“ hier erzeugt hat.",
	})
)

// The refusals of package sign: keys.
var (
	_ = add("fault.sign.not_found", Entry{
		EN: "There is no key “{kid}” here. “licet key list” shows the ones there are.",
		DE: "Einen Schlüssel „{kid}“ gibt es hier nicht. „licet key list“ zeigt die vorhandenen.",
	})
	_ = add("fault.sign.no_key", Entry{
		EN: "No issuing key is ready, so nothing can be signed at the moment. The administrator makes one with “licet key setup” or “licet key rotate”; then try again.",
		DE: "Es ist kein Ausstellungsschlüssel bereit, deshalb kann zurzeit nichts signiert werden. Der Administrator erzeugt ihn mit „licet key setup“ oder „licet key rotate“; versuchen Sie es danach erneut.",
	})
	_ = add("fault.sign.no_keygen_key", Entry{
		EN: "At this address nobody answers programs with Keygen's client libraries. The publisher's administrator makes the key with “licet key keygen new”, which also shows the address.",
		DE: "Unter dieser Adresse antwortet niemand Programmen mit Client-Bibliotheken von Keygen. Der Administrator des Herstellers erzeugt den Schlüssel mit „licet key keygen new“; dort steht auch die Adresse.",
	})
	_ = add("fault.sign.no_root", Entry{
		EN: "The publisher has no root key yet. Make one with “licet key root new” and tell the server with “licet key root pin”.",
		DE: "Der Hersteller hat noch keinen Wurzelschlüssel. Erzeugen Sie ihn mit „licet key root new“ und melden Sie ihn dem Server mit „licet key root pin“.",
	})
	_ = add("fault.sign.key_revoked", Entry{
		EN: "The issuing key {kid} is revoked and signs nothing any more. Ask again: the answer then comes from the new key.",
		DE: "Der Ausstellungsschlüssel {kid} ist widerrufen und signiert nichts mehr. Fragen Sie erneut an: Die Antwort kommt dann vom neuen Schlüssel.",
	})
	_ = add("fault.sign.key_state", Entry{
		EN: "The key {kid} is {state}, which does not allow this step. An active key retires by itself when “licet key rotate” installs the next one.",
		DE: "Der Schlüssel {kid} ist im Zustand {state}; das lässt diesen Schritt nicht zu. Ein aktiver Schlüssel geht von selbst in den Ruhestand, wenn „licet key rotate“ den nächsten einsetzt.",
	})
	_ = add("fault.sign.root_revoked", Entry{
		EN: "The root key that certified this issuing key is revoked. Certify the keys again with another root: “licet key request --again”, “licet key certify”, “licet key install”.",
		DE: "Der Wurzelschlüssel, der diesen Ausstellungsschlüssel zertifiziert hat, ist widerrufen. Zertifizieren Sie die Schlüssel mit einer anderen Wurzel neu: „licet key request --again“, „licet key certify“, „licet key install“.",
	})
	_ = add("fault.sign.bad_window", Entry{
		EN: "An issuing key is certified for 1 to {max} days that are not over yet. Ask for another number of days with --days.",
		DE: "Ein Ausstellungsschlüssel wird für 1 bis {max} Tage zertifiziert, die noch nicht vorbei sind. Verlangen Sie mit --days eine andere Zahl von Tagen.",
	})
	_ = add("fault.sign.bad_purpose", Entry{
		EN: "“{purpose}” is no purpose of a key. A key is for “issue” or for “depot”.",
		DE: "„{purpose}“ ist kein Zweck eines Schlüssels. Ein Schlüssel ist für „issue“ oder für „depot“.",
	})
	_ = add("fault.sign.bad_rank", Entry{
		EN: "“{rank}” is no rank of a pinned root. A root is pinned as “active” or as “standby”.",
		DE: "„{rank}“ ist kein Rang einer eingebauten Wurzel. Eine Wurzel wird als „active“ oder als „standby“ eingebaut.",
	})
	_ = add("fault.sign.parts_missing", Entry{
		EN: "The revocation of {kid} has {parts} parts, and not all of them are in the file. Nothing was installed; give all parts in one file.",
		DE: "Der Widerruf von {kid} hat {parts} Teile, und nicht alle stehen in der Datei. Es wurde nichts eingesetzt; geben Sie alle Teile in einer Datei an.",
	})
	_ = add("fault.sign.bad_line", Entry{
		EN: "A line of the file is not signed by a root that this publisher trusts, or is not of a kind that can be installed. Nothing was changed. Check that the file is for this publisher and is complete.",
		DE: "Eine Zeile der Datei ist nicht von einer Wurzel signiert, der dieser Hersteller vertraut, oder gehört nicht zu den einsetzbaren Arten. Es wurde nichts geändert. Prüfen Sie, ob die Datei für diesen Hersteller und vollständig ist.",
	})
	_ = add("fault.sign.foreign_line", Entry{
		EN: "The certificate is for the key {kid}, which this installation did not ask for. Install the answer to its own “licet key request”.",
		DE: "Das Zertifikat gilt dem Schlüssel {kid}, den diese Installation nicht angefordert hat. Setzen Sie die Antwort auf ihre eigene Anforderung („licet key request“) ein.",
	})
	_ = add("fault.sign.sealed_code", Entry{
		EN: "The code in this request file cannot be read with any key of this depot. Make the request file again with the current version of the program.",
		DE: "Der Code in dieser Anforderungsdatei lässt sich mit keinem Schlüssel dieses Depots lesen. Erzeugen Sie die Anforderungsdatei mit der aktuellen Version des Programms neu.",
	})
	_ = add("fault.sign.too_many_serials", Entry{
		EN: "{count} licenses were issued under this key; a revocation can keep {max} of them valid. Rotate keys more often, and let the products renew their licenses online before you revoke.",
		DE: "Unter diesem Schlüssel wurden {count} Lizenzen ausgestellt; ein Widerruf kann {max} davon gültig halten. Wechseln Sie Schlüssel öfter, und lassen Sie die Produkte ihre Lizenzen vor dem Widerruf online erneuern.",
	})
	_ = add("fault.sign.last_pepper", Entry{
		EN: "The pepper {id} is still in use: no newer one has been active for a minute. Run “licet key pepper rotate” first, and wait.",
		DE: "Der Pepper {id} ist noch in Gebrauch: Kein neuerer ist seit einer Minute aktiv. Führen Sie zuerst „licet key pepper rotate“ aus, und warten Sie.",
	})
	_ = add("fault.sign.pepper_used", Entry{
		EN: "{left} codes are still stored under the pepper {id}. Let the re-indexing finish; codes that are shown only once keep their pepper until they are gone.",
		DE: "Unter dem Pepper {id} sind noch {left} Codes gespeichert. Lassen Sie die Neuindizierung zu Ende laufen; Codes, die nur einmal gezeigt werden, behalten ihren Pepper, bis es sie nicht mehr gibt.",
	})
)

// The refusals of package sign that only a fault of ours or a changed database
// can cause.
var (
	_ = add("fault.sign.bad_claims", Entry{
		EN: "What was to be signed breaks the format, so nothing was signed. Please tell the operator the request number.",
		DE: "Was signiert werden sollte, entspricht nicht dem Format; deshalb wurde nichts signiert. Bitte nennen Sie dem Betreiber die Anfragenummer.",
	})
	_ = add("fault.sign.self_check", Entry{
		EN: "The signature did not pass our own check and was not sent. Please try again, and tell the operator the request number.",
		DE: "Die Signatur hat unsere eigene Prüfung nicht bestanden und wurde nicht versandt. Bitte versuchen Sie es erneut, und nennen Sie dem Betreiber die Anfragenummer.",
	})
	_ = add("fault.sign.seal", Entry{
		EN: "A key in the database does not open with this installation's identity file: the file is another installation's, or the database was changed. Run “licet doctor”.",
		DE: "Ein Schlüssel in der Datenbank lässt sich mit der Identitätsdatei dieser Installation nicht öffnen: Die Datei gehört zu einer anderen Installation, oder die Datenbank wurde verändert. Führen Sie „licet doctor“ aus.",
	})
	_ = add("fault.sign.sealed", Entry{
		EN: "A sealed value in the database was changed or belongs to another row. Run “licet doctor”.",
		DE: "Ein versiegelter Wert in der Datenbank wurde verändert oder gehört in eine andere Zeile. Führen Sie „licet doctor“ aus.",
	})
	_ = add("fault.sign.no_log", Entry{
		EN: "This program was started without its issuance log, so nothing was revoked or deleted. Use the server's own command.",
		DE: "Dieses Programm läuft ohne sein Ausstellungsprotokoll, deshalb wurde nichts widerrufen oder gelöscht. Nehmen Sie den Befehl des Servers.",
	})
	_ = add("fault.sign.no_data_key", Entry{
		EN: "The publisher has no data key yet. It is made with the publisher's first stored code; please try again.",
		DE: "Der Hersteller hat noch keinen Datenschlüssel. Er entsteht mit dem ersten gespeicherten Code des Herstellers; bitte versuchen Sie es erneut.",
	})
)

// What the commands of “licet key” say.
var (
	_ = add("fault.cli.passphrases_differ", Entry{
		EN: "The two passphrases differ. Nothing was made; start the command again.",
		DE: "Die beiden Passphrasen unterscheiden sich. Es wurde nichts erzeugt; starten Sie den Befehl erneut.",
	})
	_ = add("fault.cli.already_set_up", Entry{
		EN: "This publisher has roots already; “licet key list” shows them. To make the next issuing key, run “licet key rotate”.",
		DE: "Dieser Hersteller hat schon Wurzelschlüssel; „licet key list“ zeigt sie. Den nächsten Ausstellungsschlüssel erzeugt „licet key rotate“.",
	})
	_ = add("fault.cli.not_confirmed", Entry{
		EN: "Not confirmed, so nothing was signed. Answer “y”, or give --yes.",
		DE: "Nicht bestätigt, deshalb wurde nichts signiert. Antworten Sie mit „j“, oder geben Sie --yes an.",
	})
	_ = add("cli.key.passphrase", Entry{EN: "Passphrase of {file}:", DE: "Passphrase von {file}:"})
	_ = add("cli.key.passphrase_again", Entry{EN: "Once more:", DE: "Noch einmal:"})
	_ = add("cli.key.confirm", Entry{
		EN: "Are these the key ids that the server showed? Sign them? [y/N]",
		DE: "Sind das die Schlüsselkennungen, die der Server gezeigt hat? Signieren? [j/N]",
	})
	_ = add("cli.key.request", Entry{EN: "Certification request of {name} ({iss}):", DE: "Zertifizierungsanforderung von {name} ({iss}):"})
	_ = add("cli.key.list", Entry{EN: "Keys of {name} ({iss}):", DE: "Schlüssel von {name} ({iss}):"})
	_ = add("cli.key.until", Entry{EN: "issues until {day}", DE: "stellt aus bis {day}"})
	_ = add("cli.key.in_module", Entry{EN: "in the security module", DE: "im Sicherheitsmodul"})
	_ = add("cli.key.module", Entry{EN: "Security module {module}: {state}", DE: "Sicherheitsmodul {module}: {state}"})
	_ = add("cli.key.module_device", Entry{EN: "device “{label}”, serial number {serial}", DE: "Gerät „{label}“, Seriennummer {serial}"})
	_ = add("cli.key.module_chosen", Entry{EN: "chosen", DE: "gewählt"})
	_ = add("cli.key.module_unable", Entry{EN: "cannot make Ed25519 keys", DE: "kann keine Ed25519-Schlüssel erzeugen"})
	_ = add("cli.key.module_dropped", Entry{EN: "{kid} is destroyed in the security module.", DE: "{kid} ist im Sicherheitsmodul vernichtet."})
	_ = add("cli.key.root", Entry{EN: "root", DE: "Wurzel"})
	_ = add("cli.key.purpose.issue", Entry{EN: "issuing", DE: "Ausstellung"})
	_ = add("cli.key.purpose.depot", Entry{EN: "depot", DE: "Depot"})
	_ = add("cli.key.purpose.keygen", Entry{EN: "Keygen clients", DE: "Keygen-Clients"})
	_ = add("cli.key.keygen.made", Entry{
		EN: "Programs with Keygen's client libraries are answered from now on. They ship:\nAddress: {address}\nPublic key: {public}",
		DE: "Programme mit Client-Bibliotheken von Keygen werden von jetzt an beantwortet. Sie enthalten:\nAdresse: {address}\nÖffentlicher Schlüssel: {public}",
	})
	_ = add("cli.key.keygen.key", Entry{
		EN: "{kid}, {state}\nAddress: {address}\nPublic key: {public}",
		DE: "{kid}, {state}\nAdresse: {address}\nÖffentlicher Schlüssel: {public}",
	})
	_ = add("cli.key.keygen.none", Entry{
		EN: "There is no such key: programs with Keygen's client libraries are not answered. “licet key keygen new” makes one.",
		DE: "Es gibt keinen solchen Schlüssel: Programme mit Client-Bibliotheken von Keygen werden nicht beantwortet. „licet key keygen new“ erzeugt ihn.",
	})
	_ = add("cli.key.keygen.revoked", Entry{
		EN: "{kid} is revoked: programs that ship it get no answer any more.",
		DE: "{kid} ist widerrufen: Programme, die ihn enthalten, bekommen keine Antwort mehr.",
	})
	_ = add("cli.key.rank.active", Entry{EN: "active", DE: "aktiv"})
	_ = add("cli.key.rank.standby", Entry{EN: "standby", DE: "Reserve"})
	_ = add("cli.key.rank.announced", Entry{EN: "announced", DE: "angekündigt"})
	_ = add("cli.key.rank.former", Entry{EN: "former", DE: "früher"})
	_ = add("cli.key.state.requested", Entry{EN: "requested", DE: "angefordert"})
	_ = add("cli.key.state.active", Entry{EN: "active", DE: "aktiv"})
	_ = add("cli.key.state.retired", Entry{EN: "retired", DE: "im Ruhestand"})
	_ = add("cli.key.state.revoked", Entry{EN: "revoked", DE: "widerrufen"})
	_ = add("cli.key.line.rvk", Entry{EN: "revocation, sent with every answer", DE: "Widerruf, geht mit jeder Antwort hinaus"})
	_ = add("cli.key.line.rot", Entry{EN: "announcement, sent with every answer", DE: "Ankündigung, geht mit jeder Antwort hinaus"})
	_ = add("cli.key.root_new", Entry{
		EN: "Root key {kid} is in {file}, its public half in {file}.pub. Keep the file and its passphrase apart from the server and from each other.",
		DE: "Der Wurzelschlüssel {kid} liegt in {file}, seine öffentliche Hälfte in {file}.pub. Verwahren Sie Datei und Passphrase getrennt vom Server und voneinander.",
	})
	_ = add("cli.key.root_show", Entry{EN: "Root key {kid} of {day}, public key {public}.", DE: "Wurzelschlüssel {kid} vom {day}, öffentlicher Schlüssel {public}."})
	_ = add("cli.key.root_checked", Entry{
		EN: "Root key {kid} of {day}, public key {public}. The passphrase opens it.",
		DE: "Wurzelschlüssel {kid} vom {day}, öffentlicher Schlüssel {public}. Die Passphrase öffnet ihn.",
	})
	_ = add("cli.key.pinned", Entry{
		EN: "New products pin {kid} as {rank} root: ship them “licet key pins”.",
		DE: "Neue Produkte bauen {kid} als Wurzel mit dem Rang „{rank}“ ein: Liefern Sie ihnen „licet key pins“ mit.",
	})
	_ = add("cli.key.announced", Entry{
		EN: "Products in the field learn the root {kid} with their next answer.",
		DE: "Produkte im Feld lernen die Wurzel {kid} mit ihrer nächsten Antwort.",
	})
	_ = add("cli.key.root_revoked", Entry{
		EN: "The root {kid} is revoked, and {count} keys are certified again. Products learn both with their next answer.",
		DE: "Die Wurzel {kid} ist widerrufen, und {count} Schlüssel sind neu zertifiziert. Produkte lernen beides mit ihrer nächsten Antwort.",
	})
	_ = add("cli.key.setup", Entry{
		EN: "Ready: the issuing key {kid} signs. Move {standby} to another place now, and {active} off this machine once you need it no more here.",
		DE: "Fertig: Der Ausstellungsschlüssel {kid} signiert. Bringen Sie {standby} jetzt an einen anderen Ort, und {active} von diesem Rechner weg, sobald Sie die Datei hier nicht mehr brauchen.",
	})
	_ = add("cli.key.certified", Entry{EN: "{kid} is certified and in use.", DE: "{kid} ist zertifiziert und in Gebrauch."})
	_ = add("cli.key.retired", Entry{
		EN: "{kid} is retired: it issues no more, and what was recorded under it can still be repeated.",
		DE: "{kid} ist im Ruhestand: Er stellt nichts mehr aus; was unter ihm aufgezeichnet ist, lässt sich weiter wiederholen.",
	})
	_ = add("cli.key.revoked", Entry{EN: "{kid} is revoked.", DE: "{kid} ist widerrufen."})
	_ = add("cli.key.revoked_kept", Entry{
		EN: "{kid} is revoked; {count} licenses of the issuance log stay valid, everything else under it is refused.",
		DE: "{kid} ist widerrufen; {count} Lizenzen aus dem Ausstellungsprotokoll bleiben gültig, alles andere unter ihm wird abgelehnt.",
	})
	_ = add("cli.key.pepper", Entry{
		EN: "Pepper {id} keys the codes stored from now on; older ones are found as before, and move to it in a few minutes while licet serve runs.",
		DE: "Pepper {id} gilt für die Codes, die von jetzt an gespeichert werden; ältere werden gefunden wie bisher und ziehen in einigen Minuten um, während licet serve läuft.",
	})
	_ = add("cli.key.pepper_line", Entry{EN: "Pepper {id}, from {day}: {stored} codes", DE: "Pepper {id}, ab {day}: {stored} Codes"})
	_ = add("cli.key.pepper_moving", Entry{EN: "Codes moved: {moved}", DE: "Umgezogene Codes: {moved}"})
	_ = add("cli.key.pepper_moved", Entry{
		EN: "Codes moved to the newest pepper: {moved}. Still under older ones: {left} (shown once, without a copy, or stored meanwhile).",
		DE: "Zum neuesten Pepper umgezogene Codes: {moved}. Noch unter älteren: {left} (nur einmal gezeigt, ohne Kopie, oder inzwischen gespeichert).",
	})
	_ = add("cli.key.pepper_retired", Entry{EN: "Pepper {id} is deleted.", DE: "Pepper {id} ist gelöscht."})
	_ = add("cli.key.data", Entry{
		EN: "Data key {id} seals from now on; what was sealed before still opens.",
		DE: "Datenschlüssel {id} versiegelt von jetzt an; früher Versiegeltes lässt sich weiter öffnen.",
	})
	_ = add("cli.key.identity", Entry{
		EN: "Everything is sealed to the new identity in {file}. Start the server, and keep a copy of the file apart from the database.",
		DE: "Alles ist für die neue Identität in {file} versiegelt. Starten Sie den Server, und verwahren Sie eine Kopie der Datei getrennt von der Datenbank.",
	})
	_ = add("cli.key.exported", Entry{
		EN: "Every secret of the installation is in {file} under the passphrase. Keep both apart from the server and from each other.",
		DE: "Alle Geheimnisse der Installation liegen unter der Passphrase in {file}. Verwahren Sie beides getrennt vom Server und voneinander.",
	})
	_ = add("cli.key.imported", Entry{
		EN: "Sealed anew: {peppers} peppers, {data} data keys, {keys} signing keys.",
		DE: "Neu versiegelt: {peppers} Pepper, {data} Datenschlüssel, {keys} Signaturschlüssel.",
	})
)

// The refusals of package sign: the security module. Whoever asks for a license
// reads them too.
var (
	_ = add("fault.sign.module_none", Entry{
		EN: "The issuing key {kid} is in a security module, and this server has none configured, so no license can be issued at the moment. The administrator sets pkcs11-module (docs/ops/keys.md); then try again. Licenses that you have go on.",
		DE: "Der Ausstellungsschlüssel {kid} liegt in einem Sicherheitsmodul, und auf diesem Server ist keines eingerichtet; deshalb kann zurzeit keine Lizenz ausgestellt werden. Der Administrator setzt pkcs11-module (docs/ops/keys.md); versuchen Sie es danach erneut. Vorhandene Lizenzen gelten weiter.",
	})
	_ = add("fault.sign.module_gone", Entry{
		EN: "The security module with the issuing key is not plugged in, so no license can be issued at the moment. Try again later; licenses that you have go on. The administrator plugs it back in, and issuing resumes by itself.",
		DE: "Das Sicherheitsmodul mit dem Ausstellungsschlüssel ist nicht angeschlossen; deshalb kann zurzeit keine Lizenz ausgestellt werden. Versuchen Sie es später erneut; vorhandene Lizenzen gelten weiter. Der Administrator schließt es wieder an, dann geht die Ausstellung von selbst weiter.",
	})
	_ = add("fault.sign.module_pin", Entry{
		EN: "The security module with the issuing key does not accept the server's PIN, so no license can be issued at the moment. Try again later; licenses that you have go on. The administrator corrects the file of pkcs11-pin-file; a PIN that was refused is not tried again.",
		DE: "Das Sicherheitsmodul mit dem Ausstellungsschlüssel nimmt die PIN des Servers nicht an; deshalb kann zurzeit keine Lizenz ausgestellt werden. Versuchen Sie es später erneut; vorhandene Lizenzen gelten weiter. Der Administrator berichtigt die Datei von pkcs11-pin-file; eine abgelehnte PIN wird nicht noch einmal versucht.",
	})
	_ = add("fault.sign.module_slow", Entry{
		EN: "The security module with the issuing key did not answer in time. Try again in a moment: the same request gets the same answer.",
		DE: "Das Sicherheitsmodul mit dem Ausstellungsschlüssel hat nicht rechtzeitig geantwortet. Versuchen Sie es gleich noch einmal: Dieselbe Anfrage bekommt dieselbe Antwort.",
	})
	_ = add("fault.sign.module_down", Entry{
		EN: "The security module with the issuing key cannot be used, so no license can be issued at the moment. Try again later; licenses that you have go on. The administrator finds the reason with “licet key module”.",
		DE: "Das Sicherheitsmodul mit dem Ausstellungsschlüssel lässt sich nicht benutzen; deshalb kann zurzeit keine Lizenz ausgestellt werden. Versuchen Sie es später erneut; vorhandene Lizenzen gelten weiter. Der Administrator findet den Grund mit „licet key module“.",
	})
	_ = add("fault.sign.module_key", Entry{
		EN: "The security module that is plugged in does not hold the issuing key, so no license can be issued at the moment. Try again later; licenses that you have go on. The administrator plugs the right one in, or makes another key with “licet key rotate”.",
		DE: "Das angeschlossene Sicherheitsmodul enthält den Ausstellungsschlüssel nicht; deshalb kann zurzeit keine Lizenz ausgestellt werden. Versuchen Sie es später erneut; vorhandene Lizenzen gelten weiter. Der Administrator schließt das richtige an oder erzeugt mit „licet key rotate“ einen anderen Schlüssel.",
	})
	_ = add("fault.sign.module_unable", Entry{
		EN: "This security module cannot hold an issuing key: it has to make Ed25519 keys and to sign the same bytes alike each time. No key was made. Use another module, or make the key without --module.",
		DE: "Dieses Sicherheitsmodul kann keinen Ausstellungsschlüssel aufnehmen: Es muss Ed25519-Schlüssel erzeugen und dieselben Bytes jedes Mal gleich signieren. Es wurde kein Schlüssel erzeugt. Nehmen Sie ein anderes Modul, oder erzeugen Sie den Schlüssel ohne --module.",
	})
	_ = add("fault.sign.module_used", Entry{
		EN: "The key {kid} is in use and is not destroyed in the module. Revoke it first with “licet key revoke”, or wait until nothing that it signed is asked for any more.",
		DE: "Der Schlüssel {kid} wird gebraucht und im Modul nicht vernichtet. Widerrufen Sie ihn zuerst mit „licet key revoke“, oder warten Sie, bis nichts mehr verlangt wird, was er signiert hat.",
	})
)
