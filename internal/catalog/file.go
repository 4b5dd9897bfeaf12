package catalog

import (
	"github.com/licet/licet/internal/fault"
)

// The bounds of a catalog file.
const (
	maxFile      = 8 << 20
	maxRefusals  = 500
	fileVersion  = 1
	maxFileItems = 200_000 // objects of one list
)

// fileDoc is a catalog file as it is written: the objects of this package, with
// features inside their product and prices inside what they are for.
type fileDoc struct {
	Catalog        int64               `json:"catalog"`  // version of the form, 1
	Currency       string              `json:"currency"` // of prices that name none
	Products       []fileProduct       `json:"products"`
	Models         []Model             `json:"models"`
	Articles       []fileArticle       `json:"articles"`
	Configurations []fileConfiguration `json:"configurations"`
	Groups         []Group             `json:"groups"`
}

type fileProduct struct {
	Product
	Features []Feature `json:"features"`
}

type fileArticle struct {
	Article
	Prices []Price `json:"prices"`
}

type fileConfiguration struct {
	Configuration
	Prices []Price `json:"prices"`
}

// filler sets what a file may leave out, before the file's values come on top.
// peek returns the text of a key of the mapping, "" if it is not there.
type filler interface {
	fill(peek func(key string) string)
}

func (p *Product) fill(func(string) string)       { p.State = Active }
func (f *Feature) fill(func(string) string)       { f.State = Active }
func (g *Group) fill(func(string) string)         { g.State = Active }
func (c *Configuration) fill(func(string) string) { c.State = Active }
func (d *Duration) fill(func(string) string)      { d.From = FromFirstActivation }

func (a *Article) fill(func(string) string) {
	a.State, a.Kind, a.Ticketing = Active, Base, PerLine
}

func (m *Model) fill(peek func(string) string) {
	m.State, m.ModelSpec = Active, Defaults(Kind(peek("kind")))
}

// entry is an object of a file and the JSON pointer under which it stands.
type entry[T any] struct {
	at    string
	value T
}

// entries is a file taken apart into the kinds of objects.
type entries struct {
	products       []entry[Product]
	features       []entry[Feature]
	models         []entry[Model]
	articles       []entry[Article]
	configurations []entry[Configuration]
	groups         []entry[Group]
	prices         []entry[Price]
	line           func(at string) int64 // line of the pointer, or of the nearest thing above it
}

// readFile parses a catalog file. It returns every refusal that the form of the
// file earns, joined, each with its line.
func readFile(doc []byte) (entries, error) {
	root, bad := parseFile(doc)
	if len(bad) > 0 {
		return entries{}, bad.capped().join()
	}
	var d fileDoc
	r := &fileReader{}
	r.decode("", root, &d)
	if len(r.bad) == 0 && d.Catalog != fileVersion {
		r.add("/catalog", lineOf(root, "/catalog"), ErrFileVersion.With("value", d.Catalog, "limit", fileVersion))
	}
	if len(r.bad) > 0 {
		return entries{}, r.bad.capped().join()
	}
	e := d.entries()
	e.line = func(at string) int64 { return lineOf(root, at) }
	return e, nil
}

func (d fileDoc) entries() (e entries) {
	for i, p := range d.Products {
		at := index("/products", i)
		e.products = append(e.products, entry[Product]{at, p.Product})
		for j, f := range p.Features {
			f.Product = p.Code
			e.features = append(e.features, entry[Feature]{index(at+"/features", j), f})
		}
	}
	for i, m := range d.Models {
		e.models = append(e.models, entry[Model]{index("/models", i), m})
	}
	for i, a := range d.Articles {
		at := index("/articles", i)
		e.articles = append(e.articles, entry[Article]{at, a.Article})
		e.addPrices(at, a.Number, d.Currency, a.Prices)
	}
	for i, c := range d.Configurations {
		at := index("/configurations", i)
		e.configurations = append(e.configurations, entry[Configuration]{at, c.Configuration})
		e.addPrices(at, c.Number, d.Currency, c.Prices)
	}
	for i, g := range d.Groups {
		e.groups = append(e.groups, entry[Group]{index("/groups", i), g})
	}
	return e
}

func (e *entries) addPrices(at, number, currency string, prices []Price) {
	for i, p := range prices {
		p.Number = number
		if p.Currency == "" {
			p.Currency = currency
		}
		e.prices = append(e.prices, entry[Price]{index(at+"/prices", i), p})
	}
}

// capped keeps the first refusals of a hopeless file and says how many there were.
func (r refusals) capped() refusals {
	if len(r) <= maxRefusals {
		return r
	}
	last := fault.As(r[maxRefusals-1])
	return append(r[:maxRefusals:maxRefusals], ErrFileRefusals.With("count", len(r), "line", last.Args["line"]))
}
