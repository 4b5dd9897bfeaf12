package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/route"
)

// tenantWorld is one publisher with one of everything that a route can name.
type tenantWorld struct {
	p    org.Publisher
	by   actor.Actor
	ids  map[string]string // by the path up to the parameter
	all  []string          // every id, to be looked for in answers to strangers
	keys map[string]string // tokens by role
}

func (w *tenantWorld) name(path string, id fmt.Stringer) {
	w.ids[path] = id.String()
	w.all = append(w.all, id.String())
}

// populate makes a publisher with keys, catalog, reseller, customer, order,
// ticket, activated machine, webhook and job.
func populate(t *testing.T, a *app.App, at app.Running, slug string) *tenantWorld {
	t.Helper()
	ctx := t.Context()
	w := &tenantWorld{ids: map[string]string{}, keys: map[string]string{}}
	var err error
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.p, err = a.Orgs.CreatePublisher(ctx, actor.Installation(), org.NewPublisher{Slug: slug, Name: slug})
	check(err)
	w.by = actor.Installation().In(w.p.ID)
	w.by.Org = w.p.Root
	check(demo.Keys(ctx, a, w.by, slug, "", a.DB.Now()))
	_, err = a.Goods.Apply(ctx, w.by, demo.Catalog(), false)
	check(err)
	reseller, err := a.Orgs.Create(ctx, w.by, org.NewOrganization{Parent: w.p.Root, Kind: org.KindReseller, Name: "R " + slug, Number: "R-1"})
	check(err)
	other, err := a.Orgs.Create(ctx, w.by, org.NewOrganization{Parent: w.p.Root, Kind: org.KindReseller, Name: "S " + slug, Number: "R-2"})
	check(err)
	w.name("/organizations/", reseller.ID)
	w.roles(t, a, reseller.ID, other.ID)
	w.sell(t, a, at)
	e, _, err := a.Hooks.Create(ctx, w.by, connect.NewEndpoint{URL: "http://127.0.0.1:1/x", Events: []string{"*"}})
	check(err)
	w.name("/webhooks/", e.ID)
	w.happenings(t, a, e.ID)
	w.objects(t, a)
	return w
}

// roles makes an API key for each role: all rights, none of a route's rights,
// and all rights in another subtree.
func (w *tenantWorld) roles(t *testing.T, a *app.App, reseller, other org.ID) {
	t.Helper()
	every := actor.All().Without(actor.PublisherManage)
	for role, in := range map[string]org.NewKey{
		"admin":   {Org: w.p.Root, Name: "admin", Permissions: every},
		"nobody":  {Org: w.p.Root, Name: "nobody", Permissions: actor.NewSet(actor.SupportRead)},
		"sibling": {Org: other, Name: "sibling", Permissions: every},
	} {
		if role == "sibling" {
			in.Permissions = in.Permissions.And(org.KindCeiling(org.KindReseller))
		}
		made, err := a.Orgs.CreateKey(t.Context(), w.by, in)
		if err != nil {
			t.Fatal(err)
		}
		w.keys[role] = made.Token
		if role == "admin" {
			w.name("/keys/", made.ID)
		}
	}
	_ = reseller
}

// sell places an order of the reseller and activates a machine with its ticket.
func (w *tenantWorld) sell(t *testing.T, a *app.App, at app.Running) {
	t.Helper()
	doc := fmt.Sprintf(`{"source":"erp","number":"1-%s","mode":"complete","buyer":{"number":"R-1"},"lines":[{"no":"1","article":"CAD-PRO-PERP","quantity":3}]}`, w.p.Slug)
	placed, err := a.Orders.PlaceFile(t.Context(), w.by, order.File{Raw: []byte(doc), ContentType: "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/orders/", placed[0].ID)
	ticket := placed[0].Lines[0].Tickets[0]
	w.name("/tickets/", ticket.ID)
	pins, err := a.Pins(t.Context(), w.p.Slug)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pins.Encode()
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Open(client.Config{Pins: raw, Dir: t.TempDir(), Server: at.Depot})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := online.Activate(t.Context(), c, ticket.Code); err != nil {
		t.Fatal(err)
	}
	containers, err := a.Lic.ListContainers(t.Context(), w.by, license.ContainerQuery{})
	if err != nil || len(containers.Items) != 1 {
		t.Fatalf("%+v, %v", containers, err)
	}
	w.name("/containers/", containers.Items[0].ID)
	w.name("/activations/", containers.Items[0].Activations[0].ID)
	licenses, err := a.Lic.ListLicenses(t.Context(), w.by, license.TicketQuery{})
	if err != nil || len(licenses.Items) != 1 {
		t.Fatalf("%+v, %v", licenses, err)
	}
	w.name("/licenses/", licenses.Items[0].ID)
	w.lease(t, a, c)
	w.assist(t, a)
	w.name("/cases/", suspectCase(t, a, w.by, client.Config{Pins: raw, Dir: t.TempDir(), Server: at.Depot}, ticket.Code))
}

// assist has the publisher do something on the reseller's behalf, and undo it.
func (w *tenantWorld) assist(t *testing.T, a *app.App) {
	t.Helper()
	ctx := t.Context()
	by := actor.Actor{Kind: actor.KindPerson, Publisher: w.p.ID, Org: w.p.Root, ID: "person:support", Perms: w.by.Perms}
	by = by.Because(actor.Reason{Code: license.ReasonOther, Note: "as agreed"})
	ticket, err := db.ParseID[license.Ticket](w.ids["/tickets/"])
	if err == nil {
		_, err = a.Lic.BlockTicket(ctx, by, ticket)
	}
	if err == nil {
		_, err = a.Lic.UnblockTicket(ctx, by, ticket)
	}
	if err != nil {
		t.Fatal(err)
	}
	page, err := a.Lic.GetTicket(ctx, w.by, ticket)
	if err != nil {
		t.Fatal(err)
	}
	acts, err := a.Lic.ListSupport(ctx, w.by, page.Holder, "", 1)
	if err != nil || len(acts.Items) != 1 {
		t.Fatalf("%+v, %v", acts, err)
	}
	w.name("/support-acts/", acts.Items[0].ID)
}

// lease places another order of the reseller, of a floating license, and takes a
// place of it.
func (w *tenantWorld) lease(t *testing.T, a *app.App, c *client.Container) {
	t.Helper()
	doc := fmt.Sprintf(`{"source":"erp","number":"2-%s","mode":"complete","buyer":{"number":"R-1"},"lines":[{"no":"1","article":"CAD-PRO-FLOAT","quantity":1}]}`, w.p.Slug)
	placed, err := a.Orders.PlaceFile(t.Context(), w.by, order.File{Raw: []byte(doc), ContentType: "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := online.TakeLease(t.Context(), c, client.LeaseAsk{Code: placed[0].Lines[0].Tickets[0].Code}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.End(context.Background()) })
	id, err := db.ParseID[license.Lease](l.Now().ID)
	if err != nil {
		t.Fatal(err)
	}
	w.name("/leases/", id)
	cloud, err := a.Lic.MakeCloud(t.Context(), w.by, license.CloudInput{Org: w.p.Root, Service: "x"})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/cloud-containers/", cloud.ID)
	of, err := db.ParseID[license.License](l.Now().License)
	if err != nil {
		t.Fatal(err)
	}
	info, err := a.Lic.Reserve(t.Context(), w.by, license.ReserveInput{License: of, Kind: license.ReserveLabel, For: "room", Seats: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/reservations/", info.ID)
}

// happenings makes deliveries and jobs.
func (w *tenantWorld) happenings(t *testing.T, a *app.App, e connect.EndpointID) {
	t.Helper()
	waitFor(t, func() bool {
		_, _ = actor.SealOnce(t.Context(), a.DB)
		_ = a.Hooks.Fan(t.Context())
		log, err := a.Hooks.Deliveries(t.Context(), w.by, e, 0, 1)
		if err == nil && len(log) == 1 {
			w.name("/deliveries/", log[0].ID)
			return true
		}
		return false
	})
	jobs, err := a.Jobs.List(t.Context(), w.by, jobFilter)
	if err != nil || len(jobs) == 0 {
		t.Fatalf("%v, %v", jobs, err)
	}
	w.name("/jobs/", jobs[0].ID)
	s, err := a.Orders.AddSource(t.Context(), w.by, order.NewSource{Name: "shop", Org: w.p.Root})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/sources/", s.ID)
}

// objects names one object of each kind of the catalog, by its id.
func (w *tenantWorld) objects(t *testing.T, a *app.App) {
	t.Helper()
	ctx, g := t.Context(), a.Goods
	product, err := g.GetProduct(ctx, w.by, "cad")
	if err != nil {
		t.Fatal(err)
	}
	w.name("/products/", product.ID)
	release, err := g.CreateRelease(ctx, w.by, catalog.Release{Product: product.Code, Version: "1.0", Day: day.Of(2026, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/releases/", release.ID)
	features, err := g.ListFeatures(ctx, w.by, catalog.Query{Product: product.Code, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/features/", features.Items[0].ID)
	models, err := g.ListModels(ctx, w.by, catalog.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/license-models/", models.Items[0].ID)
	article, err := g.GetArticle(ctx, w.by, "CAD-PRO-PERP")
	if err != nil {
		t.Fatal(err)
	}
	w.name("/articles/", article.ID)
	configurations, err := g.ListConfigurations(ctx, w.by, catalog.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/configurations/", configurations.Items[0].ID)
	groups, err := g.ListGroups(ctx, w.by, catalog.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.name("/article-groups/", groups.Items[0].ID)
}

// fill puts the world's ids into a pattern; whole reports whether the pattern
// names something that belongs to the tenant alone.
func (w *tenantWorld) fill(t *testing.T, pattern string) (path string, owned bool) {
	t.Helper()
	for {
		open := strings.IndexByte(pattern, '{')
		if open < 0 {
			return pattern, owned
		}
		end := open + strings.IndexByte(pattern[open:], '}')
		before, name := pattern[:open], pattern[open+1:end]
		prefix := before[strings.LastIndex(strings.TrimSuffix(before, "/"), "/"):]
		value, known := w.ids[prefix]
		switch {
		case known:
			owned = true
		case name == "number": // of an article: every publisher of this test has the same catalog
			value = "CAD-PRO-PERP"
		case name == "source" && strings.Contains(pattern, "by-number"):
			value = "erp"
		case name == "publisher":
			value = w.p.Slug
		default:
			t.Fatalf("no id for {%s} in %s", name, pattern)
		}
		pattern = before + value + pattern[end+1:]
	}
}

// because is why the publisher acts for a reseller.
const because = `{"reason":{"code":"request","note":"by telephone"}}`

// bodies are well-formed inputs by operation, so that a refusal is about the
// right and not about the form.
func (w *tenantWorld) body(rt route.Route) string {
	switch last := rt.Pattern[strings.LastIndex(rt.Pattern, "/")+1:]; {
	case rt.Method == "GET" || rt.Method == "DELETE":
		return ""
	case last == "find":
		return `{"code":"00000-00000-00000-00000-00000"}`
	case last == "extend":
		return `{"until":"2031-12-31","reason":{"code":"goodwill"}}`
	case slices.Contains([]string{"block", "unblock", "evict", "return", "restore"}, last):
		return because
	case last == "recall":
		return fmt.Sprintf(`{"licenses":[%q],"reason":{"code":"request"}}`, w.ids["/licenses/"])
	case last == "decide" && strings.Contains(rt.Pattern, "cases"):
		return `{"decision":"accept","reason":"a test"}`
	case last == "decide":
		return `{"decision":"accept"}`
	case last == "confirm":
		return `{"recalls":1}`
	case last == "split":
		return `{"quantity":1,"reason":{"code":"request"}}`
	case last == "merge":
		return fmt.Sprintf(`{"from":%q,"reason":{"code":"request"}}`, w.ids["/tickets/"])
	case last == "transfer":
		return fmt.Sprintf(`{"to":%q,"devices":"keep","reason":{"code":"handover"}}`, w.ids["/organizations/"])
	case last == "replace":
		return because
	case last == "move" && strings.Contains(rt.Pattern, "/activations/"):
		return because
	case last == "move":
		return fmt.Sprintf(`{"parent":%q}`, w.ids["/organizations/"])
	case last == "add" || last == "remove":
		return `{"numbers":["CAD-PRO-PERP"]}`
	case last == "cloud-containers":
		return fmt.Sprintf(`{"org":%q,"service":"x"}`, w.ids["/organizations/"])
	case last == "grant" || last == "withdraw" && strings.Contains(rt.Pattern, "cloud"):
		return fmt.Sprintf(`{"license":%q}`, w.ids["/licenses/"])
	case last == "reservations":
		return `{"kind":"label","for":"room","seats":1}`
	case last == "eligibility":
		return `{"who":"student","evidence":"7"}`
	case last == "keys":
		return `{"name":"x","permissions":[]}`
	case rt.Method == "PATCH" && strings.Contains(rt.Pattern, "organizations"):
		return `{"name":"x"}`
	case rt.Method == "PATCH":
		return `{}`
	default:
		return ""
	}
}

// Every route with every role and foreign ids, from the table that is served.
func TestEveryRouteEveryRole(t *testing.T) {
	a, at := start(t, db.SQLite)
	mine, theirs := populate(t, a, at, "alpha"), populate(t, a, at, "beta")
	table := a.API().Routes()
	covered := map[string]bool{}
	for _, rt := range table {
		if rt.Public {
			continue
		}
		name := rt.Method + " " + rt.Pattern
		path, owned := mine.fill(t, rt.Pattern)
		body := mine.body(rt)
		if rt.Method == "PUT" && body == "" { // as it is, so that only the right can be wrong
			_, body = fetch(t, "GET", at.API+path, "", "Authorization", "Bearer "+mine.keys["admin"])
		}
		ask := func(token string) (int, string) {
			header := []string{"Content-Type", "application/json"}
			if token != "" {
				header = append(header, "Authorization", "Bearer "+token)
			}
			return fetch(t, rt.Method, at.API+path, body, header...)
		}
		if status, got := ask(""); status != 401 {
			t.Errorf("%s without a key: %d %s", name, status, got)
		}
		if status, _ := fetch(t, rt.Method, at.API+path, body, "Authorization", "Basic bGs6eA=="); status != 401 {
			t.Errorf("%s with another scheme: %d", name, status)
		}
		if status, got := ask(mine.keys["nobody"]); status != 403 {
			t.Errorf("%s without %s: %d %s", name, rt.Permission, status, got)
		}
		for role, token := range map[string]string{"a foreign publisher": theirs.keys["admin"], "another reseller": mine.keys["sibling"]} {
			status, got := ask(token)
			if owned && status != 404 && status != 403 && !shared(rt, role) {
				t.Errorf("%s by %s on %s: %d %s", name, role, path, status, got)
			}
			if owned && role == "a foreign publisher" && status != 404 {
				t.Errorf("%s by %s: %d, a foreign id must read as not found: %s", name, role, status, got)
			}
			for _, id := range mine.all {
				if strings.Contains(got, id) && !strings.Contains(path+body, id) && !shared(rt, role) {
					t.Errorf("%s by %s shows %s: %s", name, role, id, got)
				}
			}
		}
		for prefix := range mine.ids {
			if strings.Contains(rt.Pattern, prefix+"{") {
				covered[prefix] = true
			}
		}
	}
	for prefix := range mine.ids {
		if !covered[prefix] {
			t.Errorf("no route names %s", prefix)
		}
	}
	if len(table) < 60 {
		t.Errorf("only %d routes: %v", len(table), slices.Collect(maps.Keys(covered)))
	}
}

// shared are the things that every organization of one publisher may see: its
// catalog.
func shared(rt route.Route, role string) bool {
	return role == "another reseller" && rt.Permission == actor.CatalogRead
}

// The role that may, can: otherwise the test above would pass on a server that
// refuses everybody.
func TestTheRightKeyOpens(t *testing.T) {
	a, at := start(t, db.SQLite)
	w := populate(t, a, at, "alpha")
	for _, rt := range a.API().Routes() {
		if rt.Public || rt.Method != "GET" {
			continue
		}
		path, _ := w.fill(t, rt.Pattern)
		switch {
		case strings.HasSuffix(rt.Pattern, "/on"):
			path += "?currency=EUR&on=2026-12-01"
		case strings.HasSuffix(rt.Pattern, "/features"), strings.HasSuffix(rt.Pattern, "/releases"):
			path += "?product=cad"
		case strings.HasSuffix(rt.Pattern, "/usage"):
			path += "?product=cad&from=2026-01-01&until=2026-01-31"
		case strings.Contains(rt.Pattern, "by-number"):
			path = strings.Replace(path, "/CAD-PRO-PERP", "/1-alpha", 1)
		}
		if status, got := fetch(t, "GET", at.API+path, "", "Authorization", "Bearer "+w.keys["admin"]); status != 200 || !json.Valid([]byte(got)) {
			t.Errorf("GET %s: %d %s", path, status, got)
		}
	}
	_ = dbtest.Engines
}
