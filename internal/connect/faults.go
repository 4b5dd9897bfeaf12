package connect

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	ErrNotFound = fault.New(fault.NotFound, "connect.not_found")
	ErrURL      = fault.New(fault.Invalid, "connect.url")
	ErrPrivate  = fault.New(fault.Invalid, "connect.private_address")
	ErrEvents   = fault.New(fault.Invalid, "connect.events")
	ErrClosed   = fault.New(fault.Conflict, "connect.closed")
	ErrStale    = fault.New(fault.Stale, "connect.stale")
	ErrReceiver = fault.New(fault.Unavailable, "connect.receiver")
)
