package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db/dbtest"
)

// act is one door with its input; by is the caller.
type act func(ctx context.Context, s *catalog.Service, by actor.Actor) error

// trial tries one door against another publisher's catalog and a dead database.
// A caller who names what belongs to the other publisher finds nothing. Where a
// door names nothing, the caller claims a place in the other publisher's tree.
type trial struct {
	alive, dead *catalog.Service
	foreignOrg  actor.OrgID
}

func (x trial) door(name string, claim bool, fn act) actortest.Door {
	return actortest.Door{
		Name: name,
		Foreign: func(ctx context.Context, by actor.Actor) error {
			if claim && !x.foreignOrg.IsZero() {
				by.Org = x.foreignOrg
			}
			return fn(ctx, x.alive, by)
		},
		Dead: func(ctx context.Context, by actor.Actor) error { return fn(ctx, x.dead, by) },
	}
}

func TestDoors(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e)
			s, w := setup(t, d)
			doc := demo(t)
			applied(t, s, w.A.All(), doc)
			must(s.CreateRelease(t.Context(), w.A.All(), release("1.0")))(t)
			lost := dbtest.Dead(t, e)
			x := trial{alive: s, dead: catalog.NewService(lost, actor.NewGate(lost)), foreignOrg: w.A.Root}
			actortest.RunDoors(t, doors(x, doc), w.B.All())
			mine := doors(trial{alive: s}, doc)
			for i, d := range mine { // everybody may read the catalog
				mine[i].Anyone = strings.HasPrefix(d.Name, "Get") || strings.HasPrefix(d.Name, "List") || d.Name == "PriceOn"
			}
			actortest.RunRights(t, mine, w.A, w.A.Reseller)
			checkUntouched(t, s, w)
		})
	}
}

// checkUntouched fails when a foreign caller left a trace on either side.
func checkUntouched(t *testing.T, s *catalog.Service, w actortest.Planet) {
	t.Helper()
	wantEmpty(t, s, w.B.All())
	if p := must(s.Apply(t.Context(), w.A.All(), demo(t), true))(t); !p.Empty() || len(p.Left) != 0 {
		t.Fatalf("something changed: %s", p.Text("en"))
	}
}

func doors(x trial, doc []byte) []actortest.Door {
	door := x.door
	rev := catalog.AnyRev
	q := catalog.Query{}
	price := catalog.Price{Number: "CAD-PRO-PERP", Class: catalog.ClassList, Currency: "EUR", Minor: 1, From: day.Of(2025, 1, 1)}
	product := catalog.Product{Code: "NEW", Name: names("x"), KeyPrefix: "NEW"}
	model := catalog.Model{Code: "new", Name: names("x"), ModelSpec: catalog.Defaults(catalog.Multi)}
	feature := catalog.Feature{Product: "CAD", Code: "new", Title: names("x")}
	article := catalog.Article{Number: "NEW", Name: names("x"), Product: "CAD", Model: "perpetual", Kind: catalog.Base, Ticketing: catalog.PerLine}
	configuration := catalog.Configuration{Number: "NEW", Name: names("x"), Article: "CAD-TRIAL"}
	group := catalog.Group{Code: "new", Name: names("x")}
	return []actortest.Door{
		door("Apply", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.Apply(ctx, by, doc, false)
			return err
		}),
		door("CreateProduct", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateProduct(ctx, by, product)
			return err
		}),
		door("ChangeProduct", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeProduct(ctx, by, "CAD", rev, product)
			return err
		}),
		door("RetireProduct", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireProduct(ctx, by, "CAD", rev)
			return err
		}),
		door("GetProduct", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetProduct(ctx, by, "CAD")
			return err
		}),
		door("ListProducts", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListProducts(ctx, by, q)
			return err
		}),
		door("CreateFeature", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateFeature(ctx, by, feature)
			return err
		}),
		door("ChangeFeature", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeFeature(ctx, by, "CAD/draw2d", rev, feature)
			return err
		}),
		door("RetireFeature", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireFeature(ctx, by, "CAD/draw2d", rev)
			return err
		}),
		door("GetFeature", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetFeature(ctx, by, "CAD/draw2d")
			return err
		}),
		door("ListFeatures", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListFeatures(ctx, by, catalog.Query{Product: "CAD"})
			return err
		}),
		door("CreateRelease", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateRelease(ctx, by, release("9.9"))
			return err
		}),
		door("ChangeRelease", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeRelease(ctx, by, "CAD/1.0", rev, release("1.0"))
			return err
		}),
		door("RetireRelease", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireRelease(ctx, by, "CAD/1.0", rev)
			return err
		}),
		door("GetRelease", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetRelease(ctx, by, "CAD/1.0")
			return err
		}),
		door("ListReleases", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListReleases(ctx, by, catalog.Query{Product: "CAD"})
			return err
		}),
		door("CreateModel", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateModel(ctx, by, model)
			return err
		}),
		door("ChangeModel", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeModel(ctx, by, "perpetual", rev, model)
			return err
		}),
		door("RetireModel", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireModel(ctx, by, "perpetual", rev)
			return err
		}),
		door("GetModel", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetModel(ctx, by, "perpetual")
			return err
		}),
		door("ListModels", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListModels(ctx, by, q)
			return err
		}),
		door("CreateArticle", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateArticle(ctx, by, article)
			return err
		}),
		door("ChangeArticle", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeArticle(ctx, by, "CAD-PRO-PERP", rev, article)
			return err
		}),
		door("RetireArticle", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireArticle(ctx, by, "CAD-PRO-PERP", rev)
			return err
		}),
		door("GetArticle", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetArticle(ctx, by, "CAD-PRO-PERP")
			return err
		}),
		door("ListArticles", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListArticles(ctx, by, q)
			return err
		}),
		door("CreateConfiguration", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateConfiguration(ctx, by, configuration)
			return err
		}),
		door("ChangeConfiguration", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeConfiguration(ctx, by, "CAD-TRIAL-7", rev, configuration)
			return err
		}),
		door("RetireConfiguration", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireConfiguration(ctx, by, "CAD-TRIAL-7", rev)
			return err
		}),
		door("GetConfiguration", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetConfiguration(ctx, by, "CAD-TRIAL-7")
			return err
		}),
		door("ListConfigurations", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListConfigurations(ctx, by, q)
			return err
		}),
		door("CreateGroup", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.CreateGroup(ctx, by, group)
			return err
		}),
		door("ChangeGroup", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ChangeGroup(ctx, by, "cad", rev, group)
			return err
		}),
		door("RetireGroup", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RetireGroup(ctx, by, "cad", rev)
			return err
		}),
		door("GetGroup", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.GetGroup(ctx, by, "cad")
			return err
		}),
		door("ListGroups", true, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListGroups(ctx, by, q)
			return err
		}),
		door("AddToGroup", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.AddToGroup(ctx, by, "cad", []string{"SIM-CAP"})
			return err
		}),
		door("RemoveFromGroup", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.RemoveFromGroup(ctx, by, "cad", []string{"CAD-PRO-PERP"})
			return err
		}),
		door("SetPrice", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.SetPrice(ctx, by, price)
			return err
		}),
		door("WithdrawPrice", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			return s.WithdrawPrice(ctx, by, price)
		}),
		door("ListPrices", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.ListPrices(ctx, by, "CAD-PRO-PERP")
			return err
		}),
		door("PriceOn", false, func(ctx context.Context, s *catalog.Service, by actor.Actor) error {
			_, err := s.PriceOn(ctx, by, "CAD-PRO-PERP", catalog.ClassList, "EUR", day.Of(2026, 1, 1))
			return err
		}),
	}
}
