// Package verbs lives through everything that can be done with a license in the
// field, over every carrier and in every container, against a real server. It
// holds tests and nothing else.
//
// # Model
//
// A world is one installation, served on loopback, with a publisher, keys and a
// small catalog. A carrier brings what a container has to say to the server and the
// answer back. A place is a kind of container. The table says for each verb, carrier
// and place what comes of it: "" where it is offered, else the code of the refusal.
// docs/reference/verbs.md is the same table.
//
// A door is a way by which a person meets a refusal: REST, the depot's page, the
// wizard's page, licet-activate. Every refusal has the same sentence at each.
//
// # Extending it
//
// Another verb is another row of the table with what living through it means
// (table_test.go); another refusal is another row of refusals with how it is brought
// about (refusals_test.go).
//
// # Neighbors
//
// app and the public client packages below; nothing above.
package verbs
