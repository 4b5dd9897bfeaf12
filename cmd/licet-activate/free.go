package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// lostDevice is a device that holds a license of a code, for programs.
type lostDevice struct {
	ID      string `json:"id"` // for --lost
	License string `json:"license"`
	System  string `json:"system,omitempty"`
	Since   string `json:"since"`
	Seen    string `json:"lastContact"`

	of online.HeldLicense
}

// free frees the seat of a lost device, as its owner may, and says what is left of
// the allowance. Nothing is activated here.
func (p *program) free(args []string) error {
	code, err := p.code(args, "")
	if err == nil {
		err = parseCode(code)
	}
	if err != nil {
		return err
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	held, err := p.transport().Look(p.ctx, c, code)
	if err != nil {
		return err
	}
	d, err := p.lostOf(held)
	if err != nil {
		return err
	}
	if bar := d.of.RestoreBar; bar != nil {
		return bar
	}
	if err := p.sure("ask.free", "device", p.deviceTitle(d)); err != nil {
		return err
	}
	if held, err = p.transport().Free(p.ctx, c, code, d.ID); err != nil {
		return err
	}
	p.say("say.freed", "device", p.deviceTitle(d))
	for _, l := range held.Licenses {
		if l.ID == d.of.ID {
			p.say("say.allowance", "left", strconv.FormatInt(l.RestoreLeft, 10), "limit", strconv.FormatInt(l.Restores, 10))
		}
	}
	return nil
}

// lostOf finds the device that is meant: the one named by --lost, the only one, or
// the answer to a question.
func (p *program) lostOf(held online.Held) (lostDevice, error) {
	var all []lostDevice
	for _, l := range held.Licenses {
		for _, d := range l.Devices {
			all = append(all, lostDevice{ID: d.ID, License: l.Name(p.lang), System: d.OS, Since: stamp(d.Since), Seen: stamp(d.Seen), of: l})
		}
	}
	p.out.Devices = all
	at := slices.IndexFunc(all, func(d lostDevice) bool { return d.ID == p.lost })
	switch {
	case p.lost != "" && at < 0:
		return lostDevice{}, fail(exitNoLicense, "fail.no_device", "device", p.lost)
	case p.lost != "":
		return all[at], nil
	case len(all) == 0:
		return lostDevice{}, fail(exitNoLicense, "fail.no_devices")
	case len(all) == 1:
		return all[0], nil
	}
	for i, d := range all {
		p.print(fmt.Sprintf("%d: %s, %s", i+1, p.deviceTitle(d), d.ID))
	}
	if !p.terminal {
		return lostDevice{}, fail(exitUse, "fail.lost_which", "count", strconv.Itoa(len(all)))
	}
	p.prompt(p.text("ask.which_device"))
	s, err := p.answer()
	if err != nil {
		return lostDevice{}, err
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(all) {
		return all[n-1], nil
	}
	return lostDevice{}, fail(exitNoLicense, "fail.no_device", "device", s)
}

// deviceTitle is how a device is called to people.
func (p *program) deviceTitle(d lostDevice) string {
	i := slices.IndexFunc(d.of.Devices, func(one online.HeldDevice) bool { return one.ID == d.ID })
	one := d.of.Devices[i]
	name := map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}[one.OS]
	if name == "" {
		name = p.text("say.device_unknown")
	}
	return p.text("say.device", "system", name, "license", d.License, "since", client.Day(p.lang, one.Since), "seen", client.Day(p.lang, one.Seen))
}
