package api

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
)

const (
	tagTickets    = "Tickets"
	tagLicenses   = "Licenses"
	tagContainers = "Containers"
)

// TicketPath is the path parameter of one ticket.
type TicketPath struct {
	ID license.TicketID `path:"id" doc:"The ticket's id."`
}

// LicensePath is the path parameter of one license.
type LicensePath struct {
	ID license.LicenseID `path:"id" doc:"The license's id."`
}

// Holding narrows a list of tickets or licenses.
type Holding struct {
	Paged
	Holder actor.OrgID `query:"holder" doc:"Only this organization's; default: everything in scope."`
	State  string      `query:"state" maxLength:"40" doc:"Only licenses in this state."`
}

func (h Holding) query() license.TicketQuery {
	return license.TicketQuery{Holder: h.Holder, State: license.LicenseState(h.State), After: h.After, Limit: h.Limit}
}

// tickets registers what the back office does with tickets.
func (a *API) tickets() {
	s := a.Licenses
	add(a.huma, get("/tickets", "list-tickets", tagTickets, "List tickets, without their codes", actor.TicketRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Holding
		},
		) (*body[license.Page[license.TicketInfo]], error) {
			return plain(s.ListTickets(ctx, by, in.query()))
		})
	add(a.huma, get("/tickets/{id}", "get-ticket", tagTickets, "Read one ticket, without its code", actor.TicketRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			TicketPath
		},
		) (*one[license.TicketInfo], error) {
			t, err := s.GetTicket(ctx, by, in.ID)
			return withETag(t, t.Rev, err)
		})
	add(a.huma, post("/tickets/find", "find-ticket", tagTickets, "Find a ticket by its code or a license key; the code travels in the body", actor.TicketRead).reads(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body struct {
				Code string `json:"code" minLength:"1" maxLength:"100"`
			}
		},
		) (*one[license.TicketInfo], error) {
			t, err := s.FindTicket(ctx, by, in.Body.Code)
			return withETag(t, t.Rev, err)
		})
	add(a.huma, post("/tickets/{id}/reveal", "reveal-ticket", tagTickets, "Read the code of a ticket; it is journaled", actor.TicketReveal),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			TicketPath
		},
		) (*body[revealed], error) {
			code, err := s.Reveal(ctx, by, in.ID)
			return plain(revealed{code}, err)
		})
	add(a.huma, post("/tickets/{id}/block", "block-ticket", tagTickets, "Block a ticket: nothing can be activated with it", actor.TicketBlock),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			TicketPath
			Body *because
		},
		) (*one[license.TicketInfo], error) {
			t, err := s.BlockTicket(ctx, in.Body.by(by).Asking(in.DryRun), in.ID)
			return withETag(t, t.Rev, err)
		})
	add(a.huma, post("/tickets/{id}/unblock", "unblock-ticket", tagTickets, "Unblock a ticket", actor.TicketBlock),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			TicketPath
			Body *because
		},
		) (*one[license.TicketInfo], error) {
			t, err := s.UnblockTicket(ctx, in.Body.by(by).Asking(in.DryRun), in.ID)
			return withETag(t, t.Rev, err)
		})
}

// revealed is a code in the open.
type revealed struct {
	Code string `json:"code"`
}

// licenses registers the licenses and what can be done with them.
func (a *API) licenses() {
	s := a.Licenses
	add(a.huma, get("/licenses", "list-licenses", tagLicenses, "List licenses", actor.LicenseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Holding
		},
		) (*body[license.Page[license.LicenseInfo]], error) {
			return plain(s.ListLicenses(ctx, by, in.query()))
		})
	add(a.huma, get("/licenses/{id}", "get-license", tagLicenses, "Read one license", actor.LicenseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
		},
		) (*one[license.LicenseInfo], error) {
			l, err := s.GetLicense(ctx, by, in.ID)
			return withETag(l, l.Rev, err)
		})
	add(a.huma, get("/licenses/{id}/activations", "list-activations", tagLicenses, "List the activations of a license, newest first", actor.LicenseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
			Paged
		},
		) (*body[license.Page[license.ActivationInfo]], error) {
			return plain(s.ListActivations(ctx, by, in.ID, in.After, in.Limit))
		})
	add(a.huma, post("/licenses/{id}/reveal", "reveal-key", tagLicenses, "Read the license key; it is journaled", actor.TicketReveal),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
		},
		) (*body[revealed], error) {
			code, err := s.RevealKey(ctx, by, in.ID)
			return plain(revealed{code}, err)
		})
	a.changeLicense()
}

func (a *API) changeLicense() {
	s := a.Licenses
	add(a.huma, post("/licenses/{id}/extend", "extend-license", tagLicenses, "Extend a license; devices learn it at their next contact", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			LicensePath
			Body struct {
				Until  day.Day `json:"until" format:"date" doc:"The last day."`
				Reason *reason `json:"reason,omitempty"`
			}
		},
		) (*one[license.LicenseInfo], error) {
			l, err := s.Extend(ctx, in.Body.Reason.by(by).Asking(in.DryRun), in.ID, in.Body.Until)
			return withETag(l, l.Rev, err)
		})
	add(a.huma, op{
		Method: http.MethodPut, Path: Prefix + "/licenses/{id}/eligibility", ID: "record-eligibility", Tag: tagLicenses,
		Summary: "Record why an academic license was sold to somebody", Permission: actor.LicenseWrite, Class: route.Order,
	}, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		LicensePath
		Body license.Eligibility
	},
	) (*one[license.LicenseInfo], error) {
		l, err := s.RecordEligibility(ctx, by, in.ID, in.Body)
		return withETag(l, l.Rev, err)
	})
	add(a.huma, post("/licenses/{id}/block", "block-license", tagLicenses, "Block a license", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			LicensePath
			Body *because
		},
		) (*one[license.LicenseInfo], error) {
			l, err := s.BlockLicense(ctx, in.Body.by(by).Asking(in.DryRun), in.ID)
			return withETag(l, l.Rev, err)
		})
	add(a.huma, post("/licenses/{id}/unblock", "unblock-license", tagLicenses, "Unblock a license", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			LicensePath
			Body *because
		},
		) (*one[license.LicenseInfo], error) {
			l, err := s.UnblockLicense(ctx, in.Body.by(by).Asking(in.DryRun), in.ID)
			return withETag(l, l.Rev, err)
		})
	add(a.huma, post("/licenses/recall", "recall-licenses", tagLicenses, "Recall licenses: devices remove them at their next contact", actor.LicenseRecall),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			Body struct {
				Licenses []license.LicenseID `json:"licenses,omitempty" maxItems:"1000"`
				Ticket   license.TicketID    `json:"ticket,omitzero" doc:"All licenses of this ticket, beside the others."`
				Why      string              `json:"why,omitempty" maxLength:"40" doc:"Code that devices are told: a-z, 0-9, dots, dashes."`
				Reason   *reason             `json:"reason,omitempty"`
			}
		},
		) (*body[license.RecallResult], error) {
			return plain(s.Recall(ctx, in.Body.Reason.by(by).Asking(in.DryRun), license.RecallInput{
				Licenses: in.Body.Licenses, Ticket: in.Body.Ticket, Why: in.Body.Why,
			}))
		})
}

// containers registers the devices and what a human decides about them.
func (a *API) containers() {
	s := a.Licenses
	add(a.huma, get("/containers", "list-containers", tagContainers, "List containers", actor.ContainerRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			License license.LicenseID `query:"license" doc:"Only those that hold this license."`
			Trouble bool              `query:"trouble" doc:"Only suspect and blocked ones."`
		},
		) (*body[license.Page[license.ContainerInfo]], error) {
			return plain(s.ListContainers(ctx, by, license.ContainerQuery{License: in.License, Trouble: in.Trouble, After: in.After, Limit: in.Limit}))
		})
	add(a.huma, get("/containers/{id}", "get-container", tagContainers, "Read one container with what it holds", actor.ContainerRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID license.ContainerID `path:"id" doc:"The container's id."`
		},
		) (*one[license.ContainerInfo], error) {
			c, err := s.GetContainer(ctx, by, in.ID)
			return withETag(c, c.Rev, err)
		})
	add(a.huma, post("/containers/{id}/decide", "decide-container", tagContainers, "Block a container, or let a blocked one go on; one with an open case is decided there", actor.ContainerEvict),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID   license.ContainerID `path:"id" doc:"The container's id."`
			Body struct {
				Decision license.Decision `json:"decision" enum:"accept,block"`
			}
		},
		) (*one[license.ContainerInfo], error) {
			c, err := s.Decide(ctx, by, in.ID, in.Body.Decision)
			return withETag(c, c.Rev, err)
		})
	add(a.huma, post("/activations/{id}/evict", "evict-device", tagContainers, "Free the seat of a lost device; draws on the restore allowance", actor.ContainerEvict),
		func(ctx context.Context, by actor.Actor, in *assist) (*body[license.ActivationInfo], error) {
			return plain(s.Evict(ctx, in.by(by), in.ID))
		})
}
