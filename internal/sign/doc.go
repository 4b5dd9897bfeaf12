// Package sign keeps every secret key of an installation: those that sign what
// products verify, and those that guard what the database stores.
//
// # Model
//
// A publisher has root keys, which certify and speak about other keys, and
// issuing keys, which sign licenses. A product pins two roots (active and
// standby) and learns everything else from root-signed lines: certificates,
// announcements of new roots, revocations. A root lives in a passphrase-sealed
// file away from the server (RootKey); the server holds public halves only
// (Root). An issuing key is made by the server (Service.Request), certified
// where the root is (RootKey.Certify), and installed (Service.Install). A depot
// key opens the codes in request files; a root signs it, products pin it. A Keygen
// key signs for programs with Keygen's client libraries, which ship it bare: it has
// no certificate, is active at once, and signs on after it has retired (ADR 0023).
//
// The private half of an issuing key is sealed in the database, or made in a
// security module (Module) that it never leaves; then the database holds its id
// there. A module that does not answer stops issuing with a fault that says why,
// and nothing else: products verify, and reads, installs and revocations go on.
//
// The Vault holds what guards data: peppers, which key the look-up of codes; one
// key for blind indexes; and a data key per publisher, under which copies of
// codes and personal data are sealed.
//
// # Life cycle
//
// A key is requested → active → retired, and from any of these → revoked. At
// most one key of a purpose is active. Issuance is write-ahead: Keyring.Prepare
// makes the exact bytes, the caller commits them, Keyring.Redeem signs them and
// verifies the token as a product would before it leaves. A retired key still
// signs what was recorded under it, so that a repeated request gets the same
// bytes. A revoked key does nothing, and its private half is gone.
//
// # Invariants
//
// Nothing secret is in the database in the open: it is sealed to the identity
// file, bound to its row, and tagged so that a writer of the database can
// neither swap blobs nor plant any. Every token that leaves has been verified
// with what a product knows. Every change of keys has its journal line, raises
// one counter in the same transaction, and is known to every node within a
// second, to its own process at once. The hot path reads memory only.
//
// # Neighbors
//
// wire has the formats and the one verify function; db and actor lie below;
// org, license and order use the Vault and the Keyring; cmd/licet has the
// commands, and docs/ops/keys.md says what to do when a key is lost or stolen.
package sign
