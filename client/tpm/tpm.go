package tpm

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// Config says which TPM is meant. The zero Config is the machine's own.
type Config struct {
	// Open opens the TPM; nil = the machine's (/dev/tpmrm0, or TBS on Windows).
	Open func() (transport.TPMCloser, error)
	// Machine says whether the machine is virtual; nil = client.ThisMachine.
	Machine func() client.Machine
}

// Store keeps a container's keys in a TPM. It is safe for concurrent use.
type Store struct {
	cfg  Config
	mu   sync.Mutex // a TPM does one thing at a time
	real func(maker string) bool
}

var _ client.KeyStore = (*Store)(nil)

// New makes a Store. The TPM is opened for each use and closed after it.
func New(cfg Config) *Store {
	if cfg.Open == nil {
		cfg.Open = openMachine
	}
	if cfg.Machine == nil {
		cfg.Machine = client.ThisMachine
	}
	return &Store{cfg: cfg, real: func(maker string) bool { return makers[maker] }}
}

// errNone says that there is no TPM, or none that this user may use.
var errNone = errors.New("tpm: there is no TPM 2.0 that this user may use")

// refHead begins the name of every key of this package.
const refHead = "tpm:"

var b64 = base64.RawURLEncoding.Strict()

// Make derives the keys of a new container.
func (s *Store) Make(string) (client.Keys, error) {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails
	return s.Open(refHead + b64.EncodeToString(salt[:]))
}

// Open derives the keys of a name again. A TPM derives keys for any name: whether
// they are the container's shows in their public halves.
func (s *Store) Open(ref string) (client.Keys, error) {
	salt, ok := strings.CutPrefix(ref, refHead)
	if raw, err := b64.DecodeString(salt); !ok || err != nil || len(raw) != 16 {
		return client.Keys{}, client.ErrNoKeys
	}
	var sign *signer
	var box *exchanger
	var maker string
	err := s.with(func(t transport.TPM) (err error) {
		if maker, err = makerOf(t); err != nil {
			return err
		}
		if sign, err = newSigner(s, t, salt); err != nil {
			return err
		}
		box, err = newExchanger(s, t, salt)
		return err
	})
	if err != nil {
		return client.Keys{}, err
	}
	k := client.Keys{Ref: ref, Kind: wire.ContainerHardware, Sign: sign, Box: box}
	if !s.real(maker) || s.cfg.Machine().Virtual {
		k.Kind, k.Virtual = wire.ContainerSoft, true
	}
	return k, nil
}

// with opens the TPM for fn. Every error says that the device cannot be used.
func (s *Store) with(fn func(t transport.TPM) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.cfg.Open()
	if err != nil {
		return fmt.Errorf("%w: %w: %w", client.ErrDevice, errNone, err)
	}
	if err := errors.Join(fn(t), t.Close()); err != nil {
		return fmt.Errorf("%w: %w", client.ErrDevice, err)
	}
	return nil
}

// makers are the manufacturers of TPMs in real machines, as they call themselves
// (TPM_PT_MANUFACTURER; the vendor list of the Trusted Computing Group). Not
// among them are those whose TPMs are programs: IBM (libtpms and swtpm), MSFT
// (Hyper-V, Azure), GOOG, VMW, AMZN, XEN and QEMU.
var makers = map[string]bool{
	"AMD": true, "ATML": true, "BRCM": true, "CSCO": true, "FLYS": true, "ROCC": true, "HPE": true, "HPI": true, "HISI": true,
	"IFX": true, "INTC": true, "LEN": true, "NSM": true, "NTZ": true, "NTC": true, "NSG": true, "QCOM": true, "SMSN": true,
	"SEC": true, "SECE": true, "SMSC": true, "SNS": true, "STM": true, "TXN": true, "WEC": true,
}

// makerOf asks a TPM who has made it.
func makerOf(t transport.TPM) (string, error) {
	got, err := tpm2.GetCapability{
		Capability: tpm2.TPMCapTPMProperties, Property: uint32(tpm2.TPMPTManufacturer), PropertyCount: 1,
	}.Execute(t)
	if err != nil {
		return "", err
	}
	all, err := got.CapabilityData.Data.TPMProperties()
	if err != nil || len(all.TPMProperty) != 1 || all.TPMProperty[0].Property != tpm2.TPMPTManufacturer {
		return "", errors.Join(errNone, err)
	}
	return spell(all.TPMProperty[0].Value), nil
}

// spell spells the four letters of a manufacturer.
func spell(v uint32) string {
	return strings.Trim(string([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), " \x00")
}

// unique tells the keys of one container from those of another, and its signing
// key from the one for ECDH.
func unique(salt, use string) *tpm2.TPMSECCPoint {
	x, y := sha256.Sum256([]byte("licet/"+use+"/x/"+salt)), sha256.Sum256([]byte("licet/"+use+"/y/"+salt))
	return &tpm2.TPMSECCPoint{X: tpm2.TPM2BECCParameter{Buffer: x[:]}, Y: tpm2.TPM2BECCParameter{Buffer: y[:]}}
}
