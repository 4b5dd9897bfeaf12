package api

import "github.com/licet/licet/internal/fault"

// The refusals of this package: what is wrong with an input before a door sees
// it.
var (
	ErrMalformed    = fault.New(fault.Invalid, "api.malformed")
	ErrEncoding     = fault.New(fault.Invalid, "api.encoding")
	ErrTwice        = fault.New(fault.Invalid, "api.field_twice")
	ErrTooDeep      = fault.New(fault.Invalid, "api.too_deep")
	ErrUnknownField = fault.New(fault.Invalid, "api.unknown_field")
	ErrRequired     = fault.New(fault.Invalid, "api.required")
	ErrType         = fault.New(fault.Invalid, "api.type")
	ErrFormat       = fault.New(fault.Invalid, "api.format")
	ErrTooSmall     = fault.New(fault.Invalid, "api.too_small")
	ErrTooBig       = fault.New(fault.Invalid, "api.too_big")
	ErrTooShort     = fault.New(fault.Invalid, "api.too_short")
	ErrTooLong      = fault.New(fault.Invalid, "api.too_long")
	ErrOneOf        = fault.New(fault.Invalid, "api.one_of")

	// ErrUnknownParameter: the address has no such query parameter (parameters: those it has).
	ErrUnknownParameter = fault.New(fault.Invalid, "api.unknown_parameter")

	ErrMediaType = fault.New(fault.Invalid, "api.media_type")
	ErrIfMatch   = fault.New(fault.Invalid, "api.if_match")
	// ErrDocuments: as many bytes of documents as are worked on at a time already are (limit).
	ErrDocuments = fault.New(fault.Unavailable, "api.documents")
)
