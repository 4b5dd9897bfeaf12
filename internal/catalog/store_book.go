package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// loadBook reads the whole catalog of a publisher.
func loadBook(q db.Querier, p actor.PublisherID) (book, error) {
	b := newBook()
	groups := map[GroupID]Group{}
	members := map[GroupID][]member{}
	for _, load := range []func() error{
		func() error { return fill(q, p, qProducts, scanProduct, b.products, planProducts.key) },
		func() error { return fill(q, p, qFeatures, scanFeature, b.features, planFeatures.key) },
		func() error { return fill(q, p, qModels, scanModel, b.models, planModels.key) },
		func() error { return fill(q, p, qArticles, scanArticle, b.articles, planArticles.key) },
		func() error {
			return fill(q, p, qConfigurations, scanConfiguration, b.configurations, planConfigurations.key)
		},
		func() error { return fill(q, p, qPrices, scanPrice, b.prices, planPrices.key) },
		func() error { return fill(q, p, qGroups, scanGroup, groups, func(g Group) GroupID { return g.ID }) },
		func() error {
			all, err := db.List(q, scanMember, qAllMembers, p)
			for _, m := range all {
				members[m.group] = append(members[m.group], m)
			}
			return err
		},
	} {
		if err := load(); err != nil {
			return book{}, err
		}
	}
	for id, g := range groups {
		g.Members = numbersOf(members[id])
		b.groups[FoldCode(g.Code)] = g
	}
	return b, nil
}

// fill reads one table into a map.
func fill[T any, K comparable](q db.Querier, p actor.PublisherID, s *db.Stmt, scan func(*db.Rows) (T, error), into map[K]T, key func(T) K) error {
	all, err := db.List(q, scan, s, p)
	for _, v := range all {
		into[key(v)] = v
	}
	return err
}

// around reads the part of the catalog that the rules of one article look at:
// its product with the features, its model, its targets and its configurations.
func around(q db.Querier, p actor.PublisherID, a Article) (book, error) {
	b := newBook()
	if err := b.readProduct(q, p, a.Product); err != nil {
		return b, err
	}
	m, err := findModel(q, p, a.Model)
	if err == nil {
		b.models[FoldCode(a.Model)] = m
	} else if !absent(err) {
		return b, err
	}
	for _, number := range a.Targets {
		t, err := findArticle(q, p, number)
		if err == nil {
			b.articles[FoldNumber(number)] = t
		} else if !absent(err) {
			return b, err
		}
	}
	if a.ID.IsZero() {
		return b, nil
	}
	users, err := db.List(q, scanConfiguration, qConfigurationsOf, p, a.ID)
	for _, c := range users {
		b.configurations[FoldNumber(c.Number)] = c
	}
	return b, err
}

// readProduct adds a product and its features to b; an unknown one adds nothing.
func (b book) readProduct(q db.Querier, p actor.PublisherID, code string) error {
	if _, known := b.products[FoldCode(code)]; known {
		return nil
	}
	found, err := findProduct(q, p, code)
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	b.products[FoldCode(code)] = found
	features, err := db.List(q, scanFeature, qFeaturesOf, p, found.ID)
	for _, f := range features {
		b.features[featureKey(f.Product, f.Code)] = f
	}
	return err
}

// usersOf reads what the rules of a changed model look at: the active articles
// that have it, with their products' features.
func usersOf(q db.Querier, p actor.PublisherID, m Model) (book, error) {
	b := newBook()
	b.models[FoldCode(m.Code)] = m
	articles, err := db.List(q, scanArticle, qArticlesByModel, p, m.ID)
	if err != nil {
		return b, err
	}
	for _, a := range articles {
		b.articles[FoldNumber(a.Number)] = a
		if err := b.readProduct(q, p, a.Product); err != nil {
			return b, err
		}
	}
	return b, nil
}
