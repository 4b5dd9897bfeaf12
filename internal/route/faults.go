package route

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	ErrNoRoute     = fault.New(fault.NotFound, "route.not_found")
	ErrMethod      = fault.New(fault.Invalid, "route.method")
	ErrTooLarge    = fault.New(fault.TooLarge, "route.too_large")
	ErrOverload    = fault.New(fault.Unavailable, "route.overload")
	ErrKey         = fault.New(fault.Invalid, "route.idempotency_key")
	ErrBodyCut     = fault.New(fault.Invalid, "route.body_cut")
	ErrCrossOrigin = fault.New(fault.Denied, "route.cross_origin")
)
