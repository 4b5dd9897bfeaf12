// Package wire holds the public formats of Licet: ticket codes and license
// keys, signed tokens with their claims, the activation messages, license
// files, fingerprints and sealed parts. Clients, servers and the verifiers in
// other languages agree on what is written here and nowhere else; the same
// rules in prose are docs/reference/formats.md, and the vectors in testdata
// are frozen.
//
// The package imports the standard library only. It has no clock, no file, no
// network and no source of randomness of its own but the one inside HPKE: the
// caller passes the trusted time and an io.Reader. What it returns about a
// license's dates is a Verdict, never a decision to stop a program.
//
// # Codes
//
// A ticket code is 24 random symbols of Crockford's Base32 (120 bits) and one
// check symbol, in five groups of five. The symbols are read as elements of
// GF(2⁵) with the polynomial x⁵+x²+1; α = x (the number 2) generates its 31
// units, and a code c₀…c₂₄ is well formed if Σ αⁱ·cᵢ = 0. All weights differ, so
// every single wrong symbol, every swap of two symbols and every doubled
// symbol mistyped as another doubled symbol is noticed. A license key puts two
// to six letters in front; letter j weighs α²⁵⁺ʲ in the same sum, which uses up
// the 31 weights. The normal form that is hashed begins with the letters, so a
// ticket and a key never meet in a look-up, nor do keys of two products.
//
// # Tokens
//
// A token is PASETO v4.public (Ed25519) in a strict profile, or, for the keys
// of containers only, the same shape over ECDSA P-256 under the header
// "lct.p256.". The implicit assertion is "<typ>/1", so that a token of one type
// never verifies as another. There is one verify function, Verify; everything
// else in the package that accepts a signature goes through it. The algorithm
// belongs to the trusted key and is never chosen by the token.
//
// # QR codes
//
// ArmorQR writes the tokens of a file as the texts of one or more QR codes, and
// JoinQR reads them in any order: payloads compressed together against a fixed
// dictionary, signatures and key ids beside them as bytes, all in Base45. This
// package draws no picture and reads none (package client/qr does).
//
// # Typed codes
//
// A machine with neither a network nor a port asks in 60 typed symbols and is
// answered in at most 180: ParseTypedRequest, OpenTyped and, where the issuing key
// is not known yet, ExtendTyped. Each group of fifteen checks itself (CheckTypedGroup,
// TypedGroups).
//
// # Trust
//
// A product ships Pins: its publisher's two root keys, the salt and the depot
// key. Trust starts from them, learns issuing keys, new roots and revocations
// from root-signed lines, in any order, and judges licenses. It never learns
// from anything that is not signed by a root it already knows.
//
// Neighbors: package client keeps tokens on a machine, package sign makes
// them, package license decides what they say.
package wire
