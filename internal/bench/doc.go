// Package bench measures this program against the machine it runs on: what one
// signature, one fsync and one bare HTTP answer cost here, and how far the real
// server is away from that.
//
// # Model
//
// Every figure is a ratio of two things that were measured in turns in the same
// run, because machines differ and are never quiet. E is a bare net/http server
// that decodes JSON, makes one Ed25519 signature and encodes JSON; F is the time
// of one fsync, for which the database's hook waits a fixed time (1 ms).
//
// # Life cycle of a run
//
// The harness starts itself several times: E, the real server on a database of
// its own, and a driver with raw sockets. They take commands as lines of JSON
// and end with their standard input. A round is E, then the scenario, for a
// second or two each; between rounds the server prepares tickets and the harness
// signs requests. The processor time of every process is read from /proc. After
// each round the database is asked whether anything was oversold or lost.
//
// # Invariants
//
// A run on a machine that other processes use, or whose anchors drift, is not a
// pass and not a failure: it was not measured (Rejected). Nothing here can be
// reached by serve: the fsync delay is a hook of the database that only this
// package and tests set.
//
// Neighbors: app, demo and wire below; cmd/licet above.
package bench
