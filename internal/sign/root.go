package sign

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

const (
	rootFormat  = "licet-root-key/1"
	maxRootFile = 16 << 10
	armorHead   = "-----BEGIN AGE"
)

var b64 = base64.RawURLEncoding.Strict()

// RootKey is a publisher's root: it certifies issuing keys and speaks about
// other roots. It lives in a file sealed under a passphrase, on a medium that
// is not the server, and in memory while a command uses it.
type RootKey struct {
	key     wire.PrivateKey
	created string
}

// RootInfo is the public half of a root key.
type RootInfo struct {
	KID     string         `json:"kid"`
	Public  wire.PublicKey `json:"-"`
	Created string         `json:"created"` // day, ISO
}

// rootSecret is what the passphrase seals. It repeats the header, which is
// readable without the passphrase and therefore not to be believed alone.
type rootSecret struct {
	Format  string `json:"licet"`
	KID     string `json:"kid"`
	Created string `json:"created"`
	Seed    []byte `json:"seed"`
}

// NewRoot makes a root key. now dates it.
func NewRoot(now time.Time) (RootKey, error) {
	for {
		key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
		if err != nil {
			return RootKey{}, ErrRootFile.Wrap(err)
		}
		if typeable(key.KID()) {
			return RootKey{key: key, created: now.UTC().Format(time.DateOnly)}, nil
		}
	}
}

// typeable reports whether a key id can stand on a command line as it is: one
// in 64 would begin with a dash and be taken for an option.
func typeable(kid string) bool { return !strings.HasPrefix(kid, "-") }

// Info returns the public half.
func (r RootKey) Info() RootInfo {
	return RootInfo{KID: r.key.KID(), Public: r.key.Public(), Created: r.created}
}

// Text returns the public half as the header of a root file: what a server is
// told about a root whose file it never sees.
func (i RootInfo) Text() []byte {
	return []byte(rootFormat + "\nkid: " + i.KID + "\npublic: " + i.Public.String() + "\ncreated: " + i.Created + "\n")
}

// File returns the root key's file: the public header in the open, the rest
// sealed under the passphrase. work is log2 of scrypt's N, 0 for the usual.
// Errors: sign.passphrase_short.
func (r RootKey) File(passphrase string, work int) ([]byte, error) {
	seed, err := r.key.Private()
	if err != nil {
		return nil, ErrRootFile.Wrap(err)
	}
	secret, err := json.Marshal(rootSecret{Format: rootFormat, KID: r.key.KID(), Created: r.created, Seed: seed})
	if err != nil {
		return nil, ErrRootFile.Wrap(err)
	}
	sealed, err := sealPassphrase(secret, passphrase, work)
	if err != nil {
		return nil, err
	}
	return append(r.Info().Text(), sealed...), nil
}

// ParseRootInfo reads the public header of a root file, or a file that is the
// header only. Whether the header belongs to the sealed part, only OpenRoot knows.
func ParseRootInfo(file []byte) (RootInfo, error) {
	var i RootInfo
	if len(file) > maxRootFile {
		return i, ErrRootFile
	}
	head, _, _ := bytes.Cut(file, []byte(armorHead))
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(string(head)), "\r\n", "\n"), "\n")
	if len(lines) != 4 || lines[0] != rootFormat {
		return i, ErrRootFile
	}
	var public string
	for n, want := range map[int]struct {
		name string
		into *string
	}{1: {"kid: ", &i.KID}, 2: {"public: ", &public}, 3: {"created: ", &i.Created}} {
		v, ok := strings.CutPrefix(lines[n], want.name)
		if !ok {
			return i, ErrRootFile
		}
		*want.into = v
	}
	var err error
	if i.Public, err = wire.ParsePublicKey(public); err != nil {
		return i, ErrRootFile.Wrap(err)
	}
	if _, err := time.Parse(time.DateOnly, i.Created); err != nil || i.Public.Suite != wire.Ed25519 || i.Public.KID() != i.KID {
		return i, ErrRootFile
	}
	return i, nil
}

// OpenRoot opens a root file. Errors: sign.wrong_passphrase, sign.root_file for
// a file of another kind or one whose header was changed.
func OpenRoot(file []byte, passphrase string) (RootKey, error) {
	info, err := ParseRootInfo(file)
	if err != nil {
		return RootKey{}, err
	}
	start := bytes.Index(file, []byte(armorHead))
	if start < 0 {
		return RootKey{}, ErrRootFile
	}
	plain, err := openPassphrase(file[start:], passphrase)
	if err != nil {
		return RootKey{}, err
	}
	var s rootSecret
	if err := strictJSON(plain, &s); err != nil || s.Format != rootFormat {
		return RootKey{}, ErrRootFile.Wrap(err)
	}
	key, err := wire.Ed25519Key(s.Seed)
	if err != nil {
		return RootKey{}, ErrRootFile.Wrap(err)
	}
	if key.KID() != info.KID || s.KID != info.KID || s.Created != info.Created {
		return RootKey{}, ErrRootFile
	}
	return RootKey{key: key, created: s.Created}, nil
}

// strictJSON decodes one JSON value without unknown or duplicate keys.
func strictJSON(data []byte, into any) error {
	if err := wire.ScanStrict(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
