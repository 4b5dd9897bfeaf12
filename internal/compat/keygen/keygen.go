package keygen

import (
	"context"
	"net/http"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/sign"
)

// Options are what the adapter stands on. All are required.
type Options struct {
	Licenses  *license.Service
	Publisher func(ctx context.Context, slug string) (actor.PublisherID, error)
	Key       func(ctx context.Context, p actor.PublisherID, kid string) (sign.KeygenKey, error)
	Now       func() time.Time
}

// API answers programs with Keygen's client libraries.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

// maxBody bounds a request, in bytes.
const maxBody = 64 << 10

// prefixes are where the API stands: under an address of the publisher's own, and as
// programs ask that put the account into the path themselves.
var prefixes = []string{"/keygen/{account}/{product}/v1/", "/v1/accounts/{account}/"}

// handler serves one call of a program. It returns the status and the document; nil
// = no content.
type handler func(c *call) (int, any, error)

// Routes returns the table.
func (a *API) Routes() []route.Route {
	var out []route.Route
	for _, prefix := range prefixes {
		add := func(method, path string, class route.Class, h handler) {
			out = append(out, route.Route{
				Method: method, Pattern: prefix + path, Public: true, Own: true, Class: class, MaxBody: maxBody,
				Handler: a.serve(h), Fail: a.refuse,
			})
		}
		add(http.MethodGet, "me", route.Verify, a.me)
		add(http.MethodPost, "licenses/actions/validate-key", route.Verify, a.validateKey)
		add(http.MethodGet, "licenses/{license}", route.Verify, a.me)
		add(http.MethodGet, "licenses/{license}/actions/validate", route.Verify, a.validate)
		add(http.MethodPost, "licenses/{license}/actions/validate", route.Verify, a.validate)
		add(http.MethodGet, "licenses/{license}/entitlements", route.Verify, a.features)
		add(http.MethodGet, "licenses/{license}/machines", route.Verify, a.machines)
		add(http.MethodPost, "licenses/{license}/actions/check-out", route.Activate, a.checkOutLicense)
		add(http.MethodGet, "machines", route.Verify, a.machines)
		add(http.MethodPost, "machines", route.Activate, a.activate)
		add(http.MethodGet, "machines/{machine}", route.Verify, a.machine)
		add(http.MethodDelete, "machines/{machine}", route.Activate, a.deactivate)
		add(http.MethodGet, "machines/{machine}/components", route.Verify, a.components)
		add(http.MethodPost, "machines/{machine}/actions/ping", route.Verify, a.ping)
		add(http.MethodPost, "machines/{machine}/actions/ping-heartbeat", route.Verify, a.ping)
		add(http.MethodPost, "machines/{machine}/actions/check-out", route.Activate, a.checkOutMachine)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			add(method, "{rest...}", route.Page, nothing)
		}
	}
	return out
}

// nothing is the answer to what this API does not have; a program that asks for an
// upgrade takes it for "there is none".
func nothing(*call) (int, any, error) { return 0, nil, route.ErrNoRoute }
