package pkcs11

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/wire"
)

// patience is how long a test waits for a device: for ever, on a busy machine.
const patience = 60 * time.Second

// config is how a test's device is reached; the PIN is in a file.
func config(t *testing.T, d *p11test.Device) Config {
	t.Helper()
	return Config{
		Helper: p11test.Helper(t), Module: d.Module, Slot: d.Label, PINFile: p11test.PINFile(t, p11test.PIN),
		Timeout: patience, Env: []string{d.Env()},
	}
}

func open(t *testing.T, cfg Config) *Device {
	t.Helper()
	d := New(cfg)
	t.Cleanup(d.Close)
	return d
}

func do(t *testing.T, on Caller, c line.Call) line.Answer {
	t.Helper()
	a, err := on.Call(t.Context(), c)
	if err != nil {
		t.Fatalf("%s: %v", c.Do, err)
	}
	return a
}

func fails(t *testing.T, on Caller, c line.Call, code line.Code) {
	t.Helper()
	if _, err := on.Call(t.Context(), c); CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", c.Do, err, code)
	}
}

func makeKey(t *testing.T, on Caller, suite, use string) line.Key {
	t.Helper()
	return do(t, on, line.Call{Do: line.Make, Suite: suite, Use: use, Label: "test"}).Keys[0]
}

// Keys in a device are keys to package wire: they sign containers' messages and
// open secret parts.
func TestKeys(t *testing.T) {
	d := open(t, config(t, p11test.New(t)))
	for _, suite := range []string{line.Ed25519, line.P256} {
		s, err := NewSigner(d, makeKey(t, d, suite, line.UseSign))
		if err != nil {
			t.Fatal(err)
		}
		key, err := wire.SignerKey(s)
		if err != nil {
			t.Fatal(err)
		}
		payload := []byte(`{"typ":"rcp"}`)
		token, err := wire.Sign(key, wire.TypeReceipt, payload)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := wire.Verify(token, wire.TypeReceipt, wire.Keys(key.Public())); err != nil || !bytes.Equal(got, payload) {
			t.Errorf("%s: %s %v", suite, got, err)
		}
		if _, err := key.Private(); err == nil {
			t.Errorf("%s: the private half came out", suite)
		}
	}
	x, err := NewExchanger(d, makeKey(t, d, line.P256, line.UseDerive))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := wire.SealSecret(wire.EncryptionPublic(x), "l1", 3, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenSecret(x, "l1", 3, sealed); err != nil || string(got) != "secret" {
		t.Errorf("%q %v", got, err)
	}
	for _, bad := range []line.Key{{Suite: line.Ed25519}, {Suite: line.P256, Public: make([]byte, 65)}, {Suite: "rsa"}} {
		if _, err := NewSigner(d, bad); !errors.Is(err, errKey) {
			t.Errorf("%+v: %v", bad, err)
		}
		if _, err := NewExchanger(d, bad); !errors.Is(err, errKey) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// A helper that is killed is started again, and nobody notices.
func TestHelperDies(t *testing.T) {
	d := open(t, config(t, p11test.New(t)))
	key := makeKey(t, d, line.Ed25519, line.UseSign)
	sign := line.Call{Do: line.Sign, Key: key.ID, Data: []byte("m")}
	want := do(t, d, sign).Data
	for range 3 {
		if err := d.run.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if got := do(t, d, sign).Data; !bytes.Equal(got, want) {
			t.Fatal("another signature")
		}
	}
	d.Close()
	if got := do(t, d, sign).Data; !bytes.Equal(got, want) {
		t.Fatal("another signature")
	}
}

// A device that was pulled is found again when it is back.
func TestPulled(t *testing.T) {
	dev := p11test.New(t)
	d := open(t, config(t, dev))
	key := makeKey(t, d, line.Ed25519, line.UseSign)
	sign := line.Call{Do: line.Sign, Key: key.ID, Data: []byte("m")}
	want := do(t, d, sign).Data
	dev.Pull(t)
	fails(t, d, sign, line.Removed)
	fails(t, d, sign, line.NoSlot)
	if _, err := d.Call(t.Context(), sign); !Gone(err) || BadPIN(err) {
		t.Error(err)
	}
	dev.Plug(t)
	if got := do(t, d, sign).Data; !bytes.Equal(got, want) {
		t.Fatal("another signature")
	}
	fails(t, d, line.Call{Do: line.Read, Name: "none"}, line.NoObject)
	fails(t, d, line.Call{Do: line.Read}, line.BadCall)
}

// A wrong PIN costs one try, however many helpers there are, until there is
// another PIN.
func TestWrongPIN(t *testing.T) {
	dev := p11test.New(t)
	cfg := config(t, dev)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(cfg.PINFile, []byte("0000\n"), 0o600))
	now := time.Unix(0, 0)
	p := NewPool(cfg, 3, func() time.Time { now = now.Add(2 * pause); return now })
	t.Cleanup(p.Close)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { fails(t, p, line.Call{Do: line.Look}, line.WrongPIN) })
	}
	all.Wait()
	tries := int64(0)
	for range 3 {
		d := <-p.free
		tries += d.last
		p.free <- d
	}
	if !BadPIN(p.State()) || Gone(p.State()) || tries != 1 {
		t.Error(p.State(), tries)
	}
	must(os.WriteFile(cfg.PINFile, []byte(p11test.PIN+"\r\nnot this\n"), 0o600))
	for range 3 {
		do(t, p, line.Call{Do: line.Look})
	}
	if p.State() != nil {
		t.Error(p.State())
	}
	cfg.PIN = func() (string, error) { return p11test.PIN, nil }
	do(t, open(t, cfg), line.Call{Do: line.Look})
	must(os.Remove(cfg.PINFile))
	cfg.PIN = nil
	fails(t, open(t, cfg), line.Call{Do: line.Look}, line.NoPIN)
	cfg.PINFile = ""
	fails(t, open(t, cfg), line.Call{Do: line.Look}, line.NoPIN)
}

// What cannot be started says so.
func TestNoHelper(t *testing.T) {
	dev := p11test.New(t)
	cfg := config(t, dev)
	for name, c := range map[string]struct {
		change func(*Config)
		code   line.Code
	}{
		"no program":       {func(c *Config) { c.Helper = filepath.Join(t.TempDir(), "none") }, NoHelper},
		"another program":  {func(c *Config) { c.Helper = "/bin/true" }, Died},
		"no module":        {func(c *Config) { c.Module = "/nowhere.so" }, line.NoModule},
		"no device":        {func(c *Config) { c.Slot = "nobody's" }, line.NoSlot},
		"nothing anywhere": {func(c *Config) { c.Helper = ""; t.Setenv("PATH", t.TempDir()) }, NoHelper},
	} {
		other := cfg
		c.change(&other)
		t.Run(name, func(t *testing.T) { fails(t, open(t, other), line.Call{Do: line.Look}, c.code) })
	}
	var f *Fault
	if err := error(&Fault{Code: line.Full}); !errors.As(err, &f) || err.Error() != "pkcs11: full" || CodeOf(errors.New("x")) != "" {
		t.Error(err)
	}
}
