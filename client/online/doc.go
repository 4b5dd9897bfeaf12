// Package online carries a container's messages to the publisher's server over
// HTTPS and installs the answers:
//
//	_, err := online.Activate(ctx, c, code)
//
// Every message is on the disk before it is sent and stays there until its answer
// is installed. So an error that is not a *client.Refusal loses nothing: the same
// call again, or any other call of this package, sends the same bytes first, and
// the server takes no second seat. Messages leave in the order in which they were
// made.
//
// The package keeps no state of its own, and starts nothing in the background but
// the renewer of a lease, which TakeLease begins and Lease.End stops.
// Programs that are never online use package client alone and do not link
// net/http.
//
// Neighbors: client (container), wire (formats). On the other side stands the
// gateway: POST /api/v1/exchange takes one token as text and answers with lines,
// POST /api/v1/validate answers about a license key with a signed token,
// /api/v1/lease, /api/v1/lease/renew and /api/v1/lease/end are about leases, and a
// refusal is problem details (RFC 9457).
package online
