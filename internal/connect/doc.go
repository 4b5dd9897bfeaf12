// Package connect is the back office's side of the door: so far, outbound
// webhooks.
//
// Model: an Endpoint is an address, a secret and the events that it wants. A
// Delivery is one event on its way to one endpoint.
//
// Life cycle: the feed (Fan) reads the sealed journal after the sequence that
// the endpoint has seen, writes a Delivery and its job for each event that is
// wanted, and moves the sequence, in one transaction: an event is never lost,
// never sent before its transaction has committed, and never fanned out twice.
// Sending is at least once, with back-off over several days; the receiver
// deduplicates by webhook-id, which stays the same over all attempts and
// redeliveries. Endpoints: active ⇄ paused, → closed.
//
// Messages are signed as the Standard Webhooks specification says
// (https://www.standardwebhooks.com): HMAC-SHA-256 over "id.timestamp.body",
// with both secrets while one is being rotated.
//
// Invariants: the connected address is checked, not the name; no redirect is
// followed; answers are bounded in time and size; bodies carry pseudonymous ids
// only.
//
// Neighbors: actor (journal), job, sign (sealed secrets) below; api above.
package connect
