package keygen

import (
	"net/http"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
)

// The refusals of this adapter.
var (
	// ErrKeyMissing: the program shows no license key.
	ErrKeyMissing = fault.New(fault.Unauthorized, "keygen.key_missing")
	// ErrScheme: the program shows something else than a license key.
	ErrScheme = fault.New(fault.Unauthorized, "keygen.not_a_key")
	// ErrBody: the body is no document of this API.
	ErrBody = fault.New(fault.Invalid, "keygen.bad_body")
	// ErrParameter: a parameter is not one of those allowed (limit).
	ErrParameter = fault.New(fault.Invalid, "keygen.bad_parameter")
)

// theirs is how a refusal reads for a program of theirs.
type theirs struct {
	status int
	code   string
}

// codes is the one table from our refusals to theirs.
var codes = map[string]theirs{
	"keygen.key_missing":      {401, "TOKEN_MISSING"},
	"keygen.not_a_key":        {401, "TOKEN_INVALID"},
	"keygen.bad_body":         {400, "BAD_REQUEST"},
	"keygen.bad_parameter":    {400, "PARAMETER_INVALID"},
	"license.code_typo":       {401, "LICENSE_INVALID"},
	"license.unknown_code":    {401, "LICENSE_INVALID"},
	"license.blocked":         {403, "LICENSE_SUSPENDED"},
	"license.ticket_blocked":  {403, "LICENSE_SUSPENDED"},
	"license.recalled":        {403, "LICENSE_SUSPENDED"},
	"license.ticket_reversed": {403, "LICENSE_SUSPENDED"},
	"license.expired":         {403, "LICENSE_EXPIRED"},
	"license.ticket_expired":  {403, "LICENSE_EXPIRED"},
	"license.not_yet":         {403, "LICENSE_NOT_ALLOWED"},
	"license.changes_only":    {403, "LICENSE_NOT_ALLOWED"},
	"license.other_product":   {403, "LICENSE_NOT_ALLOWED"},
	"license.not_by_name":     {403, "LICENSE_NOT_ALLOWED"},
	"license.container_kind":  {403, "LICENSE_NOT_ALLOWED"},
	"license.machine_stays":   {403, "FORBIDDEN"},
	"license.kept_for_others": {422, "MACHINE_LIMIT_EXCEEDED"},
	"license.no_seat":         {422, "MACHINE_LIMIT_EXCEEDED"},
	"license.used_up":         {422, "MACHINE_LIMIT_EXCEEDED"},
	"license.machine_taken":   {422, "FINGERPRINT_TAKEN"},
	"license.component_twice": {422, "COMPONENTS_FINGERPRINT_CONFLICT"},
	"license.bad_machine":     {422, "PARAMETER_INVALID"},
	"license.not_in_ticket":   {404, "NOT_FOUND"},
	"license.unknown_machine": {404, "NOT_FOUND"},
	"route.not_found":         {404, "NOT_FOUND"},
	"route.too_large":         {413, "PAYLOAD_TOO_LARGE"},
	"route.body_cut":          {400, "BAD_REQUEST"},
	"sign.no_keygen_key":      {404, "NOT_FOUND"},
	"license.too_many_tries":  {429, "TOO_MANY_REQUESTS"},
	"license.too_often":       {429, "TOO_MANY_REQUESTS"},
	"route.overload":          {503, "SERVICE_UNAVAILABLE"},
}

// theirsOf is how an error reads for their programs. What the table does not have
// gets the status of its kind.
func theirsOf(f *fault.Error) theirs {
	if t, ok := codes[f.Code]; ok {
		return t
	}
	status := route.Status(f.Kind)
	switch {
	case status == http.StatusTooManyRequests:
		return theirs{status, "TOO_MANY_REQUESTS"}
	case status == http.StatusServiceUnavailable:
		return theirs{status, "SERVICE_UNAVAILABLE"}
	case status == http.StatusNotFound:
		return theirs{status, "NOT_FOUND"}
	case status >= http.StatusInternalServerError:
		return theirs{http.StatusInternalServerError, "INTERNAL_SERVER_ERROR"}
	}
	return theirs{status, "UNPROCESSABLE"}
}

// refusals is the document of an error.
type refusals struct {
	Errors []refusal `json:"errors"`
}

type refusal struct {
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
	Code   string  `json:"code"`
	Source *source `json:"source,omitempty"`
	Meta   ours    `json:"meta"`
}

type source struct {
	Pointer string `json:"pointer"`
}

// ours is the stable code and the request, for support.
type ours struct {
	Code    string `json:"code"`
	Request string `json:"request"`
}

// describe renders an error in the language that the program asks for.
func describe(err error, lang text.Lang, id string) (int, refusals) {
	f := fault.As(err)
	t := theirsOf(f)
	code, args := f.Code, f.Args
	if f.Kind == fault.Internal || code == "" {
		code, args = "internal", nil
	}
	one := refusal{Title: http.StatusText(t.status), Detail: text.Fault(lang, code, args), Code: t.code, Meta: ours{code, id}}
	if f.Field != "" {
		one.Source = &source{f.Field}
	}
	return t.status, refusals{[]refusal{one}}
}
