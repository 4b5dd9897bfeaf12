package text

// Leases of floating licenses: in the catalog, and what their holders are refused.
var (
	_ = add("fault.catalog.model_floating_only", Entry{
		EN: "“floating” says how places are leased; this model is of the kind “{kind}”. Remove it, or choose the kind floating.",
		DE: "„floating“ sagt, wie Plätze belegt werden; dieses Modell ist von der Art „{kind}“. Entfernen Sie es, oder wählen Sie die Art floating.",
	})
)
