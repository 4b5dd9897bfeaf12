// Package wizard shows everything that can be done with the licenses of a machine
// as a few local pages: look, activate, work without internet by file, picture or
// typed code, return, move, restore, free a lost device, refresh, borrow, hold a place
// of a floating license, choose update notices. A program offers it with a button:
//
//	w, err := wizard.New(cfg, wizard.Options{Brand: wizard.Brand{Name: "Hello CAD"}})
//	err = w.Run(ctx, func(link string) { _ = wizard.Open(link) })
//
// and `licet-activate --ui` is the same for products that have no button.
//
// # Model
//
// The pages drive package client's own functions and keep nothing that must
// survive: a program that is killed in the middle leaves the container as any
// other crash does, and the next wizard shows what waits. Places of floating
// licenses are held while the wizard runs, are given back at its end (Release), and
// free themselves after a crash. A step is one thing
// that somebody is about to do; it is named by the form that asks for it, runs
// once whatever is clicked or reloaded, and its outcome is a page of its own.
// Codes travel in forms only, never in an address.
//
// # Who may use it
//
// Whoever holds the session: a link, which works once, gives the browser a cookie
// for this wizard's own path. Requests must come in over the loopback interface
// and name it as their host, so that no foreign name can be rebound to it; what
// changes something must come from a page of the wizard itself. Other users of
// the machine, pages of other sites and other programs on the loopback get
// nothing. Programs of the same user could read the container anyway.
//
// It works without JavaScript, speaks German and English, and carries no template
// engine: pages are put together by functions that escape what they are given.
//
// Neighbors: client and client/online (what is done), client/qr (pictures). What
// it needs beyond the standard library is what they need.
package wizard
