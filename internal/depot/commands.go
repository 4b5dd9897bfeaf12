package depot

import "strings"

// hints are what the explanations need: the wizard's commands and where things
// are.
type hints struct {
	Activate, Pair, Request, Install, Return, Move, MoveFile, Restore, RequestQR, InstallQR, Typed, Pages command
	Download                                                                                              string // where the wizard can be had; "" = with the program
	Address                                                                                               string // of the start page; "" = not said
}

// command is what is typed at a prompt, to copy. None holds a code.
type command string

// Words are what must not be broken over two lines.
func (c command) Words() []string { return strings.Fields(string(c)) }

func (d *Depot) hints() hints {
	return hints{
		Activate: "licet-activate activate",
		Pair:     "licet-activate pair",
		Request:  "licet-activate request --out request.lic",
		Install:  "licet-activate install license.lic",
		Return:   "licet-activate return",
		Move:     "licet-activate move",
		MoveFile: "licet-activate move --offline request.lic",
		Restore:  "licet-activate restore",

		RequestQR: "licet-activate request --qr",
		InstallQR: "licet-activate install photo.jpg",
		Typed:     "licet-activate typed",
		Pages:     "licet-activate --ui",
		Download:  d.o.Download, Address: d.o.PublicURL,
	}
}
