package db

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/licet/licet/internal/fault"
)

// ConflictError tells which unique constraint was violated. It is for logs and
// tests: prevent conflicts with ON CONFLICT, because after one the transaction
// is doomed.
type ConflictError struct {
	// Constraint is PostgreSQL's name, or SQLite's "table.column, table.column".
	Constraint string
	// Table is the table, the same on both engines.
	Table string
	Err   error
}

// Error names the constraint and the cause.
func (e *ConflictError) Error() string { return "unique " + e.Constraint + ": " + e.Err.Error() }

// Unwrap returns the driver's error.
func (e *ConflictError) Unwrap() error { return e.Err }

// mapError turns an error of either driver into a fault of this package. Faults
// pass unchanged, and so do errors that no driver made.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return mapPostgres(pe)
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		return mapSQLite(se)
	}
	return mapOther(err)
}

// mapOther maps what is no error code of an engine.
func mapOther(err error) error {
	var ne net.Error
	var ce *pgconn.ConnectError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ErrCanceled.Wrap(err)
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case errors.As(err, &ne), errors.As(err, &ce), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), pgconn.Timeout(err), isClosed(err):
		return ErrUnavailable.Wrap(err)
	}
	return ErrMisuse.Wrap(err)
}

// isClosed knows the texts of pgx that have no value to compare with.
func isClosed(err error) bool {
	s := err.Error()
	return strings.Contains(s, "conn closed") || strings.Contains(s, "closed pool") || strings.Contains(s, "broken pipe")
}

// mapPostgres maps a SQLSTATE.
func mapPostgres(e *pgconn.PgError) error {
	switch e.Code {
	case "23505":
		return ErrConflict.Wrap(&ConflictError{Constraint: e.ConstraintName, Table: e.TableName, Err: e})
	case "23503", "23001":
		return ErrForeign.Wrap(e)
	case "23514", "23502":
		return ErrCheck.Wrap(e)
	case "40001", "40P01", "55P03", "57014":
		return ErrBusy.Wrap(e)
	case "40003":
		return ErrOutcomeUnknown.Wrap(e)
	case "53100":
		return ErrFull.Wrap(e)
	}
	switch e.Code[:2] {
	case "08", "28", "3D", "53", "57", "58", "25":
		return ErrUnavailable.Wrap(e)
	}
	return ErrMisuse.Wrap(e)
}

// mapSQLite maps a result code.
func mapSQLite(e *sqlite.Error) error {
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		constraint := conflictColumns(e.Error())
		table, _, _ := strings.Cut(constraint, ".")
		return ErrConflict.Wrap(&ConflictError{Constraint: constraint, Table: table, Err: e})
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return ErrForeign.Wrap(e)
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return ErrCheck.Wrap(e)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy.Wrap(e)
	case sqlite3.SQLITE_FULL:
		return ErrFull.Wrap(e)
	case sqlite3.SQLITE_INTERRUPT:
		return ErrCanceled.Wrap(e)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
		return ErrUnavailable.Wrap(e)
	}
	return ErrMisuse.Wrap(e)
}

// conflictColumns cuts "t.a, t.b" out of SQLite's only description of a conflict.
func conflictColumns(msg string) string {
	const mark = "constraint failed: "
	if i := strings.LastIndex(msg, mark); i >= 0 {
		msg = msg[i+len(mark):]
	}
	if i := strings.Index(msg, " ("); i >= 0 {
		msg = msg[:i]
	}
	return msg
}

// retriable reports whether err is a lost race that the same function may win on
// its next run.
func retriable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "40003")
}
