package catalog_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/text"
)

// demo reads the demo catalog, the one real file that everything is tried on.
func demo(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../demo/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func setup(t testing.TB, d *db.DB) (*catalog.Service, actortest.Planet) {
	t.Helper()
	return catalog.NewService(d, actor.NewGate(d)), actortest.World(t, d)
}

// applied applies a file and returns its plan.
func applied(t testing.TB, s *catalog.Service, by actor.Actor, doc []byte) catalog.Plan {
	t.Helper()
	p, err := s.Apply(t.Context(), by, doc, false)
	if err != nil {
		t.Fatalf("apply:\n%s", strings.Join(catalog.Explain(text.EN, err), "\n"))
	}
	return p
}

func TestApplyDemo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		dry, err := s.Apply(t.Context(), by, demo(t), true)
		if err != nil {
			t.Fatalf("dry run:\n%s", strings.Join(catalog.Explain(text.EN, err), "\n"))
		}
		if !dry.DryRun || len(dry.Created) < 60 || len(dry.Changed) != 0 {
			t.Fatalf("dry run: %s", dry.Text(text.EN))
		}
		t.Log(dry.Text(text.DE))
		first := applied(t, s, by, demo(t))
		if len(first.Created) != len(dry.Created) {
			t.Fatalf("created %d, planned %d", len(first.Created), len(dry.Created))
		}
		second := applied(t, s, by, demo(t))
		if !second.Empty() || second.Unchanged != len(first.Created) || len(second.Left) != 0 {
			t.Fatalf("second apply: %s", second.Text(text.EN))
		}
	})
}

// wantEmpty fails when anything of a catalog was written.
func wantEmpty(t *testing.T, s *catalog.Service, by actor.Actor) {
	t.Helper()
	ctx := t.Context()
	products, err := s.ListProducts(ctx, by, catalog.Query{})
	models, err2 := s.ListModels(ctx, by, catalog.Query{})
	articles, err3 := s.ListArticles(ctx, by, catalog.Query{})
	configurations, err4 := s.ListConfigurations(ctx, by, catalog.Query{})
	groups, err5 := s.ListGroups(ctx, by, catalog.Query{})
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if n := len(products.Items) + len(models.Items) + len(articles.Items) + len(configurations.Items) + len(groups.Items); n != 0 {
		t.Fatalf("%d objects were written", n)
	}
}

// background is for what must not end with one subtest.
var background = context.Background()
