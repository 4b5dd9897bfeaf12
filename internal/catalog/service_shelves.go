package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

var products = shelf[Product]{
	kindOf: planProducts, cursor: planProducts.key,
	id:    func(p Product) [16]byte { return p.ID },
	head:  func(p *Product) (*State, *int64) { return &p.State, &p.Rev },
	start: func(tx *db.Tx, p *Product) { p.ID = db.NewID[Product](tx) },
	complete: func(old, next Product) Product {
		orElse(&next.Code, old.Code)
		orElse(&next.KeyPrefix, old.KeyPrefix)
		return next
	},
	find: findProduct, page: pageProducts, insert: insertProducts, update: updateProduct,
	rules: func(q db.Querier, p actor.PublisherID, _ *Product, next Product) (Product, refusals, error) {
		owner, err := prefixOwner(q, p, next.KeyPrefix)
		return next, checkProduct(next, owner), err
	},
}

var features = shelf[Feature]{
	kindOf: planFeatures, cursor: func(f Feature) string { return FoldCode(f.Code) },
	id:    func(f Feature) [16]byte { return f.ID },
	head:  func(f *Feature) (*State, *int64) { return &f.State, &f.Rev },
	start: func(tx *db.Tx, f *Feature) { f.ID = db.NewID[Feature](tx) },
	complete: func(old, next Feature) Feature {
		orElse(&next.Code, old.Code)
		orElse(&next.Product, old.Product)
		return next
	},
	find: findFeature, page: pageFeatures, insert: insertFeatures, update: updateFeature,
	rules: func(q db.Querier, p actor.PublisherID, _ *Feature, next Feature) (Feature, refusals, error) {
		b := newBook()
		err := b.readProduct(q, p, next.Product)
		if of, ok := b.products[FoldCode(next.Product)]; ok {
			next.Product = of.Code
		}
		return next, b.checkFeature(next), err
	},
}

var models = shelf[Model]{
	kindOf: planModels, cursor: planModels.key,
	id:    func(m Model) [16]byte { return m.ID },
	head:  func(m *Model) (*State, *int64) { return &m.State, &m.Rev },
	start: func(tx *db.Tx, m *Model) { m.ID = db.NewID[Model](tx) },
	complete: func(old, next Model) Model {
		orElse(&next.Code, old.Code)
		return next
	},
	find: findModel, page: pageModels, insert: insertModels, update: updateModel,
	rules: func(q db.Querier, p actor.PublisherID, old *Model, next Model) (Model, refusals, error) {
		if old == nil {
			return next, nil, nil
		}
		b, err := usersOf(q, p, next)
		return next, b.checkUsers(map[string]string{FoldCode(next.Code): ""}, nil, nil), err
	},
}

var articles = shelf[Article]{
	kindOf: planArticles, cursor: planArticles.key,
	id:    func(a Article) [16]byte { return a.ID },
	head:  func(a *Article) (*State, *int64) { return &a.State, &a.Rev },
	start: func(tx *db.Tx, a *Article) { a.ID = db.NewID[Article](tx) },
	complete: func(old, next Article) Article {
		orElse(&next.Number, old.Number)
		orElse(&next.Product, old.Product)
		return next
	},
	find: findArticle, page: pageArticles, insert: insertArticles, update: updateArticle,
	rules: func(q db.Querier, p actor.PublisherID, old *Article, next Article) (Article, refusals, error) {
		bad, err := numberFree(q, p, old == nil, next.Number)
		if err != nil || len(bad) > 0 {
			return next, bad, err
		}
		b, err := around(q, p, next)
		if err != nil {
			return next, nil, err
		}
		if bad = b.checkArticle(old, next); len(bad) > 0 {
			return next, bad, nil
		}
		next = b.canonical(next)
		key := FoldNumber(next.Number)
		b.articles[key] = next
		return next, b.checkUsers(nil, map[string]string{key: ""}, nil), nil
	},
}

var configurations = shelf[Configuration]{
	kindOf: planConfigurations, cursor: planConfigurations.key,
	id:    func(c Configuration) [16]byte { return c.ID },
	head:  func(c *Configuration) (*State, *int64) { return &c.State, &c.Rev },
	start: func(tx *db.Tx, c *Configuration) { c.ID = db.NewID[Configuration](tx) },
	complete: func(old, next Configuration) Configuration {
		orElse(&next.Number, old.Number)
		orElse(&next.Article, old.Article)
		return next
	},
	find: findConfiguration, page: pageConfigurations, insert: insertConfigurations, update: updateConfiguration,
	rules: func(q db.Querier, p actor.PublisherID, old *Configuration, next Configuration) (Configuration, refusals, error) {
		bad, err := numberFree(q, p, old == nil, next.Number)
		if err != nil || len(bad) > 0 {
			return next, bad, err
		}
		b := newBook()
		a, err := findArticle(q, p, next.Article)
		if err == nil {
			b.articles[FoldNumber(a.Number)] = a
			next.Article = a.Number
		} else if !absent(err) {
			return next, nil, err
		}
		return next, b.checkConfiguration(next), nil
	},
}

var groups = shelf[Group]{
	kindOf: planGroups, cursor: planGroups.key,
	id:    func(g Group) [16]byte { return g.ID },
	head:  func(g *Group) (*State, *int64) { return &g.State, &g.Rev },
	start: func(tx *db.Tx, g *Group) { g.ID = db.NewID[Group](tx) },
	complete: func(old, next Group) Group {
		orElse(&next.Code, old.Code)
		return next
	},
	find: findGroup, page: pageGroups, insert: insertGroups, update: updateGroup,
	rules: func(q db.Querier, p actor.PublisherID, _ *Group, next Group) (Group, refusals, error) {
		b := newBook()
		members := make([]string, 0, len(next.Members))
		for _, number := range next.Members {
			i, err := itemByNumber(q, p, number)
			if absent(err) {
				continue
			}
			if err != nil {
				return next, nil, err
			}
			b.articles[FoldNumber(number)] = Article{Number: i.number}
			members = append(members, i.number)
		}
		bad := b.checkGroup(next)
		next.Members = sortedBy(members, FoldNumber)
		return next, bad, nil
	},
}

// numberFree refuses a new number that an article or a configuration has.
func numberFree(q db.Querier, p actor.PublisherID, isNew bool, number string) (bad refusals, err error) {
	if !isNew {
		return nil, nil
	}
	i, err := itemByNumber(q, p, number)
	switch {
	case absent(err):
		return nil, nil
	case err == nil:
		bad.add("/number", ErrExists.With("object", i.kind, "key", i.number))
	}
	return bad, err
}

// orElse gives *s the value of old when it is empty.
func orElse(s *string, old string) {
	if *s == "" {
		*s = old
	}
}
