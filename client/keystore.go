package client

import (
	"crypto"
	"crypto/ecdh"
	"errors"
	"fmt"

	"github.com/licet/licet/wire"
)

// KeyStore keeps a container's private keys where no copy of a file takes them
// along: in a PKCS#11 device (package client/pkcs11), or in a machine's TPM
// (package client/tpm). A program chooses it with Config.Keys. What a method
// cannot do it says with an error that wraps ErrRemoved, ErrPIN or ErrDevice.
type KeyStore interface {
	// Make makes the keys of a new container of the issuer.
	Make(issuer string) (Keys, error)
	// Open returns the keys that Make has made, by their Ref. ErrNoKeys says that
	// they are not in here.
	Open(ref string) (Keys, error)
}

// Keys are a container's own, held by a KeyStore.
type Keys struct {
	Ref     string            // by which Open finds them; at most 200 bytes, not secret
	Kind    string            // of the container: wire.ContainerHardware, wire.ContainerSoft, or wire.ContainerCloud
	Virtual bool              // the device is not one that can be touched
	Sign    crypto.Signer     // Ed25519 or P-256
	Box     ecdh.KeyExchanger // X25519 or P-256; nil = the container reads no secret parts
}

// Files is what a KeyStore implements as well that carries the container itself:
// its files are on the device, so that it works in any machine that the device
// is plugged into. A file is written once under its name, of at most 100
// characters, and never changed; Write returns when it is durable.
type Files interface {
	// Names returns the names of all files.
	Names() ([]string, error)
	// Read returns a file; the error wraps fs.ErrNotExist if there is none.
	Read(name string) ([]byte, error)
	// Write makes a file of at most 65,536 bytes; the error wraps fs.ErrExist if
	// there is one of this name.
	Write(name string, data []byte) error
	// Delete removes a file; none is no error.
	Delete(name string) error
}

// files is where the container's files are, nil for its folder.
func (cfg Config) files() Files {
	f, _ := cfg.Keys.(Files)
	return f
}

// made reports whether the state is a container's: it has keys.
func (s *state) made() bool { return s.Sign != "" || s.Ref != "" }

// keysOf returns the keys of a state; ErrEmpty if it has none yet.
func (c *Container) keysOf(st *state) (keys, error) {
	switch {
	case !st.made():
		return keys{}, ErrEmpty
	case (c.cfg.Keys != nil) != (st.Ref != ""):
		return keys{}, ErrKeyStore
	case st.Ref == "":
		return softKeys(st)
	}
	return c.storeKeys(st)
}

// storeKeys returns the keys that a KeyStore holds for a state. What it gave
// before is asked for again only when another container is meant.
func (c *Container) storeKeys(st *state) (keys, error) {
	c.device.Lock()
	defer c.device.Unlock()
	if c.held != nil && c.ref == st.Ref {
		return *c.held, nil
	}
	own, err := c.cfg.Keys.Open(st.Ref)
	if err != nil {
		return keys{}, err
	}
	k, err := own.keys()
	if err != nil {
		return k, err
	}
	if k.pub.Sign != st.SignPublic || k.pub.Encrypt != st.BoxPublic {
		return keys{}, fmt.Errorf("%w: others of the same name are", ErrNoKeys)
	}
	c.held, c.ref = &k, st.Ref
	return k, nil
}

// keys checks what a KeyStore has given.
func (own Keys) keys() (k keys, err error) {
	if own.Sign == nil || own.Kind != wire.ContainerHardware && own.Kind != wire.ContainerSoft && own.Kind != wire.ContainerCloud || own.Ref == "" || len(own.Ref) > maxRef {
		return k, fmt.Errorf("%w: it gives no keys", ErrDevice)
	}
	if k.sign, err = wire.SignerKey(own.Sign); err != nil {
		return k, fmt.Errorf("%w: %w", ErrDevice, err)
	}
	k.pub = wire.ContainerKeys{Kind: own.Kind, Sign: k.sign.Public().String()}
	if k.virtual = own.Virtual; own.Box != nil {
		k.box, k.pub.Encrypt = own.Box, wire.EncryptionPublic(own.Box)
	}
	return k, nil
}

// maxRef is the longest name of keys, in bytes.
const maxRef = 200

// makeKeys gives the state keys if it has none.
func (c *Container) makeKeys(st *state) error {
	switch {
	case st.made():
		return nil
	case c.cfg.Keys == nil:
		st.Home = c.knownBy()
		return makeSoftKeys(st)
	}
	own, err := c.cfg.Keys.Make(c.pins.Issuer)
	if err != nil {
		return err
	}
	k, err := own.keys()
	if err != nil {
		return err
	}
	st.Ref, st.SignPublic, st.BoxPublic = own.Ref, k.pub.Sign, k.pub.Encrypt
	c.device.Lock()
	defer c.device.Unlock()
	c.held, c.ref = &k, own.Ref
	return nil
}

// hashOf returns the hash of the container's keys, "" if it has none here: a
// license may count only where its container's key is.
func (c *Container) hashOf(st *state) (string, error) {
	if st.Ref == "" && c.cfg.Keys == nil {
		return softHash(st)
	}
	k, err := c.keysOf(st)
	switch {
	case errors.Is(err, ErrEmpty), errors.Is(err, ErrNoKeys):
		return "", nil // a folder that was copied away from its device
	case err != nil:
		return "", err
	}
	return k.pub.Hash(), nil
}

// fingerprint is what a request says of the machine: nothing where the keys
// themselves are what it is known by.
func (c *Container) fingerprint(k keys) []wire.FingerprintPart {
	if k.pub.Kind != wire.ContainerSoft {
		return nil
	}
	return c.machine.parts(c.pins.SaltBytes())
}

// gone lets nothing run any more that is bound to a device that was pulled.
func (c *Container) gone(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view
	v.hash, v.held = "", nil
	for _, h := range c.view.held {
		if h.err == nil {
			h.err = fmt.Errorf("%w: %w", wire.ErrContainer, why)
		}
		v.held = append(v.held, h)
	}
	c.view = v
}
