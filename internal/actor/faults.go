package actor

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	// ErrSignIn: nobody is signed in.
	ErrSignIn = fault.New(fault.Unauthorized, "actor.sign_in")
	// ErrDenied: in scope, but without the permission (argument "permission").
	ErrDenied = fault.New(fault.Denied, "actor.denied")
	// ErrNotFound: not there, of another publisher, or outside the caller's subtree.
	ErrNotFound = fault.New(fault.NotFound, "actor.not_found")
	// ErrKeyReused: an Idempotency-Key came again with another body.
	ErrKeyReused = fault.New(fault.Invalid, "actor.key_reused")
	// ErrBadRetryKey: an Idempotency-Key longer than 255 bytes (argument "max").
	ErrBadRetryKey = fault.New(fault.Invalid, "actor.bad_retry_key", "max", maxRetryKey)
	// ErrUnknownPermission: no permission of that name (argument "permission").
	ErrUnknownPermission = fault.New(fault.Invalid, "actor.unknown_permission")
)

// Denied returns ErrDenied for permission p.
func Denied(p Permission) error {
	return fault.New(fault.Denied, "actor.denied", "permission", string(p))
}

func unknownPermission(name string) error {
	return fault.New(fault.Invalid, "actor.unknown_permission", "permission", name)
}
