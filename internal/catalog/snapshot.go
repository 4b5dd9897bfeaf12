package catalog

import (
	"maps"
	"slices"

	"github.com/licet/licet/internal/frame"
)

// AllFeatures stands among a snapshot's features when one of them is an
// all-features code: it answers for every feature, also for later ones.
const AllFeatures = "*"

// Snapshot is what was sold, frozen: everything that a license needs of the
// catalog, copied, so that later changes of the catalog never reach it. It is
// stored as JSON by package license; fields are only ever added.
type Snapshot struct {
	Number         string                 `json:"number"`  // as ordered: the article's, or the configuration's
	ItemID         ItemID                 `json:"item_id"` // of the article, or of the configuration
	ArticleNumber  string                 `json:"article_number"`
	ArticleID      ArticleID              `json:"article_id"`
	Name           Names                  `json:"name"` // of what was ordered
	Kind           ArticleKind            `json:"kind"`
	Targets        []string               `json:"targets"` // numbers of articles; empty for Base
	Product        string                 `json:"product"` // code
	KeyPrefix      string                 `json:"key_prefix"`
	ModelCode      string                 `json:"model_code"`
	Model          ModelSpec              `json:"model"`    // with the duration or end that an option chose
	Features       []string               `json:"features"` // sorted; AllFeatures first where it applies
	Limits         map[string]int64       `json:"limits"`
	Unit           string                 `json:"unit,omitempty"` // the limit that a usage-counted license is used up in
	Adds           Adds                   `json:"adds,omitzero"`  // by one unit, to the license that it changes
	Options        map[string]frame.Value `json:"options"`        // every option of the article has a value
	Ticketing      Ticketing              `json:"ticketing"`
	ShowOnce       bool                   `json:"show_once,omitempty"`
	ContainerKinds []string               `json:"container_kinds"` // allowed ones, in any combination
}

// Has reports whether the snapshot has feature code, by itself or through an
// all-features code.
func (s Snapshot) Has(code string) bool {
	return slices.Contains(s.Features, code) || slices.Contains(s.Features, AllFeatures)
}

// parts is what a snapshot is made from: one row of the catalog's read.
type parts struct {
	item          ItemID
	product       Product
	model         Model
	article       Article
	configuration *Configuration // nil when the article itself is ordered
	all           []string       // codes of the product's all-features features
}

// sold refuses what is not sold any more.
func (p parts) sold() error {
	switch {
	case p.configuration != nil && p.configuration.State == Retired:
		return ErrRetired.With("object", "configuration", "key", p.configuration.Number)
	case p.article.State == Retired:
		return ErrRetired.With("object", "article", "key", p.article.Number)
	case p.product.State == Retired:
		return ErrRetired.With("object", "product", "key", p.product.Code)
	}
	return nil
}

// snapshot freezes p with the option values given; what is not given is the
// configuration's preset or the article's default.
func (p parts) snapshot(given map[string]frame.Value) (Snapshot, error) {
	if err := p.sold(); err != nil {
		return Snapshot{}, err
	}
	options, bad := p.options(given)
	if len(bad) > 0 {
		return Snapshot{}, bad.join()
	}
	a := p.article
	s := Snapshot{
		Number: a.Number, ItemID: p.item, ArticleNumber: a.Number, ArticleID: a.ID, Name: a.Name, Kind: a.Kind,
		Targets: slices.Clone(a.Targets), Product: p.product.Code, KeyPrefix: p.product.KeyPrefix,
		ModelCode: p.model.Code, Model: p.model.ModelSpec, Features: slices.Clone(a.Features),
		Limits: maps.Clone(a.Limits), Adds: a.Adds, Options: options, Ticketing: a.Ticketing, ShowOnce: a.ShowOnce, ContainerKinds: slices.Clone(a.Containers),
	}
	if p.configuration != nil {
		s.Number, s.Name = p.configuration.Number, p.configuration.Name
	}
	s.Model.Containers = slices.Clone(p.model.Containers)
	if len(s.ContainerKinds) == 0 {
		s.ContainerKinds = slices.Clone(p.model.Containers)
	}
	if s.Limits == nil {
		s.Limits = map[string]int64{}
	}
	for _, o := range a.Options {
		s.apply(o, options[o.Name])
	}
	if s.Model.Kind == Usage {
		s.Unit = a.unit()
	}
	if slices.ContainsFunc(s.Features, func(f string) bool { return slices.Contains(p.all, f) }) {
		s.Features = append(s.Features, AllFeatures)
	}
	slices.Sort(s.Features)
	s.Features = slices.Compact(s.Features)
	return s, nil
}

// options completes the given values and checks every one of them.
func (p parts) options(given map[string]frame.Value) (out map[string]frame.Value, bad refusals) {
	out = make(map[string]frame.Value, len(p.article.Options))
	given, bad = p.named(given)
	for _, o := range p.article.Options {
		at, f := pointer("/options", o.Name), p.frameOf(o)
		v, ok := given[o.Name]
		if ok {
			v = o.read(v)
		} else if v, ok = p.preset(o); !ok {
			bad.add(at, ErrOptionMissing.With("option", o.Name, "limits", limits(f)))
			continue
		}
		if wrong := o.checkValue(v, f); len(wrong) > 0 {
			bad.under(at, wrong)
		} else {
			out[o.Name] = v
		}
	}
	return out, bad
}

// named puts given values under the names that the article has for its options.
// Whoever orders writes them as people do: a column "Option:Tage" means the
// option tage.
func (p parts) named(given map[string]frame.Value) (out map[string]frame.Value, bad refusals) {
	out = make(map[string]frame.Value, len(given))
	for _, name := range sortedKeys(given) {
		o, ok := p.article.optionLike(name)
		_, twice := out[o.Name]
		switch {
		case !ok:
			bad.add(pointer("/options", name), ErrOptionUnknown.With("option", clip(name), "allowed", p.article.optionNames()))
		case twice:
			bad.add(pointer("/options", name), ErrTwice.With("value", clip(name)))
		default:
			out[o.Name] = given[name]
		}
	}
	return out, bad
}

// frameOf returns the frame that holds for o in what is ordered. Intersecting
// is the second wall: a configuration never reaches beyond its article.
func (p parts) frameOf(o Option) frame.Frame {
	if p.configuration == nil {
		return o.Frame
	}
	return p.configuration.frameOf(o).Intersect(o.Frame)
}

func (p parts) preset(o Option) (frame.Value, bool) {
	if p.configuration != nil {
		if v, ok := p.configuration.Options[o.Name]; ok {
			return v, true
		}
	}
	if o.Default == nil {
		return frame.Value{}, false
	}
	return *o.Default, true
}

// apply lets the value of an option do what the option says that it sets.
func (s *Snapshot) apply(o Option, v frame.Value) {
	n, _ := v.Int()
	switch o.Sets {
	case SetLimit:
		s.Limits[o.Name] = n
	case SetMonths:
		*s.months() = n
	case SetDays:
		*s.days() = n
	case SetEnd:
		s.Model.FixedEnd, _ = v.Day()
	case SetFeature:
		if on, _ := v.Bool(); on {
			s.Features = append(s.Features, o.Name)
		}
	}
}
