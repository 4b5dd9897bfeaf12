// Package demo lives through the main job once, with nothing faked: it makes a
// publisher with keys and a catalog, lets a shop's real order document come in
// over HTTP as the shop would send it, activates a machine with the ticket
// through the public gateway, stops the server and verifies the license
// offline. licet demo prints it; scripts take it as one JSON object.
//
// Neighbors: app and client below; cmd/licet above.
package demo
