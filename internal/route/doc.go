// Package route is the one way to register an HTTP route, and the middleware
// that every listener shares.
//
// Model: a Route names method, pattern, permission and handler. A Mux is built
// from a table of routes; a route without a permission that is not declared
// public does not build, so that forgetting one denies instead of opening. The
// table is data: the test of every route with every role, the API document and
// the metrics read it.
//
// The Mux gives each request an id, the caller's address (proxy headers are
// believed from configured addresses only), a body limit, an actor, a place
// under the load limit of its class (or 503 with Retry-After), and turns every
// error into problem details (RFC 9457) in German and English. Doors check the
// right again, in their transaction; the check here only spares work.
//
// Neighbors: actor and text below; api, portal, depot above hand in tables.
package route
