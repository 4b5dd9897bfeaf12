// Package license is the heart of Licet: tickets, the licenses they hold, the
// containers in which licenses live, and the activations that place a quantity
// of a license in a container.
//
// # Model
//
// A Ticket is a secret code whose bearer may collect licenses. A License is one
// right with its options frozen at issue (Terms); it counts its seats. A
// Container is known by its signing key and lives on a machine with a
// fingerprint. An Activation is a quantity of one license in one container; it
// has a generation, which rises when the same license comes to the same
// container again. An Exchange is one message of a container with the exact
// bytes of its answer. A Pairing is a short code that stands for a ticket for
// some minutes and one machine, so that the ticket need not be typed there.
//
// An upgrade, extension or add-on is sold and ticketed like a license and is none:
// redeemed in a container, it becomes an effect, a row under the license that it
// changes, whose terms are its own with its effects on top (ADR 0016). A
// usage-counted license is drawn by the piece, and the units of a piece are consumed
// in the container; how many it tells with each message.
//
// A NamedMachine is a machine without a container: a program with Keygen's client
// libraries names it by a text, and a lease holds its place (ADR 0023).
//
// A split takes free seats into a new ticket under the same terms. Where terms
// change after the sale (for another holder, or by a replacement), they become a
// snapshot of their own that no order line sells; it keeps the line, and a ticket
// keeps what it was sold as. A replaced license owes all its seats: its successor has
// them, and each container swaps the two in one answer.
//
// # Life cycle
//
// Ticket: issued ⇄ blocked, → reversed, → expired, → merged.
// License: available ⇄ blocked, → recall_pending → recalled, → replaced.
// Container: active ⇄ suspect, ⇄ blocked.
// Case: open → decided.
// Activation: requested → delivered → confirmed → return_requested → returned,
// and out of a live state superseded, restored_away, recall_pending → recalled,
// elapsed. Whatever else is said of a thing (used up, expired, redeemed) is
// derived from these, from dates and from counters.
//
// A Case is what was found about a container that looks like a copy, finding by
// finding, and what a human has decided. Accepting it pardons the container: what it
// holds by mistake it is told to remove, until it holds nothing wrong.
//
// A publisher's block list names containers in which nothing may be used any more and
// something could be: what was lost is Away until its container has shown that it holds
// it no more. What is issued to a container later outranks the list (ADR 0029).
//
// What happens more often than honest use does is counted as an Anomaly, one row per
// kind and thing; it refuses nothing by itself.
//
// # Messages
//
// Exchange is the only door for what containers send. A message is verified by
// the container's own key, found or recorded under its natural key (publisher,
// container key hash, nonce), and answered with bytes that were committed
// before they were signed; the same message gets the same bytes again. Each
// contact is worked off in one fixed order: recalls, returns, assigned licenses,
// replacements, activations.
//
// # Invariants
//
// used ≤ quantity + overdraft (conditional UPDATE, CHECK); one live activation
// per license and container (unique index); a return frees at most one seat and
// only of the current generation; counters and generations never fall, or the
// container is marked suspect and a human decides; every license that a client
// holds has a row; no license outlives its right; every state change has its
// journal row in the same transaction.
//
// # Files
//
// Rule files (everything but store*.go and service*.go) are pure. Doors are in
// service*.go and take the caller; parts for higher packages take a *db.Tx and
// check no rights. SQL is in store*.go.
//
// Neighbors: wire (formats), db, actor (rights, journal), sign (keys, secrets),
// catalog (what was sold). Above: order issues and lowers, api and depot call
// the doors.
package license
