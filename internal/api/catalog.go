package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/route"
)

const tagCatalog = "Catalog"

// shelf is the five acts that every kind of object of the catalog has.
type shelf[T any] struct {
	path, id, what string
	create         func(context.Context, actor.Actor, T) (T, error)
	change         func(context.Context, actor.Actor, string, int64, T) (T, error)
	retire         func(context.Context, actor.Actor, string, int64) (T, error)
	get            func(context.Context, actor.Actor, string) (T, error)
	list           func(context.Context, actor.Actor, catalog.Query) (catalog.Page[T], error)
	rev            func(T) int64
}

// RefPath names one object of the catalog.
type RefPath struct {
	Ref string `path:"ref" maxLength:"200" doc:"Code, number or id."`
}

func stock[T any](api huma.API, s shelf[T]) {
	add(api, post(s.path, "create-"+s.id, tagCatalog, "Create "+s.what, actor.CatalogWrite).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body T
		},
		) (*one[T], error) {
			v, err := s.create(ctx, by, in.Body)
			return withETag(v, s.rev(v), err)
		})
	add(api, get(s.path, "list-"+s.id+"s", tagCatalog, "List, in the order of codes or numbers", actor.CatalogRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Paged
			Prefix  string `query:"prefix" maxLength:"100" doc:"Beginning of the code or number, in any case."`
			Product string `query:"product" maxLength:"100" doc:"Code of the product; required for features."`
			State   string `query:"state" enum:"active,retired" doc:"Only these."`
		},
		) (*body[catalog.Page[T]], error) {
			return plain(s.list(ctx, by, catalog.Query{
				Prefix: in.Prefix, Product: in.Product, State: catalog.State(in.State), After: in.After, Limit: in.Limit,
			}))
		})
	add(api, get(s.path+"/{ref}", "get-"+s.id, tagCatalog, "Read "+s.what, actor.CatalogRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			RefPath
		},
		) (*one[T], error) {
			v, err := s.get(ctx, by, in.Ref)
			return withETag(v, s.rev(v), err)
		})
	add(api, op{
		Method: http.MethodPut, Path: Prefix + s.path + "/{ref}", ID: "change-" + s.id, Tag: tagCatalog,
		Summary: "Change " + s.what + "; what was sold stays as it was sold", Permission: actor.CatalogWrite, Class: route.Order,
	}, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		RefPath
		Changed
		Body T
	},
	) (*one[T], error) {
		rev, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		v, err := s.change(ctx, by, in.Ref, rev, in.Body)
		return withETag(v, s.rev(v), err)
	})
	add(api, post(s.path+"/{ref}/retire", "retire-"+s.id, tagCatalog, "Retire "+s.what+": it takes no new orders", actor.CatalogWrite),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			RefPath
			Changed
		},
		) (*one[T], error) {
			rev, err := ifMatch(in.IfMatch)
			if err != nil {
				return nil, err
			}
			v, err := s.retire(ctx, by, in.Ref, rev)
			return withETag(v, s.rev(v), err)
		})
}

// products registers products, features and license models.
func (a *API) products() {
	c := a.Catalog
	stock(a.huma, shelf[catalog.Product]{
		"/products", "product", "a product", c.CreateProduct, c.ChangeProduct, c.RetireProduct, c.GetProduct, c.ListProducts,
		func(v catalog.Product) int64 { return v.Rev },
	})
	stock(a.huma, shelf[catalog.Feature]{
		"/features", "feature", "a feature", c.CreateFeature, c.ChangeFeature, c.RetireFeature, c.GetFeature, c.ListFeatures,
		func(v catalog.Feature) int64 { return v.Rev },
	})
	stock(a.huma, shelf[catalog.Model]{
		"/license-models", "license-model", "a license model", c.CreateModel, c.ChangeModel, c.RetireModel, c.GetModel, c.ListModels,
		func(v catalog.Model) int64 { return v.Rev },
	})
}

// articles registers articles, configurations and groups.
func (a *API) articles() {
	c := a.Catalog
	stock(a.huma, shelf[catalog.Article]{
		"/articles", "article", "an article", c.CreateArticle, c.ChangeArticle, c.RetireArticle, c.GetArticle, c.ListArticles,
		func(v catalog.Article) int64 { return v.Rev },
	})
	stock(a.huma, shelf[catalog.Configuration]{
		"/configurations", "configuration", "a configuration", c.CreateConfiguration, c.ChangeConfiguration, c.RetireConfiguration,
		c.GetConfiguration, c.ListConfigurations, func(v catalog.Configuration) int64 { return v.Rev },
	})
	stock(a.huma, shelf[catalog.Group]{
		"/article-groups", "article-group", "an article group", c.CreateGroup, c.ChangeGroup, c.RetireGroup, c.GetGroup, c.ListGroups,
		func(v catalog.Group) int64 { return v.Rev },
	})
	type members struct {
		Caller
		RefPath
		Body struct {
			Numbers []string `json:"numbers" minItems:"1" maxItems:"1000" doc:"Numbers of articles and configurations."`
		}
	}
	add(a.huma, post("/article-groups/{ref}/add", "add-to-group", tagCatalog, "Add articles to a group", actor.CatalogWrite),
		func(ctx context.Context, by actor.Actor, in *members) (*one[catalog.Group], error) {
			g, err := c.AddToGroup(ctx, by, in.Ref, in.Body.Numbers)
			return withETag(g, g.Rev, err)
		})
	add(a.huma, post("/article-groups/{ref}/remove", "remove-from-group", tagCatalog, "Remove articles from a group", actor.CatalogWrite),
		func(ctx context.Context, by actor.Actor, in *members) (*one[catalog.Group], error) {
			g, err := c.RemoveFromGroup(ctx, by, in.Ref, in.Body.Numbers)
			return withETag(g, g.Rev, err)
		})
}

// NumberPath names one article or configuration.
type NumberPath struct {
	Number string `path:"number" maxLength:"100" doc:"Number of the article or configuration."`
}

// prices registers dated prices and the catalog file.
func (a *API) prices() {
	c := a.Catalog
	add(a.huma, get("/prices/{number}", "list-prices", tagCatalog, "List the prices of an article", actor.CatalogRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			NumberPath
		},
		) (*body[listOf[catalog.Price]], error) {
			all, err := c.ListPrices(ctx, by, in.Number)
			return plain(listOf[catalog.Price]{Items: all}, err)
		})
	add(a.huma, get("/prices/{number}/on", "get-price", tagCatalog, "The price of an article on a day", actor.CatalogRead),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			NumberPath
			Class    string `query:"class" enum:"list,reseller,academic,free" default:"list"`
			Currency string `query:"currency" pattern:"^[A-Z]{3}$" patternDescription:"ISO 4217" required:"true"`
			On       string `query:"on" format:"date" required:"true"`
		},
		) (*body[catalog.Price], error) {
			on, err := day.Parse(in.On)
			if err != nil {
				return nil, err
			}
			return plain(c.PriceOn(ctx, by, in.Number, catalog.PriceClass(in.Class), in.Currency, on))
		})
	add(a.huma, post("/prices", "set-price", tagCatalog, "Set what an article costs from a day on", actor.CatalogWrite).created(),
		func(ctx context.Context, by actor.Actor, in *struct {
			Caller
			Body catalog.Price
		},
		) (*body[catalog.Price], error) {
			return plain(c.SetPrice(ctx, by, in.Body))
		})
	o := post("/prices/withdraw", "withdraw-price", tagCatalog, "Withdraw a price that has not begun", actor.CatalogWrite)
	o.Status = http.StatusNoContent
	add(a.huma, o, func(ctx context.Context, by actor.Actor, in *struct {
		Caller
		Body catalog.Price
	},
	) (*discard, error) {
		return done(c.WithdrawPrice(ctx, by, in.Body))
	})
	a.raw(op{
		Method: http.MethodPost, Path: Prefix + "/catalog/apply", ID: "apply-catalog", Tag: tagCatalog, Permission: actor.CatalogWrite,
		Class: route.Bulk, MaxBody: a.MaxDocument, Summary: "Bring the catalog to what one YAML file says", Query: []*huma.Param{onOff("dry_run", "Only show the plan.")},
		Description: "Files that are applied at the same time share the size limit of one: beyond it the answer is 503 with Retry-After.",
	}, media{"application/yaml": nil}, media{"application/json": catalog.Plan{}}, a.apply)
}

func (a *API) apply(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
	raw, err := route.ReadBody(r, a.MaxDocument)
	if err != nil {
		return err
	}
	dryRun, err := toggle(r.URL.Query(), "dry_run")
	if err != nil {
		return err
	}
	done, err := a.catalogs.take(int64(len(raw)))
	if err != nil {
		return err
	}
	defer done()
	plan, err := a.Catalog.Apply(r.Context(), by, raw, dryRun)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, plan)
}
