package app

import (
	"net/http"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/route"
)

// depotTable is what the public listener serves: the depot's pages, and the
// part of the API that programs of end users call.
func (a *App) depotTable(rest *api.API) ([]route.Route, func(http.ResponseWriter, *http.Request, error, int, string), error) {
	return rest.Public(), nil, nil
}
