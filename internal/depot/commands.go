package depot

// hints are what the explanations need: the wizard's commands and where things
// are.
type hints struct {
	Activate, Request, Install, Return, Restore, Status string // commands to copy; none holds a code
	Download                                            string // where the wizard can be had; "" = with the program
	Address                                             string // of the start page; "" = not said
}

func (d *Depot) hints() hints {
	return hints{
		Activate: "licet-activate activate",
		Request:  "licet-activate activate --file request.lic",
		Install:  "licet-activate install license.lic",
		Return:   "licet-activate return",
		Restore:  "licet-activate restore",
		Status:   "licet-activate status",
		Download: d.o.Download, Address: d.o.PublicURL,
	}
}
