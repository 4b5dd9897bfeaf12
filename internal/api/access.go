package api

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/org"
)

const tagKeys = "API keys"

// keys registers the API keys of organizations.
func (a *API) keys() {
	s := a.Orgs
	add(a.huma, post("/organizations/{id}/keys", "create-key", tagKeys, "Create an API key; its token is shown this once", actor.KeyManage).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Body org.NewKey
		},
		) (*body[org.MadeKey], error) {
			in.Body.Org = in.ID
			return plain(s.CreateKey(ctx, by, in.Body))
		})
	add(a.huma, get("/organizations/{id}/keys", "list-keys", tagKeys, "List the API keys of an organization", actor.KeyManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			OrgPath
			Paged
		},
		) (*body[org.Page[org.Key]], error) {
			return plain(s.Keys(ctx, by, in.ID, org.Range{After: in.After, Limit: in.Limit}))
		})
	add(a.huma, op{
		Method: http.MethodDelete, Path: Prefix + "/keys/{id}", ID: "revoke-key", Tag: tagKeys,
		Summary: "Revoke an API key at once", Permission: actor.KeyManage,
	}, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		Changed
		ID org.KeyID `path:"id" doc:"The key's id."`
	},
	) (*body[org.Key], error) {
		rev, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		return plain(s.RevokeKey(ctx, by, org.Revocation{ID: in.ID, Rev: rev}))
	})
}
