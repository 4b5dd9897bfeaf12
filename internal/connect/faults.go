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

// The refusals of mail. What a mail server said is in none of them: it names the
// recipient.
var (
	ErrMailOff     = fault.New(fault.Conflict, "connect.mail_off")
	ErrMailAddress = fault.New(fault.Invalid, "connect.mail_address") // limit
	ErrMailText    = fault.New(fault.Invalid, "connect.mail_text")
	ErrMailRefused = fault.New(fault.Invalid, "connect.mail_refused")    // status
	ErrMailLater   = fault.New(fault.Unavailable, "connect.mail_later")  // status
	ErrMailServer  = fault.New(fault.Unavailable, "connect.mail_server") // server, why
	ErrMailExpired = fault.New(fault.Expired, "connect.mail_expired")
)
