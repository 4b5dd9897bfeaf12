package main

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// containerCmd shows containers, and shuts them out.
type containerCmd struct {
	List  containerListCmd  `cmd:"" help:"List containers."`
	Show  containerShowCmd  `cmd:"" help:"Show a container with what it holds."`
	Block containerBlockCmd `cmd:"" help:"Refuse a container from now on; its seats stay taken. One with an open case is decided there (licet case)."`
	Allow containerAllowCmd `cmd:"" help:"Let a blocked container go on."`
}

type containerListCmd struct {
	shown
	License string `help:"Only those that hold this license."`
	Trouble bool   `help:"Only suspect and blocked ones."`
}

// Run implements the command.
func (c containerListCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) ([]license.ContainerInfo, error) {
		q := license.ContainerQuery{Trouble: c.Trouble, Limit: 500}
		if c.License != "" {
			id, err := idOf[license.License](c.License)
			if err != nil {
				return nil, err
			}
			q.License = id
		}
		return pages(func(after string) (license.Page[license.ContainerInfo], error) {
			q.After = after
			return a.Lic.ListContainers(e.ctx, by, q)
		})
	}, every((*teller).container))
}

// ofContainer names a container.
type ofContainer struct {
	shown
	Container string `arg:"" help:"Id of the container."`
}

func (c ofContainer) turn(e *env, turn func(*app.App, actor.Actor, license.ContainerID) (license.ContainerInfo, error)) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) (license.ContainerInfo, error) {
		id, err := idOf[license.Container](c.Container)
		if err != nil {
			return license.ContainerInfo{}, err
		}
		return turn(a, by, id)
	}, (*teller).container)
}

type containerShowCmd struct{ ofContainer }

// Run implements the command.
func (c containerShowCmd) Run(e *env) error {
	return c.turn(e, func(a *app.App, by actor.Actor, id license.ContainerID) (license.ContainerInfo, error) {
		return a.Lic.GetContainer(e.ctx, by, id)
	})
}

type containerBlockCmd struct{ ofContainer }

// Run implements the command.
func (c containerBlockCmd) Run(e *env) error {
	return c.turn(e, func(a *app.App, by actor.Actor, id license.ContainerID) (license.ContainerInfo, error) {
		return a.Lic.Decide(e.ctx, by, id, license.Block)
	})
}

type containerAllowCmd struct{ ofContainer }

// Run implements the command.
func (c containerAllowCmd) Run(e *env) error {
	return c.turn(e, func(a *app.App, by actor.Actor, id license.ContainerID) (license.ContainerInfo, error) {
		return a.Lic.Decide(e.ctx, by, id, license.Accept)
	})
}

// cloudCmd manages the containers of persons and services.
type cloudCmd struct {
	Make     cloudMakeCmd     `cmd:"" help:"Make a cloud container for a person or a service account; its secret is shown here only."`
	List     cloudListCmd     `cmd:"" help:"List the cloud containers of an organization."`
	Grant    cloudGrantCmd    `cmd:"" help:"Let a cloud container use a license."`
	Withdraw cloudWithdrawCmd `cmd:"" help:"Take a license away from a cloud container; its leases end at once."`
	Close    cloudCloseCmd    `cmd:"" help:"Close a cloud container for good: its secret is worth nothing any more."`
}

type cloudMakeCmd struct {
	shown
	Org     string `help:"The organization, by id or number; default: the publisher."`
	Person  string `xor:"account" required:"" help:"Id of a person who is a member of it."`
	Service string `xor:"account" required:"" help:"Name of a service account, such as build-farm; never a person's."`
	Once    string `placeholder:"KEY" help:"Make one only: under the same key within 24 hours it is the same one, with the same secret."`
}

// Run implements the command.
func (c cloudMakeCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) (out license.CloudMade, err error) {
		in := license.CloudInput{Service: c.Service}
		if in.Org, err = organization(e.ctx, a, by, c.Org); err != nil {
			return out, err
		}
		if c.Person != "" {
			if err := in.Person.UnmarshalText([]byte(c.Person)); err != nil {
				return out, license.ErrNoMember.At("--person")
			}
		}
		return a.Lic.MakeCloud(e.ctx, once(by, c.Once, "cloud make", in.Org.String(), c.Person, c.Service), in)
	}, func(t *teller, m license.CloudMade) {
		t.cloud(m.Cloud)
		t.say("", "cli.cloud.secret", "secret", m.Secret)
	})
}

type cloudListCmd struct {
	shown
	Org string `help:"The organization, by id or number; default: the publisher."`
}

// Run implements the command.
func (c cloudListCmd) Run(e *env) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) ([]license.Cloud, error) {
		of, err := organization(e.ctx, a, by, c.Org)
		if err != nil {
			return nil, err
		}
		return pages(func(after string) (license.Page[license.Cloud], error) {
			return a.Lic.ListClouds(e.ctx, by, of, after, 500)
		})
	}, every((*teller).cloud))
}

// ofCloud names a cloud container, and perhaps a license.
type ofCloud struct {
	shown
	Container string `arg:"" help:"Id of the container."`
}

func (c ofCloud) turn(e *env, of string, turn func(*app.App, actor.Actor, license.ContainerID, license.LicenseID) (license.Cloud, error)) error {
	return show(e, c.shown, func(a *app.App, by actor.Actor) (out license.Cloud, err error) {
		id, err := idOf[license.Container](c.Container)
		if err != nil {
			return out, err
		}
		var l license.LicenseID
		if of != "" {
			if l, err = idOf[license.License](of); err != nil {
				return out, err
			}
		}
		return turn(a, by, id, l)
	}, (*teller).cloud)
}

type cloudGrantCmd struct {
	ofCloud
	License string `arg:"" help:"Id of the license."`
}

// Run implements the command.
func (c cloudGrantCmd) Run(e *env) error {
	return c.turn(e, c.License, func(a *app.App, by actor.Actor, id license.ContainerID, l license.LicenseID) (license.Cloud, error) {
		return a.Lic.GrantCloud(e.ctx, by, id, l)
	})
}

type cloudWithdrawCmd struct {
	ofCloud
	License string `arg:"" help:"Id of the license."`
}

// Run implements the command.
func (c cloudWithdrawCmd) Run(e *env) error {
	return c.turn(e, c.License, func(a *app.App, by actor.Actor, id license.ContainerID, l license.LicenseID) (license.Cloud, error) {
		return a.Lic.WithdrawCloud(e.ctx, by, id, l)
	})
}

type cloudCloseCmd struct{ ofCloud }

// Run implements the command.
func (c cloudCloseCmd) Run(e *env) error {
	return c.turn(e, "", func(a *app.App, by actor.Actor, id license.ContainerID, _ license.LicenseID) (license.Cloud, error) {
		return a.Lic.CloseCloud(e.ctx, by, id)
	})
}
