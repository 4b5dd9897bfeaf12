// Package catalog is what a publisher sells: products with their features,
// license models, articles and configurations under the article numbers that
// the ERP knows, article groups, and dated prices per price class.
//
// Model: an Article joins one Product, one license Model, a set of Features,
// limits and typed Options, each Option with a Frame and a default. A
// Configuration is an article with preset options and a narrower frame; both
// live in one space of numbers (an "item"). A Model is data, not code: every
// license kind is a ModelSpec, and which combinations make sense is a rule.
//
// Life cycle: every object is active or retired and carries a revision that
// each change raises. Nothing is deleted, because orders and licenses point
// here. A retired article, configuration or product refuses new orders; a
// retired model, feature or group is offered to nothing new. What was sold
// stays as it was: Resolve hands out a Snapshot that shares nothing with the
// catalog, and package license keeps it.
//
// Invariants: an article number is unique per publisher, whatever its case and
// spaces; a key prefix is unique per publisher even for a reader who takes I
// for L; the frame of an active configuration lies within its article's; an
// active article fits its model (container kinds, limits, all-features code).
// Changes of one publisher's catalog happen one after another (they lock its
// head row), so that these rules hold under concurrency too.
//
// Codes, numbers, key prefixes, an article's product and an option's meaning
// in a sold license are fixed when they are made. Names, prices, frames and
// the rest may change.
//
// Apply brings a whole catalog from one YAML file: it shows its plan, changes
// what differs, and leaves alone what the file does not mention.
//
// Neighbors: frame has the values and bounds, actor the rights and the
// journal; delegate hands article groups on, license issues Snapshots, order
// resolves the numbers of order lines.
package catalog
