// Package keygen answers programs with Keygen's client libraries, so that they
// change only an address and a public key. It translates: a request becomes a call
// of a door of package license, and what the door says becomes a document of that
// API. ADR 0023 says how its terms fit ours and what is not offered.
//
// # Terms
//
// Their license is a license that has a key, and the key is the proof of every
// request; their machine is a license.NamedMachine; their policy is the frozen terms
// of a license; their entitlements are its features; their account and product are
// in the address, as is the key that signs (account.go).
//
// # Answers
//
// Every answer but 429 and 5xx is signed over method, target, host, date and body
// digest, refusals too (reply.go). A code of ours becomes one of theirs by one table
// (codes.go), the verdict about a license by another (judge.go). License and machine
// files are documents under the same key, which always end (file.go).
//
// The package was written from the API's public documentation and from the Go client's
// source under the MIT license.
package keygen
