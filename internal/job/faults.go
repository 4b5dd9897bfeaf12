package job

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	ErrNotFound = fault.New(fault.NotFound, "job.not_found")
	ErrNotDead  = fault.New(fault.Conflict, "job.not_dead")
	ErrFenced   = fault.New(fault.Conflict, "job.fenced")
)
