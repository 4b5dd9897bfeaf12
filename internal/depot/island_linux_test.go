package depot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/pagetest"
)

// island is a machine in a network namespace of its own, without any route: the real
// program runs on it, the server and the depot are outside, and the test carries
// between them what a person would.
type island struct {
	*world
	wizard string
	dir    string // of the folder that is carried
	home   string // of the container; another one is another machine's
	code   string
}

// alone is how a process is started in an empty network namespace: as root, or as
// whoever may have namespaces of users too.
func alone() *syscall.SysProcAttr {
	if os.Geteuid() == 0 {
		return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	}
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
	}
}

func newIsland(t *testing.T) *island {
	t.Helper()
	look := exec.CommandContext(t.Context(), "cat", "/proc/self/net/dev")
	look.SysProcAttr = alone()
	devices, err := look.CombinedOutput()
	switch {
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.ENOSYS):
		pagetest.LeftOut(t, "no network namespace: "+err.Error())
	case err != nil || bytes.Count(devices, []byte(":")) != 1 || !bytes.Contains(devices, []byte(" lo:")):
		t.Fatalf("the machine has a network: %v\n%s", err, devices)
	}
	if len(client.ThisMachine().Components) == 0 {
		pagetest.LeftOut(t, "nothing tells this machine from another")
	}
	w := newWorld(t, time.Now())
	i := &island{world: w, wizard: pagetest.Program(t, "licet-activate"), dir: t.TempDir(), home: "here"}
	i.code = w.sell(item(catalog.Multi, year, func(s *catalog.Snapshot) { s.Model.Fingerprint.Min = 0 }), 1).Code
	pins, err := json.Marshal(w.pins())
	must(t, err)
	i.write("pins.json", pins)
	i.write("ticket.txt", []byte(i.code+"\n"))
	return i
}

func (i *island) write(name string, b []byte) {
	i.t.Helper()
	must(i.t, os.WriteFile(filepath.Join(i.dir, name), b, 0o600))
}

func (i *island) read(name string) []byte {
	i.t.Helper()
	b, err := os.ReadFile(filepath.Join(i.dir, name))
	must(i.t, err)
	return b
}

// run runs the program there and wants its exit code.
func (i *island) run(exit int, args ...string) string {
	i.t.Helper()
	run := exec.CommandContext(i.t.Context(), i.wizard, append(args, "--dir", filepath.Join(i.dir, i.home), "--lang", "en")...)
	run.Dir, run.SysProcAttr = i.dir, alone()
	out, err := run.CombinedOutput()
	if got := run.ProcessState; got == nil || got.ExitCode() != exit {
		i.t.Fatalf("licet-activate %s: %v, want %d\n%s", strings.Join(args, " "), err, exit, out)
	}
	return string(out)
}

// holds wants the license there, as long, or gone.
func (i *island) holds(until string) {
	i.t.Helper()
	if until == "" {
		i.run(6, "verify")
		return
	}
	if out := i.run(0, "verify", "--feature", "draw"); !strings.Contains(out, "valid until "+until) {
		i.t.Errorf("not until %s:\n%s", until, out)
	}
}

// seats wants so many of the ticket's one seat in use.
func (i *island) seats(n string) {
	i.t.Helper()
	i.post("/ticket?lang=en", "code", i.code).want(200, n+" of 1 in use")
}

// carrier is how a request leaves the machine, and an answer comes to it.
type carrier struct {
	flags []string // of everything that is written
	name  string   // of the file that is written
	carry func(i *island, written []byte) (answers [][]byte, end string)
}

// byFile carries files.
var byFile = carrier{name: "request.txt", carry: func(i *island, written []byte) ([][]byte, string) {
	i.t.Helper()
	if bytes.Contains(written, []byte(i.code)) {
		i.t.Fatal("the code leaves the machine readably")
	}
	return [][]byte{i.download(i.uploadFile(written).want(200))}, ".lic"
}}

// byPicture carries pictures of QR codes: what the program draws is uploaded, and what
// the page of the answer shows is photographed.
var byPicture = carrier{flags: []string{"--qr"}, name: "request.png", carry: func(i *island, written []byte) (photos [][]byte, end string) {
	i.t.Helper()
	p := i.uploadPictures(english, nil, written).want(200)
	for _, shown := range i.post("/codes?lang=en", "text", p.message(), "small", "1").want(200).all("svg") {
		photos = append(photos, raster(i.t, shown))
	}
	return photos, ".png"
}}

// deliver has something written there, hands it in at the depot, and installs what
// the depot answers, the last picture first.
func (i *island) deliver(c carrier, into string, args ...string) {
	i.t.Helper()
	i.run(0, append(append(args, into, c.name), c.flags...)...)
	answers, end := c.carry(i, i.read(c.name))
	must(i.t, os.Remove(filepath.Join(i.dir, c.name)))
	install := []string{"install"}
	for n, answer := range slices.Backward(answers) {
		name := "answer" + strconv.Itoa(n) + end
		i.write(name, answer)
		install = append(install, name)
	}
	i.run(0, install...)
}

// A machine without any route activates, updates, moves and returns, by files and by
// pictures.
func TestIsland(t *testing.T) {
	for name, c := range map[string]carrier{"files": byFile, "pictures": byPicture} {
		t.Run(name, func(t *testing.T) {
			i := newIsland(t)
			if out := i.run(5, "activate", "--code-file", "ticket.txt"); !strings.Contains(out, "was not reached") {
				t.Errorf("it reaches the server:\n%s", out)
			}
			i.holds("")
			i.seats("0")
			i.deliver(c, "--out", "request", "--code-file", "ticket.txt")
			first := i.license().LastDay
			i.holds(first.String())
			i.seats("1")

			until := first.AddDays(90)
			_, err := i.Extend(t.Context(), i.a.All(), i.license().ID, until)
			must(t, err)
			i.holds(first.String())
			i.deliver(c, "--out", "request", "--for", "refresh")
			i.holds(until.String())

			i.deliver(c, "--offline", "move", "--to", "move.json", "--yes")
			i.holds("")
			i.seats("0")
			i.home = "there"
			i.deliver(c, "--out", "request", "--from", "move.json", "--code-file", "ticket.txt")
			i.holds(until.String())
			i.seats("1")
			i.deliver(c, "--offline", "return", "--yes")
			i.holds("")
			i.seats("0")
		})
	}
}

// license is the ticket's, as the publisher sees it.
func (i *island) license() license.LicenseInfo {
	i.t.Helper()
	found, err := i.FindTicket(context.Background(), i.a.All(), i.code)
	must(i.t, err)
	l, err := i.GetLicense(context.Background(), i.a.All(), found.Licenses[0].ID)
	must(i.t, err)
	return l
}

// By typing it is activated, and the next contact by a file goes on from there.
func TestIslandTyped(t *testing.T) {
	i := newIsland(t)
	var shown struct{ Request []string }
	must(t, json.Unmarshal([]byte(i.run(0, "typed", "--json")), &shown))
	fields := []string{"code", i.code}
	for n, g := range shown.Request {
		fields = append(fields, "group"+strconv.Itoa(n+1), g)
	}
	answer, _ := i.post("/typed?lang=en", fields...).want(200).groups()
	i.write("typed.txt", []byte(answer))
	i.run(0, "typed", "--answer", "typed.txt")
	i.holds(i.license().LastDay.String())
	i.seats("1")
	i.deliver(byFile, "--out", "request", "--for", "refresh")
	i.holds(i.license().LastDay.String())
	i.deliver(byPicture, "--offline", "return", "--yes")
	i.holds("")
	i.seats("0")
}
