package main

import (
	"cmp"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/client/tpm"
)

// The flags that put the container on a device.
var deviceOptions = []option{
	textOption("module", "FILE", func(p *program) *string { return &p.device.module }),
	textOption("slot", "LABEL", func(p *program) *string { return &p.device.slot }),
	textOption("pin-file", "FILE", func(p *program) *string { return &p.device.pinFile }),
	switchOption("tpm", func(p *program) *bool { return &p.device.tpm }),
}

// device is what holds the container's keys, if it is not a file.
type device struct {
	module, slot, pinFile string
	tpm                   bool
	store                 *pkcs11.Store
}

// keys is where the container's keys are: nil for a file in the folder.
func (p *program) keys() client.KeyStore {
	d := &p.device
	if d.store != nil {
		return d.store
	}
	cfg := pkcs11.Config{
		Module: cmp.Or(d.module, p.getenv("LICET_PKCS11_MODULE")), Slot: cmp.Or(d.slot, p.getenv("LICET_PKCS11_SLOT")),
		PINFile: cmp.Or(d.pinFile, p.getenv("LICET_PKCS11_PIN_FILE")), Helper: p.getenv("LICET_PKCS11_HELPER"),
	}
	switch {
	case d.tpm && d.module == "":
		return tpm.New(tpm.Config{Open: p.tpm, Machine: p.machine})
	case cfg.Module == "":
		return nil
	}
	if cfg.PINFile == "" && p.terminal {
		cfg.PIN = p.askPIN
	}
	d.store = pkcs11.NewStore(cfg)
	return d.store
}

// askPIN asks whoever sits at the terminal.
func (p *program) askPIN() (string, error) {
	p.prompt(p.text("ask.pin"))
	return p.answer()
}

// leave ends the helper.
func (p *program) leave() {
	if p.device.store != nil {
		p.device.store.Close()
	}
}
