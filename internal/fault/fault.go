// Package fault is the one error type of the product: a kind that adapters
// translate (HTTP status, exit code), a stable public code, the field that is
// meant, and the arguments of the sentence that a person reads.
//
// A code is "context.reason" ("license.no_seat"), documented, and never reused.
// The sentence belongs to package text, in German and English, under the key
// "fault." + code; it says which rule, which value, which limit, and what to
// do next. Return a fault or log it, not both.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Kind says what class of refusal an error is. Kinds are only ever appended.
type Kind uint8

// The kinds, with the HTTP status that adapters give them.
const (
	Internal     Kind = iota // 500: our mistake; logged with an id, never shown
	Invalid                  // 400/422: the input breaks a rule
	Denied                   // 403: in scope, without the right
	NotFound                 // 404: not there, or out of the caller's scope
	Conflict                 // 409: the state of the thing forbids it
	Expired                  // 410: a date has passed
	Exhausted                // 409: a quantity or allowance is used up
	Unavailable              // 503: try again later; RetryAfter says when
	Unauthorized             // 401: nobody is signed in, or with a dead key
	Limited                  // 429: too many tries; RetryAfter says when
	TooLarge                 // 413: the input is over a size limit
	Stale                    // 412: If-Match or a revision does not fit any more
)

var names = [...]string{
	"internal", "invalid", "denied", "not_found", "conflict", "expired", "exhausted",
	"unavailable", "unauthorized", "limited", "too_large", "stale",
}

// String returns the kind's stable name, for logs and metrics.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return "internal"
}

// Error is a refusal. The zero value is an internal error without a code.
type Error struct {
	Kind       Kind
	Code       string         // "context.reason", stable and public
	Field      string         // JSON pointer or column of the input, "" if none
	Args       map[string]any // for the sentence in package text; never a secret
	RetryAfter time.Duration  // for Unavailable and Limited; 0 = unknown
	Err        error          // the cause, for logs only
}

// New makes a fault. args are key, value, key, value … for the sentence.
func New(kind Kind, code string, args ...any) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(args) == 0 {
		return e
	}
	return e.With(args...)
}

// With returns a copy of e with further arguments (key, value, …) for the
// sentence, so that a package-level fault can name this value and this limit.
func (e *Error) With(args ...any) *Error {
	c := *e
	c.Args = maps.Clone(e.Args)
	if c.Args == nil {
		c.Args = make(map[string]any, len(args)/2)
	}
	for i := 0; i+1 < len(args); i += 2 {
		c.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	return &c
}

// At returns a copy of e that names the field it is about.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Wrap returns a copy of e with its cause.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// After returns a copy of e that says when to try again, in its argument seconds
// too, rounded up.
func (e *Error) After(d time.Duration) *Error {
	c := e.With("seconds", int64((d+time.Second-1)/time.Second))
	c.RetryAfter = d
	return c
}

// Error renders the fault for logs: code, field and cause, without arguments.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	if b.Len() == 0 {
		b.WriteString(e.Kind.String())
	}
	if e.Field != "" {
		b.WriteString(" at " + e.Field)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault of the same code, so that
// errors.Is(err, someSentinelFault) holds for copies with fields and causes.
func (e *Error) Is(target error) bool {
	var t *Error
	if !errors.As(target, &t) {
		return false
	}
	return t.Code == e.Code && t.Code != ""
}

// As returns the first fault in err's tree, or an internal one that wraps err.
// It returns nil for nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Err: err}
}

// KindOf returns the kind of err; Internal for foreign errors. err must not be nil.
func KindOf(err error) Kind { return As(err).Kind }

// CodeOf returns the stable code of err, "internal" for foreign errors.
func CodeOf(err error) string { return As(err).Code }

// All returns every fault in err, joined ones (errors.Join) one by one, in order.
func All(err error) []*Error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*Error
		for _, one := range j.Unwrap() {
			out = append(out, All(one)...)
		}
		return out
	}
	return []*Error{As(err)}
}
