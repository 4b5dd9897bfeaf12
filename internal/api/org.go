package api

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/org"
)

const tagOrg = "Organizations"

// OrgPath is the path parameter of one organization.
type OrgPath struct {
	ID org.ID `path:"id" doc:"The organization's id."`
}

// organizations registers the tree of resellers, customers and units.
func (a *API) organizations() {
	s := a.Orgs
	add(a.huma, get("/organizations", "list-organizations", tagOrg, "Find organizations by the beginning of their number or name", actor.OrgRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			Number string `query:"number" maxLength:"64" doc:"Beginning of the number."`
			Name   string `query:"name" maxLength:"200" doc:"Beginning of the name."`
		},
		) (*body[org.Page[org.Organization]], error) {
			return plain(s.Find(ctx, by, org.Search{Number: in.Number, Name: in.Name, Range: org.Range{After: in.After, Limit: in.Limit}}))
		})
	add(a.huma, post("/organizations", "create-organization", tagOrg, "Create a reseller, customer or unit", actor.OrgWrite).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body org.NewOrganization
		},
		) (*one[org.Organization], error) {
			o, err := s.Create(ctx, by, in.Body)
			return withETag(o, o.Rev, err)
		})
	add(a.huma, get("/organizations/{id}", "get-organization", tagOrg, "Read one organization", actor.OrgRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
		},
		) (*one[org.Organization], error) {
			o, err := s.Get(ctx, by, in.ID)
			return withETag(o, o.Rev, err)
		})
	add(a.huma, get("/organizations/{id}/children", "list-children", tagOrg, "List what stands directly below an organization", actor.OrgRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Paged
		},
		) (*body[org.Page[org.Organization]], error) {
			return plain(s.Children(ctx, by, in.ID, org.Range{After: in.After, Limit: in.Limit}))
		})
	a.changeOrganization()
}

// changeOrganization registers the acts on one organization.
func (a *API) changeOrganization() {
	s := a.Orgs
	add(a.huma, patch("/organizations/{id}", "rename-organization", tagOrg, "Give an organization another name", actor.OrgWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Changed
			Body struct {
				Name string `json:"name" maxLength:"200"`
			}
		},
		) (*one[org.Organization], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			o, err := s.Rename(ctx, by, org.Renaming{ID: in.ID, Name: in.Body.Name, Rev: rev})
			return withETag(o, o.Rev, err)
		})
	add(a.huma, post("/organizations/{id}/move", "move-organization", tagOrg, "Hang an organization below another parent", actor.OrgWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Changed
			Dry
			Body struct {
				Parent org.ID `json:"parent"`
			}
		},
		) (*body[org.Effect], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return plain(s.Move(ctx, by, org.Moving{ID: in.ID, Parent: in.Body.Parent, Rev: rev, DryRun: in.DryRun}))
		})
	add(a.huma, post("/organizations/{id}/close", "close-organization", tagOrg, "Close an organization", actor.OrgWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Changed
			Dry
		},
		) (*body[org.Effect], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return plain(s.Close(ctx, by, org.Closing{ID: in.ID, Rev: rev, DryRun: in.DryRun}))
		})
	add(a.huma, post("/organizations/{id}/reopen", "reopen-organization", tagOrg, "Open a closed organization again", actor.OrgWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Changed
		},
		) (*one[org.Organization], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			o, err := s.Reopen(ctx, by, org.Reopening{ID: in.ID, Rev: rev})
			return withETag(o, o.Rev, err)
		})
}
