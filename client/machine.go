package client

import (
	"slices"
	"strings"

	"github.com/licet/licet/wire"
)

// Component is one property by which a machine is known. Only its salted hash
// leaves the machine.
type Component struct {
	Name  string // "machine-id"; no colon
	Value string
	Weak  bool // easily changed: it stands in only where others are missing

	image bool // a copy of the disk has it too
}

// Machine is the fingerprint of a machine.
type Machine struct {
	Components []Component
	Virtual    bool // it is, or looks like, a virtual machine or a container of one
}

// ThisMachine reads the fingerprint of the machine that the program runs on.
// What cannot be read (some values are for administrators only) is left out;
// licenses ask for some of the components, not for all. The name of the machine is
// none of them.
func ThisMachine() Machine {
	return readMachine("").tidied()
}

// guest is the fingerprint of a virtual machine. Its clones have what is on the disk,
// so of that only one component counts, beside what the hypervisor gives each its
// own of: the address of its network card is that of hardware here.
func guest(bare []Component) []Component {
	out, given := make([]Component, 0, len(bare)), 0
	for _, c := range bare {
		c.Weak = false
		if !c.image && tidy(c.Value) != "" {
			given++
		}
		out = append(out, c)
	}
	return slices.DeleteFunc(out, func(c Component) bool { return c.image && given >= 2 })
}

// tidied is the machine with its values in one form and without empty ones.
func (m Machine) tidied() Machine {
	known := make([]Component, 0, len(m.Components))
	for _, c := range m.Components {
		if c.Value = tidy(c.Value); c.Value != "" {
			known = append(known, c)
		}
	}
	m.Components = known
	return m
}

// enough is the number of strong components beside which no weak one is sent.
const enough = 3

// hashes returns every component, salted: what a license's binding is held
// against.
func (m Machine) hashes(salt []byte) (out [][16]byte) {
	for _, c := range m.Components {
		out = append(out, wire.Component(salt, c.Name, c.Value))
	}
	return out
}

// parts returns what a request says about the machine.
func (m Machine) parts(salt []byte) (out []wire.FingerprintPart) {
	strong := 0
	for _, c := range m.Components {
		if !c.Weak {
			strong++
		}
	}
	for _, c := range m.Components {
		if c.Weak && strong >= enough {
			continue
		}
		h := wire.Component(salt, c.Name, c.Value)
		out = append(out, wire.FingerprintPart{Name: c.Name, Hash: wire.ComponentClaim(h)})
	}
	return out
}

// blanks are what makers write where a serial number should stand.
var blanks = []string{
	"none", "n/a", "unknown", "default string", "not specified", "not applicable", "not present",
	"system serial number", "to be filled by o.e.m.", "o.e.m.", "0123456789", "123456789",
	"03000200-0400-0500-0006-000700080009",
}

// tidy brings a value into one form; it is "" for values that say nothing.
func tidy(v string) string {
	v = strings.ToLower(strings.Trim(strings.TrimSpace(v), "{}"))
	if slices.Contains(blanks, v) || strings.HasPrefix(v, "qm0000") || strings.Contains(v, "qemu harddisk") {
		return "" // QEMU's disks are called the same in every machine
	}
	if strings.Trim(v, "0-:.") == "" || strings.Trim(v, "f-:") == "" {
		return ""
	}
	return v
}

// makers are the names under which virtual machines present themselves.
var makers = []string{
	"qemu", "kvm", "vmware", "virtualbox", "innotek", "xen", "bochs", "parallels", "bhyve", "openstack",
	"virtual machine", "amazon ec2", "google compute engine", "digitalocean", "hetzner", "nutanix",
	"red hat", "proxmox", "virtualmac", "firecracker", "cloud hypervisor", "acrn",
}

// virtualMaker reports whether one of the names is that of a virtual machine.
func virtualMaker(names ...string) bool {
	for _, n := range names {
		n = strings.ToLower(n)
		for _, m := range makers {
			if strings.Contains(n, m) {
				return true
			}
		}
	}
	return false
}
