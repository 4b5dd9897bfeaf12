package catalog

import (
	"slices"

	"github.com/licet/licet/internal/fault"
)

// book is a catalog in memory, or as much of it as a rule needs. Keys are
// folded codes and numbers; a feature's key has its product's before it.
type book struct {
	products       map[string]Product
	features       map[string]Feature
	models         map[string]Model
	articles       map[string]Article
	configurations map[string]Configuration
	groups         map[string]Group
	prices         map[priceKey]Price
	file           map[place]string // what a catalog file describes; nil outside of Apply
}

func newBook() book {
	return book{
		products: map[string]Product{}, features: map[string]Feature{}, models: map[string]Model{},
		articles: map[string]Article{}, configurations: map[string]Configuration{}, groups: map[string]Group{},
		prices: map[priceKey]Price{},
	}
}

func featureKey(product, code string) string { return FoldCode(product) + "/" + FoldCode(code) }

// featuresOf returns the features of a product by folded code.
func (b book) featuresOf(a Article) map[string]Feature {
	out := make(map[string]Feature, len(a.Features))
	take := func(code string) {
		if f, ok := b.features[featureKey(a.Product, code)]; ok {
			out[FoldCode(code)] = f
		}
	}
	for _, code := range a.Features {
		take(code)
	}
	for _, o := range a.Options {
		take(o.Name)
	}
	return out
}

// hasNumber reports whether an article or a configuration has this number.
func (b book) hasNumber(number string) bool {
	key := FoldNumber(number)
	_, article := b.articles[key]
	_, configuration := b.configurations[key]
	return article || configuration
}

// refers checks one reference: the object must be there, and not retired,
// unless it was referred to before or the same file says that it is retired (so
// that a whole catalog can be brought into an empty database).
func (b book) refers(r *refusals, at, object, key, value string, there bool, state State, kept bool) {
	_, described := b.file[place{object, key}]
	switch {
	case !there:
		r.add(at, ErrUnknown.With("object", object, "value", clip(value)))
	case state == Retired && !kept && !described:
		r.add(at, ErrRetiredReference.With("object", object, "value", value))
	}
}

// checkProduct holds the rule that joins products: one key prefix each. owner
// is the code of the product that has the prefix, or one that reads like it; ""
// when nobody has.
func checkProduct(p Product, owner string) (bad refusals) {
	if owner != "" && FoldCode(owner) != FoldCode(p.Code) {
		bad.add("/key_prefix", ErrPrefixTaken.With("prefix", p.KeyPrefix, "product", owner))
	}
	return bad
}

func (b book) checkFeature(f Feature) (bad refusals) {
	p, ok := b.products[FoldCode(f.Product)]
	b.refers(&bad, "/product", "product", FoldCode(f.Product), f.Product, ok, p.State, f.Rev > 0)
	return bad
}

// checkArticle checks a's references and how its parts fit together. old is
// what is stored, nil for a new article.
func (b book) checkArticle(old *Article, a Article) (bad refusals) {
	was := Article{}
	if old != nil {
		was = *old
	}
	if _, taken := b.configurations[FoldNumber(a.Number)]; taken {
		bad.add("/number", ErrExists.With("object", "configuration", "key", a.Number))
	}
	p, ok := b.products[FoldCode(a.Product)]
	b.refers(&bad, "/product", "product", FoldCode(a.Product), a.Product, ok, p.State, old != nil)
	m, known := b.models[FoldCode(a.Model)]
	b.refers(&bad, "/model", "model", FoldCode(a.Model), a.Model, known, m.State, FoldCode(was.Model) == FoldCode(a.Model))
	for i, code := range a.Features {
		f, there := b.features[featureKey(a.Product, code)]
		kept := slices.ContainsFunc(was.Features, func(s string) bool { return FoldCode(s) == FoldCode(code) })
		b.refers(&bad, index("/features", i), "feature", featureKey(a.Product, code), a.Product+"/"+code, there, f.State, kept)
	}
	for i, number := range a.Targets {
		t, there := b.articles[FoldNumber(number)]
		kept := slices.ContainsFunc(was.Targets, func(s string) bool { return FoldNumber(s) == FoldNumber(number) })
		b.refers(&bad, index("/targets", i), "article", FoldNumber(number), number, there, t.State, kept)
	}
	if len(bad) == 0 && a.State == Active {
		bad.under("", a.fits(m.ModelSpec, b.featuresOf(a)))
	}
	return bad
}

func (b book) checkConfiguration(c Configuration) (bad refusals) {
	if _, taken := b.articles[FoldNumber(c.Number)]; taken {
		bad.add("/number", ErrExists.With("object", "article", "key", c.Number))
	}
	a, ok := b.articles[FoldNumber(c.Article)]
	b.refers(&bad, "/article", "article", FoldNumber(c.Article), c.Article, ok, a.State, c.Rev > 0)
	if ok && c.State == Active {
		bad.under("", c.fits(a))
	}
	return bad
}

func (b book) checkGroup(g Group) (bad refusals) {
	for i, number := range g.Members {
		b.refers(&bad, index("/members", i), "article", FoldNumber(number), number, b.hasNumber(number), Active, true)
	}
	return bad
}

// checkUsers refuses a change under which something active that is stored, and
// is not changed along with it, would not fit any more. models and articles are
// the changed ones by folded key, with the pointer of the change.
func (b book) checkUsers(models, articles map[string]string, along map[string]bool) (bad refusals) {
	for _, key := range sortedKeys(b.articles) {
		a := b.articles[key]
		if at, changed := models[FoldCode(a.Model)]; changed && a.State == Active && !along[key] {
			bad.inUse(at, "article", a.Number, a.fits(b.models[FoldCode(a.Model)].ModelSpec, b.featuresOf(a)))
		}
	}
	for _, key := range sortedKeys(b.configurations) {
		c := b.configurations[key]
		if at, changed := articles[FoldNumber(c.Article)]; changed && c.State == Active && !along[key] {
			bad.inUse(at, "configuration", c.Number, c.fits(b.articles[FoldNumber(c.Article)]))
		}
	}
	return bad
}

// inUse turns the refusals of something that was not touched into one of the change.
func (r *refusals) inUse(at, object, key string, part refusals) {
	for _, err := range part {
		r.add(at, ErrInUse.With("object", object, "key", key, "because", fault.CodeOf(err)).Wrap(err))
	}
}

// canonical writes a's references as the objects they mean write themselves, so
// that a license gets the feature codes that the program asks for.
func (b book) canonical(a Article) Article {
	a.Product, a.Model = b.products[FoldCode(a.Product)].Code, b.models[FoldCode(a.Model)].Code
	features := b.featuresOf(a)
	a.Features = each(a.Features, func(s string) string { return features[FoldCode(s)].Code })
	a.Targets = each(a.Targets, func(s string) string { return b.articles[FoldNumber(s)].Number })
	a.Options = append([]Option{}, a.Options...)
	a.Containers = append([]string{}, a.Containers...)
	if a.Limits == nil {
		a.Limits = map[string]int64{}
	}
	for i, o := range a.Options {
		if f, ok := features[FoldCode(o.Name)]; ok && o.Sets == SetFeature {
			a.Options[i].Name = f.Code
		}
	}
	return a
}

func each(ss []string, fn func(string) string) []string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = fn(s)
	}
	return out
}
