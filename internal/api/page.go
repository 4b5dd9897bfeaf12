package api

import (
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/route"
)

func (a *API) pages() []route.Route { return nil }

var _ = http.MethodGet
var _ actor.Actor
