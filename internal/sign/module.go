package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// Module is a security module that is used through licet-pkcs11: Ed25519 keys
// whose private halves never leave it. It is safe for concurrent use; every call
// ends in bounded time. What fails is a fault of this package (ErrModuleGone …),
// which says what is wrong with the module.
type Module struct{ pool *pkcs11.Pool }

// NewModule makes a Module of so many helpers. Nothing is started before the
// first call. now is its clock.
func NewModule(cfg pkcs11.Config, helpers int, now func() time.Time) *Module {
	return &Module{pkcs11.NewPool(cfg, helpers, now)}
}

// ModuleKey is a key pair in the module.
type ModuleKey struct {
	ID    string `json:"id"` // the module's
	KID   string `json:"kid"`
	Label string `json:"label"`
}

// moduleFaults is the one table from what the helper says to our faults; what is
// not in it is ErrModuleDown.
var moduleFaults = map[line.Code]*fault.Error{
	line.NoSlot: ErrModuleGone, line.Removed: ErrModuleGone, line.ManySlots: ErrModuleGone,
	line.NoPIN: ErrModulePIN, line.WrongPIN: ErrModulePIN, line.LastPIN: ErrModulePIN, line.LockedPIN: ErrModulePIN,
	pkcs11.Slow: ErrModuleSlow, pkcs11.Busy: ErrModuleSlow,
	line.NoKey: ErrModuleKey, line.Unable: ErrModuleUnable,
}

// moduleFault turns an error of the helper into ours; a context's stays.
func moduleFault(err error) error {
	code := pkcs11.CodeOf(err)
	if code == "" {
		return err
	}
	if f, ok := moduleFaults[code]; ok {
		return f.Wrap(err)
	}
	return ErrModuleDown.Wrap(err)
}

func (m *Module) call(ctx context.Context, c line.Call) (line.Answer, error) {
	a, err := m.pool.Call(ctx, c)
	return a, moduleFault(err)
}

// State says what is wrong with the module as far as that is known in memory;
// nil = nothing.
func (m *Module) State() error { return moduleFault(m.pool.State()) }

// Check looks after the module and returns what is wrong with it. Called now and
// then, it finds out that the device is gone, and that it is back.
func (m *Module) Check(ctx context.Context) error { return moduleFault(m.pool.Check(ctx)) }

// Counts returns how many calls the module has carried out, and how many not.
func (m *Module) Counts() pkcs11.Counts { return m.pool.Counts() }

// Close ends the helpers.
func (m *Module) Close() { m.pool.Close() }

// Devices lists the devices that the module shows.
func (m *Module) Devices(ctx context.Context) ([]line.Slot, error) {
	a, err := m.call(ctx, line.Call{Do: line.Slots})
	return a.Slots, err
}

// Keys lists the signing keys that Licet has made in the module.
func (m *Module) Keys(ctx context.Context) ([]ModuleKey, error) {
	a, err := m.call(ctx, line.Call{Do: line.Keys})
	out := []ModuleKey{}
	for _, k := range a.Keys {
		if k.Use == line.UseSign && k.Suite == line.Ed25519 {
			out = append(out, ModuleKey{k.ID, wire.KID(k.Public), k.Label})
		}
	}
	return out, err
}

func (m *Module) make(ctx context.Context, label string) (line.Key, error) {
	a, err := m.call(ctx, line.Call{Do: line.Make, Suite: line.Ed25519, Use: line.UseSign, Label: label})
	if err == nil && len(a.Keys) != 1 {
		err = ErrModuleDown
	}
	if err != nil {
		return line.Key{}, err
	}
	return a.Keys[0], nil
}

func (m *Module) drop(ctx context.Context, id string) error {
	_, err := m.call(ctx, line.Call{Do: line.Drop, Key: id})
	return err
}

func (m *Module) sign(ctx context.Context, id string, message []byte) ([]byte, error) {
	a, err := m.call(ctx, line.Call{Do: line.Sign, Key: id, Data: message})
	return a.Data, err
}

// Place is where the private half of a key is.
type Place string

// The places.
const (
	Here     Place = ""       // sealed in the database
	InModule Place = "pkcs11" // in the security module
)

// Refusals about the security module. They are for whoever asks for a license
// as well as for the administrator: nothing is lost, and nothing issued.
var (
	// ErrModuleNone: the key's private half is in a module, and none is configured (argument "kid").
	ErrModuleNone = fault.New(fault.Unavailable, "sign.module_none")
	// ErrModuleGone: the module's device is not plugged in, or another one is.
	ErrModuleGone = fault.New(fault.Unavailable, "sign.module_gone")
	// ErrModulePIN: the module does not take the PIN, or takes none any more.
	ErrModulePIN = fault.New(fault.Unavailable, "sign.module_pin")
	// ErrModuleSlow: the module does not answer in time.
	ErrModuleSlow = fault.New(fault.Unavailable, "sign.module_slow")
	// ErrModuleDown: the module or its helper cannot be started, or fails.
	ErrModuleDown = fault.New(fault.Unavailable, "sign.module_down")
	// ErrModuleKey: the device is there and does not hold the key.
	ErrModuleKey = fault.New(fault.Unavailable, "sign.module_key")
	// ErrModuleUnable: the device cannot make or use an issuing key (Ed25519, the
	// same signature for the same bytes).
	ErrModuleUnable = fault.New(fault.Invalid, "sign.module_unable")
	// ErrModuleUsed: the key is in use and is not destroyed (argument "kid").
	ErrModuleUsed = fault.New(fault.Conflict, "sign.module_used")
)

// IsModule reports whether an error says what is wrong with the module.
func IsModule(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && strings.HasPrefix(f.Code, "sign.module_")
}

// isLost reports whether the module will never sign with a key again, as far as
// can be told.
func isLost(err error) bool {
	return errors.Is(err, ErrModuleGone) || errors.Is(err, ErrModuleKey) || errors.Is(err, ErrModuleNone)
}

// maxModuleID is the longest id of a key in a module, in bytes.
const maxModuleID = 64

// UseModule gives the Service its security module. It is called once, before the
// Service is used.
func (s *Service) UseModule(m *Module) { s.ring.module = m }

// Module returns the Service's security module, nil if it has none.
func (s *Service) Module() *Module { return s.ring.module }

// moduleKey is a key in the module as package wire signs with keys: for one
// signature. It keeps the module's fault, which wire would wrap.
type moduleKey struct {
	ctx    context.Context
	module *Module
	id     string
	public ed25519.PublicKey
	fault  error
}

// Public returns the public half.
func (k *moduleKey) Public() crypto.PublicKey { return k.public }

// Sign asks the module.
func (k *moduleKey) Sign(_ io.Reader, message []byte, _ crypto.SignerOpts) ([]byte, error) {
	sig, err := k.module.sign(k.ctx, k.id, message)
	k.fault = err
	return sig, err
}

// signWith makes the token of recorded bytes with whichever key it is.
func (k *Keyring) signWith(ctx context.Context, s *signer, prepared Prepared) (string, error) {
	if s.Place == Here {
		return prepared.sign(s.private)
	}
	if k.module == nil && s.State == Retired {
		return "", ErrKeyRevoked.With("kid", s.KID)
	}
	if k.module == nil {
		return "", ErrModuleNone.With("kid", s.KID)
	}
	one := &moduleKey{ctx: ctx, module: k.module, id: s.inModule, public: s.Public}
	private, err := wire.SignerKey(one)
	if err != nil {
		return "", err
	}
	token, err := prepared.sign(private)
	if one.fault == nil {
		return token, err
	}
	if s.State == Retired && isLost(one.fault) {
		return "", ErrKeyRevoked.With("kid", s.KID).Wrap(one.fault) // answered anew by the active key
	}
	return "", one.fault
}

// moduleState is why a key in the module cannot sign now, nil if nothing is
// known against it.
func (k *Keyring) moduleState(s *signer) error {
	switch {
	case s.Place == Here:
		return nil
	case k.module == nil:
		return ErrModuleNone.With("kid", s.KID)
	}
	return k.module.State()
}

// makeInModule makes an issuing key in the module, and holds it against what
// issuing relies on. It runs outside of any transaction.
func (s *Service) makeInModule(ctx context.Context, label string) (line.Key, error) {
	m := s.ring.module
	if m == nil {
		return line.Key{}, ErrModuleNone
	}
	for {
		k, err := m.make(ctx, label)
		if err != nil {
			return k, err
		}
		err = m.fitsIssuing(ctx, k)
		if err == nil && typeable(wire.KID(k.Public)) {
			return k, nil
		}
		if err = errors.Join(err, m.drop(ctx, k.ID)); err != nil {
			return k, err
		}
	}
}

// DropInModule destroys a key in the module that signs nothing any more: one that
// was revoked, or never came into use. kid is its key id, id the module's. Only
// the installation's administrator may. Errors: sign.module_used, sign.module_….
func (s *Service) DropInModule(ctx context.Context, by actor.Actor, kid, id string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.gate.Check(tx, by, actor.PublisherManage, actor.OrgID{}); err != nil {
			return err
		}
		needed, err := used(tx, kid)
		if err == nil && needed {
			err = ErrModuleUsed.With("kid", kid)
		}
		if err != nil {
			return err
		}
		return recordInstallation(tx, by, "key.destroyed", keyFacts{KID: kid, Purpose: Issue})
	})
	if err != nil {
		return err
	}
	if s.ring.module == nil {
		return ErrModuleNone.With("kid", kid)
	}
	return s.ring.module.drop(ctx, id)
}

// fitsIssuing reports whether a key signs as an issuing key must: Ed25519, and
// the same bytes alike, because a signature is not stored but made again.
func (m *Module) fitsIssuing(ctx context.Context, k line.Key) error {
	message := []byte("licet: does this module sign the same bytes alike?")
	one, err := m.sign(ctx, k.ID, message)
	if err != nil {
		return err
	}
	two, err := m.sign(ctx, k.ID, message)
	if err != nil {
		return err
	}
	if len(k.Public) != ed25519.PublicKeySize || !ed25519.Verify(k.Public, message, one) || !bytes.Equal(one, two) {
		return ErrModuleUnable
	}
	return nil
}
