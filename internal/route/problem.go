package route

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// statuses is the one table from kinds to HTTP status codes.
var statuses = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Invalid:      http.StatusUnprocessableEntity,
	fault.Denied:       http.StatusForbidden,
	fault.NotFound:     http.StatusNotFound,
	fault.Conflict:     http.StatusConflict,
	fault.Expired:      http.StatusGone,
	fault.Exhausted:    http.StatusConflict,
	fault.Unavailable:  http.StatusServiceUnavailable,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Limited:      http.StatusTooManyRequests,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.Stale:        http.StatusPreconditionFailed,
}

// Status returns the HTTP status of a fault's kind.
func Status(k fault.Kind) int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Problem is the body of every refusal: problem details (RFC 9457) with the
// stable code, the field, and the sentence in both languages.
type Problem struct {
	Type     string            `json:"type" doc:"Address of the code's description, relative to this server." example:"/errors#license.no_seat"`
	Title    string            `json:"title" doc:"The kind of refusal." example:"exhausted"`
	Status   int               `json:"status" doc:"The HTTP status." example:"409"`
	Detail   string            `json:"detail" doc:"What is wrong and what to do, in the caller's language."`
	Code     string            `json:"code" doc:"The stable code: context.reason." example:"license.no_seat"`
	Field    string            `json:"field,omitempty" doc:"The field that is meant, as a JSON pointer or column."`
	Texts    map[string]string `json:"texts" doc:"The same sentence by language: de, en."`
	Instance string            `json:"instance,omitempty" doc:"The id of this request, for support."`
	Errors   []Problem         `json:"errors,omitempty" doc:"All refusals, when there is more than one."`
}

// NewProblem renders an error. Internal errors say nothing but the request id.
func NewProblem(err error, lang text.Lang, requestID string) Problem {
	all := fault.All(err)
	if len(all) == 0 {
		all = []*fault.Error{fault.As(fault.New(fault.Internal, "internal"))}
	}
	p := problem(all[0], lang)
	p.Instance = requestID
	if len(all) > 1 {
		for _, one := range all {
			p.Errors = append(p.Errors, problem(one, lang))
		}
	}
	return p
}

func problem(f *fault.Error, lang text.Lang) Problem {
	code, args := f.Code, f.Args
	if f.Kind == fault.Internal || code == "" {
		code, args = "internal", nil
	}
	return Problem{
		Type: "/errors#" + code, Title: f.Kind.String(), Status: Status(f.Kind), Code: code, Field: f.Field,
		Detail: text.Fault(lang, code, args),
		Texts:  map[string]string{"de": text.Fault(text.DE, code, args), "en": text.Fault(text.EN, code, args)},
	}
}

// WriteProblem writes an error as application/problem+json with its status and
// the headers that go with it.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error, requestID string) {
	f := first(err)
	SetRetryAfter(w.Header(), f)
	if f.Kind == fault.Unauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="licet"`)
	}
	p := NewProblem(err, text.Match(r.Header.Get("Accept-Language")), requestID)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the peer is gone if this fails
}

func first(err error) *fault.Error {
	if all := fault.All(err); len(all) > 0 {
		return all[0]
	}
	return fault.As(err)
}

// unknownWait is what a caller is told who must come again and of whom nobody
// knows when.
const unknownWait = time.Second

// SetRetryAfter writes the Retry-After header of a refusal in whole seconds,
// rounded up. Whatever is limited or unavailable has one.
func SetRetryAfter(h http.Header, f *fault.Error) {
	d := f.RetryAfter
	if d <= 0 && (f.Kind == fault.Limited || f.Kind == fault.Unavailable) {
		d = unknownWait
	}
	if d > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
	}
}
