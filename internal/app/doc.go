// Package app is the composition root: the only package that knows all others.
// It reads the configuration and the clock, opens the database and the keys,
// wires the contexts, and starts and stops listeners and background work.
//
// Life cycle: ParseConfig → Open → Serve → Close. Open migrates the schema;
// Serve runs until its context ends, then lets what is under way finish.
//
// Upward hooks are set here and listed in ARCHITECTURE.md.
package app
