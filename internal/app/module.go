package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// moduleEvery is how often a server looks after its security module: issuing
// goes on that long after the module is back.
const moduleEvery = 2 * time.Second

// moduleConfig is how the security module is reached; false without one.
func (c *Config) moduleConfig() (pkcs11.Config, bool) {
	return pkcs11.Config{
		Helper: c.ModuleHelper, Module: c.Module, Slot: c.ModuleSlot, PINFile: c.ModulePINFile, Timeout: c.ModuleTimeout,
	}, c.Module != ""
}

// module gives the keys their security module, if there is one. Nothing of it is
// started before it is needed.
func (a *App) module() {
	cfg, ok := a.Config.moduleConfig()
	if !ok {
		return
	}
	a.Keys.UseModule(sign.NewModule(cfg, a.Config.ModuleHelpers, a.seams.Now))
}

// lookAfterModule finds out that the module is gone, and that it is back.
func (a *App) lookAfterModule(ctx context.Context) error {
	m := a.Keys.Module()
	if m == nil {
		return nil
	}
	before := moduleWord(m.State())
	err := m.Check(ctx)
	after := moduleWord(err)
	a.metrics.module(after, m.Counts())
	switch {
	case after == before:
	case err == nil:
		a.seams.Log.Info("the security module signs again")
	default:
		a.seams.Log.Error("the security module does not sign; nothing is issued", "state", after, "error", err)
	}
	return nil // it is told once, and shown for as long as it lasts
}

// moduleWord names the module's state: "ok", or the end of the fault's code:
// gone, pin, slow, down, key, none, unable.
func moduleWord(err error) string {
	if err == nil {
		return "ok"
	}
	word, ok := strings.CutPrefix(fault.As(err).Code, "sign.module_")
	if !ok {
		return "down"
	}
	return word
}

// examineModule says how the security module does, where there is one or a key
// needs one.
func (a *App) examineModule(ctx context.Context, d *doctor, all []actor.PublisherID) {
	m := a.Keys.Module()
	state := ""
	if m != nil {
		state = moduleWord(m.Check(ctx))
	}
	if state == "ok" {
		state = a.moduleHolds(ctx, m, all)
	}
	for _, p := range all {
		if _, err := a.Keys.Keyring().Issuer(p); m == nil && sign.IsModule(err) {
			state = "none"
		}
	}
	switch state {
	case "":
	case "ok":
		d.say("module", Good, state)
	default:
		d.say("module", Bad, state, "module", a.Config.Module, "slot", a.Config.ModuleSlot, "file", a.Config.ModulePINFile)
	}
}

// moduleHolds looks whether the module holds the issuing keys of all publishers
// that are said to be in it.
func (a *App) moduleHolds(ctx context.Context, m *sign.Module, all []actor.PublisherID) string {
	inside, err := m.Keys(ctx)
	if err != nil {
		return moduleWord(err)
	}
	for _, p := range all {
		keys, err := a.Keys.Overview(ctx, actor.System(p))
		if err != nil {
			return "down"
		}
		for _, k := range keys.Keys {
			here := slices.ContainsFunc(inside, func(one sign.ModuleKey) bool { return one.KID == k.KID })
			if k.Place == sign.InModule && k.State == sign.Active && !here {
				return "key"
			}
		}
	}
	return "ok"
}

// ModuleState is what licet key module shows.
type ModuleState struct {
	State   string           `json:"state"` // ok, gone, pin, slow, down
	Text    string           `json:"text"`
	Devices []ModuleDevice   `json:"devices"`
	Keys    []sign.ModuleKey `json:"keys"`
}

// ModuleDevice is a device that the module shows.
type ModuleDevice struct {
	Label   string `json:"label"`
	Serial  string `json:"serial"`
	Model   string `json:"model"`
	Ed25519 bool   `json:"ed25519"` // it can hold issuing keys
	Chosen  bool   `json:"chosen"`  // by pkcs11-slot
}

// ModuleState looks at the security module. Errors: sign.module_none without one.
func (a *App) ModuleState(ctx context.Context, lang text.Lang) (ModuleState, error) {
	m := a.Keys.Module()
	if m == nil {
		return ModuleState{}, sign.ErrModuleNone.With("kid", "–")
	}
	out := ModuleState{Devices: []ModuleDevice{}, Keys: []sign.ModuleKey{}}
	devices, err := m.Devices(ctx)
	for _, s := range devices {
		slot := a.Config.ModuleSlot
		out.Devices = append(out.Devices, ModuleDevice{
			Label: s.Label, Serial: s.Serial, Model: s.Model, Ed25519: s.Ed25519,
			Chosen: slot == s.Label || slot == s.Serial || slot == "" && len(devices) == 1,
		})
	}
	if err == nil {
		out.Keys, err = m.Keys(ctx)
	}
	out.State = moduleWord(err)
	out.Text = text.T(lang, "app.doctor.module."+out.State, "module", a.Config.Module, "slot", a.Config.ModuleSlot, "file", a.Config.ModulePINFile)
	return out, nil
}
