package client

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/licet/licet/wire"
)

// Cloud is the container of a person or a service, for Config.Keys: it is wherever
// its secret is, and on no machine. Nothing of it is written to the disk; programs
// use it by leases (client/online.TakeLease). The secret comes from the publisher's
// server or portal and is kept like a password.
//
// Errors: ErrCloudSecret for what is no secret.
func Cloud(secret string) (KeyStore, error) {
	sign, box, err := wire.CloudKey(secret)
	if err != nil {
		return nil, ErrCloudSecret
	}
	seed, err := sign.Private()
	if err != nil {
		return nil, ErrCloudSecret
	}
	own := Keys{Ref: "cloud-" + sign.KID(), Kind: wire.ContainerCloud, Sign: ed25519.NewKeyFromSeed(seed), Box: box}
	return &cloud{own: own, files: map[string][]byte{}}, nil
}

// cloud is a KeyStore that carries its container in memory.
type cloud struct {
	own Keys

	mu    sync.Mutex
	files map[string][]byte
}

// Make implements KeyStore.
func (c *cloud) Make(string) (Keys, error) { return c.own, nil }

// Open implements KeyStore.
func (c *cloud) Open(ref string) (Keys, error) {
	if ref != c.own.Ref {
		return Keys{}, fmt.Errorf("%w: they are another account's", ErrNoKeys)
	}
	return c.own, nil
}

// Names implements Files.
func (c *cloud) Names() ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.files)), nil
}

// Read implements Files.
func (c *cloud) Read(name string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return slices.Clone(b), nil
}

// Write implements Files.
func (c *cloud) Write(name string, data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.files[name]; ok {
		return errors.Join(ErrWrite, fs.ErrExist)
	}
	c.files[name] = slices.Clone(data)
	return nil
}

// Delete implements Files.
func (c *cloud) Delete(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.files, name)
	return nil
}

// inCloud reports whether the container is an account's: no license lies in it.
func (c *Container) inCloud() bool {
	_, yes := c.cfg.Keys.(*cloud)
	return yes
}
