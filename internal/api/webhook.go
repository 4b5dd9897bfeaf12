package api

import (
	"context"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/connect"
)

const tagHooks = "Webhooks"

// endpoint is a webhook as the API shows it.
type endpoint struct {
	ID        connect.EndpointID `json:"id"`
	Org       actor.OrgID        `json:"org"`
	URL       string             `json:"url"`
	Events    []string           `json:"events"`
	State     connect.State      `json:"state" enum:"active,paused,closed"`
	Seen      int64              `json:"seen" doc:"The last journal sequence that was looked at."`
	CreatedAt time.Time          `json:"created_at"`
	Rev       int64              `json:"rev"`
	Secret    string             `json:"secret,omitempty" doc:"whsec_…; only after creation and rotation."`
	Note      *actor.Note        `json:"note,omitempty" doc:"Says that the secret is not shown to a repeated request."`
}

func showEndpoint(e connect.Endpoint) endpoint {
	return endpoint{e.ID, e.Org, e.URL, e.Events, e.State, e.Seen, e.Created, e.Rev, "", nil}
}

// showSecret is an endpoint that was just given a secret, "" when this is a
// repeat and another secret has taken its place.
func showSecret(e connect.Endpoint, secret string) endpoint {
	v := showEndpoint(e)
	if v.Secret = secret; secret == "" {
		v.Note = actor.ShownOnce()
	}
	return v
}

// delivery is a delivery as the API shows it.
type delivery struct {
	ID         connect.DeliveryID `json:"id"`
	Sequence   int64              `json:"sequence"`
	Event      string             `json:"event"`
	State      string             `json:"state" enum:"open,delivered,failed"`
	Attempts   int64              `json:"attempts"`
	LastStatus int64              `json:"last_status,omitempty"`
	LastError  string             `json:"last_error,omitempty"`
	CreatedAt  time.Time          `json:"created_at"`
	TriedAt    time.Time          `json:"tried_at,omitzero"`
}

func showDelivery(d connect.Delivery) delivery {
	return delivery{d.ID, d.Seq, d.Event, d.State, d.Attempts, d.LastStatus, d.LastError, d.Created, d.Tried}
}

type listOf[T any] struct {
	Items []T `json:"items"`
}

func shown[A, B any](in []A, show func(A) B) listOf[B] {
	out := listOf[B]{Items: make([]B, len(in))}
	for i, v := range in {
		out.Items[i] = show(v)
	}
	return out
}

// EndpointPath is the path parameter of one webhook.
type EndpointPath struct {
	ID connect.EndpointID `path:"id" doc:"The webhook's id."`
}

// webhooks registers endpoints and their deliveries.
func (a *API) webhooks() {
	s := a.Webhooks
	add(a.huma, post("/webhooks", "create-webhook", tagHooks, "Create a webhook; its secret is shown this once", actor.WebhookManage).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body struct {
				URL    string   `json:"url" maxLength:"2000" example:"https://erp.example.com/hooks/licet"`
				Events []string `json:"events" minItems:"1" maxItems:"100" example:"[\"license.*\"]"`
			}
		},
		) (*one[endpoint], error) {
			e, secret, err := s.Create(ctx, by, connect.NewEndpoint{URL: in.Body.URL, Events: in.Body.Events})
			return withETag(showSecret(e, secret), e.Rev, err)
		})
	add(a.huma, get("/webhooks", "list-webhooks", tagHooks, "List webhooks", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			After connect.EndpointID `query:"after" doc:"The last id of the page before."`
			Limit int                `query:"limit" minimum:"1" maximum:"200" default:"50"`
		},
		) (*body[listOf[endpoint]], error) {
			all, err := s.List(ctx, by, in.After, in.Limit)
			return plain(shown(all, showEndpoint), err)
		})
	add(a.huma, get("/webhooks/{id}", "get-webhook", tagHooks, "Read one webhook", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			EndpointPath
		},
		) (*one[endpoint], error) {
			e, err := s.Get(ctx, by, in.ID)
			return withETag(showEndpoint(e), e.Rev, err)
		})
	add(a.huma, patch("/webhooks/{id}", "change-webhook", tagHooks, "Change, pause, resume or close a webhook", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			EndpointPath
			Changed
			Body struct {
				URL    *string        `json:"url,omitempty" maxLength:"2000"`
				Events []string       `json:"events,omitempty" maxItems:"100"`
				State  *connect.State `json:"state,omitempty" enum:"active,paused,closed"`
			}
		},
		) (*one[endpoint], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			e, err := s.Change(ctx, by, in.ID, connect.Change{Rev: rev, URL: in.Body.URL, Events: in.Body.Events, State: in.Body.State})
			return withETag(showEndpoint(e), e.Rev, err)
		})
	a.deliveries()
}

func (a *API) deliveries() {
	s := a.Webhooks
	add(a.huma, post("/webhooks/{id}/rotate", "rotate-webhook", tagHooks, "Give a webhook a new secret; the old one signs beside it for 24 hours", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			EndpointPath
		},
		) (*one[endpoint], error) {
			e, secret, err := s.Rotate(ctx, by, in.ID)
			return withETag(showSecret(e, secret), e.Rev, err)
		})
	add(a.huma, get("/webhooks/{id}/deliveries", "list-deliveries", tagHooks, "List what was sent, newest first", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			EndpointPath
			Before int64 `query:"before" minimum:"0" doc:"The last sequence of the page before."`
			Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
		},
		) (*body[listOf[delivery]], error) {
			all, err := s.Deliveries(ctx, by, in.ID, in.Before, in.Limit)
			return plain(shown(all, showDelivery), err)
		})
	add(a.huma, post("/deliveries/{id}/redeliver", "redeliver", tagHooks, "Send a delivery once more", actor.WebhookManage),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID connect.DeliveryID `path:"id" doc:"The delivery's id."`
		},
		) (*body[delivery], error) {
			d, err := s.Redeliver(ctx, by, in.ID)
			return plain(showDelivery(d), err)
		})
}
