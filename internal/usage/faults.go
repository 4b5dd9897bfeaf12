package usage

import "github.com/licet/licet/internal/fault"

var (
	// ErrLicense: the license that a program shows is none of this publisher's.
	ErrLicense = fault.New(fault.NotFound, "usage.unknown_license")
	// ErrChoice: not one of the choices (value).
	ErrChoice = fault.New(fault.Invalid, "usage.bad_choice")
	// ErrNotCustomer: an organization that uses no licenses chooses nothing (kind).
	ErrNotCustomer = fault.New(fault.Conflict, "usage.not_a_customer")
	// ErrStale: the choice was changed since it was read (rev, given).
	ErrStale = fault.New(fault.Stale, "usage.stale")
	// ErrReport: a report that no program of ours writes (field).
	ErrReport = fault.New(fault.Invalid, "usage.bad_report")
	// ErrTooMuch: more numbers than a program may tell of one day (limit).
	ErrTooMuch = fault.New(fault.Invalid, "usage.too_much", "limit", maxFeatures)
	// ErrPeriod: an evaluation over no day, or over too many (from, until, limit).
	ErrPeriod = fault.New(fault.Invalid, "usage.bad_period", "limit", maxPeriod)
	// ErrGrouping: not one of the ways to group (value, allowed).
	ErrGrouping = fault.New(fault.Invalid, "usage.bad_grouping")
)
