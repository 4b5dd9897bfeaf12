package main

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// activationCmd does for a holder what a device can no longer do.
type activationCmd struct {
	Return  activationReturnCmd  `cmd:"" help:"Have a device give a license back at its next contact; the seat is free then."`
	Move    activationMoveCmd    `cmd:"" help:"Free a device's seat for another device at once; the device is shut out. Nothing is drawn from the restore allowance."`
	Restore activationRestoreCmd `cmd:"" help:"Free the seat of a lost device beyond the restore allowance; it is shown beside the allowance as granted."`
}

// ofActivation is an act on one activation.
type ofActivation struct {
	acted
	Activation string `arg:"" help:"Id of the activation; licet license show lists them."`
}

func (c ofActivation) turn(e *env, verb string, turn func(*app.App, actor.Actor, license.ActivationID) (license.ActivationInfo, error)) error {
	return do(e, c.acted, []string{verb, c.Activation}, func(a *app.App, by actor.Actor) (license.ActivationInfo, error) {
		id, err := idOf[license.Activation](c.Activation)
		if err != nil {
			return license.ActivationInfo{}, err
		}
		return turn(a, by, id)
	}, (*teller).activation)
}

type activationReturnCmd struct{ ofActivation }

// Run implements the command.
func (c activationReturnCmd) Run(e *env) error {
	return c.turn(e, "activation return", func(a *app.App, by actor.Actor, id license.ActivationID) (license.ActivationInfo, error) {
		return a.Lic.Return(e.ctx, by, id)
	})
}

type activationMoveCmd struct{ ofActivation }

// Run implements the command.
func (c activationMoveCmd) Run(e *env) error {
	return c.turn(e, "activation move", func(a *app.App, by actor.Actor, id license.ActivationID) (license.ActivationInfo, error) {
		return a.Lic.Move(e.ctx, by, id)
	})
}

type activationRestoreCmd struct{ ofActivation }

// Run implements the command.
func (c activationRestoreCmd) Run(e *env) error {
	return c.turn(e, "activation restore", func(a *app.App, by actor.Actor, id license.ActivationID) (license.ActivationInfo, error) {
		return a.Lic.Restore(e.ctx, by, id)
	})
}
