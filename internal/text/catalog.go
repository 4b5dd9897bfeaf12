package text

// Refusals about an object as a whole.
var (
	_ = add("fault.catalog.not_found", Entry{
		EN: "The catalog has no “{key}” here. Look for it in the list.",
		DE: "Der Katalog hat hier kein „{key}“. Suchen Sie es in der Liste.",
	})
	_ = add("fault.catalog.article_unknown", Entry{
		EN: "There is no article “{number}”. Check the article number, or create the article first.",
		DE: "Es gibt keinen Artikel „{number}“. Prüfen Sie die Artikelnummer, oder legen Sie den Artikel erst an.",
	})
	_ = add("fault.catalog.retired", Entry{
		EN: "“{key}” is not sold any more. Order its successor, or bring it back in the catalog.",
		DE: "„{key}“ wird nicht mehr verkauft. Bestellen Sie den Nachfolger, oder nehmen Sie es im Katalog wieder auf.",
	})
	_ = add("fault.catalog.exists", Entry{
		EN: "“{key}” exists already. Upper and lower case and spaces make no difference. Change the existing one, or choose another name.",
		DE: "„{key}“ gibt es schon. Groß- und Kleinschreibung und Leerzeichen machen keinen Unterschied. Ändern Sie das vorhandene, oder wählen Sie einen anderen Namen.",
	})
	_ = add("fault.catalog.prefix_taken", Entry{
		EN: "Product “{product}” already has the key prefix {prefix}, or one that reads like it (I, L and O read like 1 and 0). Choose another one.",
		DE: "Das Produkt „{product}“ hat schon das Schlüsselpräfix {prefix} oder eines, das sich ebenso liest (I, L und O lesen sich wie 1 und 0). Wählen Sie ein anderes.",
	})
	_ = add("fault.catalog.stale", Entry{
		EN: "“{key}” was changed meanwhile: it has revision {rev}, and you changed revision {given}. Read it again and repeat your change.",
		DE: "„{key}“ wurde inzwischen geändert: Es hat Revision {rev}, und Sie haben Revision {given} geändert. Lesen Sie es neu, und wiederholen Sie Ihre Änderung.",
	})
	_ = add("fault.catalog.fixed", Entry{
		EN: "“{field}” of “{key}” is “{value}” and cannot be changed any more, because licenses in the field contain it. Retire the old one and create a new one.",
		DE: "„{field}“ von „{key}“ ist „{value}“ und lässt sich nicht mehr ändern, weil ausgegebene Lizenzen es enthalten. Nehmen Sie das alte aus dem Verkauf, und legen Sie ein neues an.",
	})
	_ = add("fault.catalog.in_use", Entry{
		EN: "“{key}” is still sold and would not fit after this change (rule {because}). Change or retire it first, or change both together in one catalog file.",
		DE: "„{key}“ wird noch verkauft und würde nach dieser Änderung nicht mehr passen (Regel {because}). Ändern Sie es vorher, nehmen Sie es aus dem Verkauf, oder ändern Sie beides zusammen in einer Katalogdatei.",
	})
)

// Refusals about single values.
var (
	_ = add("fault.catalog.bad_code", Entry{
		EN: "“{value}” cannot be a code. A code begins with a letter or digit and has at most {limit} letters A–Z, digits, dots, dashes and underscores; names of options and limits are written in lower case and begin with a letter.",
		DE: "„{value}“ kann kein Code sein. Ein Code beginnt mit einem Buchstaben oder einer Ziffer und hat höchstens {limit} Buchstaben A–Z, Ziffern, Punkte, Striche und Unterstriche; Namen von Optionen und Grenzen sind klein geschrieben und beginnen mit einem Buchstaben.",
	})
	_ = add("fault.catalog.bad_number", Entry{
		EN: "“{value}” cannot be an article number. It needs 1 to {limit} printable characters, without spaces at its ends.",
		DE: "„{value}“ kann keine Artikelnummer sein. Nötig sind 1 bis {limit} druckbare Zeichen, ohne Leerzeichen an den Enden.",
	})
	_ = add("fault.catalog.bad_prefix", Entry{
		EN: "“{value}” cannot be a key prefix. Choose 2 to 6 capital letters A–Z.",
		DE: "„{value}“ kann kein Schlüsselpräfix sein. Wählen Sie 2 bis 6 Großbuchstaben A–Z.",
	})
	_ = add("fault.catalog.bad_name", Entry{
		EN: "The name in the language “{language}” is missing, longer than {limit} characters, or contains a line break. Every name is given in German and English.",
		DE: "Der Name in der Sprache „{language}“ fehlt, ist länger als {limit} Zeichen oder enthält einen Zeilenumbruch. Jeder Name wird auf Deutsch und Englisch angegeben.",
	})
	_ = add("fault.catalog.bad_choice", Entry{
		EN: "“{value}” is not allowed here. Choose one of these: {allowed}.",
		DE: "„{value}“ ist hier nicht erlaubt. Wählen Sie eines von diesen: {allowed}.",
	})
	_ = add("fault.catalog.out_of_range", Entry{
		EN: "{value} is out of range: {min} to {max} is allowed.",
		DE: "{value} liegt außerhalb: Erlaubt ist {min} bis {max}.",
	})
	_ = add("fault.catalog.too_many", Entry{
		EN: "There are {count} entries here; at most {limit} are allowed. Split them up.",
		DE: "Hier stehen {count} Einträge; erlaubt sind höchstens {limit}. Teilen Sie sie auf.",
	})
	_ = add("fault.catalog.named_twice", Entry{
		EN: "“{value}” is named twice. Name it once.",
		DE: "„{value}“ ist zweimal genannt. Nennen Sie es einmal.",
	})
	_ = add("fault.catalog.unknown_reference", Entry{
		EN: "“{value}” is neither in the catalog nor in this file. Check how it is written, or create it first.",
		DE: "„{value}“ steht weder im Katalog noch in dieser Datei. Prüfen Sie die Schreibweise, oder legen Sie es erst an.",
	})
	_ = add("fault.catalog.retired_reference", Entry{
		EN: "“{value}” is retired and cannot be used for something new. Bring it back, or use another one.",
		DE: "„{value}“ ist aus dem Verkauf genommen und kann nicht neu verwendet werden. Nehmen Sie es wieder auf, oder verwenden Sie ein anderes.",
	})
)

// Refusals of the rules that join the parts of an article or configuration.
var (
	_ = add("fault.catalog.target_missing", Entry{
		EN: "An article of the kind “{kind}” changes a license that is already there. Name in “targets” the articles whose licenses it may change.",
		DE: "Ein Artikel der Art „{kind}“ ändert eine vorhandene Lizenz. Nennen Sie in „targets“ die Artikel, deren Lizenzen er ändern darf.",
	})
	_ = add("fault.catalog.target_forbidden", Entry{
		EN: "A base article brings a license of its own and changes no other. Remove “targets”, or choose the kind upgrade, extension or addon.",
		DE: "Ein Basisartikel bringt eine eigene Lizenz und ändert keine andere. Entfernen Sie „targets“, oder wählen Sie die Art upgrade, extension oder addon.",
	})
	_ = add("fault.catalog.target_self", Entry{
		EN: "The article names itself (“{value}”) as the one it changes. Name another article.",
		DE: "Der Artikel nennt sich selbst („{value}“) als den, den er ändert. Nennen Sie einen anderen Artikel.",
	})
	_ = add("fault.catalog.adds_forbidden", Entry{
		EN: "A base article brings a license of its own and adds nothing to another one. Remove “adds”, or choose the kind upgrade, extension or addon.",
		DE: "Ein Basisartikel bringt eine eigene Lizenz und gibt keiner anderen etwas hinzu. Entfernen Sie „adds“, oder wählen Sie die Art upgrade, extension oder addon.",
	})
	_ = add("fault.catalog.adds_missing", Entry{
		EN: "An article of the kind “{kind}” must add something. Give it one of these: {need}.",
		DE: "Ein Artikel der Art „{kind}“ muss etwas hinzugeben. Geben Sie ihm eines davon: {need}.",
	})
	_ = add("fault.catalog.containers_wider", Entry{
		EN: "The license model does not allow the container kind “{value}”; it allows {allowed}. An article may only narrow this.",
		DE: "Das Lizenzmodell erlaubt die Containerart „{value}“ nicht, sondern: {allowed}. Ein Artikel kann das nur einengen.",
	})
	_ = add("fault.catalog.needs_all_features", Entry{
		EN: "The license model “{model}” is of the kind NFR, which has all features. Give the article the all-features code of its product (a feature with “all: true”).",
		DE: "Das Lizenzmodell „{model}“ ist von der Art NFR, die alle Funktionen hat. Geben Sie dem Artikel den Alle-Funktionen-Code seines Produkts (eine Funktion mit „all: true“).",
	})
	_ = add("fault.catalog.needs_limit", Entry{
		EN: "A license of the kind “{kind}” counts against a limit, and the article has none. Give it a limit, or an option that sets one.",
		DE: "Eine Lizenz der Art „{kind}“ zählt gegen eine Grenze, und der Artikel hat keine. Geben Sie ihm eine Grenze oder eine Option, die eine setzt.",
	})
	_ = add("fault.catalog.one_limit", Entry{
		EN: "A usage-counted license is used up in one kind of unit, so its article has exactly one limit: the number of units that one piece brings. Remove the others.",
		DE: "Eine Lizenz mit Verbrauchseinheiten wird in einer Art von Einheit verbraucht; ihr Artikel hat deshalb genau eine Grenze: die Zahl der Einheiten, die ein Stück bringt. Entfernen Sie die anderen.",
	})
	_ = add("fault.catalog.option_sets", Entry{
		EN: "The option “{option}” cannot set “{sets}”: that needs {need}.",
		DE: "Die Option „{option}“ kann „{sets}“ nicht setzen: Dazu ist {need} nötig.",
	})
	_ = add("fault.catalog.frame_kind", Entry{
		EN: "The option “{option}” is of the kind “{kind}”, which has no bound “{bound}”. Numbers have min and max, days min_day and max_day, every kind a set.",
		DE: "Die Option „{option}“ ist von der Art „{kind}“, die keine Schranke „{bound}“ hat. Zahlen haben min und max, Tage min_day und max_day, jede Art ein set.",
	})
	_ = add("fault.catalog.frame_empty", Entry{
		EN: "The frame {limits} of the option “{option}” allows no value at all. Widen it; a choice needs a set.",
		DE: "Der Rahmen {limits} der Option „{option}“ erlaubt keinen einzigen Wert. Erweitern Sie ihn; eine Auswahl braucht ein set.",
	})
	_ = add("fault.catalog.frame_wider", Entry{
		EN: "The frame {value} of the option “{option}” reaches beyond what is allowed above it: {limits}. Narrow it.",
		DE: "Der Rahmen {value} der Option „{option}“ reicht über das hinaus, was darüber erlaubt ist: {limits}. Engen Sie ihn ein.",
	})
	_ = add("fault.catalog.option_unknown", Entry{
		EN: "The article has no option “{option}”. It has: {allowed}.",
		DE: "Der Artikel hat keine Option „{option}“. Er hat: {allowed}.",
	})
	_ = add("fault.catalog.option_missing", Entry{
		EN: "The option “{option}” has no default and must be given. Choose one of these: {limits}.",
		DE: "Die Option „{option}“ hat keine Vorgabe und muss angegeben werden. Wählen Sie einen dieser Werte: {limits}.",
	})
	_ = add("fault.catalog.option_kind", Entry{
		EN: "“{value}” is not a value of the option “{option}”, which is of the kind “{kind}”. Write a whole number for int, true or false for bool, and a date like 2026-11-21 for day.",
		DE: "„{value}“ ist kein Wert der Option „{option}“, die von der Art „{kind}“ ist. Schreiben Sie für int eine ganze Zahl, für bool true oder false, für day ein Datum wie 2026-11-21.",
	})
	_ = add("fault.catalog.option_outside_frame", Entry{
		EN: "“{value}” is not allowed for the option “{option}”. Choose one of these: {limits}.",
		DE: "„{value}“ ist für die Option „{option}“ nicht erlaubt. Wählen Sie einen dieser Werte: {limits}.",
	})
)

// Refusals of license models.
var (
	_ = add("fault.catalog.model_end_missing", Entry{
		EN: "A license of the kind “{kind}” ends. Give the model a duration (months or days) or a fixed end.",
		DE: "Eine Lizenz der Art „{kind}“ endet. Geben Sie dem Modell eine Dauer (Monate oder Tage) oder ein festes Ende.",
	})
	_ = add("fault.catalog.model_two_ends", Entry{
		EN: "The model has a duration and a fixed end. Keep one of them.",
		DE: "Das Modell hat eine Dauer und ein festes Ende. Behalten Sie eines davon.",
	})
	_ = add("fault.catalog.model_single_use", Entry{
		EN: "A single-use license is activated once and does not come back, so “{field}” must be false. Choose another kind if it should.",
		DE: "Eine Einmal-Lizenz wird einmal aktiviert und kommt nicht zurück, also muss „{field}“ false sein. Soll sie zurückkommen, wählen Sie eine andere Art.",
	})
	_ = add("fault.catalog.model_not_reusable", Entry{
		EN: "A license of the kind “{kind}” can be used again, so “reusable” must be true.",
		DE: "Eine Lizenz der Art „{kind}“ ist wiederverwendbar, also muss „reusable“ true sein.",
	})
	_ = add("fault.catalog.model_overdraft_kind", Entry{
		EN: "A license of the kind “{kind}” cannot be overdrawn, but the model says {value}. Set overdraft to 0, or choose one of the kinds {allowed}.",
		DE: "Eine Lizenz der Art „{kind}“ lässt sich nicht überziehen, aber im Modell steht {value}. Setzen Sie overdraft auf 0, oder wählen Sie eine der Arten {allowed}.",
	})
	_ = add("fault.catalog.offer_kind", Entry{
		EN: "Visitors can be offered only articles that bring a license of a trial model which lasts from its first activation; “{model}” is of the kind “{kind}”. Choose another model, or remove “trial”.",
		DE: "Besuchern lassen sich nur Artikel anbieten, die eine Lizenz eines Testmodells bringen, das ab der ersten Aktivierung läuft; „{model}“ ist von der Art „{kind}“. Wählen Sie ein anderes Modell, oder entfernen Sie „trial“.",
	})
	_ = add("fault.catalog.offer_option", Entry{
		EN: "The option “{option}” has no default, and a visitor who takes the article for trying chooses none. Give it one.",
		DE: "Die Option „{option}“ hat keinen Standardwert, und ein Besucher, der den Artikel testet, wählt keinen. Geben Sie ihr einen.",
	})
	_ = add("fault.catalog.bad_domain", Entry{
		EN: "“{value}” is not a domain such as example.com, in small letters and in ASCII (xn--… for others).",
		DE: "„{value}“ ist keine Domain wie example.com, in Kleinbuchstaben und in ASCII (xn--… für andere).",
	})
	_ = add("fault.catalog.not_offered", Entry{
		EN: "“{number}” cannot be tried here, or not any more. Choose one of the trials on the page.",
		DE: "„{number}“ lässt sich hier nicht testen, oder nicht mehr. Wählen Sie eine der Testlizenzen auf der Seite.",
	})
	_ = add("fault.catalog.model_trial_only", Entry{
		EN: "“once_per_device” is for trials; this model is of the kind “{kind}”. Remove it, or choose the kind trial.",
		DE: "„once_per_device“ gilt für Testlizenzen; dieses Modell ist von der Art „{kind}“. Entfernen Sie es, oder wählen Sie die Art trial.",
	})
	_ = add("fault.catalog.model_trial_long", Entry{
		EN: "A trial lasts at most {limit} days; this one would last {value}. Shorten it, or choose the kind time_limited.",
		DE: "Eine Testlizenz dauert höchstens {limit} Tage; diese würde {value} dauern. Kürzen Sie sie, oder wählen Sie die Art time_limited.",
	})
	_ = add("fault.catalog.model_maintenance_missing", Entry{
		EN: "A maintenance license says for how many months updates may run. Set maintenance_months to 1 or more.",
		DE: "Eine Wartungslizenz sagt, für wie viele Monate Updates laufen dürfen. Setzen Sie maintenance_months auf 1 oder mehr.",
	})
	_ = add("fault.catalog.model_grace_without_end", Entry{
		EN: "{value} days of grace come after an end, but this model has none: no duration and no fixed end; a contact that is missed ends nothing. Set grace_days to 0, or give it an end.",
		DE: "{value} Tage Karenz folgen auf ein Ende, aber dieses Modell hat keines: keine Dauer und kein festes Ende; ein versäumter Kontakt beendet nichts. Setzen Sie grace_days auf 0, oder geben Sie ihm ein Ende.",
	})
	_ = add("fault.catalog.model_restore_wait", Entry{
		EN: "Between two restores {value} days must pass, but the allowance is counted over only {limit} days. Shorten wait_days, or lengthen per_days.",
		DE: "Zwischen zwei Wiederherstellungen müssen {value} Tage liegen, aber das Kontingent wird nur über {limit} Tage gezählt. Verkürzen Sie wait_days, oder verlängern Sie per_days.",
	})
	_ = add("fault.catalog.model_cloud_offline", Entry{
		EN: "A cloud container cannot be activated offline, and the model allows no other. Set offline to false, or allow soft or hardware containers.",
		DE: "Ein Cloud-Container lässt sich nicht offline aktivieren, und das Modell erlaubt keinen anderen. Setzen Sie offline auf false, oder erlauben Sie soft oder hardware.",
	})
	_ = add("fault.catalog.model_renews", Entry{
		EN: "The model (kind “{kind}”) renews by itself, but has no duration to renew by. Give it a duration, or set renews to false.",
		DE: "Das Modell (Art „{kind}“) verlängert sich selbst, hat aber keine Dauer dafür. Geben Sie ihm eine Dauer, oder setzen Sie renews auf false.",
	})
	_ = add("fault.catalog.containers_missing", Entry{
		EN: "No container kind is allowed, so nothing could be activated. Name at least one of soft, hardware, cloud, named.",
		DE: "Es ist keine Containerart erlaubt, also ließe sich nichts aktivieren. Nennen Sie mindestens eine von soft, hardware, cloud, named.",
	})
)

// Refusals of prices.
var (
	_ = add("fault.catalog.bad_currency", Entry{
		EN: "“{value}” is not a currency. Write its ISO 4217 code in capitals, like EUR.",
		DE: "„{value}“ ist keine Währung. Schreiben Sie ihren Code nach ISO 4217 in Großbuchstaben, etwa EUR.",
	})
	_ = add("fault.catalog.bad_amount", Entry{
		EN: "{value} cannot be a price. It is given in minor units (cents), from 0 to {limit}.",
		DE: "{value} kann kein Preis sein. Er wird in kleinsten Einheiten (Cent) angegeben, von 0 bis {limit}.",
	})
	_ = add("fault.catalog.free_amount", Entry{
		EN: "The price class “free” costs nothing, but {value} is given. Write 0, or choose another class.",
		DE: "Die Preisklasse „free“ kostet nichts, aber {value} ist angegeben. Schreiben Sie 0, oder wählen Sie eine andere Klasse.",
	})
	_ = add("fault.catalog.price_day", Entry{
		EN: "The price does not say from which day it holds. Write valid_from: 2026-01-01, for instance.",
		DE: "Der Preis sagt nicht, ab welchem Tag er gilt. Schreiben Sie zum Beispiel valid_from: 2026-01-01.",
	})
	_ = add("fault.catalog.no_price", Entry{
		EN: "“{number}” has no price of the class “{class}” in “{currency}” on {day}. Set one that holds from that day or earlier.",
		DE: "„{number}“ hat am {day} keinen Preis der Klasse „{class}“ in „{currency}“. Setzen Sie einen, der ab diesem Tag oder früher gilt.",
	})
)

// Refusals of catalog files.
var (
	_ = add("fault.catalog.file_too_large", Entry{
		EN: "The file has {value} bytes; at most {limit} are allowed. Split it: each part is applied by itself.",
		DE: "Die Datei hat {value} Bytes; erlaubt sind höchstens {limit}. Teilen Sie sie: Jeder Teil wird für sich angewandt.",
	})
	_ = add("fault.catalog.file_encoding", Entry{
		EN: "The file contains bytes that are not UTF-8 text. Save it as UTF-8.",
		DE: "Die Datei enthält Bytes, die kein UTF-8-Text sind. Speichern Sie sie als UTF-8.",
	})
	_ = add("fault.catalog.file_syntax", Entry{
		EN: "The file is not valid YAML here ({because}). Look at the indentation, colons and quotes of this line and the one before.",
		DE: "Die Datei ist hier kein gültiges YAML ({because}). Prüfen Sie Einrückung, Doppelpunkte und Anführungszeichen dieser und der vorigen Zeile.",
	})
	_ = add("fault.catalog.file_form", Entry{
		EN: "A catalog file has no anchors, aliases, tags, directives, merge keys and second documents (“{value}”). Write things out.",
		DE: "Eine Katalogdatei hat keine Anker, Aliasse, Tags, Direktiven, Merge-Schlüssel und zweiten Dokumente („{value}“). Schreiben Sie die Dinge aus.",
	})
	_ = add("fault.catalog.file_deep", Entry{
		EN: "The file is nested too deeply, or has too many keys or parts in one place: at most {limit} here. Is something indented wrongly?",
		DE: "Die Datei ist zu tief verschachtelt oder hat an einer Stelle zu viele Schlüssel oder Teile: hier höchstens {limit}. Ist etwas falsch eingerückt?",
	})
	_ = add("fault.catalog.file_key", Entry{
		EN: "“{key}” does not belong here. Allowed are: {allowed}.",
		DE: "„{key}“ gehört nicht hierher. Erlaubt sind: {allowed}.",
	})
	_ = add("fault.catalog.file_key_twice", Entry{
		EN: "“{key}” stands here twice, the first time in line {first}. Remove one of them.",
		DE: "„{key}“ steht hier zweimal, zuerst in Zeile {first}. Entfernen Sie eines davon.",
	})
	_ = add("fault.catalog.file_type", Entry{
		EN: "Expected here: {expected}. Found: {found}. Texts that look like a number or true/false are written in quotes.",
		DE: "Hier erwartet: {expected}. Gefunden: {found}. Texte, die wie eine Zahl oder true/false aussehen, stehen in Anführungszeichen.",
	})
	_ = add("fault.catalog.file_version", Entry{
		EN: "This is no catalog file of a known version ({value}). It begins with “catalog: {limit}”.",
		DE: "Das ist keine Katalogdatei einer bekannten Version ({value}). Sie beginnt mit „catalog: {limit}“.",
	})
	_ = add("fault.catalog.file_object_twice", Entry{
		EN: "“{key}” is described twice in this file, the first time in line {first}. Remove one of them.",
		DE: "„{key}“ ist in dieser Datei zweimal beschrieben, zuerst in Zeile {first}. Entfernen Sie eines davon.",
	})
	_ = add("fault.catalog.file_refusals", Entry{
		EN: "There are {count} refusals; the first {limit} are shown. Correct them and try again.",
		DE: "Es gibt {count} Beanstandungen; gezeigt sind die ersten {limit}. Beheben Sie diese, und versuchen Sie es noch einmal.",
	})
)

// The plan of a catalog file.
var (
	_ = add("catalog.plan.dry_run", Entry{
		EN: "Plan (nothing was written): {created} to create, {changed} to change, {unchanged} as they are.",
		DE: "Plan (nichts geschrieben): {created} anzulegen, {changed} zu ändern, {unchanged} unverändert.",
	})
	_ = add("catalog.plan.applied", Entry{
		EN: "Catalog applied: {created} created, {changed} changed, {unchanged} as they were.",
		DE: "Katalog angewandt: {created} angelegt, {changed} geändert, {unchanged} unverändert.",
	})
	_ = add("catalog.plan.line", Entry{EN: "{what} (line {line})", DE: "{what} (Zeile {line})"})
	_ = add("catalog.plan.field", Entry{EN: "{field}: {before} → {after}", DE: "{field}: {before} → {after}"})
	_ = add("catalog.plan.none", Entry{EN: "(empty)", DE: "(leer)"})
	_ = add("catalog.plan.left", Entry{
		EN: "In the catalog but not in the file, left alone: {count}.",
		DE: "Im Katalog, aber nicht in der Datei, bleibt wie es ist: {count}.",
	})
	_ = add("catalog.plan.more", Entry{EN: "… and {count} more.", DE: "… und {count} weitere."})
	_ = add("catalog.refusal", Entry{EN: "Line {line}: {sentence} [{field}]", DE: "Zeile {line}: {sentence} [{field}]"})

	_ = add("catalog.object.product", Entry{EN: "product", DE: "Produkt"})
	_ = add("catalog.object.feature", Entry{EN: "feature", DE: "Funktion"})
	_ = add("catalog.object.model", Entry{EN: "license model", DE: "Lizenzmodell"})
	_ = add("catalog.object.article", Entry{EN: "article", DE: "Artikel"})
	_ = add("catalog.object.configuration", Entry{EN: "configuration", DE: "Produktkonfiguration"})
	_ = add("catalog.object.group", Entry{EN: "article group", DE: "Artikelgruppe"})
	_ = add("catalog.object.price", Entry{EN: "price", DE: "Preis"})
)

// Refusals of releases.
var (
	_ = add("fault.catalog.bad_version", Entry{
		EN: "“{value}” cannot be a version. Use 1 to {limit} letters, digits, dots, plus signs, dashes and underscores, beginning with a letter or digit.",
		DE: "„{value}“ kann keine Version sein. Verwenden Sie 1 bis {limit} Buchstaben, Ziffern, Punkte, Pluszeichen, Binde- und Unterstriche, mit einem Buchstaben oder einer Ziffer am Anfang.",
	})
	_ = add("fault.catalog.release_day", Entry{
		EN: "The release has no day. Give the day on which it was published: whether maintenance covers it depends on that.",
		DE: "Die Version hat keinen Tag. Geben Sie den Tag an, an dem sie erschienen ist: Davon hängt ab, ob die Wartung sie abdeckt.",
	})
	_ = add("fault.catalog.bad_notes", Entry{
		EN: "These notes have {count} characters or contain control characters. Up to {limit} characters of plain text fit; put more behind the link.",
		DE: "Diese Hinweise haben {count} Zeichen oder enthalten Steuerzeichen. Bis zu {limit} Zeichen reiner Text passen; stellen Sie mehr hinter den Link.",
	})
	_ = add("fault.catalog.bad_link", Entry{
		EN: "“{value}” is not an address of the form https://…, or it has more than {limit} characters.",
		DE: "„{value}“ ist keine Adresse der Form https://… oder hat mehr als {limit} Zeichen.",
	})
)
