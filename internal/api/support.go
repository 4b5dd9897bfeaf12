package api

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
)

const tagSupport = "Support"

// because is why somebody acts on what belongs to another organization.
type because struct {
	Reason *reason `json:"reason,omitempty"`
}

// reason is a code and what a human adds to it. The publisher and resellers give one
// for what belongs to another organization, and both sides read it.
type reason struct {
	Code string `json:"code" maxLength:"40" enum:"lost,defect,moved,mistake,request,goodwill,misuse,handover,other"`
	Note string `json:"note,omitempty" maxLength:"2000" doc:"Up to 500 characters; the journal holds only a commitment to it. Required with the code other."`
}

// by is the caller with the reason, if one was given.
func (r *reason) by(a actor.Actor) actor.Actor {
	if r == nil {
		return a
	}
	return a.Because(actor.Reason{Code: r.Code, Note: r.Note})
}

func (b *because) by(a actor.Actor) actor.Actor {
	if b == nil {
		return a
	}
	return b.Reason.by(a)
}

// ActivationPath is the path parameter of one activation.
type ActivationPath struct {
	ID license.ActivationID `path:"id" doc:"The activation's id."`
}

// assist is the input of an act on one activation.
type assist struct {
	Caller
	Dry
	ActivationPath
	Body *because
}

// by is the caller with the reason, who may only ask.
func (a *assist) by(by actor.Actor) actor.Actor { return a.Body.by(by).Asking(a.DryRun) }

// support registers what staff does for a holder, and what became of it.
func (a *API) support() {
	s := a.Licenses
	add(a.huma, post("/activations/{id}/return", "return-activation", tagSupport, "Have a device give a license back at its next contact", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *assist) (*body[license.ActivationInfo], error) {
			return plain(s.Return(ctx, in.by(by), in.ID))
		})
	add(a.huma, post("/activations/{id}/move", "move-activation", tagSupport, "Free a device's seat for another device at once; the device is shut out", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *assist) (*body[license.ActivationInfo], error) {
			return plain(s.Move(ctx, in.by(by), in.ID))
		})
	add(a.huma, post("/activations/{id}/restore", "restore-activation", tagSupport, "Free a lost device's seat beyond the restore allowance; the device is shut out", actor.LicenseRestore),
		func(ctx context.Context, by actor.Actor, in *assist) (*body[license.ActivationInfo], error) {
			return plain(s.Restore(ctx, in.by(by), in.ID))
		})
	add(a.huma, get("/support-acts", "list-support-acts", tagSupport, "List what was done on an organization's behalf, and why, newest first", actor.LicenseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			Holder actor.OrgID `query:"holder" doc:"The organization that was acted for; default: the caller's own."`
		},
		) (*body[license.Page[license.SupportInfo]], error) {
			return plain(s.ListSupport(ctx, by, in.Holder, in.After, in.Limit))
		})
	add(a.huma, op{
		Method: http.MethodDelete, Path: Prefix + "/support-acts/{id}/note", ID: "erase-note", Tag: tagSupport, Status: http.StatusNoContent,
		Summary: "Remove the note of an act for good, such as one that names a person", Permission: actor.MemberManage, Class: route.Order,
	}, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		ID license.SupportID `path:"id" doc:"The act's id."`
	},
	) (*struct{}, error) {
		return nil, s.EraseNote(ctx, by, in.ID)
	})
}

// verbs registers what changes who has how much of what.
func (a *API) verbs() {
	s := a.Licenses
	add(a.huma, post("/tickets/{id}/split", "split-ticket", tagTickets, "Take free seats out of a ticket into a new one; the answer has its code", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			TicketPath
			Body struct {
				Quantity int64   `json:"quantity" minimum:"1" maximum:"1000000000" doc:"How many seats go; at least one stays."`
				Reason   *reason `json:"reason,omitempty"`
			}
		},
		) (*body[license.SplitResult], error) {
			return plain(s.Split(ctx, in.Body.Reason.by(by).Asking(in.DryRun), in.ID, in.Body.Quantity))
		})
	add(a.huma, post("/tickets/{id}/merge", "merge-tickets", tagTickets, "Put another ticket of the same order line into this one", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			TicketPath
			Body struct {
				From   license.TicketID `json:"from" doc:"The ticket that goes into this one; its code is refused afterwards and says so."`
				Reason *reason          `json:"reason,omitempty"`
			}
		},
		) (*one[license.TicketInfo], error) {
			t, err := s.Merge(ctx, in.Body.Reason.by(by).Asking(in.DryRun), in.ID, in.Body.From)
			return withETag(t, t.Rev, err)
		})
	add(a.huma, post("/tickets/{id}/transfer", "transfer-ticket", tagTickets, "Hand a ticket with its license to another organization", actor.LicenseWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			TicketPath
			Body struct {
				To      actor.OrgID `json:"to" doc:"The new holder."`
				Devices string      `json:"devices" maxLength:"20" enum:"keep,return" doc:"keep: they go along, and codes stay as they are. return: they give their seats back at the next contact, and the new holder gets a new code."`
				Reason  *reason     `json:"reason,omitempty"`
			}
		},
		) (*body[license.TransferResult], error) {
			return plain(s.Transfer(ctx, in.Body.Reason.by(by).Asking(in.DryRun), license.TransferInput{
				Ticket: in.ID, To: in.Body.To, Devices: in.Body.Devices,
			}))
		})
	add(a.huma, post("/licenses/{id}/replace", "replace-license", tagLicenses, "Put another license in the place of one; devices swap them at their next contact", actor.LicenseRecall),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Dry
			LicensePath
			Body *struct {
				Article string  `json:"article,omitempty" maxLength:"64" doc:"Number of an article or configuration; default: the same terms anew."`
				Reason  *reason `json:"reason,omitempty"`
			}
		},
		) (*body[license.ReplaceResult], error) {
			ask := license.ReplaceInput{License: in.ID}
			if in.Body != nil {
				ask.Article, by = in.Body.Article, in.Body.Reason.by(by)
			}
			return plain(s.Replace(ctx, by.Asking(in.DryRun), ask))
		})
}
