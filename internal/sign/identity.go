package sign

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/licet/licet/internal/db"
)

// IdentityFile is the name of the identity file inside the data directory.
const IdentityFile = "identity.age-key"

// maxIdentityFile bounds what is read of an identity file, in bytes.
const maxIdentityFile = 64 << 10

// Identity opens what the database keeps sealed, and seals new secrets to
// itself. It is read from a file that only its owner may read; the file may
// hold several age X25519 keys, of which the first seals and all open. An
// Identity does not change and is safe for concurrent use.
type Identity struct {
	keys []identityKey
}

// identityKey is one age key and the MAC key derived from it: age proves to
// nobody who sealed a blob, so each carries a tag that only the holder of the
// identity can make (see Identity.Seal).
type identityKey struct {
	age *age.X25519Identity
	mac []byte
}

// LoadIdentity reads the identity file at path. On unix it refuses a file that
// group or others may touch (ErrIdentityMode); a file that is not there is
// ErrIdentityMissing, one that holds no usable key ErrIdentityBad.
func LoadIdentity(path string) (*Identity, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrIdentityMissing.With("path", path).Wrap(err)
	}
	if err != nil {
		return nil, ErrIdentityBad.With("path", path).Wrap(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	st, err := f.Stat()
	if err != nil {
		return nil, ErrIdentityBad.With("path", path).Wrap(err)
	}
	if !st.Mode().IsRegular() || st.Size() > maxIdentityFile {
		return nil, ErrIdentityBad.With("path", path)
	}
	if err := checkMode(path, st.Mode()); err != nil {
		return nil, err
	}
	text := make([]byte, st.Size())
	n, err := f.Read(text)
	if err != nil || int64(n) != st.Size() {
		return nil, ErrIdentityBad.With("path", path).Wrap(err)
	}
	id, err := ParseIdentity(string(text))
	if err != nil {
		return nil, ErrIdentityBad.With("path", path).Wrap(err)
	}
	return id, nil
}

// ParseIdentity reads the text of an identity file: age X25519 secret keys, one
// per line, empty lines and lines that begin with # left out.
func ParseIdentity(text string) (*Identity, error) {
	ids, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil {
		return nil, ErrIdentityBad.Wrap(err)
	}
	var out Identity
	for _, one := range ids {
		x, ok := one.(*age.X25519Identity)
		if !ok {
			return nil, ErrIdentityBad
		}
		mac, err := hkdf.Key(sha256.New, []byte(x.String()), nil, "licet/seal-mac/1", 32)
		if err != nil {
			return nil, ErrIdentityBad.Wrap(err)
		}
		out.keys = append(out.keys, identityKey{age: x, mac: mac})
	}
	return &out, nil
}

// CreateIdentity makes a new identity and writes it to path with mode 0600,
// whole or not at all. When another process was faster, its file is loaded:
// two first starts at once agree on one identity.
func CreateIdentity(path string) (*Identity, error) {
	id, err := (&Identity{}).extended()
	if err != nil {
		return nil, err
	}
	err = writeNew(path, id.text())
	if errors.Is(err, fs.ErrExist) {
		return LoadIdentity(path)
	}
	if err != nil {
		return nil, ErrIdentityBad.With("path", path).Wrap(err)
	}
	return id, nil
}

// extended returns the identity with a new key in front of its own.
func (id *Identity) extended() (*Identity, error) {
	x, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, ErrIdentityBad.Wrap(err)
	}
	fresh, err := ParseIdentity(x.String())
	if err != nil {
		return nil, err
	}
	fresh.keys = append(fresh.keys, id.keys...)
	return fresh, nil
}

// first returns the identity without its older keys.
func (id *Identity) first() *Identity { return &Identity{keys: id.keys[:1]} }

// text is the identity as it stands in its file.
func (id *Identity) text() []byte {
	var b strings.Builder
	b.WriteString("# Licet identity: opens the keys that the database keeps sealed.\n" +
		"# Keep a copy apart from the database and its backups.\n")
	for _, k := range id.keys {
		b.WriteString("# public key: " + k.age.Recipient().String() + "\n" + k.age.String() + "\n")
	}
	return []byte(b.String())
}

// Holds reports whether one of the keys has that public part, "age1…".
func (id *Identity) Holds(recipient string) bool {
	return slices.ContainsFunc(id.keys, func(k identityKey) bool { return k.age.Recipient().String() == recipient })
}

// Recipient returns the public part of the sealing key, "age1…".
func (id *Identity) Recipient() string { return id.keys[0].age.Recipient().String() }

// checkMode refuses what group or others can read or write. Windows has no such
// bits; there the data directory's own access list protects the file.
func checkMode(path string, mode fs.FileMode) error {
	if runtime.GOOS == "windows" || mode.Perm()&0o077 == 0 {
		return nil
	}
	return ErrIdentityMode.With("path", path, "mode", fmt.Sprintf("%04o", mode.Perm()))
}

// WriteNewFile writes data to path with mode 0600, synced, whole or not at all.
// A file that is there is ErrFileExists: no key is ever written over another.
func WriteNewFile(path string, data []byte) error {
	err := writeNew(path, data)
	if errors.Is(err, fs.ErrExist) {
		return ErrFileExists.With("path", path).Wrap(err)
	}
	return err
}

// writeNew is WriteNewFile with the system's own errors.
func writeNew(path string, data []byte) error { return place(path, data, linkOrCopy(os.Link)) }

// linkOrCopy puts a file where none is. Media such as a USB stick may know no
// links; there a file that cannot be written whole is removed again.
func linkOrCopy(link func(from, to string) error) func(from, to string) error {
	return func(from, to string) error {
		if err := link(from, to); err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return errors.Join(err, os.Remove(to))
		}
		return nil
	}
}

// replaceFile writes a file of mode 0600 in the place of another, whole or not
// at all.
func replaceFile(path string, data []byte) error { return place(path, data, os.Rename) }

// place writes a synced file beside path and puts it there.
func place(path string, data []byte, put func(from, to string) error) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".licet-new-*") // CreateTemp makes it 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already, or of no use
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := put(tmp.Name(), path); err != nil {
		return err
	}
	return db.SyncDir(dir)
}
