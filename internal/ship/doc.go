// Package ship carries rows out of the database into the issuance journal, and
// back after a restore from an older backup, so that what was issued after the
// backup is known again.
//
// # Model
//
// A Table is one table whose rows travel. A Source is a package's part: for
// lines of the publisher's journal it says which of its rows they touched. A
// shipment is a head, the rows as they stand now, and an end, one JSON object to
// a line, each with the hash of itself and the line before.
//
// # Invariants
//
// A shipment holds every row that the journal names after its beginning, sealed
// or not, as one snapshot shows them: counters and what they count agree. What
// the one before it holds ahead of its sequence may be left out. A row
// is brought back only over an older revision of itself, so that a shipment may
// be repeated and a file may hold any number of them, one after another. A line
// that was cut or changed ends its shipment.
//
// # Neighbors
//
// db and actor (the journal) below. org, license and order are sources; app
// writes the files, syncs them and reads them after a restore.
package ship
