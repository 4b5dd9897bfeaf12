package app

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/compat/keygen"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// API builds the REST interface over this installation's doors.
func (a *App) API() *api.API {
	return api.New(api.Options{
		Doors: api.Doors{
			Orgs: a.Orgs, Catalog: a.Goods, Licenses: a.Lic, Orders: a.Orders, Jobs: a.Jobs, Webhooks: a.Hooks, Usage: a.Usage,
		},
		Version: Version, Pins: a.Pins, MaxDocument: a.Config.MaxBody,
		Report: func(requestID string, err error) {
			a.seams.Log.Error("internal error", "request", requestID, "error", err)
		},
	})
}

// Pins returns the public keys that a publisher's products ship with. Error:
// app.no_publisher.
func (a *App) Pins(ctx context.Context, slug string) (wire.Pins, error) {
	p, err := a.bySlug(ctx, slug)
	if err != nil {
		return wire.Pins{}, err
	}
	return a.Keys.Keyring().Pins(ctx, p.ID, p.Salt, a.Config.PublicURL)
}

// bySlug finds a publisher for somebody who is not signed in.
func (a *App) bySlug(ctx context.Context, slug string) (p org.Publisher, err error) {
	err = a.DB.Read(ctx, func(r *db.Reader) (err error) {
		p, err = org.PublisherBySlug(r, slug)
		return err
	})
	return p, err
}

// Keygen builds the interface for programs with Keygen's client libraries.
func (a *App) Keygen() *keygen.API {
	return keygen.New(keygen.Options{
		Licenses: a.Lic, Key: a.Keys.Keyring().Keygen, Now: a.seams.Now,
		Publisher: func(ctx context.Context, slug string) (actor.PublisherID, error) {
			p, err := a.bySlug(ctx, slug)
			return p.ID, err
		},
	})
}

// listeners are what Serve opens; each writes its address into at.
func (a *App) listeners(at *Running) ([]listener, error) {
	rest := a.API()
	shell, err := web.NewShell(views(), "Licet")
	if err != nil {
		return nil, err
	}
	public, page, err := a.depotTable(rest)
	if err != nil {
		return nil, err
	}
	compat := a.Keygen().Routes()
	return []listener{
		{"api", a.Config.Listen, a.mux("api", append(rest.Routes(), compat...), route.Options{Page: rest.Shell.Error}), &at.API},
		{"depot", a.Config.DepotListen, a.mux("depot", append(public, compat...), route.Options{Page: page}), &at.Depot},
		{"ops", a.Config.OpsListen, a.mux("ops", a.ops(shell), route.Options{Page: shell.Error}), &at.Ops},
	}, nil
}
