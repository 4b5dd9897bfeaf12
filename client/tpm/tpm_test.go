//go:build unix

package tpm

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/tpmtest"
	"github.com/licet/licet/wire"
)

// bare is a machine that does not look virtual.
func bare() client.Machine { return clienttest.Machine("alpha")() }

// chip is a Store on a software TPM that passes for a real one.
func chip(t *testing.T, state string) *Store {
	t.Helper()
	s := New(Config{Open: tpmtest.Start(t, state).Open, Machine: bare})
	s.real = func(string) bool { return true }
	return s
}

// The keys of a TPM are keys to package wire, and the same after a restart.
func TestKeys(t *testing.T) {
	state := t.TempDir()
	s := chip(t, state)
	k, err := s.Make("acme")
	if err != nil || k.Kind != wire.ContainerHardware || k.Virtual {
		t.Fatalf("%+v %v", k, err)
	}
	key, err := wire.SignerKey(k.Sign)
	if err != nil {
		t.Fatal(err)
	}
	token, err := wire.Sign(key, wire.TypeReceipt, []byte(`{"typ":"rcp"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := wire.Verify(token, wire.TypeReceipt, wire.Keys(key.Public())); err != nil {
		t.Error(err)
	}
	sealed, err := wire.SealSecret(wire.EncryptionPublic(k.Box), "l1", 1, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Open(k.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.OpenSecret(again.Box, "l1", 1, sealed); err != nil || string(got) != "secret" {
		t.Errorf("%q %v", got, err)
	}
	other, err := s.Make("acme")
	if err != nil || wire.EncryptionPublic(other.Box) == wire.EncryptionPublic(k.Box) || other.Ref == k.Ref {
		t.Error("two containers have the same keys", err)
	}
	for _, ref := range []string{"", "tpm:", "tpm:AAAA", "other:" + k.Ref} {
		if _, err := s.Open(ref); !errors.Is(err, client.ErrNoKeys) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if _, err := k.Sign.Sign(nil, []byte("short"), nil); err == nil {
		t.Error("something that is no digest was signed")
	}
}

// open opens the container of a folder beside a TPM.
func open(t *testing.T, p *clienttest.Publisher, dir string, s *Store) *client.Container {
	t.Helper()
	c, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: dir, Clock: clienttest.NewClock(), Machine: bare, Keys: s})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A license beside a TPM runs there, after a restart too, and not where the disk
// was copied to; the copy cannot ask in its name either.
func TestCloneOfTheDisk(t *testing.T) {
	p := clienttest.New("acme")
	server := clienttest.NewServer(p)
	server.Now = clienttest.NewClock().Now
	dir, state := t.TempDir(), t.TempDir()
	mine := chip(t, state)
	c := open(t, p, dir, mine)
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}})})
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := wire.OpenRequest(m.Token)
	if err != nil || r.Container.Kind != wire.ContainerHardware || len(r.Fingerprint) != 0 || r.Virtual {
		t.Fatalf("%+v %v", r, err)
	}
	lines, no := server.Exchange(m.Token)
	if no != nil {
		t.Fatal(no.Code)
	}
	if _, err := c.Install([]byte(lines)); err != nil || !c.Has("draw") {
		t.Fatal(err, c.Licenses())
	}
	if !open(t, p, dir, mine).Has("draw") {
		t.Error("the license does not run at the next start")
	}

	clone := t.TempDir()
	if err := os.CopyFS(clone, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	copied := open(t, p, clone, chip(t, t.TempDir()))
	if copied.Has("draw") || copied.Licenses()[0].State != client.OtherMachine {
		t.Error("the copy of a disk runs beside another TPM")
	}
	if _, err := copied.NewRequest(client.Ask{}); !errors.Is(err, client.ErrNoKeys) {
		t.Error(err)
	}
	if _, err := copied.NewReturn(clienttest.ID(1)); !errors.Is(err, client.ErrNotHere) {
		t.Error(err)
	}
	if !open(t, p, dir, mine).Has("draw") || server.Suspects() {
		t.Error("the original does not go on")
	}
}

// A virtual TPM, or any in a virtual machine, is software.
func TestVirtual(t *testing.T) {
	at := tpmtest.Start(t, t.TempDir()).Open
	swtpm := New(Config{Open: at, Machine: bare})
	inside := New(Config{Open: at, Machine: func() client.Machine { m := bare(); m.Virtual = true; return m }})
	inside.real = func(string) bool { return true }
	for name, s := range map[string]*Store{"swtpm": swtpm, "a real one, passed through": inside} {
		k, err := s.Make("acme")
		if err != nil || k.Kind != wire.ContainerSoft || !k.Virtual {
			t.Fatalf("%s: %+v %v", name, k, err)
		}
	}
	c := open(t, clienttest.New("acme"), t.TempDir(), swtpm)
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: clienttest.Ticket()})
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := wire.OpenRequest(m.Token)
	if err != nil || r.Container.Kind != wire.ContainerSoft || len(r.Fingerprint) == 0 || !r.Virtual {
		t.Fatalf("%+v %v", r, err)
	}
	for v, want := range map[uint32]bool{
		0x49424d00: false, 0x4d534654: false, 0x474f4f47: false, 0x564d5700: false, 0: false, // IBM, MSFT, GOOG, VMW
		0x53544d20: true, 0x49465800: true, 0x494e5443: true, 0x414d4400: true, 0x4e544300: true, // STM, IFX, INTC, AMD, NTC
	} {
		if makers[spell(v)] != want {
			t.Errorf("%08x (%q) is a real one: %v", v, spell(v), !want)
		}
	}
}

// Where there is no TPM, the reason has a sentence.
func TestNone(t *testing.T) {
	s := New(Config{Open: func() (transport.TPMCloser, error) { return linuxudstpm.Open("/nowhere") }})
	_, err := s.Make("acme")
	if !errors.Is(err, client.ErrDevice) || !errors.Is(err, errNone) || client.Explain("de", err) == "" {
		t.Error(err)
	}
}
