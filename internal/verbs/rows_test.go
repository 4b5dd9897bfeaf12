//go:build unix

package verbs_test

import "github.com/licet/licet/wire"

// verb is what can be done with a license.
type verb struct {
	name  string            // in the table
	live  func(*cell) error // does it and looks at what it has done; the error is a refusal
	typed outcome           // over typed codes, in a folder
	cloud bool              // an account has it too, over HTTPS: it shows with the next lease
	only  bool              // it needs a connection
	is    string            // what it is, for the page
}

// outcome is what comes of a verb: offered, else the code of the refusal, or the sign
// that there is nothing to try.
type outcome string

const (
	offered   outcome = ""
	unsayable outcome = "—"
)

// verbs are the rows of the table.
var verbs = []verb{
	{name: "activate by ticket", live: activateBy(func(s sold) string { return s.code }), is: "a seat of a ticket's license comes into the container"},
	{name: "activate by license key", live: activateBy(func(s sold) string { return s.key }), is: "the same by the license's key"},
	{name: "refresh", live: refreshed, cloud: true, is: "the container says what it holds and hears what is new; by typing, the ticket is typed again"},
	{name: "upgrade, extension, add-on by ticket", live: added, typed: "license.not_typed", is: "a ticket changes a license that is here"},
	{name: "change at the next contact", live: extended, cloud: true, is: "the publisher has extended or changed a license"},
	{name: "return", live: returned, typed: unsayable, is: "the seat is free again; the container proves that it removed the license"},
	{name: "move", live: moved, typed: unsayable, is: "return here, activate there"},
	{name: "restore", live: restored, is: "a lost container's seat comes into another one, and the lost one is shut out; by typing, the device is freed on the depot's page first"},
	{name: "borrow", live: borrowed, typed: "license.floating", is: "a place of a floating license goes offline until a day"},
	{name: "extend a borrow", live: kept, typed: "license.floating", is: "until a later day"},
	{name: "return a borrow early", live: returnedEarly, typed: unsayable, is: "the place is free again before the day"},
	{name: "recall", live: recalled, typed: "license.recalled", cloud: true, is: "the publisher takes a license back at the next contact"},
	{name: "replace", live: replaced, cloud: true, is: "another license takes its place at the next contact; an account gets it by a grant"},
	{name: "block", live: blocked, typed: "license.blocked", cloud: true, is: "the publisher blocks a license until further notice"},
	{name: "unblock", live: unblocked, cloud: true, is: "and lifts the block"},
	{name: "lease", live: leased, cloud: true, only: true, is: "a program uses a floating license while it runs"},
}

// outcome is what comes of a verb over a carrier in a place.
func (v verb) outcome(c carrier, p place) outcome {
	switch {
	case v.only && c.name != byHTTPS.name:
		return unsayable
	case p.kind == wire.ContainerCloud && (!v.cloud || c.name != byHTTPS.name):
		return "client.cloud"
	case c.name != byTyping.name:
		return offered
	case p.kind == wire.ContainerHardware:
		return "client.not_typed"
	}
	return v.typed
}
