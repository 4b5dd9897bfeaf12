// Package org keeps the tenants and the people: publishers, the tree of
// organizations below each, persons with their memberships and roles, and API
// keys.
//
// # Model
//
// A Publisher is a tenant; only the installation's administrator makes one. Its
// organizations form one tree: the root of kind publisher, below it resellers
// to any depth (at most MaxDepth levels in all), customers, and units. Every
// organization has a pseudonymous number, unique in its publisher, by which the
// back office knows it; price class and billing mode sit on the node.
//
// A Person signs in once per installation and holds Memberships: person ×
// organization × role. A Role is a named set of described permissions, built in
// or defined by an organization for its subtree. An API key acts for an
// organization with a subset of its maker's permissions.
//
// # Life cycle
//
// Organization: open ⇄ closed; closed nodes have no open children, take no new
// ones, and their keys and members do not get in. They are never deleted, since
// licenses and books refer to them. Key: live → revoked, together with every key
// made with it; or expired. Person: active → erased, leaving a tombstone.
//
// # Invariants
//
// Nobody hands on a permission that they do not hold, by role, key or ceiling.
// What an organization's kind may never do (KindCeiling) no role or key gives.
// The ceiling and the price class of an organization are set from above, never
// by itself. A node never stands below itself, under concurrent moves too: the
// writers of one tree queue for the publisher's row. Tokens are stored as keyed
// hashes only; personal data only sealed under the person's own key, found by a
// keyed hash of the e-mail address; erasing removes the key, the hash and the
// content. The journal has ids and numbers, never names.
//
// Neighbors: actor decides who may; package sign's Vault is the Sealer; catalog,
// order and license hang on organizations and call EnsureCustomer, ByNumber and
// PublisherByID as parts; privacy calls ErasePerson.
package org
