package api

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
)

//go:embed views/*.html
var viewFiles embed.FS

// Document is the OpenAPI 3.1 description as indented JSON, the same bytes for
// the same program.
func (a *API) Document() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// chapter is the operations under one tag.
type chapter struct {
	Tag        string
	Operations []described
}

// described is one operation as the page shows it.
type described struct {
	ID, Method, Path, Summary, Description, Permission, Example string
	Parameters                                                  []*huma.Param
}

// reference is what the API page shows.
type reference struct {
	Chapters    []chapter
	Permissions []right
}

// right is a permission in the reader's language.
type right struct{ Name, Meaning string }

func permissions(lang text.Lang) []right {
	var out []right
	for _, p := range actor.Permissions() {
		meaning := p.EN
		if lang == text.DE {
			meaning = p.DE
		}
		out = append(out, right{string(p.Name), meaning})
	}
	return out
}

// pages are the document, its readable page and the list of refusals.
func (a *API) pages() []route.Route {
	sub, err := fs.Sub(viewFiles, "views")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	shell, err := web.NewShell(sub, "Licet API")
	if err != nil {
		panic(err) // as above
	}
	a.Shell = shell
	// Made when first asked for: a server that nobody asks need not hold them.
	document := sync.OnceValues(a.Document)
	chapters := sync.OnceValue(a.chapters)
	page := func(view, title string, data func(text.Lang) any) route.Handler {
		return func(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
			lang := web.Lang(r)
			return shell.Render(w, r, http.StatusOK, view, web.Page{Title: text.T(lang, title), Body: data(lang)})
		}
	}
	front := func(lang text.Lang) any { return reference{chapters(), permissions(lang)} }
	return append(web.Routes(),
		route.Route{Method: http.MethodGet, Pattern: "/{$}", Public: true, HTML: true, Class: route.Page, Handler: page("api", "api.title", front)},
		route.Route{Method: http.MethodGet, Pattern: "/errors", Public: true, HTML: true, Class: route.Page, Handler: page("errors", "api.errors", refusals)},
		route.Route{Method: http.MethodGet, Pattern: Prefix + "/openapi.json", Public: true, Class: route.Page, Handler: func(w http.ResponseWriter, _ *http.Request, _ actor.Actor) error {
			body, err := document()
			if err != nil {
				return err
			}
			w.Header().Set("Content-Type", "application/openapi+json")
			_, err = w.Write(body)
			return err
		}},
	)
}

// tags are the chapters in the order in which somebody new needs them.
var tags = []string{tagOrders, tagTickets, tagLicenses, tagContainers, tagSupport, tagCatalog, tagOrg, tagKeys, tagSources, tagHooks, tagJobs, tagGateway}

func (a *API) chapters() []chapter {
	var out []chapter
	at := map[string]int{}
	for path, item := range a.huma.OpenAPI().Paths {
		for method, o := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if o == nil {
				continue
			}
			i, seen := at[o.Tags[0]]
			if !seen {
				i = len(out)
				at[o.Tags[0]] = i
				out = append(out, chapter{Tag: o.Tags[0]})
			}
			out[i].Operations = append(out[i].Operations, describe(a.huma.OpenAPI().Components.Schemas, method, path, o))
		}
	}
	slices.SortFunc(out, func(a, b chapter) int { return cmp.Compare(slices.Index(tags, a.Tag), slices.Index(tags, b.Tag)) })
	for _, c := range out {
		slices.SortFunc(c.Operations, func(a, b described) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(b.Method, a.Method))
		})
	}
	return out
}

func describe(r huma.Registry, method, path string, o *huma.Operation) described {
	d := described{ID: o.OperationID, Method: method, Path: path, Summary: o.Summary, Description: o.Description, Parameters: o.Parameters}
	if len(o.Security) > 0 {
		d.Permission = o.Security[0]["apiKey"][0]
	}
	var b strings.Builder
	b.WriteString("curl -X " + method + " http://127.0.0.1:8420" + path)
	if d.Permission != "" {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $LICET_KEY\"")
	}
	if slices.ContainsFunc(o.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" }) {
		b.WriteString(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"")
	}
	if o.RequestBody != nil {
		data(&b, r, o.RequestBody)
	}
	d.Example = b.String()
	return d
}

// data writes what is sent: a sample of JSON, or the name of a file.
func data(b *strings.Builder, r huma.Registry, in *huma.RequestBody) {
	if m := in.Content["application/json"]; m != nil && m.Schema != nil && (m.Schema.Ref != "" || len(m.Schema.Properties) > 0) {
		b.WriteString(" \\\n  -H \"Content-Type: application/json\" -d " + quoted(sample(r, m.Schema)))
		return
	}
	kinds := slices.Sorted(maps.Keys(in.Content))
	b.WriteString(" \\\n  -H \"Content-Type: " + kinds[0] + "\" --data-binary @body")
}

// sentence is one code with its sentence; the page shows it in its language.
type sentence struct{ Code, Key string }

// refusals lists every code that an answer may carry.
func refusals(text.Lang) any {
	var out []sentence
	for _, key := range text.Keys() {
		if code, ok := strings.CutPrefix(key, "fault."); ok {
			out = append(out, sentence{code, key})
		}
	}
	slices.SortFunc(out, func(a, b sentence) int { return strings.Compare(a.Code, b.Code) })
	return out
}
