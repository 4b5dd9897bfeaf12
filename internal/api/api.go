package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/frame"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/usage"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// Prefix begins every path of the API.
const Prefix = "/api/v1"

// Doors are what the API translates to.
type Doors struct {
	Orgs     *org.Service
	Catalog  *catalog.Service
	Licenses *license.Service
	Orders   *order.Service
	Jobs     *job.Service
	Webhooks *connect.Service
	Usage    *usage.Service
}

// Options of the API.
type Options struct {
	Doors
	Version     string
	Pins        func(ctx context.Context, slug string) (wire.Pins, error) // the public keys of a publisher
	MaxDocument int64                                                     // bytes of an order document
	Report      func(requestID string, e error)                           // told of internal errors
}

// API is the table of routes and the document that describes it.
type API struct {
	Options
	Shell *web.Shell // renders the errors of the API's pages

	huma  huma.API
	table *collector
	all   []route.Route

	catalogs share // catalog files that are being applied
}

// New builds the API.
func New(o Options) *API {
	config := huma.DefaultConfig("Licet", o.Version)
	config.Info.Description = description
	config.CreateHooks, config.DocsPath, config.OpenAPIPath, config.SchemasPath = nil, "", "", ""
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"apiKey": {Type: "http", Scheme: "bearer", Description: keyDescription()},
	}
	config.Components.Schemas = &registry{huma.NewMapRegistry("#/components/schemas/", schemaName), map[string]bool{}}
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[actor.Set](), reflect.TypeFor[[]string]())
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[frame.Value](), reflect.TypeFor[any]())
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[problem](), reflect.TypeFor[route.Problem]())
	a := &API{Options: o, table: &collector{report: o.Report}}
	a.catalogs.limit = o.MaxDocument
	a.huma = huma.NewAPI(config, a.table)
	for _, register := range []func(){
		a.organizations, a.keys, a.products, a.articles, a.prices, a.orders, a.sources, a.tickets, a.licenses,
		a.containers, a.cases, a.anomalies, a.support, a.verbs, a.leases, a.gateway, a.leaseGateway, a.usages, a.usageGateway, a.clouds,
		a.webhooks, a.jobs,
	} {
		register()
	}
	a.all = append(a.table.routes, a.pages()...)
	return a
}

// schemaName names a type in the document by its package and its own name, so
// that a page of orders and a page of tickets are two things.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	at := strings.LastIndex(t.PkgPath(), "/")
	if pkg := t.PkgPath()[at+1:]; pkg != "" && pkg != "api" && !strings.HasPrefix(strings.ToLower(name), pkg) {
		return strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	return name
}

// Routes is the whole table: the operations, the document and its page.
func (a *API) Routes() []route.Route { return a.all }

// Public is the part of the table that programs of end users call; the depot's
// listener serves it too.
func (a *API) Public() []route.Route {
	var out []route.Route
	for _, rt := range a.table.routes {
		if rt.Public {
			out = append(out, rt)
		}
	}
	return out
}

// etag renders a revision.
func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

// ifMatch reads a revision; "" and "*" mean whatever it is.
func ifMatch(header string) (int64, error) {
	if header == "" || header == "*" {
		return 0, nil
	}
	rev, err := strconv.ParseInt(strings.Trim(header, `"`), 10, 64)
	if err != nil || rev < 1 || etag(rev) != header {
		return 0, ErrIfMatch.At("If-Match")
	}
	return rev, nil
}

// one is an answer that holds one thing with its revision.
type one[T any] struct {
	ETag string `header:"ETag" doc:"The revision, for If-Match."`
	Body T
}

func withETag[T any](v T, rev int64, err error) (*one[T], error) {
	if err != nil {
		return nil, err
	}
	return &one[T]{ETag: etag(rev), Body: v}, nil
}

// body is an answer without a revision.
type body[T any] struct{ Body T }

func plain[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	filled(&v)
	return &body[T]{Body: v}, nil
}

// filled makes the empty list of a page a list, where it would be null.
func filled(page any) {
	v := reflect.ValueOf(page).Elem()
	if v.Kind() != reflect.Struct {
		return
	}
	if items := v.FieldByName("Items"); items.IsValid() && items.Kind() == reflect.Slice && items.IsNil() {
		items.Set(reflect.MakeSlice(items.Type(), 0, 0))
	}
}

// Paged are the query parameters of a list. It is exported, as everything is
// that inputs embed, because huma silently leaves out what is not.
type Paged struct {
	After string `query:"after" maxLength:"200" doc:"The cursor from next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Items of a page."`
}

// Changed carries the revision that a change expects.
type Changed struct {
	IfMatch string `header:"If-Match" doc:"The ETag that was read; without it the change is made whatever the revision."`
}

// Seen carries the revision that a decision was made about.
type Seen struct {
	IfMatch string `header:"If-Match" doc:"The ETag that was read. Without it nothing is decided (412): what is decided about must be what was seen."`
}

// Dry is the switch of every consequential act.
type Dry struct {
	DryRun bool `query:"dry_run" doc:"Only say what would happen."`
}

const description = `Everything that a publisher's ERP, CRM or shop needs: organizations, catalog, orders, tickets, licenses, webhooks. ` +
	`Refusals are problem details (RFC 9457) with a stable code and the sentence in German and English. ` +
	`Every POST that changes something takes an Idempotency-Key: the same key, query and body have one effect within 24 hours, ` +
	`and the same answer; things in it are shown as they stand when it is repeated. With another query or body the key is refused (422). ` +
	`A dry_run, a refused request and what changes nothing use up no key. API keys are shown once: a repeat answers without the token, with a note. ` +
	`The gateway and the hooks of shops take no key, for what they are sent has one: a nonce, an order's number. ` +
	`Lists are paged by cursors. Times are ISO 8601 in UTC, money is minor units and a currency.`

// keyDescription says what an API key is and which permissions it may hold.
func keyDescription() string {
	var b strings.Builder
	b.WriteString("An API key: lk_… Its permissions:")
	for _, p := range actor.Permissions() {
		b.WriteString("\n- `" + string(p.Name) + "`: " + p.EN)
	}
	return b.String()
}

// discard is the answer of operations that leave nothing to say.
type discard struct{}

func done(err error) (*discard, error) {
	if err != nil {
		return nil, err
	}
	return &discard{}, nil
}

// get, post, change and remove shorten the descriptions of operations.
func get(path, id, tag, summary string, p actor.Permission) op {
	return op{Method: http.MethodGet, Path: Prefix + path, ID: id, Tag: tag, Summary: summary, Permission: p, Class: route.Page}
}

func post(path, id, tag, summary string, p actor.Permission) op {
	return op{Method: http.MethodPost, Path: Prefix + path, ID: id, Tag: tag, Summary: summary, Permission: p, Class: route.Order}
}

func patch(path, id, tag, summary string, p actor.Permission) op {
	return op{Method: http.MethodPatch, Path: Prefix + path, ID: id, Tag: tag, Summary: summary, Permission: p, Class: route.Order}
}

// reads marks a POST that changes nothing.
func (o op) reads() op {
	o.Reads = true
	return o
}

// says adds to the summary what somebody must know.
func (o op) says(description string) op {
	o.Description = description
	return o
}

// created marks an operation that answers 201.
func (o op) created() op {
	o.Status = http.StatusCreated
	return o
}
