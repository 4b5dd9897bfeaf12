package trial

import "github.com/licet/licet/internal/fault"

// The refusals of this package. None says whether an address is known.
var (
	// ErrOff: this installation gives visitors nothing to try.
	ErrOff = fault.New(fault.NotFound, "trial.off")
	// ErrDomain: the publisher gives this trial to other mail domains only (domain).
	ErrDomain = fault.New(fault.Denied, "trial.domain")
	// ErrTooMany: too many wishes or wrong codes from this network, or of this publisher.
	ErrTooMany = fault.New(fault.Limited, "trial.too_many")
	// ErrUnknown: not a confirmation code, or one that was forgotten.
	ErrUnknown = fault.New(fault.NotFound, "trial.unknown_code")
	// ErrElapsed: the confirmation came too late (hours).
	ErrElapsed = fault.New(fault.Expired, "trial.elapsed")
)
