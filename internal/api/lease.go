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
			"The same message gets the same lease. Where all places are taken and the message says que, the answer is license.queued with Retry-After: the same message again keeps the place in the queue, and gets the lease when it is its turn.",
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
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/lease/leave", ID: "leave-queue", Tag: tagGateway, Class: route.Activate, MaxBody: maxToken,
		Status: http.StatusNoContent, Summary: "Stop waiting for a lease; leaving again changes nothing",
		Description: "The body is the token (lsr) that waits, as it was sent. A lease that it has got meanwhile ends.",
	}, media{"text/plain": nil}, nil, a.leaveQueue)
}

func (a *API) leaveQueue(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	token, err := route.ReadBody(r, maxToken)
	if err == nil {
		err = a.Licenses.LeaveQueue(r.Context(), by, token)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
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

// reserve says for whom places are kept.
type reserve struct {
	Kind  license.ReserveKind `json:"kind" doc:"What for names."`
	For   string              `json:"for" maxLength:"64" doc:"A label that programs name (a-z, 0-9, dashes), the id of a machine's container, the 16-byte hash of a person (base64url), or a holder as the list of leases shows it."`
	Seats int64               `json:"seats" minimum:"1" doc:"How many places; it replaces what was kept for them before."`
}

// leases registers who holds what of floating licenses, for whom places are kept, and
// who waits.
func (a *API) leases() {
	s := a.Licenses
	a.reservations()
	add(a.huma, get("/licenses/{id}/queue", "list-queue", tagLeases, "List who waits for places of a floating license", actor.LeaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
		},
		) (*body[license.Page[license.WaiterInfo]], error) {
			return plain(s.ListQueue(ctx, by, in.ID))
		})
	add(a.huma, get("/licenses/{id}/leases", "list-leases", tagLeases, "List who holds places of a license by leases: uses of a floating one, and named machines", actor.LeaseRead),
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

// reservations registers for whom places are kept.
func (a *API) reservations() {
	s := a.Licenses
	add(a.huma, get("/licenses/{id}/reservations", "list-reservations", tagLeases, "List for whom places of a floating license are kept", actor.LeaseRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
		},
		) (*body[license.Page[license.ReservationInfo]], error) {
			return plain(s.ListReservations(ctx, by, in.ID))
		})
	add(a.huma, post("/licenses/{id}/reservations", "reserve-places", tagLeases, "Keep places of a floating license for somebody", actor.LeaseReserve),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			LicensePath
			Body reserve
		},
		) (*body[license.ReservationInfo], error) {
			return plain(s.Reserve(ctx, by, license.ReserveInput{License: in.ID, Kind: in.Body.Kind, For: in.Body.For, Seats: in.Body.Seats}))
		})
	add(a.huma, post("/reservations/{id}/end", "end-reservation", tagLeases, "Keep places no longer; who uses them goes on", actor.LeaseReserve),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			ID license.ReservationID `path:"id" doc:"The reservation's id."`
		},
		) (*body[license.ReservationInfo], error) {
			return plain(s.EndReservation(ctx, by, in.ID))
		})
}
