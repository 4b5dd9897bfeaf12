package pkcs11

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/licet/licet/client/pkcs11/line"
)

// Config says which device is meant and how to get in.
type Config struct {
	Helper string // licet-pkcs11; "" = beside the running program, else in the PATH
	Module string // the driver: a shared library of the device's maker
	Slot   string // label or serial of the device; "" = the only one

	// PIN is asked at every login, and again after a refusal; PINFile, whose
	// first line is the PIN, is used without it.
	PIN     func() (string, error)
	PINFile string

	Timeout time.Duration // of one call; 0 = 5 s
	Env     []string      // besides the program's own environment, such as SOFTHSM2_CONF=…
}

// defaultTimeout is long for a smart card, which signs in half a second.
const defaultTimeout = 5 * time.Second

func (c Config) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return defaultTimeout
}

// command is the helper as it is started.
func (c Config) command() (*exec.Cmd, error) {
	path, err := c.helper()
	if err != nil {
		return nil, &Fault{Code: NoHelper, Why: err.Error()}
	}
	cmd := exec.Command(path, "--module="+c.Module)
	if len(c.Env) > 0 {
		cmd.Env = append(cmd.Environ(), c.Env...)
	}
	return cmd, nil
}

// helper returns the helper's path.
func (c Config) helper() (string, error) {
	if c.Helper != "" {
		return c.Helper, nil
	}
	name := "licet-pkcs11"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		if beside := filepath.Join(filepath.Dir(self), name); isFile(beside) {
			return beside, nil
		}
	}
	return exec.LookPath(name)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// pin returns the PIN as it is now.
func (c Config) pin() (string, error) {
	if c.PIN != nil {
		return c.PIN()
	}
	if c.PINFile == "" {
		return "", &Fault{Code: line.NoPIN}
	}
	raw, err := os.ReadFile(c.PINFile)
	if err != nil {
		return "", &Fault{Code: line.NoPIN, Why: err.Error()}
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	return strings.TrimSuffix(first, "\r"), nil
}

// The codes of this package, beside those of package line.
const (
	NoHelper line.Code = "no_helper" // licet-pkcs11 cannot be started
	Died     line.Code = "died"      // it ended in the middle: the driver crashed, or it was killed
	Slow     line.Code = "slow"      // no answer in time; the helper was killed
	Busy     line.Code = "busy"      // every helper of a Pool is at work for too long
)

// Fault says why something could not be done with the device.
type Fault struct {
	Code line.Code // stable
	Why  string    // what the driver or the system said; never a secret
}

// Error returns the code, and the reason behind it.
func (f *Fault) Error() string {
	if f.Why == "" {
		return "pkcs11: " + string(f.Code)
	}
	return fmt.Sprintf("pkcs11: %s (%s)", f.Code, f.Why)
}

// CodeOf returns the code of a Fault; "" for any other error.
func CodeOf(err error) line.Code {
	var f *Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// Gone reports whether an error says that the device is not there.
func Gone(err error) bool {
	c := CodeOf(err)
	return c == line.NoSlot || c == line.Removed
}

// BadPIN reports whether an error is about the PIN: none, a wrong one, or a
// device that takes none any more.
func BadPIN(err error) bool {
	switch CodeOf(err) {
	case line.NoPIN, line.WrongPIN, line.LastPIN, line.LockedPIN:
		return true
	}
	return false
}
