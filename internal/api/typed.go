package api

import (
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

// typedQuestion asks for the license of a machine on which everything is typed.
type typedQuestion struct {
	Code    string `json:"code" maxLength:"64" doc:"The ticket or license key as typed."`
	Request string `json:"request" maxLength:"256" doc:"The request code that the machine shows: four groups of fifteen."`
	License string `json:"license,omitempty" maxLength:"64" doc:"Which license of the code; needed where it holds several."`
}

// typed registers the carrier of machines that have neither a network nor a port.
func (a *API) typed() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/typed", ID: "activate-typed", Tag: tagGateway, Class: route.Activate, MaxBody: 4 << 10,
		Summary: "Take the license of a machine on which everything is typed",
		Description: "The machine shows a request code; the answer is typed there. It takes a seat like any activation. " +
			"The same request for the same license has the same answer.",
	}, media{"application/json": typedQuestion{}}, media{"application/json": license.TypedAnswer{}}, a.activateTyped)
}

func (a *API) activateTyped(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, 4<<10)
	if err != nil {
		return err
	}
	var in typedQuestion
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return ErrMalformed.Wrap(err)
	}
	ask := license.TypedInput{Code: in.Code, Request: in.Request}
	if in.License != "" && ask.License.UnmarshalText([]byte(in.License)) != nil {
		return license.ErrNotWanted.At("license")
	}
	answer, err := a.Licenses.ActivateTyped(r.Context(), by, ask)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, answer)
}
