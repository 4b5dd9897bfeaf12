// Package order takes what an ERP, a shop or the portal has sold and makes the
// tickets say the same.
//
// # Model
//
// An Order is known by its sender (source) and its number there; a line by its
// number in the order. A line has the quantity that the sender wants, and the
// quantity that its tickets hold (issued). Tickets and licenses belong to
// package license, which keeps them by the line's id.
//
// # Convergence
//
// A document is compared with what is there and the difference is carried out,
// so that sending it again, late, twice or at the same moment changes nothing:
// a raised quantity adds; a lowered one takes what nobody uses first, then the
// newest seats, which are recalled at their next contact; a line that is absent
// is taken out only by a document that declares itself complete; a line whose
// article or options changed is taken back and sold anew. A revision below one
// that was seen is stale, a copy of a document that was seen is nothing new.
// Recalls above the policy's threshold wait for a human with a preview; nothing
// of such a document is carried out before.
//
// # Life cycle
//
// Order: issuing → delivered → reversed, as its lines say, and
// awaiting_confirmation while a document waits. An order that needs more
// tickets than one transaction should make is issued by a job, in chunks; each
// chunk raises the line's issued quantity in the transaction that makes its
// tickets, so that a crash repeats nothing and loses nothing. What a document takes
// back is taken back in its own transaction, however much it is.
//
// # Invariants
//
// One order per (publisher, source, number) and one line per (order, line
// number): unique indexes; everything that changes an order holds its row.
// Issued equals quantity unless the order is issuing. A refused document leaves
// nothing behind. Each change has its journal line in the same transaction.
//
// Neighbors: format (below, pure) reads documents; org knows and creates the
// parties, catalog resolves article numbers, license issues and takes back, job
// runs large orders. Above: connect and api send documents here.
package order
