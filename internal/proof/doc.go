// Package proof shows, from outside, what the product promises about durability
// and exactness: what was acknowledged is there after any crash, nothing is
// issued or sold twice, no seat is oversold, a restore loses nothing, and no
// secret leaks. It holds tests and nothing else.
//
// # Model
//
// A world is one installation with a publisher, keys and the demo's catalog. A
// node is a real server: the test binary started once more, serving on loopback,
// which can be killed at a random moment or at a named fail point. A box is a
// device that signs its own messages with package wire. A ledger is a file,
// outside the server, of every answer that was acknowledged; it is the oracle.
//
// # Life cycle
//
// Each test makes a world, starts nodes on it, works on them through HTTP alone,
// kills and starts them again, and compares what they say with the ledger or
// with a model. LICET_DEEP=1 makes the tests long. TestModel has the model of all
// verbs and carriers: LICET_MODEL_STEPS says how many steps it plays on each engine,
// and LICET_MODEL_SEED from which seed on, so that a long run goes on where another
// one ended and what was found is played again.
//
// # Neighbors
//
// app below; nothing above.
package proof
