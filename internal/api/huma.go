package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
)

// collector takes huma's operations into the route table, so that nothing is
// reachable that is not in it.
type collector struct {
	routes []route.Route
	report func(requestID string, err error)
}

// Handle implements huma.Adapter.
func (t *collector) Handle(op *huma.Operation, handle func(huma.Context)) {
	meta, ok := op.Metadata[metaKey].(access)
	if !ok {
		panic("operation " + op.OperationID + " says nothing about its permission")
	}
	t.routes = append(t.routes, route.Route{
		Method: op.Method, Pattern: op.Path, Permission: meta.permission, Public: meta.public,
		Class: meta.class, MaxBody: op.MaxBodyBytes,
		Handler: func(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
			if !meta.public {
				if err := asked(op.Parameters, r); err != nil {
					return err
				}
			}
			if err := strict(op, r); err != nil {
				return err
			}
			c := &call{humaContext: humago.NewContext(op, r, w), by: by}
			handle(c)
			if c.internal != nil && t.report != nil {
				t.report(by.RequestID, c.internal)
			}
			return nil
		},
	})
}

// ServeHTTP implements huma.Adapter; requests come through route.Mux instead.
func (t *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route.WriteProblem(w, r, route.ErrNoRoute, "")
}

const metaKey = "licet"

// access is what an operation says about who may call it.
type access struct {
	permission actor.Permission
	public     bool
	class      route.Class
}

// call is a request on its way through huma, with the one who asks.
type call struct {
	humaContext
	by       actor.Actor
	internal error // what went wrong on our side, for the log
}

// humaContext has another name than its method Context, so that it can be
// embedded.
type humaContext = huma.Context

// Caller is embedded in every input: it carries who asks from the route to the
// door.
type Caller struct{ call *call }

// Resolve implements huma.Resolver.
func (c *Caller) Resolve(ctx huma.Context) []error {
	c.call = ctx.(*call)
	return nil
}

func (c *Caller) caller() *call { return c.call }

// input is a pointer to an operation's input.
type input[In any] interface {
	*In
	caller() *call
}

// op describes an operation beside its types.
type op struct {
	Method, Path string
	ID           string // operationId: verb-thing
	Summary      string
	Description  string
	Tag          string
	Permission   actor.Permission // "" = public
	Class        route.Class
	Status       int // of success; 0 = 200
	MaxBody      int64
	Query        []*huma.Param // of a plain handler; huma finds the others in the inputs
	Reads        bool          // a POST that changes nothing, because its question does not belong into an address
}

// repeats reports whether the operation takes an Idempotency-Key. Public ones
// have keys of their own in what they are sent.
func (o op) repeats() bool { return o.Method == http.MethodPost && o.Permission != "" && !o.Reads }

// retryKey describes the header of the Idempotency-Key.
func retryKey() *huma.Param {
	one, most := 1, route.KeyLimit
	return &huma.Param{
		Name: "Idempotency-Key", In: "header",
		Description: "Makes the request repeatable for 24 hours: the same key, query and body have one effect and the same answer; with another query or body it is refused (422, actor.key_reused). 1 to 200 printable ASCII characters, such as a UUID.",
		Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &one, MaxLength: &most},
		Example:     "0198e0f2-6c1f-7a30-b0c5-4f8f1d3e2a77",
	}
}

// add registers an operation whose work is one door.
func add[In any, P input[In], Out any](api huma.API, o op, do func(ctx context.Context, by actor.Actor, in P) (*Out, error)) {
	operation := huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Description: o.Description,
		Tags: []string{o.Tag}, DefaultStatus: o.Status, MaxBodyBytes: o.MaxBody,
		Metadata: map[string]any{metaKey: access{o.Permission, o.Permission == "", o.Class}},
		Errors:   []int{422, 429, 500, 503},
	}
	if o.Permission != "" {
		operation.Security = []map[string][]string{{"apiKey": {string(o.Permission)}}}
		operation.Errors = append(operation.Errors, 401, 403, 404)
	}
	if o.repeats() {
		operation.Parameters = append(operation.Parameters, retryKey())
	}
	huma.Register(api, operation, func(ctx context.Context, in *In) (*Out, error) {
		c := P(in).caller()
		out, err := do(ctx, c.by, P(in))
		if err != nil {
			return nil, refusal(c, err)
		}
		return out, nil
	})
}

// problem is our refusal in huma's shape.
type problem struct{ route.Problem }

// Error implements error.
func (p *problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/problem+json" }

func refusal(c *call, err error) huma.StatusError {
	f := fault.As(err)
	if all := fault.All(err); len(all) > 0 {
		f = all[0]
	}
	headers := http.Header{}
	route.SetRetryAfter(headers, f)
	if after := headers.Get("Retry-After"); after != "" {
		c.SetHeader("Retry-After", after)
	}
	if f.Kind == fault.Internal {
		c.internal = err
	}
	lang := text.Match(c.Header("Accept-Language"))
	return &problem{route.NewProblem(err, lang, c.by.RequestID)}
}

// The rules that huma checks, as "rule|limit" in place of its English
// sentences, so that the refusal has a code and both languages. Values are
// never echoed: they may be secrets.
func init() { //nolint:gochecknoinits // huma keeps its sentences in package variables
	validation.MsgUnexpectedProperty = "unknown|"
	validation.MsgExpectedRequiredProperty = "required|%s"
	validation.MsgExpectedMinLength, validation.MsgExpectedMaxLength = "min_length|%d", "max_length|%d"
	validation.MsgExpectedMinItems, validation.MsgExpectedMaxItems = "min_items|%d", "max_items|%d"
	validation.MsgExpectedMinimumNumber, validation.MsgExpectedMaximumNumber = "min|%v", "max|%v"
	validation.MsgExpectedExclusiveMinimumNumber, validation.MsgExpectedExclusiveMaximumNumber = "more_than|%v", "less_than|%v"
	validation.MsgExpectedOneOf = "one_of|%s"
	validation.MsgExpectedBePattern, validation.MsgExpectedMatchPattern = "pattern|%s", "pattern|%s"
	validation.MsgExpectedBoolean, validation.MsgExpectedNumber = "type|boolean", "type|number"
	validation.MsgExpectedInteger, validation.MsgExpectedString = "type|integer", "type|string"
	validation.MsgExpectedArray, validation.MsgExpectedObject = "type|array", "type|object"
	validation.MsgExpectedBase64String, validation.MsgExpectedRFC4122UUID = "format|base64", "format|UUID%.0v"
	validation.MsgExpectedRFC3339Date, validation.MsgExpectedRFC3339DateTime = "format|YYYY-MM-DD", "format|RFC 3339"
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = newError
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return newError(nil, status, msg, errs...)
	}
}

// rules are the sentences for what huma checks: text key by rule.
var rules = map[string]*fault.Error{
	"unknown": ErrUnknownField, "required": ErrRequired, "type": ErrType, "format": ErrFormat, "pattern": ErrFormat,
	"min": ErrTooSmall, "more_than": ErrTooSmall, "max": ErrTooBig, "less_than": ErrTooBig,
	"min_length": ErrTooShort, "max_length": ErrTooLong, "min_items": ErrTooShort, "max_items": ErrTooLong,
	"one_of": ErrOneOf,
}

// newError turns what huma found wrong with an input into our refusals.
func newError(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	var found []error
	for _, err := range errs {
		if err == nil {
			continue
		}
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			found = append(found, err)
			continue
		}
		found = append(found, named(detailer.ErrorDetail()))
	}
	if len(found) == 0 {
		found = append(found, byStatus(status, msg))
	}
	lang, id := text.EN, ""
	if c, ok := ctx.(*call); ok {
		lang, id = text.Match(c.Header("Accept-Language")), c.by.RequestID
	}
	return &problem{route.NewProblem(errors.Join(found...), lang, id)}
}

func byStatus(status int, msg string) error {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return route.ErrTooLarge.With("limit", "")
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return ErrMediaType
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestTimeout:
		return ErrMalformed
	default:
		return fault.New(fault.Internal, "internal").Wrap(fmt.Errorf("huma: %d %s", status, msg))
	}
}

// named is the refusal of one finding. Its message is "rule|limit" where the
// rule is one of ours, and huma's own words where a parameter could not be
// read; of these only the kind is taken, for they may hold the value.
func named(d *huma.ErrorDetail) error {
	rule, limit, _ := strings.Cut(d.Message, "|")
	f, known := rules[rule]
	place, _, _ := strings.Cut(d.Location, ".")
	if !known {
		switch {
		case place == "body" || place == "":
			f = ErrMalformed
		case rule == "invalid integer":
			f, limit = ErrType, "integer"
		case rule == "invalid boolean":
			f, limit = ErrType, "boolean"
		case strings.HasPrefix(rule, "required "):
			_, limit, _ = strings.Cut(d.Location, ".")
			f = ErrRequired
		case strings.Contains(rule, "day."):
			f, limit = ErrFormat, "YYYY-MM-DD"
		default:
			f, limit = ErrFormat, "UUID"
		}
	}
	return f.At(pointer(d.Location, rule, limit)).With("limit", limit, "field", limit)
}

// pointer turns huma's location ("body.lines[0].quantity") into a JSON pointer;
// a parameter ("query.limit") is called by its name.
func pointer(location, rule, name string) string {
	for _, place := range []string{"path.", "query.", "header."} {
		if parameter, ok := strings.CutPrefix(location, place); ok {
			return parameter
		}
	}
	location = strings.TrimPrefix(strings.TrimPrefix(location, "body"), ".")
	location = strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(location)
	if rule == "required" && name != "" {
		location = strings.TrimSuffix(location, "/") + "/" + name
	}
	if location == "" {
		return "" // the whole body
	}
	return "/" + strings.TrimPrefix(location, "/")
}
