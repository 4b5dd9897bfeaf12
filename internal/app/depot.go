package app

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/depot"
	"github.com/licet/licet/internal/route"
)

// depotTable is what the public listener serves: the depot's pages, and the
// part of the API that programs of end users call.
func (a *App) depotTable(rest *api.API) ([]route.Route, func(http.ResponseWriter, *http.Request, error, int, string), error) {
	name := a.brand()
	pages, err := depot.New(depot.Options{
		Licenses: a.Lic, PublicURL: a.Config.PublicURL, Now: a.seams.Now, Pause: a.seams.Sleep,
		Site: func(*http.Request) depot.Site { return depot.Site{Name: name} },
	})
	if err != nil {
		return nil, nil, err
	}
	return append(pages.Routes(), rest.Public()...), pages.Error, nil
}

// brand is the name in the depot's header: that of the only publisher, or none
// where several share the installation.
func (a *App) brand() string {
	all, err := a.Publishers(context.Background())
	if err != nil || len(all) != 1 {
		return ""
	}
	return all[0].Name
}
