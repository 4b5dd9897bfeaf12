package text

// Leases of floating licenses: in the catalog, and what their holders are refused.
var (
	_ = add("fault.catalog.model_floating_only", Entry{
		EN: "“floating” says how places are leased; this model is of the kind “{kind}”. Remove it, or choose the kind floating.",
		DE: "„floating“ sagt, wie Plätze belegt werden; dieses Modell ist von der Art „{kind}“. Entfernen Sie es, oder wählen Sie die Art floating.",
	})
	_ = add("fault.license.floating", Entry{
		EN: "This license is shared by a number of uses at the same time, so it is not kept on one device. The program takes a lease of it while it runs.",
		DE: "Diese Lizenz teilen sich mehrere gleichzeitige Nutzungen, sie bleibt deshalb nicht auf einem Gerät. Das Programm belegt einen Platz, solange es läuft.",
	})
	_ = add("fault.license.not_floating", Entry{
		EN: "A license of the kind “{kind}” is not leased. Activate it on this device.",
		DE: "Eine Lizenz der Art „{kind}“ wird nicht gleichzeitig geteilt. Aktivieren Sie sie auf diesem Gerät.",
	})
	_ = add("fault.license.lease_code", Entry{
		EN: "This device has not used this license before. Hand in its ticket or license key once; after that the license's id is enough.",
		DE: "Dieses Gerät hat diese Lizenz noch nicht benutzt. Geben Sie einmal ihr Ticket oder ihren Lizenzschlüssel an; danach genügt ihre Nummer.",
	})
	_ = add("fault.license.lease_gone", Entry{
		EN: "This lease has ended, and its place may be somebody else's by now. Take a new lease.",
		DE: "Diese Belegung ist zu Ende, und ihr Platz kann inzwischen jemand anderem gehören. Belegen Sie einen neuen Platz.",
	})
	_ = add("fault.license.lease_holder", Entry{
		EN: "The uses of this license are counted per person. The program must say which person uses it, by a number that names nobody.",
		DE: "Die Nutzungen dieser Lizenz werden je Person gezählt. Das Programm muss sagen, welche Person sie benutzt, mit einer Nummer, die niemanden nennt.",
	})
)
