package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// plug gives the installation a security module.
func (f *field) plug() {
	f.t.Helper()
	f.dev = p11test.New(f.t)
	f.t.Setenv("SOFTHSM2_CONF", f.dev.Conf)
	f.settings = map[string]string{
		"LICET_PKCS11_MODULE": f.dev.Module, "LICET_PKCS11_SLOT": f.dev.Label, "LICET_PKCS11_HELPER": p11test.Helper(f.t),
		"LICET_PKCS11_PIN_FILE": p11test.PINFile(f.t, p11test.PIN), "LICET_PKCS11_TIMEOUT": "1m",
	}
}

// finding is what the doctor says about the module.
func (f *field) finding() string {
	f.t.Helper()
	_, out, _ := f.try("licet", "doctor", "--json")
	var all []struct{ ID, Level, Text string }
	f.must(json.Unmarshal([]byte(out), &all))
	for _, one := range all {
		if one.ID == "module" {
			return one.Level + " " + one.Text
		}
	}
	return ""
}

// boxed shows that the key is in the module, that licenses come out of it, and
// that issuing, and nothing else, stops while it is away.
func (f *field) boxed() {
	f.t.Helper()
	f.rotated()
	if out := f.licet("key", "list"); !strings.Contains(out, "in the security module") {
		f.t.Fatal(out)
	}
	if got := f.finding(); !strings.HasPrefix(got, "good ") {
		f.t.Error(got)
	}
	for name, c := range map[string]struct {
		away, back func()
		fault      error
		says       string
	}{
		"removed": {away: func() { f.dev.Pull(f.t) }, back: func() { f.dev.Plug(f.t) }, fault: sign.ErrModuleGone, says: "is not there"},
		"wrong PIN": {
			away: func() { f.must(os.WriteFile(f.settings["LICET_PKCS11_PIN_FILE"], []byte("0000\n"), 0o600)) },
			back: func() { f.must(os.WriteFile(f.settings["LICET_PKCS11_PIN_FILE"], []byte(p11test.PIN+"\n"), 0o600)) }, fault: sign.ErrModulePIN, says: "does not accept the PIN",
		},
		"not set": {
			away: func() { f.settings["LICET_PKCS11_MODULE"] = "" },
			back: func() { f.settings["LICET_PKCS11_MODULE"] = f.dev.Module }, fault: sign.ErrModuleNone, says: "none is configured",
		},
		"no driver": {
			away: func() { f.settings["LICET_PKCS11_MODULE"] = "/nowhere.so" },
			back: func() { f.settings["LICET_PKCS11_MODULE"] = f.dev.Module }, fault: sign.ErrModuleDown, says: "/nowhere.so",
		},
	} {
		code, m := f.ticket(), f.machine(f.original)
		c.away()
		if err := m.try(&wire.Request{Action: wire.ActActivate, Code: code, Product: "CAD"}); !errors.Is(err, c.fault) {
			f.t.Errorf("%s: %v", name, err)
		}
		if got := f.finding(); !strings.HasPrefix(got, "bad ") || !strings.Contains(got, c.says) {
			f.t.Errorf("%s: %s", name, got)
		}
		if exit, out, errs := f.try("licet", "key", "module"); exit != 5 || strings.Contains(out+errs, p11test.PIN) {
			f.t.Errorf("%s: exit %d\n%s%s", name, exit, out, errs)
		}
		if exit, _, errs := f.try("licet", "key", "rotate", "--root", "active.root", "--module"); exit != 5 || !strings.Contains(errs, "sign.module_") {
			f.t.Errorf("%s: exit %d\n%s", name, exit, errs)
		}
		f.licet("key", "list")
		f.pins("pins.json")
		f.old.runs("an old license meanwhile", f.good)
		c.back()
		if err := m.send(); err != nil || m.held == "" {
			f.t.Errorf("%s: the same request, when all is well again: %v", name, err)
		}
	}
	f.rotated()
	kid := f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" })
	if exit, _, errs := f.try("licet", "key", "module", "drop", kid); exit != 3 || !strings.Contains(errs, "sign.module_used") {
		f.t.Errorf("exit %d\n%s", exit, errs)
	}
	if exit, _, errs := f.try("licet", "key", "module", "drop", "AAAAAAAAAAA"); exit != 4 {
		f.t.Errorf("exit %d\n%s", exit, errs)
	}
}

// loseModule has the issuing key in a module that is gone for good.
func (f *field) loseModule() {
	f.t.Helper()
	f.stealModule()
	f.dev.Pull(f.t)
}

// stealModule has the issuing key in a module.
func (f *field) stealModule() {
	f.t.Helper()
	f.plug()
	f.licet("key", "rotate", "--root", "active.root", "--module")
	f.vars["ISSUING"] = f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" })
}

// emptied shows that the key is nowhere any more.
func (f *field) emptied() {
	f.t.Helper()
	f.rotated()
	var state app.ModuleState
	f.must(json.Unmarshal([]byte(f.licet("key", "module", "--json")), &state))
	if state.State != "ok" || len(state.Keys) != 0 || len(state.Devices) != 1 || !state.Devices[0].Chosen {
		f.t.Errorf("%+v", state)
	}
}

// A new publisher may begin with its key in the module.
func TestSetupInModule(t *testing.T) {
	quick(t)
	f := newField(t)
	f.plug()
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root", "--module")
	f.licet("key", "pins", "--out", "pins.json")
	f.ship()
	f.sells()
	if out := f.licet("key", "module"); !strings.Contains(out, f.vars["ISSUING"]) || !strings.Contains(out, f.dev.Label) {
		t.Error(out)
	}
}
