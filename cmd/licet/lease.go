package main

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// leaseCmd shows and manages the places of floating licenses.
type leaseCmd struct {
	List         leaseListCmd         `cmd:"" help:"List who uses a floating license."`
	Queue        leaseQueueCmd        `cmd:"" help:"List who waits for places of a floating license."`
	Release      leaseReleaseCmd      `cmd:"" help:"End somebody's use of a floating license; its place is free at once."`
	Reservations leaseReservationsCmd `cmd:"" help:"List for whom places of a floating license are kept."`
	Reserve      leaseReserveCmd      `cmd:"" help:"Keep places of a floating license for somebody."`
	Unreserve    leaseUnreserveCmd    `cmd:"" help:"Keep places no longer; who uses them goes on."`
}

// ofLicense is what the lists need to know.
type ofLicense struct {
	tenant
	License string `arg:"" help:"Id of the license."`
}

// show calls a door for the license and prints what it says.
func (c ofLicense) show(e *env, door func(a *app.App, by actor.Actor, id license.LicenseID) (any, error)) error {
	var id license.LicenseID
	if err := id.UnmarshalText([]byte(c.License)); err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		out, err := door(a, by, id)
		if err != nil {
			return err
		}
		return printJSON(e.out, out)
	})
}

type leaseListCmd struct{ ofLicense }

// Run implements the command.
func (c leaseListCmd) Run(e *env) error {
	return c.show(e, func(a *app.App, by actor.Actor, id license.LicenseID) (any, error) {
		all := []license.LeaseInfo{}
		for after := ""; ; {
			page, err := a.Lic.ListLeases(e.ctx, by, id, after, 500)
			all, after = append(all, page.Items...), page.Next
			if err != nil || after == "" {
				return all, err
			}
		}
	})
}

type leaseQueueCmd struct{ ofLicense }

// Run implements the command.
func (c leaseQueueCmd) Run(e *env) error {
	return c.show(e, func(a *app.App, by actor.Actor, id license.LicenseID) (any, error) {
		page, err := a.Lic.ListQueue(e.ctx, by, id)
		return page.Items, err
	})
}

type leaseReservationsCmd struct{ ofLicense }

// Run implements the command.
func (c leaseReservationsCmd) Run(e *env) error {
	return c.show(e, func(a *app.App, by actor.Actor, id license.LicenseID) (any, error) {
		page, err := a.Lic.ListReservations(e.ctx, by, id)
		return page.Items, err
	})
}

type leaseReserveCmd struct {
	ofLicense
	Seats   int64  `required:"" help:"How many places; it replaces what was kept for them before."`
	Label   string `xor:"who" required:"" help:"Whoever names this label, such as cad-room."`
	Machine string `xor:"who" required:"" help:"A machine, by the id of its container."`
	Person  string `xor:"who" required:"" help:"A person, by the 16-byte hash that programs say (base64url)."`
	Holder  string `xor:"who" required:"" help:"A holder, as the list of leases shows it."`
}

// Run implements the command.
func (c leaseReserveCmd) Run(e *env) error {
	in := license.ReserveInput{Kind: license.ReserveHolder, For: c.Holder, Seats: c.Seats}
	switch {
	case c.Label != "":
		in.Kind, in.For = license.ReserveLabel, c.Label
	case c.Machine != "":
		in.Kind, in.For = license.ReserveMachine, c.Machine
	case c.Person != "":
		in.Kind, in.For = license.ReservePerson, c.Person
	}
	return c.show(e, func(a *app.App, by actor.Actor, id license.LicenseID) (any, error) {
		in.License = id
		return a.Lic.Reserve(e.ctx, by, in)
	})
}

type leaseReleaseCmd struct {
	tenant
	Lease string `arg:"" help:"Id of the lease."`
}

// Run implements the command.
func (c leaseReleaseCmd) Run(e *env) error {
	var id license.LeaseID
	if err := id.UnmarshalText([]byte(c.Lease)); err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		out, err := a.Lic.ReleaseLease(e.ctx, by, id)
		if err != nil {
			return err
		}
		return printJSON(e.out, out)
	})
}

type leaseUnreserveCmd struct {
	tenant
	Reservation string `arg:"" help:"Id of the reservation."`
}

// Run implements the command.
func (c leaseUnreserveCmd) Run(e *env) error {
	var id license.ReservationID
	if err := id.UnmarshalText([]byte(c.Reservation)); err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		out, err := a.Lic.EndReservation(e.ctx, by, id)
		if err != nil {
			return err
		}
		return printJSON(e.out, out)
	})
}
