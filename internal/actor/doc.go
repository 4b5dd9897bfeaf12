// Package actor says who asks, what they may do, and writes down what they did.
//
// # Who and what
//
// An Actor is the caller of a door: a publisher (the tenant), an organization
// (the root of the caller's scope in the publisher's tree) and a Set of
// described permissions. Adapters make it once; doors take it as their second
// argument and ask the Gate: out of scope reads as not found, in scope without
// the right as denied, nobody signed in as unauthorized. What a caller really
// has is what it carries, cut down by the ceiling of every organization from
// its own up to the root, at the moment of use.
//
// The Gate keeps interval labels of each tree in memory. The database holds
// parent pointers, a tree version per publisher, and on every node the version
// at which it was placed; a transaction compares versions before it trusts the
// labels, a read may lag one second but never refuses without a second look.
//
// # The journal
//
// Record writes a line in the business transaction: no line, no act. A line
// holds pseudonymous ids only. It is written unsealed; the Sealer, of which one
// works at a time (a fenced lease), gives rows that are visible, in the order in
// which they became visible, the next numbers of their publisher's chain,
// without gaps, within a second. Feeds and watermarks follow that sequence.
//
// The hash of a row is SHA-256 over these bytes in a row, integers big-endian:
//
//	"licet.journal.1"
//	prev       32 bytes, the hash of row seq-1, zero bytes for the first row
//	publisher  16 bytes
//	seq         8 bytes
//	id         16 bytes
//	at          8 bytes, microseconds since 1970-01-01 UTC
//	entity id  16 bytes
//	on behalf  16 bytes, zero bytes for nobody
//	entity, event, actor, data: each 4 bytes of length, then UTF-8
//
// VerifyJournal walks the chain and names every altered, missing, added or
// displaced row, and rows that nobody sealed. Who can write the database can
// also compute a new chain; against that, signed checkpoints (OnCheckpoint)
// leave the machine and are given to VerifyJournal again.
//
// # Once
//
// Once makes a POST repeatable: the same Idempotency-Key of the same caller on
// the same route runs the act at most once in 24 hours. A repeat reads again what
// the act made, or, where it left no row, what OnceSaid has kept of its answer.
//
// Invariants: no right is stored without its name being described; a child's
// ceiling is a subset of its parent's; a publisher's sequence has no gap, no
// duplicate and no fork, whatever nodes compete; a journal row is never changed
// after it was sealed.
//
// Neighbors: db below; org owns the table organization, of which the Gate reads
// the shape, and calls TouchTree when it writes it; every context above calls Check, Record and Once.
package actor
