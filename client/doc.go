// Package client keeps the licenses of one machine: it makes the requests that
// collect them, installs the answers, verifies offline, and says which features
// the program has. First use:
//
//	c, err := client.Open(client.Config{Pins: pins, Product: "cad", Version: "14.2", Released: built})
//	_, err = online.Activate(ctx, c, code) // once, or by file: NewRequest, RequestFile, Install
//	if c.Has("export.step") { … }
//
// pins is the JSON that `licet key pins` exports; a program embeds it.
//
// # Model
//
// A Container is the place of a publisher's licenses on this machine: two keys
// of its own, the license tokens as the server signed them, the messages that
// wait for their answers, tombstones of what was given back, and what was
// learned about the publisher's keys. It is one JSON file; every product of the
// publisher on this machine shares it. Tokens are verified when the container
// is opened, and only time is looked at again afterwards.
//
// # Life cycle of a message
//
// A request or return is on disk before it is sent, and stays there until its
// answer is installed, so that a crash or a lost answer repeats the same bytes
// and the server answers with the same bytes. Messages leave in the order in
// which they were made. A return is made in two steps: first the license is
// gone from the disk, then the proof is signed. A receipt goes out after what it
// confirms is on disk.
//
// A typed request stands beside these messages: it is unsigned, so it moves no
// counter, and there is one at a time. Its answer is a license that is verified, kept
// and given back like any other, until a contact by another carrier brings the whole
// one.
//
// # Invariants
//
// What is installed answers a message that waits, or is byte for byte what was
// installed before; an older answer, a foreign one, and one whose commands were
// cut away are refused as a whole. Counters and generations never fall. A
// tombstone is never filled again by an answer to a question that was asked
// before it. The package starts no goroutine, opens no connection, and never
// ends the program; it says what holds, and the program decides.
//
// # What it does not prove
//
// A software container cannot prove that it forgot a license: whoever copies
// and restores the folder on the same machine has it again until the next
// contact, at which the server sees it. Licenses that must not be copied belong
// in hardware.
//
// Neighbors: package wire has the formats and the verification; client/online
// carries messages over HTTPS; this package reaches no network at all.
package client
