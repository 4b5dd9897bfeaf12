package client

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestLinuxMachine reads a machine that is made of files: a virtual one, whose disk has a root
// partition, encrypted. The id of the file system is left out, for a clone has it too.
func TestLinuxMachine(t *testing.T) {
	root := t.TempDir()
	put := func(path, content string) {
		t.Helper()
		p := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(path, to string) {
		t.Helper()
		p := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, p); err != nil {
			t.Fatal(err)
		}
	}
	put("etc/machine-id", "4C1F00E7\n")
	put("sys/class/dmi/id/product_uuid", "AAAA-BBBB\n")
	put("sys/class/dmi/id/sys_vendor", "QEMU\n")
	put("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme\n")
	put("proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/mapper/root rw\n")
	put("sys/devices/nvme/nvme0n1/wwid", "eui.0011\n")
	put("sys/devices/nvme/nvme0n1/nvme0n1p2/partition", "2\n")
	put("sys/devices/virtual/dm-0/size", "1\n")
	link("sys/devices/virtual/dm-0/slaves/nvme0n1p2", "../../../nvme/nvme0n1/nvme0n1p2")
	link("sys/dev/block/254:0", "../../devices/virtual/dm-0")
	link("sys/class/block/dm-0", "../../devices/virtual/dm-0")
	link("sys/class/block/nvme0n1p2", "../../devices/nvme/nvme0n1/nvme0n1p2")
	link("sys/class/block/nvme0n1", "../../devices/nvme/nvme0n1")
	link("dev/disk/by-uuid/1234-ABCD", "../../dm-0")
	put("sys/class/net/docker0/address", "02:42:00:00:00:01\n")
	put("sys/class/net/enp1s0/address", "54:00:11:22:33:44\n")
	put("sys/class/net/enp1s0/device/vendor", "x")
	m := linuxMachine(root, "")
	want := []Component{
		{Name: "machine-id", Value: "4C1F00E7"},
		{Name: "dmi-uuid", Value: "AAAA-BBBB"},
		{Name: "disk-serial", Value: "eui.0011"},
		{Name: "mac", Value: "54:00:11:22:33:44"},
	}
	if !reflect.DeepEqual(m.Components, want) || !m.Virtual {
		t.Errorf("%+v", m)
	}
	if empty := linuxMachine(t.TempDir(), "").tidied(); len(empty.Components) != 0 || empty.Virtual {
		t.Errorf("a machine that shows nothing: %+v", empty)
	}
}
