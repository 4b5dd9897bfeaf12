package order

import "github.com/licet/licet/internal/fault"

// The refusals of this package; those of documents are in package format, those
// of articles and options in package catalog.
var (
	// ErrNotFound: no such order here.
	ErrNotFound = fault.New(fault.NotFound, "order.not_found")
	// ErrParty: no organization of that number or id, or none that the caller may order for (number).
	ErrParty = fault.New(fault.NotFound, "order.party_unknown")
	// ErrEndCustomer: the end customer is an organization that cannot be one (number, kind).
	ErrEndCustomer = fault.New(fault.Conflict, "order.end_customer")
	// ErrBuyerChanged: an order cannot go over to another buyer (order).
	ErrBuyerChanged = fault.New(fault.Conflict, "order.buyer_changed")
	// ErrChangeFirst: a change of an order that is not known here (order).
	ErrChangeFirst = fault.New(fault.Conflict, "order.change_of_unknown")
	// ErrNotWaiting: no document of this order waits for a confirmation.
	ErrNotWaiting = fault.New(fault.Conflict, "order.not_waiting")
	// ErrStaleRev: the order has changed since it was read (seen, have).
	ErrStaleRev = fault.New(fault.Stale, "order.stale")
	// ErrMoreRecalls: more would be recalled than the human has seen (seen, now).
	ErrMoreRecalls = fault.New(fault.Conflict, "order.more_recalls")
	// ErrShowOnce: an order would make more codes that are shown once than one
	// answer carries (limit).
	ErrShowOnce = fault.New(fault.Invalid, "order.show_once")
	// ErrUnheard: a shop's hook ordered codes that are shown once; its answer
	// carries none (article).
	ErrUnheard = fault.New(fault.Invalid, "order.show_once_unheard")
	// ErrTooMany: an order would hold more than the limit (limit).
	ErrTooMany = fault.New(fault.Invalid, "order.too_large_quantity")
	// ErrBadPage: a cursor that was not given out here.
	ErrBadPage = fault.New(fault.Invalid, "order.bad_page")
	// ErrHookTries: too many messages with a wrong signature from one address.
	ErrHookTries = fault.New(fault.Limited, "order.hook_tries")
	// ErrSourceTaken: another source has that name (name).
	ErrSourceTaken = fault.New(fault.Conflict, "order.source_taken")
	// ErrSourceNotFound: no such source here.
	ErrSourceNotFound = fault.New(fault.NotFound, "order.source_not_found")
	// ErrSecret: the secret of a source is too short or too long (min, max).
	ErrSecret = fault.New(fault.Invalid, "order.bad_secret", "min", minSecret, "max", maxSecret)
	// ErrSourceValue: a setting of a source is none of those allowed (value, allowed).
	ErrSourceValue = fault.New(fault.Invalid, "order.bad_source")
)
