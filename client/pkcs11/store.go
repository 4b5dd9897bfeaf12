package pkcs11

import (
	"context"
	"crypto"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/wire"
)

// Store is a device as package client keeps containers in: its keys and its
// files are on the device, so that a program on any machine that it is plugged
// into finds its licenses.
//
//	stick := pkcs11.NewStore(pkcs11.Config{Module: driver, PIN: askThePerson})
//	defer stick.Close()
//	c, err := client.Open(client.Config{Pins: pins, Keys: stick})
type Store struct{ on *Device }

var (
	_ client.KeyStore = (*Store)(nil)
	_ client.Files    = (*Store)(nil)
)

// NewStore makes a Store. Nothing is started before it is used.
func NewStore(cfg Config) *Store { return &Store{New(cfg)} }

// Close ends the helper. The next use starts another.
func (s *Store) Close() { s.on.Close() }

// said turns an error of the device into one that package client has a sentence
// for.
func said(err error) error {
	switch {
	case err == nil:
		return nil
	case Gone(err):
		return fmt.Errorf("%w: %w", client.ErrRemoved, err)
	case BadPIN(err):
		return fmt.Errorf("%w: %w", client.ErrPIN, err)
	}
	return fmt.Errorf("%w: %w", client.ErrDevice, err)
}

func (s *Store) call(c line.Call) (line.Answer, error) {
	return s.on.Call(context.Background(), c)
}

// Make makes the keys of a new container: Ed25519 to sign where the device can,
// else P-256, and P-256 to open secret parts where it can.
func (s *Store) Make(issuer string) (client.Keys, error) {
	label := plainLabel(issuer)
	sign, err := s.make(line.UseSign, label, line.Ed25519, line.P256)
	if err != nil {
		return client.Keys{}, said(err)
	}
	box, err := s.make(line.UseDerive, label, line.P256)
	if err != nil && CodeOf(err) != line.Unable {
		return client.Keys{}, said(err)
	}
	return s.keys(sign, box)
}

// make makes a key of the first suite that the device can.
func (s *Store) make(use, label string, suites ...string) (k line.Key, err error) {
	for _, suite := range suites {
		a, err := s.call(line.Call{Do: line.Make, Suite: suite, Use: use, Label: label})
		if err == nil && len(a.Keys) == 1 {
			return a.Keys[0], nil
		}
		if CodeOf(err) != line.Unable {
			return k, err
		}
	}
	return k, &Fault{Code: line.Unable}
}

// plainLabel is what of an issuer can be a key's label.
func plainLabel(issuer string) string {
	s := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, issuer)
	return s[:min(len(s), line.MaxName)]
}

// Open returns the keys that Make has made.
func (s *Store) Open(ref string) (client.Keys, error) {
	signID, boxID, _ := strings.Cut(ref, ",")
	a, err := s.call(line.Call{Do: line.Keys})
	if err != nil {
		return client.Keys{}, said(err)
	}
	var sign, box line.Key
	for _, k := range a.Keys {
		if k.ID == signID && k.Use == line.UseSign {
			sign = k
		}
		if k.ID == boxID && k.Use == line.UseDerive {
			box = k
		}
	}
	if sign.ID == "" || boxID != "" && box.ID == "" {
		return client.Keys{}, client.ErrNoKeys
	}
	return s.keys(sign, box)
}

func (s *Store) keys(sign, box line.Key) (client.Keys, error) {
	k := client.Keys{Ref: sign.ID, Kind: wire.ContainerHardware}
	signer, err := NewSigner(s.on, sign)
	if err != nil {
		return k, said(err)
	}
	k.Sign = storeSigner{signer}
	if box.ID == "" {
		return k, nil
	}
	k.Ref += "," + box.ID
	if k.Box, err = NewExchanger(s.on, box); err != nil {
		return client.Keys{}, said(err)
	}
	return k, nil
}

// storeSigner is a Signer whose errors package client has sentences for.
type storeSigner struct{ *Signer }

// Sign signs.
func (s storeSigner) Sign(rand io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	sig, err := s.Signer.Sign(rand, message, opts)
	return sig, said(err)
}

// Names returns the names of all files on the device.
func (s *Store) Names() ([]string, error) {
	a, err := s.call(line.Call{Do: line.Names})
	return a.Names, said(err)
}

// Read returns a file; the error wraps fs.ErrNotExist if there is none.
func (s *Store) Read(name string) ([]byte, error) {
	a, err := s.call(line.Call{Do: line.Read, Name: name})
	if CodeOf(err) == line.NoObject {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return a.Data, said(err)
}

// Write makes a file and returns when the device says that it holds it. When the
// helper ends in the middle, the file is there as a whole, or not, or torn: its
// reader has to tell.
func (s *Store) Write(name string, data []byte) error {
	_, err := s.call(line.Call{Do: line.Write, Name: name, Data: data})
	if CodeOf(err) == line.Exists {
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	return said(err)
}

// Delete removes a file; none is no error.
func (s *Store) Delete(name string) error {
	_, err := s.call(line.Call{Do: line.Delete, Name: name})
	return said(err)
}

// Devices lists the devices that the driver shows, without logging in to any.
func (s *Store) Devices() ([]line.Slot, error) {
	a, err := s.call(line.Call{Do: line.Slots})
	return a.Slots, said(err)
}
