// Package usage knows what the programs in the field say about themselves, and
// what they may be told: how often a feature is used, by which version on which
// platform, and that an update is there.
//
// Nothing of it happens by itself. A program counts and tells only where the
// administrator of its customer, or whoever set up the machine, has switched it on
// (Choice); "off" anywhere wins over "on". What is kept names no person and no
// machine: a source is a keyed hash over the license, the machine's own mark and
// the month, so that two months cannot be joined.
//
// Invariants: a report can be sent again without counting twice, because a day's
// number only grows (the greater one stands). Rows older than Keep are deleted.
//
// Neighbors: package catalog has the releases, package license says whose a
// license is, package sign that it is genuine.
package usage
