// Package p11test gives tests a PKCS#11 device: SoftHSM2 with a store of its
// own, and the helper that uses it. Devices can be pulled and plugged in again.
package p11test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/pagetest"
)

// The PINs of every new device.
const (
	PIN   = "271828"
	soPIN = "31415926"
)

// modules is where Debian and others put SoftHSM2.
var modules = []string{
	"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
	"/usr/local/lib/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so",
}

// Device is a SoftHSM2 with one initialized slot.
type Device struct {
	Module string // path of the module
	Label  string
	Conf   string // what SOFTHSM2_CONF is set to
	dir    string
}

// New makes a device, empty but for its PIN. The test is left out where there is
// no SoftHSM2.
func New(t testing.TB) *Device {
	t.Helper()
	dir, err := os.MkdirTemp("", "licet-p11-") // t.TempDir may hold a #, which begins a comment in SoftHSM's file
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	d := &Device{Label: "licet-test", dir: dir}
	for _, path := range modules {
		if _, err := os.Stat(path); err == nil && d.Module == "" {
			d.Module = path
		}
	}
	if _, err := exec.LookPath("softhsm2-util"); err != nil || d.Module == "" {
		pagetest.LeftOut(t, "softhsm2 is not installed")
	}
	must(t, os.Mkdir(d.tokens(), 0o700))
	d.Conf = filepath.Join(d.dir, "softhsm2.conf")
	must(t, os.WriteFile(d.Conf, []byte("directories.tokendir = "+d.tokens()+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	d.Init(t, d.Label)
	return d
}

// Env is the setting by which a process finds the device.
func (d *Device) Env() string { return "SOFTHSM2_CONF=" + d.Conf }

// Init initializes one more slot.
func (d *Device) Init(t testing.TB, label string) {
	t.Helper()
	d.util(t, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", soPIN)
}

// util runs softhsm2-util on the device.
func (d *Device) util(t testing.TB, args ...string) {
	t.Helper()
	cmd := exec.Command("softhsm2-util", args...)
	cmd.Env = append(os.Environ(), d.Env())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("softhsm2-util: %v\n%s", err, out)
	}
}

// PINFile writes a PIN to a new file, for this user only.
func PINFile(t testing.TB, pin string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pin")
	must(t, os.WriteFile(path, []byte(pin+"\n"), 0o600))
	return path
}

// Pull takes the device out, with everything on it.
func (d *Device) Pull(t testing.TB) {
	t.Helper()
	must(t, os.Rename(d.tokens(), d.tokens()+".pulled"))
	must(t, os.Mkdir(d.tokens(), 0o700))
}

// Plug puts it back in.
func (d *Device) Plug(t testing.TB) {
	t.Helper()
	must(t, os.Remove(d.tokens()))
	must(t, os.Rename(d.tokens()+".pulled", d.tokens()))
}

func (d *Device) tokens() string { return filepath.Join(d.dir, "tokens") }

// builds is the helper, built once per process.
var builds struct {
	once sync.Once
	path string
	err  error
}

// Helper returns the path of licet-pkcs11, built from the tree. The test is left
// out where there is no C compiler.
func Helper(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		pagetest.LeftOut(t, "gcc is not installed, so licet-pkcs11 cannot be built")
	}
	builds.once.Do(build)
	if builds.err != nil {
		t.Fatal(builds.err)
	}
	return builds.path
}

// build leaves the program in the folder of caches, under a name of its own for
// each process, and renames it there: two test binaries may build at once.
func build() {
	dir := pagetest.Root()
	if builds.err = os.MkdirAll(filepath.Join(dir, ".cache"), 0o755); builds.err != nil {
		return
	}
	temp, err := os.MkdirTemp(filepath.Join(dir, ".cache"), "licet-pkcs11-")
	if err != nil {
		builds.err = err
		return
	}
	defer os.RemoveAll(temp)
	cmd := exec.Command("go", "build", "-o", filepath.Join(temp, "licet-pkcs11"), ".")
	cmd.Dir = filepath.Join(dir, "cmd", "licet-pkcs11")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-mod=readonly", "GOWORK=off")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		builds.err = &buildError{err, said.String()}
		return
	}
	builds.path = filepath.Join(dir, ".cache", "licet-pkcs11")
	builds.err = os.Rename(filepath.Join(temp, "licet-pkcs11"), builds.path)
}

// buildError is what the compiler said.
type buildError struct {
	err  error
	said string
}

// Error returns both.
func (e *buildError) Error() string { return e.err.Error() + "\n" + strings.TrimSpace(e.said) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
