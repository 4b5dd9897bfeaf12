package catalog_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

func names(s string) catalog.Names { return catalog.Names{DE: s, EN: s} }

// must fails the test on an error and returns the value.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wants fails unless err is the fault want (or has it among others).
func wants(t *testing.T, err error, want *fault.Error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("want %s, got %v", want.Code, err)
	}
}

// journal seals the journal and returns a publisher's events in their order.
func journal(t *testing.T, d *db.DB, p actor.PublisherID) []string {
	t.Helper()
	var out []string
	if _, err := actor.SealOnce(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	err := d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, p, 0, 1000)
		for _, row := range rows {
			out = append(out, row.Event)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestObjectsLiveTheirLives(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		lifeOfProducts(t, s, by)
		lifeOfArticles(t, s, by)
		lifeOfGroups(t, s, by)
		endOfLife(t, s, by)
		lines := journal(t, d, w.A.Publisher)
		want := "[product.created product.created product.changed feature.created feature.created feature.changed model.created " +
			"article.created configuration.created configuration.retired article.changed group.created group.changed group.changed group.changed " +
			"article.retired group.retired feature.retired model.retired product.retired]"
		if fmt.Sprint(lines) != want {
			t.Fatalf("journal:\n%v\nwant\n%s", lines, want)
		}
	})
}

func lifeOfProducts(t *testing.T, s *catalog.Service, by actor.Actor) {
	ctx := t.Context()
	p := must(s.CreateProduct(ctx, by, catalog.Product{Code: "CAD", Name: names("CAD"), KeyPrefix: "CADP"}))(t)
	if p.Rev != 1 || p.State != catalog.Active || p.ID.IsZero() {
		t.Fatalf("%+v", p)
	}
	_, err := s.CreateProduct(ctx, by, catalog.Product{Code: "cad", Name: names("x"), KeyPrefix: "OTHER"})
	wants(t, err, catalog.ErrExists)
	_, err = s.CreateProduct(ctx, by, catalog.Product{Code: "SIL", Name: names("x"), KeyPrefix: "SIL"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateProduct(ctx, by, catalog.Product{Code: "SLI", Name: names("x"), KeyPrefix: "SLI"})
	wants(t, err, catalog.ErrPrefixTaken) // SIL and SLI read alike: S11
	_, err = s.ChangeProduct(ctx, by, "CAD", 1, catalog.Product{Name: names("CAD"), KeyPrefix: "NEW"})
	wants(t, err, catalog.ErrFixed)
	_, err = s.ChangeProduct(ctx, by, "CAD", 1, catalog.Product{Code: "CAM", Name: names("CAD")})
	wants(t, err, catalog.ErrFixed)
	_, err = s.ChangeProduct(ctx, by, "CAD", 7, catalog.Product{Name: names("CAD 2")})
	wants(t, err, catalog.ErrStale)
	p = must(s.ChangeProduct(ctx, by, "cad", 1, catalog.Product{Name: names("CAD 2")}))(t)
	if p.Rev != 2 || p.KeyPrefix != "CADP" || p.Code != "CAD" {
		t.Fatalf("%+v", p)
	}
	if same := must(s.ChangeProduct(ctx, by, p.ID.String(), 2, catalog.Product{Name: names("CAD 2")}))(t); same != p {
		t.Fatalf("a change of nothing gave %+v", same)
	}

	f := must(s.CreateFeature(ctx, by, catalog.Feature{Product: "cad", Code: "draw", Title: names("Draw")}))(t)
	if f.Product != "CAD" || f.Key() != "CAD/draw" {
		t.Fatalf("%+v", f)
	}
	must(s.CreateFeature(ctx, by, catalog.Feature{Product: "CAD", Code: "all", Title: names("All"), All: true}))(t)
	_, err = s.CreateFeature(ctx, by, catalog.Feature{Product: "CAX", Code: "draw", Title: names("Draw")})
	wants(t, err, catalog.ErrUnknown)
	_, err = s.ChangeFeature(ctx, by, "CAD/draw", 1, catalog.Feature{Title: names("Draw"), All: true})
	wants(t, err, catalog.ErrFixed)
	must(s.ChangeFeature(ctx, by, "cad/DRAW", 1, catalog.Feature{Title: names("Draw it")}))(t)
}

func lifeOfArticles(t *testing.T, s *catalog.Service, by actor.Actor) {
	ctx := t.Context()
	spec := catalog.Defaults(catalog.Multi)
	must(s.CreateModel(ctx, by, catalog.Model{Code: "multi", Name: names("Multi"), ModelSpec: spec}))(t)
	_, err := s.CreateModel(ctx, by, catalog.Model{Code: "bad", Name: names("Bad"), ModelSpec: catalog.ModelSpec{Kind: catalog.Multi}})
	wants(t, err, catalog.ErrContainersMissing)

	seven := frame.OfInt(7)
	a := must(s.CreateArticle(ctx, by, catalog.Article{
		Number: "Cad-1", Name: names("CAD 1"), Product: "cad", Model: "MULTI", Kind: catalog.Base, Ticketing: catalog.PerLine,
		Features: []string{"DRAW"}, Containers: []string{"soft"},
		Options: []catalog.Option{{Name: "seats", Title: names("Seats"), Kind: frame.Int, Frame: frame.Frame{Min: new(int64(1)), Max: new(int64(10))}, Default: &seven, Sets: catalog.SetLimit}},
	}))(t)
	if a.Product != "CAD" || a.Model != "multi" || a.Features[0] != "draw" {
		t.Fatalf("references are not written as the objects write themselves: %+v", a)
	}
	_, err = s.CreateArticle(ctx, by, catalog.Article{
		Number: "c A d-1", Name: names("again"), Product: "CAD", Model: "multi", Kind: catalog.Base, Ticketing: catalog.PerLine,
	})
	wants(t, err, catalog.ErrExists)
	got := must(s.GetArticle(ctx, by, " cad -1"))(t)
	if got.ID != a.ID || got.Options[0].Default.String() != "7" {
		t.Fatalf("%+v", got)
	}

	c := must(s.CreateConfiguration(ctx, by, catalog.Configuration{
		Number: "CAD-1-SMALL", Name: names("Small"), Article: "CAD-1",
		Options: map[string]frame.Value{"seats": frame.OfInt(3)}, Frames: map[string]frame.Frame{"seats": {Max: new(int64(5))}},
	}))(t)
	_, err = s.CreateConfiguration(ctx, by, catalog.Configuration{Number: "cad-1", Name: names("x"), Article: "CAD-1"})
	wants(t, err, catalog.ErrExists)
	_, err = s.ChangeConfiguration(ctx, by, c.Number, 1, catalog.Configuration{Name: names("x"), Article: "OTHER"})
	wants(t, err, catalog.ErrFixed)

	narrow := a
	narrow.Options = []catalog.Option{a.Options[0]}
	narrow.Options[0].Frame = frame.Frame{Min: new(int64(4)), Max: new(int64(10))}
	_, err = s.ChangeArticle(ctx, by, a.Number, a.Rev, narrow)
	wants(t, err, catalog.ErrInUse)
	must(s.RetireConfiguration(ctx, by, c.Number, catalog.AnyRev))(t)
	must(s.ChangeArticle(ctx, by, a.Number, a.Rev, narrow))(t)
	_, err = s.ChangeConfiguration(ctx, by, c.Number, catalog.AnyRev, catalog.Configuration{
		Name: names("Small"), Options: c.Options, Frames: c.Frames, State: catalog.Active,
	})
	wants(t, err, catalog.ErrOptionOutside) // back only if it fits again

	tight := spec
	tight.Containers = []string{"hardware"}
	_, err = s.ChangeModel(ctx, by, "multi", catalog.AnyRev, catalog.Model{Name: names("Multi"), ModelSpec: tight})
	wants(t, err, catalog.ErrInUse)
}

func lifeOfGroups(t *testing.T, s *catalog.Service, by actor.Actor) {
	ctx := t.Context()
	g := must(s.CreateGroup(ctx, by, catalog.Group{Code: "all", Name: names("All"), Members: []string{"cad-1"}}))(t)
	if len(g.Members) != 1 || g.Members[0] != "Cad-1" {
		t.Fatalf("%+v", g)
	}
	_, err := s.CreateGroup(ctx, by, catalog.Group{Code: "none", Name: names("None"), Members: []string{"nope"}})
	wants(t, err, catalog.ErrUnknown)
	g = must(s.AddToGroup(ctx, by, "ALL", []string{"CAD-1-small", "cad-1"}))(t)
	if fmt.Sprint(g.Members) != "[Cad-1 CAD-1-SMALL]" || g.Rev != 2 {
		t.Fatalf("%+v", g)
	}
	g = must(s.RemoveFromGroup(ctx, by, "all", []string{"cad-1", "unknown"}))(t)
	if fmt.Sprint(g.Members) != "[CAD-1-SMALL]" {
		t.Fatalf("%+v", g)
	}
	must(s.ChangeGroup(ctx, by, "all", g.Rev, catalog.Group{Name: names("All"), Members: []string{"Cad-1"}}))(t)
}

func endOfLife(t *testing.T, s *catalog.Service, by actor.Actor) {
	ctx := t.Context()
	for _, retire := range []func() error{
		func() error { _, err := s.RetireArticle(ctx, by, "CAD-1", catalog.AnyRev); return err },
		func() error { _, err := s.RetireGroup(ctx, by, "all", catalog.AnyRev); return err },
		func() error { _, err := s.RetireFeature(ctx, by, "cad/draw", catalog.AnyRev); return err },
		func() error { _, err := s.RetireModel(ctx, by, "multi", catalog.AnyRev); return err },
		func() error { _, err := s.RetireProduct(ctx, by, "cad", catalog.AnyRev); return err },
		func() error { _, err := s.RetireProduct(ctx, by, "cad", catalog.AnyRev); return err }, // twice is fine
	} {
		if err := retire(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.CreateArticle(ctx, by, catalog.Article{
		Number: "CAD-2", Name: names("CAD 2"), Product: "CAD", Model: "multi", Kind: catalog.Base, Ticketing: catalog.PerLine, Features: []string{"draw"},
	})
	wants(t, err, catalog.ErrRetiredReference)
	if len(fault.All(err)) != 3 {
		t.Fatalf("product, model and feature are retired: %v", err)
	}
	_, err = s.GetModel(ctx, by, "unknown")
	wants(t, err, catalog.ErrNotFound)
}

func TestRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx := t.Context()
		p := catalog.Product{Code: "CAD", Name: names("CAD"), KeyPrefix: "CADP"}
		_, err := s.CreateProduct(ctx, actor.Anonymous(w.A.All().Addr), p)
		wants(t, err, actor.ErrSignIn)
		_, err = s.CreateProduct(ctx, w.A.At(w.A.Root, actor.CatalogRead), p)
		wants(t, err, actor.ErrDenied)
		_, err = s.CreateProduct(ctx, w.A.Below(w.A.Reseller), p)
		wants(t, err, actor.ErrDenied) // sees the catalog, but it is the publisher's
		_, err = s.CreateProduct(ctx, actor.Installation(), p)
		wants(t, err, actor.ErrNotFound)
		_, err = s.Apply(ctx, w.A.At(w.A.Root, actor.CatalogRead), []byte(small), true)
		wants(t, err, actor.ErrDenied)
		must(s.CreateProduct(ctx, actor.Installation().In(w.A.Publisher), p))(t)
		must(s.GetProduct(ctx, w.A.Below(w.A.Customer), "CAD"))(t)
		_, err = s.GetProduct(ctx, w.A.None(), "CAD")
		wants(t, err, actor.ErrDenied)
		_, err = s.GetProduct(ctx, w.B.All(), "CAD")
		wants(t, err, catalog.ErrNotFound)
		// The other publisher has its own codes, numbers and prefixes.
		must(s.CreateProduct(ctx, w.B.All(), p))(t)
	})
}

func TestCreateIsRepeatable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		retry := actor.Retry{Key: "k1", Route: "POST /products", Body: sha256.Sum256([]byte("a"))}
		by := w.A.All().With(retry)
		in := catalog.Product{Code: "CAD", Name: names("CAD"), KeyPrefix: "CADP"}
		first := must(s.CreateProduct(t.Context(), by, in))(t)
		if again := must(s.CreateProduct(t.Context(), by, in))(t); again != first {
			t.Fatalf("%+v, then %+v", first, again)
		}
		retry.Body = sha256.Sum256([]byte("b"))
		_, err := s.CreateProduct(t.Context(), w.A.All().With(retry), in)
		wants(t, err, actor.ErrKeyReused)
	})
}

func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		applied(t, s, by, demo(t))
		var seen []string
		q := catalog.Query{Limit: 4}
		for {
			p := must(s.ListArticles(ctx, by, q))(t)
			for _, a := range p.Items {
				seen = append(seen, catalog.FoldNumber(a.Number))
			}
			if q.After = p.Next; p.Next == "" {
				break
			}
		}
		if len(seen) != 23 {
			t.Fatalf("%d articles: %v", len(seen), seen)
		}
		for i := 1; i < len(seen); i++ {
			if seen[i-1] >= seen[i] {
				t.Fatalf("not sorted: %v", seen)
			}
		}
		if p := must(s.ListArticles(ctx, by, catalog.Query{Prefix: "cad-PRO"}))(t); len(p.Items) != 7 {
			t.Fatalf("%d articles begin with CAD-PRO", len(p.Items))
		}
		if p := must(s.ListArticles(ctx, by, catalog.Query{Product: "sim"}))(t); len(p.Items) != 4 {
			t.Fatalf("%d articles of SIM", len(p.Items))
		}
		must(s.RetireArticle(ctx, by, "SIM-CAP", catalog.AnyRev))(t)
		if p := must(s.ListArticles(ctx, by, catalog.Query{Product: "SIM", State: catalog.Retired}))(t); len(p.Items) != 1 {
			t.Fatalf("%d retired articles of SIM", len(p.Items))
		}
		f := must(s.ListFeatures(ctx, by, catalog.Query{Product: "CAD", Limit: 5}))(t)
		rest := must(s.ListFeatures(ctx, by, catalog.Query{Product: "CAD", After: f.Next}))(t)
		if len(f.Items) != 5 || len(rest.Items) != 3 || f.Next != catalog.FoldCode(f.Items[4].Code) {
			t.Fatalf("features: %d and %d", len(f.Items), len(rest.Items))
		}
		_, err := s.ListFeatures(ctx, by, catalog.Query{})
		wants(t, err, catalog.ErrNotFound)
		for _, n := range []int{
			len(must(s.ListProducts(ctx, by, catalog.Query{}))(t).Items) - 3,
			len(must(s.ListModels(ctx, by, catalog.Query{Limit: 100_000}))(t).Items) - 12,
			len(must(s.ListConfigurations(ctx, by, catalog.Query{Prefix: "CAD-TRIAL"}))(t).Items) - 2,
			len(must(s.ListGroups(ctx, by, catalog.Query{State: catalog.Active}))(t).Items) - 6,
		} {
			if n != 0 {
				t.Fatalf("a list is off by %d", n)
			}
		}
	})
}

func TestPrices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		applied(t, s, by, demo(t))
		on := func(number string, class catalog.PriceClass, currency string, day day.Day) int64 {
			t.Helper()
			return must(s.PriceOn(ctx, by, number, class, currency, day))(t).Minor
		}
		for _, c := range []struct {
			number, currency string
			class            catalog.PriceClass
			day              day.Day
			want             int64
		}{
			{"CAD-PRO-PERP", "EUR", catalog.ClassList, day.Of(2025, 1, 1), 129000},
			{"CAD-PRO-PERP", "EUR", catalog.ClassList, day.Of(2026, 12, 31), 129000},
			{"cad-pro-perp", "EUR", catalog.ClassList, day.Of(2027, 1, 1), 134000},
			{"CAD-PRO-PERP", "EUR", catalog.ClassReseller, day.Of(2026, 6, 1), 90300},
			{"CAD-PRO-PERP", "EUR", catalog.ClassAcademic, day.Of(2029, 6, 1), 51600},
			{"CAD-PRO-PERP", "EUR", catalog.ClassFree, day.Of(2026, 6, 1), 0},
			{"CAD-PRO-PERP", "USD", catalog.ClassList, day.Of(2026, 6, 1), 129000},
			{"CAD-PRO-3YEARS", "EUR", catalog.ClassList, day.Of(2026, 6, 1), 127000},    // its own
			{"CAD-PRO-3YEARS", "EUR", catalog.ClassAcademic, day.Of(2026, 6, 1), 19960}, // its article's
			{"CAD-TRIAL-7", "EUR", catalog.ClassFree, day.Of(2026, 6, 1), 0},
		} {
			if got := on(c.number, c.class, c.currency, c.day); got != c.want {
				t.Errorf("%s %s %s on %s: %d, want %d", c.number, c.class, c.currency, c.day, got, c.want)
			}
		}
		_, err := s.PriceOn(ctx, by, "CAD-PRO-PERP", catalog.ClassList, "EUR", day.Of(2024, 12, 31))
		wants(t, err, catalog.ErrNoPrice)
		_, err = s.PriceOn(ctx, by, "CAD-TRIAL-7", catalog.ClassReseller, "EUR", day.Of(2026, 1, 1))
		wants(t, err, catalog.ErrNoPrice)
		_, err = s.PriceOn(ctx, by, "NOPE", catalog.ClassList, "EUR", day.Of(2026, 1, 1))
		wants(t, err, catalog.ErrArticleUnknown)

		p := catalog.Price{Number: "cad-pro-PERP", Class: catalog.ClassList, Currency: "EUR", Minor: 99900, From: day.Of(2026, 7, 1)}
		lines := len(journal(t, d, w.A.Publisher))
		first := must(s.SetPrice(ctx, by, p))(t)
		if same := must(s.SetPrice(ctx, by, p))(t); same != first || first.Number != "CAD-PRO-PERP" {
			t.Fatalf("%+v, then %+v", first, same)
		}
		if n := len(journal(t, d, w.A.Publisher)) - lines; n != 1 {
			t.Fatalf("setting one price twice wrote %d journal lines", n)
		}
		p.Minor = 98900
		if again := must(s.SetPrice(ctx, by, p))(t); again.ID != first.ID {
			t.Fatal("replacing a price made a second one")
		}
		if on("CAD-PRO-PERP", catalog.ClassList, "EUR", day.Of(2026, 7, 1)) != 98900 {
			t.Fatal("the new price does not hold")
		}
		if err := s.WithdrawPrice(ctx, by, p); err != nil {
			t.Fatal(err)
		}
		wants(t, s.WithdrawPrice(ctx, by, p), catalog.ErrNotFound)
		if on("CAD-PRO-PERP", catalog.ClassList, "EUR", day.Of(2026, 7, 1)) != 129000 {
			t.Fatal("the price before does not hold again")
		}
		p.Minor = -1
		_, err = s.SetPrice(ctx, by, p)
		wants(t, err, catalog.ErrAmount)
		if got := must(s.ListPrices(ctx, by, "CAD-PRO-PERP"))(t); len(got) != 7 {
			t.Fatalf("%d prices", len(got))
		}
	})
}
