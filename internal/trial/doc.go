// Package trial gives visitors of the depot, who have no account and no ticket, a
// license for trying: once per mail address and article, after they have shown
// that the address is theirs.
//
// Model: a Request is a visitor's wish, known by a confirmation code that only the
// mail holds. A visitor who has confirmed has Taken the trial: a mark under a
// keyed hash over article and address, with the ticket.
//
// Life cycle: asked → confirmed, or gone when its time is over. Confirming makes
// the ticket in the same transaction as the mark; confirming again, and another
// request of the same address, show the same ticket. The ticket is the
// publisher's own, of no organization: nobody is known by name (ADR 0027).
//
// The address is written into the one mail and nowhere else. Requests hold its
// keyed hash together with the article's, so that not even two trials of one
// address can be told to be one person's; they are deleted when their time is
// over, the mark when the article's offer says so.
//
// Invariants: what is answered to a wish says nothing about the address; one mark
// per article and address, held by the primary key, so that however many confirm
// at once, one ticket is made; limits per address of the network, per mail
// address and per publisher.
//
// Neighbors: catalog (what is offered), license (the ticket), connect (the mail),
// org below; depot above.
package trial
