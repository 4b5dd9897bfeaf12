// Package depot is the public pages on which whoever holds a ticket or license
// key sees what it holds, activates a machine without a network, and frees the
// seat of a lost device. They need no account and no JavaScript.
//
// Model: the code is the proof. It is typed into one field, travels in the body
// of a form, and comes back as a hidden field of the pages that answer; it is in
// no address, log, cookie or referrer. A printed code may arrive in an address'
// fragment, which browsers do not send; the script takes it into the field and
// out of the address bar. Files that machines write carry their code sealed.
//
// Nothing is kept here between two requests: each page asks the doors again. The
// download of an update hands the machine's message in once more, and the door
// answers it with the same bytes; so what is downloaded is never what a stranger
// has put into a form.
//
// A request comes as a file, as text, or as pictures of its QR codes; the answer goes
// as a file, as text, or as QR codes: the same messages in other clothes. What was
// read of a message whose codes are not all there stays in the form. Strangers'
// pictures are bounded in what they unpack to, and read one at a time. Where nothing
// can be carried, a ticket and a request code are typed, and the license comes as
// groups to type; the same again gives the same.
//
// "Activate a machine" hands over to the wizard on it: the page shows a pairing
// code, asks again until a machine has used it, and shows that. The ticket stays
// here, the rights come from it.
//
// Invariants: unknown and foreign codes get one answer, byte for byte but for
// the request's id, and not before a floor of time; only for a code that exists
// is said why it cannot be used. Looking changes nothing, freeing a device is
// confirmed first, and repeating either has no further effect.
//
// The package holds no database and no key: it reaches the product through the
// interface Licenses, so that it can stand apart in front of it. Neighbors: web
// (the shell), route (the table), license (what the doors say), wire (codes and
// files), client/qr (QR codes, drawn and read), text below; app above.
package depot
