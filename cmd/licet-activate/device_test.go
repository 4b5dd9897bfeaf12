package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-tpm/tpm2/transport"

	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/p11test"
)

// The licenses of a device hold wherever it is plugged in; a wrong PIN and a
// missing device say so, in both languages, and the PIN is told to nobody.
func TestDevice(t *testing.T) {
	dev := p11test.New(t)
	t.Setenv("SOFTHSM2_CONF", dev.Conf)
	p := clienttest.New("acme")
	server := clienttest.NewServer(p)
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	p.Server = h.URL
	pins := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	clock := clienttest.NewClock()
	server.Now = clock.Now
	vars := map[string]string{"LICET_PINS": pins, "LICET_PKCS11_HELPER": p11test.Helper(t)}
	right, wrong := p11test.PINFile(t, p11test.PIN), p11test.PINFile(t, "0000")
	say := func(machine, in string, want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		code := run(context.Background(), append(args, "--dir", t.TempDir(), "--module", dev.Module), environment{
			stdin: strings.NewReader(in), stdout: &out, stderr: &out, getenv: func(n string) string { return vars[n] },
			terminal: in != "", clock: clock, machine: clienttest.Machine(machine),
		})
		if code != want || strings.Contains(out.String(), p11test.PIN) {
			t.Errorf("%v on %s: exit %d, want %d\n%s", args, machine, code, want, out.String())
		}
		return out.String()
	}
	code := server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}})
	say("alpha", "", exitDone, "activate", code, "--pin-file", right)
	say("beta", "", exitDone, "verify", "--feature", "draw", "--slot", dev.Label, "--pin-file", right)
	say("beta", p11test.PIN+"\n", exitDone, "refresh")
	if got := say("beta", "", exitContainer, "verify", "--pin-file", wrong); !strings.Contains(got, "does not accept the PIN") {
		t.Error(got)
	}
	if got := say("beta", "", exitContainer, "verify", "--lang", "de"); !strings.Contains(got, "nimmt die PIN nicht an") {
		t.Error(got) // nobody is there to be asked
	}
	dev.Pull(t)
	if got := say("beta", "", exitContainer, "verify", "--lang", "de", "--pin-file", right); !strings.Contains(got, "nicht angeschlossen") {
		t.Error(got)
	}
	dev.Plug(t)
	say("gamma", "", exitDone, "return", "--all", "--yes", "--pin-file", right)
	say("alpha", "", exitNoLicense, "verify", "--feature", "draw", "--pin-file", right)
	if server.Suspects() {
		t.Error("the server takes the device for a copy")
	}
}

// Where there is no TPM, or none that this user may use, that is what is said.
func TestNoTPM(t *testing.T) {
	pins := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(pins, clienttest.New("acme").Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "cannot be used", "de": "lässt sich nicht benutzen"} {
		var out bytes.Buffer
		code := run(context.Background(), []string{"activate", clienttest.Ticket(), "--tpm", "--lang", lang, "--pins", pins, "--dir", t.TempDir()}, environment{
			stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" },
			clock: clienttest.NewClock(), machine: clienttest.Machine("alpha"),
			tpm: func() (transport.TPMCloser, error) { return nil, os.ErrNotExist },
		})
		if code != exitContainer || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit %d\n%s", lang, code, out.String())
		}
	}
}
