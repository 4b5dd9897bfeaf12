package client

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func readMachine() Machine { return linuxMachine("/") }

// linuxMachine reads the machine below root, which is "/" but in tests.
func linuxMachine(root string) Machine {
	at := func(path string) string {
		b, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(b), "\x00\n ")
	}
	dmi := func(name string) string { return at("sys/class/dmi/id/" + name) }
	uuid, serial := linuxRootDisk(root)
	return Machine{
		Components: []Component{
			{Name: "machine-id", Value: cmp.Or(at("etc/machine-id"), at("var/lib/dbus/machine-id"))},
			{Name: "dmi-uuid", Value: dmi("product_uuid")},
			{Name: "disk-serial", Value: serial},
			{Name: "disk-uuid", Value: uuid},
			{Name: "mac", Value: linuxMAC(root), Weak: true},
		},
		Virtual: virtualMaker(dmi("sys_vendor"), dmi("product_name"), dmi("board_vendor"), dmi("bios_vendor")) ||
			slices.Contains(strings.Fields(cpuFlags(at("proc/cpuinfo"))), "hypervisor") || at("sys/hypervisor/type") != "",
	}
}

// cpuFlags returns the flags of the first processor.
func cpuFlags(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, flags, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			return flags
		}
	}
	return ""
}

// linuxRootDisk returns the id of the root file system and the serial number of
// the disk below it.
func linuxRootDisk(root string) (uuid, serial string) {
	number, source := rootMount(root)
	if number == "" {
		return "", ""
	}
	name := filepath.Base(source) // of a file system that spans devices, like btrfs
	if dir, err := filepath.EvalSymlinks(filepath.Join(root, "sys/dev/block", number)); err == nil {
		name = filepath.Base(dir)
	}
	ids, _ := filepath.Glob(filepath.Join(root, "dev/disk/by-uuid/*"))
	for _, id := range ids {
		if to, err := os.Readlink(id); err == nil && filepath.Base(to) == name {
			uuid = filepath.Base(id)
		}
	}
	return uuid, diskSerial(root, name, 4)
}

// rootMount finds what is mounted at / and from where. The last mount counts.
func rootMount(root string) (number, source string) {
	b, _ := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 10 || f[4] != "/" {
			continue
		}
		number = f[2]
		if i := slices.Index(f, "-"); i > 0 && i+2 < len(f) {
			source = f[i+2]
		}
	}
	return number, source
}

// diskSerial reads the serial number of a block device, or of the disk below a
// partition or an encrypted or composed volume, depth levels at most.
func diskSerial(root, name string, depth int) string {
	dir, err := filepath.EvalSymlinks(filepath.Join(root, "sys/class/block", name))
	if err != nil || depth == 0 {
		return ""
	}
	if _, err := os.Stat(filepath.Join(dir, "partition")); err == nil {
		return diskSerial(root, filepath.Base(filepath.Dir(dir)), depth-1)
	}
	if below, _ := filepath.Glob(filepath.Join(dir, "slaves/*")); len(below) > 0 {
		return diskSerial(root, filepath.Base(below[0]), depth-1)
	}
	for _, file := range []string{"serial", "device/serial", "wwid", "device/wwid", "device/cid"} {
		if b, err := os.ReadFile(filepath.Join(dir, file)); err == nil && len(strings.TrimSpace(string(b))) > 0 {
			return strings.TrimSpace(string(b))
		}
	}
	return ""
}

// linuxMAC returns the address of the first network card that is hardware and
// not of a virtual switch.
func linuxMAC(root string) string {
	cards, _ := filepath.Glob(filepath.Join(root, "sys/class/net/*/address"))
	slices.Sort(cards)
	for _, c := range cards {
		if _, err := os.Stat(filepath.Join(filepath.Dir(c), "device")); err != nil {
			continue
		}
		if b, err := os.ReadFile(c); err == nil {
			return strings.TrimSpace(string(b))
		}
	}
	return ""
}
