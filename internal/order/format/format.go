// Package format reads order documents of other systems and turns each into
// one Document: REST JSON, CSV in German and English form, UBL 2.x Order and
// OrderChange, openTRANS 2.1 ORDER, and the order JSON of WooCommerce.
//
// Model: a Document names its sender (Source), its order (Number), the parties
// by number, and Lines. Mode says what a line that is absent means: in a
// complete document it was taken out, in a document of lines nothing is said
// about it. Revision orders the versions of one order where the sender counts
// them; ID is the document's own identity beside its order number (an order
// change has one), so that two changes of the same content are two changes.
//
// Invariants: a parser takes any bytes and returns Documents that are whole
// and within the limits below, or a coded refusal that names the field and the
// rule; it never returns half an order. Everything is bounded: bytes, depth,
// elements, lines, lengths. XML has no DOCTYPE and no entities of its own, JSON
// no key twice. Names and addresses are not read: a party is a number, and a
// shop guest is a keyed hash of what identifies him.
//
// Neighbors: package order gives Documents to its convergence rule. This
// package knows no catalog, no database, no clock and no network.
package format

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
)

// Kind is the form in which a document was written.
type Kind string

// The kinds that Parse reads.
const (
	REST        Kind = "rest"
	CSV         Kind = "csv"
	UBL         Kind = "ubl"
	OpenTrans   Kind = "opentrans"
	WooCommerce Kind = "woocommerce"
)

// Mode says what a document tells about lines that it does not contain.
type Mode string

// The modes. A document that does not declare itself complete is one of lines.
const (
	Complete Mode = "complete" // an absent line was taken out of the order
	Lines    Mode = "lines"    // an absent line is not spoken of
)

// Limits of every document, in bytes, levels and counts.
const (
	MaxBytes    = 8 << 20    // of one document
	MaxDepth    = 64         // nested elements, objects and arrays
	MaxElements = 1_000_000  // XML elements
	MaxLines    = 100_000    // lines of one document, rows of one CSV file
	MaxOrders   = 1_000      // orders in one CSV file
	MaxQuantity = 10_000_000 // of one line
	MaxOptions  = 50         // options, and as many properties, of one line
	MaxColumns  = 200        // of a CSV file
)

// Lengths of identifiers in characters.
const (
	maxSource = 50
	maxNumber = 100
	maxParty  = 64 // as in package org
	maxLineNo = 50
	maxValue  = 500
)

// Document is one order, or one change of an order, in the product's terms.
type Document struct {
	Format   Kind     `json:"format"`
	Source   string   `json:"source"`             // the sending system
	Number   string   `json:"number"`             // the order's number there
	ID       string   `json:"id,omitempty"`       // this document's own identity, "" if it has none
	Revision *int64   `json:"revision,omitempty"` // grows with every version of the order; nil if the sender does not count
	Mode     Mode     `json:"mode"`
	Change   bool     `json:"change,omitempty"` // it changes an order that must be known already
	Unpaid   bool     `json:"unpaid,omitempty"` // the sender does not want it carried out yet
	Buyer    Party    `json:"buyer"`
	Customer *Party   `json:"customer,omitempty"` // the end customer; nil = unknown or the buyer
	Lines    []Line   `json:"lines"`
	Language string   `json:"language,omitempty"` // "de", "en" or ""
	Currency string   `json:"currency,omitempty"` // ISO 4217 or ""
	Ignored  []string `json:"ignored,omitempty"`  // names of columns that were not read
}

// Party is a pseudonymous reference to an organization: the number that the
// sender uses, or the id that it has here. One of the two is set.
type Party struct {
	Number string `json:"number,omitempty"`
	ID     string `json:"id,omitempty"`
}

// Line is one position of the order. Quantity is 1..MaxQuantity, or 0 where
// Cancelled. Options must be known to the article; Properties are descriptive
// and count only where the article has an option of that name.
type Line struct {
	No         string            `json:"no"`
	Article    string            `json:"article"`
	Quantity   int64             `json:"quantity"`
	Cancelled  bool              `json:"cancelled,omitempty"`
	Options    map[string]string `json:"options,omitempty"`
	Properties map[string]string `json:"properties,omitempty"`
	Customer   *Party            `json:"customer,omitempty"`
	Field      string            `json:"-"` // where the line stands in the document, for refusals
}

// Hash identifies what the document says, whatever its bytes, the order of its
// lines and the language of its answer: equal hashes are copies of one message.
func (d Document) Hash() [32]byte {
	d.Language, d.Ignored = "", nil
	d.Lines = slices.Clone(d.Lines)
	slices.SortFunc(d.Lines, func(a, b Line) int { return cmp.Compare(a.No, b.No) })
	// A Document holds only strings, integers and maps of strings: Marshal
	// cannot fail on it, and it writes map keys in order.
	raw, _ := json.Marshal(d)
	return sha256.Sum256(raw)
}
