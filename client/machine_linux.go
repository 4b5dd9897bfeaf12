package client

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func readMachine(dir string) Machine {
	if whole, err := filepath.Abs(dir); dir != "" && err == nil {
		dir = whole
	}
	if real, err := filepath.EvalSymlinks(dir); dir != "" && err == nil {
		dir = real
	}
	return linuxMachine("/", dir)
}

// linuxMachine reads the machine below root, which is "/" but in tests, for a
// container of licenses in dir.
func linuxMachine(root, dir string) Machine {
	at := func(path string) string {
		b, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(b), "\x00\n ")
	}
	dmi := func(name string) string { return at("sys/class/dmi/id/" + name) }
	mounts := linuxMounts(root)
	uuid, serial := linuxRootDisk(root, covers(mounts, "/"))
	bare := []Component{
		{Name: "machine-id", Value: cmp.Or(at("etc/machine-id"), at("var/lib/dbus/machine-id"))},
		{Name: "dmi-uuid", Value: dmi("product_uuid")},
		{Name: "disk-serial", Value: serial},
		{Name: "disk-uuid", Value: uuid, image: true},
		{Name: "mac", Value: linuxMAC(root), Weak: true},
	}
	if box := linuxBox(root, mounts); box != "" {
		return Machine{Components: boxed(root, dir, box, mounts, bare), Virtual: true}
	}
	if virtualMaker(dmi("sys_vendor"), dmi("product_name"), dmi("board_vendor"), dmi("bios_vendor")) ||
		slices.Contains(strings.Fields(cpuFlags(at("proc/cpuinfo"))), "hypervisor") || at("sys/hypervisor/type") != "" {
		return Machine{Components: guest(bare), Virtual: true}
	}
	return Machine{Components: bare}
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
func linuxRootDisk(root string, top mount) (uuid, serial string) {
	if top.number == "" {
		return "", ""
	}
	name := filepath.Base(top.source) // of a file system that spans devices, like btrfs
	if dir, err := filepath.EvalSymlinks(filepath.Join(root, "sys/dev/block", top.number)); err == nil {
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
