package client

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// Config says whose licenses a program uses, and for what.
type Config struct {
	Pins     []byte    // the publisher's pins as `licet key pins` exports them; required
	Product  string    // product code; "" = every product of the publisher
	Version  string    // of the program, for the publisher's statistics
	Released time.Time // release date of the program: what maintenance is held against, and the earliest possible now
	Dir      string    // folder of the container; "" = a folder of the user's (see DefaultDir)
	Server   string    // gateway; "" = the one in the pins

	// Keys is where the container's keys are, such as a device of package
	// client/pkcs11 or client/tpm; nil = in a file in Dir. Where it implements Files
	// too, the whole container is on the device, and Dir only keeps programs from
	// using it at the same time.
	Keys KeyStore

	Clock   Clock          // nil = SystemClock
	Machine func() Machine // nil = ThisMachine; where that is a container, with the volume in which Dir lies
}

// resolve checks the configuration and fills what it leaves out.
func (cfg Config) resolve() (Config, wire.Pins, error) {
	pins, err := wire.ParsePins(cfg.Pins)
	if err != nil {
		return cfg, pins, fmt.Errorf("%w: %w", ErrPins, err)
	}
	if cfg.Dir == "" {
		if cfg.Dir, err = DefaultDir(pins.Issuer); err != nil {
			return cfg, pins, err
		}
		if cfg.Keys != nil {
			cfg.Dir = filepath.Join(cfg.Dir, "hardware") // beside the container of the machine's own
		}
	}
	if cfg.Server == "" {
		cfg.Server = pins.Server
	}
	if cfg.Clock == nil {
		cfg.Clock = SystemClock()
	}
	if cfg.Machine == nil {
		dir := cfg.Dir
		cfg.Machine = func() Machine { return readMachine(dir) }
	}
	return cfg, pins, nil
}

// build is the release date in Unix seconds, 0 for none.
func (cfg Config) build() int64 {
	if cfg.Released.IsZero() {
		return 0
	}
	return cfg.Released.Unix()
}

// DefaultDir returns the folder in which a publisher's container is kept for
// this user: below %LocalAppData% on Windows, which does not roam to other
// machines, ~/Library/Application Support on macOS, and $XDG_CONFIG_HOME or
// ~/.config elsewhere. A program that runs as a service names a folder itself.
// The error is ErrFolder: the user has no home.
func DefaultDir(issuer string) (string, error) {
	base, err := os.UserConfigDir()
	if runtime.GOOS == "windows" {
		base, err = os.UserCacheDir()
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return filepath.Join(base, "licet", folderName(issuer)), nil
}

// folderName is the issuer where it may stand in a path of every system, else
// what is left of it with a part of its hash.
func folderName(issuer string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, issuer)
	if safe == issuer {
		return safe
	}
	h := sha256.Sum256([]byte(issuer))
	return strings.Trim(safe, "-") + "-" + hex.EncodeToString(h[:4])
}
