package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

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
		Class: o.Class, MaxBody: o.MaxBody, Handler: handler,
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
