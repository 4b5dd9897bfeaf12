package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/licet/licet/internal/fault"
)

// edits are the objects of one kind that a plan writes.
type edits[T any] struct{ created, changed []T }

// draft is a plan with everything that is needed to carry it out.
type draft struct {
	Plan
	products       edits[Product]
	features       edits[Feature]
	models         edits[Model]
	articles       edits[Article]
	configurations edits[Configuration]
	groups         edits[Group]
	prices         edits[Price]

	next    book
	at      map[place]string // where the file says what
	numbers map[string]bool  // folded numbers that the file describes
	bad     refusals
	line    func(at string) int64
}

// place names one thing of a file: its object and its key.
type place struct{ object, key any }

// kindOf tells the planner about one kind of object.
type kindOf[T any, K comparable] struct {
	object string
	key    func(T) K
	label  func(T) string
	check  func(T) refusals
	fixed  func(old, next T) refusals
	keep   func(old, next T) T // next with what only the store knows of old
	fields func(T) []field
	left   func(*draft, T) bool // whether it is worth telling that the file leaves it out
}

var (
	planProducts = kindOf[Product, string]{
		object: "product", key: func(p Product) string { return FoldCode(p.Code) }, label: func(p Product) string { return p.Code },
		check: Product.check, fixed: Product.fixed, fields: Product.fields,
		keep: func(o, n Product) Product { n.ID, n.Rev = o.ID, o.Rev; return n },
		left: func(_ *draft, p Product) bool { return p.State == Active },
	}
	planFeatures = kindOf[Feature, string]{
		object: "feature", key: func(f Feature) string { return featureKey(f.Product, f.Code) }, label: Feature.Key,
		check: Feature.check, fixed: Feature.fixed, fields: Feature.fields,
		keep: func(o, n Feature) Feature { n.ID, n.Rev = o.ID, o.Rev; return n },
		left: func(_ *draft, f Feature) bool { return f.State == Active },
	}
	planModels = kindOf[Model, string]{
		object: "model", key: func(m Model) string { return FoldCode(m.Code) }, label: func(m Model) string { return m.Code },
		check: Model.check, fixed: Model.fixed, fields: Model.fields,
		keep: func(o, n Model) Model { n.ID, n.Rev = o.ID, o.Rev; return n },
		left: func(_ *draft, m Model) bool { return m.State == Active },
	}
	planArticles = kindOf[Article, string]{
		object: "article", key: func(a Article) string { return FoldNumber(a.Number) }, label: func(a Article) string { return a.Number },
		check: Article.check, fixed: Article.fixed, fields: Article.fields,
		keep: func(o, n Article) Article { n.ID, n.Rev, n.Number = o.ID, o.Rev, o.Number; return n },
		left: func(_ *draft, a Article) bool { return a.State == Active },
	}
	planConfigurations = kindOf[Configuration, string]{
		object: "configuration", key: func(c Configuration) string { return FoldNumber(c.Number) },
		label: func(c Configuration) string { return c.Number },
		check: Configuration.check, fixed: Configuration.fixed, fields: Configuration.fields,
		keep: func(o, n Configuration) Configuration {
			n.ID, n.Rev, n.Number, n.Article = o.ID, o.Rev, o.Number, o.Article
			return n
		},
		left: func(_ *draft, c Configuration) bool { return c.State == Active },
	}
	planGroups = kindOf[Group, string]{
		object: "group", key: func(g Group) string { return FoldCode(g.Code) }, label: func(g Group) string { return g.Code },
		check: Group.check, fixed: Group.fixed, fields: Group.fields,
		keep: func(o, n Group) Group { n.ID, n.Rev = o.ID, o.Rev; return n },
		left: func(_ *draft, g Group) bool { return g.State == Active },
	}
	planPrices = kindOf[Price, priceKey]{
		object: "price", key: Price.key, label: Price.label, check: Price.check, fields: Price.fields,
		fixed: func(_, _ Price) refusals { return nil },
		keep:  func(o, n Price) Price { n.ID, n.Number = o.ID, o.Number; return n },
		left:  func(d *draft, p Price) bool { return d.numbers[FoldNumber(p.Number)] },
	}
)

// plan compares a file with what is stored and checks what would come out. It
// returns every refusal, joined, each with its line.
func plan(have book, file entries) (*draft, error) {
	d := &draft{
		next: book{
			products: maps.Clone(have.products), features: maps.Clone(have.features), models: maps.Clone(have.models),
			articles: maps.Clone(have.articles), configurations: maps.Clone(have.configurations),
			groups: maps.Clone(have.groups), prices: maps.Clone(have.prices),
		},
		at: map[place]string{}, numbers: map[string]bool{}, line: file.line,
	}
	for _, e := range file.articles {
		d.numbers[FoldNumber(e.value.Number)] = true
	}
	for _, e := range file.configurations {
		d.numbers[FoldNumber(e.value.Number)] = true
	}
	d.products = merge(d, planProducts, have.products, d.next.products, file.products)
	d.features = merge(d, planFeatures, have.features, d.next.features, file.features)
	d.models = merge(d, planModels, have.models, d.next.models, file.models)
	d.articles = merge(d, planArticles, have.articles, d.next.articles, file.articles)
	d.configurations = merge(d, planConfigurations, have.configurations, d.next.configurations, file.configurations)
	d.groups = merge(d, planGroups, have.groups, d.next.groups, file.groups)
	d.prices = merge(d, planPrices, have.prices, d.next.prices, file.prices)
	d.next.file = d.at
	d.join(have, file)
	if len(d.bad) > 0 {
		return nil, d.bad.capped().join()
	}
	slices.SortFunc(d.Left, func(a, b Ref) int { return strings.Compare(a.Object+a.Key, b.Object+b.Key) })
	d.articles.created = eachOf(d.articles.created, d.next.canonical)
	d.articles.changed = eachOf(d.articles.changed, d.next.canonical)
	return d, nil
}

// merge plans the objects of one kind: each by itself, against the file's
// others, and against what is stored under its key.
func merge[T any, K comparable](d *draft, k kindOf[T, K], have, next map[K]T, file []entry[T]) (out edits[T]) {
	for _, e := range file {
		key, label := k.key(e.value), k.label(e.value)
		d.refuse(e.at, k.check(e.value))
		if first, twice := d.at[place{k.object, key}]; twice {
			d.refuse(e.at, refusals{ErrFileTwice.With("object", k.object, "key", clip(label), "first", d.line(first))})
			continue
		}
		d.at[place{k.object, key}] = e.at
		change := Change{Ref: Ref{k.object, label}, Line: d.line(e.at)}
		old, stored := have[key]
		if !stored {
			change.Fields = differ(nil, k.fields(e.value))
			d.Created = append(d.Created, change)
			out.created = append(out.created, e.value)
			next[key] = e.value
			continue
		}
		d.refuse(e.at, k.fixed(old, e.value))
		e.value = k.keep(old, e.value)
		change.Key = k.label(e.value)
		next[key] = e.value
		if change.Fields = differ(k.fields(old), k.fields(e.value)); len(change.Fields) == 0 {
			d.Unchanged++
			continue
		}
		d.Changed = append(d.Changed, change)
		out.changed = append(out.changed, e.value)
	}
	for key, v := range have {
		if _, listed := d.at[place{k.object, key}]; !listed && k.left(d, v) {
			d.Left = append(d.Left, Ref{k.object, k.label(v)})
		}
	}
	return out
}

// join checks what the objects of the file are to each other and to the rest of
// the catalog, and that what the file does not mention still fits.
func (d *draft) join(have book, file entries) {
	owners := map[string]string{}
	for _, key := range sortedKeys(have.products) {
		owners[foldPrefix(have.products[key].KeyPrefix)] = have.products[key].Code
	}
	for _, e := range file.products {
		if own := foldPrefix(e.value.KeyPrefix); owners[own] == "" {
			owners[own] = e.value.Code
		}
		d.refuse(e.at, checkProduct(e.value, owners[foldPrefix(e.value.KeyPrefix)]))
	}
	for _, e := range file.features {
		e.value.Rev = have.features[featureKey(e.value.Product, e.value.Code)].Rev
		d.refuse(e.at, d.next.checkFeature(e.value))
	}
	for _, e := range file.articles {
		old, stored := have.articles[FoldNumber(e.value.Number)]
		if !stored {
			d.refuse(e.at, d.next.checkArticle(nil, e.value))
		} else {
			d.refuse(e.at, d.next.checkArticle(&old, e.value))
		}
	}
	for _, e := range file.configurations {
		e.value.Rev = have.configurations[FoldNumber(e.value.Number)].Rev
		d.refuse(e.at, d.next.checkConfiguration(e.value))
	}
	for _, e := range file.groups {
		d.refuse(e.at, d.next.checkGroup(e.value))
	}
	models, articles := map[string]string{}, map[string]string{}
	for _, m := range d.models.changed {
		models[FoldCode(m.Code)] = d.at[place{"model", FoldCode(m.Code)}]
	}
	for _, a := range d.articles.changed {
		articles[FoldNumber(a.Number)] = d.at[place{"article", FoldNumber(a.Number)}]
	}
	d.refuse("", d.next.checkUsers(models, articles, d.numbers))
}

// refuse takes over refusals of the thing at a pointer and finds their lines.
func (d *draft) refuse(at string, part refusals) {
	var moved refusals
	moved.under(at, part)
	for _, err := range moved {
		f := fault.As(err)
		d.bad = append(d.bad, f.With("line", d.line(f.Field)))
	}
}

func eachOf[T any](in []T, fn func(T) T) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = fn(v)
	}
	return out
}
