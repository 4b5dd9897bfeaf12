package main

import (
	"fmt"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// keyModuleCmd works on the security module.
type keyModuleCmd struct {
	Show keyModuleShowCmd `cmd:"" default:"withargs" help:"Say how the module does, and what is in it."`
	Drop keyModuleDropCmd `cmd:"" help:"Destroy a key in the module that was revoked or never used."`
}

type keyModuleShowCmd struct{ jsonFlag }

// Run implements the command. A module that does not sign is told, with exit
// code 5.
func (c keyModuleShowCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		state, err := a.ModuleState(e.ctx, e.lang)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(e.out, state)
		} else {
			_, err = fmt.Fprint(e.out, showModule(e.lang, a.Config.Module, state))
		}
		if err == nil && state.State != "ok" {
			err = failure(5)
		}
		return err
	})
}

// showModule draws the module for people.
func showModule(l text.Lang, module string, s app.ModuleState) string {
	var b strings.Builder
	fmt.Fprintln(&b, text.T(l, "cli.key.module", "module", module, "state", s.Text))
	for _, d := range s.Devices {
		about := []string{text.T(l, "cli.key.module_device", "label", d.Label, "serial", d.Serial)}
		if d.Chosen {
			about = append(about, text.T(l, "cli.key.module_chosen"))
		}
		if !d.Ed25519 {
			about = append(about, text.T(l, "cli.key.module_unable"))
		}
		fmt.Fprintf(&b, "  %s\n", strings.Join(about, ", "))
	}
	for _, k := range s.Keys {
		fmt.Fprintf(&b, "  %s  %s\n", k.KID, k.Label)
	}
	return b.String()
}

type keyModuleDropCmd struct {
	jsonFlag
	KID string `arg:"" name:"kid" help:"Id of the key."`
}

// Run implements the command.
func (c keyModuleDropCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		state, err := a.ModuleState(e.ctx, e.lang)
		if err != nil {
			return err
		}
		for _, k := range state.Keys {
			if k.KID != c.KID {
				continue
			}
			if err := a.Keys.DropInModule(e.ctx, actor.Installation(), k.KID, k.ID); err != nil {
				return err
			}
			return c.tell(e, map[string]string{"destroyed": k.KID}, "cli.key.module_dropped", "kid", k.KID)
		}
		return sign.ErrNotFound.With("kid", c.KID)
	})
}
