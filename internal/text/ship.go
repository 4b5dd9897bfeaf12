package text

var _ = add("fault.ship.bad_shipment", Entry{
	EN: "The shipped issuance journal is damaged in line {line}. Use an intact copy.",
	DE: "Das ausgelagerte Ausstellungsjournal ist in Zeile {line} beschädigt. Verwenden Sie eine unversehrte Kopie.",
})
