package text

// Publishers and the tree of organizations.
var (
	_ = add("fault.org.bad_slug", Entry{
		EN: "“{slug}” cannot be a publisher's short name. Use 2 to 40 lower-case letters, digits and inner dashes.",
		DE: "„{slug}“ kann nicht der Kurzname eines Herstellers sein. Nehmen Sie 2 bis 40 Kleinbuchstaben, Ziffern und Bindestriche dazwischen.",
	})
	_ = add("fault.org.slug_taken", Entry{
		EN: "Another publisher has the short name “{slug}”. Choose a different one.",
		DE: "Ein anderer Hersteller hat den Kurznamen „{slug}“ bereits. Wählen Sie einen anderen.",
	})
	_ = add("fault.org.bad_time_zone", Entry{
		EN: "“{time_zone}” is not a time zone. Use a name such as Europe/Berlin.",
		DE: "„{time_zone}“ ist keine Zeitzone. Nehmen Sie einen Namen wie Europe/Berlin.",
	})
	_ = add("fault.org.bad_language", Entry{
		EN: "“{language}” is not a language of this server. Use de or en.",
		DE: "„{language}“ ist keine Sprache dieses Servers. Nehmen Sie de oder en.",
	})
	_ = add("fault.org.bad_currency", Entry{
		EN: "“{currency}” is not a currency code. Use three capital letters such as EUR.",
		DE: "„{currency}“ ist kein Währungscode. Nehmen Sie drei Großbuchstaben wie EUR.",
	})
	_ = add("fault.org.bad_data_level", Entry{
		EN: "“{data_level}” is not a data level. Use number, contact or address.",
		DE: "„{data_level}“ ist keine Datenstufe. Nehmen Sie number, contact oder address.",
	})
	_ = add("fault.org.bad_kind", Entry{
		EN: "An organization of kind “{kind}” cannot stand below one of kind “{parent}”. Choose another kind or another parent.",
		DE: "Eine Organisation der Art „{kind}“ kann nicht unter einer der Art „{parent}“ stehen. Wählen Sie eine andere Art oder eine andere übergeordnete Organisation.",
	})
	_ = add("fault.org.bad_number", Entry{
		EN: "A number has 1 to {max} bytes of printable characters. Shorten or correct it.",
		DE: "Eine Nummer hat 1 bis {max} Bytes druckbare Zeichen. Kürzen oder berichtigen Sie sie.",
	})
	_ = add("fault.org.bad_name", Entry{
		EN: "A name is required here, with at most {max} bytes of printable characters.",
		DE: "Hier ist ein Name nötig, mit höchstens {max} Bytes druckbaren Zeichen.",
	})
	_ = add("fault.org.name_not_kept", Entry{
		EN: "This publisher keeps customer numbers only, no names. Leave the name empty.",
		DE: "Dieser Hersteller führt nur Kundennummern, keine Namen. Lassen Sie den Namen leer.",
	})
	_ = add("fault.org.bad_price_class", Entry{
		EN: "“{price_class}” is not a price class. Use list, reseller, academic or free.",
		DE: "„{price_class}“ ist keine Preisklasse. Nehmen Sie list, reseller, academic oder free.",
	})
	_ = add("fault.org.price_class", Entry{
		EN: "Only the publisher gives the price class “{price_class}” here. Use list or your own class, or ask the publisher.",
		DE: "Die Preisklasse „{price_class}“ vergibt hier nur der Hersteller. Nehmen Sie list oder Ihre eigene Klasse, oder fragen Sie den Hersteller.",
	})
	_ = add("fault.org.bad_billing", Entry{
		EN: "“{billing}” is not a billing mode. Use order, monthly or yearly.",
		DE: "„{billing}“ ist keine Abrechnungsart. Nehmen Sie order, monthly oder yearly.",
	})
	_ = add("fault.org.number_taken", Entry{
		EN: "The number “{number}” is used elsewhere at this publisher. Choose another number.",
		DE: "Die Nummer „{number}“ ist bei diesem Hersteller anderweitig vergeben. Wählen Sie eine andere Nummer.",
	})
	_ = add("fault.org.not_customer", Entry{
		EN: "The number “{number}” belongs to an organization that is no customer. Give the number of a customer.",
		DE: "Die Nummer „{number}“ gehört einer Organisation, die kein Kunde ist. Geben Sie die Nummer eines Kunden an.",
	})
	_ = add("fault.org.closed", Entry{
		EN: "The organization “{number}” is closed. Reopen it first.",
		DE: "Die Organisation „{number}“ ist geschlossen. Öffnen Sie sie zuerst wieder.",
	})
	_ = add("fault.org.not_closed", Entry{
		EN: "The organization “{number}” is open already. There is nothing to do.",
		DE: "Die Organisation „{number}“ ist bereits offen. Es ist nichts zu tun.",
	})
	_ = add("fault.org.is_root", Entry{
		EN: "The publisher's own organization cannot be moved, closed or limited.",
		DE: "Die Organisation des Herstellers selbst kann nicht verschoben, geschlossen oder eingeschränkt werden.",
	})
	_ = add("fault.org.has_children", Entry{
		EN: "Open organizations stand directly below “{number}”. Move or close them first.",
		DE: "Direkt unter „{number}“ stehen noch offene Organisationen. Verschieben oder schließen Sie diese zuerst.",
	})
	_ = add("fault.org.cycle", Entry{
		EN: "An organization cannot be moved below itself. Choose another target.",
		DE: "Eine Organisation kann nicht unter sich selbst verschoben werden. Wählen Sie ein anderes Ziel.",
	})
	_ = add("fault.org.too_deep", Entry{
		EN: "The tree would get more than {max} levels. Choose a target higher up.",
		DE: "Der Baum bekäme mehr als {max} Ebenen. Wählen Sie ein Ziel weiter oben.",
	})
	_ = add("fault.org.stale", Entry{
		EN: "Somebody changed this meanwhile (you saw revision {seen}, it is at {have}). Load it again and repeat your change.",
		DE: "Das wurde inzwischen geändert (Sie sahen Stand {seen}, es ist bei {have}). Laden Sie neu und wiederholen Sie Ihre Änderung.",
	})
)

// Members, roles and keys.
var (
	_ = add("fault.org.beyond_own", Entry{
		EN: "You cannot hand on permissions that you do not hold yourself: {permissions}. Leave them out, or ask an administrator who holds them.",
		DE: "Sie können keine Rechte weitergeben, die Sie selbst nicht haben: {permissions}. Lassen Sie diese weg, oder bitten Sie einen Administrator, der sie hat.",
	})
	_ = add("fault.org.beyond_kind", Entry{
		EN: "An organization of kind “{kind}” can never have these permissions: {permissions}. Leave them out.",
		DE: "Eine Organisation der Art „{kind}“ kann diese Rechte nie haben: {permissions}. Lassen Sie diese weg.",
	})
	_ = add("fault.org.role_kind", Entry{
		EN: "The role “{role}” is not meant for an organization of kind “{kind}”. Choose one from the list of roles.",
		DE: "Die Rolle „{role}“ ist nicht für eine Organisation der Art „{kind}“ gedacht. Wählen Sie eine aus der Liste der Rollen.",
	})
	_ = add("fault.org.bad_role_key", Entry{
		EN: "“{role}” cannot be the key of a role. Use 2 to 40 lower-case letters, digits and underscores, a letter first.",
		DE: "„{role}“ kann nicht der Schlüssel einer Rolle sein. Nehmen Sie 2 bis 40 Kleinbuchstaben, Ziffern und Unterstriche, zuerst einen Buchstaben.",
	})
	_ = add("fault.org.unknown_role", Entry{
		EN: "There is no role “{role}” for this organization. Choose one from the list of roles.",
		DE: "Eine Rolle „{role}“ gibt es für diese Organisation nicht. Wählen Sie eine aus der Liste der Rollen.",
	})
	_ = add("fault.org.role_taken", Entry{
		EN: "The role key “{role}” is in use. Choose another one.",
		DE: "Der Rollenschlüssel „{role}“ ist vergeben. Wählen Sie einen anderen.",
	})
	_ = add("fault.org.role_in_use", Entry{
		EN: "Members still have the role “{role}”. Give them another role first.",
		DE: "Die Rolle „{role}“ ist noch an Mitglieder vergeben. Geben Sie ihnen zuerst eine andere Rolle.",
	})
	_ = add("fault.org.bad_email", Entry{
		EN: "This is not an e-mail address. Write it like name@example.com, without a display name.",
		DE: "Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@example.com, ohne Anzeigenamen.",
	})
	_ = add("fault.org.already_member", Entry{
		EN: "This person is a member of the organization already. Change their role instead.",
		DE: "Diese Person ist bereits Mitglied der Organisation. Ändern Sie stattdessen ihre Rolle.",
	})
	_ = add("fault.org.no_permissions", Entry{
		EN: "Name at least one permission.",
		DE: "Geben Sie mindestens ein Recht an.",
	})
	_ = add("fault.org.bad_expiry", Entry{
		EN: "The key would have expired already. Give a time in the future, or none.",
		DE: "Der Schlüssel wäre bereits abgelaufen. Geben Sie einen Zeitpunkt in der Zukunft an, oder keinen.",
	})
	_ = add("fault.org.key_outlives", Entry{
		EN: "A key cannot outlive the key it is made with, which ends at {until}. Give an earlier end.",
		DE: "Ein Schlüssel kann den Schlüssel, mit dem er angelegt wird, nicht überdauern; dieser endet am {until}. Geben Sie ein früheres Ende an.",
	})
	_ = add("fault.org.bad_token", Entry{
		EN: "This API key is not valid. Check that it was copied whole, or ask for a new one.",
		DE: "Dieser API-Schlüssel ist nicht gültig. Prüfen Sie, ob er vollständig kopiert wurde, oder lassen Sie einen neuen ausstellen.",
	})
	_ = add("fault.org.token_expired", Entry{
		EN: "This API key has expired. Ask for a new one.",
		DE: "Dieser API-Schlüssel ist abgelaufen. Lassen Sie einen neuen ausstellen.",
	})
	_ = add("fault.org.too_many_tries", Entry{
		EN: "Too many wrong API keys came from your address. Try again in {seconds} seconds.",
		DE: "Von Ihrer Adresse kamen zu viele falsche API-Schlüssel. Versuchen Sie es in {seconds} Sekunden wieder.",
	})
	_ = add("fault.org.bad_page", Entry{
		EN: "This is not a page cursor of this list. Begin without one.",
		DE: "Das ist keine Seitenmarke dieser Liste. Beginnen Sie ohne eine.",
	})
)
