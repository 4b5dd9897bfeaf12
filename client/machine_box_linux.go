package client

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// mount is one line of mountinfo: what is mounted where.
type mount struct {
	number  string // of the device: "254:1"
	root    string // the folder of the file system that is mounted
	at      string // where
	kind    string // of the file system
	source  string
	options string // of the file system
}

// linuxMounts reads what is mounted, in the order in which it was.
func linuxMounts(root string) (out []mount) {
	b, _ := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	for line := range strings.Lines(string(b)) {
		before, after, ok := strings.Cut(line, " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 6 || len(g) < 2 {
			continue
		}
		m := mount{number: f[2], root: plain(f[3]), at: plain(f[4]), kind: g[0], source: plain(g[1])}
		if len(g) > 2 {
			m.options = g[2]
		}
		out = append(out, m)
	}
	return out
}

// plain undoes how mountinfo writes blanks.
func plain(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// covers is the mount in which a folder lies; of two at one place the later counts.
func covers(all []mount, dir string) (found mount) {
	for _, m := range all {
		inside := m.at == "/" || dir == m.at || strings.HasPrefix(dir, m.at+"/")
		if inside && len(m.at) >= len(found.at) {
			found = m
		}
	}
	return found
}

// identity names what is mounted so that another container's is told from it: the
// layer that the container writes into, or the folder of the volume. A device's own
// name is left out, for it changes from start to start.
func (m mount) identity() string {
	for o := range strings.SplitSeq(m.options, ",") {
		if upper, ok := strings.CutPrefix(o, "upperdir="); ok {
			return upper
		}
	}
	source := m.source
	switch {
	case m.kind == "" || m.kind == "tmpfs" || m.kind == "overlay":
		return ""
	case strings.HasPrefix(source, "/dev/"):
		source = ""
	}
	if source == "" && m.root == "/" {
		return ""
	}
	return source + "|" + m.root
}

// boxes match the control groups of containers.
var boxes = regexp.MustCompile(`[/:](docker[/-][0-9a-f]{12}|libpod-|kubepods|cri-containerd-|crio-|lxc[./]|ecs/|nspawn)`)

// linuxBox says which kind of container this is, "" for none: "system" for one that
// is kept like a machine, with an identity of its own, and "app" for one that is
// made anew from an image, in which even the machine's id may be the image's.
func linuxBox(root string, mounts []mount) string {
	at := func(path string) string {
		b, _ := os.ReadFile(filepath.Join(root, path))
		return string(b)
	}
	said := strings.TrimSpace(at("run/systemd/container"))
	for one := range strings.SplitSeq(at("proc/1/environ"), "\x00") {
		if kind, ok := strings.CutPrefix(one, "container="); ok {
			said = cmp.Or(said, kind)
		}
	}
	switch {
	case strings.HasPrefix(said, "lxc") || said == "systemd-nspawn" || said == "openvz":
		return "system"
	case said != "" && said != "wsl":
		return "app"
	}
	for _, file := range []string{".dockerenv", "run/.containerenv"} {
		if _, err := os.Stat(filepath.Join(root, file)); err == nil {
			return "app"
		}
	}
	if found := boxes.FindString(at("proc/self/cgroup")); found != "" {
		if strings.Contains(found, "lxc") || strings.Contains(found, "nspawn") {
			return "system"
		}
		return "app"
	}
	top := covers(mounts, "/")
	for _, place := range []string{"/docker/", "/containers/storage/", "/containerd/", "/var/lib/kubelet/"} {
		if top.kind == "overlay" && strings.Contains(top.options, place) {
			return "app"
		}
	}
	return ""
}

// boxed is the fingerprint of a container: where it keeps what it writes, and the
// host under it, as one component, for all containers of a host share that. One that
// is kept like a machine has its own id and address too.
func boxed(root, dir, box string, mounts []mount, bare []Component) []Component {
	known := map[string]string{}
	for _, c := range bare {
		known[c.Name] = tidy(c.Value)
	}
	serial := known["disk-serial"]
	for _, m := range mounts {
		if serial == "" && strings.HasPrefix(m.source, "/dev/") {
			serial = tidy(mountSerial(root, m))
		}
	}
	out := []Component{
		{Name: "mount", Value: covers(mounts, cmp.Or(dir, "/")).identity()},
		{Name: "host", Value: cmp.Or(known["dmi-uuid"], serial)},
	}
	if box == "system" {
		return append(out, Component{Name: "machine-id", Value: known["machine-id"]}, Component{Name: "mac", Value: anyMAC(root), Weak: true})
	}
	if out[0].Value == "" && out[1].Value == "" {
		return bare // better what may be the image's than nothing
	}
	return out
}

// mountSerial is the serial number of the disk below a mount.
func mountSerial(root string, m mount) string {
	dir, err := filepath.EvalSymlinks(filepath.Join(root, "sys/dev/block", m.number))
	if err != nil {
		return ""
	}
	return diskSerial(root, filepath.Base(dir), 4)
}

// anyMAC is the address of the first network card, whatever it is made of: the one
// of a container is a program.
func anyMAC(root string) string {
	cards, _ := filepath.Glob(filepath.Join(root, "sys/class/net/*/address"))
	for _, c := range cards { // sorted by Glob
		b, err := os.ReadFile(c)
		if v := tidy(string(b)); err == nil && v != "" {
			return v
		}
	}
	return ""
}
