package sign

import (
	"bytes"
	"crypto/ecdh"
	"encoding/json"

	"github.com/licet/licet/wire"
)

const (
	escrowFormat  = "licet-escrow/1"
	maxEscrowFile = 256 << 20
)

// escrow is what an export holds, all secrets in the open; it exists in memory
// and under a passphrase only.
type escrow struct {
	Format     string            `json:"licet"`
	Peppers    []escrowPepper    `json:"peppers"`
	Publishers []escrowPublisher `json:"publishers"`
}

type escrowPepper struct {
	ID      int64  `json:"id"`
	Purpose string `json:"purpose"`
	From    int64  `json:"from"` // Unix microseconds
	Secret  []byte `json:"secret"`
}

type escrowPublisher struct {
	ID   string       `json:"id"`
	Data []escrowData `json:"data"`
	Keys []escrowKey  `json:"keys"`
}

type escrowData struct {
	ID     int64  `json:"id"`
	Secret []byte `json:"secret"`
}

type escrowKey struct {
	KID     string  `json:"kid"`
	Purpose Purpose `json:"purpose"`
	Place   Place   `json:"place,omitempty"`
	Seed    []byte  `json:"seed"` // or the id in the module
}

// seal returns the export file under a passphrase.
func (e escrow) seal(passphrase string, work int) ([]byte, error) {
	e.Format = escrowFormat
	plain, err := json.Marshal(e)
	if err != nil {
		return nil, ErrEscrowFile.Wrap(err)
	}
	return sealPassphrase(plain, passphrase, work)
}

// CheckExport reports whether an export opens under a passphrase, before
// something is done that needs it. Errors: sign.wrong_passphrase, sign.escrow_file.
func CheckExport(file []byte, passphrase string) error {
	_, err := openEscrow(file, passphrase)
	return err
}

// openEscrow undoes seal.
func openEscrow(file []byte, passphrase string) (escrow, error) {
	var e escrow
	if len(file) > maxEscrowFile {
		return e, ErrEscrowFile
	}
	plain, err := openPassphrase(file, passphrase)
	if err != nil {
		return e, err
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || e.Format != escrowFormat {
		return e, ErrEscrowFile.Wrap(err)
	}
	return e, nil
}

// fits reports whether the private half belongs to the key's id.
func (k escrowKey) fits() bool {
	if k.Place == InModule {
		return k.Purpose == Issue && len(k.Seed) > 0 && len(k.Seed) <= maxModuleID
	}
	if k.Purpose == Depot {
		private, err := ecdh.X25519().NewPrivateKey(k.Seed)
		return err == nil && wire.KID(private.PublicKey().Bytes()) == k.KID
	}
	private, err := wire.Ed25519Key(k.Seed)
	return err == nil && private.KID() == k.KID
}
