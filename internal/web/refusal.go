package web

import (
	"net/http"
	"time"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
)

// Refusal is the body of the error page.
type Refusal struct {
	Text    string
	Code    string
	Field   string // that is meant; "" = none
	Wait    string // in words, how long until another try; "" = not said
	Request string // id, for support
	Status  int
	More    []Refusal // the others, when there is more than one
}

// NewRefusal puts an error into words.
func NewRefusal(lang text.Lang, err error, requestID string) Refusal {
	p := route.NewProblem(err, lang, requestID)
	out := Refusal{Text: p.Detail, Code: p.Code, Field: p.Field, Request: requestID, Status: p.Status, Wait: wait(lang, err)}
	for _, one := range p.Errors[min(1, len(p.Errors)):] {
		out.More = append(out.More, Refusal{Text: one.Detail, Code: one.Code, Field: one.Field, Status: one.Status})
	}
	return out
}

// wait is the time until another try makes sense. What is said is never less
// than what holds, and never "0 seconds".
func wait(lang text.Lang, err error) string {
	d := fault.As(err).RetryAfter
	if d <= 0 {
		return ""
	}
	return text.Duration(lang, max(d, time.Second))
}

// titles are the headings of refusals, by kind.
var titles = map[fault.Kind]string{
	fault.Limited:     "web.error_limited",
	fault.Unavailable: "web.error_unavailable",
	fault.NotFound:    "web.error_not_found",
	fault.Internal:    "web.error_internal",
}

func title(lang text.Lang, err error) string {
	if key, ok := titles[fault.KindOf(err)]; ok {
		return text.T(lang, key)
	}
	return text.T(lang, "web.error")
}

// Error renders any error as a page; it has the form that route.Options.Page
// wants.
func (s *Shell) Error(w http.ResponseWriter, r *http.Request, err error, status int, requestID string) {
	s.Refuse(w, r, Page{}, err, status, requestID)
}

// Refuse renders an error on a page whose brand and contact are given.
func (s *Shell) Refuse(w http.ResponseWriter, r *http.Request, p Page, err error, status int, requestID string) {
	lang := Lang(r)
	p.Title, p.Body = title(lang, err), NewRefusal(lang, err, requestID)
	if r.Method != http.MethodGet {
		p.Path = "/" // nobody answers GET at the address of a form
	}
	if s.Render(w, r, status, "", p) != nil {
		route.WriteProblem(w, r, fault.As(err), requestID)
	}
}
