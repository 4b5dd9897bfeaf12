package api

import (
	"context"
	"net/http"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/wire"
)

const tagLeases = "Leases"

// maxHold bounds what the holder of a lease says, in bytes.
const maxHold = 1 << 10

// hold is what the holder of a lease says: which one it is, and its secret.
type hold struct {
	Publisher string `json:"iss" maxLength:"64" doc:"The publisher, as in the license."`
	Lease     string `json:"lease" maxLength:"64" doc:"The lease's id."`
	Fence     int64  `json:"fence" doc:"The fence that came with the lease."`
	Secret    string `json:"secret" maxLength:"64" doc:"The secret that came with the lease."`
}

// leaseGateway registers what programs of end users say about leases.
func (a *API) leaseGateway() {
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/lease", ID: "take-lease", Tag: tagGateway, Class: route.Activate, MaxBody: maxToken,
		Summary: "Take a lease of a floating license",
		Description: "The body is one token (lsr) as docs/reference/formats.md describes it. The answer's lines are certificates and a license that ends with the lease. " +
			"The same message gets the same lease.",
	}, media{"text/plain": nil}, media{"application/json": license.LeaseGrant{}}, a.takeLease)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/lease/renew", ID: "renew-lease", Tag: tagGateway, Class: route.Verify, MaxBody: maxHold,
		Summary:     "Renew a lease; the answer is its license until the new end",
		Description: "Call it every renew_after seconds. A lease that has ended is not revived (license.lease_gone): take a new one.",
	}, media{"application/json": hold{}}, media{"application/json": license.Leased{}}, a.renewLease)
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/lease/end", ID: "end-lease", Tag: tagGateway, Class: route.Verify, MaxBody: maxHold,
		Status: http.StatusNoContent, Summary: "Give a lease back; ending it again changes nothing",
	}, media{"application/json": hold{}}, nil, a.endLease)
}

func (a *API) takeLease(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	token, err := route.ReadBody(r, maxToken)
	if err != nil {
		return err
	}
	grant, err := a.Licenses.Lease(r.Context(), by, token)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, grant)
}

func (a *API) renewLease(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	in, err := readHold(r)
	if err != nil {
		return err
	}
	out, err := a.Licenses.RenewLease(r.Context(), by, in)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (a *API) endLease(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	in, err := readHold(r)
	if err == nil {
		err = a.Licenses.EndLease(r.Context(), by, in)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readHold reads what a holder says. An id that is none is a lease that is gone.
func readHold(r *http.Request) (out license.LeaseHold, err error) {
	raw, err := route.ReadBody(r, maxHold)
	if err != nil {
		return out, err
	}
	var in hold
	if err := wire.DecodeStrict(raw, &in); err != nil {
		return out, ErrMalformed.Wrap(err)
	}
	out, err = license.ParseHold(in.Publisher, in.Lease, in.Fence, in.Secret)
	return out, err
}

// leases registers who holds what of floating licenses.
func (a *API) leases() {
	s := a.Licenses
	add(a.huma, get("/licenses/{id}/leases", "list-leases", tagLeases, "List who uses a floating license", actor.LeaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
			Paged
		},
		) (*body[license.Page[license.LeaseInfo]], error) {
			return plain(s.ListLeases(ctx, by, in.ID, in.After, in.Limit))
		})
	add(a.huma, post("/leases/{id}/release", "release-lease", tagLeases, "End somebody's use of a floating license; its place is free at once", actor.LeaseRelease),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID license.LeaseID `path:"id" doc:"The lease's id."`
		},
		) (*body[license.LeaseInfo], error) {
			return plain(s.ReleaseLease(ctx, by, in.ID))
		})
}
