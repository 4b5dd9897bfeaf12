package depot

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	ErrNoPage    = fault.New(fault.NotFound, "depot.no_page")
	ErrNoDevice  = fault.New(fault.NotFound, "depot.no_device")
	ErrNotChosen = fault.New(fault.Invalid, "depot.nothing_chosen")
	ErrNothing   = fault.New(fault.Invalid, "depot.nothing_given")
	ErrNoRequest = fault.New(fault.Invalid, "depot.no_request")
	ErrDamaged   = fault.New(fault.Invalid, "depot.damaged_file")
	ErrIsAnswer  = fault.New(fault.Invalid, "depot.is_answer")
	ErrTooMany   = fault.New(fault.Invalid, "depot.too_many_messages") // limit
)
