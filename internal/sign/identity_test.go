package sign_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"filippo.io/age"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
)

func TestIdentityFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), sign.IdentityFile)
	if _, err := sign.LoadIdentity(path); !errors.Is(err, sign.ErrIdentityMissing) || fault.As(err).Args["path"] != path {
		t.Fatalf("no file: %v", err)
	}
	made, err := sign.CreateIdentity(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v", st.Mode())
	}
	loaded, err := sign.LoadIdentity(path)
	if err != nil || loaded.Recipient() != made.Recipient() {
		t.Fatalf("another identity after loading: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Fatalf("files left behind: %v %v", left, err)
	}
}

func TestWriteNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	if err := sign.WriteNewFile(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := sign.WriteNewFile(path, []byte("second")); !errors.Is(err, sign.ErrFileExists) {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "first" {
		t.Fatalf("%q, %v", b, err)
	}
	if err := sign.WriteNewFile(filepath.Join(path, "x"), nil); err == nil || errors.Is(err, sign.ErrFileExists) {
		t.Fatalf("below a file: %v", err)
	}
}

func TestIdentityRefusesOpenFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("windows has no mode bits")
	}
	path := filepath.Join(t.TempDir(), sign.IdentityFile)
	if _, err := sign.CreateIdentity(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := sign.LoadIdentity(path); !errors.Is(err, sign.ErrIdentityMode) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := sign.LoadIdentity(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
}

func TestIdentityRefusesOtherContent(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty":   "",
		"comment": "# nothing here\n",
		"broken":  "AGE-SECRET-KEY-1QQQQ\n",
		"large":   strings.Repeat("#", 65<<10),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sign.LoadIdentity(path); !errors.Is(err, sign.ErrIdentityBad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sign.LoadIdentity(dir); !errors.Is(err, sign.ErrIdentityBad) && !errors.Is(err, sign.ErrIdentityMode) {
		t.Errorf("a directory: %v", err)
	}
}

// Two first starts at once agree on one identity.
func TestIdentityCreatedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), sign.IdentityFile)
	got := make([]string, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			id, err := sign.CreateIdentity(path)
			if err != nil {
				t.Error(err)
				return
			}
			got[i] = id.Recipient()
		})
	}
	wg.Wait()
	for _, r := range got {
		if r != got[0] {
			t.Fatalf("two identities: %s and %s", got[0], r)
		}
	}
}

func newIdentity(t testing.TB) *sign.Identity {
	t.Helper()
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	id, err := sign.ParseIdentity(x.String())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIdentitySeal(t *testing.T) {
	id, other := newIdentity(t), newIdentity(t)
	secret := []byte("thirty-two bytes of some secret!")
	sealed, err := id.Seal([]byte("row 1"), secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := id.Open([]byte("row 1"), sealed); err != nil || !bytes.Equal(got, secret) {
		t.Fatalf("%q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another row":      func() ([]byte, error) { return id.Open([]byte("row 2"), sealed) },
		"another identity": func() ([]byte, error) { return other.Open([]byte("row 1"), sealed) },
		"cut":              func() ([]byte, error) { return id.Open([]byte("row 1"), sealed[:len(sealed)-1]) },
		"empty":            func() ([]byte, error) { return id.Open([]byte("row 1"), nil) },
		"changed": func() ([]byte, error) {
			b := bytes.Clone(sealed)
			b[len(b)-1] ^= 1
			return id.Open([]byte("row 1"), b)
		},
		"planted":       func() ([]byte, error) { return id.Open([]byte("row 1"), plant(t, id, secret)) },
		"planted short": func() ([]byte, error) { return id.Open([]byte("row 1"), plant(t, id, nil)) },
	} {
		if got, err := open(); !errors.Is(err, sign.ErrSeal) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// plant seals a secret as somebody can who may write the database and knows the
// public half of the identity.
func plant(t *testing.T, id *sign.Identity, secret []byte) []byte {
	t.Helper()
	r, err := age.ParseX25519Recipient(id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	if secret != nil {
		if _, err := w.Write(append(make([]byte, 32), secret...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A medium that knows no links, such as a USB stick, takes a new file all the
// same, and still none over another.
func TestNewFileWithoutLinks(t *testing.T) {
	put := sign.LinkOrCopy(func(from, to string) error {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM}
	})
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.WriteFile(from, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := put(from, to); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(to)
	if got, e := os.ReadFile(to); err != nil || e != nil || string(got) != "secret" || st.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v, %v", got, e, st.Mode(), err)
	}
	if err := put(from, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another file: %v", err)
	}
	if err := put(from, filepath.Join(dir, "no", "such")); err == nil {
		t.Error("into a folder that is not there")
	}
}

// After the identity was changed, the old key still opens, the new one seals.
func TestIdentityOfTwoKeys(t *testing.T) {
	a, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	b, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	old, err := sign.ParseIdentity(a.String())
	if err != nil {
		t.Fatal(err)
	}
	both, err := sign.ParseIdentity("# new\n" + b.String() + "\n# old\n" + a.String() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := old.Seal([]byte("x"), []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := both.Open([]byte("x"), sealed); err != nil || string(got) != "secret" {
		t.Fatalf("%q, %v", got, err)
	}
	if sealed, err = both.Seal([]byte("x"), []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Open([]byte("x"), sealed); !errors.Is(err, sign.ErrSeal) {
		t.Fatalf("the old key opens what the new one sealed: %v", err)
	}
	if both.Recipient() != b.Recipient().String() {
		t.Fatal("the first key must seal")
	}
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sign.ParseIdentity(hybrid.String()); !errors.Is(err, sign.ErrIdentityBad) {
		t.Fatalf("a key of another kind: %v", err)
	}
}
