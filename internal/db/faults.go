package db

import "github.com/licet/licet/internal/fault"

// Faults of the database itself. What a context can foresee (a double number, a
// full license) it prevents or maps before it gets here.
var (
	// ErrNotFound: a query for one row found none.
	ErrNotFound = fault.New(fault.NotFound, "db.not_found")
	// ErrConflict: a unique constraint was violated; errors.As gives *ConflictError.
	ErrConflict = fault.New(fault.Conflict, "db.conflict")
	// ErrCheck: a CHECK or NOT NULL constraint was violated: the last wall held.
	ErrCheck = fault.New(fault.Internal, "db.check")
	// ErrForeign: a foreign key points to nothing, or is still pointed to.
	ErrForeign = fault.New(fault.Conflict, "db.foreign")
	// ErrUnavailable: the database is gone, refuses, or is closed.
	ErrUnavailable = fault.New(fault.Unavailable, "db.unavailable")
	// ErrBusy: a lock was not free in time, or retries ran out.
	ErrBusy = fault.New(fault.Unavailable, "db.busy")
	// ErrFull: the disk is full; nothing was written.
	ErrFull = fault.New(fault.Unavailable, "db.full")
	// ErrOutcomeUnknown: the connection was lost while committing. The caller
	// repeats with the same key and sees what became of it.
	ErrOutcomeUnknown = fault.New(fault.Unavailable, "db.outcome_unknown")
	// ErrCanceled: the request ended before its function ran; nothing happened.
	ErrCanceled = fault.New(fault.Unavailable, "db.canceled")
	// ErrPanic: the function of a write panicked; it alone was rolled back.
	ErrPanic = fault.New(fault.Internal, "db.panic")
	// ErrMisuse: our own mistake: a broken statement, a second one on a ReadOne.
	ErrMisuse = fault.New(fault.Internal, "db.misuse")
	// ErrBadText: a text contains a zero byte or is not UTF-8.
	ErrBadText = fault.New(fault.Invalid, "db.bad_text")
	// ErrBadID: an id is not a UUID.
	ErrBadID = fault.New(fault.Invalid, "db.bad_id")
	// ErrBadURL: Options.URL names no engine.
	ErrBadURL = fault.New(fault.Invalid, "db.bad_url")
	// ErrNotDurable: a setting would lose acknowledged work; args setting, value, want.
	ErrNotDurable = fault.New(fault.Unavailable, "db.not_durable")
	// ErrGuarded: the role that connects does not own the tables, so that row-level
	// security would hide them from it; arg user.
	ErrGuarded = fault.New(fault.Unavailable, "db.guarded")
	// ErrNewerSchema: a newer program has migrated this database; args have, know.
	ErrNewerSchema = fault.New(fault.Unavailable, "db.newer_schema")
	// ErrBackupIO: a file of a backup could not be read or written.
	ErrBackupIO = fault.New(fault.Unavailable, "db.backup_io")
	// ErrBackupDamaged: a backup is not whole; args file, what.
	ErrBackupDamaged = fault.New(fault.Conflict, "db.backup_damaged")
	// ErrNotEmpty: a backup or restore would overwrite something; arg name.
	ErrNotEmpty = fault.New(fault.Conflict, "db.not_empty")
	// ErrOtherEngine: a backup of one engine cannot be restored into the other;
	// args have, want.
	ErrOtherEngine = fault.New(fault.Conflict, "db.other_engine")
)
