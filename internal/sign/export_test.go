package sign

import (
	"context"
	"testing"

	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/wire"
)

// Tamper makes the keyring hand out what fn makes of each signed token, as a
// broken signer would.
func (k *Keyring) Tamper(fn func(token string) string) { k.tamper = fn }

// TestWork is the scrypt work of tests: a thousandth of the real one.
const TestWork = 8

// Label and sealing of the identity, for tests of what is stored.
var (
	LabelForTest = label
	MinParts     = maxParts
	PerPart      = partSerials
)

// Secrets returns every secret of an export.
func Secrets(file []byte, passphrase string) ([][]byte, error) {
	e, err := openEscrow(file, passphrase)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, p := range e.Peppers {
		out = append(out, p.Secret)
	}
	for _, one := range e.Publishers {
		for _, d := range one.Data {
			out = append(out, d.Secret)
		}
		for _, k := range one.Keys {
			out = append(out, k.Seed)
		}
	}
	return out, nil
}

// SealForTest seals any text as an export is sealed.
func SealForTest(t testing.TB, plain, passphrase string) []byte {
	t.Helper()
	b, err := sealPassphrase([]byte(plain), passphrase, TestWork)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// StealKey returns the private half of the active issuing key.
func StealKey(k *Keyring, p publisherID) (wire.PrivateKey, error) {
	r, err := k.soft(p)
	if err != nil {
		return wire.PrivateKey{}, err
	}
	return r.active.private, r.active.err
}

// StealRoot returns the private half of a root key.
func StealRoot(r RootKey) wire.PrivateKey { return r.key }

// LinkOrCopy is how a new file gets its name, for media without links.
var LinkOrCopy = linkOrCopy

// FitsForTest makes a key of a suite in the module and holds it against what
// issuing needs.
func (m *Module) FitsForTest(ctx context.Context, suite string) error {
	a, err := m.call(ctx, line.Call{Do: line.Make, Suite: suite, Use: line.UseSign, Label: "test"})
	if err != nil {
		return err
	}
	return m.fitsIssuing(ctx, a.Keys[0])
}
