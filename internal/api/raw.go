package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/route"
)

// media are the bodies of a plain handler by content type: a value whose type
// is the schema, or nil for any text.
type media map[string]any

// raw registers a plain handler and describes it in the document: for bodies
// that are not JSON, and for the hot routes.
func (a *API) raw(o op, in, out media, handler route.Handler) {
	a.table.routes = append(a.table.routes, route.Route{
		Method: o.Method, Pattern: o.Path, Permission: o.Permission, Public: o.Permission == "",
		Class: o.Class, MaxBody: o.MaxBody, Handler: func(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
			// Programs in the field and shops may be younger than this server
			// and say more than it knows; who holds a key is told.
			if o.Permission != "" {
				if err := asked(o.Query, r); err != nil {
					return err
				}
			}
			return handler(w, r, by)
		},
	})
	status := "200"
	if o.Status == http.StatusNoContent {
		status = "204"
	}
	operation := &huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Description: o.Description, Tags: []string{o.Tag},
		Responses: map[string]*huma.Response{
			status:    {Description: "Done.", Content: a.content(out)},
			"default": {Description: "A refusal.", Content: a.content(media{"application/problem+json": route.Problem{}})},
		},
	}
	if len(in) > 0 {
		operation.RequestBody = &huma.RequestBody{Required: true, Content: a.content(in)}
	}
	for _, name := range pathParameters(o.Path) {
		operation.Parameters = append(operation.Parameters, &huma.Param{
			Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	operation.Parameters = append(operation.Parameters, o.Query...)
	if o.repeats() {
		operation.Parameters = append(operation.Parameters, retryKey())
	}
	if o.Permission != "" {
		operation.Security = []map[string][]string{{"apiKey": {string(o.Permission)}}}
	}
	a.huma.OpenAPI().AddOperation(operation)
}

func (a *API) content(m media) map[string]*huma.MediaType {
	out := map[string]*huma.MediaType{}
	for kind, v := range m {
		schema := &huma.Schema{Type: huma.TypeString}
		if v != nil {
			schema = a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(v), true, "")
		}
		out[kind] = &huma.MediaType{Schema: schema}
	}
	return out
}

// pathParameters lists the names in braces.
func pathParameters(path string) []string {
	var out []string
	for i := 0; i < len(path); i++ {
		if path[i] != '{' {
			continue
		}
		end := i
		for path[end] != '}' {
			end++
		}
		out = append(out, path[i+1:end])
		i = end
	}
	return out
}

// asked refuses a query parameter that the operation does not have, and a value
// that is not among those of its set: a dryrun or a language that nobody reads
// would be an act that was not meant.
func asked(known []*huma.Param, r *http.Request) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	q := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		at := slices.IndexFunc(known, func(p *huma.Param) bool { return p.In == "query" && p.Name == name })
		if at < 0 {
			return ErrUnknownParameter.At(name).With("parameters", parameters(known))
		}
		set := known[at].Schema.Enum
		if v := q.Get(name); v != "" && known[at].Schema.Type == huma.TypeString && len(set) > 0 && !slices.Contains(set, any(v)) {
			return ErrOneOf.At(name).With("limit", words(set))
		}
	}
	return nil
}

// parameters names what may be asked, for people.
func parameters(known []*huma.Param) string {
	var names []any
	for _, p := range known {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return "–"
	}
	return words(names)
}

func words(values []any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, v)
	}
	return b.String()
}

// choice, free and onOff describe the query parameters of a plain handler.
func choice(name, doc string, values ...any) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString, Enum: values}}
}

func free(name, doc string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
}

func onOff(name, doc string) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeBoolean}}
}

// toggle reads a switch of a plain handler. What is neither true nor false is
// refused: a dry_run that was misspelled must not become an act.
func toggle(q url.Values, name string) (bool, error) {
	v := q.Get(name)
	if v == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(v)
	if err != nil {
		return false, ErrType.At(name).With("limit", "boolean")
	}
	return on, nil
}

// writeJSON answers with a value; what is answered may hold codes and is never
// stored by caches.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw))) // or the server cuts it into chunks
	w.WriteHeader(status)
	_, err = w.Write(raw)
	return err
}
