package api

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
)

const tagCloud = "Cloud containers"

// clouds registers containers of persons and services.
func (a *API) clouds() {
	s := a.Licenses
	add(a.huma, post("/cloud-containers", "make-cloud-container", tagCloud, "Make a cloud container for a person or a service; its secret is shown here only", actor.CloudManage).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body license.CloudInput
		},
		) (*body[license.CloudMade], error) {
			return plain(s.MakeCloud(ctx, by, in.Body))
		})
	add(a.huma, get("/cloud-containers", "list-cloud-containers", tagCloud, "List the cloud containers of an organization", actor.ContainerRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			Org actor.OrgID `query:"org" doc:"The organization; absent: the caller's own."`
		},
		) (*body[license.Page[license.Cloud]], error) {
			return plain(s.ListClouds(ctx, by, in.Org, in.After, in.Limit))
		})
	type supply struct {
		Caller
		ID   license.ContainerID `path:"id" doc:"The container's id."`
		Body struct {
			License license.LicenseID `json:"license" doc:"Id of the license."`
		}
	}
	add(a.huma, post("/cloud-containers/{id}/grant", "grant-cloud-container", tagCloud, "Let a cloud container use a license", actor.CloudManage),
		func(ctx context.Context, by actor.Actor, in *supply) (*body[license.Cloud], error) {
			return plain(s.GrantCloud(ctx, by, in.ID, in.Body.License))
		})
	add(a.huma, post("/cloud-containers/{id}/withdraw", "withdraw-cloud-container", tagCloud, "Take a license away from a cloud container; its leases end at once", actor.CloudManage),
		func(ctx context.Context, by actor.Actor, in *supply) (*body[license.Cloud], error) {
			return plain(s.WithdrawCloud(ctx, by, in.ID, in.Body.License))
		})
	add(a.huma, post("/cloud-containers/{id}/close", "close-cloud-container", tagCloud, "Close a cloud container for good", actor.CloudManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID license.ContainerID `path:"id" doc:"The container's id."`
		},
		) (*body[license.Cloud], error) {
			return plain(s.CloseCloud(ctx, by, in.ID))
		})
}
