package client

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample is a machine as its files show it: contents by path, and links where the
// content begins with an arrow.
type sample map[string]string

// lay lays the files below a folder.
func (s sample) lay(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for path, content := range s {
		p := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		to, link := strings.CutPrefix(content, "-> ")
		err := error(nil)
		if link {
			err = os.Symlink(to, p)
		} else {
			err = os.WriteFile(p, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func (s sample) with(other sample) sample {
	out := maps.Clone(s)
	maps.Copy(out, other)
	return out
}

// disk is a SATA or virtual disk with a partition on which the file system is.
func disk(name, number, serial string) sample {
	return sample{
		"sys/devices/pci/" + name + "/device/wwid":             serial + "\n",
		"sys/devices/pci/" + name + "/" + name + "1/partition": "1\n",
		"sys/dev/block/" + number:                              "-> ../../devices/pci/" + name + "/" + name + "1",
		"sys/class/block/" + name:                              "-> ../../devices/pci/" + name,
		"sys/class/block/" + name + "1":                        "-> ../../devices/pci/" + name + "/" + name + "1",
		"dev/disk/by-uuid/9c1d-" + name:                        "-> ../../" + name + "1",
	}
}

const (
	cpu      = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu vme de pse msr\n"
	guestCPU = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu vme de pse msr hypervisor lahf_lm\n"
)

var (
	bareMetal = disk("sda", "8:1", "naa.5000c500a1b2c3d4").with(sample{
		"etc/machine-id": "b08dfa6083e7567a1921a715000001fb\n", "proc/cpuinfo": cpu,
		"sys/class/dmi/id/product_uuid": "4c4c4544-0052-3010-8056-b7c04f4a4e32\n", "sys/class/dmi/id/sys_vendor": "Dell Inc.\n",
		"sys/class/dmi/id/product_name": "PowerEdge R640\n", "sys/class/dmi/id/bios_vendor": "Dell Inc.\n",
		"proc/self/cgroup":           "0::/user.slice/user-1000.slice/session-2.scope\n",
		"proc/self/mountinfo":        "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n",
		"sys/class/net/eno1/address": "e4:43:4b:aa:bb:cc\n", "sys/class/net/eno1/device/vendor": "0x8086\n",
		"etc/hostname": "cad-07\n",
	})
	kvm = disk("sda", "8:1", "0QEMU   QEMU HARDDISK   drive-scsi0").with(sample{
		"etc/machine-id": "3f2a9c17d0b84a0e9f2e5f4a1c6b7d88\n", "proc/cpuinfo": guestCPU,
		"sys/class/dmi/id/product_uuid": "8f7e1d2c-55aa-4c1b-9d2f-0a1b2c3d4e5f\n", "sys/class/dmi/id/sys_vendor": "QEMU\n",
		"sys/class/dmi/id/product_name": "Standard PC (Q35 + ICH9, 2009)\n", "sys/class/dmi/id/bios_vendor": "SeaBIOS\n",
		"proc/self/cgroup":            "0::/system.slice/app.service\n",
		"proc/self/mountinfo":         "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n",
		"sys/class/net/ens18/address": "bc:24:11:1a:2b:3c\n", "sys/class/net/ens18/device/vendor": "0x1af4\n",
	})
	vmware = disk("sda", "8:1", "naa.6000c29a1b2c3d4e5f60718293a4b5c6").with(sample{
		"etc/machine-id": "77aa9c17d0b84a0e9f2e5f4a1c6b7d88\n", "proc/cpuinfo": guestCPU,
		"sys/class/dmi/id/product_uuid": "422c6a1b-7d3e-9f40-1a2b-3c4d5e6f7081\n", "sys/class/dmi/id/sys_vendor": "VMware, Inc.\n",
		"sys/class/dmi/id/product_name": "VMware Virtual Platform\n",
		"proc/self/mountinfo":           "24 1 8:1 / / rw,relatime shared:1 - xfs /dev/sda1 rw\n",
		"sys/class/net/ens192/address":  "00:50:56:9c:1a:2b\n", "sys/class/net/ens192/device/vendor": "0x15ad\n",
	})
	hyperV = disk("sda", "8:1", "naa.600224801a2b3c4d5e6f708192a3b4c5").with(sample{
		"etc/machine-id": "5d0a9c17d0b84a0e9f2e5f4a1c6b7d88\n", "proc/cpuinfo": guestCPU,
		"sys/class/dmi/id/product_uuid": "1c2d3e4f-5a6b-7c8d-9e0f-a1b2c3d4e5f6\n", "sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
		"sys/class/dmi/id/product_name": "Virtual Machine\n", "sys/hypervisor/type": "hyperv\n",
		"proc/self/mountinfo":        "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n",
		"sys/class/net/eth0/address": "00:15:5d:01:02:03\n", "sys/class/net/eth0/device/vendor": "0x1414\n",
	})
	docker = bareMetal.with(sample{ // on that host, cgroup v2, with a volume
		".dockerenv": "", "etc/machine-id": "", "etc/hostname": "3f9c1a2b4d5e\n", "proc/self/cgroup": "0::/\n",
		"proc/self/mountinfo": "1163 1022 0:135 / / rw,relatime master:320 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/ABC:/var/lib/docker/overlay2/l/DEF,upperdir=/var/lib/docker/overlay2/3f9c77/diff,workdir=/var/lib/docker/overlay2/3f9c77/work\n" +
			"1170 1163 0:140 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755\n" +
			"1175 1163 8:1 /var/lib/docker/containers/3f9c1a2b4d5e/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/sda1 rw\n" +
			"1176 1163 8:1 /var/lib/docker/volumes/licet\\040state/_data /data rw,relatime master:1 - ext4 /dev/sda1 rw\n",
	})
	podman = bareMetal.with(sample{ // rootless: the host's firmware is not readable
		"run/.containerenv": "engine=\"podman-4.3.1\"\n", "sys/class/dmi/id/product_uuid": "", "proc/self/cgroup": "0::/\n",
		"etc/machine-id": "ddddfa6083e7567a1921a715000001fb\n", // of the image
		"proc/self/mountinfo": "700 600 0:60 / / rw,relatime - overlay overlay rw,lowerdir=/srv/podman/containers/storage/overlay/l/X,upperdir=/srv/podman/containers/storage/overlay/71aa/diff,workdir=/w\n" +
			"705 700 8:1 /srv/podman/containers/storage/volumes/licet/_data /data rw - ext4 /dev/sda1 rw\n",
	})
	lxc = bareMetal.with(sample{ // a system container of Proxmox on ZFS
		"proc/1/environ": "container=lxc\x00TERM=linux\x00", "etc/machine-id": "a1b2c3d483e7567a1921a715000001fb\n",
		"proc/self/cgroup":           "0::/init.scope\n",
		"proc/self/mountinfo":        "597 493 0:50 / / rw,relatime shared:350 - zfs rpool/data/subvol-101-disk-0 rw,xattr,posixacl\n",
		"sys/class/net/eth0/address": "bc:24:11:99:88:77\n",
	})
	kubernetes = bareMetal.with(sample{
		"proc/self/cgroup": "12:memory:/kubepods/burstable/pod6a1f/cri-containerd-9c.scope\n", "etc/machine-id": "",
		"proc/self/mountinfo": "900 800 0:200 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/13/fs,workdir=/w\n" +
			"901 900 0:201 / /data rw - nfs4 nas:/export/licet rw,vers=4.2\n",
	})
)

// Which components each kind of machine is known by, and whether it is virtual.
func TestSamples(t *testing.T) {
	for name, tc := range map[string]struct {
		files   sample
		virtual bool
		want    map[string]string
	}{
		"bare metal": {bareMetal, false, map[string]string{
			"machine-id": "b08dfa6083e7567a1921a715000001fb", "dmi-uuid": "4c4c4544-0052-3010-8056-b7c04f4a4e32",
			"disk-serial": "naa.5000c500a1b2c3d4", "disk-uuid": "9c1d-sda", "mac": "e4:43:4b:aa:bb:cc",
		}},
		"kvm": {kvm, true, map[string]string{
			"machine-id": "3f2a9c17d0b84a0e9f2e5f4a1c6b7d88", "dmi-uuid": "8f7e1d2c-55aa-4c1b-9d2f-0a1b2c3d4e5f", "mac": "bc:24:11:1a:2b:3c",
		}},
		"vmware": {vmware, true, map[string]string{
			"machine-id": "77aa9c17d0b84a0e9f2e5f4a1c6b7d88", "dmi-uuid": "422c6a1b-7d3e-9f40-1a2b-3c4d5e6f7081",
			"disk-serial": "naa.6000c29a1b2c3d4e5f60718293a4b5c6", "mac": "00:50:56:9c:1a:2b",
		}},
		"hyper-v": {hyperV, true, map[string]string{
			"machine-id": "5d0a9c17d0b84a0e9f2e5f4a1c6b7d88", "dmi-uuid": "1c2d3e4f-5a6b-7c8d-9e0f-a1b2c3d4e5f6",
			"disk-serial": "naa.600224801a2b3c4d5e6f708192a3b4c5", "mac": "00:15:5d:01:02:03",
		}},
		"docker": {docker, true, map[string]string{
			"mount": "|/var/lib/docker/volumes/licet state/_data", "host": "4c4c4544-0052-3010-8056-b7c04f4a4e32",
		}},
		"podman": {podman, true, map[string]string{
			"mount": "|/srv/podman/containers/storage/volumes/licet/_data", "host": "naa.5000c500a1b2c3d4",
		}},
		"lxc": {lxc, true, map[string]string{
			"mount": "rpool/data/subvol-101-disk-0|/", "host": "4c4c4544-0052-3010-8056-b7c04f4a4e32",
			"machine-id": "a1b2c3d483e7567a1921a715000001fb", "mac": "e4:43:4b:aa:bb:cc",
		}},
		"kubernetes": {kubernetes, true, map[string]string{
			"mount": "nas:/export/licet|/", "host": "4c4c4544-0052-3010-8056-b7c04f4a4e32",
		}},
		"shows nothing": {sample{}, false, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "lxc" { // the container sees its own card only
				tc.files = maps.Clone(tc.files)
				delete(tc.files, "sys/class/net/eno1/address")
				tc.want["mac"] = "bc:24:11:99:88:77"
			}
			m := linuxMachine(tc.files.lay(t), "/data").tidied()
			got := map[string]string{}
			for _, c := range m.Components {
				got[c.Name] = c.Value
			}
			if !maps.Equal(got, tc.want) || m.Virtual != tc.virtual {
				t.Errorf("%v, virtual %v", got, m.Virtual)
			}
		})
	}
}

// parts is the hashed components that a machine sends.
func (s sample) parts(t *testing.T, dir string) (out []string) {
	t.Helper()
	for _, p := range linuxMachine(s.lay(t), dir).tidied().parts([]byte("salt")) {
		out = append(out, p.Name+p.Hash)
	}
	return out
}

// same is the server's rule: two components in common, or all of the poorer machine.
func same(a, b []string) bool {
	common := 0
	for _, p := range a {
		if slices.Contains(b, p) {
			common++
		}
	}
	return common >= min(2, len(a), len(b)) && common > 0
}

// What may change, and what makes another machine of it: the name of the machine
// never does; a clone of a virtual machine, or another container from the same image
// on the same host, is told apart wherever the hypervisor or the engine tells them
// apart.
func TestWhatIsTheSame(t *testing.T) {
	for name, tc := range map[string]struct {
		a, b sample
		same bool
	}{
		"bare metal, another name":       {bareMetal, bareMetal.with(sample{"etc/hostname": "other\n"}), true},
		"bare metal, another disk":       {bareMetal, bareMetal.with(sample{"sys/devices/pci/sda/device/wwid": "naa.new\n", "etc/machine-id": "new\n"}), true},
		"kvm, another card":              {kvm, kvm.with(sample{"sys/class/net/ens18/address": "bc:24:11:00:00:01\n"}), true},
		"kvm, moved to another host":     {kvm, kvm.with(sample{"proc/cpuinfo": guestCPU + "bugs\t\t: x\n"}), true},
		"kvm, a clone":                   {kvm, kvm.with(sample{"sys/class/dmi/id/product_uuid": "11111111-55aa-4c1b-9d2f-0a1b2c3d4e5f\n", "sys/class/net/ens18/address": "bc:24:11:00:00:01\n"}), false},
		"kvm, a clone, read by a user":   {kvm.with(sample{"sys/class/dmi/id/product_uuid": ""}), kvm.with(sample{"sys/class/dmi/id/product_uuid": "", "sys/class/net/ens18/address": "bc:24:11:00:00:01\n"}), false},
		"vmware, \"I copied it\"":        {vmware, vmware.with(sample{"sys/class/dmi/id/product_uuid": "422c0000-7d3e-9f40-1a2b-3c4d5e6f7081\n", "sys/class/net/ens192/address": "00:50:56:00:00:01\n", "sys/devices/pci/sda/device/wwid": "naa.6000c290\n"}), false},
		"vmware, \"I moved it\"":         {vmware, vmware, true}, // told by the counter alone
		"docker, made anew":              {docker, docker.with(sample{"etc/hostname": "77aa\n", "proc/self/mountinfo": strings.ReplaceAll(docker["proc/self/mountinfo"], "3f9c", "77aa")}), true},
		"docker, another volume":         {docker, docker.with(sample{"proc/self/mountinfo": strings.ReplaceAll(docker["proc/self/mountinfo"], "volumes/licet", "volumes/other")}), false},
		"docker, another host":           {docker, docker.with(sample{"sys/class/dmi/id/product_uuid": "99994544-0052-3010-8056-b7c04f4a4e32\n"}), false},
		"lxc, another name":              {lxc, lxc.with(sample{"etc/hostname": "web2\n"}), true},
		"lxc, a clone on the same host":  {lxc, lxc.with(sample{"etc/machine-id": "ffb2c3d483e7567a1921a715000001fb\n", "proc/self/mountinfo": strings.ReplaceAll(lxc["proc/self/mountinfo"], "101", "102")}), false},
		"lxc, moved to another host":     {lxc, lxc.with(sample{"sys/class/dmi/id/product_uuid": "99994544-0052-3010-8056-b7c04f4a4e32\n"}), true},
		"kubernetes, another node":       {kubernetes, kubernetes.with(sample{"sys/class/dmi/id/product_uuid": "99994544-0052-3010-8056-b7c04f4a4e32\n"}), false},
		"the host and a container on it": {bareMetal, docker, false},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := tc.a.parts(t, "/data"), tc.b.parts(t, "/data"); same(a, b) != tc.same {
				t.Errorf("%v\n%v", a, b)
			}
		})
	}
}

// A state that lies in the container's own layer is bound to that container.
func TestLayer(t *testing.T) {
	other := docker.with(sample{"proc/self/mountinfo": strings.ReplaceAll(docker["proc/self/mountinfo"], "3f9c", "77aa")})
	if same(docker.parts(t, "/root/.config/licet"), other.parts(t, "/root/.config/licet")) {
		t.Error("two containers from one image pass for one")
	}
	if !same(docker.parts(t, "/root/.config/licet"), docker.parts(t, "/root/.config/licet")) {
		t.Error("a container that is started again is another one")
	}
}
