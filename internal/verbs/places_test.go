//go:build unix

package verbs_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/client/tpm"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/tpmtest"
	"github.com/licet/licet/wire"
)

// maker says how another container is opened, and which account's it is, if it is one's.
type maker func(w *world, t *testing.T) (client.Config, license.ContainerID)

// place is a kind of container. with makes what its containers need.
type place struct {
	name string // in the table
	kind string // as the server calls it
	with func(t *testing.T) maker
}

var (
	inFolder = place{"soft", wire.ContainerSoft, func(*testing.T) maker {
		return func(w *world, t *testing.T) (client.Config, license.ContainerID) {
			return w.config(t), license.ContainerID{}
		}
	}}
	inCloud  = place{"cloud", wire.ContainerCloud, func(*testing.T) maker { return accounts }}
	onStick  = place{"hardware (PKCS#11)", wire.ContainerHardware, sticks}
	inChip   = place{"hardware (TPM 2.0)", wire.ContainerHardware, chips}
	byPlaces = []place{inFolder, inCloud, onStick, inChip}
)

// accounts are cloud containers of service accounts.
func accounts(w *world, t *testing.T) (client.Config, license.ContainerID) {
	made, err := w.a.Lic.MakeCloud(t.Context(), w.by, license.CloudInput{Org: w.by.Org, Service: "nightly"})
	must(t, err)
	cfg := w.config(t)
	cfg.Keys, err = client.Cloud(made.Secret)
	must(t, err)
	return cfg, made.ID
}

// sticks are slots of a SoftHSM2.
func sticks(t *testing.T) maker {
	dev := p11test.New(t)
	helper, pin, n := p11test.Helper(t), p11test.PINFile(t, p11test.PIN), 0
	return func(w *world, t *testing.T) (client.Config, license.ContainerID) {
		n++
		label := fmt.Sprint("stick ", n)
		dev.Init(t, label)
		s := pkcs11.NewStore(pkcs11.Config{
			Helper: helper, Module: dev.Module, Slot: label, PINFile: pin, Timeout: time.Minute, Env: []string{dev.Env()},
		})
		t.Cleanup(s.Close)
		cfg := w.config(t)
		cfg.Keys = s
		return cfg, license.ContainerID{}
	}
}

// chips are containers beside a software TPM that passes for one of a maker of real
// ones, so that they count as hardware.
func chips(t *testing.T) maker {
	chip := tpmtest.Start(t, t.TempDir())
	return func(w *world, t *testing.T) (client.Config, license.ContainerID) {
		cfg := w.config(t)
		cfg.Keys = tpm.New(tpm.Config{Machine: cfg.Machine, Open: func() (transport.TPMCloser, error) {
			c, err := chip.Open()
			return masked{c}, err
		}})
		return cfg, license.ContainerID{}
	}
}

// masked is a TPM that says another maker's name.
type masked struct{ transport.TPMCloser }

// Send implements transport.TPM.
func (m masked) Send(in []byte) ([]byte, error) {
	out, err := m.TPMCloser.Send(in)
	if len(in) >= 10 && binary.BigEndian.Uint32(in[6:]) == uint32(tpm2.TPMCCGetCapability) {
		out = bytes.Replace(out, []byte("IBM\x00"), []byte("IFX\x00"), 1)
	}
	return out, err
}
